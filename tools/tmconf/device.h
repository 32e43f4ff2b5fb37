/* SPDX-License-Identifier: GPL-2.0 */
/* Devices by name. */
#ifndef TMCONF_DEVICE_H
#define TMCONF_DEVICE_H

int device_index(const char *name);
void device_forget(void);

#endif
