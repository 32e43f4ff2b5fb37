#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where encryption is left to what is below the hook, what passes it is in the
# clear, and not what will be on the wire: no copy of it goes to anybody.
#
#   h1 e0 == IPsec == p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "${TMIRROR_KERNEL-}" != uml ] || skip "its kernel has no offload of ESP"

secret=6e6f74666f72746865636f6c6c6563746f72 # "notforthecollector"
topology
config m <<END
target add t remote 192.0.2.9
filter add out
rule add out number 1 direction egress action accept proto 50
rule add out number 2 direction egress action accept proto udp
session add s number 1 source p1 target t filter out vni 1
END

# sa NS...: what m sends to h1 is encrypted
sa() {
	local ns
	for ns; do
		must ip -n "$ns" xfrm state add src 10.1.0.254 dst 10.1.0.1 proto esp spi 0x100 \
			mode transport aead 'rfc4106(gcm(aes))' \
			0x000102030405060708090a0b0c0d0e0f10111213 128
	done
}
policy() {
	must ip -n m xfrm policy add dir out src 10.1.0.254 dst 10.1.0.1 proto udp \
		tmpl src 10.1.0.254 dst 10.1.0.1 proto esp mode transport
}
# send_secret CAPTURE: three datagrams, which are on the wire then
send_secret() {
	# shellcheck disable=SC2016 # the inner shell expands it
	m bash -c 'for i in 1 2 3; do echo notforthecollector >/dev/udp/10.1.0.1/9; done'
	wait_for captured_is "$1" 3
}
has_secret() { tshark -r "$tmp/$1.pcap" -x 2>/dev/null | cut -c 7-53 | tr -d ' \n' | grep -q "$secret"; }

must ip -n m neighbour replace 10.1.0.1 dev p1 nud permanent \
	lladdr "$(ip -n h1 -j link show dev e0 | jq -r '.[0].address')"
modprobe -r esp4_offload 2>/dev/null
sa m h1
policy
capture wire h1 e0 esp
capture copies c e0 udp port 4789
send_secret wire
wait_for captured_is copies 3
capture_stop wire copies
check_not "encrypted above the hook: the wire has ciphertext" has_secret wire
check "and the copies are what was on the wire" \
	compare --copies "$tmp/copies.pcap" --vni 1 "$tmp/wire.pcap"

# States made from now on leave encryption to what comes behind the hook.
must ip -n m xfrm state flush
must ip -n h1 xfrm state flush
must modprobe esp4_offload
sa m h1
capture wire h1 e0 esp
capture copies c e0 udp port 4789
before=$(counter m s .matched.packets)
send_secret wire
wait_for counter_is m s .matched.packets $((before + 3))
check_not "encrypted below the hook: the wire has ciphertext" has_secret wire
is "and nothing is sent in the clear" 3 "$(counter m s .dropped.no_memory)"
# What comes last would come behind what is not to come.
must ip -n m xfrm policy flush
m bash -c 'echo last >/dev/udp/10.1.0.1/9'
wait_for captured_is copies 1
capture_stop wire copies
check_not "no copy has it" has_secret copies

finish
