#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Objects are charged to the memory control group of whoever makes them: its
# use grows by what the machine has less, shrinks again when they go, and its
# limit stops a caller who asks for more.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on 6.12
not_on "its checkers take memory for each allocation, and charge nobody" uml kasan kcsan

group=/sys/fs/cgroup/tmirror
tracing=/sys/kernel/tracing
echo +memory >/sys/fs/cgroup/cgroup.subtree_control || bail "no memory controller"
must mkdir $group
trap 'cleanup; rmdir $group' EXIT

netns m
must ip -n m link add d0 type veth peer name d1
must m tc qdisc add dev d0 clsact
seq 10000 | awk '{ print "number", $1, "direction ingress action accept proto tcp src 10." int($1 / 256) "." $1 % 256 ".0/24" }' \
	>"$tmp/list"
head -n 40 "$tmp/list" >"$tmp/short"

# --- every allocation --------------------------------------------------------

# Everything that can be configured, with whatever allocates in it.
everything() {
	config m <<-END
		target add t remote 192.0.2.1
		target set t dev d0 ttl 9
		filter add f description hello
		filter set f description other
		rule add f number 1 direction egress action accept proto udp dport 9
		rule add f number 2 direction egress action accept dst fd00::/8
		rule del f number 1 direction egress
		filter load f $tmp/short
		session add s number 1 source d0 target t filter f description what
		session add s2 number 2 source d0 target t
		session set s2 description other length 9
		session add free number 2 target t filter f
		session set s2 source none
		session del s2
	END
	must m tc filter add dev d0 ingress pref 9 matchall action tmirror session free
	must m tc filter del dev d0 ingress pref 9
	must m tc actions add action tmirror index 9
	must m tc actions replace action tmirror session free index 9
	must m tc actions del action tmirror index 9
	must m ip link set d0 name d9
	must m ip link set d9 name d0
	must m tmconf flush
}
# trace 0|1: allocations of our commands
trace() {
	local event

	for event in kmem/kmalloc kmem/kmem_cache_alloc percpu/percpu_alloc_percpu; do
		echo 'comm == "tmconf" || comm == "tc"' >$tracing/events/$event/filter
		echo "$1" >$tracing/events/$event/enable
	done
	echo "$1" >$tracing/options/stacktrace
}

# Those of our functions that are charged to nobody. A message is gone once it
# is read, and belongs to the receiver's socket until then; an action and its
# number are allocated by tc, whatever its kind; a slab has a list of whom its
# objects are charged to, and security modules have theirs of sockets.
uncharged() {
	awk '
		/: (kmalloc|kmem_cache_alloc|percpu_alloc_percpu): / {
			event = !/accounted=true|_ACCOUNT/
			stack = ""
		}
		/^ => / && event {
			stack = stack " " $2
			if (!/ tmirror_/) next
			if (stack !~ / (__alloc_skb|netlink_trim|tcf_idr_[a-z_]*|security_[a-z_]*) / &&
			    stack !~ / (alloc_slab_obj_exts|memcg_alloc_slab_cgroups) /)
				print stack
			event = 0
		}' "$1" | sort -u
}

echo 16384 >$tracing/buffer_size_kb
trace 1
everything
trace 0
cat $tracing/trace >"$tmp/trace"
echo >$tracing/trace
check "no allocation was missed" grep -qE 'entries-written: ([0-9]+)/\1 ' "$tmp/trace"
is "every allocation of an object is charged" "" "$(uncharged "$tmp/trace")"
check "and they were seen" test "$(grep -c ' tmirror_.*_alloc$' "$tmp/trace")" -gt 50

# --- as much as there is less ------------------------------------------------

# in_group COMMAND...: in m and in the group
# shellcheck disable=SC2016 # the inner shell expands it
in_group() { m bash -c 'echo $$ >'"$group"'/cgroup.procs && exec "$@"' - "$@"; }
make() { in_group tmconf -b "$tmp/$1"; }
# What the kernel has for the group, and for everybody, in bytes.
charged() { awk '$1 == "kernel" { print $2 }' $group/memory.stat; }
taken() {
	awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum * 1024 }' \
		/proc/meminfo
}

# grow WHAT AMOUNT: the commands of $tmp/WHAT take memory, all of it the group's
grow() {
	local charged taken

	charged=$(charged) taken=$(taken)
	must make "$1"
	charged=$(($(charged) - charged)) taken=$(($(taken) - taken))
	check "the group is charged for $2 $1: $((charged >> 10)) kB, $((taken >> 10)) taken" \
		test "$charged" -gt $((taken * 9 / 10)) -a "$charged" -gt $(($2 * 100))
}
numbers() { seq "$(amount 600 15000)"; }

cat >"$tmp/first" <<-END
	limits set targets 100000 filters 100000 sessions 100000 rules 10000
	target add t remote 192.0.2.1
END
numbers | sed 's/.*/target add t& remote 192.0.2.1/' >"$tmp/targets"
numbers | sed 's/.*/filter add f& description "what &"/' >"$tmp/filters"
numbers | sed 's/.*/session add s& number 1 target t description "what &"/' >"$tmp/sessions"
echo "filter load f1 $tmp/list" >"$tmp/rules"
# What only needs to be there once is there.
must make first
before=$(charged)
for what in targets filters sessions; do grow $what "$(wc -l <"$tmp/$what")"; done
grow rules 10000

used=$(charged)
must m tmconf flush
fallen() { [ "$(charged)" -lt $((before + (used - before) / 10)) ]; }
wait_for fallen
check "it is charged no more once they are gone: $(($(charged) >> 10)) kB of $((used >> 10))" fallen

# --- and no more than it may -------------------------------------------------

# Somebody else's mirror works on.
config m <<END
target add mine remote 192.0.2.9
session add mine number 1 source d0 target mine
END
max=$((8 << 20))
echo $max >$group/memory.max
for i in $(seq "$(amount 8 100)"); do
	echo "filter add f$i"
	echo "filter load f$i $tmp/list"
done >"$tmp/too-much"
# Its caller is refused, or killed, as the kernel's way is.
check_not "a group gets no more than its limit" make too-much
check "and has no more" test "$(<$group/memory.current)" -le $max
is "what it got can be shown" "$(m tmconf -j filter show | jq length)" \
	"$(m tmconf -j filter show | jq '[.[] | select(.name | test("^f[0-9]+$"))] | length')"
check "what others made is there" m tmconf session show mine
must m ip link set d0 up
must m ip link set d1 up
frames m send d1 udp tcp >/dev/null
wait_for counter_is m mine .matched.packets 2
is "and works" 2 "$(counter m mine .matched.packets)"
must m tmconf flush
wait_for fallen
check "the group can begin anew" make first

finish
