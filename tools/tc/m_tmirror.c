// SPDX-License-Identifier: GPL-2.0
/*
 * The action "tmirror" for iproute2's tc, which opens m_<kind>.so and asks it
 * for <kind>_action_util. iproute2 installs no headers for such plugins, so
 * the few functions of tc that are used here are declared here. Each has had
 * the same prototype since iproute2 6.1; print_action_control() and print_tm()
 * lost their first argument in 6.9 and are therefore not among them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_tmirror.h>
#include <linux/tmirror.h>

struct action_util {
	struct action_util *next;
	char id[16];
	int (*parse_aopt)(struct action_util *au, int *argc, char ***argv,
			  int code, struct nlmsghdr *n);
	int (*print_aopt)(struct action_util *au, FILE *f, struct rtattr *opt);
	int (*print_xstats)(struct action_util *au, FILE *f,
			    struct rtattr *xstats);
};

enum output_type { PRINT_FP = 1, PRINT_JSON = 2, PRINT_ANY = 4 };

enum color_attr { COLOR_NONE = 6 };

#define MAX_MSG 16384

extern int show_stats;

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
struct rtattr *addattr_nest(struct nlmsghdr *n, int maxlen, int type);
int addattr_nest_end(struct nlmsghdr *n, struct rtattr *nest);
int parse_rtattr(struct rtattr *tb[], int max, struct rtattr *rta, int len);
int get_u32(__u32 *val, const char *arg, int base);
int action_a2n(char *arg, int *result, bool allow_num);
int parse_action_control(int *argc, char ***argv, int *result,
			 bool allow_num);
void missarg(const char *key) __attribute__((noreturn));
void duparg(const char *key, const char *arg) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));
void print_nl(void);
int print_color_string(enum output_type type, enum color_attr color,
		       const char *key, const char *fmt, const char *value);
int print_color_uint(enum output_type type, enum color_attr color,
		     const char *key, const char *fmt, unsigned int value);
void open_json_object(const char *key);
void close_json_object(void);

struct action_util tmirror_action_util;

static void print_string(enum output_type type, const char *key,
			 const char *fmt, const char *value)
{
	print_color_string(type, COLOR_NONE, key, fmt, value);
}

static void print_uint(const char *key, const char *fmt, unsigned int value)
{
	print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, value);
}

static void usage(void)
{
	puts("Usage: ... tmirror [ session NAME ] [ CONTROL ] [ index INDEX ]\n"
	     "where:\n"
	     "\tNAME is a session of tmconf(8); without it every session whose\n"
	     "\t\tsource is the device has the packet, in order\n"
	     "\tCONTROL := reclassify | pipe | drop | continue | ok |\n"
	     "\t\tgoto chain CHAIN | jump COUNT; default: pipe\n"
	     "\tINDEX is the action's index");
	exit(0);
}

static int name_char_ok(char c, int first)
{
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return 1;
	return !first && (c == '.' || c == '_' || c == '-');
}

static int name_ok(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!name_char_ok(name[i], i == 0))
			return 0;
	return i >= 1 && i <= TMIRROR_NAME_MAX;
}

static int parse_tmirror(struct action_util *au, int *argc_p, char ***argv_p,
			 int code, struct nlmsghdr *n)
{
	int argc = *argc_p - 1, has_index = 0, has_control = 0, control;
	struct tc_tmirror parm = { .action = TC_ACT_PIPE };
	const char *session = NULL;
	char **argv = *argv_p + 1;
	struct rtattr *nest;

	(void)au;
	while (argc > 0) {
		if (strcmp(*argv, "session") == 0) {
			if (session)
				duparg("session", *argv);
			if (argc < 2)
				missarg("session NAME");
			session = argv[1];
			if (!name_ok(session))
				invarg("not the name of a session", session);
		} else if (strcmp(*argv, "index") == 0) {
			if (has_index++)
				duparg("index", *argv);
			if (argc < 2)
				missarg("index INDEX");
			if (get_u32(&parm.index, argv[1], 0))
				invarg("not an index", argv[1]);
		} else if (strcmp(*argv, "help") == 0) {
			usage();
		} else if (action_a2n(*argv, &control, 0) == 0) {
			if (has_control++)
				duparg("CONTROL", *argv);
			/* takes its own words, and says what is wrong */
			if (parse_action_control(&argc, &argv, &parm.action, 0))
				exit(255);
			continue;
		} else {
			break;
		}
		argc -= 2;
		argv += 2;
	}

	nest = addattr_nest(n, MAX_MSG, code);
	addattr_l(n, MAX_MSG, TCA_TMIRROR_PARMS, &parm, sizeof(parm));
	if (session)
		addattr_l(n, MAX_MSG, TCA_TMIRROR_SESSION, session,
			  strlen(session) + 1);
	addattr_nest_end(n, nest);

	*argc_p = argc;
	*argv_p = argv;
	return 0;
}

static const char *control_name(int control)
{
	if (TC_ACT_EXT_CMP(control, TC_ACT_GOTO_CHAIN))
		return "goto";
	if (TC_ACT_EXT_CMP(control, TC_ACT_JUMP))
		return "jump";

	switch (control) {
	case TC_ACT_UNSPEC:
		return "continue";
	case TC_ACT_OK:
		return "pass";
	case TC_ACT_RECLASSIFY:
		return "reclassify";
	case TC_ACT_SHOT:
		return "drop";
	case TC_ACT_PIPE:
		return "pipe";
	case TC_ACT_STOLEN:
		return "stolen";
	case TC_ACT_TRAP:
		return "trap";
	default:
		return "unknown";
	}
}

static void print_control(int control)
{
	open_json_object("control_action");
	print_string(PRINT_ANY, "type", "%s", control_name(control));
	if (TC_ACT_EXT_CMP(control, TC_ACT_GOTO_CHAIN))
		print_uint("chain", " chain %u", control & TC_ACT_EXT_VAL_MASK);
	if (TC_ACT_EXT_CMP(control, TC_ACT_JUMP))
		print_uint("jump", " %u", control & TC_ACT_EXT_VAL_MASK);
	close_json_object();
}

static void print_times(const struct rtattr *attr)
{
	long hz = sysconf(_SC_CLK_TCK);
	struct tcf_t tm;

	if (RTA_PAYLOAD(attr) < sizeof(tm) || hz <= 0)
		return;
	memcpy(&tm, RTA_DATA(attr), sizeof(tm));
	if (tm.install)
		print_uint("installed", " installed %u sec", tm.install / hz);
	if (tm.lastuse)
		print_uint("last_used", " used %u sec", tm.lastuse / hz);
	if (tm.firstuse)
		print_uint("first_used", " firstused %u sec",
			   tm.firstuse / hz);
	if (tm.expires)
		print_uint("expires", " expires %u sec", tm.expires / hz);
}

static int print_tmirror(struct action_util *au, FILE *f, struct rtattr *opt)
{
	struct rtattr *tb[TCA_TMIRROR_MAX + 1];
	struct tc_tmirror parm;

	(void)f;
	print_string(PRINT_ANY, "kind", "%s ", au->id);
	if (!opt)
		return 0;
	parse_rtattr(tb, TCA_TMIRROR_MAX, RTA_DATA(opt), RTA_PAYLOAD(opt));
	if (!tb[TCA_TMIRROR_PARMS] ||
	    RTA_PAYLOAD(tb[TCA_TMIRROR_PARMS]) < sizeof(parm)) {
		fprintf(stderr, "tmirror: no parameters from the kernel\n");
		return -1;
	}
	memcpy(&parm, RTA_DATA(tb[TCA_TMIRROR_PARMS]), sizeof(parm));

	if (tb[TCA_TMIRROR_SESSION])
		print_string(PRINT_ANY, "session", "session %s ",
			     RTA_DATA(tb[TCA_TMIRROR_SESSION]));
	print_control(parm.action);
	print_nl();
	print_uint("index", "\t index %u", parm.index);
	print_uint("ref", " ref %u", parm.refcnt);
	print_uint("bind", " bind %u", parm.bindcnt);
	if (show_stats && tb[TCA_TMIRROR_TM])
		print_times(tb[TCA_TMIRROR_TM]);
	print_nl();
	return 0;
}

/* tc links it into its list, so it is written to */
struct action_util tmirror_action_util = {
	.id = "tmirror",
	.parse_aopt = parse_tmirror,
	.print_aopt = print_tmirror,
};
