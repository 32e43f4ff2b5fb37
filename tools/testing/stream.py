#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Numbered datagrams at a steady rate, to see when some are missing.

  stream.py send ADDRESS STOP   sends one each 10 ms until the file STOP is
                                there; prints how many
  stream.py receive FILE        receives them up to the last, having made FILE;
                                prints how many different ones
  stream.py gap PCAP VNI        of the copies in a capture, the longest gap:
                                prints how many are missing, and for how many
                                milliseconds
"""

import os
import socket
import struct
import sys
import time

import packets

PORT, EACH, LAST = 7777, 0.01, 1 << 31


def send(address, stop):
    """Number, or the last one, and when it was sent, in nanoseconds."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    count, due = 0, time.monotonic()
    while True:
        last = os.path.exists(stop)
        sock.sendto(struct.pack(">IQ", count | (last and LAST),
                                time.monotonic_ns()), (address, PORT))
        count += 1
        if last:
            return count
        due += EACH
        time.sleep(max(0, due - time.monotonic()))


def receive(ready):
    """All that arrive."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind(("", PORT))
    with open(ready, "w", encoding="ascii"):
        pass
    seen = set()
    while not any(number & LAST for number in seen):
        seen.add(struct.unpack(">IQ", sock.recv(64))[0])
    return len(seen)


def gap(path, vni):
    """What the copies miss, which are whole."""
    copies = filter(None, map(packets.decapsulate, packets.read_pcap(path)))
    sent = sorted(struct.unpack(">IQ", copy.frame[42:54]) for copy in copies
                  if copy.vni == int(vni))
    missing, since, until = max(
        (number - before - 1, then, now)
        for (before, then), (number, now) in zip(sent, sent[1:])
        if not number & LAST)
    return f"{missing} {(until - since) // 1000000}"


print({"send": send, "receive": receive, "gap": gap}[sys.argv[1]](
    *sys.argv[2:]))
