// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "file.h"

/**
 * file_open() - open a file to read
 * @name: its path, "-" for the standard input
 * @e: says why it could not be opened
 *
 * Return: the file, to be closed by file_close(), or NULL
 */
FILE *file_open(const char *name, struct err *e)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;

	if (!file)
		err_refuse(e, "%s: %s", name, strerror(errno));
	return file;
}

/**
 * file_close() - close a file of file_open()
 * @file: the file, may be NULL
 */
void file_close(FILE *file)
{
	if (file && file != stdin)
		fclose(file);
}
