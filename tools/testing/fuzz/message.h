/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink messages, to be built and to be damaged. */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include <linux/netlink.h>

#include "schema.h"

/* more than any message here becomes */
#define MESSAGE_ROOM	60000

/**
 * struct message - a netlink message
 * @header: its header
 * @bytes: all of it
 */
struct message {
	union {
		struct nlmsghdr header;
		uint8_t bytes[MESSAGE_ROOM];
	};
};

/* where commands are to take place */
extern uint16_t genl_family;
extern unsigned int devices[8];
extern unsigned int devices_n;

void message_begin(struct message *m, const struct command *c);
void message_put(struct message *m, uint16_t type, const void *data, size_t len);
void message_put_word(struct message *m, uint16_t type, const char *word);
struct nlattr *message_nest(struct message *m, uint16_t type);
void message_nest_end(struct message *m, struct nlattr *nest);
void message_build(struct message *m, const struct command *c);
size_t message_attrs(const struct message *m);

void mutate(struct message *m, struct message *other);
unsigned int mutate_depth(struct message *m);
void mutate_not(struct message *m);
void mutate_length(struct message *m);

bool looks_like_pointer(const void *at);

#endif
