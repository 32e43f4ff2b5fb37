#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes down the netlink requests that a command sends.

  record.py DEVICE FILE COMMAND...

DEVICE is an nlmon that is up; it sees what passes in its namespace. FILE gets
the requests to rtnetlink and to generic netlink, one after the other as they
were sent, each to the multiple of 4 bytes. The status is the command's.
"""

import socket
import struct
import subprocess
import sys

ETH_P_ALL = 3
NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
NLM_F_REQUEST = 1
SO_RCVBUFFORCE = 33


def requests(data):
    """Those in a datagram."""
    while len(data) >= 16:
        length, _, flags = struct.unpack_from("=IHH", data)
        end = length + 3 & ~3
        if flags & NLM_F_REQUEST:
            yield data[:end].ljust(end, b"\0")
        data = data[end:]


def main():
    """What is sent is there once the command has ended."""
    device, path, *command = sys.argv[1:]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                         socket.htons(ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    sock.bind((device, ETH_P_ALL))
    status = subprocess.run(command, check=False).returncode
    with open(path, "wb") as file:
        while True:
            try:
                data, address = sock.recvfrom(1 << 17, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if address[1] in (NETLINK_ROUTE, NETLINK_GENERIC):
                file.write(b"".join(requests(data)))
    sys.exit(status)


main()
