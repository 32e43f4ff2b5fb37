/* SPDX-License-Identifier: GPL-2.0 */
/* Objects to netlink attributes and back, by the tables. No socket. */
#ifndef TMCONF_ATTR_H
#define TMCONF_ATTR_H

#include <jansson.h>
#include <libmnl/libmnl.h>

#include "object.h"

size_t attr_room(const struct object *o, const json_t *value);
int attr_put(struct nlmsghdr *nlh, const struct object *o, const json_t *value, struct err *e);
json_t *attr_get(const struct object *o, const struct nlmsghdr *nlh, bool stats);
const struct field *attr_field(const struct object *o, const struct nlmsghdr *nlh,
			       uint32_t offset);

#endif
