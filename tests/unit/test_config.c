/* SPDX-License-Identifier: MIT */
#include "base/config.h"

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct place {
	char top[PATH_MAX];
	char data[PATH_MAX + 8];
	char file[PATH_MAX + 32]; /* the data directory's promptledger.conf */
	struct arena *arena;
	struct failure failure;
	struct config config;
};

/* What the tests set, or what whoever runs them may have set. */
static const char *const variables[] = {
	"PROMPTLEDGER_CONFIG",
	"PROMPTLEDGER_DATA",
	"PROMPTLEDGER_THREADS",
	"PROMPTLEDGER_SIGNUP",
	"PROMPTLEDGER_LOG",
	"PROMPTLEDGER_SYNCHRONOUS",
	"PROMPTLEDGER_OTHER",
	"HTTP_PROMPTLEDGER_THREADS",
	"XDG_STATE_HOME",
};

static void
clear_environment(void)
{
	size_t i;

	for (i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct place *p = calloc(1, sizeof(*p));

	clear_environment();
	snprintf(p->top, sizeof(p->top), "%s/promptledger-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(p->top) == NULL)
		return -1;
	snprintf(p->data, sizeof(p->data), "%s/data", p->top);
	snprintf(p->file, sizeof(p->file), "%s/promptledger.conf", p->data);
	mkdir(p->data, 0700);
	p->arena = arena_new();
	*state = p;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int
teardown(void **state)
{
	struct place *p = *state;

	clear_environment();
	arena_free(p->arena);
	nftw(p->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(p);
	return 0;
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static enum err
load(struct place *p)
{
	return config_load(&p->config, p->data, p->arena, &p->failure);
}

static void
without_any_source_the_defaults_hold(void **state)
{
	struct place *p = *state;

	assert_int_equal(load(p), ERR_NONE);
	assert_string_equal(p->config.data, p->data);
	assert_string_equal(p->config.base, "");
	assert_string_equal(p->config.public_url, "");
	assert_int_equal(p->config.threads, 16);
	assert_string_equal(p->config.synchronous, "full");
	assert_int_equal(p->config.lock_ms, 5000);
	assert_int_equal(p->config.body_max_bytes, 1048576);
	assert_int_equal(p->config.audio_max_bytes, 10485760);
	assert_int_equal(p->config.session_hours, 24);
	assert_string_equal(p->config.signup, "open");
	assert_string_equal(p->config.delete_in_use, "allow");
	assert_string_equal(p->config.log, "all");
}

static void
every_default_lies_in_its_own_range(void **state)
{
	const struct config_setting *s;
	size_t count = 0;

	(void)state;
	for (s = config_settings(); s->name != NULL; s++, count++) {
		assert_non_null(s->fallback);
		assert_non_null(s->help);
		if (s->type == CONFIG_INTEGER)
			assert_in_range(
			    strtoll(s->fallback, NULL, 10), s->min, s->max);
		if (s->type == CONFIG_CHOICE)
			assert_non_null(strstr(s->choices, s->fallback));
	}
	assert_true(count >= 11);
}

static void
later_sources_win(void **state)
{
	struct place *p = *state;
	const char *const env[] = { "PROMPTLEDGER_THREADS=4", "SERVER_NAME=x",
		NULL };

	write_file(p->file, "threads = 2\nsession_hours = 5\n");
	assert_int_equal(load(p), ERR_NONE);
	assert_int_equal(p->config.threads, 2);
	setenv("PROMPTLEDGER_THREADS", "3", 1);
	assert_int_equal(load(p), ERR_NONE);
	assert_int_equal(p->config.threads, 3);
	assert_int_equal(
	    config_apply_env(&p->config, env, p->arena, &p->failure), ERR_NONE);
	assert_int_equal(p->config.threads, 4);
	assert_int_equal(p->config.session_hours, 5);
}

static const struct config_setting *
setting(const char *name)
{
	const struct config_setting *s = config_settings();

	while (s->name != NULL && strcmp(s->name, name) != 0)
		s++;
	assert_non_null(s->name);
	return s;
}

static void
assert_holds(
    struct place *p, const char *name, const char *value, const char *source)
{
	const struct config_setting *s = setting(name);

	assert_string_equal(config_value(&p->config, s, p->arena), value);
	assert_string_equal(config_source(&p->config, s), source);
}

static void
each_value_knows_its_source(void **state)
{
	struct place *p = *state;
	const char *const env[] = { "PROMPTLEDGER_LOCK_MS=9", NULL };
	char line[PATH_MAX + 64];

	write_file(p->file, "# one\nthreads = 2\n\nbase = /ledger/\n");
	setenv("PROMPTLEDGER_LOG", "off", 1);
	assert_int_equal(load(p), ERR_NONE);
	assert_int_equal(
	    config_apply_env(&p->config, env, p->arena, &p->failure), ERR_NONE);
	assert_holds(p, "data", p->data, "--data");
	snprintf(line, sizeof(line), "%s:2", p->file);
	assert_holds(p, "threads", "2", line);
	snprintf(line, sizeof(line), "%s:4", p->file);
	assert_holds(p, "base", "/ledger", line);
	assert_holds(p, "log", "off", "environment");
	assert_holds(p, "lock_ms", "9", "environment");
	assert_holds(p, "signup", "open", "default");

	setenv("PROMPTLEDGER_THREADS", "3", 1);
	assert_int_equal(load(p), ERR_NONE);
	assert_holds(p, "threads", "3", "environment");
	assert_holds(p, "lock_ms", "5000", "default");
}

static void
a_file_may_hold_blanks_comments_and_foreign_line_ends(void **state)
{
	struct place *p = *state;

	write_file(p->file,
	    "# a comment\n\n   \t\n  threads=2\r\nSIGNUP =  closed  \n"
	    "\t# threads = 9\npublic_url = https://example.org/a=b/\n"
	    "base = /ledger/\nlock_ms = 7");
	assert_int_equal(load(p), ERR_NONE);
	assert_int_equal(p->config.threads, 2);
	assert_string_equal(p->config.signup, "closed");
	assert_string_equal(p->config.public_url, "https://example.org/a=b");
	assert_string_equal(p->config.base, "/ledger");
	assert_int_equal(p->config.lock_ms, 7); /* no newline at the end */
}

static const struct {
	int line;
	const char *file;
	int at;           /* the line at fault */
	const char *says; /* a part of the message */
} refused[] = {
	{ __LINE__, "thread = 2\n", 1, "unknown setting thread" },
	{ __LINE__, "# one\n\nthreads = 2\nnonsense = 1\nthreads = 0\n", 4,
	    "unknown setting nonsense" },
	{ __LINE__, "data = /elsewhere\n", 1, "unknown setting data" },
	{ __LINE__, "threads\n", 1, "`name = value` is wanted" },
	{ __LINE__, "= 2\n", 1, "unknown setting" },
	{ __LINE__, "threads =\n", 1, "threads: a number from 1 to 256" },
	{ __LINE__, "threads = 0\n", 1, "a number from 1 to 256" },
	{ __LINE__, "threads = 257\n", 1, "a number from 1 to 256" },
	{ __LINE__, "threads = -1\n", 1, "a number from 1 to 256" },
	{ __LINE__, "threads = 2x\n", 1, "a number" },
	{ __LINE__, "threads = 2.5\n", 1, "a number" },
	{ __LINE__, "threads = 99999999999999999999\n", 1, "a number" },
	{ __LINE__, "log = all\nlock_ms = 0\n", 2, "lock_ms: a number" },
	{ __LINE__, "body_max_bytes = 1023\n", 1, "body_max_bytes: a number" },
	{ __LINE__, "signup = maybe\n", 1, "signup: one of these is wanted" },
	{ __LINE__, "signup = OPEN\n", 1, "signup: one of these is wanted" },
	{ __LINE__, "signup = ope\n", 1,
	    "one of these is wanted: open closed" },
	{ __LINE__, "signup = open closed\n", 1, "one of these" },
	{ __LINE__, "synchronous =\n", 1,
	    "one of these is wanted: full normal" },
	{ __LINE__, "base = ledger\n", 1, "base: a path that begins with /" },
	{ __LINE__, "public_url = a\tb\n", 1,
	    "public_url: control characters" },
};

static void
a_bad_line_is_refused_with_file_and_line(void **state)
{
	struct place *p = *state;
	char where[PATH_MAX + 64];
	size_t i;

	for (i = 0; i < COUNT(refused); i++) {
		write_file(p->file, refused[i].file);
		p->config.threads = 123;
		if (load(p) == ERR_NONE)
			fail_msg("line %d: accepted", refused[i].line);
		assert_int_equal(p->config.threads, 123); /* untouched */
		snprintf(
		    where, sizeof(where), "%s:%d: ", p->file, refused[i].at);
		if (strncmp(p->failure.detail, where, strlen(where)) != 0 ||
		    strstr(p->failure.detail, refused[i].says) == NULL)
			fail_msg(
			    "line %d: %s", refused[i].line, p->failure.detail);
	}
}

static void
a_named_file_replaces_the_one_beside_the_data(void **state)
{
	struct place *p = *state;
	char other[PATH_MAX + 32];

	snprintf(other, sizeof(other), "%s/other.conf", p->top);
	write_file(p->file, "threads = 2\nsession_hours = 5\n");
	write_file(other, "threads = 3\n");
	setenv("PROMPTLEDGER_CONFIG", other, 1);
	assert_int_equal(load(p), ERR_NONE);
	assert_int_equal(p->config.threads, 3);
	assert_int_equal(p->config.session_hours, 24);
}

static void
a_named_file_that_is_missing_is_refused(void **state)
{
	struct place *p = *state;
	char other[PATH_MAX + 32];

	snprintf(other, sizeof(other), "%s/missing.conf", p->top);
	setenv("PROMPTLEDGER_CONFIG", other, 1);
	assert_int_not_equal(load(p), ERR_NONE);
	assert_non_null(strstr(p->failure.detail, other));
}

static void
a_file_that_cannot_be_read_is_refused(void **state)
{
	struct place *p = *state;

	/* A folder opens, and fails to be read. */
	assert_int_equal(mkdir(p->file, 0700), 0);
	assert_int_not_equal(load(p), ERR_NONE);
	assert_non_null(strstr(p->failure.detail, p->file));
}

static void
a_bad_value_in_the_environment_is_refused_by_name(void **state)
{
	struct place *p = *state;

	setenv("PROMPTLEDGER_THREADS", "many", 1);
	assert_int_not_equal(load(p), ERR_NONE);
	assert_non_null(strstr(p->failure.detail, "PROMPTLEDGER_threads"));
	assert_non_null(strstr(p->failure.detail, "environment"));
}

static void
names_that_clients_influence_configure_nothing(void **state)
{
	struct place *p = *state;
	const char *const env[] = { "HTTP_PROMPTLEDGER_THREADS=3",
		"HTTP_THREADS=3", "THREADS=3", "PROMPTLEDGER_THREADS",
		"XPROMPTLEDGER_THREADS=3", "PROMPTLEDGER_=3", NULL };
	int64_t before;

	assert_int_equal(load(p), ERR_NONE);
	before = p->config.threads;
	assert_int_equal(
	    config_apply_env(&p->config, env, p->arena, &p->failure), ERR_NONE);
	assert_int_equal(p->config.threads, before);
}

static void
foreign_names_with_our_prefix_are_left_alone(void **state)
{
	struct place *p = *state;

	setenv("PROMPTLEDGER_OTHER", "anything", 1);
	assert_int_equal(load(p), ERR_NONE);
}

static void
the_data_directory_comes_from_the_first_that_names_it(void **state)
{
	struct place *p = *state;
	char state_home[PATH_MAX + 32], expected[PATH_MAX + 64];

	snprintf(state_home, sizeof(state_home), "%s/state", p->top);
	setenv("XDG_STATE_HOME", state_home, 1);
	assert_int_equal(
	    config_load(&p->config, NULL, p->arena, &p->failure), ERR_NONE);
	snprintf(expected, sizeof(expected), "%s/promptledger", state_home);
	assert_string_equal(p->config.data, expected);

	setenv("PROMPTLEDGER_DATA", p->top, 1);
	assert_int_equal(
	    config_load(&p->config, NULL, p->arena, &p->failure), ERR_NONE);
	assert_string_equal(p->config.data, p->top);

	assert_int_equal(load(p), ERR_NONE); /* --data */
	assert_string_equal(p->config.data, p->data);
}

static void
without_any_name_the_data_lies_beside_the_installation(void **state)
{
	struct place *p = *state;
	size_t len;

	assert_int_equal(
	    config_load(&p->config, NULL, p->arena, &p->failure), ERR_NONE);
	assert_int_equal(p->config.data[0], '/');
	len = strlen(p->config.data);
	assert_true(len > 4);
	assert_string_equal(p->config.data + len - 4, "/var");
}

static void
a_relative_data_directory_becomes_absolute_or_is_refused(void **state)
{
	struct place *p = *state;
	char cwd[PATH_MAX], expected[PATH_MAX + 16];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(expected, sizeof(expected), "%s/some/where", cwd);
	assert_int_equal(
	    config_load(&p->config, "some/where", p->arena, &p->failure),
	    ERR_NONE);
	assert_string_equal(p->config.data, expected);
	/* A web server's working directory is nobody's choice. */
	setenv("PROMPTLEDGER_DATA", "some/where", 1);
	assert_int_not_equal(
	    config_load(&p->config, NULL, p->arena, &p->failure), ERR_NONE);
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(without_any_source_the_defaults_hold),
		place_test(every_default_lies_in_its_own_range),
		place_test(later_sources_win),
		place_test(each_value_knows_its_source),
		place_test(
		    a_file_may_hold_blanks_comments_and_foreign_line_ends),
		place_test(a_bad_line_is_refused_with_file_and_line),
		place_test(a_named_file_replaces_the_one_beside_the_data),
		place_test(a_named_file_that_is_missing_is_refused),
		place_test(a_file_that_cannot_be_read_is_refused),
		place_test(a_bad_value_in_the_environment_is_refused_by_name),
		place_test(names_that_clients_influence_configure_nothing),
		place_test(foreign_names_with_our_prefix_are_left_alone),
		place_test(
		    the_data_directory_comes_from_the_first_that_names_it),
		place_test(
		    without_any_name_the_data_lies_beside_the_installation),
		place_test(
		    a_relative_data_directory_becomes_absolute_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
