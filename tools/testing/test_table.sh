#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The table: what is on the wire of a source, and what the collector gets of
# it, byte for byte, for each
#
#   kind of device     see the functions kind_...
#   direction          ingress, egress
#   class of traffic   by how packets are merged to super-packets, if at all
#   version of IP
#   cut mode           whole, length and payload, each with and without repair
#
# A row is a test. All cut modes have their session with `continue on`, so the
# traffic of a kind is sent once. See table_traffic.py for what is sent, and
# table.py for how copies are judged.
#
#   h1 e0 -- p1 m p2 -- e0 h2
#               u0 -- e0 c
#
# The source is p1 or a device upon it, or one of its own between h1 and m. Its
# wire is what h1 sees, which merges nothing and leaves nothing to a NIC.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# merge DEV: what it receives within so many nanoseconds; not frames, of which a good
# one that waits would be overtaken by a damaged one of its flow
merge() {
	must m ethtool -K "$1" rx-udp-gro-forwarding on >/dev/null
	must ip netns exec m sh -c \
		"echo $flush >/sys/class/net/$1/gro_flush_timeout"
}

# sends_udp NS DEV: before 6.11 a socket makes no UDP super-packets for a device
# that has the kernel compute checksums; the comparator can do without them
sends_udp() {
	[ "${TMIRROR_KERNEL-}" != 6.1 ] ||
		must nsenter --net="/run/netns/$1" ethtool -K "$2" tx on \
			tx-udp-segmentation off tx-gso-list off >/dev/null
}

# --- traffic -----------------------------------------------------------------

topology
topology6
m sysctl -qw net.ipv6.conf.default.disable_ipv6=0 \
	net.ipv6.conf.default.addr_gen_mode=1
h1 sysctl -qw net.ipv6.conf.default.disable_ipv6=0 \
	net.ipv6.conf.default.addr_gen_mode=1
for ns in h1 m h2; do
	# Each connection begins like the first one, and slow machines have large
	# super-packets as well.
	nsenter --net=/run/netns/$ns sysctl -qw \
		net.ipv4.tcp_no_metrics_save=1 net.ipv4.tcp_tso_rtt_log=16
done
must h2 ethtool -K e0 gso on >/dev/null
echo 1 >/proc/sys/net/ipv6/mld_qrv
# All copies of a super-packet reach the collector through the queue that the
# originals reach h1 and h2 through, on this one machine.
echo 100000 >/proc/sys/net/core/netdev_max_backlog
must m ethtool -K p2 gso on gro on >/dev/null
flush=1000000
merge p2
sends_udp h2 e0

coproc traffic { exec "$python" "$here/table_traffic.py"; }
children+=("$traffic_PID")

# traffic WORDS...: see table_traffic.py; what is wrong is in $answer
traffic() {
	echo "$*" >&"${traffic[1]}"
	IFS= read -r answer <&"${traffic[0]}" || bail "the traffic ended: $*"
	[ "$answer" = ok ]
}
# action DIRECTION VERSION PORT: the index of the action that counts what the hook
# meets of super-packets: 1 or 2 for the direction, 4 or 6, and the class's port
action() {
	local direction=1

	[ "$1" = ingress ] || direction=2
	printf "$direction%d%04d" "${2#ipv}" "$3"
}
# met CLASS VERSION: the hook has met super-packets of it, in both directions
met() {
	local port in out

	port=$(awk -v name="$1" '$1 == name { print $2 }' "$tmp/ports")
	in=$(action ingress "$2" "$port") out=$(action egress "$2" "$port")
	m tc -s -j actions ls action gact | jq -e --argjson of "[$in, $out]" '
		[.[].actions[]? | select(.index == $of[]) | .stats.bytes > 0] ==
		[true, true]' >/dev/null
}
# again CLASS VERSION WORDS...: traffic, once more if no packets of it were merged:
# between any two may have passed all the time that GRO waits
again() {
	local try

	for try in 1 2 3; do
		traffic "${@:3}" || return
		! met "$1" "$2" || return 0
		echo "# $kind: try $try of $1 $2 had no super-packets"
	done
}
# arrives DESC COMMAND...: its traffic arrives as it was sent
arrives() {
	local desc=$1
	shift
	if "$@"; then
		ok "$desc originals"
	else
		echo "$answer" >"$tmp/answer"
		not_ok "$desc originals" "$tmp/answer"
	fi
}
# expect CLASS VERSION DIRECTION [WORD]...: rows of the table, see table.py
expect() {
	echo "$3 $1 $2 ${*:4}" >>"$tmp/expected"
}

# A port tells the class; a tunnel's packets have none.
cat >"$tmp/ports" <<END
tcp 5001
tcp-forward 5002
udp-gso 5003
udp-gro 5004
udp-fraglist 5005
tcp-fraglist 5006
big-tcp 5007
sctp 5008
virtio 5009
iperf 5201
netcat 5010
dns 53
zerocopy 5011
END
cat >"$tmp/tunnels" <<END
vxlan 4789
gre proto 47
ipip proto 4
ipip proto 41
END

# --- a kind ------------------------------------------------------------------

config m <<<"target add t remote 192.0.2.9"
sessions=()
cut_modes=("whole" "length 128" "length 60" "payload 0" "payload 64")

# begin: a new p1 and e0; what stood upon the old ones goes with them
begin() {
	must ip -n m link del p1
	must ip -batch - <<-END
		link add p1 netns m mtu 1500 type veth peer name e0 netns h1 \
			address 02:00:00:00:01:01 mtu 1500
	END
	must ip -n h1 link set e0 up
	must ip -n m link set p1 up
	wire h1 e0
	must h1 ethtool -K e0 gso on >/dev/null
	must m ethtool -K p1 tx off tso off gro on >/dev/null
	gro_on=p1
	lists=y udp=y ingress_tag=0 flush=1000000
	cp "$tmp/ports" "$tmp/classes"
}
# no_lists: the kernel panics when it makes segments of a list whose packets have
# no room in front for a tag, whether we are there or not
no_lists() {
	echo "# SKIP $kind, lists: the kernel does not survive them"
	lists=
}
# lends_offloads DEV: a device above leaves its super-packets whole to this one,
# which lets them pass the hook and cuts them afterwards
lends_offloads() {
	must m ethtool -K "$1" tx on tso on >/dev/null
	must ip -n m link set "$1" gso_max_size 1000
}
takes_offloads() {
	must ip -n m link set "$1" gso_max_size 65536
}
# addresses NEAR HERE: of the two ends, for devices that are up
addresses() {
	must ip -n h1 -batch - <<-END
		address add 10.1.0.1/24 dev $1
		address add fd01::1/64 dev $1 nodad
		route add default via 10.1.0.254
		route add default via fd01::fe
	END
	must ip -n m -batch - <<-END
		address add 10.1.0.254/24 dev $2
		address add fd01::fe/64 dev $2 nodad
	END
}

# source_is DEV NS WIRE [FILTER]: sessions and captures; what is sent from now on
# is judged
source_is() {
	local name repair mode number=0

	dev=$1
	: >"$tmp/expected"
	: >"$tmp/modes"
	{
		for name in "${sessions[@]}"; do
			echo "session del $name"
		done
		for mode in "${cut_modes[@]}"; do
			for repair in off on; do
				number=$((number + 1))
				echo "session add s$number number $number source $dev" \
					"target t filter no-mld vni $number/$((number + 50))" \
					"continue on repair $repair ${mode#whole}"
				[ "$repair" = off ] || mode+=" repair on"
				echo "$number $((number + 50)) $mode" >>"$tmp/modes"
			done
		done
	} >"$tmp/batch"
	must m tmconf -b "$tmp/batch"
	sessions=(s{1..10})
	super_filters | m tc -batch - || bail "no filters on $dev"
	capture_begin wire "$2" "$3" "${4-$no_mld}"
	capture_begin under c e0 udp port 4789
	capture_begin far h2 e0 "$no_mld"
	captures_began
}
# Counters of the super-packets that the hook meets, see action().
super_filters() {
	local direction v at name port proto first match

	for direction in ingress egress; do
		for v in 4 6; do
			at=0
			[ "$direction" = egress ] || at=$ingress_tag
			first="meta(pkt_len gt 1600) and u32(u8 0x${v}0 0xf0 at $at)"
			at=$((at + (v == 4 ? 20 : 40)))
			while read -r name port proto; do
				match="(u32(u16 $port 0xffff at $at) or u32(u16 $port 0xffff at $((at + 2))))"
				case $name in
				big-tcp) match="meta(pkt_len gt 66000)" ;;
				gre | ipip) match="u32(u8 $proto 0xff at $((v == 4 ? 9 : 6)))" port=$proto ;;
				esac
				echo "filter add dev $dev $direction pref 65000 protocol all basic" \
					"match '$first and $match' action continue" \
					"index $(action "$direction" "$v" "$port")"
			done <"$tmp/classes"
		done
	done
}

# judge NEAR...: compares, see table.py for NEAR
judge() {
	local times=${#sessions[@]}

	[ "$1" != both ] || times=$((2 * times))
	traffic count "$tmp/wire.pcap" "$tmp/under.pcap" "$times"
	capture_end "${!capture_pid[@]}"
	m tmconf -s -j session show >"$tmp/sessions"
	m tc -s -j actions ls action gact >"$tmp/supers"
	$python "$here/table.py" "$kind" "$tmp" "$@" >"$tmp/verdicts" ||
		not_ok "the comparator came to an end"
	verdicts "$tmp/verdicts"
}

# --- what is sent ------------------------------------------------------------

declare -A near=([ipv4]=10.1.0.1 [ipv6]=fd01::1)
declare -A ours=([ipv4]=10.1.0.254 [ipv6]=fd01::fe)
declare -A far=([ipv4]=10.2.0.2 [ipv6]=fd02::2)

pings() {
	local version

	for version in ipv4 ipv6; do
		expect none "$version" ingress
		expect none "$version" egress
		check "$kind none $version originals" \
			h1 ping -q -c 2 -i 0.01 -s 3000 "${ours[$version]}"
	done
}

# all_frames DEV [MAC [-NAME]...]: to and from the end DEV of h1, some excepted
all_frames() {
	expect none other ingress
	expect none other egress
	check "$kind frames sent" traffic frames h1 "$1" "${2-02:00:00:00:09:09}" "${@:3}"
	check "$kind frames sent back" traffic back m "$dev" "$h1_mac"
}

# of this host's sockets; what comes is merged by GRO
tcp() {
	local version

	for version in ipv4 ipv6; do
		expect tcp "$version" ingress super
		expect tcp "$version" egress super
		arrives "$kind tcp $version" again tcp "$version" \
			tcp h1 m "${ours[$version]}" 5001 18000
	done
}
# forwarded CLASS PORT
forwarded() {
	local version

	for version in ipv4 ipv6; do
		expect "$1" "$version" ingress super through
		expect "$1" "$version" egress super through
		arrives "$kind $1 $version" again "$1" "$version" \
			tcp h1 h2 "${far[$version]}" "$2" 18000
	done
}
sctp() {
	local version

	for version in ipv4 ipv6; do
		expect sctp "$version" ingress
		expect sctp "$version" egress super
		arrives "$kind sctp $version" \
			traffic sctp h1 m "${ours[$version]}" 5008 18000
	done
}
udp_local() {
	local version

	for version in ipv4 ipv6; do
		expect udp-gso "$version" ingress super
		expect udp-gso "$version" egress super
		arrives "$kind ingress udp-gso $version" \
			traffic udp h1 m "${ours[$version]}" 5003 6500 gro
		arrives "$kind egress udp-gso $version" \
			traffic udp m h1 "${near[$version]}" 5003 6500
	done
}
# udp_forwarded CLASS PORT
udp_forwarded() {
	local version

	for version in ipv4 ipv6; do
		expect "$1" "$version" ingress super through
		expect "$1" "$version" egress super through
		arrives "$kind ingress $1 $version" \
			traffic udp h1 h2 "${far[$version]}" "$2" 6500
		arrives "$kind egress $1 $version" \
			traffic udp h2 h1 "${near[$version]}" "$2" 6500
	done
}
# whose bytes are in pages of the program that sends them
zerocopy() {
	local version

	for version in ipv4 ipv6; do
		expect zerocopy "$version" ingress
		expect zerocopy "$version" egress super
		arrives "$kind zerocopy $version" \
			traffic zerocopy m h1 "${near[$version]}" 5011 60000
	done
}
# How many more bytes s1 has than the session whose copies are lost.
bytes_apart() {
	m tmconf -s -j session show |
		jq 'map({ (.name): .stats.matched.bytes }) | add | .s1 - .lost'
}
bytes_apart_are() { [ "$(bytes_apart)" = "$1" ]; }
# Super-packets of more than 64 KiB, of IPv6 and, from 6.3 on, IPv4
big_tcp() {
	local version size=150000 before

	# another part, for a window that begins small
	[ "${TMIRROR_KERNEL-}" != 6.1 ] || size=300000
	traffic big m p1 200000 || {
		echo "# SKIP $kind big-tcp: $answer"
		return
	}
	# At once: m need not find out how much the other end takes.
	must ip -n h1 -batch - <<-END
		route add 10.1.0.254/32 dev e0 initrwnd 140
		route add fd01::fe/128 dev e0 initrwnd 140
	END
	must ip -n m -batch - <<-END
		route add 10.1.0.1/32 dev p1 initcwnd 110
		route add fd01::1/128 dev p1 initcwnd 110
	END
	# What is lost whole counts as many bytes as what is sent apart.
	config m <<-END
		target add gone remote 203.0.113.9
		session add lost number 99 source p1 target gone filter no-mld continue on
	END
	before=$(bytes_apart)
	for version in ipv4 ipv6; do
		[ "$version ${TMIRROR_KERNEL-}" != "ipv4 6.1" ] || continue
		expect big-tcp "$version" ingress
		expect big-tcp "$version" egress super
		arrives "$kind big-tcp $version" \
			traffic tcp h1 m "${ours[$version]}" 5007 2000 "$size"
	done
	check "$kind big-tcp lost and sent, the same bytes" \
		wait_for bytes_apart_are "$before"
	config m <<-END
		session del lost
		target del gone
	END
}

# everything WIRE: what any device can carry
everything() {
	merge "$gro_on"
	pings
	tcp
	forwarded tcp-forward 5002
	sctp
	[ "$udp" ] || return 0
	sends_udp h1 "$1"
	sends_udp m "$gro_on"
	udp_local
	udp_forwarded udp-gro 5004
	[ "$lists" ] || return 0
	# what passes through is merged to lists, without changing it
	must m ethtool -K "$gro_on" rx-gro-list on >/dev/null
	must m ethtool -K p2 rx-gro-list on >/dev/null
	udp_forwarded udp-fraglist 5005
	# TCP is merged to lists since 6.10
	[ "${TMIRROR_KERNEL-}" = 6.1 ] || forwarded tcp-fraglist 5006
	must m ethtool -K p2 rx-gro-list off >/dev/null
}

# --- the kinds ---------------------------------------------------------------

h1_mac=02:00:00:00:01:01
# of a wire without Ethernet
no_mld_l3="not dst host ff02::16"

kind_veth() {
	begin
	addresses e0 p1
	source_is p1 h1 e0
	all_frames e0
	everything e0
	zerocopy
	big_tcp
	judge "$h1_mac" "$sent_from"
}

# tagged VLAN-OPTIONS...: the source is p1, the addresses are on a VLAN of it
tagged() {
	must ip -n h1 link add link e0 name e0.100 type vlan id 100
	lends_offloads p1
	must ip -n m link add link p1 name p1.100 type vlan id 100 "$@"
	takes_offloads p1.100
	must ip -n h1 link set e0.100 up
	must ip -n m link set p1.100 up
	addresses e0.100 p1.100
	source_is p1 h1 e0
	everything e0
	judge "$h1_mac"
}
kind_tag-offloaded() {
	begin
	tagged
}
kind_tag-in-frame() {
	begin
	must m ethtool -K p1 txvlan off
	no_lists
	tagged reorder_hdr off
}
# two tags, the inner one in the frame
kind_qinq() {
	begin
	ingress_tag=4
	no_lists
	lends_offloads p1
	must ip -n h1 link add link e0 name e0.s type vlan proto 802.1ad id 200
	must ip -n h1 link add link e0.s name e0.sc mtu 1496 type vlan id 100
	must ip -n m link add link p1 name p1.s type vlan proto 802.1ad id 200
	must ip -n m link add link p1.s name p1.sc mtu 1496 type vlan id 100
	takes_offloads p1.s
	takes_offloads p1.sc
	must ip -n h1 link set e0.s up
	must ip -n m link set p1.s up
	must ip -n h1 link set e0.sc up
	must ip -n m link set p1.sc up
	addresses e0.sc p1.sc
	source_is p1 h1 e0
	everything e0
	judge "$h1_mac"
}

kind_vlan() {
	begin
	must ip -n h1 link add link e0 name e0.100 type vlan id 100
	must ip -n m link add link p1 name p1.100 type vlan id 100
	must ip -n h1 link set e0.100 up
	must ip -n m link set p1.100 up
	addresses e0.100 p1.100
	# e0 is to cut what it sends, not to be handed it whole
	h1 ethtool -K e0.100 tx-udp-segmentation off tx-gso-list off >/dev/null 2>&1
	source_is p1.100 h1 e0.100
	all_frames e0.100
	everything e0
	judge "$h1_mac" "$sent_from"
}

# p1 and p2 are ports, and h2 is in h1's network
kind_bridge-port() {
	begin
	lends_offloads p1
	lends_offloads p2
	must ip -n m -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link set br0 up
		link set p1 master br0
		link set p2 master br0
	END
	takes_offloads br0
	m sysctl -eqw net.bridge.bridge-nf-call-iptables=0 \
		net.bridge.bridge-nf-call-ip6tables=0 \
		net.bridge.bridge-nf-call-arptables=0
	must ip -n h2 address add 10.1.0.2/24 dev e0
	must ip -n h2 address add fd01::2/64 dev e0 nodad
	far=([ipv4]=10.1.0.2 [ipv6]=fd01::2)
	addresses e0 br0
	source_is p1 h1 e0
	all_frames e0
	everything e0
	judge "$h1_mac" "$sent_from"
	must ip -n h2 address del 10.1.0.2/24 dev e0
	must ip -n h2 address del fd01::2/64 dev e0
	far=([ipv4]=10.2.0.2 [ipv6]=fd02::2)
	must ip -n m link del br0
	must m ethtool -K p2 tx off tso off >/dev/null
	must ip -n m link set p2 gso_max_size 65536
}

kind_bond() {
	begin
	must ip -n m -batch - <<-END
		link set p1 down
		link add bond0 type bond mode active-backup num_grat_arp 0
		link set p1 master bond0
		link set bond0 up
	END
	addresses e0 bond0
	source_is bond0 h1 e0
	all_frames e0
	everything e0
	judge "$h1_mac" "$sent_from"
	must ip -n m link del bond0
}

kind_macvlan() {
	begin
	must ip -n m link set p1 arp off
	must ip -n m link add link p1 name mv0 address 02:00:00:00:0d:0d type macvlan
	must ip -n m link set mv0 up
	addresses e0 mv0
	source_is mv0 h1 e0
	all_frames e0 02:00:00:00:0d:0d -lldp -stp
	everything e0
	judge "$h1_mac" "$sent_from"
}

# relayed KIND NAME [FILTER]: a device of that name at each end, and a program between
relayed() {
	background "$python" "$here/table_traffic.py" relay "$1" m "$2" h1 "$2"
	wait_for ip -n h1 link show "$2" || bail "no $1"
	[ "$1" = tun ] || must ip -n h1 link set "$2" address "$h1_mac"
	must ip -n h1 link set "$2" up
	must ip -n m link set "$2" up
	wire h1 "$2"
	# the program between may be slow
	gro_on=$2 flush=10000000
	# it computes no checksums
	[ "${TMIRROR_KERNEL-}" != 6.1 ] || {
		echo "# SKIP $kind, UDP: a socket makes no super-packets for it"
		udp=
	}
	addresses "$2" "$2"
	source_is "$2" h1 "$2" "${@:3}"
}
kind_tap() {
	begin
	relayed tap tap0
	all_frames tap0
	everything tap0
	judge "$h1_mac" "$sent_from"
	kill "$last"
}
kind_tun() {
	begin
	relayed tun tun0 "$no_mld_l3"
	everything tun0
	judge 10.1.0.1 fd01::1
	kill "$last"
}

kind_wireguard() {
	local ns

	begin
	must ip -n h1 address add 10.8.0.1/24 dev e0
	must ip -n m address add 10.8.0.254/24 dev p1
	umask 077
	for ns in h1 m; do
		wg genkey >"$tmp/$ns.key"
		wg pubkey <"$tmp/$ns.key" >"$tmp/$ns.pub"
		must ip -n "$ns" link add wg0 type wireguard
	done
	must h1 wg set wg0 private-key "$tmp/h1.key" listen-port 51820 \
		peer "$(cat "$tmp/m.pub")" endpoint 10.8.0.254:51820 allowed-ips 0.0.0.0/0,::/0
	must m wg set wg0 private-key "$tmp/m.key" listen-port 51820 \
		peer "$(cat "$tmp/h1.pub")" endpoint 10.8.0.1:51820 allowed-ips 0.0.0.0/0,::/0
	must ip -n h1 link set wg0 up
	must ip -n m link set wg0 up
	wire h1 wg0
	gro_on=wg0
	addresses wg0 wg0
	source_is wg0 h1 wg0 "$no_mld_l3"
	everything wg0
	judge 10.1.0.1 fd01::1
	must ip -n m link del wg0
	must ip -n h1 link del wg0
}

# What is sent to itself passes the device twice. The kernel cuts super-packets
# between the two hooks, and leaves all checksums to nobody.
kind_loopback() {
	local version

	begin
	must ip -n m link set lo mtu 1500
	must m ethtool -K lo tso off tx-udp-segmentation off tx-sctp-segmentation off >/dev/null
	ours=([ipv4]=127.0.0.1 [ipv6]=::1)
	source_is lo m lo
	for version in ipv4 ipv6; do
		for direction in ingress egress; do
			expect none "$version" "$direction"
		done
		for class in tcp udp-gso sctp; do
			expect "$class" "$version" ingress
			expect "$class" "$version" egress super
		done
		check "loopback none $version originals" \
			m ping -q -c 2 -i 0.01 -s 3000 "${ours[$version]}"
		arrives "loopback tcp $version" \
			traffic tcp m m "${ours[$version]}" 5001 18000
		arrives "loopback udp-gso $version" \
			traffic udp m m "${ours[$version]}" 5003 6500
		arrives "loopback sctp $version" \
			traffic sctp m m "${ours[$version]}" 5008 18000
	done
	rm "$tmp/far.pcap"
	judge both
	ours=([ipv4]=10.1.0.254 [ipv6]=fd01::fe)
	must m tc qdisc del dev lo clsact
}

# The device below tunnels
kind_tunnels() {
	local ns ours near v class version

	begin
	cp "$tmp/tunnels" "$tmp/classes"
	addresses e0 p1
	for ns in h1 m; do
		ours=1 near=fe near4=254 dev=e0
		[ "$ns" = h1 ] || ours=fe near=1 near4=1 dev=p1
		local ours4=$((16#$ours))
		must ip -n "$ns" -batch - <<-END
			link add vxlan4 type vxlan id 5 dstport 4789 local 10.1.0.$ours4 remote 10.1.0.$near4 dev $dev
			link add vxlan6 type vxlan id 6 dstport 4789 local fd01::$ours remote fd01::$near dev $dev
			link add gre4 type gre local 10.1.0.$ours4 remote 10.1.0.$near4
			link add gre6 type ip6gre local fd01::$ours remote fd01::$near encaplimit none
			link add ipip4 type ipip local 10.1.0.$ours4 remote 10.1.0.$near4
			link add ipip6 type ip6tnl mode ip6ip6 local fd01::$ours remote fd01::$near encaplimit none
			address add 10.11.0.$ours4/24 dev vxlan4
			address add 10.12.0.$ours4/24 dev gre4
			address add 10.13.0.$ours4/24 dev ipip4
			address add fd11::$ours/64 dev vxlan6 nodad
			address add fd12::$ours/64 dev gre6 nodad
			address add fd13::$ours/64 dev ipip6 nodad
			link set vxlan4 up
			link set vxlan6 up
			link set gre4 up
			link set gre6 up
			link set ipip4 up
			link set ipip6 up
		END
	done
	merge p1
	# By then hosts have told each other their groups, within tunnels too.
	must h1 ping -q -c 4 -i 0.1 10.1.0.254 >/dev/null
	source_is p1 h1 e0
	v=0
	for class in vxlan gre ipip; do
		v=$((v + 1))
		for version in ipv4 ipv6; do
			expect "$class" "$version" ingress super
			expect "$class" "$version" egress super
			near=10.1$v.0.254
			[ "$version" = ipv4 ] || near=fd1$v::fe
			arrives "tunnels $class $version" traffic tcp h1 m "$near" 5001 18000
		done
	done
	rm "$tmp/far.pcap"
	judge "$h1_mac"
	for class in vxlan gre ipip; do
		for v in 4 6; do
			echo "link del $class$v"
		done
	done >"$tmp/batch"
	must ip -n m -batch "$tmp/batch"
	must ip -n h1 -batch "$tmp/batch"
}

# Super-packets of a virtual machine, which says what it likes of them. What is
# sent comes out of a port of the same bridge in segments.
kind_virtio() {
	local version

	begin
	traffic virtio m vt0 || bail "no tap: $answer"
	must ip -n m -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link set br0 up
		link set p2 master br0
		link set vt0 master br0
		link set vt0 up
	END
	gro_on=p2
	source_is vt0 h2 e0
	for version in ipv4 ipv6; do
		expect virtio "$version" ingress super
		check "virtio $version sent" traffic inject "$version"
	done
	rm "$tmp/far.pcap"
	judge "$sent_from"
	check "virtio: what lies of itself is sent" traffic inject lies
	check "virtio: more than 1024 segments are too big" \
		[ "$(counter m s1 .dropped.too_big)" -gt 1024 ]
	must ip -n m link del br0
	traffic forget
}

# What programs of others send from h1 to h2, and get back
kind_programs() {
	local version class port record
	declare -A records=([ipv4]=A [ipv6]=AAAA)

	begin
	addresses e0 p1
	for version in "${!far[@]}"; do
		echo "address=/h2/${far[$version]}"
	done >"$tmp/dns.conf"
	background h2 dnsmasq -k -R -h --pid-file= --user=root -C "$tmp/dns.conf"
	background h2 socat -t 60 TCP6-LISTEN:5010,fork,reuseaddr,ipv6only=0 EXEC:cat
	for port in 53 5010; do
		wait_for served "$port" || bail "no server at port $port"
	done
	source_is p1 h1 e0
	merge p1
	for version in ipv4 ipv6; do
		record=${records[$version]}
		expect iperf "$version" ingress super through
		expect iperf "$version" egress super through
		for class in none netcat dns; do
			expect "$class" "$version" ingress
			expect "$class" "$version" egress
		done
		check "programs ping $version" \
			h1 ping -q -c 3 -i 0.01 -s 2000 "${far[$version]}"
		iperf "$version" TCP -n 60K
		iperf "$version" "TCP back" -n 60K -R
		iperf "$version" UDP -u -b 0 -l 1200 -n 24K
		check "programs netcat $version" \
			cmp "$tmp/ports" <(h1 nc -N "${far[$version]}" 5010 <"$tmp/ports")
		is "programs dig $version" "${far[$version]}" \
			"$(h1 dig +time=60 +short "@${far[$version]}" h2 "$record")"
		is "programs dig $version TCP" "${far[$version]}" \
			"$(h1 dig +tcp +time=60 +short "@${far[$version]}" h2 "$record")"
	done
	judge "$h1_mac" "$sent_from"
}
served() { h2 ss -tlnH "sport = $1" | grep -q .; }
# iperf VERSION NAME OPTION...: with a server of its own. One that stays listens
# anew after each client, and refuses whoever comes before.
iperf() {
	background h2 iperf3 -s -1 -p 5201 >/dev/null
	wait_for served 5201 || bail "no server at port 5201"
	check "programs iperf3 $1 $2" h1 iperf3 -c "${far[$1]}" -p 5201 -J "${@:3}"
	wait_for ended "$last"
}
ended() { ! kill -0 "$1"; }

# Rare headers, those that lie, and those that chance has changed
# replay NS DEV FILE: so many at once that all their copies fit a capture's buffer,
# for whoever captures may not get to run meanwhile
replay() {
	local part

	editcap -F pcap -c 400 "$3" "$tmp/part.pcap" || return
	for part in "$tmp"/part_*.pcap; do
		frames "$1" replay "$2" "$part" || return
		traffic count "$tmp/wire.pcap" "$tmp/under.pcap" ${#sessions[@]} || return
		rm "$part"
	done
}

kind_odd() {
	local version direction

	begin
	# A full ring gives packets back, and a capture sees them again: have none.
	must m ethtool -K p1 gro off
	must "$python" "$here/odd.py" 02:00:00:00:09:09 \
		"$tmp/there.pcap" "$tmp/back.pcap"
	source_is p1 h1 e0
	for version in ipv4 ipv6 other; do
		for direction in ingress egress; do
			expect none "$version" "$direction"
		done
	done
	check "odd frames sent" replay h1 e0 "$tmp/there.pcap"
	check "odd frames sent back" replay m p1 "$tmp/back.pcap"
	judge "$sent_from"
}

kinds=(veth tag-offloaded tag-in-frame qinq vlan bridge-port bond macvlan tap tun
	wireguard loopback tunnels virtio programs odd)
# Those that other code of ours sees; the rest is 6.12's, which runs it itself.
is_one_of 6.12 6.1 || kinds=(veth qinq tap tun tunnels virtio odd)
[ $# = 0 ] || kinds=("$@")
for kind in "${kinds[@]}"; do
	start=$SECONDS
	"kind_$kind"
	echo "# $kind: $((SECONDS - start)) s"
done

finish
