/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_BYTES_H
#define _TMIRROR_BYTES_H

#include <linux/types.h>

struct iphdr;
struct ipv6hdr;
struct kunit;
struct tcphdr;
struct udphdr;

#define BYTES_MAX	131000

/* Addresses and ports of every packet, unless a test changes them. */
#define TEST_SADDR	0x0a010203	/* 10.1.2.3 */
#define TEST_DADDR	0x0a040506	/* 10.4.5.6 */
#define TEST_SPORT	1000
#define TEST_DPORT	2000

/**
 * struct bytes - a packet under construction, flat, from its first byte on
 * @len: how many bytes there are
 * @at: the bytes
 */
struct bytes {
	unsigned int len;
	u8 at[BYTES_MAX];
};

struct bytes *bytes_new(struct kunit *test);
void *bytes_add(struct bytes *b, unsigned int len);
void bytes_add_pattern(struct bytes *b, unsigned int len);
void bytes_add_macs(struct bytes *b);
void bytes_add_tag(struct bytes *b, u16 proto, u16 tci);
void bytes_add_type(struct bytes *b, u16 type);
void bytes_add_eth(struct bytes *b, u16 type);
struct iphdr *bytes_add_ipv4(struct bytes *b, unsigned int ihl, u8 proto);
struct ipv6hdr *bytes_add_ipv6(struct bytes *b, u8 nexthdr);
void bytes_add_ports(struct bytes *b);
struct udphdr *bytes_add_udp(struct bytes *b);
struct tcphdr *bytes_add_tcp(struct bytes *b, unsigned int doff);
void bytes_end_ipv4(struct bytes *b, struct iphdr *ip);
void bytes_end_ipv6(struct bytes *b, struct ipv6hdr *ip);
void bytes_end_sctp(struct bytes *b, unsigned int l4);

u32 bytes_sum(u32 sum, const void *from, unsigned int len);
u16 bytes_fold(u32 sum);
__sum16 bytes_check(u32 sum);
u32 bytes_pseudo_sum(const void *ip, u8 proto, unsigned int len);

#endif /* _TMIRROR_BYTES_H */
