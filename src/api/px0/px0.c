/* SPDX-License-Identifier: MIT */
/*
 * The px0 family: /v1.  Objects in an envelope that names them; every
 * failure is {"error":"<text>"}.
 */
#include "api/px0/px0.h"

#include "base/clock.h"

#include <string.h>
#include <strings.h>

/*
 * How this family reads and shows things.
 */

enum err
px0_refuse_body(struct call *c, const char *text)
{
	return call_fail(c, ERR_BODY_INVALID, NULL, text);
}

bool
px0_is_given(const struct given_text *text)
{
	return text->given == GIVEN_VALUE && text->text[0] != '\0';
}

const char *
px0_choose_slug(struct call *c, const struct given_text *slug,
    const struct given_text *name)
{
	return prompt_slug(
	    c->arena, px0_is_given(slug) ? slug->text : name->text);
}

void
px0_show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_rfc3339(at_ms, text);
	doc_text(d, name, text);
}

void
px0_reply_message(struct call *c, const char *text)
{
	struct doc *d = call_reply(c, 200);

	doc_object(d, NULL);
	doc_text(d, "message", text);
	doc_object_end(d);
	call_private(c);
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	const char *text = row == NULL ? "internal error" : row->text;
	struct doc *d = &c->doc;

	/* What px0_refuse_body was told. */
	if (err == ERR_BODY_INVALID && c->failure.detail != NULL)
		text = c->failure.detail;
	doc_object(d, NULL);
	doc_text(d, "error", text);
	doc_object_end(d);
}

/* application/json, application/vnd.x+json, with or without parameters. */
static bool
is_json_type(const char *type)
{
	size_t len = strcspn(type, ";");

	while (len > 0 && (type[len - 1] == ' ' || type[len - 1] == '\t'))
		len--;
	return len >= 4 && strncasecmp(type + len - 4, "json", 4) == 0;
}

static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	struct scan scan;
	const struct body *body;

	if (!is_json_type(c->request.content_type))
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	body = body_parse(text, len, c->arena, &scan);
	if (body != NULL && body_kind(body) == SCAN_NULL)
		body = body_empty(c->arena);
	if (body == NULL || body_kind(body) != SCAN_OBJECT)
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	*out = body;
	return ERR_NONE;
}

/*
 * Words.
 */

/* clang-format off */
static const struct err_text register_texts[] = {
	{ERR_ROLE_TOO_LOW, "team_id", 0, "only admins can register users with a team_id"},
	{ERR_ROLE_TOO_LOW, "organisation", 0, "user does not belong to the organization of the specified team"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text me_texts[] = {
	{ERR_EMAIL_TAKEN, NULL, 0, "email already taken"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text password_texts[] = {
	{ERR_CREDENTIALS, NULL, 0, "invalid current password"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text key_texts[] = {
	{ERR_QUERY_INVALID, "org_id", 0, "org_id is required"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text project_texts[] = {
	{ERR_NAME_TAKEN, NULL, 0, "project with this name or slug already exists in the team; please provide a unique name"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text search_texts[] = {
	{ERR_QUERY_INVALID, "q", 0, "q query parameter is required"},
	{ERR_QUERY_INVALID, "type", 0, "type must be one of: prompt, skill, tool"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text move_texts[] = {
	{ERR_NAME_TAKEN, NULL, 0, "a prompt with this name or slug already exists in the target project"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text draft_texts[] = {
	{ERR_VERSION_STATE, NULL, 0, "only draft versions can be modified"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text promote_texts[] = {
	{ERR_VERSION_STATE, "live", 0, "cannot promote version in live status: conflict"},
	{ERR_VERSION_STATE, "archived", 0, "cannot promote version in archived status: conflict"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text demote_texts[] = {
	{ERR_VERSION_STATE, NULL, 0, "only live versions can be demoted: conflict"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text archive_texts[] = {
	{ERR_VERSION_STATE, NULL, 0, "version is already archived: conflict"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text rollback_texts[] = {
	{ERR_VERSION_STATE, NULL, 409, "can only rollback to stable version: conflict"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text diff_texts[] = {
	{ERR_QUERY_INVALID, "from", 0, "from and to query parameters are required"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text payload_texts[] = {
	{ERR_BODY_INVALID, "variables", 0, "invalid payload variables: must be valid JSON"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text render_texts[] = {
	{ERR_BODY_INVALID, "render", 422, "template execution failed"},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "malformed request"},
	{ERR_PATH_TOO_LONG, NULL, 0, "request target too long"},
	{ERR_METHOD_UNKNOWN, NULL, 0, "method not implemented"},
	{ERR_METHOD_REFUSED, NULL, 0, "method not allowed"},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "not found"},
	{ERR_QUERY_INVALID, NULL, 0, "invalid query parameters"},
	{ERR_ID_INVALID, "prompt", 0, "invalid prompt id"},
	{ERR_ID_INVALID, "payload", 0, "invalid payload id"},
	{ERR_ID_INVALID, NULL, 0, "invalid id"},
	{ERR_BODY_TOO_LARGE, NULL, 0, "request body too large"},
	{ERR_BODY_LENGTH, NULL, 0, "invalid request body"},
	{ERR_BODY_MALFORMED, NULL, 0, "invalid request body"},
	{ERR_BODY_INVALID, NULL, 0, "invalid request body"},
	{ERR_KEY_REUSED, NULL, 0, "idempotency key was used for another request"},
	{ERR_TOKEN_MISSING, NULL, 0, "unauthorized"},
	{ERR_TOKEN_SCHEME, NULL, 0, "unauthorized"},
	{ERR_TOKEN_INVALID, NULL, 0, "unauthorized"},
	{ERR_USER_UNVERIFIED, NULL, 0, "user is not verified"},
	{ERR_ROLE_TOO_LOW, "access token", 0, "access token required"},
	{ERR_ROLE_TOO_LOW, NULL, 0, "forbidden"},
	{ERR_CREDENTIALS, NULL, 0, "invalid credentials"},
	{ERR_SIGNUP_CLOSED, NULL, 0, "registration is closed"},
	{ERR_THROTTLED, NULL, 0, "too many attempts, please try again later"},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "prompt not found"},
	{ERR_VERSION_UNKNOWN, "live", 0, "no live version found for this prompt"},
	{ERR_VERSION_UNKNOWN, NULL, 0, "version not found"},
	{ERR_TAG_UNKNOWN, NULL, 0, "tag not found"},
	{ERR_PAYLOAD_UNKNOWN, NULL, 0, "payload not found"},
	{ERR_PROJECT_UNKNOWN, "target", 0, "target project not found"},
	{ERR_PROJECT_UNKNOWN, NULL, 0, "project not found"},
	{ERR_TEAM_UNKNOWN, NULL, 0, "team not found"},
	{ERR_MEMBER_UNKNOWN, NULL, 0, "team member relationship not found"},
	{ERR_KEY_UNKNOWN, NULL, 0, "api key not found"},
	{ERR_SESSION_UNKNOWN, NULL, 0, "session not found"},
	{ERR_NAME_TAKEN, NULL, 0, "prompt with this name or slug already exists; please provide a unique name"},
	{ERR_EMAIL_TAKEN, NULL, 0, "email already registered"},
	{ERR_STALE, NULL, 0, "precondition failed"},
	{ERR_BUSY, NULL, 0, "server is busy, please try again"},
	{ERR_FULL, NULL, 0, "no space left"},
	{ERR_READ_ONLY, NULL, 0, "changes cannot be stored at present"},
	{ERR_IO, NULL, 0, "data cannot be reached at present"},
	{ERR_INTERNAL, NULL, 0, "internal error"},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

/*
 * Routes.
 */

/* clang-format off */
static const struct route routes[] = {
	{
		.method = METHOD_GET, .path = "/v1/health",
		.name = "health", .access = ACCESS_ANYONE,
		.mode = TXN_READ,
		.handler = px0_health,
	},
	{
		.method = METHOD_POST, .path = "/v1/auth/register",
		.name = "register", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE,
		.body = &px0_register_fields,
		.body_size = sizeof(struct px0_register_body),
		.prepare = px0_register_prepare, .handler = px0_register,
		.texts = register_texts,
	},
	{
		.method = METHOD_POST, .path = "/v1/auth/login",
		.name = "log in", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &px0_login_fields,
		.body_size = sizeof(struct px0_login_body),
		.prepare = px0_login_prepare, .handler = px0_login,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/auth/session",
		.name = "log out", .access = ACCESS_ANYONE,
		.mode = TXN_WRITE,
		.prepare = px0_logout_prepare, .handler = px0_logout,
	},
	{
		.method = METHOD_GET, .path = "/v1/auth/me",
		.name = "get oneself", .access = ACCESS_TOKEN,
		.mode = TXN_READ,
		.handler = px0_me,
	},
	{
		.method = METHOD_PUT, .path = "/v1/auth/me",
		.name = "change one's address", .access = ACCESS_TOKEN,
		.mode = TXN_WRITE,
		.body = &px0_email_fields,
		.body_size = sizeof(struct px0_email_body),
		.guard = px0_person_guard,
		.prepare = px0_me_prepare, .handler = px0_me_put,
		.texts = me_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/auth/me",
		.name = "delete oneself", .access = ACCESS_TOKEN,
		.mode = TXN_WRITE,
		.guard = px0_person_guard, .handler = px0_me_delete,
	},
	{
		.method = METHOD_POST, .path = "/v1/auth/me/change-password",
		.name = "change one's password", .access = ACCESS_TOKEN,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &px0_password_fields,
		.body_size = sizeof(struct px0_password_body),
		.guard = px0_person_guard,
		.prepare = px0_password_prepare, .handler = px0_password_post,
		.texts = password_texts,
	},
	{
		.method = METHOD_GET, .path = "/v1/auth/sessions",
		.name = "list own sessions", .access = ACCESS_SESSION,
		.mode = TXN_READ,
		.query = &page_fields,
		.query_size = sizeof(struct page_query),
		.handler = px0_session_list,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/auth/sessions/:session",
		.name = "end a session", .access = ACCESS_SESSION,
		.mode = TXN_WRITE,
		.guard = px0_session_guard, .handler = px0_session_delete,
	},
	{
		.method = METHOD_GET, .path = "/v1/me/teams",
		.name = "list own teams", .access = ACCESS_TOKEN,
		.mode = TXN_READ,
		.handler = px0_my_teams,
	},
	{
		.method = METHOD_GET, .path = "/v1/me/orgs",
		.name = "list own organisations", .access = ACCESS_TOKEN,
		.mode = TXN_READ,
		.handler = px0_my_organisations,
	},
	{
		.method = METHOD_PUT, .path = "/v1/teams/:team/members/:user/role",
		.name = "give a member another role", .access = ACCESS_TOKEN,
		.mode = TXN_WRITE,
		.body = &px0_role_fields,
		.body_size = sizeof(struct px0_role_body),
		.guard = px0_role_guard,
		.prepare = px0_role_prepare, .handler = px0_role_put,
	},
	{
		.method = METHOD_POST, .path = "/v1/api-keys",
		.name = "create an API key", .access = ACCESS_SESSION,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.body = &px0_key_fields,
		.body_size = sizeof(struct px0_key_body),
		.prepare = px0_key_post_prepare, .handler = px0_key_post,
	},
	{
		.method = METHOD_GET, .path = "/v1/api-keys",
		.name = "list an organisation's API keys",
		.access = ACCESS_SESSION,
		.mode = TXN_READ,
		.query = &px0_key_query_fields,
		.query_size = sizeof(struct px0_key_query),
		.handler = px0_key_list,
		.texts = key_texts,
	},
	{
		.method = METHOD_PUT, .path = "/v1/api-keys/:key",
		.name = "update an API key", .access = ACCESS_SESSION,
		.mode = TXN_WRITE,
		.body = &px0_key_put_fields,
		.body_size = sizeof(struct px0_key_body),
		.guard = px0_key_guard, .handler = px0_key_put,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/api-keys/:key",
		.name = "delete an API key", .access = ACCESS_SESSION,
		.mode = TXN_WRITE,
		.guard = px0_key_guard, .handler = px0_key_delete,
	},
	{
		.method = METHOD_POST, .path = "/v1/api-keys/:key/regenerate",
		.name = "give an API key a new secret",
		.access = ACCESS_SESSION,
		.mode = TXN_WRITE, .flags = ROUTE_SECRET,
		.guard = px0_key_guard,
		.prepare = px0_key_regenerate_prepare,
		.handler = px0_key_regenerate,
	},
	{
		.method = METHOD_GET, .path = "/v1/teams/:team/projects",
		.name = "list a team's projects", .access = ACCESS_TOKEN,
		.mode = TXN_READ,
		.query = &page_fields,
		.query_size = sizeof(struct page_query),
		.handler = px0_project_list,
	},
	{
		.method = METHOD_POST, .path = "/v1/projects",
		.name = "create a project", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_project_fields,
		.body_size = sizeof(struct px0_project_body),
		.prepare = px0_project_prepare, .handler = px0_project_post,
		.texts = project_texts,
	},
	{
		.method = METHOD_GET, .path = "/v1/projects/:project",
		.name = "get a project", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = px0_project_get,
	},
	{
		.method = METHOD_PUT, .path = "/v1/projects/:project",
		.name = "update a project", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_project_put_fields,
		.body_size = sizeof(struct px0_project_body),
		.guard = px0_project_put_guard, .handler = px0_project_put,
		.texts = project_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/projects/:project",
		.name = "delete a project", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.guard = px0_project_delete_guard,
		.handler = px0_project_delete,
	},
	{
		.method = METHOD_POST, .path = "/v1/projects/:project/prompts",
		.name = "create a prompt", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_prompt_fields,
		.body_size = sizeof(struct px0_prompt_body),
		.guard = px0_prompt_post_guard,
		.prepare = px0_prompt_prepare, .handler = px0_prompt_post,
	},
	{
		.method = METHOD_GET, .path = "/v1/projects/:project/prompts",
		.name = "list a project's prompts", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_prompt_query_fields,
		.query_size = sizeof(struct px0_prompt_query),
		.handler = px0_prompt_list,
	},
	{
		.method = METHOD_GET, .path = "/v1/prompts",
		.name = "list the prompts of ?project=",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_prompt_query_fields,
		.query_size = sizeof(struct px0_prompt_query),
		.handler = px0_prompt_list_by_query,
	},
	{
		.method = METHOD_GET, .path = "/v1/prompts/:prompt",
		.name = "get a prompt by id or slug",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_beside_query_fields,
		.query_size = sizeof(struct px0_beside_query),
		.handler = px0_prompt_get,
	},
	{
		.method = METHOD_PUT, .path = "/v1/prompts/:prompt",
		.name = "describe a prompt", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_describe_fields,
		.body_size = sizeof(struct px0_prompt_body),
		.guard = px0_prompt_put_guard, .handler = px0_prompt_put,
	},
	{
		.method = METHOD_DELETE, .path = "/v1/prompts/:prompt",
		.name = "delete a prompt", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.guard = px0_prompt_admin_guard,
		.handler = px0_prompt_delete,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/archive",
		.name = "archive a prompt", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.guard = px0_prompt_admin_guard,
		.handler = px0_prompt_archive,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/restore",
		.name = "restore a prompt", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.guard = px0_prompt_admin_guard,
		.handler = px0_prompt_restore,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/schema",
		.name = "give a prompt a schema", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_schema_fields,
		.body_size = sizeof(struct px0_schema_body),
		.guard = px0_prompt_put_guard,
		.prepare = px0_schema_prepare, .handler = px0_schema_post,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/move",
		.name = "move a prompt to another project",
		.access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_move_fields,
		.body_size = sizeof(struct px0_move_body),
		.guard = px0_prompt_id_guard,
		.prepare = px0_move_prepare, .handler = px0_move_post,
		.texts = move_texts,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/versions",
		.name = "create a draft", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_version_fields,
		.body_size = sizeof(struct version_draft),
		.guard = px0_editor_guard,
		.prepare = px0_version_post_prepare,
		.handler = px0_version_post,
	},
	{
		.method = METHOD_GET, .path = "/v1/prompts/:prompt/versions",
		.name = "list a prompt's versions", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_version_query_fields,
		.query_size = sizeof(struct px0_version_query),
		.handler = px0_version_list,
	},
	{
		.method = METHOD_GET,
		.path = "/v1/prompts/:prompt/versions/diff",
		.name = "compare two versions", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_diff_query_fields,
		.query_size = sizeof(struct px0_diff_query),
		.handler = px0_version_diff,
		.texts = diff_texts,
	},
	{
		.method = METHOD_GET,
		.path = "/v1/prompts/:prompt/versions/:version",
		.name = "get a version", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = px0_version_get,
	},
	{
		.method = METHOD_GET,
		.path = "/v1/prompts/:prompt/versions/:version/variables",
		.name = "list a version's variables", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = px0_version_variables,
	},
	{
		.method = METHOD_PUT,
		.path = "/v1/prompts/:prompt/versions/:version",
		.name = "update a draft", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_version_fields,
		.body_size = sizeof(struct version_draft),
		.guard = px0_version_put_guard,
		.prepare = px0_version_put_prepare,
		.handler = px0_version_put, .texts = draft_texts,
	},
	{
		.method = METHOD_DELETE,
		.path = "/v1/prompts/:prompt/versions/:version",
		.name = "delete a draft or archive a version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_version_delete,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/prompts/:prompt/versions/:version/promote",
		.name = "promote a version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_version_promote, .texts = promote_texts,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/prompts/:prompt/versions/:version/demote",
		.name = "demote the live version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_version_demote, .texts = demote_texts,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/prompts/:prompt/versions/:version/archive",
		.name = "archive a version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_version_archive, .texts = archive_texts,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/prompts/:prompt/versions/:version/duplicate",
		.name = "make a draft of a version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_version_duplicate,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/rollback",
		.name = "make a stable version live again", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_rollback_fields,
		.body_size = sizeof(struct px0_rollback_body),
		.guard = px0_prompt_id_guard,
		.prepare = px0_rollback_prepare,
		.handler = px0_rollback, .texts = rollback_texts,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/prompts/:prompt/versions/:version/tags",
		.name = "tag a version", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_tag_fields,
		.body_size = sizeof(struct px0_tag_body),
		.guard = px0_editor_guard,
		.prepare = px0_tag_prepare,
		.handler = px0_tag_post,
	},
	{
		.method = METHOD_GET, .path = "/v1/prompts/:prompt/tags",
		.name = "list a prompt's tags", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = px0_tag_list,
	},
	{
		.method = METHOD_DELETE,
		.path = "/v1/prompts/:prompt/tags/:tag",
		.name = "take a tag away", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.handler = px0_tag_delete,
	},
	{
		.method = METHOD_POST, .path = "/v1/prompts/:prompt/payloads",
		.name = "create a payload", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_payload_post_fields,
		.body_size = sizeof(struct payload_patch),
		.guard = px0_editor_guard,
		.prepare = px0_payload_prepare, .handler = px0_payload_post,
		.texts = payload_texts,
	},
	{
		.method = METHOD_GET, .path = "/v1/prompts/:prompt/payloads",
		.name = "list a prompt's payloads", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &page_fields,
		.query_size = sizeof(struct page_query),
		.handler = px0_payload_list,
	},
	{
		.method = METHOD_GET,
		.path = "/v1/prompts/:prompt/payloads/:payload",
		.name = "get a payload", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.handler = px0_payload_get,
	},
	{
		.method = METHOD_PUT,
		.path = "/v1/prompts/:prompt/payloads/:payload",
		.name = "update a payload", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.body = &px0_payload_put_fields,
		.body_size = sizeof(struct payload_patch),
		.guard = px0_payload_write_guard, .handler = px0_payload_put,
		.texts = payload_texts,
	},
	{
		.method = METHOD_DELETE,
		.path = "/v1/prompts/:prompt/payloads/:payload",
		.name = "delete a payload", .access = ACCESS_CALLER,
		.mode = TXN_WRITE,
		.guard = px0_payload_write_guard,
		.handler = px0_payload_delete,
	},
	{
		.method = METHOD_POST,
		.path = "/v1/projects/:project/prompts/:slug/render",
		.name = "render a prompt's live version",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.body = &px0_render_fields,
		.body_size = sizeof(struct px0_render_body),
		.guard = px0_render_guard, .handler = px0_render,
		.texts = render_texts,
	},
	{
		.method = METHOD_POST,
		.path =
		    "/v1/projects/:project/prompts/:slug/versions/:version/render",
		.name = "render any version",
		.access = ACCESS_CALLER,
		.mode = TXN_READ,
		.body = &px0_render_fields,
		.body_size = sizeof(struct px0_render_body),
		.guard = px0_render_guard, .handler = px0_render,
		.texts = render_texts,
	},
	{
		.method = METHOD_GET, .path = "/v1/search",
		.name = "search for prompts", .access = ACCESS_CALLER,
		.mode = TXN_READ,
		.query = &px0_search_fields,
		.query_size = sizeof(struct px0_search_query),
		.handler = px0_search,
		.texts = search_texts,
	},
};
/* clang-format on */

static const char *const mounts[] = { "/v1", NULL };

const struct family px0_family = {
	.name = "px0",
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_ANY_CASE | PATTERN_TRAILING_SLASH,
	.heeds_teams = true,
	.content_type = "application/json",
	.texts = texts,
	.read_body = read_body,
	.show_error = show_error,
};
