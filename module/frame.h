/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FRAME_H
#define _TMIRROR_FRAME_H

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/**
 * struct tmirror_frame - an skb seen as the Ethernet frame on the wire
 * @skb: where the bytes are; only ever read
 * @offset: of the frame's first byte of @skb, from skb->data; below zero at
 *	the ingress hook, where skb->data is behind the link-layer header
 * @len: length of the frame on the wire, with @insert, without FCS
 * @insert_at: where in the frame @insert stands; 0 if it has no length
 * @insert_len: 4 for a VLAN tag that is kept beside the bytes; 14 for the
 *	Ethernet header of a device that has none; else 0
 * @insert: bytes of the frame that @skb does not hold
 *
 * A position in a frame counts from its first byte on the wire.
 */
struct tmirror_frame {
	const struct sk_buff *skb;
	int offset;
	u32 len;
	u8 insert_at;
	u8 insert_len;
	u8 insert[ETH_HLEN];
};

void tmirror_frame_complete(struct tmirror_frame *frame);

/**
 * tmirror_frame_init - describe the frame that an skb stands for
 * @frame: receives the description; it refers to @skb
 * @skb: packet at a tc hook, or a segment made of one
 *
 * A device whose link layer is not Ethernet gets an Ethernet header of both
 * addresses zero and the packet's type in front of its network header: VXLAN
 * carries Ethernet frames alone (RFC 7348).
 *
 * Context: any; @skb->dev is valid.
 */
static inline void tmirror_frame_init(struct tmirror_frame *frame,
				      const struct sk_buff *skb)
{
	frame->skb = skb;
	frame->offset = skb_mac_offset(skb);
	frame->insert_at = 0;
	frame->insert_len = 0;
	if (skb->dev->type != ARPHRD_ETHER || skb_vlan_tag_present(skb))
		tmirror_frame_complete(frame);
	/* A sender may place its headers behind its end. */
	frame->len = max((int)skb->len - frame->offset, 0) + frame->insert_len;
}

int tmirror_frame_gather(const struct tmirror_frame *frame, u32 pos, void *to,
			 u32 len);
u32 tmirror_frame_pos(const struct tmirror_frame *frame, int offset);

/**
 * tmirror_frame_read - copy bytes of the frame
 * @frame: the frame
 * @pos: position of the first byte
 * @to: receives them
 * @len: how many; @pos + @len is at most the frame's length
 *
 * Context: any.
 * Return: 0, or -EFAULT for bytes that this host cannot read (device memory).
 */
static inline int tmirror_frame_read(const struct tmirror_frame *frame, u32 pos,
				     void *to, u32 len)
{
	const struct sk_buff *skb = frame->skb;
	int offset = frame->offset + (int)pos;

	/* Most frames are linear so far as they are read, without a tag. */
	if (frame->insert_len || offset + (int)len > (int)skb_headlen(skb))
		return tmirror_frame_gather(frame, pos, to, len);
	memcpy(to, skb->data + offset, len);
	return 0;
}

#endif /* _TMIRROR_FRAME_H */
