# SPDX-License-Identifier: GPL-2.0
"""
Rules that no packet of the benchmark matches, for tmirror and for flower.

The list for a count is always the same. In one of two kinds of list half of the
prefixes are near the addresses of the packets, so that a look-up meets many
that contain one of them. The lengths of prefixes are few, and so are the kinds
of ports: flower, which has a table for each combination, is at its best where
rules share them.
"""

import ipaddress
import random

from traffic import DST, SRC

LENGTHS = (8, 16, 20, 24, 32)


def prefix(rng, near):
    """A random prefix; NEAR: every other one in 10.0.0.0/8."""
    address = rng.getrandbits(32)
    if near and rng.random() < 0.5:
        address = 10 << 24 | address & 0xffffff
    return ipaddress.ip_network((address, rng.choice(LENGTHS)), strict=False)


def ports(rng):
    """None, one port or a range, as first and last."""
    kind = rng.choice(("any", "one", "range"))
    if kind == "any":
        return None
    first = rng.randrange(1024, 65536)
    if kind == "one":
        return first, first
    return first, min(65535, first + rng.randrange(1, 1000))


def rules(count, near):
    """COUNT rules, as dicts."""
    rng = random.Random(1)
    found = []
    while len(found) < count:
        rule = {"proto": rng.choice(("tcp", "udp")),
                "src": prefix(rng, near), "dst": prefix(rng, near),
                "sport": ports(rng), "dport": ports(rng)}
        if not (ipaddress.ip_address(SRC) in rule["src"]
                and ipaddress.ip_address(DST) in rule["dst"]):
            found.append(rule)
    return found


def words(rule, names):
    """The rule in the words that NAMES has for proto, src, dst and so on."""
    result = []
    for key, name in names.items():
        value = rule[key]
        if isinstance(value, tuple):
            value = "-".join(map(str, value[:1] if value[0] == value[1]
                                 else value))
        if value is not None:
            result.append(f"{name} {value}")
    return " ".join(result)


def for_tmconf(count, near=False, direction="egress"):
    """The lines of a file for tmconf filter load."""
    names = {key: key for key in ("proto", "src", "dst", "sport", "dport")}
    return "".join(
        f"number {number} direction {direction} action accept "
        f"{words(rule, names)}\n"
        for number, rule in enumerate(rules(count, near), 1))


def for_flower(count, near, dev, action):
    """The lines of a batch for tc: one list, which shares what can be."""
    names = {"proto": "ip_proto", "src": "src_ip", "dst": "dst_ip",
             "sport": "src_port", "dport": "dst_port"}
    return "".join(
        f"filter add dev {dev} egress protocol ip pref 1 flower "
        f"{words(rule, names)} {action}\n" for rule in rules(count, near))
