/* SPDX-License-Identifier: MIT */
#include "domain/run_log.h"

void
run_log_take(struct query *q, struct run_log *out)
{
	out->id = query_take_text(q);
	out->prompt_id = query_take_text(q);
	out->owner_id = query_take_text(q);
	out->output = query_take_text(q);
	out->model_used = query_take_text(q);
	out->notes = query_take_text(q);
	out->score.given = query_take_boolean(q) ? GIVEN_VALUE : GIVEN_NOT;
	out->score.value = query_take_integer(q);
	out->created_at = query_take_integer(q);
}

enum err
run_log_find(struct txn *t, const char *id, struct run_log *out)
{
	struct run_log l = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_RUN_LOG_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		run_log_take(&q, &l);
	if ((err = query_end_found(&q, found, ERR_LOG_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = l;
	return err;
}

enum err
run_log_create(struct txn *t, const struct run_log *first, struct run_log *out)
{
	const char *id = txn_new_id(t);
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_RUN_LOG_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":prompt_id", first->prompt_id);
	query_text(&q, ":output", first->output);
	query_text(&q, ":model_used", first->model_used);
	query_text(&q, ":notes", first->notes);
	if (first->score.given == GIVEN_VALUE)
		query_integer(&q, ":score", first->score.value);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return run_log_find(t, id, out);
}

enum err
run_log_delete(struct txn *t, const char *id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_RUN_LOG_DELETE);
	query_text(&q, ":id", id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_LOG_UNKNOWN, "id", NULL);
	return ERR_NONE;
}
