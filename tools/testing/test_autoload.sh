#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who can have the kernel load the module by its aliases, and that a line in
# modprobe.d forbids it to all. The manual page of tmconf says it under
# SECURITY, Loading.
#
# The kernel loads families for anybody who asks for one by name, without any
# rights (ctrl_getfamily()); but actions only for CAP_NET_ADMIN of the network
# namespace, which the root of a user namespace has in its own.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}/tmirror.ko
place=/lib/modules/$(uname -r)
forbidden=/run/modprobe.d/tmirror.conf
restore() {
	rm -f "$forbidden"
	umount "$place"
	loaded || insmod "$ko"
	cleanup
}
trap restore EXIT

loaded() { grep -q '^tmirror ' /proc/modules; }
# What a filter held is let go of a little after it.
absent() { ! loaded || wait_for rmmod tmirror; }

# loads COMMAND...: the module is there after it, and was not before, whatever
# else becomes of the command
loads() {
	absent || return
	"$@"
	loaded
}
# loads_for: and the command succeeds
loads_for() {
	absent && "$@" && loaded
}
loads_not() {
	absent || return
	"$@"
	! loaded
}

# mirrors: a filter that is there once the module is
mirrors() {
	tc qdisc replace dev lo clsact &&
		tc filter add dev lo ingress matchall action tmirror &&
		tc filter show dev lo ingress | grep -q 'action order 1: tmirror' &&
		tc qdisc del dev lo clsact
}
export -f mirrors

user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
userns() { user unshare --user --map-root-user --net "$@"; }

# What the kernel calls finds our module alone, beside those of this place that
# a filter needs: they are loaded by now.
must mirrors
mkdir -p "/run/autoload$place"
cp "$ko" "/run/autoload$place/"
depmod --basedir /run/autoload "$(uname -r)" 2>/dev/null
must mount --bind "/run/autoload$place" "$place"

# --- who loads it ------------------------------------------------------------

check "root's filter loads the module, and is there at once" loads_for mirrors
check "so does tmconf, and is answered" loads_for tmconf session show
check "a user's filter does not" loads_not user bash -c mirrors
check "asking for the family does, with no rights at all" \
	loads user tmconf session show
refused "which gives that user none" 1 'not permitted' user tmconf session show
check "the root of a user namespace loads it by a filter" loads_for userns bash -c mirrors
check "and by tmconf" loads_for userns tmconf session show

# --- and who does not --------------------------------------------------------

mkdir -p /run/modprobe.d
echo "install tmirror /bin/false" >"$forbidden"
check "forbidden, it is not loaded by root's filter" loads_not mirrors
check "nor by tmconf" loads_not tmconf session show
check "nor by a user" loads_not user tmconf session show
check "nor by the root of a user namespace, by a filter" loads_not userns bash -c mirrors
check "or by tmconf" loads_not userns tmconf session show
check "insmod loads it" loads insmod "$ko"

finish
