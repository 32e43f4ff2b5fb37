#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real traffic of two hosts through the mirror host: HTTP, UDP, ping with
# fragments, ARP, a VLAN with its tag offloaded and in the frame, IPv4 and
# IPv6. Two sources, one of them cut to 96 bytes; tshark reads the copies.
#
#   h1 e0 -- p1 m p2 -- e0 h2
#               u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
must ip -n h1 link add link e0 name e0.100 type vlan id 100
must ip -n m link add link p1 name p1.100 type vlan id 100
must ip -n h1 address add 10.100.0.1/24 dev e0.100
must ip -n m address add 10.100.0.254/24 dev p1.100
must ip -n h1 link set e0.100 up
must ip -n m link set p1.100 up

head -c 200000 /dev/urandom | base64 >"$tmp/page"
background h2 "$python" -m http.server -d "$tmp" -b :: 80 >/dev/null 2>&1
wait_for h2 bash -c '</dev/tcp/10.2.0.2/80' || bail "no HTTP server"
background h2 socat -t 60 UDP6-RECVFROM:53,fork,ipv6only=0 EXEC:cat
wait_for h2 sh -c "ss -uln | grep -q ':53 '" || bail "no UDP server"

config m <<END
target add v4 remote 192.0.2.9
target add v6 remote fd03::9
session add one number 1 source p1 target v4 filter no-mld vni 11
session add two number 1 source p2 target v6 filter no-mld vni 12 length 96
END
must ip -n m neighbour flush dev p1
must ip -n h1 neighbour flush dev e0
capture wire1 h1 e0 "$no_mld"
capture wire2 h2 e0 "$no_mld"
capture under c e0 udp port 4789

check "a page over IPv4" h1 curl -sS -o "$tmp/got" http://10.2.0.2/page
check "is the page" cmp "$tmp/page" "$tmp/got"
check "a page over IPv6" h1 curl -sS -o "$tmp/got" 'http://[fd02::2]/page'
check "is the page" cmp "$tmp/page" "$tmp/got"
for address in 10.2.0.2 fd02::2; do
	check "ping $address" h1 ping -q -c 2 -i 0.2 $address
	check "ping $address in fragments" h1 ping -q -c 1 -s 4000 $address
done
is "UDP, there and back" hello \
	"$(h1 bash -c 'exec 3<>/dev/udp/10.2.0.2/53; echo hello >&3; head -n 1 <&3')"
check "ping through a VLAN, its tag offloaded" h1 ping -q -c 1 10.100.0.254
must m ethtool -K p1 txvlan off
check "ping through a VLAN, its tag in the frame" h1 ping -q -c 1 10.100.0.254

wait_for matched_all m two wire2
settle one wire1 under
capture_stop wire1 wire2 under

under=(--copies "$tmp/under.pcap")
check "whole copies are what was on the wire" \
	compare "${under[@]}" --vni 11 "$tmp/wire1.pcap"
check "cut copies are what was on the wire" \
	compare "${under[@]}" --vni 12 --length 96 "$tmp/wire2.pcap"

# What a program of others makes of it: the protocols, and valid checksums.
decode() {
	tshark -n -r "$1" -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-o ip.check_checksum:TRUE -T fields -e frame.protocols \
		-e vxlan.vni -e tcp.checksum.status -e udp.checksum.status \
		-e ip.checksum.status "${@:2}" 2>/dev/null
}
decode "$tmp/under.pcap" -Y 'vxlan.vni == 11' >"$tmp/decoded"
# The two differ in which segment they show a reassembled page with.
decode "$tmp/wire1.pcap" >"$tmp/decoded.wire"
is "tshark finds the wire's protocols in the copies" \
	"$(cut -f1 "$tmp/decoded.wire" | sed 's/:http.*//' | sort | uniq -c)" \
	"$(cut -f1 "$tmp/decoded" | sed 's/^.*:vxlan://; s/:http.*//' |
		sort | uniq -c)"
# 0 is bad; the outer UDP has none, which is 3
is "tshark finds no bad checksum" "" \
	"$(cut -f3- "$tmp/decoded" | grep -w 0 | head -n 3)"
check "tshark reads the HTTP in the copies" grep -q ':vxlan:.*:http' "$tmp/decoded"

finish
