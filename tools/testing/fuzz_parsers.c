// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into what tmconf reads. FUZZ_PARSER says which parser it is:
 *
 *   rules      the file of "filter load"
 *   document   the JSON of "apply"
 *   words      a line of a command; its first byte chooses which
 *   value      a word for a field; its first byte chooses which
 *
 * What a parser accepts is printed, accepted again, and then prints the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "document.h"
#include "parse.h"
#include "print.h"
#include "value.h"

static const struct {
	const struct object *o;
	enum verb verb;
} orders[] = {
	{ &object_target, VERB_ADD }, { &object_target, VERB_SET },
	{ &object_filter, VERB_ADD }, { &object_filter, VERB_SET },
	{ &object_rule, VERB_ADD }, { &object_rule, VERB_DEL },
	{ &object_session, VERB_ADD }, { &object_session, VERB_SET },
	{ &object_limits, VERB_SET }, { &object_explain, VERB_ASK },
};

static const struct object *const objects[] = {
	&object_target, &object_member, &object_rule, &object_filter, &object_session,
	&object_limits, &object_explain,
};

static void broken(const char *what, const char *first, const char *second)
{
	fprintf(stderr, "%s\nfirst:  %s\nsecond: %s\n", what, first, second);
	abort();
}

/* What print_words() makes of objects, a line each. */
static char *printed(const struct object *o, const json_t *list)
{
	FILE *saved = stdout;
	const json_t *value;
	char *text = NULL;
	size_t len, i;

	stdout = open_memstream(&text, &len);
	json_array_foreach(list, i, value) {
		/* what stands first in a rule's command is hidden in its words */
		if (o == &object_rule && json_object_get(value, "filter"))
			printf("%s ", json_string_value(json_object_get(value, "filter")));
		print_words(o, value);
		printf("\n");
	}
	fclose(stdout);
	stdout = saved;
	return text;
}

static int take(const json_t *rule, void *list)
{
	return json_array_append(list, (json_t *)rule);
}

static json_t *read_rules(const char *data, size_t size, struct err *e)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;
	json_t *rules = json_array();
	int ret = file ? parse_rules(file, "rules", take, rules, e) : -1;

	if (file)
		fclose(file);
	if (!ret)
		return rules;
	json_decref(rules);
	return NULL;
}

static void fuzz_rules(const char *data, size_t size)
{
	struct err e = { };
	json_t *rules = read_rules(data, size, &e), *again;
	char *text, *second;

	if (!rules)
		return;
	text = printed(&object_rule, rules);
	again = json_array_size(rules) ? read_rules(text, strlen(text), &e) : json_incref(rules);
	if (!again)
		broken("what was accepted is refused", text, e.text);
	second = printed(&object_rule, again);
	if (!json_equal(rules, again) || strcmp(text, second))
		broken("the same text means something else", text, second);
	free(text);
	free(second);
	json_decref(rules);
	json_decref(again);
}

static json_t *views(const struct object *o, const json_t *list)
{
	json_t *out = json_array(), *value;
	size_t i;

	json_array_foreach(list, i, value)
		json_array_append_new(out, print_view(o, value, false));
	return out;
}

/* A document as "save" prints it. */
static char *read_document(const char *data, size_t size, struct err *e)
{
	json_t *json = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL), *doc, *out;
	char *text;

	if (!json)
		return NULL;
	doc = parse_document(json, e);
	json_decref(json);
	if (!doc)
		return NULL;
	out = json_pack("{sososo}",
			"targets", views(&object_target, json_object_get(doc, "targets")),
			"filters", views(&object_filter, json_object_get(doc, "filters")),
			"sessions", views(&object_session, json_object_get(doc, "sessions")));
	if (json_object_get(doc, "limits"))
		json_object_set_new(out, "limits",
				    print_view(&object_limits, json_object_get(doc, "limits"),
					       false));
	text = json_dumps(out, JSON_COMPACT);
	json_decref(out);
	json_decref(doc);
	return text;
}

static void fuzz_document(const char *data, size_t size)
{
	struct err e = { };
	char *text = read_document(data, size, &e), *again;

	if (!text)
		return;
	again = read_document(text, strlen(text), &e);
	if (!again || strcmp(text, again))
		broken("a document is not what it was", text, again ? again : e.text);
	free(text);
	free(again);
}

static json_t *read_words(const char *data, size_t size, unsigned int order, struct err *e)
{
	char *line = strndup(data, size), *argv[40];
	int argc = parse_split(line, argv, ARRAY_SIZE(argv), e);
	json_t *value = argc < 0 ? NULL :
		parse_words(orders[order].o, orders[order].verb, argc, argv, e);

	free(line);
	return value;
}

static char *printed_one(const struct object *o, json_t *value)
{
	json_t *list = json_pack("[O]", value);
	char *text = printed(o, list);

	json_decref(list);
	return text;
}

static void fuzz_words(const char *data, size_t size)
{
	unsigned int order = size ? (unsigned char)*data % ARRAY_SIZE(orders) : 0;
	const struct object *o = orders[order].o;
	struct err e = { };
	json_t *value, *again;
	char *text, *second;

	value = size ? read_words(data + 1, size - 1, order, &e) : NULL;
	if (!value)
		return;
	text = printed_one(o, value);
	again = read_words(text, strlen(text), order, &e);
	if (!again)
		broken("what was accepted is refused", text, e.text);
	second = printed_one(o, again);
	if (!json_equal(value, again) || strcmp(text, second))
		broken("the same words mean something else", text, second);
	free(text);
	free(second);
	json_decref(value);
	json_decref(again);
}

static const struct field *field_number(unsigned int n)
{
	const struct field *f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		for (f = objects[i]->fields; f->word; f++)
			if (!n--)
				return f;
	return NULL;
}

static void fuzz_value(const char *data, size_t size)
{
	const struct field *f = size ? field_number((unsigned char)*data) : NULL;
	char room[VALUE_TEXT], second_room[VALUE_TEXT], line[VALUE_TEXT], *argv[3];
	const char *text, *second;
	json_t *value, *again;
	struct err e = { };
	char *word;

	if (!f)
		return;
	word = strndup(data + 1, size - 1);
	value = value_parse(f, word, &e);
	free(word);
	if (!value)
		return;
	text = value_text(f, value, room);
	snprintf(line, sizeof(line), "%s", text);
	if (parse_split(line, argv, ARRAY_SIZE(argv), &e) != 1)
		broken("a value is not one word", text, "");
	again = value_parse(f, argv[0], &e);
	if (!again)
		broken("what was accepted is refused", text, e.text);
	second = value_text(f, again, second_room);
	if (!json_equal(value, again) || strcmp(text, second))
		broken("the same word means something else", text, second);
	json_decref(value);
	json_decref(again);
}

static const struct {
	const char *name;
	void (*fuzz)(const char *data, size_t size);
} parsers[] = {
	{ "rules", fuzz_rules },
	{ "document", fuzz_document },
	{ "words", fuzz_words },
	{ "value", fuzz_value },
};

static void (*fuzz)(const char *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_PARSER");
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; name && i < ARRAY_SIZE(parsers); i++)
		if (!strcmp(parsers[i].name, name))
			fuzz = parsers[i].fuzz;
	if (!fuzz) {
		fprintf(stderr, "FUZZ_PARSER names no parser\n");
		exit(2);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz((const char *)data, size);
	return 0;
}
