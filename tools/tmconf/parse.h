/* SPDX-License-Identifier: GPL-2.0 */
/* Words and JSON into objects, by the tables alone. No socket, no state. */
#ifndef TMCONF_PARSE_H
#define TMCONF_PARSE_H

#include <stdio.h>
#include <jansson.h>

#include "object.h"

/**
 * typedef parse_rule_t - take a rule that was read
 * @rule: the rule, the caller's
 * @arg: as given to parse_rules()
 *
 * Return: 0, or -1 to read no more
 */
typedef int (*parse_rule_t)(const json_t *rule, void *arg);

json_t *parse_words(const struct object *o, enum verb verb, int argc, char **argv,
		    struct err *e);
json_t *parse_object(const struct object *o, const json_t *doc, struct err *e);
json_t *parse_rule_line(char *line, struct err *e);
int parse_rules(FILE *file, const char *name, parse_rule_t take, void *arg, struct err *e);
int parse_split(char *line, char **argv, int max, struct err *e);

#endif
