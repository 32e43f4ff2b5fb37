/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_GENL_H
#define _TMIRROR_GENL_H

struct genl_family;

extern struct genl_family tmirror_genl_family;

int tmirror_genl_register(void);
void tmirror_genl_unregister(void);
bool tmirror_genl_is_registered(void);

#endif /* _TMIRROR_GENL_H */
