// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tmirror.h>

#include "parse.h"

/**
 * struct lines - which line has a rule already
 * @of: by direction and number; 0: none
 */
struct lines {
	unsigned int of[2][TMIRROR_NUMBER_MAX + 1];
};

static int note_line(struct lines *lines, const json_t *rule, unsigned int line, struct err *e)
{
	bool egress = !strcmp(json_string_value(json_object_get(rule, "direction")), "egress");
	json_int_t number = json_integer_value(json_object_get(rule, "number"));
	unsigned int *first = &lines->of[egress][number];

	if (*first)
		return err_refuse(e, "number %lld: line %u has it in the same direction",
				  (long long)number, *first);
	*first = line;
	return 0;
}

static int read_rules(FILE *file, const char *name, parse_rule_t take, void *arg,
		      struct lines *lines, struct err *e)
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
			ret = note_line(lines, rule, n, e);
			if (!ret)
				ret = take(rule, arg);
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
 * @take: is given each; returns 0, or -1 and the reason in @e
 * @arg: for @take
 * @e: says what is wrong, and in which line
 *
 * Return: 0 or -1
 */
int parse_rules(FILE *file, const char *name, parse_rule_t take, void *arg, struct err *e)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	int ret;

	if (!lines)
		abort();
	ret = read_rules(file, name, take, arg, lines, e);
	if (!ret && ferror(file))
		ret = err_refuse(e, "%s: %s", name, strerror(EIO));
	free(lines);
	return ret;
}
