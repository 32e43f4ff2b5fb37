#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Truncated and hostile netlink messages are refused with the errno that makes
# sense, and change nothing.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

header=$here/../../include/uapi/linux/tmirror.h
netns m
config m <<END
target add t remote 192.0.2.1
filter add f
rule add f number 1 direction ingress action accept
session add s number 1 target t filter f vni 1
END
m tmconf save >"$tmp/before"

m $python "$here/hostile.py" "$header" >"$tmp/verdicts" 2>"$tmp/trace"
status=$?
verdicts "$tmp/verdicts"
[ $status = 0 ] || not_ok "the table was worked through" "$tmp/trace"
m tmconf save >"$tmp/after"
check "nothing has changed" diff "$tmp/before" "$tmp/after"

finish
