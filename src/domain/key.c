/* SPDX-License-Identifier: MIT */
#include "domain/key.h"

#include "base/text.h"

void
key_take(struct query *q, struct key *out)
{
	out->id = query_take_text(q);
	out->name = query_take_text(q);
	out->organisation_id = query_take_text(q);
	out->team_id = query_take_text(q);
	out->operation = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->last_used_at = query_take_integer(q);
}

enum err
key_find(struct txn *t, const char *id, struct key *out)
{
	struct query q;
	struct key k = { 0 };
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_KEY_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		key_take(&q, &k);
	if ((err = query_end_found(&q, found, ERR_KEY_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = k;
	return err;
}

enum err
key_check_teams(
    struct txn *t, const char *team_ids, const char *organisation_id)
{
	const char *owner, *field = NULL;
	bool bad = false;
	struct query q;
	enum err err;

	if (team_ids == NULL)
		return ERR_NONE;
	query_start(&q, t, STATEMENT_KEY_CHECK_TEAMS);
	query_text(&q, ":team_ids", team_ids);
	while (!bad && query_row(&q)) {
		owner = query_take_text(&q);
		bad = owner == NULL || !text_equal(owner, organisation_id);
		field = owner == NULL ? NULL : "organisation";
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	return bad ? txn_fail(t, ERR_TEAM_UNKNOWN, field, NULL) : ERR_NONE;
}

static enum err
run_on_teams(struct txn *t, enum statement statement, const char *id,
    const char *team_ids)
{
	struct query q;

	query_start(&q, t, statement);
	query_text(&q, ":id", id);
	query_text(&q, ":team_ids", team_ids);
	return query_run(&q);
}

/* Bind the key to just these teams; NULL leaves it as it is. */
static enum err
bind_teams(struct txn *t, const char *id, const char *team_ids)
{
	enum err err;

	if (team_ids == NULL)
		return ERR_NONE;
	err = run_on_teams(t, STATEMENT_KEY_UNBIND_TEAMS, id, team_ids);
	if (err != ERR_NONE)
		return err;
	return run_on_teams(t, STATEMENT_KEY_BIND_TEAMS, id, team_ids);
}

enum err
key_create(struct txn *t, const struct token_new *token, const char *secret,
    const char *team_ids, struct key *out)
{
	struct token_new first = *token;
	enum err err;

	first.id = txn_new_id(t);
	first.kind = TOKEN_KEY;
	if ((err = token_create(t, &first, secret)) != ERR_NONE ||
	    (err = bind_teams(t, first.id, team_ids)) != ERR_NONE)
		return err;
	return key_find(t, first.id, out);
}

enum err
key_update(struct txn *t, const struct key *old, const struct key_patch *patch,
    struct key *out)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_KEY_UPDATE);
	query_text(&q, ":id", old->id);
	query_text(&q, ":name", patch->name);
	query_text(&q, ":operation",
	    patch->operation == NULL ? NULL
				     : token_operation_name(*patch->operation));
	if ((err = query_run(&q)) != ERR_NONE ||
	    (err = bind_teams(t, old->id, patch->team_ids)) != ERR_NONE)
		return err;
	return key_find(t, old->id, out);
}

enum err
key_replace_secret(struct txn *t, const struct key *key, const char *secret)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	struct query q;

	token_digest(secret, digest);
	query_start(&q, t, STATEMENT_KEY_REPLACE_SECRET);
	query_text(&q, ":id", key->id);
	query_blob(&q, ":digest", digest, sizeof(digest));
	return query_run(&q);
}

enum err
key_delete(struct txn *t, const char *id)
{
	struct query q;

	query_start(&q, t, STATEMENT_KEY_DELETE);
	query_text(&q, ":id", id);
	return query_run(&q);
}
