/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_MIRROR_H
#define _TMIRROR_MIRROR_H

struct sk_buff;
struct tmirror_net;
struct tmirror_session;

void tmirror_mirror_skb(struct tmirror_net *tn,
			const struct tmirror_session *session,
			const struct sk_buff *skb);

#endif /* _TMIRROR_MIRROR_H */
