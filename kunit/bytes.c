// SPDX-License-Identifier: GPL-2.0
/* Packets as flat bytes: what skbs are made of, and what results must equal. */
#include "bytes.h"

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

struct bytes *bytes_new(struct kunit *test)
{
	struct bytes *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	return b;
}

/* Return: where @len zeroed bytes begin, for the caller to fill. */
void *bytes_add(struct bytes *b, unsigned int len)
{
	void *at;

	/* A test's mistake; what it makes of the packet does not matter. */
	if (WARN_ON(len > sizeof(b->at) - b->len))
		b->len = 0;
	at = b->at + b->len;
	b->len += len;
	memset(at, 0, len);
	return at;
}

/* Bytes no two neighbours of which are equal, nor repeat soon. */
void bytes_add_pattern(struct bytes *b, unsigned int len)
{
	unsigned int i, first = b->len;
	u8 *at = bytes_add(b, len);

	for (i = 0; i < len; i++)
		at[i] = (first + i) * 7 + (first + i) / 256;
}

void bytes_add_macs(struct bytes *b)
{
	static const u8 macs[2 * ETH_ALEN] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0xd0,
		0x02, 0x00, 0x00, 0x00, 0x00, 0x50,
	};

	memcpy(bytes_add(b, sizeof(macs)), macs, sizeof(macs));
}

void bytes_add_type(struct bytes *b, u16 type)
{
	u8 *at = bytes_add(b, 2);

	at[0] = type >> 8;
	at[1] = type;
}

void bytes_add_tag(struct bytes *b, u16 proto, u16 tci)
{
	bytes_add_type(b, proto);
	bytes_add_type(b, tci);
}

void bytes_add_eth(struct bytes *b, u16 type)
{
	bytes_add_macs(b);
	bytes_add_type(b, type);
}

/* @ihl is the header's length in words, options filled with no-operations. */
struct iphdr *bytes_add_ipv4(struct bytes *b, unsigned int ihl, u8 proto)
{
	struct iphdr *ip = bytes_add(b, ihl * 4);

	memset(ip, 1, ihl * 4);
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = ihl;
	ip->ttl = 64;
	ip->protocol = proto;
	ip->saddr = htonl(TEST_SADDR);
	ip->daddr = htonl(TEST_DADDR);
	return ip;
}

struct ipv6hdr *bytes_add_ipv6(struct bytes *b, u8 nexthdr)
{
	struct ipv6hdr *ip = bytes_add(b, sizeof(*ip));

	ip->version = 6;
	ip->hop_limit = 64;
	ip->nexthdr = nexthdr;
	ipv6_addr_set(&ip->saddr, htonl(0x20010db8), 0, 0, htonl(1));
	ipv6_addr_set(&ip->daddr, htonl(0x20010db8), 0, 0, htonl(2));
	return ip;
}

/* The four bytes that every protocol with ports begins with. */
void bytes_add_ports(struct bytes *b)
{
	bytes_add_type(b, TEST_SPORT);
	bytes_add_type(b, TEST_DPORT);
}

struct udphdr *bytes_add_udp(struct bytes *b)
{
	struct udphdr *udp = bytes_add(b, sizeof(*udp));

	udp->source = htons(TEST_SPORT);
	udp->dest = htons(TEST_DPORT);
	return udp;
}

/* @doff is the header's length in words, options filled with no-operations. */
struct tcphdr *bytes_add_tcp(struct bytes *b, unsigned int doff)
{
	struct tcphdr *tcp = bytes_add(b, doff * 4);

	memset(tcp, 1, doff * 4);
	memset(tcp, 0, sizeof(*tcp));
	tcp->source = htons(TEST_SPORT);
	tcp->dest = htons(TEST_DPORT);
	tcp->seq = htonl(0xfffffe00);	/* soon to wrap */
	tcp->ack_seq = htonl(7);
	tcp->ack = 1;
	tcp->window = htons(512);
	tcp->doff = doff;
	return tcp;
}

void bytes_end_ipv4(struct bytes *b, struct iphdr *ip)
{
	ip->tot_len = htons(b->at + b->len - (u8 *)ip);
	ip->check = 0;
	ip->check = bytes_check(bytes_sum(0, ip, ip->ihl * 4));
}

void bytes_end_ipv6(struct bytes *b, struct ipv6hdr *ip)
{
	ip->payload_len = htons(b->at + b->len - (u8 *)(ip + 1));
}

/* CRC32c by its definition, RFC 9260 appendix A; zero stands there so far. */
void bytes_end_sctp(struct bytes *b, unsigned int l4)
{
	unsigned int bit, i;
	u32 crc = ~0;

	for (i = l4; i < b->len; i++) {
		crc ^= b->at[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	for (i = 0; i < 4; i++)
		b->at[l4 + 8 + i] = ~crc >> 8 * i;
}

/*
 * The Internet checksum the way RFC 1071 tells it, not the kernel's: @sum and
 * the words of @len bytes, in host byte order.
 */
u32 bytes_sum(u32 sum, const void *from, unsigned int len)
{
	const u8 *byte = from;
	unsigned int i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? byte[i] : byte[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

u16 bytes_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

/* As the field of a header. */
__sum16 bytes_check(u32 sum)
{
	return (__force __sum16)htons(~bytes_fold(sum));
}

/* The sum over the pseudo-header of @len bytes of @proto behind @ip. */
u32 bytes_pseudo_sum(const void *ip, u8 proto, unsigned int len)
{
	const struct iphdr *ipv4 = ip;
	const struct ipv6hdr *ipv6 = ip;
	u32 sum = proto;

	/* Neither needs more: jumbograms have no place here. */
	sum += len;
	if (ipv4->version == 4)
		return bytes_sum(sum, &ipv4->saddr, 8);
	return bytes_sum(sum, &ipv6->saddr, 32);
}
