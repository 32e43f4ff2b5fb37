# SPDX-License-Identifier: GPL-2.0
"""Netlink by hand, to send what no proper library would."""

import errno
import json
import os
import re
import socket
import struct
import sys
import traceback

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP = 1, 4, 0x10, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = \
    270, 1, 10, 11
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7


def uapi(path):
    """The constants of the enums and simple defines of a uapi header."""
    with open(path, encoding="ascii") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    values = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, re.S):
        number = -1
        for item in filter(None, (part.strip() for part in body.split(","))):
            name, _, value = (part.strip() for part in item.partition("="))
            number = eval(value, {}, values) if value else number + 1
            values[name] = number
    return values


def attr(kind, payload=b"", length=None):
    """An attribute; payload is bytes, a string with its NUL, or more of them.

    length is what it claims to be, where that is not the truth.
    """
    if isinstance(payload, str):
        payload = payload.encode() + b"\0"
    if length is None:
        length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload \
        + bytes(-len(payload) % 4)


def nest(kind, *attrs):
    """A nested attribute."""
    return attr(kind | NLA_F_NESTED, b"".join(attrs))


def u8(kind, value):
    """An attribute of one byte; so on for the others."""
    return attr(kind, struct.pack("=B", value))


def u16(kind, value):
    """Of two bytes."""
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    """Of four bytes."""
    return attr(kind, struct.pack("=I", value))


def attrs_of(data):
    """The attributes in data as pairs of kind and payload."""
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            break
        yield kind & 0x3fff, data[offset + 4:offset + length]
        offset += (length + 3) & ~3


class Socket:
    """A netlink socket that speaks to one family, or to rtnetlink."""

    def __init__(self, family=None, protocol=16, size=1 << 18):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.bind((0, 0))
        self.sock.settimeout(60)
        self.sequence = 0
        self.size = size
        self.message = None
        self.interrupted = False
        self.groups = {}
        self.family = GENL_ID_CTRL
        if family:
            self.resolve(family)

    def resolve(self, family):
        """Finds the family's number and its groups'."""
        error, replies = self.genl(
            CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, family), version=2)
        if error:
            raise OSError(error, f"no family {family}")
        for kind, payload in attrs_of(replies[0][4:]):
            if kind == CTRL_ATTR_FAMILY_ID:
                self.family = struct.unpack("=H", payload[:2])[0]
            if kind == CTRL_ATTR_MCAST_GROUPS:
                for _, group in attrs_of(payload):
                    found = dict(attrs_of(group))
                    name = found[1].rstrip(b"\0").decode()
                    self.groups[name] = struct.unpack("=I", found[2])[0]

    def genl(self, command, attrs=b"", flags=NLM_F_ACK, version=1):
        """Sends a command; returns its errno and the replies' payloads."""
        return self.send(self.family,
                         struct.pack("=BBH", command, version, 0) + attrs,
                         flags)

    def genl_many(self, commands):
        """Sends pairs of command and attributes at once; returns errnos.

        Answered is what is refused, and the last: with all before it done.
        """
        last = len(commands) - 1
        first = self.sequence + 1
        self.sock.send(b"".join(
            self.pack(self.family, struct.pack("=BBH", command, 1, 0) + attrs,
                      NLM_F_ACK if i == last else 0)
            for i, (command, attrs) in enumerate(commands)))
        errors = [0] * len(commands)
        while True:
            for kind, _, sequence, body in self.datagram():
                # Not what an earlier command or a notification has left.
                if kind != NLMSG_ERROR or not first <= sequence <= self.sequence:
                    continue
                errors[sequence - first] = -struct.unpack_from("=i", body)[0]
                if sequence == self.sequence:
                    return errors

    def pack(self, kind, payload, flags=NLM_F_ACK, length=None):
        """A message, which may lie about its length."""
        self.sequence += 1
        if length is None:
            length = 16 + len(payload)
        return struct.pack("=IHHII", length, kind, flags | NLM_F_REQUEST,
                           self.sequence, 0) + payload

    def send(self, kind, payload, flags=NLM_F_ACK, length=None):
        """Sends such a message; returns its errno and the replies."""
        self.sock.send(self.pack(kind, payload, flags, length))
        return self.receive()

    def datagram(self):
        """The messages of the next one: kind, flags, sequence and payload."""
        data = self.sock.recv(self.size)
        while len(data) >= 16:
            length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
            yield kind, flags, sequence, data[16:length]
            data = data[(length + 3) & ~3:]

    def receive(self):
        """The answer to the last message.

        An interrupted dump is one while which something was changed. Its
        messages are as long as the longest read so far, self.size, allows.
        """
        replies = []
        self.message = None
        self.interrupted = False
        while True:
            for kind, flags, sequence, body in self.datagram():
                if sequence != self.sequence:
                    continue
                self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_ERROR:
                    error = -struct.unpack_from("=i", body)[0]
                    if flags & 0x200:
                        for what, text in attrs_of(body[20:]):
                            if what == 1:
                                self.message = text.rstrip(b"\0").decode()
                    return error, replies
                if kind == NLMSG_DONE:
                    return -struct.unpack_from("=i", body)[0], replies
                replies.append(body)

    def join(self, group):
        """Joins a multicast group; returns the errno.

        Such a socket is not for asking any more: answers find no room where
        there are notifications that nobody has read. See heard().
        """
        try:
            self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                                 self.groups[group])
        except OSError as error:
            return error.errno
        return 0

    def heard(self):
        """The messages of the next notification; None where some are lost, for
        there were too many: what they told of has to be asked for."""
        try:
            return list(self.datagram())
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return None


def elsewhere(function, *become):
    """What function returns, which JSON knows, in a process of its own.

    become is called there before, one after the other.
    """
    read, write = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            for step in become:
                step()
            os.write(write, json.dumps(function()).encode())
        except BaseException:  # nobody else tells of it
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        value = json.load(file)
    os.waitpid(pid, 0)
    return value


def name(number):
    """The errno's name, for people."""
    return errno.errorcode.get(number, str(number))


def judge(desc, errors, got, message=None):
    """Prints the verdict on one message: errors is what makes sense."""
    errors = errors if isinstance(errors, tuple) else (errors,)
    if got not in errors:
        wanted = " or ".join(map(name, errors))
        print(f"bad {desc}: {name(got)}, not {wanted}: {message}")
    else:
        print(f"ok {desc}: {name(got)}")
