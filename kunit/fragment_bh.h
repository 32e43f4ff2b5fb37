/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FRAGMENT_BH_H
#define _TMIRROR_FRAGMENT_BH_H

/* Tests run with bottom halves enabled. */

#include "../module/fragment.h"

#include <linux/bottom_half.h>

static inline void *fragment_alloc(unsigned int size)
{
	void *data;

	local_bh_disable();
	data = tmirror_fragment_alloc(size);
	local_bh_enable();
	return data;
}

#define tmirror_fragment_alloc	fragment_alloc

#endif /* _TMIRROR_FRAGMENT_BH_H */
