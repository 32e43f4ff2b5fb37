// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "tmconf.h"

#define NETNS_DIR	"/run/netns"

/* Is this an option, by any length of its word from its first letter on. */
static bool is_option(const char *arg, const char *word)
{
	if (*arg++ != '-')
		return false;
	if (*arg == '-')
		arg++;
	return *arg && !strncmp(arg, word, strlen(arg));
}

static int enter_netns(struct tmconf *t, const char *name)
{
	char path[4096];
	int fd, ret;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_refuse(&t->err, "netns \"%s\": not a name of a network namespace", name);
	snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_refuse(&t->err, "netns %s: %s", name, strerror(errno));
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		err_refuse(&t->err, "netns %s: %s", name, strerror(errno));
	close(fd);
	return ret;
}

/* Returns the number of words that were options, -1 on error, -2: all is done. */
static int read_options(struct tmconf *t, int argc, char **argv, const char **netns,
			const char **batch)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *arg = argv[i];

		if (is_option(arg, "json")) {
			t->json = true;
		} else if (is_option(arg, "pretty")) {
			t->pretty = true;
		} else if (is_option(arg, "statistics") || is_option(arg, "stats")) {
			t->stats = true;
		} else if (is_option(arg, "force")) {
			t->force = true;
		} else if (is_option(arg, "netns") || is_option(arg, "batch")) {
			if (++i == argc)
				return err_misuse(&t->err, "option %s: its value is missing", arg);
			*(is_option(arg, "netns") ? netns : batch) = argv[i];
		} else if (is_option(arg, "Version")) {
			printf("tmconf, tmirror %s\n", TMCONF_VERSION);
			return -2;
		} else if (is_option(arg, "help")) {
			usage_print(NULL);
			return -2;
		} else {
			return err_misuse(&t->err, "unknown option \"%s\", try \"tmconf -help\"",
					  arg);
		}
	}
	return i;
}

static int run(struct tmconf *t, int argc, char **argv)
{
	const char *netns = NULL, *batch = NULL;
	int n = read_options(t, argc, argv, &netns, &batch);

	if (n < 0)
		return n == -2 ? 0 : -1;
	if (batch && n < argc)
		return err_misuse(&t->err, "unknown word \"%s\" beside -batch", argv[n]);
	if (!batch && n == argc)
		return err_misuse(&t->err, "an object is missing, try \"tmconf help\"");
	if (netns && enter_netns(t, netns))
		return -1;
	return batch ? batch_run(t, batch) : command_run(t, argc - n, argv + n);
}

/* Lists can be long: a pipe's reader is not to be woken for each page of them. */
static void widen_stdout(void)
{
	static char buffer[65536];

	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

int main(int argc, char **argv)
{
	struct tmconf t = { };
	int ret;

	widen_stdout();
	ret = run(&t, argc, argv);
	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = err_refuse(&t.err, "standard output: %s", strerror(errno));
	fflush(stdout);
	if (ret && *t.err.text)
		fprintf(stderr, "tmconf: %s\n", t.err.text);
	tc_forget(&t);
	device_forget();
	nl_close(&t.genl);
	nl_close(&t.rtnl);
	return ret ? t.err.status : STATUS_DONE;
}
