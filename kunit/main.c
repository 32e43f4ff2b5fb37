// SPDX-License-Identifier: GPL-2.0
/* The module that holds the suites; kunit runs them when it is loaded. */
#include "../module/fragment.h"

#include <linux/module.h>
#include <linux/rcupdate.h>

static void __exit tmirror_kunit_exit(void)
{
	/* What was freed by call_rcu() is freed by code of ours. */
	rcu_barrier();
	tmirror_fragments_free();
}

module_exit(tmirror_kunit_exit);

MODULE_DESCRIPTION("Tests of tmirror");
MODULE_LICENSE("GPL");
