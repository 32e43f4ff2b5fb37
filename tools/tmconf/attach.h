/* SPDX-License-Identifier: GPL-2.0 */
/* Our tc filters on a source: added, removed, and either undone. */
#ifndef TMCONF_ATTACH_H
#define TMCONF_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

struct tmconf;

/**
 * struct attach - what is added to a device, or was removed from it
 * @ifindex: device
 * @pref: by direction, the place of our filter; 0: none
 * @clsact: the qdisc too
 * @owns: our filters say that the qdisc is ours
 */
struct attach {
	int ifindex;
	uint32_t pref[2];
	bool clsact;
	bool owns;
};

int attach_plan(struct tmconf *t, const char *session, int ifindex, struct attach *a);
int attach_source(struct tmconf *t, const char *session, int ifindex, struct attach *a);
int detach_source(struct tmconf *t, int ifindex, struct attach *a);
int attach_add(struct tmconf *t, const struct attach *a);
int attach_remove(struct tmconf *t, const struct attach *a);

#endif
