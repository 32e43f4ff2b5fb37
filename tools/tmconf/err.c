// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

/* What the user typed may hold anything: keep it to one harmless line. */
static void err_set(struct err *e, int status, const char *fmt, va_list args)
{
	unsigned char *c;

	e->status = status;
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	for (c = (unsigned char *)e->text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
}

/**
 * err_refuse() - a value, a name or a change is refused
 * @e: receives the line
 * @fmt: format of the line
 *
 * Return: -1, for the caller to return in turn
 */
int err_refuse(struct err *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_set(e, STATUS_REFUSED, fmt, args);
	va_end(args);
	return -1;
}

/**
 * err_misuse() - the command line is not of the grammar
 * @e: receives the line
 * @fmt: format of the line
 *
 * Return: -1, for the caller to return in turn
 */
int err_misuse(struct err *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_set(e, STATUS_MISUSE, fmt, args);
	va_end(args);
	return -1;
}

/**
 * err_prefix() - say where the error is, in front of what it is
 * @e: an error that is set
 * @fmt: format of the place
 *
 * Return: -1, for the caller to return in turn
 */
int err_prefix(struct err *e, const char *fmt, ...)
{
	char what[sizeof(e->text)];
	va_list args;
	size_t n;

	memcpy(what, e->text, sizeof(what));
	va_start(args, fmt);
	err_set(e, e->status, fmt, args);
	va_end(args);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, "%.*s", (int)sizeof(what), what);
	return -1;
}
