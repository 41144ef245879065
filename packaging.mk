# How the program leaves this directory: as one static file, into a prefix,
# or as a Debian package.  Included by the Makefile.

DEPS_PACKAGE := debhelper dpkg-dev fakeroot lintian libcmocka-dev python3
DEPS_CHECK += mandoc

.PHONY: static install uninstall deb man

# The static program needs no library of the host.  src/static.c says which
# functions of the C library it must not use; any other of which the linker
# would warn fails here.
STATIC_INSTEAD := dlopen gethostbyname getaddrinfo freeaddrinfo getpwuid
STATIC_LDFLAGS := -static-pie -Wl,--fatal-warnings \
    $(STATIC_INSTEAD:%=-Wl,--wrap=%)

static: $(BUILD)/static/promptledger

$(BUILD)/static/promptledger: $(BUILD)/src/main.o $(BUILD)/src/static.o \
    $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) -o $@.new $^ $(LDLIBS) -lm
	$(Q)strip $@.new && mv $@.new $@

# The manual pages and the file of settings hold the program's own tables.
PAGES := $(BUILD)/man/promptledger.1 $(BUILD)/man/promptledger.conf.5 \
    $(BUILD)/man/promptledger.conf

man: $(PAGES)

$(BUILD)/man/fill: man/fill.c $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LDLIBS)

$(PAGES): $(BUILD)/man/%: man/% $(BUILD)/man/fill
	$(call say,MAN )
	$(Q)$(BUILD)/man/fill $< > $@

# make install PREFIX=/usr/local; each directory may be given alone, and all
# below DESTDIR.  Neither data nor settings are made or removed.
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
bindir ?= $(prefix)/bin
# A folder of its own: everything in a common cgi-bin is served at once.
cgidir ?= $(prefix)/lib/promptledger
sysconfdir ?= $(if $(filter /usr,$(prefix)),/etc,$(prefix)/etc)
mandir ?= $(prefix)/share/man
docdir ?= $(prefix)/share/doc/promptledger

INSTALL ?= install
INSTALLED = $(bindir)/promptledger $(cgidir)/promptledger.fcgi \
    $(sysconfdir)/apache2/conf-available/promptledger.conf \
    $(sysconfdir)/lighttpd/conf-available/50-promptledger.conf \
    $(mandir)/man1/promptledger.1 $(mandir)/man5/promptledger.conf.5
DOCUMENTS := README.md $(wildcard docs/*.md)
EXAMPLES := apache-conf/htaccess apache-conf/mod_fcgid.conf \
    apache-conf/mod_proxy_fcgi.conf apache-conf/plain-cgi.conf \
    lighttpd-conf/spawned.conf lighttpd-conf/external.conf

# What runs is replaced by renaming, as an upgrade must.  Files in
# conf-available are replaced, too: to change one, copy it to another name.
install: all man
	$(Q)for server in apache lighttpd; do \
	    sed 's|@cgidir@|$(cgidir)|g' $$server-conf/conf-available.conf > \
	    $(BUILD)/$$server.conf || exit 1; done
	$(Q)for file in $(INSTALLED) $(docdir)/examples/x; do \
	    $(INSTALL) -d "$(DESTDIR)$${file%/*}" || exit 1; done
	$(Q)$(INSTALL) -m 755 $(BUILD)/promptledger \
	    "$(DESTDIR)$(bindir)/promptledger.new"
	$(Q)mv "$(DESTDIR)$(bindir)/promptledger.new" \
	    "$(DESTDIR)$(bindir)/promptledger"
	$(Q)ln -sf "$(bindir)/promptledger" \
	    "$(DESTDIR)$(cgidir)/promptledger.fcgi"
	$(Q)$(INSTALL) -m 644 $(BUILD)/apache.conf \
	    "$(DESTDIR)$(sysconfdir)/apache2/conf-available/promptledger.conf"
	$(Q)$(INSTALL) -m 644 $(BUILD)/lighttpd.conf \
	    "$(DESTDIR)$(sysconfdir)/lighttpd/conf-available/50-promptledger.conf"
	$(Q)$(INSTALL) -m 644 $(BUILD)/man/promptledger.1 \
	    "$(DESTDIR)$(mandir)/man1"
	$(Q)$(INSTALL) -m 644 $(BUILD)/man/promptledger.conf.5 \
	    "$(DESTDIR)$(mandir)/man5"
	$(Q)$(INSTALL) -m 644 $(DOCUMENTS) "$(DESTDIR)$(docdir)"
	$(Q)$(INSTALL) -m 644 $(EXAMPLES) $(BUILD)/man/promptledger.conf \
	    "$(DESTDIR)$(docdir)/examples"

# Directories go when nothing is left in them.
uninstall:
	$(Q)rm -f $(INSTALLED:%="$(DESTDIR)%")
	$(Q)for file in $(notdir $(DOCUMENTS)); do \
	    rm -f "$(DESTDIR)$(docdir)/$$file"; done
	$(Q)for file in promptledger.conf $(notdir $(EXAMPLES)); do \
	    rm -f "$(DESTDIR)$(docdir)/examples/$$file"; done
	$(Q)rmdir "$(DESTDIR)$(cgidir)" "$(DESTDIR)$(docdir)/examples" \
	    "$(DESTDIR)$(docdir)" 2>/dev/null || true

# Source and binary package, checked by lintian, in build/deb.
DEB_VERSION := $(VERSION)
DEB_TREE := build/deb/promptledger-$(DEB_VERSION)
deb:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_PACKAGE)
	$(Q)rm -rf build/deb && mkdir -p $(DEB_TREE)
	$(Q)tar -c --exclude-vcs --exclude=./build --exclude=./var \
	    --exclude=./cgi-bin --exclude=__pycache__ --exclude=.pytest_cache \
	    --exclude=./debian . | tar -x -C $(DEB_TREE)
	$(Q)cd build/deb && tar --sort=name --owner=0 --group=0 --numeric-owner \
	    -cJf promptledger_$(DEB_VERSION).orig.tar.xz \
	    promptledger-$(DEB_VERSION)
	$(Q)cp -r debian $(DEB_TREE)/debian
	$(Q)cd $(DEB_TREE) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	    dpkg-buildpackage --build=full -us -uc
	$(Q)lintian --fail-on error,warning --info --allow-root \
	    build/deb/*.changes
	@ls -l build/deb/*.deb
