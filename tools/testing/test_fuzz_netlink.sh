#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Good and damaged messages, to the family and to the tc action, while packets
# pass: whatever they make is whole. See fuzz/netlink.c for what it checks
# itself. "fast", a uml that nothing slows down, is for numbers alone.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

case $TMIRROR_KERNEL in
uml) rounds=$(amount 1 10) number=$(amount 10000 50000) ;;
*) rounds=$(amount 1 5) number=$(amount 3000 20000) ;;
esac
[ -e /sys/kernel/debug/kmemleak ] || [ "$TMIRROR_KERNEL" != uml ] || number=950000

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

# without_filters: whatever tc has of ours is gone; that takes it a while
without_filters() {
	local dev

	for dev in "${devices[@]}"; do
		m tc qdisc del dev "$dev" clsact 2>/dev/null
	done
	wait_for no_actions
}
no_actions() {
	m tc actions flush action tmirror
	[ "$(m tc -j actions list action tmirror | jq '[.[].actions[]?] | length')" = 0 ]
}

sent=0
for seed in $(seq "$rounds"); do
	if m "$here/fuzz/netlink" "$seed" "$number" "${devices[@]}" >"$tmp/fuzz" 2>&1; then
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
done
check "the module can be unloaded" rmmod tmirror
must insmod "$ko"

did $sent "netlink messages"
finish
