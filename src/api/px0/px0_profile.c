/* SPDX-License-Identifier: MIT */
/*
 * The caller himself: his profile, his sessions, his teams and organisations.
 *
 * A key of an organisation acts here as one of its admins, but it changes no
 * person: who holds a key is not who may delete the one that made it.
 */
#include "api/px0/px0.h"

#include "api/account.h"
#include "base/text.h"

#define PASSWORD_MAX_CHARS 1000

/* clang-format off */
static const struct field email_rows[] = {
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_email_body, email)},
};
/* clang-format on */
const struct field_table px0_email_fields = { FIELD_TABLE(email_rows) };

/* clang-format off */
static const struct field password_rows[] = {
	{.name = "current_password", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = PASSWORD_MAX_CHARS, .offset = offsetof(struct px0_password_body, current)},
	{.name = "new_password", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = PASSWORD_MAX_CHARS, .offset = offsetof(struct px0_password_body, fresh)},
};
/* clang-format on */
const struct field_table px0_password_fields = { FIELD_TABLE(password_rows) };

/* Whom the caller's token stands for. */
static enum err
find_person(struct call *c, struct txn *t, struct user *out)
{
	const char *id = c->caller.user_id;
	enum err err = ERR_NONE;

	if (c->caller.organisation_id != NULL)
		err = organisation_find_admin(
		    t, c->caller.organisation_id, id, &id);
	if (err == ERR_USER_UNKNOWN)
		return call_fail(c, ERR_ROLE_TOO_LOW, "access token", NULL);
	return err != ERR_NONE ? err : user_find(t, id, out);
}

enum err
px0_person_guard(struct call *c, struct txn *t)
{
	(void)t;
	if (c->caller.organisation_id != NULL)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

static enum err
reply_person(struct call *c, struct txn *t)
{
	struct user user;
	struct doc *d;
	enum err err;

	if ((err = find_person(c, t, &user)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	px0_show_user(d, &user);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

enum err
px0_me(struct call *c, struct txn *t)
{
	return reply_person(c, t);
}

enum err
px0_me_prepare(struct call *c)
{
	const struct px0_email_body *b = c->body;

	if (!px0_is_given(&b->email))
		return px0_refuse_body(c, "email is required");
	if (!text_is_email(b->email.text))
		return px0_refuse_body(c, "invalid email format");
	return ERR_NONE;
}

enum err
px0_me_put(struct call *c, struct txn *t)
{
	const struct px0_email_body *b = c->body;
	enum err err = user_set_email(t, c->caller.user_id, b->email.text);

	return err != ERR_NONE ? err : reply_person(c, t);
}

enum err
px0_me_delete(struct call *c, struct txn *t)
{
	enum err err = user_delete(t, c->caller.user_id);

	if (err == ERR_NONE)
		call_reply_empty(c, 204);
	return err;
}

enum err
px0_password_prepare(struct call *c)
{
	const struct px0_password_body *b = c->body;
	enum err err;

	if (!px0_is_given(&b->current) || !px0_is_given(&b->fresh))
		return px0_refuse_body(
		    c, "current_password and new_password are required");
	if ((err = px0_check_password(c, b->fresh.text)) != ERR_NONE ||
	    (err = account_check_password(
		 c, c->caller.email, b->current.text)) != ERR_NONE)
		return err;
	return account_prepare_password(c, b->fresh.text);
}

enum err
px0_password_post(struct call *c, struct txn *t)
{
	const struct account *made = c->prepared;
	enum err err = user_set_password(t, c->caller.user_id, made->hash);

	if (err == ERR_NONE)
		px0_reply_message(c, "password changed successfully");
	return err;
}

/*
 * Sessions.
 */

struct session {
	const char *id;
	const char *user_id;
	int64_t expires_at;
	int64_t created_at;
};

static void
take_session(struct query *q, struct session *out)
{
	out->id = query_take_text(q);
	out->user_id = query_take_text(q);
	out->expires_at = query_take_integer(q);
	out->created_at = query_take_integer(q);
}

static void
show_session(struct doc *d, const struct session *s)
{
	doc_object(d, NULL);
	doc_text(d, "id", s->id);
	doc_text(d, "user_id", s->user_id);
	/* Only its digest is known here. */
	doc_text(d, "token", "sess_****");
	px0_show_time(d, "expires_at", s->expires_at);
	px0_show_time(d, "created_at", s->created_at);
	doc_object_end(d);
}

enum err
px0_session_list(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);
	struct session s;
	struct page page;
	struct query q;

	page_begin(&page, c->query);
	doc_object(d, NULL);
	doc_array(d, "sessions");
	query_start(&q, t, STATEMENT_SESSION_LIST);
	query_text(&q, ":user_id", c->caller.user_id);
	query_integer(&q, ":now", txn_now(t));
	page_bind(&page, &q);
	while (query_row(&q)) {
		take_session(&q, &s);
		if (!page_add(&page, s.created_at, s.id))
			break;
		show_session(d, &s);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	page_link(&page, c, c->route->path);
	return query_end(&q);
}

enum err
px0_session_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	(void)t;
	return px0_path_id(c, 0, NULL, &ignored);
}

enum err
px0_session_delete(struct call *c, struct txn *t)
{
	const char *id;
	enum err err;

	if ((err = px0_path_id(c, 0, NULL, &id)) != ERR_NONE ||
	    (err = token_delete_session(t, c->caller.user_id, id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}

/*
 * Teams and organisations.
 */

static void
show_team(struct doc *d, const struct team *team)
{
	doc_object(d, NULL);
	doc_text(d, "id", team->id);
	doc_text(d, "org_id", team->organisation_id);
	doc_text(d, "name", team->name);
	px0_show_time(d, "created_at", team->created_at);
	doc_object_end(d);
}

/* A key's teams are those that it opens, whoever it stands for. */
enum err
px0_my_teams(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);
	struct team team;
	struct query q;

	doc_object(d, NULL);
	doc_array(d, "teams");
	query_start(&q, t, STATEMENT_REACH_TEAM_LIST);
	query_text(&q, ":token_id", c->caller.token_id);
	while (query_row(&q)) {
		team_take(&q, &team);
		show_team(d, &team);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return query_end(&q);
}

static void
show_organisation(struct doc *d, struct query *q)
{
	doc_object(d, NULL);
	doc_text(d, "id", query_take_text(q));
	doc_text(d, "name", query_take_text(q));
	doc_text(d, "role", query_take_boolean(q) ? "ADMIN" : "MEMBER");
	px0_show_time(d, "created_at", query_take_integer(q));
	doc_object_end(d);
}

static enum err
show_organisations(struct call *c, struct txn *t, const char *user_id)
{
	struct doc *d = call_reply(c, 200);
	struct query q;

	doc_object(d, NULL);
	doc_array(d, "organizations");
	query_start(&q, t, STATEMENT_ORGANISATION_LIST_OF_USER);
	query_text(&q, ":user_id", user_id);
	while (query_row(&q))
		show_organisation(d, &q);
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return query_end(&q);
}

enum err
px0_my_organisations(struct call *c, struct txn *t)
{
	struct user user;
	enum err err = find_person(c, t, &user);

	return err != ERR_NONE ? err : show_organisations(c, t, user.id);
}
