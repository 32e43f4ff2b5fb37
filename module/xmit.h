/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_XMIT_H
#define _TMIRROR_XMIT_H

#include <linux/types.h>

struct sk_buff;
struct tmirror_account;
struct tmirror_net;
struct tmirror_route;

int tmirror_xmit(const struct tmirror_route *route, struct tmirror_net *tn,
		 struct sk_buff *copy, u32 vni,
		 const struct tmirror_account *account);
int tmirror_xmit_stack(struct tmirror_net *tn, struct sk_buff *copy);

#endif /* _TMIRROR_XMIT_H */
