// SPDX-License-Identifier: GPL-2.0
/* Super-packets that are lists: of whole packets, or of what differs in them. */
#include "bytes.h"
#include "fault.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/frame.h"
#include "../module/segment.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#define PACKETS		4
#define SIZE		500
#define REST		77	/* data of the last packet */

struct list_case {
	const char *desc;
	u16 type;
	bool ingress;
	u16 vlan_proto;
	bool sctp;
	bool shared;		/* its list is another skb's as well */
	u8 tags;		/* in the frame of the head alone */
};

static const struct list_case list_cases[] = {
	{ "udp, IPv4", ETH_P_IP },
	{ "udp, IPv6", ETH_P_IPV6 },
	{ "udp at ingress", ETH_P_IP, true },
	{ "udp at ingress, IPv6", ETH_P_IPV6, true },
	{ "udp, offloaded tag", ETH_P_IP, true, ETH_P_8021Q },
	{ "udp, shared", ETH_P_IP, true, .shared = true },
	{ "udp, a tag in the frame", ETH_P_IP, .tags = 1 },
	{ "udp, more tags than there is headroom for", ETH_P_IP, .tags = 4 },
	{ "udp, tags, shared", ETH_P_IPV6, .tags = 4, .shared = true },
	{ "sctp, IPv4", ETH_P_IP, .sctp = true },
	{ "sctp, IPv6", ETH_P_IPV6, .sctp = true },
	{ "sctp at ingress", ETH_P_IP, true, .sctp = true },
	{ "sctp, offloaded tag", ETH_P_IPV6, true, ETH_P_8021Q, true },
	{ "sctp, shared", ETH_P_IP, .sctp = true, .shared = true },
};

KUNIT_ARRAY_PARAM_DESC(list, list_cases, desc);

static unsigned int header_len(const struct list_case *param)
{
	return ETH_HLEN + (param->type == ETH_P_IP ? sizeof(struct iphdr) :
						     sizeof(struct ipv6hdr));
}

/* Packet @i of the list as it is on the wire, but for an offloaded tag. */
static void make_packet(const struct list_case *param, unsigned int i,
			struct bytes *b)
{
	unsigned int len = i + 1 < PACKETS ? SIZE : REST, l4 = header_len(param);
	u8 proto = param->sctp ? IPPROTO_SCTP : IPPROTO_UDP;
	struct ipv6hdr *ip6 = NULL;
	struct iphdr *ip4 = NULL;
	struct udphdr *udp;
	u32 sum;

	/* With chunks, packets differ in length. */
	if (param->sctp)
		len -= i;
	b->len = 0;
	bytes_add_eth(b, param->type);
	if (param->type == ETH_P_IP) {
		ip4 = bytes_add_ipv4(b, 5, proto);
		ip4->id = htons(1000 + i);
	} else {
		ip6 = bytes_add_ipv6(b, proto);
	}
	if (param->sctp) {
		bytes_add_ports(b);
		bytes_add(b, 8);
		bytes_add_pattern(b, len);
		bytes_end_sctp(b, l4);
	} else {
		udp = bytes_add_udp(b);
		udp->len = htons(sizeof(*udp) + len);
		bytes_add_pattern(b, len);
	}
	if (ip4)
		bytes_end_ipv4(b, ip4);
	else
		bytes_end_ipv6(b, ip6);
	if (!param->sctp) {
		udp = (struct udphdr *)(b->at + l4);
		sum = bytes_pseudo_sum(ip4 ?: (void *)ip6, proto, b->len - l4);
		udp->check = bytes_check(bytes_sum(sum, udp, b->len - l4));
	}
}

/* As a VLAN device does that cannot leave it to the one below. */
static void add_tags(const struct list_case *param, struct bytes *b)
{
	unsigned int i, len = param->tags * 4;

	memmove(b->at + 12 + len, b->at + 12, b->len - 12);
	for (i = 0; i < len; i += 4)
		memcpy(b->at + 12 + i, ((const u8[]){ 0x81, 0, 0, 7 }), 4);
	b->len += len;
}

/* As GRO makes it: what is on the list keeps its headers before its data. */
static struct sk_buff *make_list(struct kunit *test,
				 const struct list_case *param)
{
	struct fixture how = {
		"first", ARPHRD_ETHER, ETH_HLEN + param->tags * 4,
		param->ingress,
		.vlan_proto = param->vlan_proto, .vlan_tci = 3,
	};
	unsigned int l4 = header_len(param), data = l4 + 8, i;
	struct skb_shared_info *shared;
	struct sk_buff *skb, *part, **end;
	struct bytes *b = bytes_new(test);

	if (param->sctp)
		data = l4 + sizeof(struct sctphdr);
	make_packet(param, 0, b);
	if (param->sctp) {
		/* The head is the headers, every chunk is on the list. */
		memset(b->at + l4 + 8, 0, 4);
		b->len = data;
	}
	add_tags(param, b);
	skb = fixture_skb(test, &how, b);
	shared = skb_shinfo(skb);
	end = &shared->frag_list;
	for (i = param->sctp ? 0 : 1; i < PACKETS; i++) {
		make_packet(param, i, b);
		part = alloc_skb(b->len + 10, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, part);
		skb_reserve(part, 10);
		skb_put_data(part, b->at, b->len);
		skb_reset_mac_header(part);
		skb_set_network_header(part, ETH_HLEN);
		skb_set_transport_header(part, l4);
		skb_pull(part, data);
		*end = part;
		end = &part->next;
		skb->len += part->len;
		skb->data_len += part->len;
		skb->truesize += part->truesize;
	}
	skb_set_transport_header(skb, l4 + param->tags * 4 -
				 (param->ingress ? ETH_HLEN : 0));
	shared->gso_segs = PACKETS;
	if (param->sctp) {
		shared->gso_type = SKB_GSO_SCTP;
		shared->gso_size = GSO_BY_FRAGS;
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_not_inet = 1;
		skb->csum_start = skb->transport_header;
		skb->csum_offset = offsetof(struct sctphdr, checksum);
	} else {
		shared->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
		shared->gso_size = SIZE;
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	return skb;
}

static struct sk_buff *segments_of(const struct sk_buff *skb)
{
	struct tmirror_frame frame;
	struct sk_buff *segments;

	local_bh_disable();
	tmirror_frame_init(&frame, skb);
	segments = tmirror_segment(&frame);
	local_bh_enable();
	return segments;
}

static void expect_frame(struct kunit *test, const struct list_case *param,
			 struct sk_buff *segment, const struct bytes *b,
			 unsigned int i)
{
	unsigned int tag = param->vlan_proto ? 4 : 0;
	struct tmirror_frame frame;
	struct sk_buff *copy;

	tmirror_frame_init(&frame, segment);
	KUNIT_ASSERT_EQ_MSG(test, frame.len, b->len + tag, "packet %u", i);
	copy = tmirror_copy(&frame, frame.len, 0, true);
	fixture_keep(test, copy);
	KUNIT_EXPECT_MEMEQ(test, copy->data, b->at, 12);
	KUNIT_EXPECT_MEMEQ_MSG(test, copy->data + 12 + tag, b->at + 12,
			       b->len - 12, "packet %u", i);
	if (tag)
		KUNIT_EXPECT_MEMEQ(test, copy->data + 12,
				   ((const u8[]){ 0x81, 0, 0, 3 }), 4);
}

/* A clone may mark those that it is made of as cloned, for good. */
static void mark_cloned(struct sk_buff *skb)
{
	struct sk_buff *part;

	skb->cloned = 1;
	skb_walk_frags(skb, part)
		part->cloned = 1;
}

static void lists_become_their_packets(struct kunit *test)
{
	const struct list_case *param = test->param_value;
	struct sk_buff *skb = make_list(test, param), *segments, *segment;
	struct bytes *b = bytes_new(test);
	struct fixture_snapshot *before;
	unsigned int i = 0;

	mark_cloned(skb);
	if (param->shared)
		fixture_keep(test, skb_clone(skb, GFP_KERNEL));
	before = fixture_snapshot(test, skb);
	segments = segments_of(skb);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, segments);
	for (segment = segments; segment; segment = segment->next) {
		make_packet(param, i, b);
		add_tags(param, b);
		expect_frame(test, param, segment, b, i++);
	}
	KUNIT_EXPECT_EQ(test, i, PACKETS);
	kfree_skb_list(segments);
	fixture_expect_same(test, before);
}

static void no_memory_is_an_error(struct kunit *test)
{
	struct sk_buff *skb = make_list(test, test->param_value), *segments;
	struct fixture_snapshot *before;
	bool hit = true;
	unsigned int n;

	mark_cloned(skb);
	before = fixture_snapshot(test, skb);
	for (n = 1; hit && n < FAULTS_MAX; n++) {
		fault_nth(test, n);
		segments = segments_of(skb);
		hit = fault_nth_hit();
		if (IS_ERR(segments)) {
			KUNIT_EXPECT_EQ(test, PTR_ERR(segments), -ENOMEM);
		} else {
			KUNIT_EXPECT_NOT_NULL(test, segments);
			kfree_skb_list(segments);
		}
		fixture_expect_same(test, before);
	}
	KUNIT_EXPECT_FALSE(test, hit);

	fault_all(test);
	segments = segments_of(skb);
	fault_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(segments), -ENOMEM);
	fixture_expect_same(test, before);
}

/* What a hostile sender may claim; the kernel's own has always a list. */
static void chunks_without_a_list_are_one_packet(struct kunit *test)
{
	struct fixture how = { "no list", ARPHRD_ETHER, ETH_HLEN };
	struct bytes *b = bytes_new(test);
	struct sk_buff *skb;

	make_packet(&list_cases[6], 0, b);
	skb = fixture_skb(test, &how, b);
	skb_set_transport_header(skb, header_len(&list_cases[6]));
	skb_shinfo(skb)->gso_type = SKB_GSO_SCTP | SKB_GSO_DODGY;
	skb_shinfo(skb)->gso_size = GSO_BY_FRAGS;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_not_inet = 1;
	KUNIT_EXPECT_NULL(test, segments_of(skb));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(lists_become_their_packets, list_gen_params),
	KUNIT_CASE_PARAM(no_memory_is_an_error, list_gen_params),
	KUNIT_CASE(chunks_without_a_list_are_one_packet),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_lists",
	.test_cases = cases,
};

kunit_test_suite(suite);
