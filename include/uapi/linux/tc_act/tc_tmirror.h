/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The tc action "tmirror": TCA_ACT_KIND "tmirror", TCA_ACT_OPTIONS nested:
 *
 *   TCA_TMIRROR_PARMS    struct tc_tmirror, required
 *   TCA_TMIRROR_SESSION  string, name of a session; absent: every session
 *                        whose source is the packet's device, in order
 *   TCA_TMIRROR_TM       struct tcf_t, in dumps alone
 *
 * It binds to filters of clsact and ingress hooks alone (-EOPNOTSUPP). Replacing an
 * action sets both its control and its session; a session not named is none.
 */
#ifndef _UAPI_LINUX_TC_TMIRROR_H
#define _UAPI_LINUX_TC_TMIRROR_H

#include <linux/pkt_cls.h>

/*
 * The kernel's own ids for actions count up from 0 and end at 255. Actions are
 * named by kind on the wire; the id must merely differ from every other one.
 */
#define TCA_ID_TMIRROR	200

/*
 * Parameters of the action, as of every one (pkt_cls.h): index, capab, action
 * (the control: TC_ACT_PIPE and so on), refcnt, bindcnt.
 */
struct tc_tmirror {
	tc_gen;
};

/**
 * enum tca_tmirror - attributes in TCA_ACT_OPTIONS
 * @TCA_TMIRROR_UNSPEC: none
 * @TCA_TMIRROR_TM: &struct tcf_t, of dumps alone
 * @TCA_TMIRROR_PARMS: &struct tc_tmirror
 * @TCA_TMIRROR_SESSION: string, name of the session
 * @TCA_TMIRROR_PAD: alignment
 */
enum tca_tmirror {
	TCA_TMIRROR_UNSPEC,
	TCA_TMIRROR_TM,
	TCA_TMIRROR_PARMS,
	TCA_TMIRROR_SESSION,
	TCA_TMIRROR_PAD,
	/* private: add attributes above here, update the policy in act.c */
	__TCA_TMIRROR_MAX,
	TCA_TMIRROR_MAX = __TCA_TMIRROR_MAX - 1
};

#endif /* _UAPI_LINUX_TC_TMIRROR_H */
