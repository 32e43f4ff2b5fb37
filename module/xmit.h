/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_XMIT_H
#define _TMIRROR_XMIT_H

#include <linux/types.h>
#include <net/sock.h>

struct net;
struct sk_buff;
struct socket;
struct tmirror_net;
struct tmirror_route;

int tmirror_xmit_prepare(const struct tmirror_route *route,
			 struct tmirror_net *tn, struct sk_buff *copy, u32 vni);
int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni);
int tmirror_xmit_stack(struct tmirror_net *tn, struct sk_buff *copy);
struct socket *tmirror_xmit_socket(struct net *net);

/* Its address marks the sockets of all namespaces as ours. */
extern const u64 tmirror_sock_tag;

/**
 * tmirror_xmit_is_ours - is a packet a copy that some namespace here made
 * @skb: the packet
 *
 * Context: any.
 * Return: true if it is; false if it lost its socket on the way, too.
 */
static inline bool tmirror_xmit_is_ours(const struct sk_buff *skb)
{
	/* It is compared, never followed; and ours has no flags. */
	return skb->sk && sk_fullsock(skb->sk) &&
	       rcu_access_pointer(__sk_user_data(skb->sk)) == &tmirror_sock_tag;
}

#endif /* _TMIRROR_XMIT_H */
