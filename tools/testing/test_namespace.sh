#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Objects belong to one network namespace: names, numbers and VNIs of others
# do not matter, and all go with the namespace, whatever refers to what.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

configure() {
	local action

	netns "$1"
	must ip -n "$1" -batch - <<-END
		link add d0 address 02:00:00:00:00:d0 type veth peer name d1
		link set d0 up
		link set d1 up
		address add 192.0.2.1/24 dev d1
	END
	config "$1" <<-END
		target add t remote 192.0.2.$2 dev d1
		filter add f
		rule add f number 1 direction ingress action accept
		rule add f number 2 direction egress action accept
		session add s number 1 source d0 target t filter f vni $2
		session add free number 1 target t
	END
	must nsenter --net="/run/netns/$1" tc qdisc add dev d1 clsact
	for action in "session s" "session free" ""; do
		# shellcheck disable=SC2086 # words
		must nsenter --net="/run/netns/$1" tc filter add dev d1 ingress \
			matchall action tmirror $action
	done
}

configure n1 1
configure n2 2
in_n1() { nsenter --net=/run/netns/n1 "$@"; }
in_n2() { nsenter --net=/run/netns/n2 "$@"; }

is "n1 has its own" '[1]' "$(in_n1 tmconf -j session show s | jq -c '[.[].vni]')"
is "n2 has its own" '[2]' "$(in_n2 tmconf -j session show s | jq -c '[.[].vni]')"
is "this namespace has none" '[] [] []' "$(tmconf -j session show) \
$(tmconf -j filter show) $(tmconf -j target show)"
refused "n2's filter cannot be deleted, being in use" 1 f in_n2 tmconf filter del f
must in_n1 tmconf session set s filter none
check "n1's can, unused there" in_n1 tmconf filter del f
is "n2 still has its filter" 1 "$(in_n2 tmconf -j filter show | jq length)"
check "-n names the namespace" tmconf -n n2 session show s

# in an unprivileged user namespace one has one's own, and no one else's
check "a user namespace's root configures its own namespace" \
	unshare --user --map-root-user --net tmconf target add u remote 192.0.2.1
refused "and nobody else's" 1 "permitted|denied" \
	nsenter --net=/run/netns/n2 setpriv --bounding-set=-net_admin \
	--inh-caps=-net_admin tmconf -j session show

# --- deleted with everything configured, packets waiting for a neighbour -----

for ns in n1 n2; do
	counters_add_up $ns
	nsenter --net=/run/netns/$ns "$python" "$here/frames.py" send d1 >/dev/null
	must ip netns del $ns
done
# The namespace is taken apart later, by a kernel worker: our objects are gone
# when another one can be made and deleted, for that is done one by one.
for i in $(seq 10); do
	configure churn "$i"
	must ip netns del churn
done
ok "ten namespaces made and deleted"

finish
