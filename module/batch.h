/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_BATCH_H
#define _TMIRROR_BATCH_H

#include <linux/types.h>

struct sk_buff;
struct tmirror_slicer;

/**
 * struct tmirror_batch - copies that go through the stack as one
 * @first: number of the first one's segment
 * @count: how many there are
 * @len: bytes of each, but that the last one can be shorter
 * @last: bytes of the last one
 */
struct tmirror_batch {
	unsigned int first;
	unsigned int count;
	u32 len;
	u32 last;
};

unsigned int tmirror_batch_max(u32 len, unsigned int headroom);
struct sk_buff *tmirror_batch_cut(const struct tmirror_batch *batch,
				  const struct tmirror_slicer *slicer, u32 vni,
				  unsigned int headroom, bool lavish);
bool tmirror_batch_is_safe(const struct tmirror_slicer *slicer,
			   unsigned int count, unsigned int headroom,
			   struct net_device *dev);
struct sk_buff *tmirror_batch_whole(const struct tmirror_slicer *slicer,
				    unsigned int count, unsigned int overhead,
				    unsigned int headroom, bool lavish);

#endif /* _TMIRROR_BATCH_H */
