#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Lets each allocation for copies fail, one at a time, until none does.

  faults_packets.py send HEADER STEP TURN
                                   in the namespace m of lib.sh's picture; what
                                   p1 sends arrives at h1, copies at c

Packets arrive as they do without a fault; copies arrive or are counted, each
of them, and by no other cause than want of memory. "ok DESC", or "bad DESC"
and why, indented. HEADER is the uapi header tmirror.h, all else as of faults.
"""

import collections
import socket
import struct
import sys
import time

import faults
import frames
import genl
import hostile
from faults import Bad, ask, named, route, session
from genl import attr, u8, u32
from hostile import A, C, ip
from table_traffic import Virtio, enter

SOL_PACKET, PACKET_VNET_HDR, ETH_P_ALL = 263, 15, 3
RTM_NEWROUTE, RTM_DELROUTE, RTM_DELNEIGH = 24, 25, 29
LENGTH, NO_MEMORY = 100, hostile.K["TMIRROR_A_DROP_NO_MEMORY"]


def wire(netns, dev):
    """A socket that sees what arrives at a device there."""
    enter(netns)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)
    sock.bind((dev, 0))
    sock.setblocking(False)
    return sock


def arrived(sock, is_one):
    """The frames that have."""
    got = []
    while True:
        try:
            frame = sock.recv(1 << 16)
        except BlockingIOError:
            return got
        if is_one(frame):
            got.append(frame)


def is_sent(frame):
    """One of those of frames.py."""
    return frame[6:12] == frames.A_MAC


def is_copy(frame):
    """A datagram to the port of VXLAN."""
    l4 = 34 if frame[12:14] == b"\x08\x00" else 54
    return frame[l4 + 2:l4 + 4] == b"\x12\xb5"


class Bed:
    """Where packets are sent and copies arrive."""

    def __init__(self):
        self.fault = faults.Memory()
        self.h1 = wire("h1", "e0")
        self.c = wire("c", "e0")
        enter("m")
        self.space = faults.Space(self.fault)
        self.sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.sender.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.sender.bind(("p1", 0))
        self.virtio = Virtio()
        self.virtio.fd = self.sender.fileno()

    def counters(self):
        """Of each session: matched, mirrored, dropped by cause."""
        counters = {}
        for reply in self.space.dump(
                self.space.genl, self.space.genl.family,
                struct.pack("=BBH", C("SESSION_GET"), 1, 0)):
            attrs = dict(genl.attrs_of(reply[4:]))
            stats = dict(genl.attrs_of(attrs[A("SESSION_STATS")]))
            counters[attrs[A("SESSION_NAME")]] = collections.Counter({
                "matched": number(stats[A("STATS_MATCHED_PACKETS")]),
                "mirrored": number(stats[A("STATS_MIRRORED_PACKETS")])} | {
                    cause: number(value) for cause, value in
                    genl.attrs_of(stats[A("STATS_DROPPED")])})
        return counters

    def settled(self, before, packets):
        """What each session counted, once that is as many packets."""
        end = time.monotonic() + faults.LIMIT
        while True:
            now = self.counters()
            for name, counter in now.items():
                counter.subtract(before[name])
            if all(counter["matched"] == packets for counter in now.values()):
                return now
            if time.monotonic() > end:
                raise Bad(f"{packets} packets, but counted were {now}")
            time.sleep(0.001)


def number(value):
    """An integer of any width."""
    return int.from_bytes(value, sys.byteorder)


# --- what is sent, functions of a Bed ----------------------------------------

def plain(*names):
    """Frames as they are."""
    def send(bed):
        for name in names:
            bed.sender.send(bytes(10) + frames.FRAMES[name])
    return send


def tcp(six=False):
    """A super-packet of TCP."""
    def send(bed):
        bed.virtio.write(Virtio.TCPV6 if six else Virtio.TCPV4,
                         Virtio.frame(6, six, 20500), 1000)
    return send


def odd(bed):
    """One that the kernel's own segmentation is needed for."""
    frame = Virtio.frame(6, True, 20500)
    options = bytes.fromhex("0600010400000000")
    length = struct.pack(">H", len(frame) - 54 + len(options))
    frame = frame[:18] + length + b"\x3c" + frame[21:54] + options + frame[54:]
    header = struct.pack("<BBHHHH", 1, Virtio.TCPV6, 82, 1000, 62, 16)
    bed.sender.send(header + frame)


# --- how it is mirrored: requests of faults.py -------------------------------

def target(remote, *attrs):
    """The one that there is, anew: without a route that is known."""
    return [ask("TARGET_SET", named("TARGET", "t")
                + hostile.member(remote=remote), *attrs)]


def neighbour(kind, address, flags=0):
    """On u0, to be found by its name as it is here."""
    def request(space):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        body = struct.pack("=BxxxiHBB", family, socket.if_nametoindex("u0"),
                           0x80, 0, 0) + attr(1, ip(address)) \
            + attr(2, bytes.fromhex("0200c0000209"))
        return route(kind, body, flags)(space)
    return request


def unknown(address):
    """The next hop is not known."""
    def request(space):
        neighbour(RTM_DELNEIGH, address)(space)
        return 0
    return request


def known(address):
    """Now it is."""
    return neighbour(faults.RTM_NEWNEIGH, address,
                     faults.NLM_F_CREATE | faults.NLM_F_REPLACE)


def new_route(address):
    """A way to the address that nobody has gone yet."""
    def request(space):
        packed = ip(address)
        six = ":" in address
        body = struct.pack("=BBBBBBBBI",
                           socket.AF_INET6 if six else socket.AF_INET,
                           len(packed) * 8, 0, 0, 254, 4, 0 if six else 253,
                           1, 0) + attr(1, packed) \
            + u32(4, socket.if_nametoindex("u0"))
        route(RTM_DELROUTE, body)(space)
        return route(RTM_NEWROUTE, body, faults.NLM_F_CREATE)(space)
    return request


def memory(size):
    """The limit."""
    return ask("LIMITS_SET", u32(A("LIMITS_MEMORY"), size))


CSUM = u8(A("TARGET_CSUM"), 1)
V4, V6 = "192.0.2.9", "fd03::9"

# Packets on the wire; before, and after they are sent.
Case = collections.namedtuple("Case", "desc send packets prepare after",
                              defaults=((), ()))

CASES = [
    Case("a packet whose way nobody knows yet", plain("udp"), 1,
         target(V4) + [new_route(V4)]),
    Case("a packet whose way nobody knows yet, in IPv6", plain("udp"), 1,
         target(V6) + [new_route(V6)]),
    Case("packets, of which pages are used up",
         plain(*["tcp-full"] * 12), 12, target(V4)),
    Case("a packet when memory is scarce", plain("tcp-full"), 1,
         target(V4) + [memory(20000)], [memory(8 << 20)]),
    Case("a super-packet", tcp(), 21, target(V4)),
    Case("a super-packet, whose copies go together", tcp(), 21,
         target(V4, CSUM)),
    Case("a super-packet of IPv6, whose copies go together", tcp(six=True), 21,
         target(V6, CSUM)),
    Case("a super-packet that the kernel takes apart", odd, 21, target(V4)),
    Case("a next hop that is not known", plain("udp", "tcp-full"), 2,
         target("192.0.2.77") + [unknown("192.0.2.77")],
         [known("192.0.2.77")]),
    Case("a next hop that is not known, in IPv6", plain("udp", "tcp-full"), 2,
         target("fd03::77") + [unknown("fd03::77")], [known("fd03::77")]),
]


def attempt(case, bed, wanted, fault):
    """Sends, with one fault or none: what arrived, what has failed, and how
    many things could until then."""
    faults.must(bed.space, case.prepare, "what comes before")
    arrived(bed.h1, is_sent)
    arrived(bed.c, is_copy)
    before = bed.counters()
    bed.fault.set(fault)
    case.send(bed)
    failed = bed.fault.failed()
    count = fault - bed.fault.left()
    bed.fault.set(0)
    faults.must(bed.space, case.after, "what comes after")
    counted = bed.settled(before, case.packets)
    got = arrived(bed.h1, is_sent)
    if wanted not in (None, got):
        raise Bad(f"not all packets arrived as they were: {len(got)}")
    copies = len(arrived(bed.c, is_copy))
    if copies != sum(counter["mirrored"] for counter in counted.values()):
        raise Bad(f"{copies} copies arrived, but {counted}")
    for counter in counted.values():
        lost = counter["matched"] - counter["mirrored"]
        if lost != counter[NO_MEMORY] or lost and not failed:
            raise Bad(f"{failed} has failed: {counter}")
    return got, failed, count


def exhaust(case, bed, turn):
    """Prints the verdict on a case; returns how many faults there were."""
    done = 0
    try:
        wanted, _, count = attempt(case, bed, None, faults.MANY)
        if len(wanted) != case.packets:
            raise Bad(f"{len(wanted)} packets arrive")
        done = turn.each(count, lambda number: attempt(case, bed, wanted,
                                                       number)[1])
        if not done:
            raise Bad("nothing has failed, it was not tested")
        print(f"ok {case.desc}: {done} faults of about {count}")
    except Bad as bad:
        bed.fault.set(0)
        print(f"bad {case.desc}, fault {turn.number}\n  {bad}")
    return done


def main():
    """All cases."""
    bed = Bed()
    source = faults.source(socket.if_nametoindex("p1"))
    on = u8(A("SESSION_CONTINUE"), 1)
    faults.must(bed.space, [
        ask("TARGET_NEW", faults.target("t")),
        ask("SESSION_NEW", session("whole", 1, source, on)),
        ask("SESSION_NEW", session("cut", 2, source,
                                   u32(A("SESSION_LENGTH"), LENGTH)))],
        "what all begin with")
    turn = faults.Turn(*sys.argv[3:5])
    done = sum(exhaust(case, bed, turn) for case in turn.cases(CASES))
    print(f"# did {done} faults of the packet path")


if __name__ == "__main__":
    main()
