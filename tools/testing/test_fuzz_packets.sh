#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets as a virtual machine may send them that means no good: damaged ones,
# with offloads that are not so. What leaves the mirror host is what leaves one
# that does not mirror, and copies are well made. See fuzz/packets.c for what
# it checks itself.
#
#   test_fuzz_packets.sh                 a while for each of the recipes below
#   test_fuzz_packets.sh SEED [NUMBER]   for that seed; or that packet of it alone
#
#     ti -- br0 -- to          m, and n, which is the same without tmirror
#     ui -- router -- uo
#      k0, k1: underlays       all are taps and tuns of the fuzzer

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# By time: kernels differ in how many they take.
milliseconds=$(amount 500 21000)

# host NS: the devices, and the ways through it. The queues of devices have room
# for what comes of nearly any packet, as it is read only after that.
host() {
	local enter=(nsenter --net="/run/netns/$1")

	must ip -n "$1" -batch - <<-END
		link add br0 type bridge mcast_snooping 0 ageing_time 0
		tuntap add dev ti mode tap
		tuntap add dev to mode tap
		tuntap add dev ui mode tun
		tuntap add dev uo mode tun
		tuntap add dev k0 mode tap
		tuntap add dev k1 mode tap
	END
	must "${enter[@]}" sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.{ui,uo,k0,k1}.disable_ipv6=0
	# A bridge that asks the firewall looks at packets as a router does.
	"${enter[@]}" sysctl -qe -w net.bridge.bridge-nf-call-{ip,ip6,arp}tables=0
	must ip -n "$1" -batch - <<-END
		link set ti master br0
		link set to master br0
		link set to mtu 65521 txqueuelen 32767
		link set uo txqueuelen 32767
		link set k0 mtu 65521 txqueuelen 20000
		link set k1 mtu 1280 txqueuelen 20000
		link set br0 up
		link set ti up
		link set to up
		link set ui up
		link set uo up
		link set k0 up
		link set k1 up
		address add 192.0.2.1/24 dev k0
		address add 198.51.100.1/24 dev k1
		address add fd03::1/64 dev k0 nodad
		address add fd04::1/64 dev k1 nodad
		route add 198.51.100.9 dev k1 mtu lock 300
		neighbour replace 192.0.2.9 dev k0 nud permanent lladdr 02:00:c0:00:02:09
		neighbour replace 198.51.100.9 dev k1 nud permanent lladdr 02:00:c0:00:02:09
		neighbour replace fd03::9 dev k0 nud permanent lladdr 02:00:c0:00:02:09
		neighbour replace fd04::9 dev k1 nud permanent lladdr 02:00:c0:00:02:09
		route add default dev uo table 100
		rule add iif ui lookup 100
		route add ::/0 dev uo table 100
	END
	must ip -n "$1" -6 rule add iif ui lookup 100
	printf 'qdisc replace dev %s root noqueue\n' to uo k0 k1 >"$tmp/noqueue"
	must "${enter[@]}" tc -batch "$tmp/noqueue"
}

netns m n
host m
host n

# Multicast listener reports come when they like, and are nobody's copies here.
# A small underlay has room for 300 - 36 or 1280 - 56 bytes of a frame. By port
# 4790 the fuzzer knows copies that have UDP checksums, which is the default of
# IPv6.
config m <<END
target add v4 remote 192.0.2.9
target add v4-sums remote 192.0.2.9 port 4790 csum on
target add v6 remote fd03::9 port 4790
target add v6-no-sums remote fd03::9 csum off
target add small remote 198.51.100.9
target add small-sums remote 198.51.100.9 port 4790 csum on
target add small6 remote fd04::9 port 4790
filter add no-mld
rule add no-mld number 1 direction egress action reject dst ff02::16/128
rule add no-mld number 2 direction egress action accept
rule add no-mld number 1 direction ingress action accept
filter add f
rule add f number 1 direction ingress action reject proto udp dport 53
rule add f number 2 direction ingress action accept proto tcp dport 1-1000
rule add f number 3 direction ingress action accept src 10.9.0.0/24
rule add f number 4 direction ingress action reject dst fd09::2/128 proto 17
rule add f number 5 direction ingress action accept
rule add f number 1 direction egress action accept proto sctp
rule add f number 2 direction egress action reject proto 6 sport 40000
rule add f number 3 direction egress action accept dst fd09::/16
rule add f number 4 direction egress action accept src 10.9.0.1/32 dport 53
END
$python "$here/frames.py" pcap "$tmp/seeds.pcap"

# sessions SEED TARGET TARGET VNI TERMS...: two a source in the place of those
# of the seed before, the first whole; fuzz/packets.c says which VNI means what.
# Those before are kept for what they have counted.
sessions() {
	local seed=$1 whole=$2 cut=$3 vni=$4 source of_whole=65536
	shift 4

	for source in ti to ui uo; do
		if [ "$seed" != "${seeds[0]}" ]; then
			echo "session set $source-whole-$((seed - 1)) enabled off"
			echo "session set $source-cut-$((seed - 1)) enabled off"
		fi
		echo "session add $source-whole-$seed number $((2 * seed + 1)) source $source" \
			"target $whole vni $of_whole filter no-mld continue on"
		echo "session add $source-cut-$seed number $((2 * seed + 2)) source $source" \
			"target $cut vni $vni $*"
		of_whole=$((of_whole + 1))
	done | config m
}

# What comes of it is known by its first word; all else says what is wrong.
coproc fuzz { exec "$here/fuzz/packets" "$tmp/seeds.pcap" 2>&1; }
children+=("$fuzz_PID")
# bash forgets them when it ends
exec {from}<&"${fuzz[0]}" {to}>&"${fuzz[1]}"
answer() {
	IFS= read -r line <&"$from" && [[ $line = $1* ]] && return
	{ echo "${line-}"; cat <&"$from"; } >"$tmp/fuzz"
	return 1
}
answer ready || bail "$(<"$tmp/fuzz")"

recipes=(
	"v4 v4 60 length 60 repair on filter no-mld"
	"v4-sums v4-sums 1000 length 1000 filter no-mld"
	"v6 v6 65535 payload 0 repair on filter no-mld"
	"v4 small 264 repair on filter no-mld"
	"v6-no-sums small6 1224 payload 64 repair on filter f"
	"v4-sums small-sums 264 filter f"
	"v6 v4-sums 128 length 128 filter f"
)
sent=0 copies=0 compared=0 supers=0
# Two of each recipe: an even one, whose whole copies are compared with the wire,
# and an odd one, of which super-packets come out. See fuzz/packets.c.
mapfile -t seeds < <(seq 0 $((2 * ${#recipes[@]} - 1)))
[ $# = 0 ] || seeds=("$1")
for seed in "${seeds[@]}"; do
	recipe=${recipes[seed / 2 % ${#recipes[@]}]}
	# shellcheck disable=SC2086 # words
	sessions "$seed" $recipe
	echo "$seed $milliseconds ${2-}" >&"$to"
	if ! answer "seed $seed: [0-9]* packets, "; then
		not_ok "$recipe" "$tmp/fuzz"
		finish
	fi
	ok "$recipe"
	echo "# $line"
	read -r _ _ n _ m _ whole _ _ _ _ _ super _ <<<"$line"
	sent=$((sent + n)) copies=$((copies + m))
	compared=$((compared + whole)) supers=$((supers + super))
done
if [ $# = 0 ]; then
	check "copies were compared with the wire" [ $compared -gt 0 ]
	check "super-packets came out, too" [ $supers -gt 0 ]
fi
is "every copy that counts as sent came" "$copies" \
	"$(m tmconf -s -j session show | jq '[.[].stats.mirrored.packets] | add')"

did $sent "packets fuzzed"
finish
