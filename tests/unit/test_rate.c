/* SPDX-License-Identifier: MIT */
#include "domain/rate.h"

#include "scratch.h"

#include <sodium.h>
#include <sys/stat.h>

#define NOW_MS INT64_C(1700000000000)

static struct rate_table *
open_table(struct scratch *s)
{
	struct rate_table *table;

	assert_int_equal(rate_open(s->top, &table, &s->failure), ERR_NONE);
	return table;
}

static int
take_some(struct rate_table *table, const char *token, int tries)
{
	struct rate rate;
	int i, taken = 0;

	for (i = 0; i < tries; i++)
		taken += rate_take(table, token, 30, NOW_MS, &rate);
	return taken;
}

static void
a_token_has_so_many_requests_and_then_none(void **state)
{
	struct rate_table *table = open_table(*state);
	struct rate rate;
	int i;

	for (i = 1; i <= 30; i++) {
		assert_true(rate_take(table, "ann", 30, NOW_MS, &rate));
		assert_int_equal(rate.limit, 30);
		assert_int_equal(rate.remaining, 30 - i);
		assert_int_equal(rate.reset_s, 2 * i);
		assert_int_equal(rate.wait_s, 0);
	}
	assert_false(rate_take(table, "ann", 30, NOW_MS, &rate));
	assert_int_equal(rate.remaining, 0);
	assert_int_equal(rate.wait_s, 2);
	assert_int_equal(rate.reset_s, 60);
	rate_close(table);
}

static void
one_more_comes_with_every_step_of_the_minute(void **state)
{
	struct rate_table *table = open_table(*state);
	struct rate rate;

	assert_int_equal(take_some(table, "ann", 31), 30);
	assert_false(rate_take(table, "ann", 30, NOW_MS + 1999, &rate));
	assert_int_equal(rate.wait_s, 1);
	assert_true(rate_take(table, "ann", 30, NOW_MS + 2000, &rate));
	assert_false(rate_take(table, "ann", 30, NOW_MS + 2000, &rate));
	rate_close(table);
}

static void
tokens_are_counted_apart(void **state)
{
	struct rate_table *table = open_table(*state);
	char token[32];
	int i;

	for (i = 0; i < 200; i++) {
		snprintf(token, sizeof(token), "token %d", i);
		assert_int_equal(take_some(table, token, 31), 30);
	}
	rate_close(table);
}

static void
processes_count_together(void **state)
{
	struct scratch *s = *state;
	struct rate_table *table = open_table(s);
	pid_t pid[4];
	size_t i;
	int taken = 0;

	for (i = 0; i < COUNT(pid); i++) {
		if ((pid[i] = fork()) == 0) {
			struct rate_table *own = open_table(s);

			_exit(take_some(own, "ann", 20));
		}
	}
	for (i = 0; i < COUNT(pid); i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		taken += WEXITSTATUS(status);
	}
	assert_int_equal(taken, 30);
	rate_close(table);
}

static void
a_table_full_of_busy_tokens_refuses_nobody(void **state)
{
	struct rate_table *table = open_table(*state);
	struct rate rate;
	char token[32];
	int i;

	for (i = 0; i < 20000; i++) {
		snprintf(token, sizeof(token), "token %d", i);
		assert_true(rate_take(table, token, 30, NOW_MS, &rate));
	}
	rate_close(table);
}

static void
a_file_of_rubbish_refuses_nobody_for_long(void **state)
{
	struct scratch *s = *state;
	struct rate_table *table;
	unsigned char rubbish[4096];
	char path[PATH_MAX + 8];
	struct rate rate;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "%s/rates", s->top);
	file = fopen(path, "w");
	for (i = 0; i < 32; i++) {
		randombytes_buf(rubbish, sizeof(rubbish));
		assert_int_equal(
		    fwrite(rubbish, 1, sizeof(rubbish), file), 4096);
	}
	fclose(file);
	table = open_table(s);
	assert_true(rate_take(table, "ann", 30, NOW_MS, &rate));
	rate_close(table);
}

static void
the_file_is_its_owner_s_alone(void **state)
{
	struct scratch *s = *state;
	struct rate_table *table = open_table(s);
	char path[PATH_MAX + 8];
	struct stat st;

	snprintf(path, sizeof(path), "%s/rates", s->top);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	rate_close(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_dir_test(a_token_has_so_many_requests_and_then_none),
		scratch_dir_test(one_more_comes_with_every_step_of_the_minute),
		scratch_dir_test(tokens_are_counted_apart),
		scratch_dir_test(processes_count_together),
		scratch_dir_test(a_table_full_of_busy_tokens_refuses_nobody),
		scratch_dir_test(a_file_of_rubbish_refuses_nobody_for_long),
		scratch_dir_test(the_file_is_its_owner_s_alone),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
