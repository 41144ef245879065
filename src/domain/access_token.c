/* SPDX-License-Identifier: MIT */
#include "domain/access_token.h"

#include "base/text.h"
#include "store/query.h"

enum err
access_token_find_client(struct txn *t, const char *client_id,
    const char *client_secret, struct caller *out)
{
	struct caller c;
	enum err err;

	if ((err = token_find_caller(t, client_secret, &c)) != ERR_NONE)
		return err;
	if (c.kind != TOKEN_KEY)
		return txn_fail(t, ERR_TOKEN_INVALID, NULL, NULL);
	if (!text_equal(c.token_id, client_id))
		return txn_fail(t, ERR_CREDENTIALS, NULL, NULL);
	*out = c;
	return ERR_NONE;
}

static enum err
purge(struct txn *t)
{
	struct query q;

	query_start(&q, t, STATEMENT_ACCESS_TOKEN_PURGE);
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

enum err
access_token_create(
    struct txn *t, const char *key_id, const char *scopes, const char *secret)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct query q;
	enum err err;

	if ((err = purge(t)) != ERR_NONE)
		return err;
	token_digest(secret, digest);
	query_start(&q, t, STATEMENT_ACCESS_TOKEN_INSERT);
	query_blob(&q, ":digest", digest, sizeof(digest));
	query_text(&q, ":id", txn_new_id(t));
	query_text(&q, ":key_id", key_id);
	query_text(&q, ":scopes", scopes);
	query_integer(&q, ":now", txn_now(t));
	query_integer(
	    &q, ":expires_at", txn_now(t) + (int64_t)ACCESS_TOKEN_S * 1000);
	return query_run(&q);
}
