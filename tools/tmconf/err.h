/* SPDX-License-Identifier: GPL-2.0 */
/* The one line that says why a command was not done. */
#ifndef TMCONF_ERR_H
#define TMCONF_ERR_H

/* exit status of the program */
enum {
	STATUS_DONE,
	STATUS_REFUSED,
	STATUS_MISUSE,
};

/**
 * struct err - why a command was not done
 * @status: STATUS_REFUSED or STATUS_MISUSE
 * @text: one line without its newline
 */
struct err {
	int status;
	char text[1024];
};

int err_refuse(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_misuse(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
