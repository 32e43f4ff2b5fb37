/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_NODE_H
#define _TMIRROR_NODE_H

#include <linux/bitmap.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct tmirror_flow;
struct tmirror_node_scratch;

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

struct tmirror_node_scratch *tmirror_node_scratch_alloc(void);
struct tmirror_node *tmirror_node_build(struct tmirror_node_scratch *scratch,
					const void *const *child,
					unsigned int count, unsigned int level);

/**
 * tmirror_node_choose - choose the children that may match a packet
 * @node: node
 * @flow: the packet
 *
 * Context: RCU read side, or whoever changes rules.
 * Return: a bit for each; all that match are among them.
 */
static __always_inline u64 tmirror_node_choose(const struct tmirror_node *node,
					       const struct tmirror_flow *flow)
{
	const u8 *offset = node->offset, *end = offset + node->tables;
	const u64 *table = node->table[0];
	const u8 *bytes = (const u8 *)flow;
	u64 mask = node->all;

	for (; offset < end; offset++, table += TMIRROR_BYTE_VALUES) {
		mask &= table[bytes[*offset]];
		if (!mask)
			break;
	}
	return mask;
}

#endif /* _TMIRROR_NODE_H */
