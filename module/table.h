/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_TABLE_H
#define _TMIRROR_TABLE_H

#include <linux/rbtree.h>
#include <linux/tmirror.h>
#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct tmirror_object - what sessions, filters and targets have in common
 * @node: in the table's order by name
 * @id: key in the table's order by age; dumps resume by it
 * @users: how many others hold the object: it cannot be deleted while any do
 * @name: the key that users give
 *
 * All fields are guarded by the configuration lock of the namespace. It is the
 * first member of each kind, so that what a table holds can be cast to it.
 */
struct tmirror_object {
	struct rb_node node;
	u32 id;
	u32 users;
	char name[TMIRROR_NAME_MAX + 1];
};

/**
 * struct tmirror_table - all objects of one kind in a network namespace
 * @by_name: the objects by name
 * @by_id: the objects by id
 * @next_id: where to look for a free id
 * @count: number of objects
 * @limit: largest number of objects
 *
 * All fields are guarded by the configuration lock of the namespace.
 */
struct tmirror_table {
	struct rb_root by_name;
	struct xarray by_id;
	u32 next_id;
	u32 count;
	u32 limit;
};

void tmirror_table_init(struct tmirror_table *table, u32 limit);
struct tmirror_object *tmirror_table_lookup(const struct tmirror_table *table,
					    const char *name);
struct tmirror_object *tmirror_table_next(struct tmirror_table *table,
					  unsigned long id);
int tmirror_table_insert(struct tmirror_table *table,
			 struct tmirror_object *object, const char *name);
void tmirror_table_remove(struct tmirror_table *table,
			  struct tmirror_object *object);

#endif /* _TMIRROR_TABLE_H */
