#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where a route is plain, copies do not go through all of the stack: what it
# does for a packet is done for them as well. It is compared with what it does
# where it must be asked, as its firewall has rules for OUTPUT.
#
#   h1 e0 -- p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
config m <<END
target add t remote 192.0.2.9
target add t6 remote fd03::9
target add group remote ff15::9 dev u0
filter add udp
rule add udp number 1 direction ingress action accept proto udp
session add s number 1 source p1 target t filter udp vni 7
END
must ip -n m neighbour replace 10.2.0.77 dev p2 nud permanent \
	lladdr 02:00:00:00:00:77

# ask: have the stack asked, or, as it is without that, not
ask() {
	for family in ip ip6; do
		must m nft add table $family ask
		must m nft add chain $family ask output \
			'{ type filter hook output priority 0; }'
	done
}
ask_not() {
	for family in ip ip6; do
		must m nft delete table $family ask
	done
}
# send: ten datagrams that nobody here answers
send() {
	local before
	before=$(counter m s .matched.packets)
	must h1 bash -c 'for i in {1..10}; do echo >/dev/udp/10.2.0.77/9; done'
	wait_for counter_is m s .matched.packets $((before + 10))
}

# --- what the host counts ----------------------------------------------------

# shellcheck disable=SC2016
sent() { m awk '/^Ip: [0-9]/ {print $11}' /proc/net/snmp; }
# shellcheck disable=SC2016
sent6() { m awk '/^Ip6OutRequests/ {print $2}' /proc/net/snmp6; }
# shellcheck disable=SC2016
octets() { m awk '/^IpExt: [0-9]/ {print $9}' /proc/net/netstat; }
# shellcheck disable=SC2016
octets6() { m awk '/^Ip6OutOctets/ {print $2}' /proc/net/snmp6; }

# shellcheck disable=SC2016
advertised() { m awk '/^Icmp6OutMsgs/ {print $2}' /proc/net/snmp6; }

# counts TARGET: by how much each counter grew, while the host itself said
# nothing
counts() {
	local before said
	must m tmconf session set s target "$1"
	while true; do
		said=$(advertised)
		before="$(sent) $(sent6) $(octets) $(octets6)"
		send
		set -- "$(sent) $(sent6) $(octets) $(octets6)"
		[ "$(advertised)" != "$said" ] || break
	done
	awk '{print $5 - $1, $6 - $2, $7 - $3, $8 - $4}' <<<"$before $1"
}
plain=$(counts t) plain6=$(counts t6)
ask
is "the host counts IPv4 copies as the stack does" "$(counts t)" "$plain"
is "the host counts IPv6 copies as the stack does" "$(counts t6)" "$plain6"
ask_not

# --- a group that has a member here ------------------------------------------

must ip -n m link add vx7 type vxlan id 7 dstport 4789 group ff15::9 dev u0
must ip -n m link set vx7 up
joined() { ip -n m -6 maddress show dev u0 | grep -q ff15::9; }
wait_for joined
received() { ip -n m -s -j link show vx7 | jq '.[0].stats64.rx.packets'; }
received_is() { [ "$(received)" = "$1" ]; }
must m tmconf session set s target group
send
wait_for received_is 10
is "a member at home gets what is sent to a group" 10 "$(received)"
must ip -n m link del vx7
must m tmconf session del s

# --- the packet's queue ------------------------------------------------------

# What is said of a packet's queue is not lost by sending a copy meanwhile, nor
# is what is said of the copy's taken for the packet's.
must ip link add q0 netns m numtxqueues 4 type veth peer name q1 netns c \
	numrxqueues 4
must ip -n c link set q1 up
must ip -n m -batch - <<END
	link set q0 up
	address add 10.9.0.1/24 dev q0
	neighbour replace 10.9.0.2 dev q0 nud permanent lladdr 02:00:00:00:00:99
END
must m tc qdisc replace dev q0 root handle 1: mq
must m tc qdisc add dev q0 clsact
must m tmconf session add tc number 1 target t vni 8
by_queue() { m tc -s class show dev q0 | awk '/Sent/ {print $4}'; }
# queues: which of q0's got ten more of ten packets
queues() {
	local before
	before=$(by_queue)
	must m bash -c 'for i in {1..10}; do echo >/dev/udp/10.9.0.2/9; done'
	paste <(echo "$before") <(by_queue) | awk '{print ($2 - $1 >= 10)}' |
		paste -sd ' '
}
skbedit=(matchall action skbedit queue_mapping)
must m tc filter add dev q0 egress protocol ip "${skbedit[@]}" 3
is "what skbedit says has an effect" "0 0 0 1" "$(queues)"
must m tc filter del dev q0 egress
must m tc filter add dev q0 egress protocol ip "${skbedit[@]}" 3 \
	pipe action tmirror session tc
is "and has it for a packet that is mirrored" "0 0 0 1" "$(queues)"
must m tc filter del dev q0 egress
must m tc filter add dev q0 egress protocol ip matchall \
	action tmirror session tc
must m tc qdisc add dev u0 clsact
must m tc filter add dev u0 egress "${skbedit[@]}" 0
is "what it says of the copy has none on the packet" "0 0 0 0" "$(queues)"

finish
