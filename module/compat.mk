# SPDX-License-Identifier: GPL-2.0
# Flags for every object of the module and of its tests. Whose Kbuild is not at
# the tree's top says in tmirror-top where that is.
#
# The kernel's headers do not say all that compat.h needs to know in macros
# that the preprocessor could ask for. What they leave unsaid is looked up in
# their text: the symbol, never the version, as stable trees backport.
has = $(shell grep -qsw '$(1)' $(srctree)/include/$(2) && echo -D$(3))

tmirror-top ?= $(src)

ccflags-y += -I$(tmirror-top)/include/uapi
ccflags-y += -include $(tmirror-top)/module/compat.h
ccflags-y += $(call has,flowi4_dscp,net/flow.h,HAVE_FLOWI4_DSCP)
ccflags-y += $(call has,ipv6_stub,net/ipv6_stubs.h,HAVE_IPV6_STUB)
ccflags-y += $(call has,skb_gso_segment,net/gso.h,HAVE_NET_GSO)
ccflags-y += $(call has,skb_frag_ref,linux/skbuff_ref.h,HAVE_SKBUFF_REF)
ccflags-y += $(call has,genl_info_dump,net/genetlink.h,HAVE_GENL_INFO_DUMP)
ccflags-y += $(call has,nla_put_uint,net/netlink.h,HAVE_NLA_PUT_UINT)
ccflags-y += $(call has,genl_split_ops,net/genetlink.h,HAVE_GENL_SPLIT_OPS)
ccflags-y += $(call has,bool netdev_xmit_skip_txqueue,linux/rtnetlink.h,HAVE_XMIT_NESTED_SKIP_TXQUEUE)
ccflags-y += $(call has,skb_at_tc_egress,net/sch_generic.h,HAVE_SKB_AT_TC_EGRESS)
ccflags-y += $(call has,__crc32c_le,linux/crc32.h,HAVE_CRC32C_LE)
ccflags-y += $(call has,IPSTATS_MIB_OUTREQUESTS,uapi/linux/snmp.h,HAVE_MIB_OUTREQUESTS)
ccflags-y += $(call has,skb_is_decrypted,linux/skbuff.h,HAVE_SKB_IS_DECRYPTED)
ccflags-y += $(call has,skb_frags_readable,linux/skbuff.h,HAVE_SKB_FRAGS_READABLE)
ccflags-y += $(call has,gso_ipv4_max_size,linux/netdevice.h,HAVE_GSO_IPV4_MAX_SIZE)
ccflags-y += $(call has,SKB_GSO_TCP_FIXEDID_INNER,linux/skbuff.h,HAVE_GSO_TCP_FIXEDID_INNER)
