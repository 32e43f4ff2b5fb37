# SPDX-License-Identifier: GPL-2.0
"""
Packets to measure with, and what one of them costs.

Single packets are pktgen's. Super-packets are ours, through a packet socket,
as a virtual machine's are through its tap.
"""

import os
import socket
import struct
import sys
import time
from typing import NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../testing"))
import frames  # noqa: E402 pylint: disable=wrong-import-position

PKTGEN = "/proc/net/pktgen/"
SRC, DST = "10.0.0.1", "10.0.0.2"

SOL_PACKET, PACKET_VNET_HDR = 263, 15
VNET_HDR_NEEDS_CSUM = 1
VNET_HDR_GSO_TCPV4, VNET_HDR_GSO_UDP_L4 = 1, 5


class Failed(Exception):
    """There is no figure."""


class Packets(NamedTuple):
    """UDP packets of pktgen."""
    size: int = 60
    dev: str = "s0"
    mode: str = "queue_xmit"
    ipv6: bool = False
    count: int = 20000
    ip: str = ""            # commands of ip that make dev


class Super(NamedTuple):
    """Super-packets, by the name of their protocol."""
    proto: str = "tcp"
    segments: int = 44
    size: int = 1448        # payload of each
    count: int = 300
    dev: str = "s0"
    ip: str = ""


def write(name, *commands):
    """Gives commands to a file of pktgen."""
    for command in commands:
        try:
            with open(PKTGEN + name, "w", encoding="ascii") as file:
                file.write(command + "\n")
        except OSError as error:
            raise Failed(f"pktgen: {name}: {command}: {error}") from error


def prepare(packets, thread=0):
    """Makes a thread of pktgen ready to send from packets.dev."""
    write(f"kpktgend_{thread}", "rem_device_all", f"add_device {packets.dev}")
    addresses = (("src6 fd01::1", "dst6 fd01::2") if packets.ipv6 else
                 (f"src_min {SRC}", f"src_max {SRC}", f"dst {DST}"))
    write(packets.dev, f"pkt_size {packets.size}",
          f"xmit_mode {packets.mode}", "delay 0",
          *addresses, "udp_src_min 9", "udp_src_max 9",
          "udp_dst_min 9", "udp_dst_max 9",
          "dst_mac 02:00:00:00:00:02", "src_mac 02:00:00:00:00:01")


def start(count, *devs):
    """Sends from all of DEVS at once, returns what each packet took, in ns."""
    for dev in devs:
        write(dev, f"count {count}")
    write("pgctrl", "start")
    return [result(dev) for dev in devs]


def result(dev):
    """What pktgen says: "Result: OK: 38431(c38430+d1) usec, 20000 (..."."""
    with open(PKTGEN + dev, encoding="ascii") as file:
        for line in file:
            if line.startswith("Result: OK: "):
                words = line.split()
                return int(words[2].split("(")[0]) * 1000 / int(words[4])
    raise Failed(f"pktgen sent nothing from {dev}")


def sent(dev):
    """How many packets so far: "Current:" and "pkts-sofar: 20000"."""
    with open(PKTGEN + dev, encoding="ascii") as file:
        words = file.read().split()
    return int(words[words.index("pkts-sofar:") + 1])


def cost_of_packets(packets):
    """Nanoseconds a packet, once everything is warm."""
    prepare(packets)
    start(packets.count // 10, packets.dev)
    cost, = start(packets.count, packets.dev)
    write("kpktgend_0", "rem_device_all")
    return cost


def super_packet(packet):
    """A frame, with the header that tells the kernel to segment it."""
    if packet.proto == "tcp":
        proto, kind, checksum_at = 6, VNET_HDR_GSO_TCPV4, 16
        options = bytes.fromhex("0101080a0000000000000000")
        header = struct.pack(">HHIIBBHHH", 9, 9, 0, 1, 0x80, 0x10, 512, 0,
                             0) + options
    else:
        proto, kind, checksum_at = 17, VNET_HDR_GSO_UDP_L4, 6
        header = struct.pack(">HHHH", 9, 9, 8 + packet.segments * packet.size,
                             0)
    frame = frames.ip4(proto, header + bytes(packet.segments * packet.size))
    network = 14 + 20
    return struct.pack("<BBHHHH", VNET_HDR_NEEDS_CSUM, kind,
                       network + len(header), packet.size, network,
                       checksum_at) + frame


def packet_socket(dev):
    """A socket that takes such frames."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    sock.bind((dev, 0))
    return sock


def cost_of_super(packet):
    """The same, of super-packets."""
    data = super_packet(packet)
    with packet_socket(packet.dev) as sock:
        for count in (packet.count // 10, packet.count):
            begin = time.monotonic_ns()
            for _ in range(count):
                sock.send(data)
            cost = (time.monotonic_ns() - begin) / count
    return cost


def cost(traffic):
    """What one of these packets takes, in nanoseconds."""
    return (cost_of_super if isinstance(traffic, Super)
            else cost_of_packets)(traffic)


def endless(traffic):
    """Sends for ever."""
    if isinstance(traffic, Super):
        data = super_packet(traffic)
        with packet_socket(traffic.dev) as sock:
            while True:
                sock.send(data)
    prepare(traffic)
    start(0, traffic.dev)
