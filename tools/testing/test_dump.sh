#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Dumps of thousands of objects are complete, in order, and stay so while
# somebody else adds and deletes.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

count=1000
netns m
must m tmconf limits set sessions $((2 * count)) targets $((2 * count)) \
	filters $((2 * count)) rules $((4 * count))
{
	for i in $(seq $count); do
		printf 'target add t%d remote 192.0.2.9\nfilter add f%d\n' "$i" "$i"
		printf 'session add s%d number %d target t%d filter f%d\n' \
			"$i" "$i" "$i" "$i"
	done
} | config m
for i in $(seq $((2 * count)) -1 1); do
	echo "number $i direction ingress action accept proto tcp dport $i"
	echo "number $i direction egress action reject src 10.0.0.0/8"
done >"$tmp/rules"
check "a list of $((4 * count)) rules is loaded" m tmconf filter load f1 "$tmp/rules"

complete() {
	is "$1: sessions" "$count" "$(m tmconf -j session show |
		jq '[.[].name | select(startswith("s"))] | unique | length')"
	is "$1: targets" "$count" "$(m tmconf -j target show |
		jq '[.[].name | select(startswith("t"))] | unique | length')"
	is "$1: filters" "$count" "$(m tmconf -j filter show |
		jq '[.[].name | select(startswith("f"))] | unique | length')"
	is "$1: rules, each once and in order" "$((4 * count)) true" \
		"$(m tmconf -j rule show f1 |
			jq -r '[.[] | [.direction, .number]] |
				"\(unique | length) \(map(.[1]) as $n |
				(map(select(.[0] == "ingress")) | . == sort) and
				(map(select(.[0] == "egress")) | . == sort))"')"
}

complete "nobody else about"
is "no object twice" "$count" "$(m tmconf -j session show | jq length)"

{
	for i in $(seq 20); do
		printf 'target add x%d remote 192.0.2.9\nfilter add x%d\n' "$i" "$i"
		printf 'session add x%d number %d target x%d filter x%d\n' \
			"$i" "$i" "$i" "$i"
	done
	for i in $(seq 20); do
		printf 'session del x%d\nfilter del x%d\ntarget del x%d\n' \
			"$i" "$i" "$i"
	done
} >"$tmp/churn"
churn() {
	until [ -e "$tmp/enough" ]; do
		m tmconf -b "$tmp/churn" || touch "$tmp/failed"
	done
}
background churn
complete "somebody adds and deletes"
touch "$tmp/enough"
wait "$last"
check_not "who could do so all along" [ -e "$tmp/failed" ]
is "and has left nothing" "$count" "$(m tmconf -j session show | jq length)"

check "all is deleted at once" m tmconf flush
is "nothing is left" "[]" "$(m tmconf -j session show)"

finish
