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
#define HAL_TYPE "application/hal+json"

/*
 * What bodies and queries hold.
 */

bool
voice_is_file_name(const char *name)
{
	return strpbrk(name, "/\\") == NULL &&
	    audio_type_from_file_name(name) != 0;
}

/* clang-format off */
static const struct field words_fields[] = {
	{.name = "request_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct voice_words, request_id)},
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_TRIM | FIELD_NO_CONTROL, .min = 1, .max = VOICE_NAME_MAX, .offset = offsetof(struct voice_words, name)},
	{.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .check = voice_is_file_name, .offset = offsetof(struct voice_words, file_name)},
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
		return request_accepts(&c->request, VOICE_PROBLEM_TYPE)
		    ? VOICE_PROBLEM_TYPE
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
	.texts = voice_texts,
	.choose_type = choose_type,
	.check_media = check_media,
	.read_body = read_body,
	.show_error = voice_show_error,
};
