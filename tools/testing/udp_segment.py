#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends one UDP super-packet: udp_segment.py ADDRESS SEGMENT-SIZE BYTES."""

import socket
import sys

UDP_SEGMENT = 103

address, size, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
    # Nobody listens on the port of discard; the ICMP error is traffic too.
    sock.sendto(bytes(i & 0xff for i in range(length)), (address, 9))
