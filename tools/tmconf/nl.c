// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/tmirror.h>

#include "nl.h"

/* A dump that changes while it is read is read again, this often at most. */
#define DUMP_TRIES	64

/* The kernel sends no larger ones, for this is what a dump's may grow to. */
#define DATAGRAM	32768
#define AT_ONCE		8

/* Room for a train and for its answers, each of which takes a KiB of the kernel. */
#define BUFFER		65536

/* Not yet known how a request ended. */
#define NO_ANSWER	(-1)

/**
 * struct exchange - requests and their answers
 * @n: how many requests
 * @seq: number of the first, counted up by those behind it
 * @left: those that have not ended
 * @torn: what a dump is of changed meanwhile
 * @each: takes messages
 * @arg: for @each
 * @reply: receives how each request ends
 */
struct exchange {
	unsigned int n;
	uint32_t seq;
	unsigned int left;
	bool torn;
	nl_each_t each;
	void *arg;
	struct nl_reply *reply;
};

/* Room in a socket's buffer, where its owner may have it. */
static void make_room(struct nl *nl, int what, int force, int size)
{
	int fd = mnl_socket_get_fd(nl->sk), have = 0;
	socklen_t len = sizeof(have);

	if (!getsockopt(fd, SOL_SOCKET, what, &have, &len) && have >= size)
		return;
	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, what, &size, sizeof(size));
}

/**
 * nl_open() - open a netlink socket
 * @nl: socket, nothing happens if it is open
 * @bus: NETLINK_ROUTE or NETLINK_GENERIC
 * @e: says why it could not be opened
 *
 * Return: 0 or -1
 */
int nl_open(struct nl *nl, int bus, struct err *e)
{
	int on = 1;

	if (nl->sk)
		return 0;
	nl->sk = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->sk)
		return err_refuse(e, "netlink socket: %s", strerror(errno));
	mnl_socket_setsockopt(nl->sk, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sk, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sk, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (mnl_socket_bind(nl->sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		err_refuse(e, "netlink socket: %s", strerror(errno));
		nl_close(nl);
		return -1;
	}
	nl->portid = mnl_socket_get_portid(nl->sk);
	make_room(nl, SO_SNDBUF, SO_SNDBUFFORCE, BUFFER);
	make_room(nl, SO_RCVBUF, SO_RCVBUFFORCE, BUFFER);
	return 0;
}

/**
 * nl_close() - close a socket
 * @nl: socket, open or not
 */
void nl_close(struct nl *nl)
{
	if (nl->sk)
		mnl_socket_close(nl->sk);
	nl->sk = NULL;
}

/* The words and the place that the kernel adds to an error. */
static void read_extack(const struct nlmsghdr *nlh, struct nl_reply *reply)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	unsigned int skip = sizeof(*err);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += MNL_ALIGN(mnl_nlmsg_get_payload_len(&err->msg));
	mnl_attr_for_each(attr, nlh, skip) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			snprintf(reply->text, sizeof(reply->text), "%s", mnl_attr_get_str(attr));
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			reply->offset = mnl_attr_get_u32(attr);
	}
}

/* The taker of messages that are to be kept. */
static void keep(const struct nlmsghdr *nlh, void *arg)
{
	size_t len = nlh ? MNL_ALIGN(nlh->nlmsg_len) : 0;
	struct nl_reply *reply = arg;

	if (!nlh) {
		reply->size = 0;
		return;
	}
	while (!reply->data || reply->size + len > reply->room) {
		reply->room = reply->room ? 2 * reply->room : 16384;
		reply->data = realloc(reply->data, reply->room);
		if (!reply->data)
			abort();
	}
	memcpy(reply->data + reply->size, nlh, nlh->nlmsg_len);
	reply->size += len;
}

static void end(struct exchange *x, struct nl_reply *reply, int error)
{
	if (reply->error == NO_ANSWER)
		x->left--;
	reply->error = error;
}

/* One datagram of an answer. */
static void take(struct exchange *x, const char *data, ssize_t n)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)data;
	struct nl_reply *reply;
	int left = n;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		const void *payload = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_seq - x->seq >= x->n)
			continue;
		reply = &x->reply[nlh->nlmsg_seq - x->seq];
		x->torn |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		if (nlh->nlmsg_type == NLMSG_DONE) {
			end(x, reply, mnl_nlmsg_get_payload_len(nlh) < sizeof(int) ? 0 :
			    -*(const int *)payload);
		} else if (nlh->nlmsg_type == NLMSG_ERROR) {
			read_extack(nlh, reply);
			end(x, reply, -((const struct nlmsgerr *)payload)->error);
		} else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
			x->each(nlh, x->arg);
		}
	}
}

/* Where datagrams are received. */
static char datagrams[AT_ONCE][DATAGRAM] __attribute__((aligned(4)));

/*
 * Receives what is there, one datagram at least. To receive a part of a dump
 * makes the kernel prepare the next one, so that one call may bring all.
 *
 * Returns how many came, their sizes being in @size; -1 is an error.
 */
static int receive(struct nl *nl, size_t size[AT_ONCE], int flags)
{
	struct mmsghdr got[AT_ONCE] = { };
	struct iovec iov[AT_ONCE];
	int i, n;

	for (i = 0; i < AT_ONCE; i++) {
		iov[i] = (struct iovec){ .iov_base = datagrams[i], .iov_len = DATAGRAM };
		got[i].msg_hdr.msg_iov = &iov[i];
		got[i].msg_hdr.msg_iovlen = 1;
	}
	do
		n = recvmmsg(mnl_socket_get_fd(nl->sk), got, AT_ONCE, flags, NULL);
	while (n < 0 && errno == EINTR);
	for (i = 0; i < n; i++) {
		size[i] = got[i].msg_len;
		if (!(got[i].msg_hdr.msg_flags & MSG_TRUNC))
			continue;
		errno = ENOSPC;
		return -1;
	}
	return n;
}

/* Numbers the requests and sends them in one datagram. */
static int send_all(struct nl *nl, struct nlmsghdr *first, struct exchange *x)
{
	struct nlmsghdr *nlh = first;
	size_t size = 0;
	unsigned int i;

	x->seq = nl->seq + 1;
	for (i = 0; i < x->n; i++) {
		nlh->nlmsg_seq = ++nl->seq;
		if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
			nlh->nlmsg_flags |= NLM_F_ACK;
		x->reply[i].error = NO_ANSWER;
		x->reply[i].offset = 0;
		x->reply[i].text[0] = '\0';
		size += MNL_ALIGN(nlh->nlmsg_len);
		nlh = (struct nlmsghdr *)((char *)first + size);
	}
	if (size > BUFFER / 2)
		make_room(nl, SO_SNDBUF, SO_SNDBUFFORCE, size + 4096);
	return mnl_socket_sendto(nl->sk, first, size) < 0 ? -1 : 0;
}

/* Sends requests and takes the answers until all have ended. */
static void ask(struct nl *nl, struct nlmsghdr *first, struct exchange *x)
{
	int i, n, flags = MSG_WAITFORONE;
	size_t size[AT_ONCE];
	unsigned int at;

	x->torn = false;
	x->left = x->n;
	x->each(NULL, x->arg);
	n = send_all(nl, first, x);
	while (n >= 0 && x->left) {
		n = receive(nl, size, flags);
		for (i = 0; i < n; i++)
			take(x, datagrams[i], size[i]);
		/* an answer got lost: those that did not are there */
		if (n < 0 && errno == ENOBUFS && !(flags & MSG_DONTWAIT)) {
			flags = MSG_DONTWAIT;
			n = 0;
		}
	}
	if (n < 0 && flags & MSG_DONTWAIT)
		errno = ENOBUFS;
	for (at = 0; n < 0 && at < x->n; at++)
		if (x->reply[at].error == NO_ANSWER)
			x->reply[at].error = errno;
}

/*
 * Again, should it be a dump that was torn. How it ended is kept apart from what
 * came, where @arg is @reply. Returns 0 or -1.
 */
static int ask_for_one(struct nl *nl, struct nlmsghdr *req, nl_each_t each, void *arg,
		       struct nl_reply *reply)
{
	struct nl_reply ended;
	struct exchange x = { .n = 1, .each = each, .arg = arg, .reply = &ended };
	int tries = DUMP_TRIES;

	do
		ask(nl, req, &x);
	while (x.torn && !ended.error && tries--);
	reply->error = ended.error;
	reply->offset = ended.offset;
	memcpy(reply->text, ended.text, sizeof(reply->text));
	return reply->error ? -1 : 0;
}

static void leave(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	(void)arg;
}

/**
 * nl_train() - send requests together and wait for the end of all
 * @nl: open socket
 * @first: the requests, no dumps, one behind another at multiples of 4 bytes;
 *	NLM_F_ACK is set
 * @n: how many, NL_TRAIN at most
 * @reply: receives how each has ended: error, offset and text, nothing else
 *
 * The kernel does them in their order, those behind a refused one too.
 */
void nl_train(struct nl *nl, struct nlmsghdr *first, unsigned int n, struct nl_reply *reply)
{
	struct exchange x = { .n = n, .each = leave, .reply = reply };

	ask(nl, first, &x);
}

/**
 * nl_dump() - send a request for a dump, and take it as it comes
 * @nl: open socket
 * @req: the request
 * @each: takes each message
 * @arg: for @each
 * @reply: receives the error, and no messages
 *
 * A dump that was interrupted by a change is asked for again.
 *
 * Return: 0, or -1 and the errno in @reply
 */
int nl_dump(struct nl *nl, struct nlmsghdr *req, nl_each_t each, void *arg,
	    struct nl_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	return ask_for_one(nl, req, each, arg, reply);
}

/**
 * nl_request() - send a request and wait for its end
 * @nl: open socket
 * @req: the request; NLM_F_ACK is set unless it is a dump
 * @reply: receives what came; its @data is to be freed by the caller
 *
 * A dump that was interrupted by a change is asked for again.
 *
 * Return: 0, or -1 and the errno in @reply
 */
int nl_request(struct nl *nl, struct nlmsghdr *req, struct nl_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	return ask_for_one(nl, req, keep, reply, reply);
}

/**
 * nl_genl() - begin a generic netlink request
 * @nl: socket of nl_open_tmirror()
 * @buf: room for the request
 * @cmd: command
 * @flags: NLM_F_DUMP or 0
 *
 * Return: the request, to which attributes can be added
 */
struct nlmsghdr *nl_genl(struct nl *nl, void *buf, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = TMIRROR_GENL_VERSION;
	return nlh;
}

static void read_group(struct nl *nl, const struct nlattr *group)
{
	const char *name = "";
	const struct nlattr *attr;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
	}
	if (!strcmp(name, TMIRROR_MCGRP_CONFIG))
		nl->group = id;
}

static void read_family(struct nl *nl, const struct nl_reply *reply)
{
	const struct nlattr *attr, *group;
	const struct nlmsghdr *nlh;
	int left;

	nl_foreach(reply, nlh, left)
		mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
				nl->family = mnl_attr_get_u16(attr);
			if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
				continue;
			mnl_attr_for_each_nested(group, attr)
				read_group(nl, group);
		}
}

/**
 * nl_open_tmirror() - open a socket to the module
 * @nl: socket, nothing happens if it is open
 * @e: says why it could not be opened
 *
 * Return: 0 or -1
 */
int nl_open_tmirror(struct nl *nl, struct err *e)
{
	char buf[256];
	struct nl_reply reply;
	struct nlmsghdr *nlh;
	int ret = 0;

	if (nl->sk)
		return 0;
	if (nl_open(nl, NETLINK_GENERIC, e))
		return -1;
	nl->family = GENL_ID_CTRL;
	nlh = nl_genl(nl, buf, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TMIRROR_GENL_NAME);
	if (!nl_request(nl, nlh, &reply))
		read_family(nl, &reply);
	else if (reply.error == ENOENT)
		ret = err_refuse(e, "tmirror: kernel module is not loaded (modprobe tmirror)");
	else
		ret = err_refuse(e, "tmirror: %s", strerror(reply.error));
	free(reply.data);
	if (ret)
		nl_close(nl);
	return ret;
}

/**
 * nl_join() - receive a notification of every change from now on
 * @nl: socket of nl_open_tmirror()
 * @e: says why that is not possible
 *
 * Return: 0 or -1
 */
int nl_join(struct nl *nl, struct err *e)
{
	if (mnl_socket_setsockopt(nl->sk, NETLINK_ADD_MEMBERSHIP, &nl->group,
				  sizeof(nl->group)))
		return err_refuse(e, "monitor: %s", strerror(errno));
	return 0;
}
