#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What repair is for: a receiver that refuses a packet which is shorter than it
# says, or has a wrong checksum. Here it is the kernel at the collector: its
# vxlan device has the addresses of h2, and the copies are for its IP stack.
#
#   h1 e0 -- p1 m p2 -- e0 h2
#               u0 -- e0 c vx7

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
topology6
decapsulator 7
must ip -n c link set vx7 \
	address "$(ip -n m -j link show dev p1 | jq -r '.[0].address')"
must ip -n c address add 10.2.0.2/32 dev vx7
ipv6 c vx7 fd02::2/128
must ip -n c route add 10.1.0.0/24 dev vx7
must ip -n c route add fd01::/64 dev vx7
m ping -q -c 1 -W 5 10.2.0.2 >/dev/null || bail "no h2"

config m <<END
target add t remote 192.0.2.9
session add s number 1 source p1 target t filter no-mld vni 7/8
END

head -c 1000 /dev/urandom >"$tmp/data"
background c socat -u UDP6-RECV:5300,ipv6only=0 OPEN:"$tmp/got",creat,append
wait_for c sh -c "ss -uln | grep -q ':5300 '" || bail "no UDP receiver"

# count NAME: of c's stack
count() {
	c nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}
count_is() { [ "$(count "$1")" = "$2" ]; }

udp4() { h1 socat -u "OPEN:$tmp/data" UDP4-SENDTO:10.2.0.2:5300; }
udp6() { h1 socat -u "OPEN:$tmp/data" 'UDP6-SENDTO:[fd02::2]:5300'; }
ping4() { h1 ping -q -c 1 -s 1000 10.2.0.2 >/dev/null; }
ping6() { h1 ping -q -c 1 -s 1000 fd02::2 >/dev/null; }

# counted DESC COUNTER COMMAND: its copy is
counted() {
	local before

	before=$(count "$2")
	"$3"
	wait_for count_is "$2" $((before + 1))
	is "$1" "$((before + 1))" "$(count "$2")"
}
got() { [ "$(stat -c %s "$tmp/got")" -ge "$1" ]; }
# accepted DESC BYTES COMMAND: that many bytes of the data of its copy are
accepted() {
	: >"$tmp/got"
	"$3"
	wait_for got "$2"
	check "$1 is accepted, $2 bytes of data" cmp "$tmp/got" <(head -c "$2" "$tmp/data")
}

accepted "a whole datagram" 1000 udp4
accepted "a whole datagram of IPv6" 1000 udp6
counted "a whole echo request is accepted" IcmpInEchos ping4
counted "a whole echo request of IPv6 is accepted" Icmp6InEchos ping6

must m tmconf session set s length 100
: >"$tmp/got"
counted "a cut datagram is refused" IpExtInTruncatedPkts udp4
counted "a cut datagram of IPv6 is refused" Ip6InTruncatedPkts udp6
counted "a cut echo request is refused" IpExtInTruncatedPkts ping4
counted "a cut echo request of IPv6 is refused" Ip6InTruncatedPkts ping6
is "nothing of them arrived" "" "$(<"$tmp/got")"

must m tmconf session set s repair on
accepted "a repaired datagram" $((100 - 14 - 28)) udp4
accepted "a repaired datagram of IPv6" $((100 - 14 - 48)) udp6
counted "a repaired echo request is accepted" IcmpInEchos ping4
counted "a repaired echo request of IPv6 is accepted" Icmp6InEchos ping6

must m tmconf session set s length none payload 50
accepted "a repaired datagram, cut by payload" 50 udp4
accepted "a repaired datagram of IPv6, cut by payload" 50 udp6

must m tmconf session set s payload none
must ip -n m route add 192.0.2.9 dev u0 mtu 700
accepted "a repaired datagram that the MTU has cut" $((700 - 36 - 14 - 28)) udp4
accepted "a repaired datagram of IPv6 that the MTU has cut" \
	$((700 - 36 - 14 - 48)) udp6
is "no checksum was wrong" "0 0 0 0" "$(count UdpInCsumErrors) \
$(count Udp6InCsumErrors) $(count IcmpInCsumErrors) $(count Icmp6InCsumErrors)"

finish
