// SPDX-License-Identifier: GPL-2.0
/* The sessions of a source: in which order, and what changes it. */
#include "fault.h"
#include "session_random.h"
#include "../module/filter.h"
#include "../module/net.h"
#include "../module/session.h"
#include "../module/source.h"
#include "../module/target.h"

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#define SESSIONS	6
#define KEEP		(-1)
#define NONE		0

/* A namespace without a network: two sources, two targets, a filter. */
struct context {
	struct tmirror_net tn;
	struct tmirror_target target[2];
	struct tmirror_filter *filter;
	struct net_device *dev[2];
};

static const struct net_device_ops device_ops = {};

static int make_device(struct context *context, unsigned int i)
{
	struct net_device *dev;
	int err;

	dev = alloc_netdev(0, "tmkunit%d", NET_NAME_UNKNOWN, ether_setup);
	if (!dev)
		return -ENOMEM;
	dev->netdev_ops = &device_ops;
	err = register_netdev(dev);
	if (err)
		free_netdev(dev);
	else
		context->dev[i] = dev;
	return err;
}

static int context_init(struct kunit *test)
{
	struct context *context;

	context = kunit_kzalloc(test, sizeof(*context), GFP_KERNEL);
	if (!context)
		return -ENOMEM;
	test->priv = context;
	context->tn.net = &init_net;
	mutex_init(&context->tn.lock);
	tmirror_table_init(&context->tn.sessions, SESSIONS);
	tmirror_table_init(&context->tn.filters, 1);
	tmirror_table_init(&context->tn.targets, 2);
	hash_init(context->tn.sources);
	context->filter = tmirror_filter_create(&context->tn.filters, "f");
	if (IS_ERR(context->filter))
		return PTR_ERR(context->filter);
	return make_device(context, 0) ?: make_device(context, 1);
}

static void context_exit(struct kunit *test)
{
	struct context *context = test->priv;
	struct tmirror_object *object;
	unsigned int i;

	if (!context || IS_ERR_OR_NULL(context->filter))
		return;
	mutex_lock(&context->tn.lock);
	while ((object = tmirror_table_next(&context->tn.sessions, 0))) {
		object->users = 0;
		tmirror_session_delete(&context->tn, (void *)object);
	}
	mutex_unlock(&context->tn.lock);
	KUNIT_EXPECT_TRUE(test, hash_empty(context->tn.sources));
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, context->target[i].object.users, 0);
	KUNIT_EXPECT_EQ(test, context->filter->object.users, 0);
	for (i = 0; i < TMIRROR_DIRECTIONS; i++)
		KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&context->tn.vnis[i]));
	tmirror_filter_delete(&context->tn.filters, context->filter);
	for (i = 0; i < 2; i++) {
		if (!context->dev[i])
			continue;
		unregister_netdev(context->dev[i]);
		free_netdev(context->dev[i]);
	}
	rcu_barrier();
	mutex_destroy(&context->tn.lock);
}

static struct context *context_of(struct kunit *test)
{
	return test->priv;
}

static int ifindex(struct kunit *test, unsigned int i)
{
	return context_of(test)->dev[i]->ifindex;
}

static struct tmirror_terms terms_of(struct kunit *test, u16 number)
{
	return (struct tmirror_terms) {
		.target = &context_of(test)->target[0],
		.vni = { 1000 + number, 1000 + number },
		.number = number,
		.enabled = true,
	};
}

static struct tmirror_session *create_like(struct kunit *test, const char *name,
					   const struct tmirror_terms *terms,
					   int from)
{
	struct tmirror_net *tn = &context_of(test)->tn;
	struct tmirror_session *session;

	mutex_lock(&tn->lock);
	session = tmirror_session_create(tn, name, terms, from);
	mutex_unlock(&tn->lock);
	return session;
}

static struct tmirror_session *try_create(struct kunit *test, const char *name,
					  u16 number, int from)
{
	struct tmirror_terms terms = terms_of(test, number);

	return create_like(test, name, &terms, from);
}

static struct tmirror_session *create(struct kunit *test, const char *name,
				      u16 number, int from)
{
	struct tmirror_session *session = try_create(test, name, number, from);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, session);
	return session;
}

static int set_like(struct kunit *test, struct tmirror_session *session,
		    const struct tmirror_terms *terms, int from)
{
	struct tmirror_net *tn = &context_of(test)->tn;
	int err;

	mutex_lock(&tn->lock);
	err = tmirror_session_set(tn, session, terms, from);
	mutex_unlock(&tn->lock);
	return err;
}

static int set(struct kunit *test, struct tmirror_session *session, u16 number,
	       int from)
{
	struct tmirror_terms terms = terms_of(test, number);

	return set_like(test, session, &terms, from);
}

static int delete(struct kunit *test, struct tmirror_session *session)
{
	struct tmirror_net *tn = &context_of(test)->tn;
	int err;

	mutex_lock(&tn->lock);
	err = tmirror_session_delete(tn, session);
	mutex_unlock(&tn->lock);
	return err;
}

static const struct tmirror_terms *now(const struct tmirror_session *session)
{
	return rcu_dereference_protected(session->terms, 1);
}

/* @numbers, ended by 0, are those of the sessions of device @i. */
static void expect_order(struct kunit *test, unsigned int i,
			 const u16 *numbers)
{
	struct tmirror_source *source;
	struct tmirror_order *order;
	unsigned int n = 0;

	rcu_read_lock();
	source = tmirror_source_find(&context_of(test)->tn, ifindex(test, i));
	rcu_read_unlock();
	if (!numbers[0]) {
		KUNIT_EXPECT_NULL(test, source);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, source);
	KUNIT_EXPECT_STREQ(test, source->name, context_of(test)->dev[i]->name);
	order = rcu_dereference_protected(source->order, 1);
	for (; numbers[n]; n++) {
		KUNIT_ASSERT_LT(test, n, order->count);
		KUNIT_EXPECT_EQ(test, order->terms[n]->number, numbers[n]);
		KUNIT_EXPECT_PTR_EQ(test, order->terms[n],
				    now(order->terms[n]->session));
		KUNIT_EXPECT_PTR_EQ(test, order->terms[n]->session->source,
				    source);
	}
	KUNIT_EXPECT_EQ(test, order->count, n);
}

#define EXPECT_ORDER(test, i, numbers...) \
	expect_order(test, i, (const u16[]){ numbers })

static void by_number_however_created(struct kunit *test)
{
	static const u16 numbers[4] = { 1, 2, 500, 32766 };
	struct tmirror_session *session[4];
	unsigned int order, i, seen;

	for (order = 0; order < 256; order++) {
		for (seen = 0, i = 0; i < 4; i++)
			seen |= 1 << (order >> 2 * i & 3);
		if (seen != 15)
			continue;
		for (i = 0; i < 4; i++)
			session[i] = create(test, (char []){ 'a' + i, 0 },
					    numbers[order >> 2 * i & 3],
					    ifindex(test, 0));
		EXPECT_ORDER(test, 0, 1, 2, 500, 32766, 0);
		for (i = 0; i < 4; i++)
			KUNIT_ASSERT_EQ(test, delete(test, session[i]), 0);
		EXPECT_ORDER(test, 0, 0);
	}
}

static void number_is_taken_once_a_source(struct kunit *test)
{
	struct context *context = context_of(test);

	create(test, "a", 1, ifindex(test, 0));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			PTR_ERR(try_create(test, "b", 1, ifindex(test, 0))));
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&context->tn.sessions,
						     "b"));
	KUNIT_EXPECT_EQ(test, context->target[0].object.users, 1);
	create(test, "b", 1, ifindex(test, 1));
	create(test, "c", 1, NONE);
	create(test, "d", 1, NONE);
	EXPECT_ORDER(test, 0, 1, 0);
	EXPECT_ORDER(test, 1, 1, 0);
}

static void create_refuses(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, -ENODEV,
			PTR_ERR(try_create(test, "a", 1, INT_MAX)));
	create(test, "a", 1, NONE);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			PTR_ERR(try_create(test, "a", 2, ifindex(test, 0))));
	EXPECT_ORDER(test, 0, 0);
	for (i = 1; i < SESSIONS; i++)
		create(test, (char []){ 'a' + i, 0 }, 1, NONE);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			PTR_ERR(try_create(test, "z", 1, ifindex(test, 0))));
	EXPECT_ORDER(test, 0, 0);
}

static void set_puts_it_elsewhere(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	struct tmirror_session *b = create(test, "b", 2, ifindex(test, 0));

	create(test, "c", 3, ifindex(test, 0));
	KUNIT_EXPECT_EQ(test, set(test, a, 9, KEEP), 0);
	EXPECT_ORDER(test, 0, 2, 3, 9, 0);
	KUNIT_EXPECT_EQ(test, set(test, a, 9, KEEP), 0);
	KUNIT_EXPECT_EQ(test, set(test, a, 3, KEEP), -EEXIST);
	EXPECT_ORDER(test, 0, 2, 3, 9, 0);
	KUNIT_EXPECT_EQ(test, now(a)->vni[TMIRROR_INGRESS], 1009);
	KUNIT_EXPECT_EQ(test, set(test, a, 3, ifindex(test, 1)), 0);
	EXPECT_ORDER(test, 0, 2, 3, 0);
	EXPECT_ORDER(test, 1, 3, 0);
	KUNIT_EXPECT_EQ(test, set(test, b, 3, ifindex(test, 1)), -EEXIST);
	EXPECT_ORDER(test, 0, 2, 3, 0);
	KUNIT_EXPECT_EQ(test, set(test, b, 2, ifindex(test, 1)), 0);
	EXPECT_ORDER(test, 0, 3, 0);
	EXPECT_ORDER(test, 1, 2, 3, 0);
	KUNIT_EXPECT_EQ(test, set(test, b, 2, NONE), 0);
	KUNIT_EXPECT_NULL(test, b->source);
	EXPECT_ORDER(test, 1, 3, 0);
	KUNIT_EXPECT_EQ(test, set(test, b, 3, KEEP), 0);
	KUNIT_EXPECT_NULL(test, b->source);
	KUNIT_EXPECT_EQ(test, set(test, a, 3, INT_MAX), -ENODEV);
	EXPECT_ORDER(test, 1, 3, 0);
	/* The last one takes the source with it. */
	KUNIT_EXPECT_EQ(test, set(test, a, 3, NONE), 0);
	EXPECT_ORDER(test, 1, 0);
}

/* A reader that has the old ones may go on. */
static void terms_are_replaced_not_changed(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	const struct tmirror_terms *before = now(a);

	KUNIT_EXPECT_PTR_EQ(test, before->session, a);
	KUNIT_EXPECT_EQ(test, set(test, a, 2, KEEP), 0);
	KUNIT_EXPECT_PTR_NE(test, before, now(a));
	KUNIT_EXPECT_PTR_EQ(test, now(a)->session, a);
	KUNIT_EXPECT_EQ(test, now(a)->number, 2);
}

static void users_are_counted(struct kunit *test)
{
	struct context *context = context_of(test);
	struct tmirror_terms terms = terms_of(test, 1);
	struct tmirror_session *a;

	terms.filter = context->filter;
	a = create_like(test, "a", &terms, NONE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	create(test, "b", 1, NONE);
	KUNIT_EXPECT_EQ(test, context->target[0].object.users, 2);
	KUNIT_EXPECT_EQ(test, context->filter->object.users, 1);

	terms.filter = NULL;
	terms.target = &context->target[1];
	KUNIT_EXPECT_EQ(test, set_like(test, a, &terms, KEEP), 0);
	KUNIT_EXPECT_EQ(test, context->target[0].object.users, 1);
	KUNIT_EXPECT_EQ(test, context->target[1].object.users, 1);
	KUNIT_EXPECT_EQ(test, context->filter->object.users, 0);

	a->object.users = 1;
	KUNIT_EXPECT_EQ(test, delete(test, a), -EBUSY);
	KUNIT_EXPECT_EQ(test, context->target[1].object.users, 1);
	a->object.users = 0;
	KUNIT_EXPECT_EQ(test, delete(test, a), 0);
	KUNIT_EXPECT_EQ(test, context->target[1].object.users, 0);
}

static void get_holds_and_put_lets_go(struct kunit *test)
{
	struct context *context = context_of(test);
	struct tmirror_session *a = create(test, "a", 1, NONE), *got, *none;

	got = tmirror_session_get(&context->tn, "a");
	none = tmirror_session_get(&context->tn, "b");
	KUNIT_EXPECT_PTR_EQ(test, got, a);
	KUNIT_EXPECT_NULL(test, none);
	KUNIT_EXPECT_EQ(test, delete(test, a), -EBUSY);
	tmirror_session_put(&context->tn, a);
	KUNIT_EXPECT_EQ(test, delete(test, a), 0);
}

static u32 random_calls;

/* Each number three times, with bits that a VNI has no room for. */
u32 session_random(void)
{
	return 0xab000000 | random_calls++ / 3;
}

static void random_vni_is_nobody_elses(struct kunit *test)
{
	struct tmirror_terms terms = terms_of(test, 1);
	struct tmirror_session *session;
	unsigned int i;

	random_calls = 0;
	terms.vni[TMIRROR_INGRESS] = 1;
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, create_like(test, "a", &terms,
						       NONE));
	terms.vni[TMIRROR_INGRESS] = TMIRROR_VNI_RANDOM;
	for (i = 1; i < SESSIONS; i++) {
		session = create_like(test, (char []){ 'a' + i, 0 }, &terms,
				      NONE);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, session);
		/* 1 is taken already. */
		KUNIT_EXPECT_EQ(test, now(session)->vni[TMIRROR_INGRESS], i == 1 ? 0 : i);
	}
	KUNIT_EXPECT_EQ(test, set_like(test, session, &terms, KEEP), 0);
	KUNIT_EXPECT_EQ(test, now(session)->vni[TMIRROR_INGRESS], SESSIONS);
}

/* The VNI that a new session gets which may choose from @first on. */
static u32 vni_from(struct kunit *test, u32 first)
{
	struct tmirror_terms terms = terms_of(test, 1);
	struct tmirror_session *session;
	u32 vni;

	terms.vni[TMIRROR_INGRESS] = TMIRROR_VNI_RANDOM;
	random_calls = 3 * first;
	session = create_like(test, "new", &terms, NONE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, session);
	vni = now(session)->vni[TMIRROR_INGRESS];
	KUNIT_EXPECT_EQ(test, now(session)->vni[TMIRROR_EGRESS], vni);
	KUNIT_EXPECT_EQ(test, delete(test, session), 0);
	return vni;
}

static struct tmirror_session *create_vni(struct kunit *test, const char *name,
					  u32 ingress, u32 egress)
{
	struct tmirror_terms terms = terms_of(test, 1);
	struct tmirror_session *session;

	terms.vni[TMIRROR_INGRESS] = ingress;
	terms.vni[TMIRROR_EGRESS] = egress;
	session = create_like(test, name, &terms, NONE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, session);
	return session;
}

static void vni_is_taken_by_either_direction(struct kunit *test)
{
	create_vni(test, "a", 5, 7);
	create_vni(test, "b", 9, 9);
	KUNIT_EXPECT_EQ(test, vni_from(test, 5), 6);
	KUNIT_EXPECT_EQ(test, vni_from(test, 6), 6);
	KUNIT_EXPECT_EQ(test, vni_from(test, 7), 8);
	KUNIT_EXPECT_EQ(test, vni_from(test, 9), 10);
}

static void vni_is_free_once_deleted(struct kunit *test)
{
	struct tmirror_session *a = create_vni(test, "a", 5, 7);

	KUNIT_EXPECT_EQ(test, delete(test, a), 0);
	KUNIT_EXPECT_EQ(test, vni_from(test, 5), 5);
	KUNIT_EXPECT_EQ(test, vni_from(test, 7), 7);
}

static void vni_is_free_once_set(struct kunit *test)
{
	struct tmirror_session *a = create_vni(test, "a", 5, 7);
	struct tmirror_terms terms = *now(a);

	terms.vni[TMIRROR_INGRESS] = 6;
	KUNIT_EXPECT_EQ(test, set_like(test, a, &terms, KEEP), 0);
	KUNIT_EXPECT_EQ(test, vni_from(test, 5), 5);
	KUNIT_EXPECT_EQ(test, vni_from(test, 6), 8);
	/* What is refused changes nothing. */
	terms.vni[TMIRROR_INGRESS] = 9;
	KUNIT_EXPECT_EQ(test, set_like(test, a, &terms, INT_MAX), -ENODEV);
	KUNIT_EXPECT_EQ(test, vni_from(test, 9), 9);
	KUNIT_EXPECT_EQ(test, vni_from(test, 6), 8);
}

static void shared_vni_is_free_after_the_last(struct kunit *test)
{
	unsigned int last, i;

	for (last = 0; last < 3; last++) {
		struct tmirror_session *session[] = {
			create_vni(test, "a", 5, 5),
			create_vni(test, "b", 5, 6),
			create_vni(test, "c", 4, 5),
		};

		for (i = 0; i < 3; i++)
			if (i != last)
				KUNIT_EXPECT_EQ(test, delete(test, session[i]), 0);
		KUNIT_EXPECT_NE(test, vni_from(test, 5), 5);
		KUNIT_EXPECT_EQ(test, delete(test, session[last]), 0);
		KUNIT_EXPECT_EQ(test, vni_from(test, 4), 4);
		KUNIT_EXPECT_EQ(test, vni_from(test, 5), 5);
		KUNIT_EXPECT_EQ(test, vni_from(test, 6), 6);
	}
}

/* Many, in an order that makes the index turn about, with many of them shared. */
static void vnis_are_found_among_many(struct kunit *test)
{
	struct tmirror_net *tn = &context_of(test)->tn;
	struct tmirror_session *session[64];
	unsigned int i, vni;
	char name[8];

	tn->sessions.limit = ARRAY_SIZE(session) + 1;
	for (i = 0; i < ARRAY_SIZE(session); i++) {
		snprintf(name, sizeof(name), "s%u", i);
		vni = i * 37 % 32 * 2;
		session[i] = create_vni(test, name, vni, 100 + vni);
	}
	for (i = 0; i < ARRAY_SIZE(session) / 2; i++)
		KUNIT_EXPECT_EQ(test, delete(test, session[i]), 0);
	for (vni = 0; vni < 64; vni++) {
		KUNIT_EXPECT_EQ(test, vni_from(test, vni), vni | 1);
		KUNIT_EXPECT_EQ(test, vni_from(test, 100 + vni), (100 + vni) | 1);
	}
	for (; i < ARRAY_SIZE(session); i++)
		KUNIT_EXPECT_EQ(test, delete(test, session[i]), 0);
	for (vni = 0; vni < 164; vni++)
		KUNIT_EXPECT_EQ(test, vni_from(test, vni), vni);
}

static void device_gone_keeps_the_session(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	struct tmirror_session *b = create(test, "b", 2, ifindex(test, 0));
	struct tmirror_source *source = a->source;

	mutex_lock(&context_of(test)->tn.lock);
	tmirror_source_gone(&context_of(test)->tn, source);
	mutex_unlock(&context_of(test)->tn.lock);
	EXPECT_ORDER(test, 0, 0);
	KUNIT_EXPECT_PTR_EQ(test, a->source, source);
	KUNIT_EXPECT_EQ(test, source->ifindex, 0);
	KUNIT_EXPECT_STREQ(test, source->name, context_of(test)->dev[0]->name);
	KUNIT_EXPECT_EQ(test, set(test, b, 1, KEEP), -EEXIST);
	KUNIT_EXPECT_EQ(test, set(test, b, 3, KEEP), 0);
	/* The device is back: it is a source of its own. */
	KUNIT_EXPECT_EQ(test, set(test, b, 3, ifindex(test, 0)), 0);
	EXPECT_ORDER(test, 0, 3, 0);
	KUNIT_EXPECT_PTR_NE(test, b->source, source);
	KUNIT_EXPECT_EQ(test, delete(test, a), 0);
	EXPECT_ORDER(test, 0, 3, 0);
}

static void end_of_a_source_leaves_sessions_without(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	struct tmirror_session *b = create(test, "b", 2, ifindex(test, 0));
	struct tmirror_net *tn = &context_of(test)->tn;

	mutex_lock(&tn->lock);
	KUNIT_EXPECT_TRUE(test, tmirror_source_is_shared(tn, a->source));
	tmirror_source_end(tn, a->source);
	mutex_unlock(&tn->lock);
	KUNIT_EXPECT_NULL(test, a->source);
	KUNIT_EXPECT_NULL(test, b->source);
	EXPECT_ORDER(test, 0, 0);
}

static void create_without_memory_changes_nothing(struct kunit *test)
{
	struct context *context = context_of(test);
	struct tmirror_session *session;
	bool hit = true;
	unsigned int n;

	create(test, "a", 1, ifindex(test, 0));
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		session = try_create(test, "b", 3, ifindex(test, 1));
		hit = fault_nth_hit();
		if (!IS_ERR(session))
			KUNIT_ASSERT_EQ(test, delete(test, session), 0);
		else
			KUNIT_EXPECT_EQ(test, PTR_ERR(session), -ENOMEM);
		EXPECT_ORDER(test, 0, 1, 0);
		EXPECT_ORDER(test, 1, 0);
		KUNIT_EXPECT_EQ(test, context->target[0].object.users, 1);
		KUNIT_EXPECT_EQ(test, context->tn.sessions.count, 1);
	}
	KUNIT_EXPECT_FALSE(test, hit);
	fault_all(test);
	session = try_create(test, "b", 3, ifindex(test, 1));
	fault_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(session), -ENOMEM);
	KUNIT_EXPECT_EQ(test, context->tn.sessions.count, 1);
}

static void set_without_memory_changes_nothing(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	struct context *context = context_of(test);
	bool hit = true;
	unsigned int n;
	int err;

	create(test, "b", 2, ifindex(test, 0));
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		err = set(test, a, 4, ifindex(test, 1));
		hit = fault_nth_hit();
		if (!err) {
			EXPECT_ORDER(test, 0, 2, 0);
			EXPECT_ORDER(test, 1, 4, 0);
			KUNIT_ASSERT_EQ(test, 0, set(test, a, 1,
						     ifindex(test, 0)));
		} else {
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		}
		EXPECT_ORDER(test, 0, 1, 2, 0);
		EXPECT_ORDER(test, 1, 0);
		KUNIT_EXPECT_EQ(test, context->target[0].object.users, 2);
	}
	KUNIT_EXPECT_FALSE(test, hit);
	fault_all(test);
	err = set(test, a, 4, KEEP);
	fault_end();
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	EXPECT_ORDER(test, 0, 1, 2, 0);
}

/* But for the last of a source: that has to go through. */
static void delete_without_memory_changes_nothing(struct kunit *test)
{
	struct tmirror_session *a = create(test, "a", 1, ifindex(test, 0));
	struct tmirror_session *b = create(test, "b", 2, ifindex(test, 0));
	int err;

	fault_all(test);
	err = delete(test, a);
	fault_end();
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	EXPECT_ORDER(test, 0, 1, 2, 0);
	KUNIT_EXPECT_EQ(test, delete(test, a), 0);
	fault_all(test);
	err = delete(test, b);
	fault_end();
	KUNIT_EXPECT_EQ(test, err, 0);
	EXPECT_ORDER(test, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(by_number_however_created),
	KUNIT_CASE(number_is_taken_once_a_source),
	KUNIT_CASE(create_refuses),
	KUNIT_CASE(set_puts_it_elsewhere),
	KUNIT_CASE(terms_are_replaced_not_changed),
	KUNIT_CASE(users_are_counted),
	KUNIT_CASE(get_holds_and_put_lets_go),
	KUNIT_CASE(random_vni_is_nobody_elses),
	KUNIT_CASE(vni_is_taken_by_either_direction),
	KUNIT_CASE(vni_is_free_once_deleted),
	KUNIT_CASE(vni_is_free_once_set),
	KUNIT_CASE(shared_vni_is_free_after_the_last),
	KUNIT_CASE(vnis_are_found_among_many),
	KUNIT_CASE(device_gone_keeps_the_session),
	KUNIT_CASE(end_of_a_source_leaves_sessions_without),
	KUNIT_CASE(create_without_memory_changes_nothing),
	KUNIT_CASE(set_without_memory_changes_nothing),
	KUNIT_CASE(delete_without_memory_changes_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_session",
	.init = context_init,
	.exit = context_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
