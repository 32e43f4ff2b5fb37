// SPDX-License-Identifier: GPL-2.0
/* Routes of the underlay: which way copies go, and how much room they have. */
#include "encap.h"
#include "net.h"
#include "route.h"
#include "stats.h"
#include "target.h"

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>

static struct dst_entry *route_ipv4(struct tmirror_route *route,
				    struct net *net)
{
	struct tmirror_underlay *underlay = route->underlay;
	struct tmirror_member *member = &underlay->member;
	struct flowi4 fl4 = {
		.flowi4_oif = READ_ONCE(underlay->ifindex),
		.flowi4_mark = underlay->mark,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = member->remote.addr.s6_addr32[3],
		.saddr = underlay->local.s6_addr32[3],
		.fl4_dport = member->remote.port,
		.fl4_sport = route->sport,
	};
	struct rtable *rt;

	rt = dst_cache_get_ip4(&member->cache, &fl4.saddr);
	if (!rt) {
		flowi4_set_dsfield(&fl4, underlay->tos);
		rt = ip_route_output_key(net, &fl4);
		if (IS_ERR(rt))
			return ERR_CAST(rt);
		dst_cache_set_ip4(&member->cache, &rt->dst, fl4.saddr);
	}
	ipv6_addr_set_v4mapped(fl4.saddr, &route->local);
	return &rt->dst;
}

static struct dst_entry *route_ipv6(struct tmirror_route *route,
				    struct net *net)
{
	struct tmirror_underlay *underlay = route->underlay;
	struct tmirror_member *member = &underlay->member;
	struct flowi6 fl6 = {
		.flowi6_oif = READ_ONCE(underlay->ifindex),
		.flowi6_mark = underlay->mark,
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_make_flowinfo(underlay->tos, 0),
		.daddr = member->remote.addr,
		.saddr = underlay->local,
		.fl6_dport = member->remote.port,
		.fl6_sport = route->sport,
	};
	struct dst_entry *dst;

	dst = dst_cache_get_ip6(&member->cache, &fl6.saddr);
	if (!dst) {
		dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
		if (IS_ERR(dst))
			return dst;
		dst_cache_set_ip6(&member->cache, dst, &fl6.saddr);
	}
	route->local = fl6.saddr;
	return dst;
}

/*
 * The next hop of a route. IPsec and lightweight tunnels have next hops of
 * their own behind it, which we cannot know; nor do we know where a firewall
 * sends copies by marking them: a target's own mark is there for that.
 */
static struct neighbour *neigh_ipv4(struct dst_entry *dst,
				    const struct tmirror_member *member)
{
	struct rtable *rt = (struct rtable *)dst;

	switch (rt->rt_gw_family) {
	case AF_INET:
		return ip_neigh_gw4(dst->dev, rt->rt_gw4);
	case AF_INET6:
		return ip_neigh_gw6(dst->dev, &rt->rt_gw6);
	}
	return ip_neigh_gw4(dst->dev, member->remote.addr.s6_addr32[3]);
}

static struct neighbour *neigh_ipv6(struct dst_entry *dst,
				    const struct tmirror_member *member)
{
	return ip_neigh_gw6(dst->dev, rt6_nexthop(dst_rt6_info(dst),
						  &member->remote.addr));
}

/* Return: the next hop, where copies have to wait for it; else NULL. */
static struct neighbour *unresolved(struct dst_entry *dst,
				    const struct tmirror_member *member)
{
	struct neighbour *neigh;

	if (dst_xfrm(dst) || dst->lwtstate)
		return NULL;
	neigh = member->family == AF_INET ? neigh_ipv4(dst, member) :
					    neigh_ipv6(dst, member);
	/* Without memory for one: the stack will find out and say so. */
	if (IS_ERR(neigh) || READ_ONCE(neigh->nud_state) & NUD_VALID)
		return NULL;
	return neigh;
}

/**
 * tmirror_route_get - find the route to a target's member
 * @route: receives it
 * @tn: the namespace
 * @underlay: the target's
 * @hash: of the flow that is mirrored
 *
 * The route is looked up once a CPU, for the flow that comes first, and kept
 * while it is valid: where there are several ways, a CPU goes one of them.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT: so far, so good, and tmirror_route_put() is owed;
 * else the &enum tmirror_drop that every copy is lost by.
 */
int tmirror_route_get(struct tmirror_route *route, struct tmirror_net *tn,
		      struct tmirror_underlay *underlay, u32 hash)
{
	unsigned int overhead = TMIRROR_ENCAP_LEN;
	struct dst_entry *dst;
	u32 mtu;

	route->underlay = underlay;
	route->hash = hash;
	route->sport = tmirror_encap_sport(hash);
	if (underlay->member.family == AF_INET) {
		overhead += sizeof(struct iphdr);
		dst = route_ipv4(route, tn->net);
	} else {
		overhead += sizeof(struct ipv6hdr);
		dst = route_ipv6(route, tn->net);
	}
	if (IS_ERR(dst))
		return TMIRROR_DROP_NO_ROUTE;

	/* No length field of the outer headers goes beyond 65,535. */
	mtu = min_t(u32, dst_mtu(dst), IP_MAX_MTU);
	if (mtu < overhead + ETH_HLEN) {
		dst_release(dst);
		return TMIRROR_DROP_TOO_BIG;
	}
	route->dst = dst;
	route->neigh = unresolved(dst, &underlay->member);
	route->room = mtu - overhead;
	route->headroom = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			  overhead;
	return TMIRROR_SENT;
}

/**
 * tmirror_route_put - let go of a route
 * @route: from tmirror_route_get()
 */
void tmirror_route_put(struct tmirror_route *route)
{
	dst_release(route->dst);
}
