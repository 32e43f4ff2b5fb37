// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "store.h"
#include "tmconf.h"

/* a rule's key, to tell which line has it already */
static int note_line(json_t *seen, const json_t *rule, unsigned int line, struct err *e)
{
	char key[32];
	const json_t *first;

	snprintf(key, sizeof(key), "%s %lld",
		 json_string_value(json_object_get(rule, "direction")),
		 (long long)json_integer_value(json_object_get(rule, "number")));
	first = json_object_get(seen, key);
	if (first)
		return err_refuse(e, "number %lld: line %lld has it in the same direction",
				  (long long)json_integer_value(json_object_get(rule, "number")),
				  (long long)json_integer_value(first));
	return json_object_set_new(seen, key, json_integer(line));
}

static int read_rules(FILE *file, const char *name, json_t *rules, json_t *seen, struct err *e)
{
	unsigned int n = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	json_t *rule;
	int ret = 0;

	while (!ret && (len = getline(&line, &room, file)) >= 0) {
		n++;
		if (strlen(line) != (size_t)len) {
			ret = err_refuse(e, "%s:%u: not text", name, n);
			break;
		}
		rule = parse_rule_line(line, e);
		ret = rule ? 0 : -1;
		if (json_is_object(rule)) {
			ret = note_line(seen, rule, n, e);
			json_array_append(rules, rule);
		}
		json_decref(rule);
		if (ret)
			err_prefix(e, "%s:%u: ", name, n);
	}
	free(line);
	return ret;
}

static json_t *load(const char *name, struct err *e)
{
	json_t *rules = json_array(), *seen = json_object();
	FILE *file = file_open(name, e);
	int ret = file ? read_rules(file, name, rules, seen, e) : -1;

	if (!ret && ferror(file))
		ret = err_refuse(e, "%s: %s", name, strerror(EIO));
	file_close(file);
	json_decref(seen);
	if (!ret)
		return rules;
	json_decref(rules);
	return NULL;
}

/**
 * cmd_filter_load() - replace all rules of a filter in one step
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own: filter and file
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_filter_load(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	json_t *value, *rules;
	int ret;

	value = parse_words(c->o, VERB_SHOW, argc > 1 ? 1 : argc, argv, &t->err);
	if (!value)
		return -1;
	if (argc != 2) {
		json_decref(value);
		return argc < 2 ? err_misuse(&t->err, "FILE is missing") :
		       err_misuse(&t->err, "unknown word \"%s\"", argv[2]);
	}
	rules = load(argv[1], &t->err);
	ret = json_object_set_new(value, c->o->parts, rules);
	if (!ret)
		ret = store_do(t, c->o, c->verb, value);
	json_decref(value);
	return ret;
}
