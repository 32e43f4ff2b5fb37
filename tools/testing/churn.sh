# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scenarios of churn share: many who do something, all at once, and
# what came of it. Sourced after lib.sh.

# shellcheck disable=SC2154 # tmp is lib.sh's

declare -A busy does

# busy DOES NAME COMMAND...: one of those, and of which kind it is. It prints how
# often it did what it does, and how often that was refused: when it has begun and,
# of all, at its end; or fails and says why.
busy() {
	local name=$2

	does[$name]=$1
	shift 2
	"$@" >"$tmp/busy.$name" 2>"$tmp/why.$name" &
	busy[$name]=$!
	children+=($!)
}

# pktgen NS: a line of stdin is a file of it and a command
pktgen() {
	# shellcheck disable=SC2016 # it is the other shell's
	"$1" bash -c 'cd /proc/net/pktgen && while read -r file line; do
		echo "$line" >"$file" || exit; done' || bail "pktgen"
}

# generate NS DEV: packets as stdin tells pktgen, sent by each CPU from now on.
# Where each allocation leaves a trace they are not to be all there is time for.
generate() {
	local options delay=1000000 cpu

	case ${TMIRROR_KERNEL-} in
	uml) is_fast || delay=20000000 ;;
	k?san) delay=4000000 ;;
	esac
	options=$(printf '%s\n' "count 0" "delay $delay" && cat)
	[ -e /proc/net/pktgen ] || must modprobe pktgen
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		echo "kpktgend_$cpu add_device $2@$cpu"
		# shellcheck disable=SC2001 # a line each
		sed "s/^/$2@$cpu /" <<<"$options"
	done | pktgen "$1"
	pktgen "$1" <<<"pgctrl start" &
	generators=$!
	children+=("$generators")
}
generate_no_more() {
	pktgen "$1" <<<"pgctrl stop"
	wait "$generators"
}

# more COMMAND...: in the long form alone
more() {
	[ -z "${TMIRROR_TORTURE-}" ] || "$@"
}

# have_begun NAME...: waits until they have, however slow the machine is. Programs
# that take long to begin do so before there is much to do for all.
have_begun() {
	local name limit=$((SECONDS + 300))

	for name; do
		until [ -s "$tmp/busy.$name" ]; do
			if [ $SECONDS -ge $limit ] || ! kill -0 "${busy[$name]}"; then
				bail "$name did not begin: $(<"$tmp/why.$name")"
			fi
			sleep 0.1
		done
	done
}

# repeat COMMAND...: once, and until there is $tmp/enough
repeat() {
	local times=0

	until [ $times != 0 ] && [ -e "$tmp/enough" ]; do
		"$@" >/dev/null || return
		times=$((times + 1))
		[ $times != 1 ] || echo $times
	done
	echo $times
}

# batches FILE COMMAND...: the lines of the file, a dozen at a time, for a command
# that goes on after those that are refused; once all, and until there is
# $tmp/enough. What was tried often has to have been accepted once.
batches() {
	local file=$1 lines now answers line all=0 bad=0 at=0 status i rounds=0
	local -A never

	shift
	mapfile -t lines <"$file"
	until [ $all -ge ${#lines[@]} ] && [ -e "$tmp/enough" ]; do
		status=0
		now=("${lines[@]:at:12}")
		printf '%s\n' "${now[@]}" >"$file.now"
		"$@" <"$file.now" >"$file.said" 2>&1 || status=$?
		# More than that is no refusal.
		[ $status -le 2 ] || return $status
		all=$((all + ${#now[@]}))
		mapfile -t answers <"$file.said"
		for i in "${!now[@]}"; do
			line=${now[i]}
			never[$line]=${never[$line]-$line}
			[[ " ${answers[*]} " == *"Command failed -:$((i + 1)) "* ]] || never[$line]=
		done
		for line in "${answers[@]}"; do
			[[ $line != 'Command failed'* ]] || bad=$((bad + 1))
		done
		[ $at != 0 ] || echo $((all - bad)) $bad
		at=$((at + 12 < ${#lines[@]} ? at + 12 : 0))
		[ $at != 0 ] || rounds=$((rounds + 1))
	done
	[ $rounds -lt 20 ] || ! printf '%s\n' "${never[@]}" | grep . >&2 || return
	echo $((all - bad)) $bad $rounds
}

# did_all DOES WHAT: what those did, once they have come to their end
did_all() {
	local what=$2 sum=0 refused=0 name good bad rounds

	for name in "${!busy[@]}"; do
		[ "${does[$name]}" = "$1" ] || continue
		if wait "${busy[$name]}"; then
			read -r good bad rounds < <(tail -n 1 "$tmp/busy.$name")
			[[ $rounds =~ ^[0-9]+$ ]] || rounds=
			echo "# $name: $good${bad:+, refused $bad}${rounds:+, in $rounds rounds}"
			check "$what: $name" [ "$good" -gt 0 ]
			sum=$((sum + good))
			refused=$((refused + ${bad:-0}))
		else
			not_ok "$what: $name" "$tmp/why.$name"
		fi
	done
	did $sum "$what"
	[ $refused = 0 ] || did $refused "$what refused"
}
