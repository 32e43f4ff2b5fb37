#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory that is not there, and other things that fail: each allocation of each
# command fails once, and so does each call that fault injection cannot reach.
# What fails is said, leaves everything as it was, and can be tried again. For
# want of memory copies are lost, and counted, but not the packets.
#
#   h1 e0 -- p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

case ${TMIRROR_KERNEL-} in
uml | kasan) ;;
*) skip "this kernel has no fault injection" ;;
esac
ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}
header=$here/../../include/uapi/linux/tmirror.h
loaded() { grep -q "^$1 " /proc/modules; }

# symbol NAME: the address of a symbol of the kernel, and where the next one is
symbol() {
	awk -v name="$1" 'found {print "0x" $1; exit}
		$3 == name {print "0x" $1; found = 1}' /proc/kallsyms
}

# set_failing FILE VALUE: of allocations of both kinds
set_failing() { echo "$2" | tee /sys/kernel/debug/fail{slab,_page_alloc}/"$1" >/dev/null; }

# Allocations with a module among their callers: all that is above the kernel's
# own text. Those that could sleep as well, and pages like anything else; but
# not what the kernel needs to debug itself, which it complains of.
faults_begin() {
	local start debug

	mapfile -t start < <(symbol _etext)
	mapfile -t debug < <(symbol ref_tracker_alloc)
	set_failing reject-start "${debug[0]}"
	set_failing reject-end "${debug[1]}"
	set_failing require-start "${start[0]}"
	set_failing ignore-gfp-wait N
	set_failing verbose 0
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}
faults_end() {
	set_failing reject-start 0
	set_failing reject-end 0
	set_failing require-start 0
	set_failing ignore-gfp-wait Y
}

# faults PROGRAM COMMAND [ARGUMENT]...: see faults.py and faults_packets.py
faults() {
	local program=$1 command=$2
	shift 2
	$python "$here/$program.py" "$command" "$header" "$@" \
		>"$tmp/verdicts" 2>"$tmp/trace" ||
		not_ok "$program.py $command $* came to an end" "$tmp/trace"
	sed -n '/^# failed /p' "$tmp/verdicts" >>"$tmp/failed"
	grep '^# did ' "$tmp/verdicts"
	sed -i '/^# /d' "$tmp/verdicts"
	verdicts "$tmp/verdicts"
}

# The tests that follow want all as it was, whatever happens here.
modprobe=$(cat /proc/sys/kernel/modprobe)
realtime=$(cat /proc/sys/kernel/sched_rt_runtime_us)
leave() {
	faults_end
	echo "$modprobe" >/proc/sys/kernel/modprobe
	echo "$realtime" >/proc/sys/kernel/sched_rt_runtime_us
	cleanup
	! loaded tmirror_faults || rmmod tmirror_faults
	loaded tmirror || insmod "$ko/tmirror.ko"
}
trap leave EXIT

# Who asks for what is not there is not to wait for a program that looks.
echo >/proc/sys/kernel/modprobe
# Who is not to be interrupted may take all the time.
echo -1 >/proc/sys/kernel/sched_rt_runtime_us

netns other
faults_begin
# What is made for each CPU can fail for another than the first, which uml has not.
if [ "$TMIRROR_KERNEL" = kasan ]; then
	faults faults commands memory 1 0 80 "the first target of a namespace"
	must rmmod tmirror
	must insmod "$ko/tmirror_faults.ko"
	faults faults commands calls 1 0 80 "the first target of a namespace"
	check "each CPU's socket has failed" [ "$(grep -c ' sock_create_kern$' "$tmp/failed")" \
		-ge "$(nproc)" ]
	finish
fi
# In short some of it fails, and tomorrow something else.
step=$(amount 29 1) rules=$(amount 80 300) turn=${TMIRROR_TURN-$(($(date +%s) / 86400))}
[ "$step" = 1 ] || echo "# each $step-th fault, a quarter of the commands: TMIRROR_TURN=$turn"
faults faults commands memory "$step" "$turn" "$rules"
[ "$step" != 1 ] || faults faults commands memory 50 0 2000 "other rules"
must rmmod tmirror
faults faults load memory "$step" "$turn" "$ko/tmirror.ko" "$ko/tmirror.ko"
faults_end
must insmod "$ko/tmirror_faults.ko"
faults faults commands calls "$step" $((turn + 2)) "$rules"
must rmmod tmirror_faults
faults faults load calls "$(amount 7 1)" "$turn" "$ko/tmirror_faults.ko" "$ko/tmirror.ko"
[ "$step" != 1 ] || is "each function has failed that can" \
	"$(sed -n 's/^WRAPPER([^,]*, \([a-z_]*\),.*/\1/p' "$here/faults/faults.c" | sort)" \
	"$(sed 's/^# failed //' "$tmp/failed" | sort -u)"
must insmod "$ko/tmirror.ko"

topology
topology6
must m tc qdisc add dev p1 clsact
must m tc filter add dev p1 egress matchall action tmirror
faults_begin
faults faults_packets send "$step" "$turn"

finish
