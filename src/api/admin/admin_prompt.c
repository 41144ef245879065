/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#include "domain/change.h"
#include "domain/project.h"
#include "domain/version.h"

#include <inttypes.h>
#include <string.h>

/*
 * What bodies and queries hold.
 */

const char *const admin_sections[] = {
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
	{.name = "section", .type = FIELD_CHOICE, .flags = (required), .choices = admin_sections, .offset = offsetof(struct prompt_patch, section)}, \
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
const struct field_table admin_create_fields = {
	FIELD_TABLE(create_fields),
	.refuse_unknown = true,
};

const struct field_table admin_item_fields = {
	FIELD_TABLE(create_fields),
	.refuse_unknown = true,
	.ignored = admin_server_set,
};

/* clang-format off */
static const struct field update_fields[] = {
	PROMPT_FIELDS(0, 0, FIELD_NULLABLE)
};
/* clang-format on */
const struct field_table admin_update_fields = {
	FIELD_TABLE(update_fields),
	.refuse_unknown = true,
};

/* clang-format off */
static const struct field version_fields[] = {
	{.name = "version", .type = FIELD_TEXT, .offset = offsetof(struct admin_version_query, version)},
};
/* clang-format on */
const struct field_table admin_version_fields = { FIELD_TABLE(version_fields) };

/*
 * How this family shows things.
 */

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

void
admin_show_prompt(struct doc *d, const char *name, const struct prompt *p,
    const struct prompt_credits *by)
{
	doc_object(d, name);
	doc_text(d, "id", p->id);
	show_purpose(d, p);
	doc_integer(d, "version", p->version);
	show_words(d, p);
	doc_integer(d, "commentsCount", by->comment_count);
	doc_text(d, "createdById", p->created_by);
	doc_text(d, "updatedById", p->updated_by);
	admin_show_time(d, "createdAt", p->created_at);
	admin_show_time(d, "updatedAt", p->updated_at);
	admin_show_person(d, "createdBy", p->created_by, by->creator_email);
	admin_show_person(d, "updatedBy", p->updated_by, by->updater_email);
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
	admin_show_time(d, "createdAt", s->created_at);
	admin_show_person(d, "createdBy", s->author_id, s->author_email);
	admin_show_person(d, "updatedBy", s->author_id, s->author_email);
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
	doc_text(d, "comment", ch->comment);
	doc_text(d, "authorId", ch->author_id);
	admin_show_time(d, "createdAt", ch->created_at);
	admin_show_person(d, "author", ch->author_id, ch->author_email);
	doc_object_end(d);
}

static const char *
name_state(struct call *c, const struct prompt *p)
{
	return arena_printf(c->arena, "%s-%" PRId64, p->id, p->revision);
}

bool
admin_not_modified(
    struct call *c, const struct prompt *p, const struct prompt_credits *by)
{
	return call_not_modified(c, name_state(c, p), by->comment_count);
}

void
admin_etag(
    struct call *c, const struct prompt *p, const struct prompt_credits *by)
{
	call_etag(c, name_state(c, p), by->comment_count);
}

void
admin_show_reply(struct call *c, int status, const struct prompt *p,
    const struct prompt_credits *by)
{
	struct doc *d = call_reply(c, status);

	doc_object(d, NULL);
	admin_show_prompt(d, "data", p, by);
	doc_object_end(d);
	admin_etag(c, p, by);
}

enum err
admin_reply_prompt(
    struct call *c, struct txn *t, int status, const struct prompt *p)
{
	struct prompt_credits by;
	enum err err;

	if ((err = prompt_find_credits(t, p->id, &by)) != ERR_NONE)
		return err;
	admin_show_reply(c, status, p, &by);
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
	const struct admin_version_query *query = c->query;
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

/*
 * Prompts.  An admin reaches all of them, whichever family made them.
 */

static const char *
or_default(const struct given_text *given, const char *fallback)
{
	return given->given == GIVEN_VALUE ? given->text : fallback;
}

enum err
admin_prompt_post(struct call *c, struct txn *t)
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
		.tone = or_default(&b->tone, ADMIN_DEFAULT_TONE),
		.output_format =
		    or_default(&b->output_format, ADMIN_DEFAULT_OUTPUT_FORMAT),
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
	return admin_reply_prompt(c, t, 201, &p);
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

enum err
admin_prompt_get(struct call *c, struct txn *t)
{
	struct prompt_credits by;
	struct prompt p;
	int64_t version;
	bool has_version;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = read_version(c, &has_version, &version)) != ERR_NONE)
		return err;
	if (has_version)
		return get_snapshot(c, t, version);
	if ((err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE ||
	    (err = prompt_find_credits(t, p.id, &by)) != ERR_NONE ||
	    admin_not_modified(c, &p, &by))
		return err;
	admin_show_reply(c, 200, &p, &by);
	return ERR_NONE;
}

/* An update of nothing is a version too. */
enum err
admin_prompt_put(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_update(t, &p, c->body, c->caller.user_id, &p)) !=
		ERR_NONE)
		return err;
	return admin_reply_prompt(c, t, 200, &p);
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
enum err
admin_prompt_delete(struct call *c, struct txn *t)
{
	struct prompt p;
	int64_t version;
	bool has_version;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
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

enum err
admin_prompt_toggle(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = prompt_find(t, call_param(c, 0), &p)) != ERR_NONE ||
	    (err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = prompt_toggle(t, &p, c->caller.user_id, &p)) != ERR_NONE)
		return err;
	return admin_reply_prompt(c, t, 201, &p);
}

/* A deleted prompt still has its last record; an id without any was never
 * one of a prompt. */
enum err
admin_history_get(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);
	struct change ch;
	struct query q;
	bool is_known = false;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE)
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
