/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink sockets: requests, their replies and the kernel's reasons. */
#ifndef TMCONF_NL_H
#define TMCONF_NL_H

#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "err.h"

/* How many requests can be sent at once: their answers wait in the socket's buffer. */
#define NL_TRAIN	32

/**
 * struct nl - a netlink socket
 * @sk: the socket, NULL until nl_open()
 * @family: id of the generic netlink family
 * @group: id of its multicast group
 * @seq: number of the last request
 * @portid: our address
 */
struct nl {
	struct mnl_socket *sk;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	uint32_t portid;
};

/**
 * struct nl_reply - what a request brought
 * @data: messages, one after another
 * @size: bytes of @data
 * @room: bytes allocated
 * @error: errno of a refusal, 0: none
 * @offset: where in the request the attribute at fault begins, 0: not said
 * @text: the kernel's words, may be empty
 */
struct nl_reply {
	char *data;
	size_t size;
	size_t room;
	int error;
	uint32_t offset;
	char text[256];
};

/**
 * typedef nl_each_t - take a message of a dump
 * @nlh: the message, which does not last; NULL: the dump begins, or begins anew
 * @arg: as given to nl_dump()
 */
typedef void (*nl_each_t)(const struct nlmsghdr *nlh, void *arg);

#define nl_foreach(reply, nlh, left)						\
	for (nlh = (const struct nlmsghdr *)(reply)->data, left = (reply)->size; \
	     mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))

int nl_open(struct nl *nl, int bus, struct err *e);
int nl_open_tmirror(struct nl *nl, struct err *e);
void nl_close(struct nl *nl);
int nl_join(struct nl *nl, struct err *e);
int nl_request(struct nl *nl, struct nlmsghdr *req, struct nl_reply *reply);
void nl_train(struct nl *nl, struct nlmsghdr *first, unsigned int n,
	      struct nl_reply *reply);
int nl_dump(struct nl *nl, struct nlmsghdr *req, nl_each_t each, void *arg,
	    struct nl_reply *reply);
struct nlmsghdr *nl_genl(struct nl *nl, void *buf, uint8_t cmd, uint16_t flags);

#endif
