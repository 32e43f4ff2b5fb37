/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_TARGET_H
#define _TMIRROR_TARGET_H

#include "table.h"

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>

struct net_device;
struct tmirror_net;
struct tmirror_stats;
struct tmirror_way;

/**
 * struct tmirror_endpoint - an address and a UDP port
 * @addr: the address; IPv4's as ::ffff:a.b.c.d
 * @port: the port, network byte order
 * @zero: a hash key has no holes
 */
struct tmirror_endpoint {
	struct in6_addr addr;
	__be16 port;
	u16 zero;
};

/**
 * struct tmirror_member - where a target's copies go
 * @node: in the namespace's members
 * @remote: destination of the copies
 * @family: AF_INET or AF_INET6, of @remote
 * @state: &enum tmirror_state
 * @weight: its share, 1..TMIRROR_WEIGHT_MAX
 * @ways: to @remote, a CPU each
 */
struct tmirror_member {
	struct rhlist_head node;
	struct tmirror_endpoint remote;
	u8 family;
	u8 state;
	u16 weight;
	struct tmirror_way __percpu *ways;
};

/* No device has this index, so there is no route by it. */
#define TMIRROR_DEV_GONE	(-1)

/**
 * struct tmirror_underlay - how a target's copies are sent; never changed once
 * readers can see it, but for @ifindex and @dev when the device goes or changes
 * @fields: mask of &enum tmirror_target_field that the user has set
 * @local: outer source address, mapped, if set
 * @ifindex: outgoing device, or 0; TMIRROR_DEV_GONE after its end
 * @dev: its name, its last one if it is gone; under the configuration lock
 * @mark: mark of the copies, or 0
 * @ttl: outer TTL or hop limit
 * @tos: outer TOS or traffic class
 * @df: outer don't-fragment bit
 * @csum: compute the outer UDP checksum
 * @member: where to
 * @rcu: for its end
 */
struct tmirror_underlay {
	u32 fields;
	struct in6_addr local;
	int ifindex;
	char dev[IFNAMSIZ];
	u32 mark;
	u8 ttl;
	u8 tos;
	bool df;
	bool csum;
	struct tmirror_member member;
	struct rcu_head rcu;
};

/**
 * struct tmirror_target - where sessions send copies
 * @object: its name, and how many sessions use it
 * @underlay: never NULL; swapped whole; written under the configuration lock
 * @stats: what was sent to it
 * @refs: one for being, one for each copy that waits to be counted
 * @rcu: for its end
 */
struct tmirror_target {
	struct tmirror_object object;
	struct tmirror_underlay __rcu *underlay;
	struct tmirror_stats __percpu *stats;
	refcount_t refs;
	struct rcu_head rcu;
};

extern const struct rhashtable_params tmirror_members_params;

struct tmirror_underlay *
tmirror_underlay_alloc(const struct tmirror_underlay *like);
void tmirror_underlay_free(struct tmirror_underlay *underlay);
struct tmirror_target *tmirror_target_create(struct tmirror_net *tn,
					     const char *name,
					     struct tmirror_underlay *underlay);
int tmirror_target_set(struct tmirror_net *tn, struct tmirror_target *target,
		       struct tmirror_underlay *underlay);
int tmirror_target_delete(struct tmirror_net *tn,
			  struct tmirror_target *target);
void tmirror_target_keep(struct tmirror_target *target);
void tmirror_target_release(struct tmirror_target *target);
bool tmirror_target_follow(struct tmirror_net *tn,
			   struct tmirror_target *target,
			   const struct net_device *dev, bool gone);
bool tmirror_member_exists(struct tmirror_net *tn, const struct in6_addr *addr,
			   __be16 port);

#endif /* _TMIRROR_TARGET_H */
