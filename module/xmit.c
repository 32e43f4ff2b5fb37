// SPDX-License-Identifier: GPL-2.0
/* Copies in flight: whose they are, their outer IP headers, and off they go. */
#include "encap.h"
#include "net.h"
#include "route.h"
#include "stats.h"
#include "target.h"
#include "xmit.h"

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
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

static void push_ipv4(const struct tmirror_route *route, struct sk_buff *copy)
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
}

static void push_ipv6(const struct tmirror_route *route, struct sk_buff *copy)
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
 * tmirror_xmit_prepare - make a copy a packet of the underlay
 * @route: where to
 * @tn: the namespace
 * @copy: a frame of @route->room bytes at most, with @route->headroom; stays
 *	the caller's
 * @vni: VXLAN network identifier
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT: ready for tmirror_xmit(); TMIRROR_DROP_BACKLOG if
 * there are too many bytes in flight.
 */
int tmirror_xmit_prepare(const struct tmirror_route *route,
			 struct tmirror_net *tn, struct sk_buff *copy, u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;
	struct sock *sk = tn->sock->sk;

	if (sk_wmem_alloc_get(sk) + copy->truesize > READ_ONCE(sk->sk_sndbuf))
		return TMIRROR_DROP_BACKLOG;
	skb_set_owner_w(copy, sk);
	nf_ct_set(copy, NULL, IP_CT_UNTRACKED);
	skb_dst_set(copy, dst_clone(route->dst));
	skb_set_hash(copy, route->hash, PKT_HASH_TYPE_L4);
	copy->mark = underlay->mark;
	tmirror_encap(copy, vni, route->sport, underlay->member.remote.port);
	if (underlay->member.family == AF_INET)
		push_ipv4(route, copy);
	else
		push_ipv6(route, copy);
	return TMIRROR_SENT;
}

/**
 * tmirror_xmit - send a copy
 * @tn: the namespace
 * @copy: from tmirror_xmit_prepare(); consumed
 *
 * The copy leaves through the host's own stack, so its firewall, IPsec and
 * qdiscs see it, without a connection tracking entry and without a sending
 * socket whose cgroup could object.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by.
 */
int tmirror_xmit(struct tmirror_net *tn, struct sk_buff *copy)
{
	if (copy->protocol == htons(ETH_P_IP))
		return cause_of(ip_local_out(tn->net, NULL, copy));
	return cause_of(ip6_local_out(tn->net, NULL, copy));
}
