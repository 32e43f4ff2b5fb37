// SPDX-License-Identifier: GPL-2.0
/* Whether a session mirrors a packet, and the reason that it gives. */
#include "../module/filter.h"
#include "../module/flow.h"
#include "../module/session.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/rcupdate.h>

struct judge_case {
	const char *desc;
	bool disabled;
	bool filter;
	int action;		/* of a rule for everything; -1: no rule */
	enum tmirror_reason reason;
	bool accepts;
};

static const struct judge_case judge_cases[] = {
	{ "no filter", false, false, -1, TMIRROR_REASON_NO_FILTER, true },
	{ "disabled", true, false, -1, TMIRROR_REASON_DISABLED },
	{ "disabled, would accept", true, true, TMIRROR_ACCEPT,
	  TMIRROR_REASON_DISABLED },
	{ "no rule matches", false, true, -1, TMIRROR_REASON_NO_MATCH },
	{ "a rule accepts", false, true, TMIRROR_ACCEPT, TMIRROR_REASON_RULE,
	  true },
	{ "a rule rejects", false, true, TMIRROR_REJECT, TMIRROR_REASON_RULE },
};

KUNIT_ARRAY_PARAM_DESC(judge, judge_cases, desc);

static void session_judges(struct kunit *test)
{
	const struct judge_case *param = test->param_value;
	struct tmirror_match match = {
		.direction = TMIRROR_EGRESS,
		.number = 7,
		.action = param->action,
	};
	const struct tmirror_rule *rule = ERR_PTR(-EINVAL);
	struct tmirror_terms terms = { .enabled = !param->disabled };
	const struct tmirror_flow flow = {};
	struct tmirror_filter *filter;
	enum tmirror_reason reason;
	struct tmirror_table table;
	struct tmirror_rule *new;

	tmirror_table_init(&table, 1);
	filter = tmirror_filter_create(&table, "f");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, filter);
	if (param->filter)
		terms.filter = filter;
	if (param->action >= 0) {
		new = tmirror_rule_alloc(&match);
		KUNIT_ASSERT_NOT_NULL(test, new);
		KUNIT_ASSERT_EQ(test, tmirror_filter_add(filter, new, 1), 0);
	}

	rcu_read_lock();
	reason = tmirror_terms_judge(&terms, TMIRROR_EGRESS, &flow, &rule);
	KUNIT_EXPECT_EQ(test, reason, param->reason);
	KUNIT_EXPECT_EQ(test, !!rule, reason == TMIRROR_REASON_RULE);
	KUNIT_EXPECT_EQ(test, tmirror_reason_accepts(reason, rule),
			param->accepts);
	/* The rule is for one direction. */
	reason = tmirror_terms_judge(&terms, TMIRROR_INGRESS, &flow, &rule);
	KUNIT_EXPECT_NULL(test, rule);
	KUNIT_EXPECT_EQ(test, tmirror_reason_accepts(reason, rule),
			!param->filter && !param->disabled);
	rcu_read_unlock();
	tmirror_filter_delete(&table, filter);
	rcu_barrier();
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(session_judges, judge_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_judge",
	.test_cases = cases,
};

kunit_test_suite(suite);
