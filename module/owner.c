// SPDX-License-Identifier: GPL-2.0
/* Who owns copies in flight: they are bounded by that, and known again. */
#include "owner.h"

#include <linux/cpumask.h>
#include <linux/net.h>
#include <net/sock.h>

/* The lowest bits of a socket's user data are flags: it has none of them. */
const u64 tmirror_owner_tag __aligned(8);

static struct sock *make_sock(struct net *net)
{
	struct socket *sock;
	int err;

	BUILD_BUG_ON(__alignof__(tmirror_owner_tag) & ~SK_USER_DATA_PTRMASK);

	err = sock_create_kern(net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (err)
		return ERR_PTR(err);
	rcu_assign_sk_user_data(sock->sk, (void *)&tmirror_owner_tag);
	/* Nobody waits for room in the send buffer. */
	sock_set_flag(sock->sk, SOCK_USE_WRITE_QUEUE);
	return sock->sk;
}

static void free_socks(struct sock * __percpu *socks)
{
	struct sock *sk;
	int cpu;

	for_each_possible_cpu(cpu) {
		sk = *per_cpu_ptr(socks, cpu);
		if (sk)
			sock_release(sk->sk_socket);
	}
	free_percpu(socks);
}

/**
 * tmirror_owners_open - be ready to own copies
 * @owners: the owners
 * @net: their namespace
 *
 * A namespace that mirrors nothing pays for no sockets.
 *
 * Context: process, may sleep, one at a time.
 * Return: 0, also if they were ready, or an error.
 */
int tmirror_owners_open(struct tmirror_owners *owners, struct net *net)
{
	struct sock * __percpu *socks;
	struct sock *sk;
	int cpu;

	if (owners->socks)
		return 0;
	socks = alloc_percpu_gfp(struct sock *, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!socks)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		sk = make_sock(net);
		if (IS_ERR(sk)) {
			free_socks(socks);
			return PTR_ERR(sk);
		}
		*per_cpu_ptr(socks, cpu) = sk;
	}
	owners->socks = socks;
	return 0;
}

/**
 * tmirror_owners_close - own nothing any more
 * @owners: the owners, whom no reader can see. Copies in flight keep what they
 *	need of them
 *
 * Context: process, may sleep.
 */
void tmirror_owners_close(struct tmirror_owners *owners)
{
	if (owners->socks)
		free_socks(owners->socks);
}

/**
 * tmirror_owners_set_limit - limit the bytes in flight
 * @owners: the owners
 * @bytes: the limit
 *
 * Context: process, one at a time.
 */
void tmirror_owners_set_limit(struct tmirror_owners *owners, u32 bytes)
{
	WRITE_ONCE(owners->limit, bytes);
	WRITE_ONCE(owners->share, bytes / num_possible_cpus());
	/* Who has more of them will find out; until then, all ask. */
	WRITE_ONCE(owners->exceeded, true);
}

/* Return: how many bytes are in flight; and does a CPU have more than @share? */
static u64 sum(const struct tmirror_owners *owners, u32 share, bool *exceeded)
{
	u64 bytes = 0;
	int cpu;
	u32 own;

	*exceeded = false;
	for_each_possible_cpu(cpu) {
		own = sk_wmem_alloc_get(*per_cpu_ptr(owners->socks, cpu));
		bytes += own;
		*exceeded |= own > share;
	}
	return bytes;
}

/**
 * tmirror_owners_used - bytes in flight
 * @owners: the owners
 *
 * Context: process, one at a time.
 * Return: the bytes, with what the kernel needs for each copy.
 */
u32 tmirror_owners_used(const struct tmirror_owners *owners)
{
	bool exceeded;

	if (!owners->socks)
		return 0;
	return min_t(u64, sum(owners, owners->share, &exceeded), U32_MAX);
}

/**
 * tmirror_owners_have_room - may this CPU own more, if the others are asked
 * @owners: the owners; opened
 * @more: how many bytes
 *
 * Context: bottom halves disabled.
 * Return: true if all have no more than the limit then.
 */
bool tmirror_owners_have_room(struct tmirror_owners *owners, u32 more)
{
	u32 own = sk_wmem_alloc_get(*this_cpu_ptr(owners->socks)) + more;
	u32 share = READ_ONCE(owners->share);
	bool exceeded;

	if (sum(owners, share, &exceeded) + more > READ_ONCE(owners->limit))
		return false;
	exceeded |= own > share;
	if (READ_ONCE(owners->exceeded) != exceeded)
		WRITE_ONCE(owners->exceeded, exceeded);
	return true;
}
