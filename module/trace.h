/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tmirror

#if !defined(_TMIRROR_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TMIRROR_TRACE_H

#include "stats.h"

#include <linux/tmirror.h>
#include <linux/tracepoint.h>

TRACE_DEFINE_ENUM(TMIRROR_DROP_NO_ROUTE);
TRACE_DEFINE_ENUM(TMIRROR_DROP_NO_MEMORY);
TRACE_DEFINE_ENUM(TMIRROR_DROP_BACKLOG);
TRACE_DEFINE_ENUM(TMIRROR_DROP_RATE);
TRACE_DEFINE_ENUM(TMIRROR_DROP_TOO_BIG);
TRACE_DEFINE_ENUM(TMIRROR_DROP_DOWN);

#define show_cause(cause)				\
	__print_symbolic(cause,				\
		{ TMIRROR_DROP_NO_ROUTE, "no_route" },	\
		{ TMIRROR_DROP_NO_MEMORY, "no_memory" }, \
		{ TMIRROR_DROP_BACKLOG, "backlog" },	\
		{ TMIRROR_DROP_RATE, "rate" },		\
		{ TMIRROR_DROP_TOO_BIG, "too_big" },	\
		{ TMIRROR_DROP_DOWN, "down" })

/* A copy was sent: @wire bytes were on the wire, @kept of them went out. */
TRACE_EVENT(tmirror_copy,
	    TP_PROTO(const char *session, u32 wire, u32 kept),
	    TP_ARGS(session, wire, kept),
	    TP_STRUCT__entry(__array(char, session, TMIRROR_NAME_MAX + 1)
			     __field(u32, wire)
			     __field(u32, kept)),
	    TP_fast_assign(strscpy_pad(__entry->session, session,
				       sizeof(__entry->session));
			   __entry->wire = wire;
			   __entry->kept = kept;),
	    TP_printk("session=%s wire=%u length=%u",
		      __entry->session, __entry->wire, __entry->kept)
);

/* Packets on the wire, @bytes in all, did not become copies. */
TRACE_EVENT(tmirror_drop,
	    TP_PROTO(const char *session, u32 packets, u64 bytes, int cause),
	    TP_ARGS(session, packets, bytes, cause),
	    TP_STRUCT__entry(__array(char, session, TMIRROR_NAME_MAX + 1)
			     __field(u64, bytes)
			     __field(u32, packets)
			     __field(int, cause)),
	    TP_fast_assign(strscpy_pad(__entry->session, session,
				       sizeof(__entry->session));
			   __entry->bytes = bytes;
			   __entry->packets = packets;
			   __entry->cause = cause;),
	    TP_printk("session=%s packets=%u wire=%llu cause=%s",
		      __entry->session, __entry->packets, __entry->bytes,
		      show_cause(__entry->cause))
);

#endif /* _TMIRROR_TRACE_H */

/* Read once more, by the kernel's own headers, for each thing it makes. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
