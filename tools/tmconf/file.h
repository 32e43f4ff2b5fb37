/* SPDX-License-Identifier: GPL-2.0 */
/* Files that commands read; "-" is the standard input. */
#ifndef TMCONF_FILE_H
#define TMCONF_FILE_H

#include <stdio.h>

#include "err.h"

FILE *file_open(const char *name, struct err *e);
void file_close(FILE *file);

#endif
