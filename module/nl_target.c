// SPDX-License-Identifier: GPL-2.0
/* Handlers of the commands about targets. */
#include "net.h"
#include "netlink.h"
#include "target.h"

#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

/**
 * tmirror_nl_put_member - put a target's member
 * @skb: the message
 * @attr: the attribute's number
 * @member: the member
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_put_member(struct sk_buff *skb, int attr,
			  const struct tmirror_member *member)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    tmirror_nl_put_addr(skb, TMIRROR_A_MEMBER_REMOTE,
				&member->remote.addr) ||
	    nla_put_u16(skb, TMIRROR_A_MEMBER_PORT,
			ntohs(member->remote.port)) ||
	    nla_put_u16(skb, TMIRROR_A_MEMBER_WEIGHT, member->weight) ||
	    nla_put_u8(skb, TMIRROR_A_MEMBER_STATE, member->state))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * tmirror_nl_target_fill - put a target
 * @skb: the message
 * @tn: the namespace
 * @object: the target
 * @stats: its counters, too
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_target_fill(struct sk_buff *skb, const struct tmirror_net *tn,
			   const void *object, bool stats)
{
	const struct tmirror_target *target = object;
	const struct tmirror_underlay *underlay =
		rcu_dereference_protected(target->underlay,
					  lockdep_is_held(&tn->lock));
	u32 fields = underlay->fields;

	if (nla_put_string(skb, TMIRROR_A_TARGET_NAME, target->object.name) ||
	    tmirror_nl_put_member(skb, TMIRROR_A_TARGET_MEMBER,
				  &underlay->member) ||
	    nla_put_u8(skb, TMIRROR_A_TARGET_TTL, underlay->ttl) ||
	    nla_put_u8(skb, TMIRROR_A_TARGET_TOS, underlay->tos) ||
	    nla_put_u8(skb, TMIRROR_A_TARGET_DF, underlay->df) ||
	    nla_put_u8(skb, TMIRROR_A_TARGET_CSUM, underlay->csum))
		return -EMSGSIZE;
	if ((fields & TMIRROR_TARGET_LOCAL) &&
	    tmirror_nl_put_addr(skb, TMIRROR_A_TARGET_LOCAL, &underlay->local))
		return -EMSGSIZE;
	if ((fields & TMIRROR_TARGET_DEV) &&
	    nla_put_string(skb, TMIRROR_A_TARGET_DEV, underlay->dev))
		return -EMSGSIZE;
	if (underlay->ifindex > 0 &&
	    nla_put_u32(skb, TMIRROR_A_TARGET_IFINDEX, underlay->ifindex))
		return -EMSGSIZE;
	if ((fields & TMIRROR_TARGET_MARK) &&
	    nla_put_u32(skb, TMIRROR_A_TARGET_MARK, underlay->mark))
		return -EMSGSIZE;
	if (!stats)
		return 0;
	return tmirror_nl_put_stats(skb, TMIRROR_A_TARGET_STATS, false,
				    target->stats);
}

static int parse_remote(const struct nlattr *attr,
			struct tmirror_member *member,
			struct netlink_ext_ack *extack)
{
	struct in6_addr *addr = &member->remote.addr;
	__be32 ipv4;

	tmirror_nl_get_addr(attr, addr);
	ipv4 = addr->s6_addr32[3];
	member->family = ipv6_addr_v4mapped(addr) ? AF_INET : AF_INET6;
	if (ipv6_addr_any(addr) ||
	    (member->family == AF_INET &&
	     (!ipv4 || ipv4_is_lbcast(ipv4)))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "copies go to a unicast or multicast address");
		return -EINVAL;
	}
	return 0;
}

/* What the member is not said to be it stays. */
static int parse_member(struct genl_info *info, struct tmirror_member *member)
{
	struct nlattr *nest = info->attrs[TMIRROR_A_TARGET_MEMBER];
	struct nlattr *attrs[TMIRROR_A_MEMBER_MAX + 1];
	int err;

	/* The family's policy has validated what is inside already. */
	err = nla_parse_nested(attrs, TMIRROR_A_MEMBER_MAX, nest, NULL,
			       info->extack);
	if (err)
		return err;
	if (!member->family &&
	    NL_REQ_ATTR_CHECK(info->extack, nest, attrs,
			      TMIRROR_A_MEMBER_REMOTE))
		return -EINVAL;
	if (attrs[TMIRROR_A_MEMBER_PORT])
		member->remote.port =
			htons(nla_get_u16(attrs[TMIRROR_A_MEMBER_PORT]));
	if (attrs[TMIRROR_A_MEMBER_WEIGHT])
		member->weight = nla_get_u16(attrs[TMIRROR_A_MEMBER_WEIGHT]);
	if (!attrs[TMIRROR_A_MEMBER_REMOTE])
		return 0;
	return parse_remote(attrs[TMIRROR_A_MEMBER_REMOTE], member,
			    info->extack);
}

/* Bits of the fields that the command sets, in the order of their enum. */
static u32 fields_set(const struct genl_info *info)
{
	static const u8 attr[] = {
		TMIRROR_A_TARGET_LOCAL, TMIRROR_A_TARGET_IFINDEX,
		TMIRROR_A_TARGET_MARK, TMIRROR_A_TARGET_TTL,
		TMIRROR_A_TARGET_TOS, TMIRROR_A_TARGET_DF,
		TMIRROR_A_TARGET_CSUM,
	};
	u32 fields = 0;
	unsigned int i;

	BUILD_BUG_ON(BIT(ARRAY_SIZE(attr)) - 1 != TMIRROR_TARGET_FIELDS);

	for (i = 0; i < ARRAY_SIZE(attr); i++)
		if (info->attrs[attr[i]])
			fields |= BIT(i);
	return fields;
}

static int parse_dev(struct genl_info *info, struct tmirror_underlay *underlay)
{
	struct nlattr *attr = info->attrs[TMIRROR_A_TARGET_IFINDEX];
	const struct net_device *dev;

	if (!attr)
		return 0;
	underlay->ifindex = nla_get_u32(attr);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(genl_info_net(info), underlay->ifindex);
	if (dev)
		strscpy(underlay->dev, dev->name, sizeof(underlay->dev));
	rcu_read_unlock();
	return dev ? 0 : tmirror_nl_error(info, TMIRROR_A_TARGET_IFINDEX,
					  -ENODEV);
}

/* Fields that are not set have their default; see the family's header. */
static void set_defaults(struct tmirror_underlay *underlay)
{
	u32 unset = ~underlay->fields;

	if (unset & TMIRROR_TARGET_LOCAL)
		memset(&underlay->local, 0, sizeof(underlay->local));
	if (unset & TMIRROR_TARGET_DEV)
		underlay->ifindex = 0;
	if (unset & TMIRROR_TARGET_MARK)
		underlay->mark = 0;
	if (unset & TMIRROR_TARGET_TTL)
		underlay->ttl = 255;
	if (unset & TMIRROR_TARGET_TOS)
		underlay->tos = 0;
	if (unset & TMIRROR_TARGET_DF)
		underlay->df = false;
	if (unset & TMIRROR_TARGET_CSUM)
		underlay->csum = underlay->member.family == AF_INET6;
}

static int parse(struct genl_info *info, struct tmirror_underlay *underlay)
{
	struct nlattr **attrs = info->attrs, *at;
	u32 set = fields_set(info), unset = 0;
	bool ipv4;
	int err;

	if (attrs[TMIRROR_A_TARGET_UNSET])
		unset = nla_get_u32(attrs[TMIRROR_A_TARGET_UNSET]);
	if (set & unset) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TMIRROR_A_TARGET_UNSET],
				    "a field is set and unset at once");
		return -EINVAL;
	}
	if (attrs[TMIRROR_A_TARGET_MEMBER]) {
		err = parse_member(info, &underlay->member);
		if (err)
			return err;
	}
	err = parse_dev(info, underlay);
	if (err)
		return err;
	if (attrs[TMIRROR_A_TARGET_LOCAL])
		tmirror_nl_get_addr(attrs[TMIRROR_A_TARGET_LOCAL],
				    &underlay->local);
	if (attrs[TMIRROR_A_TARGET_MARK])
		underlay->mark = nla_get_u32(attrs[TMIRROR_A_TARGET_MARK]);
	if (attrs[TMIRROR_A_TARGET_TTL])
		underlay->ttl = nla_get_u8(attrs[TMIRROR_A_TARGET_TTL]);
	if (attrs[TMIRROR_A_TARGET_TOS])
		underlay->tos = nla_get_u8(attrs[TMIRROR_A_TARGET_TOS]);
	if (attrs[TMIRROR_A_TARGET_DF])
		underlay->df = nla_get_u8(attrs[TMIRROR_A_TARGET_DF]);
	if (attrs[TMIRROR_A_TARGET_CSUM])
		underlay->csum = nla_get_u8(attrs[TMIRROR_A_TARGET_CSUM]);
	underlay->fields = (underlay->fields | set) & ~unset;
	set_defaults(underlay);

	/* Either may be the one that does not fit. */
	at = attrs[TMIRROR_A_TARGET_LOCAL] ?: attrs[TMIRROR_A_TARGET_MEMBER];
	ipv4 = underlay->member.family == AF_INET;
	if ((underlay->fields & TMIRROR_TARGET_LOCAL) &&
	    ipv6_addr_v4mapped(&underlay->local) != ipv4) {
		NL_SET_ERR_MSG_ATTR(info->extack, at,
				    "local and remote address are of different families");
		return -EINVAL;
	}
	return 0;
}

/**
 * tmirror_nl_target_new - handle TARGET_NEW
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_target_new(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_underlay *underlay;
	struct tmirror_target *target;
	const char *name;
	int err;

	err = tmirror_nl_name(info, TMIRROR_A_TARGET_NAME, &name);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, TMIRROR_A_TARGET_MEMBER))
		return -EINVAL;
	underlay = tmirror_underlay_alloc(NULL);
	if (!underlay)
		return -ENOMEM;
	underlay->member.remote.port = htons(TMIRROR_PORT_DEFAULT);
	underlay->member.weight = 1;
	underlay->member.state = TMIRROR_UP;
	err = parse(info, underlay);
	if (err)
		goto err_underlay;
	target = tmirror_target_create(tn, name, underlay);
	if (IS_ERR(target)) {
		err = tmirror_nl_error(info, TMIRROR_A_TARGET_NAME,
				       PTR_ERR(target));
		goto err_underlay;
	}
	tmirror_nl_notify(info, tmirror_nl_target_fill, target);
	return 0;

err_underlay:
	tmirror_underlay_free(underlay);
	return err;
}

static struct tmirror_target *find(struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);

	return (struct tmirror_target *)
		tmirror_nl_find(info, TMIRROR_A_TARGET_NAME, &tn->targets);
}

/**
 * tmirror_nl_target_set - handle TARGET_SET
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_target_set(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_target *target = find(info);
	struct tmirror_underlay *underlay;
	int err;

	if (IS_ERR(target))
		return PTR_ERR(target);
	underlay = rcu_dereference_protected(target->underlay,
					     lockdep_is_held(&tn->lock));
	underlay = tmirror_underlay_alloc(underlay);
	if (!underlay)
		return -ENOMEM;
	err = parse(info, underlay);
	if (!err)
		err = tmirror_target_set(tn, target, underlay);
	if (err) {
		tmirror_underlay_free(underlay);
		return err;
	}
	tmirror_nl_notify(info, tmirror_nl_target_fill, target);
	return 0;
}

/**
 * tmirror_nl_target_del - handle TARGET_DEL
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_target_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_target *target = find(info);
	int err;

	if (IS_ERR(target))
		return PTR_ERR(target);
	err = tmirror_target_delete(tmirror_nl_net(info), target);
	if (err)
		return tmirror_nl_error(info, TMIRROR_A_TARGET_NAME, err);
	tmirror_nl_notify_key(info);
	return 0;
}

/**
 * tmirror_nl_target_get - handle TARGET_GET of one
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_target_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_target *target = find(info);

	if (IS_ERR(target))
		return PTR_ERR(target);
	return tmirror_nl_reply(info, tmirror_nl_target_fill, target);
}

/**
 * tmirror_nl_target_dump - handle TARGET_GET of all
 * @skb: the message
 * @cb: the dump
 *
 * Return: as of a dump.
 */
int tmirror_nl_target_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return tmirror_nl_dump(skb, cb, TMIRROR_CMD_TARGET_GET,
			       &tmirror_net(sock_net(skb->sk))->targets,
			       tmirror_nl_target_fill);
}
