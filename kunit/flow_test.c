// SPDX-License-Identifier: GPL-2.0
/* What is found in frames, and in those that hold IPv4. */
#include "bytes.h"
#include "flow_fixture.h"
#include "skb_fixture.h"
#include "../module/frame.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <net/ip.h>

#define RESERVED	0x8000

static const u8 protos_with_ports[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP, IPPROTO_SCTP, IPPROTO_UDPLITE,
};

static void proto_has_ports_or_not(struct kunit *test)
{
	unsigned int proto, i, found;

	for (proto = 0; proto < 256; proto++) {
		for (found = 0, i = 0; i < ARRAY_SIZE(protos_with_ports); i++)
			found += protos_with_ports[i] == proto;
		KUNIT_EXPECT_EQ_MSG(test, tmirror_proto_has_ports(proto),
				    found == 1, "proto %u", proto);
	}
}

struct ipv4_case {
	const char *desc;
	u8 proto;
	u16 frag_off;
	u16 tot_len;		/* if @claim */
	bool claim;
	u8 version;		/* 0: the right one */
	bool broken;		/* not to be taken for IP */
	bool ports;
	bool fragment;
	u8 ihl;			/* 0: no options */
};

#define CLAIM(bytes)	.claim = true, .tot_len = (bytes)

static const struct ipv4_case ipv4_cases[] = {
	{ "tcp has ports", IPPROTO_TCP, .ports = true },
	{ "udp has ports", IPPROTO_UDP, .ports = true },
	{ "udplite has ports", IPPROTO_UDPLITE, .ports = true },
	{ "sctp has ports", IPPROTO_SCTP, .ports = true },
	{ "dccp has ports", IPPROTO_DCCP, .ports = true },
	{ "icmp has none", IPPROTO_ICMP },
	{ "protocol 0 has none", 0 },
	{ "protocol 255 has none", 255 },
	{ "esp has none", IPPROTO_ESP },
	{ "a tunnel is not looked through", IPPROTO_IPIP },
	{ "an ipv6 extension header's number is a protocol",
	  IPPROTO_DSTOPTS },
	{ "df is no fragment", IPPROTO_UDP, IP_DF, .ports = true },
	{ "reserved bit is no fragment", IPPROTO_UDP, RESERVED, .ports = true },
	{ "first fragment has ports", IPPROTO_UDP, IP_MF,
	  .ports = true, .fragment = true },
	{ "middle fragment has no ports", IPPROTO_UDP, IP_MF | 1,
	  .fragment = true },
	{ "last fragment has no ports", IPPROTO_UDP, 1, .fragment = true },
	{ "fragment of highest offset has no ports", IPPROTO_TCP, IP_OFFSET,
	  .fragment = true },
	{ "first fragment of icmp", IPPROTO_ICMP, IP_MF, .fragment = true },
	{ "version 0", IPPROTO_UDP, .version = 0x10, .broken = true },
	{ "version 5", IPPROTO_UDP, .version = 5, .broken = true },
	{ "version 6", IPPROTO_UDP, .version = 6, .broken = true },
	{ "header of 0 words", IPPROTO_UDP, .ihl = 0x10, .broken = true },
	{ "header of 1 word", IPPROTO_UDP, .ihl = 1, .broken = true },
	{ "header of 4 words", IPPROTO_UDP, .ihl = 4, .broken = true },
	{ "padding is no ports", IPPROTO_UDP, CLAIM(20) },
	{ "padding is no last port byte", IPPROTO_UDP, CLAIM(23) },
	{ "ports are the last bytes", IPPROTO_UDP, CLAIM(24), .ports = true },
	{ "length within the header", IPPROTO_UDP, CLAIM(19) },
	{ "length of 1", IPPROTO_UDP, CLAIM(1) },
	{ "length 0 is a big super-packet's", IPPROTO_UDP, CLAIM(0),
	  .ports = true },
	{ "length beyond the frame", IPPROTO_UDP, CLAIM(65535),
	  .ports = true },
	{ "padding is no ports, behind options", IPPROTO_UDP, CLAIM(47),
	  .ihl = 11 },
	{ "ports are the last bytes, behind options", IPPROTO_UDP, CLAIM(48),
	  .ihl = 11, .ports = true },
	{ "length within the options", IPPROTO_UDP, CLAIM(24), .ihl = 11 },
};

KUNIT_ARRAY_PARAM_DESC(ipv4, ipv4_cases, desc);

static void ipv4_packet(struct kunit *test)
{
	const struct ipv4_case *param = test->param_value;
	struct tmirror_flow want = { .type = htons(ETH_P_IP) };
	struct bytes *b = bytes_new(test);
	struct iphdr *ip;

	bytes_add_eth(b, ETH_P_IP);
	ip = bytes_add_ipv4(b, param->ihl > 5 && param->ihl < 16 ? param->ihl :
								   5,
			    param->proto);
	want.l4 = b->len;
	bytes_add_ports(b);
	bytes_add_pattern(b, 12);
	ip->frag_off = htons(param->frag_off);
	bytes_end_ipv4(b, ip);
	if (param->claim)
		ip->tot_len = htons(param->tot_len);
	if (param->version)
		ip->version = param->version;
	if (param->ihl)
		ip->ihl = param->ihl;

	if (!param->broken) {
		want.family = AF_INET;
		want.has_proto = true;
		want.proto = param->proto;
		want.fragment = param->fragment;
		want.has_l4 = !(param->frag_off & IP_OFFSET);
		want.has_ports = param->ports;
		want.sport = TEST_SPORT;
		want.dport = TEST_DPORT;
	}
	flow_set_addresses(&want);
	flow_expect_any_shape(test, b, &want);
}

static void ipv4_options_of_every_length(struct kunit *test)
{
	unsigned int ihl, i;

	for (ihl = 5; ihl <= 15; ihl++) {
		for (i = 0; i < ARRAY_SIZE(protos_with_ports); i++) {
			struct tmirror_flow want = {
				.type = htons(ETH_P_IP),
				.family = AF_INET,
				.has_proto = true,
				.has_l4 = true,
				.proto = protos_with_ports[i],
				.has_ports = true,
				.sport = TEST_SPORT,
				.dport = TEST_DPORT,
				.l4 = ETH_HLEN + ihl * 4,
			};
			struct bytes *b = bytes_new(test);
			struct iphdr *ip;

			bytes_add_eth(b, ETH_P_IP);
			ip = bytes_add_ipv4(b, ihl, want.proto);
			bytes_add_ports(b);
			bytes_end_ipv4(b, ip);
			flow_set_addresses(&want);
			flow_expect_any_shape(test, b, &want);
			kunit_kfree(test, b);
		}
	}
}

struct cut_case {
	const char *desc;
	unsigned int tags;
	unsigned int ihl;
};

static const struct cut_case cut_cases[] = {
	{ "plain", 0, 5 },
	{ "with options", 0, 15 },
	{ "with two tags", 2, 5 },
	{ "with four tags and options", 4, 7 },
};

KUNIT_ARRAY_PARAM_DESC(cut, cut_cases, desc);

static void ipv4_cut_at_every_byte(struct kunit *test)
{
	const struct cut_case *param = test->param_value;
	unsigned int i, whole, l2, l4, tags;
	struct bytes *b = bytes_new(test);
	struct iphdr *ip;

	bytes_add_macs(b);
	for (i = 0; i < param->tags; i++)
		bytes_add_tag(b, ETH_P_8021Q, i);
	bytes_add_type(b, ETH_P_IP);
	l2 = b->len;
	ip = bytes_add_ipv4(b, param->ihl, IPPROTO_TCP);
	l4 = b->len;
	bytes_add_ports(b);
	bytes_add_pattern(b, 4);
	bytes_end_ipv4(b, ip);
	whole = b->len;

	for (b->len = 0; b->len <= whole; b->len++) {
		struct tmirror_flow want = {
			.l4 = l4,
			.proto = IPPROTO_TCP,
			.sport = TEST_SPORT,
			.dport = TEST_DPORT,
		};

		/* As many tags as have the next type behind them. */
		if (b->len >= ETH_HLEN) {
			tags = (b->len - ETH_HLEN) / 4;
			want.type = tags < param->tags ? htons(ETH_P_8021Q) :
							 htons(ETH_P_IP);
		}
		if (b->len >= l2 + sizeof(*ip)) {
			want.family = AF_INET;
			want.has_proto = true;
			want.has_l4 = true;
		}
		want.has_ports = b->len >= l4 + 4;
		if (b->len >= ETH_HLEN)
			flow_set_addresses(&want);
		flow_expect_any_shape(test, b, &want);
	}
}

struct ether_case {
	const char *desc;
	u16 type;
	bool ip;
};

static const struct ether_case ether_cases[] = {
	{ "IPv4", ETH_P_IP, true },
	{ "ARP", ETH_P_ARP },
	{ "a length instead of a type", 24 },
	{ "the greatest length", 1500 },
	{ "type 0", 0 },
	{ "type 0xffff", 0xffff },
	{ "IPv4's bytes under IPv6's type", ETH_P_IPV6 },
	{ "MPLS is not looked through", ETH_P_MPLS_UC },
	{ "PPPoE is not looked through", ETH_P_PPP_SES },
	{ "a tag of the old type is not looked through", ETH_P_QINQ1 },
};

KUNIT_ARRAY_PARAM_DESC(ether, ether_cases, desc);

static void add_udp_packet(struct bytes *b)
{
	struct iphdr *ip = bytes_add_ipv4(b, 5, IPPROTO_UDP);

	bytes_add_ports(b);
	bytes_add_pattern(b, 4);
	bytes_end_ipv4(b, ip);
}

static void want_udp_packet(struct tmirror_flow *want, unsigned int l4)
{
	want->family = AF_INET;
	want->has_proto = true;
	want->has_l4 = true;
	want->proto = IPPROTO_UDP;
	want->has_ports = true;
	want->sport = TEST_SPORT;
	want->dport = TEST_DPORT;
	want->l4 = l4;
}

static void type_of_a_frame(struct kunit *test)
{
	const struct ether_case *param = test->param_value;
	struct tmirror_flow want = { .type = htons(param->type) };
	struct bytes *b = bytes_new(test);

	bytes_add_eth(b, param->type);
	add_udp_packet(b);
	if (param->ip)
		want_udp_packet(&want, ETH_HLEN + sizeof(struct iphdr));
	flow_set_addresses(&want);
	flow_expect_any_shape(test, b, &want);
}

struct tag_case {
	const char *desc;
	u16 offloaded;
	unsigned int count;	/* in the frame */
	u16 tag[5];
	bool ip;
};

#define Q	ETH_P_8021Q
#define AD	ETH_P_8021AD

static const struct tag_case tag_cases[] = {
	{ "one tag", 0, 1, { Q }, true },
	{ "one service tag", 0, 1, { AD }, true },
	{ "two tags", 0, 2, { AD, Q }, true },
	{ "three tags", 0, 3, { AD, AD, Q }, true },
	{ "four tags", 0, 4, { AD, Q, AD, Q }, true },
	{ "five tags are too many", 0, 5, { AD, AD, AD, Q, Q }, false },
	{ "offloaded tag", Q, 0, {}, true },
	{ "offloaded service tag", AD, 0, {}, true },
	{ "offloaded tag, one in the frame", AD, 1, { Q }, true },
	{ "offloaded tag, three in the frame", AD, 3, { AD, Q, Q }, true },
	{ "offloaded tag, four in the frame are too many", Q, 4,
	  { AD, AD, Q, Q }, false },
};

KUNIT_ARRAY_PARAM_DESC(tag, tag_cases, desc);

static void vlan_tags(struct kunit *test)
{
	const struct tag_case *param = test->param_value;
	struct tmirror_flow want = { .type = htons(ETH_P_IP) };
	struct bytes *b = bytes_new(test);
	unsigned int i;

	bytes_add_macs(b);
	for (i = 0; i < param->count; i++)
		bytes_add_tag(b, param->tag[i], 0xe001 + i);
	bytes_add_type(b, ETH_P_IP);
	if (param->ip)
		want_udp_packet(&want, b->len + sizeof(struct iphdr));
	else	/* the type of the last tag */
		want.type = htons(param->tag[param->count - 1]);
	add_udp_packet(b);
	flow_set_addresses(&want);

	for (i = 0; i < FIXTURE_SHAPES; i++) {
		struct fixture how = fixture_shapes[i];

		how.vlan_proto = param->offloaded;
		how.vlan_tci = 0xf123;
		flow_expect(test, &how, b, &want);
	}
}

/* What segmentation goes by, which does not know of five tags. */
static void place_of_the_network_header(struct kunit *test)
{
	const struct tag_case *param = test->param_value;
	unsigned int i, tags = min(param->count, 4 - !!param->offloaded);
	struct bytes *b = bytes_new(test);

	bytes_add_macs(b);
	for (i = 0; i < param->count; i++)
		bytes_add_tag(b, param->tag[i], 0xe001 + i);
	bytes_add_type(b, ETH_P_IP);
	add_udp_packet(b);

	for (i = 0; i < FIXTURE_SHAPES; i++) {
		struct fixture how = fixture_shapes[i];
		struct tmirror_flow flow;

		how.vlan_proto = param->offloaded;
		flow_parse(test, &how, b, &flow);
		KUNIT_EXPECT_EQ(test, flow.l3, tags * 4 +
				(how.ingress ? 0 : ETH_HLEN));
		KUNIT_EXPECT_EQ(test, ntohs(flow.outer_type),
				param->count ? param->tag[0] : ETH_P_IP);
	}
}

static const struct fixture linkless_cases[] = {
	{ "none at egress", ARPHRD_NONE },
	{ "none at ingress", ARPHRD_NONE, .ingress = true },
	{ "none in pages", ARPHRD_NONE, 0, false, FIXTURE_PAGES, 1, 7 },
	{ "ppp at egress, its header in front", ARPHRD_PPP, 4 },
	{ "ppp at ingress", ARPHRD_PPP, 4, true },
	{ "ip tunnel in a list", ARPHRD_TUNNEL, 0, false, FIXTURE_LIST, 3, 6 },
};

KUNIT_ARRAY_PARAM_DESC(linkless, linkless_cases, desc);

static void device_without_ethernet(struct kunit *test)
{
	const struct fixture *how = test->param_value;
	struct tmirror_flow want = { .type = htons(ETH_P_IP) }, flow;
	struct bytes *b = bytes_new(test);

	bytes_add_pattern(b, how->link);
	want_udp_packet(&want, b->len + sizeof(struct iphdr));
	add_udp_packet(b);
	flow_set_addresses(&want);
	flow_expect(test, how, b, &want);
	flow_parse(test, how, b, &flow);
	KUNIT_EXPECT_EQ(test, flow.l3, how->ingress ? 0 : how->link);
	KUNIT_EXPECT_EQ(test, ntohs(flow.outer_type), ETH_P_IP);

	/* The type is the packet's; there are no addresses to fall back on. */
	b->at[how->link] = 0x65;
	memset(&want, 0, sizeof(want));
	want.type = htons(ETH_P_IPV6);
	b->len = how->link + sizeof(struct iphdr);
	flow_expect(test, how, b, &want);
}

static void skb_is_only_read(struct kunit *test)
{
	struct bytes *b = bytes_new(test);
	unsigned int i;

	bytes_add_eth(b, ETH_P_IP);
	add_udp_packet(b);
	for (i = 0; i < FIXTURE_SHAPES; i++) {
		struct sk_buff *skb = fixture_skb(test, &fixture_shapes[i], b);
		struct fixture_snapshot *before = fixture_snapshot(test, skb);
		struct tmirror_frame frame;
		struct tmirror_flow flow;

		tmirror_frame_init(&frame, skb);
		tmirror_flow_parse(&flow, &frame);
		fixture_expect_same(test, before);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(proto_has_ports_or_not),
	KUNIT_CASE_PARAM(type_of_a_frame, ether_gen_params),
	KUNIT_CASE_PARAM(vlan_tags, tag_gen_params),
	KUNIT_CASE_PARAM(place_of_the_network_header, tag_gen_params),
	KUNIT_CASE_PARAM(device_without_ethernet, linkless_gen_params),
	KUNIT_CASE_PARAM(ipv4_packet, ipv4_gen_params),
	KUNIT_CASE(ipv4_options_of_every_length),
	KUNIT_CASE_PARAM(ipv4_cut_at_every_byte, cut_gen_params),
	KUNIT_CASE(skb_is_only_read),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_flow",
	.test_cases = cases,
};

kunit_test_suite(suite);
