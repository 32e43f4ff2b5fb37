// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_packets PCAP: writes packets made of those of a capture, most of them
 * damaged, to the devices of two network namespaces that differ in one thing:
 * "m" mirrors. Each has a tap "ti" whose packets a bridge sends out of a tap
 * "to", and a tun "ui" from where they are routed to a tun "uo". Says "ready"
 * once they do; then each line of stdin, SEED MILLISECONDS, has it do so for a
 * while, and SEED MILLISECONDS NUMBER sends one packet of that seed. Checks that
 *
 *   - from both the same comes out, byte by byte: the mirror changes nothing;
 *   - what comes out of m's underlay, "k0" and "k1", is VXLAN as it has to be,
 *     and that no copy is longer than its session allows;
 *   - whole copies are the packets that come out.
 *
 * VNIs tell sessions apart: below 65536 it is the longest that a copy may be;
 * for others see enum vni. Ports tell targets apart whose copies have UDP
 * checksums, SUMS_PORT, and have none, PORT.
 *
 * The same seed makes the same packets. With an odd seed, who reads "to" and
 * "uo" takes super-packets as they are.
 *
 * Answers a line by how many packets were sent, came out and were copied; or at
 * the first thing that is wrong, says which packet of which seed it was, and
 * ends. The kernel's log gets marks that say how far it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dice.h"
#include "packet.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Sessions whose copies are whole, of packets that come in, and that go out. */
enum vni {
	TAP_IN = 65536,
	TAP_OUT,
	TUN_IN,
	TUN_OUT,
	VNI_END,
};

/* Of copies without UDP checksums, and with them. */
#define PORT		4789
#define SUMS_PORT	4790

/* A super-packet of more segments has no copies. */
#define SEGMENTS_MAX	1024

/* Frames of up to this have room in the underlay, whole. */
#define WHOLE_MAX	65400

/* Many frames, one behind the other. */
#define PILE_FRAMES	70000
#define PILE_ROOM	(64 << 20)
struct pile {
	uint8_t *bytes;
	size_t end[PILE_FRAMES + 1];	/* of the frame before */
	unsigned int n;
};

/* A pair of devices, and what came out of it. */
struct way {
	int in;
	int out;
	int error;
	struct pile pile;
};

enum kind { TAP, TUN, WAYS };
static struct way mirrored[WAYS], plain[WAYS];
static int underlay[2];
static struct pile whole[VNI_END - TAP_IN];

static struct packet packet;
static enum kind kind;	/* of device that the packet goes to */
static uint64_t seed, number, sent, supers, out, copies, compared;
static int log_fd, taint_fd;
static char taint[16];

uint64_t dice_state;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void dump(const char *what, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	size_t i;

	printf("\n%s, %zu bytes:", what, len);
	for (i = 0; i < len && i < 256; i++)
		printf("%s%02x", i % 32 ? i % 4 ? "" : " " : "\n  ", bytes[i]);
}

static void fail(const char *fmt, ...)
{
	const struct virtio_net_hdr *virtio = &packet.virtio;
	va_list args;

	printf("seed %llu, packet %llu: ", (unsigned long long)seed, (unsigned long long)number);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\nflags %u type %u hdr_len %u gso_size %u csum_start %u csum_offset %u",
	       virtio->flags, virtio->gso_type, virtio->hdr_len, virtio->gso_size,
	       virtio->csum_start, virtio->csum_offset);
	dump("the packet", packet.data, packet.len);
	printf("\n");
	exit(1);
}

static int open_device(const char *dev, short flags)
{
	struct ifreq ifr = { .ifr_flags = flags | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(dev);
	return fd;
}

static void open_way(struct way *way, const char *from, const char *to, short flags)
{
	way->in = open_device(from, flags | IFF_VNET_HDR);
	way->out = open_device(to, flags | IFF_VNET_HDR);
}

static void open_ways(struct way *ways, const char *netns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
	open_way(&ways[TAP], "ti", "to", IFF_TAP);
	open_way(&ways[TUN], "ui", "uo", IFF_TUN);
}

static void pile_init(struct pile *pile)
{
	pile->bytes = malloc(PILE_ROOM);
	if (!pile->bytes)
		die("memory");
}

static uint8_t *frame_of(const struct pile *pile, unsigned int i, size_t *len)
{
	*len = pile->end[i + 1] - pile->end[i];
	return pile->bytes + pile->end[i];
}

static void pile_push(struct pile *pile, size_t len)
{
	pile->end[pile->n + 1] = pile->end[pile->n] + len;
	pile->n++;
}

static uint8_t *pile_top(struct pile *pile)
{
	if (pile->n == PILE_FRAMES || pile->end[pile->n] > PILE_ROOM - 2 * PACKET_MAX)
		fail("there is no end of what comes out");
	return pile->bytes + pile->end[pile->n];
}

/* Return: of a packet of the device, or -1. */
static ssize_t take(int fd, uint8_t *to)
{
	ssize_t len = read(fd, to, 2 * PACKET_MAX);

	if (len < 0 && errno != EAGAIN)
		fail("cannot read: %s", strerror(errno));
	return len;
}

/* Multicast listener reports come when they like. */
static bool is_unasked(const uint8_t *ipv6, ssize_t len)
{
	static const uint8_t reports[16] = { 0xff, 2, [15] = 0x16 };

	return len >= 40 && ipv6[0] >> 4 == 6 && !memcmp(ipv6 + 24, reports, sizeof(reports));
}

/* Devices and bridges do their work before write() returns. */
static void send_packet(struct way *way, bool routed)
{
	struct pile *pile = &way->pile;
	uint8_t *top;
	ssize_t len;

	pile->n = 0;
	way->error = 0;
	if (write(way->in, &packet, sizeof(packet.virtio) + packet.len) < 0)
		way->error = errno;
	for (;;) {
		top = pile_top(pile);
		len = take(way->out, top);
		if (len < 0)
			break;
		if (!routed || !is_unasked(top + sizeof(packet.virtio), len))
			pile_push(pile, len);
	}
}

static uint32_t sum(const uint8_t *data, size_t len, uint32_t total)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		total += get16(data + i);
	if (len % 2)
		total += data[len - 1] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

/* Return: what is wrong with a copy of IPv4 or IPv6, if anything. */
static const char *check_outer(const uint8_t *ip, size_t len, bool ipv6)
{
	size_t head = ipv6 ? 40 : 20, addresses = ipv6 ? 32 : 8;
	const uint8_t *udp = ip + head;
	bool sums;

	if (len < head + 16)
		return "cut";
	sums = get16(udp + 2) == SUMS_PORT;
	if (ipv6 && (get16(ip) != 0x6000 || get16(ip + 2) || get16(ip + 4) != len - 40 ||
		     ip[6] != IPPROTO_UDP || ip[7] != 255))
		return "wrong in its IPv6 header";
	if (!ipv6 && (get16(ip) != 0x4500 || get16(ip + 2) != len || get16(ip + 6) ||
		      ip[8] != 255 || ip[9] != IPPROTO_UDP || sum(ip, 20, 0) != 0xffff))
		return "wrong in its IPv4 header";
	/* With checksums, the kernel may count those of one super-packet. */
	if (!ipv6 && get16(ip + 4) >= (sums ? SEGMENTS_MAX : 1))
		return "wrong in its IPv4 identification";
	len -= head;
	if (get16(udp) < 49152 || (!sums && get16(udp + 2) != PORT) || get16(udp + 4) != len)
		return "wrong in its UDP header";
	if (!sums && get16(udp + 6))
		return "with a UDP checksum";
	if (sums && !get16(udp + 6))
		return "without a UDP checksum";
	if (sums && sum(udp, len, sum(udp - addresses, addresses, IPPROTO_UDP + len)) != 0xffff)
		return "wrong in its UDP checksum";
	if (get16(udp + 8) != 0x800 || get16(udp + 10) || udp[15])
		return "wrong in its VXLAN header";
	return NULL;
}

/* What comes out of the underlay. */
static void check_copy(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + ETH_HLEN, *vxlan;
	bool ipv6 = get16(frame + 12) == ETH_P_IPV6;
	const char *wrong;
	struct pile *pile;
	uint32_t vni;

	if (is_unasked(ip, len - ETH_HLEN))
		return;
	wrong = check_outer(ip, len - ETH_HLEN, ipv6);
	if (wrong) {
		dump("copy", frame, len);
		fail("a copy is %s", wrong);
	}
	copies++;
	vxlan = ip + (ipv6 ? 48 : 28);
	vni = get16(vxlan + 4) << 8 | vxlan[6];
	len -= vxlan + 8 - frame;
	if (vni >= VNI_END)
		fail("a copy of VNI %u", vni);
	if (vni < TAP_IN && len > vni)
		fail("a copy of %zu bytes of at most %u", len, vni);
	if (vni < TAP_IN)
		return;
	pile = &whole[vni - TAP_IN];
	memcpy(pile_top(pile), vxlan + 8, len);
	pile_push(pile, len);
}

static void take_copies(void)
{
	static uint8_t frame[2 * PACKET_MAX];
	unsigned int i;
	ssize_t len;

	for (i = 0; i < ARRAY_SIZE(whole); i++)
		whole[i].n = 0;
	for (i = 0; i < ARRAY_SIZE(underlay); i++)
		while ((len = take(underlay[i], frame)) >= 0)
			check_copy(frame, len);
}

/* Of the packet, as the kernel knows it: of a tun by its first byte. */
static bool is_ipv6(void)
{
	struct layers at;

	if (kind == TUN)
		return packet.data[0] >> 4 == 6;
	packet_layers(&at, packet.data, packet.len);
	return at.type == ETH_P_IPV6;
}

/* The kernel draws a number for fragments that it makes of IPv6. */
static bool is_drawn(void)
{
	return (packet.virtio.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_UDP &&
	       is_ipv6();
}

static void check_same(const struct way *with, const struct way *without)
{
	size_t a_len, b_len;
	uint8_t *a, *b;
	unsigned int i;

	if (with->error != without->error)
		fail("error %u where it is mirrored, %u where it is not", with->error,
		     without->error);
	if (with->pile.n != without->pile.n)
		fail("%u come out where it is mirrored, %u where it is not", with->pile.n,
		     without->pile.n);
	for (i = 0; i < with->pile.n; i++) {
		a = frame_of(&with->pile, i, &a_len);
		b = frame_of(&without->pile, i, &b_len);
		if (a_len == b_len && (is_drawn() || !memcmp(a, b, a_len)))
			continue;
		dump("where it is mirrored", a, a_len);
		dump("where it is not", b, b_len);
		fail("what comes out differs, number %u of %u", i + 1, with->pile.n);
	}
	out += with->pile.n;
	supers += with->pile.n && packet.virtio.gso_type;
}

/* To the target, of VXLAN: of its fragments or segments some may count as copies. */
static bool is_to_target(void)
{
	return memmem(packet.data, packet.len, "\xc0\0\2\x09", 4);
}

/* Nothing is said of packets that do not come out, of which there may be copies. */
static void check_whole(const struct pile *pile, const struct pile *wire, size_t synthesised)
{
	const unsigned int due = wire->n > SEGMENTS_MAX ? 0 : wire->n;
	const size_t before = sizeof(packet.virtio);
	size_t a_len, b_len;
	uint8_t *a, *b;
	unsigned int i;

	if (!wire->n || is_to_target())
		return;
	if (pile->n != due)
		fail("%u copies of %u packets", pile->n, wire->n);
	for (i = 0; i < due; i++) {
		a = frame_of(pile, i, &a_len) + synthesised;
		b = frame_of(wire, i, &b_len) + before;
		a_len -= synthesised;
		b_len -= before;
		if (b_len > WHOLE_MAX || is_drawn())
			continue;
		compared++;
		if (a_len == b_len && !memcmp(a, b, a_len))
			continue;
		dump("copy", a, a_len);
		dump("on the wire", b, b_len);
		fail("a copy is not what is on the wire, number %u of %u", i + 1, wire->n);
	}
}

/* Each packet has dice of its own, so that it can be made alone. */
static void fuzz(void)
{
	dice_state = seed;
	dice_state = dice_bits() + number;
	kind = dice_odds(6) ? TUN : TAP;
	packet_make(&packet, kind == TAP);
	send_packet(&mirrored[kind], kind == TUN);
	take_copies();
	send_packet(&plain[kind], kind == TUN);
	sent++;
	check_same(&mirrored[kind], &plain[kind]);
	if (seed % 2)
		return;
	if (kind == TAP)
		check_whole(&whole[TAP_IN - TAP_IN], &plain[kind].pile, 0);
	check_whole(&whole[(kind == TAP ? TAP_OUT : TUN_OUT) - TAP_IN], &plain[kind].pile,
		    kind == TAP ? 0 : ETH_HLEN);
}

static void check_kernel(void)
{
	char now[sizeof(taint)] = "", mark[100];
	int n = snprintf(mark, sizeof(mark), "<6>fuzz_packets: seed %llu, before packet %llu\n",
			 (unsigned long long)seed, (unsigned long long)number);

	if (pread(taint_fd, now, sizeof(now) - 1, 0) < 0 || write(log_fd, mark, n) < 0)
		die("taint");
	if (!*taint)
		memcpy(taint, now, sizeof(taint));
	if (strcmp(now, taint))
		fail("the kernel has complained, since the last mark in its log");
}

/* Devices take a while to be of use, once somebody reads them. */
static void wait_for_way(struct way *way, bool routed)
{
	packet_first(&packet, !routed);
	for (;;) {
		send_packet(way, routed);
		if (way->pile.n)
			break;
		usleep(10000);
	}
}

static void wait_for_underlay(int fd)
{
	static const unsigned int running = IFF_UP | IFF_RUNNING;
	struct ifreq ifr;
	int any = socket(AF_INET, SOCK_DGRAM, 0);

	if (any < 0 || ioctl(fd, TUNGETIFF, &ifr))
		die("underlay");
	do {
		usleep(10000);
		if (ioctl(any, SIOCGIFFLAGS, &ifr))
			die("underlay");
	} while ((ifr.ifr_flags & running) != running);
	close(any);
}

static void set_out(unsigned int offloads)
{
	int i;

	for (i = 0; i < WAYS; i++)
		if (ioctl(mirrored[i].out, TUNSETOFFLOAD, offloads) ||
		    ioctl(plain[i].out, TUNSETOFFLOAD, offloads))
			die("offloads");
}

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* One line of stdin. */
static void run(unsigned int limit, bool alone)
{
	uint64_t end = milliseconds() + limit;

	set_out(seed % 2 ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0);
	sent = 0;
	out = 0;
	copies = 0;
	supers = 0;
	compared = 0;
	if (alone)
		fuzz();
	for (; !alone && milliseconds() < end; number++) {
		if (number % 256 == 0)
			check_kernel();
		fuzz();
	}
	check_kernel();
	printf("seed %llu: %llu packets, %llu copies, %llu compared; ", (unsigned long long)seed,
	       (unsigned long long)sent, (unsigned long long)copies,
	       (unsigned long long)compared);
	printf("%llu came out, of %llu super-packets too\n", (unsigned long long)out,
	       (unsigned long long)supers);
}

int main(int argc, char **argv)
{
	unsigned long long words[3];
	char line[100];
	int i, n;

	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_packets PCAP\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	packet_seeds(argv[1]);
	taint_fd = open("/proc/sys/kernel/tainted", O_RDONLY);
	log_fd = open("/dev/kmsg", O_WRONLY);
	if (taint_fd < 0 || log_fd < 0)
		die("the kernel's log");
	for (i = 0; i < WAYS; i++) {
		pile_init(&mirrored[i].pile);
		pile_init(&plain[i].pile);
	}
	for (i = 0; i < VNI_END - TAP_IN; i++)
		pile_init(&whole[i]);
	open_ways(plain, "n");
	open_ways(mirrored, "m");
	underlay[0] = open_device("k0", IFF_TAP);
	underlay[1] = open_device("k1", IFF_TAP);
	for (i = 0; i < WAYS; i++) {
		wait_for_way(&plain[i], i == TUN);
		wait_for_way(&mirrored[i], i == TUN);
		wait_for_underlay(underlay[i]);
	}
	printf("ready\n");

	while (fgets(line, sizeof(line), stdin)) {
		n = sscanf(line, "%llu %llu %llu", &words[0], &words[1], &words[2]);
		if (n < 2)
			return 2;
		seed = words[0];
		number = n == 3 ? words[2] : 0;
		run(words[1], n == 3);
	}
	return 0;
}
