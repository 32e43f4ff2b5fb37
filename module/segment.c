// SPDX-License-Identifier: GPL-2.0
/* Super-packets (GSO, GRO): the packets on the wire that they stand for. */
#include "flow.h"
#include "frame.h"
#include "segment.h"

#include <linux/err.h>
#include <linux/if_vlan.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/udp.h>

/* What software segmentation may leave in a segment: we read it, no device. */
#define SEGMENT_FEATURES (NETIF_F_SG | NETIF_F_HIGHDMA | NETIF_F_FRAGLIST | \
			  NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC)

/* One segment is one skb of the list: it cannot be made linear before. */
static bool is_list(const struct sk_buff *skb)
{
	return (skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST) ||
	       skb_shinfo(skb)->gso_size == GSO_BY_FRAGS;
}

static unsigned int frag_list_len(const struct sk_buff *skb)
{
	const struct sk_buff *frag;
	unsigned int n = 0;

	skb_walk_frags(skb, frag)
		n++;
	return n;
}

/* Bytes that every segment repeats, from skb->data; 0: cannot tell. */
static int header_end(const struct tmirror_frame *frame,
		      const struct tmirror_flow *flow)
{
	const struct sk_buff *skb = frame->skb;
	unsigned int type = skb_shinfo(skb)->gso_type;
	struct tcphdr _tcp, *tcp;
	int l4;

	if (!tmirror_flow_agrees(flow, frame))
		return 0;
	if (skb->encapsulation)
		l4 = skb_inner_transport_offset(skb);
	else if (flow->has_ports)
		l4 = flow->l4;
	else
		return 0;

	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		tcp = skb_header_pointer(skb, l4, sizeof(_tcp), &_tcp);
		return tcp ? l4 + tcp->doff * 4 : 0;
	}
	if (type & SKB_GSO_UDP_L4)
		return l4 + sizeof(struct udphdr);
	/* IP fragments: the UDP header is in the first alone. */
	if (type & SKB_GSO_UDP)
		return l4;
	if (type & SKB_GSO_SCTP)
		return l4 + sizeof(struct sctphdr);
	return 0;
}

/*
 * Until 7.0 an IPv6 super-packet of more than 64 KiB has a hop-by-hop header
 * with the length of a jumbogram (RFC 2675), which segmentation removes.
 */
#define JUMBO_LEN	8
#define JUMBO_MIN	65536

/**
 * tmirror_segment_jumbo - length of a header that no segment has
 * @skb: the super-packet
 * @l3: where its IP header begins, from skb->data
 *
 * Return: length of the header that says how long a jumbogram is, if
 * segmentation will see and remove it; or 0.
 */
unsigned int tmirror_segment_jumbo(const struct sk_buff *skb, int l3)
{
	struct ipv6hdr _ip, *ip;
	u8 _jumbo[JUMBO_LEN], *jumbo;

	if ((int)skb->len - l3 <= JUMBO_MIN ||
	    skb->protocol != htons(ETH_P_IPV6))
		return 0;
	ip = skb_header_pointer(skb, l3, sizeof(_ip), &_ip);
	if (!ip || ip->nexthdr != IPPROTO_HOPOPTS)
		return 0;
	jumbo = skb_header_pointer(skb, l3 + (int)sizeof(_ip), sizeof(_jumbo),
				   _jumbo);
	return jumbo && jumbo[0] == IPPROTO_TCP && !jumbo[1] &&
	       jumbo[2] == IPV6_TLV_JUMBO ? JUMBO_LEN : 0;
}

/**
 * tmirror_segment_count - number of packets on the wire
 * @frame: the frame, of a super-packet or not
 * @flow: its flow
 * @header: receives how many bytes each of the packets repeats
 *
 * What a sender says of its super-packet is not believed: gso_segs may be
 * wrong, and is not looked at. Where headers are not what they should be, the
 * number is of a packet without headers: too high, never too low.
 *
 * Return: the number, 1 at least.
 */
unsigned int tmirror_segment_count(const struct tmirror_frame *frame,
				   const struct tmirror_flow *flow,
				   u32 *header)
{
	const struct sk_buff *skb = frame->skb;
	unsigned int size = skb_shinfo(skb)->gso_size;
	int end;

	*header = 0;
	if (!skb_is_gso(skb))
		return 1;
	end = header_end(frame, flow);
	if (end >= (int)skb->len)
		end = 0;
	if (end > 0)
		*header = tmirror_frame_pos(frame, end);
	if (skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST)
		return 1 + frag_list_len(skb);
	if (size == GSO_BY_FRAGS)
		return max(1U, frag_list_len(skb));
	return DIV_ROUND_UP(skb->len - max(end, 0), size);
}

/*
 * A copy with all of the head, the link-layer header too that may be in front
 * of the data; the rest is the original's.
 */
static struct sk_buff *copy_head(const struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);

	if (copy && skb_unclone(copy, GFP_ATOMIC)) {
		kfree_skb(copy);
		return NULL;
	}
	return copy;
}

/*
 * A copy that stays a list. Segmentation writes the head's link-layer header in
 * front of each skb of the list and believes that there is room: we make it.
 */
static struct sk_buff *copy_list(const struct sk_buff *skb)
{
	struct sk_buff *whole, *part, *copy, **link;

	whole = copy_head(skb);
	if (!whole)
		return NULL;
	for (link = &skb_shinfo(whole)->frag_list; (part = *link);
	     link = &copy->next) {
		copy = skb_copy_expand(part, skb_headroom(part) +
				       skb_headlen(skb) + skb->mac_len, 0,
				       GFP_ATOMIC | __GFP_NOWARN);
		if (!copy)
			goto err_copy;
		copy->next = part->next;
		whole->truesize += copy->truesize - part->truesize;
		*link = copy;
		consume_skb(part);
	}
	return whole;

err_copy:
	kfree_skb(whole);
	return NULL;
}

/*
 * Segmentation takes the outer UDP checksum of a tunnel for the sum of its
 * pseudo header. Before 6.10 GRO, which puts that there, took the addresses of
 * the inner header.
 */
static void set_pseudo_sum(struct sk_buff *whole)
{
	const struct ipv6hdr *ipv6 = ipv6_hdr(whole);
	const struct iphdr *ip = ip_hdr(whole);
	struct udphdr *udp = (void *)(ip + 1);
	int len;

	if (whole->protocol == htons(ETH_P_IPV6))
		udp = (void *)(ipv6 + 1);
	len = whole->len - ((u8 *)udp - whole->data);
	if ((u8 *)(udp + 1) > skb_tail_pointer(whole) || !udp->check)
		return;
	if (whole->protocol == htons(ETH_P_IPV6) &&
	    ipv6->nexthdr == IPPROTO_UDP)
		udp->check = ~udp_v6_check(len, &ipv6->saddr, &ipv6->daddr, 0);
	else if (whole->protocol == htons(ETH_P_IP) && ip->ihl == 5 &&
		 ip->protocol == IPPROTO_UDP)
		udp->check = ~udp_v4_check(len, ip->saddr, ip->daddr, 0);
}

/**
 * tmirror_segment - make the packets on the wire of a super-packet
 * @frame: its frame; only read
 *
 * Context: bottom halves disabled.
 * Return: a list of skbs, linked by next and owned by the caller, for
 * tmirror_frame_init() each; NULL if this is one packet on the wire, malformed
 * as a super-packet; -ENOMEM as a pointer.
 */
struct sk_buff *tmirror_segment(const struct tmirror_frame *frame)
{
	const struct sk_buff *skb = frame->skb;
	struct sk_buff *whole, *segments, *segment;

	/* Segmentation goes along the list and believes that there is one. */
	if (is_list(skb) && !skb_has_frag_list(skb))
		return NULL;
	/*
	 * Segmentation writes to headers, checksums among them, and a clone's
	 * are the original's. What is in pages can stay there if there is no
	 * room for a copy of all. What need not be a list must not stay one:
	 * where its skbs do not end with segments, segmentation is a bug to
	 * the kernel.
	 */
	if (is_list(skb))
		whole = copy_list(skb);
	else
		whole = skb_copy(skb, GFP_ATOMIC | __GFP_NOWARN);
	if (!whole && !skb_has_frag_list(skb))
		whole = copy_head(skb);
	if (!whole)
		return ERR_PTR(-ENOMEM);

	/* At the ingress hook the link-layer header is in front of the data. */
	if (frame->offset < 0) {
		skb_push(whole, -frame->offset);
		if (skb_shinfo(whole)->gso_type & SKB_GSO_UDP_TUNNEL_CSUM)
			set_pseudo_sum(whole);
	}
	skb_reset_mac_header(whole);
	/*
	 * Without a checksum the kernel takes it for a driver's mistake, and
	 * warns. It fills in the checksums of segments for this state, too.
	 */
	if (whole->ip_summed != CHECKSUM_PARTIAL)
		whole->ip_summed = CHECKSUM_UNNECESSARY;
	segments = skb_gso_segment(whole, SEGMENT_FEATURES);
	if (IS_ERR(segments))
		segments = PTR_ERR(segments) == -ENOMEM ? segments : NULL;
	for (segment = IS_ERR(segments) ? NULL : segments; segment;
	     segment = segment->next) {
		segment->dev = skb->dev;
		/* Its data is at its link-layer header. */
		skb_reset_mac_header(segment);
	}
	consume_skb(whole);
	return segments;
}
