/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FILTER_H
#define _TMIRROR_FILTER_H

#include "table.h"

#include <linux/in6.h>
#include <linux/rcupdate.h>

struct tmirror_counter;
struct tmirror_flow;

/**
 * struct tmirror_match - which packets a rule is for, and what it decides
 * @src: first address of the source prefix; IPv4's as ::ffff:a.b.c.d
 * @dst: first address of the destination prefix, likewise
 * @sport_min: lowest source port, host byte order
 * @sport_max: highest source port
 * @dport_min: lowest destination port
 * @dport_max: highest destination port
 * @number: the rule's number, 1..TMIRROR_NUMBER_MAX
 * @src_len: length of @src in bits, of the mapped form for IPv4; 0: any
 * @dst_len: likewise
 * @family: AF_INET or AF_INET6 if it has a prefix; else AF_UNSPEC
 * @direction: &enum tmirror_direction
 * @action: &enum tmirror_action
 * @proto: IP protocol, if @has_proto
 * @has_proto: it is for one protocol
 * @has_src: it is for one source prefix
 * @has_dst: it is for one destination prefix
 * @has_sport: it names a source port range
 * @has_dport: it names a destination port range
 *
 * Any byte that is not set is zero, so that equal rules compare equal.
 */
struct tmirror_match {
	struct in6_addr src;
	struct in6_addr dst;
	u16 sport_min;
	u16 sport_max;
	u16 dport_min;
	u16 dport_max;
	u16 number;
	u8 src_len;
	u8 dst_len;
	u8 family;
	u8 direction;
	u8 action;
	u8 proto;
	bool has_proto;
	bool has_src;
	bool has_dst;
	bool has_sport;
	bool has_dport;
};

/**
 * struct tmirror_rule - a rule of a filter; never changed once it is in one
 * @match: what the user said
 * @hits: packets on the wire that it decided
 * @rcu: for its end
 */
struct tmirror_rule {
	struct tmirror_match match;
	struct tmirror_counter __percpu *hits;
	struct rcu_head rcu;
};

/**
 * struct tmirror_rules - the rules of a filter at one time
 * @rcu: for its end
 * @count: number of rules
 * @egress: index of the first one for egress
 * @rule: by direction, then number
 *
 * A rule may be in an old and a new list at once; it outlives both.
 */
struct tmirror_rules {
	struct rcu_head rcu;
	unsigned int count;
	unsigned int egress;
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

struct tmirror_rule *tmirror_rule_alloc(const struct tmirror_match *match);
void tmirror_rule_free(struct tmirror_rule *rule);
bool tmirror_rule_matches(const struct tmirror_match *match,
			  const struct tmirror_flow *flow);
int tmirror_match_compare(const struct tmirror_match *a,
			  const struct tmirror_match *b);

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
