/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_GSO_FIXTURE_H
#define _TMIRROR_GSO_FIXTURE_H

#include <linux/types.h>

struct bytes;
struct fixture;
struct kunit;
struct sk_buff;

/**
 * struct gso - a super-packet
 * @desc: words for a person
 * @type: of the packet, host byte order
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @data: bytes of data
 * @size: of them in each segment but the last
 * @how: kind of skb; NULL for a linear one at egress
 * @tag: type of a VLAN tag in the frame, 0 for none
 * @doff: words of the TCP header, 0 for the usual
 * @ihl: words of the IPv4 header, 0 for the usual
 * @extensions: number of IPv6 destination options headers
 * @jumbo: it has the option header of a jumbogram
 * @flags: of TCP, thirteenth byte of its header
 * @summed: CHECKSUM_* of the skb
 * @more: SKB_GSO_* beside those that follow from the above
 */
struct gso {
	const char *desc;
	u16 type;
	u8 proto;
	unsigned int data;
	unsigned int size;
	const struct fixture *how;
	u16 tag;
	u8 doff;
	u8 ihl;
	u8 extensions;
	bool jumbo;
	u8 flags;
	u8 summed;
	unsigned int more;
};

/**
 * struct gso_layout - where the parts of a super-packet begin, in its bytes
 * @l3: IP header
 * @l4: L4 header
 * @data: what is segmented
 */
struct gso_layout {
	unsigned int l3;
	unsigned int l4;
	unsigned int data;
};

void gso_bytes(const struct gso *gso, struct bytes *b,
	       struct gso_layout *layout);
struct sk_buff *gso_skb(struct kunit *test, const struct gso *gso,
			const struct bytes *b, const struct gso_layout *layout);
bool gso_want_segment(const struct gso *gso, const struct bytes *b,
		      const struct gso_layout *layout, unsigned int i,
		      struct bytes *want);

#endif /* _TMIRROR_GSO_FIXTURE_H */
