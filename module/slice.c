// SPDX-License-Identifier: GPL-2.0
/*
 * Segments cut from a super-packet as copies at once: of its payload only the
 * bytes that a copy keeps are read, and no skb but the copy is made. It takes
 * the super-packets of TCP and UDP that are what they should be; all others are
 * for the kernel's own segmentation, whose results these here equal.
 */
#include "copy.h"
#include "flow.h"
#include "frame.h"
#include "slice.h"

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

/* What else a type of super-packet may say without being another one. */
#define GSO_REMARKS	(SKB_GSO_DODGY | SKB_GSO_TCP_ECN | SKB_GSO_TCP_FIXEDID)

/*
 * Until 7.0 an IPv6 super-packet of more than 64 KiB has a hop-by-hop header
 * with the length of a jumbogram (RFC 2675), which segmentation removes.
 */
#define JUMBO_LEN	8
#define JUMBO_MIN	65536

/* Will segmentation see that header, and remove it? */
static bool has_jumbo(const struct sk_buff *skb, int l3)
{
	struct ipv6hdr _ip, *ip;
	u8 _jumbo[JUMBO_LEN], *jumbo;

	if ((int)skb->len - l3 <= JUMBO_MIN ||
	    skb->protocol != htons(ETH_P_IPV6))
		return false;
	ip = skb_header_pointer(skb, l3, sizeof(_ip), &_ip);
	if (!ip || ip->nexthdr != IPPROTO_HOPOPTS)
		return false;
	jumbo = skb_header_pointer(skb, l3 + (int)sizeof(_ip), sizeof(_jumbo),
				   _jumbo);
	return jumbo && jumbo[0] == IPPROTO_TCP && !jumbo[1] &&
	       jumbo[2] == IPV6_TLV_JUMBO;
}

/* Does the checksum stand where segmentation expects it? */
static bool has_checksum(const struct sk_buff *skb, int l4, u16 offset)
{
	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       skb_checksum_start_offset(skb) == l4 &&
	       skb->csum_offset == offset;
}

/* Segmentation takes no header that is shorter than it can be. */
static bool has_tcp(const struct sk_buff *skb, int l4)
{
	struct tcphdr _tcp, *tcp;

	tcp = skb_header_pointer(skb, l4, sizeof(_tcp), &_tcp);
	return tcp && tcp->doff * 4 >= sizeof(_tcp);
}

static bool init_l4(const struct sk_buff *skb, const struct tmirror_flow *flow)
{
	unsigned int type = skb_shinfo(skb)->gso_type & ~GSO_REMARKS;

	switch (flow->proto) {
	case IPPROTO_TCP:
		return type == (flow->family == AF_INET ? SKB_GSO_TCPV4 :
							  SKB_GSO_TCPV6) &&
		       has_checksum(skb, flow->l4,
				    offsetof(struct tcphdr, check)) &&
		       has_tcp(skb, flow->l4);
	case IPPROTO_UDP:
		return type == SKB_GSO_UDP_L4 &&
		       has_checksum(skb, flow->l4,
				    offsetof(struct udphdr, check));
	}
	return false;
}

static bool init_ipv4(struct tmirror_slicer *slicer,
		      const struct tmirror_flow *flow)
{
	const struct sk_buff *skb = slicer->frame->skb;
	const struct iphdr *ip;
	struct iphdr _ip;

	ip = skb_header_pointer(skb, flow->l3, sizeof(_ip), &_ip);
	if (!ip)
		return false;
	slicer->fixed_id = skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID;
	return !slicer->fixed_id || (ip->frag_off & htons(IP_DF));
}

static bool init_ipv6(struct tmirror_slicer *slicer,
		      const struct tmirror_flow *flow)
{
	const struct sk_buff *skb = slicer->frame->skb;
	int extensions = flow->l4 - flow->l3 - (int)sizeof(struct ipv6hdr);

	if (!extensions)
		return true;
	if (extensions != JUMBO_LEN || !has_jumbo(skb, flow->l3))
		return false;
	slicer->jumbo = JUMBO_LEN;
	slicer->headers.transport -= JUMBO_LEN;
	slicer->headers.payload -= JUMBO_LEN;
	return true;
}

/**
 * tmirror_slicer_init - get ready to cut segments from a super-packet
 * @slicer: receives how; it refers to @frame
 * @frame: the super-packet's frame; only read
 * @flow: its flow
 *
 * Context: any.
 * Return: false if it is not one of those whose segments we can cut.
 */
bool tmirror_slicer_init(struct tmirror_slicer *slicer,
			 const struct tmirror_frame *frame,
			 const struct tmirror_flow *flow)
{
	const struct sk_buff *skb = frame->skb;

	if (skb->encapsulation || flow->fragment || !flow->has_ports ||
	    !init_l4(skb, flow) || !tmirror_flow_agrees(flow, frame) ||
	    !skb_frags_readable(skb) ||
	    skb_shinfo(skb)->gso_size == GSO_BY_FRAGS)
		return false;

	slicer->frame = frame;
	slicer->jumbo = 0;
	slicer->fixed_id = false;
	tmirror_headers_find(&slicer->headers, frame, flow);
	slicer->start = flow->l4 + (int)(slicer->headers.payload -
					 slicer->headers.transport);
	slicer->size = skb_shinfo(skb)->gso_size;
	/* One segment is not a super-packet, whoever says so. */
	if (slicer->start + slicer->size >= skb->len)
		return false;
	slicer->payload = skb->len - slicer->start;
	return flow->family == AF_INET ? init_ipv4(slicer, flow) :
					 init_ipv6(slicer, flow);
}

static u32 slice_payload(const struct tmirror_slicer *slicer, unsigned int i)
{
	return min(slicer->size, slicer->payload - i * slicer->size);
}

/**
 * tmirror_slice_len - length of a segment
 * @slicer: how to cut
 * @i: number of the segment, from 0
 *
 * Return: its length on the wire as a frame.
 */
u32 tmirror_slice_len(const struct tmirror_slicer *slicer, unsigned int i)
{
	return slicer->headers.payload + slice_payload(slicer, i);
}

/* @csum: sum of the payload, if that is @whole; the field's has no meaning else. */
static void write_tcp(const struct tmirror_slicer *slicer, unsigned int i,
		      struct tcphdr *tcp, bool whole, __wsum csum)
{
	u32 header = slicer->headers.payload - slicer->headers.transport;
	u32 payload = slice_payload(slicer, i);
	__wsum delta;

	tcp->seq = htonl(ntohl(tcp->seq) + i * slicer->size);
	if ((u64)(i + 1) * slicer->size < slicer->payload) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	if (i)
		tcp->cwr = 0;
	if (!whole)
		return;
	/* The field holds the sum of a pseudo header with the total length. */
	delta = (__force __wsum)htonl(~(header + slicer->payload) + header +
				      payload);
	tcp->check = ~csum_fold(csum_add(csum_unfold(tcp->check), delta));
	/* Of the two zeros the one that tmirror_copy() writes. */
	tcp->check = csum_fold(csum_partial(tcp, header, csum)) ?:
		     CSUM_MANGLED_0;
}

static void write_udp(const struct tmirror_slicer *slicer, unsigned int i,
		      struct udphdr *udp, bool whole, __wsum csum)
{
	__be16 old = udp->len;

	udp->len = htons(sizeof(*udp) + slice_payload(slicer, i));
	if (!whole)
		return;
	udp->check = csum16_add(csum16_sub(udp->check, old), udp->len);
	udp->check = csum_fold(csum_partial(udp, sizeof(*udp), csum)) ?:
		     CSUM_MANGLED_0;
}

static void write_headers(const struct tmirror_slicer *slicer, unsigned int i,
			  void *frame, bool whole, __wsum csum)
{
	const struct tmirror_headers *headers = &slicer->headers;
	u32 len = tmirror_slice_len(slicer, i) - headers->network;
	void *network = frame + headers->network;
	void *transport = frame + headers->transport;
	struct ipv6hdr *ipv6 = network;
	struct iphdr *ip = network;

	if (headers->family == AF_INET) {
		ip->tot_len = htons(len);
		if (!slicer->fixed_id)
			ip->id = htons(ntohs(ip->id) + i);
		ip_send_check(ip);
	} else {
		ipv6->payload_len = htons(len - sizeof(*ipv6));
		ipv6->nexthdr = headers->proto;
	}
	if (headers->proto == IPPROTO_TCP)
		write_tcp(slicer, i, transport, whole, csum);
	else
		write_udp(slicer, i, transport, whole, csum);
}

static int read_headers(const struct tmirror_slicer *slicer, void *frame)
{
	const struct tmirror_headers *headers = &slicer->headers;
	u32 before = headers->network + sizeof(struct ipv6hdr);

	if (!slicer->jumbo)
		return tmirror_frame_read(slicer->frame, 0, frame,
					  headers->payload);
	if (tmirror_frame_read(slicer->frame, 0, frame, before))
		return -EFAULT;
	return tmirror_frame_read(slicer->frame, before + slicer->jumbo,
				  frame + before, headers->payload - before);
}

/**
 * tmirror_slice_write - write the first bytes of a segment
 * @slicer: how to cut
 * @i: number of the segment, from 0
 * @len: how many bytes: its headers at least, its length at most
 * @to: receives them
 *
 * Context: any.
 * Return: 0, or -EFAULT if the bytes cannot be read.
 */
int tmirror_slice_write(const struct tmirror_slicer *slicer, unsigned int i,
			u32 len, void *to)
{
	const struct sk_buff *skb = slicer->frame->skb;
	u32 header = slicer->headers.payload;
	int start = slicer->start + i * slicer->size;
	bool whole = len - header == slice_payload(slicer, i);
	__wsum csum = 0;

	if (read_headers(slicer, to))
		return -EFAULT;
	if (whole)
		csum = skb_copy_and_csum_bits(skb, start, to + header,
					      len - header);
	else if (skb_copy_bits(skb, start, to + header, len - header))
		return -EFAULT;
	write_headers(slicer, i, to, whole, csum);
	return 0;
}

/**
 * tmirror_slice_copy - copy the first bytes of a segment
 * @slicer: how to cut
 * @i: number of the segment, from 0
 * @len: how many bytes, at most its length
 * @headroom: bytes to leave in front of them
 *
 * Context: bottom halves disabled.
 * Return: an skb like tmirror_copy()'s; NULL without memory, or if the bytes
 * cannot be read.
 */
struct sk_buff *tmirror_slice_copy(const struct tmirror_slicer *slicer,
				   unsigned int i, u32 len,
				   unsigned int headroom)
{
	/* Headers can be written only where they are whole. */
	u32 room = max(len, slicer->headers.payload);
	struct sk_buff *copy;

	copy = tmirror_copy_alloc(headroom, room);
	if (!copy)
		return NULL;
	if (tmirror_slice_write(slicer, i, room, __skb_put(copy, room))) {
		kfree_skb(copy);
		return NULL;
	}
	skb_trim(copy, len);
	return copy;
}
