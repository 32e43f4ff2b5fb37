/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_REPAIR_H
#define _TMIRROR_REPAIR_H

struct sk_buff;
struct tmirror_headers;

void tmirror_repair(struct sk_buff *copy,
		    const struct tmirror_headers *headers);

#endif /* _TMIRROR_REPAIR_H */
