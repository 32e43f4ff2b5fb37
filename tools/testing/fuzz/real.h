/* SPDX-License-Identifier: GPL-2.0 */
/* Messages that tools have sent, to begin with. */
#ifndef FUZZ_REAL_H
#define FUZZ_REAL_H

#include <linux/netlink.h>
#include <stdbool.h>

void real_read(const char *path);
unsigned int real_count(bool route);
const struct nlmsghdr *real_pick(bool route);

#endif
