# SPDX-License-Identifier: GPL-2.0
"""
What is measured, beside what the kernel has for the same.

A row's figure is what its setup adds to a packet's way, so the same packets
without it are part of each. Limits are the project's own.
"""

from typing import NamedTuple, Optional

from bed import (GROUP, NOTHING, REMOTE, REMOTE6, Setup, hook, mirred, nft_dup,
                 tmirror, vxlan)
from traffic import DST, SRC, Packets, Super


class Unknown(Exception):
    """There is no such row."""


class Row(NamedTuple):
    """One figure, and maybe a peer's and a limit."""
    name: str
    ours: Setup
    traffic: tuple = Packets()
    peer: Optional[Setup] = None
    peer_name: str = ""
    limit: Optional[int] = None
    base: Setup = NOTHING


def miss(count, limit=None, near=False):
    """A filter whose rules all miss; NEAR: not by far."""
    most = 1000     # more rules would take flower minutes, and say no more
    peer = (Setup(flower=count, near=near), "flower")
    return Row(f"{'near ' * near}miss, {count:,} rule{'s' * (count > 1)}",
               tmirror("filter f", filter=count, near=near), Packets(),
               *(peer if count <= most else (None, "")), limit)


def mirrored(name, ours=tmirror(), sent=Packets(), peer=mirred(), limit=None):
    """Something that mirred can do, through a vxlan device, or nearly."""
    return Row(name, ours, sent, peer, "mirred" if peer else "", limit)


def wide(setup):
    """With an underlay that has room for a frame and its outer headers."""
    return setup._replace(ip="link set u0 mtu 1600\n" + setup.ip)


def accept(number):
    """A rule of ours, that matches the packet."""
    return (f"rule add f number {number} direction egress action accept "
            f"proto udp src {SRC} dst {DST} dport 9\n")


MISSED = tmirror("filter f", filter=100)
HIT = MISSED._replace(tmconf=accept(101) + MISSED.tmconf)
FLOWER_HIT = Setup(
    ip=vxlan(), flower=100,
    tc="filter add dev s0 egress protocol ip pref 2 flower ip_proto udp "
       f"src_ip {SRC} dst_ip {DST} dst_port 9 "
       "action mirred egress mirror dev vx0\n")

# None of them has the source, or only one of them wants the packet.
ELSEWHERE = Setup(
    ip=f"link add s1 group {GROUP} type dummy\n",
    tmconf=f"target add t remote {REMOTE}\n"
           "session add s number 1 source s1 target t\n")
LAST_OF_TEN = Setup(
    filter=1,
    tmconf=f"target add t remote {REMOTE}\n" + "".join(
        f"session add s{i} number {i} source s0 target t "
        f"{'filter f' if i < 10 else ''}\n" for i in range(1, 11)))

LONG = Packets(size=1400)
VLAN = Packets(dev="s0.5", ip="link add link s0 s0.5 "
                              f"group {GROUP} type vlan id 5\n"
                              "link set s0.5 up\n")
INGRESS = Packets(mode="netif_receive")
# Figures of next to nothing take more packets.
MANY = Packets(count=100000)
TCP, UDP = Super(), Super(proto="udp", size=1472)
OVER_IPV6 = vxlan(f"local fd03::1 remote {REMOTE6}")
WITH_CSUM = vxlan(f"local 192.0.2.1 remote {REMOTE} udpcsum")

ROWS = [
    Row("the tc hook alone", Setup(tc=hook("action pass"))),
    Row("no session in the system", NOTHING, MANY, limit=0,
        base=Setup(loaded=False)),
    Row("no session on this device", ELSEWHERE, MANY, limit=40),
    *(miss(*row) for row in ((1, 550), (10, 550), (100, 650), (1000, 800),
                             (10000, 1200))),
    *(miss(count, near=True) for count in (100, 1000, 10000)),
    mirrored("hit after 100 rules", HIT, peer=FLOWER_HIT)._replace(
        peer_name="flower"),
    mirrored("60 B whole", limit=2200),
    mirrored("60 B whole, beside nft", peer=nft_dup(), limit=2200)._replace(
        peer_name="nft dup"),
    mirrored("60 B, IPv6 underlay", tmirror(target=f"remote {REMOTE6}"),
             peer=mirred(OVER_IPV6)),
    mirrored("80 B of IPv6", sent=Packets(size=80, ipv6=True)),
    mirrored("60 B in a VLAN", sent=VLAN),
    mirrored("60 B, ingress", sent=INGRESS, peer=mirred(direction="ingress")),
    mirrored("1,400 B whole", sent=LONG, limit=3000),
    mirrored("1,400 B cut to 128", tmirror("length 128"), LONG, None, 2300),
    mirrored("1,400 B, payload cut to 64", tmirror("payload 64"), LONG, None),
    mirrored("1,400 B cut to 128, repaired",
             tmirror("length 128 repair on"), LONG, None),
    mirrored("last of 10 sessions", LAST_OF_TEN),
    Row("one of 10,000 sessions", Setup(fleet=10000), Packets(), tmirror(),
        "1 session"),
    # mirred's copies are whole: it cannot cut them.
    mirrored("44 of TCP cut to 128", tmirror("length 128"), TCP, limit=55000),
    mirrored("44 of TCP cut to 128, csum",
             tmirror("length 128", "csum on"), TCP, limit=15000),
    mirrored("44 of TCP whole, MTU 1600", wide(tmirror()), TCP,
             wide(mirred()), 7000),
    mirrored("44 of TCP whole, MTU 1600, csum", wide(tmirror(target="csum on")),
             TCP, wide(mirred(WITH_CSUM)), 7000),
    mirrored("44 of UDP cut to 128", tmirror("length 128"), UDP),
    mirrored("44 of UDP whole, MTU 1600", wide(tmirror()), UDP,
             wide(mirred())),
]


def chosen(names):
    """The rows whose names begin with one of NAMES; all, without any."""
    found = [row for row in ROWS
             if not names or row.name.startswith(tuple(names))]
    if not found:
        raise Unknown("no such row; there are: "
                      + "; ".join(row.name for row in ROWS))
    return found


def named(name):
    """The row of that name, or else the first that begins so."""
    found = chosen([name])
    return next((row for row in found if row.name == name), found[0])
