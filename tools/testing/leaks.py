#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Looks for bytes that nobody has set, and for addresses of the kernel.

  leaks.py fill                   leaves memory behind that is full of FILL
  leaks.py netlink HEADER BATCH   everything that the family and tc answer and
                                  notify, where BATCH is for tmconf and makes
                                  what there is to be shown
  leaks.py wire PCAP              copies, of frames without such bytes

A line "ok DESC" or "bad DESC" and what was found, indented.
"""

import re
import socket
import struct
import subprocess
import sys

import genl
import packets
from genl import NLM_F_ACK, NLM_F_DUMP, attr, nest, u8, u32

FILL = b"\x5a"
# Of ours, of slabs in use and free, of pages, of variables.
PATTERN = re.compile(rb"([\x5a\x6b\xaa\xfe])\1\1")
RTM_NEWTFILTER = 44
SO_RCVBUFFORCE = 33
# Addresses of x86-64's kernel, but all ones, a number; and of UML's memory.
KERNEL = range(0xffff800000000000, (1 << 64) - 1), range(0x60000000, 1 << 32)


class Tap:
    """A socket that remembers what it received."""

    def __init__(self, sock):
        self.sock = sock
        self.datagrams = []

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def recv(self, size):
        """As of a socket."""
        data = self.sock.recv(size)
        self.datagrams.append(data)
        return data


def tapped(*args, **kwargs):
    """A netlink socket with a tap."""
    sock = genl.Socket(*args, **kwargs)
    sock.sock = Tap(sock.sock)
    return sock


def split(data):
    """The attributes in data, each with its padding; None if it is none."""
    found, offset = [], 0
    while offset < len(data):
        if offset + 4 > len(data):
            return None
        length = struct.unpack_from("=H", data, offset)[0]
        end = offset + (length + 3 & ~3)
        if length < 4 or offset + length > len(data):
            return None
        found.append((data[offset + 4:offset + length],
                      data[offset + length:end]))
        offset = end
    return found


def wrong_in(data):
    """What is wrong with attributes, or with a value."""
    inside = split(data) if len(data) >= 8 else None
    if inside is None:
        found = PATTERN.search(data)
        if found:
            yield f"{found[0].hex()} in {data.hex()}"
        for offset in range(0, len(data) - 7, 8):
            value = struct.unpack_from("=Q", data, offset)[0]
            if any(value in addresses for addresses in KERNEL):
                yield f"address {value:x} in {data.hex()}"
        return
    for value, padding in inside:
        if any(padding):
            yield f"padding {padding.hex()} behind {value.hex()}"
        yield from wrong_in(value)


def judge(desc, datagrams):
    """A verdict on messages."""
    wrong, count = [], 0
    for data in datagrams:
        while len(data) >= 16:
            length, kind, flags = struct.unpack_from("=IHH", data)
            end = length + 3 & ~3
            count += 1
            if any(data[length:end]):
                wrong.append(f"padding of a message: {data[length:end].hex()}")
            if kind == genl.NLMSG_ERROR:
                # What was sent comes back in it, unless it is capped.
                rest = data[36:length] if flags & 0x100 else b""
            elif kind == genl.NLMSG_DONE:
                rest = data[20:length]
            else:
                rest = data[16 + (20 if kind == RTM_NEWTFILTER else 4):length]
            wrong += wrong_in(rest)
            data = data[end:]
    verdict(f"{desc}, {count} messages", wrong if count else ["no message"])


def verdict(desc, wrong):
    """Prints it."""
    print("bad" if wrong else "ok", desc)
    for line in wrong[:9]:
        print(f"  {line}")


def netlink(header, batch):
    """Everybody's answers."""
    k = genl.uapi(header)
    listener = tapped("tmirror")
    # It is read when all has been said.
    listener.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    listener.join("config")
    subprocess.run(["tmconf", "-b", batch], check=True)
    names = ["t", "odd", "f", "longer", "s", "of-d0", "missing"]
    sock = tapped("tmirror")
    for key, command in k.items():
        if not key.startswith("TMIRROR_CMD_") or key.endswith("_MAX"):
            continue
        sock.genl(command, b"", NLM_F_ACK | NLM_F_DUMP)
        for flags in NLM_F_ACK, NLM_F_ACK | 0x8:
            if not key.endswith("_FLUSH"):
                sock.genl(command, b"", flags)
            if key.endswith("_GET"):
                for name in names:
                    sock.genl(command, attr(1, name), flags)
    for ifindex in 1, 1000, 4321:
        for direction in 0, 1, 2:
            sock.genl(k["TMIRROR_CMD_EXPLAIN"],
                      u32(k["TMIRROR_A_EXPLAIN_IFINDEX"], ifindex)
                      + u8(k["TMIRROR_A_EXPLAIN_DIRECTION"], direction))
    judge("replies and dumps", sock.sock.datagrams)

    route = tapped(protocol=0)
    ours = nest(1, nest(1, attr(1, "tmirror")))
    route.send(50, bytes(4) + ours, NLM_F_ACK | NLM_F_DUMP)
    for parent in 0xfffffff2, 0xfffffff3:
        route.send(46, struct.pack("=BxxxiIII", 0, 1000, 0, parent, 0),
                   NLM_F_ACK | NLM_F_DUMP)
    one = nest(1, attr(1, "tmirror"), u32(3, 7))
    route.send(50, bytes(4) + nest(1, one))
    judge("actions and filters of tc", route.sock.datagrams)

    sock.genl(k["TMIRROR_CMD_FLUSH"])
    subprocess.run(["tmconf", "flush"], check=True)
    listener.sock.setblocking(False)
    try:
        while True:
            listener.sock.recv(1 << 16)
    except BlockingIOError:
        pass
    judge("notifications", listener.sock.datagrams)


def wire(path):
    """The frames that carry copies."""
    wrong, count = [], 0
    for frame in packets.read_pcap(path):
        copy = packets.decapsulate(frame)
        if not copy:
            continue
        count += 1
        found = PATTERN.search(frame)
        if found:
            wrong.append(f"{found[0].hex()} at {found.start()} of {len(frame)} in "
                         f"{frame.hex()}")
        outer = 54 if len(copy.src) == 16 else 34
        if not copy.ip_ok or len(frame) != outer + 16 + len(copy.frame):
            wrong.append(f"more than it says: {frame.hex()}")
    verdict(f"{count} copies", wrong if count else ["no copy"])


def fill():
    """What is free last is taken first."""
    return [FILL * (1 << 20) for _ in range(256)]


{"fill": fill, "netlink": netlink, "wire": wire}[sys.argv[1]](*sys.argv[2:])
