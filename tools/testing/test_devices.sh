#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A source that is renamed, goes away, moves to another namespace or comes
# back, and a tc filter that somebody else deletes: the session stays, says
# what is so, and is attached again by `session set NAME source DEV`.
#
#   h1 e0 -- p1 m p2 -- e0 h2
#               u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
config m <<END
target add t remote 192.0.2.9
session add s number 1 source p1 target t vni 1
END

# shows DESC SOURCE INGRESS EGRESS
shows() {
	is "$1" "\"$2\" $3 $4" "$(m tmconf -j session show s |
		jq -r '.[0] | "\(.source | tojson) \(.attached.ingress) \(.attached.egress)"')"
}
seen=0
# mirrors DESC NS DEV: what is sent there is
mirrors() {
	frames "$2" send "$3" udp >/dev/null
	seen=$((seen + 1))
	wait_for counter_is m s .mirrored.packets $seen
	is "$1" $seen "$(counter m s .mirrored.packets)"
}
no_filters() {
	is "$1" "" "$(m tc filter show dev "$2" ingress; m tc filter show dev "$2" egress)"
}

shows "attached" p1 true true
mirrors "a packet is mirrored" h1 e0

# --- renamed -----------------------------------------------------------------

# rename OLD NEW: before 6.2, a device that is up keeps its name
rename() {
	must ip -n m link set dev "$1" down
	must ip -n m link set dev "$1" name "$2"
	must ip -n m link set dev "$2" up
}
rename p1 port1
shows "the session follows a rename" port1 true true
mirrors "and mirrors" h1 e0
refused "the old name is no device" 1 p1 \
	m tmconf session add x number 2 source p1 target t
rename port1 p1
shows "and back" p1 true true

# --- somebody deletes our filter ---------------------------------------------

pref=$(m tc -j filter show dev p1 ingress | jq '[.[].pref] | min')
must m tc filter del dev p1 ingress pref "$pref"
shows "our filter deleted: not attached" p1 false true
must m tmconf session set s source p1
shows "session set attaches it again" p1 true true
mirrors "and it mirrors" h1 e0
must m tc qdisc del dev p1 clsact
shows "the clsact deleted: not attached" p1 false false
must m tmconf session set s source p1
shows "session set attaches it again" p1 true true
mirrors "and it mirrors" h1 e0

# --- somebody else is faster -------------------------------------------------

# meanwhile COMMAND: the source is set by a tmconf that loses the race against it
meanwhile() {
	m env MEANWHILE="$1" LD_PRELOAD="$here/meanwhile.so" tmconf session set s source p1
}
# ours DEV: how many filters of ours it has, by direction, and the marks of those that
# say that the clsact is ours as well
ours() {
	local direction

	for direction in ingress egress; do
		m tc -j filter show dev "$1" $direction | jq -j '[.. | objects |
			select(.kind? == "tmirror")] | length, " "'
	done
	m tc -j actions list action tmirror | jq -r --arg owns "$(printf tmconf+clsact | od -An -tx1 | tr -d " ")" '
		[.[].actions[]? | select(.cookie == $owns)] | length'
}
must m tc qdisc del dev p1 clsact
must meanwhile "tc qdisc add dev p1 clsact"
shows "somebody makes the clsact: attached" p1 true true
mirrors "and it mirrors" h1 e0
must m tmconf session del s
is "the clsact, which is theirs, stays" 1 "$(m tc qdisc show dev p1 | grep -c clsact)"
no_filters "and has no filters" p1
config m <<<"session add s number 1 source p1 target t vni 1"
seen=0
pref=$(m tc -j filter show dev p1 egress | jq '[.[].pref] | min')
must m tc qdisc del dev p1 clsact
must meanwhile "tc qdisc add dev p1 clsact &&
	tc filter add dev p1 egress pref $pref matchall action ok"
shows "somebody filters as well: attached" p1 true true
mirrors "and it mirrors" h1 e0
is "one filter a direction, none of which owns the clsact" "1 1 0" "$(ours p1)"
config m <<<"session del s"
is "theirs stays, ours are gone" "$pref matchall" "$(m tc -j filter show dev p1 egress |
	jq -r '.[] | select(.options) | "\(.pref) \(.kind)"')"
is "in a clsact that stays" 1 "$(m tc qdisc show dev p1 | grep -c clsact)"
must m tc qdisc del dev p1 clsact
config m <<<"session add s number 1 source p1 target t vni 1"
seen=0
is "where it is ours, both say so" "1 1 2" "$(ours p1)"
must m tc qdisc del dev p1 clsact
must m tc qdisc add dev p1 clsact
refused "somebody makes an ingress of the clsact" 1 "source p1: cannot attach: it has an ingress qdisc" \
	meanwhile "tc qdisc del dev p1 clsact && tc qdisc add dev p1 ingress"
is "nothing is left there" "0 0 0" "$(ours p1)"
must m tc qdisc del dev p1 ingress
must m tmconf session set s source p1
shows "as it was" p1 true true

# --- another namespace -------------------------------------------------------

must ip -n m link set p1 netns h2
shows "moved away: not attached, its last name" p1 false false
is "nothing of ours is known where it is now" "[]" "$(h2 tmconf -j session show)"
refused "it cannot be attached while it is away" 1 p1 \
	m tmconf session set s source p1
must ip -n h2 link set p1 netns m
must ip -n m link set p1 up
shows "back again, not attached by itself" p1 false false
must m tmconf session set s source p1
shows "until session set" p1 true true
mirrors "and it mirrors" h1 e0

# --- gone --------------------------------------------------------------------

must ip -n m link del p1
shows "deleted: not attached, its last name" p1 false false
check "the session can be changed meanwhile" m tmconf session set s length 100
must ip -n m link add p1 type veth peer name e0 netns h1
must ip -n m link set p1 up
must ip -n h1 link set e0 up
shows "another device of that name is another device" p1 false false
must m tmconf session set s source p1
shows "until session set" p1 true true
mirrors "and it mirrors" h1 e0

# --- to another source, and to none ------------------------------------------

must m tmconf session set s source p2
shows "set to another source" p2 true true
no_filters "the old source is left without filters" p1
mirrors "and it mirrors the new one" h2 e0
frames h1 send e0 udp >/dev/null
is "and not the old one" $seen "$(counter m s .matched.packets)"

# --- deleted with traffic on it ----------------------------------------------

background h2 "$python" -c '
import socket
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind(("e0", 0))
for _ in range(20000):
    try:
        sock.send(bytes(12) + b"\x88\xb5" + bytes(46))
    except OSError:
        pass
'
flows() { [ "$(counter m s .matched.packets)" -gt "$seen" ]; }
wait_for flows
must ip -n m link del p2
wait "$last"
shows "deleted under traffic" p2 false false
check "the session can be deleted" m tmconf session del s

finish
