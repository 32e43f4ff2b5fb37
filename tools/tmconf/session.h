/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions and the sources they are attached to. */
#ifndef TMCONF_SESSION_H
#define TMCONF_SESSION_H

#include <jansson.h>

struct tmconf;

int session_show(struct tmconf *t, const char *name);
int session_ifindex(const json_t *session);

#endif
