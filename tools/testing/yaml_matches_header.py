#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compares ynl's description of the family with the header, number by number.

Prints what differs, nothing if all agrees.
"""
import re
import sys

import yaml

HEADER = "include/uapi/linux/tmirror.h"
SPEC = "include/netlink/tmirror.yaml"


def header_values():
    """All enumerators of the header with their values."""
    with open(HEADER, encoding="ascii") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    values = {}
    for body in re.findall(r"\benum\s+\w+\s*\{(.*?)\}", text, re.S):
        following = 0
        for entry in filter(None, map(str.strip, body.split(","))):
            name, _, value = map(str.strip, entry.partition("="))
            if re.fullmatch(r"[\d\s()<\-]+", value):
                following = eval(value)  # digits, shifts and brackets alone
            elif value:
                continue
            values[name] = following
            following += 1
    return {name: value for name, value in values.items()
            if not (name.startswith("__") or name.endswith("_FIELDS"))}


def spec_values(spec):
    """The same of the description."""
    def name(prefix, entry):
        return (prefix + entry).replace("-", "_").upper()

    prefixes = {"target-field": "tmirror-target-", "reason": "tmirror-reason-",
                "session-field": "tmirror-session-"}
    for definition in spec["definitions"]:
        prefix = prefixes.get(definition["name"], "tmirror-")
        for i, entry in enumerate(definition["entries"]):
            value = 1 << i if definition["type"] == "flags" else i
            yield name(prefix, entry["name"]), value
    for attributes in spec["attribute-sets"]:
        for i, attribute in enumerate(attributes["attributes"], 1):
            yield name(attributes["name-prefix"], attribute["name"]), i
    for operation in spec["operations"]["list"]:
        if not operation["name"].endswith("-ntf"):
            yield (name(spec["operations"]["name-prefix"], operation["name"]),
                   operation["value"])


def main():
    with open(SPEC, encoding="ascii") as file:
        described = dict(spec_values(yaml.safe_load(file)))
    values = header_values()
    for name in sorted(values.keys() | described.keys()):
        if values.get(name) != described.get(name):
            print(f"{name}: {HEADER} has {values.get(name)}, "
                  f"{SPEC} has {described.get(name)}")
    sys.exit(values != described)


if __name__ == "__main__":
    main()
