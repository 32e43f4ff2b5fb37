#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The comparator that the other tests rely on notices what it should, and
# reads what the kernel's own vxlan device sends.
#
#   h1 vx7 -- VXLAN over e0 -- p1 m

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
must ip -n h1 link add vx7 address 02:00:00:00:00:07 mtu 1500 type vxlan id 7 \
	dstport 4789 remote 10.1.0.254 local 10.1.0.1
must ip -n h1 link set e0 mtu 1700
must ip -n m link set p1 mtu 1700
must ip -n h1 link set vx7 up
capture wire h1 vx7
capture copies m p1 udp port 4789
# Kernels differ on whether the vxlan device sends what has no whole header.
frames h1 list | grep -v '^ip.-cut-header$' >"$tmp/names"
mapfile -t names <"$tmp/names"
frames h1 send vx7 "${names[@]}" >/dev/null
capture_stop wire copies
wire=$tmp/wire.pcap

all=(--copies "$tmp/copies.pcap")
check "a datagram of the kernel's vxlan device is decapsulated" \
	compare "${all[@]}" --vni 7 "$wire"
check_not "another VNI's are not" compare "${all[@]}" --vni 8 "$wire"

want "${names[@]}"
check "a capture equals its frames" compare --copies "$tmp/want.pcap" "$wire"
want "${names[@]:1}"
check_not "a missing copy is noticed" compare --copies "$tmp/want.pcap" "$wire"
want "${names[@]}" udp
check_not "a second copy is noticed" compare --copies "$tmp/want.pcap" "$wire"
want "${names[@]:1}" udp
check_not "one copy twice in place of another is noticed" \
	compare --copies "$tmp/want.pcap" "$wire"
want tcp-full tcp
mv "$tmp/want.pcap" "$tmp/two.pcap"
want tcp tcp-full
check "packets out of order are as many" \
	$python "$here/compare.py" --copies "$tmp/want.pcap" "$tmp/two.pcap"
check_not "their order is noticed where it matters" \
	compare --ordered --copies "$tmp/want.pcap" "$tmp/two.pcap"
check_not "a cut is noticed" \
	compare --length 60 --copies "$tmp/want.pcap" "$tmp/two.pcap"
# Offset 24 + 16 is the first frame's start; 80 is in its payload.
cp "$tmp/two.pcap" "$tmp/want.pcap"
printf 'x' | dd of="$tmp/want.pcap" bs=1 seek=120 conv=notrunc status=none
check_not "a changed byte is noticed" \
	compare --copies "$tmp/want.pcap" "$tmp/two.pcap"

finish
