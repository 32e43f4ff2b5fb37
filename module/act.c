// SPDX-License-Identifier: GPL-2.0
/* The tc action "tmirror": where packets come from. */
#include "act.h"
#include "mirror.h"
#include "net.h"
#include "rcu.h"
#include "session.h"

#include <linux/module.h>
#include <linux/tc_act/tc_tmirror.h>
#include <net/act_api.h>
#include <net/netns/generic.h>
#include <net/pkt_cls.h>
#include <net/sch_generic.h>

/**
 * struct params - what an action does; never changed once readers can see it
 * @tn: its namespace
 * @session: the only session to ask, held; NULL for all of a device
 * @control: what becomes of the packet: TC_ACT_PIPE and so on
 * @rcu: for its end
 */
struct params {
	struct tmirror_net *tn;
	struct tmirror_session *session;
	int control;
	struct rcu_head rcu;
};

struct tcf_tmirror {
	struct tc_action common;
	struct params __rcu *params;
};

#define to_tmirror(a)	container_of(a, struct tcf_tmirror, common)

static const struct nla_policy policy[TCA_TMIRROR_MAX + 1] = {
	[TCA_TMIRROR_PARMS] = NLA_POLICY_EXACT_LEN(sizeof(struct tc_tmirror)),
	[TCA_TMIRROR_SESSION] = { .type = NLA_NUL_STRING,
				  .len = TMIRROR_NAME_MAX },
};

static struct tc_action_ops act_ops;

/* The session goes when no packet can be at it any more, or later. */
static void params_free(struct params *params)
{
	if (!params)
		return;
	if (params->session)
		tmirror_session_put(params->tn, params->session);
	kfree_rcu(params, rcu);
}

static struct params *params_alloc(struct net *net, struct nlattr **tb,
				   int control, struct netlink_ext_ack *extack)
{
	struct nlattr *name = tb[TCA_TMIRROR_SESSION];
	struct params *params;

	params = kzalloc(sizeof(*params), GFP_KERNEL_ACCOUNT);
	if (!params)
		return ERR_PTR(-ENOMEM);
	params->tn = tmirror_net(net);
	params->control = control;
	if (!name)
		return params;
	params->session = tmirror_session_get(params->tn, nla_data(name));
	if (!params->session) {
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "there is no session of this name");
		kfree(params);
		return ERR_PTR(-ENOENT);
	}
	return params;
}

static int tmirror_act_init(struct net *net, struct nlattr *nla,
			    struct nlattr *est, struct tc_action **a,
			    struct tcf_proto *tp, u32 flags,
			    struct netlink_ext_ack *extack)
{
	struct tc_action_net *actions = net_generic(net, act_ops.net_id);
	bool bind = flags & TCA_ACT_FLAGS_BIND;
	struct nlattr *tb[TCA_TMIRROR_MAX + 1];
	struct tcf_chain *goto_ch = NULL;
	struct params *params, *old;
	struct tcf_tmirror *action;
	struct tc_tmirror *parm;
	int ret = 0, err;
	u32 index;

	if (!nla) {
		NL_SET_ERR_MSG(extack, "tmirror needs options");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, TCA_TMIRROR_MAX, nla, policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, nla, tb, TCA_TMIRROR_PARMS))
		return -EINVAL;
	/* Elsewhere we would send under the lock of a qdisc. */
	if (bind && !tcf_action_at_hook(tp, flags)) {
		NL_SET_ERR_MSG(extack,
			       "tmirror works at clsact and ingress hooks alone");
		return -EOPNOTSUPP;
	}

	parm = nla_data(tb[TCA_TMIRROR_PARMS]);
	index = parm->index;
	err = tcf_idr_check_alloc(actions, &index, a, bind);
	if (err < 0)
		return err;
	if (!err) {
		err = tcf_idr_create_from_flags(actions, index, est, a,
						&act_ops, bind, flags);
		if (err) {
			tcf_idr_cleanup(actions, index);
			return err;
		}
		/* Until cleanup; the core then says who is at its egress hook. */
		net_inc_egress_queue();
		ret = ACT_P_CREATED;
	} else if (bind) {
		return ACT_P_BOUND;
	} else if (!(flags & TCA_ACT_FLAGS_REPLACE)) {
		err = -EEXIST;
		goto err_action;
	}

	err = tcf_action_check_ctrlact(parm->action, tp, &goto_ch, extack);
	if (err < 0)
		goto err_action;
	params = params_alloc(net, tb, parm->action, extack);
	if (IS_ERR(params)) {
		err = PTR_ERR(params);
		goto err_params;
	}

	action = to_tmirror(*a);
	spin_lock_bh(&action->tcf_lock);
	goto_ch = tcf_action_set_ctrlact(*a, parm->action, goto_ch);
	old = rcu_replace_pointer(action->params, params,
				  lockdep_is_held(&action->tcf_lock));
	spin_unlock_bh(&action->tcf_lock);

	if (goto_ch)
		tcf_chain_put_by_act(goto_ch);
	params_free(old);
	return ret;

err_params:
	if (goto_ch)
		tcf_chain_put_by_act(goto_ch);
err_action:
	tcf_idr_release(*a, bind);
	return err;
}

static int tmirror_act(struct sk_buff *skb, const struct tc_action *a,
		       struct tcf_result *res)
{
	struct tcf_tmirror *action = to_tmirror(a);
	const struct params *params;

	tcf_lastuse_update(&action->tcf_tm);
	tcf_action_update_bstats(&action->common, skb);

	params = tmirror_dereference(action->params);
	/*
	 * A block can be shared with a qdisc, whose lock is held then. It has
	 * packets too that were redirected to it from an ingress hook, as which
	 * they pass unless the core has marked them anew.
	 */
	if (likely(skb_at_tc_ingress(skb) || skb_at_tc_egress(skb)))
		tmirror_mirror_skb(params->tn, params->session, skb);
	else
		tcf_action_inc_overlimit_qstats(&action->common);
	/*
	 * Who replaced it meanwhile has taken its chain along; tc drops a packet
	 * that is to go where nothing is.
	 */
	if (unlikely(TC_ACT_EXT_CMP(params->control, TC_ACT_GOTO_CHAIN) &&
		     !rcu_access_pointer(a->goto_chain)))
		return READ_ONCE(a->tcfa_action);
	return params->control;
}

static int tmirror_act_dump(struct sk_buff *skb, struct tc_action *a, int bind,
			    int ref)
{
	struct tcf_tmirror *action = to_tmirror(a);
	unsigned char *trim = skb_tail_pointer(skb);
	const struct params *params;
	struct tc_tmirror parm;
	struct tcf_t tm;

	memset(&parm, 0, sizeof(parm));
	parm.index = action->tcf_index;
	parm.refcnt = refcount_read(&action->tcf_refcnt) - ref;
	parm.bindcnt = atomic_read(&action->tcf_bindcnt) - bind;

	spin_lock_bh(&action->tcf_lock);
	params = rcu_dereference_protected(action->params,
					   lockdep_is_held(&action->tcf_lock));
	parm.action = params->control;
	if (nla_put(skb, TCA_TMIRROR_PARMS, sizeof(parm), &parm))
		goto err_put;
	if (params->session &&
	    nla_put_string(skb, TCA_TMIRROR_SESSION,
			   params->session->object.name))
		goto err_put;
	tcf_tm_dump(&tm, &action->tcf_tm);
	if (nla_put_64bit(skb, TCA_TMIRROR_TM, sizeof(tm), &tm,
			  TCA_TMIRROR_PAD))
		goto err_put;
	spin_unlock_bh(&action->tcf_lock);
	return skb->len;

err_put:
	spin_unlock_bh(&action->tcf_lock);
	nlmsg_trim(skb, trim);
	return -1;
}

static void tmirror_act_cleanup(struct tc_action *a)
{
	/* Packets may be at it still: what they see goes by RCU. */
	params_free(rcu_dereference_protected(to_tmirror(a)->params, 1));
	net_dec_egress_queue();
}

static size_t tmirror_act_fill_size(const struct tc_action *a)
{
	return nla_total_size(sizeof(struct tc_tmirror)) +
	       nla_total_size(TMIRROR_NAME_MAX + 1) +
	       nla_total_size_64bit(sizeof(struct tcf_t));
}

static struct tc_action_ops act_ops = {
	.kind = "tmirror",
	.id = (enum tca_id)TCA_ID_TMIRROR,
	.owner = THIS_MODULE,
	.act = tmirror_act,
	.dump = tmirror_act_dump,
	.init = tmirror_act_init,
	.cleanup = tmirror_act_cleanup,
	.get_fill_size = tmirror_act_fill_size,
	.size = sizeof(struct tcf_tmirror),
};

MODULE_ALIAS_NET_ACT("tmirror");

static __net_init int actions_init(struct net *net)
{
	return tc_action_net_init(net, net_generic(net, act_ops.net_id),
				  &act_ops);
}

static void __net_exit actions_exit(struct list_head *nets)
{
	tc_action_net_exit(nets, act_ops.net_id);
}

static struct pernet_operations act_net_ops = {
	.init = actions_init,
	.exit_batch = actions_exit,
	.id = &act_ops.net_id,
	.size = sizeof(struct tc_action_net),
};

/**
 * tmirror_act_register - offer the action to tc
 *
 * Return: 0, or an error: -EEXIST if another action has its kind or id.
 */
int tmirror_act_register(void)
{
	return tcf_register_action(&act_ops, &act_net_ops);
}

/**
 * tmirror_act_unregister - undo tmirror_act_register()
 */
void tmirror_act_unregister(void)
{
	tcf_unregister_action(&act_ops, &act_net_ops);
}
