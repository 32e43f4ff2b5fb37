/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SLICE_H
#define _TMIRROR_SLICE_H

#include "headers.h"

#include <linux/types.h>

struct sk_buff;
struct tmirror_flow;
struct tmirror_frame;

/* Headers of a segment: with four VLAN tags, those of IP and TCP the longest. */
#define TMIRROR_SLICE_HEADERS_MAX	160

/**
 * struct tmirror_slicer - how to cut segments from a super-packet
 * @frame: the super-packet, as one frame
 * @headers: where the headers of each segment are
 * @start: offset of the first segment's payload, from skb->data
 * @payload: bytes of payload of all segments
 * @size: bytes of payload of each segment but the last
 * @jumbo: length of the jumbogram's option header, which no segment has
 * @fixed_id: all segments have the same IPv4 identification
 * @udp_len: length in the super-packet's UDP header
 * @template: headers of the first segment, with the checksum field of L4, and
 *	the flags of TCP, as the super-packet has them
 */
struct tmirror_slicer {
	const struct tmirror_frame *frame;
	struct tmirror_headers headers;
	int start;
	u32 payload;
	u32 size;
	u8 jumbo;
	bool fixed_id;
	__be16 udp_len;
	u8 template[TMIRROR_SLICE_HEADERS_MAX] __aligned(8);
};

bool tmirror_slicer_init(struct tmirror_slicer *slicer,
			 const struct tmirror_frame *frame,
			 const struct tmirror_flow *flow);
u32 tmirror_slice_len(const struct tmirror_slicer *slicer, unsigned int i);
int tmirror_slice_write(const struct tmirror_slicer *slicer, unsigned int i,
			u32 len, void *to);
struct sk_buff *tmirror_slice_copy(const struct tmirror_slicer *slicer,
				   unsigned int i, u32 len,
				   unsigned int headroom, bool lavish);

#endif /* _TMIRROR_SLICE_H */
