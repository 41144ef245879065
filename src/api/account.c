/* SPDX-License-Identifier: MIT */
#include "api/account.h"

#include "api/family.h"
#include "domain/throttle.h"

#include <ctype.h>

#define HOUR_MS (INT64_C(60) * 60 * 1000)

/* Who tries to log in, and by which rules. */
struct attempt {
	struct throttle by_account;
	struct throttle by_network;
	const char *account; /* the e-mail address in lower case */
	const char *network;
	struct user *user;
};

static struct attempt
begin_attempt(struct call *c, const char *email, struct user *out)
{
	int64_t failures = c->site->config->login_failures;
	char *account = arena_text(c->arena, email), *at;

	for (at = account; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return (struct attempt){
		.by_account = { "login", failures, HOUR_MS / 4 },
		.by_network = { "login from", 10 * failures, HOUR_MS / 4 },
		.account = account,
		.network = request_network(&c->request, c->arena),
		.user = out,
	};
}

/* Run fn, which counts tries, as nobody: who it is, is what is being asked. */
static enum err
run_count(struct call *c, txn_fn *fn, void *arg)
{
	struct txn_call count = c->txn;

	count.actor = (struct txn_actor){
		.id = "anonymous",
		.kind = "anonymous",
		.request_id = c->request_id,
		.family = c->family->name,
	};
	return txn_run(c->site->store, TXN_WRITE, fn, arg, &count);
}

enum err
account_prepare_password(struct call *c, const char *password)
{
	struct account *made = arena_alloc(c->arena, sizeof(*made));

	token_draw(TOKEN_SESSION, made->secret);
	c->prepared = made;
	return user_hash_password(password, made->hash, &c->failure);
}

static enum err
take_signup(struct txn *t, void *arg)
{
	struct call *c = arg;
	struct throttle rule = { "sign up", c->site->config->signups, HOUR_MS };

	return throttle_take(t, &rule, request_network(&c->request, c->arena));
}

enum err
account_prepare_signup(struct call *c, const char *password)
{
	enum err err = ERR_NONE;

	if (c->site->config->signups > 0)
		err = run_count(c, take_signup, c);
	return err == ERR_NONE ? account_prepare_password(c, password) : err;
}

static enum err
find_user(struct txn *t, void *arg)
{
	struct attempt *a = arg;
	enum err err;

	if ((err = throttle_check(t, &a->by_account, a->account)) != ERR_NONE ||
	    (err = throttle_check(t, &a->by_network, a->network)) != ERR_NONE)
		return err;
	return user_find_by_email(t, a->account, a->user);
}

/* Of several wrong passwords at once those beyond the limit are not told
 * that they are wrong. */
static enum err
note_failure(struct txn *t, void *arg)
{
	struct attempt *a = arg;
	enum err err = throttle_take(t, &a->by_account, a->account);

	return err == ERR_NONE ? throttle_take(t, &a->by_network, a->network)
			       : err;
}

/* The user of this address, whom the password fits. */
static enum err
find_by_password(
    struct call *c, const char *email, const char *password, struct user *out)
{
	struct attempt attempt = begin_attempt(c, email, out);
	enum err err =
	    txn_run(c->site->store, TXN_READ, find_user, &attempt, &c->txn);

	if (err != ERR_NONE && err != ERR_USER_UNKNOWN)
		return err;
	/* An unknown address costs as much time as a wrong password. */
	if (user_password_fits(out->password_hash, password))
		return ERR_NONE;
	if (attempt.by_account.tries > 0 &&
	    (err = run_count(c, note_failure, &attempt)) != ERR_NONE)
		return err;
	return call_fail(c, ERR_CREDENTIALS, NULL, NULL);
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
