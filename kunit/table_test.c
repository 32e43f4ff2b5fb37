// SPDX-License-Identifier: GPL-2.0
/* Tables of named objects. */
#include "fault.h"
#include "../module/table.h"

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#define MANY	64

static struct tmirror_object *objects_new(struct kunit *test, unsigned int n)
{
	struct tmirror_object *objects;

	objects = kunit_kcalloc(test, n, sizeof(*objects), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objects);
	return objects;
}

static void empty_table(struct kunit *test)
{
	struct tmirror_table table;

	tmirror_table_init(&table, 5);
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, "a"));
	KUNIT_EXPECT_NULL(test, tmirror_table_next(&table, 0));
	KUNIT_EXPECT_EQ(test, table.count, 0);
	KUNIT_EXPECT_EQ(test, table.limit, 5);
}

static void inserted_is_found_removed_is_not(struct kunit *test)
{
	struct tmirror_object *object = objects_new(test, 1);
	struct tmirror_table table;

	tmirror_table_init(&table, 5);
	object->users = 99;
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, object, "a"), 0);
	KUNIT_EXPECT_PTR_EQ(test, tmirror_table_lookup(&table, "a"), object);
	KUNIT_EXPECT_PTR_EQ(test, tmirror_table_next(&table, 0), object);
	KUNIT_EXPECT_STREQ(test, object->name, "a");
	KUNIT_EXPECT_EQ(test, object->users, 0);
	KUNIT_EXPECT_GT(test, object->id, 0);
	KUNIT_EXPECT_EQ(test, table.count, 1);
	tmirror_table_remove(&table, object);
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, "a"));
	KUNIT_EXPECT_NULL(test, tmirror_table_next(&table, 0));
	KUNIT_EXPECT_EQ(test, table.count, 0);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, object, "a"), 0);
	tmirror_table_remove(&table, object);
}

static void only_the_whole_name_is_found(struct kunit *test)
{
	struct tmirror_object *object = objects_new(test, 1);
	struct tmirror_table table;

	tmirror_table_init(&table, 5);
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, object, "web"), 0);
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, ""));
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, "we"));
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, "web1"));
	KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, "Web"));
	tmirror_table_remove(&table, object);
}

static void longest_name_is_kept_whole(struct kunit *test)
{
	struct tmirror_object *object = objects_new(test, 1);
	char name[TMIRROR_NAME_MAX + 1];
	struct tmirror_table table;

	memset(name, 'x', TMIRROR_NAME_MAX);
	name[TMIRROR_NAME_MAX] = 0;
	tmirror_table_init(&table, 5);
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, object, name), 0);
	KUNIT_EXPECT_STREQ(test, object->name, name);
	KUNIT_EXPECT_PTR_EQ(test, tmirror_table_lookup(&table, name), object);
	tmirror_table_remove(&table, object);
}

static void name_is_taken_once(struct kunit *test)
{
	struct tmirror_object *objects = objects_new(test, 2);
	struct tmirror_table table;

	/* The name is what is wrong, not that the table is full. */
	tmirror_table_init(&table, 1);
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, objects, "a"), 0);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects + 1, "a"),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, table.count, 1);
	KUNIT_EXPECT_PTR_EQ(test, tmirror_table_lookup(&table, "a"), objects);
	tmirror_table_remove(&table, objects);
}

static void limit_is_exact_and_can_change(struct kunit *test)
{
	struct tmirror_object *objects = objects_new(test, 3);
	struct tmirror_table table;

	tmirror_table_init(&table, 0);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects, "a"),
			-ENOSPC);
	table.limit = 2;
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects, "a"), 0);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects + 1, "b"),
			0);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects + 2, "c"),
			-ENOSPC);
	/* Below what is in use, it holds for what comes after. */
	table.limit = 1;
	tmirror_table_remove(&table, objects);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects + 2, "c"),
			-ENOSPC);
	tmirror_table_remove(&table, objects + 1);
	KUNIT_EXPECT_EQ(test, tmirror_table_insert(&table, objects + 2, "c"),
			0);
	tmirror_table_remove(&table, objects + 2);
}

static void name_of(char *name, unsigned int i)
{
	/* In no order, so that the tree is not a list. */
	sprintf(name, "object-%u", i * 37 % MANY);
}

static void dump_sees_all_in_the_order_of_ids(struct kunit *test)
{
	struct tmirror_object *objects = objects_new(test, MANY), *next;
	char name[TMIRROR_NAME_MAX + 1];
	unsigned int i, seen = 0;
	struct tmirror_table table;
	unsigned long id = 0;

	tmirror_table_init(&table, MANY);
	for (i = 0; i < MANY; i++) {
		name_of(name, i);
		KUNIT_ASSERT_EQ(test, 0, tmirror_table_insert(&table,
							      objects + i,
							      name));
	}
	for (i = 0; i < MANY; i++) {
		name_of(name, i);
		KUNIT_EXPECT_PTR_EQ(test, tmirror_table_lookup(&table, name),
				    objects + i);
	}
	while ((next = tmirror_table_next(&table, id))) {
		KUNIT_EXPECT_PTR_EQ(test, next, objects + seen);
		KUNIT_ASSERT_GE(test, next->id, id);
		id = next->id + 1;
		seen++;
		/* Removing what was seen does not disturb it. */
		if (seen % 3 == 0)
			tmirror_table_remove(&table, next);
	}
	KUNIT_EXPECT_EQ(test, seen, MANY);
	KUNIT_EXPECT_EQ(test, table.count, MANY - MANY / 3);
	for (i = 0; i < MANY; i++) {
		name_of(name, i);
		next = tmirror_table_lookup(&table, name);
		KUNIT_EXPECT_PTR_EQ(test, next,
				    i % 3 == 2 ? NULL : objects + i);
		if (next)
			tmirror_table_remove(&table, next);
	}
}

/* A dump that resumes by id must not see an object in another's place. */
static void id_is_not_used_again_at_once(struct kunit *test)
{
	struct tmirror_object *objects = objects_new(test, 2);
	struct tmirror_table table;
	u32 id;

	tmirror_table_init(&table, 5);
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, objects, "a"), 0);
	id = objects->id;
	tmirror_table_remove(&table, objects);
	KUNIT_ASSERT_EQ(test, tmirror_table_insert(&table, objects + 1, "a"),
			0);
	KUNIT_EXPECT_GT(test, objects[1].id, id);
	tmirror_table_remove(&table, objects + 1);
}

static void without_memory_nothing_changes(struct kunit *test)
{
	struct tmirror_object *objects = objects_new(test, MANY);
	char name[TMIRROR_NAME_MAX + 1];
	unsigned int i, refused = 0;
	struct tmirror_table table;
	int err;

	tmirror_table_init(&table, MANY);
	for (i = 0; i < MANY; i++) {
		name_of(name, i);
		fault_all(test);
		err = tmirror_table_insert(&table, objects + i, name);
		fault_end();
		if (!err)
			continue;
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		KUNIT_EXPECT_EQ(test, table.count, i);
		KUNIT_EXPECT_NULL(test, tmirror_table_lookup(&table, name));
		refused++;
		KUNIT_ASSERT_EQ(test, 0, tmirror_table_insert(&table,
							      objects + i,
							      name));
	}
	KUNIT_EXPECT_GT_MSG(test, refused, 0, "no allocation failed");
	for (i = 0; i < MANY; i++)
		tmirror_table_remove(&table, objects + i);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty_table),
	KUNIT_CASE(inserted_is_found_removed_is_not),
	KUNIT_CASE(only_the_whole_name_is_found),
	KUNIT_CASE(longest_name_is_kept_whole),
	KUNIT_CASE(name_is_taken_once),
	KUNIT_CASE(limit_is_exact_and_can_change),
	KUNIT_CASE(dump_sees_all_in_the_order_of_ids),
	KUNIT_CASE(id_is_not_used_again_at_once),
	KUNIT_CASE(without_memory_nothing_changes),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_table",
	.test_cases = cases,
};

kunit_test_suite(suite);
