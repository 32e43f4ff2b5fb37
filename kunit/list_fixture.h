/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_LIST_FIXTURE_H
#define _TMIRROR_LIST_FIXTURE_H

#include <linux/types.h>

struct kunit;
struct rnd_state;
struct tmirror_classifier;
struct tmirror_flow;
struct tmirror_match;

#define LIST_SEED	0x636c6173

struct number {
	u64 high;
	u64 low;
};

struct span {
	struct number first;
	struct number last;
	unsigned int len;
	bool any;
};

struct plain_rule {
	u8 family;		/* AF_UNSPEC: any */
	int proto;		/* -1: any, likewise below */
	int sport[2];
	int dport[2];
	struct span src;
	struct span dst;
	u16 number;
};

struct plain_packet {
	u8 family;
	int proto;		/* -1: unknown */
	int sport;		/* -1: none */
	int dport;
	struct number src;
	struct number dst;
};

/* How rules of a list are made up. */
enum style {
	PAIRS,			/* two prefixes each */
	OPTIONAL,		/* every word may be absent */
	FEW,			/* of few values: much overlaps */
	NARROW,			/* next to each other */
};

enum families {
	IPV4 = 1,
	IPV6 = 2,
	BOTH = 3,
};

struct list_case {
	const char *desc;
	unsigned int count;
	unsigned int packets;
	enum style style;
	enum families families;
};

extern unsigned int list_rounds;

u32 list_below(struct rnd_state *rnd, u32 n);
bool list_one_in(struct rnd_state *rnd, u32 n);
void list_random_rule(struct rnd_state *rnd, const struct list_case *list,
		      struct plain_rule *rule);
void list_random_packet(struct rnd_state *rnd, const struct list_case *list,
			const struct plain_rule *rules, unsigned int count,
			struct plain_packet *packet);
unsigned int list_plain_find(const struct plain_rule *rules,
			     unsigned int count,
			     const struct plain_packet *packet);
void list_convert_rule(const struct plain_rule *rule,
		       struct tmirror_match *match);
void list_convert_packet(const struct plain_packet *packet,
			 struct tmirror_flow *flow);
size_t list_expect_sound(struct kunit *test,
			 const struct tmirror_classifier *classifier,
			 unsigned int rules);

#endif /* _TMIRROR_LIST_FIXTURE_H */
