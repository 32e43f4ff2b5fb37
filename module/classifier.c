// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the first of many rules that matches a packet.
 *
 * For one byte of a packet and a set of up to 64 rules, a table says for each
 * value of the byte which of the rules can still match: a bit each. The
 * intersection of what the tables of all bytes say leaves few rules to try; the
 * lowest number wins. Bit vectors of rules for each dimension are from Lakshman
 * and Stiliadis, "High-speed policy-based packet forwarding using efficient
 * multi-dimensional range matching", SIGCOMM 1998.
 *
 * Where there are more rules, a bit stands for a set of them, in the same
 * way, so that sets without a match are passed over by the dozen; that is from
 * Baboescu and Varghese, "Scalable packet classification", SIGCOMM 2001. Here
 * it makes a tree, whose nodes are the same at every level. A change of one
 * rule makes anew only the nodes from that rule up to the root.
 *
 * A prefix is a product of ranges of bytes; a port range, and what a node
 * says of all below it, is not. So tables may let pass too much, never too
 * little: tmirror_rule_matches() has the last word on each rule.
 */
#include "classifier.h"
#include "flow.h"
#include "rule.h"

#include <linux/bitmap.h>
#include <linux/in6.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/tmirror.h>
#include <net/ipv6.h>

#define CHILDREN	TMIRROR_NODE_CHILDREN
#define VALUES		TMIRROR_BYTE_VALUES
#define FIELDS		TMIRROR_FIELDS
#define TABLES		TMIRROR_NODE_TABLES

/* In front of an IPv4 address that is mapped. */
#define MAPPED_BITS	96

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
/* Every rule of a direction has a number of its own. */
static_assert(CHILDREN * (CHILDREN / 2) * (CHILDREN / 2) >= TMIRROR_NUMBER_MAX);
static_assert(TMIRROR_LEVELS == 3);
static_assert(sizeof(struct tmirror_node) + TABLES * VALUES * sizeof(u64) <=
	      SZ_32K);

/*
 * A bit that stands for many rules lets pass what any one of them lets pass at
 * each byte; if one looks at the source alone, and one at the destination
 * alone, that is everything. So there are trees by what rules look at, and in
 * them rules are in the order of their addresses: neighbours are alike.
 */
enum {
	TREE_ANY,		/* neither address, or any family */
	TREE_IPV4,		/* source; destination; both */
	TREE_IPV6 = TREE_IPV4 + 3,
};

#define TREES_IPV4	GENMASK(TREE_IPV4 + 2, TREE_IPV4)
#define TREES_IPV6	GENMASK(TREE_IPV6 + 2, TREE_IPV6)

static_assert(TREE_IPV6 + 3 == TMIRROR_TREES);

/* A look at a child costs as much as looks into so many tables. */
#define LOOKS_A_CHILD	6

/* Tables are chosen for packets like these: two for each child. */
#define PACKETS		(2 * CHILDREN)

/* What building a node needs; too much for the stack. */
struct scratch {
	u64 table[FIELDS][VALUES];
	DECLARE_BITMAP(accepted[FIELDS], VALUES);
	struct tmirror_flow packet[PACKETS];
	u64 left[PACKETS];	/* by the tables chosen so far */
	const struct tmirror_rule *rule[];	/* tree by tree */
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

static void fill_table(struct scratch *scratch, unsigned int field,
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
static void make_packets(struct scratch *scratch, const void *const *child,
			 unsigned int count, unsigned int level)
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
static u64 left_by(const struct scratch *scratch, unsigned int field,
		   unsigned int packet)
{
	const u8 *bytes = (const u8 *)&scratch->packet[packet];

	return scratch->left[packet] &
	       scratch->table[field][bytes[offset_of(field)]];
}

/*
 * Choose the tables that are worth a look, the best one first: which leaves
 * the fewest children of those packets, after the tables chosen before it.
 */
static unsigned int choose(struct scratch *scratch, unsigned int count,
			   u8 *chosen)
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

static struct tmirror_node *node_build(struct scratch *scratch,
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

/* Free what a layer, if there is one, does not share with its predecessor. */
static void free_fresh(struct tmirror_layer *layer)
{
	unsigned int i;

	if (!layer)
		return;
	for (i = layer->front; i < layer->count - layer->back; i++)
		kvfree(layer->node[i]);
	kvfree(layer);
}

/* Free what a layer, if there is one, does not share with its successor. */
static void retire_layer(struct tmirror_layer *layer,
			 const struct tmirror_layer *successor)
{
	unsigned int i = 0, end;

	if (!layer)
		return;
	end = layer->count;
	if (successor) {
		i = successor->front;
		end -= successor->back;
	}
	for (; i < end; i++)
		kvfree_rcu(layer->node[i], rcu);
	/* Readers do not know of layers. */
	kvfree(layer);
}

/* Which children need new nodes, and which nodes stay as they are. */
struct plan {
	unsigned int front, back;	/* nodes that stay */
	unsigned int begin, end;	/* children in between */
};

static bool same_children(const struct tmirror_node *node,
			  const void *const *child, unsigned int count)
{
	return node->count <= count &&
	       !memcmp(node->child, child, node->count * sizeof(child[0]));
}

/* Can these children have a node's as well, in no more nodes of their own? */
static bool can_join(unsigned int children, const struct tmirror_node *node)
{
	return DIV_ROUND_UP(children + node->count, CHILDREN) <=
	       max(DIV_ROUND_UP(children, CHILDREN), 1U);
}

static void make_plan(struct plan *plan, const struct tmirror_layer *old,
		      const void *const *child, unsigned int count)
{
	unsigned int nodes = old ? old->count : 0, front, back;
	const struct tmirror_node *node;

	*plan = (struct plan){ .end = count };
	for (; plan->front < nodes; plan->front++) {
		node = old->node[plan->front];
		if (!same_children(node, child + plan->begin,
				   count - plan->begin))
			break;
		plan->begin += node->count;
	}
	for (; plan->front + plan->back < nodes; plan->back++) {
		node = old->node[nodes - plan->back - 1];
		if (node->count > plan->end - plan->begin ||
		    !same_children(node, child + plan->end - node->count,
				   node->count))
			break;
		plan->end -= node->count;
	}
	if (plan->front == nodes && plan->begin == count)
		return;

	/* Neighbours join, so that any two have more children than fit one. */
	do {
		front = plan->front;
		back = plan->back;
		if (front &&
		    can_join(plan->end - plan->begin, old->node[front - 1]))
			plan->begin -= old->node[--plan->front]->count;
		if (back &&
		    can_join(plan->end - plan->begin, old->node[nodes - back]))
			plan->end += old->node[nodes - plan->back--]->count;
	} while (front != plan->front || back != plan->back);
}

static struct tmirror_layer *layer_build(const struct tmirror_layer *old,
					 struct scratch *scratch,
					 const void *const *child,
					 unsigned int count,
					 unsigned int level)
{
	unsigned int children, nodes, size, i;
	struct tmirror_layer *layer;
	struct plan plan;

	make_plan(&plan, old, child, count);
	children = plan.end - plan.begin;
	nodes = DIV_ROUND_UP(children, CHILDREN);
	layer = kvmalloc(struct_size(layer, node,
				     plan.front + nodes + plan.back),
			 GFP_KERNEL_ACCOUNT);
	if (!layer)
		return NULL;
	layer->count = plan.front + nodes + plan.back;
	layer->front = plan.front;
	layer->back = plan.back;
	if (plan.front)
		memcpy(layer->node, old->node,
		       plan.front * sizeof(layer->node[0]));
	if (plan.back)
		memcpy(layer->node + plan.front + nodes,
		       old->node + old->count - plan.back,
		       plan.back * sizeof(layer->node[0]));

	child += plan.begin;
	for (i = 0; i < nodes; i++) {
		/* Of the same size, but for one. */
		size = children / nodes + (i < children % nodes);
		layer->node[plan.front + i] = node_build(scratch, child, size,
							 level);
		if (!layer->node[plan.front + i])
			goto err_nodes;
		child += size;
		cond_resched();
	}
	return layer;

err_nodes:
	while (i--)
		kvfree(layer->node[plan.front + i]);
	kvfree(layer);
	return NULL;
}

static unsigned int tree_of(const struct tmirror_match *match)
{
	unsigned int tree, shortest = BITS_PER_BYTE;
	bool src, dst;

	switch (match->family) {
	case AF_INET:
		tree = TREE_IPV4;
		shortest += MAPPED_BITS;
		break;
	case AF_INET6:
		tree = TREE_IPV6;
		break;
	default:
		return TREE_ANY;
	}
	src = match->src_len >= shortest;
	dst = match->dst_len >= shortest;
	return src || dst ? tree + src + 2 * dst - 1 : TREE_ANY;
}

static int compare_addresses(const void *a, const void *b)
{
	const struct tmirror_match *first =
		&(*(const struct tmirror_rule *const *)a)->match;
	const struct tmirror_match *second =
		&(*(const struct tmirror_rule *const *)b)->match;
	int order;

	order = memcmp(&first->src, &second->src, sizeof(first->src)) ?:
		first->src_len - second->src_len ?:
		memcmp(&first->dst, &second->dst, sizeof(first->dst)) ?:
		first->dst_len - second->dst_len;
	return order ?: first->number - second->number;
}

/* @end receives for each tree where its rules end in @scratch->rule. */
static void divide(struct scratch *scratch, struct tmirror_rule *const *rules,
		   unsigned int count, unsigned int *end)
{
	unsigned int i, tree;

	memset(end, 0, TMIRROR_TREES * sizeof(end[0]));
	for (i = 0; i < count; i++)
		for (tree = tree_of(&rules[i]->match) + 1;
		     tree < TMIRROR_TREES; tree++)
			end[tree]++;
	/* So far it is where they begin. */
	for (i = 0; i < count; i++)
		scratch->rule[end[tree_of(&rules[i]->match)]++] = rules[i];
	for (tree = TREE_ANY + 1; tree < TMIRROR_TREES; tree++)
		sort(scratch->rule + end[tree - 1], end[tree] - end[tree - 1],
		     sizeof(scratch->rule[0]), compare_addresses, NULL);
}

static int tree_build(struct tmirror_classifier *classifier,
		      const struct tmirror_classifier *old, unsigned int tree,
		      struct scratch *scratch, const void *const *child,
		      unsigned int count)
{
	struct tmirror_layer *layer;
	unsigned int level = 0;

	if (!count)
		return 0;
	do {
		layer = layer_build(old->layer[tree][level], scratch, child,
				    count, level);
		if (!layer)
			return -ENOMEM;
		classifier->layer[tree][level] = layer;
		child = (const void *const *)layer->node;
		count = layer->count;
		level++;
	} while (count > 1);
	classifier->root[tree] = layer->node[0];
	classifier->trees |= BIT(tree);
	return 0;
}

/**
 * tmirror_classifier_build - arrange rules for lookup
 * @classifier: receives the arrangement
 * @old: the one that it is to replace, of which it shares what it can
 * @rules: what to look up, the first one first; of one direction
 * @count: how many; up to TMIRROR_NUMBER_MAX
 *
 * The caller either hands it to tmirror_classifier_discard(); or publishes it
 * and then hands @old to tmirror_classifier_retire(). Until then nothing else
 * is built from @old. Rules stay the caller's, and outlive it.
 *
 * Context: process, may sleep; whoever changes rules, one at a time.
 * Return: 0, or -ENOMEM; then nothing is left to discard.
 */
int tmirror_classifier_build(struct tmirror_classifier *classifier,
			     const struct tmirror_classifier *old,
			     struct tmirror_rule *const *rules,
			     unsigned int count)
{
	unsigned int tree, begin = 0, end[TMIRROR_TREES];
	struct scratch *scratch;
	int err;

	memset(classifier, 0, sizeof(*classifier));
	if (!count)
		return 0;
	scratch = kvmalloc(struct_size(scratch, rule, count),
			   GFP_KERNEL_ACCOUNT);
	if (!scratch)
		return -ENOMEM;
	/* The bits of one node stand for one rule each. */
	if (count <= CHILDREN) {
		err = tree_build(classifier, old, TREE_ANY, scratch,
				 (const void *const *)rules, count);
		goto out;
	}
	divide(scratch, rules, count, end);
	for (tree = 0; tree < TMIRROR_TREES; tree++) {
		err = tree_build(classifier, old, tree, scratch,
				 (const void *const *)scratch->rule + begin,
				 end[tree] - begin);
		if (err)
			goto out;
		begin = end[tree];
	}
out:
	if (err)
		tmirror_classifier_discard(classifier);
	kvfree(scratch);
	return err;
}

/**
 * tmirror_classifier_discard - free an arrangement that was never published
 * @classifier: what tmirror_classifier_build() made; empty afterwards
 *
 * What it shares with the old one stays.
 */
void tmirror_classifier_discard(struct tmirror_classifier *classifier)
{
	unsigned int tree, level;

	for (tree = 0; tree < TMIRROR_TREES; tree++)
		for (level = 0; level < TMIRROR_LEVELS; level++)
			free_fresh(classifier->layer[tree][level]);
	memset(classifier, 0, sizeof(*classifier));
}

/**
 * tmirror_classifier_retire - free an arrangement that readers may still see
 * @old: the arrangement, no longer published
 * @classifier: what took its place, built from it; NULL for none
 *
 * What the two share stays.
 */
void tmirror_classifier_retire(const struct tmirror_classifier *old,
			       const struct tmirror_classifier *classifier)
{
	unsigned int tree, level;

	for (tree = 0; tree < TMIRROR_TREES; tree++)
		for (level = 0; level < TMIRROR_LEVELS; level++)
			retire_layer(old->layer[tree][level], classifier ?
				     classifier->layer[tree][level] : NULL);
}

/* A better rule has a number below this. */
static unsigned int below_of(const struct tmirror_rule *best)
{
	return best ? best->match.number : TMIRROR_NUMBER_MAX + 1;
}

static __always_inline u64 candidates(const struct tmirror_node *node,
				      const struct tmirror_flow *flow)
{
	const u8 *offset = node->offset, *end = offset + node->tables;
	const u64 *table = node->table[0];
	const u8 *bytes = (const u8 *)flow;
	u64 mask = node->all;

	for (; offset < end; offset++, table += VALUES) {
		mask &= table[bytes[*offset]];
		if (!mask)
			break;
	}
	return mask;
}

/*
 * What @left says of a node's children: the rule of the lowest number that
 * matches, below that of @best, which is what was found before; or NULL.
 */
static noinline const struct tmirror_rule *
try_rules(const struct tmirror_node *node, u64 left,
	  const struct tmirror_flow *flow, const struct tmirror_rule *best)
{
	unsigned int below = below_of(best);

	for (; left; left &= left - 1) {
		const struct tmirror_rule *rule = node->child[__ffs64(left)];

		if (rule->match.number < below &&
		    tmirror_rule_matches(&rule->match, flow)) {
			best = rule;
			below = rule->match.number;
		}
	}
	return best;
}

/* Likewise of nodes at level 0. */
static noinline const struct tmirror_rule *
try_leaves(const struct tmirror_node *node, u64 left,
	   const struct tmirror_flow *flow, const struct tmirror_rule *best)
{
	for (; left; left &= left - 1) {
		const struct tmirror_node *child = node->child[__ffs64(left)];
		u64 rules;

		if (child->number >= below_of(best))
			continue;
		rules = candidates(child, flow);
		if (rules)
			best = try_rules(child, rules, flow, best);
	}
	return best;
}

/* Likewise of nodes at level 1. */
static noinline const struct tmirror_rule *
try_nodes(const struct tmirror_node *node, u64 left,
	  const struct tmirror_flow *flow, const struct tmirror_rule *best)
{
	for (; left; left &= left - 1) {
		const struct tmirror_node *child = node->child[__ffs64(left)];
		u64 leaves;

		if (child->number >= below_of(best))
			continue;
		leaves = candidates(child, flow);
		if (leaves)
			best = try_leaves(child, leaves, flow, best);
	}
	return best;
}

static __always_inline const struct tmirror_rule *
find_in_tree(const struct tmirror_node *root, const struct tmirror_flow *flow,
	     const struct tmirror_rule *best)
{
	u64 left;

	if (root->number >= below_of(best))
		return best;
	left = candidates(root, flow);
	if (!left)
		return best;
	switch (root->level) {
	case 0:
		return try_rules(root, left, flow, best);
	case 1:
		return try_leaves(root, left, flow, best);
	default:
		return try_nodes(root, left, flow, best);
	}
}

static noinline const struct tmirror_rule *
find_in_trees(const struct tmirror_classifier *classifier, unsigned long trees,
	      const struct tmirror_flow *flow)
{
	const struct tmirror_rule *best = NULL;

	for (; trees; trees &= trees - 1)
		best = find_in_tree(classifier->root[__ffs(trees)], flow,
				    best);
	return best;
}

/**
 * tmirror_classifier_find - find the first rule that matches
 * @classifier: the rules
 * @flow: the packet
 *
 * Context: RCU read side, or whoever changes rules.
 * Return: the rule, or NULL.
 */
const struct tmirror_rule *
tmirror_classifier_find(const struct tmirror_classifier *classifier,
			const struct tmirror_flow *flow)
{
	unsigned long trees = classifier->trees;

	/* Most lists are short. */
	if (trees == BIT(TREE_ANY))
		return find_in_tree(classifier->root[TREE_ANY], flow, NULL);
	if (!flow->family)
		trees &= BIT(TREE_ANY);
	else if (flow->family == AF_INET)
		trees &= ~TREES_IPV6;
	else
		trees &= ~TREES_IPV4;
	return find_in_trees(classifier, trees, flow);
}
