#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the KUnit suites, in a guest of tools/testing/vm -k uml, and says what
# came of each case and each of its parameters.
#
# run.sh [PARAMETER=VALUE]...: of the module that holds them; rounds=50 tries 50
# times as many random lists of rules.
#
# Fails if any failed or was skipped, or if not all suites ran: a suite that
# got lost on the way would otherwise look like success.

set -u

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
ko=${TMIRROR_KO_DIR:?runs in a guest of tools/testing/vm}/tmirror_kunit.ko
results=/sys/kernel/debug/kunit

bail() {
	echo "Bail out! $*"
	exit 1
}

suites=$(sed -n 's/^\t\.name = "\(.*\)",$/\1/p' "$here"/*_test.c | sort)
[ "$suites" ] || bail "no suites in $here"

# A case may want allocations to fail: those of its task, even where it could
# sleep until there is memory, and without a word in the log for each.
failslab=/sys/kernel/debug/failslab
echo N >$failslab/ignore-gfp-wait
echo Y >$failslab/task-filter
echo 0 >$failslab/verbose
echo -1 >$failslab/times
echo 100 >$failslab/probability
insmod "$ko" "$@" || bail "cannot load $ko"

for suite in $suites; do
	cat "$results/$suite/results" || echo "not ok 1 $suite: no results"
done | awk '
	# Indented by 4 for each level: the suite, its cases, their parameters.
	/^    # Subtest: / { suite = $3; next }
	/^        # Subtest: / { name = $3; next }
	/^ *(not )?ok [0-9]+/ {
		match($0, /^ */)
		level = RLENGTH / 4
		# This host is to have all that a case may want.
		failed = $1 == "not" || /# SKIP/
		what = $0
		sub(/^ *(not )?ok [0-9]+ *(- )?/, "", what)
		# A case with parameters, and a suite, sum up what was told;
		# they may also fail by themselves.
		if (!told[level + 1] || failed && !bad[level + 1])
			report(failed, level == 0 ? what : suite ": " \
			       (level == 2 ? name ": " : "") what)
		told[level]++
		bad[level] += failed
		told[level + 1] = bad[level + 1] = 0
		next
	}
	/^ *KTAP |^ *1\.\.|^ *# (Totals|module|.*: pass:)/ { next }
	{
		sub(/^ *(# )?/, "#   ")
		why = why $0 "\n"
	}
	function report(failed, what) {
		printf "%sok %d - %s\n", failed ? "not " : "", ++n, what
		if (failed)
			printf "%s", why
		why = ""
		any += failed
	}
	END {
		print "1.." n + 0
		exit any || !n
	}'
status=("${PIPESTATUS[@]}")
echo 0 >$failslab/probability
rmmod tmirror_kunit || bail "cannot unload the suites"
exit "${status[1]}"
