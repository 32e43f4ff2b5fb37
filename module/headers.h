/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_HEADERS_H
#define _TMIRROR_HEADERS_H

#include <linux/types.h>

struct tmirror_flow;
struct tmirror_frame;

/**
 * struct tmirror_headers - where the headers of a frame are
 * @network: position of what follows the Ethernet header and its tags
 * @transport: position of what follows the IP headers with extensions;
 *	@network if it is not IP
 * @payload: position of what follows the L4 header; @transport if there is
 *	none, or of a protocol that is not known here
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for a frame that is not IP
 * @proto: IP protocol of the L4 header, if @payload is beyond @transport
 * @fragment: a fragment, be it the first
 *
 * Positions are those of tmirror_frame_read(). Headers say what they like:
 * each may be beyond the end of the frame.
 */
struct tmirror_headers {
	u32 network;
	u32 transport;
	u32 payload;
	u8 family;
	u8 proto;
	bool fragment;
};

void tmirror_headers_find(struct tmirror_headers *headers,
			  const struct tmirror_frame *frame,
			  const struct tmirror_flow *flow);

#endif /* _TMIRROR_HEADERS_H */
