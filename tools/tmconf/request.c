// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "request.h"
#include "tmconf.h"
#include "value.h"

static uint8_t command_of(const struct object *o, enum verb verb)
{
	switch (verb) {
	case VERB_ADD:
		return o->cmd_add;
	case VERB_SET:
		return o->cmd_set;
	case VERB_DEL:
		return o->cmd_del;
	case VERB_LOAD:
		return o->cmd_load;
	default:
		return o->cmd_get;
	}
}

/**
 * request_put() - write a command with an object
 * @t: run; without an open socket to the module the message has no type yet
 * @buf: where to, attr_room() bytes
 * @o: kind of object
 * @verb: what is done
 * @value: what to: the object, or the part of it that the command takes
 *
 * Return: the message, NULL if the object names a device that is not there
 */
struct nlmsghdr *request_put(struct tmconf *t, void *buf, const struct object *o,
			     enum verb verb, const json_t *value)
{
	struct nlmsghdr *nlh = nl_genl(&t->genl, buf, command_of(o, verb), 0);
	const char *name = object_name(o, value);

	if (!attr_put(nlh, o, value, &t->err))
		return nlh;
	err_prefix(&t->err, "%s%s%s: ", o->word, *name ? " " : "", name);
	return NULL;
}

/**
 * request_fail() - write the line for a refusal
 * @e: receives it: the object, the field at fault, both reasons
 * @o: kind of object
 * @value: the object, may be NULL
 * @req: the message that was refused
 * @reply: the answer to it
 *
 * Return: -1
 */
int request_fail(struct err *e, const struct object *o, const json_t *value,
		 const struct nlmsghdr *req, const struct nl_reply *reply)
{
	const struct field *f = reply->offset ? attr_field(o, req, reply->offset) : NULL;
	const char *name = object_name(o, value);
	const json_t *v = f ? json_object_get(value, f->word) : NULL;
	char text[VALUE_TEXT], at[VALUE_TEXT + 64] = "", key[64] = "";

	if (o == &object_rule)
		snprintf(key, sizeof(key), " number %lld direction %s",
			 (long long)json_integer_value(json_object_get(value, "number")),
			 json_string_value(json_object_get(value, "direction")));
	if (v && f != o->fields)
		snprintf(at, sizeof(at), ": %s %s", f->word, value_text(f, v, text));
	return err_refuse(e, *reply->text ? "%s%s%s%s%s: %s (%s)" : "%s%s%s%s%s: %s%s",
			  o->word, *name ? " " : "", name, key, at, reply->text,
			  strerror(reply->error));
}
