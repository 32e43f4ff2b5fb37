// SPDX-License-Identifier: GPL-2.0
/* The state that messages meet: made without damage, and counted apart. */
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tmirror.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "state.h"

static void begin(struct message *m, const char *name)
{
	const struct command *c = commands;

	while (strcmp(c->name, name))
		c++;
	message_begin(m, c);
}

/* Sends a message that is for the state alone; returns whether it was done. */
static bool ask(int fd, const struct message *m)
{
	uint64_t before = tally.refused;

	board(m, NULL);
	depart(fd, false);
	return tally.refused == before;
}

static void demand(int fd, const struct message *m)
{
	if (!ask(fd, m))
		fail(&m->header, "refused with %s, which this one never is",
		     strerrorname_np(tally.last_refusal));
}

/* The filters of all chains go with what they are on. */
static void put_clsact(struct message *m, uint16_t type, unsigned int ifindex)
{
	static const struct command qdiscs[] = {
		{ .type = RTM_DELQDISC },
		{ .type = RTM_NEWQDISC, .flags = NLM_F_CREATE | NLM_F_EXCL },
	};
	struct tcmsg *tc;

	message_begin(m, &qdiscs[type == RTM_NEWQDISC]);
	tc = NLMSG_DATA(&m->header);
	*tc = (struct tcmsg){
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_CLSACT,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
	};
	message_put_word(m, TCA_KIND, "clsact");
}

/* Nothing is left of what there was; filters take their time to go. */
static void empty(void)
{
	struct message flush_actions, flush, m;
	struct nlattr *tab, *action;
	unsigned int i;

	for (i = 0; i < devices_n; i++) {
		put_clsact(&m, RTM_DELQDISC, devices[i]);
		ask(route_fd, &m);
		put_clsact(&m, RTM_NEWQDISC, devices[i]);
		demand(route_fd, &m);
	}
	begin(&flush_actions, "action flush");
	tab = message_nest(&flush_actions, TCA_ROOT_TAB);
	action = message_nest(&flush_actions, 1);
	message_put_word(&flush_actions, TCA_ACT_KIND, "tmirror");
	message_nest_end(&flush_actions, action);
	message_nest_end(&flush_actions, tab);
	begin(&flush, "flush");
	for (i = 0; i < 10000; i++) {
		ask(route_fd, &flush_actions);
		if (ask(genl_fd, &flush))
			return;
		usleep(1000);
	}
	fail(&flush.header, "refused with %s for 10 s", strerrorname_np(tally.last_refusal));
}

static void put_target(struct message *m, char *name)
{
	static const uint8_t remote[4] = { 192, 0, 2, 9 };
	struct nlattr *nest;

	name[0] = 't';
	begin(m, "target new");
	message_put_word(m, TMIRROR_A_TARGET_NAME, name);
	nest = message_nest(m, TMIRROR_A_TARGET_MEMBER);
	message_put(m, TMIRROR_A_MEMBER_REMOTE, remote, sizeof(remote));
	message_nest_end(m, nest);
}

static void put_session(struct message *m, char *name, uint16_t number)
{
	name[0] = 's';
	begin(m, "session new");
	message_put_word(m, TMIRROR_A_SESSION_NAME, name);
	message_put(m, TMIRROR_A_SESSION_NUMBER, &number, sizeof(number));
	name[0] = 't';
	message_put_word(m, TMIRROR_A_SESSION_TARGET, name);
	name[0] = 'f';
	message_put_word(m, TMIRROR_A_SESSION_FILTER, name);
	if (number % 2)
		message_put(m, TMIRROR_A_SESSION_IFINDEX, &devices[0], 4);
}

/**
 * state_fill() - have most of the names that messages know there again
 */
void state_fill(void)
{
	static const uint32_t limit = 1000, memory = 1 << 20;
	struct message m;
	char name[3] = "";
	int i;

	begin(&m, "limits set");
	message_put(&m, TMIRROR_A_LIMITS_MEMORY, &memory, 4);
	for (i = TMIRROR_A_LIMITS_SESSIONS; i <= TMIRROR_A_LIMITS_RULES; i++)
		message_put(&m, i, &limit, 4);
	board(&m, NULL);
	for (i = 0; i < 12; i++) {
		name[1] = 'a' + i;
		put_target(&m, name);
		board(&m, NULL);
		name[0] = 'f';
		begin(&m, "filter new");
		message_put_word(&m, TMIRROR_A_FILTER_NAME, name);
		board(&m, NULL);
		put_session(&m, name, 1 + i);
		board(&m, NULL);
	}
	depart(genl_fd, false);
}

/**
 * state_fill_anew() - the same where there was nothing: it has to be possible
 */
void state_fill_anew(void)
{
	uint64_t before;

	empty();
	before = tally.refused;
	state_fill();
	if (tally.refused != before)
		fail(NULL, "%llu messages that make things anew are refused, one with %s",
		     (unsigned long long)(tally.refused - before),
		     strerrorname_np(tally.last_refusal));
}
