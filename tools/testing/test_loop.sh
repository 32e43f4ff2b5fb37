#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Copies are never mirrored again: a source that is its own underlay, two hosts
# that mirror to each other, copies on their way through another source.
#
#   m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
# no ARP while it is counted
must ip -n c neighbour replace 192.0.2.1 dev e0 nud permanent \
	lladdr "$(ip -j -n m link show dev u0 | jq -r '.[0].address')"

# Without somebody who listens, copies would be answered by ICMP errors.
must ip -n m link add vx2 type vxlan id 2 dstport 4789 local 192.0.2.1
must ip -n m link set vx2 up
must ip -n c link add vx9 type vxlan id 9 dstport 4790 local 192.0.2.9
must ip -n c link set vx9 up
decapsulator 1

# ping COUNT of m to c, four packets on the wire for each two of them
pings() {
	m ping -q -c "$1" -i 0.2 192.0.2.9
}

# --- its own underlay --------------------------------------------------------

config m <<END
target add c remote 192.0.2.9
session add s number 1 source u0 target c vni 1
END
capture wire c e0 icmp
capture under c e0 udp port 4789
check "ping over the source that is the underlay" pings 3
wait_for counter_is m s .matched.packets 6
wait_for captured_is under 6
capture_stop wire under
check "one copy of each packet" \
	compare --copies "$tmp/under.pcap" --vni 1 "$tmp/wire.pcap"
is "the copies were recognised" 6 "$(loops m)"
is "and not matched" 6 "$(counter m s .matched.packets)"

# --- two hosts that mirror to each other -------------------------------------

config c <<END
target add m remote 192.0.2.1
session add s number 1 source e0 target m vni 2
END
capture wire c e0 icmp
capture under m u0 udp port 4789
before=$(loops m)
check "ping between hosts that mirror to each other" pings 3
wait_for counter_is c s .matched.packets 6
wait_for counter_is m s .matched.packets 12
wait_for captured_is under 12
capture_stop wire under
check "m's copies: one of each packet" \
	compare --copies "$tmp/under.pcap" --vni 1 "$tmp/wire.pcap"
check "c's copies: one of each packet" \
	compare --copies "$tmp/under.pcap" --vni 2 "$tmp/wire.pcap"
# each host has its own copies on egress and the other's on ingress
is "m saw both hosts' copies" $((before + 12)) "$(loops m)"
is "c saw both hosts' copies" 12 "$(loops c)"

# --- a production VXLAN that is none of ours ---------------------------------

must c tmconf flush
must ip -n m link add vx9 type vxlan id 9 dstport 4790 remote 192.0.2.9 \
	local 192.0.2.1
must ip -n m address add 10.99.0.1/24 dev vx9
must ip -n m link set vx9 up
before=$(counter m s .matched.packets)
capture wire c e0 udp port 4790
capture under c e0 udp port 4789
frames m send vx9 udp tcp >/dev/null
wait_for counter_is m s .matched.packets $((before + 2))
wait_for captured_is under 2
capture_stop wire under
check "a VXLAN to another port is mirrored" \
	compare --copies "$tmp/under.pcap" --vni 1 "$tmp/wire.pcap"

finish
