// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are ciphertext on the wire, and pass the hook as plaintext: where
 * IPsec, MACsec or TLS leave it to the device or to what is just above it to
 * encrypt; and where IPsec has what it decrypted received once more. The
 * plaintext is not for another wire, and the ciphertext we cannot know.
 */
#include "plaintext.h"

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tmirror.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>

/*
 * Of a device that IPsec's plaintext comes out of, that is the wire. Those of
 * another kind, vti, take the marks off.
 */
static bool is_of_ipsec(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "xfrm");
}

static bool is_of_esp(struct sk_buff *packet, u8 direction)
{
	const struct xfrm_offload *offload;

	if (direction == TMIRROR_INGRESS)
		return secpath_exists(packet) && !is_of_ipsec(packet->dev);
	offload = xfrm_offload(packet);
	/* What was received so and is forwarded is not encrypted again. */
	return offload && !(offload->flags & (CRYPTO_DONE | XFRM_GRO));
}

static int is_macsec(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return netif_is_macsec(dev);
}

/*
 * It keeps its mark beyond the device that MACsec's plaintext comes out of: what
 * counts is below that.
 */
static bool is_of_macsec(const struct sk_buff *packet)
{
	const struct metadata_dst *metadata = skb_metadata_dst(packet);

	return metadata && metadata->type == METADATA_MACSEC &&
	       netdev_walk_all_upper_dev_rcu(packet->dev, is_macsec, NULL);
}

/**
 * tmirror_plaintext_marked - does what a packet carries mark it as plaintext?
 * @packet: as of tmirror_is_plaintext(), which asks those that may
 * @direction: likewise
 *
 * Context: RCU read side.
 * Return: true if it does.
 */
bool tmirror_plaintext_marked(const struct sk_buff *packet, u8 direction)
{
	/* Those who ask for IPsec's marks may write, by their signature. */
	return skb_is_decrypted(packet) || is_of_macsec(packet) ||
	       is_of_esp((struct sk_buff *)packet, direction);
}
