#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends, whatever becomes of the way, until there is FILE: flood.py FILE WHAT...

  frames DEV        frames of frames.py, by a device that comes and goes
  segments ADDRESS  UDP super-packets
  stream ADDRESS    TCP, to the port of discard

Prints how many were sent: once there is one, and at the end.
"""

import itertools
import os
import socket
import sys
import time

import frames

UDP_SEGMENT = 103


def frames_by(dev):
    """Opens what sends frames by a device."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    return sock


def segments_to(address):
    """Opens what sends super-packets."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
    sock.connect((address, 9))
    return sock


def stream_to(address):
    """Opens a connection."""
    return socket.create_connection((address, 9), timeout=1)


def main():
    """Sends until it is time."""
    file, what, where = sys.argv[1:]
    make, data = {
        "frames": (frames_by, list(frames.FRAMES.values())),
        "segments": (segments_to, [bytes(20000)]),
        "stream": (stream_to, [bytes(60000)]),
    }[what]
    sent = 0
    sock = None
    packets = itertools.cycle(data)
    while not os.path.exists(file):
        begin = time.monotonic()
        try:
            sock = sock or make(where)
            sock.send(next(packets))
            sent += 1
            if sent == 1:
                print(sent, flush=True)
        except OSError:
            # Perhaps the device is another one by now.
            sock = None
        # Others want to do something as well, also where packets are dear.
        time.sleep(max(0.005, 4 * (time.monotonic() - begin)))
    print(sent)


main()
