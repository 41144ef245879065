/* SPDX-License-Identifier: MIT */
#include "domain/asset.h"
#include "base/arena.h"

#include <dirent.h>
#include <ftw.h>
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

#define PATH_SIZE 512

/* 46 bytes: a WAV file with one sample. */
static const char wav[] = "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"
			  "\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
			  "data\x02\0\0\0\x01\x02";
#define WAV_BYTES (sizeof(wav) - 1)

static const char wav_path[] =
    "assets/22/ab/"
    "22ab5a954e10ef519365cde04a107ebd6e4f464e862e5730cc171685fc27df4c";

struct fixture {
	char dir[64];
	struct arena *arena;
	struct failure failure;
	struct asset_file *file;
};

static int
set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return -1;
	strcpy(x->dir, "/tmp/promptledger-test-XXXXXX");
	if (mkdtemp(x->dir) == NULL)
		return -1;
	x->arena = arena_new();
	*state = x;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
tear_down(void **state)
{
	struct fixture *x = *state;

	arena_free(x->arena);
	nftw(x->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(x);
	return 0;
}

static enum err
begin(struct fixture *x)
{
	return asset_file_begin(x->dir, x->arena, &x->failure, &x->file);
}

/* Entries of a directory below the fixture's. */
static int
count_entries(const struct fixture *x, const char *name)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", x->dir, name);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void
assert_nothing_is_left(const struct fixture *x)
{
	assert_int_equal(count_entries(x, "assets/tmp"), 0);
	assert_int_equal(count_entries(x, "assets"), 1);
}

static void
a_kept_file_is_named_by_its_bytes(void **state)
{
	struct fixture *x = *state;
	char path[PATH_SIZE], bytes[WAV_BYTES + 1];
	struct asset asset;
	struct stat st;
	FILE *f;
	size_t i;

	assert_int_equal(begin(x), ERR_NONE);
	for (i = 0; i < WAV_BYTES; i++)
		assert_int_equal(asset_file_add(x->file, wav + i, 1), ERR_NONE);
	assert_int_equal(asset_file_inspect(x->file, &asset), ERR_NONE);
	assert_int_equal(asset.size_bytes, WAV_BYTES);
	assert_int_equal(asset.audio.type, AUDIO_WAV);
	assert_int_equal(asset_file_keep(x->file, &asset), ERR_NONE);
	asset_file_drop(x->file);

	snprintf(path, sizeof(path), "%s/%s", x->dir, wav_path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_non_null(f = fopen(path, "rb"));
	assert_int_equal(fread(bytes, 1, sizeof(bytes), f), WAV_BYTES);
	fclose(f);
	assert_memory_equal(bytes, wav, WAV_BYTES);
	assert_int_equal(count_entries(x, "assets/tmp"), 0);
	snprintf(path, sizeof(path), "%s/assets", x->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void
the_same_bytes_may_come_twice(void **state)
{
	struct fixture *x = *state;
	struct asset asset;
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(begin(x), ERR_NONE);
		assert_int_equal(
		    asset_file_add(x->file, wav, WAV_BYTES), ERR_NONE);
		assert_int_equal(asset_file_inspect(x->file, &asset), ERR_NONE);
		assert_int_equal(asset_file_keep(x->file, &asset), ERR_NONE);
		arena_reset(x->arena);
	}
	assert_int_equal(count_entries(x, "assets/22/ab"), 1);
	assert_int_equal(count_entries(x, "assets/tmp"), 0);
}

static void
what_is_no_audio_leaves_nothing(void **state)
{
	struct fixture *x = *state;
	struct asset asset = { 0 };

	assert_int_equal(begin(x), ERR_NONE);
	assert_int_equal(asset_file_inspect(x->file, &asset), ERR_AUDIO_EMPTY);
	assert_int_equal(asset_file_add(x->file, "no audio", 8), ERR_NONE);
	assert_int_equal(
	    asset_file_inspect(x->file, &asset), ERR_AUDIO_INVALID);
	assert_int_equal(asset.size_bytes, 0);
	asset_file_drop(x->file);
	asset_file_drop(x->file);
	assert_nothing_is_left(x);
}

static void
a_file_that_is_forgotten_goes_with_the_arena(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(begin(x), ERR_NONE);
	assert_int_equal(asset_file_add(x->file, wav, WAV_BYTES), ERR_NONE);
	assert_int_equal(count_entries(x, "assets/tmp"), 1);
	arena_reset(x->arena);
	assert_nothing_is_left(x);
}

static void
a_missing_data_directory_is_an_error(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(asset_file_begin("/tmp/promptledger-missing/data",
			     x->arena, &x->failure, &x->file),
	    ERR_IO);
	assert_int_equal(x->failure.code, ERR_IO);
	assert_null(x->failure.detail);
}

static void
symbolic_links_are_not_followed(void **state)
{
	struct fixture *x = *state;
	char link[PATH_SIZE], target[PATH_SIZE];
	struct asset asset;

	/* In place of one of the directories … */
	snprintf(target, sizeof(target), "%s/elsewhere", x->dir);
	assert_int_equal(mkdir(target, 0700), 0);
	snprintf(link, sizeof(link), "%s/assets", x->dir);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(begin(x), ERR_IO);
	assert_int_equal(unlink(link), 0);

	/* … or where the file must go. */
	assert_int_equal(begin(x), ERR_NONE);
	assert_int_equal(asset_file_add(x->file, wav, WAV_BYTES), ERR_NONE);
	assert_int_equal(asset_file_inspect(x->file, &asset), ERR_NONE);
	snprintf(link, sizeof(link), "%s/assets/22", x->dir);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(asset_file_keep(x->file, &asset), ERR_IO);
	asset_file_drop(x->file);
	assert_int_equal(count_entries(x, "elsewhere"), 0);
	assert_int_equal(count_entries(x, "assets/tmp"), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_kept_file_is_named_by_its_bytes),
		CASE(the_same_bytes_may_come_twice),
		CASE(what_is_no_audio_leaves_nothing),
		CASE(a_file_that_is_forgotten_goes_with_the_arena),
		CASE(a_missing_data_directory_is_an_error),
		CASE(symbolic_links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
