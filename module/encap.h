/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ENCAP_H
#define _TMIRROR_ENCAP_H

/* The UDP and VXLAN headers of a copy. */

#include <linux/build_bug.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/udp.h>

/**
 * struct tmirror_vxlan - header of VXLAN, RFC 7348 section 5
 * @flags: TMIRROR_VXLAN_VNI_VALID, every other bit is reserved and zero
 * @vni: the VNI in its upper 24 bits; the lowest octet is reserved and zero
 */
struct tmirror_vxlan {
	__be32 flags;
	__be32 vni;
};

/* The I flag: the VNI is valid. */
#define TMIRROR_VXLAN_VNI_VALID	cpu_to_be32(0x08000000)

/* UDP and VXLAN header: what tmirror_encap() pushes. */
#define TMIRROR_ENCAP_LEN	16

/* Dynamic ports, RFC 6335; RFC 7348 section 5 asks for them. */
#define TMIRROR_SPORT_MIN	49152
#define TMIRROR_SPORT_BITS	14

/**
 * tmirror_encap_sport - outer UDP source port of a flow
 * @hash: of the flow, the same for both its directions
 *
 * Return: 49152..65535 in network byte order.
 */
static inline __be16 tmirror_encap_sport(u32 hash)
{
	return htons(TMIRROR_SPORT_MIN +
		     (hash & ((1 << TMIRROR_SPORT_BITS) - 1)));
}

/**
 * tmirror_encap - push the UDP and the VXLAN header
 * @copy: frame with headroom for TMIRROR_ENCAP_LEN bytes
 * @vni: VXLAN network identifier, 0..2^24-1
 * @sport: UDP source port
 * @dport: UDP destination port
 *
 * Return: the UDP header, whose checksum is left zero: none. It is the
 * transport header of @copy from here on.
 */
static inline struct udphdr *tmirror_encap(struct sk_buff *copy, u32 vni,
					   __be16 sport, __be16 dport)
{
	struct tmirror_vxlan *vxlan;
	struct udphdr *udp;

	BUILD_BUG_ON(sizeof(*udp) + sizeof(*vxlan) != TMIRROR_ENCAP_LEN);

	vxlan = __skb_push(copy, sizeof(*vxlan));
	vxlan->flags = TMIRROR_VXLAN_VNI_VALID;
	vxlan->vni = htonl(vni << 8);

	udp = __skb_push(copy, sizeof(*udp));
	skb_reset_transport_header(copy);
	udp->source = sport;
	udp->dest = dport;
	udp->len = htons(copy->len);
	udp->check = 0;
	return udp;
}

#endif /* _TMIRROR_ENCAP_H */
