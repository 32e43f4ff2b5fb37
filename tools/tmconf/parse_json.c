// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "value.h"

/* A JSON value in an error's line, however large it is. */
static const char *brief(const json_t *v, char text[80])
{
	char *s = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	snprintf(text, 80, "%.76s%s", s ? s : "?", s && strlen(s) > 76 ? "..." : "");
	free(s);
	return text;
}

static int bad_value(const char *word, const json_t *v, const char *want, struct err *e)
{
	char text[80];

	return err_refuse(e, "%s %s: %s is wanted", word, brief(v, text), want);
}

static json_t *ports_value(const struct field *f, const json_t *v, struct err *e)
{
	const json_t *from = json_object_get(v, "from"), *to = json_object_get(v, "to");
	char word[64];

	if (json_object_size(v) != 2 || !json_is_integer(from) || !json_is_integer(to))
		return bad_value(f->word, v, "{\"from\": number, \"to\": number}", e), NULL;
	if (json_integer_value(from) < 0 || json_integer_value(to) < 0)
		return bad_value(f->word, v, "a range of ports from 0 to 65535", e), NULL;
	snprintf(word, sizeof(word), "%lld-%lld", (long long)json_integer_value(from),
		 (long long)json_integer_value(to));
	return value_parse(f, word, e);
}

/* A VNI for each direction; one for both is a number. */
static json_t *vnis_value(const struct field *f, const json_t *v, struct err *e)
{
	static const char want[] = "a number or {\"ingress\": number, \"egress\": number}";
	const json_t *in = json_object_get(v, "ingress"), *out = json_object_get(v, "egress");
	char word[64];

	if (json_object_size(v) != 2 || !json_is_integer(in) || !json_is_integer(out))
		return bad_value(f->word, v, want, e), NULL;
	snprintf(word, sizeof(word), "%lld/%lld", (long long)json_integer_value(in),
		 (long long)json_integer_value(out));
	return value_parse(f, word, e);
}

/* Reads what a word would say from what JSON says: one parser for both. */
static json_t *field_value(const struct field *f, const json_t *v, struct err *e)
{
	char word[VALUE_TEXT];
	json_t *value;

	switch (f->type) {
	case TYPE_U8:
	case TYPE_U16:
	case TYPE_U32:
	case TYPE_U64:
	case TYPE_PROTO:
		if (!json_is_integer(v))
			return bad_value(f->word, v, "a number", e), NULL;
		break;
	case TYPE_VNI:
		if (!json_is_integer(v))
			return vnis_value(f, v, e);
		break;
	case TYPE_BOOL:
		if (!json_is_boolean(v))
			return bad_value(f->word, v, "true or false", e), NULL;
		break;
	case TYPE_PORTS:
		return ports_value(f, v, e);
	default:
		if (!json_is_string(v))
			return bad_value(f->word, v, "a string", e), NULL;
		value = value_parse(f, json_string_value(v), e);
		return value;
	}
	if (json_is_boolean(v))
		return json_boolean(json_is_true(v));
	snprintf(word, sizeof(word), "%lld", (long long)json_integer_value(v));
	return value_parse(f, word, e);
}

static bool known_key(const struct object *o, const char *key)
{
	const struct field *f = object_field(o, key);

	if (o->parts && !strcmp(o->parts, key))
		return true;
	/* a rule in a document stands in its filter */
	if (f && f->flags & FIELD_FIRST && f->flags & FIELD_HIDE)
		return false;
	return f && !(f->flags & (FIELD_HIDE | FIELD_STATS));
}

static int check_keys(const struct object *o, const json_t *doc, struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(doc))
		return bad_value(o->word, doc, "an object", e);
	json_object_foreach((json_t *)doc, key, v) {
		if (object_later(o, key))
			return err_refuse(e, "%s: not supported yet", key);
		if (!known_key(o, key))
			return err_refuse(e, "%s: unknown key", key);
	}
	return 0;
}

static json_t *parse_parts(const struct object *o, const json_t *doc, struct err *e)
{
	const json_t *parts = json_object_get(doc, o->parts);
	json_t *out, *part;
	size_t i;

	if (parts && !json_is_array(parts))
		return bad_value(o->parts, parts, "an array", e), NULL;
	if (o->part_inline && json_array_size(parts) != 1) {
		err_refuse(e, json_array_size(parts) ?
			   "%s: more than one is not supported yet" : "%s: one is wanted",
			   o->parts);
		return NULL;
	}
	out = json_array();
	for (i = 0; i < json_array_size(parts); i++) {
		part = parse_object(o->part, json_array_get(parts, i), e);
		if (!part) {
			err_prefix(e, "%s[%zu].", o->parts, i);
			json_decref(out);
			return NULL;
		}
		json_array_append_new(out, part);
	}
	return out;
}

/* The outer UDP checksum is on by default where the remote is IPv6. */
static const char *default_of(const struct object *o, const struct field *f, const json_t *value)
{
	const json_t *member = json_array_get(json_object_get(value, "members"), 0);
	const char *remote = json_string_value(json_object_get(member, "remote"));

	if (o == &object_target && !strcmp(f->word, "csum") && remote && strchr(remote, ':'))
		return "on";
	return f->def;
}

static int parse_field(const struct object *o, const struct field *f, const json_t *doc,
		       json_t *value, struct err *e)
{
	const json_t *v = json_object_get(doc, f->word);
	const char *def = default_of(o, f, value);

	if (f->type == TYPE_STATE && v &&
	    (!json_is_string(v) || strcmp(json_string_value(v), "up")))
		return bad_value(f->word, v, "\"up\"", e);
	if (v && f->type == TYPE_TEXT && json_is_string(v) && !json_string_length(v))
		return 0;
	if (v)
		return json_object_set_new(value, f->word, field_value(f, v, e));
	if (f->flags & FIELD_MUST && !(f->flags & FIELD_HIDE))
		return err_refuse(e, "%s: is missing", f->word);
	return def ? json_object_set_new(value, f->word, value_parse(f, def, e)) : 0;
}

static int parse_fields(const struct object *o, const json_t *doc, json_t *value, struct err *e)
{
	const struct field *f;
	json_t *parts;
	bool first;

	if (check_keys(o, doc, e))
		return -1;
	for (f = o->fields; f->word; f++) {
		first = f == o->fields;
		if (parse_field(o, f, doc, value, e))
			return -1;
		if (!first || !o->part_inline)
			continue;
		parts = parse_parts(o, doc, e);
		if (json_object_set_new(value, o->parts, parts))
			return -1;
	}
	if (o->parts && !o->part_inline &&
	    json_object_set_new(value, o->parts, parse_parts(o, doc, e)))
		return -1;
	return o->check ? o->check(value, e) : 0;
}

/**
 * parse_object() - read an object from JSON, as "show -j" prints it
 * @o: kind of object
 * @doc: what was read
 * @e: says what is wrong, and under which key
 *
 * Return: the object in the form that the kernel's is in, what is left out
 * having its default; NULL if something is wrong
 */
json_t *parse_object(const struct object *o, const json_t *doc, struct err *e)
{
	json_t *value = json_object();

	if (parse_fields(o, doc, value, e)) {
		json_decref(value);
		return NULL;
	}
	return value;
}
