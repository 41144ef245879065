/* SPDX-License-Identifier: MIT */
#include "domain/user.h"

#include "scratch.h"

#include <dlfcn.h>
#include <sodium.h>

#define HASH_OPS 2
#define HASH_BYTES ((size_t)19 << 20)

/*
 * Stands before libsodium's own, to see what is verified: that an unknown
 * user costs the work of a known one cannot be told by a clock.
 */
static char verified[crypto_pwhash_STRBYTES];
static int verifications;

int
crypto_pwhash_str_verify(const char str[crypto_pwhash_STRBYTES],
    const char *const passwd, unsigned long long int len)
{
	int (*real)(const char *, const char *, unsigned long long int);
	void *symbol = dlsym(RTLD_NEXT, "crypto_pwhash_str_verify");

	assert_non_null(symbol);
	memcpy(&real, &symbol, sizeof(real));
	snprintf(verified, sizeof(verified), "%s", str);
	verifications++;
	return real(str, passwd, len);
}

static void
only_the_right_password_fits(void **state)
{
	char hash[USER_HASH_SIZE];
	struct failure f;

	(void)state;
	assert_int_equal(
	    user_hash_password("correct horse", hash, &f), ERR_NONE);
	assert_true(user_password_fits(hash, "correct horse"));
	assert_false(user_password_fits(hash, "correct hors"));
	assert_false(user_password_fits(hash, "Correct horse"));
	assert_false(user_password_fits(hash, "correct horse "));
	assert_false(user_password_fits(hash, ""));
}

static void
the_same_password_is_hashed_differently_each_time(void **state)
{
	char one[USER_HASH_SIZE], other[USER_HASH_SIZE];
	struct failure f;

	(void)state;
	assert_int_equal(user_hash_password("password", one, &f), ERR_NONE);
	assert_int_equal(user_hash_password("password", other, &f), ERR_NONE);
	assert_string_not_equal(one, other);
	assert_null(strstr(one, "password"));
}

static void
the_hash_is_argon2id_with_19_mib_and_two_passes(void **state)
{
	static const char start[] = "$argon2id$v=19$m=19456,t=2,p=1$";
	char hash[USER_HASH_SIZE];
	struct failure f;

	(void)state;
	assert_int_equal(user_hash_password("password", hash, &f), ERR_NONE);
	assert_memory_equal(hash, start, sizeof(start) - 1);
}

static void
an_unknown_user_costs_the_same_hash_and_never_fits(void **state)
{
	(void)state;
	verifications = 0;
	assert_false(user_password_fits(NULL, "password"));
	assert_false(user_password_fits(NULL, ""));
	assert_int_equal(verifications, 2);
	/* 0: a hash that libsodium can read (else it would return at once),
	 * made with these parameters. */
	assert_int_equal(
	    crypto_pwhash_str_needs_rehash(verified, HASH_OPS, HASH_BYTES), 0);
}

static void
a_user_without_a_password_cannot_log_in(void **state)
{
	(void)state;
	assert_false(user_password_fits("", ""));
	assert_false(user_password_fits("no hash", "no hash"));
}

struct creation {
	struct user_new new;
	struct user user;
};

static enum err
create(struct txn *t, void *creation)
{
	struct creation *c = creation;

	return user_create(t, &c->new, &c->user);
}

struct finding {
	const char *id, *email;
	struct user user;
};

static enum err
find(struct txn *t, void *finding)
{
	struct finding *f = finding;

	return f->id != NULL ? user_find(t, f->id, &f->user)
			     : user_find_by_email(t, f->email, &f->user);
}

static struct creation
ada(void)
{
	return (struct creation){
		.new = { .email = "Ada.L@Example.org",
		    .name = "Ada",
		    .password_hash = "hash",
		    .role = "member",
		    .is_admin = true },
	};
}

static void
a_user_is_created_as_given(void **state)
{
	struct scratch *s = *state;
	struct creation c = ada();

	s->call.now_ms = 1234567;
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(strlen(c.user.id), 36);
	assert_string_equal(c.user.email, "Ada.L@Example.org");
	assert_string_equal(c.user.name, "Ada");
	assert_string_equal(c.user.password_hash, "hash");
	assert_string_equal(c.user.role, "member");
	assert_true(c.user.is_admin);
	assert_true(c.user.is_verified);
	assert_int_equal(c.user.created_at, 1234567);
}

static void
a_user_is_found_by_id_and_by_the_address_in_any_case(void **state)
{
	static const char *const addresses[] = { "Ada.L@Example.org",
		"ada.l@example.org", "ADA.L@EXAMPLE.ORG" };
	struct scratch *s = *state;
	struct creation c = ada();
	struct finding f;
	size_t i;

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	f = (struct finding){ .id = c.user.id };
	assert_int_equal(scratch_run(s, TXN_READ, find, &f), ERR_NONE);
	assert_string_equal(f.user.email, "Ada.L@Example.org");
	for (i = 0; i < COUNT(addresses); i++) {
		f = (struct finding){ .email = addresses[i] };
		assert_int_equal(scratch_run(s, TXN_READ, find, &f), ERR_NONE);
		assert_string_equal(f.user.id, c.user.id);
		assert_string_equal(f.user.email, "Ada.L@Example.org");
	}
}

static void
an_unknown_user_is_told(void **state)
{
	struct scratch *s = *state;
	struct finding f = { .id = "nobody" };

	assert_int_equal(scratch_run(s, TXN_READ, find, &f), ERR_USER_UNKNOWN);
	f = (struct finding){ .email = "nobody@example.org" };
	assert_int_equal(scratch_run(s, TXN_READ, find, &f), ERR_USER_UNKNOWN);
}

static void
an_address_is_taken_in_any_case(void **state)
{
	struct scratch *s = *state;
	struct creation c = ada(), again = ada();

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	again.new.email = "ADA.l@example.ORG";
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, create, &again), ERR_EMAIL_TAKEN);
	assert_int_equal(s->failure.code, ERR_EMAIL_TAKEN);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM user"), 1);
}

static void
a_role_that_does_not_exist_is_refused(void **state)
{
	struct scratch *s = *state;
	struct creation c = ada();

	c.new.role = "emperor";
	assert_int_not_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM user"), 0);
}

static void
a_password_s_hash_stays_out_of_the_audit_log(void **state)
{
	struct scratch *s = *state;
	struct creation c = ada();

	c.new.password_hash = "$argon2id$secret";
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &c), ERR_NONE);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM audit_log"), 1);
	assert_int_equal(scratch_number(s,
			     "SELECT count(*) FROM audit_log "
			     "WHERE instr(changes, 'argon')"),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_right_password_fits),
		cmocka_unit_test(
		    the_same_password_is_hashed_differently_each_time),
		cmocka_unit_test(
		    the_hash_is_argon2id_with_19_mib_and_two_passes),
		cmocka_unit_test(
		    an_unknown_user_costs_the_same_hash_and_never_fits),
		cmocka_unit_test(a_user_without_a_password_cannot_log_in),
		scratch_test(a_user_is_created_as_given),
		scratch_test(
		    a_user_is_found_by_id_and_by_the_address_in_any_case),
		scratch_test(an_unknown_user_is_told),
		scratch_test(an_address_is_taken_in_any_case),
		scratch_test(a_role_that_does_not_exist_is_refused),
		scratch_test(a_password_s_hash_stays_out_of_the_audit_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
