// SPDX-License-Identifier: GPL-2.0
/*
 * offload DEV COUNT SEGMENTS SIZE: sends COUNT TCP super-packets of SEGMENTS
 * segments with SIZE bytes of payload each, and prints the nanoseconds that
 * one took.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct {
	struct virtio_net_hdr offload;
	struct ether_header eth;
	struct iphdr ip;
	struct tcphdr tcp;
	char options[12];
	char payload[65536];
} __attribute__((packed)) packet = {
	.offload = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = sizeof(struct ether_header) +
			   sizeof(struct iphdr) + sizeof(struct tcphdr) + 12,
		.csum_start = sizeof(struct ether_header) +
			      sizeof(struct iphdr),
		.csum_offset = offsetof(struct tcphdr, check),
	},
	.eth = {
		.ether_dhost = { 2, 0, 0, 0, 0, 2 },
		.ether_shost = { 2, 0, 0, 0, 0, 1 },
	},
	.ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_TCP,
	},
	.tcp = { .doff = 8, .ack = 1 },
	.options = { 1, 1, 8, 10 },
};

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd, yes = 1, i, count, segments, size;
	size_t len;
	long start;

	if (argc != 5)
		errx(2, "usage: offload DEV COUNT SEGMENTS SIZE");
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (!to.sll_ifindex)
		err(1, "%s", argv[1]);
	count = atoi(argv[2]);
	segments = atoi(argv[3]);
	size = atoi(argv[4]);
	len = offsetof(typeof(packet), payload) + segments * size;
	if (count < 1 || segments < 2 || size < 1 || len > 65535 + 24)
		errx(2, "no such super-packets");

	packet.offload.gso_size = size;
	packet.eth.ether_type = htons(ETHERTYPE_IP);
	packet.ip.tot_len = htons(len - offsetof(typeof(packet), ip));
	packet.ip.saddr = inet_addr("10.0.0.1");
	packet.ip.daddr = inet_addr("10.0.0.2");
	packet.tcp.source = htons(9);
	packet.tcp.dest = htons(9);

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0)
		err(1, "packet socket");
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof(yes)))
		err(1, "PACKET_VNET_HDR");
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s", argv[1]);

	start = now();
	for (i = 0; i < count; i++)
		if (write(fd, &packet, len) != (ssize_t)len)
			err(1, "write");
	printf("%ld\n", (now() - start) / count);
	return 0;
}
