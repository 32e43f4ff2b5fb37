// SPDX-License-Identifier: GPL-2.0
/* The commands that work alike for every kind of object. */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "print.h"
#include "session.h"
#include "store.h"
#include "tmconf.h"

/* A member is replaced whole: fill in what the command does not name. */
static int complete_members(struct tmconf *t, const struct object *o, json_t *value)
{
	json_t *part = json_array_get(json_object_get(value, o->parts), 0);
	json_t *old = store_get(t, o, object_name(o, value));
	int ret = 0;

	if (!old)
		return -1;
	json_object_update_missing(part, json_array_get(json_object_get(old, o->parts), 0));
	json_object_update_missing(old, value);
	if (o->check && !json_object_get(value, "local"))
		ret = o->check(old, &t->err);
	json_decref(old);
	return ret;
}

/**
 * cmd_change() - add, set or delete an object
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_change(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	json_t *value = parse_words(c->o, c->verb, argc, argv, &t->err);
	int ret = value ? 0 : -1;

	if (value && c->verb == VERB_SET && c->o->part_inline &&
	    json_object_get(value, c->o->parts))
		ret = complete_members(t, c->o, value);
	if (!ret)
		ret = store_do(t, c->o, c->verb, value);
	json_decref(value);
	return ret;
}

static json_t *one(json_t *value)
{
	return value ? json_pack("[o]", value) : NULL;
}

/* Puts the rules of a filter, or of all, where they belong. */
static int add_rules(struct tmconf *t, json_t *filters, const char *name)
{
	json_t *rules = store_list(t, &object_rule, name);

	if (!rules)
		return -1;
	store_join_rules(filters, rules);
	json_decref(rules);
	return 0;
}

static json_t *read_objects(struct tmconf *t, const struct object *o, const char *name)
{
	json_t *list;
	int ret = 0;

	if (o == &object_rule)
		return store_list(t, o, name);
	list = name || o == &object_limits ? one(store_get(t, o, name)) :
	       store_list(t, o, NULL);
	if (list && o == &object_filter)
		ret = add_rules(t, list, name);
	if (!ret)
		return list;
	json_decref(list);
	return NULL;
}

/**
 * cmd_show() - show one object or all of a kind
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_show(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	int named = c->o->fields->flags & FIELD_FIRST ? 1 : 0;
	json_t *key = NULL, *list;
	const char *name = NULL;
	int ret;

	if (argc > named)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[named]);
	if (!argc && c->o == &object_rule)
		return err_misuse(&t->err, "%s is missing", c->o->fields->arg);
	if (argc) {
		key = parse_words(c->o, VERB_SHOW, argc, argv, &t->err);
		if (!key)
			return -1;
		name = object_name(c->o, key);
	}
	if (c->o == &object_session) {
		ret = session_show(t, name);
	} else {
		list = read_objects(t, c->o, name);
		ret = list ? 0 : -1;
		if (list)
			print_list(t, c->o, list);
		json_decref(list);
	}
	json_decref(key);
	return ret;
}

/**
 * cmd_explain() - say what would become of a packet
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_explain(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	json_t *packet = parse_words(c->o, c->verb, argc, argv, &t->err);
	json_t *answer = packet ? store_ask(t, packet) : NULL;
	json_t *view;

	json_decref(packet);
	if (!answer)
		return -1;
	view = print_view(&object_answer, answer, false);
	if (t->json)
		print_json(t, view);
	else
		print_answer(view);
	json_decref(view);
	json_decref(answer);
	return 0;
}
