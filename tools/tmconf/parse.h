/* SPDX-License-Identifier: GPL-2.0 */
/* Words and JSON into objects, by the tables alone. No socket, no state. */
#ifndef TMCONF_PARSE_H
#define TMCONF_PARSE_H

#include <stdio.h>
#include <jansson.h>

#include "object.h"

json_t *parse_words(const struct object *o, enum verb verb, int argc, char **argv,
		    struct err *e);
json_t *parse_object(const struct object *o, const json_t *doc, struct err *e);
json_t *parse_rule_line(char *line, struct err *e);
json_t *parse_rules(FILE *file, const char *name, struct err *e);
int parse_split(char *line, char **argv, int max, struct err *e);

#endif
