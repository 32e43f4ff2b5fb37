// SPDX-License-Identifier: GPL-2.0
/* Where the headers of frames of every kind are. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/headers.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <net/ip.h>
#include <net/ipv6.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define Q	ETH_P_8021Q
#define AD	ETH_P_8021AD

/* What follows the L4 header, however long it says to be. */
#define DATA	70

struct headers_case {
	const char *desc;
	u16 type;
	u8 proto;
	u16 l4;			/* bytes of the L4 header; 0: not known */
	u8 words;		/* what that header says of its length */
	u8 ihl;			/* of IPv4; 0: no options */
	u8 version;		/* of IP; 0: the right one */
	u8 extensions;		/* destination options of IPv6, 8 bytes each */
	bool fragment_header;	/* behind those */
	u16 frag_off;		/* in it, or in IPv4's header */
	u8 tags;		/* in the frame */
	u8 tags_seen;		/* 0: all */
	u16 offloaded;		/* type of the tag beside it */
	bool not_ip;
};

static const struct headers_case headers_cases[] = {
	{ "tcp", IP4, IPPROTO_TCP, 20, 5 },
	{ "tcp with an option", IP4, IPPROTO_TCP, 24, 6 },
	{ "tcp with all options", IP6, IPPROTO_TCP, 60, 15 },
	{ "tcp that says 4 words", IP4, IPPROTO_TCP, 20, 4 },
	{ "tcp that says nothing", IP6, IPPROTO_TCP, 20, 0 },
	{ "udp", IP4, IPPROTO_UDP, 8 },
	{ "udp, IPv6", IP6, IPPROTO_UDP, 8 },
	{ "icmp", IP4, IPPROTO_ICMP, 8 },
	{ "icmpv6", IP6, IPPROTO_ICMPV6, 8 },
	{ "icmp's number in IPv6", IP6, IPPROTO_ICMP, 0 },
	{ "icmpv6's number in IPv4", IP4, IPPROTO_ICMPV6, 0 },
	{ "sctp", IP4, IPPROTO_SCTP, 12 },
	{ "sctp, IPv6", IP6, IPPROTO_SCTP, 12 },
	{ "dccp", IP4, IPPROTO_DCCP, 12, 3 },
	{ "dccp with options", IP6, IPPROTO_DCCP, 36, 9 },
	{ "dccp beyond the frame", IP4, IPPROTO_DCCP, 1020, 255 },
	{ "dccp that says nothing", IP4, IPPROTO_DCCP, 12, 0 },
	{ "udplite is another protocol", IP4, IPPROTO_UDPLITE, 0 },
	{ "udplite is another protocol, IPv6", IP6, IPPROTO_UDPLITE, 0 },
	{ "gre is another protocol", IP4, IPPROTO_GRE, 0 },
	{ "esp is another protocol", IP6, IPPROTO_ESP, 0 },
	{ "a tunnel is not looked through", IP4, IPPROTO_IPV6, 0 },
	{ "no next header", IP6, IPPROTO_NONE, 0 },
	{ "IPv4 options", IP4, IPPROTO_UDP, 8, .ihl = 6 },
	{ "all IPv4 options", IP4, IPPROTO_TCP, 40, 10, .ihl = 15 },
	{ "IPv4 options, another protocol", IP4, IPPROTO_GRE, 0, .ihl = 9 },
	{ "an extension", IP6, IPPROTO_TCP, 32, 8, .extensions = 1 },
	{ "extensions", IP6, IPPROTO_ICMPV6, 8, .extensions = 7 },
	{ "extensions, another protocol", IP6, IPPROTO_GRE, 0,
	  .extensions = 2 },
	{ "first fragment", IP4, IPPROTO_TCP, 28, 7, .frag_off = IP_MF },
	{ "middle fragment", IP4, IPPROTO_TCP, 0, 7, .frag_off = IP_MF | 5 },
	{ "last fragment", IP4, IPPROTO_UDP, 0, .frag_off = 5 },
	{ "last fragment, options", IP4, IPPROTO_ICMP, 0, .ihl = 7,
	  .frag_off = IP_OFFSET },
	{ "df is no fragment", IP4, IPPROTO_UDP, 8, .frag_off = IP_DF },
	{ "first fragment, IPv6", IP6, IPPROTO_UDP, 8,
	  .fragment_header = true, .frag_off = IP6_MF },
	{ "middle fragment, IPv6", IP6, IPPROTO_UDP, 0,
	  .fragment_header = true, .frag_off = 8 | IP6_MF },
	{ "last fragment, IPv6", IP6, IPPROTO_ICMPV6, 0, .extensions = 1,
	  .fragment_header = true, .frag_off = IP6_OFFSET },
	{ "atomic fragment", IP6, IPPROTO_TCP, 20, 5, .extensions = 1,
	  .fragment_header = true },
	{ "a tag", IP4, IPPROTO_TCP, 20, 5, .tags = 1 },
	{ "four tags", IP6, IPPROTO_UDP, 8, .tags = 4 },
	{ "five tags", IP4, IPPROTO_UDP, .tags = 5, .tags_seen = 4,
	  .not_ip = true },
	{ "offloaded tag", IP4, IPPROTO_TCP, 44, 11, .offloaded = Q },
	{ "offloaded tag, IPv6", IP6, IPPROTO_SCTP, 12, .offloaded = AD },
	{ "offloaded tag, a later fragment", IP4, IPPROTO_UDP, 0,
	  .frag_off = 1, .offloaded = Q },
	{ "offloaded tag and three in the frame", IP4, IPPROTO_ICMP, 8,
	  .tags = 3, .offloaded = AD },
	{ "offloaded tag and four in the frame", IP4, IPPROTO_ICMP,
	  .tags = 4, .tags_seen = 3, .offloaded = AD, .not_ip = true },
	{ "arp", ETH_P_ARP, .not_ip = true },
	{ "arp behind tags", ETH_P_ARP, .tags = 2, .not_ip = true },
	{ "arp behind an offloaded tag", ETH_P_ARP, .offloaded = Q,
	  .not_ip = true },
	{ "a length instead of a type", 60, .not_ip = true },
	{ "MPLS", ETH_P_MPLS_UC, .not_ip = true },
	{ "IPv4 of version 6", IP4, IPPROTO_UDP, .version = 6,
	  .not_ip = true },
	{ "IPv6 of version 4", IP6, IPPROTO_UDP, .version = 4,
	  .not_ip = true },
};

KUNIT_ARRAY_PARAM_DESC(headers, headers_cases, desc);

/* The IP header and those that belong to it. */
static void add_ip(struct bytes *b, const struct headers_case *param)
{
	unsigned int i, n = param->extensions + param->fragment_header;
	struct ipv6hdr *ipv6;
	struct iphdr *ip;
	u8 *at;

	if (param->type != IP6) {
		ip = bytes_add_ipv4(b, param->ihl ?: 5, param->proto);
		ip->frag_off = htons(param->frag_off);
		ip->tot_len = htons(ip->ihl * 4 + DATA);
		ip->version = param->version ?: 4;
		return;
	}
	ipv6 = bytes_add_ipv6(b, param->extensions ? NEXTHDR_DEST :
				 n ? NEXTHDR_FRAGMENT : param->proto);
	ipv6->payload_len = htons(n * 8 + DATA);
	ipv6->version = param->version ?: 6;
	for (i = 1; i <= n; i++) {
		at = bytes_add(b, 8);
		at[0] = i < param->extensions ? NEXTHDR_DEST :
			i < n ? NEXTHDR_FRAGMENT : param->proto;
		if (i > param->extensions) {
			at[2] = param->frag_off >> 8;
			at[3] = param->frag_off;
		}
	}
}

/* What a protocol that has no length there has there is of no meaning. */
static void add_l4(struct bytes *b, const struct headers_case *param)
{
	u8 *at = b->at + b->len;

	bytes_add_pattern(b, DATA);
	memset(at, 0xee, 16);
	if (param->proto == IPPROTO_TCP)
		at[12] = param->words << 4 | 0xf;
	else if (param->proto == IPPROTO_DCCP)
		at[4] = param->words;
}

static void find(const struct sk_buff *skb, struct tmirror_headers *headers,
		 struct tmirror_frame *frame)
{
	struct tmirror_flow flow;

	tmirror_frame_init(frame, skb);
	tmirror_flow_parse(&flow, frame);
	/* What is left alone would be noticed. */
	memset(headers, 0xa5, sizeof(*headers));
	tmirror_headers_find(headers, frame, &flow);
}

static void expect_headers(struct kunit *test, const struct fixture *how,
			   const struct bytes *b,
			   const struct tmirror_headers *want)
{
	struct sk_buff *skb = fixture_skb(test, how, b);
	struct fixture_snapshot *before = fixture_snapshot(test, skb);
	struct tmirror_headers got;
	struct tmirror_frame frame;

	find(skb, &got, &frame);
	KUNIT_EXPECT_EQ_MSG(test, got.network, want->network, "%s", how->desc);
	KUNIT_EXPECT_EQ_MSG(test, got.transport, want->transport, "%s",
			    how->desc);
	KUNIT_EXPECT_EQ_MSG(test, got.payload, want->payload, "%s", how->desc);
	KUNIT_EXPECT_EQ_MSG(test, got.family, want->family, "%s", how->desc);
	KUNIT_EXPECT_EQ_MSG(test, got.fragment, want->fragment, "%s",
			    how->desc);
	if (want->payload > want->transport)
		KUNIT_EXPECT_EQ_MSG(test, got.proto, want->proto, "%s",
				    how->desc);
	fixture_expect_same(test, before);
}

/* @network is the position of what follows the Ethernet header and tags. */
static void want_headers(struct tmirror_headers *want,
			 const struct headers_case *param, u32 network)
{
	memset(want, 0, sizeof(*want));
	want->network = network;
	want->transport = network;
	want->payload = network;
	if (param->not_ip)
		return;
	want->family = param->type == IP4 ? AF_INET : AF_INET6;
	want->proto = param->proto;
	if (param->type == IP4) {
		want->transport += (param->ihl ?: 5) * 4;
		want->fragment = param->frag_off & (IP_OFFSET | IP_MF);
	} else {
		want->transport += sizeof(struct ipv6hdr) +
			(param->extensions + param->fragment_header) * 8;
		want->fragment = param->frag_off;
	}
	want->payload = want->transport + param->l4;
}

static void headers_of_a_frame(struct kunit *test)
{
	const struct headers_case *param = test->param_value;
	unsigned int i, tags = param->tags_seen ?: param->tags;
	struct bytes *b = bytes_new(test);
	struct tmirror_headers want;

	bytes_add_macs(b);
	for (i = 0; i < param->tags; i++)
		bytes_add_tag(b, i & 1 ? Q : AD, 0xf001 + i);
	bytes_add_type(b, param->type);
	add_ip(b, param);
	add_l4(b, param);
	want_headers(&want, param,
		     ETH_HLEN + (tags + !!param->offloaded) * 4);
	for (i = 0; i < FIXTURE_SHAPES; i++) {
		struct fixture how = fixture_shapes[i];

		how.vlan_proto = param->offloaded;
		expect_headers(test, &how, b, &want);
	}
}

/* Packets of a device without Ethernet are IP, and have no tags. */
static const void *linkless_gen_params(const void *prev, char *desc)
{
	const struct headers_case *next = prev;

	do {
		next = headers_gen_params(next, desc);
	} while (next && (next->not_ip || next->tags || next->offloaded));
	return next;
}

/* The Ethernet header that its frame gets counts. */
static void headers_of_a_device_without_ethernet(struct kunit *test)
{
	static const struct fixture shapes[] = {
		{ "none at egress", ARPHRD_NONE },
		{ "none at ingress", ARPHRD_NONE, 0, true },
		{ "none in pages", ARPHRD_NONE, 0, false, FIXTURE_PAGES, 1, 9 },
		{ "ppp at egress", ARPHRD_PPP, 4 },
		{ "ppp at ingress", ARPHRD_PPP, 4, true },
	};
	const struct headers_case *param = test->param_value;
	struct tmirror_headers want;
	unsigned int i;

	want_headers(&want, param, ETH_HLEN);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct bytes *b = bytes_new(test);

		bytes_add_pattern(b, shapes[i].link);
		add_ip(b, param);
		add_l4(b, param);
		expect_headers(test, &shapes[i], b, &want);
		kunit_kfree(test, b);
	}
}

/* A header that is not there as a whole still has the length it must have. */
static void headers_cut_at_every_byte(struct kunit *test)
{
	static const struct headers_case tcp = {
		"tcp with options", IP4, IPPROTO_TCP, 48, 12, .ihl = 7,
	};
	struct bytes *b = bytes_new(test);
	struct tmirror_headers want;
	unsigned int whole, i;

	bytes_add_eth(b, tcp.type);
	add_ip(b, &tcp);
	add_l4(b, &tcp);
	whole = b->len;
	for (b->len = ETH_HLEN; b->len <= whole; b->len++) {
		struct headers_case param = tcp;

		param.not_ip = b->len < ETH_HLEN + sizeof(struct iphdr);
		/* Where the header says how long it is. */
		if (b->len < ETH_HLEN + 7 * 4 + 12 + 1)
			param.l4 = 20;
		want_headers(&want, &param, ETH_HLEN);
		for (i = 0; i < FIXTURE_SHAPES; i++)
			expect_headers(test, &fixture_shapes[i], b, &want);
	}
}

/* All of it counts as its Ethernet header. */
static void runts_have_no_payload(struct kunit *test)
{
	struct fixture how = fixture_shapes[0];
	struct bytes *b = bytes_new(test);
	struct tmirror_headers headers;
	struct tmirror_frame frame;
	unsigned int tag;

	for (; b->len < ETH_HLEN; bytes_add_pattern(b, 1)) {
		for (tag = 0; tag < 2; tag++) {
			how.vlan_proto = tag ? Q : 0;
			find(fixture_skb(test, &how, b), &headers, &frame);
			KUNIT_EXPECT_EQ(test, headers.family, AF_UNSPEC);
			KUNIT_EXPECT_GE_MSG(test, headers.payload, frame.len,
					    "%u bytes", b->len);
			KUNIT_EXPECT_EQ(test, headers.transport,
					headers.payload);
			KUNIT_EXPECT_EQ(test, headers.network,
					headers.payload);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(headers_of_a_frame, headers_gen_params),
	KUNIT_CASE_PARAM(headers_of_a_device_without_ethernet,
			 linkless_gen_params),
	KUNIT_CASE(headers_cut_at_every_byte),
	KUNIT_CASE(runts_have_no_payload),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_headers",
	.test_cases = cases,
};

kunit_test_suite(suite);
