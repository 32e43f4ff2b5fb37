// SPDX-License-Identifier: GPL-2.0
/* Sends messages, several in a datagram, and checks and counts what comes back. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/tmirror.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answer.h"
#include "exchange.h"

#define DATAGRAMS	64
#define DATAGRAM_ROOM	32768

const struct command real;
struct tally tally;
int genl_fd, route_fd;
uint64_t seed;

static int listener_fd;
static uint64_t to_be_notified;

/* The datagram under way: its bytes, and where its messages are in it. */
static uint8_t train[TRAIN * 4096 + MESSAGE_ROOM];
static size_t train_len;
static struct {
	size_t at;
	const struct command *command;
	bool done;
} riders[TRAIN];
static unsigned int riders_n;

static struct nlmsghdr *rider(unsigned int i)
{
	return (struct nlmsghdr *)(train + riders[i].at);
}

/**
 * fail() - say what is wrong, and which message of which seed it was
 * @nlh: message at fault, to be printed, or NULL
 * @fmt: what it is, as of printf()
 *
 * Ends the program.
 */
void fail(const struct nlmsghdr *nlh, const char *fmt, ...)
{
	const uint8_t *bytes = (const uint8_t *)nlh;
	va_list args;
	uint32_t i;

	printf("seed %llu, message %llu and those %u before: ", (unsigned long long)seed,
	       (unsigned long long)tally.sent, riders_n);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	for (i = 0; nlh && i < nlh->nlmsg_len && i < 1024; i++)
		printf("%s%02x", i % 32 ? i % 4 ? "" : " " : "\n  ", bytes[i]);
	printf("\n");
	exit(1);
}

/**
 * die() - say that something of the machine's failed, as errno has it
 * @what: what it was
 *
 * Ends the program.
 */
void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_netlink(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), room = 32 << 20, on = 1;
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("netlink");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return fd;
}

static const struct nlattr *find(const uint8_t *data, size_t len, uint16_t type)
{
	const struct nlattr *attr;
	size_t at;

	for (at = 0; at + NLA_HDRLEN <= len; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)(data + at);
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		if (attr->nla_len < NLA_HDRLEN)
			break;
	}
	fprintf(stderr, "no attribute %u in what the kernel says of the family\n", type);
	exit(1);
}

static const struct nlattr *find_in(const struct nlattr *nest, uint16_t type)
{
	return find((const uint8_t *)(nest + 1), nest->nla_len - NLA_HDRLEN, type);
}

static void resolve(void)
{
	static const struct command family = {
		.type = GENL_ID_CTRL, .flags = 0,
	};
	const struct nlattr *group;
	struct genlmsghdr *genl;
	struct message m;
	uint32_t id;

	message_begin(&m, &family);
	genl = NLMSG_DATA(&m.header);
	genl->cmd = CTRL_CMD_GETFAMILY;
	message_put_word(&m, CTRL_ATTR_FAMILY_NAME, TMIRROR_GENL_NAME);
	if (send(genl_fd, m.bytes, m.header.nlmsg_len, 0) < 0 ||
	    recv(genl_fd, m.bytes, sizeof(m.bytes), 0) < 0)
		die("family");
	if (m.header.nlmsg_type == NLMSG_ERROR) {
		fprintf(stderr, "no family %s\n", TMIRROR_GENL_NAME);
		exit(1);
	}
	memcpy(&genl_family,
	       find(m.bytes + 20, m.header.nlmsg_len - 20, CTRL_ATTR_FAMILY_ID) + 1, 2);
	group = find_in(find(m.bytes + 20, m.header.nlmsg_len - 20, CTRL_ATTR_MCAST_GROUPS), 1);
	memcpy(&id, find_in(group, CTRL_ATTR_MCAST_GRP_ID) + 1, 4);
	if (setsockopt(listener_fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		die("group");
	/* that it is all */
	recv(genl_fd, m.bytes, sizeof(m.bytes), 0);
}

/**
 * exchange_open() - find the family, and hear what it tells
 */
void exchange_open(void)
{
	genl_fd = open_netlink(NETLINK_GENERIC);
	listener_fd = open_netlink(NETLINK_GENERIC);
	route_fd = open_netlink(NETLINK_ROUTE);
	resolve();
}

/* --- answers ----------------------------------------------------------------- */

/* What a message has become may be another command. */
static bool is_now(const struct nlmsghdr *nlh, const struct command *c)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	return nlh->nlmsg_type != genl_family || genl->cmd == c->cmd;
}

static bool notifies(const struct nlmsghdr *nlh)
{
	const struct command *c;

	for (c = commands; c < commands + commands_n; c++)
		if (!c->type && is_now(nlh, c))
			return nlh->nlmsg_type == genl_family && c->notifies;
	return false;
}

static bool is_dump(const struct nlmsghdr *nlh)
{
	return (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

static void concluded(const struct nlmsghdr *nlh, int error)
{
	const struct command *c;
	unsigned int i;
	bool route;

	for (i = 0; i < riders_n && (riders[i].done || rider(i)->nlmsg_seq != nlh->nlmsg_seq); i++)
		;
	if (i == riders_n)
		fail(nlh, "an end of no message");
	riders[i].done = true;
	to_be_notified += !error && notifies(rider(i));
	c = riders[i].command;
	if (!c) {
		if (error) {
			tally.last_refusal = -error;
			tally.refused++;
		}
		return;
	}
	tally.by_error[-error]++;
	if (c == &real) {
		route = rider(i)->nlmsg_type != genl_family;
		tally.reals_sent[route]++;
		tally.reals_accepted[route] += !error && !is_dump(rider(i));
		return;
	}
	tally.tried[c - commands]++;
	tally.accepted[c - commands] += !error && is_now(rider(i), c);
}

static void answer(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);
	unsigned int i;
	char why[200];

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		for (i = 0; i < riders_n && rider(i)->nlmsg_seq != nlh->nlmsg_seq; i++)
			;
		if (i == riders_n || !answer_error_good(nlh, rider(i), why))
			fail(nlh, "%s", i == riders_n ? "an error of nothing" : why);
		concluded(nlh, error->error);
		break;
	case NLMSG_DONE:
		concluded(nlh, error->error > 0 ? 0 : error->error);
		break;
	default:
		if (!answer_good(nlh, why))
			fail(nlh, "%s in what came", why);
	}
}

static void told(const struct nlmsghdr *nlh)
{
	char why[200];

	if (!answer_good(nlh, why))
		fail(nlh, "%s in a notification", why);
	tally.notified++;
}

/* All that is there already: whatever a datagram causes is, once it is sent. */
static void drain(int fd, void (*each)(const struct nlmsghdr *nlh))
{
	static uint8_t room[DATAGRAMS][DATAGRAM_ROOM];
	struct mmsghdr messages[DATAGRAMS];
	const struct nlmsghdr *nlh;
	struct iovec io[DATAGRAMS];
	unsigned int len;
	int n, i;

	for (;;) {
		for (i = 0; i < DATAGRAMS; i++) {
			io[i] = (struct iovec){ room[i], DATAGRAM_ROOM };
			messages[i] = (struct mmsghdr){
				.msg_hdr = { .msg_iov = &io[i], .msg_iovlen = 1 },
			};
		}
		n = recvmmsg(fd, messages, DATAGRAMS, MSG_DONTWAIT, NULL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			fail(NULL, "recvmmsg: %s", strerror(errno));
		for (i = 0; i < n; i++) {
			len = messages[i].msg_len;
			if (messages[i].msg_hdr.msg_flags & MSG_TRUNC)
				fail(NULL, "an answer of more than %u bytes", DATAGRAM_ROOM);
			for (nlh = (void *)room[i]; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
				each(nlh);
		}
	}
}

/* --- sending ----------------------------------------------------------------- */

/**
 * board() - have a message in the next datagram
 * @m: message
 * @c: kind of message; NULL: it is for the state that the others meet
 */
void board(const struct message *m, const struct command *c)
{
	static uint32_t beside = 1U << 31;
	struct nlmsghdr *nlh = (void *)(train + train_len);

	memcpy(nlh, m, m->header.nlmsg_len);
	nlh->nlmsg_seq = c ? ++tally.sent : ++beside;
	riders[riders_n].at = train_len;
	riders[riders_n].command = c;
	riders[riders_n++].done = false;
	train_len += NLMSG_ALIGN(nlh->nlmsg_len);
}

/**
 * board_full() - has the datagram no room for one more?
 * @n: how many messages are wanted, %TRAIN at most
 *
 * Return: true if there are so many, or as many as fit
 */
bool board_full(unsigned int n)
{
	return riders_n >= n || train_len >= TRAIN * 4096;
}

/**
 * board_last() - the message that boarded last
 *
 * Return: it, to be changed where it is
 */
struct nlmsghdr *board_last(void)
{
	return rider(riders_n - 1);
}

/**
 * depart() - send the datagram, and check all that comes back
 * @fd: genl_fd or route_fd
 * @last_lies: about its length, which ends the datagram: it gets no answer
 */
void depart(int fd, bool last_lies)
{
	unsigned int i;

	if (send(fd, train, train_len, 0) < 0)
		fail(NULL, "send: %s", strerror(errno));
	drain(fd, answer);
	drain(listener_fd, told);
	for (i = 0; i < riders_n - last_lies; i++)
		if (!riders[i].done)
			fail(rider(i), "no answer");
	if (tally.notified != to_be_notified)
		fail(NULL, "%llu changes, and %llu notifications",
		     (unsigned long long)to_be_notified, (unsigned long long)tally.notified);
	riders_n = 0;
	train_len = 0;
}
