/* SPDX-License-Identifier: MIT */
#include "api/jwt_keys.h"

#include "scratch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define FILE_COUNT 200
#define THREAD_COUNT 4

static const char *const secrets[] = {
	"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
	"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY",
};

struct place {
	char dir[64];
	char file[96];
	struct arena *arena;
	struct config config;
	struct failure failure;
	struct jwt_keys *keys;
};

/* A set of one key whose kid is told. */
static const char *
make_set(struct place *p, const char *kid, size_t which)
{
	return arena_printf(p->arena,
	    "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"%s\",\"k\":\"%s\"}]}", kid,
	    secrets[which % 2]);
}

/* Whole or not at all, as whoever publishes keys should. */
static void
publish(struct place *p, const char *text, mode_t mode)
{
	char draft[104];
	FILE *file;

	snprintf(draft, sizeof(draft), "%s.new", p->file);
	file = fopen(draft, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(draft, mode), 0);
	assert_int_equal(rename(draft, p->file), 0);
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/promptledger-keys-XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	snprintf(p->file, sizeof(p->file), "%s/jwks.json", p->dir);
	p->arena = arena_new();
	p->config = (struct config){
		.jwt_keys = p->file,
		.jwt_issuer = "https://issuer/",
		.jwt_audience = "ledger",
	};
	publish(p, make_set(p, "first", 0), 0600);
	*state = p;
	return jwt_keys_open(&p->config, p->arena, &p->keys, &p->failure) !=
	    ERR_NONE;
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	jwt_keys_close(p->keys);
	arena_free(p->arena);
	nftw(p->dir, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(p);
	return 0;
}

static bool
has_key(struct place *p, const char *kid)
{
	struct jwt_key_loan *loan = jwt_keys_borrow(p->keys);
	bool has = jwk_choose(jwt_keys_of(loan), kid) != NULL;

	jwt_keys_return(p->keys, loan);
	return has;
}

static void
a_changed_file_is_seen_by_the_next_who_asks(void **state)
{
	struct place *p = *state;

	assert_true(has_key(p, "first"));
	publish(p, make_set(p, "second", 1), 0600);
	assert_true(has_key(p, "second"));
	assert_false(has_key(p, "first"));
}

static void
a_file_that_cannot_be_used_changes_nothing(void **state)
{
	static const char *const texts[] = { "", "{", "{\"keys\":[]}" };
	struct place *p = *state;
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		publish(p, texts[i], 0600);
		assert_true(has_key(p, "first"));
	}
	/* A secret that others may read is none. */
	publish(p, make_set(p, "open", 1), 0640);
	assert_true(has_key(p, "first"));
	assert_false(has_key(p, "open"));
	unlink(p->file);
	assert_true(has_key(p, "first"));
	publish(p, make_set(p, "second", 1), 0600);
	assert_true(has_key(p, "second"));
}

static void
what_was_borrowed_stays_whole_while_the_file_changes(void **state)
{
	struct place *p = *state;
	struct jwt_key_loan *loan = jwt_keys_borrow(p->keys);

	publish(p, make_set(p, "second", 1), 0600);
	assert_true(has_key(p, "second"));
	assert_non_null(jwk_choose(jwt_keys_of(loan), "first"));
	jwt_keys_return(p->keys, loan);
}

static void
too_much_is_refused_unread(void **state)
{
	struct place *p = *state;
	char *text = arena_alloc(p->arena, JWK_FILE_MAX_BYTES + 2);
	const char *set = make_set(p, "large", 1), *wrong = NULL;
	struct jwk_set *read;

	memset(text, ' ', JWK_FILE_MAX_BYTES + 1);
	memcpy(text, set, strlen(set));
	publish(p, text, 0600);
	assert_null(jwt_keys_read(p->file, p->arena, &wrong));
	assert_string_equal(wrong, "it is larger than 256 KiB");
	text[JWK_FILE_MAX_BYTES] = '\0';
	publish(p, text, 0600);
	read = jwt_keys_read(p->file, p->arena, &wrong);
	assert_non_null(read);
	jwk_set_free(read);
	assert_null(jwt_keys_read(p->dir, p->arena, &wrong));
	assert_string_equal(wrong, "it is no regular file");
}

struct asking {
	struct place *place;
	atomic_bool done;
	atomic_int bad;
};

/* Signs and verifies with whatever is there: a set that were freed too early,
 * or seen half made, would tell. */
static void *
keep_asking(void *arg)
{
	struct asking *asking = arg;
	unsigned char mac[JWK_SIGNATURE_MAX];
	struct jwt_key_loan *loan;
	const struct jwk *key;
	size_t len;

	while (!atomic_load(&asking->done)) {
		loan = jwt_keys_borrow(asking->place->keys);
		key = jwk_choose(jwt_keys_of(loan), NULL);
		len = jwk_sign(key, "text", 4, mac);
		if (len != 32 || !jwk_verify(key, "text", 4, mac, len))
			atomic_fetch_add(&asking->bad, 1);
		jwt_keys_return(asking->place->keys, loan);
	}
	return NULL;
}

static void
threads_may_ask_while_the_file_changes(void **state)
{
	struct asking asking = { .place = *state };
	pthread_t threads[THREAD_COUNT];
	size_t i;

	for (i = 0; i < THREAD_COUNT; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, keep_asking, &asking), 0);
	for (i = 0; i < FILE_COUNT; i++)
		publish(asking.place, make_set(asking.place, "any", i), 0600);
	atomic_store(&asking.done, true);
	for (i = 0; i < THREAD_COUNT; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&asking.bad), 0);
}

static void
keys_want_an_issuer_and_an_audience(void **state)
{
	struct place *p = *state;
	struct config bare = {
		.jwt_keys = "", .jwt_issuer = "", .jwt_audience = ""
	};
	struct jwt_keys *keys = p->keys;

	assert_int_equal(
	    jwt_keys_open(&bare, p->arena, &keys, &p->failure), ERR_NONE);
	assert_null(keys);
	bare.jwt_keys = p->file;
	assert_int_equal(
	    jwt_keys_open(&bare, p->arena, &keys, &p->failure), ERR_INTERNAL);
	bare.jwt_issuer = "https://issuer/";
	assert_int_equal(
	    jwt_keys_open(&bare, p->arena, &keys, &p->failure), ERR_INTERNAL);
	assert_null(keys);
}

#define keys_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		keys_test(a_changed_file_is_seen_by_the_next_who_asks),
		keys_test(a_file_that_cannot_be_used_changes_nothing),
		keys_test(what_was_borrowed_stays_whole_while_the_file_changes),
		keys_test(too_much_is_refused_unread),
		keys_test(threads_may_ask_while_the_file_changes),
		keys_test(keys_want_an_issuer_and_an_audience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
