// SPDX-License-Identifier: GPL-2.0
/* Super-packets, cut into the packets that the wire will see. */
#include "bytes.h"
#include "fault.h"
#include "gso_fixture.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/segment.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define Q	ETH_P_8021Q

#define PARTIAL		.summed = CHECKSUM_PARTIAL
#define ECN_FLAGS	.flags = 0x89	/* CWR, PSH, FIN */

static const struct fixture ingress = {
	"ingress", ARPHRD_ETHER, ETH_HLEN, true,
};

static const struct fixture tagged = {
	"egress, tag", ARPHRD_ETHER, ETH_HLEN, false,
	.vlan_proto = ETH_P_8021Q, .vlan_tci = 0x3009,
};

static const struct fixture ingress_tagged = {
	"ingress, tag", ARPHRD_ETHER, ETH_HLEN, true,
	.vlan_proto = ETH_P_8021AD, .vlan_tci = 0x3009,
};

static const struct fixture pages = {
	"pages", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_PAGES, 60, 333,
};

static const struct fixture ingress_pages = {
	"ingress, pages", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES, 34, 777,
};

static const struct fixture lists = {
	"list", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_LIST, 70, 500,
};

static const struct fixture both = {
	"pages and list", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_BOTH, 66, 400,
};

static const struct fixture linkless = { "none", ARPHRD_NONE };

static const struct fixture linkless_ingress = {
	"none, ingress", ARPHRD_NONE, 0, true, FIXTURE_PAGES, 60, 999,
};

static const struct gso gso_cases[] = {
	{ "tcp, IPv4", IP4, TCP, 3000, 1000, PARTIAL },
	{ "tcp, IPv6", IP6, TCP, 3000, 1000, PARTIAL },
	{ "udp, IPv4", IP4, UDP, 3000, 1000, PARTIAL },
	{ "udp, IPv6", IP6, UDP, 3000, 1000, PARTIAL },
	{ "a rest of one byte", IP4, TCP, 2001, 1000, PARTIAL },
	{ "a rest of one byte, udp", IP6, UDP, 2001, 1000, PARTIAL },
	{ "odd segments", IP4, TCP, 2500, 333, PARTIAL },
	{ "segments of one byte", IP4, UDP, 40, 1, PARTIAL },
	{ "tcp options", IP4, TCP, 3000, 1000, PARTIAL, .doff = 15 },
	{ "IPv4 options", IP4, TCP, 3000, 1000, PARTIAL, .ihl = 9 },
	{ "IPv6 extensions", IP6, TCP, 3000, 1000, PARTIAL, .extensions = 2 },
	{ "flags of the first and the last", IP4, TCP, 3000, 1000, PARTIAL,
	  ECN_FLAGS, .more = SKB_GSO_TCP_ECN },
	{ "fixed id", IP4, TCP, 3000, 1000, PARTIAL,
	  .more = SKB_GSO_TCP_FIXEDID },
	{ "untrusted sender", IP4, TCP, 3000, 1000, PARTIAL,
	  .more = SKB_GSO_DODGY },
	{ "ingress, tcp", IP4, TCP, 3000, 1000, &ingress, PARTIAL },
	{ "ingress, udp", IP6, UDP, 3000, 1000, &ingress, PARTIAL },
	{ "ingress, checked by the device", IP4, TCP, 3000, 1000, &ingress,
	  .summed = CHECKSUM_UNNECESSARY },
	{ "ingress, checked by nobody", IP6, TCP, 3000, 1000, &ingress,
	  .summed = CHECKSUM_NONE },
	{ "ingress, summed by the device", IP4, TCP, 3000, 1000, &ingress,
	  .summed = CHECKSUM_COMPLETE },
	{ "offloaded tag", IP4, TCP, 3000, 1000, &tagged, PARTIAL },
	{ "offloaded tag, udp", IP6, UDP, 3000, 1000, &tagged, PARTIAL },
	{ "offloaded tag at ingress", IP4, TCP, 3000, 1000, &ingress_tagged,
	  PARTIAL },
	{ "tag in the frame", IP4, TCP, 3000, 1000, PARTIAL, .tag = Q },
	{ "tag in the frame at ingress", IP4, TCP, 3000, 1000, &ingress,
	  PARTIAL, .tag = Q },
	{ "both tags", IP6, TCP, 3000, 1000, &ingress_tagged, PARTIAL,
	  .tag = Q },
	{ "pages", IP4, TCP, 5000, 1400, &pages, PARTIAL },
	{ "pages, udp", IP4, UDP, 5000, 1400, &pages, PARTIAL },
	{ "pages at ingress", IP6, TCP, 5000, 1400, &ingress_pages, PARTIAL },
	{ "list", IP4, TCP, 5000, 1400, &lists, PARTIAL },
	{ "list, udp", IP6, UDP, 5000, 1400, &lists, PARTIAL },
	{ "pages and list", IP4, TCP, 5000, 1400, &both, PARTIAL },
	{ "no link layer", IP4, TCP, 3000, 1000, &linkless, PARTIAL },
	{ "no link layer, udp", IP6, UDP, 3000, 1000, &linkless, PARTIAL },
	{ "no link layer at ingress", IP6, TCP, 3000, 1000, &linkless_ingress,
	  PARTIAL },
	{ "64 KiB", IP4, TCP, 65000, 1448, PARTIAL },
};

KUNIT_ARRAY_PARAM_DESC(gso, gso_cases, desc);

static struct sk_buff *segments_of(const struct sk_buff *skb)
{
	struct tmirror_frame frame;
	struct sk_buff *segments;

	local_bh_disable();
	tmirror_frame_init(&frame, skb);
	segments = tmirror_segment(&frame);
	local_bh_enable();
	return segments;
}

KUNIT_DEFINE_ACTION_WRAPPER(free_list, kfree_skb_list, struct sk_buff *);

/* Each segment as the copy that is sent. */
static void expect_frame(struct kunit *test, struct sk_buff *segment,
			 const struct bytes *want, unsigned int i)
{
	struct tmirror_frame frame;
	struct sk_buff *copy;
	unsigned int at;

	tmirror_frame_init(&frame, segment);
	KUNIT_ASSERT_EQ_MSG(test, frame.len, want->len, "segment %u", i);
	copy = tmirror_copy(&frame, frame.len, 0, true);
	fixture_keep(test, copy);
	KUNIT_EXPECT_TRUE(test, copy->ip_summed == CHECKSUM_NONE);
	for (at = 0; at < want->len; at++)
		if (copy->data[at] != want->at[at])
			KUNIT_FAIL_AND_ABORT(test,
					     "segment %u, byte %u: %02x, want %02x",
					     i, at, copy->data[at],
					     want->at[at]);
}

/* Return: how many bytes the segments have together. */
static unsigned int expect_segments(struct kunit *test,
				    struct sk_buff *segments,
				    const struct gso *gso,
				    const struct bytes *b,
				    const struct gso_layout *layout)
{
	struct bytes *want = bytes_new(test);
	unsigned int i = 0, sum = 0;
	struct sk_buff *segment;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	for (segment = segments; segment; segment = segment->next) {
		if (!gso_want_segment(gso, b, layout, i, want))
			break;
		expect_frame(test, segment, want, i++);
		sum += want->len;
	}
	KUNIT_EXPECT_NULL_MSG(test, segment, "more than %u", i);
	KUNIT_EXPECT_FALSE(test, gso_want_segment(gso, b, layout, i, want));
	kunit_kfree(test, want);
	return sum;
}

static void segments_are_the_packets_on_the_wire(struct kunit *test)
{
	const struct gso *gso = test->param_value;
	struct sk_buff *skb, *segments, *segment;
	struct bytes *b = bytes_new(test);
	unsigned int i = 0, count, sum;
	struct fixture_snapshot *before;
	struct tmirror_frame frame;
	struct tmirror_flow flow;
	struct gso_layout layout;
	u32 header;

	gso_bytes(gso, b, &layout);
	skb = gso_skb(test, gso, b, &layout);
	before = fixture_snapshot(test, skb);
	segments = segments_of(skb);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_list,
							   segments));
	fixture_expect_same(test, before);
	sum = expect_segments(test, segments, gso, b, &layout);
	for (segment = segments; segment; segment = segment->next) {
		KUNIT_EXPECT_PTR_EQ(test, segment->dev, skb->dev);
		i++;
	}

	/* What was counted before is what came out. */
	tmirror_frame_init(&frame, skb);
	tmirror_flow_parse(&flow, &frame);
	count = tmirror_segment_count(&frame, &flow, &header);
	KUNIT_EXPECT_EQ(test, count, i);
	KUNIT_EXPECT_EQ(test, frame.len + (count - 1) * header, sum);
	fixture_expect_same(test, before);
}

/* Somebody else looks at it: a packet socket, or TCP's own queue. */
static void shared_originals_are_only_read(struct kunit *test)
{
	const struct gso *gso = test->param_value;
	struct fixture_snapshot *before, *of_clone;
	struct bytes *b = bytes_new(test);
	struct sk_buff *skb, *clone, *segments;
	struct gso_layout layout;

	gso_bytes(gso, b, &layout);
	skb = gso_skb(test, gso, b, &layout);
	clone = skb_clone(skb, GFP_KERNEL);
	fixture_keep(test, clone);
	fixture_keep(test, skb_get(skb));
	before = fixture_snapshot(test, skb);
	of_clone = fixture_snapshot(test, clone);
	segments = segments_of(skb);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	fixture_expect_same(test, before);
	kfree_skb_list(segments);
	fixture_expect_same(test, before);
	fixture_expect_same(test, of_clone);
}

static const struct gso malformed_cases[] = {
	{ "tcp of one segment", IP4, TCP, 1000, 1000, PARTIAL },
	{ "tcp of less than a segment", IP6, TCP, 10, 1000, PARTIAL },
	{ "udp of one segment", IP4, UDP, 1000, 1000, PARTIAL },
	{ "tcp header of 0 words", IP4, TCP, 3000, 1000, PARTIAL,
	  .flags = 0, .doff = 0x10 },
	{ "tcp header of 4 words", IP4, TCP, 3000, 1000, PARTIAL, .doff = 4 },
	{ "tcp header longer than the packet", IP4, TCP, 30, 1, PARTIAL,
	  .doff = 0x1f },
};

KUNIT_ARRAY_PARAM_DESC(malformed, malformed_cases, desc);

static void malformed_is_one_packet(struct kunit *test)
{
	struct gso gso = *(const struct gso *)test->param_value;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct gso_layout layout;
	struct sk_buff *skb;
	u8 doff = gso.doff;

	gso.doff = 0;
	gso_bytes(&gso, b, &layout);
	if (doff)
		b->at[layout.l4 + 12] = doff << 4;
	skb = gso_skb(test, &gso, b, &layout);
	before = fixture_snapshot(test, skb);
	KUNIT_EXPECT_NULL(test, segments_of(skb));
	fixture_expect_same(test, before);
}

static void unknown_kind_is_one_packet(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;

	gso_bytes(&gso_cases[0], b, &layout);
	b->at[layout.l3 + 9] = 253;	/* a protocol for experiments */
	skb = gso_skb(test, &gso_cases[0], b, &layout);
	KUNIT_EXPECT_NULL(test, segments_of(skb));
}

static void no_memory_is_an_error(struct kunit *test)
{
	const struct gso *gso = test->param_value;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct sk_buff *skb, *segments;
	struct gso_layout layout;
	bool hit = true;
	unsigned int n;

	gso_bytes(gso, b, &layout);
	/* It is not the sum that segmentation begins with. */
	if (gso->summed != CHECKSUM_PARTIAL)
		b->at[layout.l4 + (gso->proto == TCP ? 16 : 6)] ^= 0xff;
	skb = gso_skb(test, gso, b, &layout);
	/* Without room for a copy of all it is cloned, which marks it for good. */
	skb->cloned = 1;
	before = fixture_snapshot(test, skb);
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		segments = segments_of(skb);
		hit = fault_nth_hit();
		if (IS_ERR(segments)) {
			KUNIT_EXPECT_EQ(test, PTR_ERR(segments), -ENOMEM);
		} else {
			expect_segments(test, segments, gso, b, &layout);
			kfree_skb_list(segments);
		}
		fixture_expect_same(test, before);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	fault_all(test);
	segments = segments_of(skb);
	fault_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(segments), -ENOMEM);
	fixture_expect_same(test, before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(segments_are_the_packets_on_the_wire, gso_gen_params),
	KUNIT_CASE_PARAM(shared_originals_are_only_read, gso_gen_params),
	KUNIT_CASE_PARAM(malformed_is_one_packet, malformed_gen_params),
	KUNIT_CASE(unknown_kind_is_one_packet),
	KUNIT_CASE_PARAM(no_memory_is_an_error, gso_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_segment",
	.test_cases = cases,
};

kunit_test_suite(suite);
