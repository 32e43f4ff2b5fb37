/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Traffic mirroring: the generic netlink family "tmirror", version 1.
 *
 * Objects live in the network namespace of the socket. Every command and the
 * multicast group "config" need CAP_NET_ADMIN in that namespace's user
 * namespace. Attributes marked [out] occur in replies and notifications only
 * and are refused in requests. Integers are in host byte order, a "uint" in 4
 * bytes where it fits and else in 8; addresses are 4 (IPv4) or 16 (IPv6) bytes
 * in network byte order.
 *
 *   TARGET_NEW, TARGET_SET
 *     TMIRROR_A_TARGET_NAME          string  object's name, see below
 *     TMIRROR_A_TARGET_MEMBER        nested  where copies go; one, exactly
 *       TMIRROR_A_MEMBER_REMOTE      binary  unicast or multicast address
 *       TMIRROR_A_MEMBER_PORT        u16     1..65535, UDP; default 4789
 *       TMIRROR_A_MEMBER_WEIGHT      u16     1..1000, default 1
 *       TMIRROR_A_MEMBER_STATE       u8      [out] enum tmirror_state
 *     TMIRROR_A_TARGET_LOCAL         binary  outer source address
 *     TMIRROR_A_TARGET_IFINDEX       u32     outgoing device, a VRF too
 *     TMIRROR_A_TARGET_DEV           string  [out] name of that device
 *     TMIRROR_A_TARGET_MARK          u32     1.., fwmark of the copies
 *     TMIRROR_A_TARGET_TTL           u8      1..255, default 255
 *     TMIRROR_A_TARGET_TOS           u8      default 0
 *     TMIRROR_A_TARGET_DF            u8      0 or 1, default 0
 *     TMIRROR_A_TARGET_CSUM          u8      0 or 1, default 0 for IPv4, 1 for IPv6
 *     TMIRROR_A_TARGET_UNSET         u32     mask of enum tmirror_target_field
 *     TMIRROR_A_TARGET_STATS         nested  [out] see below
 *   FILTER_NEW, FILTER_SET
 *     TMIRROR_A_FILTER_NAME          string
 *     TMIRROR_A_FILTER_DESCRIPTION   string  up to 255 bytes, empty: none
 *   FILTER_LOAD                              replaces all rules in one step
 *     TMIRROR_A_FILTER_NAME          string
 *     TMIRROR_A_FILTER_RULE          nested  any number of them, in any order
 *       TMIRROR_A_RULE_*                     as for RULE_NEW, without _FILTER
 *   RULE_NEW, RULE_DEL                       _DEL takes the key alone
 *     TMIRROR_A_RULE_FILTER          string  key
 *     TMIRROR_A_RULE_DIRECTION       u8      key, enum tmirror_direction
 *     TMIRROR_A_RULE_NUMBER          u16     key, 1..32766
 *     TMIRROR_A_RULE_ACTION          u8      enum tmirror_action
 *     TMIRROR_A_RULE_PROTO           u8      IP protocol number
 *     TMIRROR_A_RULE_SRC, _DST       binary  address, host bits zero
 *     TMIRROR_A_RULE_SRC_LEN, _DST_LEN u8    prefix length, with _SRC, _DST
 *     TMIRROR_A_RULE_SPORT_MIN, _MAX u16     both or neither, 0..65535
 *     TMIRROR_A_RULE_DPORT_MIN, _MAX u16     both or neither, 0..65535
 *     TMIRROR_A_RULE_HITS            uint    [out] packets on the wire it decided
 *   SESSION_NEW, SESSION_SET
 *     TMIRROR_A_SESSION_NAME         string
 *     TMIRROR_A_SESSION_NUMBER       u16     1..32766, the order on a source
 *     TMIRROR_A_SESSION_IFINDEX      u32     source device; absent: no source
 *     TMIRROR_A_SESSION_SOURCE       string  [out] its name, the last one if gone
 *     TMIRROR_A_SESSION_TARGET       string
 *     TMIRROR_A_SESSION_FILTER       string  absent: every packet
 *     TMIRROR_A_SESSION_VNI          u32     0..2^24-1; absent: random, unique
 *     TMIRROR_A_SESSION_VNI_EGRESS   u32     of egress, if it has its own
 *     TMIRROR_A_SESSION_LENGTH       u32     1..65535 bytes; or
 *     TMIRROR_A_SESSION_PAYLOAD      u32     0..65535 bytes behind the headers;
 *                                            neither: whole
 *     TMIRROR_A_SESSION_REPAIR       u8      0 or 1, default 0
 *     TMIRROR_A_SESSION_CONTINUE     u8      0 or 1, default 0
 *     TMIRROR_A_SESSION_ENABLED      u8      0 or 1, default 1
 *     TMIRROR_A_SESSION_DESCRIPTION  string  up to 255 bytes, empty: none
 *     TMIRROR_A_SESSION_UNSET        u32     mask of enum tmirror_session_field
 *     TMIRROR_A_SESSION_USERS        u32     [out] tc actions that name it
 *     TMIRROR_A_SESSION_STATS        nested  [out] see below
 *   TARGET_DEL, FILTER_DEL, SESSION_DEL      the name; -EBUSY while in use
 *   TARGET_GET, FILTER_GET, SESSION_GET      do: the name; dump: nothing
 *   RULE_GET                                 dump alone: of one filter by
 *                                            TMIRROR_A_RULE_FILTER, else of all;
 *                                            by filter, direction, number
 *   EXPLAIN                                  what would become of a packet
 *     TMIRROR_A_EXPLAIN_*                    see enum tmirror_attr_explain
 *   LIMITS_GET, LIMITS_SET                   see enum tmirror_attr_limits
 *   FLUSH                                    deletes all sessions, filters and
 *                                            targets, or nothing: -EBUSY where
 *                                            a tc action names a session
 *
 * Stats, of a session or a target:
 *     TMIRROR_A_STATS_MATCHED_PACKETS  uint   sessions alone
 *     TMIRROR_A_STATS_MATCHED_BYTES    uint   sessions alone
 *     TMIRROR_A_STATS_MIRRORED_PACKETS uint
 *     TMIRROR_A_STATS_MIRRORED_BYTES   uint
 *     TMIRROR_A_STATS_TRUNCATED        uint   packets
 *     TMIRROR_A_STATS_DROPPED          nested, sessions alone
 *       TMIRROR_A_DROP_*               uint  packets, by cause
 *
 * A name is [A-Za-z0-9][A-Za-z0-9._-]{0,62}. _SET leaves alone what it does
 * not name; _UNSET returns fields to absent or to their default. Every change
 * is notified to the group "config" by a message of the command that made it,
 * with the attributes of the object as in a _GET reply, less its stats; _DEL
 * with its key, FILTER_LOAD with the filter's name, FLUSH with nothing. A
 * device that goes away or is renamed is notified as SESSION_SET of the sessions
 * whose source it is and TARGET_SET of the targets that it is the device of.
 *
 * Errors, with the attribute at fault named by extended ack: -EINVAL and
 * -ERANGE for values, -ENOENT for a name or number that is not there, -EEXIST
 * for one that is, -EBUSY for deleting what is in use, -ENODEV for a device
 * that is not there, -ENOSPC over a limit, -EPERM without the capability, also
 * for more memory than a namespace may give itself. A failed command changes
 * nothing.
 */
#ifndef _UAPI_LINUX_TMIRROR_H
#define _UAPI_LINUX_TMIRROR_H

#define TMIRROR_GENL_NAME	"tmirror"
#define TMIRROR_GENL_VERSION	1
#define TMIRROR_MCGRP_CONFIG	"config"

/** define TMIRROR_NAME_MAX - longest name of an object, in bytes */
#define TMIRROR_NAME_MAX	63
/** define TMIRROR_DESCRIPTION_MAX - longest description, in bytes */
#define TMIRROR_DESCRIPTION_MAX	255
/** define TMIRROR_NUMBER_MAX - highest number of a session or a rule */
#define TMIRROR_NUMBER_MAX	32766
/** define TMIRROR_VNI_MAX - highest VXLAN network identifier, RFC 7348 */
#define TMIRROR_VNI_MAX		0xffffff
/** define TMIRROR_LENGTH_MAX - greatest length or payload of a session */
#define TMIRROR_LENGTH_MAX	65535
/** define TMIRROR_PORT_DEFAULT - UDP port of VXLAN, RFC 7348 */
#define TMIRROR_PORT_DEFAULT	4789
/** define TMIRROR_WEIGHT_MAX - greatest weight of a target's member */
#define TMIRROR_WEIGHT_MAX	1000

/**
 * enum tmirror_cmd - commands, and the notifications of what they changed
 * @TMIRROR_CMD_TARGET_NEW: make a target
 * @TMIRROR_CMD_TARGET_SET: change a target
 * @TMIRROR_CMD_TARGET_DEL: delete a target
 * @TMIRROR_CMD_TARGET_GET: get a target, or all
 * @TMIRROR_CMD_FILTER_NEW: make a filter without rules
 * @TMIRROR_CMD_FILTER_SET: change a filter
 * @TMIRROR_CMD_FILTER_DEL: delete a filter and its rules
 * @TMIRROR_CMD_FILTER_GET: get a filter, or all
 * @TMIRROR_CMD_FILTER_LOAD: replace all rules of a filter
 * @TMIRROR_CMD_RULE_NEW: add a rule
 * @TMIRROR_CMD_RULE_DEL: delete a rule
 * @TMIRROR_CMD_RULE_GET: get the rules of a filter, or of all
 * @TMIRROR_CMD_SESSION_NEW: make a session
 * @TMIRROR_CMD_SESSION_SET: change a session
 * @TMIRROR_CMD_SESSION_DEL: delete a session
 * @TMIRROR_CMD_SESSION_GET: get a session, or all
 * @TMIRROR_CMD_EXPLAIN: say what would become of a packet
 * @TMIRROR_CMD_LIMITS_GET: get the limits and their use
 * @TMIRROR_CMD_LIMITS_SET: set limits
 * @TMIRROR_CMD_FLUSH: delete all objects, or none
 *
 * The attributes of each stand at the top of this file.
 */
enum tmirror_cmd {
	TMIRROR_CMD_TARGET_NEW = 1,
	TMIRROR_CMD_TARGET_SET,
	TMIRROR_CMD_TARGET_DEL,
	TMIRROR_CMD_TARGET_GET,
	TMIRROR_CMD_FILTER_NEW,
	TMIRROR_CMD_FILTER_SET,
	TMIRROR_CMD_FILTER_DEL,
	TMIRROR_CMD_FILTER_GET,
	TMIRROR_CMD_FILTER_LOAD,
	TMIRROR_CMD_RULE_NEW,
	TMIRROR_CMD_RULE_DEL,
	TMIRROR_CMD_RULE_GET,
	TMIRROR_CMD_SESSION_NEW,
	TMIRROR_CMD_SESSION_SET,
	TMIRROR_CMD_SESSION_DEL,
	TMIRROR_CMD_SESSION_GET,
	TMIRROR_CMD_EXPLAIN,
	TMIRROR_CMD_LIMITS_GET,
	TMIRROR_CMD_LIMITS_SET,
	TMIRROR_CMD_FLUSH,

	/* private: add commands above here, update the ops in genl.c */
	__TMIRROR_CMD_MAX,
	TMIRROR_CMD_MAX = __TMIRROR_CMD_MAX - 1
};

/**
 * enum tmirror_direction - direction of a packet as tc sees it on the source
 * @TMIRROR_INGRESS: received by the device
 * @TMIRROR_EGRESS: sent by the device
 */
enum tmirror_direction {
	TMIRROR_INGRESS,
	TMIRROR_EGRESS,
};

/**
 * enum tmirror_action - what a rule decides for the packets that it matches
 * @TMIRROR_REJECT: the session does not mirror it; later sessions may
 * @TMIRROR_ACCEPT: the session mirrors it
 */
enum tmirror_action {
	TMIRROR_REJECT,
	TMIRROR_ACCEPT,
};

/**
 * enum tmirror_state - state of a target's member
 * @TMIRROR_UP: receives copies
 * @TMIRROR_DOWN: receives none
 * @TMIRROR_DRAIN: receives no new flows
 */
enum tmirror_state {
	TMIRROR_UP,
	TMIRROR_DOWN,
	TMIRROR_DRAIN,
};

/**
 * enum tmirror_target_field - fields of a target that TARGET_SET can unset
 * @TMIRROR_TARGET_LOCAL: back to the address that the route prefers
 * @TMIRROR_TARGET_DEV: back to any device
 * @TMIRROR_TARGET_MARK: back to none
 * @TMIRROR_TARGET_TTL: back to 255
 * @TMIRROR_TARGET_TOS: back to 0
 * @TMIRROR_TARGET_DF: back to 0
 * @TMIRROR_TARGET_CSUM: back to 0 for IPv4, 1 for IPv6
 */
enum tmirror_target_field {
	TMIRROR_TARGET_LOCAL = 1 << 0,
	TMIRROR_TARGET_DEV = 1 << 1,
	TMIRROR_TARGET_MARK = 1 << 2,
	TMIRROR_TARGET_TTL = 1 << 3,
	TMIRROR_TARGET_TOS = 1 << 4,
	TMIRROR_TARGET_DF = 1 << 5,
	TMIRROR_TARGET_CSUM = 1 << 6,
	/* private: all of them */
	TMIRROR_TARGET_FIELDS = (1 << 7) - 1
};

/**
 * enum tmirror_session_field - fields of a session that SESSION_SET can unset
 * @TMIRROR_SESSION_SOURCE: no source any more
 * @TMIRROR_SESSION_FILTER: every packet
 * @TMIRROR_SESSION_VNI: a new random one, for both directions
 * @TMIRROR_SESSION_LENGTH: whole packets, if a length was set
 * @TMIRROR_SESSION_PAYLOAD: whole packets, if a payload was set
 * @TMIRROR_SESSION_REPAIR: back to 0
 * @TMIRROR_SESSION_CONTINUE: back to 0
 * @TMIRROR_SESSION_ENABLED: back to 1
 */
enum tmirror_session_field {
	TMIRROR_SESSION_SOURCE = 1 << 0,
	TMIRROR_SESSION_FILTER = 1 << 1,
	TMIRROR_SESSION_VNI = 1 << 2,
	TMIRROR_SESSION_LENGTH = 1 << 3,
	TMIRROR_SESSION_PAYLOAD = 1 << 4,
	TMIRROR_SESSION_REPAIR = 1 << 5,
	TMIRROR_SESSION_CONTINUE = 1 << 6,
	TMIRROR_SESSION_ENABLED = 1 << 7,
	/* private: all of them */
	TMIRROR_SESSION_FIELDS = (1 << 8) - 1
};

/**
 * enum tmirror_reason - why EXPLAIN's packet is mirrored or not
 * @TMIRROR_REASON_RULE: the rule named decided, in the session named
 * @TMIRROR_REASON_NO_FILTER: mirrored, for the session has no filter
 * @TMIRROR_REASON_NO_MATCH: no rule of the session's filter matches
 * @TMIRROR_REASON_DISABLED: all sessions of the source are disabled
 * @TMIRROR_REASON_NO_SESSION: the device is no session's source
 */
enum tmirror_reason {
	TMIRROR_REASON_RULE,
	TMIRROR_REASON_NO_FILTER,
	TMIRROR_REASON_NO_MATCH,
	TMIRROR_REASON_DISABLED,
	TMIRROR_REASON_NO_SESSION,
};

/**
 * enum tmirror_attr_target - attributes of TARGET_* commands
 * @TMIRROR_A_TARGET_NAME: string, the key
 * @TMIRROR_A_TARGET_MEMBER: nested &enum tmirror_attr_member; required by
 *	TARGET_NEW; what TARGET_SET does not name inside it stays
 * @TMIRROR_A_TARGET_LOCAL: binary of 4 or 16 bytes, the remote's family;
 *	outer source address; an IPv4 address that the host does not have is
 *	no route
 * @TMIRROR_A_TARGET_IFINDEX: u32, outgoing device; the copies are routed in
 *	its VRF if it is one; in replies absent while the device is gone, and
 *	then there is no route
 * @TMIRROR_A_TARGET_DEV: string [out], name of that device; its last name if
 *	it is gone
 * @TMIRROR_A_TARGET_MARK: u32, from 1; mark of copies, for routing and rules
 * @TMIRROR_A_TARGET_TTL: u8, 1..255, outer TTL or hop limit
 * @TMIRROR_A_TARGET_TOS: u8, outer TOS or traffic class, ECN bits included
 * @TMIRROR_A_TARGET_DF: u8, 0 or 1, outer don't-fragment bit, IPv4 alone
 * @TMIRROR_A_TARGET_CSUM: u8, 0 or 1, compute the outer UDP checksum
 * @TMIRROR_A_TARGET_UNSET: u32, mask of &enum tmirror_target_field
 * @TMIRROR_A_TARGET_STATS: nested [out] &enum tmirror_attr_stats
 */
enum tmirror_attr_target {
	TMIRROR_A_TARGET_NAME = 1,
	TMIRROR_A_TARGET_MEMBER,
	TMIRROR_A_TARGET_LOCAL,
	TMIRROR_A_TARGET_IFINDEX,
	TMIRROR_A_TARGET_DEV,
	TMIRROR_A_TARGET_MARK,
	TMIRROR_A_TARGET_TTL,
	TMIRROR_A_TARGET_TOS,
	TMIRROR_A_TARGET_DF,
	TMIRROR_A_TARGET_CSUM,
	TMIRROR_A_TARGET_UNSET,
	TMIRROR_A_TARGET_STATS,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_TARGET_MAX,
	TMIRROR_A_TARGET_MAX = __TMIRROR_A_TARGET_MAX - 1
};

/**
 * enum tmirror_attr_member - attributes of a target's member
 * @TMIRROR_A_MEMBER_REMOTE: binary of 4 or 16 bytes, unicast or multicast;
 *	required by TARGET_NEW
 * @TMIRROR_A_MEMBER_PORT: u16, 1..65535, UDP destination port
 * @TMIRROR_A_MEMBER_WEIGHT: u16, 1..1000, share of the flows
 * @TMIRROR_A_MEMBER_STATE: u8 [out], &enum tmirror_state
 */
enum tmirror_attr_member {
	TMIRROR_A_MEMBER_REMOTE = 1,
	TMIRROR_A_MEMBER_PORT,
	TMIRROR_A_MEMBER_WEIGHT,
	TMIRROR_A_MEMBER_STATE,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_MEMBER_MAX,
	TMIRROR_A_MEMBER_MAX = __TMIRROR_A_MEMBER_MAX - 1
};

/**
 * enum tmirror_attr_filter - attributes of FILTER_* commands
 * @TMIRROR_A_FILTER_NAME: string, the key
 * @TMIRROR_A_FILTER_DESCRIPTION: string, up to 255 bytes; empty: none
 * @TMIRROR_A_FILTER_RULE: nested &enum tmirror_attr_rule, of FILTER_LOAD
 *	alone; repeated, once a rule
 */
enum tmirror_attr_filter {
	TMIRROR_A_FILTER_NAME = 1,
	TMIRROR_A_FILTER_DESCRIPTION,
	TMIRROR_A_FILTER_RULE,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_FILTER_MAX,
	TMIRROR_A_FILTER_MAX = __TMIRROR_A_FILTER_MAX - 1
};

/**
 * enum tmirror_attr_rule - attributes of RULE_* commands and of a loaded rule
 * @TMIRROR_A_RULE_FILTER: string, part of the key; not in a loaded rule
 * @TMIRROR_A_RULE_DIRECTION: u8, part of the key, &enum tmirror_direction
 * @TMIRROR_A_RULE_NUMBER: u16, part of the key, 1..32766
 * @TMIRROR_A_RULE_ACTION: u8, &enum tmirror_action
 * @TMIRROR_A_RULE_PROTO: u8, IP protocol; the rule is for IP packets then
 * @TMIRROR_A_RULE_SRC: binary of 4 or 16 bytes, host bits zero
 * @TMIRROR_A_RULE_SRC_LEN: u8, prefix length, with _SRC
 * @TMIRROR_A_RULE_DST: binary, of _SRC's family if both are there
 * @TMIRROR_A_RULE_DST_LEN: u8, prefix length, with _DST
 * @TMIRROR_A_RULE_SPORT_MIN: u16, lowest source port
 * @TMIRROR_A_RULE_SPORT_MAX: u16, highest source port
 * @TMIRROR_A_RULE_DPORT_MIN: u16, lowest destination port
 * @TMIRROR_A_RULE_DPORT_MAX: u16, highest destination port
 * @TMIRROR_A_RULE_HITS: uint [out], packets on the wire that it decided
 */
enum tmirror_attr_rule {
	TMIRROR_A_RULE_FILTER = 1,
	TMIRROR_A_RULE_DIRECTION,
	TMIRROR_A_RULE_NUMBER,
	TMIRROR_A_RULE_ACTION,
	TMIRROR_A_RULE_PROTO,
	TMIRROR_A_RULE_SRC,
	TMIRROR_A_RULE_SRC_LEN,
	TMIRROR_A_RULE_DST,
	TMIRROR_A_RULE_DST_LEN,
	TMIRROR_A_RULE_SPORT_MIN,
	TMIRROR_A_RULE_SPORT_MAX,
	TMIRROR_A_RULE_DPORT_MIN,
	TMIRROR_A_RULE_DPORT_MAX,
	TMIRROR_A_RULE_HITS,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_RULE_MAX,
	TMIRROR_A_RULE_MAX = __TMIRROR_A_RULE_MAX - 1
};

/**
 * enum tmirror_attr_session - attributes of SESSION_* commands
 * @TMIRROR_A_SESSION_NAME: string, the key
 * @TMIRROR_A_SESSION_NUMBER: u16, 1..32766, unique among those of a source;
 *	required by SESSION_NEW
 * @TMIRROR_A_SESSION_IFINDEX: u32, the source; in replies absent while the
 *	device is gone or in another network namespace
 * @TMIRROR_A_SESSION_SOURCE: string [out], the source's name now, or its
 *	last one here
 * @TMIRROR_A_SESSION_TARGET: string, name of a target; required by SESSION_NEW
 * @TMIRROR_A_SESSION_FILTER: string, name of a filter
 * @TMIRROR_A_SESSION_VNI: u32, 0..2^24-1; of both directions, or of ingress
 *	beside the next
 * @TMIRROR_A_SESSION_VNI_EGRESS: u32, 0..2^24-1, together with _VNI; in replies
 *	absent where it is the same
 * @TMIRROR_A_SESSION_LENGTH: u32, 1..65535, bytes of the frame to keep,
 *	counted from its Ethernet header; setting it ends _PAYLOAD
 * @TMIRROR_A_SESSION_PAYLOAD: u32, 0..65535, bytes to keep behind the L4
 *	header (TCP, UDP, ICMP, ICMPv6, SCTP, DCCP), else behind the IP
 *	headers, else behind the Ethernet header and its tags; setting it ends
 *	_LENGTH
 * @TMIRROR_A_SESSION_REPAIR: u8, 0 or 1, rewrite lengths and checksums of IP,
 *	TCP, UDP, ICMP and SCTP in a cut copy to fit what is left of it
 * @TMIRROR_A_SESSION_CONTINUE: u8, 0 or 1, let later sessions have the packet
 * @TMIRROR_A_SESSION_ENABLED: u8, 0 or 1
 * @TMIRROR_A_SESSION_DESCRIPTION: string, up to 255 bytes; empty: none
 * @TMIRROR_A_SESSION_UNSET: u32, mask of &enum tmirror_session_field
 * @TMIRROR_A_SESSION_USERS: u32 [out], number of tc actions that name it
 * @TMIRROR_A_SESSION_STATS: nested [out] &enum tmirror_attr_stats
 */
enum tmirror_attr_session {
	TMIRROR_A_SESSION_NAME = 1,
	TMIRROR_A_SESSION_NUMBER,
	TMIRROR_A_SESSION_IFINDEX,
	TMIRROR_A_SESSION_SOURCE,
	TMIRROR_A_SESSION_TARGET,
	TMIRROR_A_SESSION_FILTER,
	TMIRROR_A_SESSION_VNI,
	TMIRROR_A_SESSION_VNI_EGRESS,
	TMIRROR_A_SESSION_LENGTH,
	TMIRROR_A_SESSION_PAYLOAD,
	TMIRROR_A_SESSION_REPAIR,
	TMIRROR_A_SESSION_CONTINUE,
	TMIRROR_A_SESSION_ENABLED,
	TMIRROR_A_SESSION_DESCRIPTION,
	TMIRROR_A_SESSION_UNSET,
	TMIRROR_A_SESSION_USERS,
	TMIRROR_A_SESSION_STATS,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_SESSION_MAX,
	TMIRROR_A_SESSION_MAX = __TMIRROR_A_SESSION_MAX - 1
};

/**
 * enum tmirror_attr_stats - counters of a session or a target
 * @TMIRROR_A_STATS_MATCHED_PACKETS: uint, packets on the wire to be mirrored;
 *	always the sum of those mirrored and those dropped
 * @TMIRROR_A_STATS_MATCHED_BYTES: uint, their bytes on the wire: from the
 *	Ethernet header on, with VLAN tags, without FCS
 * @TMIRROR_A_STATS_MIRRORED_PACKETS: uint, copies sent
 * @TMIRROR_A_STATS_MIRRORED_BYTES: uint, their bytes after the VXLAN header
 * @TMIRROR_A_STATS_TRUNCATED: uint, copies sent shorter than their frame
 * @TMIRROR_A_STATS_DROPPED: nested &enum tmirror_attr_drop
 */
enum tmirror_attr_stats {
	TMIRROR_A_STATS_MATCHED_PACKETS = 1,
	TMIRROR_A_STATS_MATCHED_BYTES,
	TMIRROR_A_STATS_MIRRORED_PACKETS,
	TMIRROR_A_STATS_MIRRORED_BYTES,
	TMIRROR_A_STATS_TRUNCATED,
	TMIRROR_A_STATS_DROPPED,

	/* private: add attributes above here */
	__TMIRROR_A_STATS_MAX,
	TMIRROR_A_STATS_MAX = __TMIRROR_A_STATS_MAX - 1
};

/**
 * enum tmirror_attr_drop - copies that were not sent, by cause; each uint
 * @TMIRROR_A_DROP_NO_ROUTE: no route to the member, or the underlay's own
 *	rules (a firewall, an IPsec policy) refuse it
 * @TMIRROR_A_DROP_NO_MEMORY: no memory for the copy, or the packet is
 *	ciphertext on the wire and plaintext at the hook, which no copy is made
 *	of (IPsec, MACsec, TLS)
 * @TMIRROR_A_DROP_BACKLOG: too many bytes of copies in flight, or a queue of
 *	the underlay is full
 * @TMIRROR_A_DROP_RATE: over the session's rate
 * @TMIRROR_A_DROP_TOO_BIG: the route has no room for the outer headers and
 *	14 bytes, or a super-packet of more than 1,024 segments
 * @TMIRROR_A_DROP_DOWN: no member of the target is up
 */
enum tmirror_attr_drop {
	TMIRROR_A_DROP_NO_ROUTE = 1,
	TMIRROR_A_DROP_NO_MEMORY,
	TMIRROR_A_DROP_BACKLOG,
	TMIRROR_A_DROP_RATE,
	TMIRROR_A_DROP_TOO_BIG,
	TMIRROR_A_DROP_DOWN,

	/* private: add causes above here, and to stats.h */
	__TMIRROR_A_DROP_MAX,
	TMIRROR_A_DROP_MAX = __TMIRROR_A_DROP_MAX - 1
};

/**
 * enum tmirror_attr_explain - a packet, and what would become of it
 * @TMIRROR_A_EXPLAIN_IFINDEX: u32, the source; required
 * @TMIRROR_A_EXPLAIN_DIRECTION: u8, &enum tmirror_direction; required
 * @TMIRROR_A_EXPLAIN_PROTO: u8, IP protocol
 * @TMIRROR_A_EXPLAIN_SRC: binary of 4 or 16 bytes, source address
 * @TMIRROR_A_EXPLAIN_DST: binary of 4 or 16 bytes, destination address
 * @TMIRROR_A_EXPLAIN_SPORT: u16, source port
 * @TMIRROR_A_EXPLAIN_DPORT: u16, destination port. A packet with none of
 *	these five is not IP. An address not given is the unspecified one, of
 *	IPv4 if neither is given; a protocol not given beside ports is TCP,
 *	else 255; ports not given are 0.
 * @TMIRROR_A_EXPLAIN_REASON: u8 [out], &enum tmirror_reason
 * @TMIRROR_A_EXPLAIN_ACTION: u8 [out], &enum tmirror_action: is it mirrored
 * @TMIRROR_A_EXPLAIN_SESSION: string [out], the session that mirrors it; else
 *	the last one tried
 * @TMIRROR_A_EXPLAIN_RULE: u16 [out], number of the rule that decided there
 * @TMIRROR_A_EXPLAIN_TARGET: string [out], if mirrored
 * @TMIRROR_A_EXPLAIN_MEMBER: nested [out] &enum tmirror_attr_member, likewise
 * @TMIRROR_A_EXPLAIN_VNI: u32 [out], of this direction, likewise
 * @TMIRROR_A_EXPLAIN_LENGTH: u32 [out], the session's, likewise
 * @TMIRROR_A_EXPLAIN_PAYLOAD: u32 [out], the session's, likewise; neither: whole
 */
enum tmirror_attr_explain {
	TMIRROR_A_EXPLAIN_IFINDEX = 1,
	TMIRROR_A_EXPLAIN_DIRECTION,
	TMIRROR_A_EXPLAIN_PROTO,
	TMIRROR_A_EXPLAIN_SRC,
	TMIRROR_A_EXPLAIN_DST,
	TMIRROR_A_EXPLAIN_SPORT,
	TMIRROR_A_EXPLAIN_DPORT,
	TMIRROR_A_EXPLAIN_REASON,
	TMIRROR_A_EXPLAIN_ACTION,
	TMIRROR_A_EXPLAIN_SESSION,
	TMIRROR_A_EXPLAIN_RULE,
	TMIRROR_A_EXPLAIN_TARGET,
	TMIRROR_A_EXPLAIN_MEMBER,
	TMIRROR_A_EXPLAIN_VNI,
	TMIRROR_A_EXPLAIN_LENGTH,
	TMIRROR_A_EXPLAIN_PAYLOAD,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_EXPLAIN_MAX,
	TMIRROR_A_EXPLAIN_MAX = __TMIRROR_A_EXPLAIN_MAX - 1
};

/**
 * enum tmirror_attr_limits - limits of the network namespace, and their use
 * @TMIRROR_A_LIMITS_MEMORY: u32, 4096..2^30, bytes of copies in flight; 2^23 at
 *	first, and to raise it beyond that needs CAP_NET_ADMIN in the initial user
 *	namespace
 * @TMIRROR_A_LIMITS_SESSIONS: u32, sessions
 * @TMIRROR_A_LIMITS_TARGETS: u32, targets
 * @TMIRROR_A_LIMITS_FILTERS: u32, filters
 * @TMIRROR_A_LIMITS_RULES: u32, rules of one filter
 * @TMIRROR_A_LIMITS_USED_MEMORY: u32 [out], bytes of copies in flight now
 * @TMIRROR_A_LIMITS_USED_SESSIONS: u32 [out], sessions there are
 * @TMIRROR_A_LIMITS_USED_TARGETS: u32 [out], targets there are
 * @TMIRROR_A_LIMITS_USED_FILTERS: u32 [out], filters there are
 * @TMIRROR_A_LIMITS_LOOP: uint [out], copies recognised and let pass
 *
 * A limit below what is in use holds for what comes after.
 */
enum tmirror_attr_limits {
	TMIRROR_A_LIMITS_MEMORY = 1,
	TMIRROR_A_LIMITS_SESSIONS,
	TMIRROR_A_LIMITS_TARGETS,
	TMIRROR_A_LIMITS_FILTERS,
	TMIRROR_A_LIMITS_RULES,
	TMIRROR_A_LIMITS_USED_MEMORY,
	TMIRROR_A_LIMITS_USED_SESSIONS,
	TMIRROR_A_LIMITS_USED_TARGETS,
	TMIRROR_A_LIMITS_USED_FILTERS,
	TMIRROR_A_LIMITS_LOOP,

	/* private: add attributes above here, update the policy in genl.c */
	__TMIRROR_A_LIMITS_MAX,
	TMIRROR_A_LIMITS_MAX = __TMIRROR_A_LIMITS_MAX - 1
};

#endif /* _UAPI_LINUX_TMIRROR_H */
