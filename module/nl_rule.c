// SPDX-License-Identifier: GPL-2.0
/* Handlers of the commands about rules. */
#include "filter.h"
#include "flow.h"
#include "genl.h"
#include "net.h"
#include "netlink.h"
#include "stats.h"

#include <net/genetlink.h>
#include <net/ipv6.h>

/* Prefix lengths are kept as of the mapped form of an IPv4 address. */
#define MAPPED_BITS	96

static int put_prefix(struct sk_buff *skb, int attr, int attr_len,
		      const struct in6_addr *addr, u8 len)
{
	if (ipv6_addr_v4mapped(addr))
		len -= MAPPED_BITS;
	if (tmirror_nl_put_addr(skb, attr, addr))
		return -EMSGSIZE;
	return nla_put_u8(skb, attr_len, len);
}

static int put_match(struct sk_buff *skb, const struct tmirror_match *match)
{
	if (nla_put_u8(skb, TMIRROR_A_RULE_ACTION, match->action))
		return -EMSGSIZE;
	if (match->has_proto &&
	    nla_put_u8(skb, TMIRROR_A_RULE_PROTO, match->proto))
		return -EMSGSIZE;
	if (match->has_src &&
	    put_prefix(skb, TMIRROR_A_RULE_SRC, TMIRROR_A_RULE_SRC_LEN,
		       &match->src, match->src_len))
		return -EMSGSIZE;
	if (match->has_dst &&
	    put_prefix(skb, TMIRROR_A_RULE_DST, TMIRROR_A_RULE_DST_LEN,
		       &match->dst, match->dst_len))
		return -EMSGSIZE;
	if (match->has_sport &&
	    (nla_put_u16(skb, TMIRROR_A_RULE_SPORT_MIN, match->sport_min) ||
	     nla_put_u16(skb, TMIRROR_A_RULE_SPORT_MAX, match->sport_max)))
		return -EMSGSIZE;
	if (match->has_dport &&
	    (nla_put_u16(skb, TMIRROR_A_RULE_DPORT_MIN, match->dport_min) ||
	     nla_put_u16(skb, TMIRROR_A_RULE_DPORT_MAX, match->dport_max)))
		return -EMSGSIZE;
	return 0;
}

/* A rule by its key, and what it says, where it is said. */
struct named_rule {
	const char *filter;
	const struct tmirror_match *match;
	const struct tmirror_rule *rule;
	bool key_only;
};

static int fill(struct sk_buff *skb, const struct tmirror_net *tn,
		const void *object, bool stats)
{
	const struct named_rule *named = object;
	const struct tmirror_match *match = named->match;

	if (nla_put_string(skb, TMIRROR_A_RULE_FILTER, named->filter) ||
	    nla_put_u8(skb, TMIRROR_A_RULE_DIRECTION, match->direction) ||
	    nla_put_u16(skb, TMIRROR_A_RULE_NUMBER, match->number))
		return -EMSGSIZE;
	if (named->key_only)
		return 0;
	if (put_match(skb, match))
		return -EMSGSIZE;
	if (!stats)
		return 0;
	return nla_put_uint(skb, TMIRROR_A_RULE_HITS,
			    tmirror_counter_read(named->rule->hits));
}

static int parse_prefix(struct nlattr **attrs, int attr, int attr_len,
			struct tmirror_match *match, struct in6_addr *addr,
			u8 *len, struct netlink_ext_ack *extack)
{
	struct in6_addr network;
	bool ipv4;

	if (!attrs[attr] != !attrs[attr_len]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr] ?: attrs[attr_len],
				    "an address and a prefix length go together");
		return -EINVAL;
	}
	tmirror_nl_get_addr(attrs[attr], addr);
	ipv4 = ipv6_addr_v4mapped(addr);
	*len = nla_get_u8(attrs[attr_len]);
	if (ipv4 && *len > 32) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr_len],
				    "an IPv4 prefix has up to 32 bits");
		return -ERANGE;
	}
	if (ipv4)
		*len += MAPPED_BITS;
	ipv6_addr_prefix(&network, addr, *len);
	if (!ipv6_addr_equal(&network, addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr],
				    "host bits are set behind the prefix");
		return -EINVAL;
	}
	if (match->family && match->family != (ipv4 ? AF_INET : AF_INET6)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr],
				    "source and destination are of different families");
		return -EINVAL;
	}
	match->family = ipv4 ? AF_INET : AF_INET6;
	return 0;
}

static int parse_range(struct nlattr **attrs, int attr_min, int attr_max,
		       u16 *min, u16 *max, struct netlink_ext_ack *extack)
{
	if (!attrs[attr_min] != !attrs[attr_max]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr_min] ?: attrs[attr_max],
				    "a port range has two ends");
		return -EINVAL;
	}
	*min = nla_get_u16(attrs[attr_min]);
	*max = nla_get_u16(attrs[attr_max]);
	if (*min > *max) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[attr_min],
				    "a port range begins above its end");
		return -EINVAL;
	}
	return 0;
}

static int parse_key(struct nlattr **attrs, struct nlattr *nest,
		     struct tmirror_match *match,
		     struct netlink_ext_ack *extack)
{
	if (NL_REQ_ATTR_CHECK(extack, nest, attrs, TMIRROR_A_RULE_DIRECTION) ||
	    NL_REQ_ATTR_CHECK(extack, nest, attrs, TMIRROR_A_RULE_NUMBER))
		return -EINVAL;
	match->direction = nla_get_u8(attrs[TMIRROR_A_RULE_DIRECTION]);
	match->number = nla_get_u16(attrs[TMIRROR_A_RULE_NUMBER]);
	return 0;
}

/* @match is zero. @nest: where the attributes are, or NULL: in the message. */
static int parse(struct nlattr **attrs, struct nlattr *nest,
		 struct tmirror_match *match, struct netlink_ext_ack *extack)
{
	int err;

	err = parse_key(attrs, nest, match, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, nest, attrs, TMIRROR_A_RULE_ACTION))
		return -EINVAL;
	match->action = nla_get_u8(attrs[TMIRROR_A_RULE_ACTION]);
	match->has_proto = attrs[TMIRROR_A_RULE_PROTO];
	if (match->has_proto)
		match->proto = nla_get_u8(attrs[TMIRROR_A_RULE_PROTO]);

	match->has_src = attrs[TMIRROR_A_RULE_SRC] ||
			 attrs[TMIRROR_A_RULE_SRC_LEN];
	if (match->has_src)
		err = parse_prefix(attrs, TMIRROR_A_RULE_SRC,
				   TMIRROR_A_RULE_SRC_LEN, match, &match->src,
				   &match->src_len, extack);
	if (err)
		return err;
	match->has_dst = attrs[TMIRROR_A_RULE_DST] ||
			 attrs[TMIRROR_A_RULE_DST_LEN];
	if (match->has_dst)
		err = parse_prefix(attrs, TMIRROR_A_RULE_DST,
				   TMIRROR_A_RULE_DST_LEN, match, &match->dst,
				   &match->dst_len, extack);
	if (err)
		return err;

	match->has_sport = attrs[TMIRROR_A_RULE_SPORT_MIN] ||
			   attrs[TMIRROR_A_RULE_SPORT_MAX];
	if (match->has_sport)
		err = parse_range(attrs, TMIRROR_A_RULE_SPORT_MIN,
				  TMIRROR_A_RULE_SPORT_MAX, &match->sport_min,
				  &match->sport_max, extack);
	if (err)
		return err;
	match->has_dport = attrs[TMIRROR_A_RULE_DPORT_MIN] ||
			   attrs[TMIRROR_A_RULE_DPORT_MAX];
	if (match->has_dport)
		err = parse_range(attrs, TMIRROR_A_RULE_DPORT_MIN,
				  TMIRROR_A_RULE_DPORT_MAX, &match->dport_min,
				  &match->dport_max, extack);
	if (err)
		return err;

	if ((match->has_sport || match->has_dport) && match->has_proto &&
	    !tmirror_proto_has_ports(match->proto)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[TMIRROR_A_RULE_PROTO],
				    "this protocol has no ports");
		return -EINVAL;
	}
	return 0;
}

static struct tmirror_filter *find(struct genl_info *info, int attr)
{
	struct tmirror_net *tn = tmirror_nl_net(info);

	return (struct tmirror_filter *)tmirror_nl_find(info, attr,
							&tn->filters);
}

/**
 * tmirror_nl_rule_new - handle RULE_NEW
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_rule_new(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_filter *filter = find(info, TMIRROR_A_RULE_FILTER);
	struct tmirror_match match = {};
	struct named_rule named;
	struct tmirror_rule *rule;
	int err;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	err = parse(info->attrs, NULL, &match, info->extack);
	if (err)
		return err;
	rule = tmirror_rule_alloc(&match);
	if (!rule)
		return -ENOMEM;
	err = tmirror_filter_add(filter, rule,
				 tmirror_nl_net(info)->max_rules);
	if (err) {
		tmirror_rule_free(rule);
		return tmirror_nl_error(info, TMIRROR_A_RULE_NUMBER, err);
	}
	named = (struct named_rule){
		.filter = filter->object.name,
		.match = &rule->match,
		.rule = rule,
	};
	tmirror_nl_notify(info, fill, &named);
	return 0;
}

/**
 * tmirror_nl_rule_del - handle RULE_DEL
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_filter *filter = find(info, TMIRROR_A_RULE_FILTER);
	struct tmirror_match match = {};
	struct named_rule named = { .match = &match, .key_only = true };
	int err;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	err = parse_key(info->attrs, NULL, &match, info->extack);
	if (err)
		return err;
	err = tmirror_filter_del(filter, &match);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[TMIRROR_A_RULE_NUMBER],
				    "there is no rule of this number");
	if (err)
		return err;
	named.filter = filter->object.name;
	tmirror_nl_notify(info, fill, &named);
	return 0;
}

static struct tmirror_rule *rule_of(struct nlattr *nest,
				    struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[TMIRROR_A_RULE_MAX + 1];
	struct tmirror_match match = {};
	struct tmirror_rule *rule;
	int err;

	/* The family's policy has validated what is inside already. */
	err = nla_parse_nested(attrs, TMIRROR_A_RULE_MAX, nest, NULL, extack);
	if (err)
		return ERR_PTR(err);
	if (attrs[TMIRROR_A_RULE_FILTER]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[TMIRROR_A_RULE_FILTER],
				    "the filter is named once, outside its rules");
		return ERR_PTR(-EINVAL);
	}
	err = parse(attrs, nest, &match, extack);
	if (err)
		return ERR_PTR(err);
	rule = tmirror_rule_alloc(&match);
	return rule ?: ERR_PTR(-ENOMEM);
}

static bool is_rule(const struct nlattr *attr)
{
	return nla_type(attr) == TMIRROR_A_FILTER_RULE;
}

/**
 * tmirror_nl_filter_load - handle FILTER_LOAD
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_filter_load(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_filter *filter = find(info, TMIRROR_A_FILTER_NAME);
	u32 limit = tmirror_nl_net(info)->max_rules;
	struct tmirror_rules *rules;
	unsigned int count = 0;
	struct nlattr *attr;
	int rem, err;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		count += is_rule(attr);
	if (count > limit)
		return tmirror_nl_error(info, TMIRROR_A_FILTER_RULE, -ENOSPC);
	rules = tmirror_rules_alloc(count);
	if (!rules)
		return -ENOMEM;

	count = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		struct tmirror_rule *rule;

		if (!is_rule(attr))
			continue;
		rule = rule_of(attr, info->extack);
		if (IS_ERR(rule)) {
			err = PTR_ERR(rule);
			goto err_rules;
		}
		rules->rule[count++] = rule;
		cond_resched();
	}
	err = tmirror_filter_load(filter, rules, limit);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(info->extack,
			       "two rules of a direction have the same number");
	if (err)
		goto err_rules;
	tmirror_nl_notify_key(info);
	return 0;

err_rules:
	tmirror_rules_discard(rules);
	return err;
}

/* Where a dump of rules goes on, and whether it is of one filter alone. */
struct rule_cursor {
	unsigned long filter;
	u16 number;
	u8 direction;
	bool one;
};

static struct rule_cursor *cursor_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct rule_cursor) > sizeof(cb->ctx));
	return (struct rule_cursor *)cb->ctx;
}

/**
 * tmirror_nl_rule_start - begin RULE_GET
 * @cb: the dump
 *
 * Return: 0, or -ENOENT for a filter that is not there.
 */
int tmirror_nl_rule_start(struct netlink_callback *cb)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[TMIRROR_A_RULE_FILTER];
	struct tmirror_net *tn = tmirror_net(sock_net(cb->skb->sk));
	struct rule_cursor *cursor = cursor_of(cb);
	struct tmirror_object *object;

	if (!attr)
		return 0;
	mutex_lock(&tn->lock);
	object = tmirror_table_lookup(&tn->filters, nla_data(attr));
	if (object) {
		cursor->filter = object->id;
		cursor->one = true;
	}
	mutex_unlock(&tn->lock);
	if (!object) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "there is none of this name");
		return -ENOENT;
	}
	return 0;
}

static int dump_filter(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct tmirror_net *tn,
		       const struct tmirror_filter *filter)
{
	const struct tmirror_rules *rules =
		rcu_dereference_protected(filter->rules,
					  lockdep_is_held(&tn->lock));
	struct rule_cursor *cursor = cursor_of(cb);
	unsigned int i;

	for (i = 0; i < rules->count; i++) {
		struct named_rule named = {
			.filter = filter->object.name,
			.match = &rules->rule[i]->match,
			.rule = rules->rule[i],
		};
		void *header;

		if (named.match->direction < cursor->direction ||
		    (named.match->direction == cursor->direction &&
		     named.match->number < cursor->number))
			continue;
		cursor->direction = named.match->direction;
		cursor->number = named.match->number;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &tmirror_genl_family,
				     NLM_F_MULTI, TMIRROR_CMD_RULE_GET);
		if (!header)
			return -EMSGSIZE;
		if (fill(skb, tn, &named, true)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genl_dump_check_consistent(cb, header);
		genlmsg_end(skb, header);
		cursor->number++;
	}
	return 0;
}

/**
 * tmirror_nl_rule_dump - handle RULE_GET
 * @skb: the message
 * @cb: the dump
 *
 * Return: as of a dump.
 */
int tmirror_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tmirror_net *tn = tmirror_net(sock_net(skb->sk));
	struct rule_cursor *cursor = cursor_of(cb);
	struct tmirror_object *object;
	int err = 0;

	mutex_lock(&tn->lock);
	cb->seq = tn->changes + 1;
	while ((object = tmirror_table_next(&tn->filters, cursor->filter))) {
		if (object->id != cursor->filter) {
			if (cursor->one)
				break;
			cursor->filter = object->id;
			cursor->direction = 0;
			cursor->number = 0;
		}
		err = dump_filter(skb, cb, tn,
				  (struct tmirror_filter *)object);
		if (err)
			break;
		/* The next id; or, of one filter, where there is none. */
		cursor->filter = cursor->one ? ULONG_MAX : cursor->filter + 1;
		cursor->direction = 0;
		cursor->number = 0;
	}
	mutex_unlock(&tn->lock);
	return err && !skb->len ? err : skb->len;
}
