// SPDX-License-Identifier: GPL-2.0
/*
 * Checks answers: each byte of them is accounted for by a schema, has a value
 * that makes sense, and no eight of them could be an address of the kernel's.
 */
#include <ctype.h>
#include <linux/genetlink.h>
#include <linux/pkt_cls.h>
#include <linux/tc_act/tc_tmirror.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "message.h"

/* no counter gets there here */
#define COUNTER_MAX	0x1000000000000

static bool whole_string(const char *s, size_t len)
{
	return len && strnlen(s, len) == len - 1;
}

static bool good_number(const struct field *f, uint64_t value)
{
	return value >= f->min && (value <= f->max || f->form == FORM_UINT);
}

static bool good_uint(const void *data, size_t len)
{
	uint64_t value = 0;

	if (len != 4 && len != 8)
		return false;
	memcpy(&value, data, len);
	return value < COUNTER_MAX && (len == 4 || value > UINT32_MAX);
}

static bool good_name(const char *s, size_t len)
{
	size_t i;

	if (!whole_string(s, len) || len > 64 || !isalnum((unsigned char)*s))
		return false;
	for (i = 0; s[i]; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) && !strchr("._-", s[i])))
			return false;
	return true;
}

static bool good_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (!isprint((unsigned char)s[i]))
			return false;
	return whole_string(s, len);
}

static bool good_address(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i + 8 <= len; i += 4)
		if (looks_like_pointer(data + i))
			return false;
	return len == 4 || len == 16;
}

static bool good_parms(const void *data, size_t len)
{
	struct tc_tmirror parms;

	if (len != sizeof(parms))
		return false;
	memcpy(&parms, data, len);
	return !parms.capab && parms.refcnt >= 0 && parms.refcnt < 10000 &&
	       parms.bindcnt >= 0 && parms.bindcnt < 10000;
}

static bool good_times(const void *data, size_t len)
{
	uint64_t times[sizeof(struct tcf_t) / 8];
	size_t i;

	if (len != sizeof(times))
		return false;
	memcpy(times, data, len);
	for (i = 0; i < sizeof(times) / 8; i++)
		if (times[i] >= COUNTER_MAX)
			return false;
	return true;
}

static bool good_value(const struct field *f, const struct nlattr *attr)
{
	size_t len = attr->nla_len - NLA_HDRLEN;
	const void *data = attr + 1;
	uint32_t value = 0;

	switch (f->form) {
	case FORM_U8:
	case FORM_U16:
	case FORM_U32:
	case FORM_PORTS:
		if (len != (f->form == FORM_U8 ? 1 : f->form == FORM_U32 ? 4 : 2))
			return false;
		memcpy(&value, data, len);
		return good_number(f, value);
	case FORM_IFINDEX:
		memcpy(&value, data, len == 4 ? 4 : 0);
		return len == 4 && value && value < 100000;
	case FORM_UINT:
		return good_uint(data, len);
	case FORM_NAME:
		return good_name(data, len);
	case FORM_TEXT:
		return whole_string(data, len) && len <= 256;
	case FORM_WORD:
		return good_word(data, len);
	case FORM_ADDR:
	case FORM_PREFIX:
		return good_address(data, len);
	case FORM_PARMS:
		return good_parms(data, len);
	case FORM_TIMES:
		return good_times(data, len);
	default:
		return true;
	}
}

static bool zero(const uint8_t *data, size_t len)
{
	while (len--)
		if (data[len])
			return false;
	return true;
}

static const struct field *field_of(const struct field *f, unsigned int type)
{
	while (f->form > FORM_OPEN && f->type != type &&
	       !(f->numbered && type > f->type && type < f->type + f->most))
		f++;
	return f;
}

static bool good_attrs(const struct field *fields, const uint8_t *data, size_t len, char why[200])
{
	const struct nlattr *attr;
	const struct field *f;
	unsigned int type;
	size_t size;

	for (; len; data += size, len -= size) {
		attr = (const struct nlattr *)data;
		size = len < NLA_HDRLEN ? 0 : NLA_ALIGN(attr->nla_len);
		if (size < NLA_HDRLEN || size > len) {
			snprintf(why, 200, "%zu bytes that are no attribute", len);
			return false;
		}
		type = attr->nla_type & NLA_TYPE_MASK;
		f = field_of(fields, type);
		if (f->form == FORM_END) {
			snprintf(why, 200, "an attribute %u", type);
			return false;
		}
		if (!zero(data + attr->nla_len, size - attr->nla_len)) {
			snprintf(why, 200, "bytes behind attribute %u", type);
			return false;
		}
		if (!good_value(f, attr)) {
			snprintf(why, 200, "the value of attribute %u", type);
			return false;
		}
		if (f->form == FORM_NEST &&
		    !good_attrs(f->nest, data + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN, why)) {
			snprintf(why + strlen(why), 200 - strlen(why), " in %u", type);
			return false;
		}
	}
	return true;
}

/* A set, for one, is told of by what a new one has. */
static const struct field *expected(const struct nlmsghdr *nlh, uint8_t cmd)
{
	size_t i;

	for (i = 0; i < commands_n; i++)
		if (nlh->nlmsg_type == genl_family ? !commands[i].type && commands[i].cmd == cmd :
		    commands[i].type == nlh->nlmsg_type)
			return commands[i].out;
	return NULL;
}

/**
 * answer_good() - is an object that came what the kernel may send
 * @nlh: message
 * @why: receives what is wrong with it
 *
 * Return: true if it is
 */
bool answer_good(const struct nlmsghdr *nlh, char why[200])
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const struct field *fields = expected(nlh, genl->cmd);
	size_t at = message_attrs((const struct message *)nlh);

	if (!fields && nlh->nlmsg_type != genl_family)
		return true;
	if (!fields || nlh->nlmsg_len < at) {
		snprintf(why, 200, "a message of command %u, %u bytes", genl->cmd, nlh->nlmsg_len);
		return false;
	}
	if (nlh->nlmsg_type == genl_family && (genl->version != 1 || genl->reserved)) {
		snprintf(why, 200, "version %u, reserved %u", genl->version, genl->reserved);
		return false;
	}
	return good_attrs(fields, (const uint8_t *)nlh + at, nlh->nlmsg_len - at, why);
}

/**
 * answer_error_good() - is the end of a message what it may be
 * @nlh: NLMSG_ERROR
 * @sent: what it answers
 * @why: receives what is wrong with it
 *
 * Return: true if it is
 */
bool answer_error_good(const struct nlmsghdr *nlh, const struct nlmsghdr *sent, char why[200])
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);
	const uint8_t *attrs = (const uint8_t *)(error + 1);

	if (error->error > 0 || error->error < -133) {
		snprintf(why, 200, "error %d", error->error);
		return false;
	}
	if (memcmp(&error->msg, sent, sizeof(*sent))) {
		snprintf(why, 200, "an error of another message");
		return false;
	}
	return good_attrs(extack_fields, attrs, (const uint8_t *)nlh + nlh->nlmsg_len - attrs, why);
}
