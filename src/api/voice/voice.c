/* SPDX-License-Identifier: MIT */
/*
 * The voice family: /voice, and at the root PUT /prompts/{id} and
 * POST /prompts-requests.  Audio prompts of telephone flows as HAL resources;
 * every failure is {"code", "message", "description", "fields"}.
 *
 * A recording is uploaded through a signed link first; the prompt that is
 * created or updated with the request's id then takes it over.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/audio.h"
#include "domain/upload_part.h"

#include <inttypes.h>
#include <string.h>

#define JSON_MAX_BYTES (64 * 1024)
#define PROBLEM_TYPE "application/problem+json"
#define HAL_TYPE "application/hal+json"

/* What admins alone may do asks for no scope of prompts. */
#define ADMIN_CHALLENGE "Bearer error=\"insufficient_scope\", scope=\"admin\""

/*
 * What bodies and queries hold.
 */

static bool
is_audio_file_name(const char *name)
{
	return strpbrk(name, "/\\") == NULL &&
	    audio_type_from_file_name(name) != 0;
}

/* clang-format off */
static const struct field words_fields[] = {
	{.name = "request_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct voice_words, request_id)},
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_TRIM | FIELD_NO_CONTROL, .min = 1, .max = VOICE_NAME_MAX, .offset = offsetof(struct voice_words, name)},
	{.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .check = is_audio_file_name, .offset = offsetof(struct voice_words, file_name)},
	{.name = "description", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = VOICE_DESCRIPTION_MAX, .offset = offsetof(struct voice_words, description)},
};
/* clang-format on */
static const struct field_table words_table = { FIELD_TABLE(words_fields) };

/* clang-format off */
static const struct field request_fields[] = {
	{.name = "validation_constraints", .type = FIELD_OBJECT, .offset = offsetof(struct voice_request, constraints)},
};
/* clang-format on */
static const struct field_table request_table = { FIELD_TABLE(request_fields) };

/* None is required here: a link without a signature is a forged one. */
/* clang-format off */
static const struct field link_fields[] = {
	{.name = "expires", .type = FIELD_TEXT, .offset = offsetof(struct voice_link, expires)},
	{.name = "signature", .type = FIELD_TEXT, .offset = offsetof(struct voice_link, signature)},
	{.name = "part", .type = FIELD_INTEGER, .min = 1, .max = UPLOAD_PARTS_MAX, .offset = offsetof(struct voice_link, part)},
	{.name = "complete", .type = FIELD_INTEGER, .min = 1, .max = UPLOAD_PARTS_MAX, .offset = offsetof(struct voice_link, complete)},
};
/* clang-format on */
static const struct field_table link_table = { FIELD_TABLE(link_fields) };

/* clang-format off */
static const struct field deletion_fields[] = {
	{.name = "force", .type = FIELD_BOOLEAN, .offset = offsetof(struct voice_deletion, force)},
};
/* clang-format on */
static const struct field_table deletion_table = { FIELD_TABLE(
    deletion_fields) };

/* clang-format off */
static const struct field wish_fields[] = {
	{.name = "expires_in", .type = FIELD_INTEGER, .min = 1, .max = 3600, .offset = offsetof(struct voice_link_wish, expires_in)},
};
/* clang-format on */
static const struct field_table wish_table = { FIELD_TABLE(wish_fields) };

/*
 * How this family answers.
 */

static const char *
choose_type(const struct call *c, enum err err)
{
	if (err != ERR_NONE)
		return request_accepts(&c->request, PROBLEM_TYPE)
		    ? PROBLEM_TYPE
		    : "application/json";
	return request_accepts(&c->request, HAL_TYPE) ? HAL_TYPE
						      : "application/json";
}

struct doc *
voice_begin_reply(struct call *c, int status)
{
	struct doc *d = call_reply(c, status);

	response_header(c->reply, "Vary", "Accept");
	return d;
}

void
voice_show_link(struct doc *d, const char *name, const char *href)
{
	doc_object(d, name);
	doc_text(d, "href", href);
	doc_object_end(d);
}

/*
 * How it shows failures.
 */

/* The codes that do not follow from the status alone. */
static const char *const codes[ERR_COUNT] = {
	[ERR_BODY_MALFORMED] = "invalid_json",
	[ERR_ROUTE_UNKNOWN] = "route_not_found",
	[ERR_PROMPT_UNKNOWN] = "prompt_not_found",
	[ERR_FLOW_UNKNOWN] = "flow_not_found",
	[ERR_ASSET_UNKNOWN] = "asset_not_found",
	[ERR_NAME_TAKEN] = "name_conflict",
	[ERR_IN_USE] = "in_use",
	[ERR_TEST_FAILED] = "test_failed",
	[ERR_UPLOAD_CONSUMED] = "request_consumed",
	[ERR_UPLOAD_PARTS] = "parts_missing",
};

static const struct {
	int status;
	const char *code;
} status_codes[] = {
	{ 400, "validation_error" },
	{ 401, "unauthorized" },
	{ 403, "forbidden" },
	{ 404, "request_not_found" },
	{ 405, "method_not_allowed" },
	{ 412, "precondition_failed" },
	{ 413, "payload_too_large" },
	{ 414, "uri_too_long" },
	{ 415, "unsupported_media_type" },
	{ 416, "range_not_satisfiable" },
	{ 422, "unprocessable_entity" },
	{ 429, "too_many_requests" },
	{ 501, "not_implemented" },
	{ 503, "busy" },
	{ 507, "insufficient_storage" },
};

static const char *
find_code(enum err err, int status)
{
	size_t i;

	if (codes[err] != NULL)
		return codes[err];
	for (i = 0; i < sizeof(status_codes) / sizeof(status_codes[0]); i++) {
		if (status_codes[i].status == status)
			return status_codes[i].code;
	}
	return "internal_error";
}

static const char *
describe_type(enum field_type type)
{
	switch (type) {
	case FIELD_INTEGER:
		return "It must be an integer.";
	case FIELD_BOOLEAN:
		return "It must be true or false.";
	case FIELD_TEXTS:
		return "It must be an array of strings.";
	case FIELD_ARRAY:
		return "It must be an array.";
	case FIELD_OBJECT:
		return "It must be an object.";
	default:
		return "It must be a string.";
	}
}

/* What the rows' own rules ask for. */
static const char *
describe_check(const struct field *row)
{
	static const struct {
		bool (*check)(const char *text);
		const char *text;
	} rules[] = {
		{ is_audio_file_name,
		    "It must be a plain file name that ends in .mp3 or .wav." },
		{ voice_is_order,
		    "It must be name, created_at or updated_at, and :asc or "
		    ":desc after it." },
		{ voice_is_id_list, "It must name 1 to 100 prompts." },
	};
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].check == row->check)
			return rules[i].text;
	}
	return "It is not valid.";
}

static const char *
describe_choice(const struct call *c, const struct field *row)
{
	const char *list = row->choices[0];
	size_t i;

	for (i = 1; row->choices[i] != NULL; i++)
		list = arena_printf(c->arena, "%s, %s", list, row->choices[i]);
	return arena_printf(
	    c->arena, "The %s must be one of: %s.", row->name, list);
}

static const char *
describe_fault(const struct call *c, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_REPEATED:
		return "It is given more than once.";
	case FAULT_MISSING:
		return "It is required.";
	case FAULT_SHORT:
	case FAULT_FEW:
		return "It must not be empty.";
	case FAULT_LONG:
		return arena_printf(c->arena,
		    "It must not be longer than %" PRId64 " characters.",
		    f->field->max);
	case FAULT_SMALL:
	case FAULT_LARGE:
		return arena_printf(c->arena,
		    "It must be from %" PRId64 " to %" PRId64 ".",
		    f->field->min, f->field->max);
	case FAULT_CONTROL:
		return "It must not contain control characters.";
	case FAULT_CHECK:
		return describe_check(f->field);
	case FAULT_CHOICE:
		return describe_choice(c, f->field);
	case FAULT_UNKNOWN: /* only patches refuse other names */
		return "It cannot be changed.";
	case FAULT_NULL:
	case FAULT_TYPE:
	case FAULT_FRACTION:
	case FAULT_ITEM_TYPE:
		return describe_type(f->field->type);
	default:
		return "It is not valid.";
	}
}

static void
show_field(struct doc *d, const char *name, const char *description)
{
	doc_object(d, NULL);
	doc_text(d, "name", name);
	doc_text(d, "description", description);
	doc_object_end(d);
}

/* Every fault of a field table, or the one field that a handler blamed. */
static void
show_fields(struct call *c, enum err err, const char *message)
{
	bool by_table = err == ERR_BODY_INVALID || err == ERR_QUERY_INVALID ||
	    err == ERR_PATCH_INVALID;
	struct doc *d = &c->doc;
	size_t i;

	if (c->failure.field == NULL)
		return;
	doc_array(d, "fields");
	if (!by_table && err != ERR_UPLOAD_PARTS)
		show_field(d, c->failure.field, message);
	else if (c->faults.count == 0)
		show_field(d, c->failure.field, c->failure.detail);
	else
		for (i = 0; i < c->faults.count; i++)
			show_field(d, c->faults.list[i].name,
			    describe_fault(c, &c->faults.list[i]));
	doc_array_end(d);
}

/* Details that are sentences for the client; others are for the log. */
static bool
has_description(const struct call *c, enum err err)
{
	if (c->failure.detail == NULL)
		return false;
	return err == ERR_BODY_MALFORMED || err == ERR_AUDIO_INVALID ||
	    err == ERR_AUDIO_TYPE || err == ERR_TEST_FAILED ||
	    err == ERR_BODY_TOO_LARGE ||
	    ((err == ERR_BODY_INVALID || err == ERR_PATCH_INVALID) &&
		c->failure.field == NULL);
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	const char *message =
	    row == NULL ? "An unexpected error occurred." : row->text;
	int status = c->reply->status;
	struct doc *d = &c->doc;

	if (status == 403 && c->route != NULL &&
	    c->route->access == ACCESS_ADMIN)
		response_header(c->reply, "WWW-Authenticate", ADMIN_CHALLENGE);
	if (err == ERR_MEDIA_TYPE && c->request.method == METHOD_PATCH)
		response_header(c->reply, "Accept-Patch",
		    VOICE_PATCH_TYPE ", " VOICE_MERGE_TYPE
				     ", application/json");
	if (err == ERR_IN_USE)
		message = c->failure.detail;
	if (err == ERR_RANGE)
		response_header(c->reply, "Content-Range", c->failure.detail);
	doc_object(d, NULL);
	if (request_accepts(&c->request, PROBLEM_TYPE)) {
		doc_text(d, "type", "about:blank");
		doc_text(d, "title", response_reason(status));
		doc_integer(d, "status", status);
		doc_text(d, "detail", message);
	}
	doc_text(d, "code", find_code(err, status));
	doc_text(d, "message", message);
	if (has_description(c, err))
		doc_text(d, "description", c->failure.detail);
	if (status == 400 || err == ERR_PATCH_INVALID)
		show_fields(c, err, message);
	doc_object_end(d);
}

/*
 * Bodies.
 */

static enum err
check_media(struct call *c)
{
	const struct request *r = &c->request;

	if (request_has_type(r, "application/json"))
		return ERR_NONE;
	if (r->method == METHOD_PATCH &&
	    (request_has_type(r, VOICE_PATCH_TYPE) ||
		request_has_type(r, VOICE_MERGE_TYPE)))
		return ERR_NONE;
	return call_fail(c, ERR_MEDIA_TYPE, NULL, NULL);
}

static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	static const char *const reasons[] = {
		[SCAN_OK] = NULL,
		[SCAN_EMPTY] = "The body is empty.",
		[SCAN_SYNTAX] = "The body has a syntax error.",
		[SCAN_UTF8] = "The body is not well-formed UTF-8.",
		[SCAN_SURROGATE] = "A string holds half of a surrogate pair.",
		[SCAN_NUL] = "A string holds the character U+0000.",
		[SCAN_DEPTH] = "The body is nested too deeply.",
		[SCAN_DUPLICATE] = "An object has two members of one name.",
		[SCAN_MEMBERS] = "An object has too many members.",
	};
	struct scan scan;
	const struct body *body = body_parse(text, len, c->arena, &scan);

	if (body == NULL)
		return call_fail(
		    c, ERR_BODY_MALFORMED, NULL, reasons[scan.fault]);
	/* A patch may be an array, which is no body table's. */
	if (c->request.method == METHOD_PATCH) {
		c->json = body;
		*out = body_empty(c->arena);
		return ERR_NONE;
	}
	if (body_kind(body) != SCAN_OBJECT)
		return call_fail(c, ERR_BODY_INVALID, NULL,
		    "The body must be a JSON object.");
	*out = body;
	return ERR_NONE;
}

/*
 * Routes and words.
 */

/* Elsewhere 404: on this path that would say that the prompt is gone. */
/* clang-format off */
static const struct err_text put_texts[] = {
	{ERR_UPLOAD_UNKNOWN, NULL, 400, "The upload request is unknown or has expired."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text patch_texts[] = {
	{ERR_MEDIA_TYPE, NULL, 0, "The Content-Type must be " VOICE_PATCH_TYPE ", " VOICE_MERGE_TYPE " or application/json."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text upload_texts[] = {
	{ERR_BODY_TOO_LARGE, NULL, 0, "The audio is larger than the limit."},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

#define REQUEST_ROUTE(path_)                                     \
	{                                                        \
		.method = METHOD_POST, .path = (path_),          \
		.name = "ask for an upload link",                \
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE, \
		.body = &request_table,                          \
		.body_size = sizeof(struct voice_request),       \
		.prepare = voice_request_prepare,                \
		.handler = voice_request_post,                   \
	}

#define UPLOAD_ROUTE(method_)                                                 \
	{                                                                     \
		.method = (method_), .path = "/voice/uploads/:request",       \
		.name = "upload audio through a signed link",                 \
		.access = ACCESS_ANYONE, .mode = TXN_WRITE,                   \
		.flags = ROUTE_RAW_BODY, .query = &link_table,                \
		.query_size = sizeof(struct voice_link),                      \
		.prepare = voice_upload_prepare, .handler = voice_upload_put, \
		.texts = upload_texts,                                        \
	}

#define PUT_ROUTE(path_)                                                       \
	{                                                                      \
		.method = METHOD_PUT, .path = (path_),                         \
		.name = "replace a voice prompt",                              \
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE,               \
		.body = &words_table, .body_size = sizeof(struct voice_words), \
		.handler = voice_prompt_put, .texts = put_texts,               \
	}

/* clang-format off */
static const struct route routes[] = {
	REQUEST_ROUTE("/voice/prompts-requests"),
	REQUEST_ROUTE("/prompts-requests"),
	UPLOAD_ROUTE(METHOD_PUT),
	UPLOAD_ROUTE(METHOD_POST),
	{
		.method = METHOD_POST, .path = "/voice/prompts",
		.name = "create a voice prompt",
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE,
		.body = &words_table, .body_size = sizeof(struct voice_words),
		.handler = voice_prompt_post,
	},
	{
		.method = METHOD_GET, .path = "/voice/prompts",
		.name = "list voice prompts",
		.access = ACCESS_VOICE_READ, .mode = TXN_READ,
		.query = &voice_list_fields,
		.query_size = sizeof(struct voice_list_query),
		.handler = voice_prompt_list,
	},
	{
		.method = METHOD_GET, .path = "/voice/prompts/:id",
		.name = "get a voice prompt",
		.access = ACCESS_VOICE_READ, .mode = TXN_READ,
		.handler = voice_prompt_get,
	},
	PUT_ROUTE("/voice/prompts/:id"),
	PUT_ROUTE("/prompts/:id"),
	{
		.method = METHOD_PATCH, .path = "/voice/prompts/:id",
		.name = "rename or describe a voice prompt",
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE,
		.body = &voice_patch_fields,
		.body_size = sizeof(struct voice_patch),
		.prepare = voice_patch_prepare, .handler = voice_prompt_patch,
		.texts = patch_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/voice/prompts/:id",
		.name = "delete a voice prompt",
		.access = ACCESS_VOICE_DELETE, .mode = TXN_WRITE,
		.query = &deletion_table,
		.query_size = sizeof(struct voice_deletion),
		.handler = voice_prompt_delete,
	},
	{
		.method = METHOD_GET, .path = "/voice/prompts-usage",
		.name = "count the flows that use voice prompts",
		.access = ACCESS_VOICE_READ, .mode = TXN_READ,
		.query = &voice_usage_fields,
		.query_size = sizeof(struct voice_usage_query),
		.handler = voice_usage_get,
	},
	{
		.method = METHOD_GET, .path = "/voice/prompts/:id/flows",
		.name = "list the flows that use a voice prompt",
		.access = ACCESS_VOICE_READ, .mode = TXN_READ,
		.query = &voice_flow_list_fields,
		.query_size = sizeof(struct voice_page_query),
		.handler = voice_flow_list,
	},
	{
		.method = METHOD_PUT, .path = "/voice/prompts/:id/flows/:flow",
		.name = "tell that a flow uses a voice prompt",
		.access = ACCESS_ADMIN, .mode = TXN_WRITE,
		.body = &voice_flow_fields,
		.body_size = sizeof(struct voice_flow),
		.prepare = voice_flow_prepare, .handler = voice_flow_put,
	},
	{
		.method = METHOD_DELETE, .path = "/voice/prompts/:id/flows/:flow",
		.name = "tell that a flow uses a voice prompt no more",
		.access = ACCESS_ADMIN, .mode = TXN_WRITE,
		.handler = voice_flow_delete,
	},
	{
		.method = METHOD_GET,
		.path = "/voice/prompts/:id/download-link",
		.name = "ask for a download link",
		.access = ACCESS_VOICE_DOWNLOAD, .mode = TXN_READ,
		.query = &wish_table,
		.query_size = sizeof(struct voice_link_wish),
		.handler = voice_download_link_get,
	},
	{
		.method = METHOD_GET, .path = "/voice/downloads/:asset",
		.name = "download audio through a signed link",
		.access = ACCESS_ANYONE, .mode = TXN_READ,
		.query = &link_table, .query_size = sizeof(struct voice_link),
		.handler = voice_download_get,
	},
};
/* clang-format on */

#define FORBIDDEN "You are not allowed to do this."

/* clang-format off */
static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed."},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long."},
	{ERR_METHOD_UNKNOWN, NULL, 0, "The method is not implemented."},
	{ERR_METHOD_REFUSED, NULL, 0, "The method is not allowed here."},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "There is nothing at this address."},
	{ERR_QUERY_INVALID, NULL, 0, "The query string is not valid."},
	{ERR_MEDIA_TYPE, NULL, 0, "The Content-Type must be application/json."},
	{ERR_BODY_TOO_LARGE, NULL, 0, "The request body is larger than the limit."},
	{ERR_BODY_LENGTH, NULL, 0, "The request body is not as long as announced."},
	{ERR_BODY_MALFORMED, NULL, 0, "The request body is not valid JSON."},
	{ERR_BODY_INVALID, NULL, 0, "The request body is not valid."},
	{ERR_KEY_REUSED, NULL, 0, "The Idempotency-Key was used for another request."},
	{ERR_TOKEN_MISSING, NULL, 0, "An access token is required."},
	{ERR_TOKEN_SCHEME, NULL, 0, "The Authorization header must hold a bearer token."},
	{ERR_TOKEN_INVALID, NULL, 0, "The access token is invalid or has expired."},
	{ERR_USER_UNVERIFIED, NULL, 0, FORBIDDEN},
	{ERR_ROLE_TOO_LOW, NULL, 0, FORBIDDEN},
	{ERR_SCOPE_MISSING, NULL, 0, FORBIDDEN},
	{ERR_SIGNATURE, NULL, 0, "The link is not valid or has expired."},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "The prompt does not exist."},
	{ERR_FLOW_UNKNOWN, NULL, 0, "The flow does not use the prompt."},
	{ERR_RANGE, NULL, 0, "The audio is shorter than that."},
	{ERR_ASSET_UNKNOWN, NULL, 0, "The audio does not exist."},
	{ERR_UPLOAD_UNKNOWN, NULL, 0, "The upload request is unknown or has expired."},
	{ERR_UPLOAD_EMPTY, NULL, 0, "Nothing has been uploaded for the upload request yet."},
	{ERR_UPLOAD_CONSUMED, NULL, 0, "The upload request has been used already."},
	{ERR_UPLOAD_PARTS, NULL, 0, "Parts of the upload are missing."},
	{ERR_NAME_TAKEN, NULL, 0, "Another prompt has this name."},
	{ERR_STALE, NULL, 0, "The prompt was changed since it was read."},
	{ERR_IN_USE, NULL, 0, "Flows use the prompt."},
	{ERR_PATCH_INVALID, NULL, 0, "The patch cannot be applied to a prompt."},
	{ERR_TEST_FAILED, NULL, 0, "A test of the patch failed, so nothing was changed."},
	{ERR_AUDIO_INVALID, NULL, 0, "The upload is neither WAV nor MP3 audio, or is damaged."},
	{ERR_AUDIO_TYPE, NULL, 0, "The audio is of a type that is not accepted here."},
	{ERR_AUDIO_EMPTY, NULL, 0, "The upload is empty."},
	{ERR_THROTTLED, NULL, 0, "Too many requests. Please try again later."},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_FULL, NULL, 0, "The server has no space left."},
	{ERR_READ_ONLY, NULL, 0, "The server cannot store changes at present."},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present."},
	{ERR_INTERNAL, NULL, 0, "An unexpected error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

static const char *const mounts[] = { "/voice", "/prompts-requests", NULL };

const struct family voice_family = {
	.name = "voice",
	.takes_api_key = true,
	.heeds_scopes = true,
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_TRAILING_SLASH,
	.content_type = "application/json",
	.body_max_bytes = JSON_MAX_BYTES,
	.texts = texts,
	.choose_type = choose_type,
	.check_media = check_media,
	.read_body = read_body,
	.show_error = show_error,
};
