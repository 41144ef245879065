/* SPDX-License-Identifier: MIT */
/*
 * jwt_caller: who calls with a JSON Web Token, and what the token lets him do.
 *
 * The token's subject is a user to whom an operator gave a role: the first
 * token is known by its e-mail address, later ones by issuer and subject
 * (domain/subject.h).  With jwt_roles in the settings the token's groups
 * decide the role, otherwise the user's own does.  A scope (or scp) claim
 * that names scopes of ours bounds the token as an API key's list would; one
 * that names none of them opens nothing in the voice family.
 */
#ifndef API_JWT_CALLER_H
#define API_JWT_CALLER_H

#include "api/call.h"

/* Check the settings that only this module reads; NULL or what is wrong. */
const char *jwt_caller_check_settings(const struct config *config);

/* Verify the token, and link its subject if it is new.  Outside of any
 * transaction.  Leaves it in c->jwt.  ERR_TOKEN_INVALID. */
enum err jwt_caller_prepare(struct call *c, const char *secret);

/* Who calls with c->jwt.  ERR_TOKEN_INVALID when he is gone. */
enum err jwt_caller_find(struct call *c, struct txn *t, struct caller *out);

#endif
