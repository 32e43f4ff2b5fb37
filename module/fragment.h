/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FRAGMENT_H
#define _TMIRROR_FRAGMENT_H

#include <linux/types.h>

void *tmirror_fragment_alloc(unsigned int size);
void tmirror_fragments_free(void);

#endif /* _TMIRROR_FRAGMENT_H */
