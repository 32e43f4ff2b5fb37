// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded to tmconf: runs the command $MEANWHILE once, after tmconf has looked
 * and before it adds a clsact or a filter. Somebody was faster then.
 */
#include <dlfcn.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

/* In the place of the C library's, for netlink alone. */
ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
	       socklen_t to_len)
{
	ssize_t (*real)(int fd, const void *buf, size_t len, int flags,
			const struct sockaddr *to, socklen_t to_len);
	const char *command = getenv("MEANWHILE");
	const struct nlmsghdr *nlh = buf;
	socklen_t protocol_len = sizeof(int);
	static bool ran;
	int protocol = 0;

	/* Elsewhere these types may be a family of generic netlink. */
	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_len))
		abort();
	if (command && !ran && protocol == NETLINK_ROUTE &&
	    (nlh->nlmsg_type == RTM_NEWQDISC || nlh->nlmsg_type == RTM_NEWTFILTER)) {
		ran = true;
		unsetenv("LD_PRELOAD");
		if (system(command))
			abort();
	}
	real = dlsym(RTLD_NEXT, "sendto");
	return real(fd, buf, len, flags, to, to_len);
}
