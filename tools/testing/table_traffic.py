#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic between network namespaces, all of it made by one process.

A process takes long to start in an emulated machine, so this one reads what
to send from its standard input, a command a line, and answers each by a line:
"ok" once everything that was sent has arrived as it was sent, or what is
wrong.

  tcp FROM TO ADDRESS PORT BYTES [N]    there, and then back, over one
  sctp FROM TO ADDRESS PORT BYTES       connection of a socket in FROM to one
                                        at ADDRESS in TO; N bytes back
  zerocopy FROM TO ADDRESS PORT BYTES   there, from the pages of the program
  udp FROM TO ADDRESS PORT BYTES [gro]  in super-packets; gro: TO wants such
  frames NS DEV MAC [-NAME...]          of frames.py, to MAC, some excepted;
  back NS DEV MAC [-NAME...]            and the same with the ends exchanged
  big NS DEV BYTES                      the largest super-packet of the device
  virtio NS DEV                         makes a tap that a program writes to
  inject ipv4|ipv6|lies                 super-packets, into that tap
  forget                                that tap
  count FILE COPIES TIMES               until the capture COPIES has TIMES as
                                        many packets as FILE, and stays so

  table_traffic.py relay KIND NS DEV NS DEV

makes two devices, tap or tun, and a wire between them; it runs until killed.
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import time

import frames
import genl
import packets

CLONE_NEWNET = 0x40000000
UDP_SEGMENT, UDP_GRO = 103, 104
SO_TIMESTAMP, SO_SNDBUFFORCE, SO_RCVBUFFORCE = 29, 32, 33
TUNSETIFF, TUNSETSNDBUF = 0x400454ca, 0x400454d4
SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
IFF_TUN, IFF_TAP, IFF_NAPI, IFF_NO_PI = 1, 2, 0x10, 0x1000
IFF_VNET_HDR = 0x4000
RTM_NEWLINK = 16
# IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE; and the two for IPv4, from 6.3 on
SIZES = (41, 58, 63, 64)

LIMIT = 100
SEGMENT = 1000
PART = 150000
DATA = os.urandom(1 << 20)


def enter(netns):
    """Sockets are made in this namespace from here on, and stay there."""
    fd = os.open(f"/run/netns/{netns}", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"cannot enter {netns}")
    os.close(fd)


def make(netns, address, kind, proto=0):
    """A socket for the address's family, with room for what is sent."""
    enter(netns)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind, proto)
    sock.settimeout(LIMIT)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option in (SO_SNDBUFFORCE, SO_RCVBUFFORCE):
        sock.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
    return sock


def move(source, sink, size, flags=0):
    """Sends data and receives it; it must be the same."""
    sent, got = 0, bytearray()
    while len(got) < size:
        can_read, can_write, _ = select.select(
            [sink], [source] if sent < size else [], [], LIMIT)
        if not can_read and not can_write:
            raise ValueError(f"{size} bytes sent, {len(got)} arrived")
        if can_write:
            sent += source.send(memoryview(DATA)[sent:size], flags)
        if can_read:
            more = sink.recv(1 << 18)
            if not more:
                raise ValueError("the connection ended early")
            got += more
    if got != DATA[:size]:
        raise ValueError("what arrived is not what was sent")


def stream(source, sink, address, port, there, back=None, proto=0, flags=0):
    """There and back; each end is bound, lest SCTP try all addresses."""
    with make(sink, address, socket.SOCK_STREAM, proto) as listener, \
         make(source, address, socket.SOCK_DGRAM) as probe, \
         make(source, address, socket.SOCK_STREAM, proto) as client:
        listener.bind((address, int(port)))
        listener.listen()
        probe.connect((address, 9))
        if flags & MSG_ZEROCOPY:
            client.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
        client.bind((probe.getsockname()[0], 0))
        client.connect((address, int(port)))
        server = listener.accept()[0]
        with server:
            server.settimeout(LIMIT)
            for one, other, size in ((client, server, int(there)),
                                     (server, client, int(back or there))):
                # After the first part the other end has a large window.
                for start in range(0, size, PART):
                    move(one, other, min(PART, size - start), flags)
            client.shutdown(socket.SHUT_WR)
            if server.recv(1):
                raise ValueError("more arrived than was sent")
        # SCTP has ended both directions.
        if not proto and client.recv(1):
            raise ValueError("more came back than was sent")


def sctp(source, sink, address, port, size):
    """Like stream."""
    stream(source, sink, address, port, size, proto=socket.IPPROTO_SCTP)


def zerocopy(source, sink, address, port, size):
    """Nobody writes to DATA meanwhile."""
    stream(source, sink, address, port, size, 1, flags=MSG_ZEROCOPY)


def segments(data):
    """What is in one or more datagrams."""
    return [bytes(data[start:start + SEGMENT])
            for start in range(0, len(data), SEGMENT)]


def udp(source, sink, address, port, size, gro=None):
    """One way."""
    size = int(size)
    with make(sink, address, socket.SOCK_DGRAM) as receiver, \
         make(source, address, socket.SOCK_DGRAM) as sender:
        receiver.bind((address, int(port)))
        if gro:
            receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SEGMENT)
        sender.connect((address, int(port)))
        got, sent = [], segments(DATA[:size])
        for start in range(0, len(sent), 20):
            sender.send(b"".join(sent[start:start + 20]))
        while len(got) < len(sent):
            got += segments(receiver.recv(65536))
        # A veth hands packets to the CPU it is on: several lose the order.
        if os.cpu_count() > 1:
            got, sent = sorted(got), sorted(sent)
        if got != sent:
            raise ValueError("what arrived is not what was sent")


def send_frames(netns, dev, mac, excepted, turn=lambda frame: frame):
    """To the device at the other end, unless they are for everybody."""
    enter(netns)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((dev, 0))
        for name, frame in frames.FRAMES.items():
            frame = turn(frame)
            if not frame[0] & 1:
                frame = bytes.fromhex(mac.replace(":", "")) + frame[6:]
            if "-" + name not in excepted:
                sock.send(frame)


def big(netns, dev, size):
    """IPv4's sizes are not known before 6.3."""
    enter(netns)
    netlink = genl.Socket(protocol=socket.NETLINK_ROUTE)
    for kind in SIZES:
        header = struct.pack("=BxHiII", 0, 0, socket.if_nametoindex(dev), 0, 0)
        error, _ = netlink.send(RTM_NEWLINK,
                                header + genl.u32(kind, int(size)))
        if error and kind == SIZES[0]:
            raise OSError(error, f"{dev} allows no {size} bytes")


def tun(netns, dev, flags):
    """A device of ours; it lives as long as its descriptor."""
    enter(netns)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", dev.encode(), flags))
    return fd


def checksum_left(frame, l4, proto):
    """The frame with the sum of its pseudo header where the checksum goes."""
    offset = l4 + {6: 16, 17: 6}[proto]
    address = frame[l4 - 32:l4] if l4 == 54 else frame[l4 - 8:l4]
    half = len(address) // 2
    pseudo = packets.pseudo_header(address[:half], address[half:], proto,
                                   len(frame) - l4)
    value = 0xffff - packets.checksum(pseudo)
    return frame[:offset] + struct.pack(">H", value) + frame[offset + 2:]


class Virtio:
    """A tap whose packets have a virtio header in front."""

    TCPV4, TCPV6, UDP_L4 = 1, 4, 5

    def __init__(self):
        self.fd = None

    def make(self, netns, dev):
        """The device."""
        self.fd = tun(netns, dev, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)

    def forget(self):
        """The device goes with its descriptor."""
        os.close(self.fd)

    def write(self, gso_type, frame, gso_size, **lies):
        """A super-packet; what lies says is not so."""
        l4 = 54 if frame[12:14] == b"\x86\xdd" else 34
        proto = 17 if gso_type == self.UDP_L4 else 6
        header = {"flags": 1, "kind": gso_type, "hdr_len": l4 + 20,
                  "gso_size": gso_size, "csum_start": l4,
                  "csum_offset": {6: 16, 17: 6}[proto]} | lies
        os.write(self.fd, struct.pack("<BBHHHH", *header.values())
                 + checksum_left(frame, l4, proto))

    @staticmethod
    def frame(proto, six, size):
        """Of a protocol, with so much payload."""
        before = frames.PAYLOAD
        frames.PAYLOAD = DATA
        layer4 = frames.tcp if proto == 6 else frames.udp
        layer3 = frames.ip6 if six else frames.ip4
        frame = layer3(proto, layer4(size, six=six, dport=5009))
        frames.PAYLOAD = before
        return frame

    def inject(self, what):
        """What is true, and of a version of IP; or lies."""
        if what == "lies":
            self.lie()
            return
        six = what == "ipv6"
        kind = self.TCPV6 if six else self.TCPV4
        # The fewest bytes a segment may have, few and many segments
        for gso_size, size in (1, 300), (1000, 1001), (1400, 60000), (8, 800):
            self.write(kind, self.frame(6, six, size), gso_size)
        try:
            self.write(self.UDP_L4, self.frame(17, six, 5000), 1000)
        except OSError:
            # it is known since 6.2
            pass

    def lie(self):
        """The kernel refuses some of them, or drops them later."""
        tcp = self.frame(6, False, 9000)
        for gso_size, lies in (
                (1, {}), (0, {}), (3000, {}), (65535, {}),
                (1000, {"hdr_len": 0}), (1000, {"hdr_len": 65535}),
                (1000, {"csum_start": 65000}), (1000, {"csum_start": 14}),
                (1000, {"csum_offset": 65000}), (1000, {"csum_offset": 0}),
                (1000, {"kind": self.TCPV6}), (1000, {"kind": self.UDP_L4}),
                (1000, {"kind": 3}), (1000, {"kind": 0x81}),
                (1000, {"flags": 0}), (1000, {"flags": 2}),
                (100, {"hdr_len": 0}), (100, {"kind": self.UDP_L4})):
            for frame in (tcp, self.frame(17, True, 2000), tcp[:60], tcp[:40],
                          tcp[:23] + b"\x11" + tcp[24:],
                          tcp[:14] + b"\x4f" + tcp[15:],
                          tcp[:46] + b"\xf0" + tcp[47:]):
                try:
                    self.write(self.TCPV4, frame, gso_size, **lies)
                except OSError:
                    pass


def relay(kind, *ends):
    """What one device is given to send, the other one receives."""
    flags = IFF_NO_PI | {"tap": IFF_TAP, "tun": IFF_TUN}[kind]
    # The mirror host's merges what it receives.
    first = tun(ends[0], ends[1], flags | IFF_NAPI)
    # A tap without a limit has its packets in fragments of pages. When GRO takes
    # those out of one it forgets whose it was, and the tap is never freed.
    fcntl.ioctl(first, TUNSETSNDBUF, struct.pack("i", 1 << 28))
    second = tun(ends[2], ends[3], flags)
    other = {first: second, second: first}
    while True:
        for fd in select.select([first, second], [], [])[0]:
            try:
                while True:
                    os.write(other[fd], os.read(fd, 65536))
            except BlockingIOError:
                pass
            except OSError:
                # a device that is down
                pass


def records(path):
    """How many packets a growing capture has, and the last ones."""
    with open(path, "rb") as file:
        data = file.read()
    count, offset = 0, 24
    while offset + 16 <= len(data):
        offset += 16 + struct.unpack_from("<I", data, offset + 8)[0]
        count += offset <= len(data)
    return count


def count(wire, copies, times):
    """Waits; what never comes is for the comparison to tell."""
    end = time.monotonic() + LIMIT
    before = None
    while time.monotonic() < end:
        now = records(wire), records(copies)
        if now == before and now[1] == now[0] * int(times):
            return
        before = now
        time.sleep(0.03)


def main():
    """Obeys."""
    if sys.argv[1:2] == ["relay"]:
        relay(*sys.argv[2:])
    # The kernel patches its code when the first capture begins and the last one
    # ends, which an emulated machine of several CPUs does not always survive
    # under traffic: have somebody want timestamps all the time.
    stamped = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stamped.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
    virtio = Virtio()
    commands = {
        "virtio": virtio.make, "inject": virtio.inject,
        "forget": virtio.forget,
        "tcp": stream, "sctp": sctp, "zerocopy": zerocopy, "udp": udp,
        "big": big, "count": count,
        "frames": lambda n, d, m, *names: send_frames(n, d, m, names),
        "back": lambda n, d, m, *names: send_frames(n, d, m, names,
                                                    frames.back),
    }
    for line in sys.stdin:
        command, *words = line.split()
        try:
            commands[command](*words)
            print("ok", flush=True)
        except (OSError, ValueError) as error:
            print(f"{type(error).__name__}: {error}", flush=True)


main()
