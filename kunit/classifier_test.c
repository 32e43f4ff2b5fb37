// SPDX-License-Identifier: GPL-2.0
/* Long lists of rules, looked up in a classifier and one by one. */
#include "fault.h"
#include "list_fixture.h"
#include "../module/classifier.h"
#include "../module/flow.h"
#include "../module/rule.h"

#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/tmirror.h>

#define MEMORY_MAX	SZ_16M

/* A list in three forms, the last of which is on trial. */
struct context {
	unsigned int count;
	struct plain_rule *plain;
	struct tmirror_rule *rule;
	struct tmirror_rule **order;
	struct tmirror_classifier classifier;
	u64 seed;
	struct rnd_state rnd;
	unsigned int packets;
	unsigned int matched;
};

static int context_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct context), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void forget(struct context *context)
{
	tmirror_classifier_retire(&context->classifier, NULL);
	memset(&context->classifier, 0, sizeof(context->classifier));
	/* Readers are done: there are none. */
	kvfree(context->order);
	kvfree(context->rule);
	kvfree(context->plain);
	context->order = NULL;
	context->rule = NULL;
	context->plain = NULL;
}

static void context_exit(struct kunit *test)
{
	if (test->priv)
		forget(test->priv);
}

/* Make up a list, with room for one rule more. */
static void make_list(struct kunit *test, const struct list_case *list,
		      unsigned int round)
{
	struct context *context = test->priv;
	unsigned int i, room = list->count + 1, number = 0;

	context->seed = LIST_SEED + round;
	prandom_seed_state(&context->rnd, context->seed);
	context->count = list->count;
	context->plain = kvcalloc(room, sizeof(*context->plain), GFP_KERNEL);
	context->rule = kvcalloc(room, sizeof(*context->rule), GFP_KERNEL);
	context->order = kvcalloc(room, sizeof(*context->order), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, context->plain && context->rule &&
			  context->order);
	for (i = 0; i < room; i++) {
		number += 1 + list_below(&context->rnd, TMIRROR_NUMBER_MAX / room);
		list_random_rule(&context->rnd, list, &context->plain[i]);
		context->plain[i].number = number;
		list_convert_rule(&context->plain[i], &context->rule[i].match);
		context->order[i] = &context->rule[i];
	}
}

static void rebuild(struct kunit *test, struct tmirror_rule *const *order,
		    unsigned int count)
{
	struct context *context = test->priv;
	struct tmirror_classifier new;

	KUNIT_ASSERT_EQ(test, 0,
			tmirror_classifier_build(&new, &context->classifier,
						 order, count));
	tmirror_classifier_retire(&context->classifier, &new);
	context->classifier = new;
}

static unsigned int classifier_find(const struct tmirror_classifier *classifier,
				    const struct plain_packet *packet)
{
	const struct tmirror_rule *rule;
	struct tmirror_flow flow;

	list_convert_packet(packet, &flow);
	rule = tmirror_classifier_find(classifier, &flow);
	return rule ? rule->match.number : 0;
}

static void expect_same(struct kunit *test, const struct list_case *list,
			const struct plain_rule *plain, unsigned int count,
			unsigned int packets)
{
	struct context *context = test->priv;
	struct plain_packet packet;
	unsigned int i, want;

	for (i = 0; i < packets; i++) {
		list_random_packet(&context->rnd, list, plain, count, &packet);
		want = list_plain_find(plain, count, &packet);
		KUNIT_ASSERT_EQ_MSG(test, want,
				    classifier_find(&context->classifier,
						    &packet),
				    "%s, seed %#llx, packet %u: family %u %016llx%016llx:%d > %016llx%016llx:%d proto %d",
				    list->desc, context->seed, i, packet.family,
				    packet.src.high, packet.src.low,
				    packet.sport, packet.dst.high,
				    packet.dst.low, packet.dport, packet.proto);
		context->matched += !!want;
		context->packets++;
	}
}

static const struct list_case list_cases[] = {
	{ "1, IPv4", 1, 40000, PAIRS, IPV4 },
	{ "1, optional", 1, 40000, OPTIONAL, BOTH },
	{ "2, few", 2, 40000, FEW, BOTH },
	{ "10, IPv4", 10, 100000, PAIRS, IPV4 },
	{ "10, optional", 10, 100000, OPTIONAL, BOTH },
	{ "10, few", 10, 200000, FEW, BOTH },
	{ "64, few", 64, 100000, FEW, BOTH },
	{ "64, IPv6", 64, 100000, PAIRS, IPV6 },
	{ "64, both", 64, 100000, PAIRS, BOTH },
	{ "65, few", 65, 100000, FEW, BOTH },
	{ "65, IPv4", 65, 100000, PAIRS, IPV4 },
	{ "65, narrow", 65, 100000, NARROW, BOTH },
	{ "100, few", 100, 200000, FEW, BOTH },
	{ "100, optional", 100, 100000, OPTIONAL, BOTH },
	{ "100, narrow", 100, 100000, NARROW, IPV6 },
	{ "1000, IPv4", 1000, 20000, PAIRS, IPV4 },
	{ "1000, IPv6", 1000, 20000, PAIRS, IPV6 },
	{ "1000, few", 1000, 100000, FEW, BOTH },
	{ "1000, narrow", 1000, 20000, NARROW, IPV4 },
	{ "1000, optional", 1000, 20000, OPTIONAL, BOTH },
	{ "4096, both", 4096, 10000, PAIRS, BOTH },
	{ "4096, narrow", 4096, 10000, NARROW, IPV4 },
	{ "4096, few", 4096, 20000, FEW, BOTH },
	{ "10000, IPv4", 10000, 5000, PAIRS, IPV4 },
	{ "10000, IPv6", 10000, 5000, PAIRS, IPV6 },
	{ "10000, both", 10000, 5000, PAIRS, BOTH },
	{ "10000, narrow", 10000, 5000, NARROW, IPV4 },
	{ "10000, optional", 10000, 5000, OPTIONAL, BOTH },
	{ "as many as there are numbers", 32765, 2000, NARROW, IPV6 },
};

KUNIT_ARRAY_PARAM_DESC(list, list_cases, desc);

static void same_as_one_by_one(struct kunit *test)
{
	const struct list_case *list = test->param_value;
	struct context *context = test->priv;
	unsigned int round;
	ktime_t begin;
	size_t size;
	s64 built;

	for (round = 0; round < list_rounds; round++) {
		make_list(test, list, round);
		begin = ktime_get();
		rebuild(test, context->order, context->count);
		built = ktime_us_delta(ktime_get(), begin);
		size = list_expect_sound(test, &context->classifier, context->count);
		KUNIT_EXPECT_LE(test, size, MEMORY_MAX);
		expect_same(test, list, context->plain, context->count,
			    list->packets);
		forget(context);
	}
	kunit_info(test, "%lld us, %zu KiB; %u of %u packets matched", built,
		   size / SZ_1K, context->matched, context->packets);
	/* Otherwise the above would not say much. */
	KUNIT_EXPECT_GT(test, context->matched, context->packets / 8);
}

static unsigned int fresh_nodes(const struct tmirror_classifier *classifier)
{
	unsigned int tree, level, nodes = 0;

	for (tree = 0; tree < TMIRROR_TREES; tree++)
		for (level = 0; level < TMIRROR_LEVELS; level++) {
			const struct tmirror_layer *layer =
				classifier->layer[tree][level];

			if (layer)
				nodes += layer->count - layer->front -
					 layer->back;
		}
	return nodes;
}

/* Two leaves of one that was full, their parents, and the root. */
#define FRESH_MAX	5

static const struct list_case long_list = {
	"long", 10000, 50, PAIRS, IPV4,
};

static void one_change_makes_few_nodes(struct kunit *test)
{
	static const unsigned int places[] = { 0, 1, 5000, 7777, 9999, 10000 };
	struct context *context = test->priv;
	struct tmirror_rule **other;
	unsigned int i, at;
	ktime_t begin;
	s64 took = 0;

	make_list(test, &long_list, 0);
	other = kunit_kmalloc(test, (context->count + 1) * sizeof(*other),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		at = places[i];
		memcpy(other, context->order, at * sizeof(*other));
		memcpy(other + at, context->order + at + 1,
		       (context->count - at) * sizeof(*other));
		rebuild(test, other, context->count);
		begin = ktime_get();
		rebuild(test, context->order, context->count + 1);
		took = max(took, ktime_us_delta(ktime_get(), begin));
		KUNIT_EXPECT_LE(test, fresh_nodes(&context->classifier),
				FRESH_MAX);
		list_expect_sound(test, &context->classifier, context->count + 1);
		expect_same(test, &long_list, context->plain,
			    context->count + 1, long_list.packets);
		rebuild(test, other, context->count);
		KUNIT_EXPECT_LE(test, fresh_nodes(&context->classifier),
				FRESH_MAX);
		rebuild(test, other, context->count);
		KUNIT_EXPECT_EQ(test, fresh_nodes(&context->classifier), 0);
	}
	kunit_info(test, "%lld us", took);
}

/* Rules that come one by one fill their nodes, whatever comes first. */
static void appending_fills_nodes(struct kunit *test)
{
	static const struct list_case list = { "", 200, 0, NARROW, IPV4 };
	struct context *context = test->priv;
	const struct tmirror_layer *layer;
	unsigned int i, backwards;

	for (backwards = 0; backwards < 2; backwards++) {
		make_list(test, &list, 0);
		for (i = 65; i <= list.count; i++)
			rebuild(test, context->order +
				(backwards ? list.count - i : 0), i);
		for (i = 0; i < TMIRROR_TREES; i++) {
			layer = context->classifier.layer[i][0];
			if (layer)
				KUNIT_EXPECT_LE(test, layer->count, 4);
		}
		list_expect_sound(test, &context->classifier, list.count);
		forget(context);
	}
}

/* Ranges whose ends no rule can have are as good as none. */
static void empty_range_matches_nothing(struct kunit *test)
{
	struct tmirror_rule rule = { .match = {
		.number = 1, .has_dport = true, .dport_min = 9, .dport_max = 8,
	} }, *order = &rule;
	struct tmirror_flow flow = {
		.family = AF_INET, .has_ports = true, .dport = 8,
	};
	struct context *context = test->priv;

	rebuild(test, &order, 1);
	KUNIT_EXPECT_NULL(test, tmirror_classifier_find(&context->classifier,
							&flow));
}

static void build_without_memory_leaves_the_old_one(struct kunit *test)
{
	static const struct list_case list = { "", 300, 50, OPTIONAL, BOTH };
	struct context *context = test->priv;
	struct tmirror_classifier new, empty = {};
	const struct tmirror_classifier *old[] = {
		&context->classifier, &empty,
	};
	unsigned int n, from;
	bool hit;
	int err;

	make_list(test, &list, 0);
	rebuild(test, context->order, 200);
	/* With much in common with the old one, and with nothing. */
	for (from = 0; from < ARRAY_SIZE(old); from++) {
		for (n = 1, hit = true; hit && n < FAULTS_MAX; n++) {
			fault_nth(test, n);
			err = tmirror_classifier_build(&new, old[from],
						       context->order, 300);
			hit = fault_nth_hit();
			if (!err) {
				tmirror_classifier_discard(&new);
				continue;
			}
			KUNIT_EXPECT_TRUE(test, hit);
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
			KUNIT_EXPECT_MEMEQ(test, &new, &empty, sizeof(empty));
		}
		KUNIT_EXPECT_FALSE(test, hit);
		list_expect_sound(test, &context->classifier, 200);
		expect_same(test, &list, context->plain, 200, list.packets);
	}
	/* It is still good to build from. */
	rebuild(test, context->order, 300);
	expect_same(test, &list, context->plain, 300, list.packets);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(same_as_one_by_one, list_gen_params),
	KUNIT_CASE(one_change_makes_few_nodes),
	KUNIT_CASE(appending_fills_nodes),
	KUNIT_CASE(empty_range_matches_nothing),
	KUNIT_CASE(build_without_memory_leaves_the_old_one),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_classifier",
	.init = context_init,
	.exit = context_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
