// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/syscall.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tmirror.h>
#include <linux/tc_act/tc_tmirror.h>

#include "array.h"
#include "tc.h"
#include "tmconf.h"

#define ATTRS	32

/* where each classifier has its actions */
static const struct {
	const char *kind;
	uint16_t attr;
} classifiers[] = {
	{ "matchall", TCA_MATCHALL_ACT }, { "flower", TCA_FLOWER_ACT },
	{ "u32", TCA_U32_ACT }, { "basic", TCA_BASIC_ACT }, { "fw", TCA_FW_ACT },
	{ "bpf", TCA_BPF_ACT }, { "flow", TCA_FLOW_ACT }, { "route", TCA_ROUTE4_ACT },
	{ "cgroup", TCA_CGROUP_ACT },
};

static void collect(const struct nlattr **tb, const struct nlattr *attr)
{
	if (mnl_attr_get_type(attr) < ATTRS)
		tb[mnl_attr_get_type(attr)] = attr;
}

static void collect_nested(const struct nlattr **tb, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		collect(tb, attr);
}

static const struct tcmsg *collect_message(const struct nlattr **tb, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg))
		collect(tb, attr);
	return mnl_nlmsg_get_payload(nlh);
}

static void add_qdisc(struct tc_qdiscs *qdiscs, struct tc_qdisc q)
{
	qdiscs->list = realloc(qdiscs->list, (qdiscs->n + 1) * sizeof(q));
	if (!qdiscs->list)
		abort();
	qdiscs->list[qdiscs->n++] = q;
}

static void read_qdisc(struct tc_qdiscs *qdiscs, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTRS] = { NULL };
	const struct tcmsg *tcm = collect_message(tb, nlh);
	struct tc_qdisc q = { .ifindex = tcm->tcm_ifindex };

	if (!tb[TCA_KIND])
		return;
	if (!strcmp(mnl_attr_get_str(tb[TCA_KIND]), "clsact"))
		q.kind = TC_CLSACT;
	else if (!strcmp(mnl_attr_get_str(tb[TCA_KIND]), "ingress"))
		q.kind = TC_INGRESS;
	else
		return;
	if (tb[TCA_INGRESS_BLOCK])
		q.block[TMIRROR_INGRESS] = mnl_attr_get_u32(tb[TCA_INGRESS_BLOCK]);
	if (tb[TCA_EGRESS_BLOCK])
		q.block[TMIRROR_EGRESS] = mnl_attr_get_u32(tb[TCA_EGRESS_BLOCK]);
	add_qdisc(qdiscs, q);
}

/* The kernel dumps those of all devices or of none. */
static int read_qdiscs(struct tmconf *t)
{
	struct tc_qdiscs *qdiscs = &t->qdiscs;
	const struct nlmsghdr *nlh;
	struct nl_reply reply;
	struct nlmsghdr *req;
	char buf[256];
	int left, ret;

	if (qdiscs->known)
		return 0;
	req = mnl_nlmsg_put_header(buf);
	req->nlmsg_type = RTM_GETQDISC;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(req, sizeof(struct tcmsg));
	ret = nl_request(&t->rtnl, req, &reply);
	if (ret)
		err_refuse(&t->err, "qdiscs: %s", strerror(reply.error));
	else
		nl_foreach(&reply, nlh, left)
			read_qdisc(qdiscs, nlh);
	qdiscs->known = !ret;
	free(reply.data);
	return ret;
}

static void free_dev(void *dev)
{
	tc_free(dev);
	free(dev);
}

/**
 * tc_forget() - read everything anew when it is next wanted
 * @t: run
 */
void tc_forget(struct tmconf *t)
{
	tdestroy(t->devs, free_dev);
	t->devs = NULL;
	free(t->qdiscs.list);
	memset(&t->qdiscs, 0, sizeof(t->qdiscs));
}

/**
 * tc_set_clsact() - note that a clsact comes or goes
 * @t: run
 * @ifindex: its device
 * @there: it comes
 */
void tc_set_clsact(struct tmconf *t, int ifindex, bool there)
{
	struct tc_qdisc q = { .ifindex = ifindex, .kind = there ? TC_CLSACT : TC_NONE };
	size_t i;

	for (i = 0; i < t->qdiscs.n; i++) {
		if (t->qdiscs.list[i].ifindex == ifindex) {
			t->qdiscs.list[i] = q;
			return;
		}
	}
	add_qdisc(&t->qdiscs, q);
}

static bool cookie_is(const struct nlattr *cookie, const char *s)
{
	return cookie && mnl_attr_get_payload_len(cookie) == strlen(s) &&
	       !memcmp(mnl_attr_get_payload(cookie), s, strlen(s));
}

static void read_action(struct tc_filter *f, const struct nlattr *action)
{
	const struct nlattr *tb[ATTRS] = { NULL }, *options[ATTRS] = { NULL };

	collect_nested(tb, action);
	if (!tb[TCA_ACT_KIND] || strcmp(mnl_attr_get_str(tb[TCA_ACT_KIND]), "tmirror"))
		return;
	if (tb[TCA_ACT_OPTIONS])
		collect_nested(options, tb[TCA_ACT_OPTIONS]);
	f->own_clsact |= cookie_is(tb[TCA_ACT_COOKIE], TC_COOKIE_CLSACT);
	f->own |= f->own_clsact || cookie_is(tb[TCA_ACT_COOKIE], TC_COOKIE);
	if (!options[TCA_TMIRROR_SESSION]) {
		f->mirrors = true;
		return;
	}
	if (!f->sessions)
		f->sessions = json_object();
	json_object_set_new(f->sessions, mnl_attr_get_str(options[TCA_TMIRROR_SESSION]),
			    json_true());
}

static void read_actions(struct tc_filter *f, const struct nlattr *options)
{
	const struct nlattr *tb[ATTRS] = { NULL }, *action;
	size_t i;

	collect_nested(tb, options);
	for (i = 0; i < ARRAY_SIZE(classifiers); i++) {
		if (strcmp(classifiers[i].kind, f->kind) || !tb[classifiers[i].attr])
			continue;
		mnl_attr_for_each_nested(action, tb[classifiers[i].attr])
			read_action(f, action);
	}
}

static void read_filter(struct tc_hook *hook, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ATTRS] = { NULL };
	const struct tcmsg *tcm = collect_message(tb, nlh);
	struct tc_filter f = {
		.pref = TC_H_MAJ(tcm->tcm_info) >> 16,
		.handle = tcm->tcm_handle,
	};

	if (!tb[TCA_KIND])
		return;
	snprintf(f.kind, sizeof(f.kind), "%s", mnl_attr_get_str(tb[TCA_KIND]));
	if (tb[TCA_CHAIN])
		f.chain = mnl_attr_get_u32(tb[TCA_CHAIN]);
	if (tb[TCA_OPTIONS])
		read_actions(&f, tb[TCA_OPTIONS]);
	hook->list = realloc(hook->list, (hook->n + 1) * sizeof(f));
	if (!hook->list)
		abort();
	hook->list[hook->n++] = f;
}

/**
 * tc_parent() - how tc calls a hook of clsact
 * @direction: enum tmirror_direction
 *
 * Return: the handle
 */
uint32_t tc_parent(int direction)
{
	return TC_H_MAKE(TC_H_CLSACT, direction == TMIRROR_EGRESS ? TC_H_MIN_EGRESS :
			 TC_H_MIN_INGRESS);
}

static int read_hook(struct tmconf *t, int ifindex, int direction, struct tc_hook *hook)
{
	const struct nlmsghdr *nlh;
	struct nl_reply reply;
	struct nlmsghdr *req;
	struct tcmsg *tcm;
	char buf[256];
	int left, ret;

	req = mnl_nlmsg_put_header(buf);
	req->nlmsg_type = RTM_GETTFILTER;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tcm = mnl_nlmsg_put_extra_header(req, sizeof(*tcm));
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = tc_parent(direction);
	ret = nl_request(&t->rtnl, req, &reply);
	if (ret)
		err_refuse(&t->err, "filters: %s", strerror(reply.error));
	else
		nl_foreach(&reply, nlh, left)
			read_filter(hook, nlh);
	free(reply.data);
	return ret;
}

/**
 * tc_read() - read what tc has at a device
 * @t: run
 * @ifindex: device
 * @dev: receives it; to be given to tc_free() in any case
 *
 * Return: 0 or -1
 */
int tc_read(struct tmconf *t, int ifindex, struct tc_dev *dev)
{
	size_t i;
	int ret;

	memset(dev, 0, sizeof(*dev));
	dev->qdisc.ifindex = ifindex;
	if (nl_open(&t->rtnl, NETLINK_ROUTE, &t->err) || read_qdiscs(t))
		return -1;
	for (i = 0; i < t->qdiscs.n; i++)
		if (t->qdiscs.list[i].ifindex == ifindex)
			dev->qdisc = t->qdiscs.list[i];
	if (dev->qdisc.kind == TC_NONE)
		return 0;
	ret = read_hook(t, ifindex, TMIRROR_INGRESS, &dev->hook[TMIRROR_INGRESS]);
	/* the ingress qdisc answers for any parent with its one list */
	if (!ret && dev->qdisc.kind == TC_CLSACT)
		ret = read_hook(t, ifindex, TMIRROR_EGRESS, &dev->hook[TMIRROR_EGRESS]);
	return ret;
}

/**
 * tc_free() - free what tc_read() read
 * @dev: the device
 */
void tc_free(struct tc_dev *dev)
{
	int d;
	size_t i;

	for (d = 0; d < 2; d++) {
		for (i = 0; i < dev->hook[d].n; i++)
			json_decref(dev->hook[d].list[i].sessions);
		free(dev->hook[d].list);
	}
}

/**
 * tc_serves() - which filter mirrors for a session
 * @hook: filters of a direction
 * @session: its name, NULL: for every session of the device
 *
 * Return: the one that comes first, or NULL
 */
const struct tc_filter *tc_serves(const struct tc_hook *hook, const char *session)
{
	const struct tc_filter *first = NULL, *f;

	for (f = hook->list; f && f < hook->list + hook->n; f++) {
		if (!f->mirrors && !(session && json_object_get(f->sessions, session)))
			continue;
		if (!first || f->pref < first->pref)
			first = f;
	}
	return first;
}

/**
 * tc_first() - which filter sees packets first
 * @hook: filters of a direction
 *
 * Return: that of the lowest pref in chain 0, or NULL
 */
const struct tc_filter *tc_first(const struct tc_hook *hook)
{
	const struct tc_filter *first = NULL, *f;

	for (f = hook->list; f && f < hook->list + hook->n; f++)
		if (!f->chain && (!first || f->pref < first->pref))
			first = f;
	return first;
}

/* 0 too where the kernel knows of none. */
static int tcx_programs(int ifindex, int direction)
{
	enum { PROG_QUERY = 16, TCX_INGRESS = 46, TCX_EGRESS = 47 };
	/* the part of union bpf_attr that a query takes, since Linux 6.6 */
	struct {
		uint32_t ifindex;
		uint32_t attach_type;
		uint32_t query_flags;
		uint32_t attach_flags;
		uint64_t prog_ids;
		uint32_t count;
		uint32_t pad;
		uint64_t prog_attach_flags;
		uint64_t link_ids;
		uint64_t link_attach_flags;
		uint64_t revision;
	} query = {
		.ifindex = ifindex,
		.attach_type = direction == TMIRROR_EGRESS ? TCX_EGRESS : TCX_INGRESS,
	};

	if (syscall(SYS_bpf, PROG_QUERY, &query, sizeof(query)))
		return 0;
	return query.count;
}

static int compare_devs(const void *a, const void *b)
{
	const struct tc_dev *x = a, *y = b;

	return x->qdisc.ifindex - y->qdisc.ifindex;
}

/**
 * tc_dev() - what tc has at a device, read once
 * @t: run
 * @ifindex: device, 0 for one that is gone
 *
 * For commands that change nothing there.
 *
 * Return: the device, which lasts until tc_forget(); NULL if it cannot be read
 */
const struct tc_dev *tc_dev(struct tmconf *t, int ifindex)
{
	struct tc_dev key = { .qdisc.ifindex = ifindex }, **known, *dev;
	int d;

	known = tfind(&key, &t->devs, compare_devs);
	if (known)
		return *known;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		abort();
	if (ifindex && tc_read(t, ifindex, dev)) {
		free_dev(dev);
		return NULL;
	}
	for (d = TMIRROR_INGRESS; ifindex && d <= TMIRROR_EGRESS; d++)
		dev->hook[d].programs = tcx_programs(ifindex, d);
	if (!tsearch(dev, &t->devs, compare_devs))
		abort();
	return dev;
}
