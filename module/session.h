/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SESSION_H
#define _TMIRROR_SESSION_H

#include "cut.h"
#include "filter.h"
#include "table.h"

#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/tmirror.h>

struct tmirror_net;
struct tmirror_source;
struct tmirror_stats;
struct tmirror_target;

#define TMIRROR_DIRECTIONS	(TMIRROR_EGRESS + 1)

/**
 * struct tmirror_terms - on which terms a session mirrors; never changed once
 * readers can see them
 * @session: whose they are
 * @target: where copies go
 * @filter: which packets, or NULL for all
 * @vni: VXLAN network identifier of each direction
 * @cut: how much of a frame to keep
 * @number: place among the sessions of a source
 * @enabled: it mirrors at all
 * @proceed: later sessions may have the packet as well ("continue")
 * @by_vni: their places in the namespace's index of the VNIs in use, which
 *	change under the configuration lock; the packet path does not look there
 * @rcu: for their end
 */
struct tmirror_terms {
	struct tmirror_session *session;
	struct tmirror_target *target;
	struct tmirror_filter *filter;
	u32 vni[TMIRROR_DIRECTIONS];
	struct tmirror_cut cut;
	u16 number;
	bool enabled;
	bool proceed;
	struct rb_node by_vni[TMIRROR_DIRECTIONS];
	struct rcu_head rcu;
};

/**
 * struct tmirror_session - a source, a filter and a target
 * @object: its name, and how many tc actions name it
 * @source: its device, or NULL; under the configuration lock
 * @terms: never NULL; swapped whole; written under the configuration lock
 * @stats: what became of packets
 * @description: the user's words, or NULL; under the configuration lock
 * @refs: one for being, one for each copy that waits to be counted
 * @rcu: for its end
 *
 * Its terms count as users of their target and their filter.
 */
struct tmirror_session {
	struct tmirror_object object;
	struct tmirror_source *source;
	struct tmirror_terms __rcu *terms;
	struct tmirror_stats __percpu *stats;
	char *description;
	refcount_t refs;
	struct rcu_head rcu;
};

/* As the VNI of ingress: one that no session has, for both directions. */
#define TMIRROR_VNI_RANDOM	U32_MAX

struct tmirror_session *
tmirror_session_create(struct tmirror_net *tn, const char *name,
		       const struct tmirror_terms *terms, int ifindex);
int tmirror_session_set(struct tmirror_net *tn, struct tmirror_session *session,
			const struct tmirror_terms *terms, int ifindex);
int tmirror_session_delete(struct tmirror_net *tn,
			   struct tmirror_session *session);
struct tmirror_session *tmirror_session_get(struct tmirror_net *tn,
					    const char *name);
void tmirror_session_put(struct tmirror_net *tn,
			 struct tmirror_session *session);
void tmirror_session_keep(struct tmirror_session *session);
void tmirror_session_release(struct tmirror_session *session);

/**
 * tmirror_terms_judge - would a session mirror a packet, and why
 * @terms: the session's terms
 * @direction: of the packet
 * @flow: the packet
 * @rule: receives the rule that decided, or NULL
 *
 * Context: RCU read side.
 * Return: the reason; see tmirror_reason_accepts().
 */
static inline enum tmirror_reason
tmirror_terms_judge(const struct tmirror_terms *terms, u8 direction,
		    const struct tmirror_flow *flow,
		    const struct tmirror_rule **rule)
{
	*rule = NULL;
	if (!terms->enabled)
		return TMIRROR_REASON_DISABLED;
	if (!terms->filter)
		return TMIRROR_REASON_NO_FILTER;
	*rule = tmirror_filter_match(terms->filter, direction, flow);
	return *rule ? TMIRROR_REASON_RULE : TMIRROR_REASON_NO_MATCH;
}

/**
 * tmirror_reason_accepts - does a reason make a session mirror a packet
 * @reason: from tmirror_terms_judge()
 * @rule: from there as well
 *
 * Return: true if it does.
 */
static inline bool tmirror_reason_accepts(enum tmirror_reason reason,
					  const struct tmirror_rule *rule)
{
	return rule ? rule->match.action == TMIRROR_ACCEPT :
		      reason == TMIRROR_REASON_NO_FILTER;
}

#endif /* _TMIRROR_SESSION_H */
