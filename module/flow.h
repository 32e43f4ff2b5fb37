/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FLOW_H
#define _TMIRROR_FLOW_H

#include <linux/in6.h>
#include <linux/types.h>

struct tmirror_frame;

/**
 * struct tmirror_flow - what rules and hashes look at in a packet
 * @src: source address; IPv4's as ::ffff:a.b.c.d; of a frame that is not IP
 *	its MAC address in the first six bytes
 * @dst: destination address, likewise
 * @sport: source port, host byte order, if @has_ports
 * @dport: destination port, host byte order, if @has_ports
 * @outer_type: type of the frame in front of VLAN tags that are in its bytes,
 *	network byte order
 * @type: type of the frame behind its VLAN tags, network byte order
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for a frame that is not IP
 * @proto: IP protocol, if @has_proto
 * @has_proto: cleared for IPv6 whose first header that is not an extension
 *	is missing: cut off, in another fragment, or behind too many
 * @has_l4: a header of that protocol begins at @l4: not in a later fragment
 * @has_ports: the protocol has ports and they are in this packet
 * @fragment: a fragment, be it the first
 * @l3: offset of the network header from skb->data
 * @l4: offset of what follows the IP headers with extensions, from
 *	skb->data; @l3 if it is not IP
 */
struct tmirror_flow {
	struct in6_addr src;
	struct in6_addr dst;
	u16 sport;
	u16 dport;
	__be16 outer_type;
	__be16 type;
	u8 family;
	u8 proto;
	bool has_proto;
	bool has_l4;
	bool has_ports;
	bool fragment;
	int l3;
	int l4;
};

void tmirror_flow_parse(struct tmirror_flow *flow,
			const struct tmirror_frame *frame);
u32 tmirror_flow_hash(const struct tmirror_flow *flow, u32 key);
bool tmirror_flow_agrees(const struct tmirror_flow *flow,
			 const struct tmirror_frame *frame);
bool tmirror_proto_has_ports(u8 proto);

#endif /* _TMIRROR_FLOW_H */
