// SPDX-License-Identifier: GPL-2.0
/* skbs as frames on the wire, and every part of them read. */
#include "bytes.h"
#include "skb_fixture.h"
#include "../module/frame.h"

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#define TCI	0xb123
#define GUARD	0xa5

struct frame_case {
	struct fixture how;
	unsigned int len;	/* of the bytes */
	u8 front;		/* how many of them the wire's begins with */
	u8 insert_len;		/* what comes then */
	u8 insert[ETH_HLEN];
	u8 skip;		/* how many bytes are not on the wire */
};

#define ETHER(hook, where, first, other) \
	.type = ARPHRD_ETHER, .link = ETH_HLEN, .ingress = (hook), \
	.layout = (where), .head = (first), .piece = (other)
#define TAG(proto)	.vlan_proto = (proto), .vlan_tci = TCI
#define SEEN(pos, len, bytes...) \
	.front = (pos), .insert_len = (len), .insert = { bytes }
#define SEEN_Q		SEEN(12, 4, 0x81, 0x00, 0xb1, 0x23)
#define SEEN_AD		SEEN(12, 4, 0x88, 0xa8, 0xb1, 0x23)
#define SEEN_IPV4	SEEN(0, 14, [12] = 0x08, [13] = 0x00)
#define SEEN_IPV6	SEEN(0, 14, [12] = 0x86, [13] = 0xdd)

static const struct frame_case frame_cases[] = {
	{ { "linear at egress", ETHER(false, FIXTURE_LINEAR, 0, 0) }, 60 },
	{ { "linear at ingress", ETHER(true, FIXTURE_LINEAR, 0, 0) }, 60 },
	{ { "loopback", ARPHRD_LOOPBACK, ETH_HLEN, true }, 60 },
	{ { "pages at egress", ETHER(false, FIXTURE_PAGES, 5, 4) }, 60 },
	{ { "pages at ingress", ETHER(true, FIXTURE_PAGES, 14, 3) }, 60 },
	{ { "list at egress", ETHER(false, FIXTURE_LIST, 13, 1) }, 40 },
	{ { "list at ingress", ETHER(true, FIXTURE_LIST, 14, 7) }, 60 },
	{ { "pages and list", ETHER(true, FIXTURE_BOTH, 17, 5) }, 60 },
	{ { "header alone at egress", ETHER(false, FIXTURE_LINEAR, 0, 0) },
	  14 },
	{ { "header alone at ingress", ETHER(true, FIXTURE_LINEAR, 0, 0) },
	  14 },
	{ { "header and a byte", ETHER(true, FIXTURE_LINEAR, 0, 0) }, 15 },
	{ { "short of its type", ETHER(false, FIXTURE_LINEAR, 0, 0) }, 13 },
	{ { "one byte", ETHER(false, FIXTURE_LINEAR, 0, 0) }, 1 },
	{ { "nothing", ETHER(false, FIXTURE_LINEAR, 0, 0) }, 0 },
	{ { "tag, linear at egress", ETHER(false, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021Q) }, 60, SEEN_Q },
	{ { "tag, linear at ingress", ETHER(true, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021Q) }, 60, SEEN_Q },
	{ { "service tag", ETHER(true, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021AD) }, 60, SEEN_AD },
	{ { "tag, the addresses in pages", ETHER(false, FIXTURE_PAGES, 1, 5),
	    TAG(ETH_P_8021Q) }, 60, SEEN_Q },
	{ { "tag where a page begins", ETHER(false, FIXTURE_PAGES, 12, 5),
	    TAG(ETH_P_8021Q) }, 60, SEEN_Q },
	{ { "tag, pages at ingress", ETHER(true, FIXTURE_PAGES, 14, 5),
	    TAG(ETH_P_8021Q) }, 60, SEEN_Q },
	{ { "tag, list", ETHER(false, FIXTURE_LIST, 3, 4),
	    TAG(ETH_P_8021AD) }, 60, SEEN_AD },
	{ { "tag, header alone", ETHER(true, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021Q) }, 14, SEEN_Q },
	{ { "tag, addresses alone", ETHER(false, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021Q) }, 12, SEEN_Q },
	{ { "tag, not even addresses", ETHER(false, FIXTURE_LINEAR, 0, 0),
	    TAG(ETH_P_8021Q) }, 11 },
	{ { "none, IPv4 at egress", ARPHRD_NONE }, 40, SEEN_IPV4 },
	{ { "none, IPv4 at ingress", ARPHRD_NONE, .ingress = true }, 40,
	  SEEN_IPV4 },
	{ { "none, IPv6 in pages", ARPHRD_NONE, 0, false, FIXTURE_PAGES, 1, 6 },
	  60, SEEN_IPV6 },
	{ { "none, IPv4 in a list", ARPHRD_NONE, 0, true, FIXTURE_LIST, 3, 6 },
	  40, SEEN_IPV4 },
	{ { "ppp at egress", ARPHRD_PPP, 4 }, 44, SEEN_IPV4, 4 },
	{ { "ppp at ingress", ARPHRD_PPP, 4, true }, 44, SEEN_IPV4, 4 },
	{ { "ppp in pages", ARPHRD_PPP, 4, false, FIXTURE_PAGES, 2, 5 }, 44,
	  SEEN_IPV4, 4 },
};

static void frame_desc(const struct frame_case *param, char *desc)
{
	strscpy(desc, param->how.desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frame, frame_cases, frame_desc);

/* What is in the skb, and what is to be seen of it. */
static void make(struct kunit *test, const struct frame_case *param,
		 struct bytes *in, struct bytes *out)
{
	bytes_add_pattern(in, param->len);
	if (param->how.link < ETH_HLEN)
		in->at[param->how.link] = param->insert[12] == 8 ? 0x45 : 0x60;
	memcpy(bytes_add(out, param->front), in->at, param->front);
	memcpy(bytes_add(out, param->insert_len), param->insert,
	       param->insert_len);
	memcpy(bytes_add(out, in->len - param->front - param->skip),
	       in->at + param->front + param->skip,
	       in->len - param->front - param->skip);
}

static void every_part_is_read(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	struct bytes *in = bytes_new(test), *want = bytes_new(test);
	struct fixture_snapshot *before;
	struct tmirror_frame frame;
	unsigned int pos, len, i;
	struct sk_buff *skb;
	u8 part[80];

	make(test, param, in, want);
	skb = fixture_skb(test, &param->how, in);
	before = fixture_snapshot(test, skb);
	/* What is left alone would be noticed. */
	memset(&frame, GUARD, sizeof(frame));
	tmirror_frame_init(&frame, skb);
	KUNIT_EXPECT_PTR_EQ(test, frame.skb, skb);
	KUNIT_ASSERT_EQ(test, frame.len, want->len);
	KUNIT_EXPECT_EQ(test, frame.insert_len, param->insert_len);
	KUNIT_EXPECT_EQ(test, frame.insert_at,
			param->insert_len ? param->front : 0);
	KUNIT_ASSERT_LT(test, want->len, sizeof(part));

	for (pos = 0; pos <= want->len; pos++) {
		for (len = 0; len <= want->len - pos; len++) {
			memset(part, GUARD, sizeof(part));
			KUNIT_EXPECT_EQ(test, 0,
					tmirror_frame_read(&frame, pos, part,
							   len));
			KUNIT_ASSERT_TRUE_MSG(test,
					      !memcmp(part, want->at + pos, len),
					      "%u bytes at %u", len, pos);
			for (i = len; i < sizeof(part) && part[i] == GUARD; i++)
				;
			KUNIT_ASSERT_EQ_MSG(test, i, sizeof(part),
					    "%u bytes at %u: more", len, pos);
		}
	}
	fixture_expect_same(test, before);
}

static void every_byte_has_its_position(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	struct bytes *in = bytes_new(test), *want = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb;
	unsigned int i;
	int offset;
	u32 pos;

	make(test, param, in, want);
	skb = fixture_skb(test, &param->how, in);
	tmirror_frame_init(&frame, skb);
	for (i = param->skip; i < in->len; i++) {
		offset = i - (param->how.ingress ? param->how.link : 0);
		pos = tmirror_frame_pos(&frame, offset);
		KUNIT_ASSERT_LT(test, pos, want->len);
		KUNIT_EXPECT_EQ(test, want->at[pos], in->at[i]);
		KUNIT_EXPECT_EQ(test, pos, i < param->front ?
				i : i + param->insert_len - param->skip);
	}
}

/* A packet socket may put the network header there. */
static void header_behind_the_end_is_the_end(struct kunit *test)
{
	static const struct fixture how = { "none", ARPHRD_NONE };
	static const u8 want[ETH_HLEN] = { [12] = 0x08 };
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb;
	u8 to[ETH_HLEN];

	bytes_add_pattern(b, 20);
	skb = fixture_skb(test, &how, b);
	skb->protocol = htons(ETH_P_IP);
	skb_set_network_header(skb, 21);
	tmirror_frame_init(&frame, skb);
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, 0, tmirror_frame_read(&frame, 0, to, frame.len));
	KUNIT_EXPECT_MEMEQ(test, to, want, sizeof(want));
	skb_set_network_header(skb, 20);
	tmirror_frame_init(&frame, skb);
	KUNIT_EXPECT_EQ(test, frame.len, ETH_HLEN);
}

static void unreadable_bytes_are_an_error(struct kunit *test)
{
	static const struct fixture how = {
		"device memory", ETHER(true, FIXTURE_PAGES, 40, 20),
	};
	struct bytes *b = bytes_new(test);
	struct tmirror_frame frame;
	struct sk_buff *skb;
	u8 to[80];

	bytes_add_pattern(b, 80);
	skb = fixture_skb(test, &how, b);
	skb->unreadable = true;
	tmirror_frame_init(&frame, skb);
	KUNIT_EXPECT_EQ(test, tmirror_frame_read(&frame, 0, to, 40), 0);
	KUNIT_EXPECT_MEMEQ(test, to, b->at, 40);
	KUNIT_EXPECT_EQ(test, tmirror_frame_read(&frame, 0, to, 41), -EFAULT);
	KUNIT_EXPECT_EQ(test, tmirror_frame_read(&frame, 79, to, 1), -EFAULT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(every_part_is_read, frame_gen_params),
	KUNIT_CASE_PARAM(every_byte_has_its_position, frame_gen_params),
	KUNIT_CASE(header_behind_the_end_is_the_end),
	KUNIT_CASE(unreadable_bytes_are_an_error),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_frame",
	.test_cases = cases,
};

kunit_test_suite(suite);
