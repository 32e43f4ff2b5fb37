/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ACCOUNT_H
#define _TMIRROR_ACCOUNT_H

#include "session.h"
#include "stats.h"
#include "target.h"
#include "trace.h"

#include <linux/types.h>

/**
 * struct tmirror_account - a copy and who counts it
 * @session: the session that mirrors
 * @target: its target
 * @wire: length of the packet on the wire
 * @kept: length of the copy
 */
struct tmirror_account {
	struct tmirror_session *session;
	struct tmirror_target *target;
	u32 wire;
	u32 kept;
};

void tmirror_account_drop(const struct tmirror_session *session,
			  struct tmirror_tally *tally, unsigned int packets,
			  u64 bytes, int cause);

/**
 * tmirror_account_copies - packets on the wire became copies, or did not
 * @account: one of the copies; all are alike
 * @tally: where to count them
 * @count: how many there are
 * @cause: TMIRROR_SENT, or the &enum tmirror_drop that they were lost by
 *
 * Context: RCU read side, or both objects are kept.
 */
static inline void tmirror_account_copies(const struct tmirror_account *account,
					  struct tmirror_tally *tally,
					  unsigned int count, int cause)
{
	u64 bytes = (u64)count * account->wire;

	if (cause != TMIRROR_SENT) {
		tmirror_account_drop(account->session, tally, count, bytes,
				     cause);
		return;
	}
	tally->matched_bytes += bytes;
	tally->mirrored_packets += count;
	tally->mirrored_bytes += (u64)count * account->kept;
	if (account->kept < account->wire)
		tally->truncated += count;
	if (trace_tmirror_copy_enabled())
		while (count--)
			trace_tmirror_copy(account->session->object.name,
					   account->wire, account->kept);
}

/**
 * tmirror_account_copy - one packet on the wire became a copy, or did not
 * @account: the copy
 * @tally: where to count it
 * @cause: TMIRROR_SENT, or the &enum tmirror_drop that it was lost by
 *
 * Context: RCU read side, or both objects are kept.
 */
static inline void tmirror_account_copy(const struct tmirror_account *account,
					struct tmirror_tally *tally, int cause)
{
	tmirror_account_copies(account, tally, 1, cause);
}

/**
 * tmirror_account_close - add a tally to the counters of session and target
 * @session: the session
 * @target: its target
 * @tally: what to add
 *
 * Context: bottom halves disabled; RCU read side, or both objects are kept.
 */
static inline void tmirror_account_close(const struct tmirror_session *session,
					 const struct tmirror_target *target,
					 const struct tmirror_tally *tally)
{
	tmirror_stats_add(session->stats, tally);
	tmirror_stats_add(target->stats, tally);
}

#endif /* _TMIRROR_ACCOUNT_H */
