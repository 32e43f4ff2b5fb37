// SPDX-License-Identifier: GPL-2.0
/* What is left of a cut frame becomes a packet of its own. */
#include "headers.h"
#include "repair.h"

#include <linux/crc32c.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/seg6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

/* Return: where the packet ends by its new length; 0: nothing to mend. */
static u32 mend_ipv4(struct sk_buff *copy, const struct tmirror_headers *headers)
{
	struct iphdr *ip = (void *)copy->data + headers->network;
	u32 len = min_t(u32, ntohs(ip->tot_len), copy->len - headers->network);

	if (len < ip->ihl * 4)
		return 0;
	ip->tot_len = htons(len);
	ip_send_check(ip);
	return headers->network + len;
}

static u32 mend_ipv6(struct sk_buff *copy, const struct tmirror_headers *headers)
{
	struct ipv6hdr *ip = (void *)copy->data + headers->network;
	u32 start = headers->network + sizeof(*ip);
	u32 len = min_t(u32, ntohs(ip->payload_len), copy->len - start);

	/* 0 stays: it may be a jumbogram's, whose length is in an option. */
	ip->payload_len = htons(len);
	return start + len;
}

/*
 * A routing header keeps the final destination, which is what checksums go by
 * (RFC 8200 section 8.1), and puts the next one into the IPv6 header. Of the
 * types that have whole addresses, types 0 and 2 begin with the next one, and
 * type 4 with the last (RFC 8754).
 *
 * Return: the final destination, or NULL if it cannot be known.
 */
static const struct in6_addr *
final_destination(const struct sk_buff *copy,
		  const struct tmirror_headers *headers)
{
	const struct ipv6hdr *ip = (void *)copy->data + headers->network;
	u32 pos = headers->network + sizeof(*ip);
	u8 next = ip->nexthdr;

	while (pos + sizeof(struct ipv6_rt_hdr) <= headers->transport) {
		const struct ipv6_rt_hdr *routing = (void *)copy->data + pos;
		const struct in6_addr *addr = (void *)copy->data + pos + 8;
		u32 len = ipv6_optlen(routing);

		if (next == NEXTHDR_FRAGMENT)
			len = sizeof(struct frag_hdr);
		else if (next == NEXTHDR_AUTH)
			len = ipv6_authlen((struct ipv6_opt_hdr *)routing);
		/* A sender may write to its packet after we looked first. */
		if (pos + len > headers->transport)
			return NULL;
		if (next == NEXTHDR_ROUTING && routing->segments_left) {
			if (routing->hdrlen < 2)
				return NULL;
			switch (routing->type) {
			case IPV6_SRCRT_TYPE_0:
			case IPV6_SRCRT_TYPE_2:
				return addr + routing->hdrlen / 2 - 1;
			case IPV6_SRCRT_TYPE_4:
				return addr;
			}
			return NULL;
		}
		next = routing->nexthdr;
		pos += len;
	}
	return &ip->daddr;
}

/* Sum of @len bytes of L4 and of the pseudo header before them. */
static __sum16 sum(const struct sk_buff *copy,
		   const struct tmirror_headers *headers, u32 len)
{
	const void *ip = copy->data + headers->network;
	__wsum csum = csum_partial(copy->data + headers->transport, len, 0);

	if (headers->family == AF_INET)
		return csum_tcpudp_magic(((const struct iphdr *)ip)->saddr,
					 ((const struct iphdr *)ip)->daddr,
					 len, headers->proto, csum);
	return csum_ipv6_magic(&((const struct ipv6hdr *)ip)->saddr,
			       final_destination(copy, headers), len,
			       headers->proto, csum);
}

static void mend_udp(struct sk_buff *copy,
		     const struct tmirror_headers *headers, u32 len)
{
	struct udphdr *udp = (void *)copy->data + headers->transport;

	len = min_t(u32, ntohs(udp->len), len);
	if (len < sizeof(*udp))
		return;
	udp->len = htons(len);
	/* Who sent none wants none. */
	if (!udp->check)
		return;
	udp->check = 0;
	udp->check = sum(copy, headers, len) ?: CSUM_MANGLED_0;
}

static void mend_l4(struct sk_buff *copy,
		    const struct tmirror_headers *headers, u32 len)
{
	void *l4 = copy->data + headers->transport;
	struct sctphdr *sctp = l4;
	struct icmp6hdr *icmp6 = l4;
	struct icmphdr *icmp = l4;
	struct tcphdr *tcp = l4;

	switch (headers->proto) {
	case IPPROTO_TCP:
		tcp->check = 0;
		tcp->check = sum(copy, headers, len);
		break;
	case IPPROTO_UDP:
		mend_udp(copy, headers, len);
		break;
	case IPPROTO_ICMP:
		icmp->checksum = 0;
		icmp->checksum = csum_fold(csum_partial(icmp, len, 0));
		break;
	case IPPROTO_ICMPV6:
		icmp6->icmp6_cksum = 0;
		icmp6->icmp6_cksum = sum(copy, headers, len);
		break;
	case IPPROTO_SCTP:
		sctp->checksum = 0;
		sctp->checksum = cpu_to_le32(~crc32c(~0U, sctp, len));
		break;
	}
}

/**
 * tmirror_repair - make lengths and checksums fit what is left of a frame
 * @copy: first bytes of the frame, linear and the caller's alone
 * @headers: where the frame's headers are
 *
 * Rewrites the total length and checksum of IPv4 (RFC 791), the payload length
 * of IPv6 (RFC 8200), the length of UDP and the checksums of TCP, UDP (RFC 1071;
 * one that is not used stays so), ICMP, ICMPv6 and SCTP (CRC32c, RFC 9260); of
 * a fragment IP alone. A frame that was cut inside its headers, and lengths
 * that are no packet's, stay as they are.
 *
 * Context: any.
 */
void tmirror_repair(struct sk_buff *copy, const struct tmirror_headers *headers)
{
	u32 end = 0;

	if (copy->len < headers->payload)
		return;
	if (headers->family == AF_INET)
		end = mend_ipv4(copy, headers);
	else if (headers->family == AF_INET6)
		end = mend_ipv6(copy, headers);
	if (headers->fragment || headers->payload == headers->transport ||
	    end < headers->payload)
		return;
	if (headers->family == AF_INET6 && !final_destination(copy, headers))
		return;
	mend_l4(copy, headers, end - headers->transport);
}
