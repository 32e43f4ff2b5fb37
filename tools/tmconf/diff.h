/* SPDX-License-Identifier: GPL-2.0 */
/* From what there is to what a document wants, as steps. No socket. */
#ifndef TMCONF_DIFF_H
#define TMCONF_DIFF_H

#include <jansson.h>

#include "object.h"
#include "plan.h"

json_t *diff_object(const struct object *o, const json_t *want, const json_t *have);
json_t *diff_index(const json_t *list);
void diff_sessions(struct plan *p, const json_t *want, const json_t *have);
int diff_document(struct plan *p, const json_t *want, const json_t *have, struct err *e);

#endif
