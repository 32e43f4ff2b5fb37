/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_NETLINK_H
#define _TMIRROR_NETLINK_H

#include <linux/in6.h>
#include <linux/types.h>

struct genl_info;
struct genl_split_ops;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct tmirror_cut;
struct tmirror_member;
struct tmirror_net;
struct tmirror_object;
struct tmirror_source;
struct tmirror_stats;
struct tmirror_table;
struct tmirror_target;

/* A target, a filter and a session are named by an attribute of this number. */
#define TMIRROR_NL_KEY	1

/* netlink.c: what the handlers share */

/**
 * typedef tmirror_fill_t - put an object into a message
 * @skb: the message
 * @tn: the namespace
 * @object: the object
 * @stats: its counters, too
 *
 * Return: 0 or -EMSGSIZE; the caller cancels the message then.
 */
typedef int (*tmirror_fill_t)(struct sk_buff *skb, const struct tmirror_net *tn,
			      const void *object, bool stats);

struct tmirror_net *tmirror_nl_net(const struct genl_info *info);
struct tmirror_object *tmirror_nl_find(struct genl_info *info, int attr,
				       const struct tmirror_table *table);
int tmirror_nl_name(struct genl_info *info, int attr, const char **name);
int tmirror_nl_string(const struct nlattr *attr, char **string);
int tmirror_nl_error(struct genl_info *info, int attr, int err);
void tmirror_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr);
int tmirror_nl_put_addr(struct sk_buff *skb, int attr,
			const struct in6_addr *addr);
int tmirror_nl_put_stats(struct sk_buff *skb, int attr, bool session,
			 const struct tmirror_stats __percpu *stats);
int tmirror_nl_reply(struct genl_info *info, tmirror_fill_t fill,
		     const void *object);
void tmirror_nl_notify(struct genl_info *info, tmirror_fill_t fill,
		       const void *object);
void tmirror_nl_notify_key(struct genl_info *info);
int tmirror_nl_dump_start(struct netlink_callback *cb);
int tmirror_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct tmirror_table *table, tmirror_fill_t fill);
int tmirror_nl_validate_addr(const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
void tmirror_nl_source_changed(struct tmirror_net *tn,
			       const struct tmirror_source *source);
void tmirror_nl_target_changed(struct tmirror_net *tn,
			       const struct tmirror_target *target);

int tmirror_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
void tmirror_nl_post_doit(const struct genl_split_ops *ops,
			  struct sk_buff *skb, struct genl_info *info);

/* nl_target.c */
int tmirror_nl_target_fill(struct sk_buff *skb, const struct tmirror_net *tn,
			   const void *object, bool stats);
int tmirror_nl_put_cut(struct sk_buff *skb, int length, int payload,
		       const struct tmirror_cut *cut);
int tmirror_nl_put_member(struct sk_buff *skb, int attr,
			  const struct tmirror_member *member);
int tmirror_nl_target_new(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_target_set(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_target_del(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_target_get(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_target_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nl_filter.c */
int tmirror_nl_filter_new(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_filter_set(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_filter_del(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_filter_get(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_filter_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nl_rule.c */
int tmirror_nl_filter_load(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_rule_new(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_rule_del(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_rule_start(struct netlink_callback *cb);
int tmirror_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nl_session.c */
int tmirror_nl_session_fill(struct sk_buff *skb, const struct tmirror_net *tn,
			    const void *object, bool stats);
int tmirror_nl_session_new(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_session_set(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_session_del(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_session_get(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_session_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nl_explain.c */
int tmirror_nl_explain(struct sk_buff *skb, struct genl_info *info);

/* nl_limits.c */
int tmirror_nl_limits_get(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_limits_set(struct sk_buff *skb, struct genl_info *info);
int tmirror_nl_flush(struct sk_buff *skb, struct genl_info *info);

#endif /* _TMIRROR_NETLINK_H */
