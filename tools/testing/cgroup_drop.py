#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Attaches a BPF program to a cgroup that drops all that its sockets send.

  cgroup_drop.py DIRECTORY    of the cgroup; it stays until the cgroup is gone
"""

import ctypes
import os
import struct
import sys

SYS_BPF = 321                   # x86_64
PROG_LOAD, PROG_ATTACH = 5, 8
CGROUP_SKB, CGROUP_INET_EGRESS = 8, 1
ALLOW_MULTI = 2

# r0 = 0; exit
PROGRAM = struct.pack("=BBhi", 0xb7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0)


def bpf(command, attr):
    """The system call."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(attr, 128)
    result = libc.syscall(SYS_BPF, command, buffer, len(buffer))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def main():
    """Loads and attaches it."""
    code = ctypes.create_string_buffer(PROGRAM)
    license_ = ctypes.create_string_buffer(b"GPL")
    prog = bpf(PROG_LOAD, struct.pack(
        "=IIQQ", CGROUP_SKB, len(PROGRAM) // 8, ctypes.addressof(code),
        ctypes.addressof(license_)))
    cgroup = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
    bpf(PROG_ATTACH, struct.pack("=IIII", cgroup, prog, CGROUP_INET_EGRESS,
                                 ALLOW_MULTI))


main()
