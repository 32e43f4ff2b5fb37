#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Copies wait while the next hop is asked for its link-layer address; then all
# of them leave, or each is counted as lost. A next hop that never answers does
# not keep more than its share of memory, nor a device, nor a namespace.
#
#   m p1 (frames are sent back by it)   u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
must ip -n m neighbour flush dev u0 nud permanent
# asked three times, a tenth of a second apart
m sysctl -qw net.ipv4.neigh.u0.retrans_time_ms=100 \
	net.ipv6.neigh.u0.retrans_time_ms=100

# state ADDRESS: of the neighbour on u0
state() { m ip -j neighbour show to "$1" dev u0 | jq -r '.[0].state[0] // "NONE"'; }
is_failed() { [ "$(state "$1")" = FAILED ]; }

# dropped SESSION CAUSE
dropped() { counter m "$1" ".dropped.$2"; }

# bytes of copies
in_flight() { m tmconf -s -j limits show | jq '.[0].stats.used.memory'; }

# send NAME...: frames that leave through the source
send() { frames m back p1 "$@" >/dev/null; }

config m <<END
target add v4 remote 192.0.2.9
target add v6 remote fd03::9
target add dead4 remote 192.0.2.77
target add dead6 remote fd03::77
filter add data
rule add data number 1 direction egress action accept dst 10.1.0.1/32
rule add data number 2 direction egress action accept proto udp
session add live4 number 1 source p1 target v4 filter data vni 4 continue on
session add live6 number 2 source p1 target v6 filter data vni 6 continue on
END

# --- next hops that answer ----------------------------------------------------

capture copies c e0 udp port 4789
is "nobody knows the collector's address yet" "NONE NONE" \
	"$(state 192.0.2.9) $(state fd03::9)"
send udp udp udp
wait_for counter_is m live4 .mirrored.packets 3
wait_for counter_is m live6 .mirrored.packets 3
wait_for arrived copies
capture_stop copies
want udp udp udp
must $python "$here/frames.py" pcap-back "$tmp/back.pcap" udp udp udp
check "copies that waited arrive, IPv4" compare \
	--copies "$tmp/copies.pcap" --vni 4 "$tmp/back.pcap"
check "copies that waited arrive, IPv6" compare \
	--copies "$tmp/copies.pcap" --vni 6 "$tmp/back.pcap"
is "none was lost" "0 0" \
	"$(m tmconf -s -j session show | jq -r '[.[].stats.dropped | add // 0] | join(" ")')"

# --- next hops that do not ---------------------------------------------------

config m <<END
session set live4 enabled off
session set live6 enabled off
session add dead4 number 11 source p1 target dead4 filter data vni 14 continue on
session add dead6 number 12 source p1 target dead6 filter data vni 16 continue on
END
send udp udp udp udp udp
wait_for counter_is m dead4 .dropped.no_route 5
wait_for counter_is m dead6 .dropped.no_route 5
is "a dead next hop loses every copy, IPv4" "5 5 0" \
	"$(dropped dead4 no_route) $(counter m dead4 .matched.packets) $(counter m dead4 .mirrored.packets)"
is "a dead next hop loses every copy, IPv6" "5 5 0" \
	"$(dropped dead6 no_route) $(counter m dead6 .matched.packets) $(counter m dead6 .mirrored.packets)"
is "their bytes are counted, too" "$((5 * $(counter m live4 .matched.bytes) / 3))" \
	"$(counter m dead4 .matched.bytes)"
is "of its target as well, nothing was sent" 0 \
	"$(m tmconf -s -j target show dead4 | jq '.[0].stats.mirrored.packets')"
is "nothing is in flight any more" 0 "$(in_flight)"

# More than may wait for one: what is beyond is backlog.
m sysctl -qw net.ipv4.neigh.u0.unres_qlen_bytes=4096 \
	net.ipv6.neigh.u0.unres_qlen_bytes=4096
m sysctl -qw net.ipv4.neigh.u0.retrans_time_ms=400
wait_for is_failed 192.0.2.77
names=()
for ((i = 0; i < 40; i++)); do names+=(udp); done
send "${names[@]}"
wait_for counter_is m dead4 .matched.packets 45
check "what may not wait is backlog" test "$(dropped dead4 backlog)" -gt 20
check "what may does wait" test "$(dropped dead4 no_route)" -gt 5

# --- whatever goes away meanwhile --------------------------------------------

# Long enough for what follows to come in between.
m sysctl -qw net.ipv4.neigh.u0.retrans_time_ms=600000 \
	net.ipv6.neigh.u0.retrans_time_ms=600000
m sysctl -qw net.ipv4.neigh.u0.unres_qlen_bytes=212992
must ip -n m neighbour flush dev u0
send udp udp
check "what waits is in flight" test "$(in_flight)" -gt 0
check "a session and a target can go while copies wait" \
	m tmconf session del dead4
check "the target, too" m tmconf target del dead4
must ip -n m link set u0 down
wait_for counter_is m dead6 .matched.packets 47
is "a device that goes down loses its copies" 47 "$(counter m dead6 .matched.packets)"

must ip -n m link set u0 up
must ip -n m address replace fd03::1/64 dev u0 nodad
send udp
check "a namespace goes with copies waiting" ip netns del m
# The rest of the test has no m.
gone() { ! ip -n c link show e0; }
check "its devices are gone" wait_for gone

finish
