# SPDX-License-Identifier: GPL-2.0
#
#   make              module, tools and plugin, for KDIR
#   make install      tools, plugin, manual pages, completion, service; the
#                     module through DKMS
#   make uninstall    undoes it
#   make demo         mirrors real traffic in a virtual machine, shows the copies
#   make check        runs every test; CHECK="static uml ..." runs some
#   make torture      the long form of tests; TORTURE="uml ..." on some kernels
#   make bench        what mirroring costs; BENCH="miss '60 B'" measures some
#   make clean
#
#   KDIR              kernel to build for: its headers' directory
#   DESTDIR, PREFIX, SBINDIR, MANDIR, BASHCOMPDIR, TCLIBDIR, UNITDIR

KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build), \
	$(lastword $(shell printf '%s\n' /lib/modules/*/build | sort -V)))

include dkms.conf
export VERSION := $(subst ",,$(PACKAGE_VERSION))
export PREFIX ?= /usr/local
UNITDIR ?= /etc/systemd/system
SOURCE := /usr/src/tmirror-$(VERSION)
DKMS := dkms -m tmirror -v $(VERSION)

# DKMS keeps what it built of an older source of the same version.
forget-module = $(if $(DESTDIR),,@! dkms status tmirror/$(VERSION) | grep -q . || $(DKMS) --all remove)

all: modules tools

modules:
	@test -e '$(KDIR)/Makefile' || { echo "no kernel headers at '$(KDIR)': install linux-headers or set KDIR" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools

clean:
	$(MAKE) -C tools clean
	rm -f *.o *.ko *.mod *.mod.c .*.cmd Module.symvers modules.order
	rm -f module/*.o module/.*.cmd module/.*.d

# To the kernel's Makefile, CHECK is the name of sparse.
check:
	env -u CHECK -u MAKEFLAGS tools/testing/check $(CHECK)

torture:
	env -u MAKEFLAGS tools/testing/torture $(TORTURE)

bench:
	tools/bench/bench $(BENCH)

demo:
	tools/demo/demo

install: tools
	@test '$(DESTDIR)' || command -v dkms >/dev/null || { echo "dkms is not installed" >&2; exit 1; }
	$(MAKE) -C tools install
	install -D -m 0644 tools/systemd/tmirror.service $(DESTDIR)$(UNITDIR)/tmirror.service
	sed -i 's|@SBINDIR@|$(or $(SBINDIR),$(PREFIX)/sbin)|' $(DESTDIR)$(UNITDIR)/tmirror.service
	install -D -m 0644 include/uapi/linux/tmirror.h $(DESTDIR)$(PREFIX)/include/linux/tmirror.h
	install -D -m 0644 include/netlink/tmirror.yaml $(DESTDIR)$(PREFIX)/share/tmirror/tmirror.yaml
	$(forget-module)
	rm -rf $(DESTDIR)$(SOURCE)
	install -d $(DESTDIR)$(SOURCE)/module $(DESTDIR)$(SOURCE)/include/uapi/linux/tc_act
	install -m 0644 dkms.conf Kbuild $(DESTDIR)$(SOURCE)/
	install -m 0644 module/*.[ch] module/compat.mk $(DESTDIR)$(SOURCE)/module/
	install -m 0644 include/uapi/linux/*.h $(DESTDIR)$(SOURCE)/include/uapi/linux/
	install -m 0644 include/uapi/linux/tc_act/*.h $(DESTDIR)$(SOURCE)/include/uapi/linux/tc_act/
ifeq ($(DESTDIR),)
	$(DKMS) add
	$(DKMS) -k "$$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)" \
		--kernelsourcedir $(KDIR) install
endif

uninstall:
	$(forget-module)
	rm -rf $(DESTDIR)$(SOURCE)
	rm -f $(DESTDIR)$(UNITDIR)/tmirror.service
	rm -f $(DESTDIR)$(PREFIX)/include/linux/tmirror.h
	rm -rf $(DESTDIR)$(PREFIX)/share/tmirror
	$(MAKE) -C tools uninstall

.PHONY: all modules tools clean check torture bench demo install uninstall
