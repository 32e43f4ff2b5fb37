// SPDX-License-Identifier: GPL-2.0
/* Targets: where copies go, and with which outer headers. */
#include "net.h"
#include "route.h"
#include "stats.h"
#include "target.h"

#include <linux/errno.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

const struct rhashtable_params tmirror_members_params = {
	.key_len = sizeof(struct tmirror_endpoint),
	.key_offset = offsetof(struct tmirror_member, remote),
	.head_offset = offsetof(struct tmirror_member, node),
	.automatic_shrinking = true,
};

/**
 * tmirror_underlay_alloc - allocate an underlay
 * @like: what it is to be like at first, less the route cached; or NULL
 *
 * Context: process, may sleep.
 * Return: an underlay that the caller may change until it hands it to a
 * target; for tmirror_underlay_free() otherwise. NULL without memory.
 */
struct tmirror_underlay *
tmirror_underlay_alloc(const struct tmirror_underlay *like)
{
	struct tmirror_underlay *underlay;

	underlay = kzalloc(sizeof(*underlay), GFP_KERNEL_ACCOUNT);
	if (!underlay)
		return NULL;
	if (like)
		*underlay = *like;
	underlay->member.ways = tmirror_ways_alloc();
	if (!underlay->member.ways) {
		kfree(underlay);
		return NULL;
	}
	return underlay;
}

/**
 * tmirror_underlay_free - free an underlay that no reader can see
 * @underlay: the underlay
 */
void tmirror_underlay_free(struct tmirror_underlay *underlay)
{
	tmirror_ways_free(underlay->member.ways);
	kfree(underlay);
}

static void underlay_free_rcu(struct rcu_head *rcu)
{
	tmirror_underlay_free(container_of(rcu, struct tmirror_underlay, rcu));
}

static int underlay_publish(struct tmirror_net *tn,
			    struct tmirror_underlay *underlay)
{
	u32 *slot = tmirror_port_slot(tn,
				      ntohs(underlay->member.remote.port));
	int err;

	err = rhltable_insert(&tn->members, &underlay->member.node,
			      tmirror_members_params);
	if (!err)
		WRITE_ONCE(*slot, *slot + 1);
	return err;
}

static void underlay_retire(struct tmirror_net *tn,
			    struct tmirror_underlay *underlay)
{
	u32 *slot = tmirror_port_slot(tn,
				      ntohs(underlay->member.remote.port));

	rhltable_remove(&tn->members, &underlay->member.node,
			tmirror_members_params);
	WRITE_ONCE(*slot, *slot - 1);
	call_rcu(&underlay->rcu, underlay_free_rcu);
}

/**
 * tmirror_target_create - make a target
 * @tn: the namespace
 * @name: its name
 * @underlay: how copies are sent; the target owns it if this succeeds
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: the target, or -EEXIST, -ENOSPC, -ENOMEM as a pointer.
 */
struct tmirror_target *tmirror_target_create(struct tmirror_net *tn,
					     const char *name,
					     struct tmirror_underlay *underlay)
{
	struct tmirror_target *target;
	int err = -ENOMEM;

	lockdep_assert_held(&tn->lock);
	target = kzalloc(sizeof(*target), GFP_KERNEL_ACCOUNT);
	if (!target)
		return ERR_PTR(err);
	refcount_set(&target->refs, 1);
	target->stats = tmirror_stats_alloc();
	if (!target->stats)
		goto err_stats;
	err = tmirror_owners_open(&tn->owners, tn->net);
	if (err)
		goto err_open;
	err = tmirror_table_insert(&tn->targets, &target->object, name);
	if (err)
		goto err_open;
	err = underlay_publish(tn, underlay);
	if (err)
		goto err_publish;
	RCU_INIT_POINTER(target->underlay, underlay);
	return target;

err_publish:
	tmirror_table_remove(&tn->targets, &target->object);
err_open:
	free_percpu(target->stats);
err_stats:
	kfree(target);
	return ERR_PTR(err);
}

/**
 * tmirror_target_set - change how a target's copies are sent
 * @tn: the namespace
 * @target: the target
 * @underlay: how from now on; the target owns it if this succeeds
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: 0 or -ENOMEM.
 */
int tmirror_target_set(struct tmirror_net *tn, struct tmirror_target *target,
		       struct tmirror_underlay *underlay)
{
	struct tmirror_underlay *old;
	int err;

	err = underlay_publish(tn, underlay);
	if (err)
		return err;
	old = rcu_replace_pointer(target->underlay, underlay,
				  lockdep_is_held(&tn->lock));
	underlay_retire(tn, old);
	return 0;
}

/**
 * tmirror_target_keep - keep a target and its counters in memory
 * @target: the target
 *
 * Context: RCU read side.
 */
void tmirror_target_keep(struct tmirror_target *target)
{
	refcount_inc(&target->refs);
}

/**
 * tmirror_target_release - undo tmirror_target_keep()
 * @target: the target, which may be gone afterwards
 *
 * Context: any.
 */
void tmirror_target_release(struct tmirror_target *target)
{
	if (!refcount_dec_and_test(&target->refs))
		return;
	free_percpu(target->stats);
	kfree(target);
}

static void target_release_rcu(struct rcu_head *rcu)
{
	tmirror_target_release(container_of(rcu, struct tmirror_target, rcu));
}

/**
 * tmirror_target_delete - delete a target
 * @tn: the namespace
 * @target: the target
 *
 * Context: process, @tn->lock held.
 * Return: 0, or -EBUSY if a session uses it.
 */
int tmirror_target_delete(struct tmirror_net *tn,
			  struct tmirror_target *target)
{
	if (target->object.users)
		return -EBUSY;
	tmirror_table_remove(&tn->targets, &target->object);
	underlay_retire(tn, rcu_dereference_protected(target->underlay,
						      lockdep_is_held(&tn->lock)));
	call_rcu(&target->rcu, target_release_rcu);
	return 0;
}

/**
 * tmirror_target_follow - follow the outgoing device of a target
 * @tn: the namespace
 * @target: the target
 * @dev: a device that was renamed or leaves the namespace
 * @gone: it leaves
 *
 * A device that comes to have the index or the name of one that is gone is
 * another one: the target keeps the name and has no route until it is set.
 *
 * Context: process, @tn->lock held.
 * Return: true if @dev is the target's.
 */
bool tmirror_target_follow(struct tmirror_net *tn,
			   struct tmirror_target *target,
			   const struct net_device *dev, bool gone)
{
	struct tmirror_underlay *underlay =
		rcu_dereference_protected(target->underlay,
					  lockdep_is_held(&tn->lock));

	if (underlay->ifindex != dev->ifindex)
		return false;
	if (gone)
		WRITE_ONCE(underlay->ifindex, TMIRROR_DEV_GONE);
	else
		strscpy(underlay->dev, dev->name, sizeof(underlay->dev));
	return true;
}

/**
 * tmirror_member_exists - is there a member of an address and port
 * @tn: the namespace
 * @addr: its address; IPv4's as ::ffff:a.b.c.d
 * @port: its port, network byte order
 *
 * Context: RCU read side.
 * Return: true if some target of the namespace has it.
 */
bool tmirror_member_exists(struct tmirror_net *tn, const struct in6_addr *addr,
			   __be16 port)
{
	struct tmirror_endpoint key = { .addr = *addr, .port = port };

	return rhltable_lookup(&tn->members, &key, tmirror_members_params);
}
