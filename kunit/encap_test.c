// SPDX-License-Identifier: GPL-2.0
/* The UDP and VXLAN headers, byte for byte as RFC 7348 draws them. */
#include "../module/encap.h"

#include <kunit/test.h>
#include <linux/udp.h>

#define PORTS	16384

static void source_ports_are_dynamic_and_all_used(struct kunit *test)
{
	unsigned long *seen;
	u32 hash, port;

	seen = kunit_kcalloc(test, BITS_TO_LONGS(65536), sizeof(long),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (hash = 0; hash < PORTS; hash++) {
		port = ntohs(tmirror_encap_sport(hash));
		KUNIT_ASSERT_GE(test, port, 49152);
		KUNIT_ASSERT_FALSE_MSG(test, test_and_set_bit(port, seen),
				       "port %u twice", port);
	}
}

static void every_hash_has_a_source_port(struct kunit *test)
{
	static const u32 hashes[] = { 1 << 14, 0x80000000, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hashes); i++)
		KUNIT_EXPECT_GE(test,
				ntohs(tmirror_encap_sport(hashes[i])), 49152);
}

struct encap_case {
	const char *desc;
	u32 vni;
	unsigned int len;
	u8 header[sizeof(struct tmirror_encap)];
};

static const struct encap_case encap_cases[] = {
	{ "vni 0", 0, 60, {
		0xc0, 0x00, 0x12, 0xb5, 0, 76, 0, 0,
		0x08, 0, 0, 0, 0x00, 0x00, 0x00, 0 } },
	{ "vni 1", 1, 60, {
		0xc0, 0x00, 0x12, 0xb5, 0, 76, 0, 0,
		0x08, 0, 0, 0, 0x00, 0x00, 0x01, 0 } },
	{ "vni of three different bytes", 0x123456, 60, {
		0xc0, 0x00, 0x12, 0xb5, 0, 76, 0, 0,
		0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0 } },
	{ "greatest vni", 0xffffff, 60, {
		0xc0, 0x00, 0x12, 0xb5, 0, 76, 0, 0,
		0x08, 0, 0, 0, 0xff, 0xff, 0xff, 0 } },
	{ "a copy of one byte", 7, 1, {
		0xc0, 0x00, 0x12, 0xb5, 0, 17, 0, 0,
		0x08, 0, 0, 0, 0x00, 0x00, 0x07, 0 } },
	{ "a copy of no byte", 7, 0, {
		0xc0, 0x00, 0x12, 0xb5, 0, 16, 0, 0,
		0x08, 0, 0, 0, 0x00, 0x00, 0x07, 0 } },
	{ "the longest copy", 7, 65507 - 8, {
		0xc0, 0x00, 0x12, 0xb5, 0xff, 0xeb, 0, 0,
		0x08, 0, 0, 0, 0x00, 0x00, 0x07, 0 } },
};

KUNIT_ARRAY_PARAM_DESC(encap, encap_cases, desc);

static void headers(struct kunit *test)
{
	const struct encap_case *param = test->param_value;
	struct {
		struct tmirror_encap encap;
		u8 frame[1];
	} copy;

	/* What was in the headroom before must not shine through. */
	memset(&copy, 0xff, sizeof(copy));
	tmirror_encap(&copy.encap, param->len, param->vni, htons(49152),
		      htons(4789));
	KUNIT_EXPECT_MEMEQ(test, (u8 *)&copy.encap, param->header,
			   sizeof(copy.encap));
	KUNIT_EXPECT_EQ_MSG(test, copy.frame[0], 0xff, "the frame changed");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(source_ports_are_dynamic_and_all_used),
	KUNIT_CASE(every_hash_has_a_source_port),
	KUNIT_CASE_PARAM(headers, encap_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_encap",
	.test_cases = cases,
};

kunit_test_suite(suite);
