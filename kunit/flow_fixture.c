// SPDX-License-Identifier: GPL-2.0
/* From a packet's bytes to its flow, and whether that is the right one. */
#include "bytes.h"
#include "flow_fixture.h"
#include "skb_fixture.h"
#include "../module/frame.h"

#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/socket.h>
#include <net/ipv6.h>

void flow_parse(struct kunit *test, const struct fixture *how,
		const struct bytes *bytes, struct tmirror_flow *flow)
{
	struct tmirror_frame frame;

	tmirror_frame_init(&frame, fixture_skb(test, how, bytes));
	/* What the parser leaves alone would be noticed. */
	memset(flow, 0xa5, sizeof(*flow));
	tmirror_flow_parse(flow, &frame);
}

/* Set the addresses of @flow's family as those of every packet of bytes.c. */
void flow_set_addresses(struct tmirror_flow *flow)
{
	static const u8 macs[2 * ETH_ALEN] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0xd0,
		0x02, 0x00, 0x00, 0x00, 0x00, 0x50,
	};

	memset(&flow->src, 0, sizeof(flow->src));
	memset(&flow->dst, 0, sizeof(flow->dst));
	if (flow->family == AF_INET) {
		ipv6_addr_set(&flow->src, 0, 0, htonl(0xffff),
			      htonl(TEST_SADDR));
		ipv6_addr_set(&flow->dst, 0, 0, htonl(0xffff),
			      htonl(TEST_DADDR));
	} else if (flow->family == AF_INET6) {
		ipv6_addr_set(&flow->src, htonl(0x20010db8), 0, 0, htonl(1));
		ipv6_addr_set(&flow->dst, htonl(0x20010db8), 0, 0, htonl(2));
	} else {
		memcpy(&flow->dst, macs, ETH_ALEN);
		memcpy(&flow->src, macs + ETH_ALEN, ETH_ALEN);
	}
}

struct context {
	struct kunit *test;
	const struct fixture *how;
	const struct bytes *bytes;
};

static void expect_equal(const struct context *context, const char *field,
			 int got, int want)
{
	KUNIT_EXPECT_EQ_MSG(context->test, got, want, "%s of %u bytes, %s",
			    field, context->bytes->len, context->how->desc);
}

static void expect_address(const struct context *context, const char *field,
			   const struct in6_addr *got,
			   const struct in6_addr *want)
{
	KUNIT_EXPECT_TRUE_MSG(context->test, ipv6_addr_equal(got, want),
			      "%s of %u bytes, %s: %pI6c, want %pI6c", field,
			      context->bytes->len, context->how->desc, got,
			      want);
}

/* @want's l4 is a position in @bytes. */
void flow_expect(struct kunit *test, const struct fixture *how,
		 const struct bytes *bytes, const struct tmirror_flow *want)
{
	const struct context at = { test, how, bytes };
	struct tmirror_flow flow;

	flow_parse(test, how, bytes, &flow);
	expect_equal(&at, "type", ntohs(flow.type), ntohs(want->type));
	expect_equal(&at, "family", flow.family, want->family);
	expect_equal(&at, "fragment", flow.fragment, want->fragment);
	expect_equal(&at, "has_proto", flow.has_proto, want->has_proto);
	expect_equal(&at, "has_l4", flow.has_l4, want->has_l4);
	expect_equal(&at, "has_ports", flow.has_ports, want->has_ports);
	if (want->has_proto)
		expect_equal(&at, "proto", flow.proto, want->proto);
	if (want->has_ports) {
		expect_equal(&at, "sport", flow.sport, want->sport);
		expect_equal(&at, "dport", flow.dport, want->dport);
	}
	if (want->has_l4 || want->fragment)
		expect_equal(&at, "l4", flow.l4,
			     want->l4 - (how->ingress ? how->link : 0));
	else if (want->family == AF_UNSPEC)
		expect_equal(&at, "l4 of what is not IP", flow.l4, flow.l3);
	expect_address(&at, "src", &flow.src, &want->src);
	expect_address(&at, "dst", &flow.dst, &want->dst);
}

void flow_expect_any_shape(struct kunit *test, const struct bytes *bytes,
			   const struct tmirror_flow *want)
{
	unsigned int i;

	/* At ingress the link-layer header is there, always. */
	for (i = 0; i < FIXTURE_SHAPES; i++)
		if (!fixture_shapes[i].ingress || bytes->len >= ETH_HLEN)
			flow_expect(test, &fixture_shapes[i], bytes, want);
}
