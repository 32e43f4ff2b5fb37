// SPDX-License-Identifier: GPL-2.0
/* What became of a copy, for the counters and for whoever traces. */
#define CREATE_TRACE_POINTS
#include "account.h"

/**
 * tmirror_account_drop - packets on the wire did not become copies
 * @session: the session that was to mirror them
 * @tally: where to count them
 * @packets: how many
 * @bytes: their length on the wire
 * @cause: why, &enum tmirror_drop
 *
 * Context: RCU read side, or the session is kept.
 */
void tmirror_account_drop(const struct tmirror_session *session,
			  struct tmirror_tally *tally, unsigned int packets,
			  u64 bytes, int cause)
{
	tally->matched_bytes += bytes;
	if (!tally->drops)
		memset(tally->dropped, 0, sizeof(tally->dropped));
	tally->drops = true;
	tally->dropped[cause] += packets;
	trace_tmirror_drop(session->object.name, packets, bytes, cause);
}
