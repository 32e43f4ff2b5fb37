// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "scalar.h"

/**
 * value_bad() - refuse a value
 * @e: receives the line
 * @f: field
 * @word: the value
 * @why: what is wrong with it
 *
 * Return: NULL
 */
json_t *value_bad(struct err *e, const struct field *f, const char *word, const char *why)
{
	err_refuse(e, "%s %s: %s", f->word, *word ? word : "\"\"", why);
	return NULL;
}

/**
 * value_digits() - read a number
 * @s: decimal or 0x..., nothing around it; octal would be a trap: 010 is refused
 * @n: receives it, the greatest there is if it is beyond that
 *
 * Return: 0, or -1 if it is not a number
 */
int value_digits(const char *s, uint64_t *n)
{
	int base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
	char *end;

	if (base == 16 ? !isxdigit((unsigned char)s[2]) : !isdigit((unsigned char)s[0]))
		return -1;
	if (base == 10 && s[0] == '0' && s[1])
		return -1;
	errno = 0;
	*n = strtoull(s, &end, base);
	if (*end)
		return -1;
	if (errno)
		*n = UINT64_MAX;
	return 0;
}

/* Returns the family, addr receives 4 or 16 bytes. */
static int parse_inet(const char *word, unsigned char addr[16])
{
	if (inet_pton(AF_INET, word, addr) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, word, addr) == 1)
		return AF_INET6;
	return AF_UNSPEC;
}

/**
 * value_addr() - read an address
 * @f: field
 * @word: what was typed
 * @e: says what is wrong with it
 *
 * Return: the value, or NULL
 */
json_t *value_addr(const struct field *f, const char *word, struct err *e)
{
	unsigned char addr[16];
	char text[INET6_ADDRSTRLEN];
	int family = parse_inet(word, addr);

	if (family == AF_UNSPEC)
		return value_bad(e, f, word, "not an IPv4 or IPv6 address");
	inet_ntop(family, addr, text, sizeof(text));
	return json_string(text);
}

/* Clears what lies beyond the prefix. Returns whether anything did. */
static bool clear_host_bits(unsigned char *addr, unsigned int size, unsigned int len)
{
	bool any = false;
	unsigned int i;

	for (i = len / 8; i < size; i++) {
		unsigned char keep = i == len / 8 ? (0xff00 >> (len % 8)) & 0xff : 0;

		any |= addr[i] & ~keep;
		addr[i] &= keep;
	}
	return any;
}

/**
 * value_cidr() - read a prefix; an address alone is one of full length
 * @f: field
 * @word: what was typed
 * @e: says what is wrong with it
 *
 * Return: the value, or NULL
 */
json_t *value_cidr(const struct field *f, const char *word, struct err *e)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN + 4];
	unsigned char addr[16];
	unsigned int bits;
	size_t n = slash ? (size_t)(slash - word) : strlen(word);
	uint64_t len;
	int family;

	if (n >= INET6_ADDRSTRLEN)
		return value_bad(e, f, word, "not an IPv4 or IPv6 prefix");
	memcpy(text, word, n);
	text[n] = '\0';
	family = parse_inet(text, addr);
	if (family == AF_UNSPEC)
		return value_bad(e, f, word, "not an IPv4 or IPv6 prefix");
	bits = family == AF_INET ? 32 : 128;
	len = bits;
	if (slash && (value_digits(slash + 1, &len) || len > bits))
		return value_bad(e, f, word, family == AF_INET ?
			   "the prefix length is not one of 0 to 32" :
			   "the prefix length is not one of 0 to 128");
	if (clear_host_bits(addr, bits / 8, len)) {
		inet_ntop(family, addr, text, sizeof(text));
		err_refuse(e, "%s %s: host bits set, %s/%u is meant", f->word, word, text,
			   (unsigned int)len);
		return NULL;
	}
	inet_ntop(family, addr, text, INET6_ADDRSTRLEN);
	n = strlen(text);
	snprintf(text + n, sizeof(text) - n, "/%u", (unsigned int)len);
	return json_string(text);
}
