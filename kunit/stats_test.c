// SPDX-License-Identifier: GPL-2.0
/* Counters that each CPU has its own of. */
#include "../module/stats.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/percpu.h>

#define WORDS	TMIRROR_TALLY_WORDS

KUNIT_DEFINE_ACTION_WRAPPER(free_stats, free_percpu, void __percpu *);

static struct tmirror_stats __percpu *stats_new(struct kunit *test)
{
	struct tmirror_stats __percpu *stats = tmirror_stats_alloc();

	KUNIT_ASSERT_TRUE(test, stats);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_stats,
							   (__force void *)stats));
	return stats;
}

static struct tmirror_counter __percpu *counter_new(struct kunit *test)
{
	struct tmirror_counter __percpu *counter = tmirror_counter_alloc();

	KUNIT_ASSERT_TRUE(test, counter);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_stats,
							   (__force void *)counter));
	return counter;
}

static void add(struct tmirror_stats __percpu *stats,
		const struct tmirror_tally *tally)
{
	local_bh_disable();
	tmirror_stats_add(stats, tally);
	local_bh_enable();
}

static void new_stats_are_zero(struct kunit *test)
{
	const struct tmirror_tally zero = {};
	struct tmirror_tally tally;

	memset(&tally, 0xff, sizeof(tally));
	tmirror_stats_read(stats_new(test), &tally);
	KUNIT_EXPECT_MEMEQ(test, (u64 *)&tally, (u64 *)&zero,
			   WORDS * sizeof(u64));
	KUNIT_EXPECT_EQ(test, tmirror_counter_read(counter_new(test)), 0);
}

static const struct tmirror_tally some = {
	.matched_bytes = 1,
	.mirrored_packets = 20,
	.mirrored_bytes = 300,
	.truncated = 4000,
	.dropped = { 50000, 600000, 7000000, 80000000, 900000000, 11 },
	.drops = true,
};

static void every_field_is_summed(struct kunit *test)
{
	struct tmirror_stats __percpu *stats = stats_new(test);
	const u64 *once = (const u64 *)&some, *word;
	struct tmirror_tally tally;
	unsigned int i;

	add(stats, &some);
	tmirror_stats_read(stats, &tally);
	KUNIT_EXPECT_MEMEQ(test, (u64 *)&tally, (u64 *)&some,
			   WORDS * sizeof(u64));
	add(stats, &some);
	tmirror_stats_read(stats, &tally);
	word = (const u64 *)&tally;
	for (i = 0; i < WORDS; i++)
		KUNIT_EXPECT_EQ_MSG(test, word[i], 2 * once[i], "word %u", i);
}

static void sums_exceed_32_bits(struct kunit *test)
{
	struct tmirror_stats __percpu *stats = stats_new(test);
	struct tmirror_counter __percpu *counter = counter_new(test);
	struct tmirror_tally tally = { .matched_bytes = 0xffffffff };
	unsigned int many = 0xffffffff;

	add(stats, &tally);
	add(stats, &tally);
	tmirror_stats_read(stats, &tally);
	KUNIT_EXPECT_EQ(test, tally.matched_bytes, 0x1fffffffeULL);

	/* As a constant it would be an operand that the processor extends. */
	OPTIMIZER_HIDE_VAR(many);
	local_bh_disable();
	tmirror_counter_add(counter, many);
	tmirror_counter_add(counter, 2);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, tmirror_counter_read(counter), 0x100000001ULL);
}

/* As if each CPU had counted, whether this machine has it or not. */
static void cpus_are_summed(struct kunit *test)
{
	struct tmirror_stats __percpu *stats = stats_new(test);
	struct tmirror_counter __percpu *counter = counter_new(test);
	u64 want[WORDS] = {}, want_count = 0, n = 1;
	struct tmirror_tally tally;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < WORDS; i++, n += 7) {
			u64_stats_set(&per_cpu_ptr(stats, cpu)->sum[i], n);
			want[i] += n;
		}
		u64_stats_set(&per_cpu_ptr(counter, cpu)->count, n);
		want_count += n;
	}
	tmirror_stats_read(stats, &tally);
	KUNIT_EXPECT_MEMEQ(test, (u64 *)&tally, want, sizeof(want));
	KUNIT_EXPECT_EQ(test, tmirror_counter_read(counter), want_count);
}

static void matched_is_mirrored_and_dropped(struct kunit *test)
{
	struct tmirror_tally tally = {};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, tmirror_tally_matched(&tally), 0);
	tally.mirrored_packets = 1;
	tally.matched_bytes = 1000;
	tally.mirrored_bytes = 2000;
	tally.truncated = 3000;
	KUNIT_EXPECT_EQ(test, tmirror_tally_matched(&tally), 1);
	for (i = 0; i < TMIRROR_DROP_MAX; i++)
		tally.dropped[i] = 2ULL << i;
	KUNIT_EXPECT_EQ(test, tmirror_tally_matched(&tally),
			(2ULL << TMIRROR_DROP_MAX) - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(new_stats_are_zero),
	KUNIT_CASE(every_field_is_summed),
	KUNIT_CASE(sums_exceed_32_bits),
	KUNIT_CASE(cpus_are_summed),
	KUNIT_CASE(matched_is_mirrored_and_dropped),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_stats",
	.test_cases = cases,
};

kunit_test_suite(suite);
