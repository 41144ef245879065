/* SPDX-License-Identifier: MIT */
/*
 * Prompts: kept, listed, searched.
 */
#include "api/promptcrafter/promptcrafter.h"

#include "base/text.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/search.h"

/* Both bodies fill the same struct; only what must be there differs. */
/* clang-format off */
#define PROMPT_FIELDS(required) \
	{.name = "title", .type = FIELD_TEXT, .flags = (required), .min = 3, .max = 100, .offset = offsetof(struct prompt_patch, name)}, \
	{.name = "content", .type = FIELD_TEXT, .flags = (required), .min = 1, .max = PROMPTCRAFTER_TEXT_MAX, .offset = offsetof(struct prompt_patch, content)}, \
	{.name = "model", .type = FIELD_TEXT, .flags = (required), .min = 1, .max = 200, .offset = offsetof(struct prompt_patch, model)}, \
	{.name = "tags", .type = FIELD_TEXTS, .max = 50, .item_min = 1, .item_max = 64, .offset = offsetof(struct prompt_patch, tags)},

/* clang-format on */
static const struct field create_rows[] = { PROMPT_FIELDS(FIELD_REQUIRED) };
const struct field_table promptcrafter_create_fields = {
	FIELD_TABLE(create_rows),
};

static const struct field patch_rows[] = { PROMPT_FIELDS(0) };
const struct field_table promptcrafter_patch_fields = {
	FIELD_TABLE(patch_rows),
};

/* clang-format off */
static const struct field search_rows[] = {
	{.name = "q", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_TRIM, .min = 1, .offset = offsetof(struct promptcrafter_search_query, q)},
};
/* clang-format on */
const struct field_table promptcrafter_search_fields = {
	FIELD_TABLE(search_rows),
};

static void
show_prompt(struct doc *d, const struct prompt *p)
{
	doc_object(d, NULL);
	doc_text(d, "_id", p->id);
	doc_text(d, "ownerId", p->owner_id);
	doc_text(d, "title", p->name);
	doc_text(d, "content", p->content);
	doc_text(d, "model", p->model == NULL ? "" : p->model);
	doc_json(d, "tags", p->tags);
	promptcrafter_show_time(d, "createdAt", p->created_at);
	promptcrafter_show_time(d, "updatedAt", p->updated_at);
	doc_object_end(d);
}

/* The prompt of the path, which must be the caller's own: first the id's
 * form, then whether it exists, then whose it is. */
static enum err
find_own(struct call *c, struct txn *t, struct prompt *out)
{
	struct prompt p;
	enum err err;

	if (!text_is_uuid(call_param(c, 0)))
		return call_fail(c, ERR_ID_INVALID, NULL, NULL);
	if ((err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	if (!text_equal(p.owner_id, c->caller.user_id))
		return call_fail(c, ERR_NOT_OWNER, NULL, NULL);
	*out = p;
	return ERR_NONE;
}

enum err
promptcrafter_prompt_guard(struct call *c, struct txn *t)
{
	struct prompt ignored;

	return find_own(c, t, &ignored);
}

enum err
promptcrafter_prompt_post(struct call *c, struct txn *t)
{
	const struct prompt_patch *b = c->body;
	struct prompt first = {
		.owner_id = c->caller.user_id,
		.name = b->name.text,
		.content = b->content.text,
		.model = b->model.text,
		.tags = b->tags.json,
		.version = 1,
	};
	struct prompt p;
	enum err err;

	err = project_first_of_user(t, c->caller.user_id, &first.project_id);
	if (err != ERR_NONE || (err = prompt_create(t, &first, &p)) != ERR_NONE)
		return err;
	show_prompt(call_reply(c, 201), &p);
	response_header(c->reply, "Location",
	    call_link(c, arena_printf(c->arena, "/prompts/%s", p.id)));
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

enum err
promptcrafter_prompt_list(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);
	struct page page;
	struct prompt p;
	struct query q;
	enum err err;

	page_begin(&page, c->query);
	query_start(&q, t, STATEMENT_PROMPT_LIST_OF_OWNER);
	query_text(&q, ":owner_id", c->caller.user_id);
	page_bind(&page, &q);
	doc_array(d, NULL);
	while (query_row(&q)) {
		prompt_take(&q, &p);
		if (!page_add(&page, p.created_at, p.id))
			break;
		show_prompt(d, &p);
	}
	doc_array_end(d);
	call_private(c);
	if ((err = query_end(&q)) == ERR_NONE)
		page_link(&page, c, c->route->path);
	return err;
}

enum err
promptcrafter_prompt_get(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE)
		return err;
	if (call_not_modified(c, p.id, p.revision))
		return ERR_NONE;
	show_prompt(call_reply(c, 200), &p);
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

static bool
is_empty(const struct prompt_patch *b)
{
	return b->name.given == GIVEN_NOT && b->content.given == GIVEN_NOT &&
	    b->model.given == GIVEN_NOT && b->tags.given == GIVEN_NOT;
}

enum err
promptcrafter_prompt_patch(struct call *c, struct txn *t)
{
	const struct prompt_patch *b = c->body;
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE)
		return err;
	if (!is_empty(b) &&
	    (err = prompt_update(t, &p, b, c->caller.user_id, &p)) != ERR_NONE)
		return err;
	show_prompt(call_reply(c, 200), &p);
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

enum err
promptcrafter_prompt_delete(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_delete(t, p.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

enum err
promptcrafter_search(struct call *c, struct txn *t)
{
	const struct promptcrafter_search_query *b = c->query;
	struct search_terms terms;
	struct search_hits hits;
	struct prompt p;
	struct doc *d;
	enum err err;
	size_t i;

	if (!search_parse(c->arena, b->q.text, &terms))
		return call_fail(c, ERR_QUERY_INVALID, "q", NULL);
	err = search_prompts(t, c->caller.user_id, &terms, &hits);
	if (err != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	doc_array(d, NULL);
	for (i = 0; i < hits.count; i++) {
		if ((err = prompt_find(t, hits.ids[i], &p)) != ERR_NONE)
			return err;
		show_prompt(d, &p);
	}
	doc_array_end(d);
	call_private(c);
	return ERR_NONE;
}
