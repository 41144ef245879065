/* SPDX-License-Identifier: MIT */
#include "domain/user.h"

#include "store/query.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

/* OWASP's minimum for argon2id; fits the memory caps of shared hosting. */
#define HASH_OPS 2
#define HASH_BYTES ((size_t)19 << 20)

/* A hash that no password fits, to spend the same time on unknown users.
 * Same parameters as above; salt and digest are zeros. */
static const char nobody_hash[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

enum err
user_hash_password(
    const char *password, char out[USER_HASH_SIZE], struct failure *f)
{
	_Static_assert(USER_HASH_SIZE >= crypto_pwhash_STRBYTES,
	    "the hash needs more room");

	if (crypto_pwhash_str(
		out, password, strlen(password), HASH_OPS, HASH_BYTES) != 0)
		return err_fail(
		    f, ERR_INTERNAL, NULL, "no memory to hash a password");
	return ERR_NONE;
}

bool
user_password_fits(const char *hash, const char *password)
{
	bool fits = crypto_pwhash_str_verify(hash == NULL ? nobody_hash : hash,
			password, strlen(password)) == 0;

	return fits && hash != NULL;
}

/* E-mail addresses compare by their lower-case form. */
static const char *
email_key(struct txn *t, const char *email)
{
	char *key = arena_text(txn_arena(t), email), *c;

	for (c = key; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return key;
}

bool
user_next(struct query *q, struct user *out)
{
	if (!query_row(q))
		return false;
	out->id = query_take_text(q);
	out->email = query_take_text(q);
	out->name = query_take_text(q);
	out->password_hash = query_take_text(q);
	out->role = query_take_text(q);
	out->is_admin = query_take_boolean(q);
	out->is_verified = query_take_boolean(q);
	out->created_at = query_take_integer(q);
	return true;
}

static enum err
take_one(struct query *q, struct user *out)
{
	struct user u = { 0 };
	bool found = user_next(q, &u);
	enum err err;

	if ((err = query_end_found(q, found, ERR_USER_UNKNOWN, NULL)) ==
	    ERR_NONE)
		*out = u;
	return err;
}

enum err
user_find(struct txn *t, const char *id, struct user *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_USER_FIND);
	query_text(&q, ":id", id);
	return take_one(&q, out);
}

enum err
user_find_by_email(struct txn *t, const char *email, struct user *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_USER_FIND_BY_EMAIL);
	query_text(&q, ":email_key", email_key(t, email));
	return take_one(&q, out);
}

void
user_list(struct query *q, struct txn *t)
{
	query_start(q, t, STATEMENT_USER_LIST);
}

enum err
user_create(struct txn *t, const struct user_new *user, struct user *out)
{
	const char *id = txn_new_id(t);
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_USER_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":email", user->email);
	query_text(&q, ":email_key", email_key(t, user->email));
	query_text(&q, ":name", user->name);
	query_text(&q, ":password_hash", user->password_hash);
	query_text(&q, ":role", user->role);
	query_integer(&q, ":is_admin", user->is_admin);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return user_find(t, id, out);
}

enum err
user_set_email(struct txn *t, const char *id, const char *email)
{
	struct query q;

	query_start(&q, t, STATEMENT_USER_SET_EMAIL);
	query_text(&q, ":id", id);
	query_text(&q, ":email", email);
	query_text(&q, ":email_key", email_key(t, email));
	return query_run(&q);
}

enum err
user_set_password(struct txn *t, const char *id, const char *password_hash)
{
	struct query q;

	query_start(&q, t, STATEMENT_USER_SET_PASSWORD);
	query_text(&q, ":id", id);
	query_text(&q, ":password_hash", password_hash);
	return query_run(&q);
}

enum err
user_find_other_admin(struct txn *t, const char *id)
{
	struct query q;
	bool found;

	query_start(&q, t, STATEMENT_USER_FIND_OTHER_ADMIN);
	query_text(&q, ":id", id);
	found = query_row(&q);
	return query_end_found(&q, found, ERR_LAST_ADMIN, NULL);
}

enum err
user_set_role(struct txn *t, const char *id, const char *role)
{
	struct query q;

	query_start(&q, t, STATEMENT_USER_SET_ROLE);
	query_text(&q, ":id", id);
	query_text(&q, ":role", role);
	return query_run(&q);
}

enum err
user_delete(struct txn *t, const char *id)
{
	/* Each sees what those before it left. */
	static const enum statement steps[] = {
		STATEMENT_USER_DELETE_ORGANISATIONS,
		STATEMENT_USER_PASS_ON_TEAMS,
		STATEMENT_USER_PASS_ON_KEYS,
		STATEMENT_USER_DELETE_TOKENS,
		STATEMENT_SUBJECT_DELETE_OF_USER,
		STATEMENT_USER_DELETE_MEMBERSHIPS,
		STATEMENT_USER_DELETE_UNNAMED,
		STATEMENT_USER_BLANK,
	};
	struct query q;
	enum err err;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		query_start(&q, t, steps[i]);
		query_text(&q, ":id", id);
		if ((err = query_run(&q)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}
