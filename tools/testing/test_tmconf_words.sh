#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The words of tmconf: what is refused before any socket is opened, by which
# status and which line. Needs no module. Where there is one, what is accepted
# runs in an empty network namespace.

set -u -o pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tmconf=${TMCONF:-$here/../tmconf/tmconf}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0

isolated=()
if unshare -n true 2>/dev/null; then
	isolated=(unshare -n)
fi

# verdict DESC TRUE: TRUE is a command that says whether it holds
verdict() {
	local desc=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $desc"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $desc"
		sed 's/^/#   /' "$tmp/err"
	fi
}

# run ARGUMENTS...: of tmconf; sets $status, writes $tmp/out and $tmp/err
run() {
	"${isolated[@]}" "$tmconf" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	echo "(status $status)" >>"$tmp/err"
}

one_line() {
	[ "$status" = "$1" ] && [ "$(wc -l <"$tmp/err")" = 2 ] && [ ! -s "$tmp/out" ] &&
		grep -qF -- "$2" "$tmp/err"
}

# What passes the parser ends at the module or at a name it does not know.
passes() {
	[ "$status" != 2 ] &&
		{ [ "$status" = 0 ] || grep -qE 'not loaded|No such|no such device|not permitted' "$tmp/err"; }
}

# table STATUS: lines of `words | text in the line on stderr`
table() {
	local line words

	while IFS= read -r line; do
		[ -n "$line" ] || continue
		eval "words=(${line%% | *})"
		run "${words[@]}"
		verdict "status $1: ${line%% | *}" one_line "$1" "${line#* | }"
	done
}

# shellcheck disable=SC2034 # the tables name it
long=$(printf 'n%.0s' {1..64})

# --- wrong usage -------------------------------------------------------------

table 2 <<'END'
 | an object is missing
nonsense | "nonsense"
targets | "targets"
targ show | "targ"
target nonsense | "target nonsense"
target list | "target list"
target ad t remote 10.0.0.1 | "target ad"
target add | NAME is missing
target add t | remote is missing
target add t remote | remote: its value is missing
target add t remote 10.0.0.1 colour red | "colour"
target add t remote 10.0.0.1 state up | "state"
target add t remote 10.0.0.1 remote 10.0.0.2 | remote stands there twice
target add t remote 10.0.0.1 ttl 3 ttl 3 | ttl stands there twice
target set t | nothing to set
target set | NAME is missing
target del | NAME is missing
target del t remote 10.0.0.1 | "remote"
target show t u | "u"
filter add | NAME is missing
filter add f rule 3 | "rule"
filter load | NAME is missing
filter load f | FILE is missing
filter load f a b | "b"
rule add | FILTER is missing
rule add f | number is missing
rule add f number 1 | direction is missing
rule add f number 1 direction ingress | action is missing
rule add f number 1 action accept | direction is missing
rule add f number 1 direction ingress action accept dst | dst: its value is missing
rule set f number 1 direction ingress action accept | "rule set"
rule del f number 1 | direction is missing
rule del f number 1 direction egress action accept | "action"
rule show | FILTER is missing
session add s | number is missing
session add s number 1 | target is missing
session add s target t | number is missing
session add s number 1 target t name u | "name"
session add s number 1 target t ifindex 1 | "ifindex"
session set s | nothing to set
session set s nonsense 3 | "nonsense"
session set s payload | payload: its value is missing
session add s number 1 target t repair on repair off | repair stands there twice
explain | source is missing
explain source lo | direction is missing
explain direction egress | source is missing
explain source lo direction egress number 3 | "number"
limits set | nothing to set
limits set colour 3 | "colour"
limits show memory | "memory"
limits del | "limits del"
save all | "all"
apply | FILE is missing
apply a b | "b"
apply a dry-run c | "c"
monitor all | "all"
flush all | "all"
-x target show | "-x"
-jj target show | "-jj"
-b | option -b: its value is missing
-n | option -n: its value is missing
-b - target show | "target"
END

# --- refused values ----------------------------------------------------------

table 1 <<'END'
target add "" remote 10.0.0.1 | name ""
target add -t remote 10.0.0.1 | name -t
target add .t remote 10.0.0.1 | name .t
target add a/b remote 10.0.0.1 | name a/b
target add 'a b' remote 10.0.0.1 | name a b
target add tä remote 10.0.0.1 | name t
target add $'t\nu' remote 10.0.0.1 | name t?u
target add $long remote 10.0.0.1 | 63 characters
target show a/b | name a/b
target add t remote 10.0.0 | remote 10.0.0:
target add t remote 10.0.0.1.2 | remote 10.0.0.1.2:
target add t remote 10.0.0.256 | remote 10.0.0.256:
target add t remote fd00::g | remote fd00::g:
target add t remote fe80::1%eth0 | remote fe80::1%eth0:
target add t remote 10.0.0.1/32 | remote 10.0.0.1/32:
target add t remote "" | remote ""
target add t remote none | remote none
target add t remote 10.0.0.1 port 0 | port 0: out of range, 1 to 65535
target add t remote 10.0.0.1 port 65536 | port 65536: out of range
target add t remote 10.0.0.1 port 99999999999999999999999 | port 99999999999999999999999: out of range
target add t remote 10.0.0.1 port 010 | port 010: not a number
target add t remote 10.0.0.1 port -1 | port -1: not a number
target add t remote 10.0.0.1 port ' 1' | port  1: not a number
target add t remote 10.0.0.1 port 1x | port 1x: not a number
target add t remote 10.0.0.1 port 0x | port 0x: not a number
target add t remote 10.0.0.1 port "" | port ""
target add t remote 10.0.0.1 weight 0 | weight 0: out of range, 1 to 1000
target add t remote 10.0.0.1 weight 1001 | weight 1001:
target add t remote 10.0.0.1 ttl 0 | ttl 0: out of range, 1 to 255
target add t remote 10.0.0.1 ttl 256 | ttl 256:
target add t remote 10.0.0.1 tos 256 | tos 256: out of range, 0 to 255
target add t remote 10.0.0.1 mark 0 | mark 0: out of range
target add t remote 10.0.0.1 mark 0x100000000 | mark 0x100000000: out of range
target add t remote 10.0.0.1 df yes | df yes: off or on
target add t remote 10.0.0.1 csum 1 | csum 1: off or on
target add t remote 10.0.0.1 local fd00::1 | local fd00::1: not of the address family of remote 10.0.0.1
target add t remote fd00::1 local 10.0.0.1 | local 10.0.0.1: not of the address family of remote fd00::1
target add t remote 10.0.0.1 dev a/b | dev a/b:
target add t remote 10.0.0.1 dev abcdefghijklmnop | dev abcdefghijklmnop:
target add t remote 10.0.0.1 dev .. | dev ..:
filter add f description "$(printf 'x%.0s' {1..256})" | longer than 255 bytes
filter add f description $'\xff' | not valid UTF-8
filter load f /nonexistent | /nonexistent: No such file
rule add f number 0 direction ingress action accept | number 0: out of range, 1 to 32766
rule add f number 32767 direction ingress action accept | number 32767:
rule add f number 1 direction in action accept | direction in: ingress or egress
rule add f number 1 direction ingress action drop | action drop: reject or accept
rule add f number 1 direction ingress action accept proto 256 | proto 256: out of range, 0 to 255
rule add f number 1 direction ingress action accept proto nonsense | proto nonsense: not a protocol
rule add f number 1 direction ingress action accept src 10.0.0.1/8 | src 10.0.0.1/8: host bits set, 10.0.0.0/8 is meant
rule add f number 1 direction ingress action accept src 10.0.0.0/33 | src 10.0.0.0/33: the prefix length is not one of 0 to 32
rule add f number 1 direction ingress action accept src 10.0.0.0/ | src 10.0.0.0/:
rule add f number 1 direction ingress action accept src 10.0.0.0/8/8 | src 10.0.0.0/8/8:
rule add f number 1 direction ingress action accept src 128.0.0.0/0 | src 128.0.0.0/0: host bits set, 0.0.0.0/0 is meant
rule add f number 1 direction ingress action accept dst fd00::1/64 | dst fd00::1/64: host bits set, fd00::/64 is meant
rule add f number 1 direction ingress action accept dst fd00:8::/13 | dst fd00:8::/13: host bits set, fd00::/13 is meant
rule add f number 1 direction ingress action accept dst fd00::/129 | dst fd00::/129: the prefix length is not one of 0 to 128
rule add f number 1 direction ingress action accept src 10.0.0.0/8 dst fd00::/8 | dst fd00::/8: not of the address family of src 10.0.0.0/8
rule add f number 1 direction ingress action accept sport 65536 | sport 65536: out of range
rule add f number 1 direction ingress action accept sport 2-1 | sport 2-1: the range ends before it begins
rule add f number 1 direction ingress action accept sport 1- | sport 1-:
rule add f number 1 direction ingress action accept sport -1 | sport -1:
rule add f number 1 direction ingress action accept sport 1-2-3 | sport 1-2-3:
rule add f number 1 direction ingress action accept dport http | dport http:
rule add f number 1 direction ingress action accept proto icmp dport 8 | dport 8: proto icmp has no ports
rule add f number 1 direction ingress action accept proto 200 sport 1-9 | sport 1-9: proto 200 has no ports
session add s number 0 target t | number 0: out of range, 1 to 32766
session add s number 32767 target t | number 32767:
session add s number 1 target a/b | target a/b:
session add s number 1 target none | not
session add s number 1 target t filter a/b | filter a/b:
session add s number 1 target t source a/b | source a/b:
session add s number 1 target t vni 16777216 | vni 16777216: out of range, 0 to 16777215
session add s number 1 target t vni -1 | vni -1: not a number
session add s number 1 target t length 0 | length 0: out of range, 1 to 65535
session add s number 1 target t length 65536 | length 65536:
session add s number 1 target t vni 5/16777216 | vni 5/16777216: out of range, 0 to 16777215
session add s number 1 target t vni 16777216/5 | vni 16777216/5: out of range
session add s number 1 target t vni 5/ | vni 5/: not two numbers
session add s number 1 target t vni /5 | vni /5: not two numbers
session add s number 1 target t vni 5/6/7 | vni 5/6/7: not two numbers
session add s number 1 target t vni 5/none | vni 5/none: not two numbers
session add s number 1 target t vni 5-6 | vni 5-6: not a number
session add s number 1 target t payload 65536 | payload 65536: out of range, 0 to 65535
session add s number 1 target t payload -1 | payload -1: not a number
session add s number 1 target t length 5 payload 6 | payload 6: it is a length or a payload, not both: length 5
session add s number 1 target t payload 6 length 5 | payload 6: it is a length or a payload, not both: length 5
session set s payload 0 length 5 | payload 0: it is a length or a payload, not both: length 5
session add s number 1 target t repair 1 | repair 1: off or on
session add s number 1 target t continue maybe | continue maybe: off or on
session add s number 1 target t enabled 1 | enabled 1: off or on
explain source a/b direction egress | source a/b:
explain source lo direction egress src 10.0.0.0/8 | src 10.0.0.0/8: not an IPv4 or IPv6 address
explain source lo direction egress src 10.0.0.1 dst fd00::1 | dst fd00::1: not of the address family
explain source lo direction egress sport 65536 | sport 65536:
explain source lo direction egress proto icmp dport 1 | dport 1: proto icmp has no ports
limits set memory 4095 | memory 4095: out of range, 4096 to 1073741824
limits set memory 1073741825 | memory 1073741825:
limits set sessions -1 | sessions -1: not a number
limits set rules 4294967296 | rules 4294967296: out of range
apply /nonexistent | /nonexistent: No such file
-b /nonexistent | /nonexistent: No such file
-n /x target show | netns "/x"
-n .. target show | netns ".."
-n nonexistent-namespace target show | netns nonexistent-namespace: No such file
END

# --- words of later work -----------------------------------------------------

table 1 <<'END'
session add s number 1 target t rate 1mbit | rate: not supported yet
session add s number 1 target t burst 1k | burst: not supported yet
session add s number 1 target t excess drop | excess: not supported yet
session add s number 1 target t sample 1/10 | sample: not supported yet
session set s rate | rate: not supported yet
member add t remote 10.0.0.1 | member: not supported yet
key set 00 | key: not supported yet
key random | key: not supported yet
END

# --- documents ---------------------------------------------------------------

# documents: lines of `JSON | text in the line on stderr`
documents() {
	local line

	while IFS= read -r line; do
		printf '%s' "${line%% | *}" >"$tmp/doc"
		run apply "$tmp/doc" dry-run
		verdict "document ${line%% | *}" one_line 1 "${line#* | }"
	done
}

documents <<'END'
 | doc:1:
{ | doc:1:
[] | not a JSON object
{"targets": [], "targets": []} | duplicate
{"target": []} | target: unknown key
{"targets": {}} | targets: an array is wanted
{"targets": ["t"]} | targets[0].target "t": an object is wanted
{"targets": [{}]} | targets[0].name: is missing
{"targets": [{"name": "t"}]} | targets[0].members: one is wanted
{"targets": [{"name": "t", "members": []}]} | targets[0].members: one is wanted
{"targets": [{"name": "t", "members": {}}]} | targets[0].members {}: an array is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}, {"remote": "10.0.0.2"}]}]} | targets[0].members: more than one is not supported yet
{"targets": [{"name": "t", "remote": "10.0.0.1"}]} | targets[0].remote: unknown key
{"targets": [{"name": "t", "members": [{}]}]} | targets[0].members[0].remote: is missing
{"targets": [{"name": "t", "members": [{"remote": 1}]}]} | targets[0].members[0].remote 1: a string is wanted
{"targets": [{"name": "t", "members": [{"remote": "x"}]}]} | targets[0].members[0].remote x: not an IPv4
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1", "port": "4789"}]}]} | targets[0].members[0].port "4789": a number is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1", "port": 1.5}]}]} | targets[0].members[0].port 1.5: a number is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1", "port": 65536}]}]} | targets[0].members[0].port 65536: out of range
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1", "port": -1}]}]} | targets[0].members[0].port -1:
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1", "state": "down"}]}]} | targets[0].members[0].state "down": "up" is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}], "df": 1}]} | targets[0].df 1: true or false is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}], "ttl": null}]} | targets[0].ttl null: a number is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}], "local": "fd00::1"}]} | targets[0].local fd00::1: not of the address family
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}]}, {"name": "t", "members": [{"remote": "10.0.0.1"}]}]} | targets[1].name t: stands there twice
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress"}]}]} | filters[0].rules[0].action: is missing
{"filters": [{"name": "f", "rules": [{"filter": "f", "number": 1, "direction": "ingress", "action": "accept"}]}]} | filters[0].rules[0].filter: unknown key
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept", "src": "10.0.0.1/8"}]}]} | filters[0].rules[0].src 10.0.0.1/8: host bits set, 10.0.0.0/8 is meant
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept", "dport": 80}]}]} | filters[0].rules[0].dport 80: {"from": number, "to": number} is wanted
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept", "dport": {"from": 2, "to": 1}}]}]} | filters[0].rules[0].dport 2-1: the range ends before it begins
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept", "dport": {"from": -2, "to": 1}}]}]} | filters[0].rules[0].dport
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept", "hits": 3}]}]} | filters[0].rules[0].hits: unknown key
{"filters": [{"name": "f", "rules": [{"number": 1, "direction": "ingress", "action": "accept"}, {"number": 1, "direction": "egress", "action": "accept"}, {"number": 1, "direction": "ingress", "action": "reject"}]}]} | filters[0].rules[2]: number 1 direction ingress stands there twice
{"sessions": [{"name": "s", "number": 1, "target": "t"}]} | sessions[0].target t: the document has no such target
{"sessions": [{"name": "s", "number": 1}]} | sessions[0].target: is missing
{"sessions": [{"name": "s", "number": 1, "target": "t", "rate": 3}]} | sessions[0].rate: not supported yet
{"sessions": [{"name": "s", "number": 1, "target": "t", "length": 3, "payload": 3}]} | sessions[0].payload 3: it is a length or a payload, not both: length 3
{"sessions": [{"name": "s", "number": 1, "target": "t", "payload": "3"}]} | sessions[0].payload "3": a number is wanted
{"sessions": [{"name": "s", "number": 1, "target": "t", "payload": 65536}]} | sessions[0].payload 65536: out of range
{"sessions": [{"name": "s", "number": 1, "target": "t", "repair": "on"}]} | sessions[0].repair "on": true or false is wanted
{"sessions": [{"name": "s", "number": 1, "target": "t", "vni": "1/2"}]} | sessions[0].vni "1/2": a number or {"ingress": number, "egress": number} is wanted
{"sessions": [{"name": "s", "number": 1, "target": "t", "vni": {"ingress": 1}}]} | sessions[0].vni {"ingress":1}: a number or
{"sessions": [{"name": "s", "number": 1, "target": "t", "vni": {"ingress": 1, "egress": 2, "both": 3}}]} | sessions[0].vni {"ingress":1,"egress":2,"both":3}: a number or
{"sessions": [{"name": "s", "number": 1, "target": "t", "vni": {"ingress": 1, "egress": 16777216}}]} | sessions[0].vni 1/16777216: out of range
{"sessions": [{"name": "s", "number": 1, "target": "t", "vni": {"ingress": -1, "egress": 1}}]} | sessions[0].vni -1/1: not two numbers
{"sessions": [{"name": "s", "number": 1, "target": "t", "attached": {}}]} | sessions[0].attached: unknown key
{"sessions": [{"name": "s", "number": 1, "target": "t", "description": 5}]} | sessions[0].description 5: a string is wanted
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}]}], "sessions": [{"name": "s", "number": 1, "target": "t", "filter": "f"}]} | sessions[0].filter f: the document has no such filter
{"targets": [{"name": "t", "members": [{"remote": "10.0.0.1"}]}], "sessions": [{"name": "z", "number": 1, "target": "t", "source": "lo"}, {"name": "a", "number": 1, "target": "t", "source": "lo"}]} | sessions[1].number 1: another session of source lo has it
{"limits": []} | limits.limits []: an object is wanted
{"limits": {"memory": 1}} | limits.memory 1: out of range
{"limits": {"colour": 1}} | limits.colour: unknown key
END

# --- rules in a file ---------------------------------------------------------

# rules: lines of `line of the file | text in the line on stderr`; a good line
# stands before it
rules() {
	local line

	while IFS= read -r line; do
		printf '# comment\nnumber 1 direction ingress action accept\n%s\n' \
			"${line%% | *}" >"$tmp/rules"
		run filter load f "$tmp/rules"
		verdict "rule line ${line%% | *}" one_line 1 "rules:3: ${line#* | }"
	done
}

rules <<'END'
number 2 | direction is missing
number 2 direction ingress action accept src 10.0.0.1/8 | src 10.0.0.1/8: host bits set, 10.0.0.0/8 is meant
number 2 direction ingress action accept colour red | unknown word "colour"
number 2 direction ingress action accept src | src: its value is missing
f number 2 direction ingress action accept | unknown word "f"
number 1 direction ingress action reject | number 1: line 2 has it
number "2 direction ingress | a quote does not end
END

# --- batches -----------------------------------------------------------------

printf '# comment\n\ntarget add t remote 10.0.0.1 ttl 0\ntarget nonsense\n' >"$tmp/batch"
run -b "$tmp/batch"
verdict "a batch stops at the first line that fails" \
	one_line 1 "batch:3: ttl 0: out of range"
run -f -b "$tmp/batch"
verdict "with -force it goes on, and says each" \
	[ "$status $(grep -c 'batch:[34]: ' "$tmp/err")" = "1 2" ]
printf 'target add "t t" remote 10.0.0.1\n' >"$tmp/batch"
run -b "$tmp/batch"
verdict "words of a batch may stand in quotes" one_line 1 "batch:1: name t t"
printf 'target add t remote "10.0.0.1\n' >"$tmp/batch"
run -b "$tmp/batch"
verdict "a quote that does not end" one_line 1 "batch:1: a quote does not end"
printf '# nothing\n' >"$tmp/batch"
run -b "$tmp/batch"
verdict "an empty batch" [ "$status" = 0 ]
printf 'target add t\0t remote 10.0.0.1\n' >"$tmp/batch"
run -b "$tmp/batch"
verdict "a batch with a NUL" one_line 1 "batch:1: not text"

# --- what is accepted --------------------------------------------------------

accepted() {
	local line words

	while IFS= read -r line; do
		eval "words=($line)"
		run "${words[@]}"
		verdict "accepted: $line" passes
	done
}

accepted <<'END'
target
target show
target show t
target add 0 remote 10.0.0.1
target add A-b_c.d remote 10.0.0.1 port 1 weight 1000
target add t remote FD00::0001 local fd00::2 mark 0xffffffff ttl 255 tos 0x10 df on csum off
target set t local none dev none mark none ttl none tos none df none csum none
target set t remote 10.0.0.1
filter add f description 'two words'
filter set f description none
filter show
rule add f number 32766 direction egress action reject proto tcp src 0.0.0.0/0 dst 10.1.2.3 sport 0 dport 1-65535
rule add f number 1 direction ingress action accept proto 255 src ::/0 dst fd00::/8
rule add f number 1 direction ingress action accept dport 0-65535
rule del f number 1 direction ingress
rule show f
session add s number 1 target t filter f vni 0 length 65535 continue on enabled off description ''
session add s number 1 target t vni 0/16777215 payload 65535 repair on
session add s number 1 target t vni 0x10/0x11 payload 0 repair off length none
session set s filter none vni none length none description none source none
session set s payload none repair none
session set s length none payload none
session set s length 1 payload none
session show s
session
explain source lo direction egress proto udp src 10.0.0.1 dst 10.0.0.2 sport 1 dport 2
limits set memory 4096 sessions 0 rules 4294967295
limits
save
-j -p -s target show
-json -pretty -statistics target show
-js -stats target show
END

accepted < <(printf 'rule add f number 1 direction ingress action accept proto %s\n' \
	tcp udp udplite sctp dccp icmp ipv6-icmp icmpv6 gre esp ah)

# --- help --------------------------------------------------------------------

# helps WORD COMMAND...: succeeds and shows the word
helps() {
	local word=$1
	shift
	run "$@"
	verdict "help: $*" shows "$word"
}
shows() { [ "$status" = 0 ] && grep -qF -- "$1" "$tmp/out"; }

helps 'session add NAME number NUMBER' help
helps 'session add NAME number NUMBER' -h
helps 'vni VNI[/VNI] ] [ length BYTES ] [ payload BYTES ] [ repair { on | off } ]' session help
helps 'explain source DEV' --help
helps 'target set NAME' target help
helps 'tmirror' -V
helps 'dport' help words rule add
helps 'payload' help words session set
helps 'repair' help words session set

echo "1..$((passed + failed))"
[ "$failed" = 0 ]
