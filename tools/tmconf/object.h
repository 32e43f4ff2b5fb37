/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects and their fields, as tables.
 *
 * An object in memory is a json_t whose keys are the words of the grammar: what
 * "show -j" prints. These tables drive every way in and out of it: words and
 * documents (parse.c), netlink attributes (attr.c), text (print.c), usage.
 */
#ifndef TMCONF_OBJECT_H
#define TMCONF_OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "err.h"

/* what a command does to an object */
enum verb {
	VERB_ADD = 1 << 0,
	VERB_SET = 1 << 1,
	VERB_DEL = 1 << 2,
	VERB_SHOW = 1 << 3,
	VERB_LOAD = 1 << 4,
	/* a question about a packet */
	VERB_ASK = 1 << 5,
	/* tc filters of a source: steps of a change, not words */
	VERB_ATTACH = 1 << 6,
	VERB_DETACH = 1 << 7,
};

enum type {
	TYPE_NAME,
	TYPE_TEXT,
	TYPE_U8,
	TYPE_U16,
	TYPE_U32,
	TYPE_U64,
	TYPE_BOOL,
	TYPE_ADDR,
	TYPE_CIDR,
	TYPE_PORTS,
	TYPE_PROTO,
	TYPE_DEV,
	TYPE_VNI,
	TYPE_DIRECTION,
	TYPE_ACTION,
	TYPE_STATE,
	TYPE_REASON,
};

enum {
	/* stands first in a command, without its word */
	FIELD_FIRST = 1 << 0,
	/* an object cannot be without it */
	FIELD_MUST = 1 << 1,
	/* "set" may change it */
	FIELD_SET = 1 << 2,
	/* "none" makes it absent */
	FIELD_NONE = 1 << 3,
	/* names the object, beside what stands first */
	FIELD_KEY = 1 << 4,
	/* the kernel alone says it; never typed */
	FIELD_OUT = 1 << 5,
	/* for our own use; never shown */
	FIELD_HIDE = 1 << 6,
	/* shown with -s alone */
	FIELD_STATS = 1 << 7,
};

/**
 * struct field - a field of an object
 * @word: its word in the grammar, its key in JSON
 * @arg: how usage shows its value
 * @type: form of its value
 * @flags: FIELD_*
 * @attr: netlink attribute
 * @attr2: the second attribute of a type that has two: the prefix length, the
 *	highest port, the VNI of egress; for a device its name, @attr being its
 *	index
 * @unset: bit of the object's *_UNSET attribute, 0: emptied by an empty value
 * @min: lowest value of a number
 * @max: highest value of a number
 * @def: what a document means that leaves it out, as a word; NULL: absent
 * @ends: word of the field that is absent once this one is set, NULL: none
 */
struct field {
	const char *word;
	const char *arg;
	enum type type;
	unsigned int flags;
	uint16_t attr;
	uint16_t attr2;
	uint32_t unset;
	uint64_t min;
	uint64_t max;
	const char *def;
	const char *ends;
};

/**
 * struct object - a kind of object
 * @word: its word in the grammar
 * @fields: its fields in the order they are shown; ends with a NULL word
 * @part: the object it has an array of, NULL: none
 * @parts: the array's key in JSON
 * @part_inline: the part's words are taken among the object's own
 * @part_attr: netlink attribute, repeated, that nests a part
 * @attr_unset: attribute with the mask of fields to unset
 * @attr_stats: attribute that nests the counters
 * @cmd_add: netlink command, like those that follow; 0: there is none
 * @cmd_set: likewise
 * @cmd_del: likewise
 * @cmd_load: likewise
 * @cmd_get: likewise
 * @later: words that a later version knows; ends with NULL
 * @check: refuses what no single field shows to be wrong
 */
struct object {
	const char *word;
	const struct field *fields;
	const struct object *part;
	const char *parts;
	bool part_inline;
	uint16_t part_attr;
	uint16_t attr_unset;
	uint16_t attr_stats;
	uint8_t cmd_add;
	uint8_t cmd_set;
	uint8_t cmd_del;
	uint8_t cmd_load;
	uint8_t cmd_get;
	const char *const *later;
	int (*check)(const json_t *value, struct err *e);
};

extern const struct object object_target;
extern const struct object object_member;
extern const struct object object_filter;
extern const struct object object_rule;
extern const struct object object_session;
extern const struct object object_limits;
extern const struct object object_explain;
extern const struct object object_answer;

const struct field *object_field(const struct object *o, const char *word);
bool object_takes(const struct field *f, enum verb verb);
bool object_later(const struct object *o, const char *word);
const char *object_name(const struct object *o, const json_t *value);

#endif
