// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "tmconf.h"

static void print_fields(const struct object *o, enum verb verb, bool part)
{
	const struct field *f;
	bool must;

	for (f = o->fields; f->word; f++) {
		must = verb == VERB_ADD || verb == VERB_ASK ? f->flags & FIELD_MUST :
		       verb == VERB_DEL;
		if (f->flags & FIELD_FIRST && !part)
			printf(verb == VERB_SHOW ? " [ %s ]" : " %s", f->arg);
		if (object_takes(f, verb))
			printf(must ? " %s %s" : " [ %s %s ]", f->word, f->arg);
		if (f == o->fields && o->part_inline && verb != VERB_DEL && verb != VERB_SHOW)
			print_fields(o->part, verb, true);
	}
}

static void print_command(const struct command *c)
{
	printf("       tmconf %s%s%s", c->object, c->word ? " " : "", c->word ? c->word : "");
	if (c->args)
		printf("%s%s", *c->args ? " " : "", c->args);
	else
		print_fields(c->o, c->verb, false);
	printf("\n");
}

/**
 * usage_print() - print the grammar
 * @object: of which object, NULL: of all
 */
void usage_print(const char *object)
{
	const struct command *c;

	printf("Usage: tmconf [ OPTIONS ] OBJECT { COMMAND | help }\n"
	       "       tmconf [ OPTIONS ] -batch FILE\n");
	for (c = commands; c->object; c++)
		if (!object || !strcmp(object, c->object))
			print_command(c);
	printf("OPTIONS := { -j[son] | -p[retty] | -s[tatistics] | -n[etns] NAME | -f[orce] |\n"
	       "             -V[ersion] | -h[elp] }\n");
}

static void list_words(const struct object *o, enum verb verb)
{
	const struct field *f;

	for (f = o->fields; f->word; f++)
		if (object_takes(f, verb))
			printf("%s\n", f->word);
	if (o->part_inline && verb != VERB_DEL && verb != VERB_SHOW)
		list_words(o->part, verb);
}

/**
 * usage_words() - print the words that can follow some others, a line each
 * @argc: number of words
 * @argv: words of a command, at most its object and its command count
 */
void usage_words(int argc, char **argv)
{
	const char *last = "";
	const struct command *c;

	for (c = commands; c->object; c++) {
		if (!argc && strcmp(last, c->object))
			printf("%s\n", c->object);
		last = c->object;
		if (argc == 1 && !strcmp(argv[0], c->object)) {
			if (c->word)
				printf("%s\n", c->word);
			else if (!c->args)
				list_words(c->o, c->verb);
		}
		if (argc > 1 && !strcmp(argv[0], c->object) && c->word &&
		    !strcmp(argv[1], c->word) && !c->args)
			list_words(c->o, c->verb);
	}
}
