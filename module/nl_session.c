// SPDX-License-Identifier: GPL-2.0
/* Handlers of the commands about sessions. */
#include "filter.h"
#include "net.h"
#include "netlink.h"
#include "session.h"
#include "source.h"
#include "target.h"

#include <net/genetlink.h>

static int put_vni(struct sk_buff *skb, const struct tmirror_terms *terms)
{
	u32 ingress = terms->vni[TMIRROR_INGRESS];
	u32 egress = terms->vni[TMIRROR_EGRESS];

	if (nla_put_u32(skb, TMIRROR_A_SESSION_VNI, ingress))
		return -EMSGSIZE;
	if (egress == ingress)
		return 0;
	return nla_put_u32(skb, TMIRROR_A_SESSION_VNI_EGRESS, egress);
}

/**
 * tmirror_nl_put_cut - put how much of a frame is kept
 * @skb: the message
 * @length: attribute for a length
 * @payload: attribute for a payload
 * @cut: how much
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_put_cut(struct sk_buff *skb, int length, int payload,
		       const struct tmirror_cut *cut)
{
	switch (cut->mode) {
	case TMIRROR_CUT_LENGTH:
		return nla_put_u32(skb, length, cut->bytes);
	case TMIRROR_CUT_PAYLOAD:
		return nla_put_u32(skb, payload, cut->bytes);
	}
	return 0;
}

/**
 * tmirror_nl_session_fill - put a session
 * @skb: the message
 * @tn: the namespace
 * @object: the session
 * @stats: its counters, too
 *
 * Return: 0 or -EMSGSIZE.
 */
int tmirror_nl_session_fill(struct sk_buff *skb, const struct tmirror_net *tn,
			    const void *object, bool stats)
{
	const struct tmirror_session *session = object;
	const struct tmirror_source *source = session->source;
	const struct tmirror_terms *terms =
		rcu_dereference_protected(session->terms,
					  lockdep_is_held(&tn->lock));

	if (nla_put_string(skb, TMIRROR_A_SESSION_NAME, session->object.name) ||
	    nla_put_u16(skb, TMIRROR_A_SESSION_NUMBER, terms->number) ||
	    nla_put_string(skb, TMIRROR_A_SESSION_TARGET,
			   terms->target->object.name) ||
	    put_vni(skb, terms) ||
	    tmirror_nl_put_cut(skb, TMIRROR_A_SESSION_LENGTH,
			       TMIRROR_A_SESSION_PAYLOAD, &terms->cut) ||
	    nla_put_u8(skb, TMIRROR_A_SESSION_REPAIR, terms->cut.repair) ||
	    nla_put_u8(skb, TMIRROR_A_SESSION_CONTINUE, terms->proceed) ||
	    nla_put_u8(skb, TMIRROR_A_SESSION_ENABLED, terms->enabled) ||
	    nla_put_u32(skb, TMIRROR_A_SESSION_USERS, session->object.users))
		return -EMSGSIZE;
	if (source && source->ifindex &&
	    nla_put_u32(skb, TMIRROR_A_SESSION_IFINDEX, source->ifindex))
		return -EMSGSIZE;
	if (source &&
	    nla_put_string(skb, TMIRROR_A_SESSION_SOURCE, source->name))
		return -EMSGSIZE;
	if (terms->filter &&
	    nla_put_string(skb, TMIRROR_A_SESSION_FILTER,
			   terms->filter->object.name))
		return -EMSGSIZE;
	if (session->description &&
	    nla_put_string(skb, TMIRROR_A_SESSION_DESCRIPTION,
			   session->description))
		return -EMSGSIZE;
	if (!stats)
		return 0;
	return tmirror_nl_put_stats(skb, TMIRROR_A_SESSION_STATS, true,
				    session->stats);
}

/* What a command says of a session, checked, nothing changed yet. */
struct wanted {
	struct tmirror_terms terms;
	int ifindex;
	char *description;
	bool set_description;
};

static int parse_references(struct genl_info *info, u32 unset,
			    struct tmirror_terms *terms)
{
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_object *object;

	if (info->attrs[TMIRROR_A_SESSION_TARGET]) {
		object = tmirror_nl_find(info, TMIRROR_A_SESSION_TARGET,
					 &tn->targets);
		if (IS_ERR(object))
			return PTR_ERR(object);
		terms->target = (struct tmirror_target *)object;
	}
	if (info->attrs[TMIRROR_A_SESSION_FILTER]) {
		object = tmirror_nl_find(info, TMIRROR_A_SESSION_FILTER,
					 &tn->filters);
		if (IS_ERR(object))
			return PTR_ERR(object);
		terms->filter = (struct tmirror_filter *)object;
	} else if (unset & TMIRROR_SESSION_FILTER) {
		terms->filter = NULL;
	}
	return 0;
}

static void parse_vni(struct nlattr **attrs, u32 unset, u32 *vni)
{
	if (attrs[TMIRROR_A_SESSION_VNI]) {
		vni[TMIRROR_INGRESS] = nla_get_u32(attrs[TMIRROR_A_SESSION_VNI]);
		vni[TMIRROR_EGRESS] = vni[TMIRROR_INGRESS];
	} else if (unset & TMIRROR_SESSION_VNI) {
		vni[TMIRROR_INGRESS] = TMIRROR_VNI_RANDOM;
	}
	if (attrs[TMIRROR_A_SESSION_VNI_EGRESS])
		vni[TMIRROR_EGRESS] =
			nla_get_u32(attrs[TMIRROR_A_SESSION_VNI_EGRESS]);
}

static void parse_cut(struct nlattr **attrs, u32 unset, struct tmirror_cut *cut)
{
	if (attrs[TMIRROR_A_SESSION_LENGTH]) {
		cut->mode = TMIRROR_CUT_LENGTH;
		cut->bytes = nla_get_u32(attrs[TMIRROR_A_SESSION_LENGTH]);
	} else if (attrs[TMIRROR_A_SESSION_PAYLOAD]) {
		cut->mode = TMIRROR_CUT_PAYLOAD;
		cut->bytes = nla_get_u32(attrs[TMIRROR_A_SESSION_PAYLOAD]);
	} else if ((unset & TMIRROR_SESSION_LENGTH &&
		    cut->mode == TMIRROR_CUT_LENGTH) ||
		   (unset & TMIRROR_SESSION_PAYLOAD &&
		    cut->mode == TMIRROR_CUT_PAYLOAD)) {
		cut->mode = TMIRROR_CUT_NOT;
	}
	if (attrs[TMIRROR_A_SESSION_REPAIR])
		cut->repair = nla_get_u8(attrs[TMIRROR_A_SESSION_REPAIR]);
	else if (unset & TMIRROR_SESSION_REPAIR)
		cut->repair = false;
}

static void parse_numbers(struct genl_info *info, u32 unset,
			  struct wanted *wanted)
{
	struct tmirror_terms *terms = &wanted->terms;
	struct nlattr **attrs = info->attrs;

	if (attrs[TMIRROR_A_SESSION_NUMBER])
		terms->number = nla_get_u16(attrs[TMIRROR_A_SESSION_NUMBER]);
	if (attrs[TMIRROR_A_SESSION_IFINDEX])
		wanted->ifindex = nla_get_u32(attrs[TMIRROR_A_SESSION_IFINDEX]);
	else if (unset & TMIRROR_SESSION_SOURCE)
		wanted->ifindex = 0;
	parse_vni(attrs, unset, terms->vni);
	parse_cut(attrs, unset, &terms->cut);
	if (attrs[TMIRROR_A_SESSION_CONTINUE])
		terms->proceed = nla_get_u8(attrs[TMIRROR_A_SESSION_CONTINUE]);
	else if (unset & TMIRROR_SESSION_CONTINUE)
		terms->proceed = false;
	if (attrs[TMIRROR_A_SESSION_ENABLED])
		terms->enabled = nla_get_u8(attrs[TMIRROR_A_SESSION_ENABLED]);
	else if (unset & TMIRROR_SESSION_ENABLED)
		terms->enabled = true;
}

/* Bits of the fields that the command sets, in the order of their enum. */
static u32 fields_set(const struct genl_info *info)
{
	static const u8 attr[] = {
		TMIRROR_A_SESSION_IFINDEX, TMIRROR_A_SESSION_FILTER,
		TMIRROR_A_SESSION_VNI, TMIRROR_A_SESSION_LENGTH,
		TMIRROR_A_SESSION_PAYLOAD, TMIRROR_A_SESSION_REPAIR,
		TMIRROR_A_SESSION_CONTINUE, TMIRROR_A_SESSION_ENABLED,
	};
	u32 fields = 0;
	unsigned int i;

	BUILD_BUG_ON(BIT(ARRAY_SIZE(attr)) - 1 != TMIRROR_SESSION_FIELDS);

	for (i = 0; i < ARRAY_SIZE(attr); i++)
		if (info->attrs[attr[i]])
			fields |= BIT(i);
	return fields;
}

/* On success the caller owns @wanted->description. */
static int parse(struct genl_info *info, struct wanted *wanted)
{
	struct nlattr **attrs = info->attrs;
	u32 unset = 0;
	int err;

	if (attrs[TMIRROR_A_SESSION_UNSET])
		unset = nla_get_u32(attrs[TMIRROR_A_SESSION_UNSET]);
	if (unset & fields_set(info)) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TMIRROR_A_SESSION_UNSET],
				    "a field is set and unset at once");
		return -EINVAL;
	}
	if (attrs[TMIRROR_A_SESSION_LENGTH] &&
	    attrs[TMIRROR_A_SESSION_PAYLOAD]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TMIRROR_A_SESSION_PAYLOAD],
				    "it is a length or a payload, not both");
		return -EINVAL;
	}
	if (attrs[TMIRROR_A_SESSION_VNI_EGRESS] &&
	    !attrs[TMIRROR_A_SESSION_VNI]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TMIRROR_A_SESSION_VNI_EGRESS],
				    "the VNI of ingress is missing");
		return -EINVAL;
	}
	err = parse_references(info, unset, &wanted->terms);
	if (err)
		return err;
	parse_numbers(info, unset, wanted);
	wanted->set_description = attrs[TMIRROR_A_SESSION_DESCRIPTION];
	if (wanted->set_description)
		return tmirror_nl_string(attrs[TMIRROR_A_SESSION_DESCRIPTION],
					 &wanted->description);
	return 0;
}

/* Two attributes can be the one that exists already. */
static int change_error(struct genl_info *info, int err)
{
	switch (err) {
	case -EEXIST:
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[TMIRROR_A_SESSION_NUMBER] ?:
				    info->attrs[TMIRROR_A_SESSION_IFINDEX],
				    "another session of the source has this number");
		return err;
	case -ENODEV:
		return tmirror_nl_error(info, TMIRROR_A_SESSION_IFINDEX, err);
	}
	return tmirror_nl_error(info, TMIRROR_A_SESSION_NAME, err);
}

/**
 * tmirror_nl_session_new - handle SESSION_NEW
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_session_new(struct sk_buff *skb, struct genl_info *info)
{
	struct wanted wanted = {
		.terms = {
			.vni[TMIRROR_INGRESS] = TMIRROR_VNI_RANDOM,
			.enabled = true,
		},
	};
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct tmirror_session *session;
	const char *name;
	int err;

	err = tmirror_nl_name(info, TMIRROR_A_SESSION_NAME, &name);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, TMIRROR_A_SESSION_NUMBER) ||
	    GENL_REQ_ATTR_CHECK(info, TMIRROR_A_SESSION_TARGET))
		return -EINVAL;
	if (tmirror_table_lookup(&tn->sessions, name))
		return tmirror_nl_error(info, TMIRROR_A_SESSION_NAME, -EEXIST);
	err = parse(info, &wanted);
	if (err)
		return err;
	session = tmirror_session_create(tn, name, &wanted.terms,
					 wanted.ifindex);
	if (IS_ERR(session)) {
		kfree(wanted.description);
		return change_error(info, PTR_ERR(session));
	}
	session->description = wanted.description;
	tmirror_nl_notify(info, tmirror_nl_session_fill, session);
	return 0;
}

static struct tmirror_session *find(struct genl_info *info)
{
	struct tmirror_net *tn = tmirror_nl_net(info);

	return (struct tmirror_session *)
		tmirror_nl_find(info, TMIRROR_A_SESSION_NAME, &tn->sessions);
}

/**
 * tmirror_nl_session_set - handle SESSION_SET
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_session_set(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_session *session = find(info);
	struct tmirror_net *tn = tmirror_nl_net(info);
	struct wanted wanted = { .ifindex = -1 };
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	wanted.terms = *rcu_dereference_protected(session->terms,
						  lockdep_is_held(&tn->lock));
	err = parse(info, &wanted);
	if (err)
		return err;
	err = tmirror_session_set(tn, session, &wanted.terms, wanted.ifindex);
	if (err) {
		kfree(wanted.description);
		return change_error(info, err);
	}
	if (wanted.set_description) {
		kfree(session->description);
		session->description = wanted.description;
	}
	tmirror_nl_notify(info, tmirror_nl_session_fill, session);
	return 0;
}

/**
 * tmirror_nl_session_del - handle SESSION_DEL
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_session_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_session *session = find(info);
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	err = tmirror_session_delete(tmirror_nl_net(info), session);
	if (err)
		return tmirror_nl_error(info, TMIRROR_A_SESSION_NAME, err);
	tmirror_nl_notify_key(info);
	return 0;
}

/**
 * tmirror_nl_session_get - handle SESSION_GET of one
 * @skb: unused
 * @info: the command
 *
 * Return: 0 or an error.
 */
int tmirror_nl_session_get(struct sk_buff *skb, struct genl_info *info)
{
	struct tmirror_session *session = find(info);

	if (IS_ERR(session))
		return PTR_ERR(session);
	return tmirror_nl_reply(info, tmirror_nl_session_fill, session);
}

/**
 * tmirror_nl_session_dump - handle SESSION_GET of all
 * @skb: the message
 * @cb: the dump
 *
 * Return: as of a dump.
 */
int tmirror_nl_session_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return tmirror_nl_dump(skb, cb, TMIRROR_CMD_SESSION_GET,
			       &tmirror_net(sock_net(skb->sk))->sessions,
			       tmirror_nl_session_fill);
}
