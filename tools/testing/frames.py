#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Ethernet frames of every kind that a mirror meets, by name.

  frames.py list                     the names
  frames.py send DEV [NAME...]       sends those, or all; prints how many
  frames.py back DEV [NAME...]       the same with the two ends exchanged
  frames.py pcap FILE [NAME...]      writes a capture of them
  frames.py pcap-back FILE [NAME...] the same with the two ends exchanged
  frames.py replay DEV FILE          sends the frames of a capture

The ends have addresses that are nobody's, so that nobody answers.
"""

import os
import socket
import struct
import sys

from packets import checksum, pseudo_header, read_pcap, write_pcap

A_MAC, B_MAC = bytes.fromhex("020000000aaa"), bytes.fromhex("020000000bbb")
A4, B4 = (socket.inet_aton(a) for a in ("10.9.0.1", "10.9.0.2"))
A6, B6 = (socket.inet_pton(socket.AF_INET6, a)
          for a in ("fd09::1", "fd09::2"))
PAYLOAD = bytes(i * 7 & 0xff for i in range(1500))


def eth(ethertype, payload, dst=B_MAC):
    """A frame without FCS, padded no more than the sender asks for."""
    return dst + A_MAC + struct.pack(">H", ethertype) + payload


def tags(frame, *tci):
    """The frame with VLAN tags in front, outermost first: (TPID, TCI)..."""
    header = b"".join(struct.pack(">HH", tpid, value) for tpid, value in tci)
    return frame[:12] + header + frame[12:]


def ip4(proto, payload, options=b"", frag=0, length=None, ident=0x1234):
    """An IPv4 packet; frag is the flags and the offset in units of 8."""
    words = 5 + len(options) // 4
    if length is None:
        length = words * 4 + len(payload)
    header = struct.pack(">BBHHHBBH4s4s", 0x40 | words, 0, length, ident, frag,
                         64, proto, 0, A4, B4) + options
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return eth(0x0800, header + payload)


def ip6(proto, payload):
    """An IPv6 packet; extension headers are part of the payload."""
    return eth(0x86dd, struct.pack(">IHBB16s16s", 6 << 28 | 0xabcde,
                                   len(payload), proto, 64, A6, B6) + payload)


def fill(segment, offset, proto, src=A4, dst=B4):
    """The segment with its checksum at offset, over the pseudo header."""
    value = checksum(pseudo_header(src, dst, proto, len(segment)) + segment)
    return (segment[:offset] + struct.pack(">H", value or 0xffff)
            + segment[offset + 2:])


def tcp(size, options=b"", six=False, sport=40000, dport=80, flags=0x18):
    """A TCP segment with size bytes of payload."""
    words = 5 + len(options) // 4
    segment = struct.pack(">HHIIBBHHH", sport, dport, 1000, 2000, words << 4,
                          flags, 512, 0, 0) + options + PAYLOAD[:size]
    return fill(segment, 16, 6, *((A6, B6) if six else (A4, B4)))


def udp(size, six=False, sport=40000, dport=53):
    """A UDP datagram with size bytes of payload."""
    datagram = struct.pack(">HHHH", sport, dport, 8 + size, 0) + PAYLOAD[:size]
    return fill(datagram, 6, 17, *((A6, B6) if six else (A4, B4)))


def icmp(size):
    """An ICMP echo request."""
    message = struct.pack(">BBHHH", 8, 0, 0, 77, 1) + PAYLOAD[:size]
    return message[:2] + struct.pack(">H", checksum(message)) + message[4:]


def icmp6(size):
    """An ICMPv6 echo request."""
    message = struct.pack(">BBHHH", 128, 0, 0, 77, 1) + PAYLOAD[:size]
    return fill(message, 2, 58, A6, B6)


def arp(operation):
    """An ARP packet for IPv4 over Ethernet, padded as a NIC would."""
    return eth(0x0806, struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4,
                                   operation, A_MAC, A4, bytes(6), B4)
               + bytes(18), dst=b"\xff" * 6)


DGRAM = udp(1400)
BIG6 = udp(1400, six=True)


def fragment6(following, offset, more, payload):
    """An IPv6 fragment; offset in bytes."""
    return ip6(44, struct.pack(">BBHI", following, 0, offset | more, 0xfeed)
               + payload)


FRAMES = {
    "tcp": ip4(6, tcp(100)),
    "tcp-syn": ip4(6, tcp(0, bytes.fromhex("020405b40402080a0000000100000000"
                                           "01030307"), flags=2)),
    "tcp-full": ip4(6, tcp(1460)),
    "udp": ip4(17, udp(30)),
    "udp-empty": ip4(17, udp(0)),
    "udp-full": ip4(17, udp(1472)),
    "udp-no-csum": ip4(17, udp(64)[:6] + b"\0\0" + udp(64)[8:]),
    "icmp": ip4(1, icmp(56)),
    "sctp": ip4(132, struct.pack(">HHII", 40000, 3868, 7, 8) + PAYLOAD[:40]),
    "dccp": ip4(33, struct.pack(">HHBBHI", 40000, 5001, 4, 0, 0, 9)
                + PAYLOAD[:20]),
    "udplite": ip4(136, struct.pack(">HHHH", 40000, 53, 8, 0xbeef)
                   + PAYLOAD[:20]),
    "gre": ip4(47, struct.pack(">HH", 0, 0x0800) + PAYLOAD[:40]),
    "esp": ip4(50, struct.pack(">II", 0x1001, 1) + PAYLOAD[:48]),
    "vxlan-other-port": ip4(17, udp(80, dport=8472)),
    "ip4-options": ip4(6, tcp(20), options=bytes.fromhex("94040000")),
    "ip4-bad-csum": ip4(17, udp(20))[:24] + b"\xba\xad"
                    + ip4(17, udp(20))[26:],
    "udp-bad-csum": ip4(17, udp(20)[:6] + b"\xba\xad" + udp(20)[8:]),
    "ip4-padded": ip4(17, udp(2)) + bytes(16),
    "ip4-longer-than-frame": ip4(17, udp(20), length=900),
    "ip4-first-fragment": ip4(17, DGRAM[:800], frag=0x2000),
    "ip4-middle-fragment": ip4(17, DGRAM[800:1200], frag=0x2000 | 100),
    "ip4-last-fragment": ip4(17, DGRAM[1200:], frag=150),
    "tcp6": ip6(6, tcp(100, six=True)),
    "tcp6-full": ip6(6, tcp(1440, six=True)),
    "udp6": ip6(17, udp(30, six=True)),
    "icmp6": ip6(58, icmp6(56)),
    "ip6-hop-by-hop": ip6(0, bytes.fromhex("1100050200000104")[:8]
                          + udp(40, six=True)),
    "ip6-many-headers": ip6(0, bytes.fromhex("3c00010400000000")
                            + bytes.fromhex("2b00010400000000")
                            + bytes.fromhex("0600000000000000")
                            + tcp(60, six=True)),
    "ip6-first-fragment": fragment6(17, 0, 1, BIG6[:800]),
    "ip6-last-fragment": fragment6(17, 800, 0, BIG6[800:]),
    "ip6-no-next": ip6(59, b""),
    "arp-request": arp(1),
    "arp-reply": arp(2),
    "vlan": tags(ip4(17, udp(30)), (0x8100, 100)),
    "vlan-tcp6": tags(ip6(6, tcp(200, six=True)), (0x8100, 0xe065)),
    "vlan-full": tags(ip4(6, tcp(1460)), (0x8100, 100)),
    "vlan-arp": tags(arp(1), (0x8100, 7)),
    "vlan-priority": tags(ip4(17, udp(30)), (0x8100, 0xa000)),
    "qinq": tags(ip4(6, tcp(40)), (0x88a8, 200), (0x8100, 100)),
    "qinq-8100": tags(ip4(6, tcp(40)), (0x8100, 200), (0x8100, 100)),
    "four-tags": tags(ip4(17, udp(40)), (0x88a8, 4), (0x88a8, 3),
                      (0x8100, 2), (0x8100, 1)),
    "five-tags": tags(ip4(17, udp(40)), (0x88a8, 5), (0x88a8, 4), (0x88a8, 3),
                      (0x8100, 2), (0x8100, 1)),
    "mpls": eth(0x8847, bytes.fromhex("000641ff") + ip4(17, udp(8))[14:]),
    "lldp": eth(0x88cc, bytes.fromhex("0207040200000000010000") + bytes(40),
                dst=bytes.fromhex("0180c200000e")),
    "stp": eth(0x0026, bytes.fromhex("4242030000") + bytes(41),
               dst=bytes.fromhex("0180c2000000")),
    "unknown": eth(0x88b5, PAYLOAD[:200]),
    "header-alone": eth(0x88b5, b""),
    "one-byte": eth(0x88b5, b"\x5a"),
    "ip4-cut-header": eth(0x0800, ip4(17, udp(20))[14:24]),
    "ip4-bad-version": eth(0x0800, b"\x65" + bytes(40)),
    "ip4-bad-ihl": eth(0x0800, b"\x42" + ip4(17, udp(20))[15:]),
    "ip6-cut-header": eth(0x86dd, ip6(17, udp(20, six=True))[14:40]),
    "tcp-cut-header": ip4(6, tcp(0)[:3]),
}


def back(frame):
    """The answer to the frame: MACs, addresses and ports exchanged.

    The checksums of the Internet do not mind the order of their words.
    """
    frame = (frame[:6] if frame[0] & 1 else A_MAC) + B_MAC + frame[12:]
    frame = frame.replace(A4 + B4, B4 + A4, 1).replace(A6 + B6, B6 + A6, 1)
    for dport in (80, 53, 3868, 5001, 8472):
        frame = frame.replace(struct.pack(">HH", 40000, dport),
                              struct.pack(">HH", dport, 40000), 1)
    return frame


def main():
    """Does what the command line says."""
    command, *args = sys.argv[1:]
    if command == "list":
        print("\n".join(FRAMES))
        return
    where, *names = args
    if command == "replay":
        frames = read_pcap(names[0])
    else:
        frames = [FRAMES[name] for name in names or FRAMES]
    if command in ("back", "pcap-back"):
        frames = [back(frame) for frame in frames]
    if command in ("pcap", "pcap-back"):
        write_pcap(where, frames)
        return
    # One CPU sends them all: order is part of what is compared.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((where, 0))
        for frame in frames:
            sock.send(frame)
    print(len(frames))


if __name__ == "__main__":
    main()
