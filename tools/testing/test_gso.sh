#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Super-packets: what the mirror host's own sockets hand down, and what its
# receive offload has merged, is mirrored as it is on the wire, a copy a
# segment. p1 has neither segmentation nor checksum offload, so that the
# kernel itself makes the wire's packets of a super-packet, below the tap.
#
#   h1 e0 -- p1 m u0 -- e0 c
#   wire: h1's e0

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
must m ethtool -K p1 gso on >/dev/null
must m ethtool -K p1 gro on >/dev/null
must ip -n h1 link add link e0 name e0.100 type vlan id 100
must ip -n m link add link p1 name p1.100 type vlan id 100
must ip -n h1 address add 10.100.0.1/24 dev e0.100
must ip -n m address add 10.100.0.254/24 dev p1.100
must ip -n h1 link set e0.100 up
must ip -n m link set p1.100 up
head -c 100000 /dev/urandom >"$tmp/data"

serve

config m <<END
target add t remote 192.0.2.9
session add whole number 1 source p1 target t filter no-mld vni 1 continue on
session add cut number 2 source p1 target t filter no-mld vni 2 length 70 continue on
session add short number 3 source p1 target t filter no-mld vni 3 length 1000
END
# Without super-packets the test would show nothing: these count them.
index=0
for direction in ingress egress; do
	index=$((index + 1))
	must m tc filter add dev p1 $direction pref 10 protocol all basic \
		match 'meta(pkt_len gt 1514)' action continue index $index
done
capture wire h1 e0 "$no_mld"
capture under c e0 udp port 4789

for address in 10.1.0.254 '[fd01::fe]' 10.100.0.254; do
	h1 socat -t 60 - "TCP:$address:7" <"$tmp/data" >"$tmp/got"
	check "TCP to and from $address is whole" cmp "$tmp/data" "$tmp/got"
done
# Before 6.11 a socket makes no UDP super-packets for a device that has the
# kernel compute checksums.
for address in 10.1.0.1 fd01::1; do
	[ "${TMIRROR_KERNEL-}" != 6.1 ] || break
	check "UDP in super-packets to $address" m "$python" "$here/udp_segment.py" \
		$address 1000 20500
done

settle whole wire under
capture_stop wire under

under=(--copies "$tmp/under.pcap" --partial)
check "whole copies are the wire's packets" \
	compare "${under[@]}" --vni 1 "$tmp/wire.pcap"
check "the first 70 bytes of each" \
	compare "${under[@]}" --vni 2 --length 70 "$tmp/wire.pcap"
check "the first 1000 bytes of each" \
	compare "${under[@]}" --vni 3 --length 1000 "$tmp/wire.pcap"

for index in 1 2; do
	check "the tap saw super-packets, on ingress (1) and egress (2): $index" \
		[ "$(m tc -s -j actions get action gact index $index |
			jq '[.[].actions[]?.stats.packets] | add')" -gt 0 ]
done

finish
