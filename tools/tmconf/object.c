// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <arpa/inet.h>
#include <linux/tmirror.h>

#include "object.h"
#include "value.h"

static const struct field member_fields[] = {
	{ .word = "remote", .arg = "ADDR", .type = TYPE_ADDR, .flags = FIELD_MUST | FIELD_SET,
	  .attr = TMIRROR_A_MEMBER_REMOTE },
	{ .word = "port", .arg = "PORT", .type = TYPE_U16, .flags = FIELD_SET,
	  .attr = TMIRROR_A_MEMBER_PORT, .min = 1, .max = 65535, .def = "4789" },
	{ .word = "weight", .arg = "WEIGHT", .type = TYPE_U16, .flags = FIELD_SET,
	  .attr = TMIRROR_A_MEMBER_WEIGHT, .min = 1, .max = TMIRROR_WEIGHT_MAX, .def = "1" },
	{ .word = "state", .type = TYPE_STATE, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_MEMBER_STATE, .def = "up" },
	{ }
};

const struct object object_member = {
	.word = "member",
	.fields = member_fields,
};

static const struct field target_fields[] = {
	{ .word = "name", .arg = "NAME", .type = TYPE_NAME, .flags = FIELD_FIRST | FIELD_MUST,
	  .attr = TMIRROR_A_TARGET_NAME },
	{ .word = "local", .arg = "ADDR", .type = TYPE_ADDR, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_TARGET_LOCAL, .unset = TMIRROR_TARGET_LOCAL },
	{ .word = "dev", .arg = "DEV", .type = TYPE_DEV, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_TARGET_IFINDEX, .attr2 = TMIRROR_A_TARGET_DEV,
	  .unset = TMIRROR_TARGET_DEV },
	{ .word = "mark", .arg = "MARK", .type = TYPE_U32, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_TARGET_MARK, .unset = TMIRROR_TARGET_MARK,
	  .min = 1, .max = UINT32_MAX },
	{ .word = "ttl", .arg = "TTL", .type = TYPE_U8, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_TARGET_TTL, .unset = TMIRROR_TARGET_TTL,
	  .min = 1, .max = 255, .def = "255" },
	{ .word = "tos", .arg = "TOS", .type = TYPE_U8, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_TARGET_TOS, .unset = TMIRROR_TARGET_TOS, .max = 255, .def = "0" },
	{ .word = "df", .arg = "{ on | off }", .type = TYPE_BOOL,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_TARGET_DF,
	  .unset = TMIRROR_TARGET_DF, .def = "off" },
	/* its default is the remote's family's: see parse_document() */
	{ .word = "csum", .arg = "{ on | off }", .type = TYPE_BOOL,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_TARGET_CSUM,
	  .unset = TMIRROR_TARGET_CSUM, .def = "off" },
	{ .word = "ifindex", .type = TYPE_U32, .flags = FIELD_OUT | FIELD_HIDE,
	  .attr = TMIRROR_A_TARGET_IFINDEX },
	{ }
};

static int family(const json_t *addr)
{
	if (!json_is_string(addr))
		return AF_UNSPEC;
	return strchr(json_string_value(addr), ':') ? AF_INET6 : AF_INET;
}

/* Both addresses, where both are there, are of one family. */
static int check_families(const json_t *a, const char *a_word, const json_t *b,
			  const char *b_word, struct err *e)
{
	if (!json_is_string(a) || !json_is_string(b) || family(a) == family(b))
		return 0;
	return err_refuse(e, "%s %s: not of the address family of %s %s", b_word,
			  json_string_value(b), a_word, json_string_value(a));
}

static int target_check(const json_t *target, struct err *e)
{
	const json_t *member = json_array_get(json_object_get(target, "members"), 0);

	return check_families(json_object_get(member, "remote"), "remote",
			      json_object_get(target, "local"), "local", e);
}

const struct object object_target = {
	.word = "target",
	.fields = target_fields,
	.part = &object_member,
	.parts = "members",
	.part_inline = true,
	.part_attr = TMIRROR_A_TARGET_MEMBER,
	.attr_unset = TMIRROR_A_TARGET_UNSET,
	.attr_stats = TMIRROR_A_TARGET_STATS,
	.cmd_add = TMIRROR_CMD_TARGET_NEW,
	.cmd_set = TMIRROR_CMD_TARGET_SET,
	.cmd_del = TMIRROR_CMD_TARGET_DEL,
	.cmd_get = TMIRROR_CMD_TARGET_GET,
	.check = target_check,
};

static const struct field rule_fields[] = {
	{ .word = "filter", .arg = "FILTER", .type = TYPE_NAME,
	  .flags = FIELD_FIRST | FIELD_MUST | FIELD_HIDE, .attr = TMIRROR_A_RULE_FILTER },
	{ .word = "number", .arg = "NUMBER", .type = TYPE_U16, .flags = FIELD_MUST | FIELD_KEY,
	  .attr = TMIRROR_A_RULE_NUMBER, .min = 1, .max = TMIRROR_NUMBER_MAX },
	{ .word = "direction", .arg = "{ ingress | egress }", .type = TYPE_DIRECTION,
	  .flags = FIELD_MUST | FIELD_KEY, .attr = TMIRROR_A_RULE_DIRECTION },
	{ .word = "action", .arg = "{ accept | reject }", .type = TYPE_ACTION,
	  .flags = FIELD_MUST, .attr = TMIRROR_A_RULE_ACTION },
	{ .word = "proto", .arg = "PROTO", .type = TYPE_PROTO, .flags = FIELD_NONE,
	  .attr = TMIRROR_A_RULE_PROTO },
	{ .word = "src", .arg = "CIDR", .type = TYPE_CIDR, .flags = FIELD_NONE,
	  .attr = TMIRROR_A_RULE_SRC, .attr2 = TMIRROR_A_RULE_SRC_LEN },
	{ .word = "dst", .arg = "CIDR", .type = TYPE_CIDR, .flags = FIELD_NONE,
	  .attr = TMIRROR_A_RULE_DST, .attr2 = TMIRROR_A_RULE_DST_LEN },
	{ .word = "sport", .arg = "PORT[-PORT]", .type = TYPE_PORTS, .flags = FIELD_NONE,
	  .attr = TMIRROR_A_RULE_SPORT_MIN, .attr2 = TMIRROR_A_RULE_SPORT_MAX },
	{ .word = "dport", .arg = "PORT[-PORT]", .type = TYPE_PORTS, .flags = FIELD_NONE,
	  .attr = TMIRROR_A_RULE_DPORT_MIN, .attr2 = TMIRROR_A_RULE_DPORT_MAX },
	{ .word = "hits", .type = TYPE_U64, .flags = FIELD_OUT | FIELD_STATS,
	  .attr = TMIRROR_A_RULE_HITS },
	{ }
};

/* Ports stand only with a protocol that has them, or with none. */
static int check_ports(const json_t *value, struct err *e)
{
	const char *word = json_object_get(value, "sport") ? "sport" : "dport";
	const json_t *ports = json_object_get(value, word);
	const json_t *proto = json_object_get(value, "proto");
	char text[VALUE_TEXT], ptext[VALUE_TEXT];

	if (!ports || !proto || value_has_ports(json_integer_value(proto)))
		return 0;
	return err_refuse(e, "%s %s: proto %s has no ports", word,
			  value_text(object_field(&object_rule, word), ports, text),
			  value_text(object_field(&object_rule, "proto"), proto, ptext));
}

static int rule_check(const json_t *value, struct err *e)
{
	if (check_families(json_object_get(value, "src"), "src",
			   json_object_get(value, "dst"), "dst", e))
		return -1;
	return check_ports(value, e);
}

const struct object object_rule = {
	.word = "rule",
	.fields = rule_fields,
	.cmd_add = TMIRROR_CMD_RULE_NEW,
	.cmd_del = TMIRROR_CMD_RULE_DEL,
	.cmd_get = TMIRROR_CMD_RULE_GET,
	.check = rule_check,
};

static const struct field filter_fields[] = {
	{ .word = "name", .arg = "NAME", .type = TYPE_NAME, .flags = FIELD_FIRST | FIELD_MUST,
	  .attr = TMIRROR_A_FILTER_NAME },
	{ .word = "description", .arg = "TEXT", .type = TYPE_TEXT,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_FILTER_DESCRIPTION },
	{ }
};

const struct object object_filter = {
	.word = "filter",
	.fields = filter_fields,
	.part = &object_rule,
	.parts = "rules",
	.part_attr = TMIRROR_A_FILTER_RULE,
	.cmd_add = TMIRROR_CMD_FILTER_NEW,
	.cmd_set = TMIRROR_CMD_FILTER_SET,
	.cmd_del = TMIRROR_CMD_FILTER_DEL,
	.cmd_load = TMIRROR_CMD_FILTER_LOAD,
	.cmd_get = TMIRROR_CMD_FILTER_GET,
};

static const struct field session_fields[] = {
	{ .word = "name", .arg = "NAME", .type = TYPE_NAME, .flags = FIELD_FIRST | FIELD_MUST,
	  .attr = TMIRROR_A_SESSION_NAME },
	{ .word = "number", .arg = "NUMBER", .type = TYPE_U16, .flags = FIELD_MUST | FIELD_SET,
	  .attr = TMIRROR_A_SESSION_NUMBER, .min = 1, .max = TMIRROR_NUMBER_MAX },
	{ .word = "source", .arg = "DEV", .type = TYPE_DEV, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_SESSION_IFINDEX, .attr2 = TMIRROR_A_SESSION_SOURCE,
	  .unset = TMIRROR_SESSION_SOURCE },
	{ .word = "target", .arg = "TARGET", .type = TYPE_NAME, .flags = FIELD_MUST | FIELD_SET,
	  .attr = TMIRROR_A_SESSION_TARGET },
	{ .word = "filter", .arg = "FILTER", .type = TYPE_NAME, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_SESSION_FILTER, .unset = TMIRROR_SESSION_FILTER },
	{ .word = "vni", .arg = "VNI[/VNI]", .type = TYPE_VNI, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_SESSION_VNI, .attr2 = TMIRROR_A_SESSION_VNI_EGRESS,
	  .unset = TMIRROR_SESSION_VNI, .max = TMIRROR_VNI_MAX },
	{ .word = "length", .arg = "BYTES", .type = TYPE_U32, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_SESSION_LENGTH, .unset = TMIRROR_SESSION_LENGTH,
	  .min = 1, .max = TMIRROR_LENGTH_MAX, .ends = "payload" },
	{ .word = "payload", .arg = "BYTES", .type = TYPE_U32, .flags = FIELD_SET | FIELD_NONE,
	  .attr = TMIRROR_A_SESSION_PAYLOAD, .unset = TMIRROR_SESSION_PAYLOAD,
	  .max = TMIRROR_LENGTH_MAX, .ends = "length" },
	{ .word = "repair", .arg = "{ on | off }", .type = TYPE_BOOL,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_SESSION_REPAIR,
	  .unset = TMIRROR_SESSION_REPAIR, .def = "off" },
	{ .word = "continue", .arg = "{ on | off }", .type = TYPE_BOOL,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_SESSION_CONTINUE,
	  .unset = TMIRROR_SESSION_CONTINUE, .def = "off" },
	{ .word = "enabled", .arg = "{ on | off }", .type = TYPE_BOOL,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_SESSION_ENABLED,
	  .unset = TMIRROR_SESSION_ENABLED, .def = "on" },
	{ .word = "description", .arg = "TEXT", .type = TYPE_TEXT,
	  .flags = FIELD_SET | FIELD_NONE, .attr = TMIRROR_A_SESSION_DESCRIPTION },
	{ .word = "ifindex", .type = TYPE_U32, .flags = FIELD_OUT | FIELD_HIDE,
	  .attr = TMIRROR_A_SESSION_IFINDEX },
	{ .word = "users", .type = TYPE_U32, .flags = FIELD_OUT | FIELD_HIDE,
	  .attr = TMIRROR_A_SESSION_USERS },
	{ }
};

static const char *const session_later[] = {
	"rate", "burst", "excess", "sample", NULL
};

/* How much is kept is said in one way. */
static int session_check(const json_t *session, struct err *e)
{
	const json_t *length = json_object_get(session, "length");
	const json_t *payload = json_object_get(session, "payload");

	if (!json_is_integer(length) || !json_is_integer(payload))
		return 0;
	return err_refuse(e, "payload %lld: it is a length or a payload, not both: length %lld",
			  (long long)json_integer_value(payload),
			  (long long)json_integer_value(length));
}

const struct object object_session = {
	.word = "session",
	.fields = session_fields,
	.attr_unset = TMIRROR_A_SESSION_UNSET,
	.attr_stats = TMIRROR_A_SESSION_STATS,
	.cmd_add = TMIRROR_CMD_SESSION_NEW,
	.cmd_set = TMIRROR_CMD_SESSION_SET,
	.cmd_del = TMIRROR_CMD_SESSION_DEL,
	.cmd_get = TMIRROR_CMD_SESSION_GET,
	.later = session_later,
	.check = session_check,
};

#define LIMIT(name, attribute, low, high) \
	{ .word = name, .arg = "N", .type = TYPE_U32, .flags = FIELD_SET, \
	  .attr = attribute, .min = low, .max = high }

static const struct field limits_fields[] = {
	LIMIT("memory", TMIRROR_A_LIMITS_MEMORY, 4096, 1 << 30),
	LIMIT("sessions", TMIRROR_A_LIMITS_SESSIONS, 0, UINT32_MAX),
	LIMIT("targets", TMIRROR_A_LIMITS_TARGETS, 0, UINT32_MAX),
	LIMIT("filters", TMIRROR_A_LIMITS_FILTERS, 0, UINT32_MAX),
	LIMIT("rules", TMIRROR_A_LIMITS_RULES, 0, UINT32_MAX),
	{ }
};

const struct object object_limits = {
	.word = "limits",
	.fields = limits_fields,
	.cmd_set = TMIRROR_CMD_LIMITS_SET,
	.cmd_get = TMIRROR_CMD_LIMITS_GET,
};

static const struct field explain_fields[] = {
	{ .word = "source", .arg = "DEV", .type = TYPE_DEV, .flags = FIELD_MUST,
	  .attr = TMIRROR_A_EXPLAIN_IFINDEX },
	{ .word = "direction", .arg = "{ ingress | egress }", .type = TYPE_DIRECTION,
	  .flags = FIELD_MUST, .attr = TMIRROR_A_EXPLAIN_DIRECTION },
	{ .word = "proto", .arg = "PROTO", .type = TYPE_PROTO,
	  .attr = TMIRROR_A_EXPLAIN_PROTO },
	{ .word = "src", .arg = "ADDR", .type = TYPE_ADDR, .attr = TMIRROR_A_EXPLAIN_SRC },
	{ .word = "dst", .arg = "ADDR", .type = TYPE_ADDR, .attr = TMIRROR_A_EXPLAIN_DST },
	{ .word = "sport", .arg = "PORT", .type = TYPE_U16,
	  .attr = TMIRROR_A_EXPLAIN_SPORT, .max = 65535 },
	{ .word = "dport", .arg = "PORT", .type = TYPE_U16,
	  .attr = TMIRROR_A_EXPLAIN_DPORT, .max = 65535 },
	{ }
};

const struct object object_explain = {
	.word = "explain",
	.fields = explain_fields,
	.cmd_get = TMIRROR_CMD_EXPLAIN,
	.check = rule_check,
};

static const struct field answer_fields[] = {
	{ .word = "session", .type = TYPE_NAME, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_SESSION },
	{ .word = "rule", .type = TYPE_U16, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_RULE },
	{ .word = "action", .type = TYPE_ACTION, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_ACTION },
	{ .word = "target", .type = TYPE_NAME, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_TARGET },
	{ .word = "vni", .type = TYPE_VNI, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_VNI },
	{ .word = "length", .type = TYPE_U32, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_LENGTH },
	{ .word = "payload", .type = TYPE_U32, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_PAYLOAD },
	{ .word = "reason", .type = TYPE_REASON, .flags = FIELD_OUT,
	  .attr = TMIRROR_A_EXPLAIN_REASON },
	{ }
};

const struct object object_answer = {
	.word = "explain",
	.fields = answer_fields,
	.part = &object_member,
	.parts = "member",
	.part_attr = TMIRROR_A_EXPLAIN_MEMBER,
};

/**
 * object_field() - find a field by its word
 * @o: kind of object
 * @word: word of the grammar
 *
 * Return: the field, or NULL
 */
const struct field *object_field(const struct object *o, const char *word)
{
	const struct field *f;

	for (f = o->fields; f->word; f++)
		if (!strcmp(f->word, word))
			return f;
	return NULL;
}

/**
 * object_takes() - may a command name this field by its word
 * @f: field
 * @verb: what the command does
 *
 * Return: true if it may
 */
bool object_takes(const struct field *f, enum verb verb)
{
	if (f->flags & (FIELD_OUT | FIELD_FIRST))
		return false;
	switch (verb) {
	case VERB_ADD:
	case VERB_LOAD:
	case VERB_ASK:
		return true;
	case VERB_SET:
		return f->flags & FIELD_SET;
	case VERB_DEL:
		return f->flags & FIELD_KEY;
	default:
		return false;
	}
}

/**
 * object_later() - is this a word whose feature does not work yet
 * @o: kind of object
 * @word: word of the grammar
 *
 * Return: true if a later version knows it
 */
bool object_later(const struct object *o, const char *word)
{
	const char *const *later = o->later;

	for (; later && *later; later++)
		if (!strcmp(*later, word))
			return true;
	return false;
}

/**
 * object_name() - what an object is called
 * @o: kind of object
 * @value: the object
 *
 * Return: the value of its first field; empty if it goes without a name
 */
const char *object_name(const struct object *o, const json_t *value)
{
	const char *name = json_string_value(json_object_get(value, o->fields->word));

	return o->fields->flags & FIELD_FIRST && name ? name : "";
}
