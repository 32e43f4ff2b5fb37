#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Good and damaged messages, to the family and to the tc action, while packets
# pass: whatever they make is whole. Some are what tmconf and tc have just sent.
# See fuzz/netlink.c for what it checks itself. "fast", a uml that nothing slows
# down, is for numbers alone.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

rounds=$(amount 1 5) number=$(amount 3000 20000)
# No two kernels get the same.
case $TMIRROR_KERNEL in
uml) rounds=$(amount 1 10) number=$(amount 10000 50000) first=100 ;;
kasan) rounds=$(amount 1 2) first=200 ;;
kcsan) first=300 ;;
*) first=${TMIRROR_KERNEL//[^0-9]/}00 ;;
esac
! is_fast || { number=950000 first=1000; }

ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}/tmirror.ko
loader=$(</proc/sys/kernel/modprobe)
restore() {
	echo "$loader" >/proc/sys/kernel/modprobe
	grep -q '^tmirror ' /proc/modules || insmod "$ko"
	cleanup
}
trap restore EXIT

# The fuzzer tells messages apart by their types: the family's, which each load
# counts up, is to be none of tc's, RTM_NEWQDISC to RTM_GETACTION.
family() { genl ctrl get name tmirror | sed -n 's/.*ID: \(0x[0-9a-f]*\).*/\1/p'; }
while (($(family) >= 36 && $(family) <= 50)); do
	must rmmod tmirror
	must insmod "$ko"
done

devices=(d0 d1 u0)
netns m
must ip -n m -batch - <<END
link add d0 type veth peer name d1
link add u0 type dummy
link set d0 up
link set d1 up
link set u0 up
address add 192.0.2.1/24 dev u0
neighbour replace 192.0.2.9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
END
for kind in matchall flower; do
	must m tc qdisc replace dev d0 clsact
	must m tc filter add dev d0 ingress $kind action tmirror
	must m tc qdisc del dev d0 clsact
done
# What is there is loaded; a module of each name that is not would be looked for.
echo >/proc/sys/kernel/modprobe

# parses COMMAND...: what it prints is JSON
parses() { "$@" >"$tmp/json" && jq -e . <"$tmp/json" >/dev/null; }

# without_filters: whatever tc has of ours is gone, on lo too, of which a damaged
# session may be; that takes it a while
without_filters() {
	local dev

	for dev in $(ip -n m -j link show | jq -r '.[].ifname'); do
		m tc qdisc del dev "$dev" clsact 2>/dev/null
	done
	wait_for no_actions || { m tc -s actions list action tmirror | sed 's/^/# /'; false; }
}
no_actions() {
	m tc actions flush action tmirror
	[ "$(m tc -j actions list action tmirror | jq '[.[].actions[]?] | length')" = 0 ]
}

# --- what tools send ---------------------------------------------------------

# Names are those that the fuzzer knows, so that messages meet.
cat >"$tmp/rules" <<END
number 1 direction ingress action accept proto tcp src 10.9.0.0/16 dport 1-1024
number 2 direction ingress action reject dst fd01::/64
number 3 direction egress action accept proto udp sport 53
END
cat >"$tmp/batch" <<END
limits set sessions 900 targets 900 filters 900 rules 900 memory 2097152
target add ta remote 192.0.2.9
target add tb remote fd03::9 port 4790 ttl 7 tos 4 csum on mark 3
target add tc remote 192.0.2.9 local 192.0.2.1 dev u0 df off
target set ta ttl 9
target show
target del tc
filter add fa description web
filter add fb
filter set fb description b
filter load fa $tmp/rules
rule add fb number 7 direction egress action accept proto icmp
rule del fb number 7 direction egress
rule show fa
filter show
filter del fb
session add sa number 1 source d0 target ta filter fa vni 7/8 length 100 repair on
session add sb number 2 target tb continue on description both
session set sa vni 9 enabled off
session set sb number 5
session show
session show sa
explain source d0 direction ingress proto tcp src 10.9.0.1 sport 7 dst 10.9.0.2 dport 80
limits show
END
cat >"$tmp/real" <<END
tmconf -b $tmp/batch
tmconf save >$tmp/real.json
tmconf apply $tmp/real.json
tc qdisc add dev d1 clsact
tc actions add action tmirror session sa index 10 cookie 0123456789abcdef
tc actions add action tmirror continue index 11 action tmirror session sb pipe index 12
tc actions replace action tmirror session sb drop index 10 no_percpu
tc actions get action tmirror index 10
tc -s actions list action tmirror
tc filter add dev d1 ingress pref 1 matchall action tmirror session sa
tc filter add dev d1 egress pref 2 protocol ip flower ip_proto tcp dst_port 80 action tmirror index 11
tc filter replace dev d1 egress pref 2 handle 1 protocol ip flower ip_proto tcp dst_port 81 action tmirror session sb goto chain 1
tc -s filter show dev d1 egress
tc filter del dev d1 ingress pref 1
tc qdisc del dev d1 clsact
tc actions del action tmirror index 12
tc actions flush action tmirror || :
tmconf session del sb || :
END
[ -e /sys/module/nlmon ] || modprobe nlmon 2>/dev/null
must ip -n m link add nlmon0 up type nlmon
check "what tools send is recorded" \
	m "$python" "$here/record.py" nlmon0 "$tmp/requests" bash -e "$tmp/real"
must ip -n m link del nlmon0
must without_filters
must m tmconf flush

# --- the fuzzer --------------------------------------------------------------

sent=0
for seed in $(seq "$first" $((first + rounds - 1))); do
	if m "$here/fuzz/netlink" "$seed" "$number" "$tmp/requests" "${devices[@]}" \
		>"$tmp/fuzz" 2>&1; then
		ok "$(head -n 1 "$tmp/fuzz")"
		sed 's/^/# /' "$tmp/fuzz"
	else
		not_ok "messages of seed $seed" "$tmp/fuzz"
		break
	fi
	sent=$((sent + number))
	for object in target filter session limits; do
		check "every $object can be shown" parses m tmconf -s -j $object show
	done
	check "actions can be shown" parses m tc -s -j actions list action tmirror
	counters_add_up m
	without_filters
	m tmconf save >"$tmp/before"
	check "what was saved can be applied" m tmconf apply "$tmp/before"
	m tmconf save >"$tmp/after"
	check "which changes nothing" diff "$tmp/before" "$tmp/after"
	without_filters
	check "everything can be flushed" m tmconf flush
	is "nothing is counted that is not there" '{"sessions":0,"targets":0,"filters":0}' \
		"$(m tmconf -s -j limits show | jq -c '.[0].stats.used | {sessions, targets, filters}')"
	# Targets may have been behind d0 or d1, where ARP still asks for them.
	config m <<-END
		limits set sessions 1 targets 1 filters 1 rules 1 memory 1000000
		target add t remote 192.0.2.9 dev u0
		filter add f
		rule add f number 1 direction ingress action accept proto udp
		session add s number 1 source d0 target t filter f
	END
	frames m send d1 udp >/dev/null
	check "a packet is mirrored" wait_for counter_is m s .mirrored.packets 1
	without_filters
	check "and again all can be flushed" m tmconf flush
done
check "the module can be unloaded" rmmod tmirror
must insmod "$ko"

did $sent "netlink messages"
finish
