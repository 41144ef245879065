/* SPDX-License-Identifier: MIT */
/*
 * Payloads, among them the family's core operation,
 * PUT /v1/prompts/{id}/payloads/{payloadID}.
 */
#include "api/px0/px0.h"

#define NAME_MAX_CHARS 255

/* Whatever name a new payload is sent with is not looked at. */
/* clang-format off */
static const struct field post_rows[] = {
	{.name = "variables", .type = FIELD_OBJECT, .offset = offsetof(struct payload_patch, variables)},
};
/* clang-format on */
const struct field_table px0_payload_post_fields = { FIELD_TABLE(post_rows) };

/* clang-format off */
static const struct field put_rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct payload_patch, name)},
	{.name = "variables", .type = FIELD_OBJECT, .offset = offsetof(struct payload_patch, variables)},
};
/* clang-format on */
const struct field_table px0_payload_put_fields = { FIELD_TABLE(put_rows) };

static void
show_payload(struct doc *d, const char *name, const struct payload *p)
{
	doc_object(d, name);
	doc_text(d, "id", p->id);
	doc_text(d, "prompt_id", p->prompt_id);
	doc_text(d, "name", p->name);
	doc_json(d, "variables", p->variables);
	px0_show_time(d, "created_at", p->created_at);
	px0_show_time(d, "updated_at", p->updated_at);
	doc_object_end(d);
}

static void
reply_payload(struct call *c, int status, const struct payload *p)
{
	struct doc *d = call_reply(c, status);

	doc_object(d, NULL);
	show_payload(d, "payload", p);
	doc_object_end(d);
	call_etag(c, p->id, p->revision);
}

struct path {
	const char *prompt_id;
	const char *payload_id;
};

/* The ladder for routes that name a payload: the form of both ids comes
 * before any look-up, the look-up of the payload itself after the body. */
static enum err
reach_path(
    struct call *c, struct txn *t, enum team_role needed, struct path *out)
{
	struct path path;
	enum err err;

	if ((err = px0_path_id(c, 0, "prompt", &path.prompt_id)) != ERR_NONE ||
	    (err = px0_path_id(c, 1, "payload", &path.payload_id)) !=
		ERR_NONE ||
	    (err = px0_reach_prompt(c, t, needed, &path.prompt_id)) != ERR_NONE)
		return err;
	*out = path;
	return ERR_NONE;
}

static enum err
find(struct call *c, struct txn *t, enum team_role needed, struct payload *out)
{
	struct path path;
	enum err err;

	if ((err = reach_path(c, t, needed, &path)) != ERR_NONE)
		return err;
	return payload_find(t, path.prompt_id, path.payload_id, out);
}

enum err
px0_payload_write_guard(struct call *c, struct txn *t)
{
	struct path ignored;

	return reach_path(c, t, TEAM_EDITOR, &ignored);
}

enum err
px0_payload_prepare(struct call *c)
{
	const struct payload_patch *b = c->body;

	if (b->variables.given == GIVEN_NOT)
		return px0_refuse_body(c, "payload variables are required");
	return ERR_NONE;
}

enum err
px0_payload_post(struct call *c, struct txn *t)
{
	const struct payload_patch *b = c->body;
	const char *prompt_id;
	struct payload p;
	enum err err;

	if ((err = px0_reach_prompt(c, t, TEAM_EDITOR, &prompt_id)) !=
		ERR_NONE ||
	    (err = payload_create(t, prompt_id, b->variables.json, &p)) !=
		ERR_NONE)
		return err;
	reply_payload(c, 201, &p);
	response_header(c->reply, "Location",
	    call_link(c,
		arena_printf(
		    c->arena, "/v1/prompts/%s/payloads/%s", prompt_id, p.id)));
	return ERR_NONE;
}

enum err
px0_payload_list(struct call *c, struct txn *t)
{
	const char *prompt_id;
	struct page page;
	struct payload p;
	struct query q;
	struct doc *d;
	enum err err;

	err = px0_reach_prompt(c, t, TEAM_VIEWER, &prompt_id);
	if (err != ERR_NONE)
		return err;
	page_begin(&page, c->query);
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_array(d, "payloads");
	query_start(&q, t, STATEMENT_PAYLOAD_LIST);
	query_text(&q, ":prompt_id", prompt_id);
	page_bind(&page, &q);
	while (query_row(&q)) {
		payload_take(&q, &p);
		if (!page_add(&page, p.created_at, p.id))
			break;
		show_payload(d, NULL, &p);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(&page, c,
	    arena_printf(c->arena, "/v1/prompts/%s/payloads", prompt_id));
	return query_end(&q);
}

enum err
px0_payload_get(struct call *c, struct txn *t)
{
	struct payload p;
	enum err err;

	if ((err = find(c, t, TEAM_VIEWER, &p)) != ERR_NONE)
		return err;
	if (!call_not_modified(c, p.id, p.revision))
		reply_payload(c, 200, &p);
	return ERR_NONE;
}

enum err
px0_payload_put(struct call *c, struct txn *t)
{
	const struct payload_patch *b = c->body;
	struct payload p;
	enum err err;

	if ((err = find(c, t, TEAM_EDITOR, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = payload_update(t, &p, b, &p)) != ERR_NONE)
		return err;
	reply_payload(c, 200, &p);
	return ERR_NONE;
}

enum err
px0_payload_delete(struct call *c, struct txn *t)
{
	struct payload p;
	enum err err;

	if ((err = find(c, t, TEAM_EDITOR, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = payload_delete(t, p.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
