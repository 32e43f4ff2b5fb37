// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/tmirror.h>

#include "attr.h"
#include "device.h"
#include "parse.h"
#include "plan.h"
#include "print.h"
#include "session.h"
#include "store.h"
#include "tc.h"
#include "tmconf.h"

static const char *const directions[] = { "ingress", "egress" };

/**
 * session_ifindex() - index of a session's source
 * @session: session as the module has it
 *
 * Return: the index, 0 if it has no source or if that is gone
 */
int session_ifindex(const json_t *session)
{
	return json_integer_value(json_object_get(session, "ifindex"));
}

/* What may decide about a packet before the session's filter sees it. */
static void add_preceded(json_t *session, const struct tc_hook *hook,
			 const struct tc_filter *serves, int direction)
{
	const struct tc_filter *first = tc_first(hook);
	json_t *preceded = json_object_get(session, "preceded");
	char what[64];

	if (hook->programs)
		snprintf(what, sizeof(what), "tcx programs %d", hook->programs);
	else if (first && !serves->chain && first->pref < serves->pref)
		snprintf(what, sizeof(what), "pref %u %s", first->pref, first->kind);
	else
		return;
	if (!preceded) {
		preceded = json_object();
		json_object_set_new(session, "preceded", preceded);
	}
	json_object_set_new(preceded, directions[direction], json_string(what));
}

/* Adds to a session with a source whether it is attached. */
static int add_attached(struct tmconf *t, json_t *session)
{
	const char *name = object_name(&object_session, session);
	const struct tc_filter *serves;
	const struct tc_dev *dev;
	json_t *attached;
	int d;

	if (!json_object_get(session, "source"))
		return 0;
	dev = tc_dev(t, session_ifindex(session));
	if (!dev)
		return -1;
	attached = json_object();
	json_object_set_new(session, "attached", attached);
	for (d = TMIRROR_INGRESS; d <= TMIRROR_EGRESS; d++) {
		serves = tc_serves(&dev->hook[d], name);
		json_object_set_new(attached, directions[d], json_boolean(serves));
		if (serves)
			add_preceded(session, &dev->hook[d], serves, d);
	}
	return 0;
}

static int show_one(struct tmconf *t, const char *name)
{
	json_t *session = store_get(t, &object_session, name);
	int ret = session ? add_attached(t, session) : -1;

	if (!ret) {
		print_object(t, &object_session, session, 0);
		print_end(t, 1);
	}
	json_decref(session);
	return ret;
}

static const struct nlattr *find_attr(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static const char *get_text(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr = find_attr(nlh, type);

	return attr ? mnl_attr_get_str(attr) : "";
}

static int get_ifindex(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = find_attr(nlh, TMIRROR_A_SESSION_IFINDEX);

	return attr ? mnl_attr_get_u32(attr) : 0;
}

/* What can fail comes before the first is printed. */
static int show_all(struct tmconf *t)
{
	struct messages m;
	json_t *session;
	int ret = store_messages(t, &object_session, &m);
	size_t i;

	for (i = 0; !ret && i < m.n; i++)
		ret = tc_dev(t, get_ifindex(m.list[i])) ? 0 : -1;
	for (i = 0; !ret && i < m.n; i++) {
		session = attr_get(&object_session, m.list[i], t->stats);
		ret = add_attached(t, session);
		print_object(t, &object_session, session, i);
		json_decref(session);
	}
	if (!ret)
		print_end(t, m.n);
	store_free_messages(&m);
	return ret;
}

/**
 * session_show() - print sessions, and whether they are attached
 * @t: run
 * @name: the session wanted, NULL: all
 *
 * Return: 0, or -1 and the reason in @t
 */
int session_show(struct tmconf *t, const char *name)
{
	return name ? show_one(t, name) : show_all(t);
}

/**
 * struct others - whether a device has other sessions than one
 * @ifindex: the device
 * @name: that one
 * @found: it has
 */
struct others {
	int ifindex;
	const char *name;
	bool found;
};

static void find_others(const struct nlmsghdr *nlh, void *arg)
{
	struct others *others = arg;
	const char *name = nlh ? get_text(nlh, TMIRROR_A_SESSION_NAME) : "";

	if (!nlh)
		others->found = false;
	else if (get_ifindex(nlh) == others->ifindex && strcmp(name, others->name))
		others->found = true;
}

/* Detach the old source where it has no other session. */
static int plan_old_source(struct tmconf *t, struct plan *p, const json_t *old)
{
	const char *name = object_name(&object_session, old);
	struct others others = { .ifindex = session_ifindex(old), .name = name };

	if (!others.ifindex)
		return 0;
	if (store_each(t, &object_session, find_others, &others))
		return -1;
	if (!others.found)
		plan_source(p, VERB_DETACH, name,
			    json_string_value(json_object_get(old, "source")), others.ifindex);
	return 0;
}

static int plan_new_source(struct tmconf *t, struct plan *p, const json_t *value)
{
	const char *dev = json_string_value(json_object_get(value, "source"));
	const char *name = object_name(&object_session, value);
	int ifindex = device_index(dev);

	if (!ifindex)
		return err_refuse(&t->err, "session %s: source %s: there is no such device",
				  name, dev);
	plan_source(p, VERB_ATTACH, name, dev, ifindex);
	return ifindex;
}

static int plan_change(struct tmconf *t, struct plan *p, enum verb verb, json_t *value)
{
	const char *name = object_name(&object_session, value);
	json_t *source = json_object_get(value, "source"), *old = NULL;
	int ret = 0, ifindex = 0;

	if (nl_open_tmirror(&t->genl, &t->err))
		return -1;
	if (verb == VERB_DEL || (verb == VERB_SET && source)) {
		old = store_get(t, &object_session, name);
		if (!old)
			return -1;
	}
	plan_step(p, &object_session, verb, json_incref(value),
		  verb == VERB_SET && old ? plan_back(&object_session, value, old) :
		  json_incref(old));
	if (json_is_string(source)) {
		ifindex = plan_new_source(t, p, value);
		ret = ifindex > 0 ? 0 : -1;
	}
	if (!ret && old && session_ifindex(old) != ifindex)
		ret = plan_old_source(t, p, old);
	json_decref(old);
	return ret;
}

/**
 * cmd_session() - add, set or delete a session, and attach or detach its source
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_session(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	json_t *value = parse_words(c->o, c->verb, argc, argv, &t->err);
	struct plan p = { };
	int ret, lock;

	if (!value)
		return -1;
	lock = plan_lock();
	ret = plan_change(t, &p, c->verb, value);
	if (!ret)
		ret = plan_run(t, &p);
	if (lock >= 0)
		close(lock);
	plan_free(&p);
	json_decref(value);
	return ret;
}

/* Notes the device of a session, each device once. */
static void note_source(const struct nlmsghdr *nlh, void *arg)
{
	json_t *sources = arg, *source;
	char key[16];

	if (!nlh) {
		json_object_clear(sources);
		return;
	}
	snprintf(key, sizeof(key), "%d", get_ifindex(nlh));
	if (!get_ifindex(nlh) || json_object_get(sources, key))
		return;
	source = json_pack("{ssss}", "name", get_text(nlh, TMIRROR_A_SESSION_NAME),
			   "source", get_text(nlh, TMIRROR_A_SESSION_SOURCE));
	json_object_set_new(sources, key, source);
}

static void plan_all_sources(struct plan *p, const json_t *sources)
{
	const char *key;
	json_t *s;

	json_object_foreach((json_t *)sources, key, s)
		plan_source(p, VERB_DETACH, json_string_value(json_object_get(s, "name")),
			    json_string_value(json_object_get(s, "source")), atoi(key));
}

/**
 * cmd_flush() - delete all sessions, filters and targets, and detach the sources
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_flush(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	struct plan p = { };
	json_t *sources;
	int ret, lock;

	if (argc)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[0]);
	lock = plan_lock();
	sources = json_object();
	ret = store_each(t, c->o, note_source, sources);
	if (!ret)
		ret = store_flush(t);
	if (!ret) {
		plan_all_sources(&p, sources);
		ret = plan_run(t, &p);
	}
	if (lock >= 0)
		close(lock);
	plan_free(&p);
	json_decref(sources);
	return ret;
}
