/* SPDX-License-Identifier: GPL-2.0 */
/* What messages are made of: which attributes, of which form, in which command. */
#ifndef FUZZ_SCHEMA_H
#define FUZZ_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum form {
	FORM_END,	/* of an array of fields */
	FORM_OPEN,	/* the same; other attributes are none of our business */
	FORM_U8,
	FORM_U16,
	FORM_U32,
	FORM_UINT,	/* of 4 bytes, or of 8 where these are not enough */
	FORM_NAME,
	FORM_TEXT,	/* any bytes but NUL */
	FORM_WORD,	/* printable */
	FORM_IFINDEX,
	FORM_ADDR,
	FORM_PREFIX,	/* an address, the prefix length in the next type */
	FORM_PORTS,	/* the lowest port, the highest in the next type */
	FORM_PARMS,	/* struct tc_tmirror */
	FORM_TIMES,	/* struct tcf_t */
	FORM_OPAQUE,
	FORM_NEST,
};

/**
 * struct field - an attribute
 * @type: its number
 * @form: form of its value
 * @odds: in how many of 16 messages it is; 0: in answers alone, or beside
 *	the attribute before it
 * @most: how many times at most, 0: once
 * @numbered: each further one has the next number
 * @min: lowest value of a number
 * @max: highest value of a number
 * @word: first letter of names, or the whole word
 * @nest: what is inside
 */
struct field {
	uint16_t type;
	enum form form;
	uint8_t odds;
	uint8_t most;
	bool numbered;
	uint32_t min;
	uint32_t max;
	const char *word;
	const struct field *nest;
};

/**
 * struct command - a kind of message
 * @name: what people call it
 * @type: netlink's type, 0: generic netlink's family
 * @cmd: generic netlink's command
 * @flags: netlink's flags
 * @other: flags that it has instead, half of the time
 * @in: attributes of a request
 * @out: attributes of an answer, NULL: not looked at
 * @weight: how often it is sent
 * @notifies: listeners are told once it is done
 */
struct command {
	const char *name;
	uint16_t type;
	uint8_t cmd;
	uint16_t flags;
	uint16_t other;
	const struct field *in;
	const struct field *out;
	unsigned int weight;
	bool notifies;
};

extern const struct command commands[];
extern const size_t commands_n;
extern const struct field extack_fields[];

#endif
