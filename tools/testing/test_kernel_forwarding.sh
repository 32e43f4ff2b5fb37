#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own tests of mirroring into a tunnel, while the underlay below it
# changes: net/forwarding/mirror_gre*.sh, as they are. They mirror by mirred
# to a GRE tunnel; here, the ip and tc that they call make of
#
#   a tunnel's end at the switch      a target
#   the other end, at H3              a vxlan device, which decapsulates
#   a filter with mirred to a tunnel  one with tmirror and a session
#   a change of the tunnel            a change of the target or the session
#
# Each script has a namespace of its own; so all of them run at once, and wait
# together.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

amount=$(amount some all)
enough_on 6.1
not_on "too slow" kasan kcsan
tools=$("$here/kernel-tools") || skip "no package linux-source-6.12"
cd "$tools/tools/testing/selftests/net/forwarding" || exit 1

# --- what the scripts call ---------------------------------------------------

# sessions TARGET: their names, which are DEV-DIRECTION
sessions() {
	tmconf -j session show | jq -r ".[] | select(.target == \"$1\") | .name"
}

# tunnel NAME type TYPE local ADDRESS remote ADDRESS [ttl N] [tos inherit]
#        [dev DEV] [allow-localremote]
# Its two ends differ by their names alone.
tunnel() {
	local vni=4 route=() dev="$* "

	[[ $5 != *:* ]] || vni=6
	if [[ $1 == h3-* || $1 == *-dst ]]; then
		command ip link add name "$1" type vxlan id $vni dstport 4789 \
			local "$5" remote "$7" nolearning
		return
	fi
	# Of a tunnel's device, what counts is the VRF in which it is.
	if [[ $dev == *' dev '* ]]; then
		dev=${dev#* dev }
		route=(dev "$(command ip -j link show dev "${dev%% *}" |
			jq -r '.[0].master')")
	fi
	# It has addresses and a state, as the tunnel's device had.
	command ip link add name "$1" type dummy
	tmconf target add "$1" local "$5" remote "$7" ttl 100 "${route[@]}"
}

# tunnel_state NAME up|down
tunnel_state() {
	local enabled=on session

	[ "$2" = up ] || enabled=off
	for session in $(sessions "$1"); do
		tmconf session set "$session" enabled $enabled
	done
	command ip link set dev "$1" "$2"
}

# tunnel_del NAME: what mirrors to it ends, but by the hand of whoever made it;
# until then it cannot be deleted.
tunnel_del() {
	local session

	for session in $(sessions "$1"); do
		! tmconf target del "$1" 2>/dev/null ||
			check_err 1 "A target in use was deleted"
		command tc filter del dev "${session%-*}" "${session#*-}" pref 1000
		tmconf session del "$session"
	done
	tmconf target del "$1"
	command ip link del dev "$1"
}

ip() {
	case "$*" in
	'link add name '*' type '*gretap' local '*)
		tunnel "${@:4}" ;;
	'link set dev gt'[46]' type '*)
		tmconf target set "$4" "${@:7}" ;;
	'link set dev gt'[46]' up' | 'link set dev gt'[46]' down')
		tunnel_state "$4" "$5" ;;
	'link del dev gt'[46])
		tunnel_del "$4" ;;
	*)
		command ip "$@" ;;
	esac
}

tc() {
	local name=${4-}-${5-} to=${!#} enabled=off

	case "$*" in
	'filter add dev '*' pref 1000 '*' action mirred egress mirror dev gt'[46])
		[ -z "$(command ip link show dev "$to" up)" ] || enabled=on
		tmconf session add "$name" number 1 target "$to" \
			vni "${to#gt}" enabled $enabled &&
			command tc "${@:1:$#-5}" tmirror session "$name" ;;
	'filter del dev '*' pref 1000')
		command tc "$@" && tmconf session del "$name" ;;
	*)
		command tc "$@" ;;
	esac
}

mz() { command mausezahn "${@/100msec/10msec}"; }

# What needs to be a file: a team, by the bond that the kernels here all have.
cat >"$tmp/teamd" <<'END'
#!/bin/bash
# teamd -t NAME -d -c '{"runner": {"name": "MODE"}}' | -t NAME -k
case $* in
*' -k') exec ip link del dev "$2" ;;
*lacp*) mode=(802.3ad lacp_rate fast) ;;
*) mode=(balance-xor) ;;
esac
exec ip link add name "$2" type bond miimon 50 mode "${mode[@]}"
END
chmod +x "$tmp/teamd"

export -f sessions tunnel tunnel_state tunnel_del ip tc mz
export MZ=mz REQUIRE_MZ=no TEAMD=$tmp/teamd PING6=ping WAIT_TIME=2

# --- the scripts -------------------------------------------------------------

# SCRIPT[:TEST...]: some of its tests, or all
scripts=(mirror_gre_nh:test_gretap)
[ "$amount" = some ] || scripts=(mirror_gre mirror_gre_bound
	mirror_gre_bridge_1d mirror_gre_bridge_1d_vlan mirror_gre_bridge_1q
	mirror_gre_bridge_1q_lag mirror_gre_changes mirror_gre_flower
	mirror_gre_lag_lacp mirror_gre_neigh mirror_gre_nh mirror_gre_vlan
	mirror_gre_vlan_bridge_1q)
[ $# = 0 ] || scripts=("$@")

# begin SCRIPT[:TEST...]
declare -A pids
begin() {
	local ns=${1%%:*} tests=${1#*:}

	[ "$tests" != "$1" ] || tests=
	must command ip netns add "$ns"
	nsenter --net="/run/netns/$ns" sysctl -qw \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv4.udp_l3mdev_accept=1
	must command ip -n "$ns" link set lo up
	TESTS=$tests background \
		command ip netns exec "$ns" "./$ns.sh" >"$tmp/$ns" 2>&1
	pids[$ns]=$last
}

# end SCRIPT[:TEST...]: a line of it is
# "TEST: what it is   [ OK ]", with lines that say why not
end() {
	local script=${1%%:*} status=0

	wait "${pids[$script]}" || status=$?
	sed -En -e "s/^TEST: (.*[^ ]) +\[ OK \].*/ok $script: \1/p; t" \
		-e '/ \[RETRY\]$/d' \
		-e "s/^TEST: (.*[^ ]) +\[.*/bad $script: \1/p; t" \
		-e 's/^/   /p' "$tmp/$script" >"$tmp/verdicts"
	verdicts "$tmp/verdicts"
	is "$script came to an end" 0 "$status"
	tests=$((tests + $(grep -c '^ok ' "$tmp/verdicts")))
}

tests=0
for script in "${scripts[@]}"; do begin "$script"; done
for script in "${scripts[@]}"; do end "$script"; done
did $tests "of the kernel's tests of mirroring into a tunnel"

finish
