// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/tmirror.h>

#include "attr.h"
#include "device.h"
#include "stats.h"
#include "value.h"

/* attributes of an object, of a part or of its counters: more than any has */
#define ATTRS	64

/**
 * attr_room() - how large a message with an object can be
 * @o: kind of object
 * @value: object
 *
 * Return: bytes
 */
size_t attr_room(const struct object *o, const json_t *value)
{
	/* a rule with everything takes some 130 */
	return 2048 + 192 * json_array_size(o->parts ? json_object_get(value, o->parts) : NULL);
}

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, const char *text)
{
	unsigned char addr[16];

	if (inet_pton(AF_INET, text, addr) == 1)
		mnl_attr_put(nlh, attr, 4, addr);
	else if (inet_pton(AF_INET6, text, addr) == 1)
		mnl_attr_put(nlh, attr, 16, addr);
}

static void put_cidr(struct nlmsghdr *nlh, const struct field *f, const char *text)
{
	char addr[INET6_ADDRSTRLEN + 1] = "";
	const char *slash = strchr(text, '/');

	memcpy(addr, text, slash - text);
	put_addr(nlh, f->attr, addr);
	mnl_attr_put_u8(nlh, f->attr2, atoi(slash + 1));
}

static void put_vni(struct nlmsghdr *nlh, const struct field *f, const json_t *v)
{
	const json_t *ingress = json_object_get(v, "ingress");

	mnl_attr_put_u32(nlh, f->attr, json_integer_value(ingress ? ingress : v));
	if (ingress)
		mnl_attr_put_u32(nlh, f->attr2, json_integer_value(json_object_get(v, "egress")));
}

static int put_dev(struct nlmsghdr *nlh, const struct field *f, const char *name, struct err *e)
{
	int ifindex = device_index(name);

	if (!ifindex)
		return err_refuse(e, "%s %s: there is no such device", f->word, name);
	mnl_attr_put_u32(nlh, f->attr, ifindex);
	return 0;
}

static int put_field(struct nlmsghdr *nlh, const struct field *f, const json_t *v, struct err *e)
{
	switch (f->type) {
	case TYPE_NAME:
	case TYPE_TEXT:
		mnl_attr_put_strz(nlh, f->attr, json_is_null(v) ? "" : json_string_value(v));
		break;
	case TYPE_U8:
	case TYPE_PROTO:
		mnl_attr_put_u8(nlh, f->attr, json_integer_value(v));
		break;
	case TYPE_U16:
		mnl_attr_put_u16(nlh, f->attr, json_integer_value(v));
		break;
	case TYPE_U32:
		mnl_attr_put_u32(nlh, f->attr, json_integer_value(v));
		break;
	case TYPE_VNI:
		put_vni(nlh, f, v);
		break;
	case TYPE_BOOL:
	case TYPE_DIRECTION:
	case TYPE_ACTION:
		mnl_attr_put_u8(nlh, f->attr, value_number(f->type, v));
		break;
	case TYPE_ADDR:
		put_addr(nlh, f->attr, json_string_value(v));
		break;
	case TYPE_CIDR:
		put_cidr(nlh, f, json_string_value(v));
		break;
	case TYPE_PORTS:
		mnl_attr_put_u16(nlh, f->attr, json_integer_value(json_object_get(v, "from")));
		mnl_attr_put_u16(nlh, f->attr2, json_integer_value(json_object_get(v, "to")));
		break;
	case TYPE_DEV:
		return put_dev(nlh, f, json_string_value(v), e);
	case TYPE_U64:
	case TYPE_STATE:
	case TYPE_REASON:
		break;
	}
	return 0;
}

static int put_parts(struct nlmsghdr *nlh, const struct object *o, const json_t *parts,
		     struct err *e)
{
	struct nlattr *nest;
	json_t *part;
	size_t i;

	json_array_foreach(parts, i, part) {
		nest = mnl_attr_nest_start(nlh, o->part_attr);
		if (attr_put(nlh, o->part, part, e))
			return -1;
		mnl_attr_nest_end(nlh, nest);
	}
	return 0;
}

/**
 * attr_put() - add the fields of an object to a message
 * @nlh: message with attr_room() bytes to spare
 * @o: kind of object
 * @value: object; a null field is to be unset
 * @e: says which device is not there
 *
 * Return: 0 or -1
 */
int attr_put(struct nlmsghdr *nlh, const struct object *o, const json_t *value, struct err *e)
{
	const struct field *f;
	uint32_t unset = 0;
	const json_t *v;

	for (f = o->fields; f->word; f++) {
		v = json_object_get(value, f->word);
		if (!v || f->flags & FIELD_OUT)
			continue;
		if (json_is_null(v) && f->unset)
			unset |= f->unset;
		else if (put_field(nlh, f, v, e))
			return -1;
	}
	if (unset)
		mnl_attr_put_u32(nlh, o->attr_unset, unset);
	return o->parts ? put_parts(nlh, o, json_object_get(value, o->parts), e) : 0;
}

static uint64_t get_uint(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

static json_t *get_addr(const struct nlattr *attr, const struct nlattr *len)
{
	char text[INET6_ADDRSTRLEN + 4];
	size_t n;

	inet_ntop(mnl_attr_get_payload_len(attr) == 4 ? AF_INET : AF_INET6,
		  mnl_attr_get_payload(attr), text, INET6_ADDRSTRLEN);
	n = strlen(text);
	if (len)
		snprintf(text + n, sizeof(text) - n, "/%u", (uint8_t)get_uint(len));
	return json_string(text);
}

static json_t *get_text(const struct nlattr *attr)
{
	int len = strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));
	json_t *v;

	if (!len)
		return NULL;
	v = json_stringn(mnl_attr_get_str(attr), len);
	/* another program may have set bytes that are not UTF-8 */
	return v ? v : json_string("?");
}

static json_t *get_field(const struct field *f, const struct nlattr **tb)
{
	const struct nlattr *attr = tb[f->attr], *attr2 = f->attr2 ? tb[f->attr2] : NULL;

	if (f->type == TYPE_DEV)
		return attr2 ? get_text(attr2) : NULL;
	if (!attr)
		return NULL;
	switch (f->type) {
	case TYPE_NAME:
	case TYPE_TEXT:
		return get_text(attr);
	case TYPE_ADDR:
		return get_addr(attr, NULL);
	case TYPE_CIDR:
		return attr2 ? get_addr(attr, attr2) : NULL;
	case TYPE_PORTS:
		if (!attr2)
			return NULL;
		return json_pack("{sIsI}", "from", (json_int_t)get_uint(attr),
				 "to", (json_int_t)get_uint(attr2));
	case TYPE_VNI:
		return value_vni(get_uint(attr), get_uint(attr2 ? attr2 : attr));
	case TYPE_BOOL:
	case TYPE_DIRECTION:
	case TYPE_ACTION:
	case TYPE_STATE:
	case TYPE_REASON:
		return value_word(f->type, get_uint(attr));
	default:
		return json_integer(get_uint(attr));
	}
}

static void put_new(json_t *value, const char *word, json_t *v)
{
	if (v)
		json_object_set_new(value, word, v);
}

static void add_attr(const struct nlattr **tb, const struct nlattr *attr)
{
	if (mnl_attr_get_type(attr) < ATTRS)
		tb[mnl_attr_get_type(attr)] = attr;
}

static json_t *get_object(const struct object *o, const struct nlattr **tb, bool stats);

static json_t *get_part(const struct object *o, const struct nlattr *nest)
{
	const struct nlattr *tb[ATTRS] = { NULL }, *attr;

	mnl_attr_for_each_nested(attr, nest)
		add_attr(tb, attr);
	return get_object(o, tb, false);
}

static json_t *get_object(const struct object *o, const struct nlattr **tb, bool stats)
{
	json_t *value = json_object();
	const struct field *f;

	for (f = o->fields; f->word; f++) {
		put_new(value, f->word, get_field(f, tb));
		/* one part at most until targets have several members */
		if (f == o->fields && o->parts && tb[o->part_attr])
			json_object_set_new(value, o->parts,
					    json_pack("[o]", get_part(o->part,
								      tb[o->part_attr])));
	}
	if (stats && o->attr_stats && tb[o->attr_stats])
		json_object_set_new(value, "stats", stats_get(o, tb[o->attr_stats]));
	return value;
}

/**
 * attr_get() - read an object from a message
 * @o: kind of object
 * @nlh: message
 * @stats: with its counters
 *
 * Return: the object, hidden fields included
 */
json_t *attr_get(const struct object *o, const struct nlmsghdr *nlh, bool stats)
{
	const struct nlattr *tb[ATTRS] = { NULL }, *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		add_attr(tb, attr);
	return get_object(o, tb, stats);
}

/**
 * attr_field() - which field does a place in a message belong to
 * @o: kind of object that was put there
 * @nlh: message
 * @offset: bytes from the start of the message
 *
 * Return: the field, or NULL
 */
const struct field *attr_field(const struct object *o, const struct nlmsghdr *nlh,
			       uint32_t offset)
{
	const char *at = (const char *)nlh + offset;
	const struct nlattr *attr;
	const struct field *f;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (at < (const char *)attr || at >= (const char *)attr + attr->nla_len)
			continue;
		for (f = o->fields; f->word; f++)
			if (f->attr == mnl_attr_get_type(attr) ||
			    (f->attr2 && f->attr2 == mnl_attr_get_type(attr)))
				return f;
	}
	return NULL;
}
