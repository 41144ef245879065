/* SPDX-License-Identifier: MIT */
#include "domain/access_token.h"
#include "domain/key.h"

#include "scratch.h"

#define START_MS INT64_C(1000000)

/* An editor with a key and an access token of it. */
struct desk {
	struct scratch *s;
	char key[TOKEN_SECRET_SIZE];
	char secret[TOKEN_SECRET_SIZE];
};

static struct desk desk;

static enum err
make_key(struct txn *t, void *arg)
{
	struct token_new token = {
		.id = "key",
		.user_id = "ada",
		.kind = TOKEN_KEY,
		.name = "ci",
		.operation = TOKEN_ADMIN,
	};

	(void)arg;
	return token_create(t, &token, desk.key);
}

static enum err
make_token(struct txn *t, void *secret)
{
	return access_token_create(t, "key", "prompts:read", secret);
}

static int
setup(void **state)
{
	if (scratch_setup(state) != 0)
		return -1;
	desk.s = *state;
	desk.s->call.now_ms = START_MS;
	scratch_write(desk.s,
	    "INSERT INTO user (id, email, email_key, name, role, is_admin,"
	    "is_verified, created_at) VALUES"
	    "('ada', 'Ada@example.org', 'ada@example.org', 'Ada', 'editor', 0,"
	    " 1, 0)");
	token_draw(TOKEN_KEY, desk.key);
	token_draw(TOKEN_ACCESS, desk.secret);
	if (scratch_run(desk.s, TXN_WRITE, make_key, NULL) != ERR_NONE)
		return -1;
	return scratch_run(desk.s, TXN_WRITE, make_token, desk.secret) !=
	    ERR_NONE;
}

struct finding {
	const char *id, *secret;
	struct caller caller;
};

static enum err
find_caller(struct txn *t, void *finding)
{
	struct finding *f = finding;

	return token_find_caller(t, f->secret, &f->caller);
}

static enum err
find_client(struct txn *t, void *finding)
{
	struct finding *f = finding;

	return access_token_find_client(t, f->id, f->secret, &f->caller);
}

static enum err
look(const char *secret)
{
	struct finding f = { .secret = secret };

	return scratch_run(desk.s, TXN_READ, find_caller, &f);
}

static void
a_token_stands_for_its_key_with_scopes_of_its_own(void **state)
{
	struct finding f = { .secret = desk.secret };

	(void)state;
	assert_int_equal(
	    scratch_run(desk.s, TXN_READ, find_caller, &f), ERR_NONE);
	assert_int_equal(f.caller.kind, TOKEN_ACCESS);
	assert_string_equal(f.caller.token_id, "key");
	assert_string_equal(f.caller.user_id, "ada");
	assert_string_equal(f.caller.scopes, "prompts:read");
	assert_int_equal(f.caller.operation, TOKEN_ALL);
}

static void
a_token_lasts_an_hour_to_the_millisecond(void **state)
{
	(void)state;
	desk.s->call.now_ms = START_MS + 3599999;
	assert_int_equal(look(desk.secret), ERR_NONE);
	desk.s->call.now_ms = START_MS + 3600000;
	assert_int_equal(look(desk.secret), ERR_TOKEN_INVALID);
}

static void
the_secret_itself_is_stored_nowhere(void **state)
{
	(void)state;
	assert_int_equal(scratch_number(desk.s,
			     arena_printf(desk.s->arena,
				 "SELECT count(*) FROM audit_log, access_token"
				 " WHERE changes LIKE '%%%s%%'"
				 " OR hex(access_token.digest) LIKE '%%%s%%'",
				 desk.secret + 3, desk.secret + 3)),
	    0);
}

/* key_update is for organisations' keys only. */
static enum err
change_key(struct txn *t, void *arg)
{
	const struct key_patch *patch = arg;
	struct query q;

	query_start(&q, t, STATEMENT_KEY_UPDATE);
	query_text(&q, ":id", "key");
	query_text(&q, ":name", patch->name);
	query_text(&q, ":operation",
	    patch->operation == NULL ? NULL
				     : token_operation_name(*patch->operation));
	return query_run(&q);
}

static enum err
renew_key(struct txn *t, void *secret)
{
	struct key k = { .id = "key" };

	return key_replace_secret(t, &k, secret);
}

static enum err
delete_key(struct txn *t, void *arg)
{
	(void)arg;
	return key_delete(t, "key");
}

static void
a_token_ends_with_its_key(void **state)
{
	(void)state;
	assert_int_equal(
	    scratch_run(desk.s, TXN_WRITE, delete_key, NULL), ERR_NONE);
	assert_int_equal(look(desk.secret), ERR_TOKEN_INVALID);
	assert_int_equal(
	    scratch_number(desk.s, "SELECT count(*) FROM access_token"), 0);
	assert_int_equal(
	    scratch_number(desk.s,
		"SELECT count(*) FROM audit_log WHERE entity = 'access_token'"
		" AND action = 'DELETE'"),
	    1);
}

static void
a_token_ends_when_its_key_gets_another_secret(void **state)
{
	char other[TOKEN_SECRET_SIZE];

	(void)state;
	token_draw(TOKEN_KEY, other);
	assert_int_equal(
	    scratch_run(desk.s, TXN_WRITE, renew_key, other), ERR_NONE);
	assert_int_equal(look(desk.secret), ERR_TOKEN_INVALID);
	assert_int_equal(look(other), ERR_NONE);
}

static void
a_token_ends_when_its_key_may_do_other_things(void **state)
{
	enum token_operation less = TOKEN_READ_RENDER;
	struct key_patch name = { .name = "other" };
	struct key_patch operation = { .operation = &less };

	(void)state;
	assert_int_equal(
	    scratch_run(desk.s, TXN_WRITE, change_key, &name), ERR_NONE);
	assert_int_equal(look(desk.secret), ERR_NONE);
	assert_int_equal(
	    scratch_run(desk.s, TXN_WRITE, change_key, &operation), ERR_NONE);
	assert_int_equal(look(desk.secret), ERR_TOKEN_INVALID);
}

static void
expired_tokens_are_cleared_away_by_the_next_and_not_recorded(void **state)
{
	char next[TOKEN_SECRET_SIZE];

	(void)state;
	token_draw(TOKEN_ACCESS, next);
	desk.s->call.now_ms = START_MS + 3600000;
	assert_int_equal(
	    scratch_run(desk.s, TXN_WRITE, make_token, next), ERR_NONE);
	assert_int_equal(
	    scratch_number(desk.s, "SELECT count(*) FROM access_token"), 1);
	assert_int_equal(look(next), ERR_NONE);
	assert_int_equal(
	    scratch_number(desk.s,
		"SELECT count(*) FROM audit_log WHERE entity = 'access_token'"
		" AND action = 'DELETE'"),
	    0);
}

static enum err
find_as(const char *id, const char *secret)
{
	struct finding f = { .id = id, .secret = secret };

	return scratch_run(desk.s, TXN_READ, find_client, &f);
}

static void
a_client_is_a_key_by_its_id_and_secret(void **state)
{
	char other[TOKEN_SECRET_SIZE];

	(void)state;
	token_draw(TOKEN_KEY, other);
	assert_int_equal(find_as("key", desk.key), ERR_NONE);
	assert_int_equal(find_as("key", other), ERR_TOKEN_INVALID);
	assert_int_equal(find_as("key", ""), ERR_TOKEN_INVALID);
	assert_int_equal(find_as("another", desk.key), ERR_CREDENTIALS);
	assert_int_equal(find_as("", desk.key), ERR_CREDENTIALS);
	/* It is no way to make an hour two. */
	assert_int_equal(find_as("key", desk.secret), ERR_TOKEN_INVALID);
}

#define token_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		token_test(a_token_stands_for_its_key_with_scopes_of_its_own),
		token_test(a_token_lasts_an_hour_to_the_millisecond),
		token_test(the_secret_itself_is_stored_nowhere),
		token_test(a_token_ends_with_its_key),
		token_test(a_token_ends_when_its_key_gets_another_secret),
		token_test(a_token_ends_when_its_key_may_do_other_things),
		token_test(
		    expired_tokens_are_cleared_away_by_the_next_and_not_recorded),
		token_test(a_client_is_a_key_by_its_id_and_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
