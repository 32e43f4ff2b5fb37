// SPDX-License-Identifier: GPL-2.0
/* Copies: as long as they should be, and the original as it was. */
#include "bytes.h"
#include "fault.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/frame.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#define HEADROOM	70
#define FRAME_LEN	90

static void expect_copy(struct kunit *test, struct sk_buff *skb, unsigned int len,
			const struct bytes *want)
{
	struct tmirror_frame frame;
	struct sk_buff *copy;

	tmirror_frame_init(&frame, skb);
	KUNIT_ASSERT_EQ(test, frame.len, want->len);
	copy = tmirror_copy(&frame, len, HEADROOM, true);
	fixture_keep(test, copy);
	KUNIT_EXPECT_EQ(test, copy->len, len);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(copy));
	KUNIT_EXPECT_MEMEQ(test, copy->data, want->at, len);
	KUNIT_EXPECT_EQ(test, skb_headroom(copy), HEADROOM);
	KUNIT_EXPECT_TRUE(test, copy->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(copy));
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(copy));
	/* Nothing of what the original's stack knew of it. */
	KUNIT_EXPECT_NULL(test, copy->sk);
	KUNIT_EXPECT_NULL(test, copy->dev);
	KUNIT_EXPECT_NULL(test, skb_dst(copy));
	KUNIT_EXPECT_EQ(test, copy->mark, 0);
}

static const struct fixture tagged_shape = {
	"linear, with an offloaded tag", ARPHRD_ETHER, ETH_HLEN, true,
	.vlan_proto = ETH_P_8021Q, .vlan_tci = 5,
};

static const void *shape_gen_params(const void *prev, char *desc)
{
	const struct fixture *next = prev ? (const struct fixture *)prev + 1 :
					    fixture_shapes;

	if (prev == &tagged_shape)
		return NULL;
	if (next == fixture_shapes + FIXTURE_SHAPES)
		next = &tagged_shape;
	strscpy(desc, next->desc, KUNIT_PARAM_DESC_SIZE);
	return next;
}

static void copies_of_every_length(struct kunit *test)
{
	const struct fixture *how = test->param_value;
	struct bytes *in = bytes_new(test), *want = bytes_new(test);
	struct fixture_snapshot *before;
	struct sk_buff *skb;
	unsigned int len;

	bytes_add_pattern(in, FRAME_LEN);
	memcpy(bytes_add(want, 12), in->at, 12);
	if (how->vlan_proto)
		bytes_add_tag(want, how->vlan_proto, how->vlan_tci);
	memcpy(bytes_add(want, FRAME_LEN - 12), in->at + 12, FRAME_LEN - 12);

	skb = fixture_skb(test, how, in);
	before = fixture_snapshot(test, skb);
	for (len = 0; len <= want->len; len++)
		expect_copy(test, skb, len, want);
	fixture_expect_same(test, before);
}

static void runts_of_every_length(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	unsigned int len;

	for (;; bytes_add_pattern(b, 1)) {
		for (len = 0; len <= b->len; len++)
			expect_copy(test,
				    fixture_skb(test, &fixture_shapes[0], b),
				    len, b);
		if (b->len == ETH_HLEN)
			break;
	}
}

static void shared_originals_are_only_read(struct kunit *test)
{
	const struct fixture *how = test->param_value;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before, *of_clone;
	struct sk_buff *skb, *clone;

	bytes_add_pattern(b, FRAME_LEN);
	skb = fixture_skb(test, how, b);
	__vlan_hwaccel_clear_tag(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->mac_header + 34;
	skb->csum_offset = 6;
	clone = skb_clone(skb, GFP_KERNEL);
	fixture_keep(test, clone);
	/* As if a socket had both in its queue. */
	fixture_keep(test, skb_get(skb));
	before = fixture_snapshot(test, skb);
	of_clone = fixture_snapshot(test, clone);
	expect_copy(test, skb, 60, b);
	fixture_expect_same(test, before);
	fixture_expect_same(test, of_clone);
}

static void unreadable_bytes_give_no_copy(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb;

	bytes_add_pattern(b, FRAME_LEN);
	skb = fixture_skb(test, &fixture_shapes[4], b);
	skb->unreadable = true;
	tmirror_frame_init(&frame, skb);
	KUNIT_EXPECT_NULL(test, tmirror_copy(&frame, FRAME_LEN, HEADROOM, true));
	expect_copy(test, skb, ETH_HLEN, b);

	/* Nor can they be summed. */
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->mac_header + 34;
	skb->csum_offset = 6;
	KUNIT_EXPECT_NULL(test, tmirror_copy(&frame, FRAME_LEN, HEADROOM, true));
	expect_copy(test, skb, ETH_HLEN, b);
}

static void no_memory_gives_no_copy(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct tmirror_frame frame;
	struct sk_buff *skb, *copy;
	bool hit = true;
	unsigned int n;

	bytes_add_pattern(b, FRAME_LEN);
	skb = fixture_skb(test, &fixture_shapes[7], b);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->mac_header + 34;
	skb->csum_offset = 6;
	before = fixture_snapshot(test, skb);
	tmirror_frame_init(&frame, skb);
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		copy = tmirror_copy(&frame, FRAME_LEN, HEADROOM, true);
		hit = fault_nth_hit();
		KUNIT_EXPECT_TRUE(test, copy || hit);
		kfree_skb(copy);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	fault_all(test);
	copy = tmirror_copy(&frame, FRAME_LEN, HEADROOM, true);
	fault_end();
	KUNIT_EXPECT_NULL(test, copy);
	fixture_expect_same(test, before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(copies_of_every_length, shape_gen_params),
	KUNIT_CASE(runts_of_every_length),
	KUNIT_CASE_PARAM(shared_originals_are_only_read, shape_gen_params),
	KUNIT_CASE(unreadable_bytes_give_no_copy),
	KUNIT_CASE(no_memory_gives_no_copy),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_copy",
	.test_cases = cases,
};

kunit_test_suite(suite);
