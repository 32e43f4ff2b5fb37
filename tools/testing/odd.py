#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes captures of odd packets, made with scapy: odd.py DST THERE BACK.

Headers that are rare, that lie, and that chance has changed, always the same
ones. THERE goes from frames.A_MAC to DST; BACK comes from frames.B_MAC.
"""

import random
import sys

from scapy.config import conf
from scapy.layers.eap import EAPOL
from scapy.layers.inet import (ICMP, IP, TCP, UDP, IPOption_LSRR,
                               IPOption_RR, IPOption_Timestamp)
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest,
                                IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting,
                                IPv6ExtHdrSegmentRouting, Jumbo, PadN)
from scapy.layers.ipsec import AH, ESP
from scapy.layers.l2 import (ARP, GRE, LLC, SNAP, Dot1AD, Dot1Q, Dot3, Ether)
from scapy.layers.ppp import PPP, PPPoE, PPPoED
from scapy.layers.sctp import (SCTP, SCTPChunkData, SCTPChunkHeartbeatReq,
                               SCTPChunkInit)
from scapy.layers.vrrp import VRRP
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

import frames
import packets

CHANCE = random.Random(1)
MUTANTS = 3


def data(size):
    """Payload."""
    return Raw(frames.PAYLOAD[:size])


def v4(**fields):
    """An IPv4 header between the two ends."""
    return IP(src="10.9.0.1", dst="10.9.0.2", **fields)


def v6(**fields):
    """An IPv6 header between the two ends."""
    return IPv6(src="fd09::1", dst="fd09::2", **fields)


def tcp(**fields):
    """A segment."""
    return TCP(sport=40001, dport=8080, seq=7, ack=9, **fields)


def udp(**fields):
    """A datagram."""
    return UDP(sport=40001, dport=5353, **fields)


def ipv4():
    """What follows an Ethernet header."""
    yield v4(options=[IPOption_RR(routers=["0.0.0.0"] * 3)]) / udp() / data(90)
    yield v4(options=[IPOption_LSRR(routers=["10.9.9.9"])]) / tcp() / data(90)
    yield v4(options=[IPOption_Timestamp()]) / ICMP() / data(90)
    yield v4(ttl=0, tos=0xff, id=0, flags="evil") / udp() / data(60)
    for length in 0, 19, 20, 27, 28, 60, 117, 119, 65535:
        yield v4(len=length) / udp() / data(90)
        yield v4(len=length) / tcp() / data(90)
    for words in 0, 4, 6, 9, 15:
        yield v4(ihl=words) / tcp() / data(90)
    for length in 0, 7, 8, 9, 97, 99, 65535:
        yield v4() / udp(len=length) / data(90)
    yield v4() / udp(chksum=0) / data(90)
    for words in 0, 4, 5, 6, 15:
        yield v4() / tcp(dataofs=words) / data(90)
        yield v4() / tcp(dataofs=words)
    yield v4() / tcp(flags="FSRPAUEC", urgptr=99) / data(90)
    yield v4() / tcp(flags=0, options=[("WScale", 99), ("NOP", None),
                                       (254, b"\xf9\x89abcd")]) / data(90)
    yield v4(flags="MF") / udp() / data(90)
    yield v4(flags="MF") / tcp() / data(4)
    yield v4(flags="MF+DF", frag=1) / data(64)
    yield v4(frag=8191) / data(64)
    for kind in ICMP(type=3, code=4, nexthopmtu=1000), ICMP(type=5), \
            ICMP(type=11), ICMP(type=255, code=255):
        yield v4() / kind / v4() / tcp() / data(20)
    yield v4() / SCTP(sport=1, dport=2) / SCTPChunkInit() / data(9)
    yield v4() / SCTP(sport=1, dport=2) / SCTPChunkData(data=bytes(91))
    yield v4() / VRRP(addrlist=["10.9.0.9"])
    yield v4() / AH(nh=6, icv=bytes(12), payloadlen=4) / tcp() / data(90)
    yield v4() / ESP(spi=1, seq=2, data=bytes(80))
    for proto in 2, 33, 88, 89, 103, 115, 136, 137, 253, 255:
        yield v4(proto=proto) / data(90)
    for size in range(0, 24, 3):
        yield v4(proto=6) / data(size)


def ipv6():
    """What follows an Ethernet header."""
    options = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
    first = IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=70000)])
    route = IPv6ExtHdrRouting(addresses=["fd09::7", "fd09::8"], segleft=1)
    segment = IPv6ExtHdrSegmentRouting(
        addresses=["fd09::7", "fd09::8"], segleft=1, lastentry=1)
    for middle in options, first, route, segment, options / route / options:
        yield v6() / middle / tcp() / data(90)
        yield v6() / middle / udp() / data(90)
    for many in 2, 7, 8, 9, 15:
        chain = v6()
        for _ in range(many):
            chain = chain / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
        yield chain / tcp() / data(90)
    yield v6() / AH(nh=17, icv=bytes(12), payloadlen=4) / udp() / data(90)
    yield v6() / ESP(spi=1, seq=2, data=bytes(80))
    yield v6() / IPv6ExtHdrFragment(m=0, offset=0) / udp() / data(90)
    yield v6() / IPv6ExtHdrFragment(m=1, offset=0) / udp() / data(88)
    yield v6() / IPv6ExtHdrFragment(m=1, offset=8, nh=17) / data(88)
    yield v6() / options / IPv6ExtHdrFragment(m=0, offset=99, nh=6) / data(7)
    for length in 0, 7, 8, 40, 97, 99, 65535:
        yield v6(plen=length) / udp() / data(90)
        yield v6(plen=length) / tcp() / data(90)
        yield v6() / udp(len=length) / data(90)
    yield v6() / udp(chksum=0) / data(90)
    yield v6(tc=255, fl=0xfffff, hlim=0) / tcp() / data(90)
    yield v6() / ICMPv6DestUnreach() / v6() / udp() / data(20)
    yield v6() / ICMPv6EchoRequest(data=bytes(70))
    yield v6() / SCTP(sport=1, dport=2) / SCTPChunkHeartbeatReq() / data(70)
    for proto in 43, 50, 51, 59, 60, 135, 139, 140, 253, 255:
        yield v6(nh=proto) / data(90)


def tunnels():
    """IP in what is not, and the other way round."""
    inner = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    yield v4() / v6() / tcp() / data(40)
    yield v6() / v4() / udp() / data(40)
    yield v4() / GRE(key_present=1, chksum_present=1, key=9) / v4() / udp()
    yield v4() / GRE() / GRE() / v6() / tcp() / data(40)
    yield v4() / UDP(dport=8472) / VXLAN(vni=5) / inner / v4() / tcp() / data(9)
    yield v6() / UDP(dport=6081) / data(8) / inner / v6() / udp() / data(9)
    yield PPPoED(code=9) / data(20)
    yield PPPoE(sessionid=3) / PPP() / v4() / udp() / data(40)
    yield EAPOL(type=1) / data(46)
    yield ARP(op=99, hwlen=8, plen=16) / data(46)


def whole():
    """Everything as frames."""
    ether = Ether(src="02:00:00:00:0a:aa")
    for packet in *ipv4(), *ipv6(), *tunnels():
        yield ether / packet
        yield ether / Dot1Q(vlan=5, prio=3) / packet
    for packet in v4() / tcp() / data(90), v6() / udp() / data(90):
        yield ether / Dot1AD(vlan=9) / Dot1Q(vlan=5) / packet
        yield ether / packet / Raw(bytes(300))
    yield Dot3(src="02:00:00:00:0a:aa") / LLC() / SNAP() / data(50)
    yield Dot3(src="02:00:00:00:0a:aa") / LLC(dsap=0xaa) / data(50)


def mutants(frame):
    """Some bytes of the headers changed, or the end gone."""
    begin = 18 if frame[12:14] in (b"\x81\x00", b"\x88\xa8") else 14
    kind = frame[begin - 2:begin]
    for _ in range(MUTANTS if kind in (b"\x08\x00", b"\x86\xdd") else 0):
        changed = bytearray(frame)
        for _ in range(CHANCE.randint(1, 4)):
            where = CHANCE.randrange(begin, min(len(frame), begin + 64))
            changed[where] = CHANCE.choice((0, 1, 4, 6, 17, 43, 44, 60, 255,
                                            CHANCE.randrange(256)))
        if CHANCE.random() < .3:
            del changed[CHANCE.randrange(begin + 1, len(changed) + 1):]
        yield bytes(changed)


def main(dst, there, back):
    """Does what the command line says."""
    conf.verb = 0
    all_frames = []
    for packet in whole():
        packet.dst = dst
        frame = bytes(packet)
        all_frames += [frame, *mutants(frame)]
    packets.write_pcap(there, all_frames)
    packets.write_pcap(back, [frame[:6] + frames.B_MAC + frame[12:]
                              for frame in all_frames])


main(*sys.argv[1:])
