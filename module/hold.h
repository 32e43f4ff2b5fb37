/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_HOLD_H
#define _TMIRROR_HOLD_H

#include <linux/list.h>
#include <linux/spinlock.h>

struct neighbour;
struct sk_buff;
struct tmirror_account;
struct tmirror_net;

/**
 * struct tmirror_hold - copies that wait until a next hop can be reached
 * @lock: guards @queues and what is in them
 * @queues: one for each next hop that is waited for
 */
struct tmirror_hold {
	spinlock_t lock; /* see above */
	struct list_head queues;
};

void tmirror_hold_init(struct tmirror_hold *hold);
void tmirror_hold_empty(struct tmirror_net *tn);
int tmirror_hold_xmit(struct tmirror_net *tn, struct neighbour *neigh,
		      struct sk_buff *copy,
		      const struct tmirror_account *account);
int tmirror_hold_register(void);
void tmirror_hold_unregister(void);

#endif /* _TMIRROR_HOLD_H */
