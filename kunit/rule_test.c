// SPDX-License-Identifier: GPL-2.0
/* Which packets one rule is for. */
#include "rule_fixture.h"

#include <kunit/test.h>
#include <linux/in.h>

#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define ICMP	IPPROTO_ICMP

/* Packets, by what sets them apart. */
#define NOT_IP			{ ANY }
#define IPV4(proto, args...)	{ proto, "10.1.2.3", "10.4.5.6", args }
#define IPV6(proto, args...)	{ proto, "2001:db8::1", "2001:db8::2", args }
#define FROM(addr)		{ TCP, addr, "192.0.2.1", PORTS(1000, 2000) }
#define TO(addr)		{ TCP, "192.0.2.1", addr, PORTS(1000, 2000) }
#define FROM6(addr)		{ TCP, addr, "2001:db8::1", PORTS(1000, 2000) }
#define TO6(addr)		{ TCP, "2001:db8::1", addr, PORTS(1000, 2000) }

struct rule_case {
	const char *desc;
	struct rule_words rule;
	struct packet_words packet;
	bool matches;
};

static const struct rule_case rule_cases[] = {
	{ "any: not IP", { ANY }, NOT_IP, true },
	{ "any: IPv4", { ANY }, IPV4(TCP, PORTS(1, 2)), true },
	{ "any: IPv6", { ANY }, IPV6(ICMP), true },
	{ "any: IPv6 of no protocol", { ANY }, IPV6(ANY), true },
	{ "any: fragment", { ANY }, IPV4(UDP), true },

	{ "proto: same", { TCP }, IPV4(TCP, PORTS(1, 2)), true },
	{ "proto: same, IPv6", { TCP }, IPV6(TCP, PORTS(1, 2)), true },
	{ "proto: other", { TCP }, IPV4(UDP, PORTS(1, 2)) },
	{ "proto: fragment", { TCP }, IPV4(TCP), true },
	{ "proto: not IP", { TCP }, NOT_IP },
	{ "proto 0: same", { 0 }, IPV4(0), true },
	{ "proto 0: not IP", { 0 }, NOT_IP },
	{ "proto 0: IPv6 of no protocol", { 0 }, IPV6(ANY) },
	{ "proto 255: same", { 255 }, IPV4(255), true },

	{ "src: within", { ANY, "10.0.0.0/8" }, IPV4(ICMP), true },
	{ "src: without", { ANY, "10.0.0.0/8" }, FROM("11.0.0.0") },
	{ "src: destination does not count", { ANY, "10.0.0.0/8" },
	  TO("10.0.0.1") },
	{ "src: not IP", { ANY, "10.0.0.0/8" }, NOT_IP },
	{ "src: lowest of a /24", { ANY, "10.1.2.0/24" }, FROM("10.1.2.0"),
	  true },
	{ "src: highest of a /24", { ANY, "10.1.2.0/24" }, FROM("10.1.2.255"),
	  true },
	{ "src: below a /24", { ANY, "10.1.2.0/24" }, FROM("10.1.1.255") },
	{ "src: above a /24", { ANY, "10.1.2.0/24" }, FROM("10.1.3.0") },
	{ "src: IPv4/0, IPv4", { ANY, "0.0.0.0/0" }, IPV4(ICMP), true },
	{ "src: IPv4/0, highest", { ANY, "0.0.0.0/0" },
	  FROM("255.255.255.255"), true },
	{ "src: IPv4/0, IPv6", { ANY, "0.0.0.0/0" }, IPV6(ICMP) },
	{ "src: IPv4/0, a mapped address in IPv6", { ANY, "0.0.0.0/0" },
	  FROM6("2001:db8::ffff:a01:203") },
	{ "src: IPv4/0, not IP", { ANY, "0.0.0.0/0" }, NOT_IP },
	{ "src: /1, lower half", { ANY, "0.0.0.0/1" }, FROM("127.255.255.255"),
	  true },
	{ "src: /1, upper half", { ANY, "0.0.0.0/1" }, FROM("128.0.0.0") },
	{ "src: upper /1, upper half", { ANY, "128.0.0.0/1" },
	  FROM("128.0.0.0"), true },
	{ "src: upper /1, lower half", { ANY, "128.0.0.0/1" },
	  FROM("127.255.255.255") },
	{ "src: /31, first", { ANY, "10.1.2.2/31" }, FROM("10.1.2.2"), true },
	{ "src: /31, second", { ANY, "10.1.2.2/31" }, FROM("10.1.2.3"), true },
	{ "src: /31, next", { ANY, "10.1.2.2/31" }, FROM("10.1.2.4") },
	{ "src: /31, one before", { ANY, "10.1.2.2/31" }, FROM("10.1.2.1") },
	{ "src: /32, it", { ANY, "10.1.2.3/32" }, FROM("10.1.2.3"), true },
	{ "src: /32, next", { ANY, "10.1.2.3/32" }, FROM("10.1.2.2") },

	{ "src: IPv6/0, IPv6", { ANY, "::/0" }, IPV6(ICMP), true },
	{ "src: IPv6/0, IPv4", { ANY, "::/0" }, IPV4(ICMP) },
	{ "src: IPv6/0, not IP", { ANY, "::/0" }, NOT_IP },
	{ "src: IPv6/1, lower half", { ANY, "::/1" }, FROM6("7fff::"), true },
	{ "src: IPv6/1, upper half", { ANY, "::/1" }, FROM6("8000::") },
	{ "src: /63, within", { ANY, "2001:db8:0:2::/63" },
	  FROM6("2001:db8:0:3:ffff::"), true },
	{ "src: /63, without", { ANY, "2001:db8:0:2::/63" },
	  FROM6("2001:db8:0:4::") },
	{ "src: /64, within", { ANY, "2001:db8:0:2::/64" },
	  FROM6("2001:db8:0:2:ffff:ffff:ffff:ffff"), true },
	{ "src: /64, without", { ANY, "2001:db8:0:2::/64" },
	  FROM6("2001:db8:0:3::") },
	{ "src: /65, within", { ANY, "2001:db8::/65" },
	  FROM6("2001:db8::7fff:0:0:0"), true },
	{ "src: /65, without", { ANY, "2001:db8::/65" },
	  FROM6("2001:db8::8000:0:0:0") },
	{ "src: /127, second", { ANY, "2001:db8::2/127" },
	  FROM6("2001:db8::3"), true },
	{ "src: /127, next", { ANY, "2001:db8::2/127" },
	  FROM6("2001:db8::4") },
	{ "src: /128, it", { ANY, "2001:db8::2/128" },
	  FROM6("2001:db8::2"), true },
	{ "src: /128, next", { ANY, "2001:db8::2/128" },
	  FROM6("2001:db8::3") },

	{ "dst: within", { ANY, NULL, "10.0.0.0/8" }, IPV4(ICMP), true },
	{ "dst: without", { ANY, NULL, "10.0.0.0/8" }, TO("11.0.0.0") },
	{ "dst: source does not count", { ANY, NULL, "10.0.0.0/8" },
	  FROM("10.0.0.1") },
	{ "dst: IPv4/0, IPv6", { ANY, NULL, "0.0.0.0/0" }, IPV6(ICMP) },
	{ "dst: IPv4/0, not IP", { ANY, NULL, "0.0.0.0/0" }, NOT_IP },
	{ "dst: IPv6/0, IPv6", { ANY, NULL, "::/0" }, IPV6(ICMP), true },
	{ "dst: IPv6/0, IPv4", { ANY, NULL, "::/0" }, IPV4(ICMP) },
	{ "dst: /32, it", { ANY, NULL, "10.1.2.3/32" }, TO("10.1.2.3"), true },
	{ "dst: /32, next", { ANY, NULL, "10.1.2.3/32" }, TO("10.1.2.2") },
	{ "dst: /128, it", { ANY, NULL, "2001:db8::2/128" },
	  TO6("2001:db8::2"), true },
	{ "dst: /128, next", { ANY, NULL, "2001:db8::2/128" },
	  TO6("2001:db8::3") },

	{ "sport: it", { ANY, .sport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(80, 1)), true },
	{ "sport: destination does not count", { ANY, .sport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(1, 80)) },
	{ "sport: lowest", { ANY, .sport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(80, 1)), true },
	{ "sport: highest", { ANY, .sport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(90, 1)), true },
	{ "sport: below", { ANY, .sport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(79, 85)) },
	{ "sport: above", { ANY, .sport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(91, 85)) },
	{ "sport: 0", { ANY, .sport = PORTS(0, 0) },
	  IPV4(TCP, PORTS(0, 1)), true },
	{ "sport: 0 is a port", { ANY, .sport = PORTS(0, 0) },
	  IPV4(TCP, PORTS(1, 0)) },
	{ "sport: 65535", { ANY, .sport = PORTS(65535, 65535) },
	  IPV4(TCP, PORTS(65535, 1)), true },
	{ "dport: lowest", { ANY, .dport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(1, 80)), true },
	{ "dport: highest", { ANY, .dport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(1, 90)), true },
	{ "dport: below", { ANY, .dport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(85, 79)) },
	{ "dport: above", { ANY, .dport = PORTS(80, 90) },
	  IPV4(TCP, PORTS(85, 91)) },
	{ "dport: 0 is a port", { ANY, .dport = PORTS(0, 0) },
	  IPV4(TCP, PORTS(0, 1)) },
	{ "dport: 65535", { ANY, .dport = PORTS(65535, 65535) },
	  IPV4(TCP, PORTS(1, 65535)), true },
	{ "every port: udp", { ANY, .sport = PORTS(0, 65535) },
	  IPV4(UDP, PORTS(0, 65535)), true },
	{ "every port: sctp", { ANY, .sport = PORTS(0, 65535) },
	  IPV6(IPPROTO_SCTP, PORTS(7, 7)), true },
	{ "every port: dccp", { ANY, .dport = PORTS(0, 65535) },
	  IPV6(IPPROTO_DCCP, PORTS(7, 7)), true },
	{ "every port: udplite", { ANY, .dport = PORTS(0, 65535) },
	  IPV4(IPPROTO_UDPLITE, PORTS(7, 7)), true },
	{ "every port: icmp", { ANY, .sport = PORTS(0, 65535) }, IPV4(ICMP) },
	{ "every port: fragment", { ANY, .dport = PORTS(0, 65535) },
	  IPV4(UDP) },
	{ "every port: not IP", { ANY, .dport = PORTS(0, 65535) }, NOT_IP },
	{ "every port: IPv6 of no protocol", { ANY, .dport = PORTS(0, 65535) },
	  IPV6(ANY) },
	{ "proto and port: fragment", { UDP, .dport = PORTS(0, 65535) },
	  IPV4(UDP) },

	{ "proto and port: both", { TCP, .dport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(1, 80)), true },
	{ "proto and port: other proto", { TCP, .dport = PORTS(80, 80) },
	  IPV4(UDP, PORTS(1, 80)) },
	{ "both ports: both", { ANY, .sport = PORTS(1, 1),
				.dport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(1, 80)), true },
	{ "both ports: one", { ANY, .sport = PORTS(1, 1),
			       .dport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(1, 81)) },
	{ "both ports: exchanged", { ANY, .sport = PORTS(1, 1),
				     .dport = PORTS(80, 80) },
	  IPV4(TCP, PORTS(80, 1)) },
	{ "src and dst: both", { ANY, "10.1.0.0/16", "10.4.0.0/16" },
	  IPV4(ICMP), true },
	{ "src and dst: src alone", { ANY, "10.1.0.0/16", "10.5.0.0/16" },
	  IPV4(ICMP) },
	{ "src and dst: dst alone", { ANY, "10.2.0.0/16", "10.4.0.0/16" },
	  IPV4(ICMP) },
	{ "src and dst: exchanged", { ANY, "10.4.0.0/16", "10.1.0.0/16" },
	  IPV4(ICMP) },
	{ "all: all", { TCP, "10.1.2.3/32", "10.4.5.6/32", PORTS(5, 5),
			PORTS(6, 6) },
	  IPV4(TCP, PORTS(5, 6)), true },
	{ "all, IPv6: all", { UDP, "2001:db8::1/128", "2001:db8::2/128",
			      PORTS(5, 5), PORTS(6, 6) },
	  IPV6(UDP, PORTS(5, 6)), true },
	{ "all: one off", { TCP, "10.1.2.3/32", "10.4.5.6/32", PORTS(5, 5),
			    PORTS(6, 6) },
	  IPV4(TCP, PORTS(5, 7)) },
};

KUNIT_ARRAY_PARAM_DESC(rule, rule_cases, desc);

static void rule_for_a_packet(struct kunit *test)
{
	const struct rule_case *param = test->param_value;
	struct tmirror_match match;
	struct tmirror_flow flow;

	rule_from_words(test, &match, &param->rule);
	packet_from_words(test, &flow, &param->packet);
	KUNIT_EXPECT_EQ(test, tmirror_rule_matches(&match, &flow),
			param->matches);
}

static void order_of_rules(struct kunit *test)
{
	struct tmirror_match in1 = { .number = 1, .direction = TMIRROR_INGRESS };
	struct tmirror_match in9 = { .number = TMIRROR_NUMBER_MAX,
				     .direction = TMIRROR_INGRESS };
	struct tmirror_match out1 = { .number = 1, .direction = TMIRROR_EGRESS };

	KUNIT_EXPECT_LT(test, tmirror_match_compare(&in1, &in9), 0);
	KUNIT_EXPECT_GT(test, tmirror_match_compare(&in9, &in1), 0);
	KUNIT_EXPECT_EQ(test, tmirror_match_compare(&in9, &in9), 0);
	KUNIT_EXPECT_LT(test, tmirror_match_compare(&in9, &out1), 0);
	KUNIT_EXPECT_GT(test, tmirror_match_compare(&out1, &in9), 0);
	KUNIT_EXPECT_NE(test, tmirror_match_compare(&in1, &out1), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(rule_for_a_packet, rule_gen_params),
	KUNIT_CASE(order_of_rules),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_rule",
	.test_cases = cases,
};

kunit_test_suite(suite);
