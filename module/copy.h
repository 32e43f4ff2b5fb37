/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_COPY_H
#define _TMIRROR_COPY_H

#include <linux/types.h>

struct sk_buff;
struct tmirror_frame;

struct sk_buff *tmirror_copy_alloc(unsigned int headroom, unsigned int len,
				   bool lavish);
struct sk_buff *tmirror_copy(const struct tmirror_frame *frame, u32 len,
			     unsigned int headroom, bool lavish);

#endif /* _TMIRROR_COPY_H */
