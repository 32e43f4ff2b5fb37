#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends the module what tmconf would never send it.

  hostile.py HEADER    each message of a table, with the errno that has to come
                       back: "ok DESC", "bad DESC: why"

HEADER is the uapi header tmirror.h. The namespace has a target t, a filter f
with rule 1 of ingress, and a session s of number 1 with that filter. Messages
that chance has damaged are fuzz/netlink.c's.
"""

import socket
import struct
import sys

from errno import EBUSY, EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, ERANGE

import genl
from genl import NLM_F_ACK, NLM_F_DUMP, attr, judge, nest, u8, u16, u32

# Programs that use what is here have the header among their arguments, too.
K = genl.uapi(next(word for word in sys.argv if word.endswith(".h")))


def A(what):
    """The number of an attribute."""
    return K["TMIRROR_A_" + what]


def C(what):
    """The number of a command."""
    return K["TMIRROR_CMD_" + what]


def ip(address):
    """A packed address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


VALUE = (EINVAL, ERANGE)
MEMBER = nest(A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), ip("192.0.2.9")))


def name(text):
    """A new target's name."""
    return attr(A("TARGET_NAME"), text)


def member(*attrs, remote="192.0.2.9"):
    """A target's member."""
    return nest(A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), ip(remote)),
                *attrs)


def new_target(*attrs):
    """All it needs, and more."""
    return name("x") + MEMBER + b"".join(attrs)


def new_session(*attrs, number=7, target="t"):
    """All it needs, and more."""
    return attr(A("SESSION_NAME"), "x") + u16(A("SESSION_NUMBER"), number) \
        + attr(A("SESSION_TARGET"), target) + b"".join(attrs)


def set_session(*attrs):
    """A change of s."""
    return attr(A("SESSION_NAME"), "s") + b"".join(attrs)


def new_rule(*attrs, number=7, direction=0, action=1, of="f"):
    """All it needs, and more."""
    return attr(A("RULE_FILTER"), of) + u8(A("RULE_DIRECTION"), direction) \
        + u16(A("RULE_NUMBER"), number) + u8(A("RULE_ACTION"), action) \
        + b"".join(attrs)


def loaded(*rules):
    """A list of rules for f."""
    return attr(A("FILTER_NAME"), "f") + b"".join(
        nest(A("FILTER_RULE"), *rule) for rule in rules)


def rule(number, *attrs, direction=0):
    """A loaded rule."""
    return (u8(A("RULE_DIRECTION"), direction), u16(A("RULE_NUMBER"), number),
            u8(A("RULE_ACTION"), 1)) + attrs


def prefix(which, address, length):
    """A rule's source or destination."""
    return attr(A("RULE_" + which), ip(address)) \
        + u8(A(f"RULE_{which}_LEN"), length)


def explain(*attrs, direction=0):
    """A question about lo, which is there always."""
    return u32(A("EXPLAIN_IFINDEX"), 1) \
        + u8(A("EXPLAIN_DIRECTION"), direction) + b"".join(attrs)


TABLE = [
    # description, command, attributes, errno or several that make sense
    ("a command that is not there", 200, b"", EOPNOTSUPP),
    ("command 0", 0, b"", EOPNOTSUPP),
    ("nothing at all", C("TARGET_NEW"), b"", EINVAL),
    ("a name alone", C("TARGET_NEW"), name("x"), EINVAL),
    ("no name", C("TARGET_NEW"), MEMBER, EINVAL),
    ("an empty name", C("TARGET_NEW"), name("") + MEMBER, VALUE),
    ("a name without its NUL", C("TARGET_NEW"),
     attr(A("TARGET_NAME"), b"\xff" * 64) + MEMBER, VALUE),
    ("a NUL inside a name", C("TARGET_NEW"),
     attr(A("TARGET_NAME"), b"x\0y\0") + MEMBER, (0,) + VALUE),
    ("a name of 64", C("TARGET_NEW"), name("x" * 64) + MEMBER, VALUE),
    ("a name that begins with a dot", C("TARGET_NEW"), name(".x") + MEMBER,
     VALUE),
    ("a name with a slash", C("TARGET_NEW"), name("a/b") + MEMBER, VALUE),
    ("a name with a newline", C("TARGET_NEW"), name("a\n") + MEMBER, VALUE),
    ("a name in UTF-8", C("TARGET_NEW"), name("\u00e9") + MEMBER, VALUE),
    ("a name that exists", C("TARGET_NEW"), name("t") + MEMBER, EEXIST),
    ("an empty member", C("TARGET_NEW"),
     name("x") + nest(A("TARGET_MEMBER")), EINVAL),
    ("a member that is not marked as nested", C("TARGET_NEW"), name("x")
     + attr(A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), ip("192.0.2.9"))),
     EINVAL),
    ("an address of 3 bytes", C("TARGET_NEW"), name("x") + nest(
        A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), b"abc")), VALUE),
    ("an address of 5 bytes", C("TARGET_NEW"), name("x") + nest(
        A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), b"abcde")), VALUE),
    ("an address of 15 bytes", C("TARGET_NEW"), name("x") + nest(
        A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), b"a" * 15)), VALUE),
    ("an address of 17 bytes", C("TARGET_NEW"), name("x") + nest(
        A("TARGET_MEMBER"), attr(A("MEMBER_REMOTE"), b"a" * 17)), VALUE),
    ("the unspecified address", C("TARGET_NEW"),
     name("x") + member(remote="0.0.0.0"), VALUE),
    ("the unspecified address of IPv6", C("TARGET_NEW"),
     name("x") + member(remote="::"), VALUE),
    ("port 0", C("TARGET_NEW"),
     name("x") + member(u16(A("MEMBER_PORT"), 0)), VALUE),
    ("a port of one byte", C("TARGET_NEW"),
     name("x") + member(u8(A("MEMBER_PORT"), 9)), VALUE),
    ("a port of four bytes", C("TARGET_NEW"),
     name("x") + member(u32(A("MEMBER_PORT"), 9)), VALUE),
    ("weight 0", C("TARGET_NEW"),
     name("x") + member(u16(A("MEMBER_WEIGHT"), 0)), VALUE),
    ("weight 1001", C("TARGET_NEW"),
     name("x") + member(u16(A("MEMBER_WEIGHT"), 1001)), VALUE),
    ("a member's state, of replies alone", C("TARGET_NEW"),
     name("x") + member(u8(A("MEMBER_STATE"), 0)), EINVAL),
    ("a device's name, of replies alone", C("TARGET_NEW"),
     new_target(attr(A("TARGET_DEV"), "lo")), EINVAL),
    ("stats, of replies alone", C("TARGET_NEW"),
     new_target(nest(A("TARGET_STATS"))), EINVAL),
    ("attribute 0", C("TARGET_NEW"), new_target(u32(0, 0)), EINVAL),
    ("an attribute that is not there", C("TARGET_NEW"),
     new_target(u32(200, 0)), EINVAL),
    ("an attribute that is not there, in a member", C("TARGET_NEW"),
     name("x") + member(u32(200, 0)), EINVAL),
    ("an attribute longer than the message", C("TARGET_NEW"),
     new_target(attr(A("TARGET_TTL"), b"\1", length=4000)), EINVAL),
    ("an attribute shorter than its header", C("TARGET_NEW"),
     new_target(attr(A("TARGET_TTL"), b"\1", length=3)), EINVAL),
    ("bytes behind the last attribute", C("TARGET_NEW"),
     new_target(b"\1\2\3"), EINVAL),
    ("a local address of the other family", C("TARGET_NEW"),
     new_target(attr(A("TARGET_LOCAL"), ip("fd00::1"))), VALUE),
    ("device 0", C("TARGET_NEW"), new_target(u32(A("TARGET_IFINDEX"), 0)),
     (ENODEV,) + VALUE),
    ("a device that is not there", C("TARGET_NEW"),
     new_target(u32(A("TARGET_IFINDEX"), 123456)), ENODEV),
    ("a negative device", C("TARGET_NEW"),
     new_target(u32(A("TARGET_IFINDEX"), 0xffffffff)), (ENODEV,) + VALUE),
    ("mark 0", C("TARGET_NEW"), new_target(u32(A("TARGET_MARK"), 0)), VALUE),
    ("TTL 0", C("TARGET_NEW"), new_target(u8(A("TARGET_TTL"), 0)), VALUE),
    ("df 2", C("TARGET_NEW"), new_target(u8(A("TARGET_DF"), 2)), VALUE),
    ("csum 255", C("TARGET_NEW"), new_target(u8(A("TARGET_CSUM"), 255)),
     VALUE),
    ("unset of a new object", C("TARGET_NEW"),
     new_target(u32(A("TARGET_UNSET"), 0x80000000)), EINVAL),
    ("unset of what is no field", C("TARGET_SET"),
     name("t") + u32(A("TARGET_UNSET"), 0x80000000), EINVAL),
    ("set of a target that is not there", C("TARGET_SET"),
     name("x") + u8(A("TARGET_TTL"), 9), ENOENT),
    ("another family's remote for a target with local", C("TARGET_SET"),
     name("t") + attr(A("TARGET_LOCAL"), ip("fd00::1")), VALUE),
    ("del of a target that is not there", C("TARGET_DEL"), name("x"), ENOENT),
    ("del of a target in use", C("TARGET_DEL"), name("t"), EBUSY),
    ("del without a name", C("TARGET_DEL"), b"", EINVAL),
    ("get of a target that is not there", C("TARGET_GET"), name("x"), ENOENT),
    ("get without a name", C("TARGET_GET"), b"", EINVAL),

    ("a filter with the description of 256", C("FILTER_NEW"),
     attr(A("FILTER_NAME"), "x")
     + attr(A("FILTER_DESCRIPTION"), "d" * 256), VALUE),
    ("a filter that exists", C("FILTER_NEW"), attr(A("FILTER_NAME"), "f"),
     EEXIST),
    ("del of a filter in use", C("FILTER_DEL"), attr(A("FILTER_NAME"), "f"),
     EBUSY),
    ("load of a filter that is not there", C("FILTER_LOAD"),
     attr(A("FILTER_NAME"), "x"), ENOENT),
    ("load of two rules with one number", C("FILTER_LOAD"),
     loaded(rule(5), rule(5)), (EEXIST, EINVAL)),
    ("load of 200 rules, the last one bad", C("FILTER_LOAD"),
     loaded(*(rule(i + 1) for i in range(200)), rule(0)), VALUE),
    ("load of a rule that names a filter", C("FILTER_LOAD"),
     loaded(rule(5, attr(A("RULE_FILTER"), "f"))), EINVAL),
    ("load of a rule without a number", C("FILTER_LOAD"),
     loaded((u8(A("RULE_DIRECTION"), 0), u8(A("RULE_ACTION"), 0))), EINVAL),
    ("load of an empty rule", C("FILTER_LOAD"), loaded(()), EINVAL),

    ("a rule that exists", C("RULE_NEW"), new_rule(number=1), EEXIST),
    ("a rule of a filter that is not there", C("RULE_NEW"), new_rule(of="x"),
     ENOENT),
    ("rule number 0", C("RULE_NEW"), new_rule(number=0), VALUE),
    ("rule number 32767", C("RULE_NEW"), new_rule(number=32767), VALUE),
    ("direction 2", C("RULE_NEW"), new_rule(direction=2), VALUE),
    ("action 2", C("RULE_NEW"), new_rule(action=2), VALUE),
    ("host bits", C("RULE_NEW"), new_rule(prefix("SRC", "10.0.0.1", 8)),
     VALUE),
    ("host bits of IPv6", C("RULE_NEW"),
     new_rule(prefix("DST", "fd00::1", 64)), VALUE),
    ("a prefix of 33 bits", C("RULE_NEW"),
     new_rule(prefix("SRC", "10.0.0.0", 33)), VALUE),
    ("a prefix of 129 bits", C("RULE_NEW"),
     new_rule(prefix("SRC", "fd00::", 129)), VALUE),
    ("two families", C("RULE_NEW"), new_rule(
        prefix("SRC", "10.0.0.0", 8), prefix("DST", "fd00::", 8)), VALUE),
    ("a length without an address", C("RULE_NEW"),
     new_rule(u8(A("RULE_SRC_LEN"), 8)), EINVAL),
    ("an address without a length", C("RULE_NEW"),
     new_rule(attr(A("RULE_SRC"), ip("10.0.0.0"))), EINVAL),
    ("an address of 8 bytes", C("RULE_NEW"), new_rule(
        attr(A("RULE_SRC"), bytes(8)), u8(A("RULE_SRC_LEN"), 8)), VALUE),
    ("half a range of ports", C("RULE_NEW"),
     new_rule(u16(A("RULE_SPORT_MIN"), 1)), EINVAL),
    ("the other half", C("RULE_NEW"),
     new_rule(u16(A("RULE_DPORT_MAX"), 1)), EINVAL),
    ("a range from high to low", C("RULE_NEW"), new_rule(
        u16(A("RULE_SPORT_MIN"), 2), u16(A("RULE_SPORT_MAX"), 1)), VALUE),
    ("ports of ICMP", C("RULE_NEW"), new_rule(
        u8(A("RULE_PROTO"), 1), u16(A("RULE_SPORT_MIN"), 1),
        u16(A("RULE_SPORT_MAX"), 1)), EINVAL),
    ("hits, of replies alone", C("RULE_NEW"),
     new_rule(attr(A("RULE_HITS"), bytes(8))), EINVAL),
    ("del of a rule that is not there", C("RULE_DEL"),
     attr(A("RULE_FILTER"), "f") + u8(A("RULE_DIRECTION"), 1)
     + u16(A("RULE_NUMBER"), 1), ENOENT),
    ("del of a rule without its direction", C("RULE_DEL"),
     attr(A("RULE_FILTER"), "f") + u16(A("RULE_NUMBER"), 1), EINVAL),

    ("a session without a number", C("SESSION_NEW"),
     attr(A("SESSION_NAME"), "x") + attr(A("SESSION_TARGET"), "t"), EINVAL),
    ("a session without a target", C("SESSION_NEW"),
     attr(A("SESSION_NAME"), "x") + u16(A("SESSION_NUMBER"), 1), EINVAL),
    ("session number 0", C("SESSION_NEW"), new_session(number=0), VALUE),
    ("session number 32767", C("SESSION_NEW"), new_session(number=32767),
     VALUE),
    ("a target that is not there", C("SESSION_NEW"), new_session(target="x"),
     ENOENT),
    ("a filter that is not there", C("SESSION_NEW"),
     new_session(attr(A("SESSION_FILTER"), "x")), ENOENT),
    ("a source that is not there", C("SESSION_NEW"),
     new_session(u32(A("SESSION_IFINDEX"), 123456)), ENODEV),
    ("a source's name, of replies alone", C("SESSION_NEW"),
     new_session(attr(A("SESSION_SOURCE"), "lo")), EINVAL),
    ("VNI 2^24", C("SESSION_NEW"),
     new_session(u32(A("SESSION_VNI"), 1 << 24)), VALUE),
    ("length 0", C("SESSION_NEW"), new_session(u32(A("SESSION_LENGTH"), 0)),
     VALUE),
    ("length 65536", C("SESSION_NEW"),
     new_session(u32(A("SESSION_LENGTH"), 65536)), VALUE),
    ("VNI 2^24 of egress", C("SESSION_NEW"),
     new_session(u32(A("SESSION_VNI"), 1),
                 u32(A("SESSION_VNI_EGRESS"), 1 << 24)), VALUE),
    ("a VNI of egress alone", C("SESSION_NEW"),
     new_session(u32(A("SESSION_VNI_EGRESS"), 1)), EINVAL),
    ("a VNI of egress alone, of a session that has one", C("SESSION_SET"),
     set_session(u32(A("SESSION_VNI_EGRESS"), 1)), EINVAL),
    ("a VNI of egress beside unset", C("SESSION_SET"),
     set_session(u32(A("SESSION_VNI_EGRESS"), 1),
                 u32(A("SESSION_UNSET"), K["TMIRROR_SESSION_VNI"])), EINVAL),
    ("payload 65536", C("SESSION_NEW"),
     new_session(u32(A("SESSION_PAYLOAD"), 65536)), VALUE),
    ("a payload of two bytes", C("SESSION_NEW"),
     new_session(u16(A("SESSION_PAYLOAD"), 9)), VALUE),
    ("a length and a payload", C("SESSION_NEW"),
     new_session(u32(A("SESSION_LENGTH"), 9),
                 u32(A("SESSION_PAYLOAD"), 9)), EINVAL),
    ("a length and a payload to set", C("SESSION_SET"),
     set_session(u32(A("SESSION_PAYLOAD"), 0),
                 u32(A("SESSION_LENGTH"), 9)), EINVAL),
    ("a payload set and unset", C("SESSION_SET"),
     set_session(u32(A("SESSION_PAYLOAD"), 9),
                 u32(A("SESSION_UNSET"), K["TMIRROR_SESSION_PAYLOAD"])),
     EINVAL),
    ("repair 2", C("SESSION_NEW"), new_session(u8(A("SESSION_REPAIR"), 2)),
     VALUE),
    ("repair set and unset", C("SESSION_SET"),
     set_session(u8(A("SESSION_REPAIR"), 1),
                 u32(A("SESSION_UNSET"), K["TMIRROR_SESSION_REPAIR"])),
     EINVAL),
    ("continue 2", C("SESSION_NEW"),
     new_session(u8(A("SESSION_CONTINUE"), 2)), VALUE),
    ("enabled 2", C("SESSION_NEW"), new_session(u8(A("SESSION_ENABLED"), 2)),
     VALUE),
    ("users, of replies alone", C("SESSION_NEW"),
     new_session(u32(A("SESSION_USERS"), 1)), EINVAL),
    ("a session that exists", C("SESSION_NEW"),
     attr(A("SESSION_NAME"), "s") + u16(A("SESSION_NUMBER"), 9)
     + attr(A("SESSION_TARGET"), "t"), EEXIST),
    ("set with one good and one bad value", C("SESSION_SET"),
     attr(A("SESSION_NAME"), "s") + u32(A("SESSION_LENGTH"), 99)
     + attr(A("SESSION_TARGET"), "x"), ENOENT),
    ("unset of the target", C("SESSION_SET"),
     attr(A("SESSION_NAME"), "s") + u32(A("SESSION_UNSET"), 1 << 20), EINVAL),

    ("explain of nothing", C("EXPLAIN"), b"", EINVAL),
    ("explain of a device that is not there", C("EXPLAIN"),
     u32(A("EXPLAIN_IFINDEX"), 123456) + u8(A("EXPLAIN_DIRECTION"), 0),
     ENODEV),
    ("explain of direction 2", C("EXPLAIN"), explain(direction=2), VALUE),
    ("explain of two families", C("EXPLAIN"),
     explain(attr(A("EXPLAIN_SRC"), ip("10.0.0.1")),
             attr(A("EXPLAIN_DST"), ip("fd00::1"))), VALUE),
    ("explain's payload, of replies alone", C("EXPLAIN"),
     explain(u32(A("EXPLAIN_PAYLOAD"), 1)), EINVAL),
    ("memory of 4095", C("LIMITS_SET"), u32(A("LIMITS_MEMORY"), 4095), VALUE),
    ("memory of 2^30 and one", C("LIMITS_SET"),
     u32(A("LIMITS_MEMORY"), (1 << 30) + 1), VALUE),
    ("a question for limits with an attribute", C("LIMITS_GET"),
     u32(A("LIMITS_MEMORY"), 4096), EINVAL),
    ("a flush of an object", C("FLUSH"), name("t"), EINVAL),
    ("a flush with an attribute that is not there", C("FLUSH"), u32(200, 0),
     EINVAL),
    ("use, of replies alone", C("LIMITS_SET"),
     u32(A("LIMITS_USED_SESSIONS"), 1), EINVAL),
]

DUMPS = [
    ("dump of rules of a filter that is not there", C("RULE_GET"),
     attr(A("RULE_FILTER"), "x"), ENOENT),
    ("dump with an attribute that is not there", C("SESSION_GET"),
     u32(200, 0), EINVAL),
    ("dump of what has no dump", C("EXPLAIN"), b"", EOPNOTSUPP),
]


def table():
    """Everything that is written above."""
    sock = genl.Socket("tmirror")
    for desc, command, attrs, errors in TABLE:
        got, _ = sock.genl(command, attrs)
        judge(desc, errors, got, sock.message)
        if 0 in (errors if isinstance(errors, tuple) else ()) and got == 0:
            sock.genl(C("TARGET_DEL"), name("x"))
    for desc, command, attrs, errors in DUMPS:
        got, _ = sock.genl(command, attrs, NLM_F_ACK | NLM_F_DUMP)
        judge(desc, errors, got, sock.message)

    got, _ = sock.send(sock.family, b"")
    judge("a message without a generic header", EINVAL, got)
    got, _ = sock.send(sock.family, b"\1")
    judge("a message with a quarter of one", EINVAL, got)

    header()
    action()


def header():
    """What is reserved in the headers of messages."""
    sock = genl.Socket("tmirror")
    get = C("LIMITS_GET")
    for what, reserved, flags in (("nothing that is reserved", 0, 0),
                                  ("reserved bytes", 1, 0),
                                  ("a flag that means nothing", 0, 0x100)):
        got = sock.send(sock.family, struct.pack("=BBH", get, 1, reserved),
                        NLM_F_ACK | flags)[0]
        judge(f"a header with {what}", EINVAL if reserved or flags else 0, got)


def action():
    """The tc action's own attributes."""
    route = genl.Socket(protocol=0)
    parms = attr(2, struct.pack("=IIiii", 0, 0, 3, 0, 0))

    def add(*options):
        one = nest(1, attr(1, "tmirror"), nest(2, *options))
        return route.send(48, bytes(4) + nest(1, one), NLM_F_ACK | 0x600)[0]

    judge("an action without parameters", EINVAL, add())
    judge("an action with short parameters", VALUE, add(attr(2, bytes(8))))
    judge("an action with an unknown attribute", EINVAL,
          add(parms, u32(99, 0)))
    judge("an action with a session that is not there", ENOENT,
          add(parms, attr(3, "x")))
    judge("an action with an empty session", (ENOENT,) + VALUE,
          add(parms, attr(3, "")))
    judge("an action with a session's name of 200", VALUE,
          add(parms, attr(3, "x" * 200)))
    judge("an action with a control that is none", EINVAL,
          add(attr(2, struct.pack("=IIiii", 0, 0, 77, 0, 0))))


if __name__ == "__main__":
    table()
