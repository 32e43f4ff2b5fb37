// SPDX-License-Identifier: GPL-2.0
/* Marks that encryption leaves on packets, and where they mean it. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/plaintext.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
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
	bool macsec;		/* what its device is */
	const char *kind;
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
	{ "ESP, out of vti", IN, ESP, .kind = "vti" },
	{ "ESP, out of vti6", IN, ESP, .kind = "vti6" },
	{ "ESP, decrypted by the device", IN, OFFLOAD(CRYPTO_DONE),
	  .want = true },
	{ "ESP, decrypted and forwarded", OUT, ESP },
	{ "ESP, by the device and forwarded", OUT, OFFLOAD(CRYPTO_DONE) },
	{ "ESP, by GRO and forwarded", OUT, OFFLOAD(XFRM_GRO) },
	{ "ESP, left to the device", OUT, OFFLOAD(0), .want = true },
	{ "ESP, left to the device below", OUT, OFFLOAD(XFRM_XMIT),
	  .want = true },
	{ "MACsec at ingress", IN, METADATA(METADATA_MACSEC), .want = true },
	{ "MACsec at egress", OUT, METADATA(METADATA_MACSEC), .want = true },
	{ "MACsec, out of its device", IN, METADATA(METADATA_MACSEC),
	  .macsec = true },
	{ "metadata of a tunnel", IN, METADATA(METADATA_IP_TUNNEL) },
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
	INIT_LIST_HEAD(&skb->dev->adj_list.lower);
	if (param->kind)
		skb->dev->rtnl_link_ops = &ops;
	if (param->macsec)
		skb->dev->priv_flags |= IFF_MACSEC;
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
