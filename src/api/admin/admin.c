/* SPDX-License-Identifier: MIT */
/*
 * The admin family: /api/admin/prompts, /api/prompts, /api/health.  Answers
 * are {"data":…}; every failure is {"statusCode","error","message",
 * "timestamp","path"}, its message a list where a body was at fault.
 */
#include "api/admin/admin.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/*
 * How this family shows things.
 */

void
admin_show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_ms(at_ms, text);
	doc_text(d, name, text);
}

void
admin_show_person(
    struct doc *d, const char *name, const char *id, const char *email)
{
	doc_object(d, name);
	doc_text(d, "id", id);
	doc_text(d, "email", email);
	doc_object_end(d);
}

/*
 * How it shows failures.
 */

static const char *
error_label(struct call *c, int status)
{
	static const struct {
		int status;
		const char *label;
	} labels[] = {
		{ 400, "BAD_REQUEST" },
		{ 401, "UNAUTHORIZED" },
		{ 403, "FORBIDDEN" },
		{ 404, "NOT_FOUND" },
		{ 409, "CONFLICT" },
		{ 422, "UNPROCESSABLE_ENTITY" },
		{ 429, "TOO_MANY_REQUESTS" },
		{ 500, "INTERNAL_SERVER_ERROR" },
		{ 502, "BAD_GATEWAY" },
		{ 503, "SERVICE_UNAVAILABLE" },
	};
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (labels[i].status == status)
			return labels[i].label;
	}
	return arena_printf(c->arena, "ERROR_%d", status);
}

/* What a value of each type must be. */
static const char *const type_rules[] = {
	[FIELD_TEXT] = "a string",
	[FIELD_CHOICE] = "one of the following values:",
	[FIELD_UUID] = "a UUID",
	[FIELD_INTEGER] = "an integer number",
	[FIELD_BOOLEAN] = "a boolean value",
	[FIELD_TEXTS] = "an array",
	[FIELD_ARRAY] = "an array",
	[FIELD_OBJECT] = "an object",
	[FIELD_ITEMS] = "an array",
};

/* A rule's text, with the place of an item before all of it. */
static void
show_rule(struct call *c, const struct fault *f, const char *text)
{
	doc_text(
	    &c->doc, NULL, arena_printf(c->arena, "%s%s", f->within, text));
}

static void
show_type_rule(struct call *c, const struct fault *f)
{
	const struct field *row = f->field;
	const char *text = arena_printf(
	    c->arena, "%s must be %s", row->name, type_rules[row->type]);
	size_t i;

	for (i = 0; row->type == FIELD_CHOICE && row->choices[i] != NULL; i++)
		text = arena_printf(c->arena, "%s%s %s", text,
		    i == 0 ? "" : ",", row->choices[i]);
	show_rule(c, f, text);
}

static void
show_length_rule(
    struct call *c, const struct fault *f, const char *order, int64_t bound)
{
	show_rule(c, f,
	    arena_printf(c->arena,
		"%s must be %s than or equal to %" PRId64 " characters",
		f->field->name, order, bound));
}

static void
show_bound_rule(
    struct call *c, const struct fault *f, const char *order, int64_t bound)
{
	show_rule(c, f,
	    arena_printf(c->arena, "%s must not be %s than %" PRId64,
		f->field->name, order, bound));
}

/* What is wrong with the items of an array. */
static void
show_item_rule(struct call *c, const struct fault *f)
{
	const struct field *row = f->field;

	if (f->kind == FAULT_MANY)
		show_rule(c, f,
		    arena_printf(c->arena,
			"%s must contain no more than %" PRId64 " elements",
			row->name, row->max));
	else if (f->kind == FAULT_ITEM_ARRAY)
		show_rule(c, f, "each value must be an object");
	else if (row->type == FIELD_ITEMS)
		show_rule(c, f,
		    arena_printf(c->arena,
			"each value in nested property %s must be either "
			"object or array",
			row->name));
	else
		show_rule(c, f,
		    arena_printf(c->arena, "each value in %s must be a string",
			row->name));
}

/* A value that is absent or of another type breaks each of its row's rules,
 * and is told so: the longest, the shortest, the type. */
static void
show_fault(struct call *c, const struct fault *f)
{
	const struct field *row = f->field;
	bool is_other = f->kind == FAULT_MISSING || f->kind == FAULT_NULL ||
	    f->kind == FAULT_TYPE || f->kind == FAULT_CHOICE ||
	    f->kind == FAULT_REPEATED;
	bool is_text, is_number;

	if (row == NULL) {
		show_rule(c, f,
		    arena_printf(
			c->arena, "property %s should not exist", f->name));
		return;
	}
	is_text = row->type == FIELD_TEXT;
	is_number = row->type == FIELD_INTEGER;
	if (f->kind == FAULT_ITEM_TYPE || f->kind == FAULT_ITEM_ARRAY ||
	    f->kind == FAULT_MANY)
		show_item_rule(c, f);
	if (f->kind == FAULT_LONG || (is_other && is_text && row->max > 0))
		show_length_rule(c, f, "shorter", row->max);
	if (f->kind == FAULT_SHORT || f->kind == FAULT_CHECK ||
	    (is_other && is_text && row->min > 0))
		show_length_rule(c, f, "longer", row->min);
	if (f->kind == FAULT_LARGE || (is_other && is_number && row->max > 0))
		show_bound_rule(c, f, "greater", row->max);
	if (f->kind == FAULT_SMALL || (is_other && is_number))
		show_bound_rule(c, f, "less", row->min);
	if (is_other || f->kind == FAULT_FRACTION)
		show_type_rule(c, f);
}

static void
show_faults(struct call *c)
{
	size_t i;

	doc_array(&c->doc, "message");
	for (i = 0; i < c->faults.count; i++)
		show_fault(c, &c->faults.list[i]);
	doc_array_end(&c->doc);
}

/* The text of a failure; "%s" in it stands for what the client sent. */
static const char *
error_message(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	const char *hole;

	if (err == ERR_ROUTE_UNKNOWN)
		return arena_printf(c->arena, "Cannot %s %s",
		    c->request.method_name, c->request.target);
	if (err == ERR_ACTIVE_CONFLICT)
		return arena_printf(c->arena,
		    "An active prompt for section "
		    "\"%s\" with the same route/categories already exists "
		    "(id: %s)",
		    c->failure.field, c->failure.detail);
	if (row == NULL)
		return "An unexpected error occurred";
	if ((hole = strstr(row->text, "%s")) == NULL)
		return row->text;
	return arena_printf(c->arena, "%.*s%s%s", (int)(hole - row->text),
	    row->text, c->failure.detail, hole + 2);
}

/* Faults of a body or a query are listed, unless the route has a word of its
 * own for them. */
static bool
lists_faults(const struct call *c, enum err err)
{
	return (err == ERR_BODY_INVALID || err == ERR_QUERY_INVALID) &&
	    family_error_text(c, err) == NULL;
}

static void
show_error(struct call *c, enum err err)
{
	int status = family_error_status(c, err);
	struct doc *d = &c->doc;

	doc_object(d, NULL);
	doc_integer(d, "statusCode", status);
	doc_text(d, "error", error_label(c, status));
	if (lists_faults(c, err))
		show_faults(c);
	else
		doc_text(d, "message", error_message(c, err));
	admin_show_time(d, "timestamp", c->txn.now_ms);
	doc_text(d, "path", c->request.target);
	doc_object_end(d);
}

/*
 * Bodies and queries.
 */

/* A form is an object of strings.  What is neither JSON nor a form, or not
 * there, acts like {}; so does an array. */
static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	struct scan scan;
	const struct body *body = body_empty(c->arena);

	if (len > 0 && request_has_type(&c->request, "application/json"))
		body = body_parse(text, len, c->arena, &scan);
	else if (request_has_type(
		     &c->request, "application/x-www-form-urlencoded"))
		body = body_parse_form(text, len, c->arena, &scan);
	if (body == NULL ||
	    (body_kind(body) != SCAN_OBJECT && body_kind(body) != SCAN_ARRAY))
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	*out = body_kind(body) == SCAN_OBJECT ? body : body_empty(c->arena);
	return ERR_NONE;
}

static bool
has_bad_escape(const char *text)
{
	unsigned char byte;
	char digits[3] = "";

	while ((text = strchr(text, '%')) != NULL) {
		memcpy(digits, text + 1, text[1] == '\0' ? 1 : 2);
		if (!text_unhex(digits, &byte, 1))
			return true;
		text++;
	}
	return false;
}

/* A web server that leaves an escape as it is could not decode it; one that
 * the client meant so ("%25zz") reads otherwise in the request's target. */
enum err
admin_check_id(struct call *c)
{
	const char *id = call_param(c, 0);

	if (has_bad_escape(id) && strstr(c->request.target, id) != NULL)
		return call_fail(c, ERR_ID_INVALID, "id", id);
	return ERR_NONE;
}

enum err
admin_health(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);

	(void)t;
	doc_object(d, NULL);
	doc_text(d, "status", "ok");
	doc_object_end(d);
	response_header(c->reply, "Cache-Control", "no-store");
	return ERR_NONE;
}

/*
 * Routes and words.
 */

#define STALE \
	"Prompt was modified by another user. Please refresh and try again."

/* The house's word for a lost update is 409, not 412. */
/* clang-format off */
static const struct err_text update_texts[] = {
	{ERR_STALE, NULL, 409, STALE},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text version_texts[] = {
	{ERR_QUERY_INVALID, "version", 0, "Validation failed: version must be an integer"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text comment_texts[] = {
	{ERR_COMMENT_UNKNOWN, NULL, 0, "Parent comment not found"},
	{ERR_COMMENT_ELSEWHERE, NULL, 0, "Parent comment does not belong to this prompt"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text runtime_texts[] = {
	{ERR_QUERY_INVALID, NULL, 0, "categories must be a string"},
	{ERR_PROMPT_UNKNOWN, "section", 0, "Unknown agent section: %s"},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "No active prompt found for section: %s"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text restore_texts[] = {
	{ERR_PROMPT_EXISTS, NULL, 0, "Prompt is not deleted"},
	{ERR_PROJECT_UNKNOWN, NULL, 409, "The project of the prompt does not exist any more"},
	{ERR_USER_UNKNOWN, NULL, 409, "A user that the prompt names does not exist any more"},
	{ERR_ASSET_UNKNOWN, NULL, 409, "A recording of the prompt does not exist any more"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct route routes[] = {
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/list",
		.name = "list prompts", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.query = &admin_list_fields, .query_size = sizeof(struct admin_list_query),
		.handler = admin_prompt_list,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/export",
		.name = "export all prompts", .access = ACCESS_ADMIN,
		.mode = TXN_READ, .flags = ROUTE_STREAM,
		.query = &admin_export_fields, .query_size = sizeof(struct admin_export_query),
		.handler = admin_export_get,
	},
	{
		.method = METHOD_POST, .path = "/api/admin/prompts/import",
		.name = "import prompts", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &admin_import_fields, .body_size = sizeof(struct admin_import_body),
		.handler = admin_import_post,
	},
	{
		.method = METHOD_POST, .path = "/api/admin/prompts/create",
		.name = "create a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &admin_create_fields, .body_size = sizeof(struct prompt_patch),
		.handler = admin_prompt_post,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/:id",
		.name = "get a prompt or a snapshot", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.query = &admin_version_fields, .query_size = sizeof(struct admin_version_query),
		.handler = admin_prompt_get, .texts = version_texts,
	},
	{
		.method = METHOD_PUT, .path = "/api/admin/prompts/:id/update",
		.name = "update a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &admin_update_fields, .body_size = sizeof(struct prompt_patch),
		.handler = admin_prompt_put, .texts = update_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/api/admin/prompts/:id",
		.name = "delete a prompt or a snapshot", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.query = &admin_version_fields, .query_size = sizeof(struct admin_version_query),
		.handler = admin_prompt_delete, .texts = version_texts,
	},
	{
		.method = METHOD_POST, .path = "/api/admin/prompts/:id/restore",
		.name = "bring a deleted prompt back", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.handler = admin_prompt_restore, .texts = restore_texts,
	},
	{
		.method = METHOD_POST,
		.path = "/api/admin/prompts/:id/toggle-active",
		.name = "activate or deactivate a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.handler = admin_prompt_toggle, .texts = update_texts,
	},
	{
		.method = METHOD_POST, .path = "/api/admin/prompts/:id/comments",
		.name = "comment on a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &admin_comment_fields, .body_size = sizeof(struct admin_comment_body),
		.handler = admin_comment_post, .texts = comment_texts,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/:id/comments",
		.name = "list a prompt's comments", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.handler = admin_comment_list,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/:id/history",
		.name = "list a prompt's changes", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.handler = admin_history_get,
	},
	{
		.method = METHOD_GET, .path = "/api/prompts/section/:section",
		.name = "get a section's active prompt", .access = ACCESS_ANYONE,
		.mode = TXN_READ,
		.handler = admin_section_get, .texts = runtime_texts,
	},
	{
		.method = METHOD_GET, .path = "/api/health",
		.name = "tell that the service is up", .access = ACCESS_ANYONE,
		.mode = TXN_READ,
		.handler = admin_health,
	},
};

static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed"},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long"},
	{ERR_METHOD_UNKNOWN, NULL, 0, "Method not implemented"},
	{ERR_ID_INVALID, NULL, 0, "Failed to decode param '%s'"},
	{ERR_BODY_TOO_LARGE, NULL, 0, "request entity too large"},
	{ERR_BODY_LENGTH, NULL, 0, "The body is not as long as announced"},
	{ERR_BODY_MALFORMED, NULL, 0, "The body is malformed"},
	{ERR_KEY_REUSED, NULL, 0, "The Idempotency-Key was used for another request"},
	{ERR_TOKEN_MISSING, NULL, 0, "Missing or invalid authorization header"},
	{ERR_TOKEN_SCHEME, NULL, 0, "Missing or invalid authorization header"},
	{ERR_TOKEN_INVALID, NULL, 0, "Invalid or expired token"},
	{ERR_USER_UNVERIFIED, NULL, 0, "Admin access required"},
	{ERR_ROLE_TOO_LOW, NULL, 0, "Admin access required"},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "Prompt not found"},
	{ERR_VERSION_UNKNOWN, NULL, 0, "Prompt version %s not found"},
	{ERR_NAME_TAKEN, NULL, 0, "A prompt of this name already exists"},
	{ERR_STALE, NULL, 0, STALE},
	{ERR_THROTTLED, NULL, 0, "ThrottlerException: Too Many Requests"},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_FULL, NULL, 0, "The server has no space left"},
	{ERR_READ_ONLY, NULL, 0, "The server cannot store changes at present"},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present"},
	{ERR_PROJECT_UNKNOWN, NULL, 500, "The installation has no project for prompts"},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

static const char *const mounts[] = {
	"/api/admin",
	"/api/prompts",
	"/api/health",
	NULL,
};

const struct family admin_family = {
	.name = "admin",
	.takes_api_key = true,
	.mounts = mounts,
	.answers_for = "/api",
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_TRAILING_SLASH,
	.hides_methods = true,
	.content_type = "application/json; charset=utf-8",
	.texts = texts,
	.read_body = read_body,
	.scans_every_body = true,
	.show_error = show_error,
};
