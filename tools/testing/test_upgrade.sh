#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A newer module takes the place of one that mirrors: the configuration is
# carried over, production does not notice, and how long nothing is mirrored
# is measured. By hand, as the manual page of tmconf says under UPGRADE, and by
# what the service does when it is restarted.
#
#   h1 e0 -- p1 m p2 -- e0 h2
#               u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ "$TMIRROR_KERNEL" != 6.1 ] || skip "tells nothing that 6.12 does not"

ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}/tmirror.ko
trap 'cleanup; umount "$place"; rmmod tmirror; insmod "$ko"' EXIT

place=/lib/modules/$(uname -r)

# install VERSION: the module of that version, where modprobe finds it
install() {
	local dir=/run/modules$place

	mkdir -p "$dir"
	objcopy --dump-section .modinfo="$tmp/modinfo" "$ko"
	printf 'version=%s\0' "$1" >>"$tmp/modinfo"
	objcopy --update-section .modinfo="$tmp/modinfo" "$ko" "$dir/tmirror.ko"
	depmod --basedir /run/modules "$(uname -r)" 2>/dev/null
}

# What has no module yet is not to need one.
topology
must m tc qdisc add dev p2 clsact
must m tc filter add dev p2 ingress matchall action continue
install 1
must mount --bind "/run/modules$place" "$place"
must rmmod tmirror
must modprobe tmirror

config m <<END
limits set sessions 77 memory 4000000
target add t remote 192.0.2.9 dev u0 mark 9
target add six remote fd03::9
filter add f description "a b"
rule add f number 5 direction ingress action accept proto udp dport 7777
rule add f number 6 direction ingress action reject
rule add f number 7 direction egress action accept src fd00::/8
session add s number 1 source p1 target t filter f vni 1 continue on description "of p1"
session add s2 number 2 source p1 target six length 100
session add other number 1 source p2 target t vni 5/6 payload 10 repair on
session add free number 1 target t
END
m tmconf save >"$tmp/before.json"

version() { cat /sys/module/tmirror/version; }
# streaming SINCE: so many and some more have been mirrored
streaming() { [ "$(counter m s .mirrored.packets)" -gt $(($1 + 20)) ]; }

# upgrade VERSION HOW COMMAND...: COMMAND... does it
upgrade() {
	local version=$1 how=$2 before sender receiver missing

	shift 2
	before=$(counter m s .mirrored.packets)
	install "$version"
	rm -f "$tmp/stop" "$tmp/ready"
	h2 "$python" "$here/stream.py" receive "$tmp/ready" >"$tmp/received" &
	receiver=$!
	wait_for test -e "$tmp/ready"
	capture copies c e0 udp port 4789
	h1 "$python" "$here/stream.py" send 10.2.0.2 "$tmp/stop" >"$tmp/sent" &
	sender=$!
	children+=("$sender" "$receiver")
	wait_for streaming "$before"
	check "$how" "$@"
	# It counts from nothing again.
	wait_for streaming 0
	: >"$tmp/stop"
	wait "$sender" "$receiver"
	capture_stop copies

	is "the module is the new one" "$version" "$(version)"
	m tmconf save >"$tmp/after.json"
	check "the configuration is the same" diff "$tmp/before.json" "$tmp/after.json"
	is "all is attached again" '["other","s","s2"]' "$(m tmconf -j session show |
		jq -c '[.[] | select(.attached == {ingress: true, egress: true}) | .name] | sort')"
	is "none of $(<"$tmp/sent") packets was lost" "$(<"$tmp/sent")" "$(<"$tmp/received")"
	missing=$($python "$here/stream.py" gap "$tmp/copies.pcap" 1)
	check "how long it was without mirroring is known" \
		grep -Eqx '[0-9]+ [0-9]+' <<<"$missing"
	echo "# $how: without mirroring for ${missing#* } ms, ${missing% *} packets"
}

by_hand() {
	m tmconf save >"$tmp/saved.json" &&
		m tmconf flush && modprobe -r --wait 5000 tmirror && modprobe tmirror &&
		m tmconf apply "$tmp/saved.json"
}
upgrade 2 "save, flush, modprobe -r, modprobe, apply" by_hand

# The commands of the service; those with a hyphen in front may fail.
service() {
	local line

	sed -n "s|@SBINDIR@/||; s|/etc/tmirror.json|$tmp/before.json|; s/^$1=//p" \
		"$here/../systemd/tmirror.service" >"$tmp/lines"
	while read -r line; do
		# shellcheck disable=SC2086 # words
		m ${line#-} || [ "${line#-}" != "$line" ] || return
	done <"$tmp/lines"
}
restart() { service ExecStop && service ExecStart; }
upgrade 3 "the service restarted" restart

# --- where it cannot be ------------------------------------------------------

# What the user has attached by hand is the user's to detach.
must m tc filter add dev p2 ingress pref 50000 matchall action tmirror session free
refused "flush says what holds it" 1 "a tc action names a session" m tmconf flush
m tmconf save >"$tmp/after.json"
check "and nothing is lost by trying" diff "$tmp/before.json" "$tmp/after.json"
check_not "nor is the module removed" modprobe -r tmirror
must m tc filter del dev p2 ingress pref 50000
check "with that filter gone it can be, a little later" wait_for by_hand

finish
