/* SPDX-License-Identifier: MIT */
/*
 * Prompts, as px0 sees them: a name, a slug and a description in a project.
 */
#include "api/px0/px0.h"

#include "api/json_value.h"
#include "base/text.h"
#include "domain/payload_schema.h"

#include <string.h>

#define NAME_MAX_CHARS 255

/* clang-format off */
static const struct field rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_prompt_body, name)},
	{.name = "description", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_prompt_body, description)},
	{.name = "slug", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = NAME_MAX_CHARS, .offset = offsetof(struct px0_prompt_body, slug)},
};
/* clang-format on */
const struct field_table px0_prompt_fields = { FIELD_TABLE(rows) };

/* Name and slug cannot change, so they are not looked at. */
/* clang-format off */
static const struct field describe_rows[] = {
	{.name = "description", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_prompt_body, description)},
};
/* clang-format on */
const struct field_table px0_describe_fields = { FIELD_TABLE(describe_rows) };

/* clang-format off */
static const struct field schema_rows[] = {
	{.name = "schema", .type = FIELD_OBJECT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_schema_body, schema)},
};
/* clang-format on */
const struct field_table px0_schema_fields = { FIELD_TABLE(schema_rows) };

/* project_id is plain text here: one that is no id has a text of its own. */
/* clang-format off */
static const struct field move_rows[] = {
	{.name = "project_id", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_move_body, project_id)},
};
/* clang-format on */
const struct field_table px0_move_fields = { FIELD_TABLE(move_rows) };

/* clang-format off */
static const struct field query_rows[] = {
	{.name = "project", .type = FIELD_TEXT, .offset = offsetof(struct px0_prompt_query, project)},
	{.name = "project_id", .type = FIELD_TEXT, .offset = offsetof(struct px0_prompt_query, project_id)},
	{.name = "status", .type = FIELD_TEXT, .offset = offsetof(struct px0_prompt_query, status)},
	{.name = "archived", .type = FIELD_TEXT, .offset = offsetof(struct px0_prompt_query, archived)},
	PAGE_FIELDS(struct px0_prompt_query, page),
};
/* clang-format on */
const struct field_table px0_prompt_query_fields = { FIELD_TABLE(query_rows) };

/* clang-format off */
static const struct field beside_rows[] = {
	{.name = "version", .type = FIELD_TEXT, .offset = offsetof(struct px0_beside_query, version)},
	{.name = "tag", .type = FIELD_TEXT, .offset = offsetof(struct px0_beside_query, tag)},
};
/* clang-format on */
const struct field_table px0_beside_query_fields = { FIELD_TABLE(beside_rows) };

static void
show_prompt(struct doc *d, const char *name, const struct prompt *p)
{
	doc_object(d, name);
	doc_text(d, "id", p->id);
	doc_text(d, "project_id", p->project_id);
	doc_text(d, "slug", p->slug);
	doc_text(d, "name", p->name);
	doc_text(d, "description", p->description);
	doc_text(d, "status", p->status);
	if (p->payload_schema != NULL)
		doc_json(d, "schema", p->payload_schema);
	px0_show_time(d, "created_at", p->created_at);
	px0_show_time(d, "updated_at", p->updated_at);
	doc_object_end(d);
}

static void
reply_prompt(struct call *c, int status, const struct prompt *p)
{
	struct doc *d = call_reply(c, status);

	doc_object(d, NULL);
	show_prompt(d, "prompt", p);
	doc_object_end(d);
	call_etag(c, p->id, p->revision);
}

static enum err
find(struct call *c, struct txn *t, enum team_role needed, struct prompt *out)
{
	const char *id;
	enum err err = px0_reach_prompt(c, t, needed, &id);

	return err != ERR_NONE ? err : prompt_find(t, id, out);
}

/*
 * Creating.
 */

enum err
px0_prompt_post_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_project(c, t, TEAM_EDITOR, &ignored);
}

enum err
px0_prompt_prepare(struct call *c)
{
	const struct px0_prompt_body *b = c->body;

	if (!px0_is_given(&b->name))
		return px0_refuse_body(c, "name is required");
	return ERR_NONE;
}

enum err
px0_prompt_post(struct call *c, struct txn *t)
{
	const struct px0_prompt_body *b = c->body;
	struct prompt first = {
		.owner_id = c->caller.user_id,
		.name = b->name.text,
		.slug = px0_choose_slug(c, &b->slug, &b->name),
		.description = b->description.text,
	};
	struct prompt p;
	enum err err;

	if ((err = px0_reach_project(c, t, TEAM_EDITOR, &first.project_id)) !=
		ERR_NONE ||
	    (err = prompt_check_name(t, first.project_id, first.name)) !=
		ERR_NONE ||
	    (err = prompt_create(t, &first, &p)) != ERR_NONE)
		return err;
	reply_prompt(c, 201, &p);
	response_header(c->reply, "Location",
	    call_link(c, arena_printf(c->arena, "/v1/prompts/%s", p.id)));
	return ERR_NONE;
}

/*
 * Listing.
 */

/* What Go's strconv.ParseBool takes; anything else is no answer. */
static bool
read_go_boolean(const char *text, bool *out)
{
	static const char *const words[][6] = {
		{ "0", "f", "F", "FALSE", "false", "False" },
		{ "1", "t", "T", "TRUE", "true", "True" },
	};
	size_t value, i;

	for (value = 0; value < 2; value++) {
		for (i = 0; i < 6; i++) {
			if (!text_equal(text, words[value][i]))
				continue;
			*out = value == 1;
			return true;
		}
	}
	return false;
}

/* The status to which the list is cut down; NULL: none. */
static const char *
choose_status(const struct px0_prompt_query *query)
{
	bool archived;

	if (px0_is_given(&query->status))
		return query->status.text;
	if (!px0_is_given(&query->archived) ||
	    !read_go_boolean(query->archived.text, &archived))
		return NULL;
	return archived ? "archived" : "active";
}

/* project_id NULL lists nothing; path is where the list is. */
static enum err
show_prompts(
    struct call *c, struct txn *t, const char *project_id, const char *path)
{
	const struct px0_prompt_query *query = c->query;
	struct doc *d = call_reply(c, 200);
	struct page page;
	struct prompt p;
	struct query q;

	page_begin(&page, &query->page);
	doc_object(d, NULL);
	doc_array(d, "prompts");
	query_start(&q, t, STATEMENT_PROMPT_LIST_OF_PROJECT);
	query_text(&q, ":project_id", project_id);
	query_text(&q, ":status", choose_status(query));
	page_bind(&page, &q);
	while (query_row(&q)) {
		prompt_take(&q, &p);
		if (!page_add(&page, p.created_at, p.id))
			break;
		show_prompt(d, NULL, &p);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(&page, c, path);
	return query_end(&q);
}

enum err
px0_prompt_list(struct call *c, struct txn *t)
{
	const char *project_id;
	enum err err = px0_reach_project(c, t, TEAM_VIEWER, &project_id);

	if (err != ERR_NONE)
		return err;
	return show_prompts(c, t, project_id,
	    arena_printf(c->arena, "/v1/projects/%s/prompts", project_id));
}

enum err
px0_prompt_list_by_query(struct call *c, struct txn *t)
{
	const struct px0_prompt_query *query = c->query;
	const struct given_text *named = px0_is_given(&query->project)
	    ? &query->project
	    : &query->project_id;
	char id[TEXT_UUID_SIZE];
	enum team_role role;
	enum err err;

	if (!px0_is_given(named))
		return show_prompts(c, t, NULL, c->route->path);
	if (!text_uuid_lenient(named->text, id))
		return call_fail(c, ERR_ID_INVALID, NULL, NULL);
	if ((err = px0_role_in_project(c, t, id, &role)) != ERR_NONE)
		return err;
	/* The one place where out of reach is 403, unknown projects too. */
	if (role == TEAM_NONE)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return show_prompts(c, t, id, c->route->path);
}

/*
 * One prompt.
 */

static enum err
reply_beside(struct call *c, struct txn *t, const struct prompt *p,
    const char *version_name)
{
	struct version v;
	int64_t revision;
	struct doc *d;
	enum err err = version_find_named(t, p->id, version_name, &v);

	if (err != ERR_NONE)
		return err;
	revision = px0_version_revision(&v, p->revision);
	if (call_not_modified(c, p->id, revision))
		return ERR_NONE;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	show_prompt(d, "prompt", p);
	px0_show_version(d, "version", &v);
	doc_object_end(d);
	call_etag(c, p->id, revision);
	return ERR_NONE;
}

enum err
px0_prompt_get(struct call *c, struct txn *t)
{
	const struct px0_beside_query *query = c->query;
	char ignored[TEXT_UUID_SIZE];
	struct prompt p;
	enum err err;

	/* What does not read as an id is a slug, and never refused. */
	if (text_uuid_lenient(call_param(c, 0), ignored))
		err = find(c, t, TEAM_VIEWER, &p);
	else
		err = prompt_find_by_slug(
		    t, call_param(c, 0), c->caller.token_id, &p);
	if (err != ERR_NONE)
		return err;
	if (px0_is_given(&query->version))
		return reply_beside(c, t, &p, query->version.text);
	if (px0_is_given(&query->tag))
		return reply_beside(c, t, &p, query->tag.text);
	if (!call_not_modified(c, p.id, p.revision))
		reply_prompt(c, 200, &p);
	return ERR_NONE;
}

/* Here px0 reads the body before it asks for the role. */
enum err
px0_prompt_put_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_prompt(c, t, TEAM_VIEWER, &ignored);
}

enum err
px0_prompt_put(struct call *c, struct txn *t)
{
	const struct px0_prompt_body *b = c->body;
	const char *description =
	    b->description.given == GIVEN_VALUE ? b->description.text : "";
	struct prompt p;
	enum err err;

	if ((err = find(c, t, TEAM_EDITOR, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_describe(
		 t, &p, description, c->caller.user_id, &p)) != ERR_NONE)
		return err;
	reply_prompt(c, 200, &p);
	return ERR_NONE;
}

enum err
px0_prompt_admin_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_prompt(c, t, TEAM_ADMIN, &ignored);
}

enum err
px0_prompt_delete(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find(c, t, TEAM_ADMIN, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_delete(t, p.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

/*
 * What an admin does with a prompt.
 */

static enum err
set_status(struct call *c, struct txn *t, const char *status)
{
	struct prompt p;
	enum err err;

	if ((err = find(c, t, TEAM_ADMIN, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_set_status(t, &p, status, &p)) != ERR_NONE)
		return err;
	reply_prompt(c, 200, &p);
	return ERR_NONE;
}

enum err
px0_prompt_archive(struct call *c, struct txn *t)
{
	return set_status(c, t, "archived");
}

enum err
px0_prompt_restore(struct call *c, struct txn *t)
{
	return set_status(c, t, "active");
}

enum err
px0_move_prepare(struct call *c)
{
	const struct px0_move_body *b = c->body;
	char *id = arena_alloc(c->arena, TEXT_UUID_SIZE);

	if (b->project_id.given != GIVEN_VALUE ||
	    !text_uuid_lenient(b->project_id.text, id))
		return px0_refuse_body(c, "invalid target project_id");
	c->prepared = id;
	return ERR_NONE;
}

/* Both projects are looked for before either role is. */
static enum err
check_target(struct call *c, struct txn *t, const char *target)
{
	enum team_role role;
	enum err err;

	if ((err = px0_role_in_project(c, t, target, &role)) != ERR_NONE)
		return err;
	if (role == TEAM_NONE)
		return call_fail(c, ERR_PROJECT_UNKNOWN, "target", NULL);
	if (role < TEAM_ADMIN)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

enum err
px0_move_post(struct call *c, struct txn *t)
{
	const char *target = c->prepared;
	struct prompt p;
	enum err err;

	if ((err = find(c, t, TEAM_VIEWER, &p)) != ERR_NONE ||
	    (err = check_target(c, t, target)) != ERR_NONE ||
	    (err = find(c, t, TEAM_ADMIN, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE)
		return err;
	/* Where it is already it would clash with itself. */
	if (!text_equal(target, p.project_id) &&
	    ((err = prompt_check_name(t, target, p.name)) != ERR_NONE ||
		(err = prompt_move(t, &p, target, c->caller.user_id, &p)) !=
		    ERR_NONE))
		return err;
	reply_prompt(c, 200, &p);
	return ERR_NONE;
}

/*
 * The schema of what a render may be given.
 */

enum err
px0_schema_prepare(struct call *c)
{
	const struct px0_schema_body *b = c->body;
	const char *why = "a number is too large";
	struct value schema;
	struct scan scan;

	if (b->schema.given != GIVEN_VALUE)
		return px0_refuse_body(c, "schema is required");
	if (json_value_read(body_parse(b->schema.json, strlen(b->schema.json),
				c->arena, &scan),
		c->arena, &schema))
		why = schema_refuse(&schema, c->arena);
	if (why == NULL)
		return ERR_NONE;
	return px0_refuse_body(
	    c, arena_printf(c->arena, "invalid schema: %s", why));
}

/* An empty schema asks for nothing, and is none. */
enum err
px0_schema_post(struct call *c, struct txn *t)
{
	const struct px0_schema_body *b = c->body;
	const char *schema =
	    text_equal(b->schema.json, "{}") ? NULL : b->schema.json;
	struct prompt p;
	enum err err;

	if ((err = find(c, t, TEAM_EDITOR, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_set_schema(t, &p, schema, c->caller.user_id, &p)) !=
		ERR_NONE)
		return err;
	reply_prompt(c, 200, &p);
	return ERR_NONE;
}
