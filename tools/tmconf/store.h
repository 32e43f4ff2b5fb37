/* SPDX-License-Identifier: GPL-2.0 */
/* The objects of the network namespace, as the module has them. */
#ifndef TMCONF_STORE_H
#define TMCONF_STORE_H

#include <jansson.h>

#include "nl.h"
#include "object.h"

struct tmconf;

/**
 * struct messages - all objects of a kind, as the module sent them
 * @reply: their messages
 * @list: the messages by name
 * @n: how many
 */
struct messages {
	struct nl_reply reply;
	const struct nlmsghdr **list;
	size_t n;
};

json_t *store_list(struct tmconf *t, const struct object *o, const char *filter);
int store_each(struct tmconf *t, const struct object *o, nl_each_t each, void *arg);
int store_messages(struct tmconf *t, const struct object *o, struct messages *m);
void store_free_messages(struct messages *m);
json_t *store_get(struct tmconf *t, const struct object *o, const char *name);
int store_do(struct tmconf *t, const struct object *o, enum verb verb, const json_t *value);
int store_flush(struct tmconf *t);
json_t *store_ask(struct tmconf *t, const json_t *packet);
void store_join_rules(json_t *filters, json_t *rules);
json_t *store_all(struct tmconf *t);

#endif
