// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "tmconf.h"

const struct command commands[] = {
	{ "target", "add", &object_target, VERB_ADD, cmd_change, NULL },
	{ "target", "set", &object_target, VERB_SET, cmd_change, NULL },
	{ "target", "del", &object_target, VERB_DEL, cmd_change, NULL },
	{ "target", "show", &object_target, VERB_SHOW, cmd_show, NULL },
	{ "filter", "add", &object_filter, VERB_ADD, cmd_change, NULL },
	{ "filter", "set", &object_filter, VERB_SET, cmd_change, NULL },
	{ "filter", "del", &object_filter, VERB_DEL, cmd_change, NULL },
	{ "filter", "show", &object_filter, VERB_SHOW, cmd_show, NULL },
	{ "filter", "load", &object_filter, VERB_LOAD, cmd_filter_load, "NAME FILE" },
	{ "rule", "add", &object_rule, VERB_ADD, cmd_change, NULL },
	{ "rule", "del", &object_rule, VERB_DEL, cmd_change, NULL },
	{ "rule", "show", &object_rule, VERB_SHOW, cmd_show, "FILTER" },
	{ "session", "add", &object_session, VERB_ADD, cmd_session, NULL },
	{ "session", "set", &object_session, VERB_SET, cmd_session, NULL },
	{ "session", "del", &object_session, VERB_DEL, cmd_session, NULL },
	{ "session", "show", &object_session, VERB_SHOW, cmd_show, NULL },
	{ "explain", NULL, &object_explain, VERB_ASK, cmd_explain, NULL },
	{ "limits", "show", &object_limits, VERB_SHOW, cmd_show, NULL },
	{ "limits", "set", &object_limits, VERB_SET, cmd_change, NULL },
	{ "save", NULL, NULL, 0, cmd_save, "" },
	{ "apply", NULL, NULL, 0, cmd_apply, "FILE [ dry-run ]" },
	{ "monitor", NULL, NULL, 0, cmd_monitor, "" },
	{ "flush", NULL, &object_session, 0, cmd_flush, "" },
	{ }
};

/* objects that a later version has */
static const char *const later[] = { "member", "key", NULL };

static int no_command(struct tmconf *t, const char *object, const char *word, bool known)
{
	const char *const *l;

	for (l = later; *l; l++)
		if (!strcmp(*l, object))
			return err_refuse(&t->err, "%s: not supported yet", object);
	if (!known)
		return err_misuse(&t->err, "unknown object \"%s\", try \"tmconf help\"", object);
	return err_misuse(&t->err, "unknown command \"%s %s\", try \"tmconf %s help\"",
			  object, word, object);
}

/**
 * command_run() - run one command
 * @t: run
 * @argc: number of words, at least one
 * @argv: object, command and what follows
 *
 * Return: 0, or -1 and the reason in @t
 */
int command_run(struct tmconf *t, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "show";
	const struct command *c;
	bool known = false;
	int skip;

	if (!strcmp(argv[0], "help")) {
		if (argc > 1 && !strcmp(argv[1], "words"))
			usage_words(argc - 2, argv + 2);
		else
			usage_print(NULL);
		return 0;
	}
	for (c = commands; c->object; c++) {
		if (strcmp(c->object, argv[0]))
			continue;
		known = true;
		if (argc > 1 && !strcmp(word, "help")) {
			usage_print(argv[0]);
			return 0;
		}
		if (c->word && strcmp(c->word, word))
			continue;
		skip = 1 + (c->word && argc > 1);
		tc_forget(t);
		device_forget();
		return c->run(t, c, argc - skip, argv + skip);
	}
	return no_command(t, argv[0], word, known);
}
