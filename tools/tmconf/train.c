// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "request.h"
#include "tmconf.h"
#include "train.h"

/* The longest train, but for one of a single message, which may be any length. */
#define TRAIN_SIZE	16384

static void make_room(struct train *train, size_t size)
{
	if (size <= train->room)
		return;
	/* once is enough unless parts are added */
	train->room = train->room ? 2 * size : size < TRAIN_SIZE ? TRAIN_SIZE : size;
	train->buf = realloc(train->buf, train->room);
	if (!train->buf)
		abort();
}

static void empty(struct train *train)
{
	train->n = 0;
	train->size = 0;
}

/**
 * train_add() - have a change done by the next train_send() at the latest
 * @t: run
 * @train: what waits
 * @o: kind of object
 * @verb: VERB_ADD, VERB_SET, VERB_DEL or VERB_LOAD
 * @value: the object, or the part of it that the command takes; it lasts until then
 * @done: receives whether the change was done, or may have been, then
 *
 * Return: 0, or -1 if this change cannot be asked for, or one that waited was
 * refused; none waits any more then
 */
int train_add(struct tmconf *t, struct train *train, const struct object *o, enum verb verb,
	      const json_t *value, bool *done)
{
	size_t room = attr_room(o, value);
	struct nlmsghdr *nlh;

	*done = false;
	if ((train->n == NL_TRAIN || train->size + room > TRAIN_SIZE) && train_send(t, train))
		return -1;
	make_room(train, train->size + room);
	nlh = request_put(t, train->buf + train->size, o, verb, value);
	if (!nlh) {
		empty(train);
		return -1;
	}
	train->last = train->size;
	train->size += MNL_ALIGN(nlh->nlmsg_len);
	train->wagons[train->n++] = (struct wagon){ .o = o, .value = value, .done = done };
	return 0;
}

/**
 * train_part() - add a part to the object that was added last
 * @t: run
 * @train: what waits
 * @part: the part
 *
 * For objects with more parts than are to be in memory.
 *
 * Return: 0 or -1
 */
int train_part(struct tmconf *t, struct train *train, const json_t *part)
{
	const struct object *o = train->wagons[train->n - 1].o;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	make_room(train, train->size + attr_room(o->part, part));
	nlh = (struct nlmsghdr *)(train->buf + train->last);
	nest = mnl_attr_nest_start(nlh, o->part_attr);
	if (attr_put(nlh, o->part, part, &t->err))
		return -1;
	mnl_attr_nest_end(nlh, nest);
	train->size = train->last + MNL_ALIGN(nlh->nlmsg_len);
	return 0;
}

/* What is wrong with a change is said before whether there is a module. */
static int address(struct tmconf *t, struct train *train)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)train->buf;
	int left = train->size;

	if (nl_open_tmirror(&t->genl, &t->err))
		return -1;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		nlh->nlmsg_type = t->genl.family;
	return 0;
}

/**
 * train_send() - have all changes done that wait
 * @t: run
 * @train: what waits; nothing afterwards
 *
 * One that is refused does not keep the module from doing those behind it.
 *
 * Return: 0, or -1 and in @t why the first was refused of those that were
 */
int train_send(struct tmconf *t, struct train *train)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)train->buf;
	struct nl_reply reply[NL_TRAIN];
	int left = train->size, ret = 0, error;
	struct wagon *w;

	if (!train->n)
		return 0;
	if (address(t, train)) {
		empty(train);
		return -1;
	}
	nl_train(&t->genl, nlh, train->n, reply);
	for (w = train->wagons; w < train->wagons + train->n; w++) {
		error = reply[w - train->wagons].error;
		/* an answer that got lost does not say */
		*w->done = !error || error == ENOBUFS;
		if (error && !ret)
			ret = request_fail(&t->err, w->o, w->value, nlh,
					   &reply[w - train->wagons]);
		nlh = mnl_nlmsg_next(nlh, &left);
	}
	empty(train);
	return ret;
}

/**
 * train_free() - free what a train has allocated
 * @train: what waits is not done
 */
void train_free(struct train *train)
{
	free(train->buf);
}
