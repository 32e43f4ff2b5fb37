/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FILTER_H
#define _TMIRROR_FILTER_H

#include "classifier.h"
#include "rule.h"
#include "table.h"

#include <linux/rcupdate.h>
#include <linux/tmirror.h>

struct tmirror_flow;

/**
 * struct tmirror_rules - the rules of a filter at one time
 * @rcu: for its end
 * @count: number of rules
 * @egress: index of the first one for egress
 * @classifier: those of a direction, arranged for lookup
 * @rule: by direction, then number
 *
 * A rule may be in an old and a new list at once; it outlives both.
 */
struct tmirror_rules {
	struct rcu_head rcu;
	unsigned int count;
	unsigned int egress;
	struct tmirror_classifier classifier[TMIRROR_EGRESS + 1];
	struct tmirror_rule *rule[] __counted_by(count);
};

/**
 * struct tmirror_filter - an ordered list of rules
 * @object: its name, and how many sessions use it
 * @rules: never NULL; swapped whole; written under the configuration lock
 * @description: the user's words, or NULL; under the configuration lock
 * @rcu: for its end
 */
struct tmirror_filter {
	struct tmirror_object object;
	struct tmirror_rules __rcu *rules;
	char *description;
	struct rcu_head rcu;
};

struct tmirror_filter *tmirror_filter_create(struct tmirror_table *table,
					     const char *name);
int tmirror_filter_delete(struct tmirror_table *table,
			  struct tmirror_filter *filter);
const struct tmirror_rule *
tmirror_filter_match(const struct tmirror_filter *filter, u8 direction,
		     const struct tmirror_flow *flow);
int tmirror_filter_add(struct tmirror_filter *filter,
		       struct tmirror_rule *rule, u32 limit);
int tmirror_filter_del(struct tmirror_filter *filter,
		       const struct tmirror_match *key);
int tmirror_filter_load(struct tmirror_filter *filter,
			struct tmirror_rules *rules, u32 limit);
struct tmirror_rules *tmirror_rules_alloc(unsigned int count);
void tmirror_rules_discard(struct tmirror_rules *rules);

#endif /* _TMIRROR_FILTER_H */
