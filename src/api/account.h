/* SPDX-License-Identifier: MIT */
/*
 * account: what signing up and signing in have in common in every family.
 *
 * Passwords are hashed in a route's prepare, where no lock is held; what is
 * drawn there waits in the call's `prepared` for the handler.
 */
#ifndef API_ACCOUNT_H
#define API_ACCOUNT_H

#include "api/call.h"
#include "domain/user.h"

struct account {
	char hash[USER_HASH_SIZE];      /* of a new user's password */
	char secret[TOKEN_SECRET_SIZE]; /* of the session to be opened */
	struct user user;               /* who logs in */
};

/* Hash a new password and draw a secret.  c->prepared is a struct account
 * afterwards. */
enum err account_prepare_password(struct call *c, const char *password);

/* The same for a stranger who registers: one of the sign-ups that his network
 * has in an hour is taken.  ERR_THROTTLED. */
enum err account_prepare_signup(struct call *c, const char *password);

/* Find the user whom address and password fit, and draw a secret.
 * c->prepared is a struct account afterwards.  ERR_CREDENTIALS, in equal time
 * for an unknown address and a wrong password.  ERR_THROTTLED, whether the
 * password fits or not, when the address or the caller's network has had too
 * many wrong ones: see the setting login_failures. */
enum err account_prepare_login(
    struct call *c, const char *email, const char *password);

/* Does the password fit the address?  Fails as account_prepare_login does. */
enum err account_check_password(
    struct call *c, const char *email, const char *password);

/* Store a session of the user's; expires_at may be NULL. */
enum err account_open_session(struct call *c, struct txn *t,
    const char *user_id, const char *secret, int64_t *expires_at);

#endif
