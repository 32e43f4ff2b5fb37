#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Copies are not mirrored again, whichever way they leave through their own
# source: each packet of a ping over the source u0 gets one copy, and the copy,
# which passes u0 as well, none.
#
#   m [bridge, bond, VLAN, tunnel... on] u0 -- e0 [likewise] c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046 # words
enough_on $(amount 6.1 "uml 6.1")

# rules for all that copies may look like on their way; ARP is not counted
filter="filter add data
rule add data number 1 direction egress action accept proto icmp
rule add data number 2 direction egress action accept proto udp
rule add data number 3 direction egress action accept proto gre
rule add data number 4 direction egress action accept proto 4
rule add data number 1 direction ingress action accept proto icmp
rule add data number 2 direction ingress action accept proto udp"

setup() {
	netns m c
	must ip link add u0 netns m mtu 1700 address 02:00:c0:00:02:01 type veth \
		peer name e0 netns c address 02:00:c0:00:02:09 mtu 1700
	must ip -n m address add 192.0.2.1/24 dev u0
	must ip -n c address add 192.0.2.9/24 dev e0
	must ip -n m link set u0 up
	must ip -n c link set e0 up
	must ip -n m neighbour replace 192.0.2.9 dev u0 nud permanent \
		lladdr 02:00:c0:00:02:09
	must ip -n c neighbour replace 192.0.2.1 dev e0 nud permanent \
		lladdr 02:00:c0:00:02:01
	wire m u0
}

teardown() {
	must ip netns del m
	must ip netns del c
}

# pings COUNT: of m to c over u0, two packets on the wire each
pings() { m ping -q -c "$1" -i 0.1 192.0.2.9; }

# listen NS ADDRESS: without somebody who listens there, copies would be
# answered by ICMP errors
listen() {
	must ip -n "$1" link add vx1 type vxlan id 1 dstport 4789 local "$2"
	must ip -n "$1" link set vx1 up
}

# one_copy WAY: c's vxlan device gets the copies, whose target is 198.51.100.9
one_copy() {
	local way=$1

	listen c 198.51.100.9
	config m <<-END
		target add t remote 198.51.100.9
		$filter
		session add s number 1 source u0 target t filter data vni 1
	END
	capture wire c e0 icmp and host 192.0.2.9
	capture under c vx1
	check "$way: ping over the source" pings 3
	wait_for counter_is m s .mirrored.packets 6
	wait_for captured_is under 6
	wait_for loops_is m 6
	capture_stop wire under
	check "$way: one copy of each packet" \
		compare --copies "$tmp/under.pcap" --vxlan-device "$tmp/wire.pcap"
	is "$way: the copies were recognised, and not matched" "6 6" \
		"$(loops m) $(counter m s .matched.packets)"
}

# address DEV: m's and c's of the underlay
address() {
	must ip -n m address add 198.51.100.1/24 dev "$1"
	must ip -n c address add 198.51.100.9/24 dev "$1"
}

# link WAY ARGUMENTS...: the same kind of device t0 on both ends
link() {
	must ip -n m link add link u0 name t0 "$@"
	must ip -n c link add link e0 name t0 "$@"
	must ip -n m link set t0 up
	must ip -n c link set t0 up
	address t0
}

# tunnel ARGUMENTS...: likewise, from address to address
tunnel() {
	must ip -n m link add t0 "$@" local 192.0.2.1 remote 192.0.2.9
	must ip -n c link add t0 "$@" local 192.0.2.9 remote 192.0.2.1
	must ip -n m link set t0 up
	must ip -n c link set t0 up
	address t0
	# A tunnel of Ethernet: no ARP in it, which would be production's.
	[ "$(ip -n c -j link show dev t0 | jq -r '.[0].link_type')" != ether ] ||
		must ip -n m neighbour replace 198.51.100.9 dev t0 nud permanent \
			lladdr "$(ip -n c -j link show dev t0 | jq -r '.[0].address')"
}

setup
link type vlan id 7
one_copy "through a VLAN"
teardown

setup
link type vlan id 7
must ip -n m link set t0 txqueuelen 1000
must m tc qdisc add dev t0 root netem delay 20ms
one_copy "through a VLAN's qdisc, later"
teardown

setup
link type macvlan mode bridge
one_copy "through a macvlan"
teardown

# master KIND: u0 becomes a port of t0, which has its addresses then
master() {
	must ip -n m link add t0 type "$@"
	must ip -n m address flush dev u0
	must ip -n m link set u0 down
	must ip -n m link set u0 master t0
	must ip -n m link set u0 up
	must ip -n m link set t0 up
	must ip -n m address add 192.0.2.1/24 dev t0
	must ip -n m address add 198.51.100.1/24 dev t0
	must ip -n c address add 198.51.100.9/24 dev e0
	must ip -n c neighbour flush dev e0 nud permanent
}

setup
master bridge
one_copy "through a bridge that it is a port of"
teardown

setup
if ip -n m link add probe type bond 2>/dev/null; then
	must ip -n m link del probe
	master bond mode active-backup
	one_copy "through a bond that it is a port of"
else
	echo "# no bond in this kernel"
fi
teardown

for kind in gre ipip gretap "vxlan id 9 dstport 8472"; do
	setup
	# shellcheck disable=SC2086 # words
	tunnel type $kind
	one_copy "in a tunnel, ${kind%% *}"
	teardown
done

# Super-packets whose copies stay whole: the tunnel wants them in segments, which
# leave it without a socket but for the last.
setup
must m ethtool -K u0 tx on tso on >/dev/null
tunnel type vxlan id 9 dstport 8472
listen c 198.51.100.9
must ip -n m link set u0 mtu 4000
must ip -n c link set e0 mtu 4000
must ip -n m link set t0 mtu 3000
must ip -n c route add 192.0.2.1/32 dev e0 advmss 1300
config m <<END
target add t remote 198.51.100.9 csum on
filter add tcp
rule add tcp number 1 direction egress action accept proto tcp dport 7
rule add tcp number 2 direction egress action accept proto udp
session add s number 1 source u0 target t filter tcp vni 1
END
background c socat -u TCP-LISTEN:7 OPEN:/dev/null
receiver=$last
wait_for c sh -c 'ss -Hltn sport = 7 | grep -q .'
capture wire c e0 tcp and dst port 7
check "whole super-packets in a tunnel: data over the source" \
	m socat -u OPEN:/dev/zero,readbytes=300000 TCP:192.0.2.9:7
wait "$receiver"
wait_for captured_all wire
segments=$(counter m s .matched.packets)
capture_stop wire
tcp=$(tshark -r "$tmp/wire.pcap" -T fields -e tcp.len 2>/dev/null |
	awk '{ n += $1 ? int(($1 + 1299) / 1300) : 1 } END { print n }')
echo "# segments matched $segments, on the wire about $tcp"
is "whole super-packets in a tunnel: the copies stay whole" 0 \
	"$(counter m s .truncated.packets)"
check "whole super-packets in a tunnel: copies are not matched" \
	test "$segments" -le $((tcp + 20)) -a "$segments" -ge 200
teardown

# The next hop's address is asked for while copies wait: they leave later, from
# another context.
setup
must ip -n m address add 198.51.100.1/24 dev u0
must ip -n c address add 198.51.100.9/24 dev e0
is "its address is not known" "" "$(ip -n m neighbour show to 198.51.100.9)"
one_copy "after waiting for the next hop"
teardown

# Loopback takes the socket away: its packets are known by their addresses.
setup
must ip -n m address add 198.51.100.9/32 dev lo
listen m 198.51.100.9
config m <<END
target add t remote 198.51.100.9
$filter
session add s number 1 source lo target t filter data vni 1
END
check "to oneself: ping over loopback" m ping -q -c 3 -i 0.1 127.0.0.1
wait_for counter_is m s .mirrored.packets 12
wait_for loops_is m 24
# There and back, each as it leaves and as it arrives; and so do their copies.
is "to oneself: one copy each time" "12 12 24" \
	"$(counter m s .matched.packets) $(counter m s .mirrored.packets) $(loops m)"
teardown

# Another namespace, whose sources know the socket of the first one's copies;
# and one that routes them, where they have lost it and GRO joins them.
setup
netns r
must ip -n m link set u0 netns r
must ip -n m link add v0 mtu 1700 type veth peer name v1 netns r mtu 1700
must ip -n m address add 203.0.113.1/24 dev v0
must ip -n r address add 203.0.113.2/24 dev v1
must ip -n r address add 192.0.2.1/24 dev u0
for dev in u0 v1; do must ip -n r link set $dev up; done
must ip -n m link set v0 up
must ip -n m route add default via 203.0.113.2
must ip -n c route add default via 192.0.2.1
listen c 192.0.2.9
nsenter --net=/run/netns/r ethtool -K v1 gro on rx-udp-gro-forwarding on >/dev/null
for ns in m r; do
	config $ns <<-END
		target add t remote 192.0.2.9
		$filter
	END
done
echo "session add s number 1 source v0 target t filter data vni 1" | config m
config r <<END
session add in number 1 source v1 target t filter data vni 2
session add out number 1 source u0 target t filter data vni 3
END
capture wire c e0 icmp
capture under c e0 udp port 4789
check "through another namespace: ping" m ping -q -c 3 -i 0.1 192.0.2.9
# three namespaces' devices have each packet
wait_for captured_is under 18
capture_stop wire under
for vni in 1 2 3; do
	is "through another namespace: one copy of each packet, VNI $vni" 6 \
		"$(tcpdump -nr "$tmp/under.pcap" "udp[12:4] == $((vni << 8))" 2>/dev/null |
			grep -c VXLAN)"
done
is "through another namespace: nothing else was matched" "6 6 6" \
	"$(counter m s .matched.packets) $(counter r in .matched.packets) $(counter r out .matched.packets)"
# m's own as they leave; in r as they come and go, r's own as they leave
is "through another namespace: the copies were recognised" "6 24" \
	"$(loops m) $(loops r)"

finish
