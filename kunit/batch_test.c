// SPDX-License-Identifier: GPL-2.0
/* Copies that go as one: taken apart by the kernel, they are what they were. */
#include "bytes.h"
#include "fault.h"
#include "gso_fixture.h"
#include "skb_fixture.h"
#include "../module/batch.h"
#include "../module/encap.h"
#include "../module/flow.h"
#include "../module/frame.h"
#include "../module/segment.h"
#include "../module/slice.h"

#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>

#define IP4	ETH_P_IP
#define IP6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP

#define PARTIAL		.summed = CHECKSUM_PARTIAL
#define VNI		0x123456
#define OVERHEAD	(sizeof(struct iphdr) + sizeof(struct tmirror_encap))
#define HEADROOM	(ETH_HLEN + OVERHEAD + 2)

static const struct fixture shapes[] = {
	{ "pages", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_PAGES, 60, 333 },
	{ "ingress, pages, tag", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES,
	  80, 777, .vlan_proto = ETH_P_8021Q, .vlan_tci = 0x3009 },
	{ "none, pages", ARPHRD_NONE, 0, false, FIXTURE_PAGES, 60, 999 },
	{ "list", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_LIST, 70, 499 },
	{ "large pages", ARPHRD_ETHER, ETH_HLEN, true, FIXTURE_PAGES,
	  100, 4001 },
	{ "headers in pages", ARPHRD_ETHER, ETH_HLEN, false, FIXTURE_PAGES,
	  40, 999 },
};

#define PAGES		.how = &shapes[0]
#define TAGGED		.how = &shapes[1]
#define LINKLESS	.how = &shapes[2]
#define LIST		.how = &shapes[3]
#define LARGE_PAGES	.how = &shapes[4]
#define HEADERS_IN_PAGES .how = &shapes[5]

static const struct gso whole_cases[] = {
	{ "tcp, IPv4", IP4, TCP, 300, 100, PARTIAL },
	{ "tcp, IPv6", IP6, TCP, 299, 100, PARTIAL },
	{ "udp, IPv4", IP4, UDP, 300, 100, PARTIAL },
	{ "udp, IPv6", IP6, UDP, 299, 100, PARTIAL },
	{ "options", IP4, TCP, 300, 100, PARTIAL, .doff = 8, .ihl = 7 },
	{ "all flags", IP6, TCP, 300, 100, PARTIAL, .flags = 0xff,
	  .more = SKB_GSO_TCP_ECN },
	{ "fixed id", IP4, TCP, 300, 100, PARTIAL,
	  .more = SKB_GSO_TCP_FIXEDID },
	{ "untrusted sender", IP4, TCP, 300, 100, PARTIAL,
	  .more = SKB_GSO_DODGY },
	{ "pages, tcp", IP4, TCP, 5000, 1400, PARTIAL, PAGES },
	{ "offloaded tag", IP4, TCP, 5000, 1400, PARTIAL, TAGGED },
	{ "offloaded tag and one in the frame", IP6, TCP, 5000, 1400, PARTIAL,
	  TAGGED, .tag = ETH_P_8021Q },
	{ "no link layer", IP4, TCP, 5000, 1400, PARTIAL, LINKLESS },
	{ "as long as can be", IP4, TCP, 65535 - 36 - 54, 1448, PARTIAL,
	  LARGE_PAGES },
};

KUNIT_ARRAY_PARAM_DESC(whole, whole_cases, desc);

static const struct gso refused_cases[] = {
	{ "list", IP4, TCP, 5000, 1400, PARTIAL, LIST },
	{ "headers in pages", IP4, TCP, 5000, 1400, PARTIAL,
	  HEADERS_IN_PAGES },
	{ "jumbogram", IP6, TCP, 70000, 9000, PARTIAL, LARGE_PAGES,
	  .jumbo = true },
	{ "a byte too long", IP4, TCP, 65535 - 36 - 54 + 1, 1448, PARTIAL,
	  LARGE_PAGES },
};

KUNIT_ARRAY_PARAM_DESC(refused, refused_cases, desc);

static const struct gso datagram_cases[] = {
	{ "pages, udp", IP4, UDP, 5000, 1401, PARTIAL, PAGES },
};

KUNIT_ARRAY_PARAM_DESC(datagram, datagram_cases, desc);

struct super {
	const struct gso *gso;
	struct bytes *b;
	struct sk_buff *skb;
	struct gso_layout layout;
	struct tmirror_frame frame;
	struct tmirror_flow flow;
	struct tmirror_slicer slicer;
	unsigned int count;
	struct fixture_snapshot *before;
};

static void super_init(struct kunit *test, struct super *super)
{
	super->gso = test->param_value;
	super->b = bytes_new(test);
	gso_bytes(super->gso, super->b, &super->layout);
	super->skb = gso_skb(test, super->gso, super->b, &super->layout);
	super->count = DIV_ROUND_UP(super->gso->data, super->gso->size);
	super->before = fixture_snapshot(test, super->skb);
	tmirror_frame_init(&super->frame, super->skb);
	tmirror_flow_parse(&super->flow, &super->frame);
	KUNIT_ASSERT_TRUE(test, tmirror_slicer_init(&super->slicer,
						    &super->frame,
						    &super->flow));
}

/* The headers that a copy is sent with. */
static void push_headers(struct sk_buff *copy)
{
	u32 len = copy->len;
	struct tmirror_encap *encap = skb_push(copy, sizeof(*encap));
	struct iphdr *ip = skb_push(copy, sizeof(*ip));
	struct ethhdr *eth = skb_push(copy, sizeof(*eth));

	skb_reset_mac_header(copy);
	skb_set_network_header(copy, sizeof(*eth));
	skb_set_transport_header(copy, sizeof(*eth) + sizeof(*ip));
	*eth = (struct ethhdr){ .h_proto = htons(ETH_P_IP) };
	copy->protocol = eth->h_proto;
	*ip = (struct iphdr){
		.version = 4, .ihl = 5, .ttl = 255, .protocol = IPPROTO_UDP,
		.tot_len = htons(sizeof(*ip) + sizeof(*encap) + len),
		.saddr = htonl(0x0a000001), .daddr = htonl(0x0a000002),
	};
	ip_send_check(ip);
	tmirror_encap(encap, len, VNI, htons(50000), htons(4789));
	encap->udp.check = (__force __sum16)
		htons(bytes_fold(bytes_pseudo_sum(ip, IPPROTO_UDP,
						  ntohs(encap->udp.len))));
}

/* One of the datagrams that they become: @want is what it carries. */
static void expect_datagram(struct kunit *test, const struct sk_buff *skb,
			    unsigned int i, const struct bytes *want, u32 len)
{
	u32 all = ETH_HLEN + OVERHEAD + len;
	struct bytes *got = bytes_new(test);
	const struct tmirror_encap *encap;
	const struct iphdr *ip;
	u32 sum;

	KUNIT_ASSERT_EQ_MSG(test, skb->len, all, "datagram %u", i);
	KUNIT_ASSERT_EQ(test, 0, skb_copy_bits(skb, 0, bytes_add(got, all),
					       all));
	ip = (void *)got->at + ETH_HLEN;
	encap = (void *)(ip + 1);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), OVERHEAD + len);
	KUNIT_EXPECT_EQ(test, ntohs(ip->id), i);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(ip, ip->ihl), 0);
	KUNIT_EXPECT_EQ(test, ntohs(encap->udp.len), sizeof(*encap) + len);
	KUNIT_EXPECT_EQ(test, ntohl(encap->vxlan.vni), VNI << 8);
	KUNIT_EXPECT_EQ(test, encap->vxlan.flags, TMIRROR_VXLAN_VNI_VALID);
	KUNIT_EXPECT_NE(test, encap->udp.check, 0);
	sum = bytes_pseudo_sum(ip, IPPROTO_UDP, sizeof(*encap) + len);
	sum = bytes_sum(sum, encap, sizeof(*encap) + len);
	KUNIT_EXPECT_EQ_MSG(test, bytes_fold(sum), 0xffff, "datagram %u", i);
	KUNIT_EXPECT_MEMEQ_MSG(test, encap + 1, want->at, len, "datagram %u",
			       i);
}

/* L4 checksum of a frame, which in a cut copy is what it was. */
static void take_checksum(const struct super *super, const struct sk_buff *skb,
			  struct bytes *want)
{
	u32 at = super->slicer.headers.transport +
		 (super->gso->proto == TCP ? 16 : 6);

	WARN_ON(skb_copy_bits(skb, (int)(ETH_HLEN + OVERHEAD + at),
			      want->at + at, 2));
}

static struct sk_buff *take_apart(struct sk_buff *copies)
{
	struct tmirror_frame frame;
	struct sk_buff *list;

	push_headers(copies);
	local_bh_disable();
	tmirror_frame_init(&frame, copies);
	list = tmirror_segment(&frame);
	local_bh_enable();
	return list;
}

/* @keep: of each segment, at most so many bytes. */
static void expect_copies(struct kunit *test, const struct super *super,
			  struct sk_buff *copies, unsigned int first,
			  unsigned int count, u32 keep)
{
	struct bytes *want = bytes_new(test);
	struct sk_buff *list, *next;
	unsigned int i = 0;

	copies->dev = super->skb->dev;
	if (super->skb->dev->type != ARPHRD_ETHER) {
		/* Here it is an Ethernet device that it leaves by. */
		const struct fixture how = {
			"underlay", ARPHRD_ETHER, ETH_HLEN
		};

		copies->dev = fixture_skb(test, &how, super->b)->dev;
	}
	list = take_apart(copies);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, list);
	for (; list; list = next, i++) {
		next = list->next;
		skb_mark_not_on_list(list);
		fixture_keep(test, list);
		if (list->ip_summed == CHECKSUM_PARTIAL)
			KUNIT_ASSERT_EQ(test, 0, skb_checksum_help(list));
		KUNIT_ASSERT_TRUE(test, gso_want_segment(super->gso, super->b,
							 &super->layout,
							 first + i, want));
		if (keep < want->len)
			take_checksum(super, list, want);
		expect_datagram(test, list, i, want, min(keep, want->len));
	}
	KUNIT_EXPECT_EQ(test, i, count);
}

/* Return: how many refer to the skb's pages, all in all. */
static unsigned int page_refs(const struct sk_buff *skb)
{
	unsigned int i, refs = 0;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++)
		refs += page_ref_count(skb_frag_page(&skb_shinfo(skb)->frags[i]));
	return refs;
}

static void whole_ones_are_the_kernels_segments(struct kunit *test)
{
	unsigned int refs, pieces;
	struct sk_buff *copy;
	struct super super;

	super_init(test, &super);
	refs = page_refs(super.skb);
	pieces = skb_shinfo(super.skb)->nr_frags;
	copy = tmirror_batch_whole(&super.slicer, super.count, OVERHEAD,
				   HEADROOM, true);
	fixture_keep(test, copy);
	KUNIT_EXPECT_EQ(test, copy->len, super.frame.len);
	KUNIT_EXPECT_GE(test, skb_headroom(copy), HEADROOM);
	/* It pins all pages, however little of them it has. */
	if (pieces)
		KUNIT_EXPECT_GE(test, copy->truesize,
				super.skb->truesize -
				SKB_TRUESIZE(skb_end_offset(super.skb)));
	KUNIT_EXPECT_EQ(test, skb_shinfo(copy)->gso_segs, super.count);
	KUNIT_EXPECT_EQ(test, page_refs(super.skb), refs + pieces);
	KUNIT_EXPECT_EQ(test, skb_has_shared_frag(copy), pieces > 0);
	expect_copies(test, &super, copy, 0, super.count, U32_MAX);
	fixture_expect_same(test, super.before);
}

static void pages_are_let_go(struct kunit *test)
{
	struct sk_buff *copy;
	struct super super;
	unsigned int refs;

	super_init(test, &super);
	refs = page_refs(super.skb);
	copy = tmirror_batch_whole(&super.slicer, super.count, OVERHEAD,
				   HEADROOM, true);
	KUNIT_EXPECT_NOT_NULL(test, copy);
	kfree_skb(copy);
	KUNIT_EXPECT_EQ(test, page_refs(super.skb), refs);
}

static void others_are_not_sent_whole(struct kunit *test)
{
	struct sk_buff *copy;
	struct super super;

	super_init(test, &super);
	copy = tmirror_batch_whole(&super.slicer, super.count, OVERHEAD,
				   HEADROOM, true);
	KUNIT_EXPECT_NULL(test, copy);
	kfree_skb(copy);
	fixture_expect_same(test, super.before);
}

/* The program that lent its pages is told once they are free. */
static void lent_pages_are_not_shared(struct kunit *test)
{
	struct ubuf_info lender = { .refcnt = REFCOUNT_INIT(1) };
	struct skb_shared_info *shinfo;
	struct sk_buff *copy;
	struct super super;

	super_init(test, &super);
	shinfo = skb_shinfo(super.skb);
	shinfo->flags |= SKBFL_ZEROCOPY_ENABLE;
	shinfo->destructor_arg = &lender;
	copy = tmirror_batch_whole(&super.slicer, super.count, OVERHEAD,
				   HEADROOM, true);
	shinfo->flags &= ~SKBFL_ZEROCOPY_ENABLE;
	shinfo->destructor_arg = NULL;
	KUNIT_EXPECT_NULL(test, copy);
	kfree_skb(copy);
}

static bool is_safe(const struct super *super, struct net_device *dev)
{
	bool safe;

	rcu_read_lock();
	safe = tmirror_batch_is_safe(&super->slicer, super->count, HEADROOM,
				     dev);
	rcu_read_unlock();
	return safe;
}

/*
 * The kernel would make the segments if they are more, or together longer, than
 * a device takes: then it must be the last. A virtual machine's super-packet
 * does not say how many it has.
 */
static void devices_take_them_within_bounds(struct kunit *test)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct super super;
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, dev);
	super_init(test, &super);
	skb_shinfo(super.skb)->gso_segs = 0;
	len = HEADROOM + super.frame.len;
	INIT_LIST_HEAD(&dev->adj_list.lower);
	dev->features = ~0ULL;
	dev->hw_enc_features = ~0ULL;
	dev->gso_max_segs = super.count;
	dev->gso_max_size = len + 1;
	dev->gso_ipv4_max_size = len + 1;
	KUNIT_EXPECT_TRUE(test, is_safe(&super, dev));

	dev->gso_max_segs--;
	KUNIT_EXPECT_FALSE(test, is_safe(&super, dev));
	dev->dev.parent = &dev->dev;	/* some bus */
	KUNIT_EXPECT_TRUE(test, is_safe(&super, dev));
	dev->dev.parent = NULL;
	dev->gso_max_segs++;

	dev->gso_max_size--;
	KUNIT_EXPECT_FALSE(test, is_safe(&super, dev));
	dev->gso_max_size++;

	dev->gso_ipv4_max_size--;
	KUNIT_EXPECT_FALSE(test, is_safe(&super, dev));
	dev->gso_ipv4_max_size++;

	dev->hw_enc_features = 0;
	KUNIT_EXPECT_FALSE(test, is_safe(&super, dev));
}

/* From each segment on, as many as there are, cut to different lengths. */
static void cut_ones_are_the_first_bytes(struct kunit *test)
{
	static const u32 more[] = { 0, 1, 10, 99, 100, 1300 };
	struct tmirror_batch batch;
	struct sk_buff *copies;
	struct super super;
	unsigned int i;
	u32 keep, last;

	super_init(test, &super);
	last = tmirror_slice_len(&super.slicer, super.count - 1);
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		keep = super.slicer.headers.payload + more[i];
		if (keep > tmirror_slice_len(&super.slicer, 0))
			break;
		batch = (struct tmirror_batch){
			.first = i % 2,
			.count = min(super.count - i % 2,
				     tmirror_batch_max(keep, HEADROOM)),
			.len = keep,
			.last = keep,
		};
		if (batch.first + batch.count == super.count)
			batch.last = min(keep, last);
		if (batch.count < 2)
			continue;
		copies = tmirror_batch_cut(&batch, &super.slicer, VNI,
					   HEADROOM, true);
		fixture_keep(test, copies);
		expect_copies(test, &super, copies, batch.first, batch.count,
			      keep);
	}
	KUNIT_EXPECT_GT(test, i, 3);
	fixture_expect_same(test, super.before);
}

static void without_memory_there_is_none(struct kunit *test)
{
	struct tmirror_batch batch = { 0, 3, 100, 100 };
	struct sk_buff *whole, *cut;
	struct super super;

	super_init(test, &super);
	fault_all(test);
	whole = tmirror_batch_whole(&super.slicer, super.count, OVERHEAD,
				    HEADROOM, true);
	cut = tmirror_batch_cut(&batch, &super.slicer, VNI, HEADROOM, true);
	fault_end();
	KUNIT_EXPECT_NULL(test, whole);
	KUNIT_EXPECT_NULL(test, cut);
	kfree_skb(whole);
	kfree_skb(cut);
}

static void the_number_has_limits(struct kunit *test)
{
	u32 room = SKB_WITH_OVERHEAD(SZ_4K) - HEADROOM;

	KUNIT_EXPECT_EQ(test, tmirror_batch_max(14, HEADROOM), 64);
	KUNIT_EXPECT_LT(test, tmirror_batch_max(SZ_4K, HEADROOM), 4);
	KUNIT_EXPECT_EQ(test, tmirror_batch_max(SZ_16K - 8, HEADROOM), 1);
	KUNIT_EXPECT_EQ(test, tmirror_batch_max(SZ_16K - 7, HEADROOM), 0);
	KUNIT_EXPECT_EQ(test, tmirror_batch_max(65499, HEADROOM), 0);
	if (PAGE_SIZE != SZ_4K)
		return;
	/* So many that they fill a page; or more, if those are not many. */
	KUNIT_EXPECT_EQ(test, tmirror_batch_max(room / 16 - 8, HEADROOM), 16);
	KUNIT_EXPECT_GT(test, tmirror_batch_max(room / 16, HEADROOM), 16);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(whole_ones_are_the_kernels_segments, whole_gen_params),
	KUNIT_CASE_PARAM(pages_are_let_go, whole_gen_params),
	KUNIT_CASE_PARAM(others_are_not_sent_whole, refused_gen_params),
	KUNIT_CASE_PARAM(others_are_not_sent_whole, datagram_gen_params),
	KUNIT_CASE_PARAM(devices_take_them_within_bounds, whole_gen_params),
	KUNIT_CASE_PARAM(lent_pages_are_not_shared, whole_gen_params),
	KUNIT_CASE_PARAM(cut_ones_are_the_first_bytes, whole_gen_params),
	KUNIT_CASE_PARAM(cut_ones_are_the_first_bytes, datagram_gen_params),
	KUNIT_CASE_PARAM(without_memory_there_is_none, whole_gen_params),
	KUNIT_CASE(the_number_has_limits),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_batch",
	.test_cases = cases,
};

kunit_test_suite(suite);
