// SPDX-License-Identifier: GPL-2.0
/* Copies in flight: whose they are, their outer IP headers, and off they go. */
#include "encap.h"
#include "net.h"
#include "route.h"
#include "stats.h"
#include "target.h"
#include "xmit.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>
#include <net/udp.h>

/* The lowest bits of a socket's user data are flags: it has none of them. */
const u64 tmirror_sock_tag __aligned(8);

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

	BUILD_BUG_ON(__alignof__(tmirror_sock_tag) & ~SK_USER_DATA_PTRMASK);

	err = sock_create_kern(net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (err)
		return ERR_PTR(err);
	rcu_assign_sk_user_data(sock->sk, (void *)&tmirror_sock_tag);
	/* Nobody waits for room in the send buffer. */
	sock_set_flag(sock->sk, SOCK_USE_WRITE_QUEUE);
	return sock;
}

static void push_ipv4(const struct tmirror_route *route, struct sk_buff *copy)
{
	const struct tmirror_underlay *underlay = route->underlay;
	__be32 daddr = underlay->member.remote.addr.s6_addr32[3];
	__be32 saddr = route->local.s6_addr32[3];
	struct iphdr *ip;

	if (underlay->csum)
		udp_set_csum(false, copy, saddr, daddr, copy->len);

	ip = __skb_push(copy, sizeof(*ip));
	skb_reset_network_header(copy);
	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tos = underlay->tos,
		.tot_len = htons(copy->len),
		.frag_off = underlay->df ? htons(IP_DF) : 0,
		.ttl = underlay->ttl,
		.protocol = IPPROTO_UDP,
		.saddr = saddr,
		.daddr = daddr,
	};
	ip->check = ip_fast_csum(ip, sizeof(*ip) / 4);
	copy->protocol = htons(ETH_P_IP);
}

static void push_ipv6(const struct tmirror_route *route, struct sk_buff *copy)
{
	const struct tmirror_underlay *underlay = route->underlay;
	const struct in6_addr *daddr = &underlay->member.remote.addr;
	u16 len = copy->len;
	struct ipv6hdr *ip;

	if (underlay->csum)
		udp6_set_csum(false, copy, &route->local, daddr, len);

	ip = __skb_push(copy, sizeof(*ip));
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

static __always_inline int prepare(const struct tmirror_route *route,
				   struct tmirror_net *tn, struct sk_buff *copy,
				   u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;
	struct sock *sk = tn->sock->sk;

	if (sk_wmem_alloc_get(sk) + copy->truesize > READ_ONCE(sk->sk_sndbuf))
		return TMIRROR_DROP_BACKLOG;
	/* skb_set_owner_w(), for an skb that nobody owns. */
	copy->sk = sk;
	copy->destructor = sock_wfree;
	refcount_add(copy->truesize, &sk->sk_wmem_alloc);
	nf_ct_set(copy, NULL, IP_CT_UNTRACKED);
	skb_dst_set_noref(copy, route->dst);
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
 * tmirror_xmit_prepare - make a copy a packet of the underlay
 * @route: where to
 * @tn: the namespace
 * @copy: a frame of @route->room bytes at most, with @route->headroom; stays
 *	the caller's. Refers to the route, without holding it
 * @vni: VXLAN network identifier
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT: ready for tmirror_xmit_stack(); TMIRROR_DROP_BACKLOG if
 * there are too many bytes in flight.
 */
int tmirror_xmit_prepare(const struct tmirror_route *route,
			 struct tmirror_net *tn, struct sk_buff *copy, u32 vni)
{
	return prepare(route, tn, copy, vni);
}

/**
 * tmirror_xmit_stack - have the stack find out how to send a copy
 * @tn: the namespace
 * @copy: from tmirror_xmit_prepare(); consumed
 *
 * Its firewall, IPsec and qdiscs see the copy, without a connection tracking
 * entry and without a sending socket whose cgroup could object.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by.
 */
int tmirror_xmit_stack(struct tmirror_net *tn, struct sk_buff *copy)
{
	if (copy->protocol == htons(ETH_P_IP))
		return cause_of(ip_local_out(tn->net, NULL, copy));
	return cause_of(ip6_local_out(tn->net, NULL, copy));
}

/*
 * Where a route is plain, all that ip_local_out() would do is to ask the
 * firewall, count, and find the next hop, which we know. Rules of OUTPUT may
 * change the route, so they are left to it; those of POSTROUTING may not.
 */
static bool has_output_rules(const struct net *net, u8 family)
{
#ifdef CONFIG_NETFILTER
	return family == AF_INET ?
	       rcu_access_pointer(net->nf.hooks_ipv4[NF_INET_LOCAL_OUT]) :
	       rcu_access_pointer(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT]);
#else
	return false;
#endif
}

/*
 * What goes on elsewhere after the firewall, NFQUEUE's program has had it say,
 * goes on in the kernel's code: it may be when this module is gone. The flag
 * says that POSTROUTING was done.
 */
static int send_ipv4(const struct tmirror_route *route, struct net *net,
		     struct sk_buff *copy)
{
	int ret;

	IP_INC_STATS(net, IPSTATS_MIB_OUTREQUESTS);
	copy->dev = route->dst->dev;
	IPCB(copy)->flags = IPSKB_REROUTED;
	ret = nf_hook(NFPROTO_IPV4, NF_INET_POST_ROUTING, net, NULL, copy, NULL,
		      copy->dev, ip_output);
	if (ret != 1)
		return ret;
	if (skb_dst(copy) != route->dst ||
	    ip_hdr(copy)->daddr !=
	    route->underlay->member.remote.addr.s6_addr32[3])
		return dst_output(net, NULL, copy);
	IP_UPD_PO_STATS(net, IPSTATS_MIB_OUT, copy->len);
	return neigh_output(route->neigh, copy, false);
}

static int send_ipv6(const struct tmirror_route *route, struct net *net,
		     struct sk_buff *copy)
{
	struct inet6_dev *idev = ip6_dst_idev(route->dst);
	int ret;

	IP6_INC_STATS(net, idev, IPSTATS_MIB_OUTREQUESTS);
	copy->dev = route->dst->dev;
	IP6CB(copy)->flags = IP6SKB_REROUTED;
	ret = nf_hook(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, NULL, copy, NULL,
		      copy->dev, ip6_output);
	if (ret != 1)
		return ret;
	if (skb_dst(copy) != route->dst ||
	    !ipv6_addr_equal(&ipv6_hdr(copy)->daddr,
			     &route->underlay->member.remote.addr))
		return dst_output(net, NULL, copy);
	IP6_UPD_PO_STATS(net, idev, IPSTATS_MIB_OUT, copy->len);
	return neigh_output(route->neigh, copy, false);
}

/**
 * tmirror_xmit - send a copy
 * @route: where to; its next hop does not wait
 * @tn: the namespace
 * @copy: a frame of @route->room bytes at most, with @route->headroom; consumed
 * @vni: VXLAN network identifier
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by:
 * TMIRROR_DROP_BACKLOG if there are too many bytes in flight.
 */
int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni)
{
	u8 family = route->underlay->member.family;
	int cause;

	cause = prepare(route, tn, copy, vni);
	if (unlikely(cause != TMIRROR_SENT)) {
		kfree_skb(copy);
		return cause;
	}
	if (!route->plain || has_output_rules(tn->net, family))
		return tmirror_xmit_stack(tn, copy);
	return cause_of(family == AF_INET ? send_ipv4(route, tn->net, copy) :
					    send_ipv6(route, tn->net, copy));
}
