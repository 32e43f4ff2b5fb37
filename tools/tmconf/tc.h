/* SPDX-License-Identifier: GPL-2.0 */
/* What tc has at the two hooks of a device: read only. */
#ifndef TMCONF_TC_H
#define TMCONF_TC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

struct tmconf;

enum tc_kind {
	TC_NONE,
	/* the older qdisc: ingress alone */
	TC_INGRESS,
	TC_CLSACT,
};

/**
 * struct tc_qdisc - the qdisc that carries a device's hooks
 * @ifindex: the device
 * @kind: which of them
 * @block: by direction, the shared block whose filters run there; 0: none
 */
struct tc_qdisc {
	int ifindex;
	enum tc_kind kind;
	uint32_t block[2];
};

/**
 * struct tc_qdiscs - those of all devices of the namespace
 * @list: one a device that has one
 * @n: how many
 * @known: @list was read
 */
struct tc_qdiscs {
	struct tc_qdisc *list;
	size_t n;
	bool known;
};

/**
 * struct tc_filter - a filter at a hook
 * @kind: classifier
 * @pref: its place, lower ones first
 * @chain: chain 0 is the one where packets begin
 * @handle: number within the classifier
 * @own: tmconf put it there
 * @own_clsact: and the clsact as well
 * @mirrors: it mirrors for every session of the device
 * @sessions: names of the sessions that it mirrors for, NULL: none
 */
struct tc_filter {
	char kind[16];
	uint32_t pref;
	uint32_t chain;
	uint32_t handle;
	bool own;
	bool own_clsact;
	bool mirrors;
	json_t *sessions;
};

/**
 * struct tc_hook - the filters of a direction
 * @list: filters by pref
 * @n: how many
 * @programs: how many tcx programs run before them, of tc_dev()
 */
struct tc_hook {
	struct tc_filter *list;
	size_t n;
	int programs;
};

/**
 * struct tc_dev - a device as tc sees it
 * @qdisc: its qdisc, of kind TC_NONE if there is none
 * @hook: its hooks by enum tmirror_direction
 */
struct tc_dev {
	struct tc_qdisc qdisc;
	struct tc_hook hook[2];
};

/* our actions are known by these cookies; the second: the clsact is ours too */
#define TC_COOKIE		"tmconf"
#define TC_COOKIE_CLSACT	"tmconf+clsact"

uint32_t tc_parent(int direction);
int tc_read(struct tmconf *t, int ifindex, struct tc_dev *dev);
void tc_free(struct tc_dev *dev);
void tc_forget(struct tmconf *t);
void tc_set_clsact(struct tmconf *t, int ifindex, bool there);
const struct tc_filter *tc_serves(const struct tc_hook *hook, const char *session);
const struct tc_filter *tc_first(const struct tc_hook *hook);
const struct tc_dev *tc_dev(struct tmconf *t, int ifindex);

#endif
