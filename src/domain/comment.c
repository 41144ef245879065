/* SPDX-License-Identifier: MIT */
#include "domain/comment.h"

#include "base/text.h"

static void
take_comment(struct query *q, struct comment *out)
{
	out->id = query_take_text(q);
	out->prompt_id = query_take_text(q);
	out->parent_id = query_take_text(q);
	out->content = query_take_text(q);
	out->author_id = query_take_text(q);
	out->author_email = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->updated_at = query_take_integer(q);
}

static enum err
find_comment(struct txn *t, const char *id, struct comment *out)
{
	struct comment found = { 0 };
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_COMMENT_FIND);
	query_text(&q, ":id", id);
	if (query_row(&q))
		take_comment(&q, &found);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (found.id == NULL)
		return txn_fail(t, ERR_COMMENT_UNKNOWN, "id", NULL);
	*out = found;
	return ERR_NONE;
}

static enum err
check_parent(struct txn *t, const struct comment *child)
{
	struct comment parent;
	enum err err;

	if ((err = find_comment(t, child->parent_id, &parent)) != ERR_NONE)
		return err;
	if (!text_equal(parent.prompt_id, child->prompt_id))
		return txn_fail(t, ERR_COMMENT_ELSEWHERE, "parent", NULL);
	return ERR_NONE;
}

enum err
comment_create(struct txn *t, const struct comment *first, struct comment *out)
{
	const char *id = txn_new_id(t);
	struct query q;
	enum err err;

	if (first->parent_id != NULL &&
	    (err = check_parent(t, first)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_COMMENT_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":prompt_id", first->prompt_id);
	query_text(&q, ":parent_id", first->parent_id);
	query_text(&q, ":content", first->content);
	query_text(&q, ":author_id", first->author_id);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return find_comment(t, id, out);
}

void
comment_list(struct query *q, struct txn *t, const char *prompt_id)
{
	query_start(q, t, STATEMENT_COMMENT_LIST);
	query_text(q, ":prompt_id", prompt_id);
}

bool
comment_next(struct query *q, struct comment *out)
{
	if (!query_row(q))
		return false;
	take_comment(q, out);
	return true;
}
