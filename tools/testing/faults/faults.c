// SPDX-License-Identifier: GPL-2.0
/*
 * What the module calls that can fail, and that fault injection cannot reach,
 * or not in every way: here any of these calls can be the one that fails.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/act_api.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netevent.h>

/* The call that is to fail, 1 being the next; 0: none is. As of fail-nth. */
static unsigned int nth;
module_param(nth, uint, 0600);

static bool is_next(const char *name)
{
	if (!nth || --nth)
		return false;
	pr_info("%s fails\n", name);
	return true;
}

/* Kbuild takes from here which functions the linker is to replace. */
#define WRAPPER(_type, _name, _failure, _parameters, _arguments)	\
static const char name_of_##_name[] = #_name;			\
typeof(_name) __real_##_name, __wrap_##_name;			\
_type __wrap_##_name _parameters				\
{								\
	if (is_next(name_of_##_name))				\
		return _failure;				\
	return __real_##_name _arguments;			\
}

WRAPPER(int, register_pernet_subsys, -ENOMEM,
	(struct pernet_operations *ops), (ops))
WRAPPER(int, register_netdevice_notifier, -EEXIST,
	(struct notifier_block *block), (block))
WRAPPER(int, register_netevent_notifier, -EEXIST,
	(struct notifier_block *block), (block))
WRAPPER(int, tcf_register_action, -EEXIST,
	(struct tc_action_ops *act, struct pernet_operations *ops), (act, ops))
WRAPPER(int, genl_register_family, -EEXIST,
	(struct genl_family *family), (family))
WRAPPER(int, sock_create_kern, -ENFILE,
	(struct net *net, int family, int type, int proto, struct socket **sock),
	(net, family, type, proto, sock))
WRAPPER(int, rhltable_init_noprof, -ENOMEM,
	(struct rhltable *table, const struct rhashtable_params *params),
	(table, params))
WRAPPER(void *, rhashtable_insert_slow, ERR_PTR(-ENOMEM),
	(struct rhashtable *table, const void *key, struct rhash_head *head),
	(table, key, head))
WRAPPER(int, __xa_alloc_cyclic, -ENOMEM,
	(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
	 u32 *next, gfp_t gfp),
	(xa, id, entry, limit, next, gfp))
WRAPPER(void __percpu *, pcpu_alloc_noprof, NULL,
	(size_t size, size_t align, bool reserved, gfp_t gfp),
	(size, align, reserved, gfp))
/* Otherwise there may be a second way to get the memory. */
WRAPPER(void *, __kvmalloc_node_noprof, NULL,
	(DECL_BUCKET_PARAMS(size, buckets), gfp_t gfp, int node),
	(PASS_BUCKET_PARAMS(size, buckets), gfp, node))
WRAPPER(int, tcf_idr_check_alloc, -ENOMEM,
	(struct tc_action_net *actions, u32 *index, struct tc_action **a,
	 int bind),
	(actions, index, a, bind))
WRAPPER(int, tcf_idr_create_from_flags, -ENOMEM,
	(struct tc_action_net *actions, u32 index, struct nlattr *est,
	 struct tc_action **a, const struct tc_action_ops *ops, int bind,
	 u32 flags),
	(actions, index, est, a, ops, bind, flags))
WRAPPER(int, tcf_action_check_ctrlact, -ENOMEM,
	(int action, struct tcf_proto *tp, struct tcf_chain **chain,
	 struct netlink_ext_ack *extack),
	(action, tp, chain, extack))
