#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The outer headers of a VNI's copies: outer.py PCAP VNI [PORT].

A line for each kind of them, fields that all have in common; --ports instead
of the VNI's number of copies prints how many source ports each inner flow, in
both directions, uses, and the lowest and highest of all.
"""

import collections
import ipaddress
import sys

import packets


def main():
    """Does what the command line says."""
    path, vni = sys.argv[1], sys.argv[2]
    port = int(sys.argv[3]) if len(sys.argv) > 3 else 4789
    copies = [copy for copy in (packets.decapsulate(frame, port)
                                for frame in packets.read_pcap(path)) if copy]
    if vni == "--ports":
        flows = collections.defaultdict(set)
        for copy in copies:
            flows[frozenset(connection(copy.frame))].add(copy.sport)
        ports = [copy.sport for copy in copies]
        print(max(map(len, flows.values())), len(flows),
              min(ports), max(ports))
        return
    kinds = collections.Counter()
    for copy in copies:
        if copy.vni != int(vni):
            continue
        if not copy.ip_ok:
            print(f"bad lengths or checksum: {copy}")
        csum = ("none" if not copy.udp_csum
                else "valid" if copy.udp_csum_ok else "bad")
        src, dst = map(ipaddress.ip_address, (copy.src, copy.dst))
        kinds[f"{src} {dst} tos {copy.tos} id {copy.ident} "
              f"df {copy.df} mf {copy.mf} ttl {copy.ttl} csum {csum} "
              f"flags {copy.flags} reserved {copy.reserved}"] += 1
    for kind in sorted(kinds):
        print(kind)


def connection(frame):
    """The two ends of an inner TCP or UDP packet: (address, port) twice."""
    packet = frame[14:]
    addresses, ports = ((packet[12:16], packet[16:20]), packet[20:24]) \
        if packet[0] >> 4 == 4 else \
        ((packet[8:24], packet[24:40]), packet[40:44])
    return (addresses[0], ports[:2]), (addresses[1], ports[2:])


main()
