#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds the copies that a collector received against captures of the wire.

Packet for packet and byte for byte: as multisets, for copies and packets of
several flows may pass each other; with --ordered in order, flow by flow.

  compare.py [OPTION]... --copies PCAP WIRE...

  --vni N          decapsulate the copies, and take this VNI's
  --port N         of the VXLAN, default 4789
  --length N       the copies are the first N bytes of each packet
  --partial        the L4 checksum of a cut copy has no meaning
  --vxlan-device   the copies are what a vxlan device delivered
  --ordered        order matters

With --batch first, each line of stdin is a description, a tab and further
arguments: "ok DESCRIPTION", or "bad DESCRIPTION" and indented lines that say
why.
"""

import collections
import functools
import struct
import sys
import types

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


@functools.lru_cache
def read(path):
    """A capture's frames; or some of frames.py, as frames:NAME,NAME..."""
    if path.startswith("frames:"):
        from frames import FRAMES
        names = path[7:].split(",")
        return [frame for name, frame in FRAMES.items() if name in names]
    return packets.read_pcap(path)


@functools.lru_cache
def decapsulated(path, port):
    """The copies in a capture of the underlay, by VNI."""
    found = collections.defaultdict(list)
    for frame in read(path):
        copy = packets.decapsulate(frame, port)
        if copy:
            found[copy.vni].append(copy)
    return found


def copies(args):
    """The frames that the collector has, decapsulated where need be."""
    if args.vni is None:
        return read(args.copies)
    found = decapsulated(args.copies, args.port)[args.vni]
    for copy in found:
        if not copy.ip_ok or copy.flags != 8 or any(copy.reserved) or copy.mf:
            raise ValueError(f"a copy with bad outer headers: {copy}")
    return [copy.frame for copy in found]


def some(title, frames):
    """Some of the frames, enough to see what they are."""
    return [f"{title}: {count} x {len(frame)} bytes: {frame[:80].hex()}"
            for frame, count in list(frames.items())[:5]]


def by_flow(frames):
    """The frames of each flow, in order."""
    flows = collections.defaultdict(list)
    for frame in frames:
        flows[packets.flow(frame)].append(frame)
    return flows


def parse(words):
    """The command line; argparse would take longer than the rest of us."""
    args = types.SimpleNamespace(
        copies=None, vni=None, port=4789, length=None, partial=False,
        vxlan_device=False, ordered=False, wire=[])
    words = iter(words)
    for word in words:
        key = word[2:].replace("-", "_")
        if word in ("--partial", "--vxlan-device", "--ordered"):
            setattr(args, key, True)
        elif word in ("--vni", "--port", "--length"):
            setattr(args, key, int(next(words)))
        elif word == "--copies":
            args.copies = next(words)
        elif word.startswith("-"):
            raise ValueError(f"unknown option {word}")
        else:
            args.wire.append(word)
    if not args.copies or not args.wire:
        raise ValueError("copies and wire are wanted")
    return args


def differences(args):
    """What differs, in lines; none where nothing does."""
    wire = [frame for path in args.wire for frame in read(path)]
    wanted = list(cut(wire, args))
    got = copies(args)
    if args.partial:
        whole = collections.Counter(wire)
        got = [frame if whole[frame] else without_checksum(frame)
               for frame in got]
    if not wanted:
        return ["nothing was on the wire"]

    missing = collections.Counter(wanted) - collections.Counter(got)
    extra = collections.Counter(got) - collections.Counter(wanted)
    if missing or extra:
        return [f"{len(wanted)} packets on the wire, {len(got)} copies",
                *some("no copy of", missing), *some("copy of nothing", extra)]
    if args.ordered and by_flow(wanted) != by_flow(got):
        return ["the same packets, but a flow is out of order"]
    return []


def compare(words):
    """The differences; a capture that cannot be read is one."""
    try:
        return differences(parse(words))
    except (OSError, ValueError) as error:
        return [str(error)]


def main():
    """Exits with 1 where the two differ."""
    if sys.argv[1] != "--batch":
        lines = compare(sys.argv[1:])
        print("\n".join(lines))
        sys.exit(bool(lines))
    for line in sys.stdin:
        desc, words = line.rstrip("\n").split("\t")
        lines = compare(sys.argv[2:] + words.split())
        print("\n   ".join([f"{'bad' if lines else 'ok'} {desc}", *lines]))


main()
