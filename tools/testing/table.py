#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Judges the rows of the table: copies held against the wire's packets.

  table.py KIND DIRECTORY NEAR...

KIND names the device. NEAR are the addresses, of either layer, that packets
on ingress come from; "both" says that a packet passes the device twice. The
files of DIRECTORY:

  wire.pcap    every packet on the wire
  under.pcap   the copies, encapsulated
  far.pcap     what h2 saw of packets that pass through the mirror host
  modes        lines "INGRESS-VNI EGRESS-VNI MODE": how a session cuts
  expected     lines "DIRECTION CLASS IPVERSION [super]": what was sent
  classes      lines "CLASS PORT", or "CLASS proto N..."
  supers       the counters of the filters that see super-packets
  sessions     the sessions with their counters

How a cut packet should look is worked out here anew, from the wire's packet
alone. Prints "ok ROW", or "bad ROW" and indented lines that say why.
"""

import collections
import json
import os
import socket
import struct
import sys

import packets

TAGS = (0x8100, 0x88a8)
EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)
TCP, UDP, DCCP, ICMP6, SCTP = 6, 17, 33, 58, 132
# Where the checksum stands in the L4 header, and its length.
CHECKSUMS = {TCP: (16, 2), UDP: (6, 2), 1: (2, 2), ICMP6: (2, 2), SCTP: (8, 4)}

TUNNELS = ("vxlan", "gre", "ipip")

Headers = collections.namedtuple(
    "Headers", "version l3 l4 payload proto fragment src dst")
Packet = collections.namedtuple("Packet", "frame headers key")


def crc32c_table():
    """Of the polynomial of Castagnoli, bits reversed."""
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
        yield value


CRC32C = tuple(crc32c_table())


def crc32c(data):
    """As it stands in an SCTP header."""
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xff]
    return struct.pack("<I", crc ^ 0xffffffff)


def byte_at(frame, offset):
    """The byte, 0 beyond the end."""
    return frame[offset] if offset < len(frame) else 0


def l4_length(frame, offset, version, proto):
    """Length of the L4 header, 0 of a protocol that has none for us."""
    if proto == TCP:
        return max(20, (byte_at(frame, offset + 12) >> 4) * 4)
    if proto == DCCP:
        return max(12, byte_at(frame, offset + 4) * 4)
    if proto == (1 if version == 4 else ICMP6):
        return 8
    return {UDP: 8, SCTP: 12}.get(proto, 0)


def final(frame, offset, dst):
    """The destination that checksums go by: RFC 8200 8.1, RFC 8754."""
    length, kind, left = frame[offset + 1:offset + 4]
    if not left:
        return dst
    where = {0: length // 2 - 1, 2: length // 2 - 1, 4: 0}.get(kind)
    if where is None or length < 2:
        return None
    return frame[offset + 8 + where * 16:offset + 24 + where * 16]


def extensions(frame, l3):
    """Walks IPv6's: offset, protocol, is a fragment, final destination."""
    offset, proto, dst = l3 + 40, frame[l3 + 6], frame[l3 + 24:l3 + 40]
    fragment, routed = False, False
    size = struct.unpack_from(">H", frame, l3 + 4)[0]
    # 0 may be a jumbogram's.
    end = min(offset + size, len(frame)) if size else len(frame)
    # Two bytes tell how long a header is that the packet may cut short.
    while proto in EXTENSIONS and offset + (8 if proto == 44 else 2) <= end:
        length = (frame[offset + 1] + 1) * 8
        if proto == 44:
            where = struct.unpack_from(">H", frame, offset + 2)[0]
            fragment = fragment or where & 0xfff9 != 0
            length = 8
            if where & 0xfff8:
                return offset + length, None, True, dst
        elif proto == 51:
            length = (frame[offset + 1] + 2) * 4
        elif proto == 43 and not routed and offset + 8 <= end:
            dst, routed = final(frame, offset, dst), frame[offset + 3] > 0
        proto = frame[offset]
        offset += length
    return offset, proto, fragment, dst


def parse(frame):
    """Where the headers are; version 0 is for what is not IP."""
    kind, l3 = struct.unpack_from(">H", frame, 12)[0], 14
    while kind in TAGS and l3 < 14 + 4 * 4 and len(frame) >= l3 + 4:
        kind, l3 = struct.unpack_from(">H", frame, l3 + 2)[0], l3 + 4
    first = byte_at(frame, l3)
    if kind == 0x0800 and len(frame) >= l3 + 20 and first >> 4 == 4 \
            and first & 15 >= 5:
        version, l4 = 4, l3 + (first & 15) * 4
        where = struct.unpack_from(">H", frame, l3 + 6)[0]
        fragment = where & 0x3fff != 0
        proto = None if where & 0x1fff else frame[l3 + 9]
        src, dst = frame[l3 + 12:l3 + 16], frame[l3 + 16:l3 + 20]
    elif kind == 0x86dd and len(frame) >= l3 + 40 and first >> 4 == 6:
        version = 6
        src = frame[l3 + 8:l3 + 24]
        l4, proto, fragment, dst = extensions(frame, l3)
    else:
        return Headers(0, l3, l3, l3, None, False, frame[6:12], frame[:6])
    payload = l4 + l4_length(frame, l4, version, proto)
    return Headers(version, l3, l4, payload, proto, fragment, src, dst)


def replace(frame, offset, data):
    """The frame with other bytes at offset."""
    return frame[:offset] + data + frame[offset + len(data):]


def with_checksum(frame, headers, end):
    """The frame with an L4 checksum over what ends there."""
    offset, size = CHECKSUMS[headers.proto]
    offset += headers.l4
    frame = replace(frame, offset, bytes(size))
    data = frame[headers.l4:end]
    if headers.proto == SCTP:
        return replace(frame, offset, crc32c(data))
    if headers.proto != 1:
        data = packets.pseudo_header(headers.src, headers.dst, headers.proto,
                                     len(data)) + data
    value = packets.checksum(data)
    if headers.proto == UDP:
        value = value or 0xffff
    return replace(frame, offset, struct.pack(">H", value))


def ip_end(frame, headers):
    """Where the IP packet ends by its own account."""
    if headers.version == 4:
        return headers.l3 + struct.unpack_from(">H", frame, headers.l3 + 2)[0]
    return headers.l3 + 40 + struct.unpack_from(">H", frame,
                                                headers.l3 + 4)[0]


def finished(frame):
    """The frame with the checksum that the sender left to a NIC.

    There is none between us and the sender: the field has the sum of the
    pseudo header alone, or in SCTP nothing.
    """
    headers = parse(frame)
    if headers.proto not in (TCP, UDP, SCTP) or headers.fragment \
            or not headers.dst:
        return frame
    offset, size = CHECKSUMS[headers.proto]
    offset += headers.l4
    end = ip_end(frame, headers)
    if not headers.payload <= end <= len(frame):
        return frame
    if headers.proto == SCTP:
        left = bytes(4)
    else:
        pseudo = packets.pseudo_header(headers.src, headers.dst, headers.proto,
                                       end - headers.l4)
        left = struct.pack(">H", 0xffff - packets.checksum(pseudo))
    if frame[offset:offset + size] != left:
        return frame
    return with_checksum(frame, headers, end)


def repaired(frame, headers):
    """A cut frame as a packet of its own."""
    if not headers.version or len(frame) < headers.payload:
        return frame
    end = min(ip_end(frame, headers), len(frame))
    if headers.version == 4:
        if end < headers.l4:
            return frame
        frame = replace(frame, headers.l3 + 2,
                        struct.pack(">H", end - headers.l3))
        frame = replace(frame, headers.l3 + 10, b"\0\0")
        value = packets.checksum(frame[headers.l3:headers.l4])
        frame = replace(frame, headers.l3 + 10, struct.pack(">H", value))
    elif ip_end(frame, headers) == headers.l3 + 40:
        # 0, which may be a jumbogram's
        return frame
    else:
        frame = replace(frame, headers.l3 + 4,
                        struct.pack(">H", end - headers.l3 - 40))
    if headers.fragment or headers.payload == headers.l4 \
            or headers.proto not in CHECKSUMS or end < headers.payload \
            or not headers.dst:
        return frame
    if headers.proto == UDP:
        length = struct.unpack_from(">H", frame, headers.l4 + 4)[0]
        end = min(end, headers.l4 + length)
        if length < 8:
            return frame
        frame = replace(frame, headers.l4 + 4,
                        struct.pack(">H", end - headers.l4))
        if frame[headers.l4 + 6:headers.l4 + 8] == b"\0\0":
            return frame
    return with_checksum(frame, headers, end)


def blank(frame, headers=None):
    """The frame, or the beginning of one, without L4 checksum."""
    if len(frame) < 14:
        return frame
    headers = headers or parse(frame)
    if headers.proto not in (TCP, UDP, SCTP) or headers.fragment:
        return frame
    offset, size = CHECKSUMS[headers.proto]
    offset += headers.l4
    return frame[:offset] + bytes(size)[:max(0, len(frame) - offset)] \
        + frame[offset + size:]


def without_inner(frame, headers):
    """The frame without the L4 checksum of what a tunnel carries."""
    start = headers.l4
    if headers.proto in (4, 41):
        kind = {4: b"\x08\x00", 41: b"\x86\xdd"}[headers.proto]
    elif headers.proto == 47:
        kind, start = frame[start + 2:start + 4], start + 4
    elif headers.proto == UDP:
        return frame[:start + 16] + blank(frame[start + 16:])
    else:
        return frame
    return frame[:start] + blank(bytes(12) + kind + frame[start:])[14:]


class Mode:
    """How a session cuts: the words of tmconf."""

    def __init__(self, line):
        ingress, egress, *words = line.split()
        self.name = " ".join(words)
        self.vni = {"ingress": int(ingress), "egress": int(egress)}
        self.repair = words[-2:] == ["repair", "on"]
        self.kind = words[0]
        self.bytes = int(words[1]) if words[0] != "whole" else 0

    def cut(self, packet):
        """The copy of this packet, its checksum blanked where it is free."""
        frame, headers, (direction, kind, _) = packet
        keep = len(frame)
        if self.kind == "length":
            keep = min(keep, self.bytes)
        elif self.kind == "payload":
            keep = min(keep, headers.payload + self.bytes)
        if keep == len(frame):
            return frame
        copy = frame[:keep]
        if kind in TUNNELS:
            copy = without_inner(copy, headers)
        if self.repair and keep >= headers.payload:
            return repaired(copy, headers)
        # What h1 sent by itself has its checksum from h1.
        if direction == "ingress" and kind == "none":
            return copy
        return blank(copy, headers)


class Table:
    """All rows of a kind of device."""

    def __init__(self, directory, near):
        self.directory = directory
        self.both = "both" in near
        self.near = {self.packed(address) for address in near if
                     address != "both"}
        self.modes = [Mode(line) for line in self.lines("modes")]
        self.ports, self.protos = {}, {}
        for line in self.lines("classes"):
            name, *values = line.split()
            if values[0] == "proto":
                self.protos |= {int(value): name for value in values[1:]}
            else:
                self.ports[int(values[0])] = name
        self.expected = {}
        for line in self.lines("expected"):
            direction, kind, version, *rest = line.split()
            self.expected[direction, kind, version] = rest
        self.wire = list(self.classify("wire.pcap"))
        # by the name of the mode, in the order of the wire
        self.cut = {mode.name: [mode.cut(packet) for packet in self.wire]
                    for mode in self.modes}

    @staticmethod
    def packed(text):
        """An address as it is in packets."""
        if "." in text:
            return socket.inet_pton(socket.AF_INET, text)
        if text.count(":") == 5:
            return bytes.fromhex(text.replace(":", ""))
        return socket.inet_pton(socket.AF_INET6, text)

    def path(self, name):
        """A file."""
        return os.path.join(self.directory, name)

    def lines(self, name):
        """Those of a file."""
        with open(self.path(name), encoding="ascii") as file:
            return file.read().splitlines()

    def kind_of(self, frame, headers):
        """The class of traffic."""
        if headers.proto in self.protos:
            return self.protos[headers.proto]
        if headers.proto in (TCP, UDP, SCTP) and not headers.fragment \
                and len(frame) >= headers.l4 + 4:
            for port in struct.unpack_from(">HH", frame, headers.l4):
                if port in self.ports:
                    return self.ports[port]
        return "none"

    def row_of(self, frame, headers, direction):
        """Direction, class and version of IP."""
        version = f"ipv{headers.version}" if headers.version else "other"
        key = direction, self.kind_of(frame, headers), version
        return key if key in self.expected else (direction, "none", version)

    def classify(self, name):
        """The packets of a capture of the wire, in each direction."""
        for frame in packets.read_pcap(self.path(name)):
            frame = finished(frame)
            headers = parse(frame)
            if self.both:
                directions = ["egress", "ingress"]
            elif frame[6:12] in self.near or headers.src in self.near:
                directions = ["ingress"]
            else:
                directions = ["egress"]
            for direction in directions:
                yield Packet(frame, headers,
                             self.row_of(frame, headers, direction))

    def copies(self):
        """By VNI."""
        found = collections.defaultdict(list)
        for frame in packets.read_pcap(self.path("under.pcap")):
            copy = packets.decapsulate(frame)
            if not copy or not copy.ip_ok or copy.flags != 8 \
                    or any(copy.reserved) or copy.mf:
                raise ValueError(f"not a copy: {frame[:100].hex()}")
            found[copy.vni].append(copy.frame)
        return found

    def compare(self, mode, direction, copies):
        """What is wrong with the copies of a mode, in lines for each row."""
        wire = [(cut, packet.key) for cut, packet
                in zip(self.cut[mode.name], self.wire)
                if packet.key[0] == direction]
        wanted, keys = [cut for cut, _ in wire], dict(wire)
        copies = [copy if copy in keys else self.free(mode, copy, direction)
                  for copy in copies]
        wrong = collections.defaultdict(list)
        want, got = collections.Counter(wanted), collections.Counter(copies)
        for frame, count in (want - got).items():
            wrong[keys[frame]].append(("no copy of", frame, count))
        for frame, count in (got - want).items():
            key = keys.get(frame) or self.row_of(frame, parse(frame),
                                                 direction)
            wrong[key].append(("copy of nothing", frame, count))
        if not wrong and os.cpu_count() == 1:
            self.in_order(wanted, copies, keys, wrong)
        return wrong

    def free(self, mode, copy, direction):
        """The copy without the checksums that may be anything."""
        headers = parse(copy)
        if self.row_of(copy, headers, direction)[1] not in TUNNELS:
            return blank(copy, headers)
        inner = without_inner(copy, headers)
        if not mode.repair:
            return blank(inner, headers)
        # A repaired checksum is right for what it covers.
        if headers.proto == UDP and copy[headers.l4 + 6:headers.l4 + 8] \
                != b"\0\0" and with_checksum(copy, headers, len(copy)) == copy:
            return with_checksum(inner, headers, len(copy))
        return inner

    @staticmethod
    def in_order(wanted, copies, keys, wrong):
        """Of a flow; several CPUs may reorder a wire's packets."""
        flows = collections.defaultdict(lambda: ([], []))
        for which, frames in enumerate((wanted, copies)):
            for frame in frames:
                flows[packets.flow(frame)][which].append(frame)
        for want, got in flows.values():
            if want != got:
                frame, instead = next(
                    (a, b) for a, b in zip(want, got) if a != b)
                wrong[keys[frame]].append(("out of order", frame, 1))
                wrong[keys[frame]].append(("what came there", instead, 1))

    @staticmethod
    def some(wrong):
        """Lines that show some of each kind of mistake."""
        return [f"{what}: {count} x {len(frame)} bytes: {frame[:120].hex()}"
                for kind in ("no copy of", "copy of nothing", "out of order",
                             "what came there")
                for what, frame, count in
                [entry for entry in wrong if entry[0] == kind][:3]]

    def rows(self):
        """For each row, its name and what is wrong with it."""
        found = self.copies()
        present = collections.Counter(packet.key for packet in self.wire)
        for mode in self.modes:
            for direction in ("ingress", "egress"):
                wrong = self.compare(mode, direction,
                                     found.pop(mode.vni[direction], []))
                for key in self.expected:
                    if key[0] != direction:
                        continue
                    lines = self.some(wrong.pop(key, []))
                    if not present[key]:
                        lines = ["nothing was on the wire"]
                    yield f"{' '.join(key)} {mode.name}", lines
                for key, rest in wrong.items():
                    yield f"{' '.join(key)} {mode.name}", [
                        "not expected at all", *self.some(rest)]
        if found:
            yield "VNIs", [f"copies with other VNIs: {sorted(found)}"]

    def counters(self):
        """The sessions' against what is in the captures."""
        with open(self.path("sessions"), encoding="ascii") as file:
            sessions = sorted(json.load(file), key=lambda s: s["number"])
        for mode, session in zip(self.modes, sessions):
            stats = session["stats"]
            cuts = [(len(cut), len(packet.frame)) for cut, packet
                    in zip(self.cut[mode.name], self.wire)]
            want = {"packets": len(cuts), "bytes": sum(b for _, b in cuts),
                    "mirrored": len(cuts), "kept": sum(a for a, _ in cuts),
                    "truncated": sum(a < b for a, b in cuts), "dropped": 0}
            got = {"packets": stats["matched"]["packets"],
                   "bytes": stats["matched"]["bytes"],
                   "mirrored": stats["mirrored"]["packets"],
                   "kept": stats["mirrored"]["bytes"],
                   "truncated": stats["truncated"]["packets"],
                   "dropped": sum(stats["dropped"].values())}
            yield f"counters {mode.name}", [] if want == got else [
                f"want: {want}", f"got: {got}"]

    def supers(self):
        """Rows of super-packets say nothing if the hook met none."""
        with open(self.path("supers"), encoding="ascii") as file:
            counted = collections.Counter()
            for part in json.load(file):
                for action in part.get("actions", []):
                    # DIRECTION VERSION CLASS, see test_table.sh
                    counted[action["index"]] = action["stats"]["bytes"]
        numbers = self.ports | self.protos
        for (direction, kind, version), rest in self.expected.items():
            if "super" not in rest:
                continue
            first = {"ingress": 1, "egress": 2}[direction] * 10 \
                + int(version[-1])
            count = sum(counted[first * 10000 + number]
                        for number, name in numbers.items() if name == kind)
            yield f"{direction} {kind} {version} super-packets", [] if count \
                else ["the hook met none"]

    def originals(self):
        """What passes through the mirror host comes out as it went in."""
        if not os.path.exists(self.path("far.pcap")):
            return
        far = collections.defaultdict(list)
        near = collections.defaultdict(list)
        for where, seen in ((near, self.wire),
                            (far, self.classify("far.pcap"))):
            for packet in seen:
                where[packet.key[1:]].append(self.routed(packet))
        for (direction, kind, version), rest in self.expected.items():
            if "through" in rest and direction == "ingress":
                key = kind, version
                same = collections.Counter(near[key]) \
                    == collections.Counter(far[key])
                yield f"through {kind} {version} originals", [] if same else [
                    f"{len(near[key])} packets on the one side, "
                    f"{len(far[key])} on the other"]

    @staticmethod
    def routed(packet):
        """A packet without what a router changes."""
        data = packet.frame[packet.headers.l3:]
        if packet.headers.version == 4:
            return replace(replace(data, 8, b"\0"), 10, b"\0\0")
        return replace(data, 7, b"\0")


def main():
    """Prints the verdicts."""
    device, directory, *near = sys.argv[1:]
    table = Table(directory, near)
    for part in (table.rows, table.supers, table.originals, table.counters):
        for name, lines in part():
            print("\n   ".join([f"{'bad' if lines else 'ok'} {device} {name}",
                                *lines]))


main()
