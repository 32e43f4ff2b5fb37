#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Reads the configuration while churn.py changes it.

  watch.py HEADER FILE dump DEVICE   all objects, and what becomes of a packet
                                     that "pillar0" mirrors
  watch.py HEADER FILE listen        what the group "config" is told
  watch.py HEADER FILE visit         all objects, of a module that comes and goes

until there is FILE.
Each object has all of its attributes, and they fit together, see churn.py.
A dump has no object twice, misses none that was there throughout, and ends;
the filter "swap" is one of its lists. Ends with status 1 at the first that is
not so. Prints how many messages were read: none at first, and at the end.
"""

import functools
import os
import random
import socket
import sys
import time

from errno import ENOENT

import churn
import genl
from genl import NLM_F_DUMP, attr, u8, u16, u32

BOUND = 100000
# How many more tries who has read nothing yet has in the end, of a second each.
LATE = 60


class Reader(churn.Maker):
    """Takes replies and notifications apart and checks them."""

    @functools.cache
    def names(self, kind):
        """The names of a kind's attributes by their numbers."""
        prefix = f"TMIRROR_A_{kind}_"
        return {value: name.removeprefix(prefix)
                for name, value in self.numbers.items()
                if name.startswith(prefix) and name != prefix + "MAX"}

    def take(self, kind, data):
        """The attributes of an object of a kind by their names."""
        names = self.names(kind)
        return {names[what]: payload for what, payload in genl.attrs_of(data)}

    def check_target(self, data, stats=True):
        """A target; returns its key."""
        have = self.take("TARGET", data)
        member = self.take("MEMBER", have["MEMBER"])
        ttl, port = number(have["TTL"]), number(member["PORT"])
        fit(have, ttl == number(have["TOS"]) == port - 4999)
        fit(have, number(have["MARK"]) == port)
        fit(member, len(member["REMOTE"]) in (4, 16))
        fit(member, number(member["STATE"]) == 0)
        fit(have, "STATS" in have or not stats)
        fit(have, have.keys() >= {"DF", "CSUM"})
        fit(have, "IFINDEX" not in have or "DEV" in have)
        return text(have["NAME"])

    def check_filter(self, data, _=True):
        """A filter."""
        have = self.take("FILTER", data)
        fit(have, have.get("DESCRIPTION", have["NAME"]) == have["NAME"])
        return text(have["NAME"])

    def check_rule(self, data, stats=True):
        """A rule."""
        have = self.take("RULE", data)
        if text(have["FILTER"]).startswith(("pillar", "other", "swap")):
            fit(have, have["NUMBER"] == have["SPORT_MIN"] == have["SPORT_MAX"])
            fit(have, "PROTO" in have)
        fit(have, "ACTION" in have)
        fit(have, "HITS" in have or not stats)
        for end in ("SRC", "DST"):
            fit(have, (end in have) == (end + "_LEN" in have))
        return text(have["FILTER"]), number(have["DIRECTION"]), \
            number(have["NUMBER"])

    def check_session(self, data, stats=True):
        """A session."""
        have = self.take("SESSION", data)
        vni = number(have["VNI"])
        fit(have, vni % 2 == 0)
        fit(have, number(have["VNI_EGRESS"]) == vni + 1)
        fit(have, number(have["LENGTH"]) == churn.length_of(vni))
        fit(have, text(have["DESCRIPTION"]) == str(vni))
        fit(have, have.keys() >= {"NUMBER", "TARGET", "REPAIR", "CONTINUE",
                                  "ENABLED", "USERS"})
        fit(have, "IFINDEX" not in have or "SOURCE" in have)
        fit(have, "STATS" in have or not stats)
        return text(have["NAME"])

    def dump(self, sock, kind):
        """All objects of a kind."""
        error, replies = sock.genl(self.c(kind + "_GET"), b"", NLM_F_DUMP)
        fit(kind, not error)
        fit(kind, len(replies) < BOUND)
        check = getattr(self, "check_" + kind.lower())
        keys = [check(reply[4:]) for reply in replies]
        kept = self.kept(kind)
        fit(keys, set(keys) >= kept)
        # What was deleted meanwhile and made again is another one.
        once = [key for key in keys if key in kept or not sock.interrupted]
        fit(keys, len(once) == len(set(once)))
        return len(replies)

    def swap(self, sock):
        """The rules of "swap".

        They are one message, which nothing interrupts, unless the kernel lacks
        memory for one that large.
        """
        for _ in range(BOUND):
            error, replies = sock.genl(
                self.c("RULE_GET"), attr(self.a("RULE_FILTER"), b"swap\0"),
                NLM_F_DUMP)
            fit("swap", not error)
            if not sock.interrupted:
                break
        rules = [self.take("RULE", reply[4:]) for reply in replies]
        fit(rules, {text(have["FILTER"]) for have in rules} == {"swap"})
        fit(rules, len(rules) == churn.SWAP)
        fit(rules, len({have["PROTO"] for have in rules}) == 1)
        return len(rules)

    @staticmethod
    def kept(kind):
        """The keys of those that are there throughout."""
        pillars = {f"pillar{i}" for i in range(churn.PILLARS)}
        if kind != "RULE":
            return pillars
        return {(name, direction, rule) for name in pillars
                for direction in range(2) for rule in churn.KEPT}

    def dumps(self, socks):
        """A dump of each kind."""
        return sum(self.dump(random.choice(socks), kind)
                   for kind in ("TARGET", "FILTER", "SESSION", "RULE"))

    def limits(self, sock):
        """The limits."""
        error, replies = sock.genl(self.c("LIMITS_GET"))
        have = self.take("LIMITS", replies[0][4:])
        fit(have, not error)
        fit(have, have["SESSIONS"] == have["TARGETS"] == have["FILTERS"])
        return 1

    def explain(self, sock, device):
        """What becomes of a packet that is always mirrored."""
        error, replies = sock.genl(
            self.c("EXPLAIN"), u32(self.a("EXPLAIN_IFINDEX"), device)
            + u8(self.a("EXPLAIN_DIRECTION"), 0)
            + u8(self.a("EXPLAIN_PROTO"), churn.UDP)
            + attr(self.a("EXPLAIN_DST"), socket.inet_aton("10.2.0.2"))
            + u16(self.a("EXPLAIN_DPORT"), 9))
        have = self.take("EXPLAIN", replies[0][4:])
        fit(have, not error and text(have["SESSION"]) == "pillar0")
        fit(have, number(have["RULE"]) == 1)
        fit(have, number(have["LENGTH"]) ==
            churn.length_of(number(have["VNI"])))
        return 1

    def listen(self, listener, sock):
        """A notification, if there is one soon; all objects after a loss."""
        try:
            messages = listener.heard()
        except TimeoutError:
            return 0
        if messages is None:
            return self.dumps((sock,))
        checks = {self.c(f"{kind}_{what}"):
                  getattr(self, "check_" + kind.lower())
                  for kind in ("TARGET", "FILTER", "SESSION", "RULE")
                  for what in ("NEW", "SET") if (kind, what) != ("RULE", "SET")}
        for _, _, _, body in messages:
            check = checks.get(body[0])
            if check:
                check(body[4:], False)
        return len(messages)


def visit(reader):
    """Dumps of what there is, if there is something, while somebody listens."""
    if not os.path.exists("/sys/module/tmirror"):
        time.sleep(0.01)
        return 0
    try:
        sock = genl.Socket("tmirror", size=8192)
        listener = genl.Socket("tmirror")
    except OSError as error:
        fit(error, error.errno == ENOENT)
        return 0
    listener.join("config")
    return sum(len(sock.genl(reader.c(kind + "_GET"), b"", NLM_F_DUMP)[1])
               for kind in ("TARGET", "FILTER", "SESSION", "RULE"))


def number(payload):
    """The number that an attribute is."""
    return int.from_bytes(payload, sys.byteorder)


def text(payload):
    """The string."""
    return payload.rstrip(b"\0").decode()


def fit(what, true):
    """What was read is as it has to be."""
    if not true:
        raise AssertionError(what)


def main():
    """One of those who read."""
    header, file, role, *devices = sys.argv[1:]
    reader = Reader(header)
    # Dumps are of several messages, or of as few as there can be.
    small, sock = (genl.Socket(role != "visit" and "tmirror", size=size)
                   for size in (8192, 1 << 18))
    if role == "listen":
        sock.join("config")
        sock.sock.settimeout(1)
    messages = 0
    print(messages, flush=True)
    # A slow machine may have had no time for it before.
    late = 0 if role != "visit" else LATE
    while not os.path.exists(file) or (not messages and late < LATE):
        late += os.path.exists(file)
        if role == "listen":
            messages += reader.listen(sock, small)
        elif role == "visit":
            messages += visit(reader)
        else:
            messages += reader.dumps((small, sock)) + reader.swap(sock) \
                + reader.limits(sock) + reader.explain(sock, int(devices[0]))
    print(messages)


main()
