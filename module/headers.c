// SPDX-License-Identifier: GPL-2.0
/* Where the headers of a frame are, for those who cut and mend copies. */
#include "flow.h"
#include "frame.h"
#include "headers.h"

#include <linux/dccp.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

/* Length of a header that says it in words of 4 bytes, in the upper @bits. */
static u32 words_at(const struct sk_buff *skb, int offset, unsigned int bits,
		    u32 min)
{
	u8 _byte, *byte;

	byte = skb_header_pointer(skb, offset, sizeof(_byte), &_byte);
	return byte ? max_t(u32, (*byte >> (8 - bits)) * 4, min) : min;
}

static u32 l4_len(const struct sk_buff *skb, const struct tmirror_flow *flow)
{
	switch (flow->proto) {
	case IPPROTO_TCP:
		return words_at(skb, flow->l4 + 12, 4, sizeof(struct tcphdr));
	case IPPROTO_UDP:
		return sizeof(struct udphdr);
	case IPPROTO_ICMP:
		return flow->family == AF_INET ? sizeof(struct icmphdr) : 0;
	case IPPROTO_ICMPV6:
		return flow->family == AF_INET6 ? sizeof(struct icmp6hdr) : 0;
	case IPPROTO_SCTP:
		return sizeof(struct sctphdr);
	case IPPROTO_DCCP:
		return words_at(skb, flow->l4 + 4, 8, sizeof(struct dccp_hdr));
	}
	return 0;
}

/**
 * tmirror_headers_find - find the headers of a frame
 * @headers: receives where they are
 * @frame: the frame
 * @flow: what tmirror_flow_parse() found in it
 *
 * Context: any.
 */
void tmirror_headers_find(struct tmirror_headers *headers,
			  const struct tmirror_frame *frame,
			  const struct tmirror_flow *flow)
{
	headers->network = tmirror_frame_pos(frame, flow->l3);
	headers->transport = tmirror_frame_pos(frame, flow->l4);
	headers->payload = headers->transport;
	if (flow->has_l4)
		headers->payload += l4_len(frame->skb, flow);
	headers->family = flow->family;
	headers->proto = flow->proto;
	headers->fragment = flow->fragment;
}
