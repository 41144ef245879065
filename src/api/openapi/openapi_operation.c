/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "api/auth.h"
#include "base/text.h"
#include "domain/scope.h"
#include "http/response.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "application/json"

static const char *const methods[] = {
	[METHOD_GET] = "get",
	[METHOD_POST] = "post",
	[METHOD_PUT] = "put",
	[METHOD_PATCH] = "patch",
	[METHOD_DELETE] = "delete",
};

static void
show_reference(
    struct openapi *o, const char *name, const char *kind, const char *target)
{
	doc_object(&o->doc, name);
	doc_text(&o->doc, "$ref",
	    arena_printf(o->arena, "#/components/%s/%s", kind, target));
	doc_object_end(&o->doc);
}

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

static bool
takes_key(const struct route *r)
{
	return r->method == METHOD_POST && auth_looks_at_token(r) &&
	    r->mode == TXN_WRITE && (r->flags & ROUTE_SECRET) == 0;
}

static void
show_parameters(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said, const bool *statuses)
{
	const struct body *more = openapi_member(said, "parameters", o->arena);
	size_t i;

	if (strchr(r->path, ':') == NULL && r->query == NULL && more == NULL &&
	    !statuses[304] && !statuses[412] && !takes_key(r))
		return;
	doc_array(&o->doc, "parameters");
	show_path_parameters(o, f, r);
	if (r->query != NULL)
		openapi_show_query(o, r->query, said);
	for (i = 0; more != NULL && i < body_count(more); i++)
		doc_json(&o->doc, NULL, openapi_json_at(more, i, o->arena));
	if (statuses[304])
		show_reference(o, NULL, "parameters", "If-None-Match");
	if (statuses[412])
		show_reference(o, NULL, "parameters", "If-Match");
	if (takes_key(r))
		show_reference(o, NULL, "parameters", "Idempotency-Key");
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
 * What is answered.
 */

static void
add_failure(
    bool *statuses, const struct family *f, const struct route *r, enum err err)
{
	struct call c = { .family = f, .route = r };

	statuses[family_error_status(&c, err)] = true;
}

/* What the stations before the handler, and the store, may say. */
static void
add_failures(bool *statuses, const struct family *f, const struct route *r)
{
	const struct access_rule *rule = auth_rule(r);
	const struct err_text *text;

	add_failure(statuses, f, r, ERR_REQUEST_MALFORMED);
	add_failure(statuses, f, r, ERR_INTERNAL);
	add_failure(statuses, f, r, ERR_BUSY);
	if (rule->token) {
		add_failure(statuses, f, r, ERR_TOKEN_INVALID);
		add_failure(statuses, f, r, ERR_THROTTLED);
	}
	if (rule->role != NULL || rule->operation > TOKEN_READ_RENDER)
		add_failure(statuses, f, r, ERR_ROLE_TOO_LOW);
	if (rule->scope != 0)
		add_failure(statuses, f, r, ERR_SCOPE_MISSING);
	if (r->query != NULL && r->query->count > 0)
		add_failure(statuses, f, r, ERR_QUERY_INVALID);
	if (r->body != NULL) {
		add_failure(statuses, f, r, ERR_BODY_MALFORMED);
		add_failure(statuses, f, r, ERR_BODY_INVALID);
		add_failure(statuses, f, r, ERR_BODY_TOO_LARGE);
	}
	if (r->body != NULL && f->check_media != NULL)
		add_failure(statuses, f, r, ERR_MEDIA_TYPE);
	if (takes_key(r))
		add_failure(statuses, f, r, ERR_KEY_REUSED);
	if (r->mode == TXN_WRITE)
		add_failure(statuses, f, r, ERR_FULL);
	for (text = r->texts; text != NULL && text->err != ERR_NONE; text++)
		add_failure(statuses, f, r, text->err);
}

/* The statuses that the words name: of "answers", or of "failures". */
static void
add_words(struct openapi *o, const struct body *said, bool *statuses)
{
	const struct body *answers = openapi_member(said, "answers", o->arena);
	const struct body *failures =
	    openapi_member(said, "failures", o->arena);
	const struct scan *scan = body_scan(answers);
	long status;
	size_t i;

	for (i = 0; i < scan->member_count; i++) {
		status = strtol(scan->members[i].name, NULL, 10);
		if (status >= 100 && status < OPENAPI_STATUSES)
			statuses[status] = true;
	}
	for (i = 0; failures != NULL && i < body_count(failures); i++) {
		status =
		    strtol(body_scan(failures)->members[i].value, NULL, 10);
		if (status >= 100 && status < OPENAPI_STATUSES)
			statuses[status] = true;
	}
}

static bool
is_paged(const struct route *r)
{
	size_t i;

	for (i = 0; r->query != NULL && i < r->query->count; i++) {
		if (text_equal(r->query->rows[i].name, "page_size"))
			return true;
	}
	return false;
}

static bool
says_header(struct openapi *o, const struct body *said, const char *header)
{
	return openapi_lists(openapi_member(said, "headers", o->arena), header);
}

static void
show_answer_headers(
    struct openapi *o, const struct route *r, const struct body *said)
{
	const struct body *list = openapi_member(said, "headers", o->arena);
	struct doc *d = &o->doc;
	size_t i;

	if (list == NULL && !is_paged(r))
		return;
	doc_object(d, "headers");
	for (i = 0; list != NULL && i < body_count(list); i++)
		show_reference(
		    o, body_text(list, i), "headers", body_text(list, i));
	if (is_paged(r))
		show_reference(o, "Link", "headers", "Link");
	doc_object_end(d);
}

/* One schema, in each of the family's media types. */
static void
show_schema(
    struct openapi *o, const struct openapi_family *f, const char *schema)
{
	const struct body *types = openapi_member(f->words, "types", o->arena);
	struct doc *d = &o->doc;
	size_t i, count = types == NULL ? 1 : body_count(types);

	doc_object(d, "content");
	for (i = 0; i < count; i++) {
		doc_object(d, types == NULL ? JSON_TYPE : body_text(types, i));
		show_reference(o, "schema", "schemas", schema);
		doc_object_end(d);
	}
	doc_object_end(d);
}

static void
show_answer(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said, const char *number)
{
	const struct body *answers = openapi_member(said, "answers", o->arena);
	const struct body *answer = openapi_member(answers, number, o->arena);
	struct doc *d = &o->doc;

	doc_object(d, number);
	doc_text(d, "description", response_reason(atoi(number)));
	show_answer_headers(o, r, said);
	if (openapi_text(answers, number) != NULL)
		show_schema(o, f, openapi_text(answers, number));
	else if (body_kind(answer) != SCAN_NULL)
		doc_json(d, "content", openapi_json(answers, number, o->arena));
	doc_object_end(d);
}

static const char *
failure_name(struct openapi *o, const struct family *f, const char *number)
{
	return arena_printf(o->arena, "%s-%s", f->name, number);
}

static void
show_answers(struct openapi *o, struct openapi_family *f, const struct route *r,
    const struct body *said, const bool *statuses)
{
	const char *number;
	int status;

	doc_object(&o->doc, "responses");
	for (status = 100; status < OPENAPI_STATUSES; status++) {
		if (!statuses[status])
			continue;
		number = arena_printf(o->arena, "%d", status);
		if (status == 304) {
			show_reference(o, number, "responses", "not-modified");
		} else if (status < 400) {
			show_answer(o, f, r, said, number);
		} else {
			f->fails[status] = true;
			show_reference(o, number, "responses",
			    failure_name(o, f->family, number));
		}
	}
	show_reference(
	    o, "default", "responses", failure_name(o, f->family, "default"));
	doc_object_end(&o->doc);
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

	add_failures(statuses, f->family, r);
	add_words(o, said, statuses);
	statuses[304] = r->method == METHOD_GET && says_header(o, said, "ETag");
	doc_object(d, methods[r->method]);
	doc_array(d, "tags");
	doc_text(d, NULL, f->family->name);
	doc_array_end(d);
	doc_text(d, "operationId", make_id(o, r));
	doc_text(d, "summary", make_summary(o, r));
	show_description(o, r, said);
	show_parameters(o, f, r, said, statuses);
	show_body(o, f, r, said);
	show_answers(o, f, r, said, statuses);
	show_security(o, f->family, r, said);
	doc_object_end(d);
}

/*
 * Components.
 */

static void
show_failure(struct openapi *o, const struct openapi_family *f,
    const char *number, const char *description)
{
	doc_object(&o->doc, failure_name(o, f->family, number));
	doc_text(&o->doc, "description", description);
	doc_json(
	    &o->doc, "content", openapi_json(f->words, "failure", o->arena));
	doc_object_end(&o->doc);
}

void
openapi_show_failures(struct openapi *o)
{
	struct doc *d = &o->doc;
	size_t i;
	int status;

	doc_object(d, "responses");
	doc_object(d, "not-modified");
	doc_text(d, "description",
	    "The client has this state of the resource already.");
	doc_object_end(d);
	for (i = 0; i < o->count; i++) {
		for (status = 400; status < OPENAPI_STATUSES; status++) {
			if (o->families[i].fails[status])
				show_failure(o, &o->families[i],
				    arena_printf(o->arena, "%d", status),
				    response_reason(status));
		}
		show_failure(
		    o, &o->families[i], "default", "Any other failure.");
	}
	doc_object_end(d);
}
