# SPDX-License-Identifier: GPL-2.0
"""
What packets are sent through: a source, an underlay, and what mirrors from the
one to the other.

Both are dummy devices. The neighbour of the underlay is permanent, so that a
copy has gone the whole way through the stack and ends there. Each measurement
has new devices, which are all in one group and go with it.
"""

import contextlib
import os
import subprocess
import time
from typing import NamedTuple

import rules
import traffic

GROUP = 7
REMOTE, REMOTE6 = "192.0.2.9", "fd03::9"
BED = f"""
link add s0 group {GROUP} type dummy
link add u0 group {GROUP} type dummy
link set s0 up
link set u0 up
address add 192.0.2.1/24 dev u0
address add fd03::1/64 dev u0 nodad
neighbour add {REMOTE} lladdr 02:00:00:00:00:09 dev u0 nud permanent
neighbour add {REMOTE6} lladdr 02:00:00:00:00:09 dev u0 nud permanent
"""


class Setup(NamedTuple):
    """What is added to the bed: a batch for each program, in this order."""
    loaded: bool = True         # the module
    ip: str = ""
    flower: int = 0             # rules before those of tc
    near: bool = False          # these, and those of f, are near the packets
    tc: str = ""
    nft: str = ""
    filter: int = 0             # rules of a filter f, of tmconf
    direction: str = "egress"   # of those
    tmconf: str = ""
    fleet: int = 0              # sessions, see fleet_document


NOTHING = Setup()


def run(*command, text=None):
    """Runs a program, returns what it prints."""
    done = subprocess.run(command, input=text, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise traffic.Failed(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def seconds(*command):
    """How long a program takes."""
    begin = time.monotonic()
    run(*command)
    return time.monotonic() - begin


def temporary(name, text):
    """A file in the guest."""
    path = os.path.join(os.environ["TMPDIR"], name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


# --- what mirrors ------------------------------------------------------------

def tmirror(session="", target="", **more):
    """A session of the source; words for it and for its target."""
    remote = "" if "remote" in target else f"remote {REMOTE}"
    return Setup(tmconf=f"target add t {remote} {target}\n"
                 f"session add s number 1 source s0 target t {session}\n",
                 **more)


def vxlan(words=f"local 192.0.2.1 remote {REMOTE}"):
    """Commands of ip that make the device where the kernel's own way leads."""
    return (f"link add vx0 group {GROUP} type vxlan id 7 "
            f"dstport 4789 {words}\nlink set vx0 up\n")


def hook(action, direction="egress"):
    """Commands of tc that have every packet meet an action."""
    return ("qdisc add dev s0 clsact\n"
            f"filter add dev s0 {direction} matchall {action}\n")


def mirred(ip=vxlan(), direction="egress"):
    """What act_mirred does with the devices that IP makes."""
    return Setup(ip=ip, tc=hook("action mirred egress mirror dev vx0",
                                direction))


def nft_dup(direction="egress"):
    """The same, by a rule of nftables."""
    return Setup(ip=vxlan(), nft=f"""
table netdev t {{
	chain c {{
		type filter hook {direction} device "s0" priority 0
		dup to "vx0"
	}}
}}
""")


def fleet_document(count):
    """
    A configuration of COUNT sessions in groups of ten: those of s0 and of
    other devices, whose commands of ip come with it.
    """
    devices = ["s0"] + [f"d{i}" for i in range(1, count // 10)]
    links = "".join(f"link add {dev} group {GROUP} type dummy\n"
                    for dev in devices[1:])
    sessions = ",\n".join(
        f'{{"name": "{dev}-{number}", "number": {number}, "source": "{dev}", '
        f'"target": "t", "vni": {index * 10 + number}}}'
        for index, dev in enumerate(devices) for number in range(1, 11))
    return links, ('{"targets": [{"name": "t", "members": '
                   f'[{{"remote": "{REMOTE}"}}]}}],\n'
                   f'"sessions": [\n{sessions}\n]}}\n')


# --- the bed -----------------------------------------------------------------

def prepare():
    """Loads what is not loaded by its use; has no device speak unasked."""
    run("modprobe", "--all", "pktgen", "dummy", "sch_ingress", "cls_matchall",
        "cls_flower", "act_mirred", "act_gact", "vxlan", "8021q")
    # No addresses of their own for devices, so no router is asked for either.
    with open("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "w",
              encoding="ascii") as file:
        file.write("1\n")


def load(loaded):
    """Loads our module or unloads it."""
    if loaded == os.path.isdir("/sys/module/tmirror"):
        return
    if loaded:
        run("insmod", os.environ["TMIRROR_KO_DIR"] + "/tmirror.ko")
    else:
        run("rmmod", "tmirror")


def apply(setup):
    """Adds it to the bed."""
    links, document = fleet_document(setup.fleet) if setup.fleet else ("", "")
    run("ip", "-batch", "-", text=setup.ip + links)
    if setup.flower:
        flower = rules.for_flower(setup.flower, setup.near, "s0",
                                  "action mirred egress mirror dev u0")
        run("tc", "-batch", "-", text="qdisc add dev s0 clsact\n" + flower)
    run("tc", "-batch", "-", text=setup.tc)
    if setup.nft:
        run("nft", "--file", "-", text=setup.nft)
    if setup.filter:
        lines = rules.for_tmconf(setup.filter, setup.near,
                                 setup.direction)
        run("tmconf", "filter", "add", "f")
        run("tmconf", "filter", "load", "f", temporary("rules", lines))
    run("tmconf", "-batch", "-", text=setup.tmconf)
    if setup.fleet:
        run("tmconf", "apply", temporary("document", document))


@contextlib.contextmanager
def bed(setup, ip=""):
    """The bed, with a setup and what else IP makes, and its end."""
    load(setup.loaded)
    run("ip", "-batch", "-", text=BED + ip)
    try:
        apply(setup)
        yield
    finally:
        load(True)
        run("tmconf", "flush")
        run("nft", "flush", "ruleset")
        run("ip", "link", "delete", "group", str(GROUP))
