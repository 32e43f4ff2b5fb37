// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "document.h"
#include "parse.h"

static const struct {
	const char *key;
	const struct object *o;
} lists[] = {
	{ "targets", &object_target },
	{ "filters", &object_filter },
	{ "sessions", &object_session },
};

#define LISTS	ARRAY_SIZE(lists)

/**
 * struct entry - an object that is being sorted
 * @value: the object
 * @name: its name, NULL: none
 * @direction: of a rule, else NULL
 * @number: its number, 0: none
 */
struct entry {
	json_t *value;
	const char *name;
	const char *direction;
	int number;
};

/* By name; rules, which have none, by direction and number. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = x->name && y->name ? strcmp(x->name, y->name) : 0;

	/* ingress stands before egress, as it does in the kernel */
	if (!order && x->direction && y->direction)
		order = strcmp(y->direction, x->direction);
	return order ? order : x->number - y->number;
}

/**
 * document_sort() - put objects in the order that documents have them in
 * @array: objects of one kind
 */
void document_sort(json_t *array)
{
	size_t n = json_array_size(array), i;
	struct entry *v = calloc(n + 1, sizeof(*v));

	for (i = 0; i < n; i++) {
		v[i].value = json_incref(json_array_get(array, i));
		v[i].name = json_string_value(json_object_get(v[i].value, "name"));
		v[i].direction = json_string_value(json_object_get(v[i].value, "direction"));
		v[i].number = json_integer_value(json_object_get(v[i].value, "number"));
	}
	qsort(v, n, sizeof(*v), compare);
	json_array_clear(array);
	for (i = 0; i < n; i++)
		json_array_append_new(array, v[i].value);
	free(v);
}

/* Notes a key as used, unless it was. */
static bool taken(json_t *seen, const char *key)
{
	if (json_object_get(seen, key))
		return true;
	json_object_set_new(seen, key, json_true());
	return false;
}

static int check_rules(const json_t *rules, struct err *e)
{
	json_t *seen = json_object();
	const json_t *rule;
	char key[64];
	size_t i;
	int ret = 0;

	json_array_foreach(rules, i, rule) {
		snprintf(key, sizeof(key), "number %lld direction %s",
			 (long long)json_integer_value(json_object_get(rule, "number")),
			 json_string_value(json_object_get(rule, "direction")));
		if (!taken(seen, key))
			continue;
		ret = err_refuse(e, "rules[%zu]: %s stands there twice", i, key);
		break;
	}
	json_decref(seen);
	return ret;
}

/* What was read of an object goes as the object comes, for there may be many. */
static json_t *parse_list(const struct object *o, json_t *list, json_t *names,
			  struct err *e)
{
	json_t *out = json_array(), *value;
	json_t *doc;
	size_t i;

	if (list && !json_is_array(list)) {
		err_refuse(e, ": an array is wanted");
		goto fail;
	}
	json_array_foreach(list, i, doc) {
		value = parse_object(o, doc, e);
		if (!value) {
			err_prefix(e, "[%zu].", i);
			goto fail;
		}
		json_array_append_new(out, value);
		json_array_set_new(list, i, json_null());
		/* where it stands, for errors found later; no field's word */
		json_object_set_new(value, "#", json_integer(i));
		if (check_rules(json_object_get(value, "rules"), e)) {
			err_prefix(e, "[%zu].", i);
			goto fail;
		}
		if (taken(names, object_name(o, value))) {
			err_refuse(e, "[%zu].name %s: stands there twice", i,
				   object_name(o, value));
			goto fail;
		}
		document_sort(json_object_get(value, "rules"));
	}
	return out;
fail:
	json_decref(out);
	return NULL;
}

static int check_name(const json_t *session, const char *word, const json_t *names,
		      struct err *e)
{
	const char *name = json_string_value(json_object_get(session, word));

	if (!name || json_object_get(names, name))
		return 0;
	return err_refuse(e, ".%s %s: the document has no such %s", word, name, word);
}

/* What sessions name is there, and no two of a source have one number. */
static int check_sessions(const json_t *sessions, json_t *const names[LISTS], struct err *e)
{
	json_t *seen = json_object();
	const json_t *session;
	const char *source;
	int ret = 0, number;
	char key[64];
	size_t i;

	json_array_foreach(sessions, i, session) {
		ret = check_name(session, "target", names[0], e);
		if (!ret)
			ret = check_name(session, "filter", names[1], e);
		source = json_string_value(json_object_get(session, "source"));
		number = json_integer_value(json_object_get(session, "number"));
		snprintf(key, sizeof(key), "%d %s", number, source ? source : "");
		if (!ret && source && taken(seen, key))
			ret = err_refuse(e, ".number %d: another session of source %s has it",
					 number, source);
		if (!ret)
			continue;
		err_prefix(e, "sessions[%zu]", i);
		break;
	}
	json_decref(seen);
	return ret;
}

static int check_keys(const json_t *doc, struct err *e)
{
	const char *key;
	json_t *v;
	size_t i;

	if (!json_is_object(doc))
		return err_refuse(e, "the document is not a JSON object");
	json_object_foreach((json_t *)doc, key, v) {
		for (i = 0; i < LISTS && strcmp(lists[i].key, key); i++)
			;
		if (i == LISTS && strcmp(key, "limits"))
			return err_refuse(e, "%s: unknown key", key);
	}
	return 0;
}

static int parse_lists(json_t *doc, json_t *out, json_t *const names[LISTS],
		       struct err *e)
{
	json_t *list;
	size_t i;

	if (json_object_get(doc, "limits")) {
		list = parse_object(&object_limits, json_object_get(doc, "limits"), e);
		if (json_object_set_new(out, "limits", list))
			return err_prefix(e, "limits.");
	}
	for (i = 0; i < LISTS; i++) {
		list = parse_list(lists[i].o, json_object_get(doc, lists[i].key), names[i], e);
		if (json_object_set_new(out, lists[i].key, list))
			return err_prefix(e, "%s", lists[i].key);
	}
	/* unsorted, for errors to count as the document does */
	if (check_sessions(json_object_get(out, "sessions"), names, e))
		return -1;
	for (i = 0; i < LISTS; i++)
		document_sort(json_object_get(out, lists[i].key));
	return 0;
}

/**
 * parse_document() - read and check a whole document
 * @doc: what was read; its lists are used up
 * @e: says what is wrong, and at which path
 *
 * Return: the document in the form and the order that "save" prints, "limits"
 * being absent where it was; NULL if something is wrong
 */
json_t *parse_document(json_t *doc, struct err *e)
{
	json_t *out = json_object(), *names[LISTS];
	size_t i;
	int ret;

	for (i = 0; i < LISTS; i++)
		names[i] = json_object();
	ret = check_keys(doc, e);
	if (!ret)
		ret = parse_lists(doc, out, names, e);
	for (i = 0; i < LISTS; i++)
		json_decref(names[i]);
	if (!ret)
		return out;
	json_decref(out);
	return NULL;
}
