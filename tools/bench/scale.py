# SPDX-License-Identifier: GPL-2.0
"""
Long lists: how long they take to make, and what they keep.

Memory is what the kernel has more of afterwards: slabs (large pieces of
kmalloc among them), vmalloc areas, and pages of per-CPU data, which are most
of a session's counters. It includes what tc has for a device, which is shared
by its sessions here. The best of a few times.
"""

import re

import bed

TIMES = 3
KIB = 1024


def kernel_memory():
    """Bytes of the kernel's, and those of per-CPU data, apart."""
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3\n")
    with open("/proc/meminfo", encoding="ascii") as file:
        found = dict(re.findall(r"^(\w+): +(\d+) kB$", file.read(),
                                re.MULTILINE))
    return (sum(int(found[key]) * KIB for key in ("Slab", "VmallocUsed")),
            int(found["Percpu"]) * KIB)


def grown(before):
    """What was added since, in the same order."""
    return [now - then for now, then in zip(kernel_memory(), before)]


def best(results):
    """The least of each column."""
    return [min(column) for column in zip(*results)]


def load_rules(count):
    """Seconds and bytes of a filter."""
    path = bed.temporary("rules", bed.rules.for_tmconf(count))
    with bed.bed(bed.NOTHING):
        bed.run("tmconf", "filter", "add", "f")
        before = kernel_memory()
        seconds = bed.seconds("tmconf", "filter", "load", "f", path)
        return seconds, sum(grown(before))


def configure(count):
    """Seconds of apply and of show, and bytes."""
    links, document = bed.fleet_document(count)
    path = bed.temporary("document", document)
    with bed.bed(bed.NOTHING, links):
        before = kernel_memory()
        times = [bed.seconds("tmconf", "apply", path),
                 bed.seconds("tmconf", "session", "show")]
        return times + grown(before)


def measure(count=10000):
    """Yields name, value, unit, limit and whether that is the least."""
    seconds, size = best(load_rules(count) for _ in range(TIMES))
    yield f"load {count:,} rules", seconds, "s", 1, False
    yield f"memory of {count:,} rules", size / KIB**2, "MiB", 16, False
    apply, show, memory, counters = best(configure(count)
                                         for _ in range(TIMES))
    yield f"apply {count:,} sessions", apply, "s", 2, False
    yield f"show {count:,} sessions", show, "s", 0.5, False
    yield "memory of a session", memory / count / KIB, "KiB", 2, False
    yield "its counters, a CPU", counters / count / KIB, "KiB", None, False
