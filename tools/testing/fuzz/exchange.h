/* SPDX-License-Identifier: GPL-2.0 */
/* Messages on their way, and what became of them. */
#ifndef FUZZ_EXCHANGE_H
#define FUZZ_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

/* messages in a datagram, at most */
#define TRAIN		64

/**
 * struct tally - what became of messages
 * @sent: how many, the last one's number
 * @notified: how many notifications came
 * @by_error: how many ended with this errno
 * @tried: how many there were of each command
 * @accepted: how many of these were done
 * @reals_sent: of those that began as real ones, to the family and to tc
 * @reals_accepted: of those, how many were done, dumps not counted
 * @refused: how many messages for the state were refused
 * @last_refusal: how the last of these ended, an errno
 *
 * Messages for the state, see board(), count in no other member but @notified.
 */
struct tally {
	uint64_t sent;
	uint64_t notified;
	uint64_t by_error[134];
	uint64_t tried[64];
	uint64_t accepted[64];
	uint64_t reals_sent[2];
	uint64_t reals_accepted[2];
	uint64_t refused;
	int last_refusal;
};

extern struct tally tally;
extern int genl_fd, route_fd;
/* for what fail() says */
extern uint64_t seed;
/* what messages count as that began as real ones */
extern const struct command real;

void exchange_open(void);
void board(const struct message *m, const struct command *c);
bool board_full(unsigned int n);
struct nlmsghdr *board_last(void);
void depart(int fd, bool last_lies);
void fail(const struct nlmsghdr *nlh, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
void die(const char *what) __attribute__((noreturn));

#endif
