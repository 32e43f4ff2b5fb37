// SPDX-License-Identifier: GPL-2.0
/* One rule: which packets it is for, and its place among others. */
#include "rule.h"
#include "flow.h"
#include "stats.h"

#include <linux/slab.h>
#include <net/ipv6.h>

/**
 * tmirror_rule_alloc - allocate a rule
 * @match: what it says; copied
 *
 * Context: process, may sleep.
 * Return: a rule, to be handed to a filter or to tmirror_rule_free(); NULL
 * without memory.
 */
struct tmirror_rule *tmirror_rule_alloc(const struct tmirror_match *match)
{
	struct tmirror_rule *rule = kmalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);

	if (!rule)
		return NULL;
	rule->match = *match;
	rule->hits = tmirror_counter_alloc();
	if (!rule->hits) {
		kfree(rule);
		return NULL;
	}
	return rule;
}

/**
 * tmirror_rule_free - free a rule that no reader can see
 * @rule: the rule
 */
void tmirror_rule_free(struct tmirror_rule *rule)
{
	free_percpu(rule->hits);
	kfree(rule);
}

static void rule_free(struct rcu_head *rcu)
{
	tmirror_rule_free(container_of(rcu, struct tmirror_rule, rcu));
}

/**
 * tmirror_rule_free_rcu - free a rule that readers may still see
 * @rule: the rule; no list that they could come by has it
 */
void tmirror_rule_free_rcu(struct tmirror_rule *rule)
{
	call_rcu(&rule->rcu, rule_free);
}

static bool port_within(u16 port, u16 min, u16 max)
{
	return port >= min && port <= max;
}

/**
 * tmirror_rule_matches - is a rule for a packet, its direction aside
 * @match: the rule
 * @flow: the packet
 *
 * Return: true if it decides the packet.
 */
bool tmirror_rule_matches(const struct tmirror_match *match,
			  const struct tmirror_flow *flow)
{
	if (tmirror_match_is_any(match))
		return true;
	if (!flow->family)
		return false;
	if (match->family && match->family != flow->family)
		return false;
	if (match->has_proto &&
	    (!flow->has_proto || flow->proto != match->proto))
		return false;
	if (match->has_src &&
	    !ipv6_prefix_equal(&flow->src, &match->src, match->src_len))
		return false;
	if (match->has_dst &&
	    !ipv6_prefix_equal(&flow->dst, &match->dst, match->dst_len))
		return false;
	if (!match->has_sport && !match->has_dport)
		return true;
	if (!flow->has_ports)
		return false;
	if (match->has_sport &&
	    !port_within(flow->sport, match->sport_min, match->sport_max))
		return false;
	return !match->has_dport ||
	       port_within(flow->dport, match->dport_min, match->dport_max);
}

/**
 * tmirror_match_compare - order of two rules in a list
 * @a: one
 * @b: the other
 *
 * Return: below, above or equal to zero, by direction, then number.
 */
int tmirror_match_compare(const struct tmirror_match *a,
			  const struct tmirror_match *b)
{
	if (a->direction != b->direction)
		return a->direction - b->direction;
	return a->number - b->number;
}
