/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_STATS_H
#define _TMIRROR_STATS_H

#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

/**
 * enum tmirror_drop - why a copy was not sent; TMIRROR_A_DROP_* less one
 * @TMIRROR_DROP_NO_ROUTE: no route, or refused by the underlay's rules
 * @TMIRROR_DROP_NO_MEMORY: no memory for the copy, or only plaintext for it
 * @TMIRROR_DROP_BACKLOG: too many bytes in flight, or a queue is full
 * @TMIRROR_DROP_RATE: over the session's rate
 * @TMIRROR_DROP_TOO_BIG: no room in the route, or too many segments
 * @TMIRROR_DROP_DOWN: no member is up
 * @TMIRROR_DROP_MAX: number of causes
 */
enum tmirror_drop {
	TMIRROR_DROP_NO_ROUTE,
	TMIRROR_DROP_NO_MEMORY,
	TMIRROR_DROP_BACKLOG,
	TMIRROR_DROP_RATE,
	TMIRROR_DROP_TOO_BIG,
	TMIRROR_DROP_DOWN,
	TMIRROR_DROP_MAX
};

/* The copy was sent; any other result is the cause of its loss. */
#define TMIRROR_SENT	(-1)
/* Neither yet. */
#define TMIRROR_HELD	(-2)

/**
 * struct tmirror_tally - what became of some packets on the wire
 * @matched_bytes: their length
 * @mirrored_packets: copies sent
 * @mirrored_bytes: length of these copies after the VXLAN header
 * @truncated: how many of these copies were shorter than their frame
 * @dropped: copies not sent, by cause
 * @drops: there were some: tmirror_stats_add() is to look at @dropped
 *
 * The number of packets matched is not kept: it is the sum of those mirrored
 * and those dropped, so a reader never sees them disagree.
 */
struct tmirror_tally {
	u64 matched_bytes;
	u64 mirrored_packets;
	u64 mirrored_bytes;
	u64 truncated;
	u64 dropped[TMIRROR_DROP_MAX];
	bool drops;
};

/**
 * tmirror_tally_init - begin a tally
 * @tally: the tally
 */
static inline void tmirror_tally_init(struct tmirror_tally *tally)
{
	tally->matched_bytes = 0;
	tally->mirrored_packets = 0;
	tally->mirrored_bytes = 0;
	tally->truncated = 0;
	tally->drops = false;
}

/* All but the last field are counters. */
#define TMIRROR_TALLY_WORDS \
	(offsetof(struct tmirror_tally, drops) / sizeof(u64))

/**
 * struct tmirror_stats - the running sum of tallies on one CPU
 * @sum: the counters of &struct tmirror_tally, in its order
 * @syncp: guards @sum where 64-bit words are torn
 */
struct tmirror_stats {
	u64_stats_t sum[TMIRROR_TALLY_WORDS];
	struct u64_stats_sync syncp;
};

struct tmirror_stats __percpu *tmirror_stats_alloc(void);
void tmirror_stats_read(const struct tmirror_stats __percpu *stats,
			struct tmirror_tally *tally);
u64 tmirror_tally_matched(const struct tmirror_tally *tally);

/**
 * tmirror_stats_add - add a tally to the stats
 * @stats: where to
 * @tally: what
 *
 * Context: bottom halves disabled.
 */
static inline void tmirror_stats_add(struct tmirror_stats __percpu *stats,
				     const struct tmirror_tally *tally)
{
	struct tmirror_stats *here = this_cpu_ptr(stats);
	const u64 *word = (const u64 *)tally;
	unsigned int i;

	BUILD_BUG_ON(offsetof(struct tmirror_tally, dropped) !=
		     4 * sizeof(u64));

	u64_stats_update_begin(&here->syncp);
	u64_stats_add(&here->sum[0], word[0]);
	u64_stats_add(&here->sum[1], word[1]);
	u64_stats_add(&here->sum[2], word[2]);
	u64_stats_add(&here->sum[3], word[3]);
	/* Most packets are not dropped. */
	if (unlikely(tally->drops))
		for (i = 4; i < TMIRROR_TALLY_WORDS; i++)
			u64_stats_add(&here->sum[i], word[i]);
	u64_stats_update_end(&here->syncp);
}

/**
 * struct tmirror_counter - one count on one CPU
 * @count: the count
 * @syncp: guards @count where 64-bit words are torn
 */
struct tmirror_counter {
	u64_stats_t count;
	struct u64_stats_sync syncp;
};

struct tmirror_counter __percpu *tmirror_counter_alloc(void);
u64 tmirror_counter_read(const struct tmirror_counter __percpu *counter);

/**
 * tmirror_counter_add - add to a counter
 * @counter: where to
 * @n: how many
 *
 * Context: bottom halves disabled.
 */
static inline void tmirror_counter_add(struct tmirror_counter __percpu *counter,
				       unsigned int n)
{
	struct tmirror_counter *here = this_cpu_ptr(counter);

	u64_stats_update_begin(&here->syncp);
	u64_stats_add(&here->count, n);
	u64_stats_update_end(&here->syncp);
}

#endif /* _TMIRROR_STATS_H */
