/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_OWNER_H
#define _TMIRROR_OWNER_H

/* Who owns copies in flight: they are bounded by that, and known again. */

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/sock.h>

struct net;

/**
 * struct tmirror_owner - what a CPU has of a namespace's copies
 * @sk: owns them; never bound, it takes no port and receives nothing
 * @may: how many bytes it may own. Others take what it does not need
 * @asked: when they last were asked to, in jiffies
 */
struct tmirror_owner {
	struct sock *sk;
	atomic_t may;
	u32 asked;
};

/**
 * struct tmirror_owners - the owners of a namespace's copies
 * @cpus: one a CPU, so that no two write to one counter; NULL until needed
 * @limit: largest number of bytes in flight, with what the kernel needs for
 *	each copy
 * @window: a CPU that needs more takes about so much; one that may own so much
 *	more than it needs gives it back
 * @left: what no CPU has taken. With each one's @may it makes the limit
 */
struct tmirror_owners {
	struct tmirror_owner __percpu *cpus;
	u32 limit;
	u32 window;
	/* What CPUs write is apart from what each copy reads. */
	atomic_t left ____cacheline_aligned_in_smp;
};

int tmirror_owners_open(struct tmirror_owners *owners, struct net *net);
void tmirror_owners_close(struct tmirror_owners *owners);
void tmirror_owners_set_limit(struct tmirror_owners *owners, u32 bytes);
u32 tmirror_owners_used(const struct tmirror_owners *owners);
bool tmirror_owners_adjust(struct tmirror_owners *owners, u32 own);

/* Its address marks the sockets of all namespaces as ours. */
extern const u64 tmirror_owner_tag;

/**
 * tmirror_owners_take - make a copy this CPU's
 * @owners: the owners; opened
 * @copy: a copy that nobody owns
 *
 * Context: bottom halves disabled.
 * Return: true if it is now, until it is freed; false if there are too many
 * bytes in flight.
 */
static inline bool tmirror_owners_take(struct tmirror_owners *owners,
				       struct sk_buff *copy)
{
	struct tmirror_owner *owner = this_cpu_ptr(owners->cpus);
	struct sock *sk = owner->sk;
	u32 own = sk_wmem_alloc_get(sk) + copy->truesize;

	/* Below zero is beyond the window, too. */
	if (unlikely((u32)atomic_read(&owner->may) - own >
		     READ_ONCE(owners->window)) &&
	    !tmirror_owners_adjust(owners, own))
		return false;
	/* skb_set_owner_w(), less what is for others than us. */
	copy->sk = sk;
	copy->destructor = sock_wfree;
	refcount_add(copy->truesize, &sk->sk_wmem_alloc);
	return true;
}

/**
 * tmirror_owners_have_plenty - is half of the limit left
 * @owners: the owners
 *
 * Context: any.
 * Return: true if copies can take more memory than they need.
 */
static inline bool tmirror_owners_have_plenty(const struct tmirror_owners *owners)
{
	return atomic_read(&owners->left) > (int)(READ_ONCE(owners->limit) / 2);
}

/**
 * tmirror_owner_has - is a packet a copy that some namespace here made
 * @skb: the packet
 *
 * Context: any.
 * Return: true if it is; false if it lost its socket on the way, too.
 */
static inline bool tmirror_owner_has(const struct sk_buff *skb)
{
	/* It is compared, never followed; and ours has no flags. */
	return skb->sk && sk_fullsock(skb->sk) &&
	       rcu_access_pointer(__sk_user_data(skb->sk)) ==
	       &tmirror_owner_tag;
}

#endif /* _TMIRROR_OWNER_H */
