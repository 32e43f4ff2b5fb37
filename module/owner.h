/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_OWNER_H
#define _TMIRROR_OWNER_H

/* Who owns copies in flight: they are bounded by that, and known again. */

#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/sock.h>

struct net;

/**
 * struct tmirror_owners - the owners of a namespace's copies
 * @socks: a socket for each CPU, so that no two write to one counter; never
 *	bound, it takes no port and receives nothing. NULL until there are any
 * @limit: largest number of bytes in flight, with what the kernel needs for
 *	each copy
 * @share: of them, those that a CPU may have whatever the others have
 * @exceeded: a CPU has more, so that each must ask the others. Any CPU may
 *	write it; one that is overtaken can let copies of a share too many pass
 */
struct tmirror_owners {
	struct sock * __percpu *socks;
	u32 limit;
	u32 share;
	bool exceeded;
};

int tmirror_owners_open(struct tmirror_owners *owners, struct net *net);
void tmirror_owners_close(struct tmirror_owners *owners);
void tmirror_owners_set_limit(struct tmirror_owners *owners, u32 bytes);
u32 tmirror_owners_used(const struct tmirror_owners *owners);
bool tmirror_owners_have_room(struct tmirror_owners *owners, u32 more);

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
	struct sock *sk = *this_cpu_ptr(owners->socks);
	u32 own = sk_wmem_alloc_get(sk) + copy->truesize;

	if (unlikely(own > READ_ONCE(owners->share) ||
		     READ_ONCE(owners->exceeded)) &&
	    !tmirror_owners_have_room(owners, copy->truesize))
		return false;
	/* skb_set_owner_w(), less what is for others than us. */
	copy->sk = sk;
	copy->destructor = sock_wfree;
	refcount_add(copy->truesize, &sk->sk_wmem_alloc);
	return true;
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
