// SPDX-License-Identifier: GPL-2.0
/* An skb of our own with the first bytes of a frame. */
#include "copy.h"
#include "fragment.h"
#include "frame.h"

#include <linux/crc32c.h>
#include <linux/skbuff.h>
#include <net/checksum.h>

/*
 * The sender left the L4 checksum to the device, which comes after us: write
 * into the copy what it or the kernel will write there. Here @start is where
 * the sum begins, and @csum the sum from there to the end.
 */
static void write_checksum(struct sk_buff *copy, u32 start, u16 offset,
			   __wsum csum)
{
	__sum16 check = csum_fold(csum) ?: CSUM_MANGLED_0;

	put_unaligned((__force u16)check,
		      (u16 *)(copy->data + start + offset));
}

static void write_crc32c(struct sk_buff *copy, u32 start, u16 offset)
{
	u32 crc = ~crc32c(~0U, copy->data + start, copy->len - start);

	put_unaligned_le32(crc, copy->data + start + offset);
}

/*
 * Return: position from which a checksum is still to be computed; below zero
 * for none. A sender that places it outside the frame has none to finish.
 */
static int checksum_start(const struct tmirror_frame *frame)
{
	struct sk_buff *skb = (struct sk_buff *)frame->skb;
	int offset = skb_checksum_start_offset(skb);
	u32 start, end;

	if (skb->ip_summed != CHECKSUM_PARTIAL || offset < frame->offset)
		return -1;
	start = tmirror_frame_pos(frame, offset);
	end = start + skb->csum_offset + (skb_csum_is_sctp(skb) ?
					  sizeof(__le32) : sizeof(__sum16));
	return end > frame->len ? -1 : start;
}

/* In one pass, but over bytes that the skb does not hold. */
static int copy_and_sum(const struct tmirror_frame *frame, u32 pos, void *to,
			u32 len, __wsum *csum)
{
	if (pos >= frame->insert_at + frame->insert_len) {
		if (!skb_frags_readable(frame->skb))
			return -EFAULT;
		pos += frame->offset - frame->insert_len;
		*csum = skb_copy_and_csum_bits(frame->skb, (int)pos, to, len);
		return 0;
	}
	if (tmirror_frame_read(frame, pos, to, len))
		return -EFAULT;
	*csum = csum_partial(to, len, 0);
	return 0;
}

/* And finish the checksum that is left to the device. */
static noinline int copy_whole(struct sk_buff *copy, const struct tmirror_frame *frame)
{
	struct sk_buff *skb = (struct sk_buff *)frame->skb;
	void *to = __skb_put(copy, frame->len);
	int start = checksum_start(frame);
	__wsum csum;

	if (start < 0)
		return tmirror_frame_read(frame, 0, to, frame->len);
	if (skb_csum_is_sctp(skb)) {
		if (tmirror_frame_read(frame, 0, to, frame->len))
			return -EFAULT;
		write_crc32c(copy, start, skb->csum_offset);
		return 0;
	}
	if (tmirror_frame_read(frame, 0, to, start) ||
	    copy_and_sum(frame, start, to + start, frame->len - start, &csum))
		return -EFAULT;
	write_checksum(copy, start, skb->csum_offset, csum);
	return 0;
}

/* A call less for tmirror_copy(), which is once a packet. */
static __always_inline struct sk_buff *
alloc_copy(unsigned int headroom, unsigned int len, bool lavish)
{
	unsigned int size = SKB_DATA_ALIGN(headroom + len) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct sk_buff *copy;
	void *data = NULL;

	if (likely(lavish && size <= PAGE_SIZE))
		data = tmirror_fragment_alloc(size);
	if (likely(data)) {
		copy = build_skb(data, size);
		if (likely(copy))
			copy->truesize += PAGE_SIZE - size;
		else
			skb_free_frag(data);
	} else {
		copy = alloc_skb(headroom + len, GFP_ATOMIC | __GFP_NOWARN);
	}
	if (likely(copy))
		skb_reserve(copy, headroom);
	return copy;
}

/**
 * tmirror_copy_alloc - allocate a copy without bytes
 * @headroom: bytes to leave in front
 * @len: bytes that there is to be room for behind them
 * @lavish: cheaply, as memory is plenty: a short copy may be a fragment of a
 *	page, and is charged for the whole, which may live as long
 *
 * Context: bottom halves disabled.
 * Return: an skb that the caller owns; NULL without memory.
 */
struct sk_buff *tmirror_copy_alloc(unsigned int headroom, unsigned int len,
				   bool lavish)
{
	return alloc_copy(headroom, len, lavish);
}

/**
 * tmirror_copy - copy the first bytes of a frame
 * @frame: the frame; only read
 * @len: how many bytes, at most the frame's length
 * @headroom: bytes to leave in front of them
 * @lavish: as of tmirror_copy_alloc()
 *
 * A copy of the whole frame has the checksums that the frame has on the wire.
 *
 * Context: bottom halves disabled.
 * Return: an skb that the caller owns, linear, without checksum state; NULL
 * without memory, or if the bytes cannot be read.
 */
struct sk_buff *tmirror_copy(const struct tmirror_frame *frame, u32 len,
			     unsigned int headroom, bool lavish)
{
	struct sk_buff *copy;
	int err;

	copy = alloc_copy(headroom, len, lavish);
	if (!copy)
		return NULL;
	if (len == frame->len && frame->skb->ip_summed == CHECKSUM_PARTIAL)
		err = copy_whole(copy, frame);
	else
		err = tmirror_frame_read(frame, 0, __skb_put(copy, len), len);
	if (err)
		goto err_copy;
	return copy;

err_copy:
	kfree_skb(copy);
	return NULL;
}
