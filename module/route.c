// SPDX-License-Identifier: GPL-2.0
/* Routes of the underlay: which way copies go, and how much room they have. */
#include "encap.h"
#include "net.h"
#include "route.h"
#include "stats.h"
#include "target.h"

#include <linux/err.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/neighbour.h>
#include <net/route.h>
#include <net/xfrm.h>

static struct dst_entry *lookup_ipv4(struct tmirror_way *way,
				     const struct tmirror_underlay *underlay,
				     struct net *net, __be16 sport)
{
	const struct tmirror_member *member = &underlay->member;
	struct flowi4 fl4 = {
		.flowi4_oif = READ_ONCE(underlay->ifindex),
		.flowi4_mark = underlay->mark,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = member->remote.addr.s6_addr32[3],
		.saddr = underlay->local.s6_addr32[3],
		.fl4_dport = member->remote.port,
		.fl4_sport = sport,
	};
	struct rtable *rt;

	flowi4_set_dsfield(&fl4, underlay->tos);
	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	way->cookie = 0;
	way->outer.ipv4 = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(way->outer.ipv4) / 4,
		.tos = underlay->tos,
		.frag_off = underlay->df ? htons(IP_DF) : 0,
		.ttl = underlay->ttl,
		.protocol = IPPROTO_UDP,
		.saddr = fl4.saddr,
		.daddr = fl4.daddr,
	};
	ip_send_check(&way->outer.ipv4);
	return &rt->dst;
}

/*
 * To IPv6 a device is but a wish, once there is a source address as well: even
 * one that is gone, TMIRROR_DEV_GONE. IPsec may send elsewhere what goes there,
 * a VRF is the devices of its table, and what is for the host itself goes
 * nowhere.
 */
static bool goes_by(const struct dst_entry *dst, struct net *net, int ifindex)
{
	const struct net_device *dev, *wanted;

#ifdef CONFIG_XFRM
	if (dst_xfrm(dst))
		dst = ((const struct xfrm_dst *)dst)->route;
#endif
	dev = dst->dev;
	if (!ifindex || dev->ifindex == ifindex)
		return true;
	wanted = dev_get_by_index_rcu(net, ifindex);
	return wanted && (netif_is_l3_master(wanted) ||
			  dev->flags & IFF_LOOPBACK ||
			  dev == l3mdev_master_dev_rcu(wanted));
}

static struct dst_entry *lookup_ipv6(struct tmirror_way *way,
				     const struct tmirror_underlay *underlay,
				     struct net *net, __be16 sport)
{
	const struct tmirror_member *member = &underlay->member;
	int ifindex = READ_ONCE(underlay->ifindex);
	struct flowi6 fl6 = {
		.flowi6_oif = ifindex,
		.flowi6_mark = underlay->mark,
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_make_flowinfo(underlay->tos, 0),
		.daddr = member->remote.addr,
		.saddr = underlay->local,
		.fl6_dport = member->remote.port,
		.fl6_sport = sport,
	};
	struct dst_entry *dst;

	dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	if (!goes_by(dst, net, ifindex)) {
		dst_release(dst);
		return ERR_PTR(-ENETUNREACH);
	}
	way->cookie = rt6_get_cookie(dst_rt6_info(dst));
	way->outer.ipv6 = (struct ipv6hdr) {
		.nexthdr = IPPROTO_UDP,
		.hop_limit = underlay->ttl,
		.saddr = fl6.saddr,
		.daddr = member->remote.addr,
	};
	ip6_flow_hdr(&way->outer.ipv6, underlay->tos, 0);
	return dst;
}

/*
 * IPsec and lightweight tunnels have next hops of their own behind the route's,
 * which we cannot know; nor do we know where a firewall sends copies by marking
 * them: a target's own mark is there for that.
 */
static bool has_next_hop(struct dst_entry *dst)
{
	return !dst_xfrm(dst) && !dst->lwtstate;
}

/* Does the stack send to the next hop whatever the firewall lets pass? */
static bool is_plain(const struct dst_entry *dst,
		     const struct tmirror_member *member)
{
	const struct net_device *dev = dst->dev;

	/* The host itself, or a VRF, has something to say as well. */
	if (dev->flags & IFF_LOOPBACK || netif_is_l3_slave(dev) ||
	    netif_is_l3_master(dev))
		return false;
	if (member->family == AF_INET)
		return dst->output == ip_output &&
		       ((struct rtable *)dst)->rt_gw_family != AF_INET6;
	/* Of IPv4's, those to a group have another output. */
	return dst->output == ip6_output &&
	       !ipv6_addr_is_multicast(&member->remote.addr);
}

/* IPv6 says of a route that there is no memory for that there is none. */
static int cause_of(int err)
{
	return err == -ENOBUFS || err == -ENOMEM ? TMIRROR_DROP_NO_MEMORY :
						   TMIRROR_DROP_NO_ROUTE;
}

/*
 * Routes are looked up for the flow that comes first: where there are several
 * ways, a CPU goes one of them.
 */
static noinline int find_way(struct tmirror_way *way,
			     const struct tmirror_underlay *underlay,
			     struct net *net, __be16 sport)
{
	u8 family = underlay->member.family;
	struct dst_entry *dst;

	/* Who still sends by it can: it lives as long as RCU's readers. */
	dst_release(way->dst);
	way->dst = NULL;
	dst = family == AF_INET ? lookup_ipv4(way, underlay, net, sport) :
				  lookup_ipv6(way, underlay, net, sport);
	if (IS_ERR(dst))
		return cause_of(PTR_ERR(dst));
	/* What IPsec has no key for yet: without a trace, and without an error. */
	if (READ_ONCE(dst->output) == dst_discard_out) {
		dst_release(dst);
		return TMIRROR_DROP_NO_ROUTE;
	}
	way->dst = dst;
	way->has_next_hop = has_next_hop(dst);
	way->plain = way->has_next_hop && is_plain(dst, &underlay->member);
	return TMIRROR_SENT;
}

/* Return: the next hop, if the kernel knows it already. */
static struct neighbour *neigh_ipv4(struct dst_entry *dst,
				    const struct tmirror_member *member)
{
	const struct rtable *rt = (struct rtable *)dst;
	__be32 gateway = member->remote.addr.s6_addr32[3];

	if (rt->rt_gw_family == AF_INET6)
		return NULL;
	if (rt->rt_gw_family == AF_INET)
		gateway = rt->rt_gw4;
	return __ipv4_neigh_lookup_noref(dst->dev, (__force u32)gateway);
}

static struct neighbour *neigh_ipv6(struct dst_entry *dst,
				    const struct tmirror_member *member)
{
	return __ipv6_neigh_lookup_noref(dst->dev,
					 rt6_nexthop(dst_rt6_info(dst),
						     &member->remote.addr));
}

static noinline struct neighbour *
make_neigh(struct dst_entry *dst, const struct tmirror_member *member)
{
	struct rtable *rt = (struct rtable *)dst;

	if (member->family == AF_INET6)
		return ip_neigh_gw6(dst->dev, rt6_nexthop(dst_rt6_info(dst),
							  &member->remote.addr));
	switch (rt->rt_gw_family) {
	case AF_INET:
		return ip_neigh_gw4(dst->dev, rt->rt_gw4);
	case AF_INET6:
		return ip_neigh_gw6(dst->dev, &rt->rt_gw6);
	}
	return ip_neigh_gw4(dst->dev, member->remote.addr.s6_addr32[3]);
}

static void find_neigh(struct tmirror_route *route,
		       const struct tmirror_member *member)
{
	struct neighbour *neigh;

	neigh = member->family == AF_INET ? neigh_ipv4(route->dst, member) :
					    neigh_ipv6(route->dst, member);
	if (unlikely(!neigh)) {
		neigh = make_neigh(route->dst, member);
		/* No memory for one: the stack will find out and say so. */
		if (IS_ERR(neigh)) {
			route->plain = false;
			return;
		}
	}
	route->neigh = neigh;
	if (!(READ_ONCE(neigh->nud_state) & NUD_VALID)) {
		route->waits = true;
		route->plain = false;
	}
}

/* A policy of IPsec may be for some flows only: each asks for itself then. */
static bool is_for_all_flows(const struct net *net)
{
#ifdef CONFIG_XFRM
	return !READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]);
#else
	return true;
#endif
}

/*
 * A route and its MTU are asked whether they hold once a tick, and not for each
 * packet: that would be a tenth of what a copy costs. A device that went away
 * shows at once.
 */
static bool is_fresh(const struct tmirror_way *way)
{
	return way->dst && way->checked == (u32)jiffies &&
	       READ_ONCE(way->dst->obsolete) == DST_OBSOLETE_FORCE_CHK;
}

static void measure_way(struct tmirror_way *way,
			const struct tmirror_underlay *underlay)
{
	unsigned int overhead = tmirror_route_overhead(underlay);
	/* No length field of the outer headers goes beyond 65,535. */
	u32 mtu = min_t(u32, dst_mtu(way->dst), IP_MAX_MTU);

	way->room = mtu < overhead + ETH_HLEN ? 0 : mtu - overhead;
	way->headroom = LL_RESERVED_SPACE(way->dst->dev) +
			way->dst->header_len + overhead;
	way->checked = jiffies;
}

static int go_way(struct tmirror_route *route, struct tmirror_way *way,
		  struct net *net)
{
	const struct tmirror_underlay *underlay = route->underlay;
	int cause = TMIRROR_SENT;
	bool for_all;

	if (!is_fresh(way)) {
		for_all = is_for_all_flows(net);
		if (!way->dst || !for_all || !dst_check(way->dst, way->cookie))
			cause = find_way(way, underlay, net, route->sport);
		if (cause != TMIRROR_SENT)
			return cause;
		measure_way(way, underlay);
		/* Another flow's is never fresh. */
		way->checked -= !for_all;
	}
	route->room = way->room;
	route->headroom = way->headroom;
	route->dst = way->dst;
	route->has_next_hop = way->has_next_hop;
	route->plain = way->plain;
	if (underlay->member.family == AF_INET)
		route->outer.ipv4 = way->outer.ipv4;
	else
		route->outer.ipv6 = way->outer.ipv6;
	return TMIRROR_SENT;
}

/**
 * tmirror_route_get - find the route to a target's member
 * @route: receives it
 * @tn: the namespace
 * @underlay: the target's
 * @hash: of the flow that is mirrored
 *
 * The route is looked up once a CPU, and kept while it is valid: a change of
 * routes or of their MTU is seen a tick later at most.
 *
 * Context: RCU read side, bottom halves disabled; @route is good for as long.
 * Return: TMIRROR_SENT: so far, so good; else the &enum tmirror_drop that every
 * copy is lost by.
 */
int tmirror_route_get(struct tmirror_route *route, struct tmirror_net *tn,
		      const struct tmirror_underlay *underlay, u32 hash)
{
	struct tmirror_way __percpu *ways = underlay->member.ways;
	int cause;

	route->underlay = underlay;
	route->hash = hash;
	route->sport = tmirror_encap_sport(hash);
	local_lock_nested_bh(&ways->bh_lock);
	cause = go_way(route, this_cpu_ptr(ways), tn->net);
	local_unlock_nested_bh(&ways->bh_lock);
	if (cause != TMIRROR_SENT)
		return cause;
	if (!route->room)
		return TMIRROR_DROP_TOO_BIG;
	route->waits = false;
	if (route->has_next_hop)
		find_neigh(route, &underlay->member);
	return TMIRROR_SENT;
}

/**
 * tmirror_ways_alloc - allocate the ways to a member, none of them known
 *
 * Context: process, may sleep.
 * Return: ways for tmirror_ways_free(), or NULL without memory.
 */
struct tmirror_way __percpu *tmirror_ways_alloc(void)
{
	struct tmirror_way __percpu *ways;
	int cpu;

	ways = alloc_percpu_gfp(struct tmirror_way,
				GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ways)
		return NULL;
	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(ways, cpu)->bh_lock);
	return ways;
}

/**
 * tmirror_ways_free - free the ways to a member that no reader can see
 * @ways: from tmirror_ways_alloc()
 *
 * Context: any.
 */
void tmirror_ways_free(struct tmirror_way __percpu *ways)
{
	int cpu;

	for_each_possible_cpu(cpu)
		dst_release(per_cpu_ptr(ways, cpu)->dst);
	free_percpu(ways);
}
