#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make install: twice, for both kernels, and away again; the module by a real
# DKMS, which keeps its state on this host. Runs where it may: in a container's
# or a test machine's root.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

top=$here/../..
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
[ ! -e "/usr/src/tmirror-$version" ] || skip "tmirror $version is installed on this host"
trap 'make -s -C "$top" uninstall "${places[@]}" >/dev/null 2>&1; cleanup' EXIT
places=(PREFIX="$tmp/usr" UNITDIR="$tmp/units" TCLIBDIR="$tmp/tc")
install() { make -s -C "$top" install KDIR="$1" "${places[@]}"; }
newest() { printf '%s\n' "$1" | sort -V | tail -n 1; }
k1=$(newest "$(printf '%s\n' /usr/src/linux-headers-6.1.*-cloud-amd64)")
k2=$(newest "$(printf '%s\n' /usr/src/linux-headers-6.12.*-cloud-amd64)")
release() { sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$1/include/generated/utsrelease.h"; }
installed() { dkms status "tmirror/$version" -k "$(release "$1")" | grep -q ': installed'; }

check "install for one kernel" install "$k2"
check "it is installed there" installed "$k2"
check "install again" install "$k2"
check "install for another kernel, by its build link" \
	install "/lib/modules/$(release "$k1")/build"
check "it is installed there" installed "$k1"
for file in usr/sbin/tmconf usr/share/man/man8/tmconf.8 usr/share/man/man8/tc-tmirror.8 \
	usr/share/bash-completion/completions/tmconf usr/include/linux/tmirror.h \
	usr/share/tmirror/tmirror.yaml units/tmirror.service tc/m_tmirror.so; do
	check "$file is there" test -s "$tmp/$file"
done
check "the service names the tool" grep -q "$tmp/usr/sbin/tmconf apply" "$tmp/units/tmirror.service"
check "uninstall" make -s -C "$top" uninstall "${places[@]}"
is "DKMS forgot it" "" "$(dkms status "tmirror/$version")"
is "and nothing is left" "" "$(find "$tmp/usr" "$tmp/units" "$tmp/tc" -type f)"
check_not "nor its source" test -e "/usr/src/tmirror-$version"

# Packagers: no DKMS, nothing outside DESTDIR.
check "install to a DESTDIR" make -s -C "$top" install DESTDIR="$tmp/dest" PREFIX=/usr
check "with the module's source" test -s "$tmp/dest/usr/src/tmirror-$version/module/main.c"
check_not "and none on the host" test -e "/usr/src/tmirror-$version"

finish
