// SPDX-License-Identifier: GPL-2.0
/* Marks that encryption leaves on packets, and where they mean it. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/plaintext.h"

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/tmirror.h>
#include <net/dst_metadata.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>

struct plaintext_case {
	const char *desc;
	u8 direction;
	bool esp;		/* has a path of IPsec's transformations */
	bool offload;		/* the last of them is a device's business */
	u32 flags;		/* what that says */
	bool metadata;
	enum metadata_type type;
	bool macsec;		/* a MACsec device stands upon its device */
	const char *kind;	/* what that is */
	bool want;
};

#define IN	.direction = TMIRROR_INGRESS
#define OUT	.direction = TMIRROR_EGRESS
#define ESP	.esp = true
#define OFFLOAD(has)	.esp = true, .offload = true, .flags = (has)
#define METADATA(of)	.metadata = true, .type = (of)

static const struct plaintext_case plaintext_cases[] = {
	{ "nothing at ingress", IN },
	{ "nothing at egress", OUT },
	{ "of another kind of device", IN, .kind = "vlan" },
	{ "ESP, decrypted", IN, ESP, .want = true },
	{ "ESP, decrypted on a vlan", IN, ESP, .kind = "vlan", .want = true },
	{ "ESP, out of xfrm", IN, ESP, .kind = "xfrm" },
	{ "ESP, decrypted on vti's wire", IN, ESP, .kind = "vti",
	  .want = true },
	{ "ESP, decrypted by the device", IN, OFFLOAD(CRYPTO_DONE),
	  .want = true },
	{ "ESP, decrypted and forwarded", OUT, ESP },
	{ "ESP, by the device and forwarded", OUT, OFFLOAD(CRYPTO_DONE) },
	{ "ESP, by GRO and forwarded", OUT, OFFLOAD(XFRM_GRO) },
	{ "ESP, left to the device", OUT, OFFLOAD(0), .want = true },
	{ "ESP, left to the device below", OUT, OFFLOAD(XFRM_XMIT),
	  .want = true },
	{ "MACsec at ingress", IN, METADATA(METADATA_MACSEC), .macsec = true,
	  .want = true },
	{ "MACsec at egress", OUT, METADATA(METADATA_MACSEC), .macsec = true,
	  .want = true },
	{ "MACsec, out of its device", IN, METADATA(METADATA_MACSEC) },
	{ "MACsec, out of its device and forwarded", OUT,
	  METADATA(METADATA_MACSEC) },
	{ "MACsec above, encrypted already", OUT, .macsec = true },
	{ "metadata of a tunnel", IN, METADATA(METADATA_IP_TUNNEL),
	  .macsec = true },
};

static void plaintext_desc(const struct plaintext_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(plaintext, plaintext_cases, plaintext_desc);

static void add_path(struct kunit *test, struct sk_buff *skb,
		     struct xfrm_state *state,
		     const struct plaintext_case *param)
{
	struct sec_path *path = secpath_set(skb);

	KUNIT_ASSERT_NOT_NULL(test, path);
	/* The path has one, and the test the other. */
	refcount_set(&state->refcnt, 2);
	path->xvec[path->len++] = state;
	if (param->offload)
		path->ovec[path->olen++].flags = param->flags;
}

/* Two devices that the kernel knows, one upon the other. */
struct stack {
	struct net_device *lower;
	struct net_device *upper;
};

static void pull_down(void *data)
{
	struct stack *stack = data;

	rtnl_lock();
	netdev_upper_dev_unlink(stack->lower, stack->upper);
	rtnl_unlock();
	unregister_netdev(stack->upper);
	unregister_netdev(stack->lower);
	free_netdev(stack->upper);
	free_netdev(stack->lower);
}

static struct net_device *make_device(struct kunit *test)
{
	static const struct net_device_ops ops = { };
	struct net_device *dev;

	dev = alloc_netdev(0, "plaintext%d", NET_NAME_ENUM, ether_setup);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->netdev_ops = &ops;
	KUNIT_ASSERT_EQ(test, 0, register_netdev(dev));
	return dev;
}

/* Return: a device with one of MACsec upon it. */
static struct net_device *below_macsec(struct kunit *test)
{
	struct stack *stack = kunit_kzalloc(test, sizeof(*stack), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, stack);
	stack->lower = make_device(test);
	stack->upper = make_device(test);
	stack->upper->priv_flags |= IFF_MACSEC;
	rtnl_lock();
	err = netdev_upper_dev_link(stack->lower, stack->upper, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, 0, err);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pull_down, stack));
	return stack->lower;
}

static void plaintext_is_known(struct kunit *test)
{
	static const struct fixture how = { "", ARPHRD_ETHER, ETH_HLEN };
	const struct plaintext_case *param = test->param_value;
	struct rtnl_link_ops ops = { .kind = param->kind };
	struct bytes *b = bytes_new(test);
	struct metadata_dst *metadata;
	struct xfrm_state *state;
	struct sk_buff *skb;

	/* Before the skb, which refers to it till the end. */
	state = kunit_kzalloc(test, sizeof(*state), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, state);
	bytes_add_pattern(b, 60);
	skb = fixture_skb(test, &how, b);
	INIT_LIST_HEAD(&skb->dev->adj_list.upper);
	if (param->kind)
		skb->dev->rtnl_link_ops = &ops;
	if (param->macsec)
		skb->dev = below_macsec(test);
	if (param->esp)
		add_path(test, skb, state, param);
	if (param->metadata) {
		metadata = metadata_dst_alloc(0, param->type, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, metadata);
		skb_dst_set(skb, &metadata->dst);
	}
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, param->want,
			tmirror_is_plaintext(skb, param->direction));
	rcu_read_unlock();
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(plaintext_is_known, plaintext_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_plaintext",
	.test_cases = cases,
};

kunit_test_suite(suite);
