/* SPDX-License-Identifier: MIT */
/*
 * auth: who is calling, and may they.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "api/route.h"

/* Does this route look at the caller's token at all? */
bool auth_looks_at_token(const struct route *r);

/* Find the caller by the token and hold him against the route's access.
 * Fills c->caller.  ERR_TOKEN_MISSING, ERR_TOKEN_SCHEME, ERR_TOKEN_INVALID,
 * ERR_USER_UNVERIFIED, ERR_ROLE_TOO_LOW, ERR_SCOPE_MISSING. */
enum err auth_check(struct call *c, struct txn *t);

/* May the caller use this scope (prompts:read, prompts:write,
 * prompts:download)?  His role must have it, and his token must not leave it
 * out. */
bool auth_has_scope(const struct caller *who, const char *scope);

#endif
