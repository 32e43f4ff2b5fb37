/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_SKB_FIXTURE_H
#define _TMIRROR_SKB_FIXTURE_H

#include <linux/types.h>

struct bytes;
struct kunit;
struct sk_buff;

/**
 * enum fixture_layout - where an skb keeps what is behind its first bytes
 * @FIXTURE_LINEAR: with them
 * @FIXTURE_PAGES: in fragments of pages
 * @FIXTURE_LIST: in other skbs, on its list
 * @FIXTURE_BOTH: in fragments first, then in other skbs, by halves
 */
enum fixture_layout {
	FIXTURE_LINEAR,
	FIXTURE_PAGES,
	FIXTURE_LIST,
	FIXTURE_BOTH,
};

/**
 * struct fixture - how to make an skb of a packet's bytes
 * @desc: words for a person
 * @type: ARPHRD_* of its device
 * @link: how many of the bytes are its link-layer header
 * @ingress: it is at the ingress hook: its data is behind that header
 * @layout: where its bytes are
 * @head: how many are in the linear part, @link at least if @ingress
 * @piece: how many are in each other part
 * @vlan_proto: type of the offloaded VLAN tag, host byte order; 0: has none
 * @vlan_tci: its control information
 */
struct fixture {
	const char *desc;
	unsigned short type;
	unsigned int link;
	bool ingress;
	enum fixture_layout layout;
	unsigned int head;
	unsigned int piece;
	u16 vlan_proto;
	u16 vlan_tci;
};

/* Ways in which an Ethernet frame may come. */
#define FIXTURE_SHAPES	8
extern const struct fixture fixture_shapes[FIXTURE_SHAPES];

struct sk_buff *fixture_skb(struct kunit *test, const struct fixture *how,
			    const struct bytes *bytes);
void fixture_keep(struct kunit *test, struct sk_buff *skb);

struct fixture_snapshot;
struct fixture_snapshot *fixture_snapshot(struct kunit *test,
					  const struct sk_buff *skb);
void fixture_expect_same(struct kunit *test,
			 const struct fixture_snapshot *snapshot);

#endif /* _TMIRROR_SKB_FIXTURE_H */
