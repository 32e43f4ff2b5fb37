/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ACT_H
#define _TMIRROR_ACT_H

int tmirror_act_register(void);
void tmirror_act_unregister(void);

#endif /* _TMIRROR_ACT_H */
