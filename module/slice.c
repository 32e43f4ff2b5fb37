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
#include "segment.h"
#include "slice.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

/* Ethernet with a tag, IPv4, TCP with timestamps; and a round number. */
#define USUAL_HEADERS	(18 + 20 + 32 + 2)

/* What else a type of super-packet may say without being another one. */
#define GSO_REMARKS	(SKB_GSO_DODGY | SKB_GSO_TCP_ECN | SKB_GSO_TCP_FIXEDID)

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
	slicer->jumbo = tmirror_segment_jumbo(skb, flow->l3);
	slicer->headers.transport -= slicer->jumbo;
	slicer->headers.payload -= slicer->jumbo;
	return extensions == slicer->jumbo;
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

/* Lengths of a segment with @payload bytes, where its headers say them. */
static void write_lengths(const struct tmirror_slicer *slicer, void *frame,
			  u32 payload)
{
	const struct tmirror_headers *headers = &slicer->headers;
	u32 len = headers->payload - headers->network + payload;
	struct ipv6hdr *ipv6 = frame + headers->network;
	struct udphdr *udp = frame + headers->transport;
	struct iphdr *ip = frame + headers->network;

	if (headers->family == AF_INET) {
		ip->tot_len = htons(len);
		ip_send_check(ip);
	} else {
		ipv6->payload_len = htons(len - sizeof(*ipv6));
	}
	if (headers->proto == IPPROTO_UDP)
		udp->len = htons(sizeof(*udp) + payload);
}

static bool make_template(struct tmirror_slicer *slicer)
{
	const struct tmirror_headers *headers = &slicer->headers;
	u32 before = headers->network + sizeof(struct ipv6hdr);
	u8 *to = slicer->template;
	struct ipv6hdr *ipv6 = (void *)to + headers->network;
	struct udphdr *udp = (void *)to + headers->transport;

	if (headers->payload > sizeof(slicer->template))
		return false;
	if (!slicer->jumbo) {
		if (tmirror_frame_read(slicer->frame, 0, to, headers->payload))
			return false;
	} else {
		if (tmirror_frame_read(slicer->frame, 0, to, before) ||
		    tmirror_frame_read(slicer->frame, before + slicer->jumbo,
				       to + before, headers->payload - before))
			return false;
		ipv6->nexthdr = headers->proto;
	}
	slicer->udp_len = udp->len;
	write_lengths(slicer, to, slicer->size);
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
	return (flow->family == AF_INET ? init_ipv4(slicer, flow) :
					  init_ipv6(slicer, flow)) &&
	       make_template(slicer);
}

/*
 * Headers, with some bytes of no meaning behind them where there is room: a
 * length that the compiler knows is copied in few steps.
 */
static __always_inline void write_template(const struct tmirror_slicer *slicer,
					   u32 len, void *frame)
{
	u32 header = slicer->headers.payload;

	if (likely(header <= USUAL_HEADERS && len >= USUAL_HEADERS))
		memcpy(frame, slicer->template, USUAL_HEADERS);
	else
		memcpy(frame, slicer->template, header);
}

/*
 * Make of the template the headers of segment @i, whose @payload begins at @pos
 * of the super-packet's.
 */
static __always_inline void write_headers(const struct tmirror_slicer *slicer,
					  unsigned int i, u32 pos, u32 payload,
					  void *frame)
{
	const struct tmirror_headers *headers = &slicer->headers;
	struct tcphdr *tcp = frame + headers->transport;
	struct iphdr *ip = frame + headers->network;
	__be16 id;

	if (unlikely(payload != slicer->size))
		write_lengths(slicer, frame, payload);
	if (headers->family == AF_INET && !slicer->fixed_id) {
		id = htons(ntohs(ip->id) + i);
		csum_replace2(&ip->check, ip->id, id);
		ip->id = id;
	}
	if (headers->proto != IPPROTO_TCP)
		return;
	tcp->seq = htonl(ntohl(tcp->seq) + pos);
	if (pos + payload < slicer->payload)
		tcp_flag_word(tcp) &= ~(TCP_FLAG_FIN | TCP_FLAG_PSH);
	if (pos)
		tcp_flag_word(tcp) &= ~TCP_FLAG_CWR;
}

/* That of L4: @csum is the sum of the segment's @payload. */
static void write_check(const struct tmirror_slicer *slicer, u32 payload,
			void *frame, __wsum csum)
{
	const struct tmirror_headers *headers = &slicer->headers;
	u32 header = headers->payload - headers->transport;
	void *transport = frame + headers->transport;
	struct tcphdr *tcp = transport;
	struct udphdr *udp = transport;
	__sum16 *check;
	__wsum delta;

	/* The field holds the sum of a pseudo header with the total length. */
	if (headers->proto == IPPROTO_TCP) {
		check = &tcp->check;
		delta = (__force __wsum)htonl(~(header + slicer->payload) +
					      header + payload);
		*check = ~csum_fold(csum_add(csum_unfold(*check), delta));
	} else {
		check = &udp->check;
		*check = csum16_add(csum16_sub(*check, slicer->udp_len),
				    udp->len);
	}
	/* Of the two zeros the one that tmirror_copy() writes. */
	*check = csum_fold(csum_partial(transport, header, csum)) ?:
		 CSUM_MANGLED_0;
}

/* Return: where @len bytes of the skb are in a row; NULL: copy piece by piece. */
static const void *in_a_row(const struct sk_buff *skb, int offset, int len)
{
	int begin = skb_headlen(skb);
	unsigned int i;

	if (offset + len <= begin)
		return skb->data + offset;
	if (offset < begin || IS_ENABLED(CONFIG_HIGHMEM))
		return NULL;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];
		int end = begin + (int)skb_frag_size(frag);

		if (offset < end)
			return offset + len > end ? NULL :
			       skb_frag_address(frag) + offset - begin;
		begin = end;
	}
	return NULL;
}

/* A whole segment, whose checksum says what it is; or one in pieces. */
static noinline int write_summed(const struct tmirror_slicer *slicer,
				 unsigned int i, u32 keep, const void *from,
				 void *to)
{
	const struct sk_buff *skb = slicer->frame->skb;
	u32 header = slicer->headers.payload, pos = i * slicer->size;
	u32 payload = slice_payload(slicer, i);
	int start = slicer->start + pos;
	bool whole = keep == payload;
	__wsum csum = 0;

	if (from)
		csum = csum_partial_copy_nocheck(from, to + header, keep);
	else if (whole)
		csum = skb_copy_and_csum_bits(skb, start, to + header, keep);
	else if (skb_copy_bits(skb, start, to + header, keep))
		return -EFAULT;
	write_headers(slicer, i, pos, payload, to);
	if (whole)
		write_check(slicer, payload, to, csum);
	return 0;
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
	u32 header = slicer->headers.payload, keep = len - header;
	u32 pos = i * slicer->size, payload = slice_payload(slicer, i);
	const void *from = in_a_row(slicer->frame->skb, slicer->start + pos,
				    keep);

	write_template(slicer, len, to);
	if (unlikely(!from || keep == payload))
		return write_summed(slicer, i, keep, from, to);
	memcpy(to + header, from, keep);
	write_headers(slicer, i, pos, payload, to);
	return 0;
}

/**
 * tmirror_slice_copy - copy the first bytes of a segment
 * @slicer: how to cut
 * @i: number of the segment, from 0
 * @len: how many bytes, at most its length
 * @headroom: bytes to leave in front of them
 * @lavish: as of tmirror_copy_alloc()
 *
 * Context: bottom halves disabled.
 * Return: an skb like tmirror_copy()'s; NULL without memory, or if the bytes
 * cannot be read.
 */
struct sk_buff *tmirror_slice_copy(const struct tmirror_slicer *slicer,
				   unsigned int i, u32 len,
				   unsigned int headroom, bool lavish)
{
	/* Headers can be written only where they are whole. */
	u32 room = max(len, slicer->headers.payload);
	struct sk_buff *copy;

	copy = tmirror_copy_alloc(headroom, room, lavish);
	if (!copy)
		return NULL;
	if (tmirror_slice_write(slicer, i, room, __skb_put(copy, room))) {
		kfree_skb(copy);
		return NULL;
	}
	skb_trim(copy, len);
	return copy;
}
