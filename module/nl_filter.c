// SPDX-License-Identifier: GPL-2.0
/* Handlers of the commands about filters; nl_rule.c has their rules. */
#include "filter.h"
#include "net.h"
#include "netlink.h"

#include <net/genetlink.h>

static int fill(struct sk_buff *skb, const struct tmirror_net *tn,
		const void *object, bool stats)
{
	const struct tmirror_filter *filter = object;

	if (nla_put_string(skb, TMIRROR_A_FILTER_NAME, filter->object.name))
		return -EMSGSIZE;
	if (!filter->description)
		return 0;
	return nla_put_string(skb, TMIRROR_A_FILTER_DESCRIPTION,
			      filter->description);
}

static struct tmirror_filter *find(struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);

	return (struct tmirror_filter *)
		tmirror_nl_find(info, TMIRROR_A_FILTER_NAME, &tn->filters);
}

/**
 * tmirror_nl_filter_new - handle FILTER_NEW
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_filter_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[TMIRROR_A_FILTER_DESCRIPTION];
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_filter *filter;
	char *description = NULL;
	const char *name;
	int err;

	err = tmirror_nl_name(info, TMIRROR_A_FILTER_NAME, &name);
	if (!err && attr)
		err = tmirror_nl_string(attr, &description);
	if (err)
		return err;
	filter = tmirror_filter_create(&tn->filters, name);
	if (IS_ERR(filter)) {
		kfree(description);
		return tmirror_nl_error(info, TMIRROR_A_FILTER_NAME,
					PTR_ERR(filter));
	}
	filter->description = description;
	tmirror_nl_notify(info, fill, filter);
	return 0;
}

/**
 * tmirror_nl_filter_set - handle FILTER_SET
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_filter_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[TMIRROR_A_FILTER_DESCRIPTION];
	struct tmirror_filter *filter = find(info);
	char *description;
	int err;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	if (attr) {
		err = tmirror_nl_string(attr, &description);
		if (err)
			return err;
		swap(filter->description, description);
		kfree(description);
	}
	tmirror_nl_notify(info, fill, filter);
	return 0;
}

/**
 * tmirror_nl_filter_del - handle FILTER_DEL
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_filter_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_filter *filter = find(info);
	int err;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	err = tmirror_filter_delete(&tmirror_nl_net(info)->filters, filter);
	if (err)
		return tmirror_nl_error(info, TMIRROR_A_FILTER_NAME, err);
	tmirror_nl_notify_key(info);
	return 0;
}

/**
 * tmirror_nl_filter_get - handle FILTER_GET of one
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_filter_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_filter *filter = find(info);

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	return tmirror_nl_reply(info, fill, filter);
}

/**
 * tmirror_nl_filter_dump - handle FILTER_GET of all
 * @skb: the message
 * @cb: the dump
 *
 * Return: as of a dump.
 */
int tmirror_nl_filter_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return tmirror_nl_dump(skb, cb, TMIRROR_CMD_FILTER_GET,
			       &tmirror_net(sock_net(skb->sk))->filters, fill);
}
