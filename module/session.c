// SPDX-License-Identifier: GPL-2.0
/* Sessions: which packets of a source go to which target, and how much. */
#include "filter.h"
#include "net.h"
#include "session.h"
#include "source.h"
#include "stats.h"
#include "target.h"

#include <linux/err.h>
#include <linux/random.h>
#include <linux/slab.h>

static struct tmirror_terms *terms_of(const struct tmirror_session *session,
				      const struct tmirror_net *tn)
{
	return rcu_dereference_protected(session->terms,
					 lockdep_is_held(&tn->lock));
}

/* The terms whose node for a direction this is. */
static struct tmirror_terms *terms_at(struct rb_node *node, unsigned int d)
{
	return container_of(node - d, struct tmirror_terms, by_vni[0]);
}

static bool vni_is_used_in(struct tmirror_net *tn, unsigned int d, u32 vni)
{
	struct rb_node *node = tn->vnis[d].rb_node;

	while (node) {
		u32 here = terms_at(node, d)->vni[d];

		if (vni == here)
			return true;
		node = vni < here ? node->rb_left : node->rb_right;
	}
	return false;
}

static bool vni_is_used(struct tmirror_net *tn, u32 vni)
{
	return vni_is_used_in(tn, TMIRROR_INGRESS, vni) ||
	       vni_is_used_in(tn, TMIRROR_EGRESS, vni);
}

/* Needs no memory, so that a change does not fail half-way. */
static void vni_insert(struct tmirror_net *tn, struct tmirror_terms *terms,
		       unsigned int d)
{
	struct rb_node **link = &tn->vnis[d].rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = terms->vni[d] < terms_at(parent, d)->vni[d] ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&terms->by_vni[d], parent, link);
	rb_insert_color(&terms->by_vni[d], &tn->vnis[d]);
}

static u32 vni_random(struct tmirror_net *tn)
{
	u32 vni;

	do {
		vni = get_random_u32() & TMIRROR_VNI_MAX;
	} while (vni_is_used(tn, vni));
	return vni;
}

static void terms_use(struct tmirror_net *tn, struct tmirror_terms *terms)
{
	unsigned int d;

	for (d = 0; d < TMIRROR_DIRECTIONS; d++)
		vni_insert(tn, terms, d);
	terms->target->object.users++;
	if (terms->filter)
		terms->filter->object.users++;
}

static void terms_retire(struct tmirror_net *tn, struct tmirror_terms *terms)
{
	unsigned int d;

	for (d = 0; d < TMIRROR_DIRECTIONS; d++)
		rb_erase(&terms->by_vni[d], &tn->vnis[d]);
	terms->target->object.users--;
	if (terms->filter)
		terms->filter->object.users--;
	kfree_rcu(terms, rcu);
}

/*
 * Everything that can fail comes before anything that a reader can see. A new
 * session has neither terms nor a source yet.
 */
static int session_change(struct tmirror_net *tn,
			  struct tmirror_session *session,
			  const struct tmirror_terms *like, int ifindex)
{
	struct tmirror_terms *old = terms_of(session, tn), *terms;
	struct tmirror_source *from = session->source, *to = NULL;
	struct tmirror_order *left = NULL, *joined = NULL;
	int err;

	terms = kmemdup(like, sizeof(*terms), GFP_KERNEL_ACCOUNT);
	if (!terms)
		return -ENOMEM;
	terms->session = session;
	if (terms->vni[TMIRROR_INGRESS] == TMIRROR_VNI_RANDOM) {
		terms->vni[TMIRROR_INGRESS] = vni_random(tn);
		terms->vni[TMIRROR_EGRESS] = terms->vni[TMIRROR_INGRESS];
	}

	if (ifindex < 0) {
		to = from;
	} else if (ifindex > 0) {
		to = tmirror_source_get(tn, ifindex);
		if (IS_ERR(to)) {
			err = PTR_ERR(to);
			to = NULL;
			goto err_source;
		}
	}
	if (to) {
		joined = tmirror_order_prepare(tn, to, to == from ? old : NULL,
					       terms);
		if (IS_ERR(joined)) {
			err = PTR_ERR(joined);
			goto err_source;
		}
	}
	if (from && from != to) {
		left = tmirror_order_prepare(tn, from, old, NULL);
		if (IS_ERR(left)) {
			err = PTR_ERR(left);
			goto err_left;
		}
	}

	terms_use(tn, terms);
	rcu_assign_pointer(session->terms, terms);
	session->source = to;
	if (joined)
		tmirror_order_publish(tn, to, joined);
	if (left) {
		tmirror_order_publish(tn, from, left);
		tmirror_source_put(tn, from);
	}
	if (old)
		terms_retire(tn, old);
	return 0;

err_left:
	kvfree(joined);
err_source:
	tmirror_source_put(tn, to);
	kfree(terms);
	return err;
}

/**
 * tmirror_session_create - make a session
 * @tn: the namespace
 * @name: its name
 * @terms: its terms, less the session; copied. TMIRROR_VNI_RANDOM is replaced
 * @ifindex: its source, or 0 for none
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: the session; as a pointer, -EEXIST for the name or for the number on
 * the source, -ENODEV, -ENOSPC, -ENOMEM.
 */
struct tmirror_session *
tmirror_session_create(struct tmirror_net *tn, const char *name,
		       const struct tmirror_terms *terms, int ifindex)
{
	struct tmirror_session *session;
	int err = -ENOMEM;

	lockdep_assert_held(&tn->lock);
	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return ERR_PTR(err);
	refcount_set(&session->refs, 1);
	session->stats = tmirror_stats_alloc();
	if (!session->stats)
		goto err_stats;
	err = tmirror_table_insert(&tn->sessions, &session->object, name);
	if (err)
		goto err_insert;
	err = session_change(tn, session, terms, ifindex);
	if (err)
		goto err_change;
	return session;

err_change:
	tmirror_table_remove(&tn->sessions, &session->object);
err_insert:
	free_percpu(session->stats);
err_stats:
	kfree(session);
	return ERR_PTR(err);
}

/**
 * tmirror_session_set - change a session
 * @tn: the namespace
 * @session: the session
 * @terms: its terms from now on; copied. TMIRROR_VNI_RANDOM is replaced
 * @ifindex: its source, 0 for none, -1 for the one it has
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: 0, -EEXIST for the number on the source, -ENODEV, -ENOMEM.
 */
int tmirror_session_set(struct tmirror_net *tn, struct tmirror_session *session,
			const struct tmirror_terms *terms, int ifindex)
{
	return session_change(tn, session, terms, ifindex);
}

/**
 * tmirror_session_keep - keep a session and its counters in memory
 * @session: the session
 *
 * Context: RCU read side.
 */
void tmirror_session_keep(struct tmirror_session *session)
{
	refcount_inc(&session->refs);
}

/**
 * tmirror_session_release - undo tmirror_session_keep()
 * @session: the session, which may be gone afterwards
 *
 * Context: any.
 */
void tmirror_session_release(struct tmirror_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	free_percpu(session->stats);
	kfree(session->description);
	kfree(session);
}

static void session_release_rcu(struct rcu_head *rcu)
{
	tmirror_session_release(container_of(rcu, struct tmirror_session, rcu));
}

/**
 * tmirror_session_delete - delete a session
 * @tn: the namespace
 * @session: the session
 *
 * Context: process, may sleep, @tn->lock held.
 * Return: 0, -EBUSY if a tc action names it, -ENOMEM.
 */
int tmirror_session_delete(struct tmirror_net *tn,
			   struct tmirror_session *session)
{
	struct tmirror_source *source = session->source;
	struct tmirror_terms *terms = terms_of(session, tn);
	struct tmirror_order *order;

	if (session->object.users)
		return -EBUSY;
	if (source && tmirror_source_is_shared(tn, source)) {
		order = tmirror_order_prepare(tn, source, terms, NULL);
		if (IS_ERR(order))
			return PTR_ERR(order);
		tmirror_order_publish(tn, source, order);
	} else if (source) {
		tmirror_source_end(tn, source);
	}
	tmirror_table_remove(&tn->sessions, &session->object);
	terms_retire(tn, terms);
	call_rcu(&session->rcu, session_release_rcu);
	return 0;
}

/**
 * tmirror_session_get - find a session by name and hold it
 * @tn: the namespace
 * @name: its name
 *
 * Context: process, @tn->lock not held.
 * Return: the session, which stays until tmirror_session_put(); or NULL.
 */
struct tmirror_session *tmirror_session_get(struct tmirror_net *tn,
					    const char *name)
{
	struct tmirror_session *session = NULL;
	struct tmirror_object *object;

	mutex_lock(&tn->lock);
	object = tmirror_table_lookup(&tn->sessions, name);
	if (object) {
		object->users++;
		session = container_of(object, struct tmirror_session, object);
	}
	mutex_unlock(&tn->lock);
	return session;
}

/**
 * tmirror_session_put - let go of a session
 * @tn: the namespace
 * @session: from tmirror_session_get()
 *
 * Context: process, @tn->lock not held.
 */
void tmirror_session_put(struct tmirror_net *tn,
			 struct tmirror_session *session)
{
	mutex_lock(&tn->lock);
	session->object.users--;
	mutex_unlock(&tn->lock);
}
