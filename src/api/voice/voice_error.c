/* SPDX-License-Identifier: MIT */
/*
 * How the voice family tells failures: {"code", "message", "description",
 * "fields"}, with all faults of a body or a query at once; and what RFC 9457
 * adds when the client accepts that.
 */
#include "api/voice/voice.h"

#include "base/text.h"

#include <inttypes.h>

/* What admins alone may do asks for no scope of prompts. */
#define ADMIN_CHALLENGE "Bearer error=\"insufficient_scope\", scope=\"admin\""

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
		{ voice_is_file_name,
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

void
voice_show_error(struct call *c, enum err err)
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
	if (request_accepts(&c->request, VOICE_PROBLEM_TYPE)) {
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

#define FORBIDDEN "You are not allowed to do this."

/* clang-format off */
const struct err_text voice_texts[] = {
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
