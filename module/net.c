// SPDX-License-Identifier: GPL-2.0
/* What a network namespace has of its own, and what becomes of its devices. */
#include "filter.h"
#include "net.h"
#include "netlink.h"
#include "session.h"
#include "source.h"
#include "stats.h"
#include "target.h"

#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

/*
 * Defaults of limits; each can be set. Objects and rules are for mistakes to
 * stop at, beyond what the largest configurations need.
 */
#define OBJECTS_DEFAULT		16384
#define RULES_DEFAULT		16384

static unsigned int tmirror_net_id __read_mostly;

/**
 * tmirror_net - what a network namespace has of ours
 * @net: the namespace
 *
 * Return: it; never NULL while the module is loaded.
 */
struct tmirror_net *tmirror_net(const struct net *net)
{
	return net_generic(net, tmirror_net_id);
}

/* No readers are waited for: what they may see goes by RCU. */
static void net_empty(struct tmirror_net *tn)
{
	struct tmirror_object *object;

	while ((object = tmirror_table_next(&tn->sessions, 0))) {
		struct tmirror_session *session =
			container_of(object, struct tmirror_session, object);

		if (session->source)
			tmirror_source_end(tn, session->source);
		if (WARN_ON_ONCE(tmirror_session_delete(tn, session)))
			return;
		cond_resched();
	}
	while ((object = tmirror_table_next(&tn->filters, 0))) {
		tmirror_filter_delete(&tn->filters,
				      container_of(object,
						   struct tmirror_filter,
						   object));
		cond_resched();
	}
	while ((object = tmirror_table_next(&tn->targets, 0))) {
		tmirror_target_delete(tn, container_of(object,
						       struct tmirror_target,
						       object));
		cond_resched();
	}
}

/**
 * tmirror_net_flush - delete all objects, or none
 * @tn: the namespace
 *
 * Context: process, @tn->lock held.
 * Return: 0, or -EBUSY if a tc action names a session.
 */
int tmirror_net_flush(struct tmirror_net *tn)
{
	struct tmirror_object *object;
	unsigned long id;

	xa_for_each(&tn->sessions.by_id, id, object)
		if (object->users)
			return -EBUSY;
	net_empty(tn);
	return 0;
}

static int __net_init net_init(struct net *net)
{
	struct tmirror_net *tn = tmirror_net(net);
	int err;

	tn->net = net;
	mutex_init(&tn->lock);
	tmirror_table_init(&tn->sessions, OBJECTS_DEFAULT);
	tmirror_table_init(&tn->filters, OBJECTS_DEFAULT);
	tmirror_table_init(&tn->targets, OBJECTS_DEFAULT);
	hash_init(tn->sources);
	tmirror_hold_init(&tn->hold);
	tn->hash_key = get_random_u32();
	tmirror_owners_set_limit(&tn->owners, TMIRROR_MEMORY_DEFAULT);
	tn->max_rules = RULES_DEFAULT;
	tn->loops = tmirror_counter_alloc();
	if (!tn->loops)
		return -ENOMEM;
	err = rhltable_init(&tn->members, &tmirror_members_params);
	if (err)
		free_percpu(tn->loops);
	return err;
}

static void net_free(struct tmirror_net *tn)
{
	rhltable_destroy(&tn->members);
	free_percpu(tn->loops);
	tmirror_owners_close(&tn->owners);
	mutex_destroy(&tn->lock);
}

/*
 * Devices are gone by now, and with them the hooks that bring packets here;
 * so are actions, whose operations were registered after ours.
 */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		struct tmirror_net *tn = tmirror_net(net);

		mutex_lock(&tn->lock);
		net_empty(tn);
		mutex_unlock(&tn->lock);
		tmirror_hold_empty(tn);
	}
	/*
	 * The routes that targets cached are counted by the routing code of
	 * their namespaces, which exits next: release them before.
	 */
	rcu_barrier();
	list_for_each_entry(net, nets, exit_list)
		net_free(tmirror_net(net));
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit_batch = net_exit_batch,
	.id = &tmirror_net_id,
	.size = sizeof(struct tmirror_net),
};

static int device_event(struct notifier_block *block, unsigned long event,
			void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct tmirror_net *tn = tmirror_net(dev_net(dev));
	struct tmirror_source *source;
	struct tmirror_target *target;
	unsigned long id;

	if (event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	/*
	 * As long as somebody holds a device that is gone, that is said again:
	 * its index may be another's by then.
	 */
	if (event == NETDEV_UNREGISTER &&
	    __dev_get_by_index(dev_net(dev), dev->ifindex))
		return NOTIFY_DONE;

	mutex_lock(&tn->lock);
	source = tmirror_source_find(tn, dev->ifindex);
	if (source) {
		if (event == NETDEV_CHANGENAME)
			strscpy(source->name, dev->name, sizeof(source->name));
		else
			tmirror_source_gone(tn, source);
		tmirror_nl_source_changed(tn, source);
	}
	xa_for_each(&tn->targets.by_id, id, target)
		if (tmirror_target_follow(tn, target, dev,
					  event == NETDEV_UNREGISTER))
			tmirror_nl_target_changed(tn, target);
	mutex_unlock(&tn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

/**
 * tmirror_net_register - begin to keep objects for each network namespace
 *
 * Return: 0 or an error.
 */
int tmirror_net_register(void)
{
	int err;

	err = register_pernet_subsys(&net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&device_notifier);
	if (err)
		goto err_devices;
	err = tmirror_hold_register();
	if (err)
		goto err_hold;
	return 0;

err_hold:
	unregister_netdevice_notifier(&device_notifier);
err_devices:
	unregister_pernet_subsys(&net_ops);
	return err;
}

/**
 * tmirror_net_unregister - undo tmirror_net_register()
 *
 * Everything is gone afterwards, less what waits in RCU callbacks.
 */
void tmirror_net_unregister(void)
{
	tmirror_hold_unregister();
	unregister_netdevice_notifier(&device_notifier);
	unregister_pernet_subsys(&net_ops);
}
