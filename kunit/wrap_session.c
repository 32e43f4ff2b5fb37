// SPDX-License-Identifier: GPL-2.0
#include "session_random.h"

/* Numbers that come again, as true ones hardly ever do. */
#define get_random_u32	session_random

#include "../module/session.c"
