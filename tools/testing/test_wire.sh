#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The central one: what the collector decapsulates equals, packet for packet
# and byte for byte, what a capture on the wire saw. Frames of every kind, both
# directions, whole and cut to many lengths; each frame is sent once, and a
# session for each length has it.
#
#   h1 e0 -- p1 m u0 -- e0 c
#   wire: h1's e0; copies: c's e0, and c's vxlan devices

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

lengths="1 13 14 15 18 33 34 42 54 60 64 66 128 1000 1513 1514 1518 65535"

topology
{
	echo "target add t remote 192.0.2.9"
	echo "filter add in"
	echo "rule add in number 1 direction ingress action accept"
	echo "filter add out"
	echo "rule add out number 1 direction egress action accept"
	echo "session add whole number 1 source p1 target t vni 100000 continue on"
	echo "session add in number 2 source p1 target t filter in vni 100001 continue on"
	echo "session add out number 3 source p1 target t filter out vni 100002 continue on"
	number=10
	for length in $lengths; do
		number=$((number + 1))
		echo "session add l$length number $number source p1 target t" \
			"vni $length length $length continue on"
	done
} | config m

decapsulator 100000
decapsulator 64
capture wire h1 e0
capture sent h1 e0 ether src $sent_from
capture received h1 e0 ether src $back_from
capture under c e0 udp port 4789
capture vxwhole c vx100000
capture vx64 c vx64

frames h1 send e0 >/dev/null
frames m back p1 >/dev/null
settle whole wire under
capture_stop wire sent received under vxwhole vx64

wire=$tmp/wire.pcap
{
	printf '%s\t%s\n' \
		"whole copies are what was on the wire" \
		"--copies $tmp/under.pcap --vni 100000 $wire" \
		"the kernel's vxlan device delivers just that" \
		"--copies $tmp/vxwhole.pcap --vxlan-device $wire" \
		"the kernel's vxlan device delivers the first 64 bytes" \
		"--copies $tmp/vx64.pcap --vxlan-device --length 64 $wire" \
		"ingress alone is what the other end sent" \
		"--copies $tmp/under.pcap --vni 100001 $tmp/sent.pcap" \
		"egress alone is what the other end received" \
		"--copies $tmp/under.pcap --vni 100002 $tmp/received.pcap"
	for length in $lengths; do
		printf '%s\t%s\n' "length $length: the first $length bytes" \
			"--copies $tmp/under.pcap --vni $length --length $length $wire"
	done
} >"$tmp/cases"
compare_all --port 4789 <"$tmp/cases"

# counters, from the captures
counts=$($python - "$wire" "$here" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
import packets
frames = packets.read_pcap(sys.argv[1])
print(len(frames), sum(map(len, frames)), sum(min(len(f), 60) for f in frames),
      sum(len(f) > 60 for f in frames))
END
)
is "packets, bytes, bytes sent and truncated are the wire's" "$counts" \
	"$(counter m l60 '| "\(.matched.packets) \(.matched.bytes) \(.mirrored.bytes) \(.truncated.packets)"')"
is "nothing was truncated that is whole" 0 "$(counter m l65535 .truncated.packets)"

finish
