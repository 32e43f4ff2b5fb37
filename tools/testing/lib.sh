# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scenario tests share. A test sources this file, says what it checks
# and ends by `finish`; it runs as root in a guest of tools/testing/vm, with
# the module loaded, tmconf on PATH and TC_LIB_DIR naming our plugin.
#
# Two hosts, the mirror host between them, a collector on an underlay of its
# own:
#
#    h1              m                       h2
#   +----+       +--------+               +----+
#   | e0 +-------+ p1  p2 +---------------+ e0 |
#   +----+       |   u0   |               +----+
#   10.1.0.1     +----+---+               10.2.0.2
#   fd01::1           |                   fd02::2
#        10.1.0.254   | 192.0.2.1   10.2.0.254
#        fd01::fe     | fd03::1     fd02::fe
#                     |
#                  +--+-+ 192.0.2.9, fd03::9
#                  | e0 |
#                  +----+  c, the collector
#
# Each of the four is a network namespace and a function that runs a command
# in it. The wire of the source p1 is what a capture on h1's e0 sees.

set -u -o pipefail
shopt -s inherit_errexit

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tmp=$(mktemp -d)
export LC_ALL=C PYTHONPYCACHEPREFIX=${TMPDIR:-/tmp}/tmirror-pycache

# The comparator and the senders need nothing but the standard library.
python=/usr/bin/python3

passed=0
failed=0
children=()
declare -A capture_pid

h1() { nsenter --net=/run/netns/h1 "$@"; }
h2() { nsenter --net=/run/netns/h2 "$@"; }
m() { nsenter --net=/run/netns/m "$@"; }
c() { nsenter --net=/run/netns/c "$@"; }

# --- results -----------------------------------------------------------------

ok() {
	passed=$((passed + 1))
	echo "ok $((passed + failed)) - $*"
}

# not_ok DESC [FILE]: FILE says why
not_ok() {
	failed=$((failed + 1))
	echo "not ok $((passed + failed)) - $1"
	[ $# -lt 2 ] || sed 's/^/#   /' "$2"
}

# check DESC COMMAND...: it succeeds
check() {
	local desc=$1
	shift
	if "$@" >"$tmp/check" 2>&1; then
		ok "$desc"
	else
		echo "status $? of: $*" >>"$tmp/check"
		not_ok "$desc" "$tmp/check"
	fi
}

# check_not DESC COMMAND...: it fails
check_not() {
	local desc=$1
	shift
	if "$@" >"$tmp/check" 2>&1; then
		echo "succeeded: $*" >>"$tmp/check"
		not_ok "$desc" "$tmp/check"
	else
		ok "$desc"
	fi
}

# is DESC WANT GOT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		printf 'want: %s\ngot:  %s\n' "$2" "$3" >"$tmp/check"
		not_ok "$1" "$tmp/check"
	fi
}

# refused DESC STATUS REGEX COMMAND...: fails with that status, by one line on
# stderr that matches
refused() {
	local desc=$1 want=$2 regex=$3 status=0
	shift 3
	"$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" = "$want" ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
	   grep -qE -- "$regex" "$tmp/err"; then
		ok "$desc"
	else
		{
			echo "command: $*"
			echo "want: status $want, one line matching: $regex"
			echo "got:  status $status, stderr:"
			cat "$tmp/err"
		} >"$tmp/check"
		not_ok "$desc" "$tmp/check"
	fi
}

# must COMMAND...: the test cannot go on without it
must() {
	"$@" || bail "failed: $*"
}

# From subshells as well: what was to be set up in them is missing.
bail() {
	echo "Bail out! $*"
	kill -s TERM $$
	exit 1
}
trap 'exit 1' TERM

# skip WHY: the whole test
skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

# The namespaces of a guest are ours; those of a host are not.
namespaces() {
	[ -z "${TMIRROR_KERNEL-}" ] || ip netns list | cut -d' ' -f1
}

# amount SHORT LONG: how much of something, in make check and in make torture
amount() {
	if [ "${TMIRROR_TORTURE-}" ]; then echo "$2"; else echo "$1"; fi
}

# enough_on KERNEL...: a long test whose subject is the same in all others; where
# somebody else's source has a part in it, one of each is enough
enough_on() {
	is_one_of "$@" || skip "long, and run on: $*"
}
# is_one_of KERNEL...: whether this one is, or counts as one
is_one_of() {
	[ -z "${TMIRROR_KERNEL-}" ] || [ "${TMIRROR_ALL-}" ] || is_any_of "$@" kasan kcsan
}
# not_on WHY KERNEL...: a test that these are not for
not_on() {
	! is_any_of "${@:2}" || skip "$1"
}
is_any_of() { [[ " $* " == *" ${TMIRROR_KERNEL-none} "* ]]; }
# is_fast: is it a uml without what slows it down?
is_fast() { [ "${TMIRROR_KERNEL-}" = uml ] && [ ! -e /sys/kernel/debug/kmemleak ]; }

# did NUMBER WHAT: which check sums up at its end
did() { echo "# did $*"; }

# finish: what has to hold after every test, the plan, the verdict
finish() {
	local ns

	for ns in $(namespaces); do
		counters_add_up "$ns"
	done
	echo "1..$((passed + failed))"
	[ "$failed" = 0 ]
	exit
}

cleanup() {
	local pid ns

	for pid in "${children[@]}" "${capture_pid[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	for ns in $(namespaces); do
		ip netns del "$ns"
	done
	rm -rf "$tmp"
}
trap cleanup EXIT

# --- waiting -----------------------------------------------------------------

# wait_for COMMAND...: until it succeeds. The limit only ends a test that has
# failed already; it is generous, for emulated machines are slow.
wait_for() {
	local limit=$((SECONDS + 100))

	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$limit" ]; then
			not_ok "what was waited for came: $*"
			return 1
		fi
		sleep 0.02
	done
}

# background COMMAND...: ends with the test; its pid is in $last
background() {
	"$@" &
	last=$!
	children+=("$last")
}

# --- namespaces --------------------------------------------------------------

# netns NAME...: without IPv6, without tunnels of their own, and with neighbours
# believed for ever, so that nobody speaks unasked
netns() {
	local ns

	echo 2 >/proc/sys/net/core/fb_tunnels_only_for_init_net
	# new namespaces begin with these, here alone can they be set for them
	echo 3600 >/proc/sys/net/ipv4/neigh/default/delay_first_probe_time
	echo 3600 >/proc/sys/net/ipv6/neigh/default/delay_first_probe_time
	for ns; do
		must ip netns add "$ns"
		nsenter --net="/run/netns/$ns" sysctl -qw \
			net.ipv6.conf.default.disable_ipv6=1 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 \
			net.ipv4.ip_forward=1
		must ip -n "$ns" link set lo up
	done
}

# wire NS DEV [NS DEV]...: what these send is as on a real wire, cut into
# segments and with checksums
wire() {
	while [ $# -gt 0 ]; do
		nsenter --net="/run/netns/$1" ethtool -K "$2" \
			tx off tso off gso off gro off >/dev/null ||
			bail "cannot set the offloads of $2 of $1"
		shift 2
	done
}

# The picture above, with IPv4. The underlay has room for a whole frame and
# its outer headers, and a neighbour that needs no asking for.
topology() {
	netns h1 h2 m c
	must ip -batch - <<-END
		link add p1 netns m mtu 1500 type veth peer name e0 netns h1 mtu 1500
		link add p2 netns m mtu 1500 type veth peer name e0 netns h2 mtu 1500
		link add u0 netns m mtu 1700 type veth peer name e0 netns c \
			address 02:00:c0:00:02:09 mtu 1700
	END
	must ip -n h1 -batch - <<-END
		address add 10.1.0.1/24 dev e0
		link set e0 up
		route add default via 10.1.0.254
	END
	must ip -n h2 -batch - <<-END
		address add 10.2.0.2/24 dev e0
		link set e0 up
		route add default via 10.2.0.254
	END
	must ip -n c -batch - <<-END
		address add 192.0.2.9/24 dev e0
		link set e0 up
	END
	must ip -n m -batch - <<-END
		address add 10.1.0.254/24 dev p1
		address add 10.2.0.254/24 dev p2
		address add 192.0.2.1/24 dev u0
		link set p1 up
		link set p2 up
		link set u0 up
		neighbour replace 192.0.2.9 dev u0 nud permanent lladdr 02:00:c0:00:02:09
	END
	wire h1 e0 h2 e0 m p1 m p2 m u0
}

# ipv6 NS DEV ADDRESS/LEN
ipv6() {
	nsenter --net="/run/netns/$1" sysctl -qw \
		"net.ipv6.conf.$2.disable_ipv6=0"
	must ip -n "$1" address add "$3" dev "$2" nodad
}

# The picture's IPv6. Hosts then send multicast listener reports when they like:
# sessions of the filter no-mld leave them out, and captures with $no_mld do.
# shellcheck disable=SC2034
no_mld="not ether dst 33:33:00:00:00:16"
topology6() {
	ipv6 h1 e0 fd01::1/64
	ipv6 h2 e0 fd02::2/64
	ipv6 c e0 fd03::9/64
	ipv6 m p1 fd01::fe/64
	ipv6 m p2 fd02::fe/64
	ipv6 m u0 fd03::1/64
	must ip -n h1 route add default via fd01::fe
	must ip -n h2 route add default via fd02::fe
	m sysctl -qw net.ipv6.conf.all.forwarding=1
	must ip -n m neighbour replace fd03::9 dev u0 nud permanent \
		lladdr 02:00:c0:00:02:09
	config m <<-END
		filter add no-mld
		rule add no-mld number 1 direction ingress action reject dst ff02::16/128
		rule add no-mld number 2 direction ingress action accept
		rule add no-mld number 1 direction egress action reject dst ff02::16/128
		rule add no-mld number 2 direction egress action accept
	END
}

# decapsulator VNI [ARGUMENTS...]: the kernel's own vxlan device vxVNI at c
decapsulator() {
	local vni=$1
	shift
	must ip -n c link add "vx$vni" mtu 1600 type vxlan id "$vni" \
		dstport 4789 local 192.0.2.9 nolearning "$@"
	c ethtool -K "vx$vni" gro off
	must ip -n c link set "vx$vni" up
}

# At m, port 7 of TCP: what a client sends, to its end, and then $tmp/data back.
# Without -t socat gives the answer half a second to begin.
serve() {
	background m socat -t 60 TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr \
		SYSTEM:"cat >/dev/null; cat $tmp/data" 2>/dev/null
	wait_for m bash -c "</dev/tcp/10.1.0.254/7" || bail "no server at m"
}

# --- captures ----------------------------------------------------------------

# capture_begin NAME NS DEV [TCPDUMP ARGUMENTS...]: into $tmp/NAME.pcap. A
# snapshot of 2048 holds the longest frame here; with more, few of them fit the
# buffer.
capture_begin() {
	local name=$1 ns=$2 dev=$3
	shift 3
	: >"$tmp/$name.log"
	nsenter --net="/run/netns/$ns" tcpdump -Z root -n -i "$dev" -s 2048 -U \
		--immediate-mode -B 16384 -w "$tmp/$name.pcap" "$@" \
		2>"$tmp/$name.log" &
	capture_pid[$name]=$!
}
captures_began() {
	local name

	for name in "${!capture_pid[@]}"; do
		until [[ "$(<"$tmp/$name.log")" == *"listening on"* ]]; do
			kill -0 "${capture_pid[$name]}" 2>/dev/null ||
				bail "no capture $name: $(<"$tmp/$name.log")"
			sleep 0.05
		done
	done
}
# capture NAME NS DEV [TCPDUMP ARGUMENTS...]: the same, begun when this returns
capture() {
	capture_begin "$@"
	captures_began
}

# The last line that tcpdump said of itself when asked to:
# N packets captured, M packets received by filter, L packets dropped by kernel
capture_says() {
	local log=$tmp/$1.log before

	before=$(grep -c 'captured,' "$log")
	kill -USR1 "${capture_pid[$1]}" || return
	until [ "$(grep -c 'captured,' "$log")" -gt "$before" ]; do
		kill -0 "${capture_pid[$1]}" 2>/dev/null || return
		sleep 0.01
	done
	grep 'captured,' "$log" | tail -n 1
}

# captured NAME: the number of packets, where tcpdump has written all of them
captured() {
	capture_says "$1" | sed -n 's/^[^0-9]*\([0-9]*\) packets\{0,1\} captured, \1 packets\{0,1\} received.*/\1/p'
}

captured_is() {
	[ "$(captured "$1")" = "$2" ]
}

captured_all() {
	[ -n "$(captured "$1")" ]
}

# capture_end NAME...: all that tcpdump has read is in the file
capture_end() {
	local name

	for name; do kill -INT "${capture_pid[$name]}"; done
	for name; do
		wait "${capture_pid[$name]}" 2>/dev/null
		unset "capture_pid[$name]"
		[[ $'\n'"$(<"$tmp/$name.log")" == *$'\n0 packets dropped by kernel'* ]] ||
			bail "capture $name: $(tail -n 3 "$tmp/$name.log")"
	done
}

# capture_stop NAME...: once everything that the kernel saw is in the file
capture_stop() {
	local name

	for name; do
		wait_for captured_all "$name" ||
			bail "capture $name: $(tail -n 1 "$tmp/$name.log")"
	done
	capture_end "$@"
}

# compare ARGUMENTS...: see compare.py. The order counts with one CPU; several
# may reorder a wire's packets before anyone sees them.
ordered() {
	[ "$(nproc)" != 1 ] || echo --ordered
}
compare() {
	# shellcheck disable=SC2046 # a word or none
	$python "$here/compare.py" $(ordered) "$@"
}

# verdicts FILE: lines "ok DESC" or "bad DESC", with lines that say why indented
verdicts() {
	local line desc=

	while IFS= read -r line; do
		case $line in
		'ok '*) verdict "$desc"; desc=; ok "${line#ok }" ;;
		'bad '*) verdict "$desc"; desc=${line#bad }; : >"$tmp/why" ;;
		*) echo "$line" >>"$tmp/why" ;;
		esac
	done <"$1"
	verdict "$desc"
}
verdict() {
	[ -z "$1" ] || not_ok "$1" "$tmp/why"
}

# compare_all ARGUMENTS...: a check for each line of stdin, which is its
# description, a tab and further arguments
compare_all() {
	# shellcheck disable=SC2046
	$python "$here/compare.py" --batch $(ordered) "$@" >"$tmp/verdicts" ||
		not_ok "the comparator came to an end"
	verdicts "$tmp/verdicts"
}

# frames NS COMMAND...: see frames.py
frames() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" $python "$here/frames.py" "$@"
}

# The sources of frames that are sent and sent back. To tell directions by them
# is better than by tcpdump's -Q, which the kernel's counters do not know of,
# and "outbound", of which libpcap loses the first packet.
# shellcheck disable=SC2034 # used by those who source this
sent_from=02:00:00:00:0a:aa
# shellcheck disable=SC2034
back_from=02:00:00:00:0b:bb

# want NAME...: a capture of those frames, in $tmp/want.pcap
want() {
	$python "$here/frames.py" pcap "$tmp/want.pcap" "$@"
}

# --- sessions ----------------------------------------------------------------

# config NS: the lines of stdin are commands of tmconf
config() {
	cat >"$tmp/batch"
	nsenter --net="/run/netns/$1" tmconf -b "$tmp/batch" ||
		bail "tmconf refused a line of the test's configuration"
}

# counter NS SESSION PATH: counter m web .matched.packets
counter() {
	nsenter --net="/run/netns/$1" tmconf -s -j session show "$2" |
		jq -r ".[0].stats$3"
}

counter_is() {
	[ "$(counter "$1" "$2" "$3")" = "$4" ]
}

# loops NS: how many copies were recognised and let pass there
loops() {
	nsenter --net="/run/netns/$1" tmconf -s -j limits show |
		jq -r 'first(.. | .loop? // empty)'
}

loops_is() {
	[ "$(loops "$1")" = "$2" ]
}

# matched_all NS SESSION CAPTURE: it has seen all that the capture has seen
matched_all() {
	counter_is "$1" "$2" .matched.packets "$(captured "$3")"
}

# arrived CAPTURE: it has every copy that m says it sent
arrived() {
	captured_is "$1" "$(m tmconf -s -j session show |
		jq '[.[].stats.mirrored.packets] | add')"
}

# settle SESSION WIRE [COPIES]: until m's session has seen all of the capture
# of the wire, and all copies are in the capture of copies. Where that never
# comes, what is missing comes out in the comparison.
settle() {
	wait_for matched_all m "$1" "$2"
	[ $# -lt 3 ] || wait_for arrived "$3"
}

# counters_add_up NS: the equation that always holds
counters_add_up() {
	local bad

	bad=$(nsenter --net="/run/netns/$1" tmconf -s -j session show |
		jq -c '.[] | select(.stats.matched.packets !=
			.stats.mirrored.packets + ([.stats.dropped[]] | add // 0))
			| {name, stats}') || bad="no counters in $1"
	is "in $1 matched = mirrored + dropped, for each session" "" "$bad"
}
