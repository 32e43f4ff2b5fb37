/* SPDX-License-Identifier: GPL-2.0 */
/* A command to the module: its message, and the line that says why it was refused. */
#ifndef TMCONF_REQUEST_H
#define TMCONF_REQUEST_H

#include <jansson.h>

#include "nl.h"
#include "object.h"

struct tmconf;

struct nlmsghdr *request_put(struct tmconf *t, void *buf, const struct object *o,
			     enum verb verb, const json_t *value);
int request_fail(struct err *e, const struct object *o, const json_t *value,
		 const struct nlmsghdr *req, const struct nl_reply *reply);

#endif
