/* SPDX-License-Identifier: MIT */
/*
 * promptledger token create: makes a token for a user and prints it once.
 */
#include "cli/command.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/project.h"
#include "domain/token.h"
#include "domain/user.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define SCOPES_MAX 16

static const char *const known_scopes[] = {
	"prompts:read",
	"prompts:write",
	"prompts:download",
	"admin",
	NULL,
};

struct create {
	const char *email;
	const char *scopes; /* NULL: none given */
	const char *secret;
	bool is_session;
	int64_t session_ms;
};

static bool
is_known_scope(const char *scope)
{
	const char *const *known;

	for (known = known_scopes; *known != NULL; known++) {
		if (text_equal(*known, scope))
			return true;
	}
	return false;
}

/* A token without scopes may do all that its user may; one with scopes, what
 * they name. */
static enum token_operation
choose_operation(const char *scopes)
{
	if (scopes == NULL || token_scopes_have(scopes, "admin"))
		return TOKEN_ADMIN;
	if (token_scopes_have(scopes, "prompts:write"))
		return TOKEN_ALL;
	return TOKEN_READ_RENDER;
}

static enum err
create_token(struct txn *t, void *arg)
{
	const struct create *create = arg;
	struct token_new token = {
		.is_session = create->is_session,
		.name = "command line",
		.operation = choose_operation(create->scopes),
		.scopes = create->scopes,
	};
	struct user user;
	enum err err;

	if ((err = user_find_by_email(t, create->email, &user)) != ERR_NONE)
		return err;
	token.user_id = user.id;
	if (create->is_session)
		token.expires_at = txn_now(t) + create->session_ms;
	return token_create(t, &token, create->secret);
}

struct create_options {
	const char *data;
	const char *email;
	const char *scopes[SCOPES_MAX];
	size_t scope_count;
	bool is_session;
	bool as_json;
};

static const char *
add_scope(struct create_options *o, const char *scope)
{
	if (!is_known_scope(scope))
		return "--scope is prompts:read, prompts:write, "
		       "prompts:download or admin";
	if (o->scope_count == SCOPES_MAX)
		return "too many scopes";
	o->scopes[o->scope_count++] = scope;
	return NULL;
}

static const char *
read_options(int argc, char **argv, struct create_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "kind", required_argument, NULL, 'k' },
		{ "scope", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	const char *wrong = NULL;
	int option;

	while (wrong == NULL &&
	    (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			o->data = optarg;
			break;
		case 'j':
			o->as_json = true;
			break;
		case 'k':
			o->is_session = text_equal(optarg, "session");
			if (!o->is_session && !text_equal(optarg, "key"))
				wrong = "--kind is session or key";
			break;
		case 's':
			wrong = add_scope(o, optarg);
			break;
		case 'u':
			o->email = optarg;
			break;
		default:
			wrong = "";
		}
	}
	if (wrong == NULL && optind != argc)
		wrong = "too many arguments";
	if (wrong == NULL && o->email == NULL)
		wrong = "--user wants the user's e-mail address";
	return wrong;
}

static const char *
join_scopes(const struct create_options *o, struct arena *a)
{
	const char *scopes = NULL;
	size_t i;

	for (i = 0; i < o->scope_count; i++)
		scopes = scopes == NULL
		    ? o->scopes[i]
		    : arena_printf(a, "%s %s", scopes, o->scopes[i]);
	return scopes;
}

static int
run_create(const struct command *self, int argc, char **argv)
{
	struct create_options o = { .is_session = true };
	const char *wrong = read_options(argc, argv, &o);
	char secret[TOKEN_SECRET_SIZE];
	struct command_session s;
	struct create create;
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_EXISTING, o.data))
		return COMMAND_FAILED;
	token_draw(o.is_session, secret);
	create = (struct create){
		.email = o.email,
		.scopes = join_scopes(&o, s.arena),
		.secret = secret,
		.is_session = o.is_session,
		.session_ms = s.config.session_hours * 3600 * 1000,
	};
	if (command_run(&s, TXN_WRITE, create_token, &create) != ERR_NONE)
		status = command_failed(&s, "cannot create the token");
	else
		printf(o.as_json ? "{\"token\":\"%s\"}\n" : "%s\n", secret);
	command_close(&s);
	return status;
}

const struct command token_create_command = {
	.name = "token create",
	.usage = "--user E [--kind session|key] [--scope S]... [--data DIR] "
		 "[--json]",
	.summary = "make a token and print it once",
	.run = run_create,
};
