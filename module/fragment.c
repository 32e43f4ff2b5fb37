// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments of pages, for short copies: taking one is little more than moving
 * a pointer. The kernel's own come from several pages in a row, which live as
 * long as the last of many fragments, be it a copy's or one of a driver that
 * receives; ours from single pages that only copies are in.
 */
#include "fragment.h"

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/local_lock.h>
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/percpu.h>

/* More than a page has fragments. */
#define REFS	(PAGE_SIZE / SMP_CACHE_BYTES + 1)

/**
 * struct fragments - the page that a CPU takes fragments of
 * @bh_lock: guards the rest, where bottom halves can be preempted
 * @page: where it begins; NULL for none
 * @left: how much of it is left
 * @refs: how many references to it are ours, at least one
 */
struct fragments {
	local_lock_t bh_lock;
	void *page;
	unsigned int left;
	unsigned int refs;
};

static DEFINE_PER_CPU(struct fragments, fragments) = {
	.bh_lock = INIT_LOCAL_LOCK(bh_lock),
};

/* Begin a page: the last one again, if all that was taken of it is free. */
static noinline bool renew(struct fragments *cpu)
{
	struct page *page;

	if (cpu->page && page_ref_sub_and_test(virt_to_page(cpu->page),
					       cpu->refs)) {
		set_page_count(virt_to_page(cpu->page), REFS);
	} else {
		page = alloc_page(GFP_ATOMIC | __GFP_NOWARN | __GFP_NOMEMALLOC);
		cpu->page = page ? page_address(page) : NULL;
		cpu->left = 0;
		if (!page)
			return false;
		page_ref_add(page, REFS - 1);
	}
	cpu->left = PAGE_SIZE;
	cpu->refs = REFS;
	return true;
}

/**
 * tmirror_fragment_alloc - take a fragment of a page
 * @size: bytes, a multiple of %SMP_CACHE_BYTES, %PAGE_SIZE at most
 *
 * Context: bottom halves disabled.
 * Return: the fragment, for skb_free_frag(); NULL without memory.
 */
void *tmirror_fragment_alloc(unsigned int size)
{
	struct fragments *cpu;
	void *data = NULL;

	local_lock_nested_bh(&fragments.bh_lock);
	cpu = this_cpu_ptr(&fragments);
	if (cpu->left >= size || renew(cpu)) {
		cpu->left -= size;
		cpu->refs--;
		data = cpu->page + cpu->left;
	}
	local_unlock_nested_bh(&fragments.bh_lock);
	return data;
}

/**
 * tmirror_fragments_free - free the pages that fragments are taken of
 *
 * What was taken stays until it is free itself.
 *
 * Context: process, when none can be taken any more.
 */
void tmirror_fragments_free(void)
{
	struct fragments *of;
	struct page *page;
	int cpu;

	for_each_possible_cpu(cpu) {
		of = per_cpu_ptr(&fragments, cpu);
		if (!of->page)
			continue;
		page = virt_to_page(of->page);
		page_ref_sub(page, of->refs - 1);
		put_page(page);
		of->page = NULL;
		of->left = 0;
	}
}
