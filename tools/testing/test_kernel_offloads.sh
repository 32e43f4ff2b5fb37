#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own tests of segmentation and receive offload, as they are, with
# each device that they bring up mirrored in both directions: they pass where
# they do without. The copies go to a device that swallows them, and are counted.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Some give a transfer one second, which a kernel full of checkers does not have,
# and one that is emulated not always: all of them are for a fast one.
amount=$(amount some all)
is_fast || { enough_on 6.12 && amount=some; }
not_on "too slow" kasan kcsan
tools=$("$here/kernel-tools") || skip "no package linux-source-6.12"
net=$tools/tools/testing/selftests/net
mkdir "$tmp/net" "$tmp/bin"
# Some write beside themselves.
cp "$net"/{*gro*,udpgso*,gre_gso*,setup_*,in_netns.sh,lib.sh,net_helper.sh,*.bpf.o} \
	"$tmp/net" || exit 1
cd "$tmp/net" || exit 1

# --- what the scripts call ---------------------------------------------------

# Commands, for some of the scripts' shells know no exported functions.
ip=$(command -v ip)
export SESSIONS=$tmp/sessions

# mirror DEVICE [-n NAMESPACE]
cat >"$tmp/bin/mirror" <<END
#!/bin/bash
ns=("\${@:2}")
session() { tmconf "\${ns[@]}" session "\$@"; }
# It may be another device of that name.
session show "\$1" >/dev/null && session set "\$1" source "\$1" && exit
tmconf "\${ns[@]}" target show t >/dev/null || $ip "\${ns[@]}" -batch - <<-BATCH &&
	link add tmirror0 mtu 65535 type dummy
	address add 203.0.113.213/32 dev tmirror0
	link set tmirror0 up
	route add 203.0.113.214/32 dev tmirror0
	neighbour replace 203.0.113.214 dev tmirror0 nud permanent lladdr 02:00:00:00:00:01
BATCH
	tmconf "\${ns[@]}" target add t remote 203.0.113.214 dev tmirror0
session add "\$1" number 1 source "\$1" target t vni 1 ||
	echo "\$@" >>\$SESSIONS.unmirrored
END

# A device that comes up is mirrored; what a namespace's sessions counted is
# kept when it goes.
cat >"$tmp/bin/ip" <<END
#!/bin/bash
ns=()
case \$* in
'netns exec '* | 'net exec '*) exec $ip "\$@" ;;
'netns del '* | 'netns delete '*) tmconf -n "\$3" -s -j session show >>\$SESSIONS ;;
-n*) ns=(-n "\$2") ;;
esac
$ip "\$@"
status=\$?
[[ \$status != 0 || \$* != *'link set '*' up' ]] ||
	mirror "\${@: -2:1}" "\${ns[@]}" 2>>\$SESSIONS.log
exit \$status
END
chmod +x "$tmp"/bin/*

# --- the scripts -------------------------------------------------------------

# run [mirrored] SCRIPT [ARGUMENT...]: in a namespace of its own
run() {
	local status=0 bin='' ns

	[ "$1" != mirrored ] || { bin=$tmp/bin: && shift; }
	must ip netns add own
	PATH=$bin$PATH nsenter --net=/run/netns/own ip link set lo up
	PATH=$bin$PATH ip netns exec own timeout 600 "./$1.sh" "${@:2}" \
		>"$tmp/out" 2>&1 || status=$?
	PATH=$bin$PATH ip netns del own
	# One that was stopped leaves what it made.
	for ns in $(namespaces); do ip netns del "$ns"; done
	return $status
}

# copies: how many of them the sessions counted that are gone by now
copies() { jq -s '[.[][].stats.mirrored.packets] | add // 0' "$SESSIONS"; }
sums() {
	jq -sc '[.[][] | select(.stats.matched.packets != .stats.mirrored.packets +
		([.stats.dropped[]] | add // 0)) | {name, stats}]' "$SESSIONS"
}

scripts=(udpgso "gro -t data")
[ "$amount" = some ] || scripts=(udpgso gro udpgro udpgro_fwd udpgro_bench
	udpgro_frglist udpgso_bench gre_gso)
[ $# = 0 ] || scripts=("$@")

# passes SCRIPT [ARGUMENT...]: mirrored. What depends on the machine's speed may fail
# for it: once is not enough to blame us.
passes() {
	local try

	for try in 1 2 3; do
		: >"$SESSIONS"
		: >"$SESSIONS.unmirrored"
		! run mirrored "$@" || return 0
		cp "$tmp/out" "$tmp/with"
		echo "# $*: try $try fails, mirrored: $(tail -n 1 "$tmp/with")"
	done
	return 1
}
passes_without() { run "$@" || run "$@"; }

total=0
for script in "${scripts[@]}"; do
	read -ra words <<<"$script"
	if passes "${words[@]}"; then
		ok "$script passes"
	elif passes_without "${words[@]}"; then
		not_ok "$script passes, as it does without the mirror" "$tmp/with"
	elif is_fast; then
		not_ok "$script passes, here where all of them should" "$tmp/with"
	else
		echo "# SKIP $script: fails here without as well: $(tail -n 1 "$tmp/out")"
		continue
	fi
	check "$script: copies were made" test "$(copies)" -gt 0
	is "$script: matched = mirrored + dropped" "[]" "$(sums)"
	is "$script: devices that came up and were not mirrored" "" "$(<"$SESSIONS.unmirrored")"
	total=$((total + $(copies)))
done
check "not all of them were skipped" [ "$total" -gt 0 ]
did $total "copies while the kernel's tests of offloads ran"

finish
