// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "diff.h"

/**
 * diff_index() - objects by name
 * @list: array of objects
 *
 * Return: a new JSON object of them
 */
json_t *diff_index(const json_t *list)
{
	json_t *index = json_object(), *value;
	size_t i;

	json_array_foreach(list, i, value)
		json_object_set(index, json_string_value(json_object_get(value, "name")), value);
	return index;
}

/* A number that the document leaves to the kernel may stay; so may a limit. */
static bool may_stay(const struct object *o, const struct field *f)
{
	return f->type == TYPE_VNI || o == &object_limits;
}

/**
 * diff_object() - what "set" would make of one object another
 * @o: kind of object
 * @want: the object as it is to be
 * @have: the object as it is
 *
 * Return: the first field and those that differ, null for those to unset; NULL
 * if nothing differs
 */
json_t *diff_object(const struct object *o, const json_t *want, const json_t *have)
{
	json_t *change = json_object(), *w, *h;
	const struct field *f;
	bool differs = false;

	for (f = o->fields; f->word; f++) {
		w = json_object_get(want, f->word);
		h = json_object_get(have, f->word);
		if (f->flags & FIELD_FIRST)
			json_object_set(change, f->word, w);
		if (f->flags & (FIELD_OUT | FIELD_FIRST) || (!w && may_stay(o, f)) ||
		    (w && h ? json_equal(w, h) : w == h))
			continue;
		json_object_set_new(change, f->word, w ? json_incref(w) : json_null());
		differs = true;
	}
	w = o->part_inline ? json_object_get(want, o->parts) : NULL;
	if (w && !json_equal(w, json_object_get(have, o->parts))) {
		json_object_set(change, o->parts, w);
		differs = true;
	}
	if (differs)
		return change;
	json_decref(change);
	return NULL;
}

static json_t *key_of(const json_t *value)
{
	return json_pack("{sO}", "name", json_object_get(value, "name"));
}

static void add_or_set(struct plan *p, const struct object *o, json_t *want, json_t *have)
{
	json_t *change;

	if (!have) {
		change = json_copy(want);
		if (!o->part_inline && o->parts)
			json_object_del(change, o->parts);
		plan_step(p, o, VERB_ADD, change, NULL);
		return;
	}
	change = diff_object(o, want, have);
	if (change)
		plan_step(p, o, VERB_SET, change, plan_back(o, change, have));
}

/* Rules are swapped as one list. The kernel's and the document's are sorted alike. */
static bool same_rules(const json_t *want, const json_t *have)
{
	const json_t *rule;
	json_t *change;
	size_t i;

	if (json_array_size(want) != json_array_size(have))
		return false;
	json_array_foreach(want, i, rule) {
		change = diff_object(&object_rule, rule, json_array_get(have, i));
		json_decref(change);
		if (change)
			return false;
	}
	return true;
}

static void load_rules(struct plan *p, const json_t *want, const json_t *have)
{
	json_t *rules = json_object_get(want, "rules"), *old = json_object_get(have, "rules");

	if (same_rules(rules, old))
		return;
	plan_step(p, &object_filter, VERB_LOAD,
		  json_pack("{sOsO}", "name", json_object_get(want, "name"), "rules", rules),
		  old ? json_pack("{sOsO}", "name", json_object_get(want, "name"), "rules", old) :
		  json_pack("{sOs[]}", "name", json_object_get(want, "name"), "rules"));
}

static void diff_adds(struct plan *p, const struct object *o, const json_t *want,
		      const json_t *have)
{
	json_t *index = diff_index(have), *w, *h;
	size_t i;

	json_array_foreach(want, i, w) {
		h = json_object_get(index, object_name(o, w));
		add_or_set(p, o, w, h);
		if (o == &object_filter)
			load_rules(p, w, h);
	}
	json_decref(index);
}

static int diff_dels(struct plan *p, const struct object *o, const json_t *want,
		     const json_t *have, struct err *e)
{
	json_t *index = diff_index(want), *h;
	size_t i;
	int ret = 0;

	json_array_foreach(have, i, h) {
		if (json_object_get(index, object_name(o, h)))
			continue;
		if (json_integer_value(json_object_get(h, "users")))
			ret = err_refuse(e, "%s %s: a tc filter uses it, it cannot be deleted",
					 o->word, object_name(o, h));
		plan_step(p, o, VERB_DEL, key_of(h), json_incref(h));
	}
	json_decref(index);
	return ret;
}

static json_int_t most_rules(const json_t *filters)
{
	json_int_t most = 0, n;
	const json_t *f;
	size_t i;

	json_array_foreach(filters, i, f) {
		n = json_array_size(json_object_get(f, "rules"));
		most = n > most ? n : most;
	}
	return most;
}

/*
 * The limits in force while everything else changes: never lower than either
 * those there are or those wanted, nor than what there is of both for a moment.
 */
static json_t *limits_meanwhile(const json_t *want, const json_t *have)
{
	static const char *const words[] = { "targets", "filters", "sessions" };
	json_t *limits = json_copy(json_object_get(have, "limits")), *index, *v;
	json_int_t need[4], most;
	const char *word;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		index = diff_index(json_object_get(have, words[k]));
		need[k] = json_object_size(index);
		json_array_foreach(json_object_get(want, words[k]), i, v)
			need[k] += !json_object_get(index, object_name(&object_target, v));
		json_decref(index);
	}
	need[3] = most_rules(json_object_get(want, "filters"));
	json_object_foreach(json_object_get(want, "limits"), word, v) {
		most = json_integer_value(json_object_get(limits, word));
		if (json_integer_value(v) > most)
			json_object_set(limits, word, v);
	}
	for (k = 0; k < 4; k++) {
		word = k < 3 ? words[k] : "rules";
		if (need[k] > json_integer_value(json_object_get(limits, word)))
			json_object_set_new(limits, word, json_integer(need[k]));
	}
	return limits;
}

static void set_limits(struct plan *p, const json_t *want, const json_t *have)
{
	json_t *change = diff_object(&object_limits, want, have);

	if (change)
		plan_step(p, &object_limits, VERB_SET, change,
			  plan_back(&object_limits, change, have));
}

/**
 * diff_document() - the steps that make of what there is what is wanted
 * @p: plan
 * @want: document of parse_document()
 * @have: document of store_all()
 * @e: says what cannot be deleted
 *
 * Sources are attached and detached by the caller, after these steps.
 *
 * Return: 0 or -1
 */
int diff_document(struct plan *p, const json_t *want, const json_t *have, struct err *e)
{
	const json_t *wl = json_object_get(want, "limits");
	const json_t *wt = json_object_get(want, "targets");
	const json_t *wf = json_object_get(want, "filters");
	const json_t *ws = json_object_get(want, "sessions");
	const json_t *hl = json_object_get(have, "limits");
	const json_t *ht = json_object_get(have, "targets");
	const json_t *hf = json_object_get(have, "filters");
	const json_t *hs = json_object_get(have, "sessions");
	json_t *meanwhile = wl ? limits_meanwhile(want, have) : NULL;
	int ret;

	if (wl)
		set_limits(p, meanwhile, hl);
	diff_adds(p, &object_target, wt, ht);
	diff_adds(p, &object_filter, wf, hf);
	ret = diff_dels(p, &object_session, ws, hs, e);
	diff_sessions(p, ws, hs);
	if (!ret)
		ret = diff_dels(p, &object_target, wt, ht, e);
	if (!ret)
		ret = diff_dels(p, &object_filter, wf, hf, e);
	if (wl)
		set_limits(p, wl, meanwhile);
	json_decref(meanwhile);
	return ret;
}
