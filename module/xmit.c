// SPDX-License-Identifier: GPL-2.0
/* The underlay: routes, outer IP headers, and the copies in flight. */
#include "encap.h"
#include "net.h"
#include "stats.h"
#include "target.h"
#include "xmit.h"

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp.h>

/*
 * The address of this marks the sockets of all namespaces as ours. The lowest
 * bits of a socket's user data are flags, so it must have none of them.
 */
static const u64 sock_tag __aligned(8);

/**
 * tmirror_xmit_socket - make the socket that owns a namespace's copies
 * @net: the namespace
 *
 * It is never bound: it takes no port and receives nothing.
 *
 * Context: process, may sleep.
 * Return: a socket for sock_release(), or an error as a pointer.
 */
struct socket *tmirror_xmit_socket(struct net *net)
{
	struct socket *sock;
	int err;

	BUILD_BUG_ON(__alignof__(sock_tag) & ~SK_USER_DATA_PTRMASK);

	err = sock_create_kern(net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (err)
		return ERR_PTR(err);
	rcu_assign_sk_user_data(sock->sk, (void *)&sock_tag);
	/* Nobody waits for room in the send buffer. */
	sock_set_flag(sock->sk, SOCK_USE_WRITE_QUEUE);
	return sock;
}

/**
 * tmirror_xmit_is_ours - is a packet a copy that some namespace here made
 * @skb: the packet
 *
 * Context: RCU read side.
 * Return: true if it is; false if it lost its socket on the way, too.
 */
bool tmirror_xmit_is_ours(const struct sk_buff *skb)
{
	return skb->sk && sk_fullsock(skb->sk) &&
	       rcu_dereference_sk_user_data(skb->sk) == &sock_tag;
}

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

static int output_ipv4(const struct tmirror_route *route, struct net *net,
		       struct sk_buff *copy)
{
	const struct tmirror_underlay *underlay = route->underlay;
	__be32 daddr = underlay->member.remote.addr.s6_addr32[3];
	__be32 saddr = route->local.s6_addr32[3];
	struct iphdr *ip;

	udp_set_csum(!underlay->csum, copy, saddr, daddr, copy->len);

	ip = skb_push(copy, sizeof(*ip));
	skb_reset_network_header(copy);
	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tos = underlay->tos,
		.frag_off = underlay->df ? htons(IP_DF) : 0,
		.ttl = underlay->ttl,
		.protocol = IPPROTO_UDP,
		.saddr = saddr,
		.daddr = daddr,
	};
	copy->protocol = htons(ETH_P_IP);
	return ip_local_out(net, NULL, copy);
}

static int output_ipv6(const struct tmirror_route *route, struct net *net,
		       struct sk_buff *copy)
{
	const struct tmirror_underlay *underlay = route->underlay;
	const struct in6_addr *daddr = &underlay->member.remote.addr;
	u16 len = copy->len;
	struct ipv6hdr *ip;

	udp6_set_csum(!underlay->csum, copy, &route->local, daddr, len);

	ip = skb_push(copy, sizeof(*ip));
	skb_reset_network_header(copy);
	ip6_flow_hdr(ip, underlay->tos, 0);
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = underlay->ttl;
	ip->saddr = route->local;
	ip->daddr = *daddr;
	copy->protocol = htons(ETH_P_IPV6);
	return ip6_local_out(net, NULL, copy);
}

static int cause_of(int err)
{
	if (likely(!net_xmit_eval(err)))
		return TMIRROR_SENT;
	switch (err) {
	case NET_XMIT_DROP:
	case -ENOBUFS:
		return TMIRROR_DROP_BACKLOG;
	case -ENOMEM:
		return TMIRROR_DROP_NO_MEMORY;
	}
	return TMIRROR_DROP_NO_ROUTE;
}

/**
 * tmirror_xmit - encapsulate a copy and send it
 * @route: where to
 * @tn: the namespace
 * @copy: a frame of @route->room bytes at most, with @route->headroom; consumed
 * @vni: VXLAN network identifier
 *
 * The copy leaves through the host's own stack, so its firewall, IPsec and
 * qdiscs see it, without a connection tracking entry and without a sending
 * socket whose cgroup could object.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by.
 */
int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;
	struct sock *sk = tn->sock->sk;
	int err;

	if (sk_wmem_alloc_get(sk) + copy->truesize > READ_ONCE(sk->sk_sndbuf)) {
		kfree_skb(copy);
		return TMIRROR_DROP_BACKLOG;
	}
	skb_set_owner_w(copy, sk);
	nf_ct_set(copy, NULL, IP_CT_UNTRACKED);
	skb_dst_set(copy, dst_clone(route->dst));
	skb_set_hash(copy, route->hash, PKT_HASH_TYPE_L4);
	copy->mark = underlay->mark;
	tmirror_encap(copy, vni, route->sport, underlay->member.remote.port);

	if (underlay->member.family == AF_INET)
		err = output_ipv4(route, tn->net, copy);
	else
		err = output_ipv6(route, tn->net, copy);
	return cause_of(err);
}
