// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "print.h"
#include "store.h"
#include "tmconf.h"

/* Each object goes as its view comes, for there may be many. */
static json_t *views(const struct object *o, const json_t *all, const char *word)
{
	json_t *list = json_object_get(all, word), *value;
	size_t i;

	json_array_foreach(list, i, value)
		json_array_set_new(list, i, print_view(o, value, false));
	return json_incref(list);
}

/**
 * cmd_save() - print everything as one document
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_save(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	json_t *all, *doc;

	(void)c;
	if (argc)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[0]);
	all = store_all(t);
	if (!all)
		return -1;
	doc = json_pack("{sosososo}",
			"limits", print_view(&object_limits, json_object_get(all, "limits"), false),
			"targets", views(&object_target, all, "targets"),
			"filters", views(&object_filter, all, "filters"),
			"sessions", views(&object_session, all, "sessions"));
	json_dumpf(doc, stdout, t->json && !t->pretty ? JSON_COMPACT : JSON_INDENT(2));
	printf("\n");
	json_decref(doc);
	json_decref(all);
	return 0;
}
