// SPDX-License-Identifier: GPL-2.0
/* The packet path: match, copy, encapsulate, send, count. */
#include "account.h"
#include "batch.h"
#include "copy.h"
#include "encap.h"
#include "filter.h"
#include "flow.h"
#include "frame.h"
#include "headers.h"
#include "mirror.h"
#include "net.h"
#include "plaintext.h"
#include "rcu.h"
#include "repair.h"
#include "route.h"
#include "segment.h"
#include "session.h"
#include "slice.h"
#include "source.h"
#include "stats.h"
#include "target.h"
#include "xmit.h"

#include <linux/err.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/sch_generic.h>

/*
 * Copies are not mirrored, so we are not called from within ourselves; unless
 * a device on the way strips a copy of its socket and changes its addresses.
 * The stack has room for a few rounds of that, no more.
 */
#define DEPTH_MAX	3
static DEFINE_PER_CPU(unsigned int, mirror_depth);

/**
 * struct packet - a packet at the hook
 * @tn: the namespace
 * @frame: as it is on the wire, a super-packet as one
 * @flow: what rules look at
 * @direction: &enum tmirror_direction
 * @count: number of packets on the wire; exact once @segmented
 * @header: how many bytes each of them repeats
 * @segmented: @segments is what it will be
 * @segments: these packets, if there are many; or why not, as a pointer
 */
struct packet {
	struct tmirror_net *tn;
	struct tmirror_frame frame;
	struct tmirror_flow flow;
	u8 direction;
	unsigned int count;
	u32 header;
	bool segmented;
	struct sk_buff *segments;
};

/**
 * struct mirror - a packet on its way to one session's target
 * @packet: the packet
 * @terms: the session's terms
 * @route: the way
 * @lavish: memory is plenty
 * @tally: what became of the packets on the wire so far
 */
struct mirror {
	struct packet *packet;
	const struct tmirror_terms *terms;
	struct tmirror_route route;
	bool lavish;
	struct tmirror_tally tally;
};

static void packet_init(struct packet *packet, struct tmirror_net *tn,
			const struct sk_buff *skb)
{
	packet->tn = tn;
	packet->direction = skb_at_tc_ingress(skb) ? TMIRROR_INGRESS :
						     TMIRROR_EGRESS;
	tmirror_frame_init(&packet->frame, skb);
	tmirror_flow_parse(&packet->flow, &packet->frame);
	packet->count = 1;
	packet->header = 0;
	if (skb_is_gso(skb))
		packet->count = tmirror_segment_count(&packet->frame,
						      &packet->flow,
						      &packet->header);
	packet->segmented = false;
	packet->segments = NULL;
}

static void packet_release(struct packet *packet)
{
	if (!IS_ERR_OR_NULL(packet->segments))
		kfree_skb_list(packet->segments);
}

static bool has_vxlan(const struct packet *packet)
{
	struct tmirror_vxlan _vxlan __uninitialized, *vxlan;

	vxlan = skb_header_pointer(packet->frame.skb, packet->flow.l4 +
				   (int)sizeof(struct udphdr), sizeof(_vxlan),
				   &_vxlan);
	return vxlan && vxlan->flags & TMIRROR_VXLAN_VNI_VALID;
}

static bool has_member(const struct packet *packet)
{
	const struct tmirror_flow *flow = &packet->flow;
	struct tmirror_net *tn = packet->tn;
	__be16 sport = htons(flow->sport);
	__be16 dport = htons(flow->dport);
	bool found;

	rcu_read_lock();
	found = tmirror_member_exists(tn, &flow->dst, dport) ||
		tmirror_member_exists(tn, &flow->src, dport) ||
		tmirror_member_exists(tn, &flow->src, sport);
	rcu_read_unlock();
	return found;
}

/*
 * A copy of this host, or of another one that mirrors to a member of ours or
 * is such a member.
 */
static bool is_copy(const struct packet *packet)
{
	const struct tmirror_flow *flow = &packet->flow;

	if (tmirror_owner_has(packet->frame.skb))
		return true;
	return flow->has_ports && flow->proto == IPPROTO_UDP &&
	       (tmirror_member_may_have(packet->tn, flow->sport) ||
		tmirror_member_may_have(packet->tn, flow->dport)) &&
	       has_vxlan(packet) && has_member(packet);
}

/* A copy, or none for want of memory, of one packet of @len on the wire. */
static __always_inline void send_copy(struct mirror *mirror,
				      struct sk_buff *copy, u32 len,
				      const struct tmirror_headers *headers)
{
	const struct tmirror_terms *terms = mirror->terms;
	const struct packet *packet = mirror->packet;
	struct tmirror_account account = {
		.session = terms->session,
		.target = terms->target,
		.wire = len,
	};
	int cause = TMIRROR_DROP_NO_MEMORY;

	if (copy) {
		account.kept = copy->len;
		if (terms->cut.repair && copy->len < len)
			tmirror_repair(copy, headers);
		cause = tmirror_xmit(&mirror->route, packet->tn, copy,
				     terms->vni[packet->direction], &account);
	}
	if (cause != TMIRROR_HELD)
		tmirror_account_copy(&account, &mirror->tally, cause);
}

/* How much of a frame of @len this mirror keeps. */
static u32 keep(const struct mirror *mirror, u32 len,
		const struct tmirror_headers *headers)
{
	return min(tmirror_cut_len(&mirror->terms->cut, len, headers),
		   mirror->route.room);
}

static __always_inline void send_frame(struct mirror *mirror,
				       const struct tmirror_frame *frame,
				       const struct tmirror_flow *flow)
{
	struct tmirror_headers headers __uninitialized;
	u32 len;

	if (tmirror_cut_needs_headers(&mirror->terms->cut))
		tmirror_headers_find(&headers, frame, flow);
	len = keep(mirror, frame->len, &headers);
	send_copy(mirror, tmirror_copy(frame, len, mirror->route.headroom,
				       mirror->lavish),
		  frame->len, &headers);
}

static void send_slice(struct mirror *mirror,
		       const struct tmirror_slicer *slicer, unsigned int i)
{
	u32 len = tmirror_slice_len(slicer, i);
	struct sk_buff *copy;

	copy = tmirror_slice_copy(slicer, i,
				  keep(mirror, len, &slicer->headers),
				  mirror->route.headroom, mirror->lavish);
	send_copy(mirror, copy, len, &slicer->headers);
}

/*
 * Datagrams that were one differ in their identification, and whoever captures
 * from a virtual device sees them before they are taken apart: it takes a user
 * who asked for checksums, which they cannot do without.
 */
static bool can_batch(const struct mirror *mirror)
{
	const struct tmirror_route *route = &mirror->route;

	return route->plain && route->underlay->csum &&
	       route->underlay->fields & TMIRROR_TARGET_CSUM &&
	       !mirror->terms->cut.repair;
}

/* Copies of a whole super-packet, or of some of its segments cut. */
static struct sk_buff *copy_batch(const struct mirror *mirror,
				  const struct tmirror_slicer *slicer,
				  struct tmirror_batch *batch, u32 vni)
{
	const struct tmirror_headers *headers = &slicer->headers;
	const struct tmirror_route *route = &mirror->route;
	unsigned int left = mirror->packet->count - batch->first;
	u32 wire = tmirror_slice_len(slicer, batch->first);
	struct sk_buff *copies = NULL;

	batch->count = left;
	batch->len = keep(mirror, wire, headers);
	if (batch->len == wire && !batch->first &&
	    tmirror_batch_is_safe(slicer, left, route->headroom,
				  route->dst->dev))
		copies = tmirror_batch_whole(slicer, left,
					     tmirror_route_overhead(route->underlay),
					     route->headroom, mirror->lavish);
	if (!copies)
		batch->count = min(tmirror_batch_max(batch->len,
						     route->headroom), left);
	wire = tmirror_slice_len(slicer, batch->first + batch->count - 1);
	batch->last = keep(mirror, wire, headers);
	if (copies || batch->count < 2 || batch->last < headers->payload)
		return copies;
	return tmirror_batch_cut(batch, slicer, vni, route->headroom,
				 mirror->lavish);
}

/* Return: how many copies went as one, from that of segment @first on; or 0. */
static unsigned int send_batch(struct mirror *mirror,
			       const struct tmirror_slicer *slicer,
			       unsigned int first)
{
	const struct tmirror_terms *terms = mirror->terms;
	const struct packet *packet = mirror->packet;
	u32 vni = terms->vni[packet->direction];
	struct tmirror_batch batch = { .first = first };
	struct tmirror_account account = {
		.session = terms->session,
		.target = terms->target,
	};
	struct sk_buff *copies;
	int cause;

	copies = copy_batch(mirror, slicer, &batch, vni);
	if (!copies)
		return 0;
	cause = tmirror_xmit(&mirror->route, packet->tn, copies, vni, &account);
	account.wire = tmirror_slice_len(slicer, first);
	account.kept = batch.len;
	tmirror_account_copies(&account, &mirror->tally, batch.count - 1,
			       cause);
	account.wire = tmirror_slice_len(slicer, first + batch.count - 1);
	account.kept = batch.last;
	tmirror_account_copy(&account, &mirror->tally, cause);
	return batch.count;
}

static void send_slices(struct mirror *mirror,
			const struct tmirror_slicer *slicer)
{
	bool together = can_batch(mirror);
	unsigned int i = 0, sent;

	while (i < mirror->packet->count) {
		sent = together ? send_batch(mirror, slicer, i) : 0;
		if (!sent) {
			/* Nor is it any better further on. */
			together = false;
			send_slice(mirror, slicer, i);
			sent = 1;
		}
		i += sent;
	}
}

/* Sessions that have the same packet share its segments. */
static void packet_segment(struct packet *packet)
{
	struct sk_buff *segment;

	packet->segmented = true;
	packet->segments = tmirror_segment(&packet->frame);
	if (IS_ERR(packet->segments))
		return;
	packet->count = packet->segments ? 0 : 1;
	for (segment = packet->segments; segment; segment = segment->next)
		packet->count++;
}

static int send_segments(struct mirror *mirror)
{
	struct packet *packet = mirror->packet;
	struct sk_buff *segment;

	if (packet->count <= TMIRROR_SEGMENTS_MAX && !packet->segmented)
		packet_segment(packet);
	if (packet->count > TMIRROR_SEGMENTS_MAX)
		return TMIRROR_DROP_TOO_BIG;
	if (IS_ERR(packet->segments))
		return TMIRROR_DROP_NO_MEMORY;
	if (!packet->segments)
		send_frame(mirror, &packet->frame, &packet->flow);
	for (segment = packet->segments; segment; segment = segment->next) {
		struct tmirror_frame frame;
		struct tmirror_flow flow;

		tmirror_frame_init(&frame, segment);
		if (tmirror_cut_needs_headers(&mirror->terms->cut))
			tmirror_flow_parse(&flow, &frame);
		send_frame(mirror, &frame, &flow);
	}
	return TMIRROR_SENT;
}

static noinline int send_super(struct mirror *mirror)
{
	struct packet *packet = mirror->packet;
	struct tmirror_slicer slicer;

	if (packet->count > TMIRROR_SEGMENTS_MAX)
		return TMIRROR_DROP_TOO_BIG;
	if (!tmirror_slicer_init(&slicer, &packet->frame, &packet->flow))
		return send_segments(mirror);
	send_slices(mirror, &slicer);
	return TMIRROR_SENT;
}

static int send_packet(struct mirror *mirror)
{
	struct packet *packet = mirror->packet;
	const struct tmirror_underlay *underlay =
		tmirror_dereference(mirror->terms->target->underlay);
	int cause;

	if (underlay->member.state != TMIRROR_UP)
		return TMIRROR_DROP_DOWN;
	/* The last reserves of memory are not for copies. */
	if (skb_pfmemalloc(packet->frame.skb) ||
	    tmirror_is_plaintext(packet->frame.skb, packet->direction))
		return TMIRROR_DROP_NO_MEMORY;
	cause = tmirror_route_get(&mirror->route, packet->tn, underlay,
				  tmirror_flow_hash(&packet->flow,
						    packet->tn->hash_key));
	if (cause != TMIRROR_SENT)
		return cause;
	/* What waits is to be as many as the kernel would let wait. */
	mirror->lavish = !mirror->route.waits &&
			 tmirror_owners_have_plenty(&packet->tn->owners);
	if (skb_is_gso(packet->frame.skb))
		cause = send_super(mirror);
	else
		send_frame(mirror, &packet->frame, &packet->flow);
	return cause;
}

/* Length of its packets on the wire. */
static u64 packet_bytes(const struct packet *packet)
{
	u32 jumbo = 0;

	if (packet->header)
		jumbo = tmirror_segment_jumbo(packet->frame.skb,
					      packet->flow.l3);
	return packet->frame.len - jumbo +
	       (u64)(packet->count - 1) * (packet->header - jumbo);
}

/* Inlined, and offer() too: a frame of the stack for each is 27 instructions. */
static __always_inline void mirror_packet(struct packet *packet,
					  const struct tmirror_terms *terms)
{
	/* tmirror_route_get() sets what is looked at of the route. */
	struct mirror mirror __uninitialized;
	bool skip_txqueue = xmit_get_skip_txqueue();
	int cause;

	mirror.packet = packet;
	mirror.terms = terms;
	tmirror_tally_init(&mirror.tally);
	rcu_read_lock();
	if (this_cpu_inc_return(mirror_depth) > DEPTH_MAX)
		cause = TMIRROR_DROP_BACKLOG;
	else
		cause = send_packet(&mirror);
	this_cpu_dec(mirror_depth);
	/* What is said of the copy's queue is not meant for the packet's. */
	xmit_set_skip_txqueue(skip_txqueue);
	rcu_read_unlock();
	if (cause != TMIRROR_SENT)
		tmirror_account_drop(terms->session, &mirror.tally,
				     packet->count, packet_bytes(packet),
				     cause);
	tmirror_account_close(terms->session, terms->target, &mirror.tally);
}

/* Return: true if the session mirrored the packet. */
static __always_inline bool offer(struct packet *packet,
				  const struct tmirror_terms *terms)
{
	const struct tmirror_rule *rule;
	enum tmirror_reason reason;
	bool accept;

	reason = tmirror_terms_judge(terms, packet->direction, &packet->flow,
				     &rule);
	accept = tmirror_reason_accepts(reason, rule);
	if (accept)
		mirror_packet(packet, terms);
	/* Mirroring may have found out how many packets it really is. */
	if (rule)
		tmirror_counter_add(rule->hits, packet->count);
	return accept;
}

/**
 * tmirror_mirror_skb - mirror a packet as its sessions say
 * @tn: the namespace
 * @session: the only session to ask; NULL for all whose source is its device
 * @skb: the packet, at the ingress or egress hook of tc; only read
 *
 * Context: bottom halves disabled.
 */
void tmirror_mirror_skb(struct tmirror_net *tn,
			const struct tmirror_session *session,
			const struct sk_buff *skb)
{
	const struct tmirror_terms *one, *const *terms = &one;
	const struct tmirror_source *source;
	const struct tmirror_order *order;
	/* packet_init() sets what is looked at. */
	struct packet packet __uninitialized;
	unsigned int i, count = 1;

	if (session) {
		one = tmirror_dereference(session->terms);
	} else {
		source = tmirror_source_find(tn, skb->dev->ifindex);
		if (!source)
			return;
		order = tmirror_dereference(source->order);
		terms = order->terms;
		count = order->count;
	}
	packet_init(&packet, tn, skb);
	if (is_copy(&packet)) {
		tmirror_counter_add(tn->loops, packet.count);
	} else {
		for (i = 0; i < count; i++)
			if (offer(&packet, terms[i]) && !terms[i]->proceed)
				break;
	}
	packet_release(&packet);
}
