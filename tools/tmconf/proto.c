// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <string.h>
#include <netinet/in.h>

#include "array.h"
#include "proto.h"

/*
 * Names that are known where /etc/protocols is missing. The first name of a
 * number is the one shown.
 */
static const struct {
	const char *name;
	int number;
} protocols[] = {
	{ "icmp", 1 }, { "igmp", 2 }, { "ipip", 4 }, { "tcp", 6 }, { "udp", 17 },
	{ "dccp", 33 }, { "ipv6", 41 }, { "rsvp", 46 }, { "gre", 47 }, { "esp", 50 },
	{ "ah", 51 }, { "ipv6-icmp", 58 }, { "icmpv6", 58 }, { "ospf", 89 },
	{ "pim", 103 }, { "vrrp", 112 }, { "l2tp", 115 }, { "sctp", 132 },
	{ "udplite", 136 }, { "mpls-in-ip", 137 },
};

/**
 * proto_number() - find a protocol by its name
 * @name: as in /etc/protocols
 *
 * Return: its number, or -1
 */
int proto_number(const char *name)
{
	const struct protoent *p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return protocols[i].number;
	p = getprotobyname(name);
	return p && p->p_proto >= 0 && p->p_proto <= 255 ? p->p_proto : -1;
}

/**
 * proto_name() - what a protocol is called
 * @number: protocol number
 *
 * Return: a name that proto_number() knows everywhere, or NULL
 */
const char *proto_name(int number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	return NULL;
}
