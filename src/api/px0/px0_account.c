/* SPDX-License-Identifier: MIT */
/*
 * Registering, logging in and out, and health.
 */
#include "api/px0/px0.h"

#include "api/account.h"
#include "api/auth.h"
#include "base/text.h"

#include <string.h>

#define PASSWORD_MIN_BYTES 8
#define PASSWORD_MAX_CHARS 1000

/* clang-format off */
static const struct field register_rows[] = {
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_register_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = PASSWORD_MAX_CHARS, .offset = offsetof(struct px0_register_body, password)},
	{.name = "team_id", .type = FIELD_UUID, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_register_body, team_id)},
};
/* clang-format on */
const struct field_table px0_register_fields = { FIELD_TABLE(register_rows) };

/* clang-format off */
static const struct field login_rows[] = {
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_login_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_login_body, password)},
};
/* clang-format on */
const struct field_table px0_login_fields = { FIELD_TABLE(login_rows) };

void
px0_show_user(struct doc *d, const struct user *user)
{
	doc_object(d, "user");
	doc_text(d, "id", user->id);
	doc_text(d, "email", user->email);
	doc_boolean(d, "is_admin", user->is_admin);
	doc_boolean(d, "is_verified", user->is_verified);
	px0_show_time(d, "created_at", user->created_at);
	doc_object_end(d);
}

/*
 * Registering.
 */

/* One of each kind; whatever is no ASCII letter or digit is special. */
static bool
has_all_kinds(const char *password)
{
	bool upper = false, lower = false, digit = false, special = false;

	for (; *password != '\0'; password++) {
		if (*password >= 'A' && *password <= 'Z')
			upper = true;
		else if (*password >= 'a' && *password <= 'z')
			lower = true;
		else if (*password >= '0' && *password <= '9')
			digit = true;
		else
			special = true;
	}
	return upper && lower && digit && special;
}

enum err
px0_check_password(struct call *c, const char *password)
{
	if (strlen(password) < PASSWORD_MIN_BYTES)
		return px0_refuse_body(
		    c, "password must be at least 8 characters");
	if (!has_all_kinds(password))
		return px0_refuse_body(c,
		    "password must contain at least one uppercase letter, "
		    "one lowercase letter, one digit, and one special "
		    "character");
	return ERR_NONE;
}

static enum err
check_registration(struct call *c, const struct px0_register_body *b)
{
	if (!px0_is_given(&b->email) || !px0_is_given(&b->password))
		return px0_refuse_body(c, "email and password are required");
	if (!text_is_email(b->email.text))
		return px0_refuse_body(c, "invalid email format");
	return px0_check_password(c, b->password.text);
}

/* May the caller put people into this team?  Being is_admin counts in the
 * organisation that he administers and nowhere else. */
static enum err
check_team(struct call *c, struct txn *t, const char *team_id)
{
	struct team team;
	enum team_role role;
	enum err err;

	if ((err = team_find(t, team_id, &team)) != ERR_NONE ||
	    (err = organisation_role(t, team.organisation_id, c->caller.user_id,
		 &role)) != ERR_NONE)
		return err;
	if (role == TEAM_NONE)
		return call_fail(c, ERR_ROLE_TOO_LOW, "organisation", NULL);
	if (role < TEAM_ADMIN)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

/* Who registers somebody else must be an admin with a session. */
static enum err
check_inviter(struct txn *t, void *arg)
{
	struct call *c = arg;
	const struct px0_register_body *b = c->body;
	enum err err;

	if ((err = auth_check(c, t)) != ERR_NONE)
		return err;
	if (c->caller.kind != TOKEN_SESSION)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	if (!c->caller.is_admin)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	if (b->team_id.given == GIVEN_VALUE)
		return check_team(c, t, b->team_id.text);
	return ERR_NONE;
}

static enum err
check_stranger(struct call *c, const struct px0_register_body *b)
{
	if (text_equal(c->site->config->signup, "closed"))
		return call_fail(c, ERR_SIGNUP_CLOSED, NULL, NULL);
	if (b->team_id.given == GIVEN_VALUE)
		return call_fail(c, ERR_ROLE_TOO_LOW, "team_id", NULL);
	return ERR_NONE;
}

/* px0 looks at the token only when the body is in order, so the route itself
 * asks for none. */
enum err
px0_register_prepare(struct call *c)
{
	const struct px0_register_body *b = c->body;
	enum err err;

	if ((err = check_registration(c, b)) != ERR_NONE)
		return err;
	if (c->request.authorization == NULL) {
		if ((err = check_stranger(c, b)) != ERR_NONE)
			return err;
		return account_prepare_signup(c, b->password.text);
	}
	err = txn_run(c->site->store, TXN_READ, check_inviter, c, &c->txn);
	if (err != ERR_NONE)
		return err;
	return account_prepare_password(c, b->password.text);
}

/* A team of one's own, or the named one; its first member leads it. */
static enum err
place_user(
    struct txn *t, const char *user_id, const struct px0_register_body *b)
{
	bool has_members;
	enum err err;

	if (b->team_id.given != GIVEN_VALUE)
		return project_create_home(t, user_id);
	if ((err = team_has_members(t, b->team_id.text, &has_members)) !=
	    ERR_NONE)
		return err;
	return project_add_member(t, b->team_id.text, user_id,
	    has_members ? TEAM_EDITOR : TEAM_ADMIN);
}

enum err
px0_register(struct call *c, struct txn *t)
{
	const struct px0_register_body *b = c->body;
	const struct account *made = c->prepared;
	struct user_new who = {
		.email = b->email.text,
		.name = b->email.text,
		.password_hash = made->hash,
		.role = "member",
		.is_admin = !c->has_caller,
	};
	struct user user;
	struct doc *d;
	enum err err;

	if ((c->has_caller && (err = check_inviter(t, c)) != ERR_NONE) ||
	    (err = user_create(t, &who, &user)) != ERR_NONE ||
	    (err = place_user(t, user.id, b)) != ERR_NONE)
		return err;
	d = call_reply(c, 201);
	doc_object(d, NULL);
	px0_show_user(d, &user);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

/*
 * Sessions.
 */

enum err
px0_login_prepare(struct call *c)
{
	const struct px0_login_body *b = c->body;

	/* Nobody has an empty address. */
	return account_prepare_login(c,
	    b->email.given == GIVEN_VALUE ? b->email.text : "",
	    b->password.given == GIVEN_VALUE ? b->password.text : "");
}

enum err
px0_login(struct call *c, struct txn *t)
{
	const struct account *made = c->prepared;
	int64_t expires_at;
	struct doc *d;
	enum err err;

	if ((err = account_open_session(
		 c, t, made->user.id, made->secret, &expires_at)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "token", made->secret);
	px0_show_time(d, "expires_at", expires_at);
	px0_show_user(d, &made->user);
	doc_object_end(d);
	return ERR_NONE;
}

static enum err
find_caller(struct txn *t, void *arg)
{
	return auth_check(arg, t);
}

/* Whoever comes may log out, so a token that is none is no failure; the
 * audit log is to name the one whose session ends. */
enum err
px0_logout_prepare(struct call *c)
{
	enum err err = ERR_NONE;

	if (c->request.authorization != NULL)
		err =
		    txn_run(c->site->store, TXN_READ, find_caller, c, &c->txn);
	switch (err) {
	case ERR_TOKEN_SCHEME:
	case ERR_TOKEN_INVALID:
	case ERR_USER_UNVERIFIED:
		return ERR_NONE;
	default:
		return err;
	}
}

enum err
px0_logout(struct call *c, struct txn *t)
{
	enum err err = ERR_NONE;

	if (c->has_caller && c->caller.kind == TOKEN_SESSION)
		err = token_delete(t, request_bearer(&c->request));
	if (err == ERR_NONE)
		call_reply_empty(c, 204);
	return err;
}

enum err
px0_health(struct call *c, struct txn *t)
{
	struct doc *d = call_reply(c, 200);

	(void)t; /* that there is one says that the database opens */
	doc_object(d, NULL);
	doc_text(d, "status", "OK");
	doc_object_end(d);
	response_header(c->reply, "Cache-Control", "no-store");
	return ERR_NONE;
}
