/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ACCOUNT_H
#define _TMIRROR_ACCOUNT_H

#include <linux/types.h>

struct tmirror_session;
struct tmirror_tally;
struct tmirror_target;

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

void tmirror_account_copy(const struct tmirror_account *account,
			  struct tmirror_tally *tally, int cause);
void tmirror_account_drop(const struct tmirror_session *session,
			  struct tmirror_tally *tally, unsigned int packets,
			  u64 bytes, int cause);
void tmirror_account_close(const struct tmirror_session *session,
			   const struct tmirror_target *target,
			   const struct tmirror_tally *tally);

#endif /* _TMIRROR_ACCOUNT_H */
