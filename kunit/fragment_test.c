// SPDX-License-Identifier: GPL-2.0
/* Fragments of pages: each its own, and pages go with the last of theirs. */
#include "fragment_bh.h"

#include <kunit/test.h>
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#define COUNT	300

struct taken {
	u8 *at;
	unsigned int size;
	u8 mark;
};

static void expect_mark(struct kunit *test, const struct taken *taken)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(taken->at, taken->mark,
					   taken->size));
}

/* Whoever has one may write all of it, however long others last. */
static void fragments_do_not_overlap(struct kunit *test)
{
	struct taken *all, *taken;
	struct rnd_state rnd;
	unsigned int i;

	all = kunit_kcalloc(test, COUNT, sizeof(*all), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, all);
	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 20 * COUNT; i++) {
		taken = &all[prandom_u32_state(&rnd) % COUNT];
		if (taken->at) {
			expect_mark(test, taken);
			skb_free_frag(taken->at);
		}
		taken->size = SMP_CACHE_BYTES *
			      (1 + prandom_u32_state(&rnd) %
				   (PAGE_SIZE / SMP_CACHE_BYTES));
		taken->mark = i;
		taken->at = fragment_alloc(taken->size);
		KUNIT_ASSERT_NOT_NULL(test, taken->at);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)taken->at,
						   SMP_CACHE_BYTES));
		KUNIT_EXPECT_LE(test, offset_in_page(taken->at) + taken->size,
				PAGE_SIZE);
		memset(taken->at, taken->mark, taken->size);
	}
	for (taken = all; taken < all + COUNT; taken++) {
		if (!taken->at)
			continue;
		expect_mark(test, taken);
		skb_free_frag(taken->at);
	}
}

/* A page of which all is free begins again; one of which not, does not. */
static void free_pages_begin_again(struct kunit *test)
{
	void *first, *second, *third;

	preempt_disable();
	first = fragment_alloc(PAGE_SIZE);
	skb_free_frag(first);
	second = fragment_alloc(PAGE_SIZE);
	third = fragment_alloc(PAGE_SIZE);
	preempt_enable();
	KUNIT_EXPECT_PTR_EQ(test, first, second);
	KUNIT_EXPECT_PTR_NE(test, second, third);
	skb_free_frag(second);
	skb_free_frag(third);
}

/* What was taken lives on; it is freed by whoever has it. */
static void taken_ones_outlive_the_rest(struct kunit *test)
{
	struct page *page;
	u8 *taken;

	taken = fragment_alloc(SMP_CACHE_BYTES);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	memset(taken, 0x5a, SMP_CACHE_BYTES);
	page = virt_to_page(taken);
	tmirror_fragments_free();
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_NULL(test, memchr_inv(taken, 0x5a, SMP_CACHE_BYTES));
	skb_free_frag(taken);
	tmirror_fragments_free();

	taken = fragment_alloc(SMP_CACHE_BYTES);
	KUNIT_EXPECT_NOT_NULL(test, taken);
	skb_free_frag(taken);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fragments_do_not_overlap),
	KUNIT_CASE(free_pages_begin_again),
	KUNIT_CASE(taken_ones_outlive_the_rest),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_fragment",
	.test_cases = cases,
};

kunit_test_suite(suite);
