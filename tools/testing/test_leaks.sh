#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# No byte that nobody has set, and no address of the kernel, reaches user space
# or the wire. In uml pages have a pattern, and variables on the stack; so have
# slabs, and the others nothing, in a stock kernel that is started to leave it there:
#
#   vm -k 6.12 --append "init_on_alloc=0 slub_debug=P" -- test_leaks.sh
#
#   h1 e0 -- p1 m u0 -- e0 c
#            tun0

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$TMIRROR_KERNEL" = uml ] || grep -q slub_debug=P /proc/cmdline ||
	skip "memory is zeroed, unless the kernel is started with init_on_alloc=0 slub_debug=P"

header=$here/../../include/uapi/linux/tmirror.h
leaks() { m "$python" "$here/leaks.py" "$@"; }
# In uml each page has a pattern once it is free.
fill() { [ "$TMIRROR_KERNEL" = uml ] || leaks fill; }
# verdicts_of DESC COMMAND...
verdicts_of() {
	local desc=$1

	shift
	"$@" >"$tmp/verdicts" 2>"$tmp/trace" || not_ok "$desc" "$tmp/trace"
	verdicts "$tmp/verdicts"
}

topology
must ip -n m link add d0 index 1000 type veth peer name d1
must m ip tuntap add dev tun0 mode tun
must ip -n m link set tun0 up
must m ethtool -K p1 gso on >/dev/null
must m ethtool -K p1 gro on >/dev/null

# --- to user space -----------------------------------------------------------

m tc qdisc add dev d0 clsact
cat >"$tmp/objects" <<END
target add t remote 192.0.2.9
target add odd remote fd03::9 local fd03::1 dev u0 mark 9 ttl 7 tos 4 df on csum off port 1 weight 3
filter add f
filter add longer description "a b c d e"
rule add f number 1 direction ingress action accept
rule add f number 2 direction egress action reject proto udp src 10.0.0.0/8 sport 1-2
rule add longer number 1 direction egress action reject proto 6 dst fd00::/8 dport 7
session add s number 1 target t
session add of-d0 number 3 source d0 target odd filter longer vni 1/2 payload 9 repair on continue on description x
session set of-d0 description "more than one" length 7
target set odd ttl none mark none
END
for i in $(seq "$(amount 40 400)"); do
	echo "session add s$i number $i target t description $i"
	echo "session del s$i"
done >>"$tmp/objects"
fill
cat >"$tmp/actions" <<-END
	actions add action tmirror index 7
	actions add action tmirror pass index 8
	filter add dev d0 ingress pref 50000 matchall action tmirror index 7 action tmirror
	filter add dev d0 egress pref 50000 matchall action tmirror continue
END
must m tc -batch "$tmp/actions"
verdicts_of "everything was looked at" leaks netlink "$header" "$tmp/objects"

# --- to the wire -------------------------------------------------------------

topology6
config m <<END
target add t remote 192.0.2.9
target add together remote 192.0.2.9 csum on
target add six remote fd03::9
session add whole number 1 source p1 target t filter no-mld vni 1 continue on
session add odd number 2 source p1 target six filter no-mld vni 2 length 61 continue on
session add short number 3 source p1 target t filter no-mld vni 3 length 15 continue on
session add repaired number 4 source p1 target t filter no-mld vni 4 payload 3 repair on continue on
session add together number 5 source p1 target together filter no-mld vni 5 continue on
session add cut number 6 source p1 target together filter no-mld vni 6 length 77 continue on
session add mended number 7 source p1 target together filter no-mld vni 7 length 77 repair on
session add tun number 1 source tun0 target t vni 8
END
must ip -n m address add 10.50.0.1/24 dev tun0
yes "nothing that a pattern is like" | head -c 60000 >"$tmp/data"
serve
capture copies c e0 udp port 4789
for _ in $(seq "$(amount 1 20)"); do
	fill
	frames h1 send e0 >/dev/null
	h1 socat -t 60 - TCP:10.1.0.254:7 <"$tmp/data" >/dev/null
	# shellcheck disable=SC2016 # the inner shell expands it
	m bash -c 'for i in 1 22 333; do echo $i >/dev/udp/10.50.0.2/9; done'
	wait_for arrived copies
done
capture_stop copies
verdicts_of "the capture was read" leaks wire "$tmp/copies.pcap"
for session in whole odd short repaired together cut mended tun; do
	check "copies of $session were seen" test "$(counter m $session .mirrored.packets)" -gt 2
done

finish
