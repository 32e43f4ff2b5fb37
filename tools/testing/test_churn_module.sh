#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is unloaded and loaded again while devices are renamed and come and
# go, next hops too, packets pass, and others read and change what it has, and
# use its action: nothing of it is used afterwards.
#
#   d1 -- d0 m          packets
#   v0 -- v1            devices that come and go, sources of sessions
#          m u0 -- e0 c next hops that do

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=churn.sh
. "$here/churn.sh"

seconds=$(amount 3 60)
header=$here/../../include/uapi/linux/tmirror.h
ko=$TMIRROR_KO_DIR/tmirror.ko
loaded() { grep -q '^tmirror ' /proc/modules; }
# whatever happens here, the tests that follow want it
trap 'cleanup; loaded || insmod "$ko"' EXIT

netns m c
must ip -batch - <<END
link add u0 netns m mtu 1700 type veth peer name e0 netns c \
	address 02:00:c0:00:02:09 mtu 1700
link add d0 netns m type veth peer name d1 netns m
link add v0 netns m index 100 type veth peer name v1 netns m index 101
END
must ip -n c -batch - <<END
address add 192.0.2.9/24 dev e0
link set e0 up
END
must ip -n m -batch - <<END
address add 192.0.2.1/24 dev u0
link set u0 up
link set d0 up
link set d1 up
END
m sysctl -qw net.ipv4.neigh.u0.retrans_time_ms=100

cat >"$tmp/devices" <<END
link set v0 name w0
link set w0 name v0
link set v0 up
link set v0 down
link set v0 name w0
link del v1
link add v0 index 100 type veth peer name v1 index 101
END
cat >"$tmp/underlay" <<END
neighbour replace 192.0.2.9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
neighbour del 192.0.2.9 dev u0
neighbour flush dev u0
END
cat >"$tmp/tc" <<END
qdisc replace dev d1 clsact
filter add dev d1 egress pref 1 matchall action tmirror
filter del dev d1 egress pref 1
actions add action tmirror continue index 7
actions replace action tmirror session many1 index 7
actions del action tmirror index 7
END

# What goes with the module is freed by it, later.
for many in $(seq "$(amount 60 300)"); do
	echo "target add many$many remote 192.0.2.9"
	echo "session add many$many number 1 target many$many"
done >"$tmp/many"

rmmod tmirror
busy reads visit m nice "$python" "$here/watch.py" "$header" "$tmp/enough" visit
busy sends frames m nice "$python" "$here/flood.py" "$tmp/enough" frames d1
have_begun "${!busy[@]}"
generate m d1 <<END
pkt_size 200
dst_mac $(m ip -j link show d0 | jq -r '.[0].address')
END
busy devices devices batches "$tmp/devices" ip -n m -force -batch -
busy uses tc batches "$tmp/tc" tc -n m -force -batch -
busy routes underlay batches "$tmp/underlay" ip -n m -force -batch -

# unload: whoever reads holds the module for a moment
busy_rounds=0
unload() { rmmod tmirror 2>/dev/null || { busy_rounds=$((busy_rounds + 1)); false; }; }

rounds=0 changes=0 end=$((SECONDS + seconds))
while [ $SECONDS -lt $end ]; do
	insmod "$ko" || break
	config m <<-END
		target add there remote 192.0.2.9
		target add nowhere remote 192.0.2.77
		session add a number 1 source d0 target there continue on
		session add b number 2 source d0 target nowhere
		session add c number 3 source d1 target there
	END
	must m tmconf -b "$tmp/many"
	# Sessions on devices that come and go, until there are none to change.
	rm -f "$tmp/changes"
	nsenter --net=/run/netns/m "$python" "$here/churn.py" "$header" 60 $rounds 100 101 \
		>"$tmp/changes" &
	changer=$!
	children+=("$changer")
	wait_for test -s "$tmp/changes"
	config m <<-END
		session del a
		session del b
		session del c
	END
	wait_for unload || break
	kill "$changer"
	wait "$changer" || break
	read -r good _ < <(tail -n 1 "$tmp/changes")
	changes=$((changes + good + $(wc -l <"$tmp/many")))
	rounds=$((rounds + 1))
done
check "it came and went, to the end" [ $rounds -gt 0 -a $SECONDS -ge $end ]
check_not "it is gone" loaded
touch "$tmp/enough"
generate_no_more m
did $rounds "times the module came and went"
did $changes "configuration changes"
echo "# $busy_rounds times somebody held it"
did_all devices "changes of devices without a module"
did_all uses "uses of the action"
did_all routes "changes of next hops and routes"
did_all reads "objects read while they change"
did_all sends "packets sent while sessions change"

must insmod "$ko"
config m <<END
target add there remote 192.0.2.9
session add a number 1 source d0 target there
END
must ip -n m neighbour replace 192.0.2.9 dev u0 nud permanent \
	lladdr 02:00:c0:00:02:09
capture copies c e0 udp port 4789
frames m send d1 udp >/dev/null
check "a packet is mirrored and arrives" wait_for captured_is copies 1
capture_stop copies

finish
