/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel may send, and nothing else. */
#ifndef FUZZ_ANSWER_H
#define FUZZ_ANSWER_H

#include <linux/netlink.h>

#include "schema.h"

bool answer_good(const struct nlmsghdr *nlh, char why[200]);
bool answer_error_good(const struct nlmsghdr *nlh, const struct nlmsghdr *sent, char why[200]);

#endif
