/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_RULE_H
#define _TMIRROR_RULE_H

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
 * tmirror_match_is_any - does a rule say nothing of the packet
 * @match: the rule
 *
 * Return: true if it is for every frame, IP or not.
 */
static inline bool tmirror_match_is_any(const struct tmirror_match *match)
{
	return !match->has_proto && !match->family && !match->has_sport &&
	       !match->has_dport;
}

struct tmirror_rule *tmirror_rule_alloc(const struct tmirror_match *match);
void tmirror_rule_free(struct tmirror_rule *rule);
void tmirror_rule_free_rcu(struct tmirror_rule *rule);
bool tmirror_rule_matches(const struct tmirror_match *match,
			  const struct tmirror_flow *flow);
int tmirror_match_compare(const struct tmirror_match *a,
			  const struct tmirror_match *b);

#endif /* _TMIRROR_RULE_H */
