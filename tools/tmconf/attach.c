// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tmirror.h>
#include <linux/tc_act/tc_tmirror.h>

#include "attach.h"
#include "tmconf.h"

/* Another program may get in between what is read and what is changed. */
#define TRIES	5

static const char *const directions[] = { "ingress", "egress" };

static struct nlmsghdr *request(void *buf, uint16_t type, uint16_t flags, const struct tcmsg *tcm)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm)), tcm, sizeof(*tcm));
	return nlh;
}

/* Returns how a request ended, an errno; what is not 0 has its line in t->err. */
static int ended(struct tmconf *t, const struct nl_reply *reply, int ifindex, const char *what)
{
	char name[IF_NAMESIZE] = "?";

	if (reply->error) {
		if_indextoname(ifindex, name);
		err_refuse(&t->err, "source %s: %s: %s%s%s", name, what, reply->text,
			   *reply->text ? ": " : "", strerror(reply->error));
	}
	return reply->error;
}

static int run(struct tmconf *t, struct nlmsghdr *nlh, int ifindex, const char *what)
{
	struct nl_reply reply;

	nl_train(&t->rtnl, nlh, 1, &reply);
	return ended(t, &reply, ifindex, what);
}

static int change_qdisc(struct tmconf *t, int ifindex, bool add)
{
	const struct tcmsg tcm = {
		.tcm_ifindex = ifindex,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
		.tcm_parent = TC_H_CLSACT,
	};
	struct nlmsghdr *nlh;
	char buf[256];
	int error;

	nlh = request(buf, add ? RTM_NEWQDISC : RTM_DELQDISC,
		      add ? NLM_F_CREATE | NLM_F_EXCL : 0, &tcm);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	error = run(t, nlh, ifindex, add ? "add clsact" : "delete clsact");
	if (!error)
		tc_set_clsact(t, ifindex, add);
	return error;
}

static struct tcmsg filter_message(const struct attach *a, int d)
{
	return (struct tcmsg){
		.tcm_ifindex = a->ifindex,
		.tcm_parent = tc_parent(d),
		.tcm_info = TC_H_MAKE(a->pref[d] << 16, htons(ETH_P_ALL)),
	};
}

static void put_action(struct nlmsghdr *nlh, const char *cookie)
{
	const struct tc_tmirror parms = { .action = TC_ACT_UNSPEC };
	struct nlattr *options, *action = mnl_attr_nest_start(nlh, 1);

	mnl_attr_put_strz(nlh, TCA_ACT_KIND, "tmirror");
	mnl_attr_put(nlh, TCA_ACT_COOKIE, strlen(cookie), cookie);
	options = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS);
	mnl_attr_put(nlh, TCA_TMIRROR_PARMS, sizeof(parms), &parms);
	mnl_attr_nest_end(nlh, options);
	mnl_attr_nest_end(nlh, action);
}

/* Puts the request at @at, and returns it. */
static struct nlmsghdr *put_filter(void *at, const struct attach *a, int d)
{
	const struct tcmsg tcm = filter_message(a, d);
	struct nlattr *options, *actions;
	struct nlmsghdr *nlh;

	nlh = request(at, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &tcm);
	mnl_attr_put_strz(nlh, TCA_KIND, "matchall");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_MATCHALL_FLAGS, TCA_CLS_FLAGS_SKIP_HW);
	actions = mnl_attr_nest_start(nlh, TCA_MATCHALL_ACT);
	put_action(nlh, a->owns ? TC_COOKIE_CLSACT : TC_COOKIE);
	mnl_attr_nest_end(nlh, actions);
	mnl_attr_nest_end(nlh, options);
	return nlh;
}

/* Those of both directions at once, for there may be thousands of devices. */
static int add_filters(struct tmconf *t, const struct attach *a, struct attach *done)
{
	struct nl_reply reply[2];
	char buf[2 * 512], *at = buf;
	int d, i, of[2], n = 0, error = 0;

	for (d = 0; d < 2; d++) {
		if (!a->pref[d])
			continue;
		at = mnl_nlmsg_get_payload_tail(put_filter(at, a, d));
		of[n++] = d;
	}
	if (!n)
		return 0;
	nl_train(&t->rtnl, (struct nlmsghdr *)buf, n, reply);
	for (i = 0; i < n; i++) {
		if (!reply[i].error)
			done->pref[of[i]] = a->pref[of[i]];
		else if (!error)
			error = ended(t, &reply[i], a->ifindex, directions[of[i]]);
	}
	return error;
}

static int del_filter(struct tmconf *t, const struct attach *a, int d)
{
	const struct tcmsg tcm = filter_message(a, d);
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = request(buf, RTM_DELTFILTER, 0, &tcm);
	mnl_attr_put_strz(nlh, TCA_KIND, "matchall");
	return run(t, nlh, a->ifindex, directions[d]);
}

/* Returns an errno; nothing is left behind then. */
static int add(struct tmconf *t, const struct attach *a)
{
	struct attach done = { .ifindex = a->ifindex };
	int error = 0;
	struct err e;

	if (a->clsact) {
		error = change_qdisc(t, a->ifindex, true);
		done.clsact = !error;
	}
	/*
	 * Filters wait for its answer: their cookie says that the clsact is ours,
	 * and is not to stand in one that somebody else was faster to add.
	 */
	if (!error)
		error = add_filters(t, a, &done);
	if (error) {
		e = t->err;
		attach_remove(t, &done);
		t->err = e;
	}
	return error;
}

/**
 * attach_add() - add what a plan says
 * @t: run
 * @a: the plan
 *
 * Return: 0, or -1 if nothing was added
 */
int attach_add(struct tmconf *t, const struct attach *a)
{
	return add(t, a) ? -1 : 0;
}

/**
 * attach_remove() - remove what was added
 * @t: run
 * @a: the plan that was added; a device that is gone is no error
 *
 * Return: 0 or -1
 */
int attach_remove(struct tmconf *t, const struct attach *a)
{
	int d, error, ret = 0;

	/* a clsact takes its filters with it */
	for (d = 0; d < 2 && !a->clsact; d++) {
		error = a->pref[d] ? del_filter(t, a, d) : 0;
		if (error && error != ENOENT && error != ENODEV)
			ret = -1;
	}
	if (a->clsact) {
		error = change_qdisc(t, a->ifindex, false);
		if (error && error != ENOENT && error != ENODEV)
			ret = -1;
	}
	return ret;
}

/**
 * attach_source() - attach a device in both directions
 * @t: run
 * @session: the session that wants it
 * @ifindex: device
 * @a: receives what was added
 *
 * Return: 0, or -1 if nothing was changed
 */
int attach_source(struct tmconf *t, const char *session, int ifindex, struct attach *a)
{
	int tries, error = 0;

	for (tries = 0; tries < TRIES; tries++) {
		if (attach_plan(t, session, ifindex, a))
			return -1;
		error = add(t, a);
		if (error != EEXIST)
			break;
		/* somebody was faster: see what is there now */
		tc_forget(t);
	}
	return error ? -1 : 0;
}

/* Counts our filters, and those of others. */
static void plan_removal(const struct tc_dev *dev, struct attach *a)
{
	const struct tc_filter *f;
	size_t others = 0, i;
	int d;

	for (d = 0; d < 2; d++)
		for (i = 0; i < dev->hook[d].n; i++) {
			f = &dev->hook[d].list[i];
			/* a classifier is listed once by itself, then by its filters */
			if (f->own) {
				a->pref[d] = f->pref;
				a->owns |= f->own_clsact;
			}
		}
	for (d = 0; d < 2; d++)
		for (i = 0; i < dev->hook[d].n; i++) {
			f = &dev->hook[d].list[i];
			others += f->chain || f->pref != a->pref[d];
		}
	a->clsact = a->owns && !others;
}

/**
 * detach_source() - remove what attach_source() has ever added to a device
 * @t: run
 * @ifindex: device
 * @a: receives what was removed
 *
 * The clsact goes too if it is ours and nobody else uses it.
 *
 * Return: 0 or -1
 */
int detach_source(struct tmconf *t, int ifindex, struct attach *a)
{
	struct tc_dev dev;
	int ret;

	memset(a, 0, sizeof(*a));
	a->ifindex = ifindex;
	ret = tc_read(t, ifindex, &dev);
	if (!ret)
		plan_removal(&dev, a);
	tc_free(&dev);
	return ret ? -1 : attach_remove(t, a);
}
