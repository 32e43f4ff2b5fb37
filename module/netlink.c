// SPDX-License-Identifier: GPL-2.0
/* What the handlers of the family's commands share. */
#include "genl.h"
#include "net.h"
#include "netlink.h"
#include "session.h"
#include "source.h"
#include "stats.h"

#include <linux/ctype.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

/**
 * tmirror_nl_net - the namespace that a command is for
 * @info: the command
 *
 * Return: it, with its configuration lock held until the handler returns.
 */
struct tmirror_net *tmirror_nl_net(const struct genl_info *info)
{
	return info->user_ptr[0];
}

/**
 * tmirror_nl_pre_doit - take the configuration lock for a handler
 * @ops: unused
 * @skb: unused
 * @info: the command
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int tmirror_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_net(genl_info_net(info));

	mutex_lock(&tn->lock);
	info->user_ptr[0] = tn;
	return 0;
}

/**
 * tmirror_nl_post_doit - undo tmirror_nl_pre_doit()
 * @ops: unused
 * @skb: unused
 * @info: the command
 */
void tmirror_nl_post_doit(const struct genl_split_ops *ops,
			  struct sk_buff *skb, struct genl_info *info)
{
	mutex_unlock(&tmirror_nl_net(info)->lock);
}

/**
 * tmirror_nl_error - say what is wrong with an attribute
 * @info: the command
 * @attr: the attribute's number
 * @err: error of a function that takes the attribute's value
 *
 * Return: @err.
 */
int tmirror_nl_error(struct genl_info *info, int attr, int err)
{
	struct nlattr *at = info->attrs[attr];

	switch (err) {
	case -EEXIST:
		NL_SET_ERR_MSG_ATTR(info->extack, at, "exists already");
		break;
	case -ENOENT:
		NL_SET_ERR_MSG_ATTR(info->extack, at, "there is none of this name");
		break;
	case -EBUSY:
		NL_SET_ERR_MSG_ATTR(info->extack, at, "is in use");
		break;
	case -ENODEV:
		NL_SET_ERR_MSG_ATTR(info->extack, at, "there is no such device");
		break;
	case -ENOSPC:
		NL_SET_ERR_MSG_ATTR(info->extack, at, "the limit is reached");
		break;
	}
	return err;
}

/**
 * tmirror_nl_find - find the object that an attribute names
 * @info: the command
 * @attr: the attribute's number
 * @table: where to look
 *
 * Return: the object, or as a pointer -EINVAL without the attribute, -ENOENT.
 */
struct tmirror_object *tmirror_nl_find(struct genl_info *info, int attr,
				       const struct tmirror_table *table)
{
	struct tmirror_object *object;

	if (GENL_REQ_ATTR_CHECK(info, attr))
		return ERR_PTR(-EINVAL);
	object = tmirror_table_lookup(table, nla_data(info->attrs[attr]));
	if (!object)
		return ERR_PTR(tmirror_nl_error(info, attr, -ENOENT));
	return object;
}

/**
 * tmirror_nl_name - take the name of a new object
 * @info: the command
 * @attr: the attribute's number
 * @name: receives the name, which lasts as long as the command
 *
 * Return: 0, or -EINVAL without the attribute or for a bad name.
 */
int tmirror_nl_name(struct genl_info *info, int attr, const char **name)
{
	const char *c;

	if (GENL_REQ_ATTR_CHECK(info, attr))
		return -EINVAL;
	*name = nla_data(info->attrs[attr]);
	for (c = *name; *c; c++)
		if (!isascii(*c) ||
		    (!isalnum(*c) && (c == *name || !strchr("._-", *c))))
			break;
	if (c == *name || *c) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "a name is letters, digits, '.', '_' and '-', a letter or digit first");
		return -EINVAL;
	}
	return 0;
}

/**
 * tmirror_nl_string - take a string to keep
 * @attr: the attribute
 * @string: receives a string for kfree(), or NULL for an empty one
 *
 * Return: 0 or -ENOMEM.
 */
int tmirror_nl_string(const struct nlattr *attr, char **string)
{
	*string = NULL;
	if (!*(const char *)nla_data(attr))
		return 0;
	*string = nla_strdup(attr, GFP_KERNEL_ACCOUNT);
	return *string ? 0 : -ENOMEM;
}

/**
 * tmirror_nl_validate_addr - check an address for a policy
 * @attr: the attribute
 * @extack: receives what is wrong with it
 *
 * Return: 0 or -EINVAL.
 */
int tmirror_nl_validate_addr(const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address is 4 or 16 bytes");
		return -EINVAL;
	}
	if (len == sizeof(struct in6_addr) &&
	    ipv6_addr_v4mapped(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an IPv4 address is given as such");
		return -EINVAL;
	}
	return 0;
}

/**
 * tmirror_nl_get_addr - take an address
 * @attr: an attribute that passed tmirror_nl_validate_addr()
 * @addr: receives it; IPv4's as ::ffff:a.b.c.d
 */
void tmirror_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr)
{
	if (nla_len(attr) == sizeof(*addr))
		nla_memcpy(addr, attr, sizeof(*addr));
	else
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), addr);
}

/**
 * tmirror_nl_put_addr - put an address
 * @skb: the message
 * @attr: the attribute's number
 * @addr: the address; IPv4's as ::ffff:a.b.c.d
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_put_addr(struct sk_buff *skb, int attr,
			const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr))
		return nla_put_in_addr(skb, attr, addr->s6_addr32[3]);
	return nla_put_in6_addr(skb, attr, addr);
}

static int put_dropped(struct sk_buff *skb, const struct tmirror_tally *tally)
{
	struct nlattr *nest = nla_nest_start(skb, TMIRROR_A_STATS_DROPPED);
	unsigned int i;

	BUILD_BUG_ON((int)TMIRROR_DROP_MAX != (int)TMIRROR_A_DROP_MAX);

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < TMIRROR_DROP_MAX; i++)
		if (nla_put_uint(skb, i + 1, tally->dropped[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tmirror_nl_put_stats - put the counters of an object
 * @skb: the message
 * @attr: the attribute's number
 * @session: those of a session, not of a target
 * @stats: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_put_stats(struct sk_buff *skb, int attr, bool session,
			 const struct tmirror_stats __percpu *stats)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	struct tmirror_tally tally;

	if (!nest)
		return -EMSGSIZE;
	tmirror_stats_read(stats, &tally);
	if (session &&
	    (nla_put_uint(skb, TMIRROR_A_STATS_MATCHED_PACKETS,
			  tmirror_tally_matched(&tally)) ||
	     nla_put_uint(skb, TMIRROR_A_STATS_MATCHED_BYTES,
			  tally.matched_bytes) ||
	     put_dropped(skb, &tally)))
		return -EMSGSIZE;
	if (nla_put_uint(skb, TMIRROR_A_STATS_MIRRORED_PACKETS,
			 tally.mirrored_packets) ||
	    nla_put_uint(skb, TMIRROR_A_STATS_MIRRORED_BYTES,
			 tally.mirrored_bytes) ||
	    nla_put_uint(skb, TMIRROR_A_STATS_TRUNCATED, tally.truncated))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static struct sk_buff *message(const struct tmirror_net *tn, u8 cmd,
			       u32 portid, u32 seq, tmirror_fill_t fill,
			       const void *object, bool stats)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return NULL;
	header = genlmsg_put(skb, portid, seq, &tmirror_genl_family, 0, cmd);
	if (!header || (fill && fill(skb, tn, object, stats))) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, header);
	return skb;
}

/**
 * tmirror_nl_reply - answer a command with an object
 * @info: the command
 * @fill: how to put the object
 * @object: the object
 *
 * Return: 0 or -ENOMEM.
 */
int tmirror_nl_reply(struct genl_info *info, tmirror_fill_t fill,
		     const void *object)
{
	struct sk_buff *skb;

	skb = message(tmirror_nl_net(info), info->genlhdr->cmd,
		      info->snd_portid, info->snd_seq, fill, object, true);
	return skb ? genlmsg_reply(skb, info) : -ENOMEM;
}

/**
 * tmirror_nl_notify - tell the group "config" of a change that is made
 * @info: the command that made it
 * @fill: how to put the object; NULL for nothing
 * @object: the object
 *
 * A listener that cannot be told is told so, by ENOBUFS.
 */
void tmirror_nl_notify(struct genl_info *info, tmirror_fill_t fill,
		       const void *object)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct sk_buff *skb;

	tn->changes++;
	skb = message(tn, info->genlhdr->cmd, info->snd_portid, info->snd_seq,
		      fill, object, false);
	if (skb)
		genl_notify(&tmirror_genl_family, skb, info, 0, GFP_KERNEL);
	else
		genl_set_err(&tmirror_genl_family, tn->net, 0, 0, -ENOBUFS);
}

static int fill_key(struct sk_buff *skb, const struct tmirror_net *tn,
		    const void *object, bool stats)
{
	return nla_put_string(skb, TMIRROR_NL_KEY, object);
}

/**
 * tmirror_nl_notify_key - tell of a change by the name of its object alone
 * @info: the command that made it, and named the object
 */
void tmirror_nl_notify_key(struct genl_info *info)
{
	tmirror_nl_notify(info, fill_key,
			  nla_data(info->attrs[TMIRROR_NL_KEY]));
}

/* Tell of a change that no command made. */
static void announce(struct tmirror_net *tn, u8 cmd, tmirror_fill_t fill,
		     const void *object)
{
	struct sk_buff *skb;

	tn->changes++;
	/* Devices may outlast the family when the module goes. */
	if (!tmirror_genl_is_registered() ||
	    !genl_has_listeners(&tmirror_genl_family, tn->net, 0))
		return;
	skb = message(tn, cmd, 0, 0, fill, object, false);
	if (skb)
		genlmsg_multicast_netns(&tmirror_genl_family, tn->net, skb, 0,
					0, GFP_KERNEL);
	else
		genl_set_err(&tmirror_genl_family, tn->net, 0, 0, -ENOBUFS);
}

/**
 * tmirror_nl_source_changed - tell of a source's new name or end
 * @tn: the namespace
 * @source: the source
 *
 * Context: process, may sleep, @tn->lock held.
 */
void tmirror_nl_source_changed(struct tmirror_net *tn,
			       const struct tmirror_source *source)
{
	const struct tmirror_order *order =
		rcu_dereference_protected(source->order,
					  lockdep_is_held(&tn->lock));
	unsigned int i;

	for (i = 0; i < order->count; i++)
		announce(tn, TMIRROR_CMD_SESSION_SET, tmirror_nl_session_fill,
			 order->terms[i]->session);
}

/**
 * tmirror_nl_target_changed - tell of the new name or end of a target's device
 * @tn: the namespace
 * @target: the target
 *
 * Context: process, may sleep, @tn->lock held.
 */
void tmirror_nl_target_changed(struct tmirror_net *tn,
			       const struct tmirror_target *target)
{
	announce(tn, TMIRROR_CMD_TARGET_SET, tmirror_nl_target_fill, target);
}

/**
 * tmirror_nl_dump_start - begin a dump of a table
 * @cb: the dump
 *
 * Return: 0, or -EINVAL if it names an object: all are dumped.
 */
int tmirror_nl_dump_start(struct netlink_callback *cb)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[TMIRROR_NL_KEY];

	if (!attr)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, attr, "a dump is of all of them");
	return -EINVAL;
}

/**
 * tmirror_nl_dump - dump a table
 * @skb: the message
 * @cb: the dump; its first argument is the id to go on at
 * @cmd: command of the messages
 * @table: the objects
 * @fill: how to put one
 *
 * Objects come by age, so that one which was there throughout is never missed,
 * nor put twice. Takes the configuration lock.
 *
 * Return: as of a dump.
 */
int tmirror_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct tmirror_table *table, tmirror_fill_t fill)
{
	struct tmirror_net *tn = tmirror_net(sock_net(skb->sk));
	struct tmirror_object *object;
	unsigned long id = cb->args[0];
	int err = 0;

	mutex_lock(&tn->lock);
	cb->seq = tn->changes + 1;
	while ((object = tmirror_table_next(table, id))) {
		void *header;

		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &tmirror_genl_family,
				     NLM_F_MULTI, cmd);
		err = header ? fill(skb, tn, object, true) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genl_dump_check_consistent(cb, header);
		genlmsg_end(skb, header);
		id = (unsigned long)object->id + 1;
	}
	cb->args[0] = id;
	mutex_unlock(&tn->lock);
	return err && !skb->len ? err : skb->len;
}
