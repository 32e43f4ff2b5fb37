// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tmirror.h>

#include "attr.h"
#include "document.h"
#include "request.h"
#include "stats.h"
#include "store.h"
#include "tmconf.h"
#include "train.h"

static json_t *read_list(const struct object *o, const struct nl_reply *reply)
{
	json_t *list = json_array();
	const struct nlmsghdr *nlh;
	int left;

	nl_foreach(reply, nlh, left)
		json_array_append_new(list, attr_get(o, nlh, true));
	document_sort(list);
	return list;
}

/**
 * struct dump - a list that is being read
 * @o: kind of object
 * @stats: with counters
 * @list: what came so far
 */
struct dump {
	const struct object *o;
	bool stats;
	json_t *list;
};

static void add_object(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;

	if (nlh)
		json_array_append_new(dump->list, attr_get(dump->o, nlh, dump->stats));
	else
		json_array_clear(dump->list);
}

/**
 * store_each() - take the messages of all objects of a kind
 * @t: run
 * @o: kind of object
 * @each: takes them
 * @arg: for @each
 *
 * For those who want little of many objects.
 *
 * Return: 0, or -1 if they could not be read
 */
int store_each(struct tmconf *t, const struct object *o, nl_each_t each, void *arg)
{
	struct nl_reply reply;
	struct nlmsghdr *nlh;
	char buf[1024];

	if (nl_open_tmirror(&t->genl, &t->err))
		return -1;
	nlh = nl_genl(&t->genl, buf, o->cmd_get, NLM_F_DUMP);
	if (nl_dump(&t->genl, nlh, each, arg, &reply))
		return request_fail(&t->err, o, NULL, nlh, &reply);
	return 0;
}

/* The name comes first, of objects that have one. */
static int compare_names(const void *a, const void *b)
{
	const struct nlmsghdr *const *x = a, *const *y = b;
	size_t skip = sizeof(struct genlmsghdr);

	return strcmp(mnl_attr_get_str(mnl_nlmsg_get_payload_offset(*x, skip)),
		      mnl_attr_get_str(mnl_nlmsg_get_payload_offset(*y, skip)));
}

/**
 * store_messages() - read all objects of a kind, but make nothing of them yet
 * @t: run
 * @o: kind of object, one with a name
 * @m: receives them; to be given to store_free_messages() in any case
 *
 * As objects they take ten times the memory, so who has many may want to see
 * one at a time.
 *
 * Return: 0, or -1 if they could not be read
 */
int store_messages(struct tmconf *t, const struct object *o, struct messages *m)
{
	const struct nlmsghdr *nlh;
	struct nlmsghdr *req;
	char buf[1024];
	int left;

	memset(m, 0, sizeof(*m));
	if (nl_open_tmirror(&t->genl, &t->err))
		return -1;
	req = nl_genl(&t->genl, buf, o->cmd_get, NLM_F_DUMP);
	if (nl_request(&t->genl, req, &m->reply))
		return request_fail(&t->err, o, NULL, req, &m->reply);
	nl_foreach(&m->reply, nlh, left)
		m->n++;
	m->list = calloc(m->n + 1, sizeof(*m->list));
	if (!m->list)
		abort();
	m->n = 0;
	nl_foreach(&m->reply, nlh, left)
		m->list[m->n++] = nlh;
	qsort(m->list, m->n, sizeof(*m->list), compare_names);
	return 0;
}

/**
 * store_free_messages() - free what store_messages() read
 * @m: the messages
 */
void store_free_messages(struct messages *m)
{
	free(m->list);
	free(m->reply.data);
}

/**
 * store_list() - read all objects of a kind
 * @t: run
 * @o: kind of object
 * @filter: the filter whose rules are wanted, NULL: of all; else NULL
 *
 * Return: array in the order of documents, NULL if it could not be read
 */
json_t *store_list(struct tmconf *t, const struct object *o, const char *filter)
{
	struct dump dump = { .o = o, .stats = t->stats };
	struct nl_reply reply;
	struct nlmsghdr *nlh;
	char buf[1024];

	if (nl_open_tmirror(&t->genl, &t->err))
		return NULL;
	dump.list = json_array();
	nlh = nl_genl(&t->genl, buf, o->cmd_get, NLM_F_DUMP);
	if (filter)
		mnl_attr_put_strz(nlh, TMIRROR_A_RULE_FILTER, filter);
	if (!nl_dump(&t->genl, nlh, add_object, &dump, &reply)) {
		document_sort(dump.list);
		return dump.list;
	}
	if (filter)
		err_refuse(&t->err, "filter %s: %s", filter, strerror(reply.error));
	else
		request_fail(&t->err, o, NULL, nlh, &reply);
	json_decref(dump.list);
	return NULL;
}

/**
 * store_get() - read one object
 * @t: run
 * @o: kind of object
 * @name: its name, NULL for the limits
 *
 * Return: the object, NULL if it could not be read
 */
json_t *store_get(struct tmconf *t, const struct object *o, const char *name)
{
	json_t *key = name ? json_pack("{ss}", o->fields->word, name) : NULL;
	json_t *list, *value = NULL;
	struct nl_reply reply;
	struct nlmsghdr *nlh;
	char buf[1024];

	if (nl_open_tmirror(&t->genl, &t->err))
		goto out;
	nlh = nl_genl(&t->genl, buf, o->cmd_get, 0);
	if (name)
		mnl_attr_put_strz(nlh, o->fields->attr, name);
	if (nl_request(&t->genl, nlh, &reply)) {
		request_fail(&t->err, o, key, nlh, &reply);
	} else {
		list = read_list(o, &reply);
		value = json_incref(json_array_get(list, 0));
		json_decref(list);
		if (value && o == &object_limits)
			json_object_set_new(value, "stats",
					    stats_limits((const struct nlmsghdr *)reply.data));
		if (!value)
			err_refuse(&t->err, "%s: the kernel sent nothing", o->word);
	}
	free(reply.data);
out:
	json_decref(key);
	return value;
}

/**
 * store_do() - change an object
 * @t: run
 * @o: kind of object
 * @verb: VERB_ADD, VERB_SET, VERB_DEL or VERB_LOAD
 * @value: the object, or the part of it that the command takes
 *
 * Return: 0, or -1 if nothing was changed
 */
int store_do(struct tmconf *t, const struct object *o, enum verb verb, const json_t *value)
{
	struct train train = { };
	bool done;
	int ret = train_add(t, &train, o, verb, value, &done);

	if (!ret)
		ret = train_send(t, &train);
	train_free(&train);
	return ret;
}

/**
 * store_flush() - delete everything but the limits
 * @t: run
 *
 * Return: 0, or -1 if nothing was changed
 */
int store_flush(struct tmconf *t)
{
	static const struct field none[] = { { } };
	static const struct object everything = {
		.word = "flush",
		.fields = none,
		.cmd_del = TMIRROR_CMD_FLUSH,
	};

	return store_do(t, &everything, VERB_DEL, NULL);
}

/**
 * store_ask() - ask what would become of a packet
 * @t: run
 * @packet: object of object_explain
 *
 * Return: object of object_answer, or NULL
 */
json_t *store_ask(struct tmconf *t, const json_t *packet)
{
	json_t *list, *answer, *member;
	struct nl_reply reply;
	struct nlmsghdr *req;
	char buf[4096];

	if (nl_open_tmirror(&t->genl, &t->err))
		return NULL;
	req = request_put(t, buf, &object_explain, VERB_ASK, packet);
	if (!req)
		return NULL;
	if (nl_request(&t->genl, req, &reply)) {
		request_fail(&t->err, &object_explain, packet, req, &reply);
		free(reply.data);
		return NULL;
	}
	list = read_list(&object_answer, &reply);
	answer = json_incref(json_array_get(list, 0));
	json_decref(list);
	free(reply.data);
	/* a packet goes to one member */
	member = json_array_get(json_object_get(answer, "member"), 0);
	if (member)
		json_object_set(answer, "member", member);
	if (!answer)
		err_refuse(&t->err, "explain: the kernel sent nothing");
	return answer;
}

/**
 * store_join_rules() - put every rule into its filter
 * @filters: array of filters
 * @rules: array of rules, of all filters or of one
 */
void store_join_rules(json_t *filters, json_t *rules)
{
	json_t *index = json_object(), *filter, *rule;
	size_t i;

	json_array_foreach(filters, i, filter) {
		json_object_set_new(filter, "rules", json_array());
		json_object_set(index, object_name(&object_filter, filter), filter);
	}
	json_array_foreach(rules, i, rule) {
		filter = json_object_get(index, object_name(&object_rule, rule));
		json_array_append(json_object_get(filter, "rules"), rule);
		/* said by where it stands, and refused beside that */
		json_object_del(rule, object_rule.fields->word);
	}
	json_decref(index);
}

/**
 * store_all() - read everything
 * @t: run
 *
 * Return: a document, hidden fields included, and counters if @t shows them;
 * NULL if it could not be read
 */
json_t *store_all(struct tmconf *t)
{
	json_t *limits = store_get(t, &object_limits, NULL);
	json_t *targets = limits ? store_list(t, &object_target, NULL) : NULL;
	json_t *filters = targets ? store_list(t, &object_filter, NULL) : NULL;
	json_t *rules = filters ? store_list(t, &object_rule, NULL) : NULL;
	json_t *sessions = rules ? store_list(t, &object_session, NULL) : NULL;

	if (rules)
		store_join_rules(filters, rules);
	json_decref(rules);
	if (sessions)
		return json_pack("{sosososo}", "limits", limits, "targets", targets,
				 "filters", filters, "sessions", sessions);
	json_decref(limits);
	json_decref(targets);
	json_decref(filters);
	return NULL;
}
