// SPDX-License-Identifier: GPL-2.0
/* Random changes of a filter, and lookups after each. */
#include "fault.h"
#include "list_fixture.h"
#include "../module/filter.h"
#include "../module/flow.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

/* A filter, and what it is to do, in each direction. */
#define STEPS		1000
#define STEP_PACKETS	30
#define RULES_MAX	300

struct model {
	struct tmirror_filter *filter;
	unsigned int count[2];
	struct plain_rule rule[2][RULES_MAX];
};

static struct tmirror_rule *new_rule(struct kunit *test,
				     const struct plain_rule *plain,
				     u8 direction)
{
	struct tmirror_match match;
	struct tmirror_rule *rule;

	list_convert_rule(plain, &match);
	match.direction = direction;
	rule = tmirror_rule_alloc(&match);
	KUNIT_ASSERT_NOT_NULL(test, rule);
	return rule;
}

/* Return: where a number is among the rules of a direction, or goes. */
static unsigned int place_of(const struct model *model, u8 direction,
			     u16 number)
{
	unsigned int at = 0;

	while (at < model->count[direction] &&
	       model->rule[direction][at].number < number)
		at++;
	return at;
}

static bool is_at(const struct model *model, u8 direction, unsigned int at,
		  u16 number)
{
	return at < model->count[direction] &&
	       model->rule[direction][at].number == number;
}

static void model_add(struct kunit *test, struct model *model,
		      const struct plain_rule *plain, u8 direction,
		      unsigned int fault)
{
	unsigned int at = place_of(model, direction, plain->number);
	struct plain_rule *rule = &model->rule[direction][at];
	struct tmirror_rule *new = new_rule(test, plain, direction);
	bool taken = is_at(model, direction, at, plain->number);
	int err;

	if (fault)
		fault_nth(test, fault);
	err = tmirror_filter_add(model->filter, new, U32_MAX);
	if (fault && !fault_nth_hit())
		fault = 0;
	if (err)
		tmirror_rule_free(new);
	if (taken || err) {
		KUNIT_ASSERT_EQ(test, err, taken ? -EEXIST :
				fault ? -ENOMEM : 0);
		return;
	}
	memmove(rule + 1, rule,
		(model->count[direction]++ - at) * sizeof(*rule));
	*rule = *plain;
}

static void model_del(struct kunit *test, struct model *model, u16 number,
		      u8 direction, unsigned int fault)
{
	struct tmirror_match key = { .direction = direction, .number = number };
	unsigned int at = place_of(model, direction, number);
	struct plain_rule *rule = &model->rule[direction][at];
	bool there = is_at(model, direction, at, number);
	int err;

	if (fault)
		fault_nth(test, fault);
	err = tmirror_filter_del(model->filter, &key);
	if (fault && !fault_nth_hit())
		fault = 0;
	if (!there || err) {
		KUNIT_ASSERT_EQ(test, err, !there ? -ENOENT :
				fault ? -ENOMEM : 0);
		return;
	}
	memmove(rule, rule + 1,
		(--model->count[direction] - at) * sizeof(*rule));
}

/* The rules that there are, but for those that lots are against. */
static void model_load(struct kunit *test, struct model *model,
		       struct rnd_state *rnd, unsigned int fault)
{
	unsigned int direction, i, n = 0, all = 1 + list_below(rnd, 10);
	struct model *next = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	struct tmirror_rules *list;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, next);
	next->filter = model->filter;
	for (direction = 0; direction < 2; direction++)
		for (i = 0; i < model->count[direction]; i++)
			if (!list_one_in(rnd, all))
				next->rule[direction][next->count[direction]++] =
					model->rule[direction][i];
	list = tmirror_rules_alloc(next->count[0] + next->count[1]);
	KUNIT_ASSERT_NOT_NULL(test, list);
	for (direction = 0; direction < 2; direction++)
		for (i = 0; i < next->count[direction]; i++)
			list->rule[n++] = new_rule(test,
						   &next->rule[direction][i],
						   direction);
	if (fault)
		fault_nth(test, fault);
	err = tmirror_filter_load(model->filter, list, U32_MAX);
	if (fault && !fault_nth_hit())
		fault = 0;
	if (err) {
		KUNIT_ASSERT_EQ(test, err, fault ? -ENOMEM : 0);
		tmirror_rules_discard(list);
	} else {
		*model = *next;
	}
	kunit_kfree(test, next);
}

static void expect_same(struct kunit *test, const struct model *model,
			const struct list_case *list, struct rnd_state *rnd)
{
	unsigned int direction, i;

	for (i = 0; i < STEP_PACKETS; i++) {
		const struct tmirror_rule *rule;
		struct plain_packet packet;
		struct tmirror_flow flow;

		direction = i & 1;
		list_random_packet(rnd, list, model->rule[direction],
				   model->count[direction], &packet);
		list_convert_packet(&packet, &flow);
		rcu_read_lock();
		rule = tmirror_filter_match(model->filter, direction, &flow);
		rcu_read_unlock();
		/* Nobody deletes it meanwhile. */
		KUNIT_ASSERT_EQ(test, rule ? rule->match.number : 0,
				list_plain_find(model->rule[direction],
						model->count[direction],
						&packet));
	}
}

static const struct list_case change_cases[] = {
	{ "pairs", 0, 0, PAIRS, BOTH },
	{ "optional", 0, 0, OPTIONAL, BOTH },
	{ "few", 0, 0, FEW, BOTH },
	{ "narrow", 0, 0, NARROW, IPV4 },
};

KUNIT_ARRAY_PARAM_DESC(change, change_cases, desc);

static void same_after_each_change(struct kunit *test)
{
	const struct list_case *list = test->param_value;
	unsigned int step, failing, at;
	struct tmirror_rules *rules;
	struct tmirror_table table;
	struct rnd_state rnd;
	struct plain_rule plain;
	struct model *model;
	u8 direction;

	prandom_seed_state(&rnd, LIST_SEED);
	model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	tmirror_table_init(&table, 1);
	model->filter = tmirror_filter_create(&table, "f");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, model->filter);
	for (step = 0; step < STEPS * list_rounds; step++) {
		failing = list_one_in(&rnd, 4) ? 1 + list_below(&rnd, 12) : 0;
		/* Mostly egress, so that its list grows long. */
		direction = !list_one_in(&rnd, 6);
		list_random_rule(&rnd, list, &plain);
		plain.number = 1 + list_below(&rnd, 1000);
		if (list_one_in(&rnd, 50)) {
			model_load(test, model, &rnd, failing);
		} else if (!list_one_in(&rnd, 4) &&
			   model->count[direction] < RULES_MAX) {
			model_add(test, model, &plain, direction, failing);
		} else if (model->count[direction]) {
			at = list_below(&rnd, model->count[direction]);
			model_del(test, model,
				  model->rule[direction][at].number, direction,
				  failing);
		}
		rules = rcu_dereference_protected(model->filter->rules, true);
		for (direction = 0; direction < 2; direction++)
			list_expect_sound(test, &rules->classifier[direction],
					  model->count[direction]);
		expect_same(test, model, list, &rnd);
	}
	KUNIT_EXPECT_EQ(test, 0, tmirror_filter_delete(&table, model->filter));
	/* What was freed too soon is to fail this case, not a later one. */
	rcu_barrier();
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(same_after_each_change, change_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_change",
	.test_cases = cases,
};

kunit_test_suite(suite);
