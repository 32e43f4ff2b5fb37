#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own YNL client drives the loaded module by the family's YAML:
# every object made, changed, shown alone and in a dump, and deleted; errors
# with their attribute named; notifications.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

tools=$("$here/kernel-tools") || skip "no package linux-source-6.12"
$python -c 'import yaml' 2>/dev/null || skip "no package python3-yaml"

netns m
m $python "$here/drive_ynl.py" "$tools" \
	"$here/../../include/netlink/tmirror.yaml" \
	>"$tmp/verdicts" 2>"$tmp/trace"
status=$?
verdicts "$tmp/verdicts"
[ $status = 0 ] || not_ok "the client came to an end" "$tmp/trace"

finish
