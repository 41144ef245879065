/* SPDX-License-Identifier: MIT */
#include "domain/token.h"

#include "base/text.h"
#include "store/query.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 32

static const char *const prefixes[] = {
	[TOKEN_KEY] = "ak_",
	[TOKEN_SESSION] = "sess_",
	[TOKEN_ACCESS] = "at_",
};

static const char *const kinds[] = {
	[TOKEN_KEY] = "key",
	[TOKEN_SESSION] = "session",
	[TOKEN_ACCESS] = "access",
	[TOKEN_JWT] = "jwt",
};

static const char *const operations[] = {
	[TOKEN_READ_RENDER] = "read_render",
	[TOKEN_ALL] = "all",
	[TOKEN_ADMIN] = "admin",
};

void
token_draw(enum token_kind kind, char out[TOKEN_SECRET_SIZE])
{
	unsigned char bytes[SECRET_BYTES];
	char hex[2 * SECRET_BYTES + 1];

	randombytes_buf(bytes, sizeof(bytes));
	text_hex(bytes, sizeof(bytes), hex);
	snprintf(out, TOKEN_SECRET_SIZE, "%s%s", prefixes[kind], hex);
}

bool
token_is_wellformed(const char *secret)
{
	unsigned char bytes[SECRET_BYTES];
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (text_starts(secret, prefixes[i]))
			return text_unhex(
			    secret + strlen(prefixes[i]), bytes, sizeof(bytes));
	}
	return false;
}

void
token_digest(const char *secret, unsigned char out[TOKEN_DIGEST_SIZE])
{
	_Static_assert(TOKEN_DIGEST_SIZE == crypto_hash_sha256_BYTES,
	    "tokens are stored by their SHA-256");

	crypto_hash_sha256(out, (const unsigned char *)secret, strlen(secret));
}

enum err
token_create(struct txn *t, const struct token_new *token, const char *secret)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct query q;

	token_digest(secret, digest);
	query_start(&q, t, STATEMENT_TOKEN_INSERT);
	query_blob(&q, ":digest", digest, sizeof(digest));
	query_text(&q, ":id", token->id != NULL ? token->id : txn_new_id(t));
	query_text(&q, ":user_id", token->user_id);
	query_text(&q, ":kind", kinds[token->kind]);
	query_text(&q, ":name", token->name);
	query_text(&q, ":operation", operations[token->operation]);
	query_text(&q, ":scopes", token->scopes);
	query_text(&q, ":organisation_id", token->organisation_id);
	query_integer(&q, ":now", txn_now(t));
	if (token->expires_at != 0)
		query_integer(&q, ":expires_at", token->expires_at);
	return query_run(&q);
}

const char *
token_operation_name(enum token_operation operation)
{
	return operations[operation];
}

bool
token_operation_from_name(const char *name, enum token_operation *out)
{
	enum token_operation o;

	for (o = TOKEN_READ_RENDER; o <= TOKEN_ADMIN; o++) {
		if (!text_equal(name, operations[o]))
			continue;
		*out = o;
		return true;
	}
	return false;
}

static enum token_kind
kind_from_name(const char *name)
{
	enum token_kind kind = TOKEN_KEY;

	while (kind < TOKEN_JWT && !text_equal(name, kinds[kind]))
		kind++;
	return kind;
}

static void
take_caller(struct query *q, struct caller *out)
{
	const char *operation;

	out->token_id = query_take_text(q);
	out->kind = kind_from_name(query_take_text(q));
	operation = query_take_text(q);
	out->operation = TOKEN_READ_RENDER;
	(void)token_operation_from_name(operation, &out->operation);
	out->scopes = query_take_text(q);
	out->organisation_id = query_take_text(q);
	out->is_bound = query_take_boolean(q);
	out->last_used_at = query_take_integer(q);
	out->user_id = query_take_text(q);
	out->email = query_take_text(q);
	out->name = query_take_text(q);
	out->role = query_take_text(q);
	out->is_admin = query_take_boolean(q);
	out->is_verified = query_take_boolean(q);
}

enum err
token_take_caller(struct query *q, struct caller *out)
{
	struct caller c = { 0 };
	bool found = query_row(q);
	enum err err;

	if (found)
		take_caller(q, &c);
	if ((err = query_end_found(q, found, ERR_TOKEN_INVALID, NULL)) ==
	    ERR_NONE)
		*out = c;
	return err;
}

enum err
token_find_caller(struct txn *t, const char *secret, struct caller *out)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct query q;

	if (!token_is_wellformed(secret))
		return txn_fail(t, ERR_TOKEN_INVALID, NULL, NULL);
	token_digest(secret, digest);
	query_start(&q, t,
	    text_starts(secret, prefixes[TOKEN_ACCESS])
		? STATEMENT_ACCESS_TOKEN_FIND_CALLER
		: STATEMENT_TOKEN_FIND_CALLER);
	query_blob(&q, ":digest", digest, sizeof(digest));
	query_integer(&q, ":now", txn_now(t));
	return token_take_caller(&q, out);
}

enum err
token_delete(struct txn *t, const char *secret)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct query q;

	token_digest(secret, digest);
	query_start(&q, t, STATEMENT_TOKEN_DELETE);
	query_blob(&q, ":digest", digest, sizeof(digest));
	return query_run(&q);
}

enum err
token_delete_session(struct txn *t, const char *user_id, const char *id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_SESSION_DELETE);
	query_text(&q, ":id", id);
	query_text(&q, ":user_id", user_id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_SESSION_UNKNOWN, "id", NULL);
	return ERR_NONE;
}

void
token_list(struct query *q, struct txn *t, const char *user_id)
{
	query_start(q, t, STATEMENT_TOKEN_LIST);
	query_text(q, ":user_id", user_id);
	query_integer(q, ":now", txn_now(t));
}

bool
token_next(struct query *q, struct token *out)
{
	if (!query_row(q))
		return false;
	out->id = query_take_text(q);
	out->kind = query_take_text(q);
	out->email = query_take_text(q);
	out->name = query_take_text(q);
	out->operation = query_take_text(q);
	out->scopes = query_take_text(q);
	out->organisation_id = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->expires_at = query_take_integer(q);
	out->last_used_at = query_take_integer(q);
	return true;
}

enum err
token_revoke(struct txn *t, const char *id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_TOKEN_REVOKE);
	query_text(&q, ":id", id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_TOKEN_UNKNOWN, "id", NULL);
	return ERR_NONE;
}

enum err
token_note_use(struct txn *t, const char *id, int64_t at_ms)
{
	struct query q;

	query_start(&q, t, STATEMENT_TOKEN_NOTE_USE);
	query_text(&q, ":id", id);
	query_integer(&q, ":at", at_ms);
	return query_run(&q);
}
