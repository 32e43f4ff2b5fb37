// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

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

/**
 * parse_rules() - read the rules of "filter load", one a line
 * @file: where they are
 * @name: what it is called in errors
 * @e: says what is wrong, and in which line
 *
 * Return: an array of rules, or NULL
 */
json_t *parse_rules(FILE *file, const char *name, struct err *e)
{
	json_t *rules = json_array(), *seen = json_object();
	int ret = read_rules(file, name, rules, seen, e);

	if (!ret && ferror(file))
		ret = err_refuse(e, "%s: %s", name, strerror(EIO));
	json_decref(seen);
	if (!ret)
		return rules;
	json_decref(rules);
	return NULL;
}
