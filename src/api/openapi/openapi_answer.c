/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "api/auth.h"
#include "base/text.h"
#include "http/response.h"

#include <stdlib.h>

#define JSON_TYPE "application/json"

void
openapi_show_reference(
    struct openapi *o, const char *name, const char *kind, const char *target)
{
	doc_object(&o->doc, name);
	doc_text(&o->doc, "$ref",
	    arena_printf(o->arena, "#/components/%s/%s", kind, target));
	doc_object_end(&o->doc);
}

/*
 * Which statuses.
 */

bool
openapi_takes_key(const struct route *r)
{
	return r->method == METHOD_POST && auth_looks_at_token(r) &&
	    r->mode == TXN_WRITE && (r->flags & ROUTE_SECRET) == 0;
}

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
	if (openapi_takes_key(r))
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

void
openapi_find_statuses(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said, bool *statuses)
{
	const struct body *headers = openapi_member(said, "headers", o->arena);

	add_failures(statuses, f->family, r);
	add_words(o, said, statuses);
	statuses[304] =
	    r->method == METHOD_GET && openapi_lists(headers, "ETag");
}

/*
 * What they say.
 */

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
		openapi_show_reference(
		    o, body_text(list, i), "headers", body_text(list, i));
	if (is_paged(r))
		openapi_show_reference(o, "Link", "headers", "Link");
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
		openapi_show_reference(o, "schema", "schemas", schema);
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

void
openapi_show_answers(struct openapi *o, struct openapi_family *f,
    const struct route *r, const struct body *said, const bool *statuses)
{
	const char *number;
	int status;

	doc_object(&o->doc, "responses");
	for (status = 100; status < OPENAPI_STATUSES; status++) {
		if (!statuses[status])
			continue;
		number = arena_printf(o->arena, "%d", status);
		if (status == 304) {
			openapi_show_reference(
			    o, number, "responses", "not-modified");
		} else if (status < 400) {
			show_answer(o, f, r, said, number);
		} else {
			f->fails[status] = true;
			openapi_show_reference(o, number, "responses",
			    failure_name(o, f->family, number));
		}
	}
	openapi_show_reference(
	    o, "default", "responses", failure_name(o, f->family, "default"));
	doc_object_end(&o->doc);
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
