/* SPDX-License-Identifier: GPL-2.0 */
/* Changes that are sent to the module together, for many are as slow as one each. */
#ifndef TMCONF_TRAIN_H
#define TMCONF_TRAIN_H

#include <stdbool.h>
#include <jansson.h>

#include "nl.h"
#include "object.h"

struct tmconf;

/**
 * struct wagon - a change that waits to be sent
 * @o: kind of object
 * @value: what of it
 * @done: receives whether it was done
 */
struct wagon {
	const struct object *o;
	const json_t *value;
	bool *done;
};

/**
 * struct train - changes that wait to be sent; all zero: none do
 * @buf: their messages, one behind another
 * @size: bytes of them
 * @room: bytes allocated
 * @last: where in @buf the last one begins
 * @n: how many
 * @wagons: what they are for
 */
struct train {
	char *buf;
	size_t size;
	size_t room;
	size_t last;
	unsigned int n;
	struct wagon wagons[NL_TRAIN];
};

int train_add(struct tmconf *t, struct train *train, const struct object *o, enum verb verb,
	      const json_t *value, bool *done);
int train_part(struct tmconf *t, struct train *train, const json_t *part);
int train_send(struct tmconf *t, struct train *train);
void train_free(struct train *train);

#endif
