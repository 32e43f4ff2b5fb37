// SPDX-License-Identifier: GPL-2.0
/* Rules and packets, from words that a person can read. */
#include "rule_fixture.h"

#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/socket.h>
#include <net/ipv6.h>

/* Return: the family of @text, up to a slash. IPv4's is mapped. */
static u8 address(struct kunit *test, const char *text, struct in6_addr *addr)
{
	__be32 ipv4;

	if (in4_pton(text, -1, (u8 *)&ipv4, '/', NULL)) {
		ipv6_addr_set_v4mapped(ipv4, addr);
		return AF_INET;
	}
	KUNIT_ASSERT_EQ_MSG(test, 1, in6_pton(text, -1, addr->s6_addr, '/',
					      NULL), "%s", text);
	return AF_INET6;
}

static void prefix(struct kunit *test, const char *text,
		   struct tmirror_match *match, struct in6_addr *addr, u8 *len)
{
	match->family = address(test, text, addr);
	KUNIT_ASSERT_EQ(test, 0, kstrtou8(strchr(text, '/') + 1, 10, len));
	if (match->family == AF_INET)
		*len += 96;
}

void rule_from_words(struct kunit *test, struct tmirror_match *match,
		     const struct rule_words *words)
{
	memset(match, 0, sizeof(*match));
	match->number = 1;
	match->action = TMIRROR_ACCEPT;
	if (words->proto != ANY) {
		match->has_proto = true;
		match->proto = words->proto;
	}
	if (words->src) {
		match->has_src = true;
		prefix(test, words->src, match, &match->src, &match->src_len);
	}
	if (words->dst) {
		match->has_dst = true;
		prefix(test, words->dst, match, &match->dst, &match->dst_len);
	}
	if (words->sport) {
		match->has_sport = true;
		match->sport_min = words->sport[0];
		match->sport_max = words->sport[1];
	}
	if (words->dport) {
		match->has_dport = true;
		match->dport_min = words->dport[0];
		match->dport_max = words->dport[1];
	}
}

void packet_from_words(struct kunit *test, struct tmirror_flow *flow,
		       const struct packet_words *words)
{
	memset(flow, 0, sizeof(*flow));
	if (!words->src) {
		/* MAC addresses are where those of IP would be. */
		memset(&flow->src, 0x0a, 6);
		memset(&flow->dst, 0x0a, 6);
		return;
	}
	flow->family = address(test, words->src, &flow->src);
	address(test, words->dst, &flow->dst);
	if (words->proto != ANY) {
		flow->has_proto = true;
		flow->proto = words->proto;
	}
	if (words->ports) {
		flow->has_ports = true;
		flow->sport = words->ports[0];
		flow->dport = words->ports[1];
	}
}
