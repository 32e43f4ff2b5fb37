#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The routes that targets have cached are released before the namespace's
# routing code, which counts them, exits. Out of order nothing is seen but on
# several CPUs, sometimes; so the order itself is looked at.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
[ -e $tracing/kprobe_events ] || skip "this kernel has no kprobe events"

netns gone
must ip -n gone link add d0 type dummy
nsenter --net=/run/netns/gone sysctl -qw net.ipv6.conf.d0.disable_ipv6=0
must ip -n gone link set d0 up
must ip -n gone address add fd00::1/64 dev d0 nodad
must ip -n gone neighbour replace fd00::2 dev d0 nud permanent lladdr 02:00:00:00:00:02
config gone <<-END
	target add t remote fd00::2
	session add s number 1 source lo target t
END
must nsenter --net=/run/netns/gone ping -q -c 1 127.0.0.1
is "a route is cached" true \
	"$(tmconf -n gone -s -j target show t | jq '.[0].stats.mirrored.packets > 0')"

must sh -c "printf 'p:tmirror/release tmirror_ways_free\np:tmirror/exit ip6_route_net_exit\n' \
	>$tracing/kprobe_events"
echo 1 >$tracing/events/tmirror/enable
must ip netns del gone
wait_for grep -q exit: $tracing/trace
# what is late comes with the callbacks that wait now
wait_for grep -q release: $tracing/trace
is "it is released before the routing code exits" "release exit" \
	"$(grep -oE '(release|exit):' $tracing/trace | tr -d : | uniq | head -n 2 | xargs)"
echo 0 >$tracing/events/tmirror/enable
echo >$tracing/kprobe_events

finish
