/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_XMIT_H
#define _TMIRROR_XMIT_H

#include <linux/in6.h>

struct dst_entry;
struct net;
struct sk_buff;
struct socket;
struct tmirror_net;
struct tmirror_underlay;

/**
 * struct tmirror_route - how copies reach a member now
 * @underlay: the outer headers' fields and the member
 * @dst: the route; held
 * @local: outer source address, mapped
 * @room: largest frame that a copy may hold, 14 at least
 * @headroom: bytes that the outer headers and the device need
 * @sport: outer UDP source port, network byte order
 * @hash: of the flow, for queues to spread by
 */
struct tmirror_route {
	struct tmirror_underlay *underlay;
	struct dst_entry *dst;
	struct in6_addr local;
	u32 room;
	unsigned int headroom;
	__be16 sport;
	u32 hash;
};

/* The copy was sent; any other result is the cause of its loss. */
#define TMIRROR_SENT	(-1)

int tmirror_route_get(struct tmirror_route *route, struct tmirror_net *tn,
		      struct tmirror_underlay *underlay, u32 hash);
void tmirror_route_put(struct tmirror_route *route);
int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni);
bool tmirror_xmit_is_ours(const struct sk_buff *skb);
struct socket *tmirror_xmit_socket(struct net *net);

#endif /* _TMIRROR_XMIT_H */
