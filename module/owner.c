// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns copies in flight: they are bounded by that, and known again.
 *
 * Each CPU takes a part of the limit and owns copies of so many bytes without a
 * look at anybody else. What it does not need it gives back when it next has a
 * copy to send; of one that has none, those who need it take it.
 */
#include "owner.h"

#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/sizes.h>
#include <net/sock.h>

/* Of many CPUs each takes enough at once for the copies of a super-packet. */
#define WINDOW_MIN	SZ_64K

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

static void free_cpus(struct tmirror_owner __percpu *cpus)
{
	struct sock *sk;
	int cpu;

	for_each_possible_cpu(cpu) {
		sk = per_cpu_ptr(cpus, cpu)->sk;
		if (sk)
			sock_release(sk->sk_socket);
	}
	free_percpu(cpus);
}

/**
 * tmirror_owners_open - be ready to own copies
 * @owners: the owners, with a limit
 * @net: their namespace
 *
 * A namespace that mirrors nothing pays for no sockets.
 *
 * Context: process, may sleep, one at a time.
 * Return: 0, also if they were ready, or an error.
 */
int tmirror_owners_open(struct tmirror_owners *owners, struct net *net)
{
	struct tmirror_owner __percpu *cpus;
	struct sock *sk;
	int cpu;

	if (owners->cpus)
		return 0;
	cpus = alloc_percpu_gfp(struct tmirror_owner,
				GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		sk = make_sock(net);
		if (IS_ERR(sk)) {
			free_cpus(cpus);
			return PTR_ERR(sk);
		}
		per_cpu_ptr(cpus, cpu)->sk = sk;
	}
	owners->cpus = cpus;
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
	if (owners->cpus)
		free_cpus(owners->cpus);
}

static u32 bytes_of(const struct tmirror_owner *owner)
{
	return sk_wmem_alloc_get(owner->sk);
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
	u32 bytes = 0;
	int cpu;

	if (!owners->cpus)
		return 0;
	for_each_possible_cpu(cpu)
		bytes += bytes_of(per_cpu_ptr(owners->cpus, cpu));
	return bytes;
}

/* Take from an owner what is beyond @bytes of what it may own. */
static void take_beyond(struct tmirror_owners *owners,
			struct tmirror_owner *owner, u32 bytes)
{
	int may = atomic_read(&owner->may), spare;

	do {
		spare = may - (int)bytes;
		if (spare <= 0)
			return;
	} while (!atomic_try_cmpxchg(&owner->may, &may, may - spare));
	atomic_add(spare, &owners->left);
}

/**
 * tmirror_owners_set_limit - limit the bytes in flight
 * @owners: the owners; zeroed, or with a limit
 * @bytes: the limit, 2^30 at most
 *
 * Copies in flight count as before; where they are more than the limit is now,
 * what is left is below zero until enough of them are gone.
 *
 * Context: process, one at a time.
 */
void tmirror_owners_set_limit(struct tmirror_owners *owners, u32 bytes)
{
	int cpu, more = (int)bytes - (int)owners->limit;
	u32 window = bytes / num_possible_cpus() / 4;

	WRITE_ONCE(owners->limit, bytes);
	WRITE_ONCE(owners->window, max_t(u32, window, WINDOW_MIN));
	atomic_add(more, &owners->left);
	if (!owners->cpus)
		return;
	for_each_possible_cpu(cpu) {
		struct tmirror_owner *owner = per_cpu_ptr(owners->cpus, cpu);

		take_beyond(owners, owner, bytes_of(owner));
	}
}

/* Take from all what they do not need; once a tick, as it is much to read. */
static bool ask_others(struct tmirror_owners *owners,
		       struct tmirror_owner *owner)
{
	u32 now = jiffies;
	int cpu;

	if (owner->asked == now)
		return false;
	owner->asked = now;
	for_each_possible_cpu(cpu) {
		struct tmirror_owner *other = per_cpu_ptr(owners->cpus, cpu);

		if (other != owner)
			take_beyond(owners, other, bytes_of(other));
	}
	return true;
}

/* Return: false if there were not even @least bytes. */
static bool take_left(struct tmirror_owners *owners,
		      struct tmirror_owner *owner, int least, int most)
{
	int left = atomic_read(&owners->left), take;

	do {
		if (left < least)
			return false;
		take = min(left, most);
	} while (!atomic_try_cmpxchg(&owners->left, &left, left - take));
	atomic_add(take, &owner->may);
	return true;
}

/**
 * tmirror_owners_adjust - adjust to its need what this CPU may own
 * @owners: the owners; opened
 * @own: the bytes that it needs
 *
 * Context: bottom halves disabled.
 * Return: true if it may own them.
 */
bool tmirror_owners_adjust(struct tmirror_owners *owners, u32 own)
{
	struct tmirror_owner *owner = this_cpu_ptr(owners->cpus);
	u32 want = own + READ_ONCE(owners->window) / 2;
	int least = (int)own - atomic_read(&owner->may);
	int most = (int)want - atomic_read(&owner->may);

	if (least <= 0) {
		take_beyond(owners, owner, want);
		return true;
	}
	return take_left(owners, owner, least, most) ||
	       (ask_others(owners, owner) &&
		take_left(owners, owner, least, most));
}
