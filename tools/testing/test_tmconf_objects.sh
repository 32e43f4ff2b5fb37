#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tmconf and the module: objects, what is shown of them, refusals, sources and
# their tc filters, save and apply, monitor, batch.
#
#   n: d0, d1 dummies; v0 -- e0 :o

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

enough_on uml 6.1

netns n o
must ip -n n -batch - <<END
link add d0 type dummy
link add d1 type dummy
link add v0 type veth peer name e0 netns o
address add 10.9.0.1/24 dev v0
link set v0 up
link set d0 up
link set d1 up
END
must ip -n o address add 10.9.0.2/24 dev e0
must ip -n o link set e0 up
must ip -n n neighbour add 10.9.0.2 dev v0 lladdr "$(ip -n o -j link show e0 | jq -r '.[0].address')"
must ip -n o neighbour add 10.9.0.1 dev e0 lladdr "$(ip -n n -j link show v0 | jq -r '.[0].address')"

n() { nsenter --net=/run/netns/n "$@"; }
t() { n tmconf "$@"; }

# shows DESC WANT ARGUMENTS...: the text that tmconf prints
shows() {
	local desc=$1 want=$2
	shift 2
	is "$desc" "$want" "$(t "$@" 2>&1)"
}

# json DESC WANT FILTER ARGUMENTS...: what jq makes of tmconf -j
json() {
	local desc=$1 want=$2 filter=$3
	shift 3
	is "$desc" "$want" "$(t -j "$@" | jq -c "$filter")"
}

# tidy: everything goes, for the next part to begin anew
tidy() {
	local dev

	must t flush
	for dev in d0 d1 v0; do
		n tc qdisc del dev $dev clsact 2>/dev/null
	done
	is "nothing is left: $1" "" "$(n tc qdisc show | grep -E 'clsact|ingress')"
}

# --- nothing yet -------------------------------------------------------------

for object in target filter session; do
	json "$object show of nothing" '[]' . "$object" show
	shows "$object show of nothing, as text" "" "$object" show
	refused "$object show NAME of nothing" 1 "$object x: .*No such file" t "$object" show x
	refused "$object del of nothing" 1 "$object x: .*No such file" t "$object" del x
done
refused "rule show of no filter" 1 "filter x: .*No such file" t rule show x
refused "rule add to no filter" 1 "rule x number 1 direction egress: .*No such file" \
	t rule add x number 1 direction egress action accept
refused "filter set of nothing" 1 "filter x: .*No such file" t filter set x description y
refused "target set of nothing" 1 "target x: .*No such file" t target set x ttl 3
refused "target set of nothing, its member" 1 "target x: .*No such file" t target set x port 3
refused "session set of nothing" 1 "session x: .*No such file" t session set x number 3
refused "session set of nothing, its source" 1 "session x: .*No such file" t session set x source d0

# --- targets -----------------------------------------------------------------

check "a target" t target add a remote 192.0.2.9
shows "its defaults" "a remote 192.0.2.9 port 4789 weight 1 ttl 255 tos 0 df off csum off" target
json "its defaults, as JSON" \
	'[{"name":"a","members":[{"remote":"192.0.2.9","port":4789,"weight":1,"state":"up"}],"ttl":255,"tos":0,"df":false,"csum":false}]' \
	. target show a
refused "the same name again" 1 "target a: .*File exists" t target add a remote 192.0.2.8
check "a target with everything" t target add b remote fd00::9 port 4790 weight 7 local fd00::1 \
	dev d0 mark 0x10 ttl 3 tos 4 df on csum off
shows "all of it" \
	"b remote fd00::9 port 4790 weight 7 local fd00::1 dev d0 mark 16 ttl 3 tos 4 df on csum off" \
	target show b
check "set a member's port" t target set b port 4791
shows "the rest of the member stays" \
	"b remote fd00::9 port 4791 weight 7 local fd00::1 dev d0 mark 16 ttl 3 tos 4 df on csum off" \
	target show b
check "none for each optional field" t target set b local none dev none mark none ttl none \
	tos none df none csum none
shows "the defaults of IPv6" \
	"b remote fd00::9 port 4791 weight 7 ttl 255 tos 0 df off csum on" target show b
refused "a local address of the other family" 1 "famil" t target set b local 10.0.0.1
refused "the unspecified address" 1 "target c" t target add c remote 0.0.0.0
refused "a device that is not there" 1 "target c: dev nope: there is no such device" \
	t target add c remote 192.0.2.9 dev nope
json "nothing of that is left" '["a","b"]' '[.[].name]' target show
check "a line that is shown can be typed" t target add c remote fd00::9 port 4791 weight 7 \
	ttl 255 tos 0 df off csum on
is "and gives the same" "$(t target show b | sed 's/^b/c/')" "$(t target show c)"

# --- filters and rules -------------------------------------------------------

check "a filter" t filter add f description 'two "words"'
shows "its description, as it can be typed" 'f description "two \"words\""' filter
json "as JSON" '[{"name":"f","description":"two \"words\"","rules":[]}]' . filter show
refused "the same name again" 1 "filter f: .*File exists" t filter add f
check "no description" t filter set f description none
json "is no key" '[{"name":"f","rules":[]}]' . filter show f
check "a rule" t rule add f number 20 direction ingress action accept proto tcp \
	src 10.0.0.0/8 dst 192.0.2.1 sport 1024-65535 dport 80
check "another" t rule add f number 10 direction ingress action reject proto 17 dst fd00::/8
check "one of the other direction" t rule add f number 10 direction egress action accept
refused "the same number again" 1 "rule f number 10 direction egress: .*File exists" \
	t rule add f number 10 direction egress action reject
json "rules by direction and number" \
	'[{"number":10,"direction":"ingress","action":"reject","proto":17,"dst":"fd00::/8"},{"number":20,"direction":"ingress","action":"accept","proto":6,"src":"10.0.0.0/8","dst":"192.0.2.1/32","sport":{"from":1024,"to":65535},"dport":{"from":80,"to":80}},{"number":10,"direction":"egress","action":"accept"}]' \
	. rule show f
shows "as text" "number 10 direction ingress action reject proto udp dst fd00::/8
number 20 direction ingress action accept proto tcp src 10.0.0.0/8 dst 192.0.2.1/32 sport 1024-65535 dport 80
number 10 direction egress action accept" rule show f
json "with their hits" '[0,0,0]' '[.[].hits]' -s rule show f
json "and in their filter" 3 '.[0].rules | length' filter show f
refused "del of no rule" 1 "rule f number 3 direction egress: .*No such file" \
	t rule del f number 3 direction egress
check "del of a rule" t rule del f number 10 direction ingress
json "it alone" '[[20,"ingress"],[10,"egress"]]' '[.[] | [.number, .direction]]' rule show f
t rule show f | sed 's/^/  /; a # end' >"$tmp/rules"
check "load what was shown" t filter load f "$tmp/rules"
is "changes nothing" "$(sed '/#/d; s/^  //' "$tmp/rules")" "$(t rule show f)"
check "load from standard input" t filter load f - <<<"number 1 direction egress action reject"
json "replaces all" '[[1,"egress","reject"]]' '[.[] | [.number, .direction, .action]]' rule show f
before=$(t rule show f)
printf 'number 1 direction egress action accept\nnumber 2 direction egress\n' >"$tmp/rules"
refused "a bad line" 1 "rules:2: action is missing" t filter load f "$tmp/rules"
is "changes nothing" "$before" "$(t rule show f)"
refused "load into no filter" 1 "filter x: .*No such file" t filter load x /dev/null
for ((i = 1; i <= 32766; i++)); do
	echo "number $i direction ingress action accept proto udp src fd00:1:2:3::/64 dst fd00:1:2:4::/64 sport $i dport 1-$i"
done >"$tmp/ingress"
{
	cat "$tmp/ingress"
	sed 's/ingress/egress/' "$tmp/ingress" | head -n 32234
} >"$tmp/rules"
refused "65,000 rules are over the limit" 1 "filter f: .*No space" t filter load f "$tmp/rules"
check "the limit can be set" t limits set rules 65000
check "65,000 rules in one message" t filter load f "$tmp/rules"
json "all are there" 65000 length rule show f
check "no rules in one message" t filter load f /dev/null
json "none is there" '[]' . rule show f

# --- sessions ----------------------------------------------------------------

check "a session" t session add s number 1 target a
json "its defaults" '[{"name":"s","number":1,"target":"a","repair":false,"continue":false,"enabled":true}]' \
	'[.[] | del(.vni)]' session show
is "and a VNI" number "$(t -j session show s | jq -r '.[0].vni | type')"
refused "the same name again" 1 "session s: .*File exists" t session add s number 2 target a
refused "no such target" 1 "session x: target y: .*No such file" t session add x number 1 target y
refused "no such filter" 1 "session x: filter y: .*No such file" \
	t session add x number 1 target a filter y
refused "no such source" 1 "session x: source y: there is no such device" \
	t session add x number 1 target a source y
check "a session with everything" t session add r number 2 source d0 target b filter f vni 5 \
	length 100 repair on continue on enabled off description "an example"
shows "all of it" "r number 2 source d0 target b filter f vni 5 length 100 repair on continue on enabled off description \"an example\"
    attached ingress true egress true" session show r
refused "the number is taken" 1 "session x: .*exists" t session add x number 2 source d0 target a
check "on another source it is not" t session add x number 2 source d1 target a
refused "but it cannot move there" 1 "session x: .*exists" t session set x source d0
json "and is where it was" '["d1",{"ingress":true,"egress":true}]' '.[0] | [.source, .attached]' \
	session show x
refused "a target in use" 1 "target a: .*Device or resource busy" t target del a
refused "a filter in use" 1 "filter f: .*Device or resource busy" t filter del f
check "set what has a default to none" t session set r length none filter none description none \
	repair none continue none enabled none
json "it is absent or has it" \
	'{"name":"r","number":2,"source":"d0","target":"b","vni":5,"repair":false,"continue":false,"enabled":true,"attached":{"ingress":true,"egress":true}}' \
	'.[0]' session show r
check "set some" t session set r number 9 target a filter f vni 16777215 length 65535
json "the rest stays" '[9,"a","f",16777215,65535,"d0",true]' \
	'.[0] | [.number, .target, .filter, .vni, .length, .source, .enabled]' session show r
check "a random VNI" t session set r vni none
is "is another one" true "$(t -j session show r | jq '.[0].vni != 16777215')"

# kept DESC WANT WORDS...: how much is kept after "session set"
kept() {
	local desc=$1 want=$2
	shift 2
	check "$desc" t session set r "$@"
	json "leaves $want" "$want" '.[0] | [.length, .payload, .repair]' session show r
}

kept "a payload ends the length" '[null,64,false]' payload 64
kept "repair" '[null,64,true]' repair on
kept "a payload of nothing" '[null,0,true]' payload 0
kept "no length, where there is none" '[null,0,true]' length none
kept "a length ends the payload" '[9,null,true]' length 9
kept "no payload, where there is none" '[9,null,true]' payload none
kept "one in the place of the other, said twice" '[null,65535,true]' length none payload 65535
kept "no payload" '[null,null,true]' payload none
kept "no repair" '[null,null,false]' repair none
check "a VNI for each direction" t session set r vni 7/8 payload 5
json "is an object" '{"ingress":7,"egress":8}' '.[0].vni' session show r
shows "as text, in the order of the grammar" \
	"r number 9 source d0 target a filter f vni 7/8 payload 5 repair off continue off enabled on
    attached ingress true egress true" session show r
check "both alike" t session set r vni 16777215/16777215
json "is a number" 16777215 '.[0].vni' session show r
check "each of its own again" t session set r vni 0/1
check "one for both" t session set r vni 9
json "replaces both" 9 '.[0].vni' session show r
check "a random VNI after two" t session set r vni 7/8
check "is given" t session set r vni none
is "for both" number "$(t -j session show r | jq -r '.[0].vni | type')"
refused "two VNIs of which one is too large" 1 "vni 1/16777216: out of range" \
	t session set r vni 1/16777216
refused "a length and a payload" 1 "payload 2: it is a length or a payload, not both: length 1" \
	t session set r length 1 payload 2
check "a session is made with them" t session add v number 3 target a vni 1/2 payload 0 repair on
json "all there" '[{"ingress":1,"egress":2},0,true,null]' \
	'.[0] | [.vni, .payload, .repair, .length]' session show v
must t session del v
check "a session of a tc filter" n tc qdisc add dev v0 clsact
check "by the stock tc" n tc filter add dev v0 ingress matchall action tmirror session s
refused "is in use" 1 "session s: .*Device or resource busy" t session del s
refused "nor can all be flushed" 1 "flush: .*Device or resource busy" t flush
json "and all is as it was" '["r","s","x"]' '[.[].name]' session show
json "attached too" '[true,true]' '[.[0].attached[]]' session show r
must n tc qdisc del dev v0 clsact
json "counters are there from the start" \
	'{"matched":{"packets":0,"bytes":0},"mirrored":{"packets":0,"bytes":0},"truncated":{"packets":0},"dropped":{"no_route":0,"no_memory":0,"backlog":0,"rate":0,"too_big":0,"down":0}}' \
	'.[0].stats' -s session show s
json "of a target too" '{"mirrored":{"packets":0,"bytes":0},"truncated":{"packets":0}}' \
	'.[0].stats' -s target show a
tidy objects

# --- limits ------------------------------------------------------------------

check "set a limit" t limits set targets 1 filters 1 sessions 1
json "it is shown" '[1,1,1]' '.[0] | [.targets, .filters, .sessions]' limits show
check "up to the limit" t target add a remote 192.0.2.9
refused "over it" 1 "target b: .*No space" t target add b remote 192.0.2.9
check "a filter" t filter add f
refused "a second one" 1 "filter g: .*No space" t filter add g
check "a session" t session add s number 1 target a source d0
refused "a second one" 1 "session r: .*No space" t session add r number 2 target a source d1
is "which leaves no qdisc behind" "" "$(n tc qdisc show dev d1 | grep clsact)"
json "what is in use" '[1,1,1,0]' '.[0].stats | [.used.sessions, .used.targets, .used.filters, .loop]' \
	-s limits show
check "a limit below what is in use" t limits set sessions 0
must t limits set targets 100 filters 100 sessions 100
tidy limits

# --- sources -----------------------------------------------------------------

# filters DEV DIRECTION: pref and kind of each, in order
filters() {
	n tc filter show dev "$1" "$2" | sed -n 's/^filter.* pref \([0-9]*\) \([a-z0-9]*\) .*/\1 \2/p' |
		sort -nu | paste -sd,
}

must t target add a remote 192.0.2.9
check "a source" t session add s number 1 source d0 target a
is "our filter, ingress" "32767 matchall" "$(filters d0 ingress)"
is "our filter, egress" "32767 matchall" "$(filters d0 egress)"
must n tc filter add dev d0 ingress protocol ip u32 match u32 0 0 action pass
is "a filter that names no pref comes after it" "32767 matchall,49152 u32" \
	"$(filters d0 ingress | sed 's/,49152 u32.*/,49152 u32/')"
must n tc filter del dev d0 ingress pref 49152
is "protocol all, and on with continue" 1 \
	"$(n tc filter show dev d0 ingress | grep -c 'action order 1: tmirror continue')"
check "a second session of it" t session add r number 2 source d0 target a
is "needs no other filter" "32767 matchall" "$(filters d0 ingress)"
check "the first goes" t session del s
json "the second stays attached" '{"ingress":true,"egress":true}' '.[0].attached' session show r
check "the second goes" t session del r
is "and the clsact, which was ours" "" "$(n tc qdisc show dev d0 | grep clsact)"

must n tc qdisc add dev d0 clsact
must t session add s number 1 source d0 target a
must t session del s
is "a clsact that was there stays" 1 "$(n tc qdisc show dev d0 | grep -c clsact)"
is "without our filters" "" "$(filters d0 ingress)$(filters d0 egress)"
must n tc qdisc del dev d0 clsact

must t session add s number 1 source d0 target a
must n tc filter add dev d0 egress chain 7 pref 9 protocol ip flower action drop
must t session del s
is "ours stays where others use it" "9 flower" "$(filters d0 egress)"
must n tc qdisc del dev d0 clsact

must n tc qdisc add dev d0 clsact
must n tc filter add dev d0 ingress pref 100 protocol ip flower action drop
must n tc filter add dev d0 ingress pref 50 protocol all u32 match u32 0 0 action pass
must n tc filter add dev d0 egress pref 2 protocol all matchall action pass
check "a source with filters" t session add s number 1 source d0 target a
is "ours is half-way before them, ingress" "25 matchall,50 u32,100 flower" "$(filters d0 ingress)"
is "and egress" "1 matchall,2 matchall" "$(filters d0 egress)"
json "nothing precedes it" null '.[0].preceded' session show s
must n tc filter add dev d0 ingress pref 5 protocol ip flower action drop
json "a filter that was added before it does" '{"ingress":"pref 5 flower"}' '.[0].preceded' \
	session show s
is "in words" '    attached ingress true egress true preceded ingress "pref 5 flower"' \
	"$(t session show s | tail -n 1)"
must t session del s
is "others stay" "5 flower,50 u32,100 flower 2 matchall" "$(filters d0 ingress) $(filters d0 egress)"
must n tc qdisc del dev d0 clsact

# cannot DESC REGEX: session add refuses, and leaves nothing behind
cannot() {
	local before after

	before=$(n tc qdisc show; n tc filter show dev d0 ingress; t save)
	refused "$1" 1 "$2" t session add s number 1 source d0 target a
	after=$(n tc qdisc show; n tc filter show dev d0 ingress; t save)
	is "nothing is changed" "$before" "$after"
	# what it says to do instead, for a session without a source
	must t session add s number 1 target a
	check "what it prints can be done" n bash -c "$(sed 's/.*use: //' "$tmp/err")"
	must t session set s number 1
	refused "and holds the session" 1 "session s: " t session del s
}

must n tc qdisc add dev d0 clsact
must n tc filter add dev d0 egress pref 1 matchall action pass
cannot "pref 1 is taken" \
	'pref 1.* tc filter add dev d0 ingress pref 32767 matchall action tmirror session s continue && tc filter add dev d0 egress pref 2 '
must n tc qdisc del dev d0 clsact
must t session del s
must n tc qdisc add dev d0 ingress
cannot "an ingress qdisc" 'ingress qdisc.* tc filter add dev d0 ingress pref 32767 matchall'
must n tc qdisc del dev d0 ingress
must t session del s
must n tc qdisc add dev d0 ingress_block 21 egress_block 22 clsact
cannot "a shared block" 'shared block 21.* tc filter add block 21 pref 32767 matchall .* && tc filter add block 22 '
must n tc qdisc del dev d0 clsact
must t session del s

must n tc qdisc add dev d0 ingress_block 21 egress_block 22 clsact
must n tc filter add block 21 matchall action tmirror continue
must n tc filter add block 22 matchall action tmirror continue
check "a source that the user attached" t session add s number 1 source d0 target a
json "is attached" '{"ingress":true,"egress":true}' '.[0].attached' session show s
must t session del s
is "and the user's filters stay" 1 "$(n tc filter show block 21 | grep -c tmirror)"
must n tc qdisc del dev d0 clsact

check "set a source" t session add s number 1 target a
json "none at first" '[null,null]' '.[0] | [.source, .attached]' session show s
check "a device" t session set s source d0
json "attached" '{"ingress":true,"egress":true}' '.[0].attached' session show s
check "another device" t session set s source d1
is "leaves the first" "" "$(n tc qdisc show dev d0 | grep clsact)"
is "for the second" "32767 matchall" "$(filters d1 egress)"
must n tc qdisc add dev d0 ingress
refused "a device that cannot be" 1 "source d0: cannot attach" t session set s source d0
json "stays where it was" '["d1",{"ingress":true,"egress":true}]' '.[0] | [.source, .attached]' \
	session show s
must n tc qdisc del dev d0 ingress
check "no device" t session set s source none
is "leaves it" "" "$(n tc qdisc show dev d1 | grep clsact)"
must t session set s source d0
must n tc filter del dev d0 ingress
json "a filter that somebody deleted" '{"ingress":false,"egress":true}' '.[0].attached' session show s
check "is there again" t session set s source d0
json "by naming the source" '{"ingress":true,"egress":true}' '.[0].attached' session show s
must n tc qdisc del dev d0 clsact
json "a clsact that somebody deleted" '{"ingress":false,"egress":false}' '.[0].attached' session show s
check "is there again" t session set s source d0
json "by naming the source" '{"ingress":true,"egress":true}' '.[0].attached' session show s

# older kernels rename no device that is up
must ip -n n link set d0 down
must ip -n n link set d0 name dx
json "a renamed source" '["dx",{"ingress":true,"egress":true}]' '.[0] | [.source, .attached]' \
	session show s
must ip -n n link set dx name d0
must ip -n n link set d0 netns o
json "a source that moved away" '["d0",{"ingress":false,"egress":false}]' \
	'.[0] | [.source, .attached]' session show s
must ip -n o link set d0 netns n
json "and came back" '["d0",{"ingress":false,"egress":false}]' \
	'.[0] | [.source, .attached]' session show s
check "is attached again" t session set s source d0
json "by naming it" '{"ingress":true,"egress":true}' '.[0].attached' session show s
must ip -n n link del d0
json "a source that is gone" '["d0",{"ingress":false,"egress":false}]' \
	'.[0] | [.source, .attached]' session show s
t save >"$tmp/gone"
shows "a document that names it is as it is" "" apply "$tmp/gone" dry-run
must ip -n n link add d0 type dummy
must ip -n n link set d0 up
json "another device of its name is not it" '{"ingress":false,"egress":false}' '.[0].attached' \
	session show s
shows "which apply takes" "session set s source d0
source attach d0" apply "$tmp/gone" dry-run
check "and does" t apply "$tmp/gone"
json "and is attached" '{"ingress":true,"egress":true}' '.[0].attached' session show s
check "its session can go" t session del s
tidy sources

t target add a remote 192.0.2.9
for i in 1 2 3 4 5 6 7 8; do
	t session add "p$i" number "$i" source d0 target a 2>>"$tmp/parallel" &
	others[i]=$!
done
wait "${others[@]}"
is "eight at once leave one filter" "32767 matchall 32767 matchall" \
	"$(filters d0 ingress) $(filters d0 egress)"
for i in 1 2 3 4 5 6 7 8; do
	t session del "p$i" &
	others[i]=$!
done
wait "${others[@]}"
is "and none when they go" "" "$(n tc qdisc show dev d0 | grep clsact)"
tidy parallel

# --- decisions of other filters ----------------------------------------------

must t target add a remote 192.0.2.9

# dropped DEV DIRECTION PREF: packets that a filter dropped
dropped() {
	n tc -s -j filter show dev "$1" "$2" pref "$3" |
		jq '[.. | .stats? // empty | .packets] | add'
}

# frames3 DIRECTION [OPTION...]
frames3() {
	case $1 in
	ingress) nsenter --net=/run/netns/o ping -q -c 3 -i 0.02 "${@:2}" 10.9.0.1 ;;
	egress) n ping -q -c 3 -i 0.02 "${@:2}" 10.9.0.2 ;;
	esac >"$tmp/ping" 2>&1
}

# each counts one direction alone
must t filter add in
must t rule add in number 1 direction ingress action accept proto icmp
must t filter add out
must t rule add out number 1 direction egress action accept proto icmp

for direction in ingress egress; do
	filter=in
	[ $direction = ingress ] || filter=out
	must n tc qdisc add dev v0 clsact
	must n tc filter add dev v0 $direction pref 10 protocol ip flower ip_proto icmp action drop
	must t session add s number 1 source v0 target a filter $filter
	check_not "$direction: a filter after ours still drops" frames3 $direction -W 0.1
	# a sender that is told of it may try again
	dropped=$(dropped v0 $direction 10)
	check "$direction: all of them" [ "$dropped" -ge 3 ]
	is "$direction: and all are matched" "$dropped" "$(counter n s .matched.packets)"
	must n tc filter del dev v0 $direction pref 10
	check "$direction: without it they pass" frames3 $direction
	is "$direction: matched once each" $((dropped + 3)) "$(counter n s .matched.packets)"
	must n tc filter add dev v0 $direction pref 1 protocol ip flower ip_proto icmp action drop
	check_not "$direction: a filter before ours drops" frames3 $direction -W 0.1
	is "$direction: so they are not matched" $((dropped + 3)) "$(counter n s .matched.packets)"
	json "$direction: which is said" "\"pref 1 flower\"" ".[0].preceded.$direction" session show s
	must t session del s
	must n tc qdisc del dev v0 clsact
done
tidy decisions

# --- a BPF program that may decide before ------------------------------------

cat >"$tmp/tcx.py" <<'END'
# tcx.py IFINDEX: attaches a program that lets everything pass, and waits
import ctypes, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)


def bpf(cmd, attr):
    buf = ctypes.create_string_buffer(attr.ljust(128, b"\0"), 128)
    fd = libc.syscall(321, cmd, buf, 128)
    if fd < 0:
        sys.exit(f"bpf {cmd}: errno {ctypes.get_errno()}")
    return fd, buf


# r0 = TCX_NEXT; exit
insns = struct.pack("<BBhi", 0xB7, 0, 0, -1) + struct.pack("<BBhi", 0x95, 0, 0, 0)
code = ctypes.create_string_buffer(insns)
license = ctypes.create_string_buffer(b"GPL")
prog, _ = bpf(5, struct.pack("<IIQQ", 3, 2, ctypes.addressof(code), ctypes.addressof(license)))
link, _ = bpf(28, struct.pack("<III", prog, int(sys.argv[1]), 46))
print("attached", flush=True)
time.sleep(60)
END
must t target add a remote 192.0.2.9
must t session add s number 1 source d1 target a
background nsenter --net=/run/netns/n $python "$tmp/tcx.py" \
	"$(ip -n n -j link show d1 | jq '.[0].ifindex')" >"$tmp/tcx" 2>"$tmp/tcx.err"
if wait_for grep -qs . "$tmp/tcx" "$tmp/tcx.err" && grep -q attached "$tmp/tcx"; then
	json "a tcx program is said to precede" '"tcx programs 1"' '.[0].preceded.ingress' session show s
	json "in its direction alone" null '.[0].preceded.egress' session show s
	kill "$last"
else
	ok "no tcx programs here # SKIP $(head -n 1 "$tmp/tcx.err")"
fi
tidy programs

# --- save and apply ----------------------------------------------------------

cat >"$tmp/example" <<'END'
target add a remote 192.0.2.9 mark 3
target add b remote fd00::9 local fd00::1 csum off
filter add f description "first"
rule add f number 10 direction ingress action accept proto tcp dst 10.0.0.0/8 dport 80-90
rule add f number 10 direction egress action reject
filter add g
session add s number 1 source d0 target a filter f vni 1 length 100
session add r number 2 source d0 target b vni 2 continue on
session add x number 1 source d1 target a vni 3 enabled off description "x y"
session add y number 1 target a vni 4
session add p number 2 target a vni 5/6 payload 64 repair on
END
config n <"$tmp/example"
t save >"$tmp/saved"
shows "what was saved is what there is" "" apply "$tmp/saved" dry-run
is "keys in their order" '["limits","targets","filters","sessions"]' "$(jq -c keys_unsorted "$tmp/saved")"
tidy "save"
for object in filter rule target session; do
	grep "^$object" "$tmp/example" | tac
done >"$tmp/again"
config n <"$tmp/again"
is "made in another order it is saved the same" "$(cat "$tmp/saved")" "$(t save)"
tidy "another order"
check "apply to nothing" t apply "$tmp/saved"
is "makes it the same" "$(cat "$tmp/saved")" "$(t save)"
json "attached" '[true,true,true,true,true,true]' '[.[].attached // empty | .[]]' session show
check "apply from standard input" t apply - <"$tmp/saved"

# Only what differs is changed: counters of all else go on.
must ip -n n address add 10.8.0.1/24 dev d0
must ip -n n neighbour add 10.8.0.9 dev d0 lladdr 02:00:00:00:00:09
n ping -q -c 3 -i 0.02 -W 0.1 10.8.0.9 >/dev/null 2>&1
count=$(counter n r .matched.packets)
check_not "there is something to count" [ "$count" = 0 ]
jq '(.sessions[] | select(.name == "x")).number = 7' "$tmp/saved" >"$tmp/changed"
shows "one number" "session set x number 7" apply "$tmp/changed" dry-run
shows "as JSON" '[{"object":"session","command":"set","name":"x","number":7}]' -j apply "$tmp/changed" dry-run
check "is set" t apply "$tmp/changed"
is "as it should" "$(jq -cS . "$tmp/changed")" "$(t save | jq -cS .)"
is "and the counters of the others go on" "$count" "$(counter n r .matched.packets)"

jq '(.sessions[] | select(.name == "s")).number = 2 | (.sessions[] | select(.name == "r")).number = 1' \
	"$tmp/saved" >"$tmp/changed"
check "numbers change places" t apply "$tmp/changed"
is "as they should" "$(jq -cS . "$tmp/changed")" "$(t save | jq -cS .)"
check "and back" t apply "$tmp/saved"
is "as it was" "$(cat "$tmp/saved")" "$(t save)"

jq 'del(.sessions[].vni) | del(.targets[].ttl) | del(.targets[].members[].port) | del(.limits)' \
	"$tmp/saved" >"$tmp/changed"
shows "what has its default may be left out, a VNI stays" "" apply "$tmp/changed" dry-run

# edit DESC STEPS FILTER: what jq makes of what was saved, applied and undone again
edit() {
	jq "(.sessions[] | select(.name == \"p\")) |= ($3)" "$tmp/saved" >"$tmp/changed"
	shows "$1" "$2" apply "$tmp/changed" dry-run
	check "is done" t apply "$tmp/changed"
	is "as it should" "$(jq -cS . "$tmp/changed")" "$(t save | jq -cS .)"
	check "and back" t apply "$tmp/saved"
	is "as it was" "$(cat "$tmp/saved")" "$(t save)"
}

edit "a length in the place of a payload" "session set p length 9 payload none" \
	'del(.payload) | .length = 9'
edit "neither" "session set p payload none" 'del(.payload)'
edit "another payload" "session set p payload 0" '.payload = 0'
edit "no repair" "session set p repair off" '.repair = false'
edit "a VNI for both directions" "session set p vni 5" '.vni = 5'
edit "directions change places" "session set p vni 6/5" '.vni = {"ingress": 6, "egress": 5}'
jq '(.sessions[] | select(.name == "y")).vni = {"ingress": 4, "egress": 4} |
	(.sessions[] | select(.name != "p")) |= del(.repair)' "$tmp/saved" >"$tmp/changed"
shows "two VNIs that are one, and no word of repair" "" apply "$tmp/changed" dry-run

cat >"$tmp/other" <<'END'
{"targets": [{"name": "b", "members": [{"remote": "192.0.2.1"}]},
             {"name": "c", "members": [{"remote": "192.0.2.2"}], "dev": "d1"}],
 "filters": [{"name": "g", "rules": [{"number": 3, "direction": "egress", "action": "accept"}]}],
 "sessions": [{"name": "y", "number": 1, "target": "c", "source": "d1", "filter": "g"},
              {"name": "z", "number": 1, "target": "b"}]}
END
check "something else altogether" t apply "$tmp/other"
shows "then is what there is" "" apply "$tmp/other" dry-run
is "the source that is none any more is left" "" "$(n tc qdisc show dev d0 | grep clsact)"
json "the new one is attached" '{"ingress":true,"egress":true}' '.[0].attached' session show y
check "and back" t apply "$tmp/saved"
is "as it was" "$(cat "$tmp/saved")" "$(t save)"

# unchanged DESC REGEX: apply of $tmp/changed refuses and everything stays
unchanged() {
	local before

	before=$(t save; t session show; n tc qdisc show; filters d0 ingress; filters d1 egress)
	refused "$1" 1 "$2" t apply "$tmp/changed"
	is "$1: everything stays" "$before" \
		"$(t save; t session show; n tc qdisc show; filters d0 ingress; filters d1 egress)"
}

jq '.sessions[0].source = "nope"' "$tmp/saved" >"$tmp/changed"
unchanged "a device that is not there" "sessions\[0\].source nope: there is no such device"
jq '.targets[1].dev = "nope"' "$tmp/saved" >"$tmp/changed"
unchanged "a device of a target that is not there" "targets\[1\].dev nope: there is no such device"
must n tc qdisc add dev v0 ingress
jq '.sessions[0].source = "v0" | .targets += [{"name": "n", "members": [{"remote": "192.0.2.1"}]}]' \
	"$tmp/saved" >"$tmp/changed"
unchanged "a source that cannot be attached" "sessions\[0\].source v0: cannot attach"
must n tc qdisc del dev v0 ingress
must n tc qdisc add dev v0 clsact
must n tc filter add dev v0 ingress matchall action tmirror session y
jq 'del(.sessions[] | select(.name == "y"))' "$tmp/saved" >"$tmp/changed"
unchanged "a session in use by tc" "session y: a tc filter uses it"
must n tc qdisc del dev v0 clsact

must t limits set sessions 5 targets 2 filters 2
t save >"$tmp/full"
# steps of every kind are done, then undone
jq 'del(.limits) | .targets[0].tos = 3 | .filters[0].description = "new" | .filters[1].rules = .filters[0].rules |
	.filters[0].rules = [] | del(.sessions[] | select(.name == "r" or .name == "x")) |
	(.sessions[] | select(.name == "s")) |= (.number = 9 | .target = "b" | del(.filter, .length)) |
	.sessions += [{"name": "m1", "number": 2, "target": "a", "source": "v0"},
		{"name": "m2", "number": 2, "target": "a", "source": "d0"}, {"name": "m3", "number": 5, "target": "a"}]' \
	"$tmp/full" >"$tmp/changed"
unchanged "over a limit" "session m[123]: .*\(No space left on device\)$"
jq '.targets = [.targets[] | .name = "new-" + .name] | .sessions = [.sessions[] | .name = "new-" + .name |
	.target = "new-" + .target]' "$tmp/full" >"$tmp/changed"
check "all anew up to the limits" t apply "$tmp/changed"
is "which are as they should be" "$(jq -cS . "$tmp/changed")" "$(t save | jq -cS .)"
must t apply "$tmp/saved"
must n tc filter del dev d0 ingress
shows "a source whose filter is gone" "source attach d0" apply "$tmp/saved" dry-run
check "is attached again" t apply "$tmp/saved"
json "in both directions" '{"ingress":true,"egress":true}' '.[0].attached' session show s
check "an empty document" t apply - <<<'{}'
json "leaves nothing" '[[],[],[]]' '[.targets, .filters, .sessions]' save
tidy apply

# --- explain -----------------------------------------------------------------

must t target add a remote 192.0.2.9 port 4790
must t filter add f
must t rule add f number 5 direction ingress action accept proto tcp dport 80
must t rule add f number 6 direction ingress action reject
must t session add s number 1 source d0 target a filter f vni 77 length 99
json "explain what is mirrored" \
	'["s",5,"accept","a","192.0.2.9",4790,77,99]' \
	'[.session, .rule, .action, .target, .member.remote, .member.port, .vni, .length]' \
	explain source d0 direction ingress proto tcp dst 10.0.0.1 dport 80
json "what a rule rejects" '["s",6,"reject",null]' '[.session, .rule, .action, .target]' \
	explain source d0 direction ingress proto udp
json "what no rule matches" '["s",null,"reject","no rule matches"]' \
	'[.session, .rule, .action, .reason]' explain source d0 direction egress
json "what is no source" '[null,"reject"]' '[.session, .action]' explain source d1 direction egress
refused "a device that is not there" 1 "explain: source nope: there is no such device" \
	t explain source nope direction egress
shows "in one line" \
	"mirrored by session s to target a (192.0.2.9 port 4790), vni 77, length 99: rule 5 accepts" \
	explain source d0 direction ingress dport 80
must t rule add f number 5 direction egress action accept
must t session set s vni 77/78 payload 0
json "a payload and the VNI of the direction, ingress" '[77,0,null]' '[.vni, .payload, .length]' \
	explain source d0 direction ingress dport 80
json "and egress" '[78,0,null]' '[.vni, .payload, .length]' explain source d0 direction egress
shows "in one line" \
	"mirrored by session s to target a (192.0.2.9 port 4790), vni 78, payload 0: rule 5 accepts" \
	explain source d0 direction egress
must t session set s payload none
shows "of the whole" \
	"mirrored by session s to target a (192.0.2.9 port 4790), vni 78, whole: rule 5 accepts" \
	explain source d0 direction egress
tidy explain

# --- monitor and batch -------------------------------------------------------

background nsenter --net=/run/netns/n tmconf monitor >"$tmp/text"
background nsenter --net=/run/netns/n tmconf -j monitor >"$tmp/json"
joined() {
	must t filter add probe
	must t filter del probe
	grep -q probe "$tmp/text" && grep -q probe "$tmp/json"
}
wait_for joined
cat >"$tmp/batch" <<'END'
# comment

target add a remote 192.0.2.9 # not a comment's end
filter add f description 'single quotes'
rule add f number 1 direction egress action accept proto udp
session add s number 1 target a filter f vni 5
session set s length 10
session set s vni 5/6 payload 7 repair on
session del s
rule del f number 1 direction egress
filter load f /dev/null
limits set rules 100
flush
END
sed -i 's/ # not a.*//' "$tmp/batch"
check "a batch" t -b "$tmp/batch"
wait_for grep -q flush "$tmp/text"
wait_for grep -q flush "$tmp/json"
is "monitor prints each change" \
	"add target a remote 192.0.2.9 port 4789 weight 1 ttl 255 tos 0 df off csum off
add filter f description \"single quotes\"
add rule f number 1 direction egress action accept proto udp
add session s number 1 target a filter f vni 5 repair off continue off enabled on
set session s number 1 target a filter f vni 5 length 10 repair off continue off enabled on
set session s number 1 target a filter f vni 5/6 payload 7 repair on continue off enabled on
del session s
del rule f number 1 direction egress
load filter f
set limits $(t limits show | sed 's/^limits //')
flush" "$(grep -v probe "$tmp/text")"
is "and as JSON, an object a line" \
	'["add","target","a"]["add","filter","f"]["add","rule","f"]["add","session","s"]["set","session","s"]["set","session","s"]["del","session","s"]["del","rule","f"]["load","filter","f"]["set","limits",null]["flush",null,null]' \
	"$(grep -v probe "$tmp/json" | jq -c '[.event, .object, .name]' | tr -d '\n')"
is "with the keys of the grammar" '[{"ingress":5,"egress":6},7,true]' \
	"$(jq -c 'select(.payload) | [.vni, .payload, .repair]' "$tmp/json")"
must ip -n n link add dz type dummy
must t target add a remote 192.0.2.9
must t session add s number 1 source dz target a
must ip -n n link set dz name dy
check "a source that is renamed" wait_for grep -q '^set session s .* source dy ' "$tmp/text"
must ip -n n link del dev dy
printf 'target add b remote 192.0.2.9\ntarget add b remote 192.0.2.9\ntarget add c remote 192.0.2.9\n' \
	>"$tmp/batch"
refused "a batch stops at a refusal" 1 "batch:2: target b: .*File exists" t -b "$tmp/batch"
json "what was before is done" '["a","b"]' '[.[].name]' target show
must t target del b
refused "with -force it goes on" 1 "batch:2: target b: .*File exists" t -f -b "$tmp/batch"
json "to its end" '["a","b","c"]' '[.[].name]' target show
check "-netns" tmconf -n n target show a
refused "another namespace has its own" 1 "target a" tmconf -n o target show a
tidy batch

finish
