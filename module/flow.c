// SPDX-License-Identifier: GPL-2.0
/* From a frame to the addresses, protocol and ports that rules look at. */
#include "flow.h"
#include "frame.h"

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

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
	__be16 _ports[2], *ports;

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
	const struct iphdr *ip;
	struct iphdr _ip;
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
	const struct ipv6hdr *ip;
	struct ipv6hdr _ip;
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
		const struct ipv6_opt_hdr *ext;
		struct ipv6_opt_hdr _ext;
		bool later = false;
		int len;

		if (i == MAX_EXTENSIONS || end - flow->l4 < (int)sizeof(*ext))
			return true;
		ext = skb_header_pointer(skb, flow->l4, sizeof(_ext), &_ext);
		if (!ext)
			return true;
		if (next == NEXTHDR_FRAGMENT) {
			const struct frag_hdr *frag;
			struct frag_hdr _frag;

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
	const struct sk_buff *skb = frame->skb;
	int offset = frame->offset;
	unsigned int tags = 0;
	struct ethhdr _eth, *eth = NULL;
	bool ip = false;

	memset(flow, 0, sizeof(*flow));
	flow->l3 = offset;
	flow->l4 = offset;
	if (frame->insert_len == ETH_HLEN) {
		flow->type = skb->protocol;
	} else {
		eth = skb_header_pointer(skb, offset, sizeof(_eth), &_eth);
		if (!eth) {
			/* A runt is all Ethernet header. */
			flow->l3 += sizeof(*eth);
			flow->l4 += sizeof(*eth);
			return;
		}
		flow->type = eth->h_proto;
		offset += sizeof(*eth);
		tags = frame->insert_len ? 1 : 0;
	}
	flow->outer_type = flow->type;
	for (; tags < MAX_TAGS && eth_type_vlan(flow->type); tags++) {
		struct vlan_hdr _tag, *tag;

		tag = skb_header_pointer(skb, offset, sizeof(_tag), &_tag);
		if (!tag)
			break;
		flow->type = tag->h_vlan_encapsulated_proto;
		offset += sizeof(*tag);
	}

	flow->l3 = offset;
	flow->l4 = offset;
	if (flow->type == htons(ETH_P_IP))
		ip = parse_ipv4(flow, skb);
	else if (flow->type == htons(ETH_P_IPV6))
		ip = parse_ipv6(flow, skb);
	if (!ip && eth) {
		memcpy(&flow->src, eth->h_source, ETH_ALEN);
		memcpy(&flow->dst, eth->h_dest, ETH_ALEN);
	}
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

/**
 * tmirror_flow_hash - hash both directions of a flow to the same value
 * @flow: the flow
 * @key: secret key, so that a sender cannot choose the value
 *
 * Over addresses, protocol and ports; over addresses alone for fragments, of
 * which only the first has ports and, in IPv6, only the first may know the
 * protocol; over MAC addresses and type for what is not IP.
 *
 * Context: any.
 * Return: the hash.
 */
u32 tmirror_flow_hash(const struct tmirror_flow *flow,
		      const siphash_key_t *key)
{
	bool ports = flow->has_ports && !flow->fragment;
	struct {
		struct in6_addr addr[2];
		u16 port[2];
		__be16 type;
		u16 proto;
	} __aligned(SIPHASH_ALIGNMENT) input = {
		.addr = { flow->src, flow->dst },
		.port = { ports ? flow->sport : 0, ports ? flow->dport : 0 },
		.type = flow->type,
		.proto = flow->fragment ? 0 : flow->proto,
	};
	int order = memcmp(&flow->src, &flow->dst, sizeof(flow->src));

	if (order > 0 || (!order && input.port[0] > input.port[1])) {
		swap(input.addr[0], input.addr[1]);
		swap(input.port[0], input.port[1]);
	}
	return siphash(&input, sizeof(input), key);
}
