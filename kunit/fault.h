/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FAULT_H
#define _TMIRROR_FAULT_H

#include <linux/types.h>

struct kunit;

/* No caller makes as many allocations. */
#define FAULTS_MAX	200

void fault_nth(struct kunit *test, unsigned int n);
bool fault_nth_hit(void);
void fault_all(struct kunit *test);
void fault_end(void);

#endif /* _TMIRROR_FAULT_H */
