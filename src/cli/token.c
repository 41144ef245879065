/* SPDX-License-Identifier: MIT */
/*
 * promptledger token create: makes a token for a user and prints it once.
 */
#include "cli/command.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/project.h"
#include "domain/scope.h"
#include "domain/token.h"
#include "domain/user.h"

#include <getopt.h>
#include <stdio.h>

struct create {
	const char *email;
	unsigned scopes; /* 0: none given */
	const char *secret;
	enum token_kind kind;
	int64_t session_ms;
	const char *id; /* of the token that was made */
};

/* A token without scopes may do all that its user may; one with scopes, what
 * they name. */
static enum token_operation
choose_operation(unsigned scopes)
{
	if (scopes == 0 || (scopes & SCOPE_ADMIN) != 0)
		return TOKEN_ADMIN;
	if ((scopes & SCOPE_PROMPT_WRITE) != 0)
		return TOKEN_ALL;
	return TOKEN_READ_RENDER;
}

static enum err
create_token(struct txn *t, void *arg)
{
	struct create *create = arg;
	struct token_new token = {
		.id = txn_new_id(t),
		.kind = create->kind,
		.name = "command line",
		.operation = choose_operation(create->scopes),
	};
	struct user user;
	enum err err;

	if ((err = user_find_by_email(t, create->email, &user)) != ERR_NONE)
		return err;
	token.user_id = user.id;
	create->id = token.id;
	if (create->scopes != 0)
		token.scopes = scope_print(create->scopes, txn_arena(t));
	if (create->kind == TOKEN_SESSION)
		token.expires_at = txn_now(t) + create->session_ms;
	return token_create(t, &token, create->secret);
}

struct create_options {
	const char *data;
	const char *email;
	unsigned scopes;
	enum token_kind kind;
	bool as_json;
};

static const char *
add_scopes(struct create_options *o, const char *list)
{
	unsigned scopes;

	if (!scope_parse(list, &scopes))
		return "--scopes is a list, with blanks, of prompts:read, "
		       "prompts:write, prompts:download, prompts:delete, "
		       "admin";
	o->scopes |= scopes;
	return NULL;
}

static const char *
read_options(int argc, char **argv, struct create_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "kind", required_argument, NULL, 'k' },
		{ "scopes", required_argument, NULL, 's' },
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
			o->kind = text_equal(optarg, "key") ? TOKEN_KEY
							    : TOKEN_SESSION;
			if (o->kind == TOKEN_SESSION &&
			    !text_equal(optarg, "session"))
				wrong = "--kind is session or key";
			break;
		case 's':
			wrong = add_scopes(o, optarg);
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

static int
run_create(const struct command *self, int argc, char **argv)
{
	struct create_options o = { .kind = TOKEN_SESSION };
	const char *wrong = read_options(argc, argv, &o);
	char secret[TOKEN_SECRET_SIZE];
	struct command_session s;
	struct create create;
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_EXISTING, o.data))
		return COMMAND_FAILED;
	token_draw(o.kind, secret);
	create = (struct create){
		.email = o.email,
		.scopes = o.scopes,
		.secret = secret,
		.kind = o.kind,
		.session_ms = s.config.session_hours * 3600 * 1000,
	};
	if (command_run(&s, TXN_WRITE, create_token, &create) != ERR_NONE)
		status = command_failed(&s, "cannot create the token");
	else if (o.as_json)
		printf("{\"id\":\"%s\",\"token\":\"%s\"}\n", create.id, secret);
	else
		puts(secret);
	command_close(&s);
	return status;
}

const struct command token_create_command = {
	.name = "token create",
	.usage = "--user E [--kind session|key] [--scopes LIST] [--data DIR] "
		 "[--json]",
	.summary = "make a token and print it once",
	.run = run_create,
};
