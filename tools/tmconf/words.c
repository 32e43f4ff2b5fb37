// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "parse.h"

static int hex(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* What two digits stand for; -1 if they are none. */
static int byte(const char *c)
{
	int high = hex(c[0]), low = high < 0 ? -1 : hex(c[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/* One character inside double quotes, from *in to *out. */
static void unescape(char **in, char **out)
{
	char *c = *in;

	if (*c == '\\' && c[1] == 'x' && byte(c + 2) >= 0) {
		*(*out)++ = byte(c + 2);
		*in = c + 4;
		return;
	}
	if (*c == '\\' && c[1])
		c++;
	*(*out)++ = *c;
	*in = c + 1;
}

/* Copies what stands in quotes. Returns -1 if they do not end. */
static int quoted(char **in, char **out)
{
	char quote = *(*in)++;

	while (**in && **in != quote) {
		if (quote == '"')
			unescape(in, out);
		else
			*(*out)++ = *(*in)++;
	}
	if (!**in)
		return -1;
	(*in)++;
	return 0;
}

/**
 * parse_split() - cut a line into words
 * @line: the line, rewritten in place; the words point into it
 * @argv: receives the words, and NULL after the last
 * @max: room in @argv
 * @e: says what is wrong
 *
 * Words may stand in single or double quotes, with backslashes in the latter.
 * An unquoted # before a word begins a comment.
 *
 * Return: number of words, or -1
 */
int parse_split(char *line, char **argv, int max, struct err *e)
{
	char *in = line, *out;
	int argc = 0;
	bool more;

	for (;;) {
		while (isspace((unsigned char)*in))
			in++;
		if (!*in || *in == '#')
			break;
		if (argc == max - 1)
			return err_misuse(e, "more than %d words", max - 1);
		argv[argc++] = in;
		out = in;
		while (*in && !isspace((unsigned char)*in)) {
			if (*in != '"' && *in != '\'')
				*out++ = *in++;
			else if (quoted(&in, &out))
				return err_misuse(e, "a quote does not end");
		}
		more = *in;
		*out = '\0';
		if (!more)
			break;
		in++;
	}
	argv[argc] = NULL;
	return argc;
}
