// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "plan.h"
#include "print.h"
#include "store.h"
#include "tmconf.h"
#include "train.h"

#define LOCK_FILE	"/run/tmconf.lock"

/**
 * plan_lock() - keep other runs from changing sources meanwhile
 *
 * What a source needs is read before it is changed. The file is root's alone,
 * so nobody else can hold it; where it cannot be had, another run may at worst
 * make a step fail, which is undone.
 *
 * Return: a descriptor to close when done, -1 if there is no lock to be had
 */
int plan_lock(void)
{
	int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	while (fd >= 0 && flock(fd, LOCK_EX) && errno == EINTR)
		;
	return fd;
}

/**
 * plan_step() - add a step
 * @p: plan
 * @o: kind of object
 * @verb: what is done to it
 * @value: what to; the reference is the plan's
 * @back: what undoes it, may be NULL; the reference is the plan's
 */
void plan_step(struct plan *p, const struct object *o, enum verb verb, json_t *value,
	       json_t *back)
{
	/* doubling whenever the number of steps is a power of two */
	if (!(p->n & (p->n - 1))) {
		p->list = realloc(p->list, (p->n ? 2 * p->n : 1) * sizeof(*p->list));
		if (!p->list)
			abort();
	}
	p->list[p->n++] = (struct step){ .o = o, .verb = verb, .value = value, .back = back };
}

/**
 * plan_source() - add a step that attaches or detaches a source
 * @p: plan
 * @verb: VERB_ATTACH or VERB_DETACH
 * @session: the session it is for
 * @dev: name of the device
 * @ifindex: its index
 */
void plan_source(struct plan *p, enum verb verb, const char *session, const char *dev,
		 int ifindex)
{
	plan_step(p, NULL, verb, json_pack("{sssssi}", "name", session, "source", dev,
					   "ifindex", ifindex), NULL);
}

/**
 * plan_back() - what undoes a change
 * @o: kind of object
 * @change: fields to set, null for those to unset
 * @have: the object as it is
 *
 * Return: a new object, as @change but with the values of @have, and with those
 * that @change ends
 */
json_t *plan_back(const struct object *o, const json_t *change, const json_t *have)
{
	json_t *back = json_object(), *v;
	const struct field *f;
	const char *word;

	json_object_foreach((json_t *)change, word, v) {
		f = object_field(o, word);
		if (f && f->ends && json_object_get(have, f->ends))
			json_object_set(back, f->ends, json_object_get(have, f->ends));
		v = json_object_get(have, word);
		json_object_set_new(back, word, v ? json_incref(v) : json_null());
	}
	return back;
}

static int source_do(struct tmconf *t, struct step *s)
{
	int ifindex = json_integer_value(json_object_get(s->value, "ifindex")), ret;

	if (s->verb == VERB_ATTACH)
		ret = attach_source(t, json_string_value(json_object_get(s->value, "name")),
				    ifindex, &s->attach);
	else
		ret = detach_source(t, ifindex, &s->attach);
	s->done = !ret;
	return ret;
}

/*
 * Additions travel together: those behind a refused one are done and undone, and
 * leave nothing behind. Whatever changes or deletes waits for what is before it.
 */
static int step_do(struct tmconf *t, struct train *train, struct step *s)
{
	if (s->o && s->verb == VERB_ADD)
		return train_add(t, train, s->o, s->verb, s->value, &s->done);
	if (train_send(t, train))
		return -1;
	if (!s->o)
		return source_do(t, s);
	s->done = !store_do(t, s->o, s->verb, s->value);
	return s->done ? 0 : -1;
}

static int undo_add(struct tmconf *t, const struct step *s)
{
	json_t *key = json_pack("{ss}", "name", object_name(s->o, s->value));
	int ret = store_do(t, s->o, VERB_DEL, key);

	json_decref(key);
	return ret;
}

/*
 * The device of a deleted session may be gone: it comes back without. A filter
 * gets its rules apart.
 */
static int undo_del(struct tmconf *t, const struct step *s)
{
	json_t *value = json_copy(s->back), *rules;
	int ret;

	if (s->o == &object_session && !json_object_get(value, "ifindex"))
		json_object_del(value, "source");
	json_object_del(value, "rules");
	ret = store_do(t, s->o, VERB_ADD, value);
	if (!ret && json_array_size(json_object_get(s->back, "rules"))) {
		rules = json_pack("{sssO}", "name", object_name(s->o, s->back),
				  "rules", json_object_get(s->back, "rules"));
		ret = store_do(t, s->o, VERB_LOAD, rules);
		json_decref(rules);
	}
	json_decref(value);
	return ret;
}

static int step_undo(struct tmconf *t, const struct step *s)
{
	switch (s->verb) {
	case VERB_ADD:
		return undo_add(t, s);
	case VERB_DEL:
		return undo_del(t, s);
	case VERB_ATTACH:
		return attach_remove(t, &s->attach);
	case VERB_DETACH:
		return attach_add(t, &s->attach);
	default:
		return store_do(t, s->o, s->verb, s->back);
	}
}

static void undo(struct tmconf *t, struct plan *p)
{
	struct err first = t->err, last = t->err;
	size_t failed = 0, n = p->n;

	while (n--) {
		if (!p->list[n].done)
			continue;
		p->list[n].done = false;
		if (!step_undo(t, &p->list[n]))
			continue;
		last = t->err;
		failed++;
	}
	if (failed)
		err_refuse(&t->err, "%.400s; %zu steps could not be undone, the last: %.400s",
			   first.text, failed, last.text);
	else
		t->err = first;
}

/* Every source that is to be attached can be. */
static int check(struct tmconf *t, struct plan *p)
{
	struct attach a;
	const json_t *v;
	size_t i;

	for (i = 0; i < p->n; i++) {
		v = p->list[i].value;
		if (p->list[i].verb == VERB_ATTACH &&
		    attach_plan(t, json_string_value(json_object_get(v, "name")),
				json_integer_value(json_object_get(v, "ifindex")), &a))
			return -1;
	}
	return 0;
}

/**
 * plan_run() - do all steps, or none
 * @t: run
 * @p: plan
 *
 * Return: 0, or -1 if everything is as it was
 */
int plan_run(struct tmconf *t, struct plan *p)
{
	struct train train = { };
	int ret = check(t, p);
	size_t i;

	if (ret)
		return ret;
	for (i = 0; i < p->n && !ret; i++)
		ret = step_do(t, &train, &p->list[i]);
	if (!ret)
		ret = train_send(t, &train);
	train_free(&train);
	if (ret)
		undo(t, p);
	return ret;
}

static const char *verb_word(enum verb verb)
{
	switch (verb) {
	case VERB_ADD:
		return "add";
	case VERB_SET:
		return "set";
	case VERB_DEL:
		return "del";
	case VERB_LOAD:
		return "load";
	case VERB_ATTACH:
		return "attach";
	default:
		return "detach";
	}
}

static json_t *step_json(const struct step *s)
{
	json_t *j = json_pack("{ssss}", "object", s->o ? s->o->word : "source",
			      "command", verb_word(s->verb));
	json_t *view;

	if (!s->o) {
		json_object_set(j, "name", json_object_get(s->value, "source"));
		return j;
	}
	view = print_view(s->o, s->value, false);
	json_object_update(j, view);
	json_decref(view);
	return j;
}

static void step_print(const struct step *s)
{
	if (!s->o) {
		printf("source %s %s\n", verb_word(s->verb),
		       json_string_value(json_object_get(s->value, "source")));
		return;
	}
	printf("%s %s ", s->o->word, verb_word(s->verb));
	print_words(s->o, s->value);
	if (s->verb == VERB_LOAD)
		printf(" rules %zu", json_array_size(json_object_get(s->value, "rules")));
	printf("\n");
}

/**
 * plan_print() - print the steps
 * @t: run
 * @p: plan
 */
void plan_print(const struct tmconf *t, const struct plan *p)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (t->json)
			json_array_append_new(all, step_json(&p->list[i]));
		else
			step_print(&p->list[i]);
	}
	if (t->json)
		print_json(t, all);
	json_decref(all);
}

/**
 * plan_free() - free a plan's steps
 * @p: plan
 */
void plan_free(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		json_decref(p->list[i].value);
		json_decref(p->list[i].back);
	}
	free(p->list);
}
