// SPDX-License-Identifier: GPL-2.0
#include <jansson.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "device.h"

/* by name; a document names a device once for each of its sessions */
static json_t *known;

/* As if_nametoindex(), but that has a socket of its own for each question. */
static int ask(const char *name)
{
	static int fd = -1;
	struct ifreq req = { };

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (strlen(name) >= sizeof(req.ifr_name))
		return 0;
	memcpy(req.ifr_name, name, strlen(name));
	return ioctl(fd, SIOCGIFINDEX, &req) ? 0 : req.ifr_ifindex;
}

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
	ifindex = ask(name);
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
