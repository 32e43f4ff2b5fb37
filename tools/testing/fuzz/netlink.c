// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_netlink SEED NUMBER REAL DEVICE...: sends so many messages to the family
 * "tmirror" and to the tc action of this name, good and damaged ones, and checks
 * all that comes back. Some begin as one of the file REAL, which record.py makes
 * of what tools send. The same seed sends the same messages, of which DEVICE...
 * are the devices they name; packets pass the first meanwhile.
 *
 * Says what was sent and what became of it; or at the first thing that is
 * wrong, which message of which seed it was, with status 1. The kernel's log
 * gets marks that say how far it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tmirror.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "dice.h"
#include "message.h"
#include "real.h"
#include "../../tmconf/array.h"

/* messages in a datagram, at most */
#define TRAIN		64
#define DATAGRAMS	64
#define DATAGRAM_ROOM	32768

uint64_t dice_state;

static uint64_t seed, sent, notified, to_be_notified;
static uint64_t by_error[134], accepted[64], tried[64];
static int genl_fd, route_fd, listener_fd, packet_fd, log_fd, taint_fd;
static char taint[16];

/* The datagram under way: its bytes, and where its messages are in it. */
static uint8_t train[TRAIN * 4096 + MESSAGE_ROOM];
static size_t train_len;
static struct {
	size_t at;
	const struct command *command;
	bool done;
} riders[TRAIN];
static unsigned int riders_n;

/*
 * What messages count as that began as real ones; and what became of those to the
 * family and of those to tc, dumps apart.
 */
static const struct command real;
static uint64_t reals_sent[2], reals_accepted[2];

/* What became of messages beside those, for the state that they meet. */
static uint64_t refused;
static int last_error;

static struct nlmsghdr *rider(unsigned int i)
{
	return (struct nlmsghdr *)(train + riders[i].at);
}

static void fail(const struct nlmsghdr *nlh, const char *fmt, ...)
{
	const uint8_t *bytes = (const uint8_t *)nlh;
	va_list args;
	uint32_t i;

	printf("seed %llu, message %llu and those %u before: ", (unsigned long long)seed,
	       (unsigned long long)sent, riders_n);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	for (i = 0; nlh && i < nlh->nlmsg_len && i < 1024; i++)
		printf("%s%02x", i % 32 ? i % 4 ? "" : " " : "\n  ", bytes[i]);
	printf("\n");
	exit(1);
}

static void die(const char *what)
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
		last_error = -error;
		refused += last_error != 0;
		return;
	}
	by_error[-error]++;
	if (c == &real) {
		route = rider(i)->nlmsg_type != genl_family;
		reals_sent[route]++;
		reals_accepted[route] += !error && !is_dump(rider(i));
		return;
	}
	tried[c - commands]++;
	accepted[c - commands] += !error && is_now(rider(i), c);
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
	notified++;
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

/* @c: kind of message, NULL: it is none of those that are counted */
static void board(const struct message *m, const struct command *c)
{
	static uint32_t beside = 1U << 31;
	struct nlmsghdr *nlh = (void *)(train + train_len);

	memcpy(nlh, m, m->header.nlmsg_len);
	nlh->nlmsg_seq = c ? ++sent : ++beside;
	riders[riders_n].at = train_len;
	riders[riders_n].command = c;
	riders[riders_n++].done = false;
	train_len += NLMSG_ALIGN(nlh->nlmsg_len);
}

/* What is wrong with the length of the last one ends the datagram. */
static void depart(int fd, bool last_lies)
{
	unsigned int i;

	if (send(fd, train, train_len, 0) < 0)
		fail(NULL, "send: %s", strerror(errno));
	drain(fd, answer);
	drain(listener_fd, told);
	for (i = 0; i < riders_n - last_lies; i++)
		if (!riders[i].done)
			fail(rider(i), "no answer");
	if (notified != to_be_notified)
		fail(NULL, "%llu changes, and %llu notifications",
		     (unsigned long long)to_be_notified, (unsigned long long)notified);
	riders_n = 0;
	train_len = 0;
}

static const struct command *pick(bool route)
{
	static unsigned int sum[2];
	const struct command *c;
	int left;

	if (!sum[route])
		for (c = commands; c < commands + commands_n; c++)
			if (!c->type == !route)
				sum[route] += c->weight;
	left = dice(sum[route]);
	for (c = commands; c < commands + commands_n; c++) {
		if (!c->type != !route)
			continue;
		left -= c->weight;
		if (left < 0)
			break;
	}
	return c;
}

/* A message as good as we can make one, or a real one. */
static const struct command *make(struct message *m, bool route)
{
	const struct nlmsghdr *nlh;
	const struct command *c;

	if (!dice(4)) {
		nlh = real_pick(route);
		memcpy(m, nlh, nlh->nlmsg_len);
		m->header.nlmsg_flags |= NLM_F_ACK;
		return &real;
	}
	c = pick(route);
	message_build(m, c);
	return c;
}

static void one_train(void)
{
	bool route = !dice(5), lies = !dice(100);
	unsigned int n = 1 + dice(TRAIN);
	const struct command *c;
	struct message m, other;

	while (riders_n < n && train_len < TRAIN * 4096) {
		c = make(&m, route);
		if (dice(2)) {
			make(&other, dice(8) ? route : !route);
			mutate(&m, &other);
		}
		mutate_not(&m);
		board(&m, c);
	}
	if (lies) {
		mutate_length(&m);
		rider(riders_n - 1)->nlmsg_len = m.header.nlmsg_len;
	}
	depart(route ? route_fd : genl_fd, lies);
}

/* --- the state that messages meet ------------------------------------------- */

static void begin(struct message *m, const char *name)
{
	const struct command *c = commands;

	while (strcmp(c->name, name))
		c++;
	message_begin(m, c);
}

/* Sends a message that is for the state alone. */
static int ask(int fd, const struct message *m)
{
	board(m, NULL);
	depart(fd, false);
	return last_error;
}

static void demand(int fd, const struct message *m)
{
	if (ask(fd, m))
		fail(&m->header, "refused with %s, which this one never is",
		     strerrorname_np(last_error));
}

/* The filters of all chains go with what they are on. */
static void put_clsact(struct message *m, uint16_t type, unsigned int ifindex)
{
	static const struct command qdiscs[] = {
		{ .type = RTM_DELQDISC },
		{ .type = RTM_NEWQDISC, .flags = NLM_F_CREATE | NLM_F_EXCL },
	};
	struct tcmsg *tc;

	message_begin(m, &qdiscs[type == RTM_NEWQDISC]);
	tc = NLMSG_DATA(&m->header);
	*tc = (struct tcmsg){
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_CLSACT,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
	};
	message_put_word(m, TCA_KIND, "clsact");
}

/* Nothing is left of what there was; filters take their time to go. */
static void empty(void)
{
	struct message flush_actions, flush, m;
	struct nlattr *tab, *action;
	unsigned int i;

	for (i = 0; i < devices_n; i++) {
		put_clsact(&m, RTM_DELQDISC, devices[i]);
		ask(route_fd, &m);
		put_clsact(&m, RTM_NEWQDISC, devices[i]);
		demand(route_fd, &m);
	}
	begin(&flush_actions, "action flush");
	tab = message_nest(&flush_actions, TCA_ROOT_TAB);
	action = message_nest(&flush_actions, 1);
	message_put_word(&flush_actions, TCA_ACT_KIND, "tmirror");
	message_nest_end(&flush_actions, action);
	message_nest_end(&flush_actions, tab);
	begin(&flush, "flush");
	for (i = 0; i < 10000; i++) {
		ask(route_fd, &flush_actions);
		if (!ask(genl_fd, &flush))
			return;
		usleep(1000);
	}
	fail(&flush.header, "refused with %s for 10 s", strerrorname_np(last_error));
}

static void put_target(struct message *m, char *name)
{
	static const uint8_t remote[4] = { 192, 0, 2, 9 };
	struct nlattr *nest;

	name[0] = 't';
	begin(m, "target new");
	message_put_word(m, TMIRROR_A_TARGET_NAME, name);
	nest = message_nest(m, TMIRROR_A_TARGET_MEMBER);
	message_put(m, TMIRROR_A_MEMBER_REMOTE, remote, sizeof(remote));
	message_nest_end(m, nest);
}

static void put_session(struct message *m, char *name, uint16_t number)
{
	name[0] = 's';
	begin(m, "session new");
	message_put_word(m, TMIRROR_A_SESSION_NAME, name);
	message_put(m, TMIRROR_A_SESSION_NUMBER, &number, sizeof(number));
	name[0] = 't';
	message_put_word(m, TMIRROR_A_SESSION_TARGET, name);
	name[0] = 'f';
	message_put_word(m, TMIRROR_A_SESSION_FILTER, name);
	if (number % 2)
		message_put(m, TMIRROR_A_SESSION_IFINDEX, &devices[0], 4);
}

/* Most of the names that messages know are there again. */
static void fill(void)
{
	static const uint32_t limit = 1000, memory = 1 << 20;
	struct message m;
	char name[3] = "";
	int i;

	begin(&m, "limits set");
	message_put(&m, TMIRROR_A_LIMITS_MEMORY, &memory, 4);
	for (i = TMIRROR_A_LIMITS_SESSIONS; i <= TMIRROR_A_LIMITS_RULES; i++)
		message_put(&m, i, &limit, 4);
	board(&m, NULL);
	for (i = 0; i < 12; i++) {
		name[1] = 'a' + i;
		put_target(&m, name);
		board(&m, NULL);
		name[0] = 'f';
		begin(&m, "filter new");
		message_put_word(&m, TMIRROR_A_FILTER_NAME, name);
		board(&m, NULL);
		put_session(&m, name, 1 + i);
		board(&m, NULL);
	}
	depart(genl_fd, false);
}

/* The same where there was nothing: it has to be possible. */
static void fill_anew(void)
{
	uint64_t before;

	empty();
	before = refused;
	fill();
	if (refused != before)
		fail(NULL, "%llu messages that make things anew are refused, one with %s",
		     (unsigned long long)(refused - before), strerrorname_np(last_error));
}

/* A UDP datagram from one of the first device's neighbours to another. */
static void packet(void)
{
	static const uint8_t frame[60] = {
		2, 0, 0, 0, 11, 0xbb, 2, 0, 0, 0, 10, 0xaa, 8, 0, 0x45, 0, 0, 46, 0x12, 0x34, 0, 0,
		64, 17, 0x54, 0x77, 10, 9, 0, 1, 10, 9, 0, 2, 0x9c, 0x40, 0, 53, 0, 26,
	};

	send(packet_fd, frame, sizeof(frame), 0);
}

static void check_kernel(void)
{
	char now[sizeof(taint)] = "", mark[100];
	int n = snprintf(mark, sizeof(mark), "<6>fuzz_netlink: seed %llu, before message %llu\n",
			 (unsigned long long)seed, (unsigned long long)sent + 1);

	if (pread(taint_fd, now, sizeof(now) - 1, 0) < 0 || write(log_fd, mark, n) < 0)
		die("taint");
	if (!*taint)
		memcpy(taint, now, sizeof(taint));
	if (strcmp(now, taint))
		fail(NULL, "the kernel has complained, since the last mark in its log");
}

static void report(void)
{
	size_t i;

	printf("seed %llu: %llu messages, %llu notifications\n", (unsigned long long)seed,
	       (unsigned long long)sent, (unsigned long long)notified);
	for (i = 0; i < ARRAY_SIZE(by_error); i++)
		if (by_error[i])
			printf("%6.2f%% %s\n", 100.0 * by_error[i] / sent,
			       i ? strerrorname_np(i) : "accepted");
	for (i = 0; i < commands_n; i++)
		printf("%s: %llu, %llu accepted\n", commands[i].name, (unsigned long long)tried[i],
		       (unsigned long long)accepted[i]);
	for (i = 0; i < 2; i++)
		printf("real, to %s: %u; %llu, %llu accepted\n", i ? "tc" : "the family",
		       real_count(i), (unsigned long long)reals_sent[i],
		       (unsigned long long)reals_accepted[i]);
	for (i = 0; i < commands_n; i++)
		if (!accepted[i] && tried[i] > 200) {
			printf("no %s was ever accepted\n", commands[i].name);
			exit(1);
		}
	for (i = 0; i < 2; i++)
		if (!reals_accepted[i] && reals_sent[i] > 200) {
			printf("no real change of %s was ever accepted\n", i ? "tc" : "the family");
			exit(1);
		}
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	uint64_t number;
	unsigned int i = 0;

	if (argc < 5 || argc > 4 + (int)ARRAY_SIZE(devices)) {
		fprintf(stderr, "usage: fuzz_netlink SEED NUMBER REAL DEVICE...\n");
		return 2;
	}
	seed = strtoull(argv[1], NULL, 0);
	number = strtoull(argv[2], NULL, 0);
	for (devices_n = 0; argv[4 + devices_n]; devices_n++) {
		devices[devices_n] = if_nametoindex(argv[4 + devices_n]);
		if (!devices[devices_n])
			die(argv[4 + devices_n]);
	}
	dice_state = seed;
	genl_fd = open_netlink(NETLINK_GENERIC);
	listener_fd = open_netlink(NETLINK_GENERIC);
	route_fd = open_netlink(NETLINK_ROUTE);
	resolve();
	real_read(argv[3]);
	to.sll_ifindex = devices[0];
	packet_fd = socket(AF_PACKET, SOCK_RAW, 0);
	taint_fd = open("/proc/sys/kernel/tainted", O_RDONLY);
	log_fd = open("/dev/kmsg", O_WRONLY);
	if (packet_fd < 0 || bind(packet_fd, (struct sockaddr *)&to, sizeof(to)) || taint_fd < 0 ||
	    log_fd < 0)
		die("the namespace");

	while (sent < number) {
		if (i % 64 == 0) {
			check_kernel();
			fill_anew();
		} else if (i % 8 == 0) {
			fill();
		}
		i++;
		one_train();
		packet();
	}
	check_kernel();
	report();
	return 0;
}
