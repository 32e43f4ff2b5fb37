// SPDX-License-Identifier: GPL-2.0
/* Super-packets that a tunnel carries: each segment has all headers. */
#include "bytes.h"
#include "gso_fixture.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/segment.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#define OUTER_ID	500

struct tunnel_case {
	const char *desc;
	unsigned int kind;	/* SKB_GSO_* of the tunnel */
	bool ingress;
	struct gso inner;
};

static const struct fixture linkless = { "none", ARPHRD_NONE };

#define INNER4	{ "inner", ETH_P_IP, IPPROTO_TCP, 3000, 1000 }
#define INNER6	{ "inner", ETH_P_IPV6, IPPROTO_TCP, 2999, 1000 }
#define BARE4	{ "inner", ETH_P_IP, IPPROTO_TCP, 3000, 1000, &linkless }

static const struct tunnel_case tunnel_cases[] = {
	{ "vxlan", SKB_GSO_UDP_TUNNEL, false, INNER4 },
	{ "vxlan at ingress", SKB_GSO_UDP_TUNNEL, true, INNER4 },
	{ "vxlan of IPv6", SKB_GSO_UDP_TUNNEL, false, INNER6 },
	{ "vxlan with a checksum", SKB_GSO_UDP_TUNNEL_CSUM, false, INNER4 },
	{ "vxlan with a checksum at ingress", SKB_GSO_UDP_TUNNEL_CSUM, true,
	  INNER6 },
	{ "ipip", SKB_GSO_IPXIP4, false, BARE4 },
	{ "ipip at ingress", SKB_GSO_IPXIP4, true, BARE4 },
};

KUNIT_ARRAY_PARAM_DESC(tunnel, tunnel_cases, desc);

static bool is_vxlan(const struct tunnel_case *param)
{
	return param->kind != SKB_GSO_IPXIP4;
}

/* The packet of @i around @inner; -1 is the super-packet itself. */
static void wrap(const struct tunnel_case *param, const struct bytes *inner,
		 int i, struct bytes *b)
{
	struct udphdr *udp = NULL;
	struct iphdr *ip;
	u32 sum;

	b->len = 0;
	bytes_add_eth(b, ETH_P_IP);
	ip = bytes_add_ipv4(b, 5, is_vxlan(param) ? IPPROTO_UDP :
						    IPPROTO_IPIP);
	ip->id = htons(OUTER_ID + max(i, 0));
	if (is_vxlan(param)) {
		udp = bytes_add_udp(b);
		udp->dest = htons(4789);
		udp->len = htons(sizeof(*udp) + 8 + inner->len);
		*(u8 *)bytes_add(b, 8) = 8;
	}
	memcpy(bytes_add(b, inner->len), inner->at, inner->len);
	bytes_end_ipv4(b, ip);
	if (param->kind != SKB_GSO_UDP_TUNNEL_CSUM)
		return;
	sum = bytes_pseudo_sum(ip, IPPROTO_UDP, ntohs(udp->len));
	if (i < 0)
		udp->check = (__force __sum16)htons(bytes_fold(sum));
	else
		udp->check = bytes_check(bytes_sum(sum, udp, ntohs(udp->len)));
}

static struct sk_buff *make(struct kunit *test, const struct tunnel_case *param,
			    const struct bytes *b, unsigned int inner,
			    const struct gso_layout *layout)
{
	const struct fixture how = {
		"outer", ARPHRD_ETHER, ETH_HLEN, param->ingress,
	};
	struct sk_buff *skb = fixture_skb(test, &how, b);
	struct skb_shared_info *shared = skb_shinfo(skb);

	shared->gso_size = param->inner.size;
	shared->gso_segs = 3;
	shared->gso_type = param->kind | (param->inner.type == ETH_P_IP ?
					  SKB_GSO_TCPV4 : SKB_GSO_TCPV6);
	skb->transport_header = skb->network_header + sizeof(struct iphdr);
	skb->encapsulation = 1;
	skb->inner_mac_header = skb->mac_header + inner;
	skb->inner_network_header = skb->inner_mac_header + layout->l3;
	skb->inner_transport_header = skb->inner_mac_header + layout->l4;
	if (is_vxlan(param))
		skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	else
		skb_set_inner_ipproto(skb, IPPROTO_IPIP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->inner_transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
	return skb;
}

static void expect_frame(struct kunit *test, struct sk_buff *segment,
			 const struct bytes *want, unsigned int i)
{
	struct tmirror_frame frame;
	struct sk_buff *copy;

	tmirror_frame_init(&frame, segment);
	KUNIT_ASSERT_EQ_MSG(test, frame.len, want->len, "segment %u", i);
	copy = tmirror_copy(&frame, frame.len, 0, true);
	fixture_keep(test, copy);
	KUNIT_EXPECT_MEMEQ_MSG(test, copy->data, want->at, want->len,
			       "segment %u", i);
}

static void segments_have_all_headers(struct kunit *test)
{
	const struct tunnel_case *param = test->param_value;
	struct bytes *in = bytes_new(test), *b = bytes_new(test);
	struct bytes *part = bytes_new(test), *want = bytes_new(test);
	unsigned int i = 0, at, count, sum = 0;
	struct sk_buff *skb, *segments, *next;
	struct gso inner = param->inner;
	struct fixture_snapshot *before;
	struct tmirror_frame frame;
	struct gso_layout layout;
	struct tmirror_flow flow;
	u32 header;

	gso_bytes(&inner, in, &layout);
	wrap(param, in, -1, b);
	at = b->len - in->len;
	skb = make(test, param, b, at, &layout);
	before = fixture_snapshot(test, skb);
	local_bh_disable();
	tmirror_frame_init(&frame, skb);
	segments = tmirror_segment(&frame);
	local_bh_enable();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	fixture_expect_same(test, before);

	/* As a link layer that a bare inner packet has not is not added. */
	inner.how = NULL;
	for (; segments; segments = next) {
		next = segments->next;
		skb_mark_not_on_list(segments);
		fixture_keep(test, segments);
		KUNIT_ASSERT_TRUE(test, gso_want_segment(&inner, in, &layout,
							 i, part));
		wrap(param, part, i, want);
		expect_frame(test, segments, want, i++);
		sum += want->len;
	}
	KUNIT_EXPECT_EQ(test, i, 3);

	tmirror_flow_parse(&flow, &frame);
	count = tmirror_segment_count(&frame, &flow, &header);
	KUNIT_EXPECT_EQ(test, count, i);
	KUNIT_EXPECT_EQ(test, frame.len + (count - 1) * header, sum);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(segments_have_all_headers, tunnel_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_tunnel",
	.test_cases = cases,
};

kunit_test_suite(suite);
