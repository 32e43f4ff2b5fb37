#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Changes sessions, targets, filters, rules and limits at random.

  churn.py HEADER SECONDS[,ENOUGH] SEED DEVICE...

HEADER is the uapi header tmirror.h; sources are the devices of these indices,
be they there or not. After those seconds it ends, or once there were so many
changes as are enough. Several do so at once, to the same objects. Those called
"pillar0" and so on are there throughout: they are changed, never deleted.

What one command says of an object fits together, for watch.py, and for whoever
gets copies, to see whether there ever is half of a change:

  target   TTL and TOS are by how much the port is above 4999, the mark is it
  session  the VNI is even, that of egress is the next; the length is 1 and the
           remainder of half the VNI by 500; the description is the VNI
  filter   the description, if there is one, is the name
  rule     its source port is its number. In the filter "swap" there are as
           many as SWAP, all of one protocol
  limits   those of sessions, targets and filters are alike

Prints how many changes were accepted, and how many refused because of others:
none at first, and at the end; SIGTERM is an end, too. Then come the numbers of
those commands that were tried often and never accepted.
"""

import collections
import itertools
import random
import signal
import socket
import sys
import time

from errno import EBUSY, EEXIST, ENODEV, ENOENT, ENOSPC

import genl
from genl import attr, nest, u8, u16, u32

PILLARS, OTHERS = 60, 40
NUMBERS, SWAP = 90, 50
OFTEN = 1000
# The rules of these numbers and the filters called pillar are never missing.
KEPT = (1, 2, 3)
TCP, UDP = 6, 17
RACES = (EBUSY, EEXIST, ENODEV, ENOENT, ENOSPC)
REMOTES = [socket.inet_pton(socket.AF_INET6 if ":" in remote
                            else socket.AF_INET, remote)
           for remote in ("192.0.2.9", "192.0.2.77", "198.51.100.9",
                          "fd03::9", "fd03::77")]


def length_of(vni):
    """The length that goes with a VNI."""
    return 1 + vni // 2 % 500


class Maker:
    """Makes commands, pairs of a command's number and its attributes; lists of
    some that are sent one after the other."""

    def __init__(self, header, devices=()):
        self.numbers = genl.uapi(header)
        self.devices = devices

    def a(self, what):
        """The number of an attribute."""
        return self.numbers["TMIRROR_A_" + what]

    def c(self, what):
        """The number of a command."""
        return self.numbers["TMIRROR_CMD_" + what]

    @staticmethod
    def other():
        """The name of an object that comes and goes."""
        return f"other{random.randrange(OTHERS)}"

    def any(self):
        """The name of an object that may be there; the first ones are where
        packets are."""
        if random.random() < 0.2:
            return self.other()
        return f"pillar{int(PILLARS * random.random() ** 3)}"

    def object(self, kind, fields):
        """One comes and goes, or is changed; fields(name, new) makes it."""
        def command(what, name):
            attrs = attr(self.a(kind + "_NAME"), name)
            if what != "DEL":
                attrs += fields(name, what == "NEW")
            return self.c(f"{kind}_{what}"), attrs

        if random.randrange(2):
            return [command("SET", self.any())]
        return in_any_order(command, "NEW", "DEL", self.other())

    def target(self):
        """A target."""
        def fields(_, new):
            ttl = random.randrange(1, 128)
            attrs = nest(self.a("TARGET_MEMBER"),
                         attr(self.a("MEMBER_REMOTE"),
                              random.choice(REMOTES)),
                         u16(self.a("MEMBER_PORT"), 4999 + ttl)) \
                + u8(self.a("TARGET_TTL"), ttl) \
                + u8(self.a("TARGET_TOS"), ttl) \
                + u32(self.a("TARGET_MARK"), 4999 + ttl) \
                + u8(self.a("TARGET_CSUM"), random.randrange(2))
            if random.random() < 0.1:
                return attrs + u32(self.a("TARGET_IFINDEX"),
                                   random.choice(self.devices))
            return attrs if new else attrs + u32(
                self.a("TARGET_UNSET"), self.numbers["TMIRROR_TARGET_DEV"])
        return self.object("TARGET", fields)

    def filter(self):
        """A filter, without its rules."""
        def fields(name, _):
            return attr(self.a("FILTER_DESCRIPTION"),
                        random.choice((name, "")))
        return self.object("FILTER", fields)

    def session(self):
        """A session; what is there throughout stays in its place."""
        def fields(_, new):
            vni = 2 * random.randrange(1 << 23)
            attrs = u32(self.a("SESSION_VNI"), vni) \
                + u32(self.a("SESSION_VNI_EGRESS"), vni + 1) \
                + u32(self.a("SESSION_LENGTH"), length_of(vni)) \
                + attr(self.a("SESSION_DESCRIPTION"), str(vni)) \
                + u8(self.a("SESSION_REPAIR"), random.randrange(2))
            if new or random.random() < 0.3:
                attrs += attr(self.a("SESSION_TARGET"), self.any())
            return attrs + (self.place() if new else b"")
        return self.object("SESSION", fields)

    def place(self):
        """Where a session is, and for which packets."""
        attrs = u16(self.a("SESSION_NUMBER"), random.randrange(2, 99)) \
            + u8(self.a("SESSION_CONTINUE"), random.randrange(4) > 0) \
            + u8(self.a("SESSION_ENABLED"), random.randrange(4) > 0)
        if random.random() < 0.7:
            attrs += u32(self.a("SESSION_IFINDEX"),
                         random.choice(self.devices))
        if random.random() < 0.7:
            attrs += attr(self.a("SESSION_FILTER"), self.any())
        return attrs

    def move(self):
        """A session gets another place."""
        attrs = self.place()
        kinds = {kind for kind, _ in genl.attrs_of(attrs)}
        unset = 0
        if self.a("SESSION_IFINDEX") not in kinds:
            unset |= self.numbers["TMIRROR_SESSION_SOURCE"]
        if self.a("SESSION_FILTER") not in kinds:
            unset |= self.numbers["TMIRROR_SESSION_FILTER"]
        return [(self.c("SESSION_SET"),
                 attr(self.a("SESSION_NAME"), self.other()) + attrs
                 + u32(self.a("SESSION_UNSET"), unset))]

    def match(self, number, proto):
        """What a rule is, less its key: most have an address."""
        attrs = u8(self.a("RULE_ACTION"), random.randrange(2)) \
            + u8(self.a("RULE_PROTO"), proto) \
            + u16(self.a("RULE_SPORT_MIN"), number) \
            + u16(self.a("RULE_SPORT_MAX"), number)
        size = random.choice((4, 16))
        for end in ("SRC", "DST"):
            if random.random() < 0.6:
                attrs += attr(self.a("RULE_" + end),
                              bytes([random.randrange(256)] + [0] * (size - 1)))
                attrs += u8(self.a(f"RULE_{end}_LEN"), random.randrange(8, 32))
        return attrs

    def rule(self):
        """A rule comes and goes."""
        number = random.randrange(KEPT[-1] + 1, NUMBERS)
        direction = random.randrange(2)
        proto = random.choice((TCP, UDP))

        def command(what, name):
            key = attr(self.a("RULE_FILTER"), name) \
                + u8(self.a("RULE_DIRECTION"), direction) \
                + u16(self.a("RULE_NUMBER"), number)
            if what == "NEW":
                key += self.match(number, proto)
            return self.c("RULE_" + what), key
        return in_any_order(command, "NEW", "DEL", self.any())

    def load(self, name, rules, proto):
        """A filter gets other rules: pairs of direction and number."""
        return [(self.c("FILTER_LOAD"),
                 attr(self.a("FILTER_NAME"), name) + b"".join(
                     nest(self.a("FILTER_RULE"),
                          u8(self.a("RULE_DIRECTION"), direction),
                          u16(self.a("RULE_NUMBER"), number),
                          self.match(number, proto))
                     for direction, number in rules))]

    def rules(self):
        """A filter gets others than those that are never missing."""
        numbers = random.sample(range(KEPT[-1] + 1, NUMBERS),
                                random.randrange(NUMBERS // 2))
        return self.load(self.any(), itertools.product((0, 1),
                                                       (*KEPT, *numbers)),
                         random.choice((TCP, UDP)))

    def swap(self):
        """All rules of the filter "swap" get another protocol at once."""
        return self.load("swap", ((0, number + 1) for number in range(SWAP)),
                         random.choice((TCP, UDP)))

    def limits(self):
        """Limits, which may be below what there is."""
        objects = random.randrange(PILLARS + OTHERS // 2, 2 * PILLARS + OTHERS)
        attrs = u32(self.a("LIMITS_RULES"), random.randrange(NUMBERS, 400)) \
            + u32(self.a("LIMITS_MEMORY"), random.randrange(1 << 16, 1 << 24))
        for kind in ("SESSIONS", "TARGETS", "FILTERS"):
            attrs += u32(self.a("LIMITS_" + kind), objects)
        return [(self.c("LIMITS_SET"), attrs)]

    def some(self):
        """Many of them; the dearer, the rarer."""
        shares = {self.rule: 3, self.session: 12, self.target: 12,
                  self.filter: 4, self.move: 4, self.limits: 2,
                  self.rules: 0.2, self.swap: 0.2}
        return [make() for make, share in shares.items()
                for _ in range(int(share * 50))]


def in_any_order(command, first, second, name):
    """Two commands about one name."""
    pair = [command(first, name), command(second, name)]
    return pair if random.randrange(2) else pair[::-1]


def main():
    """One of those who do so at once."""
    header, seconds, seed, *devices = sys.argv[1:]
    random.seed(int(seed))
    commands = Maker(header, [int(device) for device in devices]).some()
    sock = genl.Socket("tmirror")
    accepted = refused = 0
    tried, good = collections.Counter(), collections.Counter()
    seconds, _, enough = seconds.partition(",")
    enough = int(enough or sys.maxsize)
    end = [time.monotonic() + float(seconds)]
    signal.signal(signal.SIGTERM, lambda *_: end.insert(0, 0))
    print(accepted, refused, flush=True)
    while time.monotonic() < end[0] and accepted < enough:
        batch = list(itertools.chain(*random.choices(
            commands, k=random.choice((1, 2, 4, 16, 64)))))
        errors = sock.genl_many(batch)
        for error in filter(None, errors):
            if error not in RACES:
                command = batch[errors.index(error)][0]
                sys.exit(f"command {command}: {genl.name(error)}")
        tried.update(command for command, _ in batch)
        good.update(command for (command, _), error in zip(batch, errors)
                    if not error)
        accepted += errors.count(0)
        refused += len(errors) - errors.count(0)
    never = [command for command in tried
             if tried[command] > OFTEN and not good[command]]
    print(accepted, refused, *never)


if __name__ == "__main__":
    main()
