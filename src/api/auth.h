/* SPDX-License-Identifier: MIT */
/*
 * auth: who is calling, and may they.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "api/route.h"

/* What each kind of access asks for. */
struct access_rule {
	bool token;                     /* a token must be there */
	bool session;                   /* and be a session */
	enum token_operation operation; /* and allow at least this */
	const char *role;               /* and its user have this role */
	unsigned scope;                 /* and have this scope */
	/* Another way in, without such a token; or NULL. */
	bool (*opens)(const struct call *c);
};

const struct access_rule *auth_rule(const struct route *r);

/* Does this route look at the caller's token at all? */
bool auth_looks_at_token(const struct route *r);

/* What must be done with a token before a transaction begins: a JWT is
 * verified and left in c->jwt.  ERR_TOKEN_INVALID; a token that is missing is
 * left to auth_check. */
enum err auth_prepare(struct call *c);

/* Find the caller by the token and hold him against the route's access.
 * Fills c->caller.  ERR_TOKEN_MISSING, ERR_TOKEN_SCHEME, ERR_TOKEN_INVALID,
 * ERR_USER_UNVERIFIED, ERR_ROLE_TOO_LOW, ERR_SCOPE_MISSING. */
enum err auth_check(struct call *c, struct txn *t);

/* The scopes (scope.h) that the caller may use: his role must have them, and
 * his token must not leave them out, by its list or, without one, by its
 * operation. */
unsigned auth_scopes(const struct caller *who);

/* The WWW-Authenticate of a failure with this status; NULL when it needs
 * none. */
const char *auth_challenge(struct call *c, enum err err, int status);

#endif
