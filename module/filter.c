// SPDX-License-Identifier: GPL-2.0
/* Ordered rules: which packets a session mirrors. */
#include "filter.h"
#include "rcu.h"
#include "rule.h"

#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* Writers hold the configuration lock or own what they write. */
#define deref(pointer)	rcu_dereference_protected(pointer, 1)

static int compare_rules(const void *a, const void *b)
{
	return tmirror_match_compare(&(*(struct tmirror_rule **)a)->match,
				     &(*(struct tmirror_rule **)b)->match);
}

/* Return: index of the first rule that is not before @key. */
static unsigned int place_of(const struct tmirror_rules *rules,
			     const struct tmirror_match *key)
{
	unsigned int begin = 0, end = rules->count, middle;

	while (begin < end) {
		middle = begin + (end - begin) / 2;
		if (tmirror_match_compare(&rules->rule[middle]->match, key) < 0)
			begin = middle + 1;
		else
			end = middle;
	}
	return begin;
}

static struct tmirror_rule *find(const struct tmirror_rules *rules,
				 const struct tmirror_match *key)
{
	unsigned int at = place_of(rules, key);

	if (at == rules->count ||
	    tmirror_match_compare(&rules->rule[at]->match, key))
		return NULL;
	return rules->rule[at];
}

/**
 * tmirror_rules_alloc - allocate a list of rules
 * @count: how many
 *
 * Context: process, may sleep.
 * Return: a list with room for @count rules, to be filled by the caller, for
 * tmirror_filter_load() or tmirror_rules_discard(); NULL without memory.
 */
struct tmirror_rules *tmirror_rules_alloc(unsigned int count)
{
	struct tmirror_rules *rules;

	rules = kvzalloc(struct_size(rules, rule, count), GFP_KERNEL_ACCOUNT);
	if (rules)
		rules->count = count;
	return rules;
}

/**
 * tmirror_rules_discard - free a list that was never in a filter
 * @rules: the list; entries that are NULL are passed over
 */
void tmirror_rules_discard(struct tmirror_rules *rules)
{
	unsigned int i;

	for (i = 0; i < rules->count; i++)
		if (rules->rule[i])
			tmirror_rule_free(rules->rule[i]);
	kvfree(rules);
}

/* Ready a list, sorted, to take the place of @old. */
static int compile(struct tmirror_rules *rules,
		   const struct tmirror_rules *old)
{
	static const struct tmirror_match first_egress = {
		.direction = TMIRROR_EGRESS,
	};
	struct tmirror_classifier *classifier = rules->classifier;
	int err;

	rules->egress = place_of(rules, &first_egress);
	err = tmirror_classifier_build(&classifier[TMIRROR_INGRESS],
				       &old->classifier[TMIRROR_INGRESS],
				       rules->rule, rules->egress);
	if (err)
		return err;
	err = tmirror_classifier_build(&classifier[TMIRROR_EGRESS],
				       &old->classifier[TMIRROR_EGRESS],
				       rules->rule + rules->egress,
				       rules->count - rules->egress);
	if (err)
		tmirror_classifier_discard(&classifier[TMIRROR_INGRESS]);
	return err;
}

/*
 * Readers see all of the old list or all of the new one. What goes with the
 * old one must not be freed before this: who comes later may still find it.
 */
static void publish(struct tmirror_filter *filter, struct tmirror_rules *rules)
{
	struct tmirror_rules *old;
	unsigned int i;

	old = rcu_replace_pointer(filter->rules, rules, true);
	for (i = 0; i < ARRAY_SIZE(old->classifier); i++)
		tmirror_classifier_retire(&old->classifier[i],
					  &rules->classifier[i]);
}

/**
 * tmirror_filter_create - make a filter without rules
 * @table: the filters of its namespace
 * @name: its name
 *
 * Context: process, may sleep, configuration lock held.
 * Return: the filter, or -EEXIST, -ENOSPC, -ENOMEM as a pointer.
 */
struct tmirror_filter *tmirror_filter_create(struct tmirror_table *table,
					     const char *name)
{
	struct tmirror_filter *filter;
	struct tmirror_rules *rules;
	int err = -ENOMEM;

	filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);
	rules = tmirror_rules_alloc(0);
	if (!filter || !rules)
		goto err_alloc;
	RCU_INIT_POINTER(filter->rules, rules);
	err = tmirror_table_insert(table, &filter->object, name);
	if (err)
		goto err_alloc;
	return filter;

err_alloc:
	kvfree(rules);
	kfree(filter);
	return ERR_PTR(err);
}

/**
 * tmirror_filter_delete - delete a filter and its rules
 * @table: the filters of its namespace
 * @filter: the filter
 *
 * Context: process, configuration lock held.
 * Return: 0, or -EBUSY if a session uses it.
 */
int tmirror_filter_delete(struct tmirror_table *table,
			  struct tmirror_filter *filter)
{
	struct tmirror_rules *rules = deref(filter->rules);
	unsigned int i;

	if (filter->object.users)
		return -EBUSY;
	tmirror_table_remove(table, &filter->object);
	for (i = 0; i < ARRAY_SIZE(rules->classifier); i++)
		tmirror_classifier_retire(&rules->classifier[i], NULL);
	/* One callback each: RCU rations those that it runs in a row. */
	for (i = 0; i < rules->count; i++)
		tmirror_rule_free_rcu(rules->rule[i]);
	kvfree_rcu(rules, rcu);
	kfree(filter->description);
	kfree_rcu(filter, rcu);
	return 0;
}

/**
 * tmirror_filter_match - find the rule that decides a packet
 * @filter: the filter
 * @direction: of the packet
 * @flow: the packet
 *
 * Context: RCU read side.
 * Return: the first rule by number that matches, or NULL.
 */
const struct tmirror_rule *
tmirror_filter_match(const struct tmirror_filter *filter, u8 direction,
		     const struct tmirror_flow *flow)
{
	const struct tmirror_rules *rules = tmirror_dereference(filter->rules);

	return tmirror_classifier_find(&rules->classifier[direction], flow);
}

/**
 * tmirror_filter_add - add a rule
 * @filter: where to
 * @rule: the rule; the filter owns it if this succeeds
 * @limit: largest number of rules
 *
 * Context: process, may sleep, configuration lock held.
 * Return: 0, -EEXIST if its number is taken, -ENOSPC at the limit, -ENOMEM.
 */
int tmirror_filter_add(struct tmirror_filter *filter,
		       struct tmirror_rule *rule, u32 limit)
{
	struct tmirror_rules *old = deref(filter->rules), *new;
	unsigned int at = place_of(old, &rule->match);
	int err;

	if (find(old, &rule->match))
		return -EEXIST;
	if (old->count >= limit)
		return -ENOSPC;
	new = tmirror_rules_alloc(old->count + 1);
	if (!new)
		return -ENOMEM;

	memcpy(new->rule, old->rule, at * sizeof(new->rule[0]));
	new->rule[at] = rule;
	memcpy(new->rule + at + 1, old->rule + at,
	       (old->count - at) * sizeof(new->rule[0]));
	err = compile(new, old);
	if (err) {
		kvfree(new);
		return err;
	}
	publish(filter, new);
	kvfree_rcu(old, rcu);
	return 0;
}

/**
 * tmirror_filter_del - delete a rule
 * @filter: where from
 * @key: direction and number of the rule
 *
 * Context: process, may sleep, configuration lock held.
 * Return: 0, -ENOENT, -ENOMEM.
 */
int tmirror_filter_del(struct tmirror_filter *filter,
		       const struct tmirror_match *key)
{
	struct tmirror_rules *old = deref(filter->rules), *new;
	struct tmirror_rule *rule = find(old, key);
	unsigned int at = place_of(old, key);
	int err;

	if (!rule)
		return -ENOENT;
	new = tmirror_rules_alloc(old->count - 1);
	if (!new)
		return -ENOMEM;

	memcpy(new->rule, old->rule, at * sizeof(new->rule[0]));
	memcpy(new->rule + at, old->rule + at + 1,
	       (new->count - at) * sizeof(new->rule[0]));
	err = compile(new, old);
	if (err) {
		kvfree(new);
		return err;
	}
	publish(filter, new);
	kvfree_rcu(old, rcu);
	tmirror_rule_free_rcu(rule);
	return 0;
}

/**
 * tmirror_filter_load - replace all rules
 * @filter: the filter
 * @list: its rules from now on, in any order; the filter owns them if this
 *	succeeds
 * @limit: largest number of rules
 *
 * A rule that is in both lists, the same in every word, goes on counting.
 *
 * Context: process, may sleep, configuration lock held.
 * Return: 0, -EEXIST if two have the same number and direction, -ENOSPC over
 * the limit, -ENOMEM.
 */
int tmirror_filter_load(struct tmirror_filter *filter,
			struct tmirror_rules *list, u32 limit)
{
	struct tmirror_rules *old = deref(filter->rules), *new;
	unsigned int i;
	int err;

	if (list->count > limit)
		return -ENOSPC;
	sort(list->rule, list->count, sizeof(list->rule[0]), compare_rules,
	     NULL);
	for (i = 1; i < list->count; i++)
		if (!compare_rules(&list->rule[i - 1], &list->rule[i]))
			return -EEXIST;

	new = tmirror_rules_alloc(list->count);
	if (!new)
		return -ENOMEM;
	for (i = 0; i < new->count; i++) {
		struct tmirror_rule *rule = list->rule[i];
		struct tmirror_rule *same = find(old, &rule->match);

		if (same && !memcmp(&same->match, &rule->match,
				    sizeof(rule->match)))
			rule = same;
		new->rule[i] = rule;
	}
	err = compile(new, old);
	if (err) {
		kvfree(new);
		return err;
	}
	publish(filter, new);

	for (i = 0; i < new->count; i++)
		if (new->rule[i] != list->rule[i])
			tmirror_rule_free(list->rule[i]);
	kvfree(list);
	for (i = 0; i < old->count; i++) {
		struct tmirror_rule *rule = old->rule[i];

		if (find(new, &rule->match) != rule)
			tmirror_rule_free_rcu(rule);
	}
	kvfree_rcu(old, rcu);
	return 0;
}
