/* SPDX-License-Identifier: MIT */
/*
 * Versions: drafts, and their way to stable, live and archived.
 */
#include "api/px0/px0.h"

#include "base/buf.h"
#include "base/text.h"
#include "domain/diff.h"
#include "domain/template.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

/* Of a diff, which is never longer than both texts and a mark a line. */
#define DIFF_MAX_BYTES (16U << 20)

/* clang-format off */
static const struct field rows[] = {
	{.name = "template", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct version_draft, content)},
	{.name = "model", .type = FIELD_TEXT, .flags = FIELD_NULLABLE | FIELD_TRIM, .offset = offsetof(struct version_draft, model)},
	{.name = "model_params", .type = FIELD_ANY, .flags = FIELD_NULLABLE, .offset = offsetof(struct version_draft, model_params)},
};
/* clang-format on */
const struct field_table px0_version_fields = { FIELD_TABLE(rows) };

/* Whatever its sign, the number is looked at by px0_rollback_prepare. */
/* clang-format off */
static const struct field rollback_rows[] = {
	{.name = "target_version", .type = FIELD_INTEGER, .flags = FIELD_NULL_IS_ABSENT, .min = INT64_MIN, .offset = offsetof(struct px0_rollback_body, target_version)},
	{.name = "rollback_reason", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT | FIELD_TRIM, .offset = offsetof(struct px0_rollback_body, reason)},
};
/* clang-format on */
const struct field_table px0_rollback_fields = { FIELD_TABLE(rollback_rows) };

/* clang-format off */
static const struct field list_rows[] = {
	{.name = "status", .type = FIELD_TEXT, .offset = offsetof(struct px0_version_query, status)},
	{.name = "tags", .type = FIELD_TEXT, .offset = offsetof(struct px0_version_query, tags)},
	PAGE_FIELDS(struct px0_version_query, page),
};
/* clang-format on */
const struct field_table px0_version_query_fields = { FIELD_TABLE(list_rows) };

/* clang-format off */
static const struct field diff_rows[] = {
	{.name = "from", .type = FIELD_TEXT, .offset = offsetof(struct px0_diff_query, from)},
	{.name = "to", .type = FIELD_TEXT, .offset = offsetof(struct px0_diff_query, to)},
};
/* clang-format on */
const struct field_table px0_diff_query_fields = { FIELD_TABLE(diff_rows) };

/*
 * Showing.
 */

void
px0_show_version(struct doc *d, const char *name, const struct version *v)
{
	doc_object(d, name);
	doc_text(d, "id", v->id);
	doc_text(d, "prompt_id", v->as.id);
	doc_integer(d, "version", v->as.version);
	doc_text(d, "template", v->as.content);
	doc_text(d, "status", v->status);
	doc_text(d, "model", v->as.model);
	doc_json(d, "model_params", v->as.model_params);
	px0_show_time(d, "created_at", v->created_at);
	if (v->published_at == 0)
		doc_null(d, "published_at");
	else
		px0_show_time(d, "published_at", v->published_at);
	doc_json(d, "tags", v->labels);
	doc_object_end(d);
}

static void
add_text(crypto_generichash_state *state, const char *text)
{
	/* Absent and empty must differ; no text holds a byte 0xff. */
	const char *stands = text == NULL ? "\xff" : text;

	crypto_generichash_update(
	    state, (const unsigned char *)stands, strlen(stands) + 1);
}

int64_t
px0_version_revision(const struct version *v, int64_t seed)
{
	crypto_generichash_state state;
	unsigned char digest[crypto_generichash_BYTES];
	int64_t revision;

	crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	crypto_generichash_update(
	    &state, (const unsigned char *)&seed, sizeof(seed));
	crypto_generichash_update(&state,
	    (const unsigned char *)&v->published_at, sizeof(v->published_at));
	add_text(&state, v->status);
	add_text(&state, v->labels);
	add_text(&state, v->as.content);
	add_text(&state, v->as.model);
	add_text(&state, v->as.model_params);
	crypto_generichash_final(&state, digest, sizeof(digest));
	memcpy(&revision, digest, sizeof(revision));
	return revision & INT64_MAX;
}

void
px0_reply_version(struct call *c, int status, const struct version *v)
{
	struct doc *d = call_reply(c, status);

	doc_object(d, NULL);
	px0_show_version(d, "version", v);
	doc_object_end(d);
	call_etag(c, v->id, px0_version_revision(v, 0));
}

static void
reply_created(struct call *c, const struct version *v)
{
	px0_reply_version(c, 201, v);
	response_header(c->reply, "Location",
	    call_link(c,
		arena_printf(c->arena, "/v1/prompts/%s/versions/%" PRId64,
		    v->as.id, v->as.version)));
}

/*
 * Finding.
 */

enum err
px0_find_version(
    struct call *c, struct txn *t, enum team_role needed, struct version *out)
{
	const char *prompt_id;
	enum err err = px0_reach_prompt(c, t, needed, &prompt_id);

	if (err != ERR_NONE)
		return err;
	return version_find_named(t, prompt_id, call_param(c, 1), out);
}

/* The one that an operation is about to change. */
static enum err
find_to_change(struct call *c, struct txn *t, struct version *out)
{
	struct version v;
	enum err err;

	if ((err = px0_find_version(c, t, TEAM_EDITOR, &v)) != ERR_NONE ||
	    (err = call_precondition(c, v.id, px0_version_revision(&v, 0))) !=
		ERR_NONE)
		return err;
	*out = v;
	return ERR_NONE;
}

/* That it is a draft comes before whatever is wrong with the body. */
enum err
px0_version_put_guard(struct call *c, struct txn *t)
{
	struct version v;
	enum err err = px0_find_version(c, t, TEAM_EDITOR, &v);

	if (err != ERR_NONE)
		return err;
	return version_check_draft(t, &v);
}

/*
 * Drafts.
 */

static enum err
check_template(struct call *c, const char *text)
{
	const struct template *ignored;
	struct template_error error;

	if (text[0] == '\0')
		return px0_refuse_body(c, "template is required");
	if (!template_parse(text, c->arena, &ignored, &error))
		return px0_refuse_body(c,
		    arena_printf(c->arena, "invalid template: %s", error.text));
	return ERR_NONE;
}

/* What was given of a draft is sound. */
static enum err
check_draft(struct call *c, const struct version_draft *b)
{
	enum err err;

	if (b->content.given == GIVEN_VALUE &&
	    (err = check_template(c, b->content.text)) != ERR_NONE)
		return err;
	if (b->model.given == GIVEN_VALUE && b->model.text[0] == '\0')
		return px0_refuse_body(c, "model must not be empty");
	if (b->model_params.given == GIVEN_VALUE &&
	    b->model_params.json[0] != '{')
		return px0_refuse_body(c, "model_params must be a JSON object");
	return ERR_NONE;
}

enum err
px0_version_post_prepare(struct call *c)
{
	const struct version_draft *b = c->body;

	if (b->content.given != GIVEN_VALUE)
		return px0_refuse_body(c, "template is required");
	return check_draft(c, b);
}

enum err
px0_version_put_prepare(struct call *c)
{
	const struct version_draft *b = c->body;

	if (b->content.given == GIVEN_NOT && b->model.given == GIVEN_NOT &&
	    b->model_params.given == GIVEN_NOT)
		return px0_refuse_body(
		    c, "template, model, or model_params is required");
	return check_draft(c, b);
}

enum err
px0_version_post(struct call *c, struct txn *t)
{
	const char *prompt_id;
	struct version v;
	enum err err;

	if ((err = px0_reach_prompt(c, t, TEAM_EDITOR, &prompt_id)) !=
		ERR_NONE ||
	    (err = version_create(
		 t, prompt_id, c->body, c->caller.user_id, &v)) != ERR_NONE)
		return err;
	reply_created(c, &v);
	return ERR_NONE;
}

enum err
px0_version_duplicate(struct call *c, struct txn *t)
{
	struct version v;
	enum err err;

	if ((err = px0_find_version(c, t, TEAM_EDITOR, &v)) != ERR_NONE ||
	    (err = version_duplicate(t, &v, c->caller.user_id, &v)) != ERR_NONE)
		return err;
	reply_created(c, &v);
	return ERR_NONE;
}

enum err
px0_version_put(struct call *c, struct txn *t)
{
	struct version v;
	enum err err;

	if ((err = find_to_change(c, t, &v)) != ERR_NONE ||
	    (err = version_update(t, &v, c->body, c->caller.user_id, &v)) !=
		ERR_NONE)
		return err;
	px0_reply_version(c, 200, &v);
	return ERR_NONE;
}

enum err
px0_version_delete(struct call *c, struct txn *t)
{
	struct version v;
	enum err err;

	if ((err = find_to_change(c, t, &v)) != ERR_NONE ||
	    (err = version_delete(t, &v, c->caller.user_id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

/*
 * Reading.
 */

static const char *
version_name(struct call *c, const struct version *v)
{
	return arena_printf(c->arena, "v%" PRId64, v->as.version);
}

/* "a, b ,c" as a JSON array; NULL when nothing is named. */
static const char *
read_tags(struct call *c, const char *at)
{
	const char *end, *tag, *list;
	bool is_any = false;
	struct buf b;
	struct doc d;
	size_t len;

	/* A byte takes six at most, and an item two quotes and a comma. */
	buf_init(&b, 9 * strlen(at) + 3);
	doc_init(&d, &b);
	doc_array(&d, NULL);
	for (end = at; *end != '\0'; at = end + 1) {
		len = strcspn(at, ",");
		end = at + len;
		tag = text_trim(at, &len);
		if (len == 0)
			continue;
		doc_text(&d, NULL, arena_copy(c->arena, tag, len));
		is_any = true;
	}
	doc_array_end(&d);
	list = is_any ? arena_text(c->arena, buf_string(&b)) : NULL;
	buf_free(&b);
	return list;
}

enum err
px0_version_list(struct call *c, struct txn *t)
{
	const struct px0_version_query *query = c->query;
	struct version_filter filter = { NULL, NULL };
	const char *prompt_id;
	struct page page;
	struct version v;
	struct query q;
	struct doc *d;
	enum err err;

	err = px0_reach_prompt(c, t, TEAM_VIEWER, &prompt_id);
	if (err != ERR_NONE)
		return err;
	if (px0_is_given(&query->status))
		filter.status = query->status.text;
	if (px0_is_given(&query->tags))
		filter.tags = read_tags(c, query->tags.text);
	page_begin(&page, &query->page);
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_array(d, "versions");
	version_list(&q, t, prompt_id, &filter);
	page_bind(&page, &q);
	while (version_next(&q, &v)) {
		if (!page_add(&page, v.as.version, v.id))
			break;
		px0_show_version(d, NULL, &v);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(&page, c,
	    arena_printf(c->arena, "/v1/prompts/%s/versions", prompt_id));
	return query_end(&q);
}

enum err
px0_version_get(struct call *c, struct txn *t)
{
	struct version v;
	enum err err = px0_find_version(c, t, TEAM_VIEWER, &v);

	if (err != ERR_NONE)
		return err;
	if (!call_not_modified(c, v.id, px0_version_revision(&v, 0)))
		px0_reply_version(c, 200, &v);
	return ERR_NONE;
}

/* A version that another family wrote need not be a template. */
enum err
px0_version_variables(struct call *c, struct txn *t)
{
	const struct template *template;
	const char *const *names;
	struct template_error error;
	struct version v;
	struct doc *d;
	size_t i, count;
	enum err err = px0_find_version(c, t, TEAM_VIEWER, &v);

	if (err != ERR_NONE)
		return err;
	if (!template_parse(v.as.content, c->arena, &template, &error))
		return px0_refuse_body(c, "failed to parse template");
	count = template_variables(template, c->arena, &names);
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_array(d, "variables");
	for (i = 0; i < count; i++)
		doc_text(d, NULL, names[i]);
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

static enum err
show_diff(struct call *c, const struct version *from, const struct version *to)
{
	struct diff_side a = { version_name(c, from), from->as.content };
	struct diff_side b = { version_name(c, to), to->as.content };
	struct doc *d = call_reply(c, 200);
	struct buf diff;

	buf_init(&diff, DIFF_MAX_BYTES);
	diff_unified(&a, &b, c->arena, &diff);
	doc_object(d, NULL);
	doc_integer(d, "from_version", from->as.version);
	doc_integer(d, "to_version", to->as.version);
	doc_text(d, "from_template", from->as.content);
	doc_text(d, "to_template", to->as.content);
	doc_text(d, "diff", buf_string(&diff));
	doc_object_end(d);
	call_private(c);
	if (buf_failed(&diff)) {
		buf_free(&diff);
		return call_fail(c, ERR_INTERNAL, NULL, "the diff is too big");
	}
	buf_free(&diff);
	return ERR_NONE;
}

enum err
px0_version_diff(struct call *c, struct txn *t)
{
	const struct px0_diff_query *query = c->query;
	struct version from, to;
	const char *prompt_id;
	enum err err;

	if ((err = px0_path_id(c, 0, "prompt", &prompt_id)) != ERR_NONE)
		return err;
	if (!px0_is_given(&query->from) || !px0_is_given(&query->to))
		return call_fail(c, ERR_QUERY_INVALID, "from", NULL);
	if ((err = px0_reach_prompt(c, t, TEAM_VIEWER, &prompt_id)) !=
		ERR_NONE ||
	    (err = version_find_named(t, prompt_id, query->from.text, &from)) !=
		ERR_NONE ||
	    (err = version_find_named(t, prompt_id, query->to.text, &to)) !=
		ERR_NONE)
		return err;
	return show_diff(c, &from, &to);
}

/*
 * From one status to the next.
 */

typedef enum err step_fn(struct txn *t, const struct version *v,
    const char *author_id, struct version *out);

static enum err
take_step(struct call *c, struct txn *t, step_fn *step)
{
	struct version v;
	enum err err;

	if ((err = find_to_change(c, t, &v)) != ERR_NONE ||
	    (err = step(t, &v, c->caller.user_id, &v)) != ERR_NONE)
		return err;
	px0_reply_version(c, 200, &v);
	return ERR_NONE;
}

enum err
px0_version_promote(struct call *c, struct txn *t)
{
	return take_step(c, t, version_promote);
}

enum err
px0_version_demote(struct call *c, struct txn *t)
{
	return take_step(c, t, version_demote);
}

enum err
px0_version_archive(struct call *c, struct txn *t)
{
	return take_step(c, t, version_archive);
}

enum err
px0_rollback_prepare(struct call *c)
{
	const struct px0_rollback_body *b = c->body;

	if (b->target_version.value <= 0)
		return px0_refuse_body(
		    c, "target_version must be greater than 0");
	if (!px0_is_given(&b->reason))
		return px0_refuse_body(c, "rollback_reason is required");
	return ERR_NONE;
}

enum err
px0_rollback(struct call *c, struct txn *t)
{
	const struct px0_rollback_body *b = c->body;
	const char *prompt_id;
	struct version v;
	enum err err;

	if ((err = px0_reach_prompt(c, t, TEAM_EDITOR, &prompt_id)) !=
		ERR_NONE ||
	    (err = version_find(t, prompt_id, b->target_version.value, &v)) !=
		ERR_NONE ||
	    (err = version_roll_back(
		 t, &v, b->reason.text, c->caller.user_id, &v)) != ERR_NONE)
		return err;
	px0_reply_version(c, 200, &v);
	return ERR_NONE;
}
