/* SPDX-License-Identifier: GPL-2.0 */
/* What a run of the program carries from command to command. */
#ifndef TMCONF_TMCONF_H
#define TMCONF_TMCONF_H

#include <stdbool.h>

#include "err.h"
#include "nl.h"
#include "object.h"
#include "tc.h"

/**
 * struct tmconf - a run of the program
 * @json: print JSON (-j)
 * @pretty: indent it (-p)
 * @stats: show counters (-s)
 * @force: go on after a failed batch line (-f)
 * @genl: socket to the module
 * @rtnl: socket to tc
 * @qdiscs: what is known of the devices' qdiscs
 * @devs: root of the tree of tc_dev()
 * @err: why the last command was not done
 */
struct tmconf {
	bool json;
	bool pretty;
	bool stats;
	bool force;
	struct nl genl;
	struct nl rtnl;
	struct tc_qdiscs qdiscs;
	void *devs;
	struct err err;
};

/**
 * struct command - a command
 * @object: first word
 * @word: second word, NULL: there is none
 * @o: kind of object
 * @verb: what is done to it
 * @run: does it, with the words that follow; returns 0, or -1 and the reason
 * @args: how usage shows those words, NULL: as the fields of @o say
 */
struct command {
	const char *object;
	const char *word;
	const struct object *o;
	enum verb verb;
	int (*run)(struct tmconf *t, const struct command *c, int argc, char **argv);
	const char *args;
};

extern const struct command commands[];

int command_run(struct tmconf *t, int argc, char **argv);

int cmd_change(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_show(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_filter_load(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_session(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_explain(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_save(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_apply(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_monitor(struct tmconf *t, const struct command *c, int argc, char **argv);
int cmd_flush(struct tmconf *t, const struct command *c, int argc, char **argv);
int batch_run(struct tmconf *t, const char *file);
void usage_print(const char *object);
void usage_words(int argc, char **argv);

#endif
