#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces come and go with all that is configured in them, with packets on
# their way in and copies on their way out; meanwhile, in one that stays, all
# is flushed and whole documents are applied, again and again.
#
#   o1 -- d0 n1 u0 -- c1     n1 goes, and another of that name comes; so does
#   o2 -- d0 n2 u0 -- c2     n2. The other ends are in o, where copies of theirs
#                            wait in a slow queue for longer than they live
#   d1 -- d0 m

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=churn.sh
. "$here/churn.sh"

seconds=$(amount 3 60)
header=$here/../../include/uapi/linux/tmirror.h

netns o m
must ip -n o link add slow type dummy
must ip -n o link set slow up
must nsenter --net=/run/netns/o tc qdisc add dev slow root tbf rate 8bit burst 2000 limit 200k
must ip -n m link add d0 index 100 type veth peer name d1
must ip -n m link set d0 up
must ip -n m link set d1 up

# --- those that come and go --------------------------------------------------

for n in 1 2; do
	cat >"$tmp/links$n" <<-END
		link add d0 type veth peer name o$n netns o
		link add u0 mtu 1700 type veth peer name c$n mtu 1700 netns o
		address add 192.0.2.1/24 dev u0
		link set d0 up
		link set u0 up
		neighbour add 192.0.2.8 dev u0 lladdr 02:00:00:00:02:08
	END
	# What is sent to c is the same packet still, with its socket.
	cat >"$tmp/outer$n" <<-END
		qdisc add dev c$n clsact
		filter add dev c$n ingress matchall action mirred egress redirect dev slow
	END
	cat >"$tmp/config$n" <<-END
		target add t remote 192.0.2.8
		target add waiting remote 192.0.2.77 dev u0
		filter add f
		rule add f number 1 direction ingress action accept
		session add a number 1 source d0 target t filter f continue on
		session add b number 2 source d0 target waiting
		session add c number 1 target t
	END
	echo "filter add dev d0 ingress pref 1 matchall action tmirror session c" \
		>"$tmp/tc$n"
done

# come_and_go N
come_and_go() {
	local ns=n$1

	ip netns add "$ns" && ip -n "$ns" -batch "$tmp/links$1" &&
		ip -n o link set "o$1" up && ip -n o link set "c$1" up &&
		nsenter --net=/run/netns/o tc -batch "$tmp/outer$1" &&
		nsenter --net="/run/netns/$ns" tmconf -b "$tmp/config$1" &&
		nsenter --net="/run/netns/$ns" tc -batch "$tmp/tc$1" || return
	# Somebody changes something in it until the end.
	nsenter --net="/run/netns/$ns" "$python" "$here/churn.py" "$header" 0.2 "$1" 1 2 3 || return
	ip netns del "$ns"
}

# --- the one that stays ------------------------------------------------------

m tmconf save >"$tmp/document0"
config m <<END
target add t remote 192.0.2.9
filter add f
rule add f number 1 direction ingress action accept proto tcp
session add a number 1 source d0 target t filter f vni 1
END
m tmconf save >"$tmp/document1"
config m <<END
session set a number 3 vni 2/3 length 100 filter none
session add b number 1 source d0 target t
filter del f
END
m tmconf save >"$tmp/document2"

# settled COMMAND...: it succeeds, or is refused because of others
settled() {
	local said=$tmp/said.$BASHPID status=0

	"$@" 2>"$said" || status=$?
	[ "$status" = 0 ] || { cat "$said" >&2 && [ "$status" = 1 ] && [ "$(wc -l <"$said")" = 1 ]; }
}
documents() {
	local document

	for document in 1 2 0 2; do
		settled m tmconf apply "$tmp/document$document" || return
	done
}

flood() { nsenter --net="/run/netns/$1" nice "$python" "$here/flood.py" "$tmp/enough" "${@:2}"; }
busy sends frames flood m frames d1
busy sends frames1 flood o frames o1
busy spaces come-and-go1 repeat come_and_go 1
more busy sends frames2 flood o frames o2
more busy spaces come-and-go2 repeat come_and_go 2
have_begun "${!busy[@]}"
busy applies documents repeat documents
busy flushes flush repeat settled m tmconf flush
busy changes objects m "$python" "$here/churn.py" "$header" "$seconds" 3 100 101
wait "${busy[objects]}" || :
backlog() { nsenter --net=/run/netns/o tc -s -j qdisc show dev slow | jq '.[0].backlog'; }
copies_wait() { [ "$(backlog)" -gt 0 ]; }
# A slow machine may not have come to it yet.
wait_for copies_wait
touch "$tmp/enough"
did_all changes "configuration changes"
did_all spaces "namespaces with sessions that came and went"
did_all applies "series of documents applied"
did_all flushes "flushes"
did_all sends "packets sent while namespaces come and go"

check "all can be flushed in the end" m tmconf flush
is "nothing is left" "[] [] []" \
	"$(m tmconf -j session show) $(m tmconf -j filter show) $(m tmconf -j target show)"
check "a document can be applied" m tmconf apply "$tmp/document1"
check "and is what there is then" cmp "$tmp/document1" <(m tmconf save)
frames m send d1 tcp >/dev/null
check "a packet is matched" wait_for counter_is m a .matched.packets 1

# Copies are on their way still, of whom nothing else is left.
check "copies outlive their namespaces" copies_wait
must ip netns del m
check "and the module that made them" wait_for rmmod tmirror
check "they are still there" copies_wait
must ip netns del o
must insmod "$TMIRROR_KO_DIR/tmirror.ko"

finish
