// SPDX-License-Identifier: GPL-2.0
/* How much of a frame a copy keeps. */
#include "cut.h"
#include "headers.h"

#include <linux/minmax.h>

/**
 * tmirror_cut_len - how many bytes of a frame are kept
 * @cut: how to cut
 * @len: length of the frame
 * @headers: where its headers are, if tmirror_cut_needs_headers()
 *
 * Return: the number, @len at most.
 */
u32 tmirror_cut_len(const struct tmirror_cut *cut, u32 len,
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
