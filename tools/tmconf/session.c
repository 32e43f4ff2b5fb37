// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <linux/tmirror.h>

#include "parse.h"
#include "plan.h"
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
	int programs = tc_tcx_programs(session_ifindex(session), direction);
	const struct tc_filter *first = tc_first(hook);
	json_t *preceded = json_object_get(session, "preceded");
	char what[64];

	if (programs)
		snprintf(what, sizeof(what), "tcx programs %d", programs);
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

static void add_attached(json_t *session, const struct tc_dev *dev)
{
	const char *name = object_name(&object_session, session);
	const struct tc_filter *serves;
	json_t *attached = json_object();
	int d;

	json_object_set_new(session, "attached", attached);
	for (d = TMIRROR_INGRESS; d <= TMIRROR_EGRESS; d++) {
		serves = tc_serves(&dev->hook[d], name);
		json_object_set_new(attached, directions[d], json_boolean(serves));
		if (serves)
			add_preceded(session, &dev->hook[d], serves, d);
	}
}

static int compare_source(const void *a, const void *b)
{
	return session_ifindex(*(json_t *const *)a) - session_ifindex(*(json_t *const *)b);
}

/* Each device is read once, however many sessions it has. */
static int read_devices(struct tmconf *t, json_t **sorted, size_t n)
{
	struct tc_dev dev = { };
	int ifindex, last = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		ifindex = session_ifindex(sorted[i]);
		if (!json_object_get(sorted[i], "source"))
			continue;
		if (ifindex != last) {
			tc_free(&dev);
			memset(&dev, 0, sizeof(dev));
		}
		if (ifindex && ifindex != last && tc_read(t, ifindex, &dev)) {
			tc_free(&dev);
			return -1;
		}
		last = ifindex;
		add_attached(sorted[i], &dev);
	}
	tc_free(&dev);
	return 0;
}

/**
 * session_add_attached() - add to sessions whether they are attached
 * @t: run
 * @sessions: array of sessions as the module has them
 *
 * Return: 0, or -1 and the reason in @t
 */
int session_add_attached(struct tmconf *t, json_t *sessions)
{
	size_t n = json_array_size(sessions), i;
	json_t **sorted = calloc(n + 1, sizeof(*sorted));
	int ret;

	for (i = 0; i < n; i++)
		sorted[i] = json_array_get(sessions, i);
	qsort(sorted, n, sizeof(*sorted), compare_source);
	ret = read_devices(t, sorted, n);
	free(sorted);
	return ret;
}

/* Does a device stay a source when one of its sessions no longer is there. */
static int still_source(struct tmconf *t, int ifindex, const char *without)
{
	json_t *sessions = store_list(t, &object_session, NULL), *s;
	int ret = sessions ? 0 : -1;
	size_t i;

	json_array_foreach(sessions, i, s)
		if (session_ifindex(s) == ifindex &&
		    strcmp(object_name(&object_session, s), without))
			ret = 1;
	json_decref(sessions);
	return ret;
}

/* Detach the old source where it has no other session. */
static int plan_old_source(struct tmconf *t, struct plan *p, const json_t *old)
{
	const char *name = object_name(&object_session, old);
	int ifindex = session_ifindex(old), ret;

	if (!ifindex)
		return 0;
	ret = still_source(t, ifindex, name);
	if (!ret)
		plan_source(p, VERB_DETACH, name,
			    json_string_value(json_object_get(old, "source")), ifindex);
	return ret < 0 ? -1 : 0;
}

static int plan_new_source(struct tmconf *t, struct plan *p, const json_t *value)
{
	const char *dev = json_string_value(json_object_get(value, "source"));
	const char *name = object_name(&object_session, value);
	int ifindex = if_nametoindex(dev);

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

/* The devices that sessions are attached to, each once. */
static void plan_all_sources(struct plan *p, const json_t *sessions)
{
	json_t *seen = json_object();
	const json_t *s;
	char key[16];
	size_t i;

	json_array_foreach(sessions, i, s) {
		snprintf(key, sizeof(key), "%d", session_ifindex(s));
		if (!session_ifindex(s) || json_object_get(seen, key))
			continue;
		json_object_set_new(seen, key, json_true());
		plan_source(p, VERB_DETACH, object_name(&object_session, s),
			    json_string_value(json_object_get(s, "source")), session_ifindex(s));
	}
	json_decref(seen);
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
	json_t *sessions;
	struct plan p = { };
	int ret, lock;

	if (argc)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[0]);
	lock = plan_lock();
	sessions = store_list(t, c->o, NULL);
	ret = sessions ? store_flush(t) : -1;
	if (!ret) {
		plan_all_sources(&p, sessions);
		ret = plan_run(t, &p);
	}
	if (lock >= 0)
		close(lock);
	plan_free(&p);
	json_decref(sessions);
	return ret;
}
