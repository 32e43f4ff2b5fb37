// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>

/* Tests run with bottom halves enabled, which this one sees to. */
#define napi_alloc_frag	netdev_alloc_frag

#include "../module/copy.c"
