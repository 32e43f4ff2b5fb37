// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "print.h"
#include "store.h"
#include "tmconf.h"

static json_t *view_list(const struct object *o, const json_t *list)
{
	json_t *view = json_array(), *value;
	size_t i;

	json_array_foreach(list, i, value)
		json_array_append_new(view, print_view(o, value, false));
	return view;
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
			"targets", view_list(&object_target, json_object_get(all, "targets")),
			"filters", view_list(&object_filter, json_object_get(all, "filters")),
			"sessions", view_list(&object_session, json_object_get(all, "sessions")));
	json_dumpf(doc, stdout, t->json && !t->pretty ? JSON_COMPACT : JSON_INDENT(2));
	printf("\n");
	json_decref(doc);
	json_decref(all);
	return 0;
}
