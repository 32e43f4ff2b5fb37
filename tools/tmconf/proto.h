/* SPDX-License-Identifier: GPL-2.0 */
/* Names of IP protocols. */
#ifndef TMCONF_PROTO_H
#define TMCONF_PROTO_H

int proto_number(const char *name);
const char *proto_name(int number);

#endif
