// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "file.h"
#include "parse.h"
#include "tmconf.h"
#include "train.h"

/**
 * struct load - rules on their way from a file to a filter
 * @t: run
 * @train: the message with those read so far
 */
struct load {
	struct tmconf *t;
	struct train train;
};

static int add_rule(const json_t *rule, void *arg)
{
	struct load *load = arg;

	return train_part(load->t, &load->train, rule);
}

static int load_file(struct tmconf *t, const struct command *c, const json_t *filter,
		     const char *name)
{
	struct load load = { .t = t };
	FILE *file = file_open(name, &t->err);
	bool done;
	int ret;

	if (!file)
		return -1;
	ret = train_add(t, &load.train, c->o, c->verb, filter, &done);
	if (!ret)
		ret = parse_rules(file, name, add_rule, &load, &t->err);
	if (!ret)
		ret = train_send(t, &load.train);
	train_free(&load.train);
	file_close(file);
	return ret;
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
	json_t *value;
	int ret;

	value = parse_words(c->o, VERB_SHOW, argc > 1 ? 1 : argc, argv, &t->err);
	if (!value)
		return -1;
	if (argc != 2) {
		json_decref(value);
		return argc < 2 ? err_misuse(&t->err, "FILE is missing") :
		       err_misuse(&t->err, "unknown word \"%s\"", argv[2]);
	}
	ret = load_file(t, c, value, argv[1]);
	json_decref(value);
	return ret;
}
