// SPDX-License-Identifier: GPL-2.0
/* The order in which sessions can change, no two of a source having one number. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tmirror.h>

#include "diff.h"

#define KEY_SIZE	(IF_NAMESIZE + 16)

enum state {
	STATE_NEW,
	STATE_WAITING,
	STATE_DONE,
};

/**
 * struct move - a session that changes
 * @want: as it is to be
 * @have: as it is, NULL: not there
 * @state: whether its step is in the plan
 * @next: the session that waits for this one
 */
struct move {
	json_t *want;
	json_t *have;
	enum state state;
	struct move *next;
};

/**
 * struct order - what is known while steps are put in order
 * @p: plan
 * @moves: the sessions that change
 * @n: how many
 * @taken: by source and number, the name of the session that has it by now
 * @wanted: by source and number, those that will be taken
 * @moving: by name, a session's place in @moves
 */
struct order {
	struct plan *p;
	struct move *moves;
	size_t n;
	json_t *taken;
	json_t *wanted;
	json_t *moving;
};

/* Sessions without a source have no key: their numbers may be equal. */
static bool make_key(char key[KEY_SIZE], const json_t *session, int number)
{
	const char *source = json_string_value(json_object_get(session, "source"));

	if (source)
		snprintf(key, KEY_SIZE, "%s %d", source, number);
	return source;
}

static int number_of(const json_t *session)
{
	return json_integer_value(json_object_get(session, "number"));
}

static void leave(struct order *r, const json_t *session)
{
	char key[KEY_SIZE];

	if (session && make_key(key, session, number_of(session)))
		json_object_del(r->taken, key);
}

static void enter(struct order *r, const json_t *session)
{
	char key[KEY_SIZE];

	if (make_key(key, session, number_of(session)))
		json_object_set(r->taken, key, json_object_get(session, "name"));
}

/* Moves a session out of the way, to a number that nobody has or wants. */
static void step_aside(struct order *r, struct move *m)
{
	json_t *aside = json_copy(m->have), *change;
	char key[KEY_SIZE];
	int number;

	for (number = TMIRROR_NUMBER_MAX; number; number--) {
		make_key(key, m->have, number);
		if (!json_object_get(r->taken, key) && !json_object_get(r->wanted, key))
			break;
	}
	json_object_set_new(aside, "number", json_integer(number));
	change = diff_object(&object_session, aside, m->have);
	plan_step(r->p, &object_session, VERB_SET, change,
		  plan_back(&object_session, change, m->have));
	leave(r, m->have);
	enter(r, aside);
	json_decref(m->have);
	m->have = aside;
}

/* The session that has what another wants, if it is to change itself. */
static struct move *in_the_way(struct order *r, const struct move *m)
{
	const char *name = NULL;
	char key[KEY_SIZE];
	json_t *at;

	if (make_key(key, m->want, number_of(m->want)))
		name = json_string_value(json_object_get(r->taken, key));
	if (!name || !strcmp(name, object_name(&object_session, m->want)))
		return NULL;
	at = json_object_get(r->moving, name);
	return at ? &r->moves[json_integer_value(at)] : NULL;
}

static void put_step(struct order *r, struct move *m)
{
	json_t *change;

	if (!m->have) {
		plan_step(r->p, &object_session, VERB_ADD, json_incref(m->want), NULL);
	} else {
		change = diff_object(&object_session, m->want, m->have);
		if (change)
			plan_step(r->p, &object_session, VERB_SET, change,
				  plan_back(&object_session, change, m->have));
	}
	leave(r, m->have);
	enter(r, m->want);
	m->state = STATE_DONE;
}

/*
 * Follows those in the way until one can move or until it meets a session that
 * waits already: that is a circle, which is opened by stepping aside.
 */
static void visit(struct order *r, struct move *first)
{
	struct move *m = first, *other;

	while (m) {
		m->state = STATE_WAITING;
		other = in_the_way(r, m);
		if (other && other->state == STATE_WAITING) {
			step_aside(r, other);
		} else if (other && other->state == STATE_NEW) {
			other->next = m;
			m = other;
		} else {
			put_step(r, m);
			m = m->next;
		}
	}
}

static bool differs(const json_t *want, const json_t *have)
{
	json_t *change = have ? diff_object(&object_session, want, have) : NULL;

	json_decref(change);
	return !have || change;
}

static void collect(struct order *r, const json_t *want, const json_t *have)
{
	json_t *index = diff_index(have), *kept = diff_index(want), *w, *h;
	char key[KEY_SIZE];
	size_t i;

	/* sessions that are not wanted were deleted by an earlier step */
	json_array_foreach(have, i, h)
		if (json_object_get(kept, object_name(&object_session, h)))
			enter(r, h);
	json_array_foreach(want, i, w) {
		if (make_key(key, w, number_of(w)))
			json_object_set_new(r->wanted, key, json_true());
		h = json_object_get(index, object_name(&object_session, w));
		if (!differs(w, h))
			continue;
		json_object_set_new(r->moving, object_name(&object_session, w),
				    json_integer(r->n));
		r->moves[r->n++] = (struct move){ .want = w, .have = json_incref(h) };
	}
	json_decref(index);
	json_decref(kept);
}

/**
 * diff_sessions() - the steps that add and set sessions
 * @p: plan
 * @want: sessions as they are to be
 * @have: sessions as they are
 */
void diff_sessions(struct plan *p, const json_t *want, const json_t *have)
{
	struct order r = {
		.p = p,
		.moves = calloc(json_array_size(want) + 1, sizeof(*r.moves)),
		.taken = json_object(),
		.wanted = json_object(),
		.moving = json_object(),
	};
	size_t i;

	collect(&r, want, have);
	for (i = 0; i < r.n; i++)
		if (r.moves[i].state == STATE_NEW)
			visit(&r, &r.moves[i]);
	for (i = 0; i < r.n; i++)
		json_decref(r.moves[i].have);
	json_decref(r.taken);
	json_decref(r.wanted);
	json_decref(r.moving);
	free(r.moves);
}
