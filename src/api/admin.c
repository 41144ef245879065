/* SPDX-License-Identifier: MIT */
/*
 * The admin family: /api/admin/prompts, /api/prompts, /api/health.  Answers
 * are {"data":…}; every failure is {"statusCode","error","message",
 * "timestamp","path"}, its message a list where a body was at fault.
 */
#include "api/family.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/change.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/version.h"

#include <inttypes.h>
#include <string.h>

#define DEFAULT_TONE "Professional and informative"
#define DEFAULT_OUTPUT_FORMAT "Clear and structured response"

/*
 * What bodies and queries hold.
 */

static const char *const sections[] = {
	"parser",
	"gap_detector",
	"risk_analysis",
	"report_generation",
	NULL,
};

/* A name of nothing but blanks is as good as none. */
static bool
has_letters(const char *text)
{
	return text[strspn(text, " \t\r\n\v\f")] != '\0';
}

/* Both bodies fill the same struct.  They differ in what must be there, in
 * what null means for the rest, and in whether null can clear a member. */
/* clang-format off */
#define PROMPT_FIELDS(required, kept, cleared) \
	{.name = "name", .type = FIELD_TEXT, .flags = (required), .min = 1, .max = 200, .check = has_letters, .offset = offsetof(struct prompt_patch, name)}, \
	{.name = "section", .type = FIELD_CHOICE, .flags = (required), .choices = sections, .offset = offsetof(struct prompt_patch, section)}, \
	{.name = "subSection", .type = FIELD_TEXT, .flags = (cleared), .max = 100, .offset = offsetof(struct prompt_patch, sub_section)}, \
	{.name = "route", .type = FIELD_TEXT, .flags = (cleared), .offset = offsetof(struct prompt_patch, route)}, \
	{.name = "categories", .type = FIELD_TEXTS, .flags = (kept), .offset = offsetof(struct prompt_patch, categories)}, \
	{.name = "tags", .type = FIELD_TEXTS, .flags = (kept), .offset = offsetof(struct prompt_patch, tags)}, \
	{.name = "systemPrompt", .type = FIELD_TEXT, .flags = (required), .min = 1, .offset = offsetof(struct prompt_patch, system_prompt)}, \
	{.name = "userPromptTemplate", .type = FIELD_TEXT, .flags = (required), .min = 1, .offset = offsetof(struct prompt_patch, content)}, \
	{.name = "tone", .type = FIELD_TEXT, .flags = (cleared), .max = 500, .offset = offsetof(struct prompt_patch, tone)}, \
	{.name = "outputFormat", .type = FIELD_TEXT, .flags = (cleared), .max = 5000, .offset = offsetof(struct prompt_patch, output_format)}, \
	{.name = "fewShot", .type = FIELD_ARRAY, .flags = (cleared), .offset = offsetof(struct prompt_patch, few_shot)}, \
	{.name = "context", .type = FIELD_OBJECT, .flags = (cleared), .offset = offsetof(struct prompt_patch, context)}, \
	{.name = "isActive", .type = FIELD_BOOLEAN, .flags = (kept), .offset = offsetof(struct prompt_patch, is_active)},

static const struct field create_fields[] = {
	PROMPT_FIELDS(FIELD_REQUIRED, FIELD_NULL_IS_ABSENT, FIELD_NULL_IS_ABSENT)
};
/* clang-format on */
static const struct field_table create_table = {
	FIELD_TABLE(create_fields),
	.refuse_unknown = true,
};

/* clang-format off */
static const struct field update_fields[] = {
	PROMPT_FIELDS(0, 0, FIELD_NULLABLE)
};
/* clang-format on */
static const struct field_table update_table = {
	FIELD_TABLE(update_fields),
	.refuse_unknown = true,
};

struct version_query {
	struct given_text version;
};

/* clang-format off */
static const struct field version_fields[] = {
	{.name = "version", .type = FIELD_TEXT, .offset = offsetof(struct version_query, version)},
};
/* clang-format on */
static const struct field_table version_table = { FIELD_TABLE(version_fields) };

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
show_person(struct doc *d, const char *name, const char *id, const char *email)
{
	doc_object(d, name);
	doc_text(d, "id", id);
	doc_text(d, "email", email);
	doc_object_end(d);
}

/* What a prompt is for: the first half that prompts and snapshots share. */
static void
show_purpose(struct doc *d, const struct prompt *p)
{
	doc_text(d, "name", p->name);
	doc_text(d, "section", p->section);
	doc_text(d, "subSection", p->sub_section);
	doc_text(d, "route", p->route);
	doc_json(d, "categories", p->categories);
	doc_json(d, "tags", p->tags);
}

/* What it says: the second half. */
static void
show_words(struct doc *d, const struct prompt *p)
{
	doc_boolean(d, "isActive", p->is_active);
	doc_text(d, "systemPrompt",
	    p->system_prompt == NULL ? "" : p->system_prompt);
	doc_text(d, "userPromptTemplate", p->content);
	doc_text(d, "tone", p->tone);
	doc_text(d, "outputFormat", p->output_format);
	doc_json(d, "fewShot", p->few_shot);
	doc_json(d, "context", p->context);
}

static void
show_prompt(
    struct doc *d, const struct prompt *p, const struct prompt_credits *by)
{
	doc_object(d, "data");
	doc_text(d, "id", p->id);
	show_purpose(d, p);
	doc_integer(d, "version", p->version);
	show_words(d, p);
	doc_integer(d, "commentsCount", by->comment_count);
	doc_text(d, "createdById", p->created_by);
	doc_text(d, "updatedById", p->updated_by);
	show_time(d, "createdAt", p->created_at);
	show_time(d, "updatedAt", p->updated_at);
	show_person(d, "createdBy", p->created_by, by->creator_email);
	show_person(d, "updatedBy", p->updated_by, by->updater_email);
	doc_object_end(d);
}

/* Both people are the version's own author, whoever touched the prompt
 * since. */
static void
show_snapshot(struct doc *d, const struct snapshot *s)
{
	doc_object(d, "data");
	doc_text(d, "id", s->id);
	doc_text(d, "promptId", s->as.id);
	doc_integer(d, "version", s->as.version);
	show_purpose(d, &s->as);
	show_words(d, &s->as);
	show_time(d, "createdAt", s->created_at);
	show_person(d, "createdBy", s->author_id, s->author_email);
	show_person(d, "updatedBy", s->author_id, s->author_email);
	doc_object_end(d);
}

static void
show_change(struct doc *d, const struct change *ch)
{
	doc_object(d, NULL);
	doc_text(d, "id", ch->id);
	doc_text(d, "promptId", ch->prompt_id);
	doc_integer(d, "version", ch->version);
	doc_text(d, "changeType", ch->type);
	doc_json(d, "changes", ch->changes);
	doc_null(d, "comment");
	doc_text(d, "authorId", ch->author_id);
	show_time(d, "createdAt", ch->created_at);
	show_person(d, "author", ch->author_id, ch->author_email);
	doc_object_end(d);
}

/* Answer with a prompt that was found or written in this transaction. */
static enum err
reply_prompt(struct call *c, struct txn *t, int status, const struct prompt *p)
{
	struct prompt_credits by;
	struct doc *d;
	enum err err;

	if ((err = prompt_find_credits(t, p->id, &by)) != ERR_NONE)
		return err;
	d = call_reply(c, status);
	doc_object(d, NULL);
	show_prompt(d, p, &by);
	doc_object_end(d);
	call_etag(c, p->id, p->revision);
	return ERR_NONE;
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
};

static void
show_type_rule(struct call *c, const struct field *row)
{
	const char *text = arena_printf(
	    c->arena, "%s must be %s", row->name, type_rules[row->type]);
	size_t i;

	for (i = 0; row->type == FIELD_CHOICE && row->choices[i] != NULL; i++)
		text = arena_printf(c->arena, "%s%s %s", text,
		    i == 0 ? "" : ",", row->choices[i]);
	doc_text(&c->doc, NULL, text);
}

static void
show_length_rule(
    struct call *c, const struct field *row, const char *order, int64_t bound)
{
	const char *text = arena_printf(c->arena,
	    "%s must be %s than or equal to %" PRId64 " characters", row->name,
	    order, bound);

	doc_text(&c->doc, NULL, text);
}

/* A value that is absent or of another type breaks each of its row's rules,
 * and is told so: the longest, the shortest, the type. */
static void
show_fault(struct call *c, const struct fault *f)
{
	const struct field *row = f->field;
	bool is_other = f->kind == FAULT_MISSING || f->kind == FAULT_NULL ||
	    f->kind == FAULT_TYPE || f->kind == FAULT_CHOICE;
	bool is_text;

	if (row == NULL) {
		doc_text(&c->doc, NULL,
		    arena_printf(
			c->arena, "property %s should not exist", f->name));
		return;
	}
	is_text = row->type == FIELD_TEXT;
	if (f->kind == FAULT_ITEM_TYPE)
		doc_text(&c->doc, NULL,
		    arena_printf(c->arena, "each value in %s must be a string",
			f->name));
	if (f->kind == FAULT_LONG || (is_other && is_text && row->max > 0))
		show_length_rule(c, row, "shorter", row->max);
	if (f->kind == FAULT_SHORT || f->kind == FAULT_CHECK ||
	    (is_other && is_text && row->min > 0))
		show_length_rule(c, row, "longer", row->min);
	if (is_other)
		show_type_rule(c, row);
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

/* The message of a failure, where it holds what the client sent. */
static const char *
error_message(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);

	switch (err) {
	case ERR_ROUTE_UNKNOWN:
		return arena_printf(c->arena, "Cannot %s %s",
		    c->request.method_name, c->request.target);
	case ERR_ID_INVALID:
		return arena_printf(
		    c->arena, "Failed to decode param '%s'", c->failure.detail);
	case ERR_VERSION_UNKNOWN:
		return arena_printf(
		    c->arena, "Prompt version %s not found", c->failure.detail);
	case ERR_ACTIVE_CONFLICT:
		return arena_printf(c->arena,
		    "An active prompt for section "
		    "\"%s\" with the same route/categories already exists "
		    "(id: %s)",
		    c->failure.field, c->failure.detail);
	default:
		return row == NULL ? "An unexpected error occurred" : row->text;
	}
}

static void
show_error(struct call *c, enum err err)
{
	int status = family_error_status(c, err);
	struct doc *d = &c->doc;

	doc_object(d, NULL);
	doc_integer(d, "statusCode", status);
	doc_text(d, "error", error_label(c, status));
	if (err == ERR_BODY_INVALID)
		show_faults(c);
	else
		doc_text(d, "message", error_message(c, err));
	show_time(d, "timestamp", c->txn.now_ms);
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

/* Digits up to the first other byte; what does not fit is a version that no
 * prompt will ever have. */
static int64_t
read_digits(const char *at)
{
	int64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (value > (INT64_MAX - 9) / 10)
			return INT64_MAX;
		value = value * 10 + (*at - '0');
	}
	return value;
}

/* ?version=, read as JavaScript's parseInt does: blanks, a sign, digits, and
 * whatever follows is not looked at.  *given tells whether there is one. */
static enum err
read_version(struct call *c, bool *given, int64_t *out)
{
	const struct version_query *query = c->query;
	const char *at = query->version.text;
	bool is_negative;

	*given = at != NULL && at[0] != '\0';
	if (!*given)
		return ERR_NONE;
	at += strspn(at, " \t\r\n\v\f");
	is_negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (*at < '0' || *at > '9')
		return call_fail(c, ERR_QUERY_INVALID, "version", NULL);
	*out = is_negative ? -read_digits(at) : read_digits(at);
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
static enum err
check_id(struct call *c)
{
	const char *id = call_param(c, 0);

	if (has_bad_escape(id) && strstr(c->request.target, id) != NULL)
		return call_fail(c, ERR_ID_INVALID, "id", id);
	return ERR_NONE;
}

/*
 * Prompts.  An admin reaches all of them, whichever family made them.
 */

static const char *
or_default(const struct given_text *given, const char *fallback)
{
	return given->given == GIVEN_VALUE ? given->text : fallback;
}

static enum err
prompt_post(struct call *c, struct txn *t)
{
	const struct prompt_patch *b = c->body;
	struct prompt first = {
		.owner_id = c->caller.user_id,
		.name = b->name.text,
		.section = b->section.text,
		.sub_section = b->sub_section.text,
		.route = b->route.text,
		.categories = b->categories.json,
		.tags = b->tags.json,
		.system_prompt = b->system_prompt.text,
		.content = b->content.text,
		.tone = or_default(&b->tone, DEFAULT_TONE),
		.output_format =
		    or_default(&b->output_format, DEFAULT_OUTPUT_FORMAT),
		.few_shot = b->few_shot.json,
		.context = b->context.json,
		.is_active =
		    b->is_active.given == GIVEN_NOT || b->is_active.value,
		.version = 1,
	};
	struct tenancy home;
	struct prompt p;
	enum err err;

	if ((err = project_find_installation(t, &home)) != ERR_NONE)
		return err;
	first.project_id = home.project_id;
	if ((err = prompt_create(t, &first, &p)) != ERR_NONE)
		return err;
	return reply_prompt(c, t, 201, &p);
}

static enum err
get_snapshot(struct call *c, struct txn *t, int64_t version)
{
	struct snapshot s;
	struct doc *d;
	enum err err;

	err = version_find_snapshot(t, call_param(c, 0), version, &s);
	if (err != ERR_NONE || call_not_modified(c, s.id, s.as.version))
		return err;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	show_snapshot(d, &s);
	doc_object_end(d);
	call_etag(c, s.id, s.as.version);
	return ERR_NONE;
}

static enum err
prompt_get(struct call *c, struct txn *t)
{
	struct prompt p;
	int64_t version;
	bool has_version;
	enum err err;

	if ((err = check_id(c)) != ERR_NONE ||
	    (err = read_version(c, &has_version, &version)) != ERR_NONE)
		return err;
	if (has_version)
		return get_snapshot(c, t, version);
	if ((err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE ||
	    call_not_modified(c, p.id, p.revision))
		return err;
	return reply_prompt(c, t, 200, &p);
}

/* An update of nothing is a version too. */
static enum err
prompt_put(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = check_id(c)) != ERR_NONE ||
	    (err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_update(t, &p, c->body, c->caller.user_id, &p)) !=
		ERR_NONE)
		return err;
	return reply_prompt(c, t, 200, &p);
}

/* If-Match may name the snapshot, or the prompt that it belongs to. */
static enum err
remove_snapshot(
    struct call *c, struct txn *t, const struct prompt *p, int64_t version)
{
	struct snapshot s;
	enum err err;

	if ((err = version_find_snapshot(t, p->id, version, &s)) != ERR_NONE)
		return err;
	err = call_precondition(c, p->id, p->revision);
	if (err == ERR_STALE)
		err = call_precondition(c, s.id, s.as.version);
	return err != ERR_NONE ? err : version_delete_snapshot(t, &s);
}

/* The triggers record the deletion, and delete and record all that belongs
 * to the prompt or the snapshot. */
static enum err
prompt_remove(struct call *c, struct txn *t)
{
	struct prompt p;
	int64_t version;
	bool has_version;
	enum err err;

	if ((err = check_id(c)) != ERR_NONE ||
	    (err = read_version(c, &has_version, &version)) != ERR_NONE ||
	    (err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	if (has_version)
		err = remove_snapshot(c, t, &p, version);
	else if ((err = call_precondition(c, p.id, p.revision)) == ERR_NONE)
		err = prompt_delete(t, p.id);
	if (err != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

/* A deleted prompt still has its last record; an id without any was never
 * one of a prompt. */
static enum err
history_get(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);
	struct change ch;
	struct query q;
	bool is_known = false;
	enum err err;

	if ((err = check_id(c)) != ERR_NONE)
		return err;
	doc_object(d, NULL);
	doc_array(d, "data");
	change_list(&q, t, call_param(c, 0));
	while (change_next(&q, &ch)) {
		show_change(d, &ch);
		is_known = true;
	}
	doc_array_end(d);
	doc_object_end(d);
	response_header(c->reply, "Cache-Control", "private, no-cache");
	response_header(c->reply, "Vary", "Authorization");
	if ((err = query_end(&q)) == ERR_NONE && !is_known)
		return call_fail(c, ERR_PROMPT_UNKNOWN, "id", NULL);
	return err;
}

static enum err
health_get(struct call *c, struct txn *t)
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

static const struct route routes[] = {
	{
		.method = METHOD_POST, .path = "/api/admin/prompts/create",
		.name = "create a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &create_table, .body_size = sizeof(struct prompt_patch),
		.handler = prompt_post,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/:id",
		.name = "get a prompt or a snapshot", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.query = &version_table, .query_size = sizeof(struct version_query),
		.handler = prompt_get,
	},
	{
		.method = METHOD_PUT, .path = "/api/admin/prompts/:id/update",
		.name = "update a prompt", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.body = &update_table, .body_size = sizeof(struct prompt_patch),
		.handler = prompt_put, .texts = update_texts,
	},
	{
		.method = METHOD_DELETE, .path = "/api/admin/prompts/:id",
		.name = "delete a prompt or a snapshot", .access = ACCESS_ADMIN,
		.mode = TXN_WRITE,
		.query = &version_table, .query_size = sizeof(struct version_query),
		.handler = prompt_remove,
	},
	{
		.method = METHOD_GET, .path = "/api/admin/prompts/:id/history",
		.name = "list a prompt's changes", .access = ACCESS_ADMIN,
		.mode = TXN_READ,
		.handler = history_get,
	},
	{
		.method = METHOD_GET, .path = "/api/health",
		.name = "tell that the service is up", .access = ACCESS_ANYONE,
		.mode = TXN_READ,
		.handler = health_get,
	},
};

static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed"},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long"},
	{ERR_METHOD_UNKNOWN, NULL, 0, "Method not implemented"},
	{ERR_QUERY_INVALID, "version", 0, "Validation failed: version must be an integer"},
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
	{ERR_NAME_TAKEN, NULL, 0, "A prompt of this name already exists"},
	{ERR_STALE, NULL, 0, STALE},
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
