/* SPDX-License-Identifier: MIT */
/*
 * The PromptCrafter family: /prompts, /logs, /search, /auth.  Bare objects
 * and arrays; every failure is {"error":"<text>"}.
 */
#include "api/promptcrafter/promptcrafter.h"

#include "base/clock.h"

void
promptcrafter_show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_ms(at_ms, text);
	doc_text(d, name, text);
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	struct doc *d = &c->doc;

	if (c->failure.field != NULL)
		response_header(c->reply, "X-Error-Field", c->failure.field);
	doc_object(d, NULL);
	doc_text(d, "error",
	    row == NULL ? "An unexpected server error occurred." : row->text);
	doc_object_end(d);
}

/*
 * Bodies.
 */

static enum err
check_media(struct call *c)
{
	if (!request_has_type(&c->request, "application/json"))
		return call_fail(c, ERR_MEDIA_TYPE, NULL, NULL);
	return ERR_NONE;
}

static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	struct scan scan;
	const struct body *body = body_parse(text, len, c->arena, &scan);

	if (body == NULL || body_kind(body) != SCAN_OBJECT)
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	*out = body;
	return ERR_NONE;
}

/*
 * Routes and words.
 */

#define MISSING "Required fields are missing or invalid."

/* clang-format off */
static const struct err_text create_texts[] = {
	{ERR_BODY_MALFORMED, NULL, 0, MISSING},
	{ERR_BODY_INVALID, NULL, 0, MISSING},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text list_texts[] = {
	{ERR_INTERNAL, NULL, 0, "An internal server error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text get_texts[] = {
	{ERR_ID_INVALID, NULL, 0, "The request is malformed or the prompt ID format is invalid."},
	{ERR_NOT_OWNER, NULL, 0, "You do not have permission to access this resource."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text search_texts[] = {
	{ERR_QUERY_INVALID, NULL, 0, "Missing or malformed query string."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text log_create_texts[] = {
	{ERR_BODY_MALFORMED, NULL, 0, MISSING},
	{ERR_BODY_INVALID, NULL, 0, MISSING},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "Prompt ID does not exist or is not accessible."},
	{ERR_NONE, NULL, 0, NULL},
};

#define LOG_LIST_TEXTS \
	{ERR_QUERY_INVALID, "promptId", 0, "`promptId` missing or malformed"}, \
	{ERR_NOT_OWNER, NULL, 0, "User is not authorized to view logs for this prompt."}, \
	{ERR_PROMPT_UNKNOWN, NULL, 0, "No logs found for the specified prompt ID."}, \
	{ERR_LOG_UNKNOWN, NULL, 0, "No logs found for the specified prompt ID."},

static const struct err_text log_list_texts[] = {
	LOG_LIST_TEXTS
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text log_by_prompt_texts[] = {
	LOG_LIST_TEXTS
	{ERR_INTERNAL, NULL, 0, "An unexpected error occurred on the server."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text log_delete_texts[] = {
	{ERR_ID_INVALID, NULL, 0, "The request is malformed or the log ID format is invalid."},
	{ERR_NOT_OWNER, NULL, 0, "Log does not belong to the authenticated user."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct route routes[] = {
	{
		.method = METHOD_POST, .path = "/auth/signup",
		.name = "sign up", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &promptcrafter_signup_fields,
		.body_size = sizeof(struct promptcrafter_signup_body),
		.prepare = promptcrafter_signup_prepare,
		.handler = promptcrafter_signup,
		.texts = create_texts,
	},
	{
		.method = METHOD_POST, .path = "/auth/login",
		.name = "log in", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &promptcrafter_login_fields,
		.body_size = sizeof(struct promptcrafter_login_body),
		.prepare = promptcrafter_login_prepare,
		.handler = promptcrafter_login,
		.texts = create_texts,
	},
	{
		.method = METHOD_POST, .path = "/prompts",
		.name = "create a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.body = &promptcrafter_create_fields,
		.body_size = sizeof(struct prompt_patch),
		.handler = promptcrafter_prompt_post, .texts = create_texts,
	},
	{
		.method = METHOD_GET, .path = "/prompts",
		.name = "list own prompts", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &page_fields,
		.query_size = sizeof(struct page_query),
		.handler = promptcrafter_prompt_list, .texts = list_texts,
	},
	{
		.method = METHOD_GET, .path = "/prompts/:id",
		.name = "get a prompt", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = promptcrafter_prompt_get, .texts = get_texts,
	},
	{
		.method = METHOD_PATCH, .path = "/prompts/:id",
		.name = "update a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.body = &promptcrafter_patch_fields,
		.body_size = sizeof(struct prompt_patch),
		.guard = promptcrafter_prompt_guard,
		.handler = promptcrafter_prompt_patch,
	},
	{
		.method = METHOD_DELETE, .path = "/prompts/:id",
		.name = "delete a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.handler = promptcrafter_prompt_delete,
	},
	{
		.method = METHOD_GET, .path = "/search",
		.name = "search own prompts", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &promptcrafter_search_fields,
		.query_size = sizeof(struct promptcrafter_search_query),
		.handler = promptcrafter_search, .texts = search_texts,
	},
	{
		.method = METHOD_POST, .path = "/logs",
		.name = "log what a model answered", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.body = &promptcrafter_log_fields,
		.body_size = sizeof(struct promptcrafter_log_body),
		.handler = promptcrafter_log_post, .texts = log_create_texts,
	},
	{
		.method = METHOD_GET, .path = "/logs",
		.name = "list own logs, or those of ?promptId=",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &promptcrafter_log_list_fields,
		.query_size = sizeof(struct promptcrafter_log_query),
		.handler = promptcrafter_log_list, .texts = log_list_texts,
	},
	{
		.method = METHOD_GET, .path = "/logs-by-prompt",
		.name = "list the logs of ?promptId=",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &promptcrafter_log_by_prompt_fields,
		.query_size = sizeof(struct promptcrafter_log_query),
		.handler = promptcrafter_log_list,
		.texts = log_by_prompt_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/logs/:id",
		.name = "delete a log", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.handler = promptcrafter_log_delete, .texts = log_delete_texts,
	},
};

static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed."},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long."},
	{ERR_METHOD_UNKNOWN, NULL, 0, "Method not implemented."},
	{ERR_METHOD_REFUSED, NULL, 0, "Method not allowed."},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "Route not found"},
	{ERR_QUERY_INVALID, NULL, 0, "The request is malformed or contains invalid parameters."},
	{ERR_ID_INVALID, NULL, 0, "The prompt ID format is invalid."},
	{ERR_MEDIA_TYPE, NULL, 0, "Content-Type must be application/json"},
	{ERR_BODY_TOO_LARGE, NULL, 0, "The request body is too large."},
	{ERR_BODY_LENGTH, NULL, 0, "Submitted data is invalid."},
	{ERR_BODY_MALFORMED, NULL, 0, "Submitted data is invalid."},
	{ERR_BODY_INVALID, NULL, 0, "Submitted data is invalid."},
	{ERR_PASSWORD_WEAK, NULL, 0, "The password does not meet the security requirements."},
	{ERR_KEY_REUSED, NULL, 0, "The Idempotency-Key was used for another request."},
	{ERR_TOKEN_MISSING, NULL, 0, "Authentication token is missing."},
	{ERR_TOKEN_SCHEME, NULL, 0, "Authentication token is expired or invalid."},
	{ERR_TOKEN_INVALID, NULL, 0, "Authentication token is expired or invalid."},
	{ERR_USER_UNVERIFIED, NULL, 0, "You do not have permission to access this resource."},
	{ERR_ROLE_TOO_LOW, NULL, 0, "You do not have permission to access this resource."},
	{ERR_NOT_OWNER, NULL, 0, "Prompt does not belong to the authenticated user."},
	{ERR_CREDENTIALS, NULL, 0, "Incorrect email or password."},
	{ERR_SIGNUP_CLOSED, NULL, 0, "Registration is closed."},
	{ERR_THROTTLED, NULL, 0, "Too many attempts. Please try again later."},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "No prompt found with the specified ID."},
	{ERR_LOG_UNKNOWN, NULL, 0, "No log found with the specified ID."},
	{ERR_PROJECT_UNKNOWN, NULL, 403, "You do not have permission to access this resource."},
	{ERR_EMAIL_TAKEN, NULL, 0, "Email already in use."},
	{ERR_NAME_TAKEN, NULL, 0, "The title is already in use."},
	{ERR_STALE, NULL, 0, "The prompt was changed since it was read."},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_FULL, NULL, 0, "The server has no space left."},
	{ERR_READ_ONLY, NULL, 0, "The server cannot store changes at present."},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present."},
	{ERR_INTERNAL, NULL, 0, "An unexpected server error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

static const char *const mounts[] = {
	"/prompts",
	"/logs",
	"/logs-by-prompt",
	"/search",
	"/auth",
	NULL,
};

const struct family promptcrafter_family = {
	.name = "promptcrafter",
	.takes_api_key = true,
	.mounts = mounts,
	.answers_for = "",
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.content_type = "application/json",
	.texts = texts,
	.check_media = check_media,
	.read_body = read_body,
	.show_error = show_error,
};
