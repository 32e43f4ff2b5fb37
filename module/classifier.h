/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_CLASSIFIER_H
#define _TMIRROR_CLASSIFIER_H

#include <linux/bitmap.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct tmirror_flow;
struct tmirror_rule;

/* Children of a node: a bit of a u64 each. */
#define TMIRROR_NODE_CHILDREN	64

/* Values of a byte. */
#define TMIRROR_BYTE_VALUES	256

/*
 * Bytes of a flow that rules look at: two addresses, two ports, protocol and
 * family.
 */
#define TMIRROR_FIELDS		38

/*
 * Fields of a node that have a table. IPv4 has no more than 14 that can tell
 * rules apart; 15 tables and the rest of a node are just below 32 KiB, which
 * the page allocator gives readily.
 */
#define TMIRROR_NODE_TABLES	15

/*
 * Nodes from the root to a rule. Every two neighbours have more than 64
 * children together, so this reaches at least 64 * 32 * 32 rules.
 */
#define TMIRROR_LEVELS		3

/* Rules without addresses; by source, destination, both; those of IPv6. */
#define TMIRROR_TREES		7

/**
 * struct tmirror_node - up to 64 rules, or nodes, and how to choose of them
 * @all: a bit for each child
 * @number: the lowest of its rules
 * @level: 0 if its children are rules
 * @tables: how many of @table there are
 * @count: how many of @child there are
 * @offset: byte of &struct tmirror_flow by which to look into a table
 * @rcu: for its end
 * @child: rules, or nodes of the level below, in their order
 * @accepted: of each field the values that a child accepts; not for lookup
 * @table: for each value of a byte the children that accept it; the table
 *	that leaves the fewest comes first
 *
 * Never changed once readers may see it.
 */
struct tmirror_node {
	u64 all;
	u16 number;
	u8 level;
	u8 tables;
	u8 count;
	u8 offset[TMIRROR_NODE_TABLES];
	struct rcu_head rcu;
	const void *child[TMIRROR_NODE_CHILDREN];
	DECLARE_BITMAP(accepted[TMIRROR_FIELDS], TMIRROR_BYTE_VALUES);
	u64 table[][TMIRROR_BYTE_VALUES];
};

/**
 * struct tmirror_layer - the nodes of a level
 * @count: how many
 * @front: how many of the first ones the previous layer has as well
 * @back: how many of the last ones likewise
 * @node: in the order of their rules
 */
struct tmirror_layer {
	unsigned int count;
	unsigned int front;
	unsigned int back;
	struct tmirror_node *node[] __counted_by(count);
};

/**
 * struct tmirror_classifier - rules of one direction, arranged for lookup
 * @trees: a bit for each tree that has rules
 * @root: of each tree that has
 * @layer: of each tree its nodes of each level up to that of @root; for those
 *	who change rules
 *
 * A node may be in an old and a new classifier at once.
 */
struct tmirror_classifier {
	unsigned long trees;
	const struct tmirror_node *root[TMIRROR_TREES];
	struct tmirror_layer *layer[TMIRROR_TREES][TMIRROR_LEVELS];
};

int tmirror_classifier_build(struct tmirror_classifier *classifier,
			     const struct tmirror_classifier *old,
			     struct tmirror_rule *const *rules,
			     unsigned int count);
void tmirror_classifier_discard(struct tmirror_classifier *classifier);
void tmirror_classifier_retire(const struct tmirror_classifier *old,
			       const struct tmirror_classifier *classifier);
const struct tmirror_rule *
tmirror_classifier_find(const struct tmirror_classifier *classifier,
			const struct tmirror_flow *flow);

#endif /* _TMIRROR_CLASSIFIER_H */
