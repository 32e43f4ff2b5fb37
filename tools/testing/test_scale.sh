#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Many sessions over many devices: all of a document comes and goes at once,
# and each session still does its own. TMIRROR_SCALE says how many of both:
# TMIRROR_SCALE="10000 1000".
#
#   h1 last -- d100 m u0 -- e0 c
#     d1 ... d99 are dummies

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.12

read -r sessions devices <<<"${TMIRROR_SCALE:-1000 100}"
generator=$here/../bench/sessions
last=d$devices
first=s$devices next=s$((2 * devices)) # the first sessions of that device

topology
must m "$generator" devices "$devices"
must ip -n m link del "$last"
must ip -n m link add "$last" up type veth peer name last netns h1
must ip -n h1 link set last up
must "$generator" document "$sessions" "$devices" >"$tmp/document"

show() { m tmconf -j session show; }
# As the document has them: without what the kernel chose and what is default.
plain() { jq -S '[.[] | del(.vni, .attached, .repair, .continue, .enabled)] | sort_by(.name)'; }
clsacts() { m tc -j qdisc show | jq '[.[] | select(.kind == "clsact")] | length'; }
# saved DESC FILE: what there is, is what the file says
saved() {
	m tmconf save >"$tmp/now"
	check "$1" cmp "$2" "$tmp/now"
}

m tmconf save >"$tmp/empty"
m tmconf apply "$tmp/document" dry-run >"$tmp/plan"
is "dry-run: a step for each object, the rules and each device" \
	$((3 + sessions + devices)) "$(wc -l <"$tmp/plan")"
saved "and nothing was done" "$tmp/empty"

check "the document can be applied" m tmconf apply "$tmp/document"
show >"$tmp/shown"
jq -S '.sessions | sort_by(.name)' "$tmp/document" >"$tmp/want"
check "the sessions are the document's" cmp "$tmp/want" <(plain <"$tmp/shown")
is "all are attached in both directions" "$sessions" \
	"$(jq '[.[] | select(.attached == {"ingress": true, "egress": true})] | length' "$tmp/shown")"
is "each device has one clsact" "$devices" "$(clsacts)"
is "no two have one VNI" "$sessions" "$(jq '[.[].vni] | unique | length' "$tmp/shown")"
is "one at a time they are shown alike" \
	"$(jq -c ".[] | select(.name == \"$first\")" "$tmp/shown")" \
	"$(m tmconf -j session show "$first" | jq -c '.[0]')"
is "as text there are as many" "$sessions" \
	"$(m tmconf session show | grep -c '^s[0-9]* number ')"

# --- traffic -----------------------------------------------------------------

# mirrors SESSION: a packet on the last device goes to it alone, with its VNI
mirrors() {
	local vni total

	vni=$(jq ".[] | select(.name == \"$1\") | .vni" "$tmp/shown")
	total=$(m tmconf -s -j session show | jq '[.[].stats.matched.packets] | add')
	capture copies c e0 "udp port 4789"
	frames h1 send last udp >/dev/null
	wait_for captured_is copies 1
	capture_stop copies
	is "the VNI is that of $1" "$vni" "$(tcpdump -n -r "$tmp/copies.pcap" 2>/dev/null |
		sed -n 's/.* vni \([0-9]*\)$/\1/p')"
	is "$1 mirrored it" 1 "$(counter m "$1" .mirrored.packets)"
	is "and nobody else did" $((total + 1)) \
		"$(m tmconf -s -j session show | jq '[.[].stats.matched.packets] | add')"
}
mirrors "$first"
must m tmconf session set "$first" enabled off
mirrors "$next"
must m tmconf session set "$first" enabled on

# --- as it is, changed, refused ----------------------------------------------

m tmconf save >"$tmp/saved"
is "what was saved is as it is: nothing to do" "" "$(m tmconf apply "$tmp/saved" dry-run)"
check "it can be applied" m tmconf apply "$tmp/saved"
saved "and nothing has changed" "$tmp/saved"

jq '.sessions |= map(.length += 1 | if .number == 1 then .number = 32766 else . end)' \
	"$tmp/saved" >"$tmp/changed.json"
check "all can be changed at once" m tmconf apply "$tmp/changed.json"
check "and are" cmp <(jq -S .sessions "$tmp/changed.json") <(m tmconf save | jq -S .sessions)

m tmconf save >"$tmp/saved"
must m tc qdisc add dev u0 clsact
must m tc filter add dev u0 ingress pref 1 matchall action pass
jq '.sessions |= map(.length += 1) + [
	{name: "z", number: 1, source: "u0", target: "t"}]' "$tmp/saved" >"$tmp/refused.json"
refused "one session cannot be attached" 1 u0 m tmconf apply "$tmp/refused.json"
saved "and nothing has changed" "$tmp/saved"
must m tc qdisc del dev u0 clsact

# The last session of a device goes, and the first comes back.
for ((i = devices; i <= sessions; i += devices)); do
	echo "session del s$i"
done >"$tmp/batch"
must m tmconf -b "$tmp/batch"
is "without sessions, a device is left alone" $((devices - 1)) "$(clsacts)"
check "the document brings them back" m tmconf apply "$tmp/saved"
saved "as they were" "$tmp/saved"

# --- all gone ----------------------------------------------------------------

check "flush" m tmconf flush
is "no sessions are left" "[]" "$(show)"
is "nor qdiscs, nor filters in them" 0 "$(clsacts)"
check "all of it again" m tmconf apply "$tmp/saved"
check "and back to nothing" m tmconf apply "$tmp/empty"
saved "nothing is left" "$tmp/empty"
is "nor qdiscs" 0 "$(clsacts)"

finish
