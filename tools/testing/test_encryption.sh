#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where encryption is left to what is below the hook, and where what was decrypted
# passes it once more, what passes is in the clear, and not what is on the wire:
# no copy of it goes to anybody.
#
#   h1 e0 == IPsec == p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "${TMIRROR_KERNEL-}" != uml ] || skip "its kernel has no offload of ESP"

secret=6e6f74666f72746865636f6c6c6563746f72 # "notforthecollector"
topology
config m <<END
target add t remote 192.0.2.9
filter add in-out
rule add in-out number 1 direction egress action accept proto 50
rule add in-out number 2 direction egress action accept proto udp
rule add in-out number 1 direction ingress action accept proto 50
rule add in-out number 2 direction ingress action accept proto udp
session add s number 1 source p1 target t filter in-out vni 1
END

# What m sends to h1 is encrypted end to end; what h1 sends to m is in a tunnel.
states() {
	local ns
	for ns in m h1; do
		must ip -n "$ns" xfrm state add src 10.1.0.254 dst 10.1.0.1 proto esp spi 0x100 \
			mode transport aead 'rfc4106(gcm(aes))' \
			0x000102030405060708090a0b0c0d0e0f10111213 128
		must ip -n "$ns" xfrm state add src 10.1.0.1 dst 10.1.0.254 proto esp spi 0x101 \
			mode tunnel aead 'rfc4106(gcm(aes))' \
			0x000102030405060708090a0b0c0d0e0f10111214 128
	done
}
policies() {
	must ip -n m xfrm policy add dir out src 10.1.0.254 dst 10.1.0.1 proto udp \
		tmpl src 10.1.0.254 dst 10.1.0.1 proto esp mode transport
	must ip -n h1 xfrm policy add dir out src 10.1.0.1 dst 10.1.0.254 proto udp \
		tmpl src 10.1.0.1 dst 10.1.0.254 proto esp mode tunnel
	must ip -n m xfrm policy add dir in src 10.1.0.1 dst 10.1.0.254 proto udp \
		tmpl src 10.1.0.1 dst 10.1.0.254 proto esp mode tunnel
}
# send_secret FROM TO: three datagrams
send_secret() {
	"$1" bash -c "for i in 1 2 3; do echo notforthecollector >/dev/udp/$2/9; done"
}
has_secret() { tshark -r "$tmp/$1.pcap" -x 2>/dev/null | cut -c 7-53 | tr -d ' \n' | grep -q "$secret"; }
plain() { counter_is m s .dropped.no_memory "$1"; }

h1_mac=$(ip -n h1 -j link show dev e0 | jq -r '.[0].address')
must ip -n m neighbour replace 10.1.0.1 dev p1 nud permanent lladdr "$h1_mac"
modprobe -r esp4_offload 2>/dev/null

capture copies c e0 udp port 4789
send_secret m 10.1.0.1
wait_for captured_is copies 3
capture_stop copies
check "in the clear on the wire: copies have it" has_secret copies

states
policies
capture wire h1 e0 esp
capture copies c e0 udp port 4789
send_secret m 10.1.0.1
send_secret h1 10.1.0.254
check "encrypted above the hook: what was decrypted is no copy" wait_for plain 3
wait_for captured_is wire 6
wait_for captured_is copies 6
capture_stop wire copies
check_not "the wire has ciphertext" has_secret wire
check "and the copies are what was on the wire" \
	compare --copies "$tmp/copies.pcap" --vni 1 "$tmp/wire.pcap"

# States made from now on leave encryption to what comes behind the hook, and
# decryption to what is before it, if the device merges what it receives.
must ip -n m xfrm state flush
must ip -n h1 xfrm state flush
must modprobe esp4_offload
must m ethtool -K p1 gro on >/dev/null
states
capture wire h1 e0 esp
capture copies c e0 udp port 4789
send_secret m 10.1.0.1
check "encrypted below the hook: no copy" wait_for plain 6
send_secret h1 10.1.0.254
check "decrypted before the hook: no copy" wait_for plain 9
wait_for captured_is wire 6
check_not "the wire has ciphertext" has_secret wire
is "nothing but that is lost" 9 "$(counter m s '.dropped | add')"
# What comes last would come behind what is not to come.
must ip -n m xfrm policy flush
m bash -c 'echo last >/dev/udp/10.1.0.1/9'
wait_for captured_is copies 1
capture_stop wire copies
check_not "no copy has it" has_secret copies

# The underlay's own IPsec has asked for a key, and drops what comes before it.
background ip -n m xfrm monitor acquire >/dev/null
# shellcheck disable=SC2016 # awk's
listens() { m awk '$2 == 6 && $4 !~ /^0*$/ { found = 1 } END { exit !found }' /proc/net/netlink; }
wait_for listens
must ip -n m xfrm policy add dir out src 192.0.2.1 dst 192.0.2.9 proto udp \
	tmpl src 192.0.2.1 dst 192.0.2.9 proto esp mode transport
mirrored=$(counter m s .mirrored.packets)
m bash -c 'echo keyless >/dev/udp/10.1.0.1/9'
check "no key for the underlay yet: no_route" \
	wait_for counter_is m s .dropped.no_route 1
is "and not mirrored" "$mirrored" "$(counter m s .mirrored.packets)"

must ip -n m xfrm policy flush
must ip -n m xfrm state flush
must ip -n h1 xfrm state flush
wait_for modprobe -r esp4_offload
finish
