/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of objects. */
#ifndef TMCONF_STATS_H
#define TMCONF_STATS_H

#include <jansson.h>
#include <stdio.h>
#include <libmnl/libmnl.h>

#include "object.h"

json_t *stats_get(const struct object *o, const struct nlattr *nest);
json_t *stats_limits(const struct nlmsghdr *nlh);
void stats_print(FILE *out, const json_t *stats);

#endif
