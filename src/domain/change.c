/* SPDX-License-Identifier: MIT */
#include "domain/change.h"

void
change_list(struct query *q, struct txn *t, const char *prompt_id)
{
	query_start(q, t, STATEMENT_CHANGE_LIST_OF_PROMPT);
	query_text(q, ":prompt_id", prompt_id);
}

bool
change_next(struct query *q, struct change *out)
{
	if (!query_row(q))
		return false;
	out->id = query_take_text(q);
	out->prompt_id = query_take_text(q);
	out->version = query_take_integer(q);
	out->type = query_take_text(q);
	out->changes = query_take_text(q);
	out->comment = query_take_text(q);
	out->author_id = query_take_text(q);
	out->author_email = query_take_text(q);
	out->created_at = query_take_integer(q);
	return true;
}
