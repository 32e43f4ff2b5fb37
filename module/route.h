/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ROUTE_H
#define _TMIRROR_ROUTE_H

#include <linux/in6.h>

struct dst_entry;
struct neighbour;
struct tmirror_net;
struct tmirror_underlay;

/**
 * struct tmirror_route - how copies reach a member now
 * @underlay: the outer headers' fields and the member
 * @dst: the route; held
 * @neigh: the next hop, if it is not known yet how to reach it; else NULL.
 *	Not held: RCU's
 * @local: outer source address, mapped
 * @room: largest frame that a copy may hold, 14 at least
 * @headroom: bytes that the outer headers and the device need
 * @sport: outer UDP source port, network byte order
 * @hash: of the flow, for queues to spread by
 */
struct tmirror_route {
	struct tmirror_underlay *underlay;
	struct dst_entry *dst;
	struct neighbour *neigh;
	struct in6_addr local;
	u32 room;
	unsigned int headroom;
	__be16 sport;
	u32 hash;
};

int tmirror_route_get(struct tmirror_route *route, struct tmirror_net *tn,
		      struct tmirror_underlay *underlay, u32 hash);
void tmirror_route_put(struct tmirror_route *route);

#endif /* _TMIRROR_ROUTE_H */
