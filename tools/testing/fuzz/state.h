/* SPDX-License-Identifier: GPL-2.0 */
/* The objects that messages of the fuzzer name. */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

void state_fill(void);
void state_fill_anew(void);

#endif
