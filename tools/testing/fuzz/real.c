// SPDX-License-Identifier: GPL-2.0
/* Messages that tools have sent, as record.py wrote them down. */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dice.h"
#include "message.h"
#include "real.h"
#include "../../tmconf/array.h"

static uint8_t bytes[1 << 20];
/* those to the family, and those to tc */
static const struct nlmsghdr *reals[2][500];
static unsigned int reals_n[2];

/* Is it of the types that commands have? */
static bool is_ours(const struct nlmsghdr *nlh)
{
	const struct command *c;

	for (c = commands; c < commands + commands_n; c++)
		if (nlh->nlmsg_type == (c->type ? c->type : genl_family))
			return true;
	return false;
}

/*
 * What is in an action's options is within three nests. Those that make actions
 * come from tc, which says of some nests only that they are.
 */
static void check_depth(void)
{
	unsigned int i, deep = 0, all = 0;
	const struct nlmsghdr *nlh;
	struct message m;

	for (i = 0; i < reals_n[true]; i++) {
		nlh = reals[true][i];
		if (nlh->nlmsg_type != RTM_NEWACTION)
			continue;
		memcpy(&m, nlh, nlh->nlmsg_len);
		deep += mutate_depth(&m) >= 3;
		all++;
	}
	if (!all || deep < all) {
		fprintf(stderr, "of %u messages that make actions, %u are seen to have options\n",
			all, deep);
		exit(1);
	}
}

/**
 * real_read() - read the messages of a file; ends the program if they are no use
 * @path: its name
 *
 * Context: the family is known.
 */
void real_read(const char *path)
{
	const struct nlmsghdr *nlh = (void *)bytes;
	int fd = open(path, O_RDONLY);
	ssize_t len;
	bool route;

	len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	if (len < 0) {
		perror(path);
		exit(1);
	}
	close(fd);
	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		route = nlh->nlmsg_type != genl_family;
		if (is_ours(nlh) && reals_n[route] < ARRAY_SIZE(reals[route]))
			reals[route][reals_n[route]++] = nlh;
	}
	if (len || !reals_n[false] || !reals_n[true]) {
		fprintf(stderr, "%s: %zd bytes left, %u messages to the family, %u to tc\n", path,
			len, reals_n[false], reals_n[true]);
		exit(1);
	}
	check_depth();
}

/**
 * real_count() - how many there are
 * @route: of tc, or of the family
 *
 * Return: their number, not 0
 */
unsigned int real_count(bool route)
{
	return reals_n[route];
}

/**
 * real_pick() - one of them
 * @route: of tc, or of the family
 *
 * Return: the message; it stays where it is
 */
const struct nlmsghdr *real_pick(bool route)
{
	return reals[route][dice(reals_n[route])];
}
