/* SPDX-License-Identifier: GPL-2.0 */
/* Steps that are done in order, all of them or none. */
#ifndef TMCONF_PLAN_H
#define TMCONF_PLAN_H

#include <stdbool.h>
#include <jansson.h>

#include "attach.h"
#include "object.h"

struct tmconf;

/**
 * struct step - a change of one object, or of a source's tc filters
 * @o: kind of object; NULL with VERB_ATTACH and VERB_DETACH
 * @verb: what is done
 * @value: what to; for a source {"name": session, "source", "ifindex"}
 * @back: what undoes it: with VERB_SET and VERB_LOAD the values there were,
 *	with VERB_DEL the whole object
 * @done: it is done, and not undone
 * @attach: what was added to a source or removed from it
 */
struct step {
	const struct object *o;
	enum verb verb;
	json_t *value;
	json_t *back;
	bool done;
	struct attach attach;
};

/**
 * struct plan - steps in order
 * @list: the steps
 * @n: how many
 */
struct plan {
	struct step *list;
	size_t n;
};

void plan_step(struct plan *p, const struct object *o, enum verb verb, json_t *value,
	       json_t *back);
void plan_source(struct plan *p, enum verb verb, const char *session, const char *dev,
		 int ifindex);
json_t *plan_back(const struct object *o, const json_t *change, const json_t *have);
int plan_run(struct tmconf *t, struct plan *p);
void plan_print(const struct tmconf *t, const struct plan *p);
void plan_free(struct plan *p);
int plan_lock(void);

#endif
