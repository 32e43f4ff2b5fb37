// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of one super-packet that go through the stack as one, a super-packet
 * again, which the device, or the kernel in front of it, takes apart. All that
 * such datagrams can differ in is what they carry, and the IPv4 identification,
 * which counts up; and they have a checksum.
 */
#include "batch.h"
#include "copy.h"
#include "encap.h"
#include "frame.h"
#include "slice.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>

/*
 * No more than the socket interface lets a program send as one. If that makes
 * enough, no more than fit in a page: anything larger must be found, and often
 * zeroed.
 */
#define COUNT_MAX	64
#define COUNT_ENOUGH	16
#define BYTES_MAX	SZ_16K

/**
 * tmirror_batch_max - how many cut copies can go as one
 * @len: bytes of each
 * @headroom: bytes to leave in front of them
 *
 * Return: the number; with less than 2 it makes no sense.
 */
unsigned int tmirror_batch_max(u32 len, unsigned int headroom)
{
	unsigned int step = sizeof(struct tmirror_vxlan) + len;
	unsigned int room = SKB_WITH_OVERHEAD(PAGE_SIZE);
	unsigned int fit = room < headroom ? 0 : (room - headroom) / step;

	if (fit < COUNT_ENOUGH)
		fit = BYTES_MAX / step;
	return min_t(unsigned int, fit, COUNT_MAX);
}

/* Its checksum, at @offset from @start of the bytes, is left to the device. */
static void set_checksum(struct sk_buff *skb, int start, u16 offset)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (int)skb_headroom(skb) + start;
	skb->csum_offset = offset;
}

/**
 * tmirror_batch_cut - copy the first bytes of segments
 * @batch: which, and how many bytes
 * @slicer: how to cut them; every copy has their headers at least
 * @vni: VXLAN network identifier
 * @headroom: bytes to leave in front of them
 * @lavish: as of tmirror_copy_alloc()
 *
 * Context: bottom halves disabled.
 * Return: an skb that the caller owns, a super-packet of UDP once it has outer
 * headers: all copies, with a VXLAN header between any two; NULL without
 * memory, or if the bytes cannot be read.
 */
struct sk_buff *tmirror_batch_cut(const struct tmirror_batch *batch,
				  const struct tmirror_slicer *slicer, u32 vni,
				  unsigned int headroom, bool lavish)
{
	unsigned int step = sizeof(struct tmirror_vxlan) + batch->len;
	unsigned int size = (batch->count - 1) * step + batch->last, i;
	struct skb_shared_info *shinfo;
	struct sk_buff *skb;
	void *frame;

	skb = tmirror_copy_alloc(headroom, size, lavish);
	if (!skb)
		return NULL;
	frame = __skb_put(skb, size);
	for (i = batch->first; i < batch->first + batch->count - 1; i++) {
		if (tmirror_slice_write(slicer, i, batch->len, frame))
			goto err_read;
		tmirror_vxlan(frame + batch->len, vni);
		frame += step;
	}
	if (tmirror_slice_write(slicer, i, batch->last, frame))
		goto err_read;
	set_checksum(skb, -(int)sizeof(struct tmirror_encap),
		     offsetof(struct udphdr, check));
	shinfo = skb_shinfo(skb);
	shinfo->gso_type = SKB_GSO_UDP_L4;
	shinfo->gso_size = step;
	shinfo->gso_segs = batch->count;
	return skb;

err_read:
	kfree_skb(skb);
	return NULL;
}

/*
 * Can another skb have the same pages? Not those of a program that waits for
 * its packet to be gone (MSG_ZEROCOPY). Nor those of a datagram, which IPsec in
 * UDP decrypts where it is as long as its skb does not say that it shares them,
 * and that is not ours to write.
 */
static bool can_share(const struct sk_buff *skb, u8 proto)
{
	if (skb_has_frag_list(skb) || skb_zcopy((struct sk_buff *)skb))
		return false;
	return !skb_shinfo(skb)->nr_frags || proto == IPPROTO_TCP;
}

/*
 * What a copy pins of the skb's: whole pages, of which it may have a few bytes.
 * What the head takes is not part of it.
 */
static unsigned int pages_size(const struct sk_buff *skb)
{
	unsigned int head = SKB_TRUESIZE(skb_end_offset(skb));

	if (skb->truesize < head)
		return skb->data_len;
	return max(skb->data_len, skb->truesize - head);
}

/* @copy has the first bytes of @skb: all it has in a row. */
static void share_pages(struct sk_buff *copy, const struct sk_buff *skb)
{
	const struct skb_shared_info *from = skb_shinfo(skb);
	struct skb_shared_info *to = skb_shinfo(copy);

	for (to->nr_frags = 0; to->nr_frags < from->nr_frags; to->nr_frags++) {
		to->frags[to->nr_frags] = from->frags[to->nr_frags];
		skb_frag_ref(copy, to->nr_frags);
	}
	/* Whoever wants to write must copy first. */
	to->flags |= SKBFL_SHARED_FRAG;
	copy->data_len = skb->data_len;
	copy->len += skb->data_len;
	copy->truesize += pages_size(skb);
}

/* The slicer made sure of what a virtual machine may have said. */
static unsigned int tunnel_type(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	unsigned int tunnel = type & ~(SKB_GSO_DODGY | SKB_GSO_TCP_FIXEDID);

	if (type & SKB_GSO_TCP_FIXEDID)
		tunnel |= SKB_GSO_TCP_FIXEDID_INNER;
	return tunnel | SKB_GSO_UDP_TUNNEL_CSUM;
}

/* What a super-packet of the tunnel asks of a device. */
struct demand {
	unsigned int type;
	unsigned int count;
	unsigned int len;
};

/*
 * The kernel asks this again, of the copy: it is not to come to another answer.
 * The last is for IPv4 alone, but nobody makes it the lower one without need.
 */
static bool can_take(const struct net_device *dev, const struct demand *demand)
{
	return net_gso_ok(dev->features & dev->hw_enc_features, demand->type) &&
	       demand->count <= READ_ONCE(dev->gso_max_segs) &&
	       demand->len < READ_ONCE(dev->gso_max_size) &&
	       demand->len < READ_ONCE(dev->gso_ipv4_max_size);
}

/* Does the kernel make a device's segments, and is there another behind it? */
static int takes_apart(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return !can_take(dev, priv->data) &&
	       (!dev->dev.parent || !list_empty(&dev->adj_list.lower));
}

/**
 * tmirror_batch_is_safe - can a super-packet of the tunnel go through a device?
 * @slicer: how its segments would be cut
 * @count: how many there are
 * @headroom: bytes in front of it, no less than its outer headers
 * @dev: the device
 *
 * Of a tunnel's segments only the last keeps the socket by which we know a copy.
 * So they have to be made where nobody will look again: by a device that can,
 * or for one that has a bus below it.
 *
 * Context: RCU read side.
 * Return: true if it and all below it are such.
 */
bool tmirror_batch_is_safe(const struct tmirror_slicer *slicer,
			   unsigned int count, unsigned int headroom,
			   struct net_device *dev)
{
	struct demand demand = {
		.type = tunnel_type(slicer->frame->skb),
		.count = count,
		.len = headroom + slicer->frame->len,
	};
	struct netdev_nested_priv priv = { .data = &demand };

	return !takes_apart(dev, &priv) &&
	       !netdev_walk_all_lower_dev_rcu(dev, takes_apart, &priv);
}

/**
 * tmirror_batch_whole - make a super-packet one of the tunnel
 * @slicer: how its segments would be cut
 * @count: how many there are
 * @overhead: length of the outer headers from IP on
 * @headroom: bytes to leave in front of it
 * @lavish: as of tmirror_copy_alloc()
 *
 * What is in pages is not copied, and stays in them until the copy is gone.
 *
 * Context: bottom halves disabled.
 * Return: an skb that the caller owns, a super-packet of VXLAN once it has
 * outer headers; NULL without memory, or if it cannot be one.
 */
struct sk_buff *tmirror_batch_whole(const struct tmirror_slicer *slicer,
				    unsigned int count, unsigned int overhead,
				    unsigned int headroom, bool lavish)
{
	const struct tmirror_headers *headers = &slicer->headers;
	const struct tmirror_frame *frame = slicer->frame;
	const struct skb_shared_info *from = skb_shinfo(frame->skb);
	u32 head = frame->len - frame->skb->data_len;
	struct skb_shared_info *shinfo;
	struct sk_buff *copy;

	/* Headers beyond @head would have to be written for the stack to read. */
	if (slicer->jumbo || frame->len + overhead > IP_MAX_MTU ||
	    head < headers->payload || !can_share(frame->skb, headers->proto))
		return NULL;
	copy = tmirror_copy_alloc(headroom, head, lavish);
	if (!copy)
		return NULL;
	if (tmirror_frame_read(frame, 0, __skb_put(copy, head), head)) {
		kfree_skb(copy);
		return NULL;
	}
	copy->encapsulation = 1;
	skb_set_inner_protocol(copy, htons(ETH_P_TEB));
	skb_reset_inner_mac_header(copy);
	skb_set_inner_network_header(copy, headers->network);
	skb_set_inner_transport_header(copy, headers->transport);
	set_checksum(copy, headers->transport, frame->skb->csum_offset);
	share_pages(copy, frame->skb);
	shinfo = skb_shinfo(copy);
	shinfo->gso_type = tunnel_type(frame->skb);
	shinfo->gso_size = from->gso_size;
	shinfo->gso_segs = count;
	return copy;
}
