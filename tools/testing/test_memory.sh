#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Copies that are held take no more memory than the limit says, be they one of
# many: those around them are gone soon, and their memory is to be, too.
#
#   h1 e0 -- p1 m u0 -- e0 c
#               m u1 -- e1 c, which sends next to nothing

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.12

topology
must ip link add u1 netns m mtu 1700 type veth peer name e1 netns c mtu 1700
must ip -n c link set e1 up
must ip -n m -batch - <<END
	address add 192.0.3.1/24 dev u1
	link set u1 up
	neighbour replace 192.0.3.9 dev u1 nud permanent lladdr 02:00:c0:00:03:09
END
slow=(tbf rate 8bit burst 2000 limit 200m)
must m tc qdisc add dev u1 root "${slow[@]}"

limit=4194304
config m <<END
limits set memory $limit
target add t remote 192.0.2.9
target add slow remote 192.0.3.9
filter add every
rule add every number 1 direction ingress action accept proto udp
filter add some
rule add some number 1 direction ingress action accept proto udp dport 9
session add every number 1 source p1 target t filter every vni 1 continue on
session add some number 2 source p1 target slow filter some vni 2
END

# send TIMES: many of one port, one of the other, that many times
send() {
	must h1 "$python" - "$1" <<-END
		import socket
		import sys

		udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for _ in range(int(sys.argv[1])):
		    for _ in range(9):
		        udp.sendto(bytes(1000), ("10.2.0.2", 10))
		    udp.sendto(bytes(20), ("10.2.0.2", 9))
	END
}
dropped() { counter m "$1" ".dropped.$2"; }
in_flight() { m tmconf -s -j limits show | jq '.[0].stats.used.memory'; }
free() { awk '/^MemFree/ {print $2 * 1024}' /proc/meminfo; }

# What only needs to be there once is there.
send 20
before=$(free)
send 5500
used=$(in_flight)
after=$(free)
check "copies are held up to the limit: $used" \
	test "$used" -gt $((limit * 9 / 10)) -a "$used" -le $limit
check "others were lost by it" test "$(dropped some backlog)" -gt 0
# Where KASAN watches, what is free is not given back at once.
if [ -e /proc/kallsyms ] && grep -qw kasan_init /proc/kallsyms; then
	echo "# SKIP memory: this kernel keeps what is free"
else
	check "they take no more memory: $((before - after))" \
		test $((before - after)) -lt $((3 * limit))
fi

# Each CPU can have it all, whoever had it before.
nothing_in_flight() { [ "$(in_flight)" = 0 ]; }
for cpu in $(seq 0 $(($(nproc) - 1))); do
	must m tc qdisc del dev u1 root
	wait_for nothing_in_flight
	must m tc qdisc add dev u1 root "${slow[@]}"
	must taskset -p -c "$cpu" $$ >/dev/null
	send 5500
	used=$(in_flight)
	check "CPU $cpu holds copies up to the limit: $used" \
		test "$used" -gt $((limit * 9 / 10)) -a "$used" -le $limit
done
# What is in flight counts whatever limit is set meanwhile, and for all CPUs.
for cpu in $(seq 0 $(($(nproc) - 1))); do
	must m tmconf limits set sessions 16384
	must m tmconf limits set memory $limit
	must taskset -p -c "$cpu" $$ >/dev/null
	send 5500
done
used=$(in_flight)
check "no more are held when limits are set: $used" test "$used" -le $limit
# A lower limit holds at once.
send_ten() {
	local matched
	matched=$(counter m some .matched.packets)
	send 10
	wait_for counter_is m some .matched.packets $((matched + 10))
}
must m tmconf limits set memory 100000
before=$(counter m some .mirrored.packets)
send_ten
is "none is sent beyond a limit that is lower now" "$before" \
	"$(counter m some .mirrored.packets)"
must m tc qdisc del dev u1 root
wait_for nothing_in_flight
send_ten
is "until others are gone" $((before + 10)) \
	"$(counter m some .mirrored.packets)"

finish
