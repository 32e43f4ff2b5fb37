// SPDX-License-Identifier: GPL-2.0
/* Super-packets, and the packets on the wire that they stand for. */
#include "bytes.h"
#include "gso_fixture.h"
#include "skb_fixture.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>

#define FIRST_ID	0xfffe	/* soon to wrap */

#define FIN	0x01
#define PSH	0x08
#define CWR	0x80

static const struct fixture *fixture_of(const struct gso *gso)
{
	return gso->how ?: &fixture_shapes[0];
}

static unsigned int check_at(const struct gso *gso)
{
	return gso->proto == IPPROTO_TCP ? offsetof(struct tcphdr, check) :
					   offsetof(struct udphdr, check);
}

static void put16(struct bytes *b, unsigned int at, u16 value)
{
	b->at[at] = value >> 8;
	b->at[at + 1] = value;
}

static void end_ip(struct bytes *b, unsigned int l3)
{
	struct ipv6hdr *ipv6 = (struct ipv6hdr *)(b->at + l3);
	struct iphdr *ip = (struct iphdr *)(b->at + l3);

	if (ip->version == 4)
		bytes_end_ipv4(b, ip);
	else
		bytes_end_ipv6(b, ipv6);
	/* More than the field can say is 0. */
	if (b->len - l3 <= U16_MAX)
		return;
	if (ip->version == 4)
		ip->tot_len = 0;
	else
		ipv6->payload_len = 0;
}

static void add_jumbo(struct bytes *b, u8 nexthdr)
{
	u8 *at = bytes_add(b, 8);

	at[0] = nexthdr;
	at[2] = IPV6_TLV_JUMBO;
	at[3] = 4;
}

/* The super-packet as a stack would hand it to its device. */
void gso_bytes(const struct gso *gso, struct bytes *b,
	       struct gso_layout *layout)
{
	struct iphdr *ip;
	unsigned int i;
	u32 sum;
	u8 *at;

	if (fixture_of(gso)->link == ETH_HLEN) {
		bytes_add_macs(b);
		if (gso->tag)
			bytes_add_tag(b, gso->tag, 0x2007);
		bytes_add_type(b, gso->type);
	} else {
		bytes_add_pattern(b, fixture_of(gso)->link);
	}

	layout->l3 = b->len;
	if (gso->type == ETH_P_IP) {
		ip = bytes_add_ipv4(b, gso->ihl ?: 5, gso->proto);
		ip->id = htons(FIRST_ID);
		if (gso->more & SKB_GSO_TCP_FIXEDID)
			ip->frag_off = htons(0x4000);
	} else {
		bytes_add_ipv6(b, gso->jumbo ? IPPROTO_HOPOPTS :
				  gso->extensions ? IPPROTO_DSTOPTS :
						    gso->proto);
		if (gso->jumbo)
			add_jumbo(b, gso->extensions ? IPPROTO_DSTOPTS :
						       gso->proto);
		for (i = 0; i < gso->extensions; i++) {
			at = bytes_add(b, 8);
			at[0] = i + 1 < gso->extensions ? IPPROTO_DSTOPTS :
							  gso->proto;
			at[2] = 1;	/* padding */
			at[3] = 4;
		}
	}

	layout->l4 = b->len;
	if (gso->proto == IPPROTO_TCP)
		((u8 *)bytes_add_tcp(b, gso->doff ?: 5))[13] |= gso->flags;
	else
		bytes_add_udp(b)->len = htons(sizeof(struct udphdr) +
					      gso->data);
	layout->data = b->len;
	bytes_add_pattern(b, gso->data);
	end_ip(b, layout->l3);
	if (gso->jumbo)
		put_unaligned_be32(b->len - layout->l3 -
				   sizeof(struct ipv6hdr),
				   b->at + layout->l3 +
				   sizeof(struct ipv6hdr) + 4);
	sum = bytes_pseudo_sum(b->at + layout->l3, gso->proto,
			       b->len - layout->l4);
	put16(b, layout->l4 + check_at(gso), bytes_fold(sum));
}

struct sk_buff *gso_skb(struct kunit *test, const struct gso *gso,
			const struct bytes *b, const struct gso_layout *layout)
{
	struct sk_buff *skb = fixture_skb(test, fixture_of(gso), b);
	struct skb_shared_info *shared = skb_shinfo(skb);

	shared->gso_size = gso->size;
	shared->gso_segs = DIV_ROUND_UP(gso->data, gso->size);
	shared->gso_type = gso->more;
	if (gso->proto == IPPROTO_UDP)
		shared->gso_type |= SKB_GSO_UDP_L4;
	else
		shared->gso_type |= gso->type == ETH_P_IP ? SKB_GSO_TCPV4 :
							    SKB_GSO_TCPV6;
	/* At ingress it is where eth_type_trans() left it. */
	if (!fixture_of(gso)->ingress)
		skb->network_header = skb->mac_header + layout->l3;
	skb->transport_header = skb->mac_header + layout->l4;
	skb->ip_summed = gso->summed;
	skb->csum_start = skb->mac_header + layout->l4;
	skb->csum_offset = check_at(gso);
	return skb;
}

static void fix_tcp(struct bytes *want, unsigned int l4, unsigned int pos,
		    bool last)
{
	struct tcphdr *tcp = (struct tcphdr *)(want->at + l4);
	u8 *flags = want->at + l4 + 13;

	tcp->seq = htonl(ntohl(tcp->seq) + pos);
	if (pos)
		*flags &= ~CWR;
	if (!last)
		*flags &= ~(FIN | PSH);
}

/*
 * Make of the super-packet @b the frame of its segment @i, by what RFCs say of
 * a packet. Return: false if it has not as many.
 */
bool gso_want_segment(const struct gso *gso, const struct bytes *b,
		      const struct gso_layout *layout, unsigned int i,
		      struct bytes *want)
{
	unsigned int pos = i * gso->size, len, link = fixture_of(gso)->link;
	unsigned int l3 = layout->l3, l4 = layout->l4, sum;
	u16 tag = fixture_of(gso)->vlan_proto, check;
	struct udphdr *udp;
	struct iphdr *ip;

	if (pos >= gso->data)
		return false;
	len = min(gso->size, gso->data - pos);
	want->len = 0;
	memcpy(bytes_add(want, layout->data), b->at, layout->data);
	memcpy(bytes_add(want, len), b->at + layout->data + pos, len);

	ip = (struct iphdr *)(want->at + l3);
	if (gso->type == ETH_P_IP && !(gso->more & SKB_GSO_TCP_FIXEDID))
		ip->id = htons(FIRST_ID + i);
	end_ip(want, l3);
	udp = (struct udphdr *)(want->at + l4);
	if (gso->proto == IPPROTO_UDP)
		udp->len = htons(sizeof(*udp) + len);
	else
		fix_tcp(want, l4, pos, pos + len == gso->data);
	put16(want, l4 + check_at(gso), 0);
	sum = bytes_pseudo_sum(ip, gso->proto, want->len - l4);
	check = ~bytes_fold(bytes_sum(sum, want->at + l4, want->len - l4));
	put16(want, l4 + check_at(gso), check ?: 0xffff);

	/* Then what the skb has beside its bytes, or other ones in front. */
	if (tag) {
		bytes_add(want, 4);
		memmove(want->at + 16, want->at + 12, want->len - 16);
		put16(want, 12, tag);
		put16(want, 14, fixture_of(gso)->vlan_tci);
	} else if (link != ETH_HLEN) {
		bytes_add(want, ETH_HLEN - link);
		memmove(want->at + ETH_HLEN, want->at + link,
			want->len - ETH_HLEN);
		memset(want->at, 0, ETH_HLEN);
		put16(want, 12, gso->type);
	}
	return true;
}
