#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds the copies that a collector received against captures of the wire.

Packet for packet and byte for byte: as multisets, for copies and packets of
several flows may pass each other; with --ordered in order, flow by flow.
"""

import argparse
import collections
import struct
import sys

import packets


def l4_checksum(frame):
    """Where the L4 checksum of a frame stands, or None."""
    offset = 12
    while frame[offset:offset + 2] in (b"\x81\x00", b"\x88\xa8"):
        offset += 4
    ethertype, offset = frame[offset:offset + 2], offset + 2
    if ethertype == b"\x08\x00" and len(frame) >= offset + 20:
        if struct.unpack_from(">H", frame, offset + 6)[0] & 0x1fff:
            return None
        proto = frame[offset + 9]
        offset += (frame[offset] & 15) * 4
    elif ethertype == b"\x86\xdd" and len(frame) >= offset + 40:
        proto = frame[offset + 6]
        offset += 40
    else:
        return None
    return {6: offset + 16, 17: offset + 6}.get(proto)


def without_checksum(frame):
    """The frame, the checksum that nobody had computed yet blanked."""
    offset = l4_checksum(frame)
    if offset is None or offset + 2 > len(frame):
        return frame
    return frame[:offset] + b"\0\0" + frame[offset + 2:]


def speaks_unasked(frame):
    """Multicast listener reports, which hosts send when they like."""
    return frame[:6] == b"\x33\x33\0\0\0\x16"


def refused(frame):
    """IP without its whole header, which the vxlan device lets go."""
    return len(frame) < {b"\x08\x00": 34, b"\x86\xdd": 54}.get(
        frame[12:14], 0)


def cut(frames, args):
    """The wire's frames as the copies should be."""
    for frame in frames:
        short = frame[:args.length]
        if args.vxlan_device and refused(short):
            continue
        if args.partial and len(short) < len(frame):
            short = without_checksum(short)
        yield short


def copies(args):
    """The frames that the collector has, decapsulated where need be."""
    frames = packets.read_pcap(args.copies)
    if args.vni is None:
        return frames
    found = []
    for frame in frames:
        copy = packets.decapsulate(frame, args.port)
        if copy is None or copy.vni != args.vni:
            continue
        if not copy.ip_ok or copy.flags != 8 or any(copy.reserved) or copy.mf:
            sys.exit(f"a copy with bad outer headers: {copy}")
        found.append(copy.frame)
    return found


def show(title, frames):
    """Some of the frames, enough to see what they are."""
    for frame, count in list(frames.items())[:5]:
        print(f"{title}: {count} x {len(frame)} bytes: {frame[:80].hex()}")


def by_flow(frames):
    """The frames of each flow, in order."""
    flows = collections.defaultdict(list)
    for frame in frames:
        flows[packets.flow(frame)].append(frame)
    return flows


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", required=True, metavar="PCAP")
    parser.add_argument("--vni", type=int,
                        help="decapsulate the copies, and take this VNI's")
    parser.add_argument("--port", type=int, default=4789)
    parser.add_argument("--length", type=int,
                        help="of each packet, its first bytes")
    parser.add_argument("--partial", action="store_true",
                        help="the L4 checksum of a cut copy has no meaning")
    parser.add_argument("--vxlan-device", action="store_true",
                        help="the copies are what a vxlan device delivered")
    parser.add_argument("--ordered", action="store_true")
    parser.add_argument("--empty", action="store_true",
                        help="no packets and no copies are as good")
    parser.add_argument("wire", nargs="+", metavar="PCAP")
    return parser.parse_args()


def main():
    """Exits with 1 where the two differ."""
    args = parse()
    wire = [frame for path in args.wire for frame in packets.read_pcap(path)
            if not speaks_unasked(frame)]
    wanted = list(cut(wire, args))
    got = [frame for frame in copies(args) if not speaks_unasked(frame)]
    if args.partial:
        whole = collections.Counter(wire)
        got = [frame if whole[frame] else without_checksum(frame)
               for frame in got]
    if not wanted and not args.empty:
        sys.exit("nothing was on the wire")

    missing = collections.Counter(wanted) - collections.Counter(got)
    extra = collections.Counter(got) - collections.Counter(wanted)
    if missing or extra:
        print(f"{len(wanted)} packets on the wire, {len(got)} copies")
        show("no copy of", missing)
        show("copy of nothing", extra)
        sys.exit(1)
    if args.ordered and by_flow(wanted) != by_flow(got):
        sys.exit("the same packets, but a flow is out of order")
    print(f"{len(wanted)} packets")


main()
