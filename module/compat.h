/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older kernels lack. The module is written for the newest one; this
 * header, included before every file, is the only one that knows of others.
 * The HAVE_* come from compat.mk.
 */
#ifndef _TMIRROR_COMPAT_H
#define _TMIRROR_COMPAT_H

#include <linux/crc32.h>
#include <linux/crc32c.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/act_api.h>
#include <net/flow.h>
#include <net/genetlink.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/pkt_cls.h>
#include <net/sch_generic.h>

/* 6.5 moved skb_gso_segment() out of linux/netdevice.h. */
#ifdef HAVE_NET_GSO
#include <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

/* 6.10 moved skb_frag_ref() out of linux/skbuff.h. */
#ifdef HAVE_SKBUFF_REF
#include <linux/skbuff_ref.h>
#endif

/* 6.7 put a struct genl_info, with the same .attrs, into dumps. */
#ifndef HAVE_GENL_INFO_DUMP
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

/* 6.7 let an integer attribute have the width that it needs. */
#ifndef HAVE_NLA_PUT_UINT
static inline int nla_put_uint(struct sk_buff *skb, int attrtype, u64 value)
{
	if (value <= U32_MAX)
		return nla_put_u32(skb, attrtype, value);
	return nla_put(skb, attrtype, sizeof(value), &value);
}
#endif

/* 6.7, and some stable trees, let a multicast group want a capability. */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_NEEDS_NET_ADMIN	.flags = GENL_MCAST_CAP_NET_ADMIN
#else
#define GENL_MCAST_NEEDS_NET_ADMIN
#endif

/* 6.8, and some stable trees, tell an action where it is bound. */
static inline bool tcf_action_at_hook(const struct tcf_proto *tp, u32 flags)
{
#ifdef TCA_ACT_FLAGS_AT_INGRESS_OR_CLSACT
	return flags & TCA_ACT_FLAGS_AT_INGRESS_OR_CLSACT;
#else
	struct tcf_block *block = tp->chain->block;

	return tcf_block_shared(block) ||
	       (block->q && block->q->flags & TCQ_F_INGRESS);
#endif
}

/* 6.9 gave the modules of actions an alias of another form. */
#ifndef MODULE_ALIAS_NET_ACT
#define MODULE_ALIAS_NET_ACT(kind)	MODULE_ALIAS("act_" kind)
#endif

/* In 6.12 this one needs what others include. */
#include <linux/local_lock.h>

/* 6.11 lets bottom halves be preempted where that is the kernel's way. */
#ifndef local_lock_nested_bh
#define local_lock_nested_bh(lock)	((void)(lock))
#define local_unlock_nested_bh(lock)	((void)(lock))
#endif

/*
 * Later trees of 6.12, and some stable ones, remember what skbedit said of a
 * packet's queue while another packet is sent from its hook.
 */
#if defined(CONFIG_NET_EGRESS) && !defined(CONFIG_PREEMPT_RT) && \
	!defined(HAVE_XMIT_NESTED_SKIP_TXQUEUE)
static inline bool xmit_get_skip_txqueue(void)
{
	return __this_cpu_read(softnet_data.xmit.skip_txqueue);
}

static inline void xmit_set_skip_txqueue(bool skip)
{
	netdev_xmit_skip_txqueue(skip);
}
#else
static inline bool xmit_get_skip_txqueue(void)
{
	return false;
}

static inline void xmit_set_skip_txqueue(bool skip)
{
}
#endif

/* Without it nothing is ever at an egress hook. */
#ifndef CONFIG_NET_EGRESS
static inline void net_inc_egress_queue(void)
{
}

static inline void net_dec_egress_queue(void)
{
}
#endif

/* 6.12 gave skb_at_tc_ingress() a twin. */
#ifndef HAVE_SKB_AT_TC_EGRESS
static inline bool skb_at_tc_egress(const struct sk_buff *skb)
{
#ifdef CONFIG_NETFILTER_SKIP_EGRESS
	return skb->nf_skip_egress && !skb_at_tc_ingress(skb);
#else
	return !skb_at_tc_ingress(skb);
#endif
}
#endif

/*
 * 6.7 counts what is to be sent apart from what was, and the latter behind
 * ip6_local_out() too.
 */
static inline void count_out_request(struct net *net)
{
#ifdef HAVE_MIB_OUTREQUESTS
	IP_INC_STATS(net, IPSTATS_MIB_OUTREQUESTS);
#endif
}

static inline void count_out_ipv6(struct net *net, struct inet6_dev *idev,
				  unsigned int len)
{
#ifdef HAVE_MIB_OUTREQUESTS
	IP6_UPD_PO_STATS(net, idev, IPSTATS_MIB_OUT, len);
#endif
}

/* 6.6 gave a name to what an action's init returns when it was bound. */
#ifndef ACT_P_BOUND
#define ACT_P_BOUND	0
#endif

/* 6.14 gave the name to the one of them that is always there. */
#ifdef HAVE_CRC32C_LE
#define crc32c(crc, data, len)	__crc32c_le(crc, (const u8 *)(data), len)
#endif

/* 6.12 learned of fragments that only a device can read. */
#ifndef HAVE_SKB_FRAGS_READABLE
#define skb_frags_readable(skb)	((void)(skb), true)
#endif

/* 6.10 gave the flag a name, and has it for more than kernel TLS. */
#ifndef HAVE_SKB_IS_DECRYPTED
static inline bool skb_is_decrypted(const struct sk_buff *skb)
{
#ifdef CONFIG_TLS_DEVICE
	return skb->decrypted;
#else
	return false;
#endif
}
#endif

/* 6.3 gave super-packets of IPv4 a bound of their own. */
#ifndef HAVE_GSO_IPV4_MAX_SIZE
#define gso_ipv4_max_size	gso_max_size
#endif

/* 6.18 tells an inner header's from the outer one's; it was the inner one's. */
#ifndef HAVE_GSO_TCP_FIXEDID_INNER
#define SKB_GSO_TCP_FIXEDID_INNER	SKB_GSO_TCP_FIXEDID
#endif

/* 6.2 split the operations of a generic netlink family. */
#ifndef HAVE_GENL_SPLIT_OPS
#define genl_split_ops	genl_ops
#endif

/* 6.18 made the TOS of an IPv4 flow a DSCP. */
static inline void flowi4_set_dsfield(struct flowi4 *fl4, u8 dsfield)
{
#ifdef HAVE_FLOWI4_DSCP
	fl4->flowi4_dscp = inet_dsfield_to_dscp(dsfield);
#else
	fl4->flowi4_tos = dsfield & INET_DSCP_MASK;
#endif
}

/* 7.2 retired the stub through which modules reached IPv6. */
#ifdef HAVE_IPV6_STUB
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#define ip6_dst_lookup_flow	ipv6_stub->ipv6_dst_lookup_flow
#endif

#endif /* _TMIRROR_COMPAT_H */
