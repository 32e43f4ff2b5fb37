// SPDX-License-Identifier: GPL-2.0
/* The hash of a flow: the same for what belongs together, else different. */
#include "bytes.h"
#include "flow_fixture.h"
#include "skb_fixture.h"

#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/socket.h>
#include <net/ip.h>
#include <net/ipv6.h>

static const u32 key = 0x89abcdef;

/* A packet: whose, from which port to which, of which kind. */
struct hash_packet {
	u8 family;		/* AF_UNSPEC: an ARP frame */
	u8 proto;
	u8 from;		/* last byte of the address */
	u8 to;
	u16 sport;
	u16 dport;
	u16 frag_off;		/* host byte order */
	u8 extension;		/* IPv6: first header of what is fragmented */
	u16 type;		/* AF_UNSPEC: instead of ARP's */
};

static u32 hash_of(struct kunit *test, const struct hash_packet *packet)
{
	struct bytes *b = bytes_new(test);
	struct tmirror_flow flow;
	struct ipv6hdr *ip6;
	struct iphdr *ip;
	u8 *at;

	bytes_add_macs(b);
	if (packet->family == AF_INET) {
		bytes_add_type(b, ETH_P_IP);
		ip = bytes_add_ipv4(b, 5, packet->proto);
		ip->saddr = htonl(0x0a000000 | packet->from);
		ip->daddr = htonl(0x0a000000 | packet->to);
		ip->frag_off = htons(packet->frag_off);
	} else if (packet->family == AF_INET6) {
		bytes_add_type(b, ETH_P_IPV6);
		ip6 = bytes_add_ipv6(b, packet->proto);
		ip6->saddr.s6_addr[15] = packet->from;
		ip6->daddr.s6_addr[15] = packet->to;
		if (packet->frag_off) {
			ip6->nexthdr = NEXTHDR_FRAGMENT;
			at = bytes_add(b, 8);
			at[0] = packet->extension ?: packet->proto;
			at[2] = packet->frag_off >> 8;
			at[3] = packet->frag_off;
		}
		/* It is at the start of what is fragmented alone. */
		if (packet->extension && !(packet->frag_off & IP6_OFFSET))
			*(u8 *)bytes_add(b, 8) = packet->proto;
	} else {
		b->at[5] = packet->to;
		b->at[11] = packet->from;
		bytes_add_type(b, packet->type ?: ETH_P_ARP);
	}
	bytes_add_type(b, packet->sport);
	bytes_add_type(b, packet->dport);
	bytes_add_pattern(b, 16);
	flow_parse(test, &fixture_shapes[0], b, &flow);
	kunit_kfree(test, b);
	return tmirror_flow_hash(&flow, key);
}

struct hash_case {
	const char *desc;
	struct hash_packet a;
	struct hash_packet b;
	bool differ;
};

#define TCP4(args...)	{ AF_INET, IPPROTO_TCP, args }
#define UDP4(args...)	{ AF_INET, IPPROTO_UDP, args }
#define TCP6(args...)	{ AF_INET6, IPPROTO_TCP, args }
#define UDP6(args...)	{ AF_INET6, IPPROTO_UDP, args }
#define ICMP4(args...)	{ AF_INET, IPPROTO_ICMP, args }
#define FRAME(args...)	{ AF_UNSPEC, 0, args }

static const struct hash_case hash_cases[] = {
	{ "two packets of a flow", TCP4(1, 2, 80, 99), TCP4(1, 2, 80, 99) },
	{ "both directions, TCP over IPv4",
	  TCP4(1, 2, 80, 99), TCP4(2, 1, 99, 80) },
	{ "both directions, UDP over IPv4",
	  UDP4(1, 2, 80, 99), UDP4(2, 1, 99, 80) },
	{ "both directions, TCP over IPv6",
	  TCP6(1, 2, 80, 99), TCP6(2, 1, 99, 80) },
	{ "both directions, UDP over IPv6",
	  UDP6(1, 2, 80, 99), UDP6(2, 1, 99, 80) },
	{ "both directions, the higher address has the higher port",
	  TCP4(1, 2, 99, 80), TCP4(2, 1, 80, 99) },
	{ "both directions, of one address", TCP4(1, 1, 80, 99),
	  TCP4(1, 1, 99, 80) },
	{ "both directions, without ports", ICMP4(1, 2), ICMP4(2, 1) },
	{ "both directions, not IP", FRAME(1, 2), FRAME(2, 1) },
	{ "another source port", TCP4(1, 2, 80, 99), TCP4(1, 2, 81, 99), true },
	{ "another destination port", TCP6(1, 2, 80, 99), TCP6(1, 2, 80, 98),
	  true },
	{ "ports exchanged, addresses not", TCP4(1, 2, 80, 99),
	  TCP4(1, 2, 99, 80), true },
	{ "another source", TCP4(1, 2, 80, 99), TCP4(3, 2, 80, 99), true },
	{ "another destination", UDP6(1, 2, 80, 99), UDP6(1, 3, 80, 99), true },
	{ "another protocol", TCP4(1, 2, 80, 99), UDP4(1, 2, 80, 99), true },
	{ "another protocol without ports", ICMP4(1, 2),
	  { AF_INET, IPPROTO_GRE, 1, 2 }, true },
	{ "another frame source", FRAME(1, 2), FRAME(3, 2), true },
	{ "another frame destination", FRAME(1, 2), FRAME(1, 3), true },
	{ "another type of frame", FRAME(1, 2),
	  FRAME(1, 2, .type = ETH_P_LLDP), true },
	{ "fragments of a datagram, IPv4", UDP4(1, 2, 80, 99, IP_MF),
	  UDP4(1, 2, 7, 7, 185) },
	{ "fragments of a datagram, IPv6", UDP6(1, 2, 80, 99, IP6_MF),
	  UDP6(1, 2, 7, 7, 1480) },
	{ "fragments of a datagram, an extension in the first",
	  UDP6(1, 2, 80, 99, IP6_MF, NEXTHDR_DEST),
	  UDP6(1, 2, 7, 7, 1480, NEXTHDR_DEST) },
	{ "fragments of both directions", UDP4(1, 2, 80, 99, IP_MF),
	  UDP4(2, 1, 7, 7, 185) },
	{ "ports of a first fragment do not count",
	  UDP4(1, 2, 80, 99, IP_MF), UDP4(1, 2, 81, 98, IP_MF) },
	{ "fragments of other hosts", UDP4(1, 2, 80, 99, IP_MF),
	  UDP4(1, 3, 80, 99, IP_MF), true },
	{ "an atomic fragment is a whole packet",
	  UDP6(1, 2, 80, 99, 0x0006), UDP6(1, 2, 80, 99) },
};

KUNIT_ARRAY_PARAM_DESC(hash, hash_cases, desc);

static void hash_of_two_packets(struct kunit *test)
{
	const struct hash_case *param = test->param_value;

	if (param->differ)
		KUNIT_EXPECT_NE(test, hash_of(test, &param->a),
				hash_of(test, &param->b));
	else
		KUNIT_EXPECT_EQ(test, hash_of(test, &param->a),
				hash_of(test, &param->b));
}

static void key_matters(struct kunit *test)
{
	struct tmirror_flow flow = { .family = AF_INET };

	KUNIT_EXPECT_NE(test, tmirror_flow_hash(&flow, key),
			tmirror_flow_hash(&flow, key + 1));
}

/* A service's clients spread over source ports and so over a collector. */
static void flows_spread(struct kunit *test)
{
	struct tmirror_flow flow = {
		.family = AF_INET, .type = htons(ETH_P_IP),
		.proto = IPPROTO_TCP, .has_proto = true, .has_ports = true,
		.dport = 443,
	};
	unsigned int bucket[16] = {}, i;

	for (i = 0; i < 16000; i++) {
		flow.sport = 1024 + i;
		bucket[tmirror_flow_hash(&flow, key) % 16]++;
	}
	for (i = 0; i < ARRAY_SIZE(bucket); i++) {
		KUNIT_EXPECT_GT(test, bucket[i], 850);
		KUNIT_EXPECT_LT(test, bucket[i], 1150);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(hash_of_two_packets, hash_gen_params),
	KUNIT_CASE(key_matters),
	KUNIT_CASE(flows_spread),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_hash",
	.test_cases = cases,
};

kunit_test_suite(suite);
