/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SEGMENT_H
#define _TMIRROR_SEGMENT_H

#include <linux/types.h>

struct sk_buff;
struct tmirror_flow;
struct tmirror_frame;

/* A super-packet of more segments is not mirrored. */
#define TMIRROR_SEGMENTS_MAX	1024

unsigned int tmirror_segment_jumbo(const struct sk_buff *skb, int l3);
unsigned int tmirror_segment_count(const struct tmirror_frame *frame,
				   const struct tmirror_flow *flow,
				   u32 *header);
struct sk_buff *tmirror_segment(const struct tmirror_frame *frame);

#endif /* _TMIRROR_SEGMENT_H */
