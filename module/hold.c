// SPDX-License-Identifier: GPL-2.0
/*
 * Copies whose next hop is still asked for its link-layer address. The kernel
 * would hold them as well, but would not say which of them came to nothing.
 */
#include "account.h"
#include "hold.h"
#include "net.h"
#include "session.h"
#include "stats.h"
#include "target.h"
#include "xmit.h"

#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/neighbour.h>
#include <net/netevent.h>

/*
 * The copies for one next hop. It is not held, only compared: the kernel tells
 * us before it goes.
 */
struct queue {
	struct list_head node;
	const struct neighbour *neigh;
	struct sk_buff_head copies;
	unsigned int bytes;
};

static struct tmirror_account *account_of(struct sk_buff *copy)
{
	BUILD_BUG_ON(sizeof(struct tmirror_account) > sizeof(copy->cb));

	return (struct tmirror_account *)copy->cb;
}

static void settle(struct tmirror_net *tn, struct sk_buff *copy, bool reachable)
{
	struct tmirror_account account = *account_of(copy);
	struct tmirror_tally tally;
	int cause = TMIRROR_DROP_NO_ROUTE;

	tmirror_tally_init(&tally);
	/* It is the stack's again. */
	memset(copy->cb, 0, sizeof(copy->cb));
	if (reachable)
		cause = tmirror_xmit_stack(tn, copy);
	else
		kfree_skb(copy);
	tmirror_account_copy(&account, &tally, cause);
	tmirror_account_close(account.session, account.target, &tally);
	tmirror_session_release(account.session);
	tmirror_target_release(account.target);
}

/* @queue: nobody else's any more */
static void settle_all(struct tmirror_net *tn, struct queue *queue,
		       bool reachable)
{
	struct sk_buff *copy;

	local_bh_disable();
	while ((copy = __skb_dequeue(&queue->copies)))
		settle(tn, copy, reachable);
	local_bh_enable();
	kfree(queue);
}

static struct queue *find(const struct tmirror_hold *hold,
			  const struct neighbour *neigh)
{
	struct queue *queue;

	list_for_each_entry(queue, &hold->queues, node)
		if (queue->neigh == neigh)
			return queue;
	return NULL;
}

static struct queue *find_or_make(struct tmirror_hold *hold,
				  const struct neighbour *neigh)
{
	struct queue *queue = find(hold, neigh);

	if (queue)
		return queue;
	queue = kmalloc(sizeof(*queue), GFP_ATOMIC | __GFP_NOWARN);
	if (!queue)
		return NULL;
	queue->neigh = neigh;
	__skb_queue_head_init(&queue->copies);
	queue->bytes = 0;
	list_add(&queue->node, &hold->queues);
	return queue;
}

/*
 * The kernel changes a next hop's state before it tells us, and we take the
 * lock when it does: what is seen under the lock to be waiting will be told of.
 */
static int add(struct tmirror_hold *hold, const struct neighbour *neigh,
	       struct sk_buff *copy)
{
	u8 state = READ_ONCE(neigh->nud_state);
	struct queue *queue;

	/* One that is gone already has a successor, for the stack to find. */
	if (state & NUD_VALID || READ_ONCE(neigh->dead))
		return TMIRROR_SENT;
	if (!(state & NUD_INCOMPLETE))
		return TMIRROR_DROP_NO_ROUTE;
	queue = find_or_make(hold, neigh);
	if (!queue)
		return TMIRROR_DROP_NO_MEMORY;
	/* As many as the kernel would let wait. */
	if (queue->bytes + copy->truesize >
	    (unsigned int)NEIGH_VAR(neigh->parms, QUEUE_LEN_BYTES))
		return TMIRROR_DROP_BACKLOG;
	/* It is sent when the packet path, and its RCU read side, are over. */
	if (!skb_dst_force(copy))
		return TMIRROR_DROP_NO_ROUTE;
	__skb_queue_tail(&queue->copies, copy);
	queue->bytes += copy->truesize;
	return TMIRROR_HELD;
}

/**
 * tmirror_hold_xmit - send a copy as soon as its next hop can be reached
 * @tn: the namespace
 * @neigh: the next hop
 * @copy: ready for tmirror_xmit_stack(); consumed
 * @account: who counts it
 *
 * Context: RCU read side, bottom halves disabled.
 * Return: TMIRROR_HELD: it waits, and will be counted; TMIRROR_SENT, or the
 * &enum tmirror_drop that it was lost by: it is the caller's to count.
 */
int tmirror_hold_xmit(struct tmirror_net *tn, struct neighbour *neigh,
		      struct sk_buff *copy,
		      const struct tmirror_account *account)
{
	struct tmirror_hold *hold = &tn->hold;
	int cause;

	/* Have the next hop asked, if that is not under way. */
	neigh_event_send(neigh, NULL);
	tmirror_session_keep(account->session);
	tmirror_target_keep(account->target);
	*account_of(copy) = *account;

	spin_lock(&hold->lock);
	cause = add(hold, neigh, copy);
	spin_unlock(&hold->lock);
	if (cause == TMIRROR_HELD)
		return cause;

	tmirror_session_release(account->session);
	tmirror_target_release(account->target);
	if (cause != TMIRROR_SENT) {
		kfree_skb(copy);
		return cause;
	}
	memset(copy->cb, 0, sizeof(copy->cb));
	return tmirror_xmit_stack(tn, copy);
}

/*
 * Called after every change; and before the end of a next hop, which is marked
 * dead by then, with the table of next hops locked: nothing can be sent there.
 */
static int neigh_event(struct notifier_block *block, unsigned long event,
		       void *info)
{
	const struct neighbour *neigh = info;
	struct tmirror_net *tn;
	bool reachable, dead;
	struct queue *queue;
	u8 state;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;
	tn = tmirror_net(dev_net(neigh->dev));
	spin_lock_bh(&tn->hold.lock);
	state = READ_ONCE(neigh->nud_state);
	dead = READ_ONCE(neigh->dead);
	reachable = (state & NUD_VALID) && !dead;
	queue = find(&tn->hold, neigh);
	if (queue && (!(state & NUD_INCOMPLETE) || dead))
		list_del(&queue->node);
	else
		queue = NULL;
	spin_unlock_bh(&tn->hold.lock);
	if (queue)
		settle_all(tn, queue, reachable);
	return NOTIFY_DONE;
}

static struct notifier_block neigh_notifier = {
	.notifier_call = neigh_event,
};

/**
 * tmirror_hold_init - begin with no copies waiting
 * @hold: where they will wait
 */
void tmirror_hold_init(struct tmirror_hold *hold)
{
	spin_lock_init(&hold->lock);
	INIT_LIST_HEAD(&hold->queues);
}

/**
 * tmirror_hold_empty - drop all copies that wait
 * @tn: the namespace, in which no more can come
 *
 * Context: process.
 */
void tmirror_hold_empty(struct tmirror_net *tn)
{
	struct queue *queue, *next;
	LIST_HEAD(queues);

	spin_lock_bh(&tn->hold.lock);
	list_splice_init(&tn->hold.queues, &queues);
	spin_unlock_bh(&tn->hold.lock);
	list_for_each_entry_safe(queue, next, &queues, node)
		settle_all(tn, queue, false);
}

/**
 * tmirror_hold_register - listen to what becomes of next hops
 *
 * Return: 0 or an error.
 */
int tmirror_hold_register(void)
{
	return register_netevent_notifier(&neigh_notifier);
}

/**
 * tmirror_hold_unregister - undo tmirror_hold_register()
 *
 * What waits is dropped with its namespace.
 */
void tmirror_hold_unregister(void)
{
	unregister_netevent_notifier(&neigh_notifier);
}
