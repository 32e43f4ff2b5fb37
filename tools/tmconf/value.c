// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/tmirror.h>

#include "array.h"
#include "object.h"
#include "proto.h"
#include "scalar.h"
#include "value.h"

/* the words of a type that has few, by their number in netlink */
static const char *const directions[] = { "ingress", "egress", NULL };
static const char *const actions[] = { "reject", "accept", NULL };
static const char *const states[] = { "up", "down", "drain", NULL };
static const char *const switches[] = { "off", "on", NULL };

static const char *const reasons[] = {
	[TMIRROR_REASON_RULE] = "a rule decided",
	[TMIRROR_REASON_NO_FILTER] = "the session has no filter",
	[TMIRROR_REASON_NO_MATCH] = "no rule matches",
	[TMIRROR_REASON_DISABLED] = "all sessions of the source are disabled",
	[TMIRROR_REASON_NO_SESSION] = "the device is no session's source",
};

static json_t *out_of_range(const struct field *f, const char *word, struct err *e)
{
	err_refuse(e, "%s %s: out of range, %llu to %llu are allowed", f->word, word,
		   (unsigned long long)f->min, (unsigned long long)f->max);
	return NULL;
}

static json_t *parse_uint(const struct field *f, const char *word, struct err *e)
{
	uint64_t n;

	if (value_digits(word, &n))
		return value_bad(e, f, word, "not a number");
	return n < f->min || n > f->max ? out_of_range(f, word, e) : json_integer(n);
}

static int find_word(const char *const *words, const char *word)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

static json_t *parse_one_of(const struct field *f, const char *const *words,
			    const char *word, struct err *e)
{
	char list[64] = "";
	int i = find_word(words, word);
	size_t n = 0;

	if (i >= 0)
		return words == switches ? json_boolean(i) : json_string(word);
	for (i = 0; words[i]; i++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s", i ? " or " : "", words[i]);
	err_refuse(e, "%s %s: %s is wanted", f->word, *word ? word : "\"\"", list);
	return NULL;
}

static json_t *parse_name(const struct field *f, const char *word, struct err *e)
{
	const char *c;

	if (!isascii((unsigned char)*word) || !isalnum((unsigned char)*word))
		return value_bad(e, f, word, "a name begins with a letter or a digit");
	for (c = word; *c; c++)
		if (!isascii((unsigned char)*c) ||
		    (!isalnum((unsigned char)*c) && !strchr("._-", *c)))
			return value_bad(e, f, word,
				   "a name has letters, digits, dots, underscores and hyphens");
	if (c - word > TMIRROR_NAME_MAX)
		return value_bad(e, f, word, "a name has 63 characters at most");
	return json_string(word);
}

static json_t *parse_text(const struct field *f, const char *word, struct err *e)
{
	json_t *v;

	if (strlen(word) > TMIRROR_DESCRIPTION_MAX)
		return value_bad(e, f, word, "longer than 255 bytes");
	v = json_string(word);
	return v ? v : value_bad(e, f, word, "not valid UTF-8");
}

static json_t *parse_dev(const struct field *f, const char *word, struct err *e)
{
	const char *c;
	json_t *v;

	if (!*word || strlen(word) >= IF_NAMESIZE || !strcmp(word, ".") || !strcmp(word, ".."))
		return value_bad(e, f, word, "not a name of a device");
	for (c = word; *c; c++)
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c))
			return value_bad(e, f, word, "not a name of a device");
	v = json_string(word);
	return v ? v : value_bad(e, f, word, "not a name of a device");
}

/* Reads one number for both, or two with a character between them. */
static int parse_two(const char *word, char between, uint64_t *a, uint64_t *b)
{
	const char *second = strchr(word, between);
	char first[24];

	if (!second) {
		if (value_digits(word, a))
			return -1;
		*b = *a;
		return 0;
	}
	if ((size_t)(second - word) >= sizeof(first))
		return -1;
	memcpy(first, word, second - word);
	first[second - word] = '\0';
	return value_digits(first, a) || value_digits(second + 1, b) ? -1 : 0;
}

static json_t *parse_ports(const struct field *f, const char *word, struct err *e)
{
	uint64_t from, to;

	if (parse_two(word, '-', &from, &to))
		return value_bad(e, f, word, "not a port or a range of ports");
	if (from > 65535 || to > 65535)
		return value_bad(e, f, word, "out of range, 0 to 65535 are allowed");
	if (from > to)
		return value_bad(e, f, word, "the range ends before it begins");
	return json_pack("{sIsI}", "from", (json_int_t)from, "to", (json_int_t)to);
}

static json_t *parse_proto(const struct field *f, const char *word, struct err *e)
{
	uint64_t n;
	int number;

	if (!value_digits(word, &n))
		return n > 255 ? value_bad(e, f, word, "out of range, 0 to 255 are allowed") :
		       json_integer(n);
	number = proto_number(word);
	return number < 0 ? value_bad(e, f, word, "not a protocol") : json_integer(number);
}

/**
 * value_vni() - the VNI of a session
 * @ingress: of packets received
 * @egress: of packets sent
 *
 * Return: a number where both are the same, else an object
 */
json_t *value_vni(uint32_t ingress, uint32_t egress)
{
	if (ingress == egress)
		return json_integer(ingress);
	return json_pack("{sIsI}", "ingress", (json_int_t)ingress, "egress", (json_int_t)egress);
}

static json_t *parse_vni(const struct field *f, const char *word, struct err *e)
{
	uint64_t ingress, egress;

	if (parse_two(word, '/', &ingress, &egress))
		return value_bad(e, f, word, strchr(word, '/') ?
			   "not two numbers, ingress/egress" : "not a number");
	if (ingress > f->max || egress > f->max)
		return out_of_range(f, word, e);
	return value_vni(ingress, egress);
}

/**
 * value_parse() - read the value of a field
 * @f: field
 * @word: what was typed
 * @e: says what is wrong with it
 *
 * Return: the value, or NULL
 */
json_t *value_parse(const struct field *f, const char *word, struct err *e)
{
	switch (f->type) {
	case TYPE_NAME:
		return parse_name(f, word, e);
	case TYPE_TEXT:
		return parse_text(f, word, e);
	case TYPE_U8:
	case TYPE_U16:
	case TYPE_U32:
	case TYPE_U64:
		return parse_uint(f, word, e);
	case TYPE_BOOL:
		return parse_one_of(f, switches, word, e);
	case TYPE_ADDR:
		return value_addr(f, word, e);
	case TYPE_CIDR:
		return value_cidr(f, word, e);
	case TYPE_PORTS:
		return parse_ports(f, word, e);
	case TYPE_PROTO:
		return parse_proto(f, word, e);
	case TYPE_DEV:
		return parse_dev(f, word, e);
	case TYPE_VNI:
		return parse_vni(f, word, e);
	case TYPE_DIRECTION:
		return parse_one_of(f, directions, word, e);
	case TYPE_ACTION:
		return parse_one_of(f, actions, word, e);
	case TYPE_STATE:
		return parse_one_of(f, states, word, e);
	case TYPE_REASON:
		break;
	}
	return value_bad(e, f, word, "cannot be set");
}

static const char *const *words_of(enum type type)
{
	switch (type) {
	case TYPE_DIRECTION:
		return directions;
	case TYPE_ACTION:
		return actions;
	case TYPE_STATE:
		return states;
	case TYPE_BOOL:
		return switches;
	default:
		return NULL;
	}
}

/**
 * value_number() - the number that stands for a word in netlink
 * @type: TYPE_DIRECTION, TYPE_ACTION, TYPE_STATE or TYPE_BOOL
 * @v: value of that type
 *
 * Return: the number
 */
unsigned int value_number(enum type type, const json_t *v)
{
	if (type == TYPE_BOOL)
		return json_is_true(v);
	return find_word(words_of(type), json_string_value(v));
}

/**
 * value_word() - the value that a number stands for in netlink
 * @type: as for value_number(), or TYPE_REASON
 * @number: the number
 *
 * Return: the value
 */
json_t *value_word(enum type type, unsigned int number)
{
	const char *const *words = words_of(type);
	unsigned int i;

	if (type == TYPE_BOOL)
		return json_boolean(number);
	if (type == TYPE_REASON)
		return number < ARRAY_SIZE(reasons) ?
		       json_string(reasons[number]) : json_integer(number);
	for (i = 0; words[i]; i++)
		if (i == number)
			return json_string(words[i]);
	return json_integer(number);
}

/**
 * value_has_ports() - does a protocol have ports that a rule can name
 * @proto: protocol number
 *
 * Return: true for TCP, UDP, UDP-Lite, SCTP and DCCP
 */
bool value_has_ports(int proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP;
}

/**
 * value_quote() - write a text as one word of a batch file
 * @s: text
 * @text: room for it in quotes
 *
 * Return: @s itself if it needs none, or @text
 */
const char *value_quote(const char *s, char text[VALUE_TEXT])
{
	const char *c;
	char *t = text;

	for (c = s; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("\"'\\#", *c))
			break;
	if (*s && !*c)
		return s;
	*t++ = '"';
	for (c = s; *c && t < text + VALUE_TEXT - 6; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			t += sprintf(t, "\\x%02x", *c);
			continue;
		}
		if (*c == '"' || *c == '\\')
			*t++ = '\\';
		*t++ = *c;
	}
	*t++ = '"';
	*t = '\0';
	return text;
}

/* A range of ports, or a VNI for each direction. */
static void pair_text(const struct field *f, const json_t *v, char text[VALUE_TEXT])
{
	bool vni = f->type == TYPE_VNI;
	long long a = json_integer_value(json_object_get(v, vni ? "ingress" : "from"));
	long long b = json_integer_value(json_object_get(v, vni ? "egress" : "to"));

	if (a == b)
		snprintf(text, VALUE_TEXT, "%lld", a);
	else
		snprintf(text, VALUE_TEXT, "%lld%c%lld", a, vni ? '/' : '-', b);
}

/**
 * value_text() - write a value as it could be typed
 * @f: field
 * @v: value; null is the word none
 * @text: room for it
 *
 * Return: what is written, in @text or elsewhere, for as long as both last
 */
const char *value_text(const struct field *f, const json_t *v, char text[VALUE_TEXT])
{
	long long n = json_integer_value(v);
	const char *name;

	switch (json_typeof(v)) {
	case JSON_STRING:
		return value_quote(json_string_value(v), text);
	case JSON_INTEGER:
		name = f->type == TYPE_PROTO ? proto_name(n) : NULL;
		if (name)
			return name;
		snprintf(text, VALUE_TEXT, "%lld", n);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		return switches[json_is_true(v)];
	case JSON_OBJECT:
		pair_text(f, v, text);
		break;
	default:
		return "none";
	}
	return text;
}
