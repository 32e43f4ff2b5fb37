/* SPDX-License-Identifier: GPL-2.0 */
/* Packets for a tun or tap with virtio headers: some true, most of them not. */
#ifndef FUZZ_PACKET_H
#define FUZZ_PACKET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux has had it since 6.2, and headers of programs later. */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define PACKET_MAX	65535

/* As it is written: the frame, or what is behind its Ethernet header. */
struct packet {
	struct virtio_net_hdr virtio;
	uint8_t data[PACKET_MAX + 1];
	size_t len;
};

/* Where headers are, in a frame that may be cut anywhere. */
struct layers {
	uint16_t type;
	size_t l3;
	size_t l4;	/* 0: none */
	uint8_t proto;
};

void packet_seeds(const char *pcap);
void packet_first(struct packet *packet, bool ethernet);
void packet_make(struct packet *packet, bool ethernet);
void packet_layers(struct layers *layers, const uint8_t *frame, size_t len);

static inline uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

#endif
