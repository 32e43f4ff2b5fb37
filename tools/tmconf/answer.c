// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "print.h"

static const char *text(const json_t *answer, const char *word)
{
	const char *s = json_string_value(json_object_get(answer, word));

	return s ? s : "?";
}

static long long number(const json_t *answer, const char *word)
{
	return json_integer_value(json_object_get(answer, word));
}

static void print_mirrored(const json_t *answer)
{
	const json_t *member = json_object_get(answer, "member");
	const char *remote = text(member, "remote");
	bool v6 = strchr(remote, ':');

	printf("mirrored by session %s to target %s (%s%s%s port %lld), vni %lld, ",
	       text(answer, "session"), text(answer, "target"), v6 ? "[" : "", remote,
	       v6 ? "]" : "", number(member, "port"), number(answer, "vni"));
	if (json_object_get(answer, "length"))
		printf("length %lld", number(answer, "length"));
	else if (json_object_get(answer, "payload"))
		printf("payload %lld", number(answer, "payload"));
	else
		printf("whole");
}

/**
 * print_answer() - say in one sentence what would become of a packet
 * @answer: object of object_answer
 */
void print_answer(const json_t *answer)
{
	bool mirrored = !strcmp(text(answer, "action"), "accept");
	bool rule = json_object_get(answer, "rule");

	if (mirrored)
		print_mirrored(answer);
	else if (json_object_get(answer, "session"))
		printf("not mirrored; session %s was tried last", text(answer, "session"));
	else
		printf("not mirrored");
	if (rule)
		printf(": rule %lld %s\n", number(answer, "rule"),
		       mirrored ? "accepts" : "rejects");
	else
		printf(": %s\n", text(answer, "reason"));
}
