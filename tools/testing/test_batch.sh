#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Copies of a super-packet that leave together, to a target which the user gave
# checksums: whoever takes them apart gets what it would get one by one. Here
# that is the kernel, as u0 segments nothing; filters on u0 count what was
# together.
#
#   h1 e0 -- p1 m u0 -- e0 c
#   wire: h1's e0

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
must m ethtool -K p1 gso on >/dev/null
must m ethtool -K p1 gro on >/dev/null
must m ethtool -K u0 tx off >/dev/null
must m ethtool -K u0 tx-udp-segmentation off >/dev/null
head -c 100000 /dev/urandom >"$tmp/data"
serve

must m tc qdisc add dev u0 clsact
# counted PROTOCOL VNI OFFSET LENGTH: those of more bytes than a copy has, by
# an action whose index is the VNI
counted() {
	must m tc filter add dev u0 egress protocol "$1" basic match \
		"u32(u32 $(($2 << 8)) 0xffffff00 at $3) and
		 meta(pkt_len gt $4)" action pass index "$2"
}
counted ip 1 32 1714
counted ip 2 32 178
counted ip 3 32 90
counted ipv6 4 52 270
counted ipv6 5 52 1714
# together VNI: how many of its packets were more than one copy
together() {
	m tc -s -j actions get action gact index "$1" |
		jq '[.[].actions[]?.stats.packets] | add'
}

config m <<END
target add t remote 192.0.2.9 csum on
target add t6 remote fd03::9 csum on
session add whole number 1 source p1 target t filter no-mld vni 1 continue on
session add cut number 2 source p1 target t filter no-mld vni 2 length 128 continue on
session add short number 3 source p1 target t filter no-mld vni 3 length 40 continue on
session add cut6 number 4 source p1 target t6 filter no-mld vni 4 length 200 continue on
session add whole6 number 5 source p1 target t6 filter no-mld vni 5
END

# exchange: both directions of TCP, of IPv4 and of IPv6
exchange() {
	local address

	for address in 10.1.0.254 '[fd01::fe]'; do
		h1 socat -t 60 - "TCP:$address:7" <"$tmp/data" >"$tmp/got"
		check "TCP to and from $address is whole" \
			cmp "$tmp/data" "$tmp/got"
	done
}

capture wire h1 e0 "$no_mld"
capture under c e0 udp port 4789
exchange
settle whole6 wire under
capture_stop wire under
for vni in 1 2 4 5; do
	check "copies left together, of VNI $vni" [ "$(together $vni)" -gt 0 ]
done
is "none did of those without their headers" 0 "$(together 3)"

under=(--copies "$tmp/under.pcap" --partial)
check "whole copies are the wire's packets" \
	compare "${under[@]}" --vni 1 "$tmp/wire.pcap"
check "the first 128 bytes of each" \
	compare "${under[@]}" --vni 2 --length 128 "$tmp/wire.pcap"
check "the first 40 bytes of each, less than their headers" \
	compare "${under[@]}" --vni 3 --length 40 "$tmp/wire.pcap"
check "the first 200 bytes of each, in IPv6" \
	compare "${under[@]}" --vni 4 --length 200 "$tmp/wire.pcap"
check "whole ones, in IPv6" \
	compare "${under[@]}" --vni 5 "$tmp/wire.pcap"
for vni in 1 2 3 4 5; do
	is "their outer headers are right, of VNI $vni" "valid" \
		"$($python "$here/outer.py" "$tmp/under.pcap" $vni |
			grep -oE 'bad lengths.*|csum [a-z]*' | sed 's/^csum //' |
			sort -u)"
done

for session in whole cut short cut6 whole6; do
	must m tmconf session del $session
done
whole_ones() {
	config m <<-END
		session add whole number 1 source p1 target t filter no-mld vni 1 continue on
		session add whole6 number 5 source p1 target t6 filter no-mld vni 5
	END
}

# A device that takes super-packets of the tunnel has them whole; here they are
# made segments where c hands them on.
must ip -n c link add x0 mtu 1700 type veth peer name x1 mtu 1700
must ip -n c link set x0 up
must ip -n c link set x1 up
wire c x0
must c tc qdisc add dev e0 clsact
must c tc filter add dev e0 ingress matchall action mirred egress redirect dev x0
must m ethtool -K u0 tx on tso on >/dev/null
# IPv4 in VXLAN that is longer than any on a wire
longer() { echo "u32(u8 0x45 0xff at $1) and not u32(u16 0 0xf800 at $(($1 + 2)))"; }
must m tc filter add dev u0 egress protocol ip basic match "$(longer 50)" action pass index 6
must m tc filter add dev u0 egress protocol ipv6 basic match "$(longer 70)" action pass index 7
whole_ones
capture wire h1 e0 "$no_mld"
capture under c x1 udp port 4789
exchange
settle whole6 wire under
capture_stop wire under
check "copies left in super-packets of the tunnel" [ "$(together 6)" -gt 0 ]
check "and with IPv6" [ "$(together 7)" -gt 0 ]
for vni in 1 5; do
	check "they are the wire's packets, of VNI $vni" \
		compare "${under[@]}" --vni $vni "$tmp/wire.pcap"
done
must c tc qdisc del dev e0 clsact
must m ethtool -K u0 tx off tso off >/dev/null
must m tmconf session del whole
must m tmconf session del whole6

# Nobody asked for checksums: IPv6 has them all the same.
must m tmconf target set t csum none
must m tmconf target set t6 csum none
whole_ones
before="$(together 1) $(together 5)"
capture wire h1 e0 "$no_mld"
capture under c e0 udp port 4789
exchange
settle whole6 wire under
capture_stop wire under
is "none leave together unasked" "$before" "$(together 1) $(together 5)"
is "IPv4's have one identification" "id 0" \
	"$($python "$here/outer.py" "$tmp/under.pcap" 1 |
		grep -o 'id [0-9]*' | sort -u)"

finish
