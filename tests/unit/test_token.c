/* SPDX-License-Identifier: MIT */
#include "domain/token.h"

#include "scratch.h"

#define ZEROS16 "0000000000000000"
#define ZEROS64 ZEROS16 ZEROS16 ZEROS16 ZEROS16

/* Two users; time stands at 1,000,000 ms. */
static int
setup(void **state)
{
	struct scratch *s;

	if (scratch_setup(state) != 0)
		return -1;
	s = *state;
	s->call.now_ms = 1000000;
	scratch_write(s,
	    "INSERT INTO user (id, email, email_key, name, role, is_admin,"
	    "is_verified, created_at) VALUES"
	    "('ada', 'Ada@example.org', 'ada@example.org', 'Ada', 'member', 1,"
	    " 1, 0),"
	    "('bob', 'bob@example.org', 'bob@example.org', 'Bob', 'viewer', 0,"
	    " 0, 0)");
	return 0;
}

struct creation {
	struct token_new token;
	char secret[TOKEN_SECRET_SIZE];
};

static enum err
create(struct txn *t, void *creation)
{
	struct creation *c = creation;

	return token_create(t, &c->token, c->secret);
}

static enum err delete (struct txn *t, void *secret) {
	return token_delete(t, secret);
}

struct finding {
	const char *secret;
	struct caller caller;
};

static enum err
find(struct txn *t, void *finding)
{
	struct finding *f = finding;

	return token_find_caller(t, f->secret, &f->caller);
}

static enum err
look(struct scratch *s, const char *secret, struct caller *out)
{
	struct finding f = { .secret = secret };
	enum err err = scratch_run(s, TXN_READ, find, &f);

	*out = f.caller;
	return err;
}

static struct creation
session_of_ada(void)
{
	struct creation c = {
		.token = { .user_id = "ada",
		    .kind = TOKEN_SESSION,
		    .name = "",
		    .operation = TOKEN_ADMIN },
	};

	token_draw(TOKEN_SESSION, c.secret);
	return c;
}

static void
secrets_have_their_form_and_never_repeat(void **state)
{
	char session[TOKEN_SECRET_SIZE], key[TOKEN_SECRET_SIZE];

	(void)state;
	token_draw(TOKEN_SESSION, session);
	token_draw(TOKEN_KEY, key);
	assert_int_equal(strlen(session), strlen("sess_") + 64);
	assert_int_equal(strlen(key), strlen("ak_") + 64);
	assert_memory_equal(session, "sess_", 5);
	assert_memory_equal(key, "ak_", 3);
	assert_true(token_is_wellformed(session));
	assert_true(token_is_wellformed(key));
	assert_string_not_equal(session + 5, key + 3);
}

static const struct {
	int line;
	const char *secret;
	bool wellformed;
} forms[] = {
	{ __LINE__, "sess_" ZEROS64, true },
	{ __LINE__, "ak_" ZEROS64, true },
	{ __LINE__, "ak_" ZEROS16 ZEROS16 ZEROS16 "00000000000000fF", true },
	{ __LINE__, "at_" ZEROS64, true },
	{ __LINE__, "", false },
	{ __LINE__, "sess_", false },
	{ __LINE__, "at_", false },
	{ __LINE__, "at_ak_" ZEROS64, false },
	{ __LINE__, "ak_", false },
	{ __LINE__, ZEROS64, false },
	{ __LINE__, "Sess_" ZEROS64, false },
	{ __LINE__, "sess-" ZEROS64, false },
	{ __LINE__, "xak_" ZEROS64, false },
	{ __LINE__, "sess_" ZEROS64 "0", false },
	{ __LINE__, "sess_" ZEROS64 " ", false },
	{ __LINE__, "sess_" ZEROS16 ZEROS16 ZEROS16 "000000000000000", false },
	{ __LINE__, "sess_" ZEROS16 ZEROS16 ZEROS16 "000000000000000g", false },
};

static void
only_the_three_forms_are_wellformed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(forms); i++) {
		if (token_is_wellformed(forms[i].secret) != forms[i].wellformed)
			fail_msg("line %d", forms[i].line);
	}
}

static void
a_token_tells_who_is_calling(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();
	struct caller caller;

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(look(s, c.secret, &caller), ERR_NONE);
	assert_int_equal(caller.kind, TOKEN_SESSION);
	assert_int_equal(caller.operation, TOKEN_ADMIN);
	assert_null(caller.scopes);
	assert_string_equal(caller.user_id, "ada");
	assert_string_equal(caller.email, "Ada@example.org");
	assert_string_equal(caller.name, "Ada");
	assert_string_equal(caller.role, "member");
	assert_true(caller.is_admin);
	assert_true(caller.is_verified);
	assert_int_equal(strlen(caller.token_id), 36);
}

static void
a_key_brings_its_operation_and_scopes(void **state)
{
	static const enum token_operation operations[] = { TOKEN_READ_RENDER,
		TOKEN_ALL, TOKEN_ADMIN };
	struct scratch *s = *state;
	struct creation c = {
		.token = { .user_id = "bob",
		    .name = "ci",
		    .scopes = "prompts:read prompts:write" },
	};
	struct caller caller;
	size_t i;

	for (i = 0; i < COUNT(operations); i++) {
		c.token.operation = operations[i];
		token_draw(TOKEN_KEY, c.secret);
		assert_int_equal(
		    scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
		assert_int_equal(look(s, c.secret, &caller), ERR_NONE);
		assert_int_equal(caller.kind, TOKEN_KEY);
		assert_int_equal(caller.operation, operations[i]);
		assert_string_equal(
		    caller.scopes, "prompts:read prompts:write");
		assert_string_equal(caller.user_id, "bob");
		assert_false(caller.is_admin);
		assert_false(caller.is_verified);
	}
}

static void
the_secret_itself_is_stored_nowhere(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(
	    scratch_number(s,
		arena_printf(s->arena,
		    "SELECT count(*) FROM token, audit_log WHERE "
		    "instr(changes, '%s') OR instr(hex(digest), upper('%s')) "
		    "OR instr(lower(hex(digest)), '%s')",
		    c.secret + 5, c.secret + 5, c.secret + 5)),
	    0);
	/* Nor is the digest in the audit log. */
	assert_int_equal(scratch_number(s,
			     "SELECT count(*) FROM token, audit_log WHERE "
			     "instr(upper(changes), hex(digest))"),
	    0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM token"), 1);
	assert_int_equal(scratch_number(s,
			     "SELECT count(*) FROM audit_log "
			     "WHERE entity = 'token' AND action = 'CREATE'"),
	    1);
}

static void
an_unknown_or_malformed_token_is_invalid(void **state)
{
	struct scratch *s = *state;
	struct caller caller;

	assert_int_equal(look(s, "sess_" ZEROS64, &caller), ERR_TOKEN_INVALID);
	assert_int_equal(look(s, "nonsense", &caller), ERR_TOKEN_INVALID);
	assert_int_equal(look(s, "", &caller), ERR_TOKEN_INVALID);
}

static void
a_session_s_secret_is_no_key_s(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();
	struct caller caller;

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(
	    look(s, arena_printf(s->arena, "ak_%s", c.secret + 5), &caller),
	    ERR_TOKEN_INVALID);
}

static void
a_token_ends_at_its_time_to_the_millisecond(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();
	struct caller caller;

	c.token.expires_at = 2000000;
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	s->call.now_ms = 1999999;
	assert_int_equal(look(s, c.secret, &caller), ERR_NONE);
	s->call.now_ms = 2000000;
	assert_int_equal(look(s, c.secret, &caller), ERR_TOKEN_INVALID);
}

static void
a_token_without_a_time_never_ends(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();
	struct caller caller;

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	s->call.now_ms = INT64_C(253402300799999);
	assert_int_equal(look(s, c.secret, &caller), ERR_NONE);
}

static void
a_session_ends_by_log_out_and_no_other_with_it(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada(), other = session_of_ada();
	struct caller caller;

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &other), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, delete, c.secret), ERR_NONE);
	assert_int_equal(look(s, c.secret, &caller), ERR_TOKEN_INVALID);
	assert_int_equal(look(s, other.secret, &caller), ERR_NONE);
	/* Once more is no error. */
	assert_int_equal(scratch_run(s, TXN_WRITE, delete, c.secret), ERR_NONE);
}

static void
a_key_outlives_a_log_out(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();
	struct caller caller;

	c.token.kind = TOKEN_KEY;
	token_draw(TOKEN_KEY, c.secret);
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, delete, c.secret), ERR_NONE);
	assert_int_equal(look(s, c.secret, &caller), ERR_NONE);
}

struct listing {
	const char *user_id;
	size_t count;
	struct token tokens[4];
};

static enum err
list(struct txn *t, void *listing)
{
	struct listing *l = listing;
	struct query q;

	l->count = 0;
	token_list(&q, t, l->user_id);
	while (
	    l->count < COUNT(l->tokens) && token_next(&q, &l->tokens[l->count]))
		l->count++;
	return query_end(&q);
}

static void
living_tokens_are_listed_the_newest_first(void **state)
{
	struct scratch *s = *state;
	struct creation session = session_of_ada();
	struct creation key = { .token = { .user_id = "bob", .name = "ci" } };
	struct listing l = { .user_id = NULL };

	session.token.expires_at = 2000000;
	token_draw(TOKEN_KEY, key.secret);
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &session), ERR_NONE);
	s->call.now_ms = 1999999;
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &key), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_READ, list, &l), ERR_NONE);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.tokens[0].kind, "key");
	assert_string_equal(l.tokens[0].email, "bob@example.org");
	assert_string_equal(l.tokens[0].name, "ci");
	assert_int_equal(l.tokens[0].expires_at, 0);
	assert_string_equal(l.tokens[1].kind, "session");
	assert_int_equal(l.tokens[1].created_at, 1000000);
	assert_int_equal(l.tokens[1].expires_at, 2000000);
	l.user_id = "ada";
	assert_int_equal(scratch_run(s, TXN_READ, list, &l), ERR_NONE);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.tokens[0].email, "Ada@example.org");
	s->call.now_ms = 2000000;
	assert_int_equal(scratch_run(s, TXN_READ, list, &l), ERR_NONE);
	assert_int_equal(l.count, 0);
}

static enum err
revoke_token(struct txn *t, void *id)
{
	return token_revoke(t, id);
}

static void
a_token_is_revoked_once_by_its_id_and_no_other_with_it(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada(), other = session_of_ada();
	char id[] = "the one", unknown[] = "%";
	struct caller caller;

	c.token.id = id;
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &other), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, revoke_token, unknown),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(scratch_run(s, TXN_WRITE, revoke_token, id), ERR_NONE);
	assert_int_equal(look(s, c.secret, &caller), ERR_TOKEN_INVALID);
	assert_int_equal(look(s, other.secret, &caller), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, revoke_token, id), ERR_TOKEN_UNKNOWN);
	assert_int_equal(scratch_number(s,
			     "SELECT count(*) FROM audit_log "
			     "WHERE entity = 'token' AND action = 'DELETE'"),
	    1);
}

static void
the_same_secret_cannot_be_stored_twice(void **state)
{
	struct scratch *s = *state;
	struct creation c = session_of_ada();

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_not_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM token"), 1);
}

#define token_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_have_their_form_and_never_repeat),
		cmocka_unit_test(only_the_three_forms_are_wellformed),
		token_test(a_token_tells_who_is_calling),
		token_test(a_key_brings_its_operation_and_scopes),
		token_test(the_secret_itself_is_stored_nowhere),
		token_test(an_unknown_or_malformed_token_is_invalid),
		token_test(a_session_s_secret_is_no_key_s),
		token_test(a_token_ends_at_its_time_to_the_millisecond),
		token_test(a_token_without_a_time_never_ends),
		token_test(a_session_ends_by_log_out_and_no_other_with_it),
		token_test(a_key_outlives_a_log_out),
		token_test(living_tokens_are_listed_the_newest_first),
		token_test(
		    a_token_is_revoked_once_by_its_id_and_no_other_with_it),
		token_test(the_same_secret_cannot_be_stored_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
