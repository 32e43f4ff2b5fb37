#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What strangers can do: strangers.py HEADER, as root in namespace m.

Everybody tries every command and dump of the family, its group, and tc; the
expectations stand in main(). HEADER is the uapi header tmirror.h. In m there
is a target t by device d0, a filter f and a session s with the source d0,
which is device 1000 and has a clsact; the namespace n has nothing.
"""

import ctypes
import os
import struct
import subprocess
import sys

from errno import EINVAL, ENODEV, ENOENT, EOPNOTSUPP, EPERM

import genl
from genl import (NLM_F_ACK, NLM_F_DUMP, attr, attrs_of, elsewhere, judge,
                  nest, u8, u16, u32)

K = genl.uapi(sys.argv[1])
COMMANDS = {key[len("TMIRROR_CMD_"):]: value for key, value in K.items()
            if key.startswith("TMIRROR_CMD_") and not key.endswith("_MAX")}

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
CAP_NET_ADMIN = 12
DEVICE = 1000
libc = ctypes.CDLL(None, use_errno=True)


# --- who they are ------------------------------------------------------------

def call(function, *args):
    """A function of libc, which succeeds."""
    if function(*args):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def become_nobody():
    """A user without any rights."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def drop_net_admin():
    """Root without CAP_NET_ADMIN: SYS_capget and SYS_capset, version 3."""
    header = struct.pack("=Ii", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    call(libc.syscall, 125, header, data)
    words = list(struct.unpack("=6I", data.raw))
    for word in range(3):
        words[word] &= ~(1 << CAP_NET_ADMIN)
    call(libc.syscall, 126, header, struct.pack("=6I", *words))


def unshare_user():
    """A user with all capabilities in a user namespace of their own."""
    become_nobody()
    call(libc.unshare, CLONE_NEWUSER)


def unshare_user_and_net():
    """The same with a network namespace that belongs to it."""
    become_nobody()
    call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNET)


def enter(ns):
    """Another network namespace."""
    with open(f"/run/netns/{ns}", encoding="ascii") as file:
        call(libc.setns, file.fileno(), CLONE_NEWNET)


# --- what they try -----------------------------------------------------------

def action(*options):
    """Our action as an attribute; by default it asks all sessions."""
    return nest(1, attr(1, "tmirror"),
                nest(2, attr(2, struct.pack("=IIiii", 0, 0, 3, 0, 0)),
                     *options))


def tcmsg(ifindex, parent, info=0, handle=0):
    """The header of a message about a qdisc or a filter."""
    return struct.pack("=BxxxiIII", 0, ifindex, handle, parent, info)


def add_action(route):
    """tc actions add action tmirror"""
    return route.send(48, bytes(4) + nest(1, action()), NLM_F_ACK | 0x600)[0]


def add_filter(route, ifindex, *options):
    """tc filter add dev ... ingress pref 1 matchall action tmirror"""
    return route.send(44, tcmsg(ifindex, 0xfffffff2, 1 << 16 | 0x0300)
                      + attr(1, "matchall")
                      + nest(2, nest(2, action(*options))),
                      NLM_F_ACK | 0x600)[0]


def add_clsact(route, ifindex):
    """tc qdisc add dev ... clsact"""
    return route.send(36, tcmsg(ifindex, 0xfffffff1, handle=0xffff0000)
                      + attr(1, "clsact"), NLM_F_ACK | 0x600)[0]


def try_family(sock):
    """The errno of each command, each dump and of listening."""
    got = {}
    for name, number in COMMANDS.items():
        got[name] = sock.genl(number)[0]
        got[f"{name} of all"] = sock.genl(number, b"",
                                          NLM_F_ACK | NLM_F_DUMP)[0]
    got["listening"] = sock.join("config")
    return got


def try_tc(route, ifindex):
    """The errno of what changes actions and filters, and of looking."""
    return {
        "an action": add_action(route),
        "deleting actions": route.send(49, bytes(4) + nest(
            1, nest(1, attr(1, "tmirror"))), NLM_F_ACK)[0],
        "a filter with the action": add_filter(route, ifindex),
        "deleting filters": route.send(
            45, tcmsg(ifindex, 0xfffffff2), NLM_F_ACK)[0],
        "looking at actions": route.send(50, bytes(4) + nest(
            1, nest(1, attr(1, "tmirror"))), NLM_F_ACK | NLM_F_DUMP)[0],
        "looking at filters": route.send(
            46, tcmsg(ifindex, 0xfffffff2), NLM_F_ACK | NLM_F_DUMP)[0],
    }


def judge_all(who, got, refused):
    """A verdict on all that somebody tried: what is EPERM, and nothing else."""
    wrong = [f"{what}: {genl.name(errno)}" for what, errno in got.items()
             if what not in missing
             and ((errno == EPERM) != (what in refused)
                  or errno not in (EPERM, 0, EINVAL))]
    verdict = "bad" if wrong else "ok"
    print(f"{verdict} {who}: {len(refused)} of {len(got) - len(missing)} "
          "refused")
    for line in wrong:
        print(f"  {line}")


# --- what each of them can do ------------------------------------------------

INIT_ALONE = {"an action", "deleting actions"}
# What there is not, such as the dump of a change.
missing = set()
TC = INIT_ALONE | {"a filter with the action", "deleting filters"}


def root():
    """Root may everything; returns what a stranger must be refused."""
    def attempt():
        return try_family(genl.Socket("tmirror"))

    got = elsewhere(attempt, lambda: enter("n"))
    missing.update(what for what in got if got[what] == EOPNOTSUPP)
    judge_all("root in another namespace of its own", got, set())
    return set(got) - missing | TC


def stranger(who, refused, *become):
    """Somebody in m whom it does not belong to."""
    family, route = genl.Socket("tmirror"), genl.Socket(protocol=0)

    def with_own():
        return try_family(genl.Socket("tmirror")) \
            | try_tc(genl.Socket(protocol=0), DEVICE)

    def with_roots():
        return try_family(family) | try_tc(route, DEVICE)

    judge_all(who, elsewhere(with_own, *become), refused)
    judge_all(f"{who}, by sockets that root opened",
              elsewhere(with_roots, *become), refused)


def deputy(refused):
    """Root, by a socket that somebody without rights opened and handed on."""
    os.seteuid(65534)
    family, route = genl.Socket("tmirror"), genl.Socket(protocol=0)
    os.seteuid(0)
    got = try_family(family) | try_tc(route, DEVICE)
    # Whoever joins a group does so by rights of their own.
    judge_all("root, by sockets that nobody opened", got,
              refused - {"listening"})


def owner(refused):
    """A user namespace's root in a network namespace of its own."""
    family = genl.Socket("tmirror")

    def with_own():
        route = genl.Socket(protocol=0)
        clsact = add_clsact(route, 1)
        return {"a clsact": clsact} | try_tc(route, 1) \
            | try_family(genl.Socket("tmirror"))

    def with_roots():
        return try_family(family)

    judge_all("a user namespace's root in a namespace of its own",
              elsewhere(with_own, unshare_user_and_net), INIT_ALONE)
    judge_all("and by a socket of another namespace",
              elsewhere(with_roots, unshare_user_and_net),
              refused - TC)


def A(what):
    """The number of an attribute."""
    return K["TMIRROR_A_" + what]


def new_session(*attrs, target="t"):
    """What makes one, as far as the target is there."""
    return attr(A("SESSION_NAME"), "x") + u16(A("SESSION_NUMBER"), 9) \
        + attr(A("SESSION_TARGET"), target) + b"".join(attrs)


def new_target(name, *attrs):
    """What makes one."""
    return attr(A("TARGET_NAME"), name) \
        + nest(A("TARGET_MEMBER"),
               attr(A("MEMBER_REMOTE"), bytes((192, 0, 2, 9)))) \
        + b"".join(attrs)


def neighbour(family):
    """Root in n names what is m's; and uses the socket family of m there."""
    here = genl.Socket("tmirror")
    route = genl.Socket(protocol=0)
    add_clsact(route, 1)

    def says(desc, want, command, attrs, sock=here):
        judge(desc, want, sock.genl(COMMANDS[command], attrs)[0])

    says("a target of n's own", 0, "TARGET_NEW", new_target("own"))
    says("m's target is none of n's", ENOENT, "SESSION_NEW", new_session())
    says("nor is m's filter", ENOENT, "SESSION_NEW",
         new_session(attr(A("SESSION_FILTER"), "f"), target="own"))
    says("nor is m's device, as a source", ENODEV, "SESSION_NEW",
         new_session(u32(A("SESSION_IFINDEX"), DEVICE), target="own"))
    says("nor as a target's", ENODEV, "TARGET_NEW",
         new_target("x", u32(A("TARGET_IFINDEX"), DEVICE)))
    says("nor to explain", ENODEV, "EXPLAIN",
         u32(A("EXPLAIN_IFINDEX"), DEVICE) + u8(A("EXPLAIN_DIRECTION"), 0))
    says("nor is m's session", ENOENT, "SESSION_DEL",
         attr(A("SESSION_NAME"), "s"))
    judge("nor is it to an action", ENOENT,
          add_filter(route, 1, attr(3, "s")))
    says("a socket of m's is m's here, too", 0, "SESSION_GET",
         attr(A("SESSION_NAME"), "s"), family)
    says("and does not know n's target", ENOENT, "TARGET_GET",
         attr(A("TARGET_NAME"), "own"), family)


def listeners():
    """What m and n hear of each other when a device moves between them."""
    def listen():
        sock = genl.Socket("tmirror")
        sock.join("config")
        sock.sock.setblocking(False)
        return sock

    def heard(sock):
        try:
            while True:
                data = sock.sock.recv(1 << 16)
                yield data[16], dict(attrs_of(data[20:]))
        except BlockingIOError:
            return

    here = listen()
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter("n")
    there = listen()
    call(libc.setns, home, CLONE_NEWNET)
    subprocess.run(["ip", "-n", "m", "link", "set", "d0", "netns", "n"],
                   check=True)
    subprocess.run(["ip", "-n", "n", "link", "set", "d0", "netns", "m"],
                   check=True)
    told = list(heard(here))
    want = [(COMMANDS["SESSION_SET"], A("SESSION_IFINDEX")),
            (COMMANDS["TARGET_SET"], A("TARGET_IFINDEX"))]
    right = [command for command, _ in told] == [c for c, _ in want] \
        and all(ifindex not in attrs
                for (_, ifindex), (_, attrs) in zip(want, told))
    print("ok" if right else f"bad {told}:",
          "m hears that its device is gone, and no more")
    told = list(heard(there))
    print(f"bad {told}:" if told else "ok", "n hears nothing")


def main():
    """Everybody in turn."""
    refused = root()
    stranger("an unprivileged user", refused, become_nobody)
    stranger("root without CAP_NET_ADMIN", refused, drop_net_admin)
    stranger("a user namespace's root", refused, unshare_user)
    deputy(refused)
    owner(refused)
    family = genl.Socket("tmirror")
    elsewhere(lambda: neighbour(family), lambda: enter("n"))
    listeners()


main()
