// SPDX-License-Identifier: GPL-2.0
#include "fragment_bh.h"
#include "../module/batch.c"
