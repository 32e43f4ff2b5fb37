// SPDX-License-Identifier: GPL-2.0
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_tmirror.h>
#include <linux/tmirror.h>

#include "schema.h"
#include "../../tmconf/array.h"

#define COUNTER(number)	{ .type = (number), .form = FORM_UINT }
#define SWITCH(number)	{ .type = (number), .form = FORM_U8, .odds = 4, .max = 1 }
#define NAME(number, letter) \
	{ .type = (number), .form = FORM_NAME, .odds = 16, .word = (letter) }

static const struct field no_fields[] = { { } };

static const struct field drop_fields[] = {
	COUNTER(TMIRROR_A_DROP_NO_ROUTE), COUNTER(TMIRROR_A_DROP_NO_MEMORY),
	COUNTER(TMIRROR_A_DROP_BACKLOG), COUNTER(TMIRROR_A_DROP_RATE),
	COUNTER(TMIRROR_A_DROP_TOO_BIG), COUNTER(TMIRROR_A_DROP_DOWN),
	{ }
};

static const struct field stats_fields[] = {
	COUNTER(TMIRROR_A_STATS_MATCHED_PACKETS), COUNTER(TMIRROR_A_STATS_MATCHED_BYTES),
	COUNTER(TMIRROR_A_STATS_MIRRORED_PACKETS), COUNTER(TMIRROR_A_STATS_MIRRORED_BYTES),
	COUNTER(TMIRROR_A_STATS_TRUNCATED),
	{ .type = TMIRROR_A_STATS_DROPPED, .form = FORM_NEST, .nest = drop_fields },
	{ }
};

static const struct field member_fields[] = {
	{ .type = TMIRROR_A_MEMBER_REMOTE, .form = FORM_ADDR, .odds = 16 },
	{ .type = TMIRROR_A_MEMBER_PORT, .form = FORM_U16, .odds = 4, .min = 1, .max = 65535 },
	{ .type = TMIRROR_A_MEMBER_WEIGHT, .form = FORM_U16, .odds = 4, .min = 1,
	  .max = TMIRROR_WEIGHT_MAX },
	{ .type = TMIRROR_A_MEMBER_STATE, .form = FORM_U8, .max = TMIRROR_DRAIN },
	{ }
};

static const struct field target_fields[] = {
	NAME(TMIRROR_A_TARGET_NAME, "t"),
	{ .type = TMIRROR_A_TARGET_MEMBER, .form = FORM_NEST, .odds = 15, .nest = member_fields },
	{ .type = TMIRROR_A_TARGET_LOCAL, .form = FORM_ADDR, .odds = 2 },
	{ .type = TMIRROR_A_TARGET_IFINDEX, .form = FORM_IFINDEX, .odds = 4 },
	{ .type = TMIRROR_A_TARGET_DEV, .form = FORM_WORD },
	{ .type = TMIRROR_A_TARGET_MARK, .form = FORM_U32, .odds = 4, .min = 1, .max = UINT32_MAX },
	{ .type = TMIRROR_A_TARGET_TTL, .form = FORM_U8, .odds = 4, .min = 1, .max = 255 },
	{ .type = TMIRROR_A_TARGET_TOS, .form = FORM_U8, .odds = 4, .max = 255 },
	SWITCH(TMIRROR_A_TARGET_DF), SWITCH(TMIRROR_A_TARGET_CSUM),
	{ .type = TMIRROR_A_TARGET_UNSET, .form = FORM_U32, .odds = 1,
	  .max = TMIRROR_TARGET_FIELDS },
	{ .type = TMIRROR_A_TARGET_STATS, .form = FORM_NEST, .nest = stats_fields },
	{ }
};

static const struct field target_key[] = { NAME(TMIRROR_A_TARGET_NAME, "t"), { } };

static const struct field filter_fields[] = {
	NAME(TMIRROR_A_FILTER_NAME, "f"),
	{ .type = TMIRROR_A_FILTER_DESCRIPTION, .form = FORM_TEXT, .odds = 8 },
	{ }
};

static const struct field filter_key[] = { NAME(TMIRROR_A_FILTER_NAME, "f"), { } };

static const struct field rule_fields[] = {
	NAME(TMIRROR_A_RULE_FILTER, "f"),
	{ .type = TMIRROR_A_RULE_DIRECTION, .form = FORM_U8, .odds = 16, .max = TMIRROR_EGRESS },
	{ .type = TMIRROR_A_RULE_NUMBER, .form = FORM_U16, .odds = 16, .min = 1,
	  .max = TMIRROR_NUMBER_MAX },
	{ .type = TMIRROR_A_RULE_ACTION, .form = FORM_U8, .odds = 16, .max = TMIRROR_ACCEPT },
	{ .type = TMIRROR_A_RULE_PROTO, .form = FORM_U8, .odds = 4, .max = 255 },
	{ .type = TMIRROR_A_RULE_SRC, .form = FORM_PREFIX, .odds = 4 },
	{ .type = TMIRROR_A_RULE_SRC_LEN, .form = FORM_U8, .max = 128 },
	{ .type = TMIRROR_A_RULE_DST, .form = FORM_PREFIX, .odds = 4 },
	{ .type = TMIRROR_A_RULE_DST_LEN, .form = FORM_U8, .max = 128 },
	{ .type = TMIRROR_A_RULE_SPORT_MIN, .form = FORM_PORTS, .odds = 2, .max = 65535 },
	{ .type = TMIRROR_A_RULE_SPORT_MAX, .form = FORM_U16, .max = 65535 },
	{ .type = TMIRROR_A_RULE_DPORT_MIN, .form = FORM_PORTS, .odds = 4, .max = 65535 },
	{ .type = TMIRROR_A_RULE_DPORT_MAX, .form = FORM_U16, .max = 65535 },
	COUNTER(TMIRROR_A_RULE_HITS),
	{ }
};

static const struct field rule_key[] = {
	NAME(TMIRROR_A_RULE_FILTER, "f"),
	{ .type = TMIRROR_A_RULE_DIRECTION, .form = FORM_U8, .odds = 16, .max = TMIRROR_EGRESS },
	{ .type = TMIRROR_A_RULE_NUMBER, .form = FORM_U16, .odds = 16, .min = 1,
	  .max = TMIRROR_NUMBER_MAX },
	{ }
};

/* A rule that is loaded does without its first field, the filter's name. */
static const struct field load_fields[] = {
	NAME(TMIRROR_A_FILTER_NAME, "f"),
	{ .type = TMIRROR_A_FILTER_RULE, .form = FORM_NEST, .odds = 15, .most = 24,
	  .nest = rule_fields + 1 },
	{ }
};

static const struct field session_fields[] = {
	NAME(TMIRROR_A_SESSION_NAME, "s"),
	{ .type = TMIRROR_A_SESSION_NUMBER, .form = FORM_U16, .odds = 15, .min = 1,
	  .max = TMIRROR_NUMBER_MAX },
	{ .type = TMIRROR_A_SESSION_IFINDEX, .form = FORM_IFINDEX, .odds = 8 },
	{ .type = TMIRROR_A_SESSION_SOURCE, .form = FORM_WORD },
	NAME(TMIRROR_A_SESSION_TARGET, "t"),
	{ .type = TMIRROR_A_SESSION_FILTER, .form = FORM_NAME, .odds = 8, .word = "f" },
	{ .type = TMIRROR_A_SESSION_VNI, .form = FORM_U32, .odds = 8, .max = TMIRROR_VNI_MAX },
	{ .type = TMIRROR_A_SESSION_VNI_EGRESS, .form = FORM_U32, .odds = 1,
	  .max = TMIRROR_VNI_MAX },
	{ .type = TMIRROR_A_SESSION_LENGTH, .form = FORM_U32, .odds = 4, .min = 1,
	  .max = TMIRROR_LENGTH_MAX },
	{ .type = TMIRROR_A_SESSION_PAYLOAD, .form = FORM_U32, .odds = 4,
	  .max = TMIRROR_LENGTH_MAX },
	SWITCH(TMIRROR_A_SESSION_REPAIR), SWITCH(TMIRROR_A_SESSION_CONTINUE),
	SWITCH(TMIRROR_A_SESSION_ENABLED),
	{ .type = TMIRROR_A_SESSION_DESCRIPTION, .form = FORM_TEXT, .odds = 4 },
	{ .type = TMIRROR_A_SESSION_UNSET, .form = FORM_U32, .odds = 1,
	  .max = TMIRROR_SESSION_FIELDS },
	{ .type = TMIRROR_A_SESSION_USERS, .form = FORM_U32, .max = 1 << 20 },
	{ .type = TMIRROR_A_SESSION_STATS, .form = FORM_NEST, .nest = stats_fields },
	{ }
};

static const struct field session_key[] = { NAME(TMIRROR_A_SESSION_NAME, "s"), { } };

static const struct field explain_fields[] = {
	{ .type = TMIRROR_A_EXPLAIN_IFINDEX, .form = FORM_IFINDEX, .odds = 16 },
	{ .type = TMIRROR_A_EXPLAIN_DIRECTION, .form = FORM_U8, .odds = 16,
	  .max = TMIRROR_EGRESS },
	{ .type = TMIRROR_A_EXPLAIN_PROTO, .form = FORM_U8, .odds = 8, .max = 255 },
	{ .type = TMIRROR_A_EXPLAIN_SRC, .form = FORM_ADDR, .odds = 8 },
	{ .type = TMIRROR_A_EXPLAIN_DST, .form = FORM_ADDR, .odds = 8 },
	{ .type = TMIRROR_A_EXPLAIN_SPORT, .form = FORM_U16, .odds = 4, .max = 65535 },
	{ .type = TMIRROR_A_EXPLAIN_DPORT, .form = FORM_U16, .odds = 4, .max = 65535 },
	{ .type = TMIRROR_A_EXPLAIN_REASON, .form = FORM_U8,
	  .max = TMIRROR_REASON_NO_SESSION },
	{ .type = TMIRROR_A_EXPLAIN_ACTION, .form = FORM_U8, .max = TMIRROR_ACCEPT },
	{ .type = TMIRROR_A_EXPLAIN_SESSION, .form = FORM_NAME },
	{ .type = TMIRROR_A_EXPLAIN_RULE, .form = FORM_U16, .min = 1,
	  .max = TMIRROR_NUMBER_MAX },
	{ .type = TMIRROR_A_EXPLAIN_TARGET, .form = FORM_NAME },
	{ .type = TMIRROR_A_EXPLAIN_MEMBER, .form = FORM_NEST, .nest = member_fields },
	{ .type = TMIRROR_A_EXPLAIN_VNI, .form = FORM_U32, .max = TMIRROR_VNI_MAX },
	{ .type = TMIRROR_A_EXPLAIN_LENGTH, .form = FORM_U32, .min = 1,
	  .max = TMIRROR_LENGTH_MAX },
	{ .type = TMIRROR_A_EXPLAIN_PAYLOAD, .form = FORM_U32, .max = TMIRROR_LENGTH_MAX },
	{ }
};

/* Low enough to be reached, seldom too low for anything to be made. */
#define LIMIT(number)	{ .type = (number), .form = FORM_U32, .odds = 4, .max = UINT32_MAX }
static const struct field limits_fields[] = {
	{ .type = TMIRROR_A_LIMITS_MEMORY, .form = FORM_U32, .odds = 8, .min = 4096,
	  .max = 1 << 30 },
	LIMIT(TMIRROR_A_LIMITS_SESSIONS), LIMIT(TMIRROR_A_LIMITS_TARGETS),
	LIMIT(TMIRROR_A_LIMITS_FILTERS), LIMIT(TMIRROR_A_LIMITS_RULES),
	{ .type = TMIRROR_A_LIMITS_USED_MEMORY, .form = FORM_U32, .max = 1 << 30 },
	{ .type = TMIRROR_A_LIMITS_USED_SESSIONS, .form = FORM_U32, .max = 1 << 20 },
	{ .type = TMIRROR_A_LIMITS_USED_TARGETS, .form = FORM_U32, .max = 1 << 20 },
	{ .type = TMIRROR_A_LIMITS_USED_FILTERS, .form = FORM_U32, .max = 1 << 20 },
	COUNTER(TMIRROR_A_LIMITS_LOOP),
	{ }
};

/* --- the tc action ----------------------------------------------------------- */

static const struct field options_fields[] = {
	{ .type = TCA_TMIRROR_TM, .form = FORM_TIMES },
	{ .type = TCA_TMIRROR_PARMS, .form = FORM_PARMS, .odds = 16 },
	{ .type = TCA_TMIRROR_SESSION, .form = FORM_NAME, .odds = 8, .word = "s" },
	{ .type = TCA_TMIRROR_PAD, .form = FORM_OPAQUE },
	{ }
};

static const struct field action_fields[] = {
	{ .type = TCA_ACT_KIND, .form = FORM_WORD, .odds = 16, .word = "tmirror" },
	{ .type = TCA_ACT_OPTIONS, .form = FORM_NEST, .odds = 16, .nest = options_fields },
	{ .type = TCA_ACT_COOKIE, .form = FORM_OPAQUE, .odds = 2 },
	{ .type = TCA_ACT_FLAGS, .form = FORM_OPAQUE, .odds = 1 },
	{ .type = TCA_ACT_HW_STATS, .form = FORM_OPAQUE, .odds = 1 },
	{ .form = FORM_OPEN }
};

static const struct field action_key[] = {
	{ .type = TCA_ACT_KIND, .form = FORM_WORD, .odds = 16, .word = "tmirror" },
	{ .type = TCA_ACT_INDEX, .form = FORM_U32, .odds = 15, .min = 1, .max = 12 },
	{ }
};

static const struct field actions[] = {
	{ .type = 1, .form = FORM_NEST, .odds = 16, .most = TCA_ACT_MAX_PRIO, .numbered = true,
	  .nest = action_fields },
	{ .form = FORM_OPEN }
};

static const struct field action_keys[] = {
	{ .type = 1, .form = FORM_NEST, .odds = 16, .most = 4, .numbered = true,
	  .nest = action_key },
	{ }
};

static const struct field actions_root[] = {
	{ .type = TCA_ROOT_TAB, .form = FORM_NEST, .odds = 16, .nest = actions },
	{ .form = FORM_OPEN }
};

static const struct field action_keys_root[] = {
	{ .type = TCA_ROOT_TAB, .form = FORM_NEST, .odds = 16, .nest = action_keys },
	{ .type = TCA_ROOT_FLAGS, .form = FORM_OPAQUE, .odds = 4 },
	{ }
};

static const struct field matchall_options[] = {
	{ .type = TCA_MATCHALL_ACT, .form = FORM_NEST, .odds = 16, .nest = actions },
	{ .type = TCA_MATCHALL_FLAGS, .form = FORM_U32, .odds = 1, .max = 8 },
	{ }
};

static const struct field flower_options[] = {
	{ .type = TCA_FLOWER_ACT, .form = FORM_NEST, .odds = 16, .nest = actions },
	{ .type = TCA_FLOWER_FLAGS, .form = FORM_U32, .odds = 1, .max = 8 },
	{ }
};

static const struct field matchall_fields[] = {
	{ .type = TCA_KIND, .form = FORM_WORD, .odds = 16, .word = "matchall" },
	{ .type = TCA_OPTIONS, .form = FORM_NEST, .odds = 16, .nest = matchall_options },
	{ .type = TCA_CHAIN, .form = FORM_U32, .odds = 2, .max = 3 },
	{ }
};

static const struct field flower_fields[] = {
	{ .type = TCA_KIND, .form = FORM_WORD, .odds = 16, .word = "flower" },
	{ .type = TCA_OPTIONS, .form = FORM_NEST, .odds = 16, .nest = flower_options },
	{ .type = TCA_CHAIN, .form = FORM_U32, .odds = 2, .max = 3 },
	{ }
};

/* What netlink says of an error. */
const struct field extack_fields[] = {
	{ .type = NLMSGERR_ATTR_MSG, .form = FORM_WORD },
	{ .type = NLMSGERR_ATTR_OFFS, .form = FORM_U32, .max = 65535 },
	{ .type = NLMSGERR_ATTR_POLICY, .form = FORM_OPAQUE },
	{ .type = NLMSGERR_ATTR_MISS_TYPE, .form = FORM_U32, .max = 65535 },
	{ .type = NLMSGERR_ATTR_MISS_NEST, .form = FORM_U32, .max = 65535 },
	{ }
};

#define GENL(title, command, fields, answer, often, tells) \
	{ .name = title, .cmd = TMIRROR_CMD_##command, .in = fields, .out = answer, \
	  .weight = often, .notifies = tells }
#define DUMP(title, command, fields, answer) \
	{ .name = title, .cmd = TMIRROR_CMD_##command, .flags = NLM_F_DUMP, .in = fields, \
	  .out = answer, .weight = 8 }
#define CREATE	(NLM_F_CREATE | NLM_F_EXCL)

const struct command commands[] = {
	GENL("target new", TARGET_NEW, target_fields, target_fields, 48, true),
	GENL("target set", TARGET_SET, target_fields, target_fields, 48, true),
	GENL("target del", TARGET_DEL, target_key, target_key, 24, true),
	GENL("target get", TARGET_GET, target_key, target_fields, 16, false),
	DUMP("target dump", TARGET_GET, no_fields, target_fields),
	GENL("filter new", FILTER_NEW, filter_fields, filter_fields, 32, true),
	GENL("filter set", FILTER_SET, filter_fields, filter_fields, 24, true),
	GENL("filter del", FILTER_DEL, filter_key, filter_key, 16, true),
	GENL("filter get", FILTER_GET, filter_key, filter_fields, 16, false),
	DUMP("filter dump", FILTER_GET, no_fields, filter_fields),
	GENL("filter load", FILTER_LOAD, load_fields, filter_key, 48, true),
	GENL("rule new", RULE_NEW, rule_fields, rule_fields, 64, true),
	GENL("rule del", RULE_DEL, rule_key, rule_key, 24, true),
	DUMP("rule dump", RULE_GET, filter_key, rule_fields),
	GENL("session new", SESSION_NEW, session_fields, session_fields, 80, true),
	GENL("session set", SESSION_SET, session_fields, session_fields, 80, true),
	GENL("session del", SESSION_DEL, session_key, session_key, 32, true),
	GENL("session get", SESSION_GET, session_key, session_fields, 16, false),
	DUMP("session dump", SESSION_GET, no_fields, session_fields),
	GENL("explain", EXPLAIN, explain_fields, explain_fields, 48, false),
	GENL("limits get", LIMITS_GET, no_fields, limits_fields, 16, false),
	GENL("limits set", LIMITS_SET, limits_fields, limits_fields, 3, true),
	GENL("flush", FLUSH, no_fields, no_fields, 1, true),
	{ .name = "action new", .type = RTM_NEWACTION, .flags = CREATE, .other = NLM_F_REPLACE,
	  .in = actions_root, .out = actions_root, .weight = 64 },
	{ .name = "action del", .type = RTM_DELACTION, .in = action_keys_root,
	  .out = actions_root, .weight = 32 },
	{ .name = "action flush", .type = RTM_DELACTION, .flags = NLM_F_ROOT,
	  .in = action_keys_root, .weight = 8 },
	{ .name = "action get", .type = RTM_GETACTION, .in = action_keys_root,
	  .out = actions_root, .weight = 16 },
	{ .name = "action dump", .type = RTM_GETACTION, .flags = NLM_F_DUMP,
	  .in = action_keys_root, .out = actions_root, .weight = 8 },
	{ .name = "matchall new", .type = RTM_NEWTFILTER, .flags = CREATE,
	  .other = NLM_F_CREATE | NLM_F_REPLACE, .in = matchall_fields, .weight = 32 },
	{ .name = "flower new", .type = RTM_NEWTFILTER, .flags = CREATE,
	  .other = NLM_F_CREATE | NLM_F_REPLACE, .in = flower_fields, .weight = 32 },
	{ .name = "tc filter del", .type = RTM_DELTFILTER, .in = no_fields, .weight = 24 },
	{ .name = "tc filter dump", .type = RTM_GETTFILTER, .flags = NLM_F_DUMP,
	  .in = no_fields, .weight = 8 },
};

const size_t commands_n = ARRAY_SIZE(commands);
