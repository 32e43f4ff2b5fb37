// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: the order in which it is done. */
#include "act.h"
#include "fragment.h"
#include "genl.h"
#include "net.h"

#include <linux/module.h>

static int __init tmirror_init(void)
{
	int err;

	/*
	 * ORDER: namespaces exit in reverse order of registration, so actions
	 * are gone when the sessions that they hold go. Users come in last.
	 */
	err = tmirror_net_register();
	if (err)
		return err;
	err = tmirror_act_register();
	if (err)
		goto err_act;
	err = tmirror_genl_register();
	if (err)
		goto err_genl;
	return 0;

err_genl:
	tmirror_act_unregister();
err_act:
	tmirror_net_unregister();
	rcu_barrier();
	tmirror_fragments_free();
	return err;
}

static void __exit tmirror_exit(void)
{
	tmirror_genl_unregister();
	tmirror_act_unregister();
	tmirror_net_unregister();
	/* What is freed by RCU is freed by our code. */
	rcu_barrier();
	tmirror_fragments_free();
}

module_init(tmirror_init);
module_exit(tmirror_exit);

MODULE_DESCRIPTION("Traffic mirroring: copies of packets in VXLAN");
MODULE_LICENSE("GPL");
