/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_RULE_FIXTURE_H
#define _TMIRROR_RULE_FIXTURE_H

#include "../module/filter.h"
#include "../module/flow.h"

struct kunit;

/* Words that are absent are NULL, and a protocol ANY. */
#define ANY	(-1)

/**
 * struct rule_words - a rule as its user would write it
 * @proto: number, or ANY
 * @src: address and length of the prefix
 * @dst: likewise
 * @sport: lowest and highest port
 * @dport: likewise
 */
struct rule_words {
	int proto;
	const char *src;
	const char *dst;
	const u16 *sport;
	const u16 *dport;
};

/* Ports from @a to @b. */
#define PORTS(a, b)	((const u16[]){ (a), (b) })

/**
 * struct packet_words - what a rule looks at in a packet
 * @proto: number; ANY for IPv6 whose protocol is out of reach
 * @src: address; NULL for a frame that is not IP
 * @dst: address of the same family
 * @ports: source and destination port, NULL if it has none
 */
struct packet_words {
	int proto;
	const char *src;
	const char *dst;
	const u16 *ports;
};

void rule_from_words(struct kunit *test, struct tmirror_match *match,
		     const struct rule_words *words);
void packet_from_words(struct kunit *test, struct tmirror_flow *flow,
		       const struct packet_words *words);

#endif /* _TMIRROR_RULE_FIXTURE_H */
