/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SOURCE_H
#define _TMIRROR_SOURCE_H

#include "net.h"

#include <linux/if.h>
#include <linux/rcupdate.h>
#include <linux/list.h>
#include <linux/types.h>

struct tmirror_terms;

/**
 * struct tmirror_order - the sessions of a source at one time
 * @rcu: for its end
 * @count: how many
 * @terms: those of each session, by session number
 */
struct tmirror_order {
	struct rcu_head rcu;
	unsigned int count;
	const struct tmirror_terms *terms[] __counted_by(count);
};

/**
 * struct tmirror_source - a device whose packets are mirrored
 * @node: in the namespace's sources
 * @ifindex: key in the namespace's sources; 0 once the device is gone from
 *	the namespace, when only sessions know the source any more
 * @name: the device's name, its last one if it is gone
 * @order: its sessions; never NULL; swapped whole
 * @rcu: for its end
 *
 * Written under the configuration lock. It lives while it has sessions.
 */
struct tmirror_source {
	struct hlist_node node;
	int ifindex;
	char name[IFNAMSIZ];
	struct tmirror_order __rcu *order;
	struct rcu_head rcu;
};

struct tmirror_source *tmirror_source_get(struct tmirror_net *tn, int ifindex);
void tmirror_source_put(struct tmirror_net *tn, struct tmirror_source *source);
bool tmirror_source_is_shared(const struct tmirror_net *tn,
			      const struct tmirror_source *source);
void tmirror_source_end(struct tmirror_net *tn, struct tmirror_source *source);
struct tmirror_order *
tmirror_order_prepare(struct tmirror_net *tn,
		      const struct tmirror_source *source,
		      const struct tmirror_terms *without,
		      const struct tmirror_terms *with);
void tmirror_order_publish(struct tmirror_net *tn,
			   struct tmirror_source *source,
			   struct tmirror_order *order);
void tmirror_source_gone(struct tmirror_net *tn, struct tmirror_source *source);

/**
 * tmirror_source_find - find the source of a device
 * @tn: the namespace
 * @ifindex: the device
 *
 * Context: RCU read side, or @tn->lock held.
 * Return: the source, or NULL.
 */
static inline struct tmirror_source *
tmirror_source_find(struct tmirror_net *tn, int ifindex)
{
	struct tmirror_source *source;

	hash_for_each_possible_rcu(tn->sources, source, node, ifindex,
				   rcu_read_lock_bh_held() ||
				   lockdep_is_held(&tn->lock))
		if (READ_ONCE(source->ifindex) == ifindex)
			return source;
	return NULL;
}

#endif /* _TMIRROR_SOURCE_H */
