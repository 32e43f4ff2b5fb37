// SPDX-License-Identifier: GPL-2.0
/* Packets: one of a capture, put into tunnels and tags, grown, cut, damaged. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "packet.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* A frame of the capture, in it. */
struct seed {
	const uint8_t *data;
	uint32_t len;
};

static struct seed seeds[256];
static unsigned int seeds_n;

static void bad(const char *pcap)
{
	perror(pcap);
	exit(2);
}

/* What packets are made of: the frames of a capture as frames.py writes it. */
void packet_seeds(const char *pcap)
{
	static uint8_t file[1 << 20];
	FILE *stream = fopen(pcap, "r");
	size_t len, at;
	uint32_t n;

	if (!stream)
		bad(pcap);
	len = fread(file, 1, sizeof(file), stream);
	fclose(stream);
	for (at = 24; at + 16 < len && seeds_n < ARRAY_SIZE(seeds); at += n) {
		memcpy(&n, file + at + 8, sizeof(n));
		at += 16;
		if (n > len - at || n < ETH_HLEN)
			break;
		seeds[seeds_n++] = (struct seed){ file + at, n };
	}
	if (!seeds_n || at != len)
		bad(pcap);
}

static size_t ipv6_end(const uint8_t *frame, size_t len, size_t l3, uint8_t *proto)
{
	size_t at = l3 + 40;

	*proto = frame[l3 + 6];
	while (at + 8 <= len && (*proto == IPPROTO_HOPOPTS || *proto == IPPROTO_ROUTING ||
				 *proto == IPPROTO_FRAGMENT || *proto == IPPROTO_DSTOPTS)) {
		size_t more = *proto == IPPROTO_FRAGMENT ? 0 : frame[at + 1] * 8;

		*proto = frame[at];
		at += 8 + more;
	}
	return at;
}

/*
 * The headers of a frame, if it has any; else its L3 is behind Ethernet. That
 * may be behind the end of a frame of less than 14 bytes, of no other.
 */
void packet_layers(struct layers *layers, const uint8_t *frame, size_t len)
{
	size_t at = 12;

	*layers = (struct layers){ .l3 = ETH_HLEN };
	while (at + 6 <= len && (get16(frame + at) == ETH_P_8021Q ||
				 get16(frame + at) == ETH_P_8021AD))
		at += 4;
	if (at + 2 > len)
		return;
	layers->type = get16(frame + at);
	at += 2;
	layers->l3 = at;
	if (layers->type == ETH_P_IP && at + 20 <= len) {
		layers->l4 = at + (frame[at] & 15) * 4;
		layers->proto = frame[at + 9];
	} else if (layers->type == ETH_P_IPV6 && at + 40 <= len) {
		layers->l4 = ipv6_end(frame, len, at, &layers->proto);
	}
	if (layers->l4 > len)
		layers->l4 = 0;
}

/* Room for n bytes at a place; what gets too long loses its end. */
static uint8_t *insert(struct packet *packet, size_t at, size_t n)
{
	size_t rest = packet->len - at;

	if (rest > PACKET_MAX - at - n)
		rest = PACKET_MAX - at - n;
	memmove(packet->data + at + n, packet->data + at, rest);
	packet->len = at + n + rest;
	return packet->data + at;
}

static void add_tags(struct packet *packet)
{
	unsigned int n = 1 + dice(dice_odds(12) ? 2 : 6);
	uint8_t *tag;

	while (n--) {
		tag = insert(packet, 12, 4);
		put16(tag, dice_odds(12) ? ETH_P_8021Q : ETH_P_8021AD);
		put16(tag + 2, dice_bits());
	}
}

/*
 * A tunnel, from and to hosts behind the mirror host; or of VXLAN to where
 * copies go, which makes it one of them.
 */
static void add_tunnel(struct packet *packet)
{
	static const uint8_t ipv4[20] = {
		0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, 0, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2,
	};
	static const uint8_t udp_vxlan[16] = { 0xc0, 1, 0, 0, 0, 0, 0, 0, 8 };
	struct layers in;
	uint8_t *outer, *l4;

	packet_layers(&in, packet->data, packet->len);
	if (dice_odds(6)) {
		/* What a tunnel has inside begins with Ethernet. */
		outer = insert(packet, 0, ETH_HLEN + sizeof(ipv4) + sizeof(udp_vxlan));
		memcpy(outer, seeds[0].data, 12);
		put16(outer + 12, ETH_P_IP);
		outer += ETH_HLEN;
		memcpy(outer, ipv4, sizeof(ipv4));
		outer[9] = IPPROTO_UDP;
		l4 = outer + sizeof(ipv4);
		memcpy(l4, udp_vxlan, sizeof(udp_vxlan));
		put16(l4 + 2, dice_odds(8) ? 4789 : 8472);
		put16(l4 + 4, packet->len - ETH_HLEN - sizeof(ipv4));
		l4[12] = dice(16);
		if (dice_odds(4))
			memcpy(outer + 16, "\xc0\0\2\x09", 4);
	} else if (dice_odds(8)) {
		outer = insert(packet, in.l3, sizeof(ipv4));
		memcpy(outer, ipv4, sizeof(ipv4));
		outer[9] = in.type == ETH_P_IPV6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	} else {
		outer = insert(packet, in.l3, sizeof(ipv4) + 4);
		memcpy(outer, ipv4, sizeof(ipv4));
		outer[9] = IPPROTO_GRE;
		put16(outer + sizeof(ipv4), 0);
		put16(outer + sizeof(ipv4) + 2, in.type);
	}
	put16(outer - 2, ETH_P_IP);
	put16(outer + 2, packet->data + packet->len - outer);
}

/* The outermost lengths say what is there; no word of checksums. */
static void fit(struct packet *packet)
{
	struct layers at;
	uint8_t *l3;

	packet_layers(&at, packet->data, packet->len);
	l3 = packet->data + at.l3;
	if (!at.l4)
		return;
	if (at.type == ETH_P_IP)
		put16(l3 + 2, packet->len - at.l3);
	else
		put16(l3 + 4, packet->len - at.l3 - 40);
	if (at.proto == IPPROTO_UDP && at.l4 + 8 <= packet->len)
		put16(packet->data + at.l4 + 4, packet->len - at.l4);
}

/* Without the sum of its header, a router drops an IPv4 packet. */
static void sum_ipv4(struct packet *packet)
{
	struct layers at;
	uint32_t sum = 0;
	uint8_t *ip;
	size_t i;

	packet_layers(&at, packet->data, packet->len);
	if (at.type != ETH_P_IP || !at.l4)
		return;
	ip = packet->data + at.l3;
	put16(ip + 10, 0);
	for (i = at.l3; i + 2 <= at.l4; i += 2)
		sum += get16(packet->data + i);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)));
}

static size_t some_size(void)
{
	switch (dice(64)) {
	case 0:
		return PACKET_MAX - dice(200);
	case 1:
		return 1 + dice(PACKET_MAX);
	case 2: case 3: case 4: case 5: case 6: case 7:
		return 1 + dice(9000);
	default:
		return 1 + dice(1600);
	}
}

static void grow(struct packet *packet)
{
	size_t len = packet->len + some_size(), i;

	if (len > PACKET_MAX)
		len = PACKET_MAX;
	for (i = packet->len; i < len; i++)
		packet->data[i] = i * 7;
	packet->len = len;
}

static uint16_t some_number(void)
{
	static const uint16_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 13, 14, 15, 19, 20, 28, 40, 54, 60, 64, 255, 256, 536, 1023,
		1024, 1460, 1500, 9000, 32767, 32768, 65000, 65506, 65507, 65534, 65535,
	};

	return dice_odds(12) ? edges[dice(ARRAY_SIZE(edges))] : dice_bits();
}

/* A field of a header that says how long something is, or what follows. */
static void lie(struct packet *packet)
{
	static const uint8_t in_ipv4[] = { 0, 2, 6, 7, 8, 9 }, in_ipv6[] = { 0, 4, 6, 7, 40, 41 },
			     in_l4[] = { 0, 2, 4, 5, 6, 12, 13 },
			     protos[] = { 0, 1, 4, 6, 17, 33, 41, 43, 44, 47, 50, 51, 58, 59, 60,
					  132, 135, 136, 139, 140 };
	struct layers at;
	size_t where;

	packet_layers(&at, packet->data, packet->len);
	if (at.l4 && dice_odds(6))
		where = at.l4 + in_l4[dice(ARRAY_SIZE(in_l4))];
	else if (at.type == ETH_P_IPV6)
		where = at.l3 + in_ipv6[dice(ARRAY_SIZE(in_ipv6))];
	else
		where = at.l3 + in_ipv4[dice(ARRAY_SIZE(in_ipv4))];
	if (where + 2 > packet->len)
		return;
	if (where == at.l3 + (at.type == ETH_P_IPV6 ? 6 : 9))
		packet->data[where] = protos[dice(ARRAY_SIZE(protos))];
	else if (where == at.l3)
		packet->data[where] = (packet->data[where] & 0xf0) | dice(16);
	else if (dice_odds(8))
		packet->data[where] = dice(256);
	else
		put16(packet->data + where, some_number());
}

static void flip(struct packet *packet)
{
	unsigned int n = 1 + dice(4);
	size_t end = dice_odds(13) && packet->len > 90 ? 90 : packet->len;

	while (n--)
		packet->data[dice(end)] ^= 1 << dice(8);
}

/* A segment for each byte is worth a try, but not time and again. */
static uint16_t some_segment(size_t len)
{
	uint16_t size = dice_odds(11) ? 200 + dice(1300) : some_number();

	return !size || len / size < 16 || !dice(256) ? size : len / 16 + dice(1000);
}

/* What a guest would say that leaves the rest to the host. */
static void offload(struct packet *packet, bool segment)
{
	struct virtio_net_hdr *virtio = &packet->virtio;
	struct layers at;
	size_t l4_len;

	packet_layers(&at, packet->data, packet->len);
	if (!at.l4)
		return;
	virtio->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	virtio->csum_start = at.l4;
	virtio->csum_offset = at.proto == IPPROTO_TCP ? 16 : at.proto == IPPROTO_ICMPV6 ? 2 : 6;
	if (!segment)
		return;
	if (at.proto == IPPROTO_TCP) {
		virtio->gso_type = at.type == ETH_P_IP ? VIRTIO_NET_HDR_GSO_TCPV4 :
							 VIRTIO_NET_HDR_GSO_TCPV6;
		if (dice_odds(2))
			virtio->gso_type |= VIRTIO_NET_HDR_GSO_ECN;
		l4_len = at.l4 + 13 <= packet->len ? (packet->data[at.l4 + 12] >> 4) * 4 : 20;
	} else {
		virtio->gso_type = dice_odds(10) ? VIRTIO_NET_HDR_GSO_UDP_L4 :
						   VIRTIO_NET_HDR_GSO_UDP;
		l4_len = 8;
	}
	virtio->hdr_len = at.l4 + l4_len;
	virtio->gso_size = some_segment(packet->len);
}

static void lie_of_offload(struct packet *packet)
{
	static const uint8_t types[] = { 0, 1, 3, 4, 5, 0x81, 0x84, 0x83, 0x85, 2, 0x80, 0xff };
	struct virtio_net_hdr *virtio = &packet->virtio;
	unsigned int n = 1 + dice(2);

	while (n--) {
		switch (dice(6)) {
		case 0:
			virtio->flags = dice(dice_odds(14) ? 4 : 256);
			break;
		case 1:
			virtio->gso_type = types[dice(dice_odds(12) ? 5 : ARRAY_SIZE(types))];
			virtio->gso_size = some_segment(packet->len);
			break;
		case 2:
			virtio->hdr_len = some_number();
			break;
		case 3:
			virtio->gso_size = some_segment(packet->len);
			break;
		case 4:
			virtio->csum_start = dice_odds(8) ? dice(100) : some_number();
			break;
		case 5:
			virtio->csum_offset = dice_odds(8) ? dice(40) : some_number();
			break;
		}
	}
}

/* A router writes the time into this option of IPv4: no two would be alike. */
static void without_timestamps(struct packet *packet)
{
	struct layers at;
	size_t i;

	packet_layers(&at, packet->data, packet->len);
	for (i = at.l3 + 20; at.type == ETH_P_IP && i < at.l4; i++)
		if (packet->data[i] == 68)
			packet->data[i] = 1;
}

/* Without its Ethernet header and tags. */
static void strip(struct packet *packet)
{
	struct layers at;

	packet_layers(&at, packet->data, packet->len);
	if (at.l3 >= packet->len)
		at.l3 = packet->len - 1;
	packet->len -= at.l3;
	memmove(packet->data, packet->data + at.l3, packet->len);
	packet->virtio.csum_start -= packet->virtio.csum_start >= at.l3 ? at.l3 : 0;
	packet->virtio.hdr_len -= packet->virtio.hdr_len >= at.l3 ? at.l3 : 0;
}

static void plant(struct packet *packet, const struct seed *seed)
{
	memset(&packet->virtio, 0, sizeof(packet->virtio));
	memcpy(packet->data, seed->data, seed->len);
	packet->len = seed->len;
}

/* The first of the capture, as it is. */
void packet_first(struct packet *packet, bool ethernet)
{
	plant(packet, &seeds[0]);
	if (!ethernet)
		strip(packet);
}

/* Throw the dice for a packet; the same state of theirs, the same packet. */
void packet_make(struct packet *packet, bool ethernet)
{
	bool super = dice_odds(5), honest = dice_odds(3);

	plant(packet, &seeds[dice(seeds_n)]);
	while (dice_odds(3))
		add_tunnel(packet);
	if (super || dice_odds(3))
		grow(packet);
	if (super || honest || dice_odds(10))
		fit(packet);
	if (ethernet && dice_odds(2))
		add_tags(packet);
	if (super || dice_odds(3))
		offload(packet, super);
	while (!honest && dice_odds(8)) {
		switch (dice(5)) {
		case 0:
			packet->len = 1 + dice(packet->len);
			break;
		case 1:
			flip(packet);
			break;
		case 2:
			lie_of_offload(packet);
			break;
		default:
			lie(packet);
			break;
		}
	}
	if (dice_odds(14))
		sum_ipv4(packet);
	if (ethernet)
		return;
	without_timestamps(packet);
	strip(packet);
}
