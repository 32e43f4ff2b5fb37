// SPDX-License-Identifier: GPL-2.0
/* What is found in IPv6 packets, behind their extension headers. */
#include "bytes.h"
#include "flow_fixture.h"
#include "skb_fixture.h"

#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/socket.h>
#include <net/ipv6.h>

/* The extension headers of the contract, by number. */
#define HOP		0
#define ROUTING		43
#define FRAGMENT	44
#define AUTH		51
#define DEST		60
#define MOBILITY	135
#define HIP		139
#define SHIM6		140

#define CHAIN_MAX	17

static const u8 extensions[] = {
	HOP, ROUTING, FRAGMENT, AUTH, DEST, MOBILITY, HIP, SHIM6,
};

struct ipv6_case {
	const char *desc;
	u8 proto;
	unsigned int count;
	u8 chain[CHAIN_MAX];
	u16 frag_off;		/* of fragment headers */
	bool long_ones;		/* the others have three times eight bytes */
	bool claim;
	u16 payload_len;	/* if @claim */
	u8 version;		/* 0: the right one */
	bool broken;		/* not to be taken for IP */
	bool no_proto;
	bool ports;
	bool fragment;
};

static void add_extension(struct bytes *b, const struct ipv6_case *param,
			  unsigned int i)
{
	unsigned int len = param->long_ones ? 24 : 8;
	u8 *at;

	if (param->chain[i] == FRAGMENT)
		len = 8;
	at = bytes_add(b, len);
	/* What is not looked at must not be zero: it might pass for right. */
	memset(at, 0xee, len);
	at[0] = i + 1 < param->count ? param->chain[i + 1] : param->proto;
	if (param->chain[i] == FRAGMENT) {
		at[1] = 0;
		at[2] = param->frag_off >> 8;
		at[3] = param->frag_off;
	} else if (param->chain[i] == AUTH) {
		at[1] = len / 4 - 2;
	} else {
		at[1] = len / 8 - 1;
	}
}

static void add_packet(struct bytes *b, const struct ipv6_case *param,
		       struct tmirror_flow *want)
{
	struct ipv6hdr *ip;
	bool later = false;
	unsigned int i;

	bytes_add_eth(b, ETH_P_IPV6);
	ip = bytes_add_ipv6(b, param->count ? param->chain[0] : param->proto);
	want->l4 = b->len;
	for (i = 0; i < param->count; i++) {
		add_extension(b, param, i);
		/* Behind a later fragment's header all is data. */
		if (!later)
			want->l4 = b->len;
		if (param->chain[i] == FRAGMENT)
			later = param->frag_off & IP6_OFFSET;
	}
	bytes_add_ports(b);
	bytes_add_pattern(b, 8);
	bytes_end_ipv6(b, ip);
	if (param->claim)
		ip->payload_len = htons(param->payload_len);
	if (param->version)
		ip->version = param->version;

	want->type = htons(ETH_P_IPV6);
	if (!param->broken) {
		want->family = AF_INET6;
		want->fragment = param->fragment;
		want->has_proto = !param->no_proto;
		want->has_l4 = !param->no_proto &&
			       !(param->frag_off & IP6_OFFSET);
		want->proto = param->proto;
		want->has_ports = param->ports;
		want->sport = TEST_SPORT;
		want->dport = TEST_DPORT;
	}
	flow_set_addresses(want);
}

#define UDP	IPPROTO_UDP
#define CLAIM(bytes)	.claim = true, .payload_len = (bytes)

static const struct ipv6_case ipv6_cases[] = {
	{ "tcp has ports", IPPROTO_TCP, .ports = true },
	{ "udp has ports", UDP, .ports = true },
	{ "udplite has ports", IPPROTO_UDPLITE, .ports = true },
	{ "sctp has ports", IPPROTO_SCTP, .ports = true },
	{ "dccp has ports", IPPROTO_DCCP, .ports = true },
	{ "icmpv6 has none", IPPROTO_ICMPV6 },
	{ "no next header is a protocol", IPPROTO_NONE },
	{ "esp is a protocol", IPPROTO_ESP },
	{ "a tunnel is not looked through", IPPROTO_IPV6 },
	{ "an experiment's number is a protocol", 253 },
	{ "version 4", UDP, .version = 4, .broken = true },
	{ "version 0", UDP, .version = 0x10, .broken = true },
	{ "hop-by-hop options", UDP, 1, { HOP }, .ports = true },
	{ "routing", UDP, 1, { ROUTING }, .ports = true },
	{ "authentication", UDP, 1, { AUTH }, .ports = true },
	{ "destination options", UDP, 1, { DEST }, .ports = true },
	{ "mobility", UDP, 1, { MOBILITY }, .ports = true },
	{ "host identity", UDP, 1, { HIP }, .ports = true },
	{ "shim6", UDP, 1, { SHIM6 }, .ports = true },
	{ "all but fragment, long ones", UDP, 7,
	  { HOP, DEST, ROUTING, AUTH, MOBILITY, HIP, SHIM6 },
	  .long_ones = true, .ports = true },
	{ "esp behind extensions", IPPROTO_ESP, 2, { HOP, AUTH } },
	{ "no next header behind extensions", IPPROTO_NONE, 1, { DEST } },
	{ "atomic fragment is none", UDP, 1, { FRAGMENT }, .ports = true },
	{ "reserved bits are no fragment", UDP, 1, { FRAGMENT },
	  .frag_off = 0x0006, .ports = true },
	{ "first fragment has ports", UDP, 1, { FRAGMENT }, IP6_MF,
	  .ports = true, .fragment = true },
	{ "middle fragment has none", UDP, 1, { FRAGMENT }, 8 | IP6_MF,
	  .fragment = true },
	{ "last fragment has none", UDP, 1, { FRAGMENT }, 8,
	  .fragment = true },
	{ "fragment of highest offset", UDP, 1, { FRAGMENT }, IP6_OFFSET,
	  .fragment = true },
	{ "later fragment, whose data an extension begins", UDP, 2,
	  { FRAGMENT, DEST }, 8, .fragment = true, .no_proto = true },
	{ "first fragment, whose data an extension begins", UDP, 2,
	  { FRAGMENT, DEST }, IP6_MF, .fragment = true, .ports = true },
	{ "fragment behind others", UDP, 3, { HOP, ROUTING, FRAGMENT }, 8,
	  .fragment = true },
	{ "sixteen extensions", UDP, 16,
	  { HOP, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60 },
	  .ports = true },
	{ "seventeen extensions are too many", UDP, 17,
	  { HOP, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
	    60 }, .no_proto = true },
	{ "a jumbogram's length is 0", UDP, 1, { HOP }, CLAIM(0),
	  .ports = true },
	{ "a big super-packet's length is 0", IPPROTO_TCP, CLAIM(0),
	  .ports = true },
	{ "length beyond the frame", UDP, CLAIM(65535), .ports = true },
	{ "padding is no ports", UDP, CLAIM(3) },
	{ "ports are the last bytes", UDP, CLAIM(4), .ports = true },
	{ "padding is no ports, behind an extension", UDP, 1, { DEST },
	  CLAIM(11) },
	{ "padding is no extension", UDP, 2, { HOP, DEST }, CLAIM(9),
	  .no_proto = true },
	{ "padding is no fragment header", UDP, 1, { FRAGMENT }, 8,
	  CLAIM(7), .no_proto = true },
};

KUNIT_ARRAY_PARAM_DESC(ipv6, ipv6_cases, desc);

static void ipv6_packet(struct kunit *test)
{
	struct tmirror_flow want = {};
	struct bytes *b = bytes_new(test);

	add_packet(b, test->param_value, &want);
	flow_expect_any_shape(test, b, &want);
}

static void every_pair_of_extensions(struct kunit *test)
{
	unsigned int i, j, longer;

	for (i = 0; i < ARRAY_SIZE(extensions); i++) {
		for (j = 0; j < ARRAY_SIZE(extensions); j++) {
			for (longer = 0; longer < 2; longer++) {
				struct ipv6_case param = {
					.proto = IPPROTO_TCP,
					.count = 2,
					.chain = { extensions[i],
						   extensions[j] },
					.long_ones = longer,
					.ports = true,
				};
				struct tmirror_flow want = {};
				struct bytes *b = bytes_new(test);

				add_packet(b, &param, &want);
				flow_expect(test, &fixture_shapes[0], b, &want);
				flow_expect(test, &fixture_shapes[7], b, &want);
				kunit_kfree(test, b);
			}
		}
	}
}

static void what_is_no_extension_is_a_protocol(struct kunit *test)
{
	unsigned int proto, i;

	for (proto = 0; proto < 256; proto++) {
		struct ipv6_case param = { .proto = proto };
		struct tmirror_flow flow, ignored = {};
		struct bytes *b;

		for (i = 0; i < ARRAY_SIZE(extensions); i++)
			if (extensions[i] == proto)
				break;
		if (i < ARRAY_SIZE(extensions))
			continue;
		b = bytes_new(test);
		add_packet(b, &param, &ignored);
		flow_parse(test, &fixture_shapes[0], b, &flow);
		KUNIT_EXPECT_TRUE_MSG(test, flow.has_proto, "%u", proto);
		KUNIT_EXPECT_EQ(test, flow.proto, proto);
		KUNIT_EXPECT_EQ(test, flow.has_ports,
				tmirror_proto_has_ports(proto));
		kunit_kfree(test, b);
	}
}

/*
 * HOP's, DEST's and FRAGMENT's header, then the ports. What a header says of
 * the next is in its first two bytes; but a fragment's matter all.
 */
static const struct ipv6_case cut_case = {
	.proto = UDP, .count = 3, .chain = { HOP, DEST, FRAGMENT },
	.frag_off = IP6_MF,
};

static void want_cut(struct tmirror_flow *want, unsigned int len)
{
	want->family = len >= 40 ? AF_INET6 : AF_UNSPEC;
	want->has_proto = len >= 40 + 8 + 8 + 8;
	want->has_l4 = want->has_proto;
	want->fragment = want->has_proto;
	want->has_ports = len >= 40 + 8 + 8 + 8 + 4;
	flow_set_addresses(want);
}

static void cut_at_every_byte(struct kunit *test)
{
	struct tmirror_flow want = {};
	struct bytes *b = bytes_new(test);
	unsigned int whole;

	add_packet(b, &cut_case, &want);
	whole = b->len;
	for (b->len = ETH_HLEN; b->len <= whole; b->len++) {
		want_cut(&want, b->len - ETH_HLEN);
		flow_expect_any_shape(test, b, &want);
	}
}

static void claimed_cut_at_every_byte(struct kunit *test)
{
	struct tmirror_flow want = {};
	struct bytes *b = bytes_new(test);
	struct ipv6hdr *ip;
	unsigned int len;

	add_packet(b, &cut_case, &want);
	ip = (struct ipv6hdr *)(b->at + ETH_HLEN);
	for (len = 1; len <= b->len - ETH_HLEN - sizeof(*ip); len++) {
		ip->payload_len = htons(len);
		want_cut(&want, sizeof(*ip) + len);
		flow_expect_any_shape(test, b, &want);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(ipv6_packet, ipv6_gen_params),
	KUNIT_CASE(every_pair_of_extensions),
	KUNIT_CASE(what_is_no_extension_is_a_protocol),
	KUNIT_CASE(cut_at_every_byte),
	KUNIT_CASE(claimed_cut_at_every_byte),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_ipv6",
	.test_cases = cases,
};

kunit_test_suite(suite);
