/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_NET_H
#define _TMIRROR_NET_H

#include "hold.h"
#include "owner.h"
#include "table.h"

#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/tmirror.h>

struct net;
struct tmirror_counter;

/* Copies in flight may fill a 10 Gb/s link for 6 ms. */
#define TMIRROR_MEMORY_DEFAULT	(8 << 20)

/* A power of two. */
#define TMIRROR_PORT_SLOTS	256

/**
 * struct tmirror_net - everything of one network namespace
 * @net: the namespace
 * @lock: configuration lock: every change, and every look at what is not
 *	RCU's. Taken inside RTNL (device events, actions), never around it.
 * @sessions: all sessions; written under @lock
 * @filters: all filters; written under @lock
 * @targets: all targets; written under @lock
 * @vnis: by direction, the terms of all sessions by VNI, of which several may
 *	have one; under @lock
 * @sources: &struct tmirror_source by ifindex, for RCU readers; written under
 *	@lock
 * @members: &struct tmirror_member by address and port, for RCU readers;
 *	written under @lock
 * @ports: how many members have a port, by its lowest bits: most packets are
 *	seen by it not to be copies. Written under @lock
 * @owners: of copies in flight; made with the first target, under @lock
 * @hold: copies whose next hop cannot be reached yet
 * @loops: copies recognised and let pass
 * @hash_key: secret of the flow hash
 * @max_rules: largest number of rules of one filter; under @lock
 * @changes: how many there were, for dumps to notice; under @lock
 */
struct tmirror_net {
	struct net *net;
	struct mutex lock; /* configuration lock, see above */
	struct tmirror_table sessions;
	struct tmirror_table filters;
	struct tmirror_table targets;
	struct rb_root vnis[TMIRROR_EGRESS + 1];
	DECLARE_HASHTABLE(sources, 8);
	struct rhltable members;
	u32 ports[TMIRROR_PORT_SLOTS];
	struct tmirror_owners owners;
	struct tmirror_hold hold;
	struct tmirror_counter __percpu *loops;
	u32 hash_key;
	u32 max_rules;
	u32 changes;
};

static inline u32 *tmirror_port_slot(struct tmirror_net *tn, u16 port)
{
	return &tn->ports[port % TMIRROR_PORT_SLOTS];
}

/**
 * tmirror_member_may_have - may there be a member of a port
 * @tn: the namespace
 * @port: the port, host byte order
 *
 * Context: any.
 * Return: false if there is none.
 */
static inline bool tmirror_member_may_have(struct tmirror_net *tn, u16 port)
{
	return READ_ONCE(*tmirror_port_slot(tn, port));
}

struct tmirror_net *tmirror_net(const struct net *net);
int tmirror_net_flush(struct tmirror_net *tn);
int tmirror_net_register(void);
void tmirror_net_unregister(void);

#endif /* _TMIRROR_NET_H */
