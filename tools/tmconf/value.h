/* SPDX-License-Identifier: GPL-2.0 */
/* Values of fields: from words, and back to words. No socket, no state. */
#ifndef TMCONF_VALUE_H
#define TMCONF_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "object.h"

/* room for any value as a word, quotes and escapes included */
#define VALUE_TEXT	1100

json_t *value_parse(const struct field *f, const char *word, struct err *e);
const char *value_text(const struct field *f, const json_t *v, char text[VALUE_TEXT]);
const char *value_quote(const char *s, char text[VALUE_TEXT]);
json_t *value_vni(uint32_t ingress, uint32_t egress);
bool value_has_ports(int proto);
unsigned int value_number(enum type type, const json_t *v);
json_t *value_word(enum type type, unsigned int number);

#endif
