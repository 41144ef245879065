/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "domain/asset.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

/* 46 bytes: a WAV file with one sample. */
static const char wav[] = "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"
			  "\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
			  "data\x02\0\0\0\x01\x02";

#define HOUR_S 3600

/* A recording that was kept, and what a call does to it. */
struct kept {
	struct scratch *scratch;
	struct asset asset;
	int root;
	enum asset_fate fate;
	const char *id;
};

static struct kept
keep_file(struct scratch *s)
{
	struct kept k = { .scratch = s };
	struct asset_file *file;

	assert_int_equal(
	    asset_file_begin(s->dir, s->arena, &s->failure, &file), ERR_NONE);
	assert_int_equal(asset_file_add(file, wav, sizeof(wav) - 1), ERR_NONE);
	assert_int_equal(asset_file_inspect(file, &k.asset), ERR_NONE);
	assert_int_equal(asset_file_keep(file, &k.asset), ERR_NONE);
	asset_file_drop(file);
	k.root = asset_dir_root(s->dir);
	assert_true(k.root >= 0);
	return k;
}

/* Let the file look as if it was written to an hour ago. */
static void
age(struct kept *k)
{
	struct timespec then[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = time(NULL) - HOUR_S } };
	char name[ASSET_NAME_SIZE];
	int dir = asset_dir_find(k->root, k->asset.sha256, name);

	assert_true(dir >= 0);
	assert_int_equal(utimensat(dir, name, then, 0), 0);
	close(dir);
}

static enum err
remove_it(struct txn *t, void *arg)
{
	struct kept *k = arg;

	return asset_remove_file(t, k->root, k->asset.sha256, &k->fate);
}

/* What an upload does in its transaction. */
static enum err
refer(struct txn *t, void *arg)
{
	struct kept *k = arg;
	enum err err;

	if ((err = asset_check_file(t, k->scratch->dir, &k->asset)) != ERR_NONE)
		return err;
	return asset_create(t, &k->asset, NULL, &k->id);
}

static void
assert_fate(struct kept *k, enum asset_fate expected)
{
	assert_int_equal(
	    scratch_run(k->scratch, TXN_WRITE, remove_it, k), ERR_NONE);
	assert_int_equal(k->fate, expected);
}

static void
a_file_whose_row_came_first_stays(void **state)
{
	struct kept k = keep_file(*state);

	age(&k);
	assert_int_equal(
	    scratch_run(k.scratch, TXN_WRITE, refer, &k), ERR_NONE);
	assert_fate(&k, ASSET_HAS_ROW);
	assert_int_equal(
	    scratch_run(k.scratch, TXN_WRITE, refer, &k), ERR_NONE);
	close(k.root);
}

static void
an_upload_whose_file_was_swept_first_is_told_to_come_again(void **state)
{
	struct kept k = keep_file(*state);

	age(&k);
	assert_fate(&k, ASSET_REMOVED);
	assert_int_equal(
	    scratch_run(k.scratch, TXN_WRITE, refer, &k), ERR_BUSY);
	assert_int_equal(
	    scratch_number(k.scratch, "SELECT count(*) FROM asset"), 0);
	close(k.root);

	/* Which then succeeds. */
	k = keep_file(*state);
	assert_int_equal(
	    scratch_run(k.scratch, TXN_WRITE, refer, &k), ERR_NONE);
	close(k.root);
}

static void
a_young_file_is_left_to_its_upload(void **state)
{
	struct kept k = keep_file(*state);

	assert_fate(&k, ASSET_IS_YOUNG);
	assert_int_equal(
	    scratch_run(k.scratch, TXN_WRITE, refer, &k), ERR_NONE);
	close(k.root);
}

static void
what_is_gone_needs_no_removal(void **state)
{
	struct kept k = keep_file(*state);

	age(&k);
	assert_fate(&k, ASSET_REMOVED);
	assert_fate(&k, ASSET_GONE);
	memset(k.asset.sha256, 7, sizeof(k.asset.sha256));
	assert_fate(&k, ASSET_GONE);
	close(k.root);
}

static void
a_deleted_row_leaves_its_file_to_be_removed(void **state)
{
	struct scratch *s = *state;
	struct kept k = keep_file(s);

	assert_int_equal(scratch_run(s, TXN_WRITE, refer, &k), ERR_NONE);
	scratch_write(s, "DELETE FROM asset");
	scratch_assert_text(s, "SELECT hex(sha256) FROM asset_leftover",
	    "22AB5A954E10EF519365CDE04A107EBD6E4F464E862E5730CC171685FC27DF4C");
	close(k.root);
}

/* The last of several references counts, whichever it is. */
static void
a_recording_is_archived_when_nothing_refers_to_it(void **state)
{
	struct scratch *s = *state;
	struct kept k = keep_file(s);

	assert_int_equal(scratch_run(s, TXN_WRITE, refer, &k), ERR_NONE);
	scratch_write(s,
	    "INSERT INTO user (id, email, email_key, name, role, created_at) "
	    "VALUES ('u', 'e', 'e', 'n', 'editor', 0);"
	    "INSERT INTO upload_request (id, user_id, allowed_types, "
	    "asset_id, created_at, upload_expires_at, expires_at) "
	    "SELECT id, 'u', '[]', asset.id, 0, 0, 0 FROM asset;"
	    "INSERT INTO upload_request (id, user_id, allowed_types, "
	    "asset_id, created_at, upload_expires_at, expires_at) "
	    "SELECT 'second', 'u', '[]', asset.id, 0, 0, 0 FROM asset");
	scratch_write(s, "DELETE FROM upload_request WHERE id = 'second'");
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM asset_archive"), 0);
	s->call.now_ms += 5000;
	scratch_write(s, "UPDATE upload_request SET asset_id = NULL");
	assert_int_equal(scratch_number(s, "SELECT since FROM asset_archive"),
	    s->call.now_ms);
	scratch_write(s, "DELETE FROM asset");
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM asset_archive"), 0);
	close(k.root);
}

static void
all_files_of_a_folder_have_one_limit(void **state)
{
	static const struct {
		const char *name;
		int64_t max_bytes;
		enum err expected;
	} cases[] = {
		{ "1", 46, ERR_NONE },
		{ "1", 46, ERR_NONE }, /* in the place of the first */
		{ "2", 91, ERR_BODY_TOO_LARGE },
		{ "2", 92, ERR_NONE },
	};
	struct scratch *s = *state;
	struct asset_file *file;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    asset_file_begin(s->dir, s->arena, &s->failure, &file),
		    ERR_NONE);
		assert_int_equal(
		    asset_file_add(file, wav, sizeof(wav) - 1), ERR_NONE);
		assert_int_equal(asset_file_keep_in(file, "request",
				     cases[i].name, cases[i].max_bytes),
		    cases[i].expected);
		asset_file_drop(file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_file_whose_row_came_first_stays),
		scratch_test(
		    an_upload_whose_file_was_swept_first_is_told_to_come_again),
		scratch_test(a_young_file_is_left_to_its_upload),
		scratch_test(what_is_gone_needs_no_removal),
		scratch_test(a_deleted_row_leaves_its_file_to_be_removed),
		scratch_test(a_recording_is_archived_when_nothing_refers_to_it),
		scratch_test(all_files_of_a_folder_have_one_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
