#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Drives the module by the kernel's own YNL client: drive_ynl.py TOOLS SPEC.

TOOLS is what kernel-tools prints. Says "ok DESC" or "bad DESC: why" for each
step; the namespace has nothing configured before.
"""

import sys

sys.path.insert(0, sys.argv[1] + "/tools/net/ynl")
from lib import NlError, YnlFamily

try:
    import jsonschema
    SCHEMA = sys.argv[1] + "/Documentation/netlink/genetlink.yaml"
except ImportError:
    SCHEMA = ""

REMOTE, PREFIX = "c0000209", "0a000000"     # 192.0.2.9, 10.0.0.0


def is_(desc, want, got):
    """One verdict."""
    print(f"ok {desc}" if want == got
          else f"bad {desc}\n   want: {want}\n   got:  {got}")


def does(family, operation, **attrs):
    """The operation is done."""
    try:
        family.do(operation, attrs)
        print(f"ok {operation}")
    except NlError as error:
        print(f"bad {operation}\n   {error}")


def refused(family, errno, attribute, operation, **attrs):
    """The operation is refused, and the attribute named."""
    try:
        got = family.do(operation, attrs)
    except NlError as error:
        extack = error.nl_msg.extack or {}
        got = error.error, extack.get("bad-attr")
    is_(f"{operation} is refused for {attribute}", (errno, attribute), got)


def only(*keys):
    """What picks those of a reply's values."""
    return lambda reply: [reply.get(key) for key in keys]


def main():
    """One object of each kind, from its making to its end."""
    family = YnlFamily(sys.argv[2], SCHEMA)
    listener = YnlFamily(sys.argv[2], SCHEMA)
    listener.ntf_subscribe("config")

    does(family, "target-new", name="t", ttl=9,
         member={"remote": REMOTE, "port": 4790})
    does(family, "target-set", name="t", tos=46)
    reply = family.do("target-get", {"name": "t"})
    is_("target-get", ["t", 9, 46], only("name", "ttl", "tos")(reply))
    member = reply["member"]
    member = member[0] if isinstance(member, list) else member
    is_("its member", ["192.0.2.9", 4790, 1, "up"],
        only("remote", "port", "weight", "state")(member))

    does(family, "filter-new", name="f", description="a filter")
    rule = {"direction": "ingress", "number": 10, "action": "accept"}
    does(family, "rule-new", filter="f", proto=6, src=PREFIX,
         **{"src-len": 8, "dport-min": 80, "dport-max": 81}, **rule)
    is_("rule-get", [["ingress", 10, "accept", 6, "10.0.0.0", 8, 80, 81, 0]],
        [only("direction", "number", "action", "proto", "src", "src-len",
              "dport-min", "dport-max", "hits")(reply)
         for reply in family.dump("rule-get", {"filter": "f"})])
    does(family, "filter-load", name="f", rule=[
        {"direction": "egress", "number": 2, "action": "accept"},
        {"direction": "egress", "number": 1, "action": "reject"}])
    is_("the rules are others now, in order",
        [["egress", 1, "reject"], ["egress", 2, "accept"]],
        [only("direction", "number", "action")(reply)
         for reply in family.dump("rule-get", {})])

    does(family, "session-new", name="s", number=5, target="t", filter="f",
         vni=77, length=100, ifindex=1)
    does(family, "session-set", name="s", unset=["length"],
         **{"continue": 1})
    reply = family.do("session-get", {"name": "s"})
    is_("session-get", ["s", 5, "t", "f", 77, None, 1, 1, "lo"],
        only("name", "number", "target", "filter", "vni", "length",
             "continue", "ifindex", "source")(reply))
    cuts = only("length", "payload", "repair", "vni", "vni-egress")
    does(family, "session-set", name="s", length=9)
    does(family, "session-set", name="s", payload=0, repair=1,
         vni=77, unset=["filter"], **{"vni-egress": 78})
    is_("a payload ends the length", [None, 0, 1, 77, 78],
        cuts(family.do("session-get", {"name": "s"})))
    is_("explain says the payload and the VNI of the direction", [0, 78],
        only("payload", "vni")(family.do(
            "explain", {"ifindex": 1, "direction": "egress", "proto": 6})))
    does(family, "session-set", name="s", unset=["payload", "repair"], vni=77,
         filter="f")
    is_("none of them", [None, None, 0, 77, None],
        cuts(family.do("session-get", {"name": "s"})))
    is_("its stats", [0, 0], only("matched-packets", "mirrored-packets")(
        reply["stats"]))
    is_("dumps of one each", [1, 1, 1],
        [len(family.dump(f"{kind}-get", {}))
         for kind in ("target", "filter", "session")])
    is_("explain", ["rule", 1, "s", "reject"],
        only("reason", "rule", "session", "action")(family.do(
            "explain", {"ifindex": 1, "direction": "egress", "proto": 1})))
    does(family, "limits-set", memory=100000)
    is_("limits-get", 100000, family.do("limits-get", {})["memory"])

    refused(family, 34, ".vni", "session-set", name="s", vni=1 << 24)
    refused(family, 34, ".payload", "session-set", name="s", payload=65536)
    refused(family, 22, ".payload", "session-set", name="s", length=9,
            payload=9)
    refused(family, 22, ".vni-egress", "session-set", name="s",
            **{"vni-egress": 9})
    refused(family, 2, ".name", "target-get", name="x")
    refused(family, 16, ".name", "target-del", name="t")

    does(family, "session-del", name="s")
    does(family, "rule-del", filter="f", direction="egress", number=1)
    does(family, "filter-del", name="f")
    does(family, "flush")
    is_("nothing is left", [], family.dump("target-get", {}))

    listener.check_ntf()
    heard = [message["name"].removesuffix("-ntf")
             for message in listener.async_msg_queue]
    is_("each change was notified", [
        "target-new", "target-set", "filter-new", "rule-new", "filter-load",
        "session-new", "session-set", "session-set", "session-set",
        "session-set", "limits-set", "session-del", "rule-del",
        "filter-del", "flush"], heard)


main()
