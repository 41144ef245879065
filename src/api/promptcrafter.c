/* SPDX-License-Identifier: MIT */
/*
 * The PromptCrafter family: /prompts, /logs, /search, /auth.  Bare objects
 * and arrays; every failure is {"error":"<text>"}.
 */
#include "api/family.h"

#include "api/account.h"
#include "base/clock.h"
#include "base/text.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/user.h"

#include <string.h>

/*
 * What bodies hold.
 */

struct signup_body {
	struct given_text name;
	struct given_text email;
	struct given_text password;
};

/* The password's length has a text of its own, so it is no bound here. */
/* clang-format off */
static const struct field signup_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .offset = offsetof(struct signup_body, name)},
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 3, .max = 254, .check = text_is_email, .offset = offsetof(struct signup_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct signup_body, password)},
};
/* clang-format on */
static const struct field_table signup_table = { FIELD_TABLE(signup_fields) };

struct login_body {
	struct given_text email;
	struct given_text password;
};

/* clang-format off */
static const struct field login_fields[] = {
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 254, .offset = offsetof(struct login_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 1000, .offset = offsetof(struct login_body, password)},
};
/* clang-format on */
static const struct field_table login_table = { FIELD_TABLE(login_fields) };

#define CONTENT_MAX (512 * 1024)

/* Both bodies fill the same struct; only what must be there differs. */
/* clang-format off */
#define PROMPT_FIELDS(required) \
	{.name = "title", .type = FIELD_TEXT, .flags = (required), .min = 3, .max = 100, .offset = offsetof(struct prompt_patch, name)}, \
	{.name = "content", .type = FIELD_TEXT, .flags = (required), .min = 1, .max = CONTENT_MAX, .offset = offsetof(struct prompt_patch, content)}, \
	{.name = "model", .type = FIELD_TEXT, .flags = (required), .min = 1, .max = 200, .offset = offsetof(struct prompt_patch, model)}, \
	{.name = "tags", .type = FIELD_TEXTS, .max = 50, .item_min = 1, .item_max = 64, .offset = offsetof(struct prompt_patch, tags)},

/* clang-format on */
static const struct field create_fields[] = { PROMPT_FIELDS(FIELD_REQUIRED) };
static const struct field_table create_table = { FIELD_TABLE(create_fields) };

static const struct field patch_fields[] = { PROMPT_FIELDS(0) };
static const struct field_table patch_table = { FIELD_TABLE(patch_fields) };

/*
 * How this family shows things.
 */

static void
show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_ms(at_ms, text);
	doc_text(d, name, text);
}

static void
show_prompt(struct doc *d, const struct prompt *p)
{
	doc_object(d, NULL);
	doc_text(d, "_id", p->id);
	doc_text(d, "ownerId", p->owner_id);
	doc_text(d, "title", p->name);
	doc_text(d, "content", p->content);
	doc_text(d, "model", p->model == NULL ? "" : p->model);
	doc_json(d, "tags", p->tags);
	show_time(d, "createdAt", p->created_at);
	show_time(d, "updatedAt", p->updated_at);
	doc_object_end(d);
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
 * Signing up and in.
 */

static enum err
signup_prepare(struct call *c)
{
	const struct signup_body *b = c->body;
	size_t length = text_length(b->password.text);

	if (text_equal(c->site->config->signup, "closed"))
		return call_fail(c, ERR_SIGNUP_CLOSED, NULL, NULL);
	if (length < 10 || length > 30)
		return call_fail(c, ERR_PASSWORD_WEAK, "password", NULL);
	return account_prepare_signup(c, b->password.text);
}

static enum err
signup(struct call *c, struct txn *t)
{
	const struct signup_body *b = c->body;
	const struct account *made = c->prepared;
	struct user_new who = {
		.email = b->email.text,
		.name = b->name.text,
		.password_hash = made->hash,
		.role = "member",
		.is_admin = true,
	};
	struct user user;
	struct doc *d;
	enum err err;

	if ((err = user_create(t, &who, &user)) != ERR_NONE ||
	    (err = project_create_home(t, user.id)) != ERR_NONE ||
	    (err = account_open_session(c, t, user.id, made->secret, NULL)) !=
		ERR_NONE)
		return err;
	d = call_reply(c, 201);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "message", "User account created successfully.");
	doc_text(d, "token", made->secret);
	doc_object_end(d);
	return ERR_NONE;
}

static enum err
login_prepare(struct call *c)
{
	const struct login_body *b = c->body;

	return account_prepare_login(c, b->email.text, b->password.text);
}

static enum err
login(struct call *c, struct txn *t)
{
	const struct account *made = c->prepared;
	struct doc *d;
	enum err err;

	if ((err = account_open_session(
		 c, t, made->user.id, made->secret, NULL)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "token", made->secret);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Prompts.
 */

/* The prompt of the path, which must be the caller's own: first the id's
 * form, then whether it exists, then whose it is. */
static enum err
find_own(struct call *c, struct txn *t, struct prompt *out)
{
	struct prompt p;
	enum err err;

	if (!text_is_uuid(call_param(c, 0)))
		return call_fail(c, ERR_ID_INVALID, NULL, NULL);
	if ((err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	if (!text_equal(p.owner_id, c->caller.user_id))
		return call_fail(c, ERR_NOT_OWNER, NULL, NULL);
	*out = p;
	return ERR_NONE;
}

static enum err
prompt_guard(struct call *c, struct txn *t)
{
	struct prompt ignored;

	return find_own(c, t, &ignored);
}

static enum err
prompt_post(struct call *c, struct txn *t)
{
	const struct prompt_patch *b = c->body;
	struct prompt first = {
		.owner_id = c->caller.user_id,
		.name = b->name.text,
		.content = b->content.text,
		.model = b->model.text,
		.tags = b->tags.json,
		.version = 1,
	};
	struct prompt p;
	enum err err;

	err = project_first_of_user(t, c->caller.user_id, &first.project_id);
	if (err != ERR_NONE || (err = prompt_create(t, &first, &p)) != ERR_NONE)
		return err;
	show_prompt(call_reply(c, 201), &p);
	response_header(c->reply, "Location",
	    call_link(c, arena_printf(c->arena, "/prompts/%s", p.id)));
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

static enum err
prompt_list(struct call *c, struct txn *t)
{
	struct prompt p;
	struct query q;
	struct doc *d = call_reply(c, 200);

	doc_array(d, NULL);
	query_start(&q, t, STATEMENT_PROMPT_LIST_OF_OWNER);
	query_text(&q, ":owner_id", c->caller.user_id);
	while (query_row(&q)) {
		prompt_take(&q, &p);
		show_prompt(d, &p);
	}
	doc_array_end(d);
	call_private(c);
	return query_end(&q);
}

static enum err
prompt_get(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE)
		return err;
	if (call_not_modified(c, p.id, p.revision))
		return ERR_NONE;
	show_prompt(call_reply(c, 200), &p);
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

static bool
is_empty(const struct prompt_patch *b)
{
	return b->name.given == GIVEN_NOT && b->content.given == GIVEN_NOT &&
	    b->model.given == GIVEN_NOT && b->tags.given == GIVEN_NOT;
}

static enum err
prompt_patch(struct call *c, struct txn *t)
{
	const struct prompt_patch *b = c->body;
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE)
		return err;
	if (!is_empty(b) &&
	    (err = prompt_update(t, &p, b, c->caller.user_id, &p)) != ERR_NONE)
		return err;
	show_prompt(call_reply(c, 200), &p);
	call_etag(c, p.id, p.revision);
	return ERR_NONE;
}

static enum err
prompt_remove(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find_own(c, t, &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_delete(t, p.id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
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

static const struct route routes[] = {
	{
		.method = METHOD_POST, .path = "/auth/signup",
		.name = "sign up", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &signup_table, .body_size = sizeof(struct signup_body),
		.prepare = signup_prepare, .handler = signup,
		.texts = create_texts,
	},
	{
		.method = METHOD_POST, .path = "/auth/login",
		.name = "log in", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &login_table, .body_size = sizeof(struct login_body),
		.prepare = login_prepare, .handler = login,
		.texts = create_texts,
	},
	{
		.method = METHOD_POST, .path = "/prompts",
		.name = "create a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.body = &create_table, .body_size = sizeof(struct prompt_patch),
		.handler = prompt_post, .texts = create_texts,
	},
	{
		.method = METHOD_GET, .path = "/prompts",
		.name = "list own prompts", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = prompt_list, .texts = list_texts,
	},
	{
		.method = METHOD_GET, .path = "/prompts/:id",
		.name = "get a prompt", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = prompt_get, .texts = get_texts,
	},
	{
		.method = METHOD_PATCH, .path = "/prompts/:id",
		.name = "update a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.body = &patch_table, .body_size = sizeof(struct prompt_patch),
		.guard = prompt_guard, .handler = prompt_patch,
	},
	{
		.method = METHOD_DELETE, .path = "/prompts/:id",
		.name = "delete a prompt", .access = ACCESS_WRITER,
		.mode = TXN_WRITE,
		.handler = prompt_remove,
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
	{ERR_PROMPT_UNKNOWN, NULL, 0, "No prompt found with the specified ID."},
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
