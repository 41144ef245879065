/* SPDX-License-Identifier: MIT */
/*
 * Renders: a version's template filled in.  Nothing is stored.
 */
#include "api/px0/px0.h"

#include "api/json_value.h"
#include "domain/payload_schema.h"
#include "domain/render.h"
#include "domain/template.h"
#include "domain/template_cache.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
static const struct field rows[] = {
	{.name = "variables", .type = FIELD_OBJECT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_render_body, variables)},
	{.name = "payload_id", .type = FIELD_UUID, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_render_body, payload_id)},
};
/* clang-format on */
const struct field_table px0_render_fields = { FIELD_TABLE(rows) };

/* The version that the path names; without its third part, the live one. */
static enum err
find_source(struct call *c, struct txn *t, struct render_source *out)
{
	const char *project_id, *name = call_param(c, 2);
	enum err err;

	if ((err = px0_reach_project(c, t, TEAM_VIEWER, &project_id)) !=
	    ERR_NONE)
		return err;
	return render_find(
	    t, project_id, call_param(c, 1), *name == '\0' ? NULL : name, out);
}

enum err
px0_render_guard(struct call *c, struct txn *t)
{
	struct render_source ignored;

	return find_source(c, t, &ignored);
}

static enum err
refuse_render(struct call *c, const char *why, const char *text)
{
	return call_fail(c, ERR_BODY_INVALID, "render",
	    arena_printf(c->arena, "%s: %s", why, text));
}

/* JSON that was read before, as a value. */
static enum err
read_value(struct call *c, const char *json, struct value *out)
{
	struct scan scan;
	const struct body *b = body_parse(json, strlen(json), c->arena, &scan);

	if (b == NULL || !json_value_read(b, c->arena, out))
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	return ERR_NONE;
}

/* The members of base and of over, which wins. */
static struct value
merge(struct arena *a, const struct value *base, const struct value *over)
{
	struct value_member *members =
	    arena_alloc(a, (base->count + over->count + 1) * sizeof(*members));
	const char *name;
	size_t i, count = over->count;

	for (i = 0; i < over->count; i++)
		members[i] = over->members[i];
	for (i = 0; i < base->count; i++) {
		name = base->members[i].name;
		if (value_member(over, name, strlen(name)) == NULL)
			members[count++] = base->members[i];
	}
	value_sort(members, count);
	return (struct value){
		.kind = VALUE_OBJECT,
		.count = count,
		.members = members,
	};
}

static enum err
gather_variables(
    struct call *c, struct txn *t, const char *prompt_id, struct value *out)
{
	const struct px0_render_body *b = c->body;
	struct value given = { .kind = VALUE_OBJECT }, stored = given;
	struct payload payload;
	enum err err;

	if (b->variables.given == GIVEN_VALUE &&
	    (err = read_value(c, b->variables.json, &given)) != ERR_NONE)
		return err;
	*out = given;
	if (b->payload_id.given != GIVEN_VALUE)
		return ERR_NONE;
	if ((err = payload_find(t, prompt_id, b->payload_id.text, &payload)) !=
		ERR_NONE ||
	    (err = read_value(c, payload.variables, &stored)) != ERR_NONE)
		return err;
	*out = merge(c->arena, &stored, &given);
	return ERR_NONE;
}

static enum err
check_schema(struct call *c, const char *json, const struct value *variables)
{
	struct value schema;
	const char *wrong;
	enum err err;

	if (json == NULL)
		return ERR_NONE;
	if ((err = read_value(c, json, &schema)) != ERR_NONE)
		return err;
	wrong = schema_check(&schema, variables, c->arena);
	return wrong == NULL
	    ? ERR_NONE
	    : refuse_render(
		  c, "variables do not match the prompt schema", wrong);
}

static void
show_render(
    struct call *c, const struct render_source *source, const char *rendered)
{
	struct doc *d = call_reply(c, 200);

	doc_object(d, NULL);
	doc_text(d, "rendered", rendered);
	doc_integer(d, "version", source->version);
	doc_text(d, "slug", call_param(c, 1));
	doc_json(d, "tags", source->labels);
	doc_text(d, "model", source->model);
	doc_json(d, "model_params", source->model_params);
	doc_object_end(d);
	call_private(c);
}

static enum err
fill_in(struct call *c, const struct render_source *source,
    const struct value *variables)
{
	const struct template *t;
	struct template_error error;
	enum err err = ERR_NONE;
	struct buf out;

	/* Only a read runs in the thread that the templates belong to. */
	assert(c->route->mode == TXN_READ);
	/* Other families store any text as a prompt's content. */
	if (!template_cache_parse(c->templates, source->version_id,
		source->content, c->arena, &t, &error))
		return refuse_render(c, "invalid template", error.text);
	buf_init(&out, TEMPLATE_OUTPUT_MAX);
	if (template_run(t, variables, c->arena, &out, &error))
		show_render(c, source, buf_string(&out));
	else
		err = refuse_render(c, "template execution failed", error.text);
	buf_free(&out);
	return err;
}

enum err
px0_render(struct call *c, struct txn *t)
{
	struct render_source source;
	struct value variables;
	enum err err;

	if ((err = find_source(c, t, &source)) != ERR_NONE ||
	    (err = gather_variables(c, t, source.prompt_id, &variables)) !=
		ERR_NONE ||
	    (err = check_schema(c, source.payload_schema, &variables)) !=
		ERR_NONE)
		return err;
	return fill_in(c, &source, &variables);
}
