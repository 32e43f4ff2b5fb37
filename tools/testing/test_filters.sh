#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which packets: rules and their order, sessions and their order. Every case is
# a filter and a session of its own on the same source, all shown the same
# frames; frames.py says what is in them.
#
#   h1 e0 -- p1 m u0 -- e0 c

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

topology
mapfile -t all < <(frames h1 list)

# but NAME...: every frame except those
but() {
	printf '%s\n' "${all[@]}" | grep -vxF -f <(printf '%s\n' "$@")
}

# Not IP, or not enough of it: too short, another version, a bad length.
not_ip=(arp-request arp-reply vlan-arp five-tags mpls lldp stp unknown
	header-alone one-byte ip4-cut-header ip4-bad-version ip4-bad-ihl
	ip6-cut-header)
tcp4=(tcp tcp-syn tcp-full ip4-options vlan-full qinq qinq-8100)
tcp6=(tcp6 tcp6-full ip6-many-headers vlan-tcp6)
udp4=(udp udp-empty udp-full udp-no-csum ip4-bad-csum udp-bad-csum ip4-padded
	ip4-longer-than-frame vlan vlan-priority four-tags)
udp6=(udp6 ip6-hop-by-hop)
fragments=(ip4-middle-fragment ip4-last-fragment ip6-last-fragment)
first=(ip4-first-fragment ip6-first-fragment)
frames6=("${tcp6[@]}" "${udp6[@]}" icmp6 ip6-first-fragment ip6-last-fragment
	ip6-no-next)
mapfile -t ip4 < <(but "${not_ip[@]}" "${frames6[@]}")

declare -A expected desc
cases=0
config=()

# rules DESC NAME... -- RULE...: a case; a rule is the words after its number.
# The direction is ingress where the rule names none.
rules() {
	local number=0 rule

	cases=$((cases + 1))
	desc[$cases]=$1
	shift
	expected[$cases]=
	while [ "$1" != -- ]; do
		expected[$cases]+=${expected[$cases]:+,}$1
		shift
	done
	shift
	config+=("filter add f$cases")
	for rule; do
		number=$((number + 10))
		[[ $rule == *direction* ]] || rule="direction ingress $rule"
		config+=("rule add f$cases number $number $rule")
	done
	config+=("session add s$cases number $cases source p1 target t filter f$cases vni $cases continue on")
}

rules "no rule, nothing" --
rules "a rule of nothing matches any frame" "${all[@]}" -- "action accept"
rules "a rule of the other direction does not" -- "direction egress action accept"
rules "proto tcp" "${tcp4[@]}" "${tcp6[@]}" tcp-cut-header -- \
	"action accept proto tcp"
rules "proto udp, with every fragment" "${udp4[@]}" "${udp6[@]}" \
	vxlan-other-port "${fragments[@]}" "${first[@]}" -- \
	"action accept proto udp"
rules "proto 1" icmp -- "action accept proto 1"
rules "proto 58" icmp6 -- "action accept proto 58"
rules "proto sctp" sctp -- "action accept proto sctp"
rules "proto gre by number" gre -- "action accept proto 47"
rules "proto 59 is no extension" ip6-no-next -- "action accept proto 59"
rules "an extension header is not the protocol" -- "action accept proto 0"
rules "dport 80" "${tcp4[@]}" "${tcp6[@]}" -- "action accept dport 80"
rules "dport 53 of any protocol, not of later fragments" "${udp4[@]}" \
	"${udp6[@]}" udplite "${first[@]}" -- "action accept dport 53"
rules "proto udp dport 53" "${udp4[@]}" "${udp6[@]}" "${first[@]}" -- \
	"action accept proto udp dport 53"
rules "a range's ends belong to it" "${udp4[@]}" "${udp6[@]}" udplite \
	"${first[@]}" "${tcp4[@]}" "${tcp6[@]}" -- "action accept dport 53-80"
rules "next to a range does not" -- "action accept dport 54-79" \
	"action accept dport 0-52" "action accept sport 40001-65535"
rules "sport and dport" sctp -- "action accept sport 40000 dport 3868"
rules "ports of dccp" dccp -- "action accept proto dccp dport 5000-5002"
rules "src /32" "${ip4[@]}" -- "action accept src 10.9.0.1/32"
rules "src as dst" -- "action accept dst 10.9.0.1/32"
rules "src /31 and dst /8" "${ip4[@]}" -- \
	"action accept src 10.9.0.0/31 dst 10.0.0.0/8"
rules "0.0.0.0/0 is IPv4 alone" "${ip4[@]}" -- "action accept src 0.0.0.0/0"
rules "::/0 is IPv6 alone" "${frames6[@]}" -- "action accept dst ::/0"
rules "src /127" "${frames6[@]}" -- "action accept src fd09::/127"
rules "dst /128" "${frames6[@]}" -- "action accept dst fd09::2/128"
rules "next prefix" -- "action accept src fd09::2/127" "action accept src 10.9.0.2/31"
rules "the first rule that matches decides" "${tcp6[@]}" -- \
	"action reject src 0.0.0.0/0" "action accept proto tcp dport 80" \
	"action reject"
mixed=f$cases
rules "reject before accept" "${not_ip[@]}" -- \
	"action reject src 0.0.0.0/0" "action reject src ::/0" "action accept"
rules "reject after accept" "${all[@]}" -- "action accept" "action reject"
behind=f$cases
rules "address, ports and protocol together" "${tcp4[@]}" -- \
	"action accept proto tcp src 10.9.0.1/32 dst 10.9.0.2/32 sport 40000 dport 80"

config m <<END
target add t remote 192.0.2.9
$(printf '%s\n' "${config[@]}")
END
capture wire h1 e0
capture under c e0 udp port 4789
frames h1 send e0 >/dev/null
settle s2 wire under
capture_stop wire under

for i in $(seq $cases); do
	if [ -n "${expected[$i]}" ]; then
		printf '%s\t%s\n' "${desc[$i]}" "--vni $i frames:${expected[$i]}"
	fi
done >"$tmp/cases"
compare_all --copies "$tmp/under.pcap" <"$tmp/cases"
m tmconf -s -j session show >"$tmp/sessions"
for i in $(seq $cases); do
	[ -n "${expected[$i]}" ] || is "${desc[$i]}" 0 "$(jq --arg name "s$i" \
		'.[] | select(.name == $name) | .stats.matched.packets' \
		"$tmp/sessions")"
done

hits() {
	m tmconf -s -j rule show "$1" |
		jq -c "[.[] | select(.direction == \"ingress\") | .hits]"
}
is "hits count what each rule decided, rejects too" \
	"[${#ip4[@]},${#tcp6[@]},$((${#all[@]} - ${#ip4[@]} - ${#tcp6[@]}))]" \
	"$(hits $mixed)"
is "a rule behind one that takes all has none" "[${#all[@]},0]" "$(hits $behind)"

# --- sessions in their order -------------------------------------------------

config m <<END
flush
target add t remote 192.0.2.9
filter add tcp
rule add tcp number 1 direction ingress action accept proto tcp
filter add not-icmp
rule add not-icmp number 1 direction ingress action reject proto icmp
rule add not-icmp number 2 direction ingress action accept
session add fourth number 400 source p1 target t vni 4
session add first number 1 source p1 target t filter tcp vni 1
session add third number 30 source p1 target t filter not-icmp vni 3 continue on
session add second number 2 source p1 target t vni 2 enabled off
END
send() {
	capture under c e0 udp port 4789
	frames h1 send e0 tcp udp icmp arp-request >/dev/null
	wait_for counter_is m "$1" .matched.packets "$2"
	wait_for captured_is under "$3"
	capture_stop under
}
# got VNI NAME...
got() {
	local vni=$1 names
	shift
	names=$(IFS=, && echo "$*")
	check "session with VNI $vni has: $*" compare --copies \
		"$tmp/under.pcap" --vni "$vni" "frames:$names"
}
send fourth 3 6
got 1 tcp
got 3 udp arp-request
got 4 udp icmp arp-request
is "a disabled session is skipped" 0 "$(counter m second .matched.packets)"

must m tmconf session set second enabled on
send second 3 4
got 1 tcp
got 2 udp icmp arp-request
must m tmconf session set second number 500
must m tmconf session set first number 401
send fourth 7 7
got 4 tcp udp icmp arp-request
got 3 tcp udp arp-request

finish
