// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "file.h"
#include "parse.h"
#include "store.h"
#include "tmconf.h"

static json_t *load(const char *name, struct err *e)
{
	FILE *file = file_open(name, e);
	json_t *rules = file ? parse_rules(file, name, e) : NULL;

	file_close(file);
	return rules;
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
