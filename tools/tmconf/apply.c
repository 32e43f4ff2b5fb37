// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "diff.h"
#include "document.h"
#include "file.h"
#include "session.h"
#include "store.h"
#include "tmconf.h"

static json_t *read_document(const char *name, struct err *e)
{
	FILE *file = file_open(name, e);
	json_t *doc = NULL, *json;
	json_error_t why;

	if (!file)
		return NULL;
	json = json_loadf(file, JSON_REJECT_DUPLICATES, &why);
	if (json)
		doc = parse_document(json, e);
	else
		err_refuse(e, "%s:%d: %s", name, why.line, why.text);
	if (json && !doc)
		err_prefix(e, "%s: ", name);
	json_decref(json);
	file_close(file);
	return doc;
}

/*
 * A source that is gone is as wanted as long as no device has its name; one that
 * came back is to be named again.
 */
static void forget_gone_sources(json_t *sessions)
{
	json_t *s, *source;
	size_t i;

	json_array_foreach(sessions, i, s) {
		source = json_object_get(s, "source");
		if (source && !session_ifindex(s) && device_index(json_string_value(source)))
			json_object_del(s, "source");
	}
}

static int check_device(const struct object *o, const char *list, const char *word,
			const json_t *want, const json_t *have, struct err *e)
{
	const json_t *dev = json_object_get(want, word);

	if (!dev || device_index(json_string_value(dev)) ||
	    (have && json_equal(dev, json_object_get(have, word))))
		return 0;
	return err_refuse(e, "%s[%lld].%s %s: there is no such device (%s %s)", list,
			  (long long)json_integer_value(json_object_get(want, "#")), word,
			  json_string_value(dev), o->word, object_name(o, want));
}

static int check_devices(const struct object *o, const char *list, const char *word,
			 const json_t *want, const json_t *have, struct err *e)
{
	json_t *index = diff_index(json_object_get(have, list)), *w;
	size_t i;
	int ret = 0;

	json_array_foreach(json_object_get(want, list), i, w) {
		ret = check_device(o, list, word, w,
				   json_object_get(index, object_name(o, w)), e);
		if (ret)
			break;
	}
	json_decref(index);
	return ret;
}

/* Every source wanted is to be attached; says which session cannot be. */
static int attach_wanted(struct tmconf *t, struct plan *p, json_t *sessions, json_t *seen)
{
	const char *source, *name;
	struct attach a;
	int ifindex;
	json_t *s;
	size_t i;

	json_array_foreach(sessions, i, s) {
		source = json_string_value(json_object_get(s, "source"));
		if (!source || json_object_get(seen, source))
			continue;
		ifindex = device_index(source);
		if (!ifindex)
			continue;
		json_object_set_new(seen, source, json_true());
		name = object_name(&object_session, s);
		if (attach_plan(t, name, ifindex, &a))
			return err_prefix(&t->err, "sessions[%lld].",
					  (long long)json_integer_value(json_object_get(s, "#")));
		if (a.pref[0] || a.pref[1])
			plan_source(p, VERB_ATTACH, name, source, ifindex);
	}
	return 0;
}

static void detach_unwanted(struct plan *p, json_t *sessions, json_t *seen)
{
	const char *source;
	json_t *s;
	size_t i;

	json_array_foreach(sessions, i, s) {
		source = json_string_value(json_object_get(s, "source"));
		if (!source || !session_ifindex(s) || json_object_get(seen, source))
			continue;
		json_object_set_new(seen, source, json_true());
		plan_source(p, VERB_DETACH, object_name(&object_session, s), source,
			    session_ifindex(s));
	}
}

static int make_plan(struct tmconf *t, struct plan *p, const json_t *want, const json_t *have)
{
	json_t *seen = json_object();
	int ret;

	forget_gone_sources(json_object_get(have, "sessions"));
	ret = check_devices(&object_session, "sessions", "source", want, have, &t->err);
	if (!ret)
		ret = check_devices(&object_target, "targets", "dev", want, have, &t->err);
	if (!ret)
		ret = diff_document(p, want, have, &t->err);
	if (!ret)
		ret = attach_wanted(t, p, json_object_get(want, "sessions"), seen);
	if (!ret)
		detach_unwanted(p, json_object_get(have, "sessions"), seen);
	json_decref(seen);
	return ret;
}

static int apply(struct tmconf *t, const json_t *want, bool dry)
{
	struct plan p = { };
	json_t *have = store_all(t);
	int ret = have ? make_plan(t, &p, want, have) : -1;

	if (!ret && dry)
		plan_print(t, &p);
	else if (!ret)
		ret = plan_run(t, &p);
	plan_free(&p);
	json_decref(have);
	return ret;
}

/**
 * cmd_apply() - make everything equal to a document
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own: file, and perhaps dry-run
 *
 * Return: 0, or -1 and the reason in @t
 */
int cmd_apply(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	bool dry = argc > 1 && !strcmp(argv[1], "dry-run");
	json_t *want;
	int ret, lock;

	(void)c;
	if (!argc)
		return err_misuse(&t->err, "FILE is missing");
	if (argc > 1 + dry)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[1 + dry]);
	want = read_document(argv[0], &t->err);
	if (!want)
		return -1;
	lock = plan_lock();
	ret = apply(t, want, dry);
	if (lock >= 0)
		close(lock);
	json_decref(want);
	return ret;
}
