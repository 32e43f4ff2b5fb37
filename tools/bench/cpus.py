# SPDX-License-Identifier: GPL-2.0
"""
Whether two CPUs mirror twice what one does.

A CPU of the emulator is a thread of the host, which has other work too: each
figure is the best of several rounds, one and two flows in turns. What the
packets reach without a mirror bounds what they can reach with one.
"""

import bed
import traffic

ROUNDS = 6
COUNT = 40000
SECOND = f"""
link add s1 group {bed.GROUP} type dummy
link set s1 up
"""
FLOWS = (traffic.Packets(), traffic.Packets(dev="s1"))
MIRROR = bed.tmirror()
BOTH = MIRROR._replace(
    tmconf=MIRROR.tmconf + "session add s2 number 1 source s1 target t\n")


def rate(*devs):
    """Packets a nanosecond, of all DEVS together while they all send."""
    return sum(1 / cost for cost in traffic.start(COUNT, *devs))


def scaling(setup):
    """How many times as much two flows get through as one."""
    best = [0, 0]
    with bed.bed(setup, SECOND):
        for thread, flow in enumerate(FLOWS):
            traffic.prepare(flow, thread)
        for _ in range(ROUNDS):
            best[0] = max(best[0], rate("s0"))
            best[1] = max(best[1], rate("s0", "s1"))
    return best[1] / best[0]


def measure():
    """Yields name, value, unit, limit and whether that is the least."""
    yield ("flows not mirrored", scaling(bed.NOTHING), "times one", None, True)
    yield ("flows mirrored, 60 B whole", scaling(BOTH), "times one", 1.7, True)
