/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_CUT_H
#define _TMIRROR_CUT_H

#include <linux/types.h>

struct tmirror_frame;
struct tmirror_headers;

/**
 * enum tmirror_cut_mode - what a session counts when it cuts a frame
 * @TMIRROR_CUT_NOT: nothing, it keeps the whole
 * @TMIRROR_CUT_LENGTH: bytes from the Ethernet header on
 * @TMIRROR_CUT_PAYLOAD: bytes behind the headers
 */
enum tmirror_cut_mode {
	TMIRROR_CUT_NOT,
	TMIRROR_CUT_LENGTH,
	TMIRROR_CUT_PAYLOAD,
};

/**
 * struct tmirror_cut - how a session cuts frames
 * @mode: &enum tmirror_cut_mode
 * @repair: make what is left a packet of its own
 * @bytes: how many, by @mode
 */
struct tmirror_cut {
	u8 mode;
	bool repair;
	u32 bytes;
};

u32 tmirror_cut_len(const struct tmirror_cut *cut, u32 len,
		    const struct tmirror_headers *headers);

/**
 * tmirror_cut_needs_headers - does a cut depend on where the headers are
 * @cut: the cut
 *
 * Return: true if tmirror_cut_len() or repair looks at them.
 */
static inline bool tmirror_cut_needs_headers(const struct tmirror_cut *cut)
{
	return cut->mode == TMIRROR_CUT_PAYLOAD || cut->repair;
}

#endif /* _TMIRROR_CUT_H */
