// SPDX-License-Identifier: GPL-2.0
/* From a frame to the addresses, protocol and ports that rules look at. */
#include "flow.h"
#include "frame.h"

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

/*
 * Headers that are not linear are read into buffers on the stack, which many
 * kernels would zero for every packet: __uninitialized keeps them from it.
 */

/* How many VLAN tags are looked through, offloaded ones counted. */
#define MAX_TAGS	4

/*
 * How many extension headers are looked through. Each costs the sender eight
 * bytes and us a read: a packet full of them must not hold up production.
 */
#define MAX_EXTENSIONS	16

/**
 * tmirror_proto_has_ports - does an IP protocol have ports
 * @proto: its number
 *
 * Return: true if its header begins with a source and a destination port.
 */
bool tmirror_proto_has_ports(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	}
	return false;
}

/* @end is where the IP packet ends by its own account, padding excluded. */
static void parse_ports(struct tmirror_flow *flow, const struct sk_buff *skb,
			int end)
{
	__be16 _ports[2] __uninitialized, *ports;

	if (!tmirror_proto_has_ports(flow->proto) ||
	    end - flow->l4 < (int)sizeof(_ports))
		return;
	ports = skb_header_pointer(skb, flow->l4, sizeof(_ports), _ports);
	if (!ports)
		return;
	flow->sport = ntohs(ports[0]);
	flow->dport = ntohs(ports[1]);
	flow->has_ports = true;
}

static bool parse_ipv4(struct tmirror_flow *flow, const struct sk_buff *skb)
{
	struct iphdr _ip __uninitialized;
	const struct iphdr *ip;
	int len;

	ip = skb_header_pointer(skb, flow->l3, sizeof(_ip), &_ip);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;

	flow->family = AF_INET;
	ipv6_addr_set_v4mapped(ip->saddr, &flow->src);
	ipv6_addr_set_v4mapped(ip->daddr, &flow->dst);
	flow->proto = ip->protocol;
	flow->has_proto = true;
	flow->fragment = ip_is_fragment(ip);
	flow->l4 = flow->l3 + ip->ihl * 4;
	if (ip->frag_off & htons(IP_OFFSET))
		return true;

	flow->has_l4 = true;
	/* A super-packet beyond 64 KiB says 0. */
	len = ntohs(ip->tot_len) ?: INT_MAX - flow->l3;
	parse_ports(flow, skb, flow->l3 + len);
	return true;
}

static bool is_extension(u8 next)
{
	switch (next) {
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_AUTH:
	case NEXTHDR_DEST:
	case NEXTHDR_MOBILITY:
	case 139:	/* HIP, RFC 7401 */
	case 140:	/* Shim6, RFC 5533 */
		return true;
	}
	return false;
}

static bool parse_ipv6(struct tmirror_flow *flow, const struct sk_buff *skb)
{
	struct ipv6hdr _ip __uninitialized;
	const struct ipv6hdr *ip;
	unsigned int i;
	int end;
	u8 next;

	ip = skb_header_pointer(skb, flow->l3, sizeof(_ip), &_ip);
	if (!ip || ip->version != 6)
		return false;

	flow->family = AF_INET6;
	flow->src = ip->saddr;
	flow->dst = ip->daddr;
	next = ip->nexthdr;
	/* A jumbogram says 0. */
	end = INT_MAX;
	flow->l4 = flow->l3 + sizeof(*ip);
	if (ip->payload_len)
		end = flow->l4 + ntohs(ip->payload_len);

	for (i = 0; is_extension(next); i++) {
		struct ipv6_opt_hdr _ext __uninitialized;
		const struct ipv6_opt_hdr *ext;
		bool later = false;
		int len;

		if (i == MAX_EXTENSIONS || end - flow->l4 < (int)sizeof(*ext))
			return true;
		ext = skb_header_pointer(skb, flow->l4, sizeof(_ext), &_ext);
		if (!ext)
			return true;
		if (next == NEXTHDR_FRAGMENT) {
			struct frag_hdr _frag __uninitialized;
			const struct frag_hdr *frag;

			if (end - flow->l4 < (int)sizeof(_frag))
				return true;
			frag = skb_header_pointer(skb, flow->l4, sizeof(_frag),
						  &_frag);
			if (!frag)
				return true;
			if (frag->frag_off & htons(IP6_OFFSET | IP6_MF))
				flow->fragment = true;
			later = frag->frag_off & htons(IP6_OFFSET);
			len = sizeof(*frag);
		} else if (next == NEXTHDR_AUTH) {
			len = ipv6_authlen(ext);
		} else {
			len = ipv6_optlen(ext);
		}
		next = ext->nexthdr;
		flow->l4 += len;
		if (later) {
			/* What follows here is payload, not a header. */
			flow->proto = next;
			flow->has_proto = !is_extension(next);
			return true;
		}
	}
	flow->proto = next;
	flow->has_proto = true;
	flow->has_l4 = true;
	parse_ports(flow, skb, end);
	return true;
}

static void no_addresses(struct tmirror_flow *flow)
{
	memset(&flow->src, 0, sizeof(flow->src));
	memset(&flow->dst, 0, sizeof(flow->dst));
}

/* Whatever the frame is. */
static noinline void parse(struct tmirror_flow *flow,
			   const struct tmirror_frame *frame)
{
	const struct sk_buff *skb = frame->skb;
	int offset = frame->offset;
	unsigned int tags = 0;
	__be16 type;
	struct ethhdr _eth __uninitialized, *eth = NULL;
	bool ip = false;

	memset_startat(flow, 0, sport);
	flow->l3 = offset;
	flow->l4 = offset;
	if (frame->insert_len == ETH_HLEN) {
		type = skb->protocol;
	} else {
		eth = skb_header_pointer(skb, offset, sizeof(_eth), &_eth);
		if (!eth) {
			/* A runt is all Ethernet header. */
			flow->l3 += sizeof(*eth);
			flow->l4 += sizeof(*eth);
			no_addresses(flow);
			return;
		}
		type = eth->h_proto;
		offset += sizeof(*eth);
		tags = frame->insert_len ? 1 : 0;
	}
	flow->outer_type = type;
	for (; tags < MAX_TAGS && eth_type_vlan(type); tags++) {
		struct vlan_hdr _tag __uninitialized, *tag;

		tag = skb_header_pointer(skb, offset, sizeof(_tag), &_tag);
		if (!tag)
			break;
		type = tag->h_vlan_encapsulated_proto;
		offset += sizeof(*tag);
	}

	flow->type = type;
	flow->l3 = offset;
	flow->l4 = offset;
	if (type == htons(ETH_P_IP))
		ip = parse_ipv4(flow, skb);
	else if (type == htons(ETH_P_IPV6))
		ip = parse_ipv6(flow, skb);
	if (ip)
		return;
	no_addresses(flow);
	if (eth) {
		memcpy(&flow->src, eth->h_source, ETH_ALEN);
		memcpy(&flow->dst, eth->h_dest, ETH_ALEN);
	}
}

/*
 * What most packets are: TCP or UDP in IPv4 without options, untagged, whole,
 * with linear headers. parse() would find the same, in three times as long.
 *
 * Return: false if it is something else.
 */
static bool parse_plain(struct tmirror_flow *flow,
			const struct tmirror_frame *frame)
{
	const struct sk_buff *skb = frame->skb;
	const struct ethhdr *eth = (void *)skb->data + frame->offset;
	const struct iphdr *ip = (void *)(eth + 1);
	const __be16 *ports = (void *)(ip + 1);

	int len = skb_headlen(skb) - frame->offset;

	if (frame->insert_len ||
	    len < (int)(ETH_HLEN + sizeof(*ip) + 2 * sizeof(*ports)))
		return false;
	if (eth->h_proto != htons(ETH_P_IP) || *(u8 *)ip != 0x45 ||
	    ip_is_fragment(ip) ||
	    ntohs(ip->tot_len) < sizeof(*ip) + 2 * sizeof(*ports) ||
	    (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP))
		return false;
	ipv6_addr_set_v4mapped(ip->saddr, &flow->src);
	ipv6_addr_set_v4mapped(ip->daddr, &flow->dst);
	flow->sport = ntohs(ports[0]);
	flow->dport = ntohs(ports[1]);
	flow->outer_type = htons(ETH_P_IP);
	flow->type = htons(ETH_P_IP);
	flow->family = AF_INET;
	flow->proto = ip->protocol;
	flow->has_proto = true;
	flow->has_l4 = true;
	flow->has_ports = true;
	flow->fragment = false;
	flow->l3 = frame->offset + ETH_HLEN;
	flow->l4 = flow->l3 + (int)sizeof(*ip);
	return true;
}

/**
 * tmirror_flow_parse - find what rules and hashes look at
 * @flow: receives it
 * @frame: the frame; a frame whose IP header is broken counts as not IP
 *
 * Context: any. Reads headers alone, and bounds how many.
 */
void tmirror_flow_parse(struct tmirror_flow *flow,
			const struct tmirror_frame *frame)
{
	if (!parse_plain(flow, frame))
		parse(flow, frame);
}

/**
 * tmirror_flow_agrees - is a super-packet to segmentation what it is to us
 * @flow: what tmirror_flow_parse() found
 * @frame: its frame
 *
 * A packet socket says by itself which protocol it sends, and where. If that
 * is not what the frame says, segmentation will see other headers than we do.
 *
 * Return: true if both see the same network header.
 */
bool tmirror_flow_agrees(const struct tmirror_flow *flow,
			 const struct tmirror_frame *frame)
{
	int network = skb_network_offset(frame->skb);

	if (frame->skb->protocol != flow->outer_type)
		return false;
	/* At the ingress hook it may be a tag; segmentation goes past it. */
	return network == flow->l3 || (eth_type_vlan(flow->outer_type) &&
				       network == frame->offset + ETH_HLEN);
}

/* The order of the two ends of a flow is that of numbers, whatever they say. */
static noinline u32 hash_ends(const struct in6_addr *a,
			      const struct in6_addr *b, u16 low, u16 high,
			      __be16 type, u32 key)
{
	int order = memcmp(a, b, sizeof(*a));

	if (order > 0 || (!order && low > high)) {
		swap(a, b);
		swap(low, high);
	}
	key = jhash2((const u32 *)a, sizeof(*a) / sizeof(u32), key);
	key = jhash2((const u32 *)b, sizeof(*b) / sizeof(u32), key);
	return jhash_2words((u32)low << 16 | high, (__force u32)type, key);
}

static u32 hash_ipv4(__be32 a, __be32 b, u16 low, u16 high, u32 key)
{
	u32 first = (__force u32)a, last = (__force u32)b;

	if (first > last || (first == last && low > high)) {
		swap(first, last);
		swap(low, high);
	}
	return jhash_3words(first, last, (u32)low << 16 | high, key);
}

/**
 * tmirror_flow_hash - hash both directions of a flow to the same value
 * @flow: the flow
 * @key: secret key, so that a sender cannot know the value beforehand
 *
 * Over addresses, protocol and ports; over addresses alone for fragments, of
 * which only the first has ports and, in IPv6, only the first may know the
 * protocol; over MAC addresses and type for what is not IP. It spreads flows,
 * no more: one that two flows share harms nobody, so it need not be a SipHash.
 *
 * Context: any.
 * Return: the hash.
 */
u32 tmirror_flow_hash(const struct tmirror_flow *flow, u32 key)
{
	u16 sport = 0, dport = 0;

	if (flow->has_ports && !flow->fragment) {
		sport = flow->sport;
		dport = flow->dport;
	}
	if (!flow->fragment)
		key += flow->proto;
	if (flow->family == AF_INET)
		return hash_ipv4(flow->src.s6_addr32[3], flow->dst.s6_addr32[3],
				 sport, dport, key);
	return hash_ends(&flow->src, &flow->dst, sport, dport, flow->type, key);
}
