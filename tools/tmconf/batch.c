// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "tmconf.h"

/* more words than any command has */
#define WORDS	128

static int run_line(struct tmconf *t, char *line, size_t len)
{
	char *argv[WORDS];
	int argc;

	if (strlen(line) != len)
		return err_refuse(&t->err, "not text");
	argc = parse_split(line, argv, WORDS, &t->err);
	if (argc <= 0)
		return argc;
	return command_run(t, argc, argv);
}

/**
 * batch_run() - run the commands of a file, a line each
 * @t: run
 * @name: path of the file, "-" for the standard input
 *
 * Stops at the first line that fails unless -f was given. The reasons are
 * printed here.
 *
 * Return: 0, or -1 if a line failed or if the file cannot be read
 */
int batch_run(struct tmconf *t, const char *name)
{
	FILE *file = file_open(name, &t->err);
	unsigned int n = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	if (!file)
		return -1;
	while ((len = getline(&line, &room, file)) >= 0) {
		n++;
		if (!run_line(t, line, len))
			continue;
		ret = -1;
		fprintf(stderr, "tmconf: %s:%u: %s\n", name, n, t->err.text);
		/* the words are a file's, not the command line's: no misuse */
		t->err.status = STATUS_REFUSED;
		t->err.text[0] = '\0';
		if (!t->force)
			break;
	}
	free(line);
	file_close(file);
	return ret;
}
