/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TMIRROR_FLOW_FIXTURE_H
#define _TMIRROR_FLOW_FIXTURE_H

#include "../module/flow.h"

struct bytes;
struct fixture;
struct kunit;

void flow_parse(struct kunit *test, const struct fixture *how,
		const struct bytes *bytes, struct tmirror_flow *flow);
void flow_set_addresses(struct tmirror_flow *flow);
void flow_expect(struct kunit *test, const struct fixture *how,
		 const struct bytes *bytes, const struct tmirror_flow *want);
void flow_expect_any_shape(struct kunit *test, const struct bytes *bytes,
			   const struct tmirror_flow *want);

#endif /* _TMIRROR_FLOW_FIXTURE_H */
