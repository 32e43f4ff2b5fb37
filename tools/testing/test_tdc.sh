#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The cases of tdc/tmirror.json, by the kernel's own tdc. They do without its
# nsPlugin, which needs pyroute2, or goes on before its devices are there: all
# happens in the guest's first namespace.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

tools=$("$here/kernel-tools") || skip "no package linux-source-6.12"
cat >"$tmp/tdc_config_local.py" <<END
EXTRA_NAMES = {"TC": "$(command -v tc)", "IP": "$(command -v ip)", "TIMEOUT": 120}
ENVIR = {"PATH": "$PATH", "TC_LIB_DIR": "${TC_LIB_DIR-}"}
END

# it looks for plugins in the working directory, for configuration on the path
cd "$tools/tools/testing/selftests/tc-testing" || exit 1
PYTHONPATH=$tmp $python tdc.py -f "$here/tdc/tmirror.json" \
	>"$tmp/tdc.out" 2>&1
status=$?
# "not ok 3 5f10 - what it is", with lines that say why
sed -n '/^All test results/,$p' "$tmp/tdc.out" | sed -En \
	-e 's/^ok [0-9]+ [0-9a-f]+ - (.* # skipped)/bad \1/p; t' \
	-e 's/^ok [0-9]+ [0-9a-f]+ - /ok /p; t' \
	-e 's/^not ok [0-9]+ [0-9a-f]+ - /bad /p; t' \
	-e 's/^[[:space:]]+/   /p' >"$tmp/verdicts"
verdicts "$tmp/verdicts"
[ $status = 0 ] || not_ok "tdc came to an end" "$tmp/tdc.out"
is "tdc ran every case" "$(jq length "$here/tdc/tmirror.json")" \
	"$(grep -c '^[ob]' "$tmp/verdicts")"
did "$(grep -c '^ok' "$tmp/verdicts")" "cases of tdc"

finish
