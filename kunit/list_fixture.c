// SPDX-License-Identifier: GPL-2.0
/*
 * Random lists of rules, and packets, looked up one by one: here addresses are
 * numbers, and a prefix is the first and the last.
 */
#include "list_fixture.h"
#include "../module/classifier.h"
#include "../module/flow.h"
#include "../module/rule.h"

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/unaligned.h>

unsigned int list_rounds = 1;
module_param_named(rounds, list_rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "How many random lists to try of each kind");

u32 list_below(struct rnd_state *rnd, u32 n)
{
	return prandom_u32_state(rnd) % n;
}

bool list_one_in(struct rnd_state *rnd, u32 n)
{
	return !list_below(rnd, n);
}

static bool less(const struct number *a, const struct number *b)
{
	return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static struct number next_to(struct number number, bool up)
{
	if (up)
		number.high += !++number.low;
	else
		number.high -= !number.low--;
	return number;
}

static struct number mapped(struct number number)
{
	number.high = 0;
	number.low = 0xffff00000000ULL | (u32)number.low;
	return number;
}

static struct number random_number(struct rnd_state *rnd)
{
	struct number number;

	prandom_bytes_state(rnd, &number, sizeof(number));
	return number;
}

static struct number random_address(struct rnd_state *rnd, u8 family,
				    enum style style)
{
	static const u8 bytes[] = { 0, 1, 127, 128, 254, 255 };
	struct number number = random_number(rnd);
	unsigned int i;

	switch (style) {
	case FEW:
		number.high = 0x20ULL << 56;
		for (number.low = 0, i = 0; i < 4; i++)
			number.low = number.low << 8 |
				     bytes[list_below(rnd, ARRAY_SIZE(bytes))];
		break;
	case NARROW:
		number.high = 0x20010db800000000ULL;
		number.low = 10 << 24 | (number.low & 0x3fff);
		break;
	default:
		number.high >>= 3;
		number.high |= 1ULL << 61;
	}
	return family == AF_INET ? mapped(number) : number;
}

static void random_span(struct rnd_state *rnd, struct span *span, u8 family,
			enum style style)
{
	static const u8 lens[] = { 0, 1, 7, 8, 9, 16, 24, 31, 32 };
	unsigned int bits = family == AF_INET ? 32 : 128;
	struct number host = { 0 };

	switch (style) {
	case FEW:
		span->len = bits - lens[list_below(rnd, ARRAY_SIZE(lens))];
		break;
	case NARROW:
		span->len = bits - list_below(rnd, 6);
		break;
	default:
		span->len = bits / 4 + list_below(rnd, bits * 3 / 4 + 1);
	}
	if (list_one_in(rnd, 200))
		span->len = list_below(rnd, bits + 1);
	span->len += 128 - bits;
	if (span->len < 64)
		host.high = ~0ULL >> span->len;
	if (span->len <= 64)
		host.low = ~0ULL;
	else if (span->len < 128)
		host.low = ~0ULL >> (span->len - 64);
	span->any = false;
	span->first = random_address(rnd, family, style);
	span->first.high &= ~host.high;
	span->first.low &= ~host.low;
	span->last.high = span->first.high | host.high;
	span->last.low = span->first.low | host.low;
}

static u16 random_port(struct rnd_state *rnd, enum style style)
{
	static const u16 ports[] = { 0, 1, 79, 80, 255, 256, 257, 65535 };

	if (style == FEW)
		return ports[list_below(rnd, ARRAY_SIZE(ports))];
	return prandom_u32_state(rnd);
}

static void random_range(struct rnd_state *rnd, int *range, enum style style)
{
	range[0] = random_port(rnd, style);
	range[1] = random_port(rnd, style);
	if (style == NARROW || list_one_in(rnd, 2))
		range[1] = min(range[0] + (int)list_below(rnd, 3), U16_MAX);
	if (range[0] > range[1])
		swap(range[0], range[1]);
}

void list_random_rule(struct rnd_state *rnd, const struct list_case *list,
		      struct plain_rule *rule)
{
	static const u8 protos[] = { 6, 17, 1, 132, 0, 255 };
	bool optional = list->style == OPTIONAL || list->style == FEW;
	u8 family = list->families == BOTH ?
		    (list_one_in(rnd, 2) ? AF_INET : AF_INET6) :
		    list->families == IPV4 ? AF_INET : AF_INET6;

	*rule = (struct plain_rule){
		.proto = -1,
		.sport = { -1 },
		.dport = { -1 },
		.src.any = true,
		.dst.any = true,
	};
	/* For every frame: whatever comes behind it in a list is not asked. */
	if (optional && list_one_in(rnd, list->count + 50))
		return;
	if (!optional || !list_one_in(rnd, 3))
		random_span(rnd, &rule->src, family, list->style);
	if (!optional || !list_one_in(rnd, 3))
		random_span(rnd, &rule->dst, family, list->style);
	if (!rule->src.any || !rule->dst.any)
		rule->family = family;
	if (!list_one_in(rnd, 4))
		rule->proto = protos[list_below(rnd, ARRAY_SIZE(protos))];
	if (list_one_in(rnd, 2))
		random_range(rnd, rule->sport, list->style);
	if (list_one_in(rnd, 2))
		random_range(rnd, rule->dport, list->style);
	/* It would be for nearly every packet otherwise. */
	if (!rule->family && !list_one_in(rnd, list->count / 4 + 10))
		random_range(rnd, rule->dport, NARROW);
}

static struct number address_near(struct rnd_state *rnd,
				  const struct span *span, u8 family,
				  enum style style)
{
	struct number number = random_address(rnd, family, style);

	if (!span->any) {
		switch (list_below(rnd, 8)) {
		case 0:
			break;
		case 1:
			number = next_to(span->first, false);
			break;
		case 2:
			number = next_to(span->last, true);
			break;
		case 3:
			number = span->last;
			break;
		default:
			number = span->first;
		}
	}
	return family == AF_INET ? mapped(number) : number;
}

static int port_near(struct rnd_state *rnd, const int *range, enum style style)
{
	if (range[0] < 0)
		return random_port(rnd, style);
	switch (list_below(rnd, 8)) {
	case 0:
		return random_port(rnd, style);
	case 1:
		return (u16)(range[0] - 1);
	case 2:
		return (u16)(range[1] + 1);
	case 3:
		return range[1];
	default:
		return range[0];
	}
}

/* One that a rule of the list is for, or nearly is, or any. */
void list_random_packet(struct rnd_state *rnd, const struct list_case *list,
			const struct plain_rule *rules, unsigned int count,
			struct plain_packet *packet)
{
	struct plain_rule rule;
	u8 family;

	list_random_rule(rnd, list, &rule);
	if (count && !list_one_in(rnd, 8))
		rule = rules[list_below(rnd, count)];
	family = rule.family;
	if (!family)
		family = list_one_in(rnd, 2) ? AF_INET : AF_INET6;
	/* An address that is mapped may also be in a packet of IPv6. */
	packet->src = address_near(rnd, &rule.src, family, list->style);
	packet->dst = address_near(rnd, &rule.dst, family, list->style);
	packet->sport = -1;
	packet->dport = -1;
	packet->proto = -1;
	packet->family = family;
	if (list_one_in(rnd, 32))
		packet->family = AF_INET6;
	if (list_one_in(rnd, 32))
		packet->family = AF_UNSPEC;
	if (!packet->family || list_one_in(rnd, 32))
		return;
	packet->proto = rule.proto;
	if (rule.proto < 0 || list_one_in(rnd, 8))
		packet->proto = list_below(rnd, 2) ? IPPROTO_TCP : list_below(rnd, 256);
	if (list_one_in(rnd, 16))
		return;
	packet->sport = port_near(rnd, rule.sport, list->style);
	packet->dport = port_near(rnd, rule.dport, list->style);
}

static bool within(const struct span *span, const struct number *number)
{
	return span->any || (!less(number, &span->first) &&
			     !less(&span->last, number));
}

static bool port_within(const int *range, int port)
{
	return range[0] < 0 || (port >= range[0] && port <= range[1]);
}

static bool plain_matches(const struct plain_rule *rule,
			  const struct plain_packet *packet)
{
	if (rule->family && rule->family != packet->family)
		return false;
	if (rule->proto >= 0 && rule->proto != packet->proto)
		return false;
	return within(&rule->src, &packet->src) &&
	       within(&rule->dst, &packet->dst) &&
	       port_within(rule->sport, packet->sport) &&
	       port_within(rule->dport, packet->dport);
}

/* Return: the number of the rule that decides, 0 without one. */
unsigned int list_plain_find(const struct plain_rule *rules,
			     unsigned int count,
			     const struct plain_packet *packet)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (plain_matches(&rules[i], packet))
			return rules[i].number;
	return 0;
}

static void convert_number(const struct number *number, struct in6_addr *addr)
{
	put_unaligned_be64(number->high, &addr->s6_addr[0]);
	put_unaligned_be64(number->low, &addr->s6_addr[8]);
}

static void convert_range(const int *range, u16 *from, u16 *to, bool *has)
{
	*has = range[0] >= 0;
	*from = *has ? range[0] : 0;
	*to = *has ? range[1] : 0;
}

void list_convert_rule(const struct plain_rule *rule,
		       struct tmirror_match *match)
{
	memset(match, 0, sizeof(*match));
	match->number = rule->number;
	match->family = rule->family;
	match->has_proto = rule->proto >= 0;
	match->proto = match->has_proto ? rule->proto : 0;
	match->has_src = !rule->src.any;
	if (match->has_src) {
		convert_number(&rule->src.first, &match->src);
		match->src_len = rule->src.len;
	}
	match->has_dst = !rule->dst.any;
	if (match->has_dst) {
		convert_number(&rule->dst.first, &match->dst);
		match->dst_len = rule->dst.len;
	}
	convert_range(rule->sport, &match->sport_min, &match->sport_max,
		      &match->has_sport);
	convert_range(rule->dport, &match->dport_min, &match->dport_max,
		      &match->has_dport);
}

void list_convert_packet(const struct plain_packet *packet,
			 struct tmirror_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = packet->family;
	convert_number(&packet->src, &flow->src);
	convert_number(&packet->dst, &flow->dst);
	flow->has_proto = packet->proto >= 0;
	flow->proto = flow->has_proto ? packet->proto : 0;
	flow->has_ports = packet->sport >= 0;
	flow->sport = flow->has_ports ? packet->sport : 0;
	flow->dport = flow->has_ports ? packet->dport : 0;
}

/* Return: the memory of an object, as the page allocator would have it. */
static size_t rounded(size_t size)
{
	return roundup_pow_of_two(size);
}

/* What lookup relies on, and what bounds its depth and its memory. */
static size_t expect_sound_layer(struct kunit *test,
				 const struct tmirror_layer *layer,
				 const struct tmirror_layer *lower,
				 unsigned int level)
{
	size_t size = rounded(struct_size(layer, node, layer->count));
	const struct tmirror_node *node, *before = NULL;
	unsigned int i, j, at = 0;

	for (i = 0; i < layer->count; i++) {
		node = layer->node[i];
		size += rounded(struct_size(node, table, node->tables));
		KUNIT_EXPECT_EQ(test, node->level, level);
		if (before)
			KUNIT_EXPECT_GT(test, before->count + node->count,
					TMIRROR_NODE_CHILDREN);
		for (j = 0; lower && j < node->count; j++, at++)
			KUNIT_EXPECT_TRUE(test,
					  node->child[j] == lower->node[at]);
		before = node;
	}
	if (lower)
		KUNIT_EXPECT_EQ(test, at, lower->count);
	return size;
}

/* Return: how much memory a classifier takes. */
size_t list_expect_sound(struct kunit *test,
			 const struct tmirror_classifier *classifier,
			 unsigned int rules)
{
	unsigned int tree, level, i;
	size_t size = 0;

	for (tree = 0; tree < TMIRROR_TREES; tree++) {
		const struct tmirror_layer *lower = NULL, *layer;

		for (level = 0; level < TMIRROR_LEVELS; level++) {
			layer = classifier->layer[tree][level];
			if (!layer)
				break;
			size += expect_sound_layer(test, layer, lower, level);
			for (i = 0; !level && i < layer->count; i++)
				rules -= layer->node[i]->count;
			lower = layer;
		}
		KUNIT_ASSERT_EQ(test, !!lower,
				!!(classifier->trees & BIT(tree)));
		if (!lower)
			continue;
		KUNIT_EXPECT_EQ(test, lower->count, 1);
		KUNIT_EXPECT_TRUE(test,
				  classifier->root[tree] == lower->node[0]);
	}
	KUNIT_EXPECT_EQ(test, rules, 0);
	return size;
}
