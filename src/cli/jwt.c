/* SPDX-License-Identifier: MIT */
/*
 * promptledger jwt issue: signs a JSON Web Token that this installation
 * takes, for trying things out.  Who lets people in for good wants an issuer
 * that knows them.
 */
#include "cli/command.h"

#include "api/jwt_keys.h"
#include "base/clock.h"
#include "base/text.h"
#include "domain/scope.h"
#include "wire/doc.h"
#include "wire/jwt.h"

#include <getopt.h>
#include <stdio.h>

#define GROUPS_MAX 32
#define MINUTES_MAX (24 * 60)

struct issue_options {
	const char *data;
	const char *email;
	const char *key; /* NULL: the file that the settings name */
	const char *kid;
	const char *scopes;
	const char *groups[GROUPS_MAX];
	size_t group_count;
	int64_t minutes;
};

static const char *
check_options(const struct issue_options *o)
{
	unsigned scopes;

	if (o->email == NULL || !text_is_email(o->email))
		return "--user wants the user's e-mail address";
	if (o->minutes < 1 || o->minutes > MINUTES_MAX)
		return "--minutes is a number from 1 to 1440";
	if (o->scopes != NULL && !scope_parse(o->scopes, &scopes))
		return "--scopes is a list, with blanks, of prompts:read, "
		       "prompts:write, prompts:download, prompts:delete";
	return NULL;
}

static const char *
read_options(int argc, char **argv, struct issue_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "group", required_argument, NULL, 'g' },
		{ "key", required_argument, NULL, 'k' },
		{ "kid", required_argument, NULL, 'i' },
		{ "minutes", required_argument, NULL, 'm' },
		{ "scopes", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			o->data = optarg;
			break;
		case 'g':
			if (o->group_count == GROUPS_MAX)
				return "too many groups";
			o->groups[o->group_count++] = optarg;
			break;
		case 'k':
			o->key = optarg;
			break;
		case 'i':
			o->kid = optarg;
			break;
		case 'm':
			if (!text_to_int64(optarg, &o->minutes))
				o->minutes = 0;
			break;
		case 's':
			o->scopes = optarg;
			break;
		case 'u':
			o->email = optarg;
			break;
		default:
			return "";
		}
	}
	return optind != argc ? "too many arguments" : check_options(o);
}

static const char *
write_claims(
    const struct issue_options *o, const struct config *config, struct arena *a)
{
	int64_t now_s = clock_now_ms() / 1000;
	const char *claims;
	struct buf json;
	struct doc d;
	size_t i;

	buf_init(&json, JWT_MAX_BYTES);
	doc_init(&d, &json);
	doc_object(&d, NULL);
	doc_text(&d, "iss", config->jwt_issuer);
	doc_text(&d, "sub", o->email);
	doc_text(&d, config->jwt_audience_claim, config->jwt_audience);
	doc_integer(&d, "iat", now_s);
	doc_integer(&d, "exp", now_s + o->minutes * 60);
	doc_text(&d, config->jwt_user_claim, o->email);
	if (o->scopes != NULL)
		doc_text(&d, "scope", o->scopes);
	if (o->group_count > 0) {
		doc_array(&d, config->jwt_groups_claim);
		for (i = 0; i < o->group_count; i++)
			doc_text(&d, NULL, o->groups[i]);
		doc_array_end(&d);
	}
	doc_object_end(&d);
	claims = buf_failed(&json) ? NULL : arena_text(a, json.ptr);
	buf_free(&json);
	return claims;
}

/* The token; or NULL, and *wrong says why. */
static const char *
issue(const struct issue_options *o, const struct config *config,
    struct arena *a, const char **wrong)
{
	const char *path = o->key != NULL ? o->key : config->jwt_keys;
	const char *claims, *token = NULL;
	const struct jwk *key;
	struct jwk_set *set;

	if (path[0] == '\0' || config->jwt_issuer[0] == '\0' ||
	    config->jwt_audience[0] == '\0') {
		*wrong = "the settings jwt_issuer and jwt_audience are wanted, "
			 "and jwt_keys or --key";
		return NULL;
	}
	if ((set = jwt_keys_read(path, a, wrong)) == NULL) {
		*wrong = arena_printf(a, "%s: %s", path, *wrong);
		return NULL;
	}
	claims = write_claims(o, config, a);
	key = jwk_choose(set, o->kid);
	if (key == NULL)
		*wrong = "there is no key of this kid";
	else if (claims == NULL || (token = jwt_write(claims, key, a)) == NULL)
		*wrong = "the key is public: a private key or a secret signs";
	jwk_set_free(set);
	return token;
}

static int
run_issue(const struct command *self, int argc, char **argv)
{
	struct issue_options o = { .minutes = 60 };
	const char *wrong = read_options(argc, argv, &o), *token;
	struct arena *a;
	struct config config;
	struct failure f = { 0 };

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	a = arena_new();
	if (config_load(&config, o.data, a, &f) != ERR_NONE) {
		wrong = f.detail;
		token = NULL;
	} else
		token = issue(&o, &config, a, &wrong);
	if (token != NULL)
		puts(token);
	else
		fprintf(
		    stderr, "promptledger: cannot issue a token: %s\n", wrong);
	arena_free(a);
	return token != NULL ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command jwt_issue_command = {
	.name = "jwt issue",
	.usage = "--user E [--key FILE] [--kid K] [--group G]... "
		 "[--scopes LIST] [--minutes N] [--data DIR]",
	.summary = "sign a JSON Web Token, for development",
	.run = run_issue,
};
