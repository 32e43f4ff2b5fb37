// SPDX-License-Identifier: GPL-2.0
/* What an skb looks like, or will look like, as a frame on the wire. */
#include "frame.h"

/* The tag goes behind the two addresses, in front of the type. */
#define TAG_AT	(2 * ETH_ALEN)

static void insert_tag(struct tmirror_frame *frame)
{
	const __be16 tag[] = {
		frame->skb->vlan_proto,
		htons(skb_vlan_tag_get(frame->skb)),
	};

	frame->insert_at = TAG_AT;
	frame->insert_len = sizeof(tag);
	memcpy(frame->insert, tag, sizeof(tag));
}

static void insert_ethernet(struct tmirror_frame *frame)
{
	struct ethhdr eth = { .h_proto = frame->skb->protocol };

	frame->insert_at = 0;
	frame->insert_len = sizeof(eth);
	memcpy(frame->insert, &eth, sizeof(eth));
}

/**
 * tmirror_frame_complete - find the bytes of a frame that its skb does not hold
 * @frame: from tmirror_frame_init(), which calls this where it has to
 *
 * Context: any.
 */
void tmirror_frame_complete(struct tmirror_frame *frame)
{
	const struct sk_buff *skb = frame->skb;

	if (skb->dev->type == ARPHRD_ETHER ||
	    skb->dev->type == ARPHRD_LOOPBACK) {
		if (skb_vlan_tag_present(skb) &&
		    skb->len - frame->offset >= TAG_AT)
			insert_tag(frame);
	} else {
		frame->offset = skb_network_offset(skb);
		insert_ethernet(frame);
	}
}

/**
 * tmirror_frame_gather - copy bytes of the frame, wherever they are
 * @frame: the frame
 * @pos: position of the first byte
 * @to: receives them
 * @len: how many; @pos + @len is at most the frame's length
 *
 * Context: any.
 * Return: 0, or -EFAULT for bytes that this host cannot read (device memory).
 */
int tmirror_frame_gather(const struct tmirror_frame *frame, u32 pos, void *to,
			 u32 len)
{
	u32 part;

	if (frame->insert_len && pos < frame->insert_at + frame->insert_len) {
		if (pos < frame->insert_at) {
			part = min(len, frame->insert_at - pos);
			if (skb_copy_bits(frame->skb, frame->offset + (int)pos,
					  to, part))
				return -EFAULT;
			pos += part;
			to += part;
			len -= part;
		}
		part = min(len, frame->insert_at + frame->insert_len - pos);
		memcpy(to, frame->insert + pos - frame->insert_at, part);
		pos += part;
		to += part;
		len -= part;
	}
	if (!len)
		return 0;
	return skb_copy_bits(frame->skb,
			     frame->offset + (int)(pos - frame->insert_len), to,
			     len);
}

/**
 * tmirror_frame_pos - position in the frame of a byte of its skb
 * @frame: the frame
 * @offset: of the byte from skb->data
 *
 * Return: its position, by which tmirror_frame_read() finds it.
 */
u32 tmirror_frame_pos(const struct tmirror_frame *frame, int offset)
{
	u32 pos = offset - frame->offset;

	return pos < frame->insert_at ? pos : pos + frame->insert_len;
}
