#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Lets what a command needs fail, one thing at a time, until nothing does.

  faults.py commands HEADER FAULT STEP TURN RULES [WORDS]
                                     every command of netlink and of tc, events
                                     of devices, namespaces, whole documents;
                                     or those whose description has the words,
                                     whatever the turn. A filter has RULES of
                                     them
  faults.py load HEADER FAULT STEP TURN KO TMIRROR_KO
                                     loading the module KO; after each failure
                                     the other one is loaded and used

HEADER is the uapi header tmirror.h. FAULT says what can fail: memory, those
allocations that the guest is set up for; or calls, those of the module
tmirror_faults.ko, which is loaded, or KO. Each STEP-th of them does, if not all
then of a share of the commands alone: which ones TURN decides, a number that is
to be another one the next time.

A command that fails leaves everything as it was and can be given again; one
that does not has done what it does otherwise. "ok DESC", or "bad DESC" and
why, indented. "# failed NAME" tells of each function whose call has failed.
"""

import collections
import ctypes
import errno
import itertools
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

import genl
import hostile
from genl import NLM_F_ACK, NLM_F_DUMP, attr, nest, u8, u16, u32
from hostile import A, C, ip

CLONE_NEWNET = 0x40000000
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176
NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE = 0x400, 0x200, 0x100
RTM_NEWLINK, RTM_DELLINK, RTM_NEWNEIGH = 16, 17, 28
RTM_NEWQDISC, RTM_NEWTFILTER, RTM_DELTFILTER, RTM_GETTFILTER = 36, 44, 45, 46
RTM_NEWACTION, RTM_DELACTION, RTM_GETACTION = 48, 49, 50
CLSACT, INGRESS = 0xfffffff1, 0xfffffff2
PIPE, GOTO_CHAIN = 3, 2 << 28

# What is waited for comes sooner.
LIMIT = 100
# A program that has said why.
REFUSED = -1

# More than can fail; in how many turns all commands have some of it fail.
MANY = 1 << 30
SHARE = 4

RULES = int(sys.argv[6]) if sys.argv[1] == "commands" else 1

LIBC = ctypes.CDLL(None, use_errno=True)
HERE = os.path.dirname(os.path.realpath(__file__))


def errno_of(result):
    """Of a function of libc."""
    return ctypes.get_errno() if result < 0 else 0


class Bad(Exception):
    """What should not be."""


class Memory:
    """Allocations of this process."""

    # The last is what there being no memory for a socket is called.
    errors = (errno.ENOMEM, errno.ENOBUFS, errno.ENFILE)

    def set(self, number):
        """Lets one fail from now on, 1 being the next; 0: none."""
        with open("/proc/self/fail-nth", "wb", buffering=0) as file:
            file.write(b"%d" % number)

    def left(self, pid="self"):
        """What is left of the number, for this process or another."""
        with open(f"/proc/{pid}/fail-nth", "rb", buffering=0) as file:
            return int(file.read())

    def failed(self):
        """What has failed, or None."""
        return None if self.left() else "an allocation"

    def load(self, module, number):
        """Loads a module: the errno, and what has failed."""
        self.set(number)
        error = errno_of(LIBC.syscall(SYS_FINIT_MODULE, module, b"", 0))
        failed = self.failed()
        self.set(0)
        return error, failed


class Calls:
    """Calls in the module tmirror_faults, which says in the log what fails."""

    file = "/sys/module/tmirror_faults/parameters/nth"

    def __init__(self):
        self.log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.log, 0, os.SEEK_END)
        with open(f"{HERE}/faults/faults.c", encoding="ascii") as file:
            found = re.findall(r"^WRAPPER\([^,]*, (\w+), .*?(E\w+|NULL)",
                               file.read().replace("ERR_PTR(", ""), re.M)
        self.table = {name: errno.ENOMEM if error == "NULL"
                      else getattr(errno, error) for name, error in found}
        self.errors = ()

    def set(self, number):
        """As of Memory; so on for the others."""
        with open(self.file, "wb", buffering=0) as file:
            file.write(b"%d" % number)

    def left(self, _=None):
        """It is the same for every process."""
        with open(self.file, "rb", buffering=0) as file:
            return int(file.read())

    def failed(self):
        """As the log has it."""
        while True:
            try:
                record = os.read(self.log, 8192)
            except BlockingIOError:
                return None
            found = re.search(rb"tmirror_faults: (\w+) fails", record)
            if found:
                name = found[1].decode()
                self.errors = (self.table[name],)
                print(f"# failed {name}", flush=True)
                return name

    def load(self, module, number):
        """Its parameter is there from the beginning."""
        error = errno_of(LIBC.syscall(SYS_FINIT_MODULE, module,
                                      b"nth=%d" % number, 0))
        return error, self.failed()


class Space:
    """This namespace, and what netlink tells of it."""

    def __init__(self, fault, family="tmirror"):
        self.fault = fault
        self.documents = None
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.route = genl.Socket(protocol=0)
        if family:
            self.meet()

    def meet(self):
        """Sockets of the namespace that this process is in."""
        self.genl = genl.Socket("tmirror")
        self.route = genl.Socket(protocol=0)
        self.listener = genl.Socket("tmirror")
        if self.listener.join("config"):
            raise OSError("nobody may listen")
        self.listener.sock.setblocking(False)

    def leave(self):
        """Back to where it began."""
        if LIBC.setns(self.home, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "cannot go home")
        return 0

    def told(self):
        """Was the listener told of a change, or that it has missed some?"""
        told = False
        while True:
            try:
                self.listener.heard()
            except BlockingIOError:
                return told
            told = True

    def actions(self):
        """Control, references and session of each; an index may be any."""
        body = bytes(4) + nest(1, nest(1, attr(1, "tmirror")))
        for reply in self.dump(self.route, RTM_GETACTION, body):
            for what, table in genl.attrs_of(reply[4:]):
                for _, action in genl.attrs_of(table) if what == 1 else ():
                    options = dict(genl.attrs_of(dict(
                        genl.attrs_of(action))[2]))
                    yield options[2][4:], options.get(3, b"")

    @staticmethod
    def dump(sock, kind, body):
        """All replies."""
        error, replies = sock.send(kind, body, NLM_F_ACK | NLM_F_DUMP)
        if error:
            raise OSError(error, "a dump failed")
        return replies

    def state(self):
        """All that there is, in an order that does not depend on its age."""
        state = [sorted(self.dump(self.genl, self.genl.family,
                                  struct.pack("=BBH", C(kind + "_GET"), 1, 0)))
                 for kind in ("TARGET", "FILTER", "RULE", "SESSION")]
        state.append(self.genl.genl(C("LIMITS_GET"))[1])
        state.append(sorted(self.actions()))
        state.append([reply[:20] for reply in self.dump(
            self.route, RTM_GETTFILTER, tcmsg())])
        return state

    def is_in(self, state):
        """Is it in this state, or will it soon be: some of tc's work waits."""
        end = time.monotonic() + LIMIT
        while self.state() != state:
            if time.monotonic() > end:
                return False
            time.sleep(0.001)
        return True


# --- requests: functions of a Space that return an errno ---------------------

def ask(command, *attrs, flags=NLM_F_ACK):
    """A command of the family."""
    return lambda space: space.genl.genl(C(command), b"".join(attrs), flags)[0]


def dump(command, *attrs):
    """All objects of a kind."""
    return ask(command, *attrs, flags=NLM_F_ACK | NLM_F_DUMP)


def route(kind, body, flags=0):
    """A message to rtnetlink."""
    return lambda space: space.route.send(kind, body, NLM_F_ACK | flags)[0]


def link(kind, index, *attrs, flags=0):
    """Of a device."""
    return route(kind, struct.pack("=BxHiII", 0, 0, index, 0, 0)
                 + b"".join(attrs), flags)


def dummy(index, name):
    """A new device."""
    return link(RTM_NEWLINK, index, attr(3, name),
                nest(18, attr(1, "dummy")), flags=NLM_F_CREATE | NLM_F_EXCL)


def tcmsg(handle=0, parent=INGRESS, pref=0):
    """Of the first device."""
    return struct.pack("=BxxxiIII", 0, 10, handle, parent,
                       pref << 16 | 0x0300 if pref else 0)


def clsact(space):
    """What filters of the first device need."""
    return route(RTM_NEWQDISC, tcmsg(0xffff0000, CLSACT) + attr(1, "clsact"),
                 NLM_F_CREATE | NLM_F_EXCL)(space)


def action(*options, control=PIPE, index=0):
    """One of ours in the table of a message."""
    parms = attr(2, struct.pack("=IIiii", index, 0, control, 0, 0))
    return nest(1, attr(1, "tmirror"), nest(2, parms, *options))


def actions(kind, *table, flags=0):
    """A message about actions."""
    return route(kind, bytes(4) + nest(1, *table), flags)


def action_key(index):
    """An action to delete or to get."""
    return nest(1, attr(1, "tmirror"), u32(3, index))


def matchall(*table, flags=NLM_F_CREATE | NLM_F_EXCL):
    """A filter of the first device."""
    return route(RTM_NEWTFILTER, tcmsg(1, pref=5) + attr(1, "matchall")
                 + nest(2, nest(2, *table)), flags)


def flower(*table, flags=NLM_F_CREATE | NLM_F_EXCL):
    """A filter that can get another action; tc does without its lock."""
    return route(RTM_NEWTFILTER, tcmsg(1, pref=5) + attr(1, "flower")
                 + nest(2, nest(3, *table)), flags)


def no_filter(kind):
    """The end of one; of its action a little later."""
    return route(RTM_DELTFILTER, tcmsg(1, pref=5) + attr(1, kind))


def no_action(index):
    """The end of an action, once no filter has it any more."""
    def request(space):
        error = errno.EPERM
        end = time.monotonic() + LIMIT
        while error == errno.EPERM and time.monotonic() < end:
            error = actions(RTM_DELACTION, action_key(index))(space)
        return error
    return request


def actions_left(number):
    """So many: what a filter had goes a little later than it does."""
    def request(space):
        end = time.monotonic() + LIMIT
        while len(list(space.actions())) != number:
            if time.monotonic() > end:
                return errno.ETIMEDOUT
        return 0
    return request


def named(kind, name):
    """The name of an object."""
    return attr(A(kind + "_NAME"), name)


def target(name, *attrs, remote="192.0.2.9"):
    """All of one."""
    return named("TARGET", name) + hostile.member(remote=remote) \
        + b"".join(attrs)


def session(name, number, *attrs):
    """All of one; only so are two the same."""
    return named("SESSION", name) + u16(A("SESSION_NUMBER"), number) \
        + attr(A("SESSION_TARGET"), "t") + u32(A("SESSION_VNI"), number) \
        + b"".join(attrs)


def source(index):
    """A session's."""
    return u32(A("SESSION_IFINDEX"), index)


def rules(count, first=1):
    """Rules of both directions, most of ingress; no two of them alike."""
    return [nest(A("FILTER_RULE"), u8(A("RULE_DIRECTION"), i % 8 == 0),
                 u16(A("RULE_NUMBER"), i + 1), u8(A("RULE_ACTION"), 1),
                 *(hostile.prefix("SRC", f"10.{i >> 8}.{i & 255}.0", 24)
                   if i & 2 else hostile.prefix("DST", f"fd00:{i:x}::", 32),),
                 u8(A("RULE_PROTO"), 6), u16(A("RULE_DPORT_MIN"), i),
                 u16(A("RULE_DPORT_MAX"), i + i % 7))
            for i in range(first, first + count)]


def load(name, count, first=1):
    """A filter's list."""
    return ask("FILTER_LOAD", named("FILTER", name), *rules(count, first))


def new_space(_):
    """A namespace of its own for this process."""
    return errno_of(LIBC.unshare(CLONE_NEWNET))


def meet(space):
    """What is asked next is asked there."""
    space.meet()
    return 0


def leave(space):
    """And no more."""
    space.leave()
    space.meet()
    return 0


def tmconf(*arguments):
    """A command of the program, which takes the fault over."""
    def request(space):
        number = space.fault.left()
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                os.chdir(space.documents)
                os.dup2(write, 2)
                space.fault.set(number)
                os.execvp("tmconf", ("tmconf",) + arguments)
            finally:
                os._exit(127)
        os.close(write)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        space.fault.set(space.fault.left(pid))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with open(read, encoding="ascii") as file:
            said = file.read()
        if status and (status != 1 or said.count("\n") != 1):
            raise Bad(f"tmconf ended with {status}, said {said}")
        return REFUSED if status else 0
    return request


def urgent(_):
    """The kernel's workers, which make tables larger, have to wait."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return 0


def calm(_):
    """They need not."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return 0


CONFIGURATION = [
    ask("TARGET_NEW", target("t", u32(A("TARGET_IFINDEX"), 11))),
    ask("TARGET_NEW", target("u", remote="fd00::9")),
    ask("FILTER_NEW", named("FILTER", "f"),
        attr(A("FILTER_DESCRIPTION"), "of many")),
    load("f", 3),
    ask("FILTER_NEW", named("FILTER", "g")),
    load("g", 3),
    ask("SESSION_NEW", session("s", 1, source(10),
                               attr(A("SESSION_FILTER"), "f"))),
    ask("SESSION_NEW", session("s2", 2, source(10),
                               attr(A("SESSION_DESCRIPTION"), "second"))),
    ask("SESSION_NEW", session("free", 3)),
]

OTHERWISE = [
    ask("TARGET_SET", target("u", u8(A("TARGET_TTL"), 9), remote="fd00::8")),
    ask("TARGET_NEW", target("v")),
    load("f", 3, 2),
    ask("FILTER_NEW", named("FILTER", "h")),
    load("h", 3),
    ask("SESSION_SET", named("SESSION", "s"), u32(A("SESSION_LENGTH"), 99)),
    ask("SESSION_DEL", named("SESSION", "s2")),
    ask("SESSION_NEW", session("on1", 1, source(11),
                               attr(A("SESSION_FILTER"), "h"))),
    ask("FILTER_DEL", named("FILTER", "g")),
]

# What every module hears of that listens to devices and their neighbours.
EVENTS = [
    dummy(12, "x0"), link(RTM_NEWLINK, 12, attr(3, "x1")),
    route(RTM_NEWNEIGH,
          struct.pack("=BxxxiHBB", socket.AF_INET, 12, 0x80, 0, 0)
          + attr(1, ip("192.0.2.9")) + attr(2, bytes(6)), NLM_F_CREATE),
    link(RTM_DELLINK, 12), new_space, Space.leave,
]

# What needs no memory of the module's, but of others for it, says so.
# What consists of several commands tells of those that it takes back.
Case = collections.namedtuple("Case",
                              "desc do undo prepare spares rolls_back",
                              defaults=((), (), False, False))

CASES = [
    Case("a target", [ask("TARGET_NEW", target(
        "x", u32(A("TARGET_IFINDEX"), 10), u32(A("TARGET_MARK"), 9),
        attr(A("TARGET_LOCAL"), ip("192.0.2.1"))))],
         [ask("TARGET_DEL", named("TARGET", "x"))]),
    Case("the first target of a namespace",
         [ask("TARGET_NEW", target("x"))], [leave], [new_space, meet]),
    Case("a target that is one too many for the table of members",
         [ask("TARGET_NEW", target("x"))], [calm, leave],
         [new_space, meet, urgent]
         + [ask("TARGET_NEW", target(f"t{i}", remote=f"192.0.2.{i + 10}"))
            for i in range(65)]),
    Case("a change of a target",
         [ask("TARGET_SET", target("t", attr(A("TARGET_LOCAL"), ip("fd00::1")),
                                   u8(A("TARGET_TTL"), 9), remote="fd00::2"))],
         [ask("TARGET_SET", target("t", u32(
             A("TARGET_UNSET"), hostile.K["TMIRROR_TARGET_LOCAL"]
             | hostile.K["TMIRROR_TARGET_TTL"])))]),
    Case("the end of a target", [ask("TARGET_DEL", named("TARGET", "u"))],
         [ask("TARGET_NEW", target("u", remote="fd00::9"))]),
    Case("one target", [ask("TARGET_GET", named("TARGET", "t"))]),
    Case("all targets", [dump("TARGET_GET")], spares=True),

    Case("a filter", [ask("FILTER_NEW", named("FILTER", "x"),
                          attr(A("FILTER_DESCRIPTION"), "an x"))],
         [ask("FILTER_DEL", named("FILTER", "x"))]),
    Case("a filter's description",
         [ask("FILTER_SET", named("FILTER", "f"),
              attr(A("FILTER_DESCRIPTION"), "of few"))],
         [ask("FILTER_SET", named("FILTER", "f"),
              attr(A("FILTER_DESCRIPTION"), "of many"))]),
    Case("the end of a filter", [ask("FILTER_DEL", named("FILTER", "g"))],
         [ask("FILTER_NEW", named("FILTER", "g")), load("g", 3)]),
    Case("one filter", [ask("FILTER_GET", named("FILTER", "f"))]),
    Case("all filters", [dump("FILTER_GET")], spares=True),
    Case("a filter's first rules", [load("x", 5)],
         [ask("FILTER_DEL", named("FILTER", "x"))],
         [ask("FILTER_NEW", named("FILTER", "x"))]),
    Case("other rules of a filter in use", [load("f", RULES, RULES // 3)],
         [load("f", 3)], [load("f", RULES)]),
    Case("no rules", [load("f", 0)], [load("f", 3)], [load("f", RULES)]),
    Case("a rule among many",
         [ask("RULE_NEW", hostile.new_rule(number=RULES + 9))],
         [load("f", 3)], [load("f", RULES)]),
    Case("the end of a rule", [ask("RULE_DEL", attr(A("RULE_FILTER"), "g"),
                                   u8(A("RULE_DIRECTION"), 0),
                                   u16(A("RULE_NUMBER"), 2))],
         [load("g", 3)]),
    Case("the rules of a filter",
         [dump("RULE_GET", attr(A("RULE_FILTER"), "f"))], spares=True),

    Case("a session without a source", [ask("SESSION_NEW", session(
        "x", 9, attr(A("SESSION_DESCRIPTION"), "an x")))],
         [ask("SESSION_DEL", named("SESSION", "x"))]),
    Case("a session of a source with others", [ask("SESSION_NEW", session(
        "x", 9, source(10), attr(A("SESSION_FILTER"), "g")))],
         [ask("SESSION_DEL", named("SESSION", "x"))]),
    Case("the first session of a source",
         [ask("SESSION_NEW", session("x", 9, source(11)))],
         [ask("SESSION_DEL", named("SESSION", "x"))]),
    Case("a session that goes from one source to another",
         [ask("SESSION_SET", session("s2", 7, source(11), attr(
             A("SESSION_DESCRIPTION"), "first"), attr(
                 A("SESSION_FILTER"), "g"), u32(A("SESSION_LENGTH"), 99)))],
         [ask("SESSION_SET", session("s2", 2, source(10), attr(
             A("SESSION_DESCRIPTION"), "second"), u32(
                 A("SESSION_UNSET"), hostile.K["TMIRROR_SESSION_FILTER"]
                 | hostile.K["TMIRROR_SESSION_LENGTH"])))]),
    Case("a session that gets a source",
         [ask("SESSION_SET", named("SESSION", "free"), source(10))],
         [ask("SESSION_SET", named("SESSION", "free"), u32(
             A("SESSION_UNSET"), hostile.K["TMIRROR_SESSION_SOURCE"]))]),
    Case("a session that loses its source",
         [ask("SESSION_SET", named("SESSION", "s2"), u32(
             A("SESSION_UNSET"), hostile.K["TMIRROR_SESSION_SOURCE"]))],
         [ask("SESSION_SET", named("SESSION", "s2"), source(10))]),
    Case("the end of a session of a source with others",
         [ask("SESSION_DEL", named("SESSION", "s2"))],
         [ask("SESSION_NEW", session("s2", 2, source(10), attr(
             A("SESSION_DESCRIPTION"), "second")))]),
    Case("the end of the last session of a source",
         [ask("SESSION_DEL", named("SESSION", "x"))], [],
         [ask("SESSION_NEW", session("x", 9, source(11)))]),
    Case("one session", [ask("SESSION_GET", named("SESSION", "s"))]),
    Case("all sessions", [dump("SESSION_GET")], spares=True),

    Case("an explanation", [ask(
        "EXPLAIN", u32(A("EXPLAIN_IFINDEX"), 10),
        u8(A("EXPLAIN_DIRECTION"), 0), u8(A("EXPLAIN_PROTO"), 6))]),
    Case("the limits", [ask("LIMITS_GET")]),
    Case("other limits", [ask("LIMITS_SET", u32(A("LIMITS_MEMORY"), 5000),
                              u32(A("LIMITS_RULES"), 500))],
         [ask("LIMITS_SET", u32(A("LIMITS_MEMORY"), 8 << 20),
              u32(A("LIMITS_RULES"), 16384))]),
    Case("the end of everything", [ask("FLUSH")], CONFIGURATION),

    Case("an action", [actions(RTM_NEWACTION, action(index=7),
                               flags=NLM_F_CREATE | NLM_F_EXCL)],
         [no_action(7)]),
    Case("two actions, the second with a session", [actions(
        RTM_NEWACTION, action(index=7),
        nest(2, attr(1, "tmirror"),
             nest(2, attr(2, struct.pack("=IIiii", 8, 0, PIPE, 0, 0)),
                  attr(3, "free"))), flags=NLM_F_CREATE | NLM_F_EXCL)],
         [no_action(7), no_action(8)]),
    Case("another session for an action", [actions(
        RTM_NEWACTION, action(attr(3, "s2"), index=7, control=0),
        flags=NLM_F_CREATE | NLM_F_REPLACE)],
         [actions(RTM_DELACTION, action_key(7))],
         [actions(RTM_NEWACTION, action(attr(3, "s"), index=7),
                  flags=NLM_F_CREATE | NLM_F_EXCL)]),
    Case("an action that is shown", [actions(RTM_GETACTION, action_key(7))],
         [actions(RTM_DELACTION, action_key(7))],
         [actions(RTM_NEWACTION, action(attr(3, "s"), index=7),
                  flags=NLM_F_CREATE | NLM_F_EXCL)], spares=True),
    Case("the end of an action", [actions(RTM_DELACTION, action_key(7))], [],
         [actions(RTM_NEWACTION, action(attr(3, "s"), index=7),
                  flags=NLM_F_CREATE | NLM_F_EXCL)], spares=True),
    Case("a filter of tc with an action that goes to a chain",
         [matchall(action(attr(3, "free"), control=GOTO_CHAIN | 5))],
         [no_filter("matchall")]),
    Case("a filter of tc that binds an action",
         [matchall(action(index=7))], [no_filter("matchall"), no_action(7)],
         [actions(RTM_NEWACTION, action(attr(3, "s"), index=7),
                  flags=NLM_F_CREATE | NLM_F_EXCL)], spares=True),
    Case("a filter of tc that gets another action",
         [flower(action(attr(3, "s2"), control=GOTO_CHAIN | 6),
                 flags=NLM_F_CREATE | NLM_F_REPLACE), actions_left(1)],
         [no_filter("flower")],
         [flower(action(attr(3, "s"), control=GOTO_CHAIN | 5))]),
    Case("the end of a filter of tc",
         [no_filter("matchall"), actions_left(0)], [],
         [matchall(action(attr(3, "free"), control=GOTO_CHAIN | 5))],
         spares=True),

    Case("another name for a device", [link(RTM_NEWLINK, 10, attr(3, "x0"))],
         [link(RTM_NEWLINK, 10, attr(3, "d0"))]),
    Case("the end of a device", [link(RTM_DELLINK, 12)],
         [ask("SESSION_DEL", named("SESSION", "x")),
          ask("TARGET_DEL", named("TARGET", "x"))],
         [dummy(12, "x0"), ask("SESSION_NEW", session("x", 9, source(12))),
          ask("TARGET_NEW", target("x", u32(A("TARGET_IFINDEX"), 12)))]),
    Case("a namespace", [new_space], [Space.leave]),
]

DOCUMENT = Case("a whole document", [tmconf("apply", "other")],
                [tmconf("apply", "one")], rolls_back=True)


def do(space, requests):
    """The errno of the first that fails, or 0."""
    for request in requests:
        error = request(space)
        if error:
            return error
    return 0


def must(space, requests, what):
    """They do what they do."""
    error = do(space, requests)
    if error:
        raise Bad(f"{what}: {genl.name(error)}")


def must_be(space, state, when):
    """It is in that state."""
    if not space.is_in(state):
        raise Bad(f"{when}: other than it was to be")


class Turn:
    """What is to fail this time."""

    def __init__(self, step, turn):
        self.step = int(step)
        self.turn = int(turn)
        self.number = 0

    def cases(self, cases):
        """Those of this time; the others have another one."""
        return cases if self.step == 1 else cases[self.turn % SHARE::SHARE]

    def each(self, count, attempt):
        """Lets those fail of so many things, and of more if there are, that are
        to; attempt(number) says whether it has. Returns how many have."""
        faults = 0
        first = self.turn // SHARE % max(min(self.step, count), 1) + 1
        for self.number in itertools.count(first, self.step):
            if not attempt(self.number):
                break
            faults += 1
        # There may be fewer than there were, but the first is there.
        if not faults and first > 1:
            return self.each(1, attempt)
        return faults


def reference(case, space, fault):
    """What it comes to without a fault: base, before, done; is one told? And how
    many things could fail."""
    base = space.state()
    must(space, case.prepare, "what comes before")
    before = space.state()
    space.told()
    fault.set(MANY)
    must(space, case.do, "without a fault")
    count = MANY - fault.left()
    fault.set(0)
    told = space.told()
    done = space.state()
    must(space, case.undo, "what comes after")
    must_be(space, base, "undone")
    return (base, before, done, told), count


def attempt(case, space, fault, number, known):
    """With one fault, if there are as many things: what has failed."""
    base, before, done, told = known
    if case.prepare:
        must(space, case.prepare, "what comes before")
        must_be(space, before, "prepared")
    space.told()
    fault.set(number)
    error = do(space, case.do)
    failed = fault.failed()
    fault.set(0)
    if error and not failed:
        raise Bad(f"without a fault: {genl.name(error)}")
    if error and error not in fault.errors + (REFUSED,):
        raise Bad(f"{failed}: {genl.name(error)}")
    heard = space.told()
    if error:
        must_be(space, before, f"{failed} has failed")
        if heard and not case.rolls_back:
            raise Bad(f"{failed} has failed: a change was told of")
        must(space, case.do, "once more, without a fault")
    elif told != heard:
        raise Bad(f"{failed}: nobody was told of the change")
    must_be(space, done, f"{failed} has failed, it succeeded")
    must(space, case.undo, "what comes after")
    must_be(space, base, "undone")
    return failed


def exhaust(case, space, fault, turn):
    """Prints the verdict on a case; returns how many faults there were."""
    faults = 0
    try:
        known, count = reference(case, space, fault)
        faults = turn.each(count, lambda number: attempt(case, space, fault,
                                                         number, known))
        if not faults and isinstance(fault, Memory) and not case.spares:
            raise Bad("nothing has failed, it was not tested")
        print(f"ok {case.desc}: {faults} faults of about {count}")
    except Bad as bad:
        fault.set(0)
        do(space, case.undo)
        print(f"bad {case.desc}, fault {turn.number}\n  {bad}")
    return faults


def save(space, name):
    """Writes down what there is."""
    with open(f"{space.documents}/{name}", "wb") as file:
        subprocess.run(("tmconf", "save"), stdout=file, check=True)


def commands(fault, turn, _, words=""):
    """All cases, in a namespace of their own."""
    new_space(None)
    space = Space(fault)
    must(space, [dummy(10, "d0"), dummy(11, "d1"), clsact] + CONFIGURATION,
         "what all begin with")
    # Who names some wants these, not a share of them.
    cases = [case for case in CASES if words in case.desc] if words \
        else turn.cases(CASES)
    with_document = words in DOCUMENT.desc
    if not cases and not with_document:
        sys.exit(f"no command has \"{words}\" in its description")
    faults = sum(exhaust(case, space, fault, turn) for case in cases)
    if with_document:
        faults += document(space, fault, turn)
    print(f"# did {faults} faults in commands")


def document(space, fault, turn):
    """A document in the place of another one."""
    with tempfile.TemporaryDirectory() as space.documents:
        save(space, "one")
        must(space, OTHERWISE, "what is in the other document")
        save(space, "other")
        must(space, [tmconf("apply", "one")], "the first document")
        return exhaust(DOCUMENT, space, fault, turn)


def gone(name):
    """Nothing is left of a module; and what it had listened to is safe."""
    with open("/proc/modules", encoding="ascii") as file:
        if f"\n{name} " in "\n" + file.read():
            raise Bad("it is there")
    try:
        genl.Socket("tmirror")
        raise Bad("its family is there")
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
    space = Space(None, family=None)
    error = do(space, [actions(RTM_NEWACTION, action(), flags=NLM_F_CREATE)])
    if error != errno.ENOENT:
        raise Bad(f"its action is there: {genl.name(error)}")
    must(space, EVENTS, "what it had listened to")


def use(ko):
    """The module can be loaded, used and unloaded."""
    with open(ko, "rb") as file:
        error = errno_of(LIBC.syscall(SYS_FINIT_MODULE, file.fileno(), b"", 0))
    if error:
        raise Bad(f"it cannot be loaded afterwards: {genl.name(error)}")
    space = Space(None)
    must(space, [dummy(10, "d0"), dummy(11, "d1"), clsact] + CONFIGURATION
         + [matchall(action(attr(3, "s"))), no_filter("matchall")] + EVENTS
         + [link(RTM_DELLINK, 10), link(RTM_DELLINK, 11)],
         "it cannot be used afterwards")
    end = time.monotonic() + LIMIT
    while True:
        error = errno_of(LIBC.syscall(SYS_DELETE_MODULE, b"tmirror",
                                      os.O_NONBLOCK))
        if not error:
            return
        if time.monotonic() > end:
            raise Bad(f"it cannot be unloaded: {genl.name(error)}")


def try_load(fault, ko, number):
    """Like attempt."""
    name = os.path.basename(ko).removesuffix(".ko")
    with open(ko, "rb") as file:
        error, failed = fault.load(file.fileno(), number)
    if not error:
        LIBC.syscall(SYS_DELETE_MODULE, name.encode(), os.O_NONBLOCK)
    elif not failed:
        raise Bad(f"without a fault: {genl.name(error)}")
    elif error not in fault.errors:
        raise Bad(f"{failed}: {genl.name(error)}")
    gone(name)
    return failed


def loading(fault, turn, ko, good):
    """A module that is not there, nor is another one of ours."""
    def attempt(number):
        failed = try_load(fault, ko, number)
        if failed:
            use(good)
        return failed

    faults = 0
    new_space(None)
    try:
        faults = turn.each(turn.step, attempt)
        if not faults:
            raise Bad("nothing has failed, it was not tested")
        print(f"ok loading: {faults} faults")
    except Bad as bad:
        print(f"bad loading, fault {turn.number}\n  {bad}")
    print(f"# did {faults} faults in loading")


FAULTS = {"memory": Memory, "calls": Calls}
FUNCTIONS = {"commands": commands, "load": loading}

if __name__ == "__main__":
    FUNCTIONS[sys.argv[1]](FAULTS[sys.argv[3]](), Turn(*sys.argv[4:6]),
                           *sys.argv[6:])
