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
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dice.h"
#include "exchange.h"
#include "real.h"
#include "state.h"
#include "../../tmconf/array.h"

uint64_t dice_state;

static int packet_fd, log_fd, taint_fd;
static char taint[16];

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

	while (!board_full(n)) {
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
		board_last()->nlmsg_len = m.header.nlmsg_len;
	}
	depart(route ? route_fd : genl_fd, lies);
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
			 (unsigned long long)seed, (unsigned long long)tally.sent + 1);

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
	       (unsigned long long)tally.sent, (unsigned long long)tally.notified);
	for (i = 0; i < ARRAY_SIZE(tally.by_error); i++)
		if (tally.by_error[i])
			printf("%6.2f%% %s\n", 100.0 * tally.by_error[i] / tally.sent,
			       i ? strerrorname_np(i) : "accepted");
	for (i = 0; i < commands_n; i++)
		printf("%s: %llu, %llu accepted\n", commands[i].name,
		       (unsigned long long)tally.tried[i], (unsigned long long)tally.accepted[i]);
	for (i = 0; i < 2; i++)
		printf("real, to %s: %u; %llu, %llu accepted\n", i ? "tc" : "the family",
		       real_count(i), (unsigned long long)tally.reals_sent[i],
		       (unsigned long long)tally.reals_accepted[i]);
	for (i = 0; i < commands_n; i++)
		if (!tally.accepted[i] && tally.tried[i] > 200) {
			printf("no %s was ever accepted\n", commands[i].name);
			exit(1);
		}
	for (i = 0; i < 2; i++)
		if (!tally.reals_accepted[i] && tally.reals_sent[i] > 200) {
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
	exchange_open();
	real_read(argv[3]);
	to.sll_ifindex = devices[0];
	packet_fd = socket(AF_PACKET, SOCK_RAW, 0);
	taint_fd = open("/proc/sys/kernel/tainted", O_RDONLY);
	log_fd = open("/dev/kmsg", O_WRONLY);
	if (packet_fd < 0 || bind(packet_fd, (struct sockaddr *)&to, sizeof(to)) || taint_fd < 0 ||
	    log_fd < 0)
		die("the namespace");

	while (tally.sent < number) {
		if (i % 64 == 0) {
			check_kernel();
			state_fill_anew();
		} else if (i % 8 == 0) {
			state_fill();
		}
		i++;
		one_train();
		packet();
	}
	check_kernel();
	report();
	return 0;
}
