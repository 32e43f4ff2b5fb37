// SPDX-License-Identifier: GPL-2.0
/* An skb of our own with the first bytes of a frame. */
#include "copy.h"
#include "frame.h"

#include <linux/netdevice.h>
#include <linux/skbuff.h>

/*
 * The sender left the L4 checksum to the device, which comes after us. Have
 * the kernel write into the copy what it or the device will write there.
 */
static int finish_checksum(struct sk_buff *copy,
			   const struct tmirror_frame *frame)
{
	int offset = skb_checksum_start_offset(frame->skb);
	bool sctp = skb_csum_is_sctp((struct sk_buff *)frame->skb);
	u32 start, end;

	/*
	 * A sender that places it outside the frame, or beyond what the
	 * field of an skb can say, has no checksum to finish.
	 */
	if (offset < frame->offset)
		return 0;
	start = tmirror_frame_pos(frame, offset);
	end = start + frame->skb->csum_offset +
	      (sctp ? sizeof(__le32) : sizeof(__sum16));
	if (end > copy->len || skb_headroom(copy) + start > U16_MAX)
		return 0;

	copy->ip_summed = CHECKSUM_PARTIAL;
	copy->csum_start = skb_headroom(copy) + start;
	copy->csum_offset = frame->skb->csum_offset;
	return sctp ? skb_crc32c_csum_help(copy) : skb_checksum_help(copy);
}

/**
 * tmirror_copy - copy the first bytes of a frame
 * @frame: the frame; only read
 * @len: how many bytes, at most the frame's length
 * @headroom: bytes to leave in front of them
 *
 * A copy of the whole frame has the checksums that the frame has on the wire.
 *
 * Context: any.
 * Return: an skb that the caller owns, linear, without checksum state; NULL
 * without memory, or if the bytes cannot be read.
 */
struct sk_buff *tmirror_copy(const struct tmirror_frame *frame, u32 len,
			     unsigned int headroom)
{
	struct sk_buff *copy;

	copy = alloc_skb(headroom + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!copy)
		return NULL;
	skb_reserve(copy, headroom);
	if (tmirror_frame_read(frame, 0, skb_put(copy, len), len))
		goto err_copy;
	if (len == frame->len && frame->skb->ip_summed == CHECKSUM_PARTIAL &&
	    finish_checksum(copy, frame))
		goto err_copy;
	return copy;

err_copy:
	kfree_skb(copy);
	return NULL;
}
