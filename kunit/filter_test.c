// SPDX-License-Identifier: GPL-2.0
/* Lists of rules: their order, and what changes them. */
#include "fault.h"
#include "rule_fixture.h"
#include "../module/stats.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/in.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#define IN	TMIRROR_INGRESS
#define OUT	TMIRROR_EGRESS
#define LIMIT	8

struct context {
	struct tmirror_table table;
	struct tmirror_filter *filter;
};

static int context_init(struct kunit *test)
{
	struct context *context;

	context = kunit_kzalloc(test, sizeof(*context), GFP_KERNEL);
	if (!context)
		return -ENOMEM;
	tmirror_table_init(&context->table, 2);
	context->filter = tmirror_filter_create(&context->table, "web");
	test->priv = context;
	return PTR_ERR_OR_ZERO(context->filter);
}

static void context_exit(struct kunit *test)
{
	struct context *context = test->priv;

	if (context && !IS_ERR(context->filter))
		tmirror_filter_delete(&context->table, context->filter);
	/* What is freed wrongly is to fail this test, not a later one. */
	rcu_barrier();
}

static struct tmirror_filter *filter_of(struct kunit *test)
{
	struct context *context = test->priv;

	return context->filter;
}

/* A rule for one destination port, which tells it from others. */
static struct tmirror_rule *rule_new(struct kunit *test, u8 direction,
				     u16 number, u16 port)
{
	struct tmirror_match match;
	struct tmirror_rule *rule;

	rule_from_words(test, &match, &(struct rule_words) {
		.proto = IPPROTO_TCP, .dport = PORTS(port, port),
	});
	match.direction = direction;
	match.number = number;
	rule = tmirror_rule_alloc(&match);
	KUNIT_ASSERT_NOT_NULL(test, rule);
	return rule;
}

static int add(struct kunit *test, u8 direction, u16 number, u16 port,
	       u32 limit)
{
	struct tmirror_rule *rule = rule_new(test, direction, number, port);
	int err = tmirror_filter_add(filter_of(test), rule, limit);

	if (err)
		tmirror_rule_free(rule);
	return err;
}

static int del(struct kunit *test, u8 direction, u16 number)
{
	struct tmirror_match key = { .direction = direction, .number = number };

	return tmirror_filter_del(filter_of(test), &key);
}

/* Return: the number of the rule that decides, 0 without one. */
static unsigned int decides(struct kunit *test, u8 direction, u16 port)
{
	const struct tmirror_rule *rule;
	struct tmirror_flow flow;
	unsigned int number = 0;

	packet_from_words(test, &flow, &(struct packet_words) {
		IPPROTO_TCP, "192.0.2.1", "192.0.2.2", PORTS(1, port),
	});
	rcu_read_lock();
	rule = tmirror_filter_match(filter_of(test), direction, &flow);
	if (rule)
		number = rule->match.number;
	rcu_read_unlock();
	return number;
}

static struct tmirror_rules *rules_of(struct kunit *test)
{
	return rcu_dereference_protected(filter_of(test)->rules, 1);
}

/* @numbers are those of @direction, ended by 0, from the @at-th rule on. */
static unsigned int expect_numbers(struct kunit *test, u8 direction,
				   const u16 *numbers, unsigned int at)
{
	const struct tmirror_rules *rules = rules_of(test);

	for (; *numbers; numbers++, at++) {
		KUNIT_ASSERT_LT(test, at, rules->count);
		KUNIT_EXPECT_EQ(test, rules->rule[at]->match.direction,
				direction);
		KUNIT_EXPECT_EQ(test, rules->rule[at]->match.number, *numbers);
	}
	return at;
}

static void expect_order(struct kunit *test, const u16 *in, const u16 *out)
{
	unsigned int at;

	at = expect_numbers(test, IN, in, 0);
	KUNIT_EXPECT_EQ(test, rules_of(test)->egress, at);
	at = expect_numbers(test, OUT, out, at);
	KUNIT_EXPECT_EQ(test, rules_of(test)->count, at);
}

/* Rule numbers of a direction, in their order. */
#define NUMBERS(list...)	((const u16[]){ list, 0 })

static const u16 none[] = { 0 };

static void new_filter_decides_nothing(struct kunit *test)
{
	expect_order(test, none, none);
	KUNIT_EXPECT_EQ(test, decides(test, IN, 80), 0);
	KUNIT_EXPECT_EQ(test, decides(test, OUT, 80), 0);
}

static void create_refuses(struct kunit *test)
{
	struct context *context = test->priv;
	struct tmirror_filter *other;

	other = tmirror_filter_create(&context->table, "web");
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(other), -EEXIST);
	other = tmirror_filter_create(&context->table, "mail");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_EQ(test,
			PTR_ERR(tmirror_filter_create(&context->table, "dns")),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, tmirror_filter_delete(&context->table, other), 0);
	KUNIT_EXPECT_EQ(test, context->table.count, 1);
}

static void used_filter_is_not_deleted(struct kunit *test)
{
	struct context *context = test->priv;

	context->filter->object.users = 1;
	KUNIT_EXPECT_EQ(test,
			tmirror_filter_delete(&context->table, context->filter),
			-EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, &context->filter->object,
			    tmirror_table_lookup(&context->table, "web"));
	context->filter->object.users = 0;
}

/* Two rules a direction, in each order that the four can be added in. */
static void added_in_any_order(struct kunit *test)
{
	static const struct {
		u8 direction;
		u16 number;
	} rules[4] = { { IN, 1 }, { IN, 32766 }, { OUT, 1 }, { OUT, 7 } };
	static const u16 in[] = { 1, 32766, 0 }, out[] = { 1, 7, 0 };
	unsigned int order, i, at, seen;

	for (order = 0; order < 256; order++) {
		for (seen = 0, i = 0; i < 4; i++)
			seen |= 1 << (order >> 2 * i & 3);
		if (seen != 15)
			continue;
		for (i = 0; i < 4; i++) {
			at = order >> 2 * i & 3;
			KUNIT_ASSERT_EQ(test, 0, add(test, rules[at].direction,
						     rules[at].number, 80,
						     LIMIT));
		}
		expect_order(test, in, out);
		KUNIT_EXPECT_EQ(test, decides(test, IN, 80), 1);
		for (i = 0; i < 4; i++) {
			at = order >> 2 * i & 3;
			KUNIT_ASSERT_EQ(test, 0, del(test, rules[at].direction,
						     rules[at].number));
		}
	}
	expect_order(test, none, none);
}

static void lowest_number_decides(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 30, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 20, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 10, 443, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, OUT, 5, 80, LIMIT));
	KUNIT_EXPECT_EQ(test, decides(test, IN, 80), 20);
	KUNIT_EXPECT_EQ(test, decides(test, IN, 443), 10);
	KUNIT_EXPECT_EQ(test, decides(test, IN, 22), 0);
	KUNIT_EXPECT_EQ(test, decides(test, OUT, 80), 5);
	KUNIT_EXPECT_EQ(test, decides(test, OUT, 443), 0);
	KUNIT_ASSERT_EQ(test, 0, del(test, IN, 20));
	KUNIT_EXPECT_EQ(test, decides(test, IN, 80), 30);
}

static void number_is_taken_once_a_direction(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 1, 80, LIMIT));
	KUNIT_EXPECT_EQ(test, add(test, IN, 1, 443, LIMIT), -EEXIST);
	KUNIT_EXPECT_EQ(test, add(test, OUT, 1, 443, LIMIT), 0);
	KUNIT_EXPECT_EQ(test, add(test, OUT, 1, 443, LIMIT), -EEXIST);
	expect_order(test, NUMBERS(1), NUMBERS(1));
	KUNIT_EXPECT_EQ(test, decides(test, IN, 443), 0);
}

static void limit_is_exact(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, add(test, IN, 1, 80, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, add(test, IN, 1, 80, 2), 0);
	KUNIT_EXPECT_EQ(test, add(test, OUT, 1, 80, 2), 0);
	KUNIT_EXPECT_EQ(test, add(test, IN, 2, 80, 2), -ENOSPC);
	KUNIT_EXPECT_EQ(test, rules_of(test)->count, 2);
}

static void deleted_from_every_place(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, del(test, IN, 1), -ENOENT);
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 1, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 2, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 3, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 4, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, OUT, 1, 80, LIMIT));
	KUNIT_EXPECT_EQ(test, del(test, OUT, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, del(test, IN, 4), 0);
	KUNIT_EXPECT_EQ(test, del(test, IN, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, del(test, IN, 1), 0);
	expect_order(test, NUMBERS(2, 3), NUMBERS(1));
	KUNIT_EXPECT_EQ(test, del(test, OUT, 1), 0);
	expect_order(test, NUMBERS(2, 3), none);
	KUNIT_EXPECT_EQ(test, decides(test, OUT, 80), 0);
}

/* @numbers ends with 0; those over 1000 are for egress, less 1000. */
static struct tmirror_rules *list_of(struct kunit *test, const u16 *numbers)
{
	struct tmirror_rules *rules;
	unsigned int i, n = 0;

	while (numbers[n])
		n++;
	rules = tmirror_rules_alloc(n);
	KUNIT_ASSERT_NOT_NULL(test, rules);
	for (i = 0; i < n; i++)
		rules->rule[i] = rule_new(test, numbers[i] > 1000 ? OUT : IN,
					  numbers[i] % 1000, numbers[i]);
	return rules;
}

#define LIST(test, numbers...)	list_of(test, NUMBERS(numbers))

static void load_sorts_and_replaces(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 5, 80, LIMIT));
	KUNIT_EXPECT_EQ(test, 0,
			tmirror_filter_load(filter_of(test),
					    LIST(test, 1004, 9, 1, 1003, 2),
					    LIMIT));
	expect_order(test, NUMBERS(1, 2, 9), NUMBERS(3, 4));
	KUNIT_EXPECT_EQ(test, decides(test, IN, 80), 0);
	KUNIT_EXPECT_EQ(test, decides(test, IN, 9), 9);
	KUNIT_EXPECT_EQ(test, decides(test, OUT, 1003), 3);
	KUNIT_EXPECT_EQ(test, 0, tmirror_filter_load(filter_of(test),
						     LIST(test, 1001), LIMIT));
	expect_order(test, none, NUMBERS(1));
	KUNIT_EXPECT_EQ(test, 0, tmirror_filter_load(filter_of(test),
						     tmirror_rules_alloc(0),
						     LIMIT));
	expect_order(test, none, none);
}

static void expect_load_fails(struct kunit *test, struct tmirror_rules *rules,
			      u32 limit, int want)
{
	KUNIT_ASSERT_EQ(test, want,
			tmirror_filter_load(filter_of(test), rules, limit));
	expect_order(test, NUMBERS(5), none);
	/* They are still the caller's. */
	tmirror_rules_discard(rules);
}

static void load_that_fails_changes_nothing(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 5, 80, LIMIT));
	expect_load_fails(test, LIST(test, 1, 1, 2), LIMIT, -EEXIST);
	expect_load_fails(test, LIST(test, 2, 1, 2), LIMIT, -EEXIST);
	expect_load_fails(test, LIST(test, 1, 1002, 2, 1002), LIMIT, -EEXIST);
	expect_load_fails(test, LIST(test, 1, 2, 3), 2, -ENOSPC);
	KUNIT_EXPECT_EQ(test, 0, tmirror_filter_load(filter_of(test),
						     LIST(test, 1, 2, 1001), 3));
}

static void hit(struct kunit *test, unsigned int at)
{
	local_bh_disable();
	tmirror_counter_add(rules_of(test)->rule[at]->hits, 10 + at);
	local_bh_enable();
}

static u64 hits(struct kunit *test, unsigned int at)
{
	return tmirror_counter_read(rules_of(test)->rule[at]->hits);
}

static void load_keeps_the_hits_of_equal_rules(struct kunit *test)
{
	struct tmirror_filter *filter = filter_of(test);
	struct tmirror_rules *rules;

	KUNIT_ASSERT_EQ(test, 0, tmirror_filter_load(filter,
						     LIST(test, 1, 2, 1001),
						     LIMIT));
	hit(test, 0);
	hit(test, 1);
	hit(test, 2);
	/* 1 is new in its place, 2 and 1001 stay, 1002 is like 2 but not it. */
	rules = LIST(test, 1002, 1001, 2, 1);
	rules->rule[3]->match.action = TMIRROR_REJECT;
	KUNIT_ASSERT_EQ(test, 0, tmirror_filter_load(filter, rules, LIMIT));
	KUNIT_EXPECT_EQ(test, hits(test, 0), 0);
	KUNIT_EXPECT_EQ(test, hits(test, 1), 11);
	KUNIT_EXPECT_EQ(test, hits(test, 2), 12);
	KUNIT_EXPECT_EQ(test, hits(test, 3), 0);
	/* What was kept lives on when the list it came from is gone. */
	rcu_barrier();
	hit(test, 1);
	KUNIT_EXPECT_EQ(test, hits(test, 1), 22);
	KUNIT_EXPECT_EQ(test, decides(test, IN, 1), 1);
}

static void add_and_del_keep_hits(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 5, 80, LIMIT));
	hit(test, 0);
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 4, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 6, 80, LIMIT));
	KUNIT_EXPECT_EQ(test, hits(test, 1), 10);
	KUNIT_ASSERT_EQ(test, 0, del(test, IN, 4));
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, hits(test, 0), 10);
}

struct change_case {
	const char *desc;
	size_t offset;
};

#define CHANGE(field)	{ #field, offsetof(struct tmirror_match, field) }

/* Direction and number are the key: with others it is another rule. */
static const struct change_case change_cases[] = {
	CHANGE(src), CHANGE(dst), CHANGE(sport_min), CHANGE(sport_max),
	CHANGE(dport_min), CHANGE(dport_max), CHANGE(src_len), CHANGE(dst_len),
	CHANGE(family), CHANGE(action), CHANGE(proto), CHANGE(has_proto),
	CHANGE(has_src), CHANGE(has_dst), CHANGE(has_sport), CHANGE(has_dport),
};

KUNIT_ARRAY_PARAM_DESC(change, change_cases, desc);

static void load_counts_anew_what_has_changed(struct kunit *test)
{
	const struct change_case *param = test->param_value;
	struct tmirror_rules *rules = LIST(test, 1);

	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 1, 1, LIMIT));
	hit(test, 0);
	*((u8 *)&rules->rule[0]->match + param->offset) ^= 1;
	KUNIT_ASSERT_EQ(test, 0, tmirror_filter_load(filter_of(test), rules,
						     LIMIT));
	KUNIT_EXPECT_EQ(test, hits(test, 0), 0);
}

static void add_without_memory_changes_nothing(struct kunit *test)
{
	struct tmirror_rule *rule;
	bool hit = true;
	unsigned int n;
	int err;

	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 1, 80, LIMIT));
	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 3, 80, LIMIT));
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		rule = rule_new(test, OUT, 2, 80);
		fault_nth(test, n);
		err = tmirror_filter_add(filter_of(test), rule, LIMIT);
		hit = fault_nth_hit();
		if (!err) {
			expect_order(test, NUMBERS(1, 3), NUMBERS(2));
			KUNIT_ASSERT_EQ(test, del(test, OUT, 2), 0);
			continue;
		}
		KUNIT_EXPECT_TRUE(test, hit);
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		expect_order(test, NUMBERS(1, 3), none);
		tmirror_rule_free(rule);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	rule = rule_new(test, OUT, 2, 80);
	fault_all(test);
	err = tmirror_filter_add(filter_of(test), rule, LIMIT);
	fault_end();
	KUNIT_ASSERT_EQ(test, err, -ENOMEM);
	expect_order(test, NUMBERS(1, 3), none);
	tmirror_rule_free(rule);
}

static void del_without_memory_changes_nothing(struct kunit *test)
{
	struct tmirror_match key = { .direction = IN, .number = 1 };
	bool hit = true;
	unsigned int n;
	int err;

	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 3, 80, LIMIT));
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		err = add(test, IN, 1, 80, LIMIT);
		KUNIT_ASSERT_TRUE(test, !err || err == -EEXIST);
		fault_nth(test, n);
		err = tmirror_filter_del(filter_of(test), &key);
		hit = fault_nth_hit();
		if (!err) {
			expect_order(test, NUMBERS(3), none);
			continue;
		}
		KUNIT_EXPECT_TRUE(test, hit);
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		expect_order(test, NUMBERS(1, 3), none);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	KUNIT_ASSERT_EQ(test, 0, add(test, IN, 1, 80, LIMIT));
	fault_all(test);
	err = tmirror_filter_del(filter_of(test), &key);
	fault_end();
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	expect_order(test, NUMBERS(1, 3), none);
}

static void create_without_memory_changes_nothing(struct kunit *test)
{
	struct context *context = test->priv;
	struct tmirror_filter *other;
	bool hit = true;
	unsigned int n;

	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		other = tmirror_filter_create(&context->table, "other");
		hit = fault_nth_hit();
		if (!IS_ERR(other)) {
			KUNIT_ASSERT_EQ(test, 0,
					tmirror_filter_delete(&context->table,
							      other));
			continue;
		}
		KUNIT_EXPECT_TRUE(test, hit);
		KUNIT_EXPECT_EQ(test, PTR_ERR(other), -ENOMEM);
		KUNIT_EXPECT_EQ(test, context->table.count, 1);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	fault_all(test);
	other = tmirror_filter_create(&context->table, "other");
	fault_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(other), -ENOMEM);
	KUNIT_EXPECT_EQ(test, context->table.count, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(new_filter_decides_nothing),
	KUNIT_CASE(create_refuses),
	KUNIT_CASE(used_filter_is_not_deleted),
	KUNIT_CASE(added_in_any_order),
	KUNIT_CASE(lowest_number_decides),
	KUNIT_CASE(number_is_taken_once_a_direction),
	KUNIT_CASE(limit_is_exact),
	KUNIT_CASE(deleted_from_every_place),
	KUNIT_CASE(load_sorts_and_replaces),
	KUNIT_CASE(load_that_fails_changes_nothing),
	KUNIT_CASE(load_keeps_the_hits_of_equal_rules),
	KUNIT_CASE(add_and_del_keep_hits),
	KUNIT_CASE_PARAM(load_counts_anew_what_has_changed, change_gen_params),
	KUNIT_CASE(add_without_memory_changes_nothing),
	KUNIT_CASE(del_without_memory_changes_nothing),
	KUNIT_CASE(create_without_memory_changes_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_filter",
	.init = context_init,
	.exit = context_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
