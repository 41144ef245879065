/* SPDX-License-Identifier: MIT */
#include "domain/secret.h"

#include "scratch.h"

#include <fcntl.h>

/* The data directory exists; installation_open sees to that. */
static int
setup(void **state)
{
	struct scratch *s;

	if (scratch_setup_dir(state) != 0)
		return -1;
	s = *state;
	return mkdir(s->dir, 0700);
}

static const char *
key_path(struct scratch *s, const char *name)
{
	return arena_printf(s->arena, "%s/keys/%s", s->dir, name);
}

static void
write_key(struct scratch *s, const char *name, const char *text, mode_t mode)
{
	const char *path = key_path(s, name);
	FILE *file;

	mkdir(key_path(s, ""), 0700);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

#define ZEROS16 "0000000000000000"
#define ZEROS64 ZEROS16 ZEROS16 ZEROS16 ZEROS16

static void
a_key_is_drawn_once_and_stays(void **state)
{
	struct scratch *s = *state;
	unsigned char first[SECRET_BYTES], again[SECRET_BYTES];
	static const unsigned char zeros[SECRET_BYTES];

	assert_int_equal(
	    secret_load(s->dir, "link", first, &s->failure), ERR_NONE);
	assert_int_equal(
	    secret_load(s->dir, "link", again, &s->failure), ERR_NONE);
	assert_memory_equal(first, again, SECRET_BYTES);
	assert_memory_not_equal(first, zeros, SECRET_BYTES);
}

static void
keys_of_different_names_differ(void **state)
{
	struct scratch *s = *state;
	unsigned char one[SECRET_BYTES], other[SECRET_BYTES];

	assert_int_equal(
	    secret_load(s->dir, "link", one, &s->failure), ERR_NONE);
	assert_int_equal(
	    secret_load(s->dir, "audit", other, &s->failure), ERR_NONE);
	assert_memory_not_equal(one, other, SECRET_BYTES);
}

static void
key_and_directory_are_for_their_owner_only(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES];
	struct stat st;

	assert_int_equal(
	    secret_load(s->dir, "link", key, &s->failure), ERR_NONE);
	assert_int_equal(stat(key_path(s, ""), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(key_path(s, "link.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_key_that_an_operator_wrote_is_read(void **state)
{
	struct scratch *s = *state;
	static const unsigned char zeros[SECRET_BYTES];
	unsigned char key[SECRET_BYTES];

	memset(key, 1, sizeof(key));
	write_key(s, "link.key", ZEROS64 "\n", 0400);
	assert_int_equal(
	    secret_load(s->dir, "link", key, &s->failure), ERR_NONE);
	assert_memory_equal(key, zeros, SECRET_BYTES);
}

static const struct {
	int line;
	const char *text;
	mode_t mode;
} refused[] = {
	{ __LINE__, ZEROS64 "\n", 0644 },
	{ __LINE__, ZEROS64 "\n", 0640 },
	{ __LINE__, ZEROS64 "\n", 0602 },
	{ __LINE__, "", 0600 },
	{ __LINE__, ZEROS16, 0600 },
	{ __LINE__, ZEROS16 ZEROS16 ZEROS16 "000000000000000\n", 0600 },
	{ __LINE__, ZEROS16 ZEROS16 ZEROS16 "000000000000000g", 0600 },
};

static void
a_key_that_is_readable_by_others_or_broken_is_refused_and_kept(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES];
	struct stat st;
	size_t i;

	for (i = 0; i < COUNT(refused); i++) {
		write_key(s, "link.key", refused[i].text, refused[i].mode);
		if (secret_load(s->dir, "link", key, &s->failure) != ERR_IO)
			fail_msg("line %d: accepted", refused[i].line);
		assert_non_null(s->failure.detail);
		assert_int_equal(stat(key_path(s, "link.key"), &st), 0);
		assert_int_equal(st.st_size, strlen(refused[i].text));
		assert_int_equal(remove(key_path(s, "link.key")), 0);
	}
}

static void
a_link_in_the_key_s_place_is_refused(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES];

	write_key(s, "elsewhere", ZEROS64 "\n", 0600);
	assert_int_equal(
	    symlink(key_path(s, "elsewhere"), key_path(s, "link.key")), 0);
	assert_int_equal(secret_load(s->dir, "link", key, &s->failure), ERR_IO);
}

static void
what_a_crashed_start_left_is_not_in_the_way(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES];

	/* A start that died before its draft had a name, as this process. */
	write_key(s, arena_printf(s->arena, "link.key.%ld", (long)getpid()),
	    "00", 0600);
	assert_int_equal(
	    secret_load(s->dir, "link", key, &s->failure), ERR_NONE);
}

static void
processes_that_start_at_once_get_the_same_key(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES], first[SECRET_BYTES];
	int ends[2], gate[2];
	pid_t pid[8];
	size_t i;
	char go;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(gate), 0);
	for (i = 0; i < COUNT(pid); i++) {
		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		close(gate[1]);
		/* The end of the pipe comes to all at the same time. */
		if (read(gate[0], &go, 1) != 0 ||
		    secret_load(s->dir, "link", key, &s->failure) != ERR_NONE ||
		    write(ends[1], key, sizeof(key)) != (ssize_t)sizeof(key))
			_exit(1);
		_exit(0);
	}
	close(gate[1]);
	close(gate[0]);
	for (i = 0; i < COUNT(pid); i++)
		assert_int_equal(scratch_wait(pid[i]), 0);
	for (i = 0; i < COUNT(pid); i++) {
		assert_int_equal(read(ends[0], key, sizeof(key)), sizeof(key));
		if (i == 0)
			memcpy(first, key, sizeof(first));
		assert_memory_equal(key, first, sizeof(first));
	}
	close(ends[0]);
	close(ends[1]);
}

static void
a_directory_that_is_missing_is_told(void **state)
{
	struct scratch *s = *state;
	unsigned char key[SECRET_BYTES];

	assert_int_equal(
	    secret_load(key_path(s, "nowhere"), "link", key, &s->failure),
	    ERR_IO);
	assert_non_null(s->failure.detail);
}

#define secret_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		secret_test(a_key_is_drawn_once_and_stays),
		secret_test(keys_of_different_names_differ),
		secret_test(key_and_directory_are_for_their_owner_only),
		secret_test(a_key_that_an_operator_wrote_is_read),
		secret_test(
		    a_key_that_is_readable_by_others_or_broken_is_refused_and_kept),
		secret_test(a_link_in_the_key_s_place_is_refused),
		secret_test(what_a_crashed_start_left_is_not_in_the_way),
		secret_test(processes_that_start_at_once_get_the_same_key),
		secret_test(a_directory_that_is_missing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
