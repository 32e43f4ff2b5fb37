#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The production path comes first: whatever becomes of the copies, the packets
# themselves pass m unchanged and complete, and every other filter on the
# source decides as it would without us.
#
#   h1 e0 -- p1 [bridge br0 of m] p2 -- e0 h2
#                      u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.12

topology
must ip -n m -batch - <<END
link add br0 type bridge
link set br0 up
link set p1 master br0
link set p2 master br0
END

# A bridge that hands its packets to netfilter drops what is no good IP.
m sysctl -eqw net.bridge.bridge-nf-call-iptables=0 \
	net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0
# A bridge keeps what is for its own link to itself.
mapfile -t names < <(frames h1 list | grep -vxE 'lldp|stp')

config m <<END
target add t remote 192.0.2.9
session add s1 number 1 source p1 target t vni 1
session add s2 number 1 source p2 target t vni 2 length 100
END

# passes DESC: what h1 sends arrives at h2, and the other way round
passes() {
	capture at1 h1 e0
	capture at2 h2 e0
	frames h1 send e0 "${names[@]}" >/dev/null
	frames h2 back e0 "${names[@]}" >/dev/null
	wait_for captured_is at1 $((2 * ${#names[@]}))
	wait_for captured_is at2 $((2 * ${#names[@]}))
	capture_stop at1 at2
	check "both ends see the same: $1" \
		compare --copies "$tmp/at2.pcap" "$tmp/at1.pcap"
}
# cause CAUSE DESC: passes, and the copies are dropped for it
cause() {
	local before

	before=$(counter m s1 ".dropped.$1")
	passes "$2"
	check "$2: counted as $1" \
		[ "$(counter m s1 ".dropped.$1")" -gt "$before" ]
}

passes "with copies sent"

must ip -n m route add blackhole 192.0.2.9
cause no_route "the target in a black hole"
must ip -n m route del blackhole 192.0.2.9

must ip -n m route del 192.0.2.0/24 dev u0
cause no_route "no route to the target"
must ip -n m route add 192.0.2.0/24 dev u0 src 192.0.2.1

# Copies wait for a neighbour that does not answer, until there are too many.
must m tmconf limits set memory 4096
must ip -n m neighbour del 192.0.2.9 dev u0
must ip -n c address del 192.0.2.9/24 dev e0
cause backlog "a neighbour that does not answer"
must ip -n c address add 192.0.2.9/24 dev e0
must m tmconf limits set memory 1000000
must ip -n m neighbour replace 192.0.2.9 dev u0 nud permanent \
	lladdr 02:00:c0:00:02:09

must ip -n m link set u0 down
passes "the underlay's device down"
must ip -n m link set u0 up
must ip -n m neighbour replace 192.0.2.9 dev u0 nud permanent \
	lladdr 02:00:c0:00:02:09

# --- other filters -----------------------------------------------------------

must m tmconf session del s1
must m tmconf session del s2
sent=(tcp udp icmp arp-request tcp6 udp6 unknown)
kept=(tcp icmp arp-request tcp6 udp6 unknown)
$python "$here/frames.py" pcap "$tmp/kept.pcap" "${kept[@]}"
$python "$here/frames.py" pcap-back "$tmp/kept-back.pcap" "${kept[@]}"

# drops_udp DESC: UDP over IPv4 passes in neither direction, the rest in both
drops_udp() {
	capture h2in h2 e0 ether src $sent_from
	capture h1in h1 e0 ether src $back_from
	frames h1 send e0 "${sent[@]}" >/dev/null
	frames h2 back e0 "${sent[@]}" >/dev/null
	wait_for captured_is h2in ${#kept[@]}
	wait_for captured_is h1in ${#kept[@]}
	capture_stop h2in h1in
	check "ingress, $1" compare --copies "$tmp/h2in.pcap" "$tmp/kept.pcap"
	check "egress, $1" compare --copies "$tmp/h1in.pcap" "$tmp/kept-back.pcap"
}

# drop_udp PREF
drop_udp() {
	local direction

	for direction in ingress egress; do
		must m tc filter add dev p1 $direction pref "$1" protocol ip \
			flower ip_proto udp action drop
	done
}

must m tc qdisc add dev p1 clsact
drop_udp 100
drops_udp "a drop filter alone"
must m tmconf session add s1 number 1 source p1 target t
drops_udp "the drop filter after ours"
is "what it drops on ingress was mirrored, and on egress too" \
	$((2 * ${#sent[@]})) "$(counter m s1 .matched.packets)"
for direction in ingress egress; do
	must m tc filter del dev p1 $direction pref 100
done
drop_udp 1
before=$(counter m s1 .matched.packets)
drops_udp "the drop filter before ours"
is "what it drops was not mirrored" $((before + 2 * ${#kept[@]})) \
	"$(counter m s1 .matched.packets)"
check_not "session show says that something decides before us" \
	[ "$(m tmconf session show s1)" = "$(m tc filter del dev p1 ingress pref 1
		m tc filter del dev p1 egress pref 1
		m tmconf session show s1)" ]

# A filter after ours that accepts keeps the last word against a third one.
for direction in ingress egress; do
	must m tc filter add dev p1 $direction pref 50000 protocol arp \
		matchall action pass
	must m tc filter add dev p1 $direction pref 50001 matchall action drop
done
capture h2in h2 e0 ether src $sent_from
capture h1in h1 e0 ether src $back_from
frames h1 send e0 "${sent[@]}" >/dev/null
frames h2 back e0 "${sent[@]}" >/dev/null
wait_for captured_is h2in 1
wait_for captured_is h1in 1
capture_stop h2in h1in
want arp-request
check "ingress, of pass and drop filters after ours the first decides" \
	compare --copies "$tmp/h2in.pcap" "$tmp/want.pcap"
$python "$here/frames.py" pcap-back "$tmp/want.pcap" arp-request
check "egress, of pass and drop filters after ours the first decides" \
	compare --copies "$tmp/h1in.pcap" "$tmp/want.pcap"

must m tmconf session del s1
is "with the session our filters go, and the others stay" "50000 50001" \
	"$(m tc -j filter show dev p1 ingress | jq -r '[.[].pref] | unique | join(" ")')"
is "and the clsact that we did not add" clsact \
	"$(m tc -j qdisc show dev p1 clsact | jq -r '.[].kind')"

finish
