// SPDX-License-Identifier: GPL-2.0
/* How many packets on the wire an skb is, before any of them is made. */
#include "bytes.h"
#include "gso_fixture.h"
#include "skb_fixture.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/segment.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP

static const struct fixture ingress = {
	"ingress", ARPHRD_ETHER, ETH_HLEN, true,
};

static const struct fixture ingress_tagged = {
	"ingress, tag", ARPHRD_ETHER, ETH_HLEN, true,
	.vlan_proto = ETH_P_8021Q,
};

static const struct fixture egress_tagged = {
	"egress, tag", ARPHRD_ETHER, ETH_HLEN, false,
	.vlan_proto = ETH_P_8021AD,
};

static const struct fixture linkless = { "none", ARPHRD_NONE };
static const struct fixture ppp = { "ppp", ARPHRD_PPP, 4 };

static unsigned int count_of(const struct sk_buff *skb, u32 *header)
{
	struct tmirror_frame frame;
	struct tmirror_flow flow;

	tmirror_frame_init(&frame, skb);
	tmirror_flow_parse(&flow, &frame);
	return tmirror_segment_count(&frame, &flow, header);
}

struct count_case {
	struct gso gso;
	unsigned int count;
	u32 header;
};

static const struct count_case count_cases[] = {
	{ { "tcp, IPv4", IP4, TCP, 3000, 1000 }, 3, 54 },
	{ { "tcp, a rest", IP4, TCP, 3001, 1000 }, 4, 54 },
	{ { "tcp, a byte short", IP4, TCP, 2999, 1000 }, 3, 54 },
	{ { "tcp with options", IP4, TCP, 3000, 1000, .doff = 15 }, 3, 94 },
	{ { "tcp behind IPv4 options", IP4, TCP, 3000, 1000, .ihl = 15 }, 3,
	  94 },
	{ { "tcp, IPv6", IP6, TCP, 3000, 1000 }, 3, 74 },
	{ { "tcp behind an extension", IP6, TCP, 3000, 1000,
	    .extensions = 2 }, 3, 90 },
	{ { "udp, IPv4", IP4, UDP, 3000, 1000 }, 3, 42 },
	{ { "udp, IPv6, a rest", IP6, UDP, 3001, 1000 }, 4, 62 },
	{ { "ingress", IP4, TCP, 3000, 1000, &ingress }, 3, 54 },
	{ { "ingress, udp", IP6, UDP, 3000, 1000, &ingress }, 3, 62 },
	{ { "ingress, offloaded tag", IP4, TCP, 3000, 1000, &ingress_tagged },
	  3, 58 },
	{ { "egress, offloaded tag", IP4, TCP, 3000, 1000, &egress_tagged },
	  3, 58 },
	{ { "tag in the frame", IP4, TCP, 3000, 1000, .tag = ETH_P_8021Q },
	  3, 58 },
	{ { "ingress, tag in the frame", IP4, TCP, 3000, 1000, &ingress,
	    .tag = ETH_P_8021Q }, 3, 58 },
	{ { "both tags", IP4, TCP, 3000, 1000, &ingress_tagged,
	    .tag = ETH_P_8021Q }, 3, 62 },
	{ { "no link layer", IP4, TCP, 3000, 1000, &linkless }, 3, 54 },
	{ { "another link layer", IP4, TCP, 3000, 1000, &ppp }, 3, 54 },
	{ { "smaller than a segment", IP4, TCP, 10, 1000 }, 1, 54 },
	{ { "exactly a segment", IP4, TCP, 1000, 1000 }, 1, 54 },
	{ { "a byte more than a segment", IP4, TCP, 1001, 1000 }, 2, 54 },
	{ { "segments of a byte", IP4, UDP, 1500, 1 }, 1500, 42 },
	{ { "the most there can be", IP6, UDP, 65000, 1 }, 65000, 62 },
	{ { "untrusted sender", IP4, TCP, 3000, 1000, .more = SKB_GSO_DODGY },
	  3, 54 },
};

static void count_desc(const struct count_case *param, char *desc)
{
	strscpy(desc, param->gso.desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(count, count_cases, count_desc);

static void count_and_header(struct kunit *test)
{
	const struct count_case *param = test->param_value;
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	u32 header = 0xdead;

	gso_bytes(&param->gso, b, &layout);
	KUNIT_EXPECT_EQ(test, param->count,
			count_of(gso_skb(test, &param->gso, b, &layout),
				 &header));
	if (param->count > 1)
		KUNIT_EXPECT_EQ(test, header, param->header);
}

static void what_is_no_super_packet_is_one(struct kunit *test)
{
	struct gso gso = count_cases[0].gso;
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	u32 header = 0xdead;
	struct sk_buff *skb;

	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	skb_shinfo(skb)->gso_size = 0;
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), 1);
	KUNIT_EXPECT_EQ(test, header, 0);
}

/* By cutting off one after the other, instead of a division. */
static void every_size_of_segments(struct kunit *test)
{
	struct gso gso = { "sizes", IP4, TCP, 1000 };
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	unsigned int want;
	u32 header;
	int left;

	gso.size = 1;
	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	for (gso.size = 1; gso.size <= 1100; gso.size++) {
		for (want = 0, left = gso.data; left > 0; want++)
			left -= gso.size;
		skb_shinfo(skb)->gso_size = gso.size;
		KUNIT_EXPECT_EQ_MSG(test, count_of(skb, &header), want,
				    "size %u", gso.size);
	}
}

static void what_the_sender_says_of_the_number_is_ignored(struct kunit *test)
{
	static const u16 lies[] = { 0, 1, 2, 4, 0xffff };
	struct gso gso = count_cases[0].gso;
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	unsigned int i;
	u32 header;

	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		skb_shinfo(skb)->gso_segs = lies[i];
		KUNIT_EXPECT_EQ(test, count_of(skb, &header), 3);
	}
}

/* Any number will do that a copy can be counted with; a crash will not. */
static void broken_headers_have_some_count(struct kunit *test)
{
	struct gso gso = { "broken", IP4, TCP, 100, 10 };
	struct bytes *b = bytes_new(test);
	unsigned int len, doff, whole;
	struct gso_layout layout;
	struct sk_buff *skb;
	u32 header;

	gso_bytes(&gso, b, &layout);
	whole = b->len;
	for (doff = 0; doff < 16; doff++) {
		b->at[layout.l4 + 12] = doff << 4;
		b->len = whole;
		skb = gso_skb(test, &gso, b, &layout);
		KUNIT_EXPECT_EQ(test, count_of(skb, &header),
				DIV_ROUND_UP(120 - doff * 4, 10));
		for (len = ETH_HLEN; len < whole; len++) {
			b->len = len;
			skb = gso_skb(test, &gso, b, &layout);
			KUNIT_EXPECT_GE(test, count_of(skb, &header), 1);
			KUNIT_EXPECT_LE(test, count_of(skb, &header),
					len / 10 + 1);
			KUNIT_EXPECT_LE(test, header, len);
		}
	}
}

/*
 * Segmentation goes by what a packet socket says of its frame, and may find
 * no headers, or shorter ones, where we see some.
 */
static void disagreement_counts_without_headers(struct kunit *test)
{
	static const struct gso gso = { "IPv6", IP6, TCP, 3000, 7, &ingress };
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	u32 header;

	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), DIV_ROUND_UP(3000, 7));
	KUNIT_EXPECT_EQ(test, header, 74);
	skb->protocol = htons(ETH_P_IP);
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), DIV_ROUND_UP(3060, 7));
	KUNIT_EXPECT_EQ(test, header, 0);
	skb->protocol = htons(ETH_P_IPV6);
	skb->network_header += 4;
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), DIV_ROUND_UP(3060, 7));
	KUNIT_EXPECT_EQ(test, header, 0);
}

/* IP fragments of a datagram: its header is in the first alone. */
static void udp_fragments_repeat_no_udp_header(struct kunit *test)
{
	static const struct gso gso = { "ufo", IP4, UDP, 2992, 1000, &ingress };
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	u32 header;

	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP;
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), 3);
	KUNIT_EXPECT_EQ(test, header, 34);
}

static void unknown_kinds_have_some_count(struct kunit *test)
{
	static const unsigned int types[] = {
		0, SKB_GSO_DODGY, SKB_GSO_ESP, SKB_GSO_TUNNEL_REMCSUM,
		SKB_GSO_UDP, SKB_GSO_FCOE,
	};
	struct gso gso = count_cases[0].gso;
	struct bytes *b = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	unsigned int i;
	u32 header;

	gso_bytes(&gso, b, &layout);
	skb = gso_skb(test, &gso, b, &layout);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		skb_shinfo(skb)->gso_type = types[i];
		KUNIT_EXPECT_GE(test, count_of(skb, &header), 3);
		KUNIT_EXPECT_LE(test, count_of(skb, &header), 4);
	}
}

/* The L4 header that counts is the inner one. */
static void tunnel_counts_what_is_inside(struct kunit *test)
{
	static const struct gso inner = { "inner", IP4, TCP, 3000, 1000,
					  &linkless };
	struct bytes *b = bytes_new(test), *in = bytes_new(test);
	struct gso_layout layout;
	struct sk_buff *skb;
	struct iphdr *ip;
	unsigned int at;
	u32 header;

	bytes_add_eth(b, ETH_P_IP);
	ip = bytes_add_ipv4(b, 5, IPPROTO_IPIP);
	at = b->len;
	gso_bytes(&inner, in, &layout);
	memcpy(bytes_add(b, in->len), in->at, in->len);
	bytes_end_ipv4(b, ip);
	skb = fixture_skb(test, &ingress, b);
	skb_shinfo(skb)->gso_size = inner.size;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4 | SKB_GSO_IPXIP4;
	skb->encapsulation = 1;
	skb->inner_transport_header = skb->mac_header + at + layout.l4;
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), 3);
	KUNIT_EXPECT_EQ(test, header, at + layout.data);
}

struct list_case {
	const char *desc;
	u8 proto;
	unsigned int type;
	unsigned int size;
	unsigned int on_list;
	unsigned int count;
	u32 header;
};

#define UDP_LIST	(SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST)
#define TCP_LIST	(SKB_GSO_TCPV4 | SKB_GSO_FRAGLIST)
#define SCTP		IPPROTO_SCTP

static const struct list_case list_cases[] = {
	{ "a list of datagrams", UDP, UDP_LIST, 30, 2, 3, 42 },
	{ "a list of datagrams, alone", UDP, UDP_LIST, 30, 0, 1, 42 },
	{ "a list of tcp segments", TCP, TCP_LIST, 30, 2, 3, 54 },
	{ "sctp, its chunks on the list", SCTP, SKB_GSO_SCTP, GSO_BY_FRAGS,
	  4, 4, 46 },
	{ "sctp, one chunk", SCTP, SKB_GSO_SCTP, GSO_BY_FRAGS, 1, 1, 46 },
	{ "sctp without a list", SCTP, SKB_GSO_SCTP, GSO_BY_FRAGS, 0, 1, 46 },
};

KUNIT_ARRAY_PARAM_DESC(list, list_cases, desc);

static void lists_are_counted(struct kunit *test)
{
	const struct list_case *param = test->param_value;
	struct fixture how = {
		"list", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_LIST, .piece = 30,
	};
	struct bytes *b = bytes_new(test);
	struct sk_buff *skb;
	struct iphdr *ip;
	u32 header;

	bytes_add_eth(b, ETH_P_IP);
	ip = bytes_add_ipv4(b, 5, param->proto);
	/* As a TCP header it has 5 words. */
	memset(bytes_add(b, param->header - b->len), 5 << 4,
	       param->header - ETH_HLEN - sizeof(*ip));
	how.head = b->len + (param->size == GSO_BY_FRAGS ? 0 : param->size);
	bytes_add_pattern(b, how.head + param->on_list * how.piece - b->len);
	bytes_end_ipv4(b, ip);
	skb = fixture_skb(test, &how, b);
	skb_shinfo(skb)->gso_type = param->type;
	skb_shinfo(skb)->gso_size = param->size;
	KUNIT_EXPECT_EQ(test, count_of(skb, &header), param->count);
	if (param->count > 1)
		KUNIT_EXPECT_EQ(test, header, param->header);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(count_and_header, count_gen_params),
	KUNIT_CASE(what_is_no_super_packet_is_one),
	KUNIT_CASE(every_size_of_segments),
	KUNIT_CASE(what_the_sender_says_of_the_number_is_ignored),
	KUNIT_CASE(broken_headers_have_some_count),
	KUNIT_CASE(disagreement_counts_without_headers),
	KUNIT_CASE(udp_fragments_repeat_no_udp_header),
	KUNIT_CASE(unknown_kinds_have_some_count),
	KUNIT_CASE(tunnel_counts_what_is_inside),
	KUNIT_CASE_PARAM(lists_are_counted, list_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_count",
	.test_cases = cases,
};

kunit_test_suite(suite);
