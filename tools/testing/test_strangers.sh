#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What strangers can do: users without rights, the roots of user namespaces,
# other network namespaces. The manual page of tmconf says it under SECURITY.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

netns m n
must ip -n m -batch - <<END
	link add d0 index 1000 address 02:00:00:00:00:d0 type veth peer name d1
	link set d0 up
	link set d1 up
END
must m tc qdisc add dev d0 clsact
config m <<END
target add t remote 192.0.2.9 dev d0
filter add f
rule add f number 1 direction ingress action accept
session add s number 1 source d0 target t filter f vni 1
END
m tmconf save >"$tmp/before"
m $python "$here/strangers.py" "$here/../../include/uapi/linux/tmirror.h" \
	>"$tmp/verdicts" 2>"$tmp/trace"
status=$?
verdicts "$tmp/verdicts"
[ $status = 0 ] || not_ok "everybody was tried" "$tmp/trace"
m tmconf save >"$tmp/after"
check "nothing of m has changed" diff "$tmp/before" "$tmp/after"

# --- limits ------------------------------------------------------------------

# The batch of somebody's own user and network namespace.
theirs() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user --net tmconf -b -
}
cat >"$tmp/limits" <<-END
	limits set sessions 4294967295 targets 1000000 filters 1000000 rules 1000000
	limits set memory 4096
	limits set memory 8388608
END
check "a user namespace's root sets limits" theirs <"$tmp/limits"
given() { theirs <<<"limits set memory 8388609"; }
refused "but gives itself no more memory than by default" 1 "more than 8388608" given
check "which root may" m tmconf limits set memory 8388609
must m tmconf limits set memory 8388608

# --- packets -----------------------------------------------------------------

# VXLAN to a member of m's is a copy of somebody's there, and a packet like any
# other in n, which cannot tell by it what m has.
must m tmconf target set t dev none remote 10.9.0.2
must m tmconf session set s source d0
must ip -n n -batch - <<-END
	link add d0 type veth peer name d1
	link set d0 up
	link set d1 up
END
must ip -n m link set d0 up
config n <<END
target add t remote 192.0.2.9
session add s number 1 source d0 target t
END
$python - "$here" "$tmp/vxlan.pcap" <<-END
	import sys
	sys.path.insert(0, sys.argv[1])
	from frames import ip4, udp
	from packets import write_pcap
	datagram = udp(0, dport=4789)[:4] + bytes((0, 46, 0, 0)) + b"\\x08" + bytes(37)
	write_pcap(sys.argv[2], [ip4(17, datagram)])
END
for ns in m n; do frames $ns replay d1 "$tmp/vxlan.pcap" >/dev/null; done
wait_for loops_is m 1
is "in m it is a copy" 0 "$(counter m s .matched.packets)"
wait_for counter_is n s .matched.packets 1
is "in n it is a packet" 0 "$(loops n)"

finish
