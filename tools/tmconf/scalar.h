/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers, addresses and prefixes, for value.c. No socket, no state. */
#ifndef TMCONF_SCALAR_H
#define TMCONF_SCALAR_H

#include <stdint.h>
#include <jansson.h>

#include "object.h"

int value_digits(const char *s, uint64_t *n);
json_t *value_bad(struct err *e, const struct field *f, const char *word, const char *why);
json_t *value_addr(const struct field *f, const char *word, struct err *e);
json_t *value_cidr(const struct field *f, const char *word, struct err *e);

#endif
