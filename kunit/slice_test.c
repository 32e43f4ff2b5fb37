// SPDX-License-Identifier: GPL-2.0
/* Segments cut from super-packets: equal to those of the kernel. */
#include "bytes.h"
#include "fault.h"
#include "gso_fixture.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/headers.h"
#include "../module/segment.h"
#include "../module/slice.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define Q	ETH_P_8021Q
#define AD	ETH_P_8021AD

#define PARTIAL		.summed = CHECKSUM_PARTIAL
#define ALL_FLAGS	.flags = 0xff
#define HEADROOM	70

static const struct fixture shapes[] = {
	{ "egress", ARPHRD_ETHER, ETH_HLEN },
	{ "ingress", ARPHRD_ETHER, ETH_HLEN, true },
	{ "egress, tag", ARPHRD_ETHER, ETH_HLEN, false,
	  .vlan_proto = Q, .vlan_tci = 0x3009 },
	{ "ingress, tag", ARPHRD_ETHER, ETH_HLEN, true,
	  .vlan_proto = AD, .vlan_tci = 0x3009 },
	{ "pages", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_PAGES, 60, 333 },
	{ "ingress, pages", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES,
	  34, 777 },
	{ "list", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_LIST, 70, 499 },
	{ "ingress, pages and list, tag", ARPHRD_ETHER, ETH_HLEN, true,
	  FIXTURE_BOTH, 66, 401, .vlan_proto = Q, .vlan_tci = 0xffff },
	{ "none", ARPHRD_NONE },
	{ "none, ingress, pages", ARPHRD_NONE, 0, true, FIXTURE_PAGES,
	  60, 999 },
	{ "ppp", ARPHRD_PPP, 4 },
	{ "large pages", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES,
	  100, 4001 },
};

#define INGRESS		.how = &shapes[1]
#define TAGGED		.how = &shapes[2]
#define INGRESS_TAGGED	.how = &shapes[3]
#define PAGES		.how = &shapes[4]
#define INGRESS_PAGES	.how = &shapes[5]
#define LIST		.how = &shapes[6]
#define BOTH		.how = &shapes[7]
#define LINKLESS	.how = &shapes[8]
#define LINKLESS_PAGES	.how = &shapes[9]
#define PPP		.how = &shapes[10]
#define LARGE_PAGES	.how = &shapes[11]

static const struct gso slice_cases[] = {
	{ "tcp, IPv4", IP4, TCP, 300, 100, PARTIAL },
	{ "tcp, IPv6", IP6, TCP, 300, 100, PARTIAL },
	{ "udp, IPv4", IP4, UDP, 300, 100, PARTIAL },
	{ "udp, IPv6", IP6, UDP, 300, 100, PARTIAL },
	{ "seq and id that wrap", IP4, TCP, 3000, 300, PARTIAL },
	{ "a rest of one byte", IP4, TCP, 201, 100, PARTIAL },
	{ "a rest of one byte, IPv6", IP6, TCP, 201, 100, PARTIAL },
	{ "a rest of one byte, udp", IP4, UDP, 201, 100, PARTIAL },
	{ "a rest a byte short, udp", IP6, UDP, 299, 100, PARTIAL },
	{ "odd segments", IP4, TCP, 500, 33, PARTIAL },
	{ "odd segments, udp", IP6, UDP, 500, 33, PARTIAL },
	{ "segments of a byte", IP4, TCP, 9, 1, PARTIAL },
	{ "segments of a byte, udp", IP6, UDP, 9, 1, PARTIAL },
	{ "a byte more than a segment", IP6, TCP, 101, 100, PARTIAL },
	{ "tcp options", IP4, TCP, 300, 100, PARTIAL, .doff = 8 },
	{ "all tcp options", IP6, TCP, 300, 101, PARTIAL, .doff = 15 },
	{ "IPv4 options", IP4, TCP, 300, 100, PARTIAL, .ihl = 6 },
	{ "all IPv4 options, udp", IP4, UDP, 300, 100, PARTIAL, .ihl = 15 },
	{ "all flags", IP4, TCP, 300, 100, PARTIAL, ALL_FLAGS },
	{ "all flags, a rest", IP6, TCP, 310, 100, PARTIAL, ALL_FLAGS,
	  .more = SKB_GSO_TCP_ECN },
	{ "push", IP4, TCP, 300, 100, PARTIAL, .flags = 0x08 },
	{ "fixed id", IP4, TCP, 300, 100, PARTIAL,
	  .more = SKB_GSO_TCP_FIXEDID },
	{ "fixed id, udp", IP4, UDP, 300, 100, PARTIAL,
	  .more = SKB_GSO_TCP_FIXEDID },
	{ "fixed id, IPv6 has none", IP6, TCP, 300, 100, PARTIAL,
	  .more = SKB_GSO_TCP_FIXEDID },
	{ "untrusted sender", IP4, TCP, 300, 100, PARTIAL,
	  .more = SKB_GSO_DODGY },
	{ "untrusted sender, udp", IP6, UDP, 300, 100, PARTIAL,
	  .more = SKB_GSO_DODGY },
	{ "ingress", IP4, TCP, 300, 100, PARTIAL, INGRESS },
	{ "ingress, udp", IP6, UDP, 301, 100, PARTIAL, INGRESS },
	{ "offloaded tag", IP4, TCP, 300, 100, PARTIAL, TAGGED },
	{ "offloaded tag, udp", IP6, UDP, 300, 100, PARTIAL, TAGGED },
	{ "offloaded tag at ingress", IP6, TCP, 300, 100, PARTIAL,
	  INGRESS_TAGGED },
	{ "tag in the frame", IP4, TCP, 300, 100, PARTIAL, .tag = Q },
	{ "tag in the frame, udp", IP4, UDP, 300, 100, PARTIAL, .tag = AD },
	{ "tag in the frame at ingress", IP6, TCP, 300, 100, PARTIAL, INGRESS,
	  .tag = Q },
	{ "both tags", IP6, UDP, 300, 100, PARTIAL, INGRESS_TAGGED, .tag = Q },
	{ "pages", IP4, TCP, 5000, 1400, PARTIAL, PAGES },
	{ "pages, udp", IP4, UDP, 5000, 1401, PARTIAL, PAGES },
	{ "pages at ingress", IP6, TCP, 5000, 1400, PARTIAL, INGRESS_PAGES },
	{ "pages at ingress, tag in the frame", IP4, UDP, 5000, 1400, PARTIAL,
	  INGRESS_PAGES, .tag = Q },
	{ "list", IP4, TCP, 5000, 1400, PARTIAL, LIST },
	{ "list, udp", IP6, UDP, 5000, 1401, PARTIAL, LIST },
	{ "pages and list", IP4, TCP, 5000, 1399, PARTIAL, BOTH },
	{ "pages and list, tag in the frame", IP6, UDP, 5000, 1400, PARTIAL,
	  BOTH, .tag = AD },
	{ "no link layer", IP4, TCP, 300, 100, PARTIAL, LINKLESS },
	{ "no link layer, udp", IP6, UDP, 300, 100, PARTIAL, LINKLESS },
	{ "no link layer at ingress", IP6, TCP, 3000, 1000, PARTIAL,
	  LINKLESS_PAGES },
	{ "another link layer", IP4, UDP, 300, 100, PARTIAL, PPP },
	{ "64 KiB, IPv4", IP4, TCP, 65000, 1448, PARTIAL, LARGE_PAGES },
	{ "64 KiB, IPv6", IP6, UDP, 65000, 1432, PARTIAL, LARGE_PAGES },
	{ "more than 64 KiB, IPv4", IP4, TCP, 100000, 9001, PARTIAL,
	  LARGE_PAGES },
	{ "more than 64 KiB, IPv6", IP6, TCP, 100000, 9001, PARTIAL,
	  LARGE_PAGES },
	{ "jumbogram", IP6, TCP, 100000, 9001, PARTIAL, .jumbo = true },
	{ "jumbogram, pages at ingress", IP6, TCP, 100000, 9000, PARTIAL,
	  LARGE_PAGES, .jumbo = true, .doff = 8 },
	{ "jumbogram, offloaded tag", IP6, TCP, 100001, 33333, PARTIAL,
	  TAGGED, .jumbo = true },
	{ "jumbogram, no link layer", IP6, TCP, 80000, 65535 - 100, PARTIAL,
	  LINKLESS, .jumbo = true },
	{ "the smallest jumbogram", IP6, TCP, 65537 - 68, 30000, PARTIAL,
	  .jumbo = true },
};

KUNIT_ARRAY_PARAM_DESC(slice, slice_cases, desc);

/* A super-packet with all that is known of it before it is cut. */
struct super {
	struct sk_buff *skb;
	struct gso_layout layout;
	struct tmirror_frame frame;
	struct tmirror_flow flow;
	struct tmirror_slicer slicer;
};

static bool super_init(struct super *super)
{
	tmirror_frame_init(&super->frame, super->skb);
	tmirror_flow_parse(&super->flow, &super->frame);
	/* What is left alone would be noticed. */
	memset(&super->slicer, 0xa5, sizeof(super->slicer));
	return tmirror_slicer_init(&super->slicer, &super->frame, &super->flow);
}

static void super_make(struct kunit *test, struct super *super,
		       const struct gso *gso, struct bytes *b)
{
	b->len = 0;
	gso_bytes(gso, b, &super->layout);
	super->skb = gso_skb(test, gso, b, &super->layout);
}

static struct sk_buff *segments_of(const struct super *super)
{
	struct sk_buff *segments;

	local_bh_disable();
	segments = tmirror_segment(&super->frame);
	local_bh_enable();
	return segments;
}

KUNIT_DEFINE_ACTION_WRAPPER(free_list, kfree_skb_list, struct sk_buff *);

/* One segment of the kernel's, as a whole. */
struct truth {
	struct tmirror_headers headers;
	struct sk_buff *copy;
	u32 check;	/* position of the L4 checksum */
};

static void truth_init(struct kunit *test, struct truth *truth,
		       struct sk_buff *segment)
{
	struct tmirror_frame frame;
	struct tmirror_flow flow;

	tmirror_frame_init(&frame, segment);
	tmirror_flow_parse(&flow, &frame);
	KUNIT_ASSERT_TRUE(test, flow.has_l4);
	tmirror_headers_find(&truth->headers, &frame, &flow);
	truth->check = truth->headers.transport +
		       (flow.proto == TCP ? offsetof(struct tcphdr, check) :
					    offsetof(struct udphdr, check));
	truth->copy = tmirror_copy(&frame, frame.len, 0, true);
	KUNIT_ASSERT_NOT_NULL(test, truth->copy);
}

static void expect_headers(struct kunit *test,
			   const struct tmirror_headers *got,
			   const struct tmirror_headers *want)
{
	KUNIT_EXPECT_EQ(test, got->network, want->network);
	KUNIT_EXPECT_EQ(test, got->transport, want->transport);
	KUNIT_EXPECT_EQ(test, got->payload, want->payload);
	KUNIT_EXPECT_EQ(test, got->family, want->family);
	KUNIT_EXPECT_EQ(test, got->proto, want->proto);
	KUNIT_EXPECT_EQ(test, got->fragment, want->fragment);
}

/* Of a cut copy, the L4 checksum has no meaning. */
static void expect_slice(struct kunit *test, const struct super *super,
			 unsigned int i, u32 len, const struct truth *truth)
{
	struct sk_buff *copy;
	u32 at;
	u8 got;

	copy = tmirror_slice_copy(&super->slicer, i, len, HEADROOM, true);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, copy->len, len);
	KUNIT_EXPECT_GE(test, skb_headroom(copy), HEADROOM);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(copy));
	KUNIT_EXPECT_TRUE(test, copy->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(copy));
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(copy));
	KUNIT_EXPECT_NULL(test, copy->dev);
	for (at = 0; at < len; at++) {
		if (len < truth->copy->len &&
		    (at == truth->check || at == truth->check + 1))
			continue;
		if (copy->data[at] != truth->copy->data[at])
			break;
	}
	got = at < len ? copy->data[at] : 0;
	kfree_skb(copy);
	/* The rest would fail as well: thousands of lines, minutes of them. */
	KUNIT_ASSERT_EQ_MSG(test, at, len,
			    "segment %u, kept %u of %u, byte %u: %02x, want %02x",
			    i, len, truth->copy->len, at, got,
			    at < len ? truth->copy->data[at] : 0);
}

/* Every length near where headers are, and near the end. */
static void expect_slices(struct kunit *test, const struct super *super,
			  unsigned int i, const struct truth *truth)
{
	u32 len, whole = truth->copy->len;

	for (len = 0; len < whole; len++) {
		expect_slice(test, super, i, len, truth);
		if (len > truth->headers.payload + 70 && len + 1201 < whole)
			len += 1197;
	}
	expect_slice(test, super, i, whole, truth);
}

/*
 * Segment the super-packet, and cut it: with @lengths, those segments that
 * differ are cut to every length.
 */
static void expect_truth(struct kunit *test, const struct super *super,
			 bool lengths)
{
	struct sk_buff *segments = segments_of(super), *segment;
	struct truth truth;
	unsigned int i = 0;
	u32 header;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_list,
							   segments));
	for (segment = segments; segment; segment = segment->next) {
		truth_init(test, &truth, segment);
		KUNIT_EXPECT_EQ(test, tmirror_slice_len(&super->slicer, i),
				truth.copy->len);
		expect_headers(test, &super->slicer.headers, &truth.headers);
		if (lengths && (i < 2 || !segment->next))
			expect_slices(test, super, i, &truth);
		else
			expect_slice(test, super, i, truth.copy->len, &truth);
		kfree_skb(truth.copy);
		i++;
	}
	/* Whoever cuts goes by this number. */
	KUNIT_EXPECT_EQ(test, i, tmirror_segment_count(&super->frame,
						       &super->flow, &header));
	kunit_release_action(test, free_list, segments);
}

static void slices_are_the_kernels_segments(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct super super;

	super_make(test, &super, test->param_value, b);
	before = fixture_snapshot(test, super.skb);
	KUNIT_ASSERT_TRUE(test, super_init(&super));
	fixture_expect_same(test, before);
	expect_truth(test, &super, true);
	fixture_expect_same(test, before);
}

/* Somebody else looks at it: a packet socket, or TCP's own queue. */
static void shared_originals_are_only_read(struct kunit *test)
{
	struct fixture_snapshot *before, *of_clone;
	struct bytes *b = bytes_new(test);
	struct sk_buff *clone, *copy;
	struct super super;
	u32 len;

	super_make(test, &super, test->param_value, b);
	clone = skb_clone(super.skb, GFP_KERNEL);
	fixture_keep(test, clone);
	before = fixture_snapshot(test, super.skb);
	of_clone = fixture_snapshot(test, clone);
	KUNIT_ASSERT_TRUE(test, super_init(&super));
	len = tmirror_slice_len(&super.slicer, 1);
	copy = tmirror_slice_copy(&super.slicer, 1, len, HEADROOM, true);
	KUNIT_EXPECT_NOT_NULL(test, copy);
	/* Who has the copy may write to it, as encapsulation does. */
	if (copy)
		memset(copy->head, 0xee, skb_end_offset(copy));
	kfree_skb(copy);
	fixture_expect_same(test, before);
	fixture_expect_same(test, of_clone);
}

/*
 * Data by which the checksum of the second segment comes out 0, which to UDP
 * says that there is none. To TCP it is as good as 0xffff, but the kernel writes
 * that.
 */
static const struct gso zero_cases[] = {
	{ "udp, IPv4", IP4, UDP, 300, 100, PARTIAL },
	{ "udp, IPv6", IP6, UDP, 300, 100, PARTIAL },
	{ "udp, the last", IP4, UDP, 200, 100, PARTIAL },
	{ "udp, the last, odd", IP6, UDP, 199, 100, PARTIAL, PAGES },
	{ "tcp, IPv4", IP4, TCP, 300, 100, PARTIAL },
	{ "tcp, IPv6", IP6, TCP, 300, 100, PARTIAL, LIST },
};

KUNIT_ARRAY_PARAM_DESC(zero, zero_cases, desc);

static u8 *second_check(struct kunit *test, const struct super *super)
{
	const struct tmirror_slicer *slicer = &super->slicer;
	struct sk_buff *copy;

	copy = tmirror_slice_copy(slicer, 1, tmirror_slice_len(slicer, 1), 0, true);
	fixture_keep(test, copy);
	return copy->data + slicer->headers.transport +
	       (slicer->headers.proto == TCP ? offsetof(struct tcphdr, check) :
					       offsetof(struct udphdr, check));
}

static void checksum_of_zero(struct kunit *test)
{
	const struct gso *gso = test->param_value;
	struct bytes *b = bytes_new(test);
	struct super super;
	unsigned int at;
	u8 *check;

	super_make(test, &super, gso, b);
	at = super.layout.data + gso->size;
	memset(b->at + at, 0, 2);
	super.skb = gso_skb(test, gso, b, &super.layout);
	KUNIT_ASSERT_TRUE(test, super_init(&super));
	check = second_check(test, &super);
	memcpy(b->at + at, check, 2);

	super.skb = gso_skb(test, gso, b, &super.layout);
	KUNIT_ASSERT_TRUE(test, super_init(&super));
	check = second_check(test, &super);
	KUNIT_EXPECT_EQ(test, check[0] << 8 | check[1], 0xffff);
	expect_truth(test, &super, false);
}

/* What makes of a good super-packet one to refuse. */
static u8 *l3_of(const struct super *super)
{
	return skb_mac_header(super->skb) + super->layout.l3;
}

static u8 *l4_of(const struct super *super)
{
	return skb_mac_header(super->skb) + super->layout.l4;
}

static void set_type(struct super *super, unsigned int type)
{
	skb_shinfo(super->skb)->gso_type = type;
}

static void be_a_tunnel(struct super *super)
{
	super->skb->encapsulation = 1;
}

static void be_summed_by_the_host(struct super *super)
{
	super->skb->ip_summed = CHECKSUM_NONE;
}

static void be_checked_by_the_device(struct super *super)
{
	super->skb->ip_summed = CHECKSUM_UNNECESSARY;
}

static void be_summed_by_the_device(struct super *super)
{
	super->skb->ip_summed = CHECKSUM_COMPLETE;
}

static void sum_from_elsewhere(struct super *super)
{
	super->skb->csum_start += 4;
}

static void sum_from_ip(struct super *super)
{
	super->skb->csum_start -= 20;
}

static void sum_to_elsewhere(struct super *super)
{
	super->skb->csum_offset -= 2;
}

static void be_tcp_of_ipv4(struct super *super)
{
	set_type(super, SKB_GSO_TCPV4);
}

static void be_tcp_of_ipv6(struct super *super)
{
	set_type(super, SKB_GSO_TCPV6);
}

static void be_tcp_of_both(struct super *super)
{
	set_type(super, SKB_GSO_TCPV4 | SKB_GSO_TCPV6);
}

static void be_udp(struct super *super)
{
	set_type(super, SKB_GSO_UDP_L4);
}

static void be_ip_fragments(struct super *super)
{
	set_type(super, SKB_GSO_UDP);
}

static void be_of_no_type(struct super *super)
{
	set_type(super, 0);
}

static void be_a_list(struct super *super)
{
	skb_shinfo(super->skb)->gso_type |= SKB_GSO_FRAGLIST;
}

static void be_partial(struct super *super)
{
	skb_shinfo(super->skb)->gso_type |= SKB_GSO_PARTIAL;
}

static void be_of_a_tunnel(struct super *super)
{
	skb_shinfo(super->skb)->gso_type |= SKB_GSO_UDP_TUNNEL;
}

static void be_sized_by_lists(struct super *super)
{
	skb_shinfo(super->skb)->gso_size = GSO_BY_FRAGS;
}

static void be_one_segment(struct super *super)
{
	skb_shinfo(super->skb)->gso_size = 300;
}

static void be_less_than_a_segment(struct super *super)
{
	skb_shinfo(super->skb)->gso_size = 65000;
}

static void say_another_protocol(struct super *super)
{
	super->skb->protocol = htons(ETH_P_ARP);
}

static void say_another_network_header(struct super *super)
{
	super->skb->network_header += 4;
}

static void be_unreadable(struct super *super)
{
	super->skb->unreadable = true;
}

static void tcp_header_of_4_words(struct super *super)
{
	l4_of(super)[12] = 0x40;
}

static void tcp_header_of_0_words(struct super *super)
{
	l4_of(super)[12] = 0;
}

static void no_df(struct super *super)
{
	l3_of(super)[6] = 0;
}

static void first_fragment(struct super *super)
{
	l3_of(super)[6] = 0x20;
}

static void later_fragment(struct super *super)
{
	l3_of(super)[7] = 1;
}

static void ip_header_of_4_words(struct super *super)
{
	l3_of(super)[0] = 0x44;
}

static void other_ip_protocol(struct super *super)
{
	l3_of(super)[9] = IPPROTO_SCTP;
}

static void udplite(struct super *super)
{
	l3_of(super)[9] = IPPROTO_UDPLITE;
}

static void jumbo_of_udp(struct super *super)
{
	l3_of(super)[40] = UDP;
	set_type(super, SKB_GSO_UDP_L4);
	super->skb->csum_offset = offsetof(struct udphdr, check);
}

static void jumbo_of_another_option(struct super *super)
{
	l3_of(super)[42] = 1;
}

static void jumbo_in_destination_options(struct super *super)
{
	l3_of(super)[6] = IPPROTO_DSTOPTS;
}

#define TCP_OF(family, bytes, segment) \
	.type = (family), .proto = TCP, .data = (bytes), .size = (segment), \
	PARTIAL
#define GOOD4	TCP_OF(IP4, 300, 100)
#define GOOD6	TCP_OF(IP6, 300, 100)
#define JUMBO	TCP_OF(IP6, 70000, 9000), .jumbo = true
#define GOODU	.type = IP4, .proto = UDP, .data = 300, .size = 100, PARTIAL

static const struct refusal_case {
	struct gso gso;
	/* NULL: the super-packet is one to refuse as it is. */
	void (*spoil)(struct super *super);
} refusal_cases[] = {
	{ { "a tunnel", GOOD4 }, be_a_tunnel },
	{ { "summed by the host", GOOD4 }, be_summed_by_the_host },
	{ { "checked by the device", GOOD6 }, be_checked_by_the_device },
	{ { "summed by the device", GOOD4 }, be_summed_by_the_device },
	{ { "summed from elsewhere", GOOD4 }, sum_from_elsewhere },
	{ { "summed from the IP header", GOODU }, sum_from_ip },
	{ { "the sum elsewhere", GOOD6 }, sum_to_elsewhere },
	{ { "the sum elsewhere, udp", GOODU }, sum_to_elsewhere },
	{ { "IPv4's type in IPv6", GOOD6 }, be_tcp_of_ipv4 },
	{ { "IPv6's type in IPv4", GOOD4 }, be_tcp_of_ipv6 },
	{ { "the types of both", GOOD4 }, be_tcp_of_both },
	{ { "udp's type in tcp", GOOD4 }, be_udp },
	{ { "tcp's type in udp", GOODU }, be_tcp_of_ipv4 },
	{ { "the type of IP fragments", GOODU }, be_ip_fragments },
	{ { "no type", GOOD4 }, be_of_no_type },
	{ { "list of tcp", GOOD4 }, be_a_list },
	{ { "list of udp", GOODU }, be_a_list },
	{ { "partly segmented", GOOD4 }, be_partial },
	{ { "a tunnel's type", GOODU }, be_of_a_tunnel },
	{ { "as many bytes as a list has", JUMBO }, be_sized_by_lists },
	{ { "one segment", GOOD4 }, be_one_segment },
	{ { "one segment, udp", GOODU }, be_one_segment },
	{ { "less than a segment", GOOD6 }, be_less_than_a_segment },
	{ { "one byte of one segment", IP4, UDP, 1, 1, PARTIAL } },
	{ { "another protocol beside the frame", GOOD4 },
	  say_another_protocol },
	{ { "another network header beside the frame", GOOD6 },
	  say_another_network_header },
	{ { "bytes that only a device can read", IP4, TCP, 300, 100, PARTIAL,
	    PAGES }, be_unreadable },
	{ { "tcp header of 4 words", GOOD4 }, tcp_header_of_4_words },
	{ { "tcp header of 0 words", GOOD6 }, tcp_header_of_0_words },
	{ { "fixed id without df", GOOD4, .more = SKB_GSO_TCP_FIXEDID },
	  no_df },
	{ { "first fragment", GOOD4 }, first_fragment },
	{ { "later fragment", GOODU }, later_fragment },
	{ { "IP header of 4 words", GOOD4 }, ip_header_of_4_words },
	{ { "sctp", GOOD4 }, other_ip_protocol },
	{ { "udplite", GOODU }, udplite },
	{ { "an extension header", GOOD6, .extensions = 1 } },
	{ { "a jumbogram's header and another", JUMBO, .extensions = 1 } },
	{ { "a jumbogram's header without need", IP6, TCP, 65000, 9000, PARTIAL,
	    .jumbo = true } },
	{ { "a jumbogram's header at 64 KiB", IP6, TCP, 65536 - 68, 9000,
	    PARTIAL, .jumbo = true } },
	{ { "a jumbogram's header behind a tag", IP6, TCP, 70000, 9000, PARTIAL,
	    .jumbo = true, .tag = Q } },
	{ { "a jumbogram's header of udp", JUMBO }, jumbo_of_udp },
	{ { "another option", JUMBO }, jumbo_of_another_option },
	{ { "a jumbogram's option of the destination", JUMBO },
	  jumbo_in_destination_options },
};

static void refusal_desc(const struct refusal_case *param, char *desc)
{
	strscpy(desc, param->gso.desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusal_cases, refusal_desc);

static void others_are_refused(struct kunit *test)
{
	const struct refusal_case *param = test->param_value;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct super super;

	super_make(test, &super, &param->gso, b);
	if (param->spoil) {
		KUNIT_ASSERT_TRUE(test, super_init(&super));
		param->spoil(&super);
	}
	before = fixture_snapshot(test, super.skb);
	KUNIT_EXPECT_FALSE(test, super_init(&super));
	fixture_expect_same(test, before);
}

static void cut_off_headers_are_refused(struct kunit *test)
{
	static const struct gso gsos[] = {
		{ "tcp", IP4, TCP, 100, 1, PARTIAL, .doff = 9 },
		{ "udp", IP6, UDP, 100, 1, PARTIAL },
		{ "tcp in a list", IP6, TCP, 100, 1, PARTIAL, LIST },
	};
	struct bytes *b = bytes_new(test);
	struct super super;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gsos); i++) {
		b->len = 0;
		gso_bytes(&gsos[i], b, &super.layout);
		/* With two bytes of data it is two segments. */
		for (b->len = ETH_HLEN; b->len <= super.layout.data + 2;
		     b->len++) {
			super.skb = gso_skb(test, &gsos[i], b, &super.layout);
			KUNIT_EXPECT_EQ_MSG(test, super_init(&super),
					    b->len == super.layout.data + 2,
					    "%s, %u bytes", gsos[i].desc,
					    b->len);
		}
	}
}

static void no_memory_gives_no_copy(struct kunit *test)
{
	static const struct gso gso = { "tcp", GOOD4, BOTH };
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	struct sk_buff *copy;
	struct super super;

	super_make(test, &super, &gso, b);
	before = fixture_snapshot(test, super.skb);
	fault_all(test);
	KUNIT_EXPECT_TRUE(test, super_init(&super));
	copy = tmirror_slice_copy(&super.slicer, 0, 60, HEADROOM, true);
	fault_end();
	KUNIT_EXPECT_NULL(test, copy);
	kfree_skb(copy);
	fixture_expect_same(test, before);
}

#define SEEDS		40
#define SUPERS		50

static u32 below(struct rnd_state *state, u32 end)
{
	return prandom_u32_state(state) % end;
}

static bool once_in(struct rnd_state *state, u32 n)
{
	return !below(state, n);
}

static void random_gso(struct rnd_state *state, struct gso *gso)
{
	static const unsigned int remarks[] = {
		SKB_GSO_DODGY, SKB_GSO_TCP_ECN, SKB_GSO_TCP_FIXEDID,
	};
	static const u16 tags[] = { Q, AD };

	memset(gso, 0, sizeof(*gso));
	gso->desc = "random";
	gso->type = once_in(state, 2) ? IP4 : IP6;
	gso->proto = once_in(state, 3) ? UDP : TCP;
	gso->data = below(state, 1800);
	gso->size = 1 + below(state, once_in(state, 4) ? 1800 : 300);
	gso->data = min(gso->data, gso->size * 30);
	gso->how = &shapes[below(state, ARRAY_SIZE(shapes))];
	if (gso->how->link == ETH_HLEN && once_in(state, 3))
		gso->tag = tags[below(state, ARRAY_SIZE(tags))];
	gso->doff = 5 + below(state, 11);
	gso->ihl = once_in(state, 2) ? 5 + below(state, 11) : 0;
	gso->extensions = once_in(state, 10);
	gso->jumbo = gso->type == IP6 && once_in(state, 10);
	if (gso->jumbo && once_in(state, 2)) {
		gso->data = 65300 + below(state, 2000);
		gso->size = 3000 + below(state, 60000);
		gso->how = &shapes[once_in(state, 2) ? 0 : 11];
	}
	gso->flags = prandom_u32_state(state);
	gso->summed = CHECKSUM_PARTIAL;
	if (once_in(state, 2))
		gso->more = remarks[below(state, ARRAY_SIZE(remarks))];
}

/* A bit or a byte of the headers, or what stands beside them. */
static void random_spoil(struct rnd_state *state, struct super *super,
			 struct bytes *b)
{
	u8 *at = &b->at[super->layout.l3 +
			below(state, super->layout.data - super->layout.l3)];

	if (once_in(state, 2))
		*at ^= 1 << below(state, 8);
	else
		*at = prandom_u32_state(state);
}

static void random_spoil_beside(struct rnd_state *state, struct sk_buff *skb)
{
	switch (below(state, 6)) {
	case 0:
		skb_shinfo(skb)->gso_type ^= BIT(below(state, 20));
		break;
	case 1:
		skb->csum_start += below(state, 5) - 2;
		break;
	case 2:
		skb->csum_offset = below(state, 30);
		break;
	case 3:
		skb->ip_summed = below(state, 4);
		break;
	case 4:
		skb->network_header += (int)below(state, 9) - 4;
		break;
	case 5:
		skb->protocol = htons(once_in(state, 2) ? IP4 : IP6);
		break;
	}
}

/* A parameter's place among them is the seed. */
static const u8 seeds[SEEDS];

static const void *seed_gen_params(const void *prev, char *desc)
{
	const u8 *next = prev ? (const u8 *)prev + 1 : seeds;

	if (next == seeds + SEEDS)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %td", next - seeds);
	return next;
}

/* Whatever it is that is taken, it is cut as the kernel does. */
static void random_super_packets(struct kunit *test)
{
	unsigned int n, taken = 0, spoilt_taken = 0;
	struct bytes *b = bytes_new(test);
	struct rnd_state state;

	prandom_seed_state(&state, (const u8 *)test->param_value - seeds);
	for (n = 0; n < SUPERS && !test->status; n++) {
		struct fixture_snapshot *before;
		unsigned int how = below(&state, 4);
		struct super super;
		struct gso gso;

		random_gso(&state, &gso);
		b->len = 0;
		gso_bytes(&gso, b, &super.layout);
		if (how == 1)
			random_spoil(&state, &super, b);
		super.skb = gso_skb(test, &gso, b, &super.layout);
		if (how == 2)
			random_spoil_beside(&state, super.skb);
		before = fixture_snapshot(test, super.skb);
		if (super_init(&super)) {
			expect_truth(test, &super, false);
			taken++;
			spoilt_taken += how == 1;
		}
		fixture_expect_same(test, before);
		if (test->status)
			kunit_err(test, "number %u: spoilt %u", n, how);
	}
	/* Or else it would tell nothing. */
	KUNIT_EXPECT_GT(test, taken, SUPERS / 3);
	KUNIT_EXPECT_GT(test, spoilt_taken, 0);
	KUNIT_EXPECT_LT(test, taken, SUPERS * 9 / 10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(slices_are_the_kernels_segments, slice_gen_params),
	KUNIT_CASE_PARAM(shared_originals_are_only_read, slice_gen_params),
	KUNIT_CASE_PARAM(checksum_of_zero, zero_gen_params),
	KUNIT_CASE_PARAM(others_are_refused, refusal_gen_params),
	KUNIT_CASE(cut_off_headers_are_refused),
	KUNIT_CASE(no_memory_gives_no_copy),
	KUNIT_CASE_PARAM(random_super_packets, seed_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_slice",
	.test_cases = cases,
};

kunit_test_suite(suite);
