// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations of this task that fail, as run.sh has prepared failslab for. A
 * test that wants them is skipped where it has not, or cannot.
 */
#include "fault.h"

#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/slab.h>

#ifdef CONFIG_FAILSLAB

/* An allocation that may sleep, the least likely to fail. */
static bool allocation_fails(void)
{
	void *p = kmalloc(8, GFP_KERNEL);

	kfree(p);
	return !p;
}

/*
 * Let the @n-th allocation from now on fail, 1 being the next. The caller has
 * no memory to make anything of, until fault_nth_hit().
 */
void fault_nth(struct kunit *test, unsigned int n)
{
	current->fail_nth = 1;
	if (!allocation_fails()) {
		current->fail_nth = 0;
		kunit_skip(test, "failslab spares what may sleep");
	}
	current->fail_nth = n;
}

/* Return: true if there were as many allocations, so that one has failed. */
bool fault_nth_hit(void)
{
	bool hit = !current->fail_nth;

	current->fail_nth = 0;
	return hit;
}

/* Let all allocations fail, until fault_end(). */
void fault_all(struct kunit *test)
{
	current->make_it_fail = 1;
	if (!allocation_fails()) {
		current->make_it_fail = 0;
		kunit_skip(test, "failslab does not ask the task");
	}
}

void fault_end(void)
{
	current->make_it_fail = 0;
}

#else

void fault_nth(struct kunit *test, unsigned int n)
{
	kunit_skip(test, "no CONFIG_FAILSLAB");
}

bool fault_nth_hit(void)
{
	return false;
}

void fault_all(struct kunit *test)
{
	kunit_skip(test, "no CONFIG_FAILSLAB");
}

void fault_end(void)
{
}

#endif
