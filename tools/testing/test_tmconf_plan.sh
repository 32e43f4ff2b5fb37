#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The steps of "apply", on a model in place of the module: test_tmconf_plan.c.
# Needs no module.

set -eu -o pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tool=$here/../tmconf
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

parts=()
for part in diff order plan object value scalar proto parse words parse_json document \
	err print stats; do
	parts+=("$tool/$part.c")
done

# shellcheck disable=SC2046 # flags are words
"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -g -O1 -fsanitize=address,undefined \
	-I"$tool" -I"$here/../../include/uapi" -o "$tmp/test" "$here/test_tmconf_plan.c" \
	"${parts[@]}" $(pkg-config --cflags --libs libmnl jansson)
"$tmp/test" "$@"
