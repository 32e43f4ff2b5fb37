// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/tmirror.h>

#include "stats.h"

/**
 * struct counter - a counter's place in netlink and in JSON
 * @group: the object it stands in, NULL: it stands alone
 * @word: its key
 * @attr: its attribute
 * @session: sessions alone have it
 */
struct counter {
	const char *group;
	const char *word;
	uint16_t attr;
	bool session;
};

static const struct counter counters[] = {
	{ "matched", "packets", TMIRROR_A_STATS_MATCHED_PACKETS, true },
	{ "matched", "bytes", TMIRROR_A_STATS_MATCHED_BYTES, true },
	{ "mirrored", "packets", TMIRROR_A_STATS_MIRRORED_PACKETS, false },
	{ "mirrored", "bytes", TMIRROR_A_STATS_MIRRORED_BYTES, false },
	{ "truncated", "packets", TMIRROR_A_STATS_TRUNCATED, false },
	{ }
};

static const struct counter drops[] = {
	{ "dropped", "no_route", TMIRROR_A_DROP_NO_ROUTE, true },
	{ "dropped", "no_memory", TMIRROR_A_DROP_NO_MEMORY, true },
	{ "dropped", "backlog", TMIRROR_A_DROP_BACKLOG, true },
	{ "dropped", "rate", TMIRROR_A_DROP_RATE, true },
	{ "dropped", "too_big", TMIRROR_A_DROP_TOO_BIG, true },
	{ "dropped", "down", TMIRROR_A_DROP_DOWN, true },
	{ }
};

static const struct counter limits[] = {
	{ "used", "memory", TMIRROR_A_LIMITS_USED_MEMORY, false },
	{ "used", "sessions", TMIRROR_A_LIMITS_USED_SESSIONS, false },
	{ "used", "targets", TMIRROR_A_LIMITS_USED_TARGETS, false },
	{ "used", "filters", TMIRROR_A_LIMITS_USED_FILTERS, false },
	{ NULL, "loop", TMIRROR_A_LIMITS_LOOP, false },
	{ }
};

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static json_int_t number(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	return mnl_attr_get_payload_len(attr) == 4 ? mnl_attr_get_u32(attr) :
	       (json_int_t)mnl_attr_get_u64(attr);
}

static void add(json_t *stats, const struct counter *c, const struct nlattr *attr)
{
	json_t *group = stats;

	if (c->group) {
		group = json_object_get(stats, c->group);
		if (!group) {
			group = json_object();
			json_object_set_new(stats, c->group, group);
		}
	}
	json_object_set_new(group, c->word, json_integer(number(attr)));
}

/**
 * stats_get() - read the counters of an object
 * @o: object_session or object_target
 * @nest: its attribute with the counters
 *
 * Return: the counters, those that were not sent being 0
 */
json_t *stats_get(const struct object *o, const struct nlattr *nest)
{
	const struct nlattr *dropped = find(nest, TMIRROR_A_STATS_DROPPED);
	bool session = o == &object_session;
	json_t *stats = json_object();
	const struct counter *c;

	for (c = counters; c->word; c++)
		if (session || !c->session)
			add(stats, c, find(nest, c->attr));
	for (c = drops; session && c->word; c++)
		add(stats, c, dropped ? find(dropped, c->attr) : NULL);
	return stats;
}

/**
 * stats_limits() - read what is in use of the limits
 * @nlh: reply of LIMITS_GET
 *
 * Return: the counters
 */
json_t *stats_limits(const struct nlmsghdr *nlh)
{
	json_t *stats = json_object();
	const struct nlattr *attr, *at;
	const struct counter *c;

	for (c = limits; c->word; c++) {
		at = NULL;
		mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
			if (mnl_attr_get_type(attr) == c->attr)
				at = attr;
		add(stats, c, at);
	}
	return stats;
}

static void print_group(FILE *out, const char *name, const json_t *group)
{
	const char *word;
	json_t *v;

	fprintf(out, "    %s", name);
	if (json_is_integer(group))
		fprintf(out, " %lld", (long long)json_integer_value(group));
	json_object_foreach((json_t *)group, word, v)
		fprintf(out, " %s %lld", word, (long long)json_integer_value(v));
	fputc('\n', out);
}

/**
 * stats_print() - print counters as text
 * @out: where to
 * @stats: counters
 */
void stats_print(FILE *out, const json_t *stats)
{
	const char *name;
	json_t *group;

	json_object_foreach((json_t *)stats, name, group)
		print_group(out, name, group);
}
