// SPDX-License-Identifier: GPL-2.0
/* skbs of every shape, and whether one was changed. */
#include "bytes.h"
#include "skb_fixture.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

/* Odd on purpose: nothing may count on where headers are. */
#define HEADROOM	35
#define PAGE_AT		13

#define REGIONS_MAX	128

const struct fixture fixture_shapes[FIXTURE_SHAPES] = {
	{ "linear at egress", ARPHRD_ETHER, ETH_HLEN },
	{ "linear at ingress", ARPHRD_ETHER, ETH_HLEN, true },
	{ "loopback at ingress", ARPHRD_LOOPBACK, ETH_HLEN, true },
	{ "pages at egress, the header in several", ARPHRD_ETHER, ETH_HLEN,
	  false, FIXTURE_PAGES, 1, 9 },
	{ "pages at ingress", ARPHRD_ETHER, ETH_HLEN,
	  true, FIXTURE_PAGES, ETH_HLEN, 11 },
	{ "list at egress, the header in several", ARPHRD_ETHER, ETH_HLEN,
	  false, FIXTURE_LIST, 3, 5 },
	{ "list at ingress", ARPHRD_ETHER, ETH_HLEN,
	  true, FIXTURE_LIST, ETH_HLEN + 1, 7 },
	{ "pages and list at ingress", ARPHRD_ETHER, ETH_HLEN,
	  true, FIXTURE_BOTH, ETH_HLEN + 2, 10 },
};

KUNIT_DEFINE_ACTION_WRAPPER(free_skb, kfree_skb, struct sk_buff *);

/* The skb is freed when the test ends. */
void fixture_keep(struct kunit *test, struct sk_buff *skb)
{
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_skb, skb));
}

static struct net_device *make_device(struct kunit *test, unsigned short type)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	strscpy(dev->name, "fixture", sizeof(dev->name));
	dev->type = type;
	return dev;
}

static void add_page(struct kunit *test, struct sk_buff *skb, const u8 *from,
		     unsigned int len)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_LE(test, PAGE_AT + len, PAGE_SIZE);
	memcpy(page_address(page) + PAGE_AT, from, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, PAGE_AT, len,
			PAGE_SIZE);
}

static void add_to_list(struct kunit *test, struct sk_buff *skb,
			const u8 *from, unsigned int len)
{
	struct sk_buff *part = alloc_skb(HEADROOM + len, GFP_KERNEL), **end;

	KUNIT_ASSERT_NOT_NULL(test, part);
	skb_reserve(part, HEADROOM);
	skb_put_data(part, from, len);
	end = &skb_shinfo(skb)->frag_list;
	while (*end)
		end = &(*end)->next;
	*end = part;
	skb->len += len;
	skb->data_len += len;
	skb->truesize += part->truesize;
}

static __be16 protocol_of(const struct fixture *how, const struct bytes *bytes)
{
	if (how->type != ARPHRD_ETHER && how->type != ARPHRD_LOOPBACK)
		return bytes->at[how->link] >> 4 == 6 ? htons(ETH_P_IPV6) :
							htons(ETH_P_IP);
	if (bytes->len < ETH_HLEN)
		return 0;
	return htons(bytes->at[ETH_HLEN - 2] << 8 | bytes->at[ETH_HLEN - 1]);
}

/* Return: an skb of @bytes that lives as long as the test. */
struct sk_buff *fixture_skb(struct kunit *test, const struct fixture *how,
			    const struct bytes *bytes)
{
	unsigned int pos = bytes->len, left, len;
	struct sk_buff *skb;

	if (how->layout != FIXTURE_LINEAR)
		pos = min(pos, how->head);
	skb = alloc_skb(HEADROOM + pos, GFP_KERNEL);
	fixture_keep(test, skb);
	skb_reserve(skb, HEADROOM);
	skb_put_data(skb, bytes->at, pos);

	left = bytes->len - pos;
	for (; pos < bytes->len; pos += len) {
		len = min(how->piece, bytes->len - pos);
		if (how->layout == FIXTURE_LIST ||
		    (how->layout == FIXTURE_BOTH &&
		     bytes->len - pos <= left / 2) ||
		    skb_shinfo(skb)->nr_frags == MAX_SKB_FRAGS)
			add_to_list(test, skb, bytes->at + pos, len);
		else
			add_page(test, skb, bytes->at + pos, len);
	}

	skb->dev = make_device(test, how->type);
	skb->protocol = protocol_of(how, bytes);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, how->link);
	skb->mac_len = how->link;
	if (how->ingress)
		__skb_pull(skb, how->link);
	if (how->vlan_proto)
		__vlan_hwaccel_put_tag(skb, htons(how->vlan_proto),
				       how->vlan_tci);
	return skb;
}

/**
 * struct fixture_snapshot - all memory that an skb consists of, at one time
 * @count: how many regions
 * @region: of the skb, its head with what is unused and shared of it, its
 *	pages, and the same of the skbs on its list
 */
struct fixture_snapshot {
	unsigned int count;
	struct {
		const char *what;
		const void *at;
		void *was;
		size_t len;
	} region[REGIONS_MAX];
};

static void remember(struct kunit *test, struct fixture_snapshot *snapshot,
		     const char *what, const void *at, size_t len)
{
	unsigned int i = snapshot->count++;

	KUNIT_ASSERT_LT(test, i, REGIONS_MAX);
	snapshot->region[i].what = what;
	snapshot->region[i].at = at;
	snapshot->region[i].was = kunit_kmalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, snapshot->region[i].was);
	memcpy(snapshot->region[i].was, at, len);
	snapshot->region[i].len = len;
}

static void remember_skb(struct kunit *test, struct fixture_snapshot *snapshot,
			 const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	const struct sk_buff *part;
	unsigned int i;

	remember(test, snapshot, "the skb", skb, sizeof(*skb));
	remember(test, snapshot, "its head", skb->head,
		 skb_end_offset(skb) + sizeof(*shared));
	for (i = 0; i < shared->nr_frags; i++)
		remember(test, snapshot, "a fragment",
			 skb_frag_address(&shared->frags[i]),
			 skb_frag_size(&shared->frags[i]));
	skb_walk_frags(skb, part)
		remember_skb(test, snapshot, part);
}

struct fixture_snapshot *fixture_snapshot(struct kunit *test,
					  const struct sk_buff *skb)
{
	struct fixture_snapshot *snapshot;

	snapshot = kunit_kzalloc(test, sizeof(*snapshot), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, snapshot);
	remember_skb(test, snapshot, skb);
	return snapshot;
}

void fixture_expect_same(struct kunit *test,
			 const struct fixture_snapshot *snapshot)
{
	unsigned int i;

	for (i = 0; i < snapshot->count; i++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      !memcmp(snapshot->region[i].at,
					      snapshot->region[i].was,
					      snapshot->region[i].len),
				      "changed: %s (region %u)",
				      snapshot->region[i].what, i);
}
