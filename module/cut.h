/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_CUT_H
#define _TMIRROR_CUT_H

/* How much of a frame a copy keeps. */

#include "headers.h"

#include <linux/minmax.h>
#include <linux/types.h>

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

/**
 * tmirror_cut_len - how many bytes of a frame are kept
 * @cut: how to cut
 * @len: length of the frame
 * @headers: where its headers are, if tmirror_cut_needs_headers()
 *
 * Return: the number, @len at most.
 */
static inline u32 tmirror_cut_len(const struct tmirror_cut *cut, u32 len,
				  const struct tmirror_headers *headers)
{
	switch (cut->mode) {
	case TMIRROR_CUT_LENGTH:
		return min(len, cut->bytes);
	case TMIRROR_CUT_PAYLOAD:
		return min(len, headers->payload + cut->bytes);
	}
	return len;
}

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
