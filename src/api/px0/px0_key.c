/* SPDX-License-Identifier: MIT */
/*
 * API keys, which an organisation's admins keep; and when each was used,
 * which is written later (domain/key_use.h).
 */
#include "api/px0/px0.h"

#include "base/text.h"
#include "domain/key.h"

#define NAME_MAX_CHARS 255

/* clang-format off */
static const struct field rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_key_body, name)},
	{.name = "org_id", .type = FIELD_UUID, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_key_body, org_id)},
	{.name = "team_ids", .type = FIELD_UUIDS, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_key_body, team_ids)},
	{.name = "operation", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_key_body, operation)},
};
/* clang-format on */
const struct field_table px0_key_fields = { FIELD_TABLE(rows) };

/* A key stays with its organisation, so org_id is not looked at. */
/* clang-format off */
static const struct field put_rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_key_body, name)},
	{.name = "team_ids", .type = FIELD_UUIDS, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_key_body, team_ids)},
	{.name = "operation", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_key_body, operation)},
};
/* clang-format on */
const struct field_table px0_key_put_fields = { FIELD_TABLE(put_rows) };

/* clang-format off */
static const struct field query_rows[] = {
	{.name = "org_id", .type = FIELD_TEXT, .offset = offsetof(struct px0_key_query, org_id)},
	PAGE_FIELDS(struct px0_key_query, page),
};
/* clang-format on */
const struct field_table px0_key_query_fields = { FIELD_TABLE(query_rows) };

/* What a prepare leaves: nothing of it may be drawn twice. */
struct draft {
	char secret[TOKEN_SECRET_SIZE];
	enum token_operation operation;
};

static void
show_optional_time(struct doc *d, const char *name, int64_t at_ms)
{
	if (at_ms == 0)
		doc_null(d, name);
	else
		px0_show_time(d, name, at_ms);
}

static void
show_key(struct doc *d, const char *name, const struct key *k)
{
	doc_object(d, name);
	doc_text(d, "id", k->id);
	doc_text(d, "name", k->name);
	doc_text(d, "org_id", k->organisation_id);
	if (k->team_id != NULL)
		doc_text(d, "team_id", k->team_id);
	doc_text(d, "operation", k->operation);
	px0_show_time(d, "created_at", k->created_at);
	show_optional_time(d, "last_used_at", k->last_used_at);
	doc_object_end(d);
}

/* Members see that there is an organisation, and no more; to strangers its
 * keys do not exist. */
static enum err
check_admin(struct call *c, struct txn *t, const char *organisation_id,
    enum err unknown)
{
	enum team_role role;
	enum err err =
	    organisation_role(t, organisation_id, c->caller.user_id, &role);

	if (err != ERR_NONE)
		return err;
	if (role == TEAM_NONE)
		return call_fail(c, unknown, NULL, NULL);
	if (role < TEAM_ADMIN)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

/* The key of the path, for one who may administer it. */
static enum err
find(struct call *c, struct txn *t, struct key *out)
{
	const char *id;
	struct key k;
	enum err err;

	if ((err = px0_path_id(c, 0, NULL, &id)) != ERR_NONE ||
	    (err = key_find(t, id, &k)) != ERR_NONE ||
	    (err = check_admin(c, t, k.organisation_id, ERR_KEY_UNKNOWN)) !=
		ERR_NONE)
		return err;
	*out = k;
	return ERR_NONE;
}

/* A team of another organisation is the body's fault, not the path's. */
static enum err
check_teams(struct call *c, struct txn *t, const struct given_json *team_ids,
    const char *organisation_id)
{
	enum err err = key_check_teams(t, team_ids->json, organisation_id);

	if (err == ERR_TEAM_UNKNOWN && c->failure.field != NULL)
		return px0_refuse_body(
		    c, "team does not belong to the specified organization");
	return err;
}

static void
draw_draft(struct call *c)
{
	struct draft *draft = arena_alloc(c->arena, sizeof(*draft));

	token_draw(TOKEN_KEY, draft->secret);
	c->prepared = draft;
}

/*
 * Creating.
 */

enum err
px0_key_post_prepare(struct call *c)
{
	const struct px0_key_body *b = c->body;
	struct draft *draft;

	if (!px0_is_given(&b->name))
		return px0_refuse_body(c, "name is required");
	if (b->org_id.given != GIVEN_VALUE)
		return px0_refuse_body(c, "org_id is required");
	draw_draft(c);
	draft = c->prepared;
	draft->operation = TOKEN_READ_RENDER;
	if (px0_is_given(&b->operation) &&
	    !token_operation_from_name(b->operation.text, &draft->operation))
		return px0_refuse_body(
		    c, "invalid operation, must be read_render, all, or admin");
	return ERR_NONE;
}

enum err
px0_key_post(struct call *c, struct txn *t)
{
	const struct px0_key_body *b = c->body;
	const struct draft *draft = c->prepared;
	struct token_new token = {
		.user_id = c->caller.user_id,
		.name = b->name.text,
		.operation = draft->operation,
		.organisation_id = b->org_id.text,
	};
	struct doc *d;
	struct key k;
	enum err err;

	if ((err = check_admin(c, t, b->org_id.text, ERR_ROLE_TOO_LOW)) !=
		ERR_NONE ||
	    (err = check_teams(c, t, &b->team_ids, b->org_id.text)) !=
		ERR_NONE ||
	    (err = key_create(
		 t, &token, draft->secret, b->team_ids.json, &k)) != ERR_NONE)
		return err;
	d = call_reply(c, 201);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "id", k.id);
	doc_text(d, "name", k.name);
	doc_text(d, "key", draft->secret);
	doc_text(d, "operation", k.operation);
	px0_show_time(d, "created_at", k.created_at);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Listing.
 */

static enum err
show_keys(struct call *c, struct txn *t, const char *organisation_id)
{
	const struct px0_key_query *query = c->query;
	struct doc *d = call_reply(c, 200);
	struct page page;
	struct query q;
	struct key k;

	page_begin(&page, &query->page);
	doc_object(d, NULL);
	doc_array(d, "api_keys");
	query_start(&q, t, STATEMENT_KEY_LIST);
	query_text(&q, ":organisation_id", organisation_id);
	page_bind(&page, &q);
	while (query_row(&q)) {
		key_take(&q, &k);
		if (!page_add(&page, k.created_at, k.id))
			break;
		show_key(d, NULL, &k);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(&page, c, c->route->path);
	return query_end(&q);
}

enum err
px0_key_list(struct call *c, struct txn *t)
{
	const struct px0_key_query *query = c->query;
	char id[TEXT_UUID_SIZE];
	enum err err;

	if (!px0_is_given(&query->org_id))
		return call_fail(c, ERR_QUERY_INVALID, "org_id", NULL);
	if (!text_uuid_lenient(query->org_id.text, id))
		return call_fail(c, ERR_ID_INVALID, NULL, NULL);
	if ((err = check_admin(c, t, id, ERR_ROLE_TOO_LOW)) != ERR_NONE)
		return err;
	return show_keys(c, t, id);
}

/*
 * One key.  The body is read before the key is looked up.
 */

enum err
px0_key_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	(void)t;
	return px0_path_id(c, 0, NULL, &ignored);
}

enum err
px0_key_put(struct call *c, struct txn *t)
{
	const struct px0_key_body *b = c->body;
	struct key_patch patch = { .team_ids = b->team_ids.json };
	enum token_operation operation;
	struct key k;
	struct doc *d;
	enum err err;

	if ((err = find(c, t, &k)) != ERR_NONE)
		return err;
	if (px0_is_given(&b->name))
		patch.name = b->name.text;
	if (px0_is_given(&b->operation)) {
		if (!token_operation_from_name(b->operation.text, &operation))
			return px0_refuse_body(c, "invalid operation");
		patch.operation = &operation;
	}
	if ((err = check_teams(c, t, &b->team_ids, k.organisation_id)) !=
		ERR_NONE ||
	    (err = key_update(t, &k, &patch, &k)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	show_key(d, "api_key", &k);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

enum err
px0_key_delete(struct call *c, struct txn *t)
{
	struct key k;
	enum err err;

	if ((err = find(c, t, &k)) != ERR_NONE ||
	    (err = key_delete(t, k.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

enum err
px0_key_regenerate_prepare(struct call *c)
{
	draw_draft(c);
	return ERR_NONE;
}

enum err
px0_key_regenerate(struct call *c, struct txn *t)
{
	const struct draft *draft = c->prepared;
	struct key k;
	struct doc *d;
	enum err err;

	if ((err = find(c, t, &k)) != ERR_NONE ||
	    (err = key_replace_secret(t, &k, draft->secret)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "id", k.id);
	doc_text(d, "name", k.name);
	doc_text(d, "key", draft->secret);
	doc_text(d, "org_id", k.organisation_id);
	doc_text(d, "team_id", k.team_id);
	doc_text(d, "operation", k.operation);
	px0_show_time(d, "created_at", k.created_at);
	doc_object_end(d);
	return ERR_NONE;
}
