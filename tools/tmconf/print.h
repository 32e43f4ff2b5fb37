/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as text and as JSON, from the same values. No socket. */
#ifndef TMCONF_PRINT_H
#define TMCONF_PRINT_H

#include <jansson.h>

#include "object.h"

struct tmconf;

json_t *print_view(const struct object *o, const json_t *value, bool stats);
void print_words(const struct object *o, const json_t *value);
void print_list(const struct tmconf *t, const struct object *o, const json_t *list);
void print_object(const struct tmconf *t, const struct object *o, const json_t *value, size_t i);
void print_end(const struct tmconf *t, size_t n);
void print_json(const struct tmconf *t, const json_t *v);
void print_answer(const json_t *answer);

#endif
