# SPDX-License-Identifier: GPL-2.0
"""
Whether two CPUs mirror twice what one does.

A CPU of the emulator is a thread of the host, which has other work too: flows
are watched through many short windows, one flow and two in turns, and the best
window of each counts. What packets reach without a mirror, and what they reach
with the kernel's own, bounds what can be expected.
"""

import contextlib
import threading
import time

import bed
import traffic

ROUNDS = 4
WINDOWS = 40
WINDOW = 0.02
SECOND = f"""
link add s1 group {bed.GROUP} type dummy
link set s1 up
"""
FLOWS = (traffic.Packets(count=0), traffic.Packets(count=0, dev="s1"))
OURS = bed.tmirror()
OURS = OURS._replace(
    tmconf=OURS.tmconf + "session add s2 number 1 source s1 target t\n")
MIRRED = bed.mirred()
MIRRED = MIRRED._replace(tc=MIRRED.tc + MIRRED.tc.replace("s0", "s1"))


@contextlib.contextmanager
def sending(flows):
    """While they are sent, each by a CPU of its own."""
    for thread, flow in enumerate(flows):
        traffic.prepare(flow, thread)
    sender = threading.Thread(target=traffic.start,
                              args=(0, *(flow.dev for flow in flows)))
    sender.start()
    while not all(traffic.sent(flow.dev) for flow in flows):
        time.sleep(WINDOW)
    try:
        yield
    finally:
        traffic.write("pgctrl", "stop")
        sender.join()
        for thread in range(len(flows)):
            traffic.write(f"kpktgend_{thread}", "rem_device_all")


def window(flows):
    """Packets a second. What reading takes counts as time."""
    begin = time.monotonic()
    before = [traffic.sent(flow.dev) for flow in flows]
    time.sleep(WINDOW)
    after = [traffic.sent(flow.dev) for flow in flows]
    return (sum(after) - sum(before)) / (time.monotonic() - begin)


def best_window(flows):
    """The most that they reached."""
    with sending(flows):
        return max(window(flows) for _ in range(WINDOWS))


def scaling(setup):
    """How many times as much two flows get through as one."""
    one = two = 0
    with bed.bed(setup, SECOND):
        for _ in range(ROUNDS):
            one = max(one, best_window(FLOWS[:1]))
            two = max(two, best_window(FLOWS))
    return two / one


def measure():
    """Yields name, value, unit, limit and whether that is the least."""
    unit = "times one"
    yield "two flows, not mirrored", scaling(bed.NOTHING), unit, None, True
    yield "two flows, mirrored, 60 B whole", scaling(OURS), unit, 1.7, True
    yield "two flows, mirrored by mirred", scaling(MIRRED), unit, None, True
