/* SPDX-License-Identifier: MIT */
#include "domain/payload.h"

#include <stdbool.h>

void
payload_take(struct query *q, struct payload *out)
{
	out->id = query_take_text(q);
	out->prompt_id = query_take_text(q);
	out->name = query_take_text(q);
	out->variables = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->updated_at = query_take_integer(q);
	out->revision = query_take_integer(q);
}

enum err
payload_find(
    struct txn *t, const char *prompt_id, const char *id, struct payload *out)
{
	struct payload p = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_PAYLOAD_FIND);
	query_text(&q, ":id", id);
	query_text(&q, ":prompt_id", prompt_id);
	if ((found = query_row(&q)))
		payload_take(&q, &p);
	if ((err = query_end_found(&q, found, ERR_PAYLOAD_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = p;
	return err;
}

enum err
payload_create(struct txn *t, const char *prompt_id, const char *variables,
    struct payload *out)
{
	const char *id = txn_new_id(t);
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PAYLOAD_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":variables", variables);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return payload_find(t, prompt_id, id, out);
}

enum err
payload_update(struct txn *t, const struct payload *old,
    const struct payload_patch *patch, struct payload *out)
{
	struct payload p = *old;
	struct query q;
	enum err err;

	if (patch->name.given != GIVEN_VALUE &&
	    patch->variables.given != GIVEN_VALUE) {
		*out = p;
		return ERR_NONE;
	}
	if (patch->name.given == GIVEN_VALUE)
		p.name = patch->name.text;
	if (patch->variables.given == GIVEN_VALUE)
		p.variables = patch->variables.json;
	p.updated_at = txn_time_after(t, old->updated_at);
	p.revision++;
	query_start(&q, t, STATEMENT_PAYLOAD_UPDATE);
	query_text(&q, ":id", p.id);
	query_text(&q, ":name", p.name);
	query_text(&q, ":variables", p.variables);
	query_integer(&q, ":updated_at", p.updated_at);
	query_integer(&q, ":revision", old->revision);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_STALE, NULL, NULL);
	*out = p;
	return ERR_NONE;
}

enum err
payload_delete(struct txn *t, const char *id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PAYLOAD_DELETE);
	query_text(&q, ":id", id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_PAYLOAD_UNKNOWN, "id", NULL);
	return ERR_NONE;
}
