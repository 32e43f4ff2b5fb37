// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "print.h"
#include "stats.h"
#include "tmconf.h"
#include "value.h"

/* keys of a session beyond the table, found out from tc */
static const char *const tc_words[] = { "attached", "preceded" };

static void copy(json_t *to, const json_t *from, const char *word)
{
	json_t *v = json_object_get(from, word);

	if (v)
		json_object_set(to, word, v);
}

static json_t *view_parts(const struct object *o, const json_t *parts, bool stats)
{
	json_t *view = json_array(), *part;
	size_t i;

	json_array_foreach(parts, i, part)
		json_array_append_new(view, print_view(o, part, stats));
	return view;
}

/**
 * print_view() - what is shown of an object
 * @o: kind of object
 * @value: object
 * @stats: with its counters
 *
 * Return: a new object without what is hidden, keys in the table's order
 */
json_t *print_view(const struct object *o, const json_t *value, bool stats)
{
	const json_t *parts = o->parts ? json_object_get(value, o->parts) : NULL;
	json_t *view = json_object();
	const struct field *f;
	size_t i;

	for (f = o->fields; f->word; f++) {
		if (!(f->flags & FIELD_HIDE) && (stats || !(f->flags & FIELD_STATS)))
			copy(view, value, f->word);
		if (f == o->fields && parts && o->part_inline)
			json_object_set_new(view, o->parts, view_parts(o->part, parts, stats));
	}
	if (parts && !o->part_inline)
		json_object_set_new(view, o->parts, json_is_array(parts) ?
				    view_parts(o->part, parts, stats) :
				    print_view(o->part, parts, stats));
	for (i = 0; o == &object_session && i < ARRAY_SIZE(tc_words); i++)
		copy(view, value, tc_words[i]);
	if (stats)
		copy(view, value, "stats");
	return view;
}

/* What a field has to say where nothing is typed: not what goes without saying. */
static const json_t *worth_saying(const struct field *f, const json_t *value, bool stats)
{
	const json_t *v = json_object_get(value, f->word);

	if (!v || f->flags & FIELD_HIDE || (!stats && f->flags & FIELD_STATS))
		return NULL;
	return f->type == TYPE_STATE && !strcmp(json_string_value(v), "up") ? NULL : v;
}

static void put(const char *text)
{
	fputs(text, stdout);
}

static void print_fields(const struct object *o, const json_t *value, bool stats)
{
	const json_t *part = o->part_inline ?
		json_array_get(json_object_get(value, o->parts), 0) : NULL;
	const char *space = "";
	const struct field *f;
	char text[VALUE_TEXT];
	const json_t *v;

	for (f = o->fields; f->word; f++) {
		v = worth_saying(f, value, stats);
		if (v) {
			put(space);
			if (!(f->flags & FIELD_FIRST)) {
				put(f->word);
				put(" ");
			}
			put(value_text(f, v, text));
			space = " ";
		}
		if (f == o->fields && part) {
			put(space);
			print_fields(o->part, part, stats);
			space = " ";
		}
	}
}

/**
 * print_words() - print an object as it could be typed
 * @o: kind of object
 * @value: object
 *
 * Prints no newline.
 */
void print_words(const struct object *o, const json_t *value)
{
	print_fields(o, value, false);
}

static void print_attached(const json_t *session)
{
	const json_t *attached = json_object_get(session, "attached");
	const json_t *preceded = json_object_get(session, "preceded");
	char text[VALUE_TEXT];
	const char *direction;
	json_t *v;

	if (!attached)
		return;
	put("    attached");
	json_object_foreach((json_t *)attached, direction, v) {
		put(" ");
		put(direction);
		put(json_is_true(v) ? " true" : " false");
	}
	if (preceded)
		put(" preceded");
	json_object_foreach((json_t *)preceded, direction, v) {
		put(" ");
		put(direction);
		put(" ");
		put(value_quote(json_string_value(v), text));
	}
	put("\n");
}

static void print_text(const struct tmconf *t, const struct object *o, const json_t *value)
{
	const json_t *parts = o->parts && !o->part_inline ?
		json_object_get(value, o->parts) : NULL;
	json_t *part;
	size_t i;

	print_fields(o, value, t->stats);
	put("\n");
	if (o == &object_session)
		print_attached(value);
	json_array_foreach(parts, i, part) {
		put("    ");
		print_fields(o->part, part, t->stats);
		put("\n");
	}
	if (t->stats)
		stats_print(stdout, json_object_get(value, "stats"));
}

/**
 * print_json() - print JSON, as -j and -p say
 * @t: run
 * @v: what to print
 */
void print_json(const struct tmconf *t, const json_t *v)
{
	json_dumpf(v, stdout, JSON_ENCODE_ANY | (t->pretty ? JSON_INDENT(4) : JSON_COMPACT));
	printf("\n");
}

/* Indents what stands in an array. Strings have no newline of their own. */
static int write_inside(const char *text, size_t n, void *arg)
{
	(void)arg;
	for (; n; n--, text++) {
		putchar(*text);
		if (*text == '\n')
			printf("    ");
	}
	return 0;
}

/**
 * print_object() - print an object of a list, as text or as JSON
 * @t: run
 * @o: kind of object
 * @value: the object
 * @i: how many of the list were printed before
 *
 * JSON is what print_json() would make of all of them.
 */
void print_object(const struct tmconf *t, const struct object *o, const json_t *value, size_t i)
{
	json_t *view;

	if (!t->json) {
		print_text(t, o, value);
		return;
	}
	view = print_view(o, value, t->stats);
	if (t->pretty) {
		printf(i ? ",\n    " : "[\n    ");
		json_dump_callback(view, write_inside, NULL, JSON_INDENT(4));
	} else {
		putchar(i ? ',' : '[');
		json_dumpf(view, stdout, JSON_COMPACT);
	}
	json_decref(view);
}

/**
 * print_end() - print the end of a list
 * @t: run
 * @n: how many objects were printed
 */
void print_end(const struct tmconf *t, size_t n)
{
	if (t->json)
		printf(n && t->pretty ? "\n]\n" : n ? "]\n" : "[]\n");
}

/**
 * print_list() - print objects, as text or as JSON
 * @t: run
 * @o: kind of object
 * @list: array of them
 */
void print_list(const struct tmconf *t, const struct object *o, const json_t *list)
{
	json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
		print_object(t, o, value, i);
	print_end(t, json_array_size(list));
}
