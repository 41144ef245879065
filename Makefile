# promptledger: see README.md.  The targets a person needs:
#
#   make run      dependencies, build, sample data, lighttpd on 127.0.0.1:8080
#   make check    dependencies, and every test that takes under a minute
#   make          the binary: build/promptledger and cgi-bin/promptledger.fcgi
#   make lint     clang-format, clang-tidy, cppcheck
#   make bench    rates as ratios, against floors, in one table
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
LDLIBS := -lfcgi -ljson-c -lsqlite3 -lsodium -lcrypto
ifneq ($(SANITIZE),)
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -O1
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

# main.c is the program; everything else is also linked into the unit tests.
SOURCES := $(sort $(filter-out src/main.c,$(wildcard src/*/*.c src/*/*/*.c)))
HEADERS := $(sort $(wildcard src/*/*.h src/*/*/*.h))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
GENERATED := $(BUILD)/gen/statement_names.h $(BUILD)/gen/statement_table.h \
    $(BUILD)/gen/migration_table.h
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))

PYTHON := /usr/bin/python3

.PHONY: all run check check-unit check-e2e check-long layers lint bench deps \
    clean format sanitize
.DELETE_ON_ERROR:

all: $(BUILD)/promptledger

$(BUILD)/promptledger: $(BUILD)/src/main.o $(BUILD)/libpromptledger.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
	$(if $(SANITIZE),,cp $@ cgi-bin/promptledger.fcgi.new && \
	    mv cgi-bin/promptledger.fcgi.new cgi-bin/promptledger.fcgi)

$(BUILD)/libpromptledger.a: $(OBJECTS)
	rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# SQL becomes C: an enum of statement names, a table of their texts, and the
# schema in the order in which it is applied.
$(BUILD)/gen/statement_names.h: sql/embed.awk $(wildcard sql/queries/*.sql)
	@mkdir -p $(@D)
	awk -v want=names -f sql/embed.awk $(sort $(wildcard sql/queries/*.sql)) > $@

$(BUILD)/gen/statement_table.h: sql/embed.awk $(wildcard sql/queries/*.sql)
	@mkdir -p $(@D)
	awk -v want=table -f sql/embed.awk $(sort $(wildcard sql/queries/*.sql)) > $@

$(BUILD)/gen/migration_table.h: sql/embed.awk sql/schema.sql \
    $(wildcard sql/triggers/*.sql sql/migrations/*.sql)
	@mkdir -p $(@D)
	awk -v want=migrations -f sql/embed.awk sql/schema.sql \
	    $(sort $(wildcard sql/triggers/*.sql)) \
	    $(sort $(wildcard sql/migrations/*.sql)) > $@

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libpromptledger.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -MF $@.d -o $@ $< \
	    $(BUILD)/libpromptledger.a $(ALL_LDFLAGS) $(LDLIBS) -lcmocka

check-unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do echo "== $$t"; $$t || exit 1; done

clean:
	rm -rf build cgi-bin/promptledger.fcgi

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(UNIT_TESTS:%=%.d)
