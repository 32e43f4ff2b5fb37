#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tc action in the stock tc: by hand, with a session or without one, behind
# the user's own classifier; its control, its refusals, its output. And where
# tmconf cannot attach a session by itself, it says how to by hand.
#
#   h1 e0 -- p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
config m <<END
target add t remote 192.0.2.9
filter add tcp
rule add tcp number 1 direction ingress action accept proto tcp
session add free number 1 target t vni 1
session add picky number 2 target t filter tcp vni 2 length 60
END
must m tc qdisc add dev p1 clsact
tc_add() { m tc filter add dev p1 "$@"; }
tc_del() { m tc filter del dev p1 "$@"; }

# --- a session of its own, the user's classifier -----------------------------

must tc_add ingress pref 1 protocol ip flower ip_proto udp \
	action tmirror session free continue
must tc_add ingress pref 2 protocol all matchall action tmirror session picky
capture under c e0 udp port 4789
frames h1 send e0 tcp udp udp-full icmp arp-request >/dev/null
wait_for counter_is m free .matched.packets 2
wait_for counter_is m picky .matched.packets 1
wait_for captured_is under 3
capture_stop under
want udp udp-full
check "session free: what the user's filter matched" \
	compare --copies "$tmp/under.pcap" --vni 1 "$tmp/want.pcap"
want tcp
check "session picky: what its own filter accepts of that" \
	compare --copies "$tmp/under.pcap" --vni 2 --length 60 "$tmp/want.pcap"

refused "a session in use by a tc filter is not deleted" 1 free \
	m tmconf session del free
refused "nor its target" 1 t m tmconf target del t
check "with the tc filter deleted" tc_del ingress pref 1
check "it is, a little later" wait_for m tmconf session del free
refused "one in use keeps flush from deleting anything" 1 . m tmconf flush
is "and all is there" picky "$(m tmconf -j session show | jq -r '.[].name')"
must m tmconf session add free number 1 target t vni 1

# --- without a session: all of the device ------------------------------------

must tc_del ingress pref 2
must m tmconf session set free source p1
must m tmconf session add last number 5 source p1 target t vni 5
must m tc qdisc del dev p1 clsact
must m tc qdisc add dev p1 clsact
must tc_add ingress pref 7 matchall action tmirror
frames h1 send e0 udp >/dev/null
wait_for counter_is m free .matched.packets 1
is "the first session of the device has the packet" "1 0" \
	"$(counter m free .matched.packets) $(counter m last .matched.packets)"
must tc_del ingress pref 7
must m tmconf session del free
must m tmconf session del last
m tc qdisc show dev p1 | grep -q clsact || must m tc qdisc add dev p1 clsact

# --- the control -------------------------------------------------------------

# verdict PASSES NEXT CHAIN CONTROL: whether the packet goes on into the system,
# what the next filter sees of it, what a filter of chain 5 does: 1 or 0 each
must m tc qdisc add dev p2 clsact
must m tc filter add dev p2 egress pref 1 protocol ip flower ip_proto udp action pass index 97
must ip -n h1 neighbour replace 10.1.0.254 dev e0 nud permanent \
	lladdr "$(m ip -j link show p1 | jq -r '.[0].address')"
must ip -n m neighbour replace 10.2.0.2 dev p2 nud permanent lladdr 02:00:0a:02:00:02
datagram() { h1 bash -c 'echo >/dev/udp/10.2.0.2/9'; }
saw() { m tc -s -j actions get action gact index "$1" | jq '[.[].actions[]?.stats.packets] | add // 0'; }
saw_is() { [ "$(saw "$1")" = "$2" ]; }
# An action may outlive its filter a while: each time there are others.
index=100
verdict() {
	local want="$1 $2 $3" next chain before
	shift 3
	next=$((index += 1)) chain=$((index += 1))
	before=$(saw 97)
	must tc_add ingress pref 1 matchall action tmirror "$@"
	must tc_add ingress pref 2 matchall action pass index "$next"
	must tc_add ingress chain 5 pref 1 matchall action pass index "$chain"
	datagram
	wait_for action_saw
	must tc_del ingress pref 1
	# Once what comes later has passed, this one has been dropped.
	datagram
	wait_for saw_is "$next" $((${want:2:1} + 1))
	wait_for saw_is 97 $((before + ${want:0:1} + 1))
	is "control '$*'" "$want" \
		"$(($(saw 97) - before - 1)) $(($(saw "$next") - 1)) $(saw "$chain")"
	must tc_del ingress pref 2
	must tc_del ingress chain 5
}
action_saw() {
	[ "$(m tc -s -j filter show dev p1 ingress |
		jq '[.[] | select(.pref == 1 and .chain == 0) |
			.options.actions[]?.stats.packets] | add')" = 1 ]
}
verdict 1 0 0
verdict 1 0 0 pipe
verdict 1 0 0 ok
verdict 0 0 0 drop
verdict 1 1 0 continue
verdict 1 0 1 goto chain 5
must m tc qdisc del dev p2 clsact

must tc_add ingress pref 1 matchall action tmirror pipe action drop index 5
frames h1 send e0 unknown >/dev/null
dropped() {
	[ "$(m tc -s -j actions get action gact index 5 |
		jq '[.[].actions[]?.stats.drops] | add')" = 1 ]
}
wait_for dropped
check "pipe hands the packet to the next action" dropped
must tc_del ingress pref 1

# --- output ------------------------------------------------------------------

must tc_add ingress pref 3 matchall action tmirror session picky continue index 42
frames h1 send e0 tcp >/dev/null
wait_for counter_is m picky .matched.packets 2
is "text" "tmirror session picky continue" \
	"$(m tc filter show dev p1 ingress | grep -o 'tmirror.*')"
is "JSON" '{"kind":"tmirror","session":"picky","control_action":{"type":"continue"},"index":42,"ref":1,"bind":1}' \
	"$(m tc -j filter show dev p1 ingress | jq -c '[.[] | .options.actions[]?][0] |
		{kind, session, control_action, index, ref, bind}')"
# as of every action on ingress, without the Ethernet header
is "tc -s shows packets and bytes" "1 140" \
	"$(m tc -s -j actions get action tmirror index 42 |
		jq -r '[.[].actions[]?.stats] | .[0] | "\(.packets) \(.bytes)"')"
check "tc -s shows times" \
	[ "$(m tc -s -j actions get action tmirror index 42 |
		jq '[.[].actions[]? | has("installed") and has("last_used")] | all')" = true ]

# --- replace -----------------------------------------------------------------

check "replace changes control and session" m tc actions replace \
	action tmirror drop index 42
is "a session not named is none" '{"control_action":{"type":"drop"}}' \
	"$(m tc -j actions get action tmirror index 42 |
		jq -c '[.[].actions[]?][0] | {control_action, session} | del(..|nulls)')"
check "the session is free again" m tmconf session del picky
check_not "a session that is not there is refused" m tc actions replace \
	action tmirror session picky index 42
cp "$tmp/check" "$tmp/said"
check "and tc says so" grep -q "no session" "$tmp/said"
is "changes nothing" drop "$(m tc -j actions get action tmirror index 42 |
	jq -r '[.[].actions[]?][0].control_action.type')"
must tc_del ingress pref 3

# --- where it does not belong ------------------------------------------------

for qdisc in prio "htb default 1"; do
	# shellcheck disable=SC2086 # words
	must m tc qdisc add dev p2 root handle 1: $qdisc
	check_not "refused on ${qdisc%% *}" m tc filter add dev p2 parent 1: \
		matchall action tmirror
	is "and nothing is left of it on ${qdisc%% *}" "" \
		"$(m tc filter show dev p2 parent 1:)$(m tc actions ls action tmirror)"
	must m tc qdisc del dev p2 root
done
must m tc qdisc add dev p2 ingress
check "the ingress qdisc is fine" \
	m tc filter add dev p2 ingress matchall action tmirror
check_not "skip_sw is refused" \
	m tc filter add dev p2 ingress matchall skip_sw action tmirror

refused "a session is not attached to an ingress qdisc" 1 "tc filter add dev p2" \
	m tmconf session add s number 1 source p2 target t
is "nothing was made" 0 "$(m tmconf -j session show | jq length)"
must m tc qdisc del dev p2 ingress
must m tc qdisc add dev p2 clsact
must m tc filter add dev p2 ingress pref 1 matchall action pass
refused "nor below pref 1" 1 "tc filter add dev p2" \
	m tmconf session add s number 1 source p2 target t
is "nothing was made" 0 "$(m tmconf -j session show | jq length)"
must m tc qdisc del dev p2 clsact
must m tc qdisc add dev p2 ingress_block 7 clsact
refused "nor to a shared block" 1 "tc filter add (dev p2|block 7)" \
	m tmconf session add s number 1 source p2 target t
is "nothing was made" 0 "$(m tmconf -j session show | jq length)"
must m tc qdisc del dev p2 clsact

# Under the lock of a qdisc nothing is sent, not for a packet either that comes
# from an ingress hook; the kernel tells them apart where egress hooks are in use,
# which here they are not: red drops into a block that has our action.
must m tc qdisc del dev p1 clsact
must m tmconf session add free number 1 target t vni 1
must m tc qdisc add dev p1 ingress
must m tc filter add dev p1 ingress matchall action mirred egress redirect dev p2
must m tc qdisc add dev p2 root handle 1: tbf rate 8bit burst 2000 limit 100000
must m tc qdisc add dev p2 parent 1: handle 2: red limit 10000 min 100 max 300 \
	avpkt 10 burst 17 probability 1 bandwidth 10mbit qevent early_drop block 9
must m tc filter add block 9 matchall action tmirror session free index 9
overlimits() {
	m tc -s -j actions get action tmirror index 9 |
		jq '[.[].actions[]?.stats.overlimits] | add'
}
refused_many() { [ "$(overlimits)" -ge 50 ]; }
# shellcheck disable=SC2046 # words
frames h1 send e0 $(printf 'udp %.0s' {1..100}) >/dev/null
wait_for refused_many
is "nothing is mirrored under the lock of a qdisc" 0 \
	"$(counter m free .matched.packets)"

finish
