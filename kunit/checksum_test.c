// SPDX-License-Identifier: GPL-2.0
/* Checksums that a sender left to its device: the copy has to have them. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/frame.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#define HEADROOM	70

struct checksum_case {
	const char *desc;
	u16 type;
	u8 proto;
	u8 at;			/* where in the L4 header the checksum is */
	unsigned int len;	/* of the L4 header and its data */
	unsigned int shape;
	u16 vlan_proto;
	bool linkless;
	bool to_zero;		/* its data is such that the sum is zero */
};

#define IN4	ETH_P_IP
#define IN6	ETH_P_IPV6
#define TCP	.proto = IPPROTO_TCP, .at = 16
#define UDP	.proto = IPPROTO_UDP, .at = 6
#define ICMP6	.proto = IPPROTO_ICMPV6, .at = 2
#define Q	ETH_P_8021Q

static const struct checksum_case checksum_cases[] = {
	{ "tcp, IPv4", IN4, TCP, 100 },
	{ "tcp, IPv6", IN6, TCP, 100 },
	{ "udp, IPv4", IN4, UDP, 100 },
	{ "udp, IPv6", IN6, UDP, 100 },
	{ "icmpv6", IN6, ICMP6, 64 },
	{ "udplite", IN4, IPPROTO_UDPLITE, 6, 64 },
	{ "dccp", IN6, IPPROTO_DCCP, 6, 64 },
	{ "data of odd length", IN4, UDP, 33 },
	{ "no data", IN6, UDP, 8 },
	{ "data of one byte", IN4, TCP, 21 },
	{ "at ingress", IN4, TCP, 100, 1 },
	{ "pages", IN4, TCP, 80, 3 },
	{ "pages at ingress", IN6, UDP, 80, 4 },
	{ "list at ingress", IN6, TCP, 60, 6 },
	{ "pages and list", IN4, UDP, 81, 7 },
	{ "behind an offloaded tag", IN4, TCP, 100, 0, Q },
	{ "behind an offloaded tag, pages", IN6, UDP, 51, 3, Q },
	{ "behind an offloaded tag, ingress", IN6, UDP, 51, 1, Q },
	{ "no link layer, IPv4", IN4, TCP, 100, .linkless = true },
	{ "no link layer, IPv6", IN6, UDP, 33, .linkless = true },
	{ "udp that sums to zero, IPv4", IN4, UDP, 40, .to_zero = true },
	{ "udp that sums to zero, IPv6", IN6, UDP, 40, .to_zero = true },
};

KUNIT_ARRAY_PARAM_DESC(checksum, checksum_cases, desc);

static const struct fixture linkless_shape = { "none", ARPHRD_NONE };

/*
 * The packet as a sender leaves it: where the checksum is to be, the sum over
 * the pseudo-header. Return: where the L4 header is.
 */
static unsigned int make(const struct checksum_case *param, struct bytes *b)
{
	struct ipv6hdr *ip6 = NULL;
	struct iphdr *ip4 = NULL;
	unsigned int l4;
	u16 sum;

	if (!param->linkless)
		bytes_add_eth(b, param->type);
	if (param->type == IN4)
		ip4 = bytes_add_ipv4(b, 5, param->proto);
	else
		ip6 = bytes_add_ipv6(b, param->proto);
	l4 = b->len;
	bytes_add_pattern(b, param->len);
	if (ip4)
		bytes_end_ipv4(b, ip4);
	else
		bytes_end_ipv6(b, ip6);
	sum = bytes_fold(bytes_pseudo_sum(ip4 ?: (void *)ip6, param->proto,
					  param->len));
	b->at[l4 + param->at] = sum >> 8;
	b->at[l4 + param->at + 1] = sum;
	return l4;
}

/* Change two bytes of the data, so that the sum is 0xffff and its check 0. */
static void make_zero(const struct checksum_case *param, struct bytes *b,
		      unsigned int l4)
{
	u8 *data = b->at + l4 + 8;
	u16 sum;

	data[0] = 0;
	data[1] = 0;
	/* The pseudo-header's is in the header, for the sender put it there. */
	sum = ~bytes_fold(bytes_sum(0, b->at + l4, param->len));
	data[0] = sum >> 8;
	data[1] = sum;
}

static struct sk_buff *skb_of(struct kunit *test,
			      const struct checksum_case *param,
			      const struct bytes *b, unsigned int l4)
{
	struct fixture how = fixture_shapes[param->shape];
	struct sk_buff *skb;

	if (param->linkless)
		how = linkless_shape;
	how.vlan_proto = param->vlan_proto;
	skb = fixture_skb(test, &how, b);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->mac_header + l4;
	skb->csum_offset = param->at;
	return skb;
}

static void whole_copy_has_the_checksum(struct kunit *test)
{
	const struct checksum_case *param = test->param_value;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct tmirror_frame frame;
	struct sk_buff *skb, *copy;
	unsigned int l4, added;
	u8 *got, *check;
	u32 sum;

	l4 = make(param, b);
	if (param->to_zero)
		make_zero(param, b, l4);
	skb = skb_of(test, param, b, l4);
	before = fixture_snapshot(test, skb);
	tmirror_frame_init(&frame, skb);
	copy = tmirror_copy(&frame, frame.len, HEADROOM, true);
	fixture_keep(test, copy);
	fixture_expect_same(test, before);
	KUNIT_EXPECT_TRUE(test, copy->ip_summed == CHECKSUM_NONE);

	added = param->linkless ? ETH_HLEN : param->vlan_proto ? 4 : 0;
	KUNIT_ASSERT_EQ(test, copy->len, b->len + added);
	got = copy->data + added + l4;
	check = got + param->at;
	sum = bytes_pseudo_sum(b->at + (param->linkless ? 0 : ETH_HLEN),
			       param->proto, param->len);
	KUNIT_EXPECT_EQ(test, bytes_fold(bytes_sum(sum, got, param->len)),
			0xffff);
	/* A zero would say that there is no checksum. */
	KUNIT_EXPECT_NE(test, check[0] << 8 | check[1], 0);
	if (param->to_zero)
		KUNIT_EXPECT_EQ(test, check[0] << 8 | check[1], 0xffff);

	/* Nothing else has changed. */
	memcpy(check, b->at + l4 + param->at, 2);
	KUNIT_EXPECT_MEMEQ(test, got, b->at + l4, param->len);
}

static void cut_copy_is_left_alone(struct kunit *test)
{
	const struct checksum_case *param = test->param_value;
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	unsigned int l4, cut, at;
	struct sk_buff *skb, *copy;

	l4 = make(param, b);
	skb = skb_of(test, param, b, l4);
	tmirror_frame_init(&frame, skb);
	for (cut = 1; cut <= param->len; cut++) {
		copy = tmirror_copy(&frame, frame.len - cut, HEADROOM, true);
		fixture_keep(test, copy);
		KUNIT_EXPECT_TRUE(test, copy->ip_summed == CHECKSUM_NONE);
		at = frame.len - param->len;
		KUNIT_EXPECT_MEMEQ(test, copy->data + at, b->at + l4,
				   param->len - cut);
	}
}

/* A host that computed it itself, or has it from the wire. */
static void finished_checksum_is_left_alone(struct kunit *test)
{
	static const u8 states[] = {
		CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE,
	};
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb, *copy;
	unsigned int l4, i;

	l4 = make(&checksum_cases[0], b);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		skb = skb_of(test, &checksum_cases[0], b, l4);
		skb->ip_summed = states[i];
		tmirror_frame_init(&frame, skb);
		copy = tmirror_copy(&frame, frame.len, HEADROOM, true);
		fixture_keep(test, copy);
		KUNIT_EXPECT_MEMEQ(test, copy->data, b->at, b->len);
	}
}

static void sctp_has_its_own_checksum(struct kunit *test)
{
	static const struct checksum_case sctp_case = {
		"sctp", IN4, IPPROTO_SCTP, offsetof(struct sctphdr, checksum),
		60,
	};
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb, *copy;
	unsigned int l4;

	l4 = make(&sctp_case, b);
	memset(b->at + l4 + sctp_case.at, 0, 4);
	skb = skb_of(test, &sctp_case, b, l4);
	skb->csum_not_inet = 1;
	tmirror_frame_init(&frame, skb);
	copy = tmirror_copy(&frame, frame.len, HEADROOM, true);
	fixture_keep(test, copy);
	bytes_end_sctp(b, l4);
	KUNIT_EXPECT_MEMEQ(test, copy->data, b->at, b->len);
}

/*
 * A guest or a packet socket may name any place. Within the frame two bytes
 * may change, else none. Return: how many did.
 */
static unsigned int expect_bounded(struct kunit *test,
				   const struct tmirror_frame *frame,
				   const u8 *was, int start,
				   unsigned int offset)
{
	struct sk_buff *copy = tmirror_copy(frame, frame->len, HEADROOM, true);
	unsigned int i, changed = 0, at = start + offset;

	KUNIT_ASSERT_NOT_NULL_MSG(test, copy, "start %d, offset %u", start,
				  offset);
	for (i = 0; i < copy->len; i++) {
		if (copy->data[i] == was[i])
			continue;
		changed++;
		if (start < 0 || at + 2 > copy->len || i < at || i > at + 1)
			KUNIT_FAIL_AND_ABORT(test,
					     "start %d, offset %u: byte %u",
					     start, offset, i);
	}
	kfree_skb(copy);
	return changed;
}

static void wrong_places_do_no_harm(struct kunit *test)
{
	const struct fixture *how = test->param_value;
	struct bytes *b = bytes_new(test);
	unsigned int offset, changed;
	struct tmirror_frame frame;
	struct sk_buff *skb;
	int start;

	bytes_add_eth(b, ETH_P_IP);
	bytes_add_pattern(b, 30);
	skb = fixture_skb(test, how, b);
	skb->ip_summed = CHECKSUM_PARTIAL;
	tmirror_frame_init(&frame, skb);
	for (start = -30; start < 60; start++) {
		skb->csum_start = skb->mac_header + start;
		for (offset = 0; offset < 50; offset++) {
			skb->csum_offset = offset;
			changed = expect_bounded(test, &frame, b->at, start,
						 offset);
			/* However odd the place, if the device can, we do. */
			if (start >= 0 && start + offset + 2 <= b->len)
				KUNIT_EXPECT_GT_MSG(test, changed, 0,
						    "start %d, offset %u",
						    start, offset);
		}
		skb->csum_offset = 0xffff;
		expect_bounded(test, &frame, b->at, start, 0xffff);
	}
}

static const void *shape_gen_params(const void *prev, char *desc)
{
	const struct fixture *next = prev ? (const struct fixture *)prev + 1 :
					    fixture_shapes;

	if (next == fixture_shapes + FIXTURE_SHAPES)
		return NULL;
	strscpy(desc, next->desc, KUNIT_PARAM_DESC_SIZE);
	return next;
}

static const struct fixture any_place_cases[] = {
	{ "linear", ARPHRD_ETHER, ETH_HLEN },
	{ "pages", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES, 15, 7 },
	{ "list", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_LIST, 3, 5 },
	{ "tag", ARPHRD_ETHER, ETH_HLEN, false, .vlan_proto = Q },
	{ "tag, ingress, pages", ARPHRD_ETHER, ETH_HLEN, true,
	  FIXTURE_PAGES, 17, 9, .vlan_proto = Q },
	{ "no link layer", ARPHRD_NONE },
	{ "another link layer, list", ARPHRD_PPP, 4, false, FIXTURE_LIST,
	  5, 3 },
};

KUNIT_ARRAY_PARAM_DESC(any_place, any_place_cases, desc);

/* From there to the end, over what the wire has that the skb has not. */
static void sums_from_any_place(struct kunit *test)
{
	const struct fixture *how = test->param_value;
	unsigned int start = how->type == ARPHRD_ETHER ? 0 : how->link;
	unsigned int tag_at = how->vlan_proto ? 12 : 0;
	unsigned int pos, offset = 4, sum;
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb, *copy;

	for (; start + offset + 2 <= 60; start++) {
		/* There the tag would be between the place and the field. */
		if (start < tag_at && start + offset + 2 > tag_at)
			continue;
		b->len = 0;
		bytes_add_pattern(b, 60);
		memset(b->at + start + offset, 0, 2);
		skb = fixture_skb(test, how, b);
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb->mac_header + start;
		skb->csum_offset = offset;
		tmirror_frame_init(&frame, skb);
		copy = tmirror_copy(&frame, frame.len, HEADROOM, true);
		fixture_keep(test, copy);
		pos = start < tag_at ? start : start + copy->len - b->len;
		sum = bytes_sum(0, copy->data + pos, copy->len - pos);
		KUNIT_EXPECT_EQ_MSG(test, bytes_fold(sum), 0xffff,
				    "start %u", start);
	}
}

/* The copy has more headroom, so what fits 16 bits there may not do so here. */
static void places_near_64_kib_do_no_harm(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	unsigned int back;
	struct sk_buff *skb;

	bytes_add_eth(b, ETH_P_IP);
	bytes_add_pattern(b, 65490 - ETH_HLEN);
	skb = fixture_skb(test, &fixture_shapes[0], b);
	skb->ip_summed = CHECKSUM_PARTIAL;
	tmirror_frame_init(&frame, skb);
	for (back = 4; back < 100; back++) {
		skb->csum_start = skb->mac_header + b->len - back;
		skb->csum_offset = 1;
		expect_bounded(test, &frame, b->at, b->len - back, 1);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(whole_copy_has_the_checksum, checksum_gen_params),
	KUNIT_CASE_PARAM(cut_copy_is_left_alone, checksum_gen_params),
	KUNIT_CASE(finished_checksum_is_left_alone),
	KUNIT_CASE(sctp_has_its_own_checksum),
	KUNIT_CASE_PARAM(wrong_places_do_no_harm, shape_gen_params),
	KUNIT_CASE_PARAM(sums_from_any_place, any_place_gen_params),
	KUNIT_CASE(places_near_64_kib_do_no_harm),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_checksum",
	.test_cases = cases,
};

kunit_test_suite(suite);
