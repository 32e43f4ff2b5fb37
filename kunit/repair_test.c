// SPDX-License-Identifier: GPL-2.0
/* Cut frames made packets again: lengths and checksums that fit. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/copy.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/headers.h"
#include "../module/repair.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define ICMP	IPPROTO_ICMP
#define ICMP6	IPPROTO_ICMPV6
#define SCTP	IPPROTO_SCTP

#define HEADROOM	70
#define DATA		41	/* odd */

#define EXTENSIONS_MAX	3

/**
 * struct extension - an IPv6 extension header
 * @type: its number
 * @hdrlen: its length as it says it; of a fragment's, what is reserved
 * @routing: type of routing
 * @left: segments that are left of the route
 */
struct extension {
	u8 type;
	u8 hdrlen;
	u8 routing;
	u8 left;
};

/* A route over two hops: the addresses are 8 and 24 bytes behind its start. */
#define ROUTE(type, left)	{ NEXTHDR_ROUTING, 4, type, left }
#define ROUTE_FIRST		8
#define ROUTE_SECOND		24

/**
 * struct repair_case - a frame, and what is mended when it is cut
 * @desc: words for a person
 * @type: of the frame
 * @proto: of what IP holds
 * @l4: bytes of its header
 * @ihl: words of the IPv4 header; 0: no options
 * @extension: those of IPv6
 * @count: how many
 * @frag_off: of IPv4, or of a fragment header
 * @tag: type of a VLAN tag
 * @offloaded: the tag is beside the frame
 * @linkless: the device has no Ethernet header
 * @padding: bytes behind the IP packet
 * @lies: IP does not tell its true length
 * @claim: what it then says
 * @udp_lies: UDP does not tell its true length
 * @udp_claim: what it then says
 * @no_check: UDP has no checksum
 * @final_at: where in the extensions the final destination is; 0: nowhere
 * @alone: L4 stays as it is
 * @untouched: all stays as it is
 */
struct repair_case {
	const char *desc;
	u16 type;
	u8 proto;
	u8 l4;
	u8 ihl;
	struct extension extension[EXTENSIONS_MAX];
	u8 count;
	u16 frag_off;
	u16 tag;
	bool offloaded;
	bool linkless;
	u8 padding;
	bool lies;
	u16 claim;
	bool udp_lies;
	u16 udp_claim;
	bool no_check;
	u8 final_at;
	bool alone;
	bool untouched;
};

#define CLAIM(bytes)	.lies = true, .claim = (bytes)
#define UDP_CLAIM(bytes)	.udp_lies = true, .udp_claim = (bytes)
#define EXTENSIONS(n, list...)	.count = (n), .extension = { list }
#define OPTIONS		{ NEXTHDR_DEST, 1 }
#define AUTH		{ NEXTHDR_AUTH, 3 }
#define FRAGMENT	{ NEXTHDR_FRAGMENT, 5 }

static const struct repair_case repair_cases[] = {
	{ "tcp, IPv4", IP4, TCP, 20 },
	{ "tcp, IPv6", IP6, TCP, 20 },
	{ "tcp with options, IPv4", IP4, TCP, 44 },
	{ "tcp with options, IPv6", IP6, TCP, 60 },
	{ "udp, IPv4", IP4, UDP, 8 },
	{ "udp, IPv6", IP6, UDP, 8 },
	{ "icmp", IP4, ICMP, 8 },
	{ "icmpv6", IP6, ICMP6, 8 },
	{ "sctp, IPv4", IP4, SCTP, 12 },
	{ "sctp, IPv6", IP6, SCTP, 12 },
	{ "IPv4 options", IP4, TCP, 20, .ihl = 6 },
	{ "all IPv4 options", IP4, UDP, 8, .ihl = 15 },
	{ "udp without a checksum, IPv4", IP4, UDP, 8, .no_check = true },
	{ "udp without a checksum, IPv6", IP6, UDP, 8, .no_check = true },
	{ "gre, IPv4", IP4, IPPROTO_GRE, 0 },
	{ "gre, IPv6", IP6, IPPROTO_GRE, 0 },
	{ "gre behind an extension", IP6, IPPROTO_GRE, 0,
	  EXTENSIONS(1, OPTIONS) },
	{ "udplite has no known header", IP4, IPPROTO_UDPLITE, 0 },
	{ "dccp's checksum is its own affair", IP4, IPPROTO_DCCP, 12,
	  .alone = true },
	{ "icmpv6's number in IPv4", IP4, ICMP6, 0 },
	{ "first fragment, IPv4", IP4, UDP, 8, .frag_off = IP_MF,
	  .alone = true },
	{ "last fragment, IPv4", IP4, TCP, 0, .frag_off = 100 },
	{ "df is no fragment", IP4, TCP, 20, .frag_off = IP_DF },
	{ "first fragment, IPv6", IP6, TCP, 20, EXTENSIONS(1, FRAGMENT),
	  .frag_off = IP6_MF, .alone = true },
	{ "last fragment, IPv6", IP6, UDP, 0, EXTENSIONS(1, FRAGMENT),
	  .frag_off = 0x100 },
	{ "atomic fragment", IP6, UDP, 8, EXTENSIONS(1, FRAGMENT) },
	{ "destination options", IP6, TCP, 20, EXTENSIONS(1, OPTIONS) },
	{ "authentication", IP6, UDP, 8, EXTENSIONS(1, AUTH) },
	{ "three extensions", IP6, ICMP6, 8,
	  EXTENSIONS(3, { NEXTHDR_HOP, 0 }, OPTIONS, FRAGMENT) },
	{ "routing of type 0", IP6, TCP, 20, EXTENSIONS(1, ROUTE(0, 2)),
	  .final_at = ROUTE_SECOND },
	{ "routing of type 0, udp", IP6, UDP, 8, EXTENSIONS(1, ROUTE(0, 1)),
	  .final_at = ROUTE_SECOND },
	{ "routing of type 0, nothing left", IP6, TCP, 20,
	  EXTENSIONS(1, ROUTE(0, 0)) },
	{ "routing of type 2", IP6, ICMP6, 8,
	  EXTENSIONS(1, { NEXTHDR_ROUTING, 2, 2, 1 }), .final_at = ROUTE_FIRST },
	{ "routing of type 4", IP6, UDP, 8, EXTENSIONS(1, ROUTE(4, 1)),
	  .final_at = ROUTE_FIRST },
	{ "routing of type 4 with options", IP6, TCP, 20,
	  EXTENSIONS(1, { NEXTHDR_ROUTING, 6, 4, 1 }), .final_at = ROUTE_FIRST },
	{ "routing of type 4, nothing left", IP6, ICMP6, 8,
	  EXTENSIONS(1, ROUTE(4, 0)) },
	{ "routing of unknown type", IP6, TCP, 20, EXTENSIONS(1, ROUTE(3, 1)),
	  .alone = true },
	{ "routing of unknown type, udp", IP6, UDP, 8,
	  EXTENSIONS(1, ROUTE(253, 1)), .alone = true },
	{ "routing of unknown type, nothing left", IP6, TCP, 20,
	  EXTENSIONS(1, ROUTE(3, 0)) },
	{ "routing without an address", IP6, UDP, 8,
	  EXTENSIONS(1, { NEXTHDR_ROUTING, 0, 0, 1 }), .alone = true },
	{ "routing with half an address", IP6, UDP, 8,
	  EXTENSIONS(1, { NEXTHDR_ROUTING, 1, 4, 1 }), .alone = true },
	{ "routing behind options", IP6, TCP, 20,
	  EXTENSIONS(2, OPTIONS, ROUTE(0, 1)), .final_at = 16 + ROUTE_SECOND },
	{ "routing behind authentication", IP6, TCP, 20,
	  EXTENSIONS(2, AUTH, ROUTE(4, 1)), .final_at = 20 + ROUTE_FIRST },
	{ "routing in front of a fragment header", IP6, UDP, 8,
	  EXTENSIONS(2, ROUTE(2, 1), FRAGMENT), .final_at = ROUTE_SECOND },
	{ "routing behind a fragment header", IP6, UDP, 8,
	  EXTENSIONS(2, FRAGMENT, ROUTE(4, 1)), .final_at = 8 + ROUTE_FIRST },
	{ "routing behind routing that has ended", IP6, TCP, 20,
	  EXTENSIONS(2, ROUTE(0, 0), ROUTE(4, 1)), .final_at = 40 + ROUTE_FIRST },
	{ "options that look like routing", IP6, TCP, 20,
	  EXTENSIONS(1, { NEXTHDR_DEST, 4, 3, 1 }) },
	{ "a tag in the frame", IP4, TCP, 20, .tag = ETH_P_8021Q },
	{ "an offloaded tag", IP6, UDP, 8, .tag = ETH_P_8021AD,
	  .offloaded = true },
	{ "no link layer, IPv4", IP4, UDP, 8, .linkless = true },
	{ "no link layer, IPv6", IP6, TCP, 20, .linkless = true },
	{ "padding, IPv4", IP4, TCP, 20, .padding = 9 },
	{ "padding, IPv6", IP6, UDP, 8, .padding = 10 },
	{ "padding behind icmp", IP4, ICMP, 8, .padding = 18 },
	{ "padding behind sctp", IP6, SCTP, 12, .padding = 3 },
	{ "length 0, IPv4", IP4, TCP, 20, CLAIM(0), .untouched = true },
	{ "length 0, IPv6", IP6, TCP, 20, CLAIM(0), .untouched = true },
	{ "length within the IPv4 header", IP4, TCP, 20, CLAIM(19),
	  .untouched = true },
	{ "length within the IPv4 options", IP4, UDP, 8, .ihl = 8, CLAIM(31),
	  .untouched = true },
	{ "length of the IPv4 header", IP4, UDP, 8, CLAIM(20), .alone = true },
	{ "length within the tcp header, IPv4", IP4, TCP, 20, CLAIM(39),
	  .alone = true },
	{ "length within the tcp header, IPv6", IP6, TCP, 20, CLAIM(19),
	  .alone = true },
	{ "length of the tcp header, IPv4", IP4, TCP, 20, CLAIM(40) },
	{ "length of the tcp header, IPv6", IP6, TCP, 20, CLAIM(20) },
	{ "length within the udp header", IP4, UDP, 8, CLAIM(27),
	  .alone = true },
	{ "length within an extension", IP6, UDP, 8, EXTENSIONS(1, OPTIONS),
	  CLAIM(17), .alone = true },
	{ "length beyond the frame, IPv4", IP4, UDP, 8, CLAIM(65535) },
	{ "length beyond the frame, IPv6", IP6, ICMP6, 8, CLAIM(65535) },
	{ "udp length 0", IP4, UDP, 8, UDP_CLAIM(0), .alone = true },
	{ "udp length within the header", IP6, UDP, 8, UDP_CLAIM(7),
	  .alone = true },
	{ "udp length of the header", IP4, UDP, 8, UDP_CLAIM(8) },
	{ "udp length less than there is", IP6, UDP, 8, UDP_CLAIM(20) },
	{ "udp length less than there is, IPv4", IP4, UDP, 8,
	  UDP_CLAIM(21) },
	{ "udp length beyond the frame", IP6, UDP, 8, UDP_CLAIM(5000) },
	{ "arp", ETH_P_ARP, .untouched = true },
	{ "not IP at all", ETH_P_MPLS_UC, .untouched = true },
};

KUNIT_ARRAY_PARAM_DESC(repair, repair_cases, desc);

/* A frame under test: as on the wire, and where its parts begin in it. */
struct wire {
	const struct repair_case *param;
	struct bytes *b;
	unsigned int l3;
	unsigned int l4;
	unsigned int payload;
};

static void add_extensions(struct bytes *b, const struct repair_case *param)
{
	const struct extension *ext = param->extension;
	unsigned int i, at;

	for (i = 0; i < param->count; i++, ext++) {
		at = b->len;
		bytes_add_pattern(b, ext->type == NEXTHDR_FRAGMENT ? 8 :
				     ext->type == NEXTHDR_AUTH ?
				     (ext->hdrlen + 2) * 4 :
				     (ext->hdrlen + 1) * 8);
		b->at[at] = i + 1 < param->count ? ext[1].type : param->proto;
		b->at[at + 1] = ext->hdrlen;
		b->at[at + 2] = ext->routing;
		b->at[at + 3] = ext->left;
		if (ext->type == NEXTHDR_FRAGMENT) {
			b->at[at + 2] = param->frag_off >> 8;
			b->at[at + 3] = param->frag_off;
		}
	}
}

static void add_l4(struct bytes *b, const struct repair_case *param)
{
	struct udphdr *udp = (struct udphdr *)(b->at + b->len);
	u8 *at = b->at + b->len;

	bytes_add_pattern(b, param->l4 + DATA);
	if (param->proto == TCP)
		at[12] = param->l4 / 4 << 4;
	if (param->proto == IPPROTO_DCCP)
		at[4] = param->l4 / 4;
	if (param->proto != UDP || !param->l4)
		return;
	udp->len = htons(param->udp_lies ? param->udp_claim :
					   param->l4 + DATA);
	if (param->no_check)
		udp->check = 0;
}

static void wire_init(struct kunit *test, struct wire *wire,
		      const struct repair_case *param)
{
	struct bytes *b = bytes_new(test);
	struct ipv6hdr *ipv6 = NULL;
	struct iphdr *ip = NULL;

	wire->param = param;
	wire->b = b;
	if (param->linkless)
		bytes_add(b, 2 * ETH_ALEN);
	else
		bytes_add_macs(b);
	if (param->tag)
		bytes_add_tag(b, param->tag, 0x1234);
	bytes_add_type(b, param->type);
	wire->l3 = b->len;
	if (param->type == IP4) {
		ip = bytes_add_ipv4(b, param->ihl ?: 5, param->proto);
		ip->frag_off = htons(param->frag_off);
	} else if (param->type == IP6) {
		ipv6 = bytes_add_ipv6(b, param->count ?
					 param->extension[0].type :
					 param->proto);
		add_extensions(b, param);
	}
	wire->l4 = b->len;
	wire->payload = wire->l4 + param->l4;
	add_l4(b, param);
	if (ip) {
		bytes_end_ipv4(b, ip);
		if (param->lies)
			ip->tot_len = htons(param->claim);
		/* Wrong, so that it would be seen if it were not mended. */
		ip->check ^= htons(0x5555);
	} else if (ipv6) {
		bytes_end_ipv6(b, ipv6);
		if (param->lies)
			ipv6->payload_len = htons(param->claim);
	}
	bytes_add_pattern(b, param->padding);
}

static struct sk_buff *wire_skb(struct kunit *test, const struct wire *wire)
{
	const struct repair_case *param = wire->param;
	struct fixture how = { "wire", ARPHRD_ETHER, ETH_HLEN };
	struct bytes *b = bytes_new(test);
	unsigned int skip = 0;
	struct sk_buff *skb;

	memcpy(bytes_add(b, wire->b->len), wire->b->at, wire->b->len);
	if (param->offloaded) {
		skip = 4;
		how.vlan_proto = param->tag;
		how.vlan_tci = 0x1234;
		memmove(b->at + 12, b->at + 16, b->len - 16);
	} else if (param->linkless) {
		skip = ETH_HLEN;
		how.type = ARPHRD_NONE;
		how.link = 0;
		memmove(b->at, b->at + skip, b->len - skip);
	}
	b->len -= skip;
	skb = fixture_skb(test, &how, b);
	kunit_kfree(test, b);
	return skb;
}

/* What is computed is so by the RFCs' words, not by the kernel's functions. */
static void want_l4(const struct wire *wire, struct bytes *want,
		    unsigned int len)
{
	const struct repair_case *param = wire->param;
	u8 *ip = want->at + wire->l3, *l4 = want->at + wire->l4;
	struct udphdr *udp = (struct udphdr *)l4;
	u8 pseudo[sizeof(struct ipv6hdr)];
	u8 *check;
	u32 sum;

	switch (param->proto) {
	case TCP:
		check = l4 + 16;
		break;
	case UDP:
		check = l4 + 6;
		len = min(len, ntohs(udp->len));
		udp->len = htons(len);
		if (param->no_check)
			return;
		break;
	case ICMP:
	case ICMP6:
		check = l4 + 2;
		break;
	default:
		memset(l4 + 8, 0, 4);
		want->len = wire->l4 + len;
		bytes_end_sctp(want, wire->l4);
		return;
	}

	memcpy(pseudo, ip, param->type == IP4 ? sizeof(struct iphdr) :
						sizeof(struct ipv6hdr));
	if (param->final_at)
		memcpy(pseudo + 24, ip + 40 + param->final_at, 16);
	sum = param->proto == ICMP ? 0 :
	      bytes_pseudo_sum(pseudo, param->proto, len);
	memset(check, 0, 2);
	*(__sum16 *)check = bytes_check(bytes_sum(sum, l4, len));
	if (param->proto == UDP && !udp->check)
		udp->check = CSUM_MANGLED_0;
}

/* The first @len bytes of the frame, as they are to be. */
static void want_repaired(const struct wire *wire, unsigned int len,
			  struct bytes *want)
{
	struct ipv6hdr *ipv6 = (struct ipv6hdr *)(want->at + wire->l3);
	struct iphdr *ip = (struct iphdr *)(want->at + wire->l3);
	const struct repair_case *param = wire->param;
	unsigned int end;

	want->len = 0;
	memcpy(bytes_add(want, len), wire->b->at, len);
	if (param->untouched || len < wire->payload)
		return;
	if (param->type == IP4) {
		end = min(len - wire->l3, ntohs(ip->tot_len));
		ip->tot_len = htons(end);
		ip->check = 0;
		ip->check = bytes_check(bytes_sum(0, ip, ip->ihl * 4));
	} else {
		end = min(len - wire->l3 - 40, ntohs(ipv6->payload_len));
		ipv6->payload_len = htons(end);
		end += 40;
	}
	if (param->l4 && !param->alone)
		want_l4(wire, want, wire->l3 + end - wire->l4);
	want->len = len;
}

static void expect_repaired(struct kunit *test, const struct wire *wire,
			    const struct sk_buff *skb, unsigned int len,
			    const struct bytes *want)
{
	struct tmirror_headers headers;
	struct tmirror_frame frame;
	struct tmirror_flow flow;
	struct sk_buff *copy;
	unsigned int i;

	tmirror_frame_init(&frame, skb);
	KUNIT_ASSERT_EQ(test, frame.len, wire->b->len);
	tmirror_flow_parse(&flow, &frame);
	tmirror_headers_find(&headers, &frame, &flow);
	copy = tmirror_copy(&frame, len, HEADROOM, true);
	fixture_keep(test, copy);
	tmirror_repair(copy, &headers);
	KUNIT_EXPECT_EQ(test, copy->len, len);
	KUNIT_EXPECT_EQ(test, skb_headroom(copy), HEADROOM);
	for (i = 0; i < len && copy->data[i] == want->at[i]; i++)
		;
	KUNIT_EXPECT_EQ_MSG(test, i, len,
			    "%u of %u, byte %u: %02x, want %02x", len,
			    wire->b->len, i, i < len ? copy->data[i] : 0,
			    i < len ? want->at[i] : 0);
}

static void repaired_at_every_length(struct kunit *test)
{
	struct bytes *want = bytes_new(test);
	struct fixture_snapshot *before;
	struct sk_buff *skb;
	struct wire wire;
	unsigned int len;

	wire_init(test, &wire, test->param_value);
	skb = wire_skb(test, &wire);
	before = fixture_snapshot(test, skb);
	for (len = 0; len <= wire.b->len; len++) {
		want_repaired(&wire, len, want);
		expect_repaired(test, &wire, skb, len, want);
	}
	fixture_expect_same(test, before);
}

static const struct repair_case zero_cases[] = {
	{ "udp, IPv4", IP4, UDP, 8 },
	{ "udp, IPv6", IP6, UDP, 8 },
	{ "udp behind a route", IP6, UDP, 8, EXTENSIONS(1, ROUTE(4, 1)),
	  .final_at = ROUTE_FIRST },
};

KUNIT_ARRAY_PARAM_DESC(zero, zero_cases, desc);

/* A sum of zero would say that there is none. */
static void udp_sum_of_zero(struct kunit *test)
{
	struct bytes *want = bytes_new(test);
	struct wire wire;
	unsigned int len;
	u8 *udp;

	wire_init(test, &wire, test->param_value);
	len = wire.payload + 10;
	memset(wire.b->at + wire.payload, 0, 2);
	want_repaired(&wire, len, want);
	udp = want->at + wire.l4;
	memcpy(wire.b->at + wire.payload, udp + 6, 2);
	want_repaired(&wire, len, want);
	KUNIT_ASSERT_EQ(test, udp[6] << 8 | udp[7], 0xffff);
	expect_repaired(test, &wire, wire_skb(test, &wire), len, want);
}

/* Cases that can be right from the start. */
static const void *right_gen_params(const void *prev, char *desc)
{
	const struct repair_case *next = prev;

	do {
		next = repair_gen_params(next, desc);
	} while (next && (next->untouched || next->alone || next->lies ||
			  next->udp_lies));
	return next;
}

/* A frame that was right, and has lost nothing but padding, stays as it is. */
static void padding_is_no_loss(struct kunit *test)
{
	struct repair_case param = *(const struct repair_case *)test->param_value;
	struct bytes *want = bytes_new(test);
	struct sk_buff *skb;
	struct wire wire;
	unsigned int len;

	param.padding = 7;
	wire_init(test, &wire, &param);
	want_repaired(&wire, wire.b->len, want);
	memcpy(wire.b->at, want->at, want->len);
	skb = wire_skb(test, &wire);
	for (len = wire.b->len - 7; len < wire.b->len; len++)
		expect_repaired(test, &wire, skb, len, wire.b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(repaired_at_every_length, repair_gen_params),
	KUNIT_CASE_PARAM(udp_sum_of_zero, zero_gen_params),
	KUNIT_CASE_PARAM(padding_is_no_loss, right_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_repair",
	.test_cases = cases,
};

kunit_test_suite(suite);
