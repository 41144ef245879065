/* SPDX-License-Identifier: MIT */
/*
 * Logs: what models answered to prompts.
 */
#include "api/promptcrafter/promptcrafter.h"

#include "base/text.h"
#include "domain/run_log.h"

/* clang-format off */
static const struct field log_rows[] = {
	{.name = "promptId", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .check = text_is_uuid, .offset = offsetof(struct promptcrafter_log_body, prompt_id)},
	{.name = "output", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = PROMPTCRAFTER_TEXT_MAX, .offset = offsetof(struct promptcrafter_log_body, output)},
	{.name = "modelUsed", .alias = "model", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .offset = offsetof(struct promptcrafter_log_body, model_used)},
	{.name = "notes", .type = FIELD_TEXT, .max = PROMPTCRAFTER_TEXT_MAX, .offset = offsetof(struct promptcrafter_log_body, notes)},
	{.name = "score", .type = FIELD_INTEGER, .min = 0, .max = 10, .offset = offsetof(struct promptcrafter_log_body, score)},
};

/* Both ways to list read the same struct; only what must be there differs. */
#define LIST_ROWS(required) \
	{.name = "promptId", .type = FIELD_TEXT, .flags = (required), .check = text_is_uuid, .offset = offsetof(struct promptcrafter_log_query, prompt_id)}, \
	PAGE_FIELDS(struct promptcrafter_log_query, page),

static const struct field list_rows[] = { LIST_ROWS(0) };
static const struct field by_prompt_rows[] = { LIST_ROWS(FIELD_REQUIRED) };
/* clang-format on */

const struct field_table promptcrafter_log_fields = { FIELD_TABLE(log_rows) };
const struct field_table promptcrafter_log_list_fields = {
	FIELD_TABLE(list_rows),
	.refuse_unknown = true,
};
const struct field_table promptcrafter_log_by_prompt_fields = {
	FIELD_TABLE(by_prompt_rows),
	.refuse_unknown = true,
};

static void
show_log(struct doc *d, const struct run_log *l)
{
	doc_object(d, NULL);
	doc_text(d, "_id", l->id);
	doc_text(d, "promptId", l->prompt_id);
	doc_text(d, "output", l->output);
	doc_text(d, "modelUsed", l->model_used);
	if (l->notes != NULL)
		doc_text(d, "notes", l->notes);
	if (l->score.given == GIVEN_VALUE)
		doc_integer(d, "score", l->score.value);
	promptcrafter_show_time(d, "createdAt", l->created_at);
	doc_object_end(d);
}

enum err
promptcrafter_log_post(struct call *c, struct txn *t)
{
	const struct promptcrafter_log_body *b = c->body;
	struct run_log l = {
		.prompt_id = b->prompt_id.text,
		.output = b->output.text,
		.model_used = b->model_used.text,
		.notes = b->notes.text,
		.score = b->score,
	};
	struct prompt p;
	enum err err;

	if ((err = prompt_find(t, l.prompt_id, &p)) != ERR_NONE)
		return err;
	/* Here, unlike elsewhere, another's prompt must look unknown. */
	if (!text_equal(p.owner_id, c->caller.user_id))
		return call_fail(c, ERR_PROMPT_UNKNOWN, "id", NULL);
	if ((err = run_log_create(t, &l, &l)) != ERR_NONE)
		return err;
	show_log(call_reply(c, 201), &l);
	call_private(c);
	return ERR_NONE;
}

/* The logs of one prompt need a prompt, which must be the caller's own. */
static enum err
check_prompt(struct call *c, struct txn *t, const char *prompt_id)
{
	struct prompt p;
	enum err err;

	if ((err = prompt_find(t, prompt_id, &p)) != ERR_NONE)
		return err;
	if (!text_equal(p.owner_id, c->caller.user_id))
		return call_fail(c, ERR_NOT_OWNER, NULL, NULL);
	return ERR_NONE;
}

static enum err
show_list(struct call *c, struct query *q, struct page *page)
{
	struct doc *d = call_reply(c, 200);
	struct run_log l;

	page_bind(page, q);
	doc_array(d, NULL);
	while (query_row(q)) {
		run_log_take(q, &l);
		if (!page_add(page, l.created_at, l.id))
			break;
		show_log(d, &l);
	}
	doc_array_end(d);
	call_private(c);
	return query_end(q);
}

static enum err
list_of_prompt(struct call *c, struct txn *t, struct page *page)
{
	const struct promptcrafter_log_query *b = c->query;
	struct query q;
	enum err err;

	if ((err = check_prompt(c, t, b->prompt_id.text)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_RUN_LOG_LIST_OF_PROMPT);
	query_text(&q, ":prompt_id", b->prompt_id.text);
	if ((err = show_list(c, &q, page)) != ERR_NONE)
		return err;
	if (page->count == 0 && !page->is_continued)
		return call_fail(c, ERR_LOG_UNKNOWN, NULL, NULL);
	page_link(page, c, c->route->path);
	return ERR_NONE;
}

enum err
promptcrafter_log_list(struct call *c, struct txn *t)
{
	const struct promptcrafter_log_query *b = c->query;
	struct page page;
	struct query q;
	enum err err;

	page_begin(&page, &b->page);
	if (b->prompt_id.given == GIVEN_VALUE)
		return list_of_prompt(c, t, &page);
	query_start(&q, t, STATEMENT_RUN_LOG_LIST_OF_OWNER);
	query_text(&q, ":owner_id", c->caller.user_id);
	if ((err = show_list(c, &q, &page)) == ERR_NONE)
		page_link(&page, c, c->route->path);
	return err;
}

/* Logs never change, so a log has one revision. */
enum err
promptcrafter_log_delete(struct call *c, struct txn *t)
{
	const char *id = call_param(c, 0);
	struct run_log l;
	enum err err;

	if (!text_is_uuid(id))
		return call_fail(c, ERR_ID_INVALID, NULL, NULL);
	if ((err = run_log_find(t, id, &l)) != ERR_NONE)
		return err;
	if (!text_equal(l.owner_id, c->caller.user_id))
		return call_fail(c, ERR_NOT_OWNER, NULL, NULL);
	if ((err = call_precondition(c, l.id, 1)) != ERR_NONE ||
	    (err = run_log_delete(t, l.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
