/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_RCU_H
#define _TMIRROR_RCU_H

#include <linux/rcupdate.h>

/**
 * tmirror_dereference - follow a pointer that readers of RCU may
 * @p: the pointer
 *
 * The egress hook is a read side for having bottom halves disabled, which it
 * would cost some instructions a packet to say once more.
 *
 * Context: RCU read side, or bottom halves disabled.
 * Return: what it points to.
 */
#define tmirror_dereference(p) \
	rcu_dereference_check(p, rcu_read_lock_bh_held())

#endif /* _TMIRROR_RCU_H */
