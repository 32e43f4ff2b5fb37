/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_PLAINTEXT_H
#define _TMIRROR_PLAINTEXT_H

#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/dst_metadata.h>

bool tmirror_plaintext_marked(const struct sk_buff *packet, u8 direction);

/**
 * tmirror_is_plaintext - is a packet ciphertext on the wire?
 * @packet: at the hook, in plaintext if it is
 * @direction: TMIRROR_INGRESS or TMIRROR_EGRESS
 *
 * Not recognised, as nothing marks it: what a device encrypts by IPsec's packet
 * offload, and what most devices have decrypted by MACsec's offload.
 *
 * Context: RCU read side.
 * Return: true if it is.
 */
static inline bool tmirror_is_plaintext(const struct sk_buff *packet,
					u8 direction)
{
	/* Most packets have nothing that could be a mark. */
	return (skb_is_decrypted(packet) || skb_metadata_dst(packet) ||
		skb_has_extensions((struct sk_buff *)packet)) &&
	       tmirror_plaintext_marked(packet, direction);
}

#endif /* _TMIRROR_PLAINTEXT_H */
