/* SPDX-License-Identifier: MIT */
/*
 * Signing up and signing in.
 */
#include "api/promptcrafter/promptcrafter.h"

#include "api/account.h"
#include "base/text.h"
#include "domain/project.h"
#include "domain/user.h"

/* The password's length has a text of its own, so it is no bound here. */
/* clang-format off */
static const struct field signup_rows[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .offset = offsetof(struct promptcrafter_signup_body, name)},
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 3, .max = 254, .check = text_is_email, .offset = offsetof(struct promptcrafter_signup_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct promptcrafter_signup_body, password)},
};
/* clang-format on */
const struct field_table promptcrafter_signup_fields = {
	FIELD_TABLE(signup_rows),
};

/* clang-format off */
static const struct field login_rows[] = {
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 254, .offset = offsetof(struct promptcrafter_login_body, email)},
	{.name = "password", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 1000, .offset = offsetof(struct promptcrafter_login_body, password)},
};
/* clang-format on */
const struct field_table promptcrafter_login_fields = {
	FIELD_TABLE(login_rows),
};

enum err
promptcrafter_signup_prepare(struct call *c)
{
	const struct promptcrafter_signup_body *b = c->body;
	size_t length = text_length(b->password.text);

	if (text_equal(c->site->config->signup, "closed"))
		return call_fail(c, ERR_SIGNUP_CLOSED, NULL, NULL);
	if (length < 10 || length > 30)
		return call_fail(c, ERR_PASSWORD_WEAK, "password", NULL);
	return account_prepare_signup(c, b->password.text);
}

enum err
promptcrafter_signup(struct call *c, struct txn *t)
{
	const struct promptcrafter_signup_body *b = c->body;
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

enum err
promptcrafter_login_prepare(struct call *c)
{
	const struct promptcrafter_login_body *b = c->body;

	return account_prepare_login(c, b->email.text, b->password.text);
}

enum err
promptcrafter_login(struct call *c, struct txn *t)
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
