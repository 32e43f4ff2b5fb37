/* SPDX-License-Identifier: GPL-2.0 */
/* The document that "save" prints and "apply" reads. No socket, no state. */
#ifndef TMCONF_DOCUMENT_H
#define TMCONF_DOCUMENT_H

#include <jansson.h>

#include "object.h"

json_t *parse_document(json_t *doc, struct err *e);
void document_sort(json_t *array);

#endif
