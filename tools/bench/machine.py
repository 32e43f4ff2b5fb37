# SPDX-License-Identifier: GPL-2.0
"""The machine that figures come from."""

import glob
import gzip
import os
import platform
import re
import subprocess

WORTH_KNOWING = ("HZ", "PREEMPT", "PREEMPT_DYNAMIC", "PREEMPT_VOLUNTARY",
                 "PREEMPT_NONE", "SMP", "MITIGATION_RETPOLINE",
                 "MITIGATION_RETHUNK", "SLAB_FREELIST_RANDOM",
                 "INIT_ON_ALLOC_DEFAULT_ON", "HARDENED_USERCOPY", "KASAN",
                 "PROVE_LOCKING", "DEBUG_NET")


def config():
    """The kernel's configuration, as text."""
    if os.path.exists("/proc/config.gz"):
        with gzip.open("/proc/config.gz", "rt") as file:
            return file.read()
    path = f"/usr/src/linux-headers-{platform.release()}/.config"
    with open(path, encoding="utf-8") as file:
        return file.read()


def first(pattern, text):
    """What the first group of the pattern matches there, or a dash."""
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1) if found else "-"


def module_compiler():
    """What the compiler left in our module."""
    path = os.environ["TMIRROR_KO_DIR"] + "/tmirror.ko"
    text = subprocess.run(("readelf", "--string-dump=.comment", path),
                          check=True, text=True, stdout=subprocess.PIPE).stdout
    return first(r"\] +(.*)", text)


def mitigations():
    """What the kernel does against faults of the CPU."""
    found = []
    for path in sorted(glob.glob("/sys/devices/system/cpu/vulnerabilities/*")):
        with open(path, encoding="ascii") as file:
            text = file.read().strip()
        if text.startswith("Mitigation: "):
            found.append(f"{os.path.basename(path)} "
                         f"({text[len('Mitigation: '):]})")
    return ", ".join(found) or "none"


def described():
    """Lines that say what it is."""
    text = config()
    with open("/proc/cpuinfo", encoding="ascii") as file:
        cpu = first(r"^model name\s*: (.*)", file.read())
    options = re.findall(rf"^CONFIG_((?:{'|'.join(WORTH_KNOWING)})=.*)$", text,
                         re.MULTILINE)
    return (f"kernel       Linux {platform.release()} {platform.machine()}, "
            f"{os.cpu_count()} CPU ({cpu})\n"
            f"compiled by  {first(r'^CONFIG_CC_VERSION_TEXT=.(.*).$', text)}\n"
            f"module by    {module_compiler()}\n"
            f"config       {' '.join(options)}\n"
            f"mitigations  {mitigations()}")
