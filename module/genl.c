// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: policies and commands, no logic. */
#include "genl.h"
#include "netlink.h"

#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/tmirror.h>
#include <net/genetlink.h>

#define POLICY_NAME	{ .type = NLA_NUL_STRING, .len = TMIRROR_NAME_MAX }
#define POLICY_DESCRIPTION \
	{ .type = NLA_NUL_STRING, .len = TMIRROR_DESCRIPTION_MAX }
#define POLICY_ADDR \
	NLA_POLICY_VALIDATE_FN(NLA_BINARY, tmirror_nl_validate_addr)
#define POLICY_BOOL	NLA_POLICY_MAX(NLA_U8, 1)
#define POLICY_NUMBER	NLA_POLICY_RANGE(NLA_U16, 1, TMIRROR_NUMBER_MAX)
#define POLICY_IFINDEX	NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range)

/* Not const, as 6.1 has a policy point to one that is not. */
static struct netlink_range_validation ifindex_range = {
	.min = 1, .max = S32_MAX,
};

static struct netlink_range_validation mark_range = {
	.min = 1, .max = U32_MAX,
};

static struct netlink_range_validation vni_range = {
	.max = TMIRROR_VNI_MAX,
};

static struct netlink_range_validation length_range = {
	.min = 1, .max = TMIRROR_LENGTH_MAX,
};

static struct netlink_range_validation payload_range = {
	.max = TMIRROR_LENGTH_MAX,
};

static struct netlink_range_validation memory_range = {
	.min = 4096, .max = 1 << 30,
};

static const struct nla_policy key_policy[] = {
	[TMIRROR_NL_KEY] = POLICY_NAME,
};

static const struct nla_policy member_policy[] = {
	[TMIRROR_A_MEMBER_REMOTE] = POLICY_ADDR,
	[TMIRROR_A_MEMBER_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TMIRROR_A_MEMBER_WEIGHT] =
		NLA_POLICY_RANGE(NLA_U16, 1, TMIRROR_WEIGHT_MAX),
};

static const struct nla_policy target_policy[] = {
	[TMIRROR_A_TARGET_NAME] = POLICY_NAME,
	[TMIRROR_A_TARGET_MEMBER] = NLA_POLICY_NESTED(member_policy),
	[TMIRROR_A_TARGET_LOCAL] = POLICY_ADDR,
	[TMIRROR_A_TARGET_IFINDEX] = POLICY_IFINDEX,
	[TMIRROR_A_TARGET_MARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &mark_range),
	[TMIRROR_A_TARGET_TTL] = NLA_POLICY_MIN(NLA_U8, 1),
	[TMIRROR_A_TARGET_TOS] = { .type = NLA_U8 },
	[TMIRROR_A_TARGET_DF] = POLICY_BOOL,
	[TMIRROR_A_TARGET_CSUM] = POLICY_BOOL,
	[TMIRROR_A_TARGET_UNSET] =
		NLA_POLICY_MASK(NLA_U32, TMIRROR_TARGET_FIELDS),
};

static const struct nla_policy rule_policy[TMIRROR_A_RULE_MAX + 1] = {
	[TMIRROR_A_RULE_FILTER] = POLICY_NAME,
	[TMIRROR_A_RULE_DIRECTION] = NLA_POLICY_MAX(NLA_U8, TMIRROR_EGRESS),
	[TMIRROR_A_RULE_NUMBER] = POLICY_NUMBER,
	[TMIRROR_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U8, TMIRROR_ACCEPT),
	[TMIRROR_A_RULE_PROTO] = { .type = NLA_U8 },
	[TMIRROR_A_RULE_SRC] = POLICY_ADDR,
	[TMIRROR_A_RULE_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[TMIRROR_A_RULE_DST] = POLICY_ADDR,
	[TMIRROR_A_RULE_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[TMIRROR_A_RULE_SPORT_MIN] = { .type = NLA_U16 },
	[TMIRROR_A_RULE_SPORT_MAX] = { .type = NLA_U16 },
	[TMIRROR_A_RULE_DPORT_MIN] = { .type = NLA_U16 },
	[TMIRROR_A_RULE_DPORT_MAX] = { .type = NLA_U16 },
};

static const struct nla_policy rule_key_policy[] = {
	[TMIRROR_A_RULE_FILTER] = POLICY_NAME,
	[TMIRROR_A_RULE_DIRECTION] = NLA_POLICY_MAX(NLA_U8, TMIRROR_EGRESS),
	[TMIRROR_A_RULE_NUMBER] = POLICY_NUMBER,
};

static const struct nla_policy filter_policy[] = {
	[TMIRROR_A_FILTER_NAME] = POLICY_NAME,
	[TMIRROR_A_FILTER_DESCRIPTION] = POLICY_DESCRIPTION,
};

static const struct nla_policy load_policy[] = {
	[TMIRROR_A_FILTER_NAME] = POLICY_NAME,
	[TMIRROR_A_FILTER_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy session_policy[] = {
	[TMIRROR_A_SESSION_NAME] = POLICY_NAME,
	[TMIRROR_A_SESSION_NUMBER] = POLICY_NUMBER,
	[TMIRROR_A_SESSION_IFINDEX] = POLICY_IFINDEX,
	[TMIRROR_A_SESSION_TARGET] = POLICY_NAME,
	[TMIRROR_A_SESSION_FILTER] = POLICY_NAME,
	[TMIRROR_A_SESSION_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vni_range),
	[TMIRROR_A_SESSION_VNI_EGRESS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &vni_range),
	[TMIRROR_A_SESSION_LENGTH] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &length_range),
	[TMIRROR_A_SESSION_PAYLOAD] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &payload_range),
	[TMIRROR_A_SESSION_REPAIR] = POLICY_BOOL,
	[TMIRROR_A_SESSION_CONTINUE] = POLICY_BOOL,
	[TMIRROR_A_SESSION_ENABLED] = POLICY_BOOL,
	[TMIRROR_A_SESSION_DESCRIPTION] = POLICY_DESCRIPTION,
	[TMIRROR_A_SESSION_UNSET] =
		NLA_POLICY_MASK(NLA_U32, TMIRROR_SESSION_FIELDS),
};

static const struct nla_policy explain_policy[] = {
	[TMIRROR_A_EXPLAIN_IFINDEX] = POLICY_IFINDEX,
	[TMIRROR_A_EXPLAIN_DIRECTION] = NLA_POLICY_MAX(NLA_U8, TMIRROR_EGRESS),
	[TMIRROR_A_EXPLAIN_PROTO] = { .type = NLA_U8 },
	[TMIRROR_A_EXPLAIN_SRC] = POLICY_ADDR,
	[TMIRROR_A_EXPLAIN_DST] = POLICY_ADDR,
	[TMIRROR_A_EXPLAIN_SPORT] = { .type = NLA_U16 },
	[TMIRROR_A_EXPLAIN_DPORT] = { .type = NLA_U16 },
};

static const struct nla_policy limits_policy[] = {
	[TMIRROR_A_LIMITS_MEMORY] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &memory_range),
	[TMIRROR_A_LIMITS_SESSIONS] = { .type = NLA_U32 },
	[TMIRROR_A_LIMITS_TARGETS] = { .type = NLA_U32 },
	[TMIRROR_A_LIMITS_FILTERS] = { .type = NLA_U32 },
	[TMIRROR_A_LIMITS_RULES] = { .type = NLA_U32 },
};

#define CHANGE(_cmd, _policy, _doit) {		\
	.cmd = TMIRROR_CMD_##_cmd,		\
	.flags = GENL_UNS_ADMIN_PERM,		\
	.policy = _policy,			\
	.maxattr = ARRAY_SIZE(_policy) - 1,	\
	.doit = _doit,				\
}

/* A command without attributes: genetlink refuses whatever is there. */
#define PLAIN(_cmd, _doit) {			\
	.cmd = TMIRROR_CMD_##_cmd,		\
	.flags = GENL_UNS_ADMIN_PERM,		\
	.doit = _doit,				\
}

#define GET(_cmd, _doit, _dumpit) {		\
	.cmd = TMIRROR_CMD_##_cmd,		\
	.flags = GENL_UNS_ADMIN_PERM,		\
	.policy = key_policy,			\
	.maxattr = TMIRROR_NL_KEY,				\
	.doit = _doit,				\
	.start = tmirror_nl_dump_start,		\
	.dumpit = _dumpit,			\
}

static const struct genl_ops ops[] = {
	CHANGE(TARGET_NEW, target_policy, tmirror_nl_target_new),
	CHANGE(TARGET_SET, target_policy, tmirror_nl_target_set),
	CHANGE(TARGET_DEL, key_policy, tmirror_nl_target_del),
	GET(TARGET_GET, tmirror_nl_target_get, tmirror_nl_target_dump),
	CHANGE(FILTER_NEW, filter_policy, tmirror_nl_filter_new),
	CHANGE(FILTER_SET, filter_policy, tmirror_nl_filter_set),
	CHANGE(FILTER_DEL, key_policy, tmirror_nl_filter_del),
	GET(FILTER_GET, tmirror_nl_filter_get, tmirror_nl_filter_dump),
	CHANGE(FILTER_LOAD, load_policy, tmirror_nl_filter_load),
	CHANGE(RULE_NEW, rule_policy, tmirror_nl_rule_new),
	CHANGE(RULE_DEL, rule_key_policy, tmirror_nl_rule_del),
	{
		.cmd = TMIRROR_CMD_RULE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = key_policy,
		.maxattr = TMIRROR_NL_KEY,
		.start = tmirror_nl_rule_start,
		.dumpit = tmirror_nl_rule_dump,
	},
	CHANGE(SESSION_NEW, session_policy, tmirror_nl_session_new),
	CHANGE(SESSION_SET, session_policy, tmirror_nl_session_set),
	CHANGE(SESSION_DEL, key_policy, tmirror_nl_session_del),
	GET(SESSION_GET, tmirror_nl_session_get, tmirror_nl_session_dump),
	CHANGE(EXPLAIN, explain_policy, tmirror_nl_explain),
	PLAIN(LIMITS_GET, tmirror_nl_limits_get),
	CHANGE(LIMITS_SET, limits_policy, tmirror_nl_limits_set),
	PLAIN(FLUSH, tmirror_nl_flush),
};

static const struct genl_multicast_group groups[] = {
	{ .name = TMIRROR_MCGRP_CONFIG, GENL_MCAST_NEEDS_NET_ADMIN },
};

struct genl_family tmirror_genl_family __ro_after_init = {
	.name = TMIRROR_GENL_NAME,
	.version = TMIRROR_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	/* A handler holds its namespace's lock; others need not wait. */
	.parallel_ops = true,
	.pre_doit = tmirror_nl_pre_doit,
	.post_doit = tmirror_nl_post_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

MODULE_ALIAS_GENL_FAMILY(TMIRROR_GENL_NAME);

/* Guarded by RTNL. */
static bool registered;

/**
 * tmirror_genl_register - let users in
 *
 * Return: 0 or an error.
 */
int tmirror_genl_register(void)
{
	int err;

	BUILD_BUG_ON(TMIRROR_A_TARGET_NAME != TMIRROR_NL_KEY);
	BUILD_BUG_ON(TMIRROR_A_FILTER_NAME != TMIRROR_NL_KEY);
	BUILD_BUG_ON(TMIRROR_A_RULE_FILTER != TMIRROR_NL_KEY);
	BUILD_BUG_ON(TMIRROR_A_SESSION_NAME != TMIRROR_NL_KEY);

	err = genl_register_family(&tmirror_genl_family);
	rtnl_lock();
	registered = !err;
	rtnl_unlock();
	return err;
}

/**
 * tmirror_genl_unregister - undo tmirror_genl_register()
 */
void tmirror_genl_unregister(void)
{
	/* A device event may be about to tell of it: those have RTNL. */
	rtnl_lock();
	registered = false;
	rtnl_unlock();
	genl_unregister_family(&tmirror_genl_family);
}

/**
 * tmirror_genl_is_registered - are there users to notify
 *
 * Context: process, RTNL held; the answer is true for as long.
 * Return: false once the family is about to go.
 */
bool tmirror_genl_is_registered(void)
{
	ASSERT_RTNL();
	return registered;
}
