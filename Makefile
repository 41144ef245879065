# promptledger: see README.md.  The targets a person needs:
#
#   make run      dependencies, build, sample data, lighttpd on 127.0.0.1:8080
#   make check    dependencies, and every test but those of check-long
#   make          the binary: build/promptledger and cgi-bin/promptledger.fcgi
#   make lint     clang-format, clang-tidy, cppcheck
#   make check-long  what takes minutes more: the families under valgrind,
#                 make fuzz, make check-faults (docs/RELIABILITY.md), and the
#                 package in a Debian of its own
#   make fuzz     each fuzz target for FUZZ_SECONDS=60
#   make bench    rates as ratios, beside floors and peers, in one table;
#                 bench-disk: with a slow disk; bench-scale: a large database;
#                 bench-peers first, once, installs PHP's and Node's
#   make bench-download  audio against static files of the same lighttpd
#   make static   one file that needs no library: build/static/promptledger
#   make install  DESTDIR= PREFIX=; see packaging.mk; make uninstall
#   make deb      the Debian package, in build/deb
#
# SANITIZE=address,undefined or SANITIZE=thread builds into a folder of its
# own; CC=clang works too.

VERSION := 0.1.0

CC ?= gcc
SANITIZE ?=
comma := ,
BUILD := build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wvla -Wwrite-strings
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -D_GNU_SOURCE \
    -DPROMPTLEDGER_VERSION='"$(VERSION)"' -Isrc -I$(BUILD)/gen \
    -fstack-protector-strong -pthread $(WARNINGS) $(CFLAGS)
ALL_LDFLAGS := -pthread $(LDFLAGS)
LDLIBS := -lfcgi -lsqlite3 -lsodium -lcrypto
ifneq ($(SANITIZE),)
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined \
    -fno-omit-frame-pointer -O1
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

# main.c is the program; everything else is also linked into the unit tests.
SOURCES := $(sort $(filter-out src/main.c,$(wildcard src/*/*.c src/*/*/*.c)))
# What is not in the library.
PROGRAMS := src/main.c src/static.c man/fill.c
HEADERS := $(sort $(wildcard src/*/*.h src/*/*/*.h))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
GENERATED := $(BUILD)/gen/statement_names.h $(BUILD)/gen/statement_table.h \
    $(BUILD)/gen/migration_table.h $(BUILD)/gen/openapi_table.h
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))

PYTHON := /usr/bin/python3
PARALLEL := -j$(shell nproc)

# One short line a step; `make V=1` shows the commands.
ifeq ($(V),)
Q := @
say = @echo "  $(1) $@";
else
Q :=
say =
endif

.PHONY: all run check check-all check-unit check-e2e check-long check-faults \
    unit-tests fuzz fuzz-targets fuzz-replays layers lint format bench \
    bench-disk bench-scale bench-download bench-peers bench-deps deps clean
.DELETE_ON_ERROR:

all: $(BUILD)/promptledger

$(BUILD)/promptledger: $(BUILD)/src/main.o $(BUILD)/libpromptledger.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
	$(if $(SANITIZE),,mkdir -p cgi-bin && cp $@ cgi-bin/promptledger.fcgi.new && \
	    mv cgi-bin/promptledger.fcgi.new cgi-bin/promptledger.fcgi)

$(BUILD)/libpromptledger.a: $(OBJECTS)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: %.c $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# SQL becomes C: an enum of statement names, a table of their texts, and the
# schema in the order in which it is applied.
$(BUILD)/gen/statement_names.h: sql/embed.awk $(wildcard sql/queries/*.sql)
	@mkdir -p $(@D)
	$(Q)awk -v want=names -f sql/embed.awk $(sort $(wildcard sql/queries/*.sql)) > $@

$(BUILD)/gen/statement_table.h: sql/embed.awk $(wildcard sql/queries/*.sql)
	@mkdir -p $(@D)
	$(Q)awk -v want=table -f sql/embed.awk $(sort $(wildcard sql/queries/*.sql)) > $@

$(BUILD)/gen/migration_table.h: sql/embed.awk sql/schema.sql \
    $(wildcard sql/triggers/*.sql sql/migrations/*.sql)
	@mkdir -p $(@D)
	$(Q)awk -v want=migrations -f sql/embed.awk sql/schema.sql \
	    $(sort $(wildcard sql/triggers/*.sql)) \
	    $(sort $(wildcard sql/migrations/*.sql)) > $@

# What the OpenAPI document says beyond the tables.
OPENAPI := $(sort $(wildcard src/api/openapi/*.json))
$(BUILD)/gen/openapi_table.h: src/api/openapi/embed.awk $(OPENAPI)
	@mkdir -p $(@D)
	$(Q)awk -f src/api/openapi/embed.awk $(OPENAPI) > $@

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -MF $@.d -o $@ $< \
	    $(BUILD)/libpromptledger.a $(ALL_LDFLAGS) $(LDLIBS) -lcmocka

# What each step needs, as Debian packages.
DEPS_BUILD := gcc libc6-dev libfcgi-dev libsqlite3-dev \
    libsodium-dev libssl-dev
DEPS_RUN := lighttpd curl
DEPS_CHECK := spawn-fcgi apache2 libapache2-mod-fcgid libcmocka-dev \
    libapache2-mod-xsendfile nginx-light python3 python3-pytest lame \
    python3-jsonschema python3-yaml openssl
DEPS_LONG := valgrind debootstrap
DEPS_LINT := clang clang-format clang-tidy cppcheck
DEPS_BENCH := wrk python3
DEPS_PEERS := php-fpm php-sqlite3

deps:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)

# A first build knows of its libraries only after they were installed, so the
# rest is a make of its own.
run:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN)
	@$(MAKE) $(PARALLEL) --no-print-directory all
	@tests/demo/run.sh $(ONCE)

check:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)
	@$(MAKE) $(PARALLEL) --no-print-directory all unit-tests static man
	@$(MAKE) --no-print-directory check-all

# The sanitizers' builds run the same unit tests, under ThreadSanitizer only
# those with threads; and the fuzz targets, each over its corpus.
THREADED := test_txn test_readers test_fcgi test_search test_jwt_keys
check-all: all layers unit-tests
	@$(MAKE) $(PARALLEL) --no-print-directory SANITIZE=address,undefined unit-tests fuzz-replays
	@$(MAKE) $(PARALLEL) --no-print-directory SANITIZE=thread unit-tests
	@$(PYTHON) tests/check.py $(UNIT_TESTS) \
	    $(UNIT_TESTS:build/tests/%=build/address-undefined/tests/%) \
	    $(THREADED:%=build/thread/tests/%) \
	    $(FUZZ_TARGETS:%=build/address-undefined/tests/fuzz_%) \
	    --e2e tests/e2e

unit-tests: $(if $(filter thread,$(SANITIZE)),$(THREADED:%=$(BUILD)/tests/%),$(UNIT_TESTS))

check-unit: unit-tests
	@$(PYTHON) tests/check.py $(UNIT_TESTS)

check-e2e: all
	@$(PYTHON) tests/check.py --e2e tests/e2e

# What takes minutes more: the families under valgrind, the Debian package in
# a Debian of its own (this needs root).
VALGRIND_TESTS := story px0 admin promptcrafter voice
check-long:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK) $(DEPS_LONG)
	@$(MAKE) $(PARALLEL) --no-print-directory all
	@tests/valgrind.sh $(VALGRIND_TESTS:%=tests/e2e/test_%.py)
	@$(MAKE) --no-print-directory fuzz
	@$(MAKE) --no-print-directory check-faults
	@$(MAKE) --no-print-directory deb
	@if [ $$(id -u) -eq 0 ]; then \
	    $(PYTHON) tests/check.py --e2e tests/package; \
	else echo 'tests/package: not run, it needs root'; fi

.PHONY: openapi lint-openapi
# docs/openapi.yaml, from the tables; a test holds it against them.
openapi: all
	@tests/deps.sh python3 python3-yaml
	@mkdir -p docs
	$(BUILD)/promptledger openapi | $(PYTHON) src/api/openapi/to_yaml.py \
	    > $(BUILD)/openapi.yaml
	mv $(BUILD)/openapi.yaml docs/openapi.yaml

# What a linter for such documents finds, at docs/openapi.yaml.  It comes from
# npm into build/npm; without node or the registry it is not run, and says so.
REDOCLY := @redocly/cli@2.77.0
lint-openapi:
	@tests/lint_openapi.sh $(REDOCLY)
# What docs/RELIABILITY.md tells of, in full: 200 kills, every call and every
# allocation failing, a database locked for a minute.
FAULT_TESTS := crash file_faults memory_faults store_trouble serial
check-faults:
	@PROMPTLEDGER_KILLS=200 PROMPTLEDGER_FAULTS_EVERY=1 \
	    PROMPTLEDGER_CHECKPOINT_EVERY=11 PROMPTLEDGER_LOCKED_S=60 \
	    $(PYTHON) tests/check.py --pytest=-s \
	    $(FAULT_TESTS:%=--e2e tests/e2e/test_%.py)

layers: $(GENERATED)
	@$(PYTHON) tests/layers.py $(CC) $(ALL_CFLAGS)

lint: $(GENERATED)
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_LINT)
	clang-format --dry-run -Werror $(SOURCES) $(PROGRAMS) $(HEADERS) \
	    $(wildcard tests/unit/*.[ch])
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability -Isrc -I$(BUILD)/gen src
	clang-tidy --quiet --warnings-as-errors='*' $(SOURCES) $(PROGRAMS) -- \
	    -std=c11 -D_GNU_SOURCE -Isrc -I$(BUILD)/gen \
	    -DPROMPTLEDGER_VERSION='"$(VERSION)"'

format:
	clang-format -i $(SOURCES) $(PROGRAMS) $(HEADERS) \
	    $(wildcard tests/unit/*.[ch])

# What nobody would send: each target of tests/fuzz for FUZZ_SECONDS.  clang's
# libFuzzer makes it up, from the committed corpus on; what it finds, and what
# it keeps for the next time, lands in build/fuzz.  `make check` gives each
# target its corpus alone (tests/fuzz/replay.c), with any compiler.
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz_%)
FUZZ_HEADERS := $(wildcard tests/fuzz/*.h)
FUZZ_BUILD := build/fuzzer-no-link-address-undefined
FUZZ_SECONDS ?= 60
fuzz:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_LINT)
	@$(MAKE) $(PARALLEL) --no-print-directory CC=clang \
	    SANITIZE=fuzzer-no-link,address,undefined fuzz-targets
	@$(PYTHON) tests/fuzz/run.py --seconds $(FUZZ_SECONDS) \
	    $(FUZZ_TARGETS:%=$(FUZZ_BUILD)/fuzz/%)

fuzz-targets: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_HEADERS) $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< -fsanitize=fuzzer \
	    $(BUILD)/libpromptledger.a $(ALL_LDFLAGS) $(LDLIBS)

$(BUILD)/tests/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c \
    $(FUZZ_HEADERS) $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) -DFUZZ_CORPUS='"tests/fuzz/corpus/$*"' \
	    -o $@ $(filter %.c %.a,$^) $(ALL_LDFLAGS) $(LDLIBS) -lcmocka

fuzz-replays: $(FUZZ_REPLAYS)

# What is measured, and the variables that say how long: tests/bench/run.py.
bench: bench-deps
	$(PYTHON) tests/bench/run.py

bench-disk: bench-deps
	$(PYTHON) tests/bench/run.py --disk

bench-scale: bench-deps
	$(PYTHON) tests/bench/scale.py

# The peers are measured where PHP and Node are installed; bench-peers installs
# them.  A Node that is there already may come from elsewhere than Debian.
bench-deps:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_BENCH)
	@$(MAKE) $(PARALLEL) --no-print-directory all static
	@tests/bench/peers/install.sh build/bench/node

bench-peers:
	@tests/deps.sh $(DEPS_PEERS) \
	    $(if $(shell command -v npm),,nodejs npm libnode-dev g++)
	@tests/bench/peers/install.sh build/bench/node

bench-download: bench-deps
	$(PYTHON) tests/bench/download.py

include packaging.mk

clean:
	rm -rf build cgi-bin/promptledger.fcgi

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(BUILD)/src/static.d $(UNIT_TESTS:%=%.d)
