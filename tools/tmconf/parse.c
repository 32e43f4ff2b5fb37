// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "parse.h"
#include "value.h"

/* The part whose words stand among the object's own; made when first named. */
static json_t *inline_part(const struct object *o, json_t *value)
{
	json_t *parts = json_object_get(value, o->parts);

	if (!parts) {
		parts = json_pack("[{}]");
		json_object_set_new(value, o->parts, parts);
	}
	return json_array_get(parts, 0);
}

static int parse_pair(const struct object *o, enum verb verb, const char *word,
		      const char *arg, json_t *value, struct err *e)
{
	const struct field *f = object_field(o, word);
	json_t *v;

	if ((!f || !object_takes(f, verb)) && o->part_inline && verb != VERB_DEL) {
		f = object_field(o->part, word);
		if (f && object_takes(f, verb))
			value = inline_part(o, value);
	}
	if (!f || !object_takes(f, verb)) {
		if (object_later(o, word))
			return err_refuse(e, "%s: not supported yet", word);
		return err_misuse(e, "unknown word \"%s\"", word);
	}
	if (!arg)
		return err_misuse(e, "%s: its value is missing", word);
	if (json_object_get(value, word))
		return err_misuse(e, "%s stands there twice", word);
	if ((f->flags & FIELD_NONE && !strcmp(arg, "none")) ||
	    (f->type == TYPE_TEXT && !*arg))
		v = json_null();
	else
		v = value_parse(f, arg, e);
	return v ? json_object_set_new(value, word, v) : -1;
}

/* What must be there is there. */
static int check_musts(const struct object *o, const json_t *value, unsigned int flags,
		       struct err *e)
{
	const struct field *f;

	for (f = o->fields; f->word; f++)
		if (f->flags & flags && !(f->flags & FIELD_FIRST) &&
		    !json_object_get(value, f->word))
			return err_misuse(e, "%s is missing", f->word);
	if (o->part_inline && flags == FIELD_MUST)
		return check_musts(o->part, json_array_get(json_object_get(value, o->parts), 0),
				   flags, e);
	return 0;
}

static void drop_nulls(json_t *value)
{
	const char *word;
	json_t *v;
	void *next;

	json_object_foreach_safe(value, next, word, v)
		if (json_is_null(v))
			json_object_del(value, word);
}

static int parse_first(const struct object *o, enum verb verb, int *argc, char ***argv,
		       json_t *value, struct err *e)
{
	const struct field *f = o->fields;
	json_t *v;

	if (!(f->flags & FIELD_FIRST) || verb == VERB_LOAD)
		return 0;
	if (!*argc)
		return err_misuse(e, "%s is missing", f->arg);
	v = value_parse(f, **argv, e);
	if (!v)
		return -1;
	(*argc)--;
	(*argv)++;
	return json_object_set_new(value, f->word, v);
}

static int parse_into(const struct object *o, enum verb verb, int argc, char **argv,
		      json_t *value, struct err *e)
{
	if (parse_first(o, verb, &argc, &argv, value, e))
		return -1;
	if (verb == VERB_SET && !argc)
		return err_misuse(e, "nothing to set");
	for (; argc > 0; argc -= 2, argv += 2)
		if (parse_pair(o, verb, argv[0], argc > 1 ? argv[1] : NULL, value, e))
			return -1;
	if (verb != VERB_SET)
		drop_nulls(value);
	if (verb == VERB_DEL)
		return check_musts(o, value, FIELD_KEY, e);
	if (verb == VERB_SHOW)
		return 0;
	if (verb != VERB_SET && check_musts(o, value, FIELD_MUST, e))
		return -1;
	return o->check ? o->check(value, e) : 0;
}

/**
 * parse_words() - read an object from the words of a command
 * @o: kind of object
 * @verb: VERB_ADD, VERB_SET, VERB_DEL, VERB_ASK or VERB_SHOW, which takes a name
 *	alone; VERB_LOAD takes the words of VERB_ADD after the first
 * @argc: number of words
 * @argv: words after the command's own
 * @e: says what is wrong
 *
 * Return: an object with the fields named, null for each that is to be absent;
 * NULL if something is wrong
 */
json_t *parse_words(const struct object *o, enum verb verb, int argc, char **argv,
		    struct err *e)
{
	json_t *value = json_object();

	if (parse_into(o, verb, argc, argv, value, e)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

/**
 * parse_rule_line() - read a line of "filter load"
 * @line: the line, which is rewritten
 * @e: says what is wrong
 *
 * Return: a rule, null for a line without one, NULL if something is wrong
 */
json_t *parse_rule_line(char *line, struct err *e)
{
	char *argv[32];
	int argc = parse_split(line, argv, ARRAY_SIZE(argv), e);
	json_t *rule;

	if (!argc)
		return json_null();
	rule = argc > 0 ? parse_words(&object_rule, VERB_LOAD, argc, argv, e) : NULL;
	/* the words are a file's, not the command line's: the command is not misused */
	if (!rule)
		e->status = STATUS_REFUSED;
	return rule;
}
