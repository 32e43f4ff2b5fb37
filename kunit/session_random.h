/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SESSION_RANDOM_H
#define _TMIRROR_SESSION_RANDOM_H

#include <linux/random.h>

u32 session_random(void);

#endif /* _TMIRROR_SESSION_RANDOM_H */
