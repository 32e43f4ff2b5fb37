// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/tmirror.h>

#include "array.h"
#include "attr.h"
#include "print.h"
#include "tmconf.h"

/* what a message of a command says has happened */
static const struct event {
	uint8_t cmd;
	const char *word;
	const struct object *o;
} events[] = {
	{ TMIRROR_CMD_TARGET_NEW, "add", &object_target },
	{ TMIRROR_CMD_TARGET_SET, "set", &object_target },
	{ TMIRROR_CMD_TARGET_DEL, "del", &object_target },
	{ TMIRROR_CMD_FILTER_NEW, "add", &object_filter },
	{ TMIRROR_CMD_FILTER_SET, "set", &object_filter },
	{ TMIRROR_CMD_FILTER_DEL, "del", &object_filter },
	{ TMIRROR_CMD_FILTER_LOAD, "load", &object_filter },
	{ TMIRROR_CMD_RULE_NEW, "add", &object_rule },
	{ TMIRROR_CMD_RULE_DEL, "del", &object_rule },
	{ TMIRROR_CMD_SESSION_NEW, "add", &object_session },
	{ TMIRROR_CMD_SESSION_SET, "set", &object_session },
	{ TMIRROR_CMD_SESSION_DEL, "del", &object_session },
	{ TMIRROR_CMD_LIMITS_SET, "set", &object_limits },
	{ TMIRROR_CMD_FLUSH, "flush", NULL },
};

static void print_event_json(const struct event *e, const json_t *value)
{
	json_t *view = e->o ? print_view(e->o, value, false) : json_object();
	const char *name = e->o ? object_name(e->o, value) : "";
	json_t *j = json_pack("{ss}", "event", e->word);

	if (e->o)
		json_object_set_new(j, "object", json_string(e->o->word));
	if (*name)
		json_object_set_new(j, "name", json_string(name));
	json_object_update(j, view);
	json_dumpf(j, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(view);
	json_decref(j);
}

static void print_event(const struct tmconf *t, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct event *e = events;
	json_t *value;

	while (e < events + ARRAY_SIZE(events) && e->cmd != genl->cmd)
		e++;
	if (e == events + ARRAY_SIZE(events))
		return;
	value = e->o ? attr_get(e->o, nlh, false) : json_object();
	if (t->json) {
		print_event_json(e, value);
	} else {
		printf("%s", e->word);
		if (e->o) {
			printf(" %s ", e->o->word);
			if (e->o == &object_rule)
				printf("%s ", object_name(e->o, value));
			print_words(e->o, value);
		}
		printf("\n");
	}
	json_decref(value);
	fflush(stdout);
}

/**
 * cmd_monitor() - print every change until interrupted
 * @t: run
 * @c: command
 * @argc: number of words
 * @argv: words after the command's own
 *
 * Return: -1 and the reason in @t, once nothing can be received any more
 */
int cmd_monitor(struct tmconf *t, const struct command *c, int argc, char **argv)
{
	static char buf[1 << 16];
	const struct nlmsghdr *nlh;
	ssize_t n;
	int left;

	(void)c;
	if (argc)
		return err_misuse(&t->err, "unknown word \"%s\"", argv[0]);
	if (nl_open_tmirror(&t->genl, &t->err) || nl_join(&t->genl, &t->err))
		return -1;
	for (;;) {
		n = mnl_socket_recvfrom(t->genl.sk, buf, sizeof(buf));
		if (n < 0 && errno == ENOBUFS) {
			fprintf(stderr, "tmconf: monitor: changes came too fast, some are lost\n");
			continue;
		}
		if (n < 0 && errno != EINTR)
			return err_refuse(&t->err, "monitor: %s", strerror(errno));
		nlh = (const struct nlmsghdr *)buf;
		for (left = n; left > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			if (nlh->nlmsg_type == t->genl.family)
				print_event(t, nlh);
		if (ferror(stdout))
			return err_refuse(&t->err, "monitor: %s", strerror(EPIPE));
	}
}
