#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the underlay does with copies: queues that are full, a firewall, cgroups;
# what a lack of memory does; and what tracepoints tell of it all.
#
#   h1 e0 -- p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

topology
config m <<END
target add t remote 192.0.2.9
session add web number 1 source p1 target t vni 1 length 100
END
dropped() { counter m web ".dropped.$1"; }

carrier() { [ "$(m ip -j link show dev "$1" | jq -r '.[0].operstate')" = UP ]; }
no_carrier() { ! carrier "$1"; }

# --- tracepoints -------------------------------------------------------------

trace=/sys/kernel/tracing
[ -d $trace/events ] || must mount -t tracefs tracefs $trace
must [ -d $trace/events/tmirror ]
echo >$trace/trace
echo 1 >$trace/events/tmirror/enable
frames h1 send e0 tcp-full udp >/dev/null
wait_for counter_is m web .matched.packets 2
must ip -n m route add blackhole 192.0.2.9
frames h1 send e0 udp >/dev/null
wait_for counter_is m web .matched.packets 3
must ip -n m route del blackhole 192.0.2.9
echo 0 >$trace/events/tmirror/enable
lengths=$(PYTHONPATH=$here $python -c 'from frames import FRAMES
print(len(FRAMES["tcp-full"]), len(FRAMES["udp"]))')
read -r full udp <<<"$lengths"
is "tracepoints tell of copies sent and dropped" \
	"tmirror_copy: session=web wire=$full length=100
tmirror_copy: session=web wire=$udp length=$udp
tmirror_drop: session=web packets=1 wire=$udp cause=no_route" \
	"$(sed -n 's/.*: \(tmirror_\)/\1/p' $trace/trace)"

# --- a queue that is full ----------------------------------------------------

# A bucket that is empty after the first copy.
must m tc qdisc add dev u0 root handle 1: tbf rate 8bit burst 200 limit 400
before=$(counter m web .matched.packets)
burst=()
for ((i = 0; i < 40; i++)); do burst+=(tcp-full); done
capture at1 h1 e0 ether src $sent_from
frames h1 send e0 "${burst[@]}" >/dev/null
wait_for captured_is at1 40
capture_stop at1
wait_for counter_is m web .matched.packets $((before + 40))
backlog=$(dropped backlog)
is "what a full queue drops is backlog, by the queue's own count" \
	"$(m tc -j -s qdisc show dev u0 | jq '.[0].drops')" "$backlog"
check "it dropped most of them" test "$backlog" -ge 20
must m tc qdisc del dev u0 root

# --- bytes in flight ---------------------------------------------------------

must m tc qdisc add dev u0 root tbf rate 8bit burst 200 \
	limit 10000000
must m tmconf limits set memory 20000
frames h1 send e0 "${burst[@]}" >/dev/null
wait_for counter_is m web .matched.packets $((before + 80))
used=$(m tmconf -s -j limits show | jq '.[0].stats.used.memory')
check "bytes in flight stay below the limit: $used" \
	test "$used" -gt 10000 -a "$used" -le 20000
check "what is beyond is backlog" test "$(dropped backlog)" -gt "$backlog"
must m tc qdisc del dev u0 root
is "what the queue held is in flight no more" 0 \
	"$(m tmconf -s -j limits show | jq '.[0].stats.used.memory')"
must m tmconf limits set memory 1000000

# --- memory ------------------------------------------------------------------

# For the program that sends, skbs that may not wait for memory get none: not
# the packets, but their copies.
fail=/sys/kernel/debug/failslab
slab=/sys/kernel/slab/skbuff_head_cache/failslab
if [ -d $fail ]; then
	must sh -c "echo 1 >$slab"
	echo Y >$fail/cache-filter
	echo Y >$fail/task-filter
	echo -1 >$fail/times
	echo 0 >$fail/verbose
	before=$(dropped no_memory)
	capture wire h1 e0 ether src $back_from
	echo 100 >$fail/probability
	m bash -c 'echo 1 >/proc/self/make-it-fail; exec "$@"' - \
		$python "$here/frames.py" back p1 tcp udp >/dev/null
	echo 0 >$fail/probability
	echo N >$fail/cache-filter
	wait_for counter_is m web .dropped.no_memory $((before + 2))
	is "without memory for a copy: no_memory" $((before + 2)) "$(dropped no_memory)"
	wait_for captured_is wire 2
	is "and the packets pass" 2 "$(captured wire)"
	capture_stop wire
else
	echo "# SKIP no memory: this kernel has no fault injection"
fi

# --- the underlay's firewall -------------------------------------------------

must m nft -f - <<END
table inet t {
	chain out {
		type filter hook output priority 0
		udp dport 4789 counter drop
	}
}
END
before=$(dropped no_route)
frames h1 send e0 tcp udp >/dev/null
wait_for counter_is m web .dropped.no_route $((before + 2))
is "the firewall sees each copy, and what it drops is counted" 2 \
	"$(m nft -j list table inet t | jq '[.. | .counter?.packets // empty] | add')"
must m nft delete table inet t

# --- a cable that is out -----------------------------------------------------

# The next hop is known for ever, the route is there; the queue drops all.
before=$(dropped no_route)
matched=$(counter m web .matched.packets)
must ip -n c link set e0 down
wait_for no_carrier u0
frames h1 send e0 tcp udp >/dev/null
wait_for counter_is m web .matched.packets $((matched + 2))
is "copies to a device without a carrier have no route" $((before + 2)) \
	"$(dropped no_route)"
must ip -n c link set e0 up
wait_for carrier u0

# --- policies of IPsec -------------------------------------------------------

# One for the copies of one flow: what others may says nothing of them.
capture outer c e0 udp port 4789
frames h1 send e0 tcp udp >/dev/null
wait_for captured_is outer 2
capture_stop outer
sports=$(tshark -r "$tmp/outer.pcap" -T fields -E occurrence=f \
	-e udp.srcport 2>/dev/null | tr '\n' ' ')
must ip -n m xfrm policy add dir out src 192.0.2.1 dst 192.0.2.9 proto udp \
	sport "${sports%% *}" action block
before=$(dropped no_route)
matched=$(counter m web .matched.packets)
frames h1 send e0 udp tcp udp >/dev/null
wait_for counter_is m web .matched.packets $((matched + 3))
is "a policy of IPsec is asked for each flow" $((before + 1)) \
	"$(dropped no_route)"
must ip -n m xfrm policy flush

# --- cgroups -----------------------------------------------------------------

# The socket that owns copies belongs to the cgroup of whoever made the first
# target. What that cgroup's programs refuse to its sockets is not for copies.
group=$tmp/cgroup
mkdir "$group"
must mount -t cgroup2 none "$group"
mkdir "$group/maker"
netns n
in_group() { bash -c 'echo $$ >"$0/maker/cgroup.procs"; exec "$@"' "$group" "$@"; }
must ip link add v0 netns n type veth peer name v1 netns c
must ip -n n address add 203.0.113.1/24 dev v0
must ip -n c address add 203.0.113.9/24 dev v1
must ip -n n link set v0 up
must ip -n c link set v1 up
must ip -n n link add d0 type dummy
must ip -n n link set d0 up
must $python "$here/cgroup_drop.py" "$group/maker"
check "a target made in a cgroup" in_group nsenter --net=/run/netns/n \
	tmconf target add t remote 203.0.113.9
must nsenter --net=/run/netns/n tmconf session add s number 1 source d0 \
	target t vni 5
check_not "its program lets none of its sockets send" in_group \
	nsenter --net=/run/netns/n bash -c 'echo x >/dev/udp/203.0.113.9/9'
capture under c v1 udp port 4789
nsenter --net=/run/netns/n $python "$here/frames.py" send d0 tcp udp >/dev/null
wait_for captured_is under 2
capture_stop under
want tcp udp
check "copies are sent all the same" \
	compare --copies "$tmp/under.pcap" --vni 5 "$tmp/want.pcap"
umount "$group"

finish
