# SPDX-License-Identifier: GPL-2.0
"""Captures and headers, for the programs beside this file."""

import collections
import struct


def checksum(data):
    """The Internet checksum of RFC 1071; 0 over data that contains it."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_header(src, dst, proto, length):
    """What the checksum of an L4 header covers besides; packed addresses."""
    if len(src) == 4:
        return src + dst + struct.pack(">BBH", 0, proto, length)
    return src + dst + struct.pack(">IxxxB", length, proto)


def read_pcap(path):
    """The frames of a capture, each whole.

    The packets of a device without link layer get a header of zeros and
    their type, like the copies of them.
    """
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        raise ValueError(f"{path}: not a little-endian pcap file")
    link_type = struct.unpack_from("<I", data, 20)[0] & 0xffff
    if link_type not in (1, 101):
        raise ValueError(f"{path}: link type {link_type}, not Ethernet or IP")
    frames = []
    offset = 24
    while offset < len(data):
        captured, length = struct.unpack_from("<II", data, offset + 8)
        offset += 16
        if captured != length or offset + captured > len(data):
            raise ValueError(f"{path}: frame {len(frames) + 1} is cut")
        frame = data[offset:offset + captured]
        if link_type == 101:
            six = frame[:1] and frame[0] >> 4 == 6
            frame = bytes(12) + (b"\x86\xdd" if six else b"\x08\x00") + frame
        frames.append(frame)
        offset += captured
    return frames


def write_pcap(path, frames):
    """Writes a capture, for tests of what reads them."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)))
            file.write(frame)


Copy = collections.namedtuple(
    "Copy", "src dst tos ident df mf ttl sport dport udp_csum udp_csum_ok "
            "flags reserved vni frame ip_ok")


def decapsulate(frame, port=4789):
    """The VXLAN datagram in an Ethernet frame, or None if there is none.

    Addresses are packed. Its lengths are held against each other: a datagram
    that lies about them is no copy of anything.
    """
    if len(frame) < 14:
        return None
    ethertype = struct.unpack_from(">H", frame, 12)[0]
    packet = frame[14:]
    if ethertype == 0x0800 and len(packet) >= 20 and packet[0] == 0x45:
        tos, total, ident, frag, ttl, proto = struct.unpack_from(
            ">xBHHHBB", packet)
        src, dst = packet[12:16], packet[16:20]
        ip_ok = checksum(packet[:20]) == 0
        header = 20
    elif ethertype == 0x86dd and len(packet) >= 40:
        first, payload, proto, ttl = struct.unpack_from(">IHBB", packet)
        tos, total, ident, frag = first >> 20 & 0xff, payload + 40, 0, 0
        src, dst = packet[8:24], packet[24:40]
        ip_ok = first >> 28 == 6
        header = 40
    else:
        return None
    if proto != 17 or frag & 0x1fff or len(packet) < header + 16:
        return None
    datagram = packet[header:total]
    sport, dport, length, udp_csum = struct.unpack_from(">HHHH", datagram)
    if dport != port:
        return None
    flags, high, vni_low = struct.unpack_from(">BxHI", datagram, 8)
    reserved = (datagram[9], high, vni_low & 0xff)
    ip_ok = ip_ok and length == len(datagram) == total - header
    return Copy(
        src=src, dst=dst,
        tos=tos, ident=ident, df=frag >> 14 & 1, mf=frag >> 13 & 1, ttl=ttl,
        sport=sport, dport=dport, udp_csum=udp_csum,
        udp_csum_ok=checksum(pseudo_header(src, dst, 17, length)
                             + datagram) == 0,
        flags=flags, reserved=reserved, vni=vni_low >> 8,
        frame=datagram[16:], ip_ok=ip_ok)


def flow(frame):
    """What the packets of one flow in one direction have in common.

    The flow label is part of it: TCP changes it when it sends anew, and GRO
    lets what has another label pass what it holds.
    """
    offset = 12
    while frame[offset:offset + 2] in (b"\x81\x00", b"\x88\xa8"):
        offset += 4
    key = frame[:offset + 2]
    packet = frame[offset + 2:]
    if frame[offset:offset + 2] == b"\x08\x00":
        header = (packet[0] & 15) * 4 if packet else 0
        key += packet[9:10] + packet[12:20]
        if not struct.unpack(">H", packet[6:8].ljust(2, b"\0"))[0] & 0x3fff:
            key += packet[header:header + 4]
    elif frame[offset:offset + 2] == b"\x86\xdd":
        key += packet[:4] + packet[6:7] + packet[8:44]
    return key
