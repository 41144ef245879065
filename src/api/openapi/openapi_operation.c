/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "api/auth.h"
#include "domain/scope.h"

#include <ctype.h>
#include <string.h>

#define JSON_TYPE "application/json"

static const char *const methods[] = {
	[METHOD_GET] = "get",
	[METHOD_POST] = "post",
	[METHOD_PUT] = "put",
	[METHOD_PATCH] = "patch",
	[METHOD_DELETE] = "delete",
};

/*
 * What is sent.
 */

static void
show_path_parameters(
    struct openapi *o, const struct openapi_family *f, const struct route *r)
{
	const struct body *words =
	    openapi_member(f->words, "parameters", o->arena);
	const char *at = r->path, *name;
	struct doc *d = &o->doc;

	while ((at = strchr(at, ':')) != NULL) {
		at++;
		name = arena_copy(o->arena, at, strcspn(at, "/"));
		doc_object(d, NULL);
		doc_text(d, "name", name);
		doc_text(d, "in", "path");
		doc_boolean(d, "required", true);
		if (openapi_text(words, name) != NULL)
			doc_text(d, "description", openapi_text(words, name));
		doc_object(d, "schema");
		doc_text(d, "type", "string");
		doc_object_end(d);
		doc_object_end(d);
	}
}

static void
show_parameters(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said, const bool *statuses)
{
	const struct body *more = openapi_member(said, "parameters", o->arena);
	size_t i;

	if (strchr(r->path, ':') == NULL && r->query == NULL && more == NULL &&
	    !statuses[304] && !statuses[412] && !openapi_takes_key(r))
		return;
	doc_array(&o->doc, "parameters");
	show_path_parameters(o, f, r);
	if (r->query != NULL)
		openapi_show_query(o, r->query, said);
	for (i = 0; more != NULL && i < body_count(more); i++)
		doc_json(&o->doc, NULL, openapi_json_at(more, i, o->arena));
	if (statuses[304])
		openapi_show_reference(o, NULL, "parameters", "If-None-Match");
	if (statuses[412])
		openapi_show_reference(o, NULL, "parameters", "If-Match");
	if (openapi_takes_key(r))
		openapi_show_reference(
		    o, NULL, "parameters", "Idempotency-Key");
	doc_array_end(&o->doc);
}

static void
show_body(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said)
{
	const char *type = openapi_text(f->words, "request");
	const char *content = openapi_json(said, "body", o->arena);
	struct doc *d = &o->doc;

	if (r->body == NULL && content == NULL)
		return;
	doc_object(d, "requestBody");
	doc_boolean(d, "required", r->body != NULL);
	if (content != NULL) {
		doc_json(d, "content", content);
	} else {
		doc_object(d, "content");
		doc_object(d, type == NULL ? JSON_TYPE : type);
		openapi_show_table(o, "schema", r->body, said);
		doc_object_end(d);
		doc_object_end(d);
	}
	doc_object_end(d);
}

/*
 * Who may.
 */

static const char *const demands[] = {
	[ACCESS_WRITER] = "A key that may only read is refused.",
	[ACCESS_TOKEN] = "A key that may only read is refused.",
	[ACCESS_SESSION] = "Wants a session: API keys are refused.",
	[ACCESS_ADMIN] = "For admins.",
};

#define ACCESS_COUNT (sizeof(demands) / sizeof(demands[0]))

static void
show_description(
    struct openapi *o, const struct route *r, const struct body *said)
{
	const char *demand =
	    r->access < ACCESS_COUNT ? demands[r->access] : NULL;
	const char *more = openapi_text(said, "description");

	if (demand == NULL && more == NULL)
		return;
	doc_text(&o->doc, "description",
	    arena_printf(o->arena, "%s%s%s", more == NULL ? "" : more,
		more == NULL || demand == NULL ? "" : " ",
		demand == NULL ? "" : demand));
}

static void
show_scheme(struct openapi *o, const char *name, const char *scope)
{
	struct doc *d = &o->doc;

	doc_object(d, NULL);
	doc_array(d, name);
	if (scope != NULL)
		doc_text(d, NULL, scope);
	doc_array_end(d);
	doc_object_end(d);
}

static void
show_security(struct openapi *o, const struct family *f, const struct route *r,
    const struct body *said)
{
	const struct access_rule *rule = auth_rule(r);
	const char *words = openapi_json(said, "security", o->arena);

	if (words != NULL) {
		doc_json(&o->doc, "security", words);
		return;
	}
	doc_array(&o->doc, "security");
	if (rule->token)
		show_scheme(o, "token", rule->role);
	if (rule->token && f->takes_api_key && !rule->session)
		show_scheme(o, "key", rule->role);
	if (rule->scope != 0)
		show_scheme(o, "client", scope_print(rule->scope, o->arena));
	doc_array_end(&o->doc);
}

/*
 * The whole.
 */

/* "get_prompts_id" */
static const char *
make_id(struct openapi *o, const struct route *r)
{
	char *id = arena_printf(o->arena, "%s%s", methods[r->method], r->path);
	char *in, *out = id;

	for (in = id; *in != '\0'; in++) {
		if (isalnum((unsigned char)*in))
			*out++ = *in;
		else if (*in != ':')
			*out++ = '_';
	}
	*out = '\0';
	return id;
}

static const char *
make_summary(struct openapi *o, const struct route *r)
{
	char *text = arena_text(o->arena, r->name);

	text[0] = (char)toupper((unsigned char)text[0]);
	return text;
}

void
openapi_show_operation(
    struct openapi *o, struct openapi_family *f, const struct route *r)
{
	const struct body *said =
	    openapi_member(f->operations, r->name, o->arena);
	bool statuses[OPENAPI_STATUSES] = { false };
	struct doc *d = &o->doc;

	openapi_find_statuses(o, f, r, said, statuses);
	doc_object(d, methods[r->method]);
	doc_array(d, "tags");
	doc_text(d, NULL, f->family->name);
	doc_array_end(d);
	doc_text(d, "operationId", make_id(o, r));
	doc_text(d, "summary", make_summary(o, r));
	show_description(o, r, said);
	show_parameters(o, f, r, said, statuses);
	show_body(o, f, r, said);
	openapi_show_answers(o, f, r, said, statuses);
	show_security(o, f->family, r, said);
	doc_object_end(d);
}
