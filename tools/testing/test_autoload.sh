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

# check_absent DESC COMMAND...: a check that begins without the module
check_absent() {
	must absent
	check "$@"
}

# loads COMMAND...: the module is there after it, whatever else becomes of the
# command
loads() {
	"$@"
	loaded
}
# loads_for: and the command succeeds
loads_for() { "$@" && loaded; }
loads_not() {
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

check_absent "root's filter loads the module, and is there at once" loads_for mirrors
check_absent "so does tmconf, and is answered" loads_for tmconf session show
check_absent "a user's filter does not" loads_not user bash -c mirrors
check_absent "asking for the family does, with no rights at all" \
	loads user tmconf session show
refused "which gives that user none" 1 'not permitted' user tmconf session show
check_absent "the root of a user namespace loads it by a filter" loads_for userns bash -c mirrors
check_absent "and by tmconf" loads_for userns tmconf session show

# --- and who does not --------------------------------------------------------

mkdir -p /run/modprobe.d
echo "install tmirror /bin/false" >"$forbidden"
check_absent "forbidden, it is not loaded by root's filter" loads_not mirrors
check_absent "nor by tmconf" loads_not tmconf session show
check_absent "nor by a user" loads_not user tmconf session show
check_absent "nor by the root of a user namespace, by a filter" loads_not userns bash -c mirrors
check_absent "or by tmconf" loads_not userns tmconf session show
check_absent "insmod loads it" loads insmod "$ko"

finish
