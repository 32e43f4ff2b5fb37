#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whatever is changed while packets pass: nobody has half of a change, be it who
# gets copies or who reads the configuration; what is there throughout is never
# missing; a session that stays loses no packet.
#
#   h1 e0 -- p1 m p2 -- e0 h2     packets from the left, super-packets from the
#               m                 right
#         v0 -- v1                devices that come and go, also to h2 and back
#               m u0 -- e0 c      next hops that do

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=churn.sh
. "$here/churn.sh"

seconds=$(amount 4 180)
# Of the million, this is where most are.
! is_fast || seconds=$(amount 4 3600,350000)
# Before and after is much to do as well, where all is slow.
! is_any_of kasan kcsan || seconds=$(amount 4 90)
header=$here/../../include/uapi/linux/tmirror.h
ko=$TMIRROR_KO_DIR/tmirror.ko

topology
topology6
must h2 ethtool -K e0 tx on tso on gso on gro on >/dev/null
must m ethtool -K p2 tx on tso on gso on gro on >/dev/null
must ip -n c address add 192.0.2.10/24 dev e0
m sysctl -qw net.ipv4.neigh.u0.retrans_time_ms=100 \
	net.ipv6.neigh.u0.retrans_time_ms=100

# --- what is there throughout, see churn.py ----------------------------------

for pillar in pillar{0..59}; do
	cat <<-END
		target add $pillar remote 192.0.2.9 port 5000 ttl 1 tos 1 mark 5000
		filter add $pillar
		session add $pillar number 1 target $pillar vni 2/3 length 2 description 2
	END
	for rule in {1..3}" direction "{in,e}gress; do
		echo "rule add $pillar number $rule action accept proto tcp sport ${rule%% *}"
	done
done | config m
for number in {1..50}; do
	echo "number $number direction ingress action accept proto tcp sport $number"
done >"$tmp/swap"
config m <<END
limits set sessions 200 targets 200 filters 200
filter add swap
filter load swap $tmp/swap
filter add still
rule add still number 1 direction ingress action accept
session set pillar0 source p1 filter still continue on
END
must ip -n m -batch - <<END
link add v0 index 100 type veth peer name v1 index 101
link set v0 up
link set v1 up
END
link() { m ip -j link show "$1" | jq -r ".[0].$2"; }
must m tc qdisc add dev p2 clsact
must m tc filter add dev p2 ingress pref 1 matchall action tmirror continue
must m tc filter add dev p2 egress pref 1 matchall action tmirror continue
p1=$(link p1 ifindex) p2=$(link p2 ifindex) v0=100 v1=101

# What arrived at p1 since then is what pillar0 has seen.
received() { m ip -s -j link show p1 | jq '.[0].stats64.rx.packets'; }
before=$(received)
seen_all() { counter_is m pillar0 .matched.packets $(($(received) - before)); }
in_flight() { m tmconf -s -j limits show | jq '.[0].stats.used.memory'; }
nothing_in_flight() { [ "$(in_flight)" = 0 ]; }

# Copies whose outer headers, VNI and length are not of one change.
torn="(udp and udp[2:2] >= 5000 and udp[2:2] < 5127 and
 (ip[8] != udp[2:2] - 4999 or ip[1] != ip[8] or
  udp[4:2] > 17 + (udp[12:4] >> 9) % 500)) or
 (ip6 and ip6[6] = 17 and ip6[42:2] >= 5000 and ip6[42:2] < 5127 and
  (ip6[7] != ip6[42:2] - 4999 or
   ip6[44:2] > 17 + (ip6[52:4] >> 9) % 500))"
capture torn c e0 "$torn"

# --- traffic -----------------------------------------------------------------

background m socat -u TCP-LISTEN:9,fork,reuseaddr OPEN:/dev/null

# --- who changes, and who reads ----------------------------------------------

cat >"$tmp/devices" <<END
link set v0 mtu 600
link set v0 down
link set v0 name w0
link set w0 up
link set w0 down
link set w0 name v0
link set v0 up
link set v1 down
link set v1 up
link set v0 netns h2
link del v1
link add v0 index $v0 type veth peer name v1 index $v1
link set v0 up
link set v1 up
link set v0 netns h2
END
# It comes back before the next dozen.
devices() {
	local status=0

	ip -n m -force -batch - || status=$?
	ip -n h2 link set v0 netns m 2>/dev/null
	return "$status"
}
for hook in {v0,v1,p1,p2}" "{in,e}gress; do
	filter="dev $hook pref 50001"
	cat <<-END
		qdisc replace dev ${hook% *} clsact
		filter add $filter protocol ip flower ip_proto udp action tmirror session pillar1
		filter replace $filter handle 1 protocol ip flower ip_proto tcp action tmirror session other1 continue
		filter del $filter
		actions replace action tmirror session pillar2 index 1002
		filter add $filter protocol ip flower ip_proto udp action tmirror index 1002
		filter add $filter protocol ip flower ip_proto tcp action tmirror session other2
		actions replace action tmirror session pillar3 pipe index 1002
		filter del $filter
		filter add $filter matchall action tmirror session pillar4 index 1004
		filter del $filter
	END
	# Once more all sessions of p1 would count twice.
	[[ $hook == p1* ]] || cat <<-END
		filter add $filter matchall action tmirror
		filter del $filter
	END
	# It may be in use until its filter has come to its end.
	echo "actions del action tmirror index 1002"
done >"$tmp/tc"
cat >"$tmp/underlay" <<END
neighbour del 192.0.2.9 dev u0
neighbour del fd03::9 dev u0
route replace 198.51.100.0/24 via 192.0.2.9
link set u0 mtu 1400
route replace 198.51.100.0/24 via 192.0.2.77
neighbour replace 192.0.2.9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
neighbour replace fd03::9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
link set u0 mtu 1700
route replace 198.51.100.0/24 via 192.0.2.10
route del 198.51.100.0/24
END

watch() { m nice "$python" "$here/watch.py" "$header" "$tmp/enough" "$@"; }
busy reads dump watch dump "$p1"
busy reads listen watch listen
flood() { "$1" nice "$python" "$here/flood.py" "$tmp/enough" "${@:2}"; }
busy sends frames-v0 flood m frames v0
more busy sends frames-v1 flood m frames v1
busy sends segments flood h2 segments 10.2.0.254
more busy sends stream flood h2 stream 10.2.0.254
have_begun "${!busy[@]}"
generate h1 e0 <<END
pkt_size 600
flag UDPSRC_RND
udp_src_min 1
udp_src_max 100
src_min 10.1.0.1
src_max 10.1.0.1
dst_min 10.2.0.2
dst_max 10.2.0.2
dst_mac $(link p1 address)
END
show() { m nice tmconf -s session show && m nice tc -s actions list action tmirror; }
more busy shows show repeat show
busy routes underlay batches "$tmp/underlay" ip -n m -force -batch -
busy changes tc batches "$tmp/tc" tc -n m -force -batch -
busy changes devices batches "$tmp/devices" devices
# These come first: all others have what they leave.
for seed in $(amount "1 2" "1 2 3"); do
	busy changes "objects$seed" m nice -n -5 "$python" "$here/churn.py" \
		"$header" "$seconds" "$seed" "$p1" "$p2" $v0 $v1
	seeds+=("${busy[objects$seed]}")
done

wait "${seeds[@]}"
touch "$tmp/enough"
did_all changes "configuration changes"
for objects in "${!busy[@]}"; do
	[[ $objects != objects* ]] || is "commands of $objects that were always refused" "" \
		"$(tail -n 1 "$tmp/busy.$objects" | cut -d ' ' -f 3-)"
done
did_all reads "objects read while they change"
did_all routes "changes of next hops and routes"
more did_all shows "shows while objects change"
did_all sends "packets sent while sessions change"

# --- afterwards --------------------------------------------------------------

generate_no_more h1
check "pillar0 has seen every packet" wait_for seen_all
is "so has its rule" "$(counter m pillar0 .matched.packets)" \
	"$(m tmconf -s -j rule show still | jq '.[0].hits')"
did "$(counter m pillar0 .matched.packets)" "packets of a session that stayed"
check "nothing is in flight any more" wait_for nothing_in_flight
capture_stop torn
is "no copy has half of a change" "" "$(tcpdump -nn -r "$tmp/torn.pcap" -c 3 2>/dev/null)"

must ip -n m -batch - <<END
link set u0 mtu 1700
neighbour replace 192.0.2.9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
END
config m <<END
limits set memory 8388608 sessions 200 targets 200
target add last remote 192.0.2.9 port 5001 ttl 99
session set pillar0 target last vni 2/3 length 300
END
capture torn c e0 "$torn"
frames h1 send e0 udp-full >/dev/null
check "a packet is mirrored, and such a copy would have been seen" \
	wait_for captured_is torn 1
capture_stop torn
counters_add_up m

# A filter of the kernel's goes later, and its action with it.
check "no filter is left" m tc qdisc del dev p1 clsact
m tc qdisc del dev p2 clsact 2>/dev/null
ip -n m link del v0 2>/dev/null
ip -n h2 link del v0 2>/dev/null
flush_actions() { m tc actions flush action tmirror && [ -z "$(m tc actions list action tmirror)" ]; }
check "nor an action" wait_for flush_actions
check "all is deleted at once" m tmconf flush
is "nothing is left" "[] [] []" \
	"$(m tmconf -j session show) $(m tmconf -j filter show) $(m tmconf -j target show)"
check "the module can go" wait_for rmmod tmirror
must insmod "$ko"

finish
