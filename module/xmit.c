// SPDX-License-Identifier: GPL-2.0
/* Copies on their way: their outer headers, the firewall, and off they go. */
#include "encap.h"
#include "hold.h"
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
#include <net/udp.h>

/* The outer headers in front of a frame. */
struct headers_ipv4 {
	struct iphdr ip;
	struct tmirror_encap encap;
};

struct headers_ipv6 {
	struct ipv6hdr ip;
	struct tmirror_encap encap;
};

static __always_inline void push_ipv4(const struct tmirror_route *route,
				      struct sk_buff *copy, u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;
	u32 len = copy->len;
	struct headers_ipv4 *outer = __skb_push(copy, sizeof(*outer));
	struct iphdr *ip = &outer->ip;

	skb_reset_network_header(copy);
	skb_set_transport_header(copy, sizeof(*ip));
	copy->protocol = htons(ETH_P_IP);
	tmirror_encap(&outer->encap, len, vni, route->sport,
		      underlay->member.remote.port);
	*ip = route->outer.ipv4;
	ip->tot_len = htons(copy->len);
	csum_replace2(&ip->check, 0, ip->tot_len);
	if (underlay->csum)
		udp_set_csum(false, copy, ip->saddr, ip->daddr,
			     len + sizeof(outer->encap));
}

static void push_ipv6(const struct tmirror_route *route, struct sk_buff *copy,
		      u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;
	u32 len = copy->len;
	struct headers_ipv6 *outer = __skb_push(copy, sizeof(*outer));
	struct ipv6hdr *ip = &outer->ip;

	skb_reset_network_header(copy);
	skb_set_transport_header(copy, sizeof(*ip));
	copy->protocol = htons(ETH_P_IPV6);
	tmirror_encap(&outer->encap, len, vni, route->sport,
		      underlay->member.remote.port);
	*ip = route->outer.ipv6;
	ip->payload_len = outer->encap.udp.len;
	if (underlay->csum)
		udp6_set_csum(false, copy, &ip->saddr, &ip->daddr,
			      len + sizeof(outer->encap));
}

/*
 * A queue that is congested may have dropped another packet instead; that of a
 * device without a carrier drops all, once it is shut.
 */
static int cause_of(int err, const struct net_device *dev)
{
	switch (err) {
	case NET_XMIT_CN:
		return netif_carrier_ok(dev) ? TMIRROR_SENT :
					       TMIRROR_DROP_NO_ROUTE;
	case NET_XMIT_DROP:
	case -ENOBUFS:
		return TMIRROR_DROP_BACKLOG;
	case -ENOMEM:
		return TMIRROR_DROP_NO_MEMORY;
	}
	return TMIRROR_DROP_NO_ROUTE;
}

/* Make a copy a packet of the underlay, which refers to the route. */
static __always_inline int prepare(const struct tmirror_route *route,
				   struct tmirror_net *tn, struct sk_buff *copy,
				   u32 vni)
{
	const struct tmirror_underlay *underlay = route->underlay;

	if (!tmirror_owners_take(&tn->owners, copy))
		return TMIRROR_DROP_BACKLOG;
	nf_ct_set(copy, NULL, IP_CT_UNTRACKED);
	skb_dst_set_noref(copy, route->dst);
	skb_set_hash(copy, route->hash, PKT_HASH_TYPE_L4);
	copy->mark = underlay->mark;
	if (underlay->member.family == AF_INET)
		push_ipv4(route, copy, vni);
	else
		push_ipv6(route, copy, vni);
	return TMIRROR_SENT;
}

/**
 * tmirror_xmit_stack - have the stack find out how to send a copy
 * @tn: the namespace
 * @copy: with its outer headers and a route; consumed
 *
 * Its firewall, IPsec and qdiscs see the copy, without a connection tracking
 * entry and without a sending socket whose cgroup could object.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by.
 */
int tmirror_xmit_stack(struct tmirror_net *tn, struct sk_buff *copy)
{
	const struct net_device *dev = skb_dst(copy)->dev;
	int err;

	err = copy->protocol == htons(ETH_P_IP) ?
	      ip_local_out(tn->net, NULL, copy) :
	      ip6_local_out(tn->net, NULL, copy);
	return err ? cause_of(err, dev) : TMIRROR_SENT;
}

/*
 * Where a route is plain, all that ip_local_out() would do is to ask the
 * firewall, count, and find the next hop, which we know. Rules of OUTPUT may
 * change the route, so they are left to it; those of POSTROUTING may not.
 */
#ifdef CONFIG_NETFILTER
static const struct nf_hook_entries *hooks(const struct net *net, u8 family,
					   enum nf_inet_hooks hook)
{
	return family == AF_INET ? rcu_dereference(net->nf.hooks_ipv4[hook]) :
				   rcu_dereference(net->nf.hooks_ipv6[hook]);
}

/*
 * What goes on elsewhere after the firewall, when NFQUEUE's program has had its
 * say, goes on in the kernel's code: this module may be gone by then. The flag
 * tells it that POSTROUTING was done.
 *
 * Return: 1: go on; else the copy is not ours any more, or 0 or an error.
 */
static int ask_firewall(const struct tmirror_route *route, struct net *net,
			struct sk_buff *copy, u8 family)
{
	const struct nf_hook_entries *entries;
	struct nf_hook_state state __uninitialized;

	entries = hooks(net, family, NF_INET_POST_ROUTING);
	if (!entries)
		return 1;
	if (family == AF_INET)
		IPCB(copy)->flags = IPSKB_REROUTED;
	else
		IP6CB(copy)->flags = IP6SKB_REROUTED;
	nf_hook_state_init(&state, NF_INET_POST_ROUTING, family, NULL,
			   copy->dev, NULL, net,
			   family == AF_INET ? ip_output : ip6_output);
	return nf_hook_slow(copy, &state, entries, 0);
}

static bool has_output_rules(const struct net *net, u8 family)
{
	return hooks(net, family, NF_INET_LOCAL_OUT);
}
#else
static int ask_firewall(const struct tmirror_route *route, struct net *net,
			struct sk_buff *copy, u8 family)
{
	return 1;
}

static bool has_output_rules(const struct net *net, u8 family)
{
	return false;
}
#endif

/* It came out of the firewall on its way to where it was to go. */
static bool is_unchanged(const struct tmirror_route *route,
			 const struct sk_buff *copy, u8 family)
{
	const struct in6_addr *remote = &route->underlay->member.remote.addr;

	if (skb_dst(copy) != route->dst)
		return false;
	return family == AF_INET ?
	       ip_hdr(copy)->daddr == remote->s6_addr32[3] :
	       ipv6_addr_equal(&ipv6_hdr(copy)->daddr, remote);
}

static int send_plain(const struct tmirror_route *route, struct net *net,
		      struct sk_buff *copy, u8 family)
{
	int ret;

	copy->dev = route->dst->dev;
	if (family == AF_INET)
		count_out_request(net);
	ret = ask_firewall(route, net, copy, family);
	if (ret != 1)
		return ret;
	if (!is_unchanged(route, copy, family))
		return dst_output(net, NULL, copy);
	if (family == AF_INET)
		IP_UPD_PO_STATS(net, IPSTATS_MIB_OUT, copy->len);
	else
		count_out_ipv6(net, ip6_dst_idev(route->dst), copy->len);
	return neigh_output(route->neigh, copy, false);
}

static __always_inline int send(const struct tmirror_route *route,
				struct tmirror_net *tn, struct sk_buff *copy)
{
	u8 family = route->underlay->member.family;
	int err;

	/* A device may need more room than it did when it was asked. */
	if (!route->plain || has_output_rules(tn->net, family) ||
	    skb_headroom(copy) < LL_RESERVED_SPACE(route->dst->dev))
		return tmirror_xmit_stack(tn, copy);
	err = send_plain(route, tn->net, copy, family);
	return err ? cause_of(err, route->dst->dev) : TMIRROR_SENT;
}

/**
 * tmirror_xmit - send a copy
 * @route: where to
 * @tn: the namespace
 * @copy: a frame of @route->room bytes at most, with @route->headroom; consumed
 * @vni: VXLAN network identifier
 * @account: who counts it
 *
 * Copies that go as one, see batch.c, are for targets with checksums, and for
 * routes that are plain.
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by:
 * TMIRROR_DROP_BACKLOG if there are too many bytes in flight; TMIRROR_HELD: it
 * waits, and will be counted.
 */
int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni,
		 const struct tmirror_account *account)
{
	int cause;

	cause = prepare(route, tn, copy, vni);
	if (unlikely(cause != TMIRROR_SENT)) {
		kfree_skb(copy);
		return cause;
	}
	if (unlikely(route->waits))
		return tmirror_hold_xmit(tn, route->neigh, copy, account);
	return send(route, tn, copy);
}
