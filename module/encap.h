/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_ENCAP_H
#define _TMIRROR_ENCAP_H

#include <linux/types.h>

struct sk_buff;
struct udphdr;

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

struct udphdr *tmirror_encap(struct sk_buff *copy, u32 vni, __be16 sport,
			     __be16 dport);
__be16 tmirror_encap_sport(u32 hash);

#endif /* _TMIRROR_ENCAP_H */
