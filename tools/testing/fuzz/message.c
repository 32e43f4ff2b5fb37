// SPDX-License-Identifier: GPL-2.0
/* Builds messages that are good, or nearly so. */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_tmirror.h>
#include <string.h>

#include "dice.h"
#include "message.h"
#include "../../tmconf/array.h"

uint16_t genl_family;
unsigned int devices[8];
unsigned int devices_n;

static void *tail(struct message *m, size_t len)
{
	void *at = m->bytes + m->header.nlmsg_len;

	memset(at, 0, NLMSG_ALIGN(len));
	m->header.nlmsg_len += NLMSG_ALIGN(len);
	return at;
}

/**
 * message_put() - put an attribute
 * @m: message
 * @type: its type
 * @data: its value
 * @len: bytes of it
 */
void message_put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = tail(m, NLA_HDRLEN + len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
}

/**
 * message_put_word() - put a string
 * @m: message
 * @type: attribute's type
 * @word: string
 */
void message_put_word(struct message *m, uint16_t type, const char *word)
{
	message_put(m, type, word, strlen(word) + 1);
}

/**
 * message_nest() - begin an attribute with others in it
 * @m: message
 * @type: its type
 *
 * Return: it, for message_nest_end()
 */
struct nlattr *message_nest(struct message *m, uint16_t type)
{
	struct nlattr *nest = tail(m, NLA_HDRLEN);

	nest->nla_type = type | NLA_F_NESTED;
	return nest;
}

/**
 * message_nest_end() - end an attribute with others in it
 * @m: message
 * @nest: it
 */
void message_nest_end(struct message *m, struct nlattr *nest)
{
	nest->nla_len = m->bytes + m->header.nlmsg_len - (uint8_t *)nest;
}

/**
 * message_attrs() - where a message's attributes begin
 * @m: message
 *
 * Return: offset in bytes
 */
size_t message_attrs(const struct message *m)
{
	switch (m->header.nlmsg_type) {
	case RTM_NEWACTION:
	case RTM_DELACTION:
	case RTM_GETACTION:
		return NLMSG_LENGTH(sizeof(struct tcamsg));
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
	case RTM_GETTFILTER:
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
		return NLMSG_LENGTH(sizeof(struct tcmsg));
	}
	return NLMSG_LENGTH(GENL_HDRLEN);
}

static void begin_filter(struct message *m)
{
	static const uint16_t protocols[] = { ETH_P_ALL, ETH_P_ALL, ETH_P_IP, 0 };
	struct tcmsg *tc = tail(m, sizeof(*tc));

	tc->tcm_ifindex = devices[dice(devices_n)];
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS - dice(2));
	tc->tcm_handle = dice(3);
	tc->tcm_info = TC_H_MAKE(dice(6) << 16, htons(protocols[dice(ARRAY_SIZE(protocols))]));
}

/**
 * message_begin() - make a message that has no attributes yet
 * @m: receives it
 * @c: kind of message
 */
void message_begin(struct message *m, const struct command *c)
{
	struct genlmsghdr *genl;

	m->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = c->type ? c->type : genl_family,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
			(c->other && dice(2) ? c->other : c->flags),
	};
	switch (message_attrs(m)) {
	case NLMSG_LENGTH(sizeof(struct tcmsg)):
		begin_filter(m);
		break;
	default:
		genl = tail(m, sizeof(*genl));
		if (c->type)
			break;
		genl->cmd = c->cmd;
		genl->version = 1;
	}
}

/* Mostly low, so that they meet; now and then the ends. */
static uint32_t number(const struct field *f)
{
	uint64_t span = (uint64_t)f->max - f->min + 1;

	switch (dice(8)) {
	case 0:
		return f->min;
	case 1:
		return f->max;
	case 2:
	case 3:
		return f->min + dice_bits() % span;
	}
	return f->min + dice(span < 16 ? span : 16);
}

static const char *const addresses[] = {
	"192.0.2.9", "192.0.2.9", "10.1.0.1", "10.9.0.2", "127.0.0.1", "239.1.1.1",
	"255.255.255.255", "0.0.0.0", "fd03::9", "fd03::9", "fd01::1", "::1", "ff0e::1",
	"fe80::1", "::", "::ffff:1.2.3.4",
};

static const struct {
	const char *address;
	uint8_t len;
} prefixes[] = {
	{ "0.0.0.0", 0 }, { "10.0.0.0", 8 }, { "10.9.0.0", 16 }, { "10.9.0.2", 32 },
	{ "10.9.0.0", 31 }, { "192.0.2.0", 24 }, { "192.0.2.1", 24 }, { "::", 0 },
	{ "fd00::", 8 }, { "fd01::", 64 }, { "fd01::1", 128 }, { "fd01::1", 64 },
	{ "2001:db8::", 32 },
};

static size_t address(const char *word, void *to)
{
	bool six = strchr(word, ':');

	inet_pton(six ? AF_INET6 : AF_INET, word, to);
	return six ? 16 : 4;
}

static void put_address(struct message *m, uint16_t type, const char *word)
{
	uint8_t bytes[16];
	size_t len = address(word, bytes);

	message_put(m, type, bytes, len);
}

static void put_prefix(struct message *m, uint16_t type)
{
	unsigned int i = dice(ARRAY_SIZE(prefixes));

	put_address(m, type, prefixes[i].address);
	message_put(m, type + 1, &prefixes[i].len, 1);
}

static void put_ports(struct message *m, uint16_t type, const struct field *f)
{
	uint16_t ports[2] = { number(f), number(f) };
	bool swap = ports[0] > ports[1] && dice(8);

	message_put(m, type, &ports[swap], 2);
	message_put(m, type + 1, &ports[!swap], 2);
}

static void put_name(struct message *m, uint16_t type, const struct field *f)
{
	char name[3] = { f->word[0], 'a' + dice(16) };

	message_put_word(m, type, name);
}

static void put_text(struct message *m, uint16_t type)
{
	char text[257];
	size_t len = dice(8) ? dice(20) : dice(257), i;

	for (i = 0; i < len; i++)
		text[i] = 1 + dice(255);
	text[len] = '\0';
	message_put(m, type, text, len + 1);
}

static void put_parms(struct message *m, uint16_t type)
{
	static const int controls[] = {
		TC_ACT_PIPE, TC_ACT_PIPE, TC_ACT_UNSPEC, TC_ACT_OK, TC_ACT_RECLASSIFY,
		TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_QUEUED, TC_ACT_REPEAT, TC_ACT_REDIRECT,
		TC_ACT_TRAP, TC_ACT_JUMP | 1, TC_ACT_GOTO_CHAIN | 1, TC_ACT_GOTO_CHAIN | 3, 77,
	};
	struct tc_tmirror parms = {
		.index = dice(3) ? dice(13) : 0,
		.action = controls[dice(ARRAY_SIZE(controls))],
	};

	message_put(m, type, &parms, sizeof(parms));
}

static void put_opaque(struct message *m, uint16_t type)
{
	uint64_t bytes[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++)
		bytes[i] = dice(2) ? dice_bits() : dice(4);
	message_put(m, type, bytes, dice(2) ? 8 : dice(sizeof(bytes)));
}

static void put_fields(struct message *m, const struct field *f);

static void put_field(struct message *m, uint16_t type, const struct field *f)
{
	struct nlattr *nest;
	uint32_t n;

	switch (f->form) {
	case FORM_U8:
	case FORM_U16:
	case FORM_U32:
		n = number(f);
		/* the first bytes of it: little-endian */
		message_put(m, type, &n, f->form == FORM_U8 ? 1 : f->form == FORM_U16 ? 2 : 4);
		break;
	case FORM_IFINDEX:
		message_put(m, type, &devices[dice(devices_n)], 4);
		break;
	case FORM_NAME:
		put_name(m, type, f);
		break;
	case FORM_TEXT:
		put_text(m, type);
		break;
	case FORM_WORD:
		message_put_word(m, type, f->word);
		break;
	case FORM_ADDR:
		put_address(m, type, addresses[dice(ARRAY_SIZE(addresses))]);
		break;
	case FORM_PREFIX:
		put_prefix(m, type);
		break;
	case FORM_PORTS:
		put_ports(m, type, f);
		break;
	case FORM_PARMS:
		put_parms(m, type);
		break;
	case FORM_NEST:
		nest = message_nest(m, type);
		put_fields(m, f->nest);
		message_nest_end(m, nest);
		break;
	default:
		put_opaque(m, type);
	}
}

static void put_fields(struct message *m, const struct field *f)
{
	unsigned int n, i;

	for (; f->form > FORM_OPEN; f++) {
		if (!dice_odds(f->odds))
			continue;
		/* few of them, mostly */
		n = f->most ? 1 + dice(dice(4) ? 4 : f->most) : 1;
		for (i = 0; i < n && (!f->most || i < f->most); i++)
			put_field(m, f->numbered ? f->type + i : f->type, f);
	}
}

/**
 * message_build() - make a message, good but for what one attribute cannot know
 *	of another
 * @m: receives it
 * @c: kind of message
 */
void message_build(struct message *m, const struct command *c)
{
	message_begin(m, c);
	put_fields(m, c->in);
}
