/* SPDX-License-Identifier: MIT */
#include "api/account.h"

struct lookup {
	const char *email;
	struct user *user;
};

enum err
account_prepare_signup(struct call *c, const char *password)
{
	struct account *made = arena_alloc(c->arena, sizeof(*made));

	token_draw(TOKEN_SESSION, made->secret);
	c->prepared = made;
	return user_hash_password(password, made->hash, &c->failure);
}

static enum err
find_user(struct txn *t, void *arg)
{
	struct lookup *lookup = arg;

	return user_find_by_email(t, lookup->email, lookup->user);
}

/* The user of this address, whom the password fits. */
static enum err
find_by_password(
    struct call *c, const char *email, const char *password, struct user *out)
{
	struct lookup lookup = { .email = email, .user = out };
	enum err err =
	    txn_run(c->site->store, TXN_READ, find_user, &lookup, &c->txn);

	if (err != ERR_NONE && err != ERR_USER_UNKNOWN)
		return err;
	/* An unknown address costs as much time as a wrong password. */
	if (!user_password_fits(out->password_hash, password))
		return call_fail(c, ERR_CREDENTIALS, NULL, NULL);
	return ERR_NONE;
}

enum err
account_prepare_login(struct call *c, const char *email, const char *password)
{
	struct account *made = arena_alloc(c->arena, sizeof(*made));
	enum err err = find_by_password(c, email, password, &made->user);

	if (err != ERR_NONE)
		return err;
	token_draw(TOKEN_SESSION, made->secret);
	c->prepared = made;
	return ERR_NONE;
}

enum err
account_check_password(struct call *c, const char *email, const char *password)
{
	struct user user = { 0 };

	return find_by_password(c, email, password, &user);
}

enum err
account_open_session(struct call *c, struct txn *t, const char *user_id,
    const char *secret, int64_t *expires_at)
{
	struct token_new token = {
		.user_id = user_id,
		.kind = TOKEN_SESSION,
		.name = "",
		.operation = TOKEN_ADMIN,
		.expires_at =
		    txn_now(t) + c->site->config->session_hours * 3600 * 1000,
	};

	if (expires_at != NULL)
		*expires_at = token.expires_at;
	return token_create(t, &token, secret);
}
