// SPDX-License-Identifier: GPL-2.0
/* Handlers of the commands about a namespace as a whole. */
#include "net.h"
#include "netlink.h"
#include "stats.h"

#include <linux/capability.h>
#include <linux/minmax.h>
#include <linux/netlink.h>
#include <net/genetlink.h>

static int fill(struct sk_buff *skb, const struct tmirror_net *tn,
		const void *object, bool stats)
{
	if (nla_put_u32(skb, TMIRROR_A_LIMITS_MEMORY, tn->owners.limit) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_SESSIONS, tn->sessions.limit) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_TARGETS, tn->targets.limit) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_FILTERS, tn->filters.limit) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_RULES, tn->max_rules))
		return -EMSGSIZE;
	if (!stats)
		return 0;
	if (nla_put_u32(skb, TMIRROR_A_LIMITS_USED_MEMORY,
			tmirror_owners_used(&tn->owners)) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_USED_SESSIONS,
			tn->sessions.count) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_USED_TARGETS,
			tn->targets.count) ||
	    nla_put_u32(skb, TMIRROR_A_LIMITS_USED_FILTERS,
			tn->filters.count))
		return -EMSGSIZE;
	return nla_put_uint(skb, TMIRROR_A_LIMITS_LOOP,
			    tmirror_counter_read(tn->loops));
}

/**
 * tmirror_nl_limits_get - handle LIMITS_GET
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_limits_get(struct sk_buff *skb, struct genl_info *info)
{
	return tmirror_nl_reply(info, fill, NULL);
}

static void set_limit(struct nlattr *attr, u32 *limit)
{
	if (attr)
		*limit = nla_get_u32(attr);
}

/*
 * No control group is charged for copies: they are made for whoever sends the
 * packet. More of them at once than by default is as a larger buffer of a
 * socket is, for whom the machine belongs to.
 */
static bool may_have_memory(struct sk_buff *skb, const struct tmirror_net *tn,
			    u32 memory)
{
	return memory <= max_t(u32, tn->owners.limit, TMIRROR_MEMORY_DEFAULT) ||
	       netlink_capable(skb, CAP_NET_ADMIN);
}

/**
 * tmirror_nl_limits_set - handle LIMITS_SET
 * @skb: the message
 * @info: the command
 *
 * Return: 0, or -EPERM.
 */
int tmirror_nl_limits_set(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct nlattr **attrs = info->attrs;
	u32 memory = tn->owners.limit;

	set_limit(attrs[TMIRROR_A_LIMITS_MEMORY], &memory);
	if (!may_have_memory(skb, tn, memory)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TMIRROR_A_LIMITS_MEMORY],
				    "more than 8388608 is for the machine's administrator");
		return -EPERM;
	}
	tmirror_owners_set_limit(&tn->owners, memory);
	set_limit(attrs[TMIRROR_A_LIMITS_SESSIONS], &tn->sessions.limit);
	set_limit(attrs[TMIRROR_A_LIMITS_TARGETS], &tn->targets.limit);
	set_limit(attrs[TMIRROR_A_LIMITS_FILTERS], &tn->filters.limit);
	set_limit(attrs[TMIRROR_A_LIMITS_RULES], &tn->max_rules);
	tmirror_nl_notify(info, fill, NULL);
	return 0;
}

/**
 * tmirror_nl_flush - handle FLUSH
 * @skb: unused
 * @info: the command
 *
 * Return: 0, or -EBUSY if a tc action names a session.
 */
int tmirror_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	int err = tmirror_net_flush(tmirror_nl_net(info));

	if (err) {
		NL_SET_ERR_MSG(info->extack, "a tc action names a session");
		return err;
	}
	tmirror_nl_notify(info, NULL, NULL);
	return 0;
}
