// SPDX-License-Identifier: GPL-2.0
/*
 * Chooses among up to 64 rules, or sets of rules, by single bytes of a packet.
 *
 * For one byte, a table says for each value of it which of the rules can still
 * match: a bit each. The intersection of what the tables of all bytes say leaves
 * few rules to try. Bit vectors of rules for each dimension are from Lakshman
 * and Stiliadis, "High-speed policy-based packet forwarding using efficient
 * multi-dimensional range matching", SIGCOMM 1998.
 *
 * A prefix is a product of ranges of bytes; a port range, and what a node
 * says of all below it, is not. So tables may let pass too much, never too
 * little: tmirror_rule_matches() has the last word on each rule.
 */
#include "node.h"
#include "flow.h"
#include "rule.h"

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/tmirror.h>
#include <net/ipv6.h>

#define CHILDREN	TMIRROR_NODE_CHILDREN
#define VALUES		TMIRROR_BYTE_VALUES
#define FIELDS		TMIRROR_FIELDS
#define TABLES		TMIRROR_NODE_TABLES

/* Numbers of fields; those of addresses go on for their 16 bytes. */
enum {
	FIELD_SRC = 0,
	FIELD_DST = 16,
	FIELD_SPORT_HIGH = 32,
	FIELD_SPORT_LOW,
	FIELD_DPORT_HIGH,
	FIELD_DPORT_LOW,
	FIELD_PROTO,
	FIELD_FAMILY,
};

static_assert(FIELD_FAMILY + 1 == FIELDS);
static_assert(sizeof(struct tmirror_node) + TABLES * VALUES * sizeof(u64) <=
	      SZ_32K);

/* A look at a child costs as much as looks into so many tables. */
#define LOOKS_A_CHILD	6

/* Tables are chosen for packets like these: two for each child. */
#define PACKETS		(2 * CHILDREN)

/* What building a node needs; too much for the stack. */
struct tmirror_node_scratch {
	u64 table[FIELDS][VALUES];
	DECLARE_BITMAP(accepted[FIELDS], VALUES);
	struct tmirror_flow packet[PACKETS];
	u64 left[PACKETS];	/* by the tables chosen so far */
};

static u8 offset_of(unsigned int field)
{
	const unsigned int low = IS_ENABLED(CONFIG_CPU_BIG_ENDIAN);

	switch (field) {
	case FIELD_SPORT_HIGH:
		return offsetof(struct tmirror_flow, sport) + !low;
	case FIELD_SPORT_LOW:
		return offsetof(struct tmirror_flow, sport) + low;
	case FIELD_DPORT_HIGH:
		return offsetof(struct tmirror_flow, dport) + !low;
	case FIELD_DPORT_LOW:
		return offsetof(struct tmirror_flow, dport) + low;
	case FIELD_PROTO:
		return offsetof(struct tmirror_flow, proto);
	case FIELD_FAMILY:
		return offsetof(struct tmirror_flow, family);
	}
	if (field < FIELD_DST)
		return offsetof(struct tmirror_flow, src) + field;
	return offsetof(struct tmirror_flow, dst) + field - FIELD_DST;
}

/* Values of a byte that something accepts. */
struct values {
	u8 min;
	u8 max;
};

static const struct values any = { 0, VALUES - 1 };

static struct values prefix_values(const struct in6_addr *addr, int len,
				   unsigned int byte)
{
	u8 value = addr->s6_addr[byte], host;

	len -= 8 * byte;
	if (len <= 0)
		return any;
	host = len < 8 ? 0xff >> len : 0;
	return (struct values){ value & ~host, value | host };
}

static struct values high_values(u16 min, u16 max)
{
	return (struct values){ min >> 8, max >> 8 };
}

static struct values low_values(u16 min, u16 max)
{
	if (min >> 8 != max >> 8)
		return any;
	return (struct values){ min & 0xff, max & 0xff };
}

static struct values rule_values(const struct tmirror_match *match,
				 unsigned int field)
{
	if (tmirror_match_is_any(match))
		return any;
	switch (field) {
	case FIELD_SPORT_HIGH:
		return match->has_sport ?
		       high_values(match->sport_min, match->sport_max) : any;
	case FIELD_SPORT_LOW:
		return match->has_sport ?
		       low_values(match->sport_min, match->sport_max) : any;
	case FIELD_DPORT_HIGH:
		return match->has_dport ?
		       high_values(match->dport_min, match->dport_max) : any;
	case FIELD_DPORT_LOW:
		return match->has_dport ?
		       low_values(match->dport_min, match->dport_max) : any;
	case FIELD_PROTO:
		return match->has_proto ?
		       (struct values){ match->proto, match->proto } : any;
	case FIELD_FAMILY:
		/* Without a family it is for both, which lie far apart. */
		return match->family ?
		       (struct values){ match->family, match->family } :
		       (struct values){ AF_INET, AF_INET6 };
	}
	if (field < FIELD_DST)
		return match->has_src ?
		       prefix_values(&match->src, match->src_len, field) : any;
	return match->has_dst ?
	       prefix_values(&match->dst, match->dst_len, field - FIELD_DST) :
	       any;
}

/*
 * Fill in where the bit of a child differs from that of the value before.
 * Return: false if there is no such value, as the child accepts all.
 */
static bool mark_changes(u64 *table, u64 bit, const void *child,
			 unsigned int level, unsigned int field)
{
	const struct tmirror_node *node = child;
	const struct tmirror_rule *rule = child;
	unsigned int start, end;
	struct values values;

	if (level) {
		if (bitmap_full(node->accepted[field], VALUES))
			return false;
		for_each_set_bitrange(start, end, node->accepted[field],
				      VALUES) {
			table[start] ^= bit;
			if (end < VALUES)
				table[end] ^= bit;
		}
		return true;
	}
	values = rule_values(&rule->match, field);
	if (values.min == any.min && values.max == any.max)
		return false;
	if (values.min <= values.max) {
		table[values.min] ^= bit;
		if (values.max < any.max)
			table[values.max + 1] ^= bit;
	}
	return true;
}

static void fill_table(struct tmirror_node_scratch *scratch, unsigned int field,
		       const void *const *child, unsigned int count,
		       unsigned int level)
{
	unsigned long *accepted = scratch->accepted[field];
	u64 *table = scratch->table[field];
	u64 mask = 0, indifferent = 0;
	unsigned int i;

	memset(table, 0, sizeof(scratch->table[field]));
	for (i = 0; i < count; i++)
		if (!mark_changes(table, BIT_ULL(i), child[i], level, field))
			indifferent |= BIT_ULL(i);
	bitmap_zero(accepted, VALUES);
	for (i = 0; i < VALUES; i++) {
		mask ^= table[i];
		table[i] = mask | indifferent;
		if (table[i])
			__set_bit(i, accepted);
	}
}

/* Return: a rule of those below a child. */
static const struct tmirror_rule *example_of(const void *child,
					     unsigned int level)
{
	while (level--) {
		const struct tmirror_node *node = child;

		child = node->child[node->count / 2];
	}
	return child;
}

static void make_stranger(struct tmirror_flow *flow, struct rnd_state *rnd,
			  u8 family)
{
	flow->family = family;
	flow->proto = IPPROTO_TCP;
	flow->sport = prandom_u32_state(rnd);
	flow->dport = prandom_u32_state(rnd);
	prandom_bytes_state(rnd, &flow->src, sizeof(flow->src));
	prandom_bytes_state(rnd, &flow->dst, sizeof(flow->dst));
	if (family == AF_INET) {
		ipv6_addr_set_v4mapped(flow->src.s6_addr32[3], &flow->src);
		ipv6_addr_set_v4mapped(flow->dst.s6_addr32[3], &flow->dst);
	}
}

/* Make of a stranger a packet that a rule is for. */
static void befriend(struct tmirror_flow *flow,
		     const struct tmirror_match *match)
{
	if (match->has_proto)
		flow->proto = match->proto;
	if (match->has_src)
		flow->src = match->src;
	if (match->has_dst)
		flow->dst = match->dst;
	if (match->has_sport)
		flow->sport = match->sport_min;
	if (match->has_dport)
		flow->dport = match->dport_min;
}

/* Two for each child, one that it is for and one that is a stranger. */
static void make_packets(struct tmirror_node_scratch *scratch,
			 const void *const *child, unsigned int count,
			 unsigned int level)
{
	const struct tmirror_match *match;
	struct rnd_state rnd;
	unsigned int i;
	u8 family;

	/* The same each time: equal rules make equal nodes. */
	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 2 * count; i++) {
		match = &example_of(child[i / 2], level)->match;
		family = match->family ?: i & 2 ? AF_INET6 : AF_INET;
		make_stranger(&scratch->packet[i], &rnd, family);
		if (i & 1)
			befriend(&scratch->packet[i], match);
	}
}

/* Return: what a table would leave of a packet. */
static u64 left_by(const struct tmirror_node_scratch *scratch,
		   unsigned int field, unsigned int packet)
{
	const u8 *bytes = (const u8 *)&scratch->packet[packet];

	return scratch->left[packet] &
	       scratch->table[field][bytes[offset_of(field)]];
}

/*
 * Choose the tables that are worth a look, the best one first: which leaves
 * the fewest children of those packets, after the tables chosen before it.
 */
static unsigned int choose(struct tmirror_node_scratch *scratch,
			   unsigned int count, u8 *chosen)
{
	unsigned int n, i, field, sum, alive, before, least, best = 0;
	u64 *left = scratch->left;

	for (i = 0; i < 2 * count; i++)
		left[i] = GENMASK_ULL(count - 1, 0);
	for (n = 0; n < TABLES; n++) {
		alive = 0;
		before = 0;
		for (i = 0; i < 2 * count; i++) {
			alive += !!left[i];
			before += hweight64(left[i]);
		}
		least = before;
		for (field = 0; field < FIELDS; field++) {
			sum = 0;
			for (i = 0; i < 2 * count; i++)
				sum += hweight64(left_by(scratch, field, i));
			if (sum < least) {
				least = sum;
				best = field;
			}
		}
		if (LOOKS_A_CHILD * (before - least) <= alive)
			break;
		for (i = 0; i < 2 * count; i++)
			left[i] = left_by(scratch, best, i);
		chosen[n] = best;
	}
	return n;
}

/* Return: the lowest number of the rules below a child. */
static u16 number_of(const void *child, unsigned int level)
{
	const struct tmirror_node *node = child;
	const struct tmirror_rule *rule = child;

	return level ? node->number : rule->match.number;
}

/**
 * tmirror_node_scratch_alloc - make room for building nodes, one by one
 *
 * Context: process, may sleep.
 * Return: it, for the caller to kvfree(); or NULL without memory.
 */
struct tmirror_node_scratch *tmirror_node_scratch_alloc(void)
{
	return kvmalloc(sizeof(struct tmirror_node_scratch),
			GFP_KERNEL_ACCOUNT);
}

/**
 * tmirror_node_build - arrange rules, or nodes, for choosing among them
 * @scratch: room, from tmirror_node_scratch_alloc()
 * @child: what to arrange: &struct tmirror_rule, or nodes of the level below
 * @count: how many; 1 to TMIRROR_NODE_CHILDREN
 * @level: 0 if they are rules
 *
 * Children stay the caller's, and outlive the node. The same children make the
 * same node.
 *
 * Context: process, may sleep.
 * Return: the node, for the caller to kvfree(), or kvfree_rcu() once readers can
 * see it; or NULL without memory.
 */
struct tmirror_node *tmirror_node_build(struct tmirror_node_scratch *scratch,
					const void *const *child,
					unsigned int count, unsigned int level)
{
	unsigned int field, tables, i;
	struct tmirror_node *node;
	u8 chosen[TABLES];

	for (field = 0; field < FIELDS; field++)
		fill_table(scratch, field, child, count, level);
	make_packets(scratch, child, count, level);
	tables = choose(scratch, count, chosen);

	node = kvmalloc(struct_size(node, table, tables), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	node->all = GENMASK_ULL(count - 1, 0);
	node->number = number_of(child[0], level);
	for (i = 1; i < count; i++)
		node->number = min(node->number, number_of(child[i], level));
	node->level = level;
	node->tables = tables;
	node->count = count;
	memcpy(node->child, child, count * sizeof(child[0]));
	memcpy(node->accepted, scratch->accepted, sizeof(node->accepted));
	for (i = 0; i < tables; i++) {
		node->offset[i] = offset_of(chosen[i]);
		memcpy(node->table[i], scratch->table[chosen[i]],
		       sizeof(node->table[i]));
	}
	return node;
}
