/* SPDX-License-Identifier: MIT */
#include "domain/upload.h"
#include "domain/user.h"

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

#define MINUTE_MS (INT64_C(60) * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)

/* A store with one user, and what a call does to a request in it. */
struct fixture {
	char dir[64];
	struct arena *arena;
	struct store *store;
	struct failure failure;
	const char *user_id;
	struct upload upload;
	struct asset asset;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
};

/* Run fn as a call of its own, some time after now. */
static enum err
run(struct fixture *x, txn_fn *fn, int64_t later_ms)
{
	struct txn_call call;

	txn_call_init(&call, x->arena, &x->failure);
	call.actor = (struct txn_actor){
		.id = "tester",
		.kind = "system",
		.request_id = "0",
		.family = "test",
	};
	call.now_ms += later_ms;
	return txn_run(x->store, TXN_WRITE, fn, x, &call);
}

static enum err
add_user(struct txn *t, void *arg)
{
	struct user_new who = {
		.email = "ada@example.org", .name = "Ada", .role = "editor"
	};
	struct fixture *x = arg;
	struct user user = { 0 };
	enum err err = user_create(t, &who, &user);

	x->user_id = user.id;
	return err;
}

static enum err
create(struct txn *t, void *arg)
{
	struct fixture *x = arg;

	return upload_create(t, x->user_id, AUDIO_MP3, &x->upload);
}

static enum err
find(struct txn *t, void *arg)
{
	struct fixture *x = arg;

	return upload_find(t, x->upload.id, &x->upload);
}

static enum err
attach(struct txn *t, void *arg)
{
	struct fixture *x = arg;

	return upload_attach(t, &x->upload, &x->asset);
}

static enum err
consume(struct txn *t, void *arg)
{
	struct fixture *x = arg;

	return upload_consume(t, &x->upload, "a prompt", x->digest);
}

static enum err
find_asset(struct txn *t, void *arg)
{
	struct fixture *x = arg;
	struct asset found;

	return asset_find(t, x->upload.asset_id, &found);
}

static int
set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	struct store_options options = { .lock_ms = 5000 };
	bool fresh;

	if (x == NULL)
		return -1;
	strcpy(x->dir, "/tmp/promptledger-test-XXXXXX");
	if (mkdtemp(x->dir) == NULL)
		return -1;
	x->arena = arena_new();
	options.dir = x->dir;
	x->asset = (struct asset){
		.size_bytes = 417,
		.audio = { AUDIO_MP3, 26, 44100, 2, "mp3" },
	};
	*state = x;
	if (store_open(&options, &x->store, &fresh, &x->failure) != ERR_NONE)
		return -1;
	return run(x, add_user, 0) == ERR_NONE ? 0 : -1;
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

	store_close(x->store);
	arena_free(x->arena);
	nftw(x->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(x);
	return 0;
}

static void
a_request_lives_for_a_day(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(run(x, create, 0), ERR_NONE);
	assert_int_equal(run(x, find, DAY_MS - MINUTE_MS), ERR_NONE);
	assert_int_equal(x->upload.allowed, AUDIO_MP3);
	assert_string_equal(x->upload.user_id, x->user_id);
	assert_null(x->upload.asset_id);
	assert_null(x->upload.consumed_by);
	assert_int_equal(run(x, find, DAY_MS + MINUTE_MS), ERR_UPLOAD_UNKNOWN);
	assert_string_equal(x->failure.field, "request_id");
	x->upload.id = "unknown";
	assert_int_equal(run(x, find, 0), ERR_UPLOAD_UNKNOWN);
}

static void
the_last_upload_replaces_the_others(void **state)
{
	struct fixture *x = *state;
	const char *first;

	assert_int_equal(run(x, create, 0), ERR_NONE);
	assert_int_equal(run(x, attach, 0), ERR_NONE);
	assert_int_equal(run(x, find, 0), ERR_NONE);
	first = x->upload.asset_id;
	assert_non_null(first);

	/* The same bytes once more change nothing. */
	assert_int_equal(run(x, attach, 0), ERR_NONE);
	assert_int_equal(run(x, find, 0), ERR_NONE);
	assert_string_equal(x->upload.asset_id, first);

	x->asset.sha256[0] = 1;
	assert_int_equal(run(x, attach, 0), ERR_NONE);
	assert_int_equal(run(x, find, 0), ERR_NONE);
	assert_string_not_equal(x->upload.asset_id, first);
	assert_int_equal(run(x, find_asset, 0), ERR_NONE);
	x->upload.asset_id = first;
	assert_int_equal(run(x, find_asset, 0), ERR_INTERNAL);
}

static void
a_request_is_consumed_once(void **state)
{
	struct fixture *x = *state;
	const char *asset_id;

	assert_int_equal(run(x, create, 0), ERR_NONE);
	assert_int_equal(run(x, attach, 0), ERR_NONE);
	x->digest[0] = 7;
	assert_int_equal(run(x, find, 0), ERR_NONE);
	assert_false(upload_was_consumed_by(&x->upload, x->digest));
	assert_int_equal(run(x, consume, 0), ERR_NONE);
	assert_int_equal(run(x, consume, 0), ERR_UPLOAD_CONSUMED);
	assert_int_equal(run(x, find, 0), ERR_NONE);
	assert_string_equal(x->upload.consumed_by, "a prompt");
	assert_true(upload_was_consumed_by(&x->upload, x->digest));
	x->digest[0] = 8;
	assert_false(upload_was_consumed_by(&x->upload, x->digest));

	/* Nor does it take other audio any more. */
	asset_id = x->upload.asset_id;
	x->asset.sha256[0] = 1;
	assert_int_equal(run(x, attach, 0), ERR_UPLOAD_CONSUMED);
	assert_int_equal(run(x, find, 0), ERR_NONE);
	assert_string_equal(x->upload.asset_id, asset_id);
}

static void
a_signature_fits_one_link_only(void **state)
{
	static const unsigned char key[UPLOAD_KEY_BYTES] = "one key";
	static const unsigned char other_key[UPLOAD_KEY_BYTES] = "another";
	char signature[UPLOAD_SIGNATURE_SIZE];

	(void)state;
	upload_sign(key, "id", 1700000000, signature);
	assert_string_equal(signature,
	    "52054ad07f5cb37f7b8f8c1558b17507ab357e885cdbbc4bc2d148e61eb8eedf");
	assert_true(upload_signature_fits(key, "id", 1700000000, signature));
	assert_false(upload_signature_fits(key, "id", 1700000001, signature));
	assert_false(upload_signature_fits(key, "ID", 1700000000, signature));
	assert_false(
	    upload_signature_fits(other_key, "id", 1700000000, signature));
	assert_false(upload_signature_fits(key, "id", 1700000000, ""));
	signature[63] = '\0';
	assert_false(upload_signature_fits(key, "id", 1700000000, signature));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_request_lives_for_a_day),
		CASE(the_last_upload_replaces_the_others),
		CASE(a_request_is_consumed_once),
		cmocka_unit_test(a_signature_fits_one_link_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
