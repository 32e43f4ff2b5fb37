// SPDX-License-Identifier: GPL-2.0
/* Sources: devices whose packets are mirrored, and by which sessions. */
#include "net.h"
#include "session.h"
#include "source.h"

#include <linux/err.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

static struct tmirror_order *order_of(const struct tmirror_source *source,
				      const struct tmirror_net *tn)
{
	return rcu_dereference_protected(source->order,
					 lockdep_is_held(&tn->lock));
}

static struct tmirror_order *order_alloc(unsigned int count)
{
	struct tmirror_order *order;

	order = kvzalloc(struct_size(order, terms, count), GFP_KERNEL_ACCOUNT);
	if (order)
		order->count = count;
	return order;
}

static struct tmirror_source *source_create(struct tmirror_net *tn,
					    int ifindex, const char *name)
{
	struct tmirror_source *source;
	struct tmirror_order *order;

	source = kzalloc(sizeof(*source), GFP_KERNEL_ACCOUNT);
	order = order_alloc(0);
	if (!source || !order) {
		kvfree(order);
		kfree(source);
		return ERR_PTR(-ENOMEM);
	}
	source->ifindex = ifindex;
	strscpy(source->name, name, sizeof(source->name));
	RCU_INIT_POINTER(source->order, order);
	hash_add_rcu(tn->sources, &source->node, ifindex);
	return source;
}

/**
 * tmirror_source_get - find or make the source of a device
 * @tn: the namespace
 * @ifindex: the device
 *
 * The device's end cannot be missed: it leaves the namespace's list before its
 * event, and the event waits for @tn->lock.
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: the source, for tmirror_source_put(); or -ENODEV, -ENOMEM as a
 * pointer.
 */
struct tmirror_source *tmirror_source_get(struct tmirror_net *tn, int ifindex)
{
	struct tmirror_source *source;
	const struct net_device *dev;
	char name[IFNAMSIZ];

	lockdep_assert_held(&tn->lock);
	source = tmirror_source_find(tn, ifindex);
	if (source)
		return source;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(tn->net, ifindex);
	if (dev)
		strscpy(name, dev->name, sizeof(name));
	rcu_read_unlock();
	return dev ? source_create(tn, ifindex, name) : ERR_PTR(-ENODEV);
}

/**
 * tmirror_source_put - let go of a source; without sessions, it ends
 * @tn: the namespace
 * @source: the source, or NULL
 *
 * Context: process, @tn->lock held.
 */
void tmirror_source_put(struct tmirror_net *tn, struct tmirror_source *source)
{
	if (source && !order_of(source, tn)->count)
		tmirror_source_end(tn, source);
}

/**
 * tmirror_source_is_shared - has a source more than one session
 * @tn: the namespace
 * @source: the source
 *
 * Context: process, @tn->lock held.
 * Return: true if it has.
 */
bool tmirror_source_is_shared(const struct tmirror_net *tn,
			      const struct tmirror_source *source)
{
	return order_of(source, tn)->count > 1;
}

/**
 * tmirror_source_end - end a source
 * @tn: the namespace
 * @source: the source; its sessions have none from now on
 *
 * Needs no memory, so it is also the way to empty a namespace.
 *
 * Context: process, @tn->lock held.
 */
void tmirror_source_end(struct tmirror_net *tn, struct tmirror_source *source)
{
	struct tmirror_order *order = order_of(source, tn);
	unsigned int i;

	for (i = 0; i < order->count; i++)
		order->terms[i]->session->source = NULL;
	if (source->ifindex)
		hash_del_rcu(&source->node);
	kvfree_rcu(order, rcu);
	kfree_rcu(source, rcu);
}

/**
 * tmirror_order_prepare - make the order that a source is to have
 * @tn: the namespace
 * @source: the source
 * @without: terms to take out of its order, or NULL
 * @with: terms to put in, or NULL
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: an order for tmirror_order_publish() or kvfree(); as a pointer,
 * -EEXIST if another session has the number, -ENOMEM.
 */
struct tmirror_order *
tmirror_order_prepare(struct tmirror_net *tn,
		      const struct tmirror_source *source,
		      const struct tmirror_terms *without,
		      const struct tmirror_terms *with)
{
	const struct tmirror_order *old = order_of(source, tn);
	struct tmirror_order *new;
	unsigned int i, n = 0;

	new = order_alloc(old->count - !!without + !!with);
	if (!new)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < old->count; i++) {
		const struct tmirror_terms *terms = old->terms[i];

		if (terms == without)
			continue;
		if (with && terms->number == with->number) {
			kvfree(new);
			return ERR_PTR(-EEXIST);
		}
		if (with && terms->number > with->number) {
			new->terms[n++] = with;
			with = NULL;
		}
		new->terms[n++] = terms;
	}
	if (with)
		new->terms[n] = with;
	return new;
}

/**
 * tmirror_order_publish - give a source a new order
 * @tn: the namespace
 * @source: the source
 * @order: from tmirror_order_prepare(); the source owns it
 *
 * Readers see all of the old order or all of the new one.
 *
 * Context: process, @tn->lock held.
 */
void tmirror_order_publish(struct tmirror_net *tn,
			   struct tmirror_source *source,
			   struct tmirror_order *order)
{
	struct tmirror_order *old;

	old = rcu_replace_pointer(source->order, order,
				  lockdep_is_held(&tn->lock));
	kvfree_rcu(old, rcu);
}

/**
 * tmirror_source_gone - the device of a source has left the namespace
 * @tn: the namespace
 * @source: the source; its sessions keep it, and its name, until they go or
 *	get another
 *
 * Context: process, @tn->lock held.
 */
void tmirror_source_gone(struct tmirror_net *tn, struct tmirror_source *source)
{
	hash_del_rcu(&source->node);
	WRITE_ONCE(source->ifindex, 0);
}
