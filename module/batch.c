// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of one super-packet that go through the stack as one: a super-packet
 * of UDP, which the device, or the kernel in front of it, takes apart again.
 * All that such datagrams can differ in is their payload, and the IPv4
 * identification, which counts up; and they have a checksum.
 */
#include "batch.h"
#include "copy.h"
#include "encap.h"
#include "slice.h"

#include <linux/skbuff.h>
#include <linux/udp.h>

/* What the socket interface lets a program send as one, and some pages of it. */
#define COUNT_MAX	64
#define BYTES_MAX	(4 * PAGE_SIZE)

/**
 * tmirror_batch_max - how many copies can go as one
 * @len: bytes of each
 *
 * Return: the number; with less than 2 it makes no sense.
 */
unsigned int tmirror_batch_max(u32 len)
{
	return min_t(unsigned int, COUNT_MAX,
		     BYTES_MAX / (sizeof(struct tmirror_vxlan) + len));
}

/**
 * tmirror_batch_copy - copy the segments of a batch
 * @batch: which
 * @slicer: how to cut them; every copy has their headers at least
 * @vni: VXLAN network identifier
 * @headroom: bytes to leave in front of them
 *
 * Context: bottom halves disabled.
 * Return: an skb that the caller owns: all frames, with a VXLAN header between
 * any two; NULL without memory, or if the bytes cannot be read.
 */
struct sk_buff *tmirror_batch_copy(const struct tmirror_batch *batch,
				   const struct tmirror_slicer *slicer, u32 vni,
				   unsigned int headroom)
{
	unsigned int step = sizeof(struct tmirror_vxlan) + batch->len;
	unsigned int size = (batch->count - 1) * step + batch->last, i;
	struct sk_buff *skb;
	void *frame;

	skb = tmirror_copy_alloc(headroom, size);
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
	return skb;

err_read:
	kfree_skb(skb);
	return NULL;
}

/**
 * tmirror_batch_seal - say that an skb is more than one datagram
 * @batch: which
 * @skb: from tmirror_batch_copy(), with outer headers and a checksum that is
 *	left to the device
 */
void tmirror_batch_seal(const struct tmirror_batch *batch, struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);

	shinfo->gso_type = SKB_GSO_UDP_L4;
	shinfo->gso_size = sizeof(struct tmirror_vxlan) + batch->len;
	shinfo->gso_segs = batch->count;
}
