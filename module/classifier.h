/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_CLASSIFIER_H
#define _TMIRROR_CLASSIFIER_H

#include "node.h"

#include <linux/types.h>

struct tmirror_flow;
struct tmirror_rule;

/*
 * Nodes from the root to a rule. Every two neighbours have more than 64
 * children together, so this reaches at least 64 * 32 * 32 rules.
 */
#define TMIRROR_LEVELS		3

/* Rules without addresses; by source, destination, both; those of IPv6. */
#define TMIRROR_TREES		7

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
