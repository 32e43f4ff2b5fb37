#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The outer headers, field by field: the defaults, and what a target sets.
#
#   h1 e0 -- p1 m u0 -- e0 c
#                 u1 -- e1 c    a second way to c, for dev and mark
#                 u2 -- e2 c    a third one, in a VRF for management

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
topology6
must ip -n m link add u1 mtu 1700 type veth peer name e1 netns c mtu 1700 \
	address 02:00:c0:00:02:19
must ip -n c link set e1 up
must ip -n m -batch - <<END
link set u1 up
address add 198.51.100.1/24 dev u1
neighbour replace 192.0.2.9 dev u1 nud permanent lladdr 02:00:c0:00:02:19
address add 203.0.113.5/32 dev u0
route add 192.0.2.9 dev u1 table 7
rule add fwmark 7 table 7
END

m sysctl -qw net.ipv6.conf.default.disable_ipv6=0 \
	net.ipv6.conf.default.addr_gen_mode=1
must ip -n m link add u2 mtu 1700 type veth peer name e2 netns c mtu 1700 \
	address 02:00:c0:00:02:29
must ip -n c link set e2 up
must ip -n m -batch - <<END
link add mgmt type vrf table 100
link set mgmt up
link set u2 master mgmt
link set u2 up
address add 198.51.102.1/24 dev u2
address add fd04::1/64 dev u2 nodad
route add 192.0.2.9 dev u2 table 100
route add fd03::9 dev u2 table 100
neighbour replace 192.0.2.9 dev u2 nud permanent lladdr 02:00:c0:00:02:29
neighbour replace fd03::9 dev u2 nud permanent lladdr 02:00:c0:00:02:29
route add fd05::9 dev u0 table 100
neighbour replace fd05::9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
END

must m ethtool -K u2 tx off >/dev/null

config m <<END
target add plain remote 192.0.2.9
target add plain6 remote fd03::9
target add ttl remote 192.0.2.9 ttl 7 tos 0xb8
target add df remote 192.0.2.9 df on
target add csum remote 192.0.2.9 csum on
target add nocsum6 remote fd03::9 csum off
target add ttl6 remote fd03::9 ttl 9 tos 46
target add local remote 192.0.2.9 local 203.0.113.5
target add port remote 192.0.2.9 port 4790
target add dev remote 192.0.2.9 dev u1
target add mark remote 192.0.2.9 mark 7
target add vrf remote 192.0.2.9 dev mgmt
target add vrf6 remote fd03::9 dev mgmt
END
number=0
for target in plain plain6 ttl df csum nocsum6 ttl6 local port dev mark \
	vrf vrf6; do
	number=$((number + 1))
	echo "session add $target number $number source p1 target $target" filter no-mld \
		"vni $number continue on"
done | config m
echo "session add max number 100 source p1 target plain filter no-mld vni 16777215 continue on
session add zero number 101 source p1 target plain filter no-mld vni 0" | config m

capture wire h1 e0 "$no_mld"
capture u0 c e0 udp portrange 4789-4790
capture u1 c e1 udp port 4789
capture u2 c e2 udp port 4789
flows=(tcp tcp-full udp udp-full tcp6 udp6)
frames h1 send e0 "${flows[@]}" >/dev/null
frames m back p1 "${flows[@]}" >/dev/null
settle zero wire
wait_for captured_is u1 $((2 * 12))
wait_for captured_is u2 $((2 * 12))
wait_for captured_is u0 $((11 * 12))
capture_stop wire u0 u1 u2

outer() {
	$python "$here/outer.py" "$@"
}
u0=$tmp/u0.pcap
rest="flags 8 reserved (0, 0, 0)"
is "IPv4: the defaults" \
	"192.0.2.1 192.0.2.9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
	"$(outer "$u0" 1)"
is "IPv6: the defaults" \
	"fd03::1 fd03::9 tos 0 id 0 df 0 mf 0 ttl 255 csum valid $rest" \
	"$(outer "$u0" 2)"
is "ttl and tos" \
	"192.0.2.1 192.0.2.9 tos 184 id 0 df 0 mf 0 ttl 7 csum none $rest" \
	"$(outer "$u0" 3)"
is "df on" \
	"192.0.2.1 192.0.2.9 tos 0 id 0 df 1 mf 0 ttl 255 csum none $rest" \
	"$(outer "$u0" 4)"
is "csum on: valid ones" "valid" \
	"$(outer "$u0" 5 | grep -o 'csum [a-z]*' | cut -d' ' -f2 | sort -u)"
is "csum off with IPv6" \
	"fd03::1 fd03::9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
	"$(outer "$u0" 6)"
is "ttl and tos with IPv6" \
	"fd03::1 fd03::9 tos 46 id 0 df 0 mf 0 ttl 9 csum valid $rest" \
	"$(outer "$u0" 7)"
is "local, not the address that the route prefers" \
	"203.0.113.5 192.0.2.9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
	"$(outer "$u0" 8)"
is "port" \
	"192.0.2.1 192.0.2.9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
	"$(outer "$u0" 9 4790)"
for vni in 10 11; do
	is "VNI $vni: dev or mark leads another way" \
		"192.0.2.9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
		"$(outer "$tmp/u1.pcap" $vni | cut -d' ' -f2-)"
done
is "a VRF leads a third way" \
	"198.51.102.1 192.0.2.9 tos 0 id 0 df 0 mf 0 ttl 255 csum none $rest" \
	"$(outer "$tmp/u2.pcap" 12)"
is "a VRF leads a third way with IPv6" \
	"fd04::1 fd03::9 tos 0 id 0 df 0 mf 0 ttl 255 csum valid $rest" \
	"$(outer "$tmp/u2.pcap" 13)"
for vni in 12 13; do
	check "VNI $vni: the copies" compare --copies "$tmp/u2.pcap" --vni $vni \
		"$tmp/wire.pcap"
done
for vni in 0 1 4 16777215; do
	check "VNI $vni: the copies" compare --copies "$u0" --vni $vni \
		"$tmp/wire.pcap"
done
check "port: the copies" compare --copies "$u0" --vni 9 --port 4790 \
	"$tmp/wire.pcap"

read -r most flows lowest highest < <(outer "$u0" --ports)
is "both directions of a connection use one source port" "1 4" "$most $flows"
check "source ports are 49152 and above, $lowest to $highest" \
	[ "$lowest" -ge 49152 ]

# To IPv6 a device is a wish only, if there is a source address.
must ip -n m link add gone type dummy
must ip -n m link set gone up
config m <<END
target add other remote fd03::9 local fd03::1 dev u1
target add right remote fd03::9 local fd03::1 dev u0
target add gone remote fd03::9 local fd03::1 dev gone
target add vrf-local remote fd03::9 local fd04::1 dev mgmt
target add vrf-leaks remote fd05::9 local fd03::1 dev mgmt
session add other number 200 source p1 target other vni 200 continue on
session add right number 201 source p1 target right vni 201 continue on
session add gone number 202 source p1 target gone vni 202 continue on
session add vrf-leaks number 203 source p1 target vrf-leaks vni 203 continue on
session add vrf-local number 204 source p1 target vrf-local vni 204
session set zero continue on
END
must ip -n m link del gone
frames h1 send e0 udp udp >/dev/null
wait_for counter_is m vrf-local .matched.packets 2
is "a device and a source of IPv6: the route has to go by that device" \
	"2 0 0 2 2" "$(for session in right other gone vrf-local vrf-leaks; do
		counter m $session .mirrored.packets; done | xargs)"
is "what has no such route is counted" "2 2" \
	"$(for session in other gone; do
		counter m $session .dropped.no_route; done | xargs)"

must m tmconf target set plain ttl 3
is "a target's changed ttl shows" 3 \
	"$(m tmconf -j target show plain | jq '.[0].ttl')"
capture again c e0 udp port 4789
frames h1 send e0 tcp >/dev/null
wait_for captured_is again 12
capture_stop again
check "and is what copies have from then on" \
	grep -q 'ttl 3 ' <(outer "$tmp/again.pcap" 0)

finish
