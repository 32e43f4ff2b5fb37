/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ROUTE_H
#define _TMIRROR_ROUTE_H

#include "encap.h"
#include "target.h"

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/local_lock.h>

struct dst_entry;
struct neighbour;
struct tmirror_net;

/**
 * union tmirror_outer - the outer IP header of a packet of length 0
 * @ipv4: its checksum included
 * @ipv6: or this one
 */
union tmirror_outer {
	struct iphdr ipv4;
	struct ipv6hdr ipv6;
};

/**
 * struct tmirror_way - the route to a member that a CPU goes
 * @bh_lock: guards the rest, where bottom halves can be preempted
 * @dst: the route, held; NULL if none was looked up yet, or none found
 * @cookie: what dst_check() wants to know
 * @checked: when it was last asked, in jiffies
 * @room: largest frame that a copy may hold; 0 if not even its header
 * @headroom: bytes that the outer headers and the device need
 * @has_next_hop: the route alone says what the next hop is
 * @plain: between here and the next hop there is nothing but the firewall
 * @outer: what packets that go it begin with
 */
struct tmirror_way {
	local_lock_t bh_lock;
	struct dst_entry *dst;
	u32 cookie;
	u32 checked;
	u16 room;
	u32 headroom;
	bool has_next_hop;
	bool plain;
	union tmirror_outer outer;
};

/**
 * struct tmirror_route - how copies of one packet reach a member
 * @underlay: the outer headers' fields and the member
 * @dst: the route; RCU's, not held
 * @neigh: the next hop, RCU's, not held; only if @waits or @plain
 * @has_next_hop: the route alone says what the next hop is
 * @waits: it is not known yet how to reach @neigh
 * @plain: between here and @neigh there is nothing but the firewall
 * @room: largest frame that a copy may hold, 14 at least
 * @headroom: bytes that the outer headers and the device need
 * @sport: outer UDP source port, network byte order
 * @hash: of the flow, for queues to spread by
 * @outer: what its packets begin with
 */
struct tmirror_route {
	const struct tmirror_underlay *underlay;
	struct dst_entry *dst;
	struct neighbour *neigh;
	bool has_next_hop;
	bool waits;
	bool plain;
	u32 room;
	unsigned int headroom;
	__be16 sport;
	u32 hash;
	union tmirror_outer outer;
};

/**
 * tmirror_route_overhead - how many bytes of a datagram are not the frame's
 * @underlay: how copies are sent
 *
 * Return: length of the outer headers from IP on.
 */
static inline unsigned int
tmirror_route_overhead(const struct tmirror_underlay *underlay)
{
	return sizeof(struct tmirror_encap) +
	       (underlay->member.family == AF_INET ? sizeof(struct iphdr) :
						     sizeof(struct ipv6hdr));
}

int tmirror_route_get(struct tmirror_route *route, struct tmirror_net *tn,
		      const struct tmirror_underlay *underlay, u32 hash);
struct tmirror_way __percpu *tmirror_ways_alloc(void);
void tmirror_ways_free(struct tmirror_way __percpu *ways);

#endif /* _TMIRROR_ROUTE_H */
