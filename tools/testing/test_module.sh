#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading. A tc action of ours holds the module, objects alone do
# not, and nothing is left of it.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.12

ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}/tmirror.ko
loaded() { grep -q '^tmirror ' /proc/modules; }
# whatever happens here, the tests that follow want it
trap 'cleanup; loaded || insmod "$ko"' EXIT

netns m
must ip -n m link add d0 type veth peer name d1
must ip -n m link set d0 up
must ip -n m link set d1 up
config m <<END
target add t remote 192.0.2.9
filter add f
rule add f number 1 direction ingress action accept
session add s number 1 target t filter f
END
counters_add_up m
check "objects alone do not hold the module" rmmod tmirror
check_not "it is gone" loaded
refused "tmconf says what is missing" 1 tmirror m tmconf session show
must insmod "$ko"
is "a new one knows no old objects" "[]" "$(m tmconf -j target show)"

must m tc qdisc add dev d0 clsact
must m tc filter add dev d0 ingress pref 1 matchall action tmirror index 7
check_not "rmmod is refused while a filter has our action" rmmod tmirror
check "it is still there" loaded
must m tc filter del dev d0 ingress pref 1
must m tc actions add action tmirror index 8
check_not "rmmod is refused while our action exists without a filter" rmmod tmirror
# That of the filter may be there a while longer.
wait_for m tc actions flush action tmirror
check "without actions it is not" rmmod tmirror

# a session with a source is an action, too
must insmod "$ko"
must m tmconf target add t remote 192.0.2.9
must m tmconf session add s number 1 source d1 target t
check_not "rmmod is refused while a session is attached" rmmod tmirror
must ip netns del m
wait_for rmmod tmirror
check_not "with the namespace gone it is not" loaded

# --- again and again, with objects and traffic -------------------------------

netns m
must ip -n m link add d0 type veth peer name d1
must ip -n m address add 192.0.2.1/24 dev d1
must ip -n m link set d0 up
must ip -n m link set d1 up
rounds=0
for _ in $(seq 20); do
	insmod "$ko" || break
	config m <<-END
		target add t remote 192.0.2.9
		session add s number 1 source d0 target t
	END
	frames m send d0 udp tcp >/dev/null
	m tmconf session del s || break
	# copies may still wait for a neighbour: they must not need us any more
	rmmod tmirror || break
	rounds=$((rounds + 1))
done
is "loaded and unloaded" 20 $rounds
must insmod "$ko"

finish
