// SPDX-License-Identifier: GPL-2.0
/* Where our filters can stand among those of a device. */
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <linux/tmirror.h>

#include "attach.h"
#include "tmconf.h"

/*
 * Half-way down all places that tc has. Not 32768: a filter that names no place
 * gets one above, but is refused as long as that very one is taken.
 */
#define PREF_ALONE	32767

static const char *const directions[] = { "ingress", "egress" };

/* A place before every filter there, half-way; 0 if there is none. */
static uint32_t place_before(const struct tc_hook *hook)
{
	const struct tc_filter *first = tc_first(hook);

	return first ? first->pref / 2 : PREF_ALONE;
}

/* The first place that is free, where there is none before all others. */
static uint32_t place_free(const struct tc_hook *hook)
{
	uint32_t pref = place_before(hook);
	size_t i = 0;

	if (pref)
		return pref;
	for (pref = 2; i < hook->n; pref++)
		for (i = 0; i < hook->n && hook->list[i].pref != pref; i++)
			;
	return pref - 1;
}

/* The commands of tc that do by hand what cannot be done here. */
static void write_commands(const struct tc_dev *dev, const char *name, const char *session,
			   char *text, size_t size)
{
	const struct tc_qdisc *q = &dev->qdisc;
	char where[64];
	size_t n = 0;
	int d;

	*text = '\0';
	for (d = TMIRROR_INGRESS; d <= TMIRROR_EGRESS; d++) {
		if (d == TMIRROR_EGRESS && q->kind == TC_INGRESS)
			break;
		if (d == TMIRROR_EGRESS && q->block[d] && q->block[d] == q->block[0])
			break;
		if (q->block[d])
			snprintf(where, sizeof(where), "block %u", q->block[d]);
		else
			snprintf(where, sizeof(where), "dev %s %s", name, directions[d]);
		n += snprintf(text + n, size - n,
			      "%stc filter add %s pref %u matchall action tmirror session %s continue",
			      n ? " && " : "", where, place_free(&dev->hook[d]), session);
	}
}

/* Why our filter cannot stand in a direction; 0 if it can. */
static int obstacle(const struct tc_dev *dev, int d, char *why, size_t size)
{
	if (dev->qdisc.block[d])
		return snprintf(why, size, "its %s filters are in the shared block %u",
				directions[d], dev->qdisc.block[d]);
	if (dev->qdisc.kind == TC_INGRESS)
		return snprintf(why, size, "it has an ingress qdisc, which has no egress hook");
	if (!place_before(&dev->hook[d]))
		return snprintf(why, size, "an %s filter has pref 1, the first place",
				directions[d]);
	return 0;
}

static int plan(struct tmconf *t, const char *session, const struct tc_dev *dev, struct attach *a)
{
	char name[IF_NAMESIZE] = "?", why[128], by_hand[512];
	const struct tc_filter *own;
	int d;

	for (d = TMIRROR_INGRESS; d <= TMIRROR_EGRESS; d++) {
		own = tc_serves(&dev->hook[d], session);
		if (own) {
			a->owns |= own->own_clsact;
			continue;
		}
		if (obstacle(dev, d, why, sizeof(why))) {
			if_indextoname(a->ifindex, name);
			write_commands(dev, name, session, by_hand, sizeof(by_hand));
			return err_refuse(&t->err,
					  "source %s: cannot attach: %s; without a source, use: %s",
					  name, why, by_hand);
		}
		a->pref[d] = place_before(&dev->hook[d]);
	}
	a->clsact = dev->qdisc.kind == TC_NONE;
	a->owns |= a->clsact;
	return 0;
}

/**
 * attach_plan() - find out what attaching a source takes
 * @t: run
 * @session: the session that wants it
 * @ifindex: device
 * @a: receives what is to be added; nothing where it is attached
 *
 * Return: 0, or -1 if it cannot be attached
 */
int attach_plan(struct tmconf *t, const char *session, int ifindex, struct attach *a)
{
	struct tc_dev dev;
	int ret;

	memset(a, 0, sizeof(*a));
	a->ifindex = ifindex;
	ret = tc_read(t, ifindex, &dev);
	if (!ret)
		ret = plan(t, session, &dev, a);
	tc_free(&dev);
	return ret;
}
