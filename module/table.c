// SPDX-License-Identifier: GPL-2.0
/* Named objects of one kind; only the control path comes here. */
#include "table.h"

#include <linux/errno.h>
#include <linux/string.h>

/**
 * tmirror_table_init - make an empty table
 * @table: the table
 * @limit: largest number of objects
 *
 * An empty table holds no memory, so there is nothing to undo this.
 */
void tmirror_table_init(struct tmirror_table *table, u32 limit)
{
	table->by_name = RB_ROOT;
	xa_init_flags(&table->by_id, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	table->next_id = 0;
	table->count = 0;
	table->limit = limit;
}

/**
 * tmirror_table_lookup - find an object by name
 * @table: where
 * @name: its name
 *
 * Context: process, configuration lock held.
 * Return: the object, without a reference, or NULL.
 */
struct tmirror_object *tmirror_table_lookup(const struct tmirror_table *table,
					    const char *name)
{
	struct rb_node *node = table->by_name.rb_node;

	while (node) {
		struct tmirror_object *object =
			rb_entry(node, struct tmirror_object, node);
		int order = strcmp(name, object->name);

		if (!order)
			return object;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * tmirror_table_next - find the first object of an id or above
 * @table: where
 * @id: lowest id wanted
 *
 * Context: process, configuration lock held.
 * Return: the object, without a reference, or NULL.
 */
struct tmirror_object *tmirror_table_next(struct tmirror_table *table,
					  unsigned long id)
{
	return xa_find(&table->by_id, &id, U32_MAX, XA_PRESENT);
}

/**
 * tmirror_table_insert - name an object and add it
 * @table: where to
 * @object: the object; its other fields are set here
 * @name: its name, at most TMIRROR_NAME_MAX bytes
 *
 * Context: process, may sleep, configuration lock held.
 * Return: 0, -EEXIST for a name in use, -ENOSPC at the limit, -ENOMEM.
 */
int tmirror_table_insert(struct tmirror_table *table,
			 struct tmirror_object *object, const char *name)
{
	struct rb_node **link = &table->by_name.rb_node, *parent = NULL;
	int err;

	while (*link) {
		int order;

		parent = *link;
		order = strcmp(name, rb_entry(parent, struct tmirror_object,
					      node)->name);
		if (!order)
			return -EEXIST;
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	if (table->count >= table->limit)
		return -ENOSPC;
	err = xa_alloc_cyclic(&table->by_id, &object->id, object, xa_limit_32b,
			      &table->next_id, GFP_KERNEL);
	if (err < 0)
		return err;

	strscpy(object->name, name, sizeof(object->name));
	object->users = 0;
	rb_link_node(&object->node, parent, link);
	rb_insert_color(&object->node, &table->by_name);
	table->count++;
	return 0;
}

/**
 * tmirror_table_remove - take an object out; the caller owns it again
 * @table: where from
 * @object: an object in it without users
 *
 * Context: process, configuration lock held.
 */
void tmirror_table_remove(struct tmirror_table *table,
			  struct tmirror_object *object)
{
	rb_erase(&object->node, &table->by_name);
	xa_erase(&table->by_id, object->id);
	table->count--;
}
