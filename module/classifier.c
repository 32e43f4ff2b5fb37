// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the first of many rules that matches a packet.
 *
 * A node, see node.c, chooses among up to 64 rules; of those that match the
 * lowest number wins. Where there are more rules, a bit of a node stands for a
 * set of them, in the same way, so that sets without a match are passed over by
 * the dozen; that is from Baboescu and Varghese, "Scalable packet
 * classification", SIGCOMM 2001. Here it makes a tree, whose nodes are the same
 * at every level. A change of one rule makes anew only the nodes from that rule
 * up to the root.
 */
#include "classifier.h"
#include "flow.h"
#include "rule.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/tmirror.h>

#define CHILDREN	TMIRROR_NODE_CHILDREN

/* In front of an IPv4 address that is mapped. */
#define MAPPED_BITS	96

/* Every rule of a direction has a number of its own. */
static_assert(CHILDREN * (CHILDREN / 2) * (CHILDREN / 2) >= TMIRROR_NUMBER_MAX);
static_assert(TMIRROR_LEVELS == 3);

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
					 struct tmirror_node_scratch *scratch,
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
		layer->node[plan.front + i] = tmirror_node_build(scratch, child,
								 size, level);
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

/* Put rules tree by tree; @end receives for each where its rules end. */
static void divide(const struct tmirror_rule **sorted,
		   struct tmirror_rule *const *rules, unsigned int count,
		   unsigned int *end)
{
	unsigned int i, tree;

	memset(end, 0, TMIRROR_TREES * sizeof(end[0]));
	for (i = 0; i < count; i++)
		for (tree = tree_of(&rules[i]->match) + 1;
		     tree < TMIRROR_TREES; tree++)
			end[tree]++;
	/* So far it is where they begin. */
	for (i = 0; i < count; i++)
		sorted[end[tree_of(&rules[i]->match)]++] = rules[i];
	for (tree = TREE_ANY + 1; tree < TMIRROR_TREES; tree++)
		sort(sorted + end[tree - 1], end[tree] - end[tree - 1],
		     sizeof(sorted[0]), compare_addresses, NULL);
}

static int tree_build(struct tmirror_classifier *classifier,
		      const struct tmirror_classifier *old, unsigned int tree,
		      struct tmirror_node_scratch *scratch,
		      const void *const *child, unsigned int count)
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
	const struct tmirror_rule **sorted = NULL;
	struct tmirror_node_scratch *scratch;
	int err = -ENOMEM;

	memset(classifier, 0, sizeof(*classifier));
	if (!count)
		return 0;
	scratch = tmirror_node_scratch_alloc();
	if (!scratch)
		return -ENOMEM;
	/* The bits of one node stand for one rule each. */
	if (count <= CHILDREN) {
		err = tree_build(classifier, old, TREE_ANY, scratch,
				 (const void *const *)rules, count);
		goto out;
	}
	sorted = kvmalloc_array(count, sizeof(*sorted), GFP_KERNEL_ACCOUNT);
	if (!sorted)
		goto out;
	divide(sorted, rules, count, end);
	for (tree = 0; tree < TMIRROR_TREES; tree++) {
		err = tree_build(classifier, old, tree, scratch,
				 (const void *const *)sorted + begin,
				 end[tree] - begin);
		if (err)
			goto out;
		begin = end[tree];
	}
out:
	if (err)
		tmirror_classifier_discard(classifier);
	kvfree(sorted);
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
		rules = tmirror_node_choose(child, flow);
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
		leaves = tmirror_node_choose(child, flow);
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
	left = tmirror_node_choose(root, flow);
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
