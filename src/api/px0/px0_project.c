/* SPDX-License-Identifier: MIT */
/*
 * Projects: a team's, and the places where prompts are made.
 */
#include "api/px0/px0.h"

#include "base/text.h"

#define NAME_MAX_CHARS 255

/* team_id is plain text here: one that is no id has a text of its own. */
/* clang-format off */
static const struct field rows[] = {
	{.name = "team_id", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_project_body, team_id)},
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_project_body, name)},
	{.name = "slug", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_project_body, slug)},
};
/* clang-format on */
const struct field_table px0_project_fields = { FIELD_TABLE(rows) };

/* A project stays with its team. */
/* clang-format off */
static const struct field put_rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_project_body, name)},
	{.name = "slug", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_project_body, slug)},
};
/* clang-format on */
const struct field_table px0_project_put_fields = { FIELD_TABLE(put_rows) };

static void
show_project(struct doc *d, const char *name, const struct project *p)
{
	doc_object(d, name);
	doc_text(d, "id", p->id);
	doc_text(d, "owning_team_id", p->team_id);
	doc_text(d, "name", p->name);
	doc_text(d, "slug", p->slug);
	px0_show_time(d, "created_at", p->created_at);
	doc_object_end(d);
}

static void
reply_project(struct call *c, int status, const struct project *p)
{
	struct doc *d = call_reply(c, status);

	doc_object(d, NULL);
	show_project(d, "project", p);
	doc_object_end(d);
	call_private(c);
}

enum err
px0_project_prepare(struct call *c)
{
	const struct px0_project_body *b = c->body;
	char *team_id = arena_alloc(c->arena, TEXT_UUID_SIZE);

	if (b->team_id.given != GIVEN_VALUE ||
	    !text_uuid_lenient(b->team_id.text, team_id))
		return px0_refuse_body(c, "invalid team_id");
	if (!px0_is_given(&b->name))
		return px0_refuse_body(c, "name is required");
	c->prepared = team_id;
	return ERR_NONE;
}

enum err
px0_project_post(struct call *c, struct txn *t)
{
	const struct px0_project_body *b = c->body;
	struct project p = {
		.team_id = c->prepared,
		.name = b->name.text,
		.slug = px0_choose_slug(c, &b->slug, &b->name),
	};
	enum team_role role;
	enum err err;

	if ((err = px0_role_in_team(c, t, p.team_id, &role)) != ERR_NONE)
		return err;
	if (role == TEAM_NONE)
		return call_fail(c, ERR_TEAM_UNKNOWN, NULL, NULL);
	if (role < TEAM_EDITOR)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	if ((err = project_create(t, &p, &p)) != ERR_NONE)
		return err;
	reply_project(c, 201, &p);
	response_header(c->reply, "Location",
	    call_link(c, arena_printf(c->arena, "/v1/projects/%s", p.id)));
	return ERR_NONE;
}

enum err
px0_project_get(struct call *c, struct txn *t)
{
	struct project p;
	const char *id;
	enum err err;

	if ((err = px0_reach_project(c, t, TEAM_VIEWER, &id)) != ERR_NONE ||
	    (err = project_find(t, id, &p)) != ERR_NONE)
		return err;
	reply_project(c, 200, &p);
	return ERR_NONE;
}

static enum err
show_projects(struct call *c, struct txn *t, const char *team_id)
{
	struct doc *d = call_reply(c, 200);
	struct project p;
	struct page page;
	struct query q;

	page_begin(&page, c->query);
	doc_object(d, NULL);
	doc_array(d, "projects");
	query_start(&q, t, STATEMENT_PROJECT_LIST_OF_TEAM);
	query_text(&q, ":team_id", team_id);
	page_bind(&page, &q);
	while (query_row(&q)) {
		project_take(&q, &p);
		if (!page_add(&page, p.created_at, p.id))
			break;
		show_project(d, NULL, &p);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(
	    &page, c, arena_printf(c->arena, "/v1/teams/%s/projects", team_id));
	return query_end(&q);
}

enum err
px0_project_list(struct call *c, struct txn *t)
{
	enum team_role role;
	const char *team_id;
	enum err err;

	if ((err = px0_path_id(c, 0, NULL, &team_id)) != ERR_NONE ||
	    (err = px0_role_in_team(c, t, team_id, &role)) != ERR_NONE)
		return err;
	/* Unknown teams and foreign ones answer alike here, too. */
	if (role == TEAM_NONE)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return show_projects(c, t, team_id);
}

enum err
px0_project_put_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_project(c, t, TEAM_EDITOR, &ignored);
}

/* What is empty or absent stays as it is. */
enum err
px0_project_put(struct call *c, struct txn *t)
{
	const struct px0_project_body *b = c->body;
	const char *id, *name = NULL, *slug = NULL;
	struct project p;
	enum err err;

	if (px0_is_given(&b->name))
		name = b->name.text;
	if (px0_is_given(&b->slug))
		slug = prompt_slug(c->arena, b->slug.text);
	if ((err = px0_reach_project(c, t, TEAM_EDITOR, &id)) != ERR_NONE ||
	    (err = project_update(t, id, name, slug, &p)) != ERR_NONE)
		return err;
	reply_project(c, 200, &p);
	return ERR_NONE;
}

enum err
px0_project_delete_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_project(c, t, TEAM_ADMIN, &ignored);
}

enum err
px0_project_delete(struct call *c, struct txn *t)
{
	const char *id;
	enum err err;

	if ((err = px0_reach_project(c, t, TEAM_ADMIN, &id)) != ERR_NONE ||
	    (err = project_delete(t, id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
