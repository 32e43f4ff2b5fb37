#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whatever tmconf is given to read, it reads no more than is there, and prints
# what it accepted so that it accepts it again: fuzz_parsers.c. Inputs begin as
# what other tests type. Needs no module.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

tool=$here/../tmconf
parts=()
for part in object value scalar proto parse words parse_json parse_rules document err print stats; do
	parts+=("$tool/$part.c")
done

# --- a beginning -------------------------------------------------------------

# words has an order of commands, value one of fields: see fuzz_parsers.c
mkdir "$tmp"/{rules,document,words,value}
commands=(target.add target.set filter.add filter.set rule.add rule.del session.add session.set)
n=0
for i in "${!commands[@]}"; do
	while IFS= read -r line; do
		n=$((n + 1))
		printf '%b%s' "\\x0$i" "$line" >"$tmp/words/$n"
		printf '%s\n' "${line#* }" >>"$tmp/lines.${commands[i]}"
	done < <(sed -nE "s/.*\\b${commands[i]/./ } ([a-zA-Z0-9][^\$\"';|&]*)$/\\1/p" \
		"$here"/test_*.sh | sort -u | head -n 40)
done
printf '\x08memory 1000000 rules 10' >"$tmp/words/limits"
printf '\x09source eth0 direction ingress proto tcp src 10.0.0.1 dport 443' >"$tmp/words/explain"
split --lines 5 "$tmp/lines.rule.add" "$tmp/rules/"
n=0
for word in eth0 'a text' 4789 on 10.0.0.0/8 fd00::/64 192.0.2.9 fd03::9 1-65535 tcp 42/43 ingress \
	accept; do
	for field in {0..45}; do
		n=$((n + 1))
		printf '%b%s' "\\x$(printf %02x "$field")" "$word" >"$tmp/value/$n"
	done
done
cat >"$tmp/document/all" <<END
{"limits": {"memory": 1000000, "sessions": 10, "targets": 10, "filters": 10, "rules": 10},
 "targets": [{"name": "t", "members": [{"remote": "192.0.2.9", "port": 4789, "weight": 1,
	"state": "up"}], "local": "192.0.2.1", "dev": "eth0", "mark": 1, "ttl": 255, "tos": 0,
	"df": false, "csum": true}, {"name": "t6", "members": [{"remote": "fd03::9"}]}],
 "filters": [{"name": "f", "description": "all", "rules": [
	{"number": 1, "direction": "ingress", "action": "accept", "proto": 6, "src": "10.0.0.0/8",
	 "dst": "0.0.0.0/0", "sport": {"from": 1, "to": 2}, "dport": {"from": 80, "to": 80}},
	{"number": 1, "direction": "egress", "action": "reject", "dst": "fd00::/8"}]}],
 "sessions": [{"name": "s", "number": 1, "source": "eth0", "target": "t", "filter": "f", "vni": 42,
	"length": 128, "repair": true, "continue": false, "enabled": true, "description": "d"},
	{"name": "s2", "number": 2, "target": "t6", "vni": {"ingress": 1, "egress": 2},
	"payload": 64}]}
END
sed -nE 's/.*\.word = "([a-z]+)".*/"\1"/p' "$tool/object.c" | sort -u >"$tmp/dictionary"
printf '"%s"\n' ingress egress accept reject none on off true false targets filters sessions limits \
	members rules from to >>"$tmp/dictionary"

# --- the parsers -------------------------------------------------------------

# shellcheck disable=SC2054 # commas are clang's
flags=(-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -g -O1 -fno-sanitize-recover=all
	-fsanitize=fuzzer,address,undefined -I"$tool" -I"$here/../../include/uapi")
# shellcheck disable=SC2046 # flags are words
must clang "${flags[@]}" -o "$tmp/fuzz" "$here/fuzz_parsers.c" "${parts[@]}" \
	$(pkg-config --cflags --libs libmnl jansson)

# The short form is the same each time; the long one goes where chance leads it.
read -r -a length <<<"$(amount "-runs=10000 -seed=1" -max_total_time=75)"
inputs=0
for parser in rules document words value; do
	FUZZ_PARSER=$parser check "$parser" "$tmp/fuzz" "${length[@]}" -max_len=2000 -timeout=30 \
		-dict="$tmp/dictionary" -artifact_prefix="$tmp/" -print_final_stats=1 "$tmp/$parser"
	cp "$tmp/check" "$tmp/$parser.log"
	did_now=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/$parser.log")
	inputs=$((inputs + ${did_now:-0}))
done
did $inputs "parser inputs"
finish
