// SPDX-License-Identifier: GPL-2.0
/*
 * Random packets against random rules, judged a second time in the plainest
 * way there is: no sorting, no mapped addresses, no tricks with bits.
 */
#include "../module/filter.h"
#include "../module/flow.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#define SEED		0x746d6972
#define FILTERS		400
#define PACKETS		500
#define RULES_MAX	16

/* Every value comes from a few, so that matches are as likely as not. */
static const u8 some_protos[] = { 0, 1, 6, 17, 33, 58, 132, 136, 255 };
static const u16 some_ports[] = { 0, 1, 79, 80, 81, 443, 65534, 65535 };
static const u8 some_bytes[] = { 0, 1, 127, 128, 254, 255 };
static const u8 some_lengths[] = { 0, 1, 7, 8, 9, 16, 31, 32 };

struct address {
	u8 len;			/* bytes: 4, 16; 0: none */
	u8 byte[16];
};

struct plain_rule {
	u8 direction;
	u16 number;
	u8 action;
	int proto;		/* -1: any */
	struct address src, dst;
	unsigned int src_bits, dst_bits;
	int sport[2], dport[2];	/* [0] is -1: any */
};

struct plain_packet {
	u8 direction;
	struct address src, dst;
	int proto;		/* -1: unknown */
	int sport, dport;	/* -1: none */
};

static u32 below(struct rnd_state *rnd, u32 n)
{
	return prandom_u32_state(rnd) % n;
}

static u8 some_proto(struct rnd_state *rnd)
{
	return some_protos[below(rnd, ARRAY_SIZE(some_protos))];
}

static u16 some_port(struct rnd_state *rnd)
{
	return some_ports[below(rnd, ARRAY_SIZE(some_ports))];
}

static bool one_in(struct rnd_state *rnd, unsigned int n)
{
	return below(rnd, n) == 0;
}

static void random_address(struct rnd_state *rnd, struct address *addr, u8 len)
{
	unsigned int i;

	addr->len = len;
	memset(addr->byte, 0, sizeof(addr->byte));
	for (i = 0; i < len; i++)
		addr->byte[i] = some_bytes[below(rnd, ARRAY_SIZE(some_bytes))];
}

static u8 bit_of(const struct address *addr, unsigned int i)
{
	return addr->byte[i / 8] >> (7 - i % 8) & 1;
}

static void random_prefix(struct rnd_state *rnd, struct address *addr,
			  unsigned int *bits, u8 len)
{
	unsigned int i;

	random_address(rnd, addr, len);
	*bits = some_lengths[below(rnd, ARRAY_SIZE(some_lengths))];
	if (len == 16 && one_in(rnd, 2))
		*bits *= 4;
	for (i = *bits; i < len * 8; i++)
		addr->byte[i / 8] &= ~(1 << (7 - i % 8));
}

static void random_range(struct rnd_state *rnd, int *range)
{
	range[0] = some_port(rnd);
	range[1] = some_port(rnd);
	if (range[0] > range[1])
		swap(range[0], range[1]);
}

static void random_rule(struct rnd_state *rnd, struct plain_rule *rule)
{
	u8 len = one_in(rnd, 2) ? 4 : 16;

	memset(rule, 0, sizeof(*rule));
	rule->direction = one_in(rnd, 2);
	rule->action = one_in(rnd, 2);
	rule->proto = one_in(rnd, 2) ? some_proto(rnd) : -1;
	if (one_in(rnd, 2))
		random_prefix(rnd, &rule->src, &rule->src_bits, len);
	if (one_in(rnd, 3))
		random_prefix(rnd, &rule->dst, &rule->dst_bits, len);
	rule->sport[0] = -1;
	rule->dport[0] = -1;
	if (one_in(rnd, 3))
		random_range(rnd, rule->sport);
	if (one_in(rnd, 3))
		random_range(rnd, rule->dport);
}

static void random_packet(struct rnd_state *rnd, struct plain_packet *packet)
{
	u8 len = one_in(rnd, 2) ? 4 : 16;

	packet->direction = one_in(rnd, 2);
	packet->proto = -1;
	packet->sport = -1;
	packet->dport = -1;
	if (one_in(rnd, 10))
		len = 0;
	random_address(rnd, &packet->src, len);
	random_address(rnd, &packet->dst, len);
	if (!len || (len == 16 && one_in(rnd, 10)))
		return;
	packet->proto = some_proto(rnd);
	if (tmirror_proto_has_ports(packet->proto) && !one_in(rnd, 10)) {
		packet->sport = some_port(rnd);
		packet->dport = some_port(rnd);
	}
}

static bool plain_prefix_holds(const struct address *prefix, unsigned int bits,
			       const struct address *addr)
{
	unsigned int i;

	if (prefix->len != addr->len)
		return false;
	for (i = 0; i < bits; i++)
		if (bit_of(prefix, i) != bit_of(addr, i))
			return false;
	return true;
}

static bool plain_rule_matches(const struct plain_rule *rule,
			       const struct plain_packet *packet)
{
	bool ip = packet->src.len;

	if (rule->proto >= 0 && (!ip || packet->proto != rule->proto))
		return false;
	if (rule->src.len &&
	    !plain_prefix_holds(&rule->src, rule->src_bits, &packet->src))
		return false;
	if (rule->dst.len &&
	    !plain_prefix_holds(&rule->dst, rule->dst_bits, &packet->dst))
		return false;
	if (rule->sport[0] >= 0 && (packet->sport < rule->sport[0] ||
				    packet->sport > rule->sport[1]))
		return false;
	if (rule->dport[0] >= 0 && (packet->dport < rule->dport[0] ||
				    packet->dport > rule->dport[1]))
		return false;
	return true;
}

static const struct plain_rule *
plain_match(const struct plain_rule *rules, unsigned int count,
	    const struct plain_packet *packet)
{
	const struct plain_rule *best = NULL;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (rules[i].direction == packet->direction &&
		    plain_rule_matches(&rules[i], packet) &&
		    (!best || rules[i].number < best->number))
			best = &rules[i];
	return best;
}

static u8 family_of(const struct address *addr)
{
	return addr->len == 4 ? AF_INET : addr->len ? AF_INET6 : AF_UNSPEC;
}

static void convert_address(const struct address *from, struct in6_addr *to)
{
	__be32 ipv4;

	memset(to, 0, sizeof(*to));
	memcpy(&ipv4, from->byte, sizeof(ipv4));
	if (from->len == 4)
		ipv6_addr_set_v4mapped(ipv4, to);
	else
		memcpy(to, from->byte, sizeof(*to));
}

static void convert_prefix(const struct address *from, unsigned int bits,
			   struct tmirror_match *match, struct in6_addr *to,
			   u8 *len, bool *has)
{
	if (!from->len)
		return;
	*has = true;
	*len = bits + (from->len == 4 ? 96 : 0);
	match->family = family_of(from);
	convert_address(from, to);
}

static void convert_rule(const struct plain_rule *rule,
			 struct tmirror_match *match)
{
	memset(match, 0, sizeof(*match));
	match->direction = rule->direction;
	match->number = rule->number;
	match->action = rule->action;
	if (rule->proto >= 0) {
		match->has_proto = true;
		match->proto = rule->proto;
	}
	convert_prefix(&rule->src, rule->src_bits, match, &match->src,
		       &match->src_len, &match->has_src);
	convert_prefix(&rule->dst, rule->dst_bits, match, &match->dst,
		       &match->dst_len, &match->has_dst);
	if (rule->sport[0] >= 0) {
		match->has_sport = true;
		match->sport_min = rule->sport[0];
		match->sport_max = rule->sport[1];
	}
	if (rule->dport[0] >= 0) {
		match->has_dport = true;
		match->dport_min = rule->dport[0];
		match->dport_max = rule->dport[1];
	}
}

static void convert_packet(const struct plain_packet *packet,
			   struct tmirror_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = family_of(&packet->src);
	convert_address(&packet->src, &flow->src);
	convert_address(&packet->dst, &flow->dst);
	if (packet->proto >= 0) {
		flow->has_proto = true;
		flow->proto = packet->proto;
	}
	if (packet->sport >= 0) {
		flow->has_ports = true;
		flow->sport = packet->sport;
		flow->dport = packet->dport;
	}
}

/* Rules of different numbers, in no order. */
static unsigned int random_rules(struct rnd_state *rnd,
				 struct plain_rule *rules)
{
	unsigned int count = below(rnd, RULES_MAX + 1), i, j;

	for (i = 0; i < count; i++) {
		random_rule(rnd, &rules[i]);
		do {
			rules[i].number = 1 + below(rnd, 100);
			for (j = 0; j < i; j++)
				if (rules[j].number == rules[i].number)
					break;
		} while (j < i);
	}
	return count;
}

/* By adding one at a time, or by loading all. */
static void fill(struct kunit *test, struct tmirror_filter *filter,
		 const struct plain_rule *rules, unsigned int count, bool load)
{
	struct tmirror_rules *list = tmirror_rules_alloc(load ? count : 0);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, list);
	for (i = 0; i < count; i++) {
		struct tmirror_match match;
		struct tmirror_rule *rule;

		convert_rule(&rules[i], &match);
		rule = tmirror_rule_alloc(&match);
		KUNIT_ASSERT_NOT_NULL(test, rule);
		if (load)
			list->rule[i] = rule;
		else
			KUNIT_ASSERT_EQ(test, 0,
					tmirror_filter_add(filter, rule,
							   RULES_MAX));
	}
	/* In the other case this leaves no rules, of none. */
	if (load)
		KUNIT_ASSERT_EQ(test, 0, tmirror_filter_load(filter, list,
							     RULES_MAX));
	else
		tmirror_rules_discard(list);
}

/* Number and action of a rule in one: below zero if it rejects. */
static int verdict(u16 number, u8 action)
{
	return action == TMIRROR_ACCEPT ? number : -number;
}

/* Return: what decides, 0 without a rule. */
static int plain_verdict(const struct plain_rule *rules, unsigned int count,
			 const struct plain_packet *packet)
{
	const struct plain_rule *rule = plain_match(rules, count, packet);

	return rule ? verdict(rule->number, rule->action) : 0;
}

static int filter_verdict(const struct tmirror_filter *filter,
			  const struct plain_packet *packet)
{
	const struct tmirror_rule *rule;
	struct tmirror_flow flow;
	int result = 0;

	convert_packet(packet, &flow);
	rcu_read_lock();
	rule = tmirror_filter_match(filter, packet->direction, &flow);
	if (rule)
		result = verdict(rule->match.number, rule->match.action);
	rcu_read_unlock();
	return result;
}

static void same_as_the_plain_way(struct kunit *test)
{
	unsigned int i, j, count, matched = 0;
	struct tmirror_filter *filter;
	struct tmirror_table table;
	struct plain_rule *rules;
	struct rnd_state rnd;
	int want;

	prandom_seed_state(&rnd, SEED);
	tmirror_table_init(&table, 1);
	rules = kunit_kcalloc(test, RULES_MAX, sizeof(*rules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rules);

	for (i = 0; i < FILTERS; i++) {
		filter = tmirror_filter_create(&table, "f");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, filter);
		count = random_rules(&rnd, rules);
		fill(test, filter, rules, count, i & 1);
		for (j = 0; j < PACKETS; j++) {
			struct plain_packet packet;

			random_packet(&rnd, &packet);
			want = plain_verdict(rules, count, &packet);
			KUNIT_ASSERT_EQ_MSG(test,
					    filter_verdict(filter, &packet),
					    want, "filter %u, packet %u", i, j);
			matched += !!want;
		}
		KUNIT_ASSERT_EQ(test, 0, tmirror_filter_delete(&table, filter));
	}
	/* Otherwise the above would not say much. */
	KUNIT_EXPECT_GT(test, matched, FILTERS * PACKETS / 4);
	KUNIT_EXPECT_LT(test, matched, FILTERS * PACKETS * 3 / 4);
	/* Filters are freed here, not by whatever comes next. */
	rcu_barrier();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(same_as_the_plain_way),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_match",
	.test_cases = cases,
};

kunit_test_suite(suite);
