/* SPDX-License-Identifier: MIT */
#include "domain/token.h"

#include "base/text.h"
#include "store/query.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 32

static const char *const operations[] = {
	[TOKEN_READ_RENDER] = "read_render",
	[TOKEN_ALL] = "all",
	[TOKEN_ADMIN] = "admin",
};

void
token_draw(bool is_session, char out[TOKEN_SECRET_SIZE])
{
	unsigned char bytes[SECRET_BYTES];
	char hex[2 * SECRET_BYTES + 1];

	randombytes_buf(bytes, sizeof(bytes));
	text_hex(bytes, sizeof(bytes), hex);
	snprintf(
	    out, TOKEN_SECRET_SIZE, "%s%s", is_session ? "sess_" : "ak_", hex);
}

bool
token_is_wellformed(const char *secret)
{
	unsigned char bytes[SECRET_BYTES];

	if (text_starts(secret, "sess_"))
		return text_unhex(secret + 5, bytes, sizeof(bytes));
	if (text_starts(secret, "ak_"))
		return text_unhex(secret + 3, bytes, sizeof(bytes));
	return false;
}

static void
digest_secret(const char *secret, unsigned char out[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256(out, (const unsigned char *)secret, strlen(secret));
}

enum err
token_create(struct txn *t, const struct token_new *token, const char *secret)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	struct query q;

	digest_secret(secret, digest);
	query_start(&q, t, STATEMENT_TOKEN_INSERT);
	query_blob(&q, ":digest", digest, sizeof(digest));
	query_text(&q, ":id", txn_new_id(t));
	query_text(&q, ":user_id", token->user_id);
	query_text(&q, ":kind", token->is_session ? "session" : "key");
	query_text(&q, ":name", token->name);
	query_text(&q, ":operation", operations[token->operation]);
	query_text(&q, ":scopes", token->scopes);
	query_text(&q, ":organisation_id", token->organisation_id);
	query_integer(&q, ":now", txn_now(t));
	if (token->expires_at != 0)
		query_integer(&q, ":expires_at", token->expires_at);
	return query_run(&q);
}

static enum token_operation
read_operation(const char *name)
{
	if (text_equal(name, operations[TOKEN_ADMIN]))
		return TOKEN_ADMIN;
	if (text_equal(name, operations[TOKEN_ALL]))
		return TOKEN_ALL;
	return TOKEN_READ_RENDER;
}

enum err
token_find_caller(struct txn *t, const char *secret, struct caller *out)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	struct caller c;
	struct query q;
	bool found;
	enum err err;

	if (!token_is_wellformed(secret))
		return txn_fail(t, ERR_TOKEN_INVALID, NULL, NULL);
	digest_secret(secret, digest);
	query_start(&q, t, STATEMENT_TOKEN_FIND_CALLER);
	query_blob(&q, ":digest", digest, sizeof(digest));
	query_integer(&q, ":now", txn_now(t));
	if ((found = query_row(&q))) {
		c.token_id = query_take_text(&q);
		c.is_session = text_equal(query_take_text(&q), "session");
		c.operation = read_operation(query_take_text(&q));
		c.scopes = query_take_text(&q);
		c.user_id = query_take_text(&q);
		c.email = query_take_text(&q);
		c.name = query_take_text(&q);
		c.role = query_take_text(&q);
		c.is_admin = query_take_boolean(&q);
		c.is_verified = query_take_boolean(&q);
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (!found)
		return txn_fail(t, ERR_TOKEN_INVALID, NULL, NULL);
	*out = c;
	return ERR_NONE;
}

enum err
token_delete(struct txn *t, const char *secret)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	struct query q;

	digest_secret(secret, digest);
	query_start(&q, t, STATEMENT_TOKEN_DELETE);
	query_blob(&q, ":digest", digest, sizeof(digest));
	return query_run(&q);
}

bool
token_scopes_have(const char *scopes, const char *scope)
{
	size_t len = strlen(scope), step;

	for (; *scopes != '\0'; scopes += step) {
		step = strcspn(scopes, " ");
		if (step == len && memcmp(scopes, scope, len) == 0)
			return true;
		step += strspn(scopes + step, " ");
	}
	return false;
}
