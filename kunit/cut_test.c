// SPDX-License-Identifier: GPL-2.0
/* How much of a frame is kept. */
#include "../module/cut.h"
#include "../module/headers.h"

#include <kunit/test.h>

#define NOT	TMIRROR_CUT_NOT
#define LENGTH	TMIRROR_CUT_LENGTH
#define PAYLOAD	TMIRROR_CUT_PAYLOAD

struct cut_case {
	const char *desc;
	u8 mode;
	u32 bytes;
	u32 len;	/* of the frame */
	u32 payload;	/* where it begins */
	u32 want;
};

static const struct cut_case cut_cases[] = {
	{ "all of a frame", NOT, 0, 1514, 54, 1514 },
	{ "all of a frame, whatever the number", NOT, 100, 1514, 54, 1514 },
	{ "all of an empty frame", NOT, 0, 0, 0, 0 },
	{ "the first byte", LENGTH, 1, 1514, 54, 1 },
	{ "less than the headers", LENGTH, 20, 1514, 54, 20 },
	{ "more than the headers", LENGTH, 128, 1514, 54, 128 },
	{ "a byte less than the frame", LENGTH, 1513, 1514, 54, 1513 },
	{ "as much as the frame", LENGTH, 1514, 1514, 54, 1514 },
	{ "a byte more than the frame", LENGTH, 1515, 1514, 54, 1514 },
	{ "the most there can be", LENGTH, 65535, 1514, 54, 1514 },
	{ "64 KiB of more", LENGTH, 65535, 70000, 54, 65535 },
	{ "no payload", PAYLOAD, 0, 1514, 54, 54 },
	{ "the first byte of payload", PAYLOAD, 1, 1514, 54, 55 },
	{ "some payload", PAYLOAD, 100, 1514, 94, 194 },
	{ "all payload but a byte", PAYLOAD, 1459, 1514, 54, 1513 },
	{ "all payload", PAYLOAD, 1460, 1514, 54, 1514 },
	{ "a byte more than the payload", PAYLOAD, 1461, 1514, 54, 1514 },
	{ "the most payload there can be", PAYLOAD, 65535, 1514, 54, 1514 },
	{ "64 KiB of more payload", PAYLOAD, 65535, 70000, 54, 65589 },
	{ "headers alone", PAYLOAD, 0, 54, 54, 54 },
	{ "headers beyond the frame", PAYLOAD, 0, 60, 74, 60 },
	{ "payload beyond the frame", PAYLOAD, 10, 60, 74, 60 },
};

KUNIT_ARRAY_PARAM_DESC(cut, cut_cases, desc);

static void bytes_that_are_kept(struct kunit *test)
{
	const struct cut_case *param = test->param_value;
	struct tmirror_headers headers = {
		.network = 14, .transport = 34, .payload = param->payload,
	};
	struct tmirror_cut cut = { .mode = param->mode, .bytes = param->bytes };

	KUNIT_EXPECT_EQ(test, tmirror_cut_len(&cut, param->len, &headers),
			param->want);
	/* It is about what is left, not about how much. */
	cut.repair = true;
	KUNIT_EXPECT_EQ(test, tmirror_cut_len(&cut, param->len, &headers),
			param->want);
}

struct need_case {
	const char *desc;
	u8 mode;
	bool repair;
	bool needs;
};

static const struct need_case need_cases[] = {
	{ "all", NOT, false, false },
	{ "all, if the MTU allows", NOT, true, true },
	{ "length", LENGTH, false, false },
	{ "length, repaired", LENGTH, true, true },
	{ "payload", PAYLOAD, false, true },
	{ "payload, repaired", PAYLOAD, true, true },
};

KUNIT_ARRAY_PARAM_DESC(need, need_cases, desc);

static void headers_that_are_needed(struct kunit *test)
{
	const struct need_case *param = test->param_value;
	struct tmirror_cut cut = {
		.mode = param->mode, .repair = param->repair, .bytes = 100,
	};

	KUNIT_EXPECT_EQ(test, tmirror_cut_needs_headers(&cut), param->needs);
	/* Where they are not, nobody has looked for them. */
	if (!param->needs)
		KUNIT_EXPECT_LE(test, tmirror_cut_len(&cut, 1514, NULL), 1514);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(bytes_that_are_kept, cut_gen_params),
	KUNIT_CASE_PARAM(headers_that_are_needed, need_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "tmirror_cut",
	.test_cases = cases,
};

kunit_test_suite(suite);
