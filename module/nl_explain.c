// SPDX-License-Identifier: GPL-2.0
/* Handler of EXPLAIN: asks the packet path's own code, without a packet. */
#include "filter.h"
#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "session.h"
#include "source.h"
#include "target.h"

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

/* What became of the packet, and of which session it is. */
struct answer {
	u8 direction;
	enum tmirror_reason reason;
	bool accept;
	const struct tmirror_rule *rule;
	const struct tmirror_terms *terms;
};

static int parse_addresses(struct genl_info *info, struct tmirror_flow *flow)
{
	struct nlattr *src = info->attrs[TMIRROR_A_EXPLAIN_SRC];
	struct nlattr *dst = info->attrs[TMIRROR_A_EXPLAIN_DST];
	bool ipv6;

	if (src && dst && nla_len(src) != nla_len(dst)) {
		NL_SET_ERR_MSG_ATTR(info->extack, dst,
				    "source and destination are of different families");
		return -EINVAL;
	}
	ipv6 = (src && nla_len(src) == sizeof(struct in6_addr)) ||
	       (dst && nla_len(dst) == sizeof(struct in6_addr));
	flow->family = ipv6 ? AF_INET6 : AF_INET;
	flow->type = ipv6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	if (!ipv6) {
		ipv6_addr_set_v4mapped(0, &flow->src);
		ipv6_addr_set_v4mapped(0, &flow->dst);
	}
	if (src)
		tmirror_nl_get_addr(src, &flow->src);
	if (dst)
		tmirror_nl_get_addr(dst, &flow->dst);
	return 0;
}

static int parse(struct genl_info *info, struct tmirror_flow *flow)
{
	struct nlattr *proto = info->attrs[TMIRROR_A_EXPLAIN_PROTO];
	struct nlattr *sport = info->attrs[TMIRROR_A_EXPLAIN_SPORT];
	struct nlattr *dport = info->attrs[TMIRROR_A_EXPLAIN_DPORT];
	int err;

	if (!proto && !sport && !dport &&
	    !info->attrs[TMIRROR_A_EXPLAIN_SRC] &&
	    !info->attrs[TMIRROR_A_EXPLAIN_DST])
		return 0;
	err = parse_addresses(info, flow);
	if (err)
		return err;
	flow->has_proto = true;
	if (proto)
		flow->proto = nla_get_u8(proto);
	else
		flow->proto = sport || dport ? IPPROTO_TCP : IPPROTO_RAW;
	flow->has_ports = tmirror_proto_has_ports(flow->proto);
	if (!flow->has_ports && (sport || dport)) {
		NL_SET_ERR_MSG_ATTR(info->extack, proto,
				    "this protocol has no ports");
		return -EINVAL;
	}
	if (sport)
		flow->sport = nla_get_u16(sport);
	if (dport)
		flow->dport = nla_get_u16(dport);
	return 0;
}

/* The first session that mirrors it; else the last one that was asked. */
static void explain(const struct tmirror_source *source,
		    const struct tmirror_flow *flow, struct answer *answer)
{
	const struct tmirror_order *order;
	unsigned int i;

	answer->reason = TMIRROR_REASON_NO_SESSION;
	if (!source)
		return;
	answer->reason = TMIRROR_REASON_DISABLED;
	order = rcu_dereference(source->order);
	for (i = 0; i < order->count && !answer->accept; i++) {
		const struct tmirror_rule *rule;
		enum tmirror_reason reason;

		reason = tmirror_terms_judge(order->terms[i], answer->direction,
					     flow, &rule);
		if (reason == TMIRROR_REASON_DISABLED)
			continue;
		answer->reason = reason;
		answer->rule = rule;
		answer->terms = order->terms[i];
		answer->accept = tmirror_reason_accepts(reason, rule);
	}
}

static int fill_mirrored(struct sk_buff *skb, const struct tmirror_net *tn,
			 const struct answer *answer)
{
	const struct tmirror_terms *terms = answer->terms;
	const struct tmirror_underlay *underlay =
		rcu_dereference_protected(terms->target->underlay,
					  lockdep_is_held(&tn->lock));

	if (nla_put_string(skb, TMIRROR_A_EXPLAIN_TARGET,
			   terms->target->object.name) ||
	    tmirror_nl_put_member(skb, TMIRROR_A_EXPLAIN_MEMBER,
				  &underlay->member) ||
	    nla_put_u32(skb, TMIRROR_A_EXPLAIN_VNI,
			terms->vni[answer->direction]))
		return -EMSGSIZE;
	return tmirror_nl_put_cut(skb, TMIRROR_A_EXPLAIN_LENGTH,
				  TMIRROR_A_EXPLAIN_PAYLOAD, &terms->cut);
}

static int fill(struct sk_buff *skb, const struct tmirror_net *tn,
		const void *object, bool stats)
{
	const struct answer *answer = object;

	if (nla_put_u8(skb, TMIRROR_A_EXPLAIN_REASON, answer->reason) ||
	    nla_put_u8(skb, TMIRROR_A_EXPLAIN_ACTION,
		       answer->accept ? TMIRROR_ACCEPT : TMIRROR_REJECT))
		return -EMSGSIZE;
	if (!answer->terms)
		return 0;
	if (nla_put_string(skb, TMIRROR_A_EXPLAIN_SESSION,
			   answer->terms->session->object.name))
		return -EMSGSIZE;
	if (answer->rule &&
	    nla_put_u16(skb, TMIRROR_A_EXPLAIN_RULE,
			answer->rule->match.number))
		return -EMSGSIZE;
	return answer->accept ? fill_mirrored(skb, tn, answer) : 0;
}

/**
 * tmirror_nl_explain - handle EXPLAIN
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_flow flow = {};
	struct answer answer = {};
	int ifindex, err;
	bool found;

	if (GENL_REQ_ATTR_CHECK(info, TMIRROR_A_EXPLAIN_IFINDEX) ||
	    GENL_REQ_ATTR_CHECK(info, TMIRROR_A_EXPLAIN_DIRECTION))
		return -EINVAL;
	err = parse(info, &flow);
	if (err)
		return err;
	answer.direction =
		nla_get_u8(info->attrs[TMIRROR_A_EXPLAIN_DIRECTION]);
	ifindex = nla_get_u32(info->attrs[TMIRROR_A_EXPLAIN_IFINDEX]);
	rcu_read_lock();
	found = dev_get_by_index_rcu(tn->net, ifindex);
	explain(tmirror_source_find(tn, ifindex), &flow, &answer);
	rcu_read_unlock();
	if (!found)
		return tmirror_nl_error(info, TMIRROR_A_EXPLAIN_IFINDEX,
					-ENODEV);
	/* The configuration lock keeps what the answer points at. */
	return tmirror_nl_reply(info, fill, &answer);
}
