// SPDX-License-Identifier: GPL-2.0
/*
 * "apply" without a kernel: random documents are applied to a model of the
 * module that refuses what the module refuses. Every plan must succeed; every
 * plan that is made to fail at a random step must leave everything as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "document.h"
#include "plan.h"
#include "store.h"
#include "tmconf.h"
#include "train.h"

static json_t *model;
static int steps_left;
static const char *wrong;

static const char *list_of(const struct object *o)
{
	return o == &object_target ? "targets" : o == &object_filter ? "filters" : "sessions";
}

static json_t *find(const char *list, const char *name, size_t *at)
{
	json_t *v;
	size_t i;

	json_array_foreach(json_object_get(model, list), i, v)
		if (name && !strcmp(json_string_value(json_object_get(v, "name")), name)) {
			*at = i;
			return v;
		}
	return NULL;
}

static const char *text(const json_t *v, const char *word)
{
	return json_string_value(json_object_get(v, word));
}

static bool in_use(const char *word, const char *name)
{
	const json_t *s;
	size_t i;

	json_array_foreach(json_object_get(model, "sessions"), i, s)
		if (text(s, word) && !strcmp(text(s, word), name))
			return true;
	return false;
}

/* What the module says of a session that is new or changed. */
static const char *check_session(const json_t *session)
{
	const json_t *s;
	size_t i;

	if (!find("targets", text(session, "target"), &i))
		return "no such target";
	if (text(session, "filter") && !find("filters", text(session, "filter"), &i))
		return "no such filter";
	if (json_object_get(session, "length") && json_object_get(session, "payload"))
		return "a length and a payload";
	json_array_foreach(json_object_get(model, "sessions"), i, s)
		if (strcmp(text(s, "name"), text(session, "name")) &&
		    text(s, "source") && text(session, "source") &&
		    !strcmp(text(s, "source"), text(session, "source")) &&
		    json_equal(json_object_get(s, "number"), json_object_get(session, "number")))
			return "the number is taken";
	return NULL;
}

static bool over_limit(const char *word, size_t n)
{
	const json_t *limits = json_object_get(model, "limits");

	return (json_int_t)n > json_integer_value(json_object_get(limits, word));
}

/* The module gives the index of a source that is there, as all of them are. */
static void index_source(json_t *session)
{
	json_object_del(session, "ifindex");
	if (json_object_get(session, "source"))
		json_object_set_new(session, "ifindex", json_integer(1));
}

static const char *add(const struct object *o, const json_t *value)
{
	json_t *list = json_object_get(model, list_of(o)), *v;
	const char *why = NULL;
	size_t at;

	if (find(list_of(o), text(value, "name"), &at))
		return "exists";
	if (over_limit(list_of(o), json_array_size(list) + 1))
		return "over the limit";
	if (o == &object_session)
		why = check_session(value);
	if (o == &object_filter && json_object_get(value, "rules"))
		return "rules are loaded";
	if (why)
		return why;
	v = json_deep_copy(value);
	json_object_del(v, "#");
	if (o == &object_filter)
		json_object_set_new(v, "rules", json_array());
	index_source(v);
	json_array_append_new(list, v);
	return NULL;
}

static void overlay(json_t *to, const json_t *change)
{
	const char *word;
	json_t *v;

	json_object_foreach((json_t *)change, word, v) {
		if (json_is_null(v))
			json_object_del(to, word);
		else
			json_object_set_new(to, word, json_deep_copy(v));
	}
}

/* The module ends the one when the other is set. */
static void end(json_t *v, const json_t *change, const char *set, const char *other)
{
	if (json_is_integer(json_object_get(change, set)))
		json_object_del(v, other);
}

static const char *set(const struct object *o, const json_t *value)
{
	json_t *list = json_object_get(model, list_of(o)), *v;
	const char *why = NULL;
	size_t at = 0;

	if (o == &object_limits) {
		overlay(json_object_get(model, "limits"), value);
		return NULL;
	}
	v = find(list_of(o), text(value, "name"), &at);
	if (!v)
		return "not found";
	v = json_deep_copy(v);
	end(v, value, "length", "payload");
	end(v, value, "payload", "length");
	overlay(v, value);
	index_source(v);
	if (o == &object_session)
		why = check_session(v);
	if (why)
		json_decref(v);
	else
		json_array_set_new(list, at, v);
	return why;
}

static const char *del(const struct object *o, const json_t *value)
{
	size_t at = 0;

	if (!find(list_of(o), text(value, "name"), &at))
		return "not found";
	if (o != &object_session && in_use(o->word, text(value, "name")))
		return "in use";
	if (json_object_size(value) != 1)
		return "more than a key";
	json_array_remove(json_object_get(model, list_of(o)), at);
	return NULL;
}

static const char *load(const json_t *value)
{
	size_t at;
	json_t *f = find("filters", text(value, "name"), &at);

	if (!f)
		return "not found";
	if (over_limit("rules", json_array_size(json_object_get(value, "rules"))))
		return "over the limit";
	json_object_set_new(f, "rules", json_deep_copy(json_object_get(value, "rules")));
	return NULL;
}

/* --- in place of train.c, store.c and attach.c ------------------------------- */

int store_do(struct tmconf *t, const struct object *o, enum verb verb, const json_t *value)
{
	const char *why;

	if (!steps_left--)
		return err_refuse(&t->err, "injected");
	why = verb == VERB_ADD ? add(o, value) : verb == VERB_SET ? set(o, value) :
	      verb == VERB_DEL ? del(o, value) : load(value);
	if (!why)
		return 0;
	wrong = why;
	return err_refuse(&t->err, "%s %s: %s", o->word, object_name(o, value), why);
}

/*
 * All that is in a train is tried, also what is behind a refused change: it has
 * to be what leaves nothing behind when it is undone.
 */
static struct {
	const struct object *o;
	enum verb verb;
	const json_t *value;
	bool *done;
} waiting[NL_TRAIN];

int train_add(struct tmconf *t, struct train *train, const struct object *o, enum verb verb,
	      const json_t *value, bool *done)
{
	*done = false;
	if (verb != VERB_ADD) {
		printf("# a change travels with others that is not an addition\n");
		exit(1);
	}
	if (train->n == ARRAY_SIZE(waiting) && train_send(t, train))
		return -1;
	waiting[train->n].o = o;
	waiting[train->n].verb = verb;
	waiting[train->n].value = value;
	waiting[train->n++].done = done;
	return 0;
}

int train_send(struct tmconf *t, struct train *train)
{
	struct err first;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < train->n; i++) {
		*waiting[i].done = !store_do(t, waiting[i].o, waiting[i].verb, waiting[i].value);
		if (*waiting[i].done || ret)
			continue;
		first = t->err;
		ret = -1;
	}
	if (ret)
		t->err = first;
	train->n = 0;
	return ret;
}

void train_free(struct train *train)
{
	(void)train;
}

int attach_plan(struct tmconf *t, const char *session, int ifindex, struct attach *a)
{
	(void)t;
	(void)session;
	(void)ifindex;
	(void)a;
	return 0;
}

int attach_source(struct tmconf *t, const char *session, int ifindex, struct attach *a)
{
	(void)t;
	(void)session;
	(void)ifindex;
	(void)a;
	return 0;
}

int detach_source(struct tmconf *t, int ifindex, struct attach *a)
{
	(void)t;
	(void)ifindex;
	(void)a;
	return 0;
}

int attach_add(struct tmconf *t, const struct attach *a)
{
	(void)t;
	(void)a;
	return 0;
}

int attach_remove(struct tmconf *t, const struct attach *a)
{
	(void)t;
	(void)a;
	return 0;
}

/* --- random documents -------------------------------------------------------- */

static int below(int n)
{
	return rand() % n;
}

static json_t *some_target(int i)
{
	char name[16];
	json_t *t;

	snprintf(name, sizeof(name), "t%d", i);
	t = json_pack("{sss[{sssi}]}", "name", name, "members", "remote",
		      below(2) ? "10.0.0.1" : "fd00::1", "port", 1 + below(3));
	if (below(2))
		json_object_set_new(t, "mark", json_integer(1 + below(3)));
	return t;
}

static json_t *some_filter(int i)
{
	json_t *f, *rules = json_array();
	char name[16];
	int n;

	for (n = 1 + below(3); n < 6; n += 1 + below(3))
		json_array_append_new(rules, json_pack("{sissss}", "number", n, "direction",
						       below(2) ? "ingress" : "egress", "action",
						       below(2) ? "accept" : "reject"));
	snprintf(name, sizeof(name), "f%d", i);
	f = json_pack("{ssso}", "name", name, "rules", rules);
	if (below(2))
		json_object_set_new(f, "description", json_string(below(2) ? "a" : "b"));
	return f;
}

/* Two that are equal are one. */
static json_t *some_vni(void)
{
	if (below(2))
		return json_integer(below(2));
	return json_pack("{sisi}", "ingress", below(2), "egress", below(2));
}

/* Numbers are dense, so that documents differ by permutations of them. */
static json_t *some_session(int i, const int *numbers, json_t *doc)
{
	json_t *targets = json_object_get(doc, "targets");
	json_t *filters = json_object_get(doc, "filters");
	char name[16], source[16];
	json_t *s;

	snprintf(name, sizeof(name), "s%d", i);
	snprintf(source, sizeof(source), "dev%d", below(2));
	s = json_pack("{sssisO}", "name", name, "number", numbers[i], "target",
		      json_object_get(json_array_get(targets, below(json_array_size(targets))),
				      "name"));
	if (below(8))
		json_object_set_new(s, "source", json_string(source));
	if (json_array_size(filters) && below(2))
		json_object_set(s, "filter", json_object_get(json_array_get(filters, 0), "name"));
	if (below(3))
		json_object_set_new(s, below(2) ? "length" : "payload",
				    json_integer(1 + below(2)));
	if (below(2))
		json_object_set_new(s, "repair", json_boolean(below(2)));
	if (below(2))
		json_object_set_new(s, "vni", some_vni());
	return s;
}

static json_t *some_document(void)
{
	json_t *doc = json_pack("{s[]s[]s[]}", "targets", "filters", "sessions"), *out;
	int numbers[8], i, j, swap;
	struct err e;

	for (i = 0; i < 8; i++)
		numbers[i] = i + 1;
	for (i = 7; i; i--) {
		j = below(i + 1);
		swap = numbers[i];
		numbers[i] = numbers[j];
		numbers[j] = swap;
	}
	for (i = 0; i < 4; i++)
		if (!i || below(2))
			json_array_append_new(json_object_get(doc, "targets"), some_target(i));
	for (i = 0; i < 4; i++)
		if (below(2))
			json_array_append_new(json_object_get(doc, "filters"), some_filter(i));
	for (i = 0; i < 8; i++)
		if (below(4))
			json_array_append_new(json_object_get(doc, "sessions"),
					      some_session(i, numbers, doc));
	if (below(2))
		json_object_set_new(doc, "limits",
				    json_pack("{sisisisi}", "sessions", 8 + below(3), "targets",
					      4 + below(2), "filters", 4 + below(2), "rules",
					      5 + below(2)));
	out = parse_document(doc, &e);
	if (!out) {
		printf("# %s\n", e.text);
		exit(1);
	}
	json_decref(doc);
	return out;
}

static json_t *sorted_model(void)
{
	static const char *const lists[] = { "targets", "filters", "sessions" };
	json_t *copy = json_deep_copy(model);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		document_sort(json_object_get(copy, lists[i]));
	return copy;
}

static void make(struct plan *p, const json_t *want)
{
	struct err e;

	if (diff_document(p, want, model, &e)) {
		printf("# %s\n", e.text);
		exit(1);
	}
}

static bool equal_to(const json_t *want)
{
	json_t *have = sorted_model();
	struct plan p = { };
	bool same;

	make(&p, want);
	same = !p.n;
	plan_free(&p);
	json_decref(have);
	return same;
}

/* Applies a document, first with a failure at a random step. */
static const char *round_trip(const json_t *want)
{
	json_t *before = sorted_model(), *after;
	struct plan p = { };
	/* what is returned may be its text */
	static struct tmconf t;
	const char *why = NULL;

	t = (struct tmconf){ };
	wrong = NULL;
	make(&p, want);
	if (p.n) {
		steps_left = below(p.n);
		if (!plan_run(&t, &p))
			why = "a step was to fail";
		after = sorted_model();
		if (!why && !json_equal(before, after)) {
			why = "not as it was after a failure";
			printf("# %s\n# before: ", t.err.text);
			json_dumpf(before, stdout, JSON_COMPACT);
			printf("\n# after: ");
			json_dumpf(after, stdout, JSON_COMPACT);
			printf("\n");
		}
		json_decref(after);
	}
	steps_left = -1;
	if (!why && plan_run(&t, &p))
		why = t.err.text;
	if (!why && !equal_to(want))
		why = "something still differs";
	if (why)
		printf("# %s%s%s\n", why, wrong ? ", model: " : "", wrong ? wrong : "");
	plan_free(&p);
	json_decref(before);
	return why;
}

/* A change by words, which does not name what it ends, and a failure behind it. */
static bool comes_back(const char *fields, const char *words)
{
	json_t *have = json_loads(fields, 0, NULL), *change = json_loads(words, 0, NULL);
	struct plan p = { };
	struct tmconf t = { };
	json_t *before;
	bool same;

	json_object_update_new(have, json_pack("{sssiss}", "name", "s", "number", 1,
					       "target", "t"));
	json_object_set_new(change, "name", json_string("s"));
	model = json_pack("{s[{ss}]s[]s[o]}", "targets", "name", "t", "filters", "sessions", have);
	before = sorted_model();
	plan_step(&p, &object_session, VERB_SET, json_incref(change),
		  plan_back(&object_session, change, have));
	plan_step(&p, &object_session, VERB_SET, json_incref(change), NULL);
	steps_left = 1;
	same = plan_run(&t, &p) && json_equal(before, model);
	if (!same) {
		printf("# %s, then %s: %s: ", fields, words, t.err.text);
		json_dumpf(model, stdout, JSON_COMPACT);
		printf("\n");
	}
	plan_free(&p);
	json_decref(change);
	json_decref(before);
	json_decref(model);
	return same;
}

static bool all_come_back(void)
{
	static const char *const cuts[] = {
		"{}", "{\"length\": 9}", "{\"payload\": 0}", "{\"length\": null}",
		"{\"payload\": null}", "{\"length\": null, \"payload\": 8}",
		"{\"vni\": 5}", "{\"vni\": {\"ingress\": 5, \"egress\": 6}}",
	};
	bool all = true;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cuts); i++)
		for (j = 0; !strstr(cuts[i], "null") && j < ARRAY_SIZE(cuts); j++)
			all &= comes_back(cuts[i], cuts[j]);
	return all;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 3000, i, failed = 0;
	bool back;

	srand(argc > 2 ? atoi(argv[2]) : 1);
	model = json_pack("{s{sisisisi}s[]s[]s[]}", "limits", "sessions", 8, "targets", 4,
			  "filters", 4, "rules", 5, "targets", "filters", "sessions");
	for (i = 0; i < rounds && !failed; i++) {
		json_t *want = some_document();

		failed = !!round_trip(want);
		json_decref(want);
	}
	json_decref(model);
	printf("%s 1 - %d documents applied to the ones before, with failures undone\n",
	       failed ? "not ok" : "ok", i);
	back = all_come_back();
	printf("%s 2 - a change by words is undone with all that it ended\n1..2\n",
	       back ? "ok" : "not ok");
	return failed || !back;
}
