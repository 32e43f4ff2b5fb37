#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An underlay with less room than a copy needs: the copy is cut to fit, never
# fragmented, and counted. No room for outer headers and 14 bytes: too_big.
#
#   h1 e0 -- p1 m u0 -- e0 c    u0 has MTU 1400

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
topology6
must ip -n m link set u0 mtu 1400
config m <<END
target add v4 remote 192.0.2.9
target add v6 remote fd03::9
target add df remote 192.0.2.9 df on
session add v4 number 1 source p1 target v4 filter no-mld vni 4 continue on
session add v6 number 2 source p1 target v6 filter no-mld vni 6 continue on
session add df number 3 source p1 target df filter no-mld vni 5 continue on
session add short number 4 source p1 target v6 filter no-mld vni 7 length 1000
END

# The frames of all kinds have few that are long; these are just about so.
room4=$((1400 - 36))
room6=$((1400 - 56))
$python - "$here" "$tmp/edges.pcap" $room6 $room4 <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import packets
packets.write_pcap(sys.argv[2], [
    bytes.fromhex("020000000bbb020000000aaa88b5").ljust(int(room) + more, b"x")
    for room in sys.argv[3:] for more in (-1, 0, 1)])
END
capture wire h1 e0 "$no_mld"
capture under c e0 udp port 4789
frames h1 send e0 >/dev/null
frames m back p1 >/dev/null
frames h1 replay e0 "$tmp/edges.pcap" >/dev/null
settle short wire under
capture_stop wire under

under=(--copies "$tmp/under.pcap")
wire=$tmp/wire.pcap
check "IPv4: cut to fit" compare "${under[@]}" --vni 4 --length $room4 "$wire"
check "IPv6: cut to fit" compare "${under[@]}" --vni 6 --length $room6 "$wire"
check "with df: cut to fit" compare "${under[@]}" --vni 5 --length $room4 "$wire"
check "a shorter length is not touched" \
	compare "${under[@]}" --vni 7 --length 1000 "$wire"
is "no fragment was sent" "0 packets" "$(tcpdump --count -r "$tmp/under.pcap" \
	'ip[6:2] & 0x3fff != 0 or ip6[6] == 44' 2>/dev/null)"
is "truncated counts the cut ones" \
	"$(tcpdump --count -r "$wire" greater $((room4 + 1)) 2>/dev/null)" \
	"$(counter m v4 .truncated.packets) packets"

# --- the route's own MTU, and no room at all ---------------------------------

must ip -n m route replace 192.0.2.9 dev u0 mtu lock 900
capture wire h1 e0 "$no_mld"
capture under c e0 udp port 4789
before=$(counter m v4 .matched.packets)
frames h1 send e0 tcp-full udp >/dev/null
wait_for counter_is m v4 .matched.packets $((before + 2))
wait_for captured_is under 8
capture_stop wire under
check "the MTU of the route counts" \
	compare "${under[@]}" --vni 4 --length $((900 - 36)) "$wire"

must ip -n m route replace 192.0.2.9 dev u0 mtu lock 49
dropped=$(counter m v4 .dropped.too_big)
frames h1 send e0 tcp-full udp >/dev/null
wait_for counter_is m v4 .dropped.too_big $((dropped + 2))
is "no room for 14 bytes: too_big" $((dropped + 2)) \
	"$(counter m v4 .dropped.too_big)"
must ip -n m route del 192.0.2.9 dev u0

# --- the device's, changed at run time ---------------------------------------

# cut_to DESC ROOM4 ROOM6: what a long frame is cut to
cut_to() {
	local seen4 seen6

	seen4=$(counter m v4 .mirrored.bytes)
	seen6=$(counter m v6 .mirrored.bytes)
	before=$(counter m short .matched.packets)
	frames h1 send e0 tcp-full >/dev/null
	wait_for counter_is m short .matched.packets $((before + 1))
	is "$1" "$2 $3" "$(($(counter m v4 .mirrored.bytes) - seen4)) $((
		$(counter m v6 .mirrored.bytes) - seen6))"
}

must ip -n m link set u0 mtu 1300
cut_to "a smaller MTU of the device counts" $((1300 - 36)) $((1300 - 56))
must ip -n m link set u0 mtu 1700
cut_to "a larger one, too: whole copies" 1514 1514

# --- what the host has learned of a path -------------------------------------

# c is a router now, and the collector d behind it.
netns d
must ip link add d0 netns c mtu 1280 type veth peer name e0 netns d mtu 1280
must ip -n c link set d0 up
must ip -n d link set e0 up
must ip -n c address add 198.51.100.1/24 dev d0
must ip -n d address add 198.51.100.9/24 dev e0
ipv6 c d0 fd05::1/64
ipv6 d e0 fd05::9/64
c sysctl -qw net.ipv6.conf.all.forwarding=1
must ip -n d route add default via 198.51.100.1
must ip -n d route add default via fd05::1
must ip -n m route add 198.51.100.0/24 via 192.0.2.9
must ip -n m route add fd05::/64 via fd03::9
must m tmconf target set v4 remote 198.51.100.9
must m tmconf target set v6 remote fd05::9
cut_to "before anything is known of the path" 1514 1514
for address in 198.51.100.9 fd05::9; do
	m ping -q -c 1 -W 1 -M 'do' -s 1500 $address >/dev/null
done
cut_to "what others found out of the path counts" $((1280 - 36)) $((1280 - 56))
must ip -n m route flush cache
must ip -n m -6 route flush cache
cut_to "until it is forgotten" 1514 1514

finish
