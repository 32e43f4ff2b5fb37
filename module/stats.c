// SPDX-License-Identifier: GPL-2.0
/* Per-CPU counters: written by the packet path, summed for whoever asks. */
#include "stats.h"

/**
 * tmirror_stats_alloc - allocate zeroed stats
 *
 * Context: process, may sleep.
 * Return: stats for free_percpu(), or NULL without memory.
 */
struct tmirror_stats __percpu *tmirror_stats_alloc(void)
{
	struct tmirror_stats __percpu *stats;
	int cpu;

	stats = alloc_percpu_gfp(struct tmirror_stats,
				 GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!stats)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats, cpu)->syncp);
	return stats;
}

/**
 * tmirror_stats_read - sum the stats over all CPUs
 * @stats: what to read
 * @tally: receives the sum
 *
 * Context: any.
 */
void tmirror_stats_read(const struct tmirror_stats __percpu *stats,
			struct tmirror_tally *tally)
{
	u64 *word = (u64 *)tally;
	unsigned int start, i;
	int cpu;

	memset(tally, 0, sizeof(*tally));
	for_each_possible_cpu(cpu) {
		const struct tmirror_stats *there = per_cpu_ptr(stats, cpu);
		u64 sum[TMIRROR_TALLY_WORDS];

		do {
			start = u64_stats_fetch_begin(&there->syncp);
			for (i = 0; i < TMIRROR_TALLY_WORDS; i++)
				sum[i] = u64_stats_read(&there->sum[i]);
		} while (u64_stats_fetch_retry(&there->syncp, start));
		for (i = 0; i < TMIRROR_TALLY_WORDS; i++)
			word[i] += sum[i];
	}
}

/**
 * tmirror_tally_matched - number of packets that a tally accounts for
 * @tally: the tally
 *
 * Context: any.
 * Return: the number of packets on the wire, mirrored or dropped.
 */
u64 tmirror_tally_matched(const struct tmirror_tally *tally)
{
	u64 matched = tally->mirrored_packets;
	unsigned int i;

	for (i = 0; i < TMIRROR_DROP_MAX; i++)
		matched += tally->dropped[i];
	return matched;
}

/**
 * tmirror_counter_alloc - allocate a zeroed counter
 *
 * Context: process, may sleep.
 * Return: a counter for free_percpu(), or NULL without memory.
 */
struct tmirror_counter __percpu *tmirror_counter_alloc(void)
{
	struct tmirror_counter __percpu *counter;
	int cpu;

	counter = alloc_percpu_gfp(struct tmirror_counter,
				   GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!counter)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counter, cpu)->syncp);
	return counter;
}

/**
 * tmirror_counter_read - sum a counter over all CPUs
 * @counter: what to read
 *
 * Context: any.
 * Return: the count.
 */
u64 tmirror_counter_read(const struct tmirror_counter __percpu *counter)
{
	unsigned int start;
	u64 count, sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct tmirror_counter *there = per_cpu_ptr(counter, cpu);

		do {
			start = u64_stats_fetch_begin(&there->syncp);
			count = u64_stats_read(&there->count);
		} while (u64_stats_fetch_retry(&there->syncp, start));
		sum += count;
	}
	return sum;
}
