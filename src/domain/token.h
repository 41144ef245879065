/* SPDX-License-Identifier: MIT */
/*
 * token: the secrets by which callers are known: sessions (sess_…), API keys
 * (ak_…) and the access tokens of keys (at_…, access_token.h), 32 random
 * bytes each.  Only their SHA-256 is stored; the secret itself is shown once,
 * when it is made.
 *
 * A secret is looked up by its SHA-256 and never compared itself, so how long
 * that takes tells nothing about it.
 */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

#define TOKEN_SECRET_SIZE 80
#define TOKEN_DIGEST_SIZE 32

enum token_kind {
	TOKEN_KEY,
	TOKEN_SESSION,
	TOKEN_ACCESS,
	TOKEN_JWT, /* of another issuer: stored nowhere, see subject.h */
};

/* What a token lets its user do at most; his own role bounds it too. */
enum token_operation {
	TOKEN_READ_RENDER, /* look and render */
	TOKEN_ALL,         /* and change prompts */
	TOKEN_ADMIN,       /* and administer */
};

/* Who a token stands for. */
struct caller {
	const char *token_id; /* of an access token: its key's; of a JWT:
	                       * its subject's */
	enum token_kind kind;
	bool is_bound; /* to some of its organisation's teams */
	enum token_operation operation;
	const char *scopes; /* as in scope.h, NULL: all the role's */
	const char *user_id;
	const char *email;
	const char *name;
	const char *role; /* as in struct user */
	bool is_admin;
	bool is_verified;
	const char *organisation_id; /* of a key, NULL: none */
	int64_t last_used_at;        /* as noted, 0: never */
};

struct token_new {
	const char *id; /* NULL: one is drawn */
	const char *user_id;
	enum token_kind kind; /* session or key */
	const char *name;
	enum token_operation operation;
	const char *scopes;          /* NULL: no list */
	const char *organisation_id; /* NULL, or what a key belongs to */
	int64_t expires_at;          /* UTC ms; 0: never */
};

/* A session or key as an operator is shown it.  Text lives in the call's
 * arena. */
struct token {
	const char *id;
	const char *kind;
	const char *email; /* of its user */
	const char *name;
	const char *operation;
	const char *scopes;          /* NULL: no list */
	const char *organisation_id; /* of a key, NULL: none */
	int64_t created_at;          /* UTC ms */
	int64_t expires_at;          /* UTC ms, 0: never */
	int64_t last_used_at;        /* UTC ms, 0: not noted */
};

/* Draw a secret: sess_, ak_ or at_ and 64 hexadecimal digits.  Draw it before
 * the transaction, so that the same one is stored when it runs again. */
void token_draw(enum token_kind kind, char out[TOKEN_SECRET_SIZE]);

/* SHA-256 of the secret, which is all that is stored of it. */
void token_digest(const char *secret, unsigned char out[TOKEN_DIGEST_SIZE]);

const char *token_operation_name(enum token_operation operation);

/* False for any other text. */
bool token_operation_from_name(const char *name, enum token_operation *out);

/* Does secret have the form of one of our tokens? */
bool token_is_wellformed(const char *secret);

/* Store the token. */
enum err token_create(
    struct txn *t, const struct token_new *token, const char *secret);

/* Who is calling?  ERR_TOKEN_INVALID when the token is malformed, unknown or
 * expired. */
enum err token_find_caller(
    struct txn *t, const char *secret, struct caller *out);

/* Take the one row of a query with the columns of token_find_caller, and end
 * the query.  ERR_TOKEN_INVALID when there is no row. */
enum err token_take_caller(struct query *q, struct caller *out);

/* End a session; no error when there is none. */
enum err token_delete(struct txn *t, const char *secret);

/* End one of the user's sessions by its id.  ERR_SESSION_UNKNOWN when he has
 * none of this id. */
enum err token_delete_session(
    struct txn *t, const char *user_id, const char *id);

/* Go through the sessions and keys that have not expired, of the user or
 * (NULL) of everybody, the newest first:
 *
 *	token_list(&q, t, user_id);
 *	while (token_next(&q, &token))
 *		…
 *	err = query_end(&q); */
void token_list(struct query *q, struct txn *t, const char *user_id);
bool token_next(struct query *q, struct token *out);

/* End any session or key by its id, and with a key its access tokens.
 * ERR_TOKEN_UNKNOWN when there is none of this id. */
enum err token_revoke(struct txn *t, const char *id);

/* Note when a key was used.  Bookkeeping, so it is not audited. */
enum err token_note_use(struct txn *t, const char *id, int64_t at_ms);

#endif
