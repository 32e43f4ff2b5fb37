// SPDX-License-Identifier: GPL-2.0
#include <jansson.h>
#include <net/if.h>

#include "device.h"

/* by name; a document names a device once for each of its sessions */
static json_t *known;

/**
 * device_index() - find a device
 * @name: its name
 *
 * Asks the kernel once a command, so that all of a command means one device.
 *
 * Return: its index, 0 if there is none
 */
int device_index(const char *name)
{
	int ifindex = json_integer_value(json_object_get(known, name));

	if (ifindex)
		return ifindex;
	ifindex = if_nametoindex(name);
	if (!known)
		known = json_object();
	if (ifindex)
		json_object_set_new(known, name, json_integer(ifindex));
	return ifindex;
}

/**
 * device_forget() - ask the kernel anew from now on
 */
void device_forget(void)
{
	json_decref(known);
	known = NULL;
}
