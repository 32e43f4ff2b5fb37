/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ENCAP_H
#define _TMIRROR_ENCAP_H

/* The UDP and VXLAN headers of a copy. */

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
 * tmirror_vxlan - write the VXLAN header
 * @vxlan: where to
 * @vni: VXLAN network identifier, 0..2^24-1
 */
static inline void tmirror_vxlan(struct tmirror_vxlan *vxlan, u32 vni)
{
	vxlan->flags = TMIRROR_VXLAN_VNI_VALID;
	vxlan->vni = htonl(vni << 8);
}

/**
 * struct tmirror_encap - the UDP and the VXLAN header
 * @udp: the one, without a checksum
 * @vxlan: the other
 */
struct tmirror_encap {
	struct udphdr udp;
	struct tmirror_vxlan vxlan;
};

/**
 * tmirror_encap - write the UDP and the VXLAN header
 * @encap: where to
 * @len: bytes of the frame behind them
 * @vni: VXLAN network identifier, 0..2^24-1
 * @sport: UDP source port
 * @dport: UDP destination port
 *
 * The UDP checksum is left zero: none.
 */
static inline void tmirror_encap(struct tmirror_encap *encap, u32 len, u32 vni,
				 __be16 sport, __be16 dport)
{
	encap->udp.source = sport;
	encap->udp.dest = dport;
	encap->udp.len = htons(sizeof(*encap) + len);
	encap->udp.check = 0;
	tmirror_vxlan(&encap->vxlan, vni);
}

#endif /* _TMIRROR_ENCAP_H */
