// SPDX-License-Identifier: GPL-2.0
/*
 * Damages messages, attribute by attribute. What is outside an attribute whose
 * size changes is put right, so that only what was meant to be wrong is.
 */
#include <linux/genetlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_tmirror.h>
#include <string.h>
#include <sys/types.h>

#include "dice.h"
#include "message.h"
#include "../../tmconf/array.h"

#define PLACES		400

/**
 * struct places - the attributes of a message, those in others too
 * @at: offset of each
 * @in: which one it is in, -1: none
 * @n: how many
 */
struct places {
	size_t at[PLACES];
	int in[PLACES];
	int n;
};

static struct nlattr *attr_at(struct message *m, size_t at)
{
	return (struct nlattr *)(m->bytes + at);
}

static size_t size_of(const struct nlattr *attr)
{
	return NLA_ALIGN(attr->nla_len);
}

/* tc's own nests have no flag that says so: one is what is made of attributes. */
static bool is_nest(struct message *m, size_t at)
{
	size_t from = at + NLA_HDRLEN, to = at + attr_at(m, at)->nla_len;

	if (attr_at(m, at)->nla_type & NLA_F_NESTED)
		return true;
	if (from + NLA_HDRLEN >= to)
		return false;
	while (from + NLA_HDRLEN <= to && attr_at(m, from)->nla_len >= NLA_HDRLEN)
		from += size_of(attr_at(m, from));
	return from == NLA_ALIGN(to);
}

static void find(struct message *m, struct places *p, size_t from, size_t to, int in)
{
	struct nlattr *attr;
	int me;

	for (; from + NLA_HDRLEN <= to && p->n < PLACES; from += size_of(attr)) {
		attr = attr_at(m, from);
		if (attr->nla_len < NLA_HDRLEN || from + size_of(attr) > to)
			break;
		me = p->n++;
		p->at[me] = from;
		p->in[me] = in;
		if (is_nest(m, from))
			find(m, p, from + NLA_HDRLEN, from + attr->nla_len, me);
	}
}

/* One of the attributes; -1 if there is none. */
static int choose(struct message *m, struct places *p)
{
	p->n = 0;
	find(m, p, message_attrs(m), m->header.nlmsg_len, -1);
	return p->n ? (int)dice(p->n) : -1;
}

/*
 * Makes room for @more bytes behind @at, or takes some away; @in and all around
 * it grow or shrink. Multiples of 4 alone keep what follows where it belongs.
 */
static bool stretch(struct message *m, const struct places *p, int in, size_t at, ssize_t more)
{
	size_t len = NLMSG_ALIGN(m->header.nlmsg_len), after = more < 0 ? at - more : at;
	int i;

	if (len + more > MESSAGE_ROOM - 256 || after > len)
		return false;
	for (i = in; i >= 0; i = p->in[i])
		if (attr_at(m, p->at[i])->nla_len + more > UINT16_MAX)
			return false;
	memmove(m->bytes + after + more, m->bytes + after, len - after);
	if (more > 0)
		memset(m->bytes + at, 0, more);
	for (i = in; i >= 0; i = p->in[i])
		attr_at(m, p->at[i])->nla_len += more;
	m->header.nlmsg_len = len + more;
	return true;
}

static void drop(struct message *m, const struct places *p, int i, struct message *other)
{
	(void)other;
	stretch(m, p, p->in[i], p->at[i], -(ssize_t)size_of(attr_at(m, p->at[i])));
}

static void duplicate(struct message *m, const struct places *p, int i,
		      struct message *other)
{
	size_t at = p->at[i], size = size_of(attr_at(m, at));

	(void)other;
	if (stretch(m, p, p->in[i], at + size, size))
		memcpy(m->bytes + at + size, m->bytes + at, size);
}

static void resize(struct message *m, const struct places *p, int i, struct message *other)
{
	static const uint16_t lengths[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 32, 62, 63, 64, 65, 128, 254, 255,
		256, 257, 1024, 4096, 20000,
	};
	struct nlattr *attr = attr_at(m, p->at[i]);
	size_t old = attr->nla_len - NLA_HDRLEN, len = lengths[dice(ARRAY_SIZE(lengths))], k;

	(void)other;
	if (dice(4) == 0)
		len = old + dice(3) - 1;
	if (len > UINT16_MAX - NLA_HDRLEN)
		len = 0;
	if (!stretch(m, p, p->in[i], p->at[i] + NLA_HDRLEN + (len < old ? NLA_ALIGN(len) :
		     NLA_ALIGN(old)), (ssize_t)NLA_ALIGN(len) - (ssize_t)NLA_ALIGN(old)))
		return;
	attr->nla_len = NLA_HDRLEN + len;
	for (k = old; k < len; k++)
		((uint8_t *)(attr + 1))[k] = dice(2) ? 'a' : dice(256);
}

/* Into a nest, and that into another, and so on. */
static void nest(struct message *m, const struct places *p, int i, struct message *other)
{
	unsigned int depth = dice(4) ? 1 : 1 + dice(40);
	struct nlattr *attr;
	size_t size;

	(void)other;
	while (depth--) {
		attr = attr_at(m, p->at[i]);
		size = size_of(attr);
		if (size + NLA_HDRLEN > UINT16_MAX ||
		    !stretch(m, p, p->in[i], p->at[i], NLA_HDRLEN))
			return;
		attr->nla_len = size + NLA_HDRLEN;
		attr->nla_type = (dice(2) ? attr[1].nla_type : dice(20)) | NLA_F_NESTED;
	}
}

/* What was inside stands in the place of the nest. */
static void unnest(struct message *m, const struct places *p, int i, struct message *other)
{
	(void)other;
	if (is_nest(m, p->at[i]))
		stretch(m, p, p->in[i], p->at[i], -NLA_HDRLEN);
}

static void flip_flags(struct message *m, const struct places *p, int i,
		       struct message *other)
{
	(void)other;
	attr_at(m, p->at[i])->nla_type ^= (1 + dice(3)) << 14;
}

static void retype(struct message *m, const struct places *p, int i, struct message *other)
{
	static const uint16_t types[] = { 0, 63, 200, 255, 0x3fff };
	struct nlattr *attr = attr_at(m, p->at[i]);

	(void)other;
	attr->nla_type = (attr->nla_type & NLA_F_NESTED) |
		(dice(4) ? dice(20) : types[dice(ARRAY_SIZE(types))]);
}

/* Two attributes of the same size at best change places, of others the values. */
static void swap(struct message *m, const struct places *p, int i, struct message *other)
{
	struct nlattr *a = attr_at(m, p->at[i]), *b = attr_at(m, p->at[dice(p->n)]);
	uint16_t type = a->nla_type;
	size_t len = a->nla_len < b->nla_len ? a->nla_len : b->nla_len, k;
	uint8_t *x = (uint8_t *)(a + 1), *y = (uint8_t *)(b + 1), byte;

	(void)other;
	if (a == b || is_nest(m, (uint8_t *)a - m->bytes) || is_nest(m, (uint8_t *)b - m->bytes))
		return;
	if (dice(2)) {
		a->nla_type = b->nla_type;
		b->nla_type = type;
		return;
	}
	for (k = 0; k < len - NLA_HDRLEN; k++) {
		byte = x[k];
		x[k] = y[k];
		y[k] = byte;
	}
}

/* An attribute of another message comes in beside this one. */
static void splice(struct message *m, const struct places *p, int i, struct message *other)
{
	struct places q;
	int j = choose(other, &q);
	size_t size;

	if (j < 0)
		return;
	size = size_of(attr_at(other, q.at[j]));
	if (stretch(m, p, p->in[i], p->at[i], size))
		memcpy(m->bytes + p->at[i], other->bytes + q.at[j], size);
}

static void boundary(struct message *m, const struct places *p, int i,
		     struct message *other)
{
	static const uint64_t values[] = {
		0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7ffe, 0x7fff, 0x8000, 0xffff, 0x10000,
		0xffffff, 0x1000000, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
	};
	struct nlattr *attr = attr_at(m, p->at[i]);
	size_t len = attr->nla_len - NLA_HDRLEN;
	uint64_t value = values[dice(ARRAY_SIZE(values))];

	(void)other;
	if (!is_nest(m, p->at[i]))
		memcpy(attr + 1, &value, len < sizeof(value) ? len : sizeof(value));
}

static void bits(struct message *m, const struct places *p, int i, struct message *other)
{
	struct nlattr *attr = attr_at(m, p->at[i]);
	size_t len = attr->nla_len - NLA_HDRLEN;

	(void)other;
	if (len && dice(2))
		((uint8_t *)(attr + 1))[dice(len)] ^= 1 << dice(8);
	else if (len)
		((uint8_t *)(attr + 1))[dice(len)] = dice(256);
}

static void lie(struct message *m, const struct places *p, int i, struct message *other)
{
	struct nlattr *attr = attr_at(m, p->at[i]);

	(void)other;
	attr->nla_len = dice(4) ? attr->nla_len + dice(17) - 8 : dice(65536);
}

static void cut(struct message *m, const struct places *p, int i, struct message *other)
{
	(void)i;
	(void)p;
	(void)other;
	m->header.nlmsg_len = NLMSG_HDRLEN + dice(m->header.nlmsg_len - NLMSG_HDRLEN + 1);
}

/* The header of the command: generic netlink's, or tc's. */
static void header(struct message *m, const struct places *p, int i, struct message *other)
{
	struct genlmsghdr *genl = NLMSG_DATA(&m->header);
	uint8_t *bytes = NLMSG_DATA(&m->header);

	(void)i;
	(void)p;
	(void)other;
	if (m->header.nlmsg_type != genl_family)
		bytes[dice(message_attrs(m) - NLMSG_HDRLEN)] = dice(2) ? dice(4) : dice(256);
	else if (dice(4))
		genl->cmd = dice(8) ? dice(24) : dice(256);
	else if (dice(2))
		genl->version = dice(256);
	else
		genl->reserved = dice(65536);
}

static void flags(struct message *m, const struct places *p, int i, struct message *other)
{
	(void)i;
	(void)p;
	(void)other;
	/* whoever does not ask for an answer gets none to check */
	m->header.nlmsg_flags ^= 1 << (3 + dice(13));
	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
}

static void (*const mutations[])(struct message *m, const struct places *p, int i,
				 struct message *other) = {
	drop, drop, duplicate, resize, resize, nest, unnest, flip_flags, retype, swap, splice,
	splice, boundary, boundary, boundary, bits, bits, lie, cut, header, flags,
};

/**
 * looks_like_pointer() - could these eight bytes be an address of the kernel's
 * @at: where they are
 *
 * Of x86's upper half, or of the memory that UML has from 0x60000000 on.
 *
 * Return: true if they could
 */
bool looks_like_pointer(const void *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	if (value == UINT64_MAX)
		return false;
	return value >= 0xffff800000000000 || (value >= 0x60000000 && value < 0x100000000);
}

/* Whoever sends no address cannot be sent it back. */
static void remove_pointers(struct message *m)
{
	size_t len = m->header.nlmsg_len, i;

	for (i = message_attrs(m); i + 8 <= len; i += 4)
		if (looks_like_pointer(m->bytes + i))
			m->bytes[i + 7] = 0x40;
}

/*
 * The next that may be read as an attribute of @type with @min to @max bytes behind
 * its header, wherever it stands; NULL for none. @at is where to look, and goes on.
 */
static struct nlattr *find_next(struct message *m, size_t *at, uint16_t type, size_t min,
				size_t max)
{
	struct nlattr *attr;

	while (*at + NLA_HDRLEN + min <= m->header.nlmsg_len) {
		attr = attr_at(m, *at);
		*at += 4;
		if (attr->nla_len >= NLA_HDRLEN + min && attr->nla_len <= NLA_HDRLEN + max &&
		    (attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	}
	return NULL;
}

/* No two indices in a message are the same, where one is given at all. */
static void remove_twins(struct message *m, uint16_t type, size_t len)
{
	size_t at = message_attrs(m);
	uint32_t *index[PLACES];
	struct nlattr *attr;
	int n = 0, j, k;

	while (n < PLACES && (attr = find_next(m, &at, type, len, UINT16_MAX)))
		index[n++] = (uint32_t *)(attr + 1);
	for (j = 0; j < n && !*index[j]; j++)
		;
	if (j == n)
		return;
	for (j = 0; j < n; j++) {
		for (k = 0; k < j && *index[k] != *index[j]; k++)
			;
		if (k < j || !*index[j])
			*index[j] = 1000000 + j;
	}
}

/**
 * mutate_depth() - how deep in a message there is something to be damaged
 * @m: message
 *
 * Return: in how many nests the attribute is that is in most of them
 */
unsigned int mutate_depth(struct message *m)
{
	unsigned int deepest = 0, depth;
	struct places p = { };
	int i, in;

	find(m, &p, message_attrs(m), m->header.nlmsg_len, -1);
	for (i = 0; i < p.n; i++) {
		depth = 0;
		for (in = p.in[i]; in >= 0; in = p.in[in])
			depth++;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

/**
 * mutate() - damage a message
 * @m: message
 * @other: where something else can be taken from
 */
void mutate(struct message *m, struct message *other)
{
	static const unsigned int times[] = { 1, 1, 1, 1, 2, 2, 3, 8 };
	unsigned int n = times[dice(ARRAY_SIZE(times))];
	struct places p;
	int i;

	while (n--) {
		i = choose(m, &p);
		if (i < 0) {
			header(m, &p, i, other);
			break;
		}
		mutations[dice(ARRAY_SIZE(mutations))](m, &p, i, other);
	}
}

/* Of a cookie without bytes the stock tc shows what is on its stack. */
static void remove_empty_cookies(struct message *m)
{
	size_t at = message_attrs(m);
	struct nlattr *attr;

	while ((attr = find_next(m, &at, TCA_ACT_COOKIE, 0, 0)))
		attr->nla_type = 0;
}

/**
 * mutate_not() - take out of a message what no kernel is to be sent
 * @m: message
 *
 * Before 6.13 at least, Linux tries for ever to make a filter with two new actions
 * of one index, an action that is given none having the lowest; and it frees an
 * action too often that a deletion names three times. That is so of every kind.
 */
void mutate_not(struct message *m)
{
	remove_pointers(m);
	switch (m->header.nlmsg_type) {
	case RTM_NEWACTION:
	case RTM_NEWTFILTER:
		remove_twins(m, TCA_TMIRROR_PARMS, sizeof(struct tc_tmirror));
		remove_empty_cookies(m);
		break;
	case RTM_DELACTION:
		remove_twins(m, TCA_ACT_INDEX, sizeof(uint32_t));
		break;
	}
}

/**
 * mutate_length() - make a message lie about its length
 * @m: message; what follows it will not be read
 */
void mutate_length(struct message *m)
{
	m->header.nlmsg_len = dice(2) ? dice(NLMSG_HDRLEN) : m->header.nlmsg_len + 1 + dice(100000);
}
