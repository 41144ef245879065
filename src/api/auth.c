/* SPDX-License-Identifier: MIT */
#include "api/auth.h"

#include "api/family.h"
#include "api/jwt_caller.h"
#include "base/text.h"
#include "domain/key_use.h"
#include "domain/scope.h"

#include <sodium.h>
#include <string.h>

/* Nobody who came over a network?  A proxy on this machine calls from it as
 * well; most of them say so. */
static bool
is_from_here(const struct call *c)
{
	static const char *const proxies[] = { "HTTP_FORWARDED", "HTTP_VIA",
		"HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP" };
	const char *address = request_param(&c->request, "REMOTE_ADDR");
	size_t i;

	for (i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		if (request_param(&c->request, proxies[i]) != NULL)
			return false;
	}
	return address != NULL &&
	    (text_equal(address, "127.0.0.1") || text_equal(address, "::1"));
}

static bool
has_metrics_key(const struct call *c)
{
	const char *secret = request_bearer(&c->request);
	unsigned char key[sizeof(c->site->metrics_key)];

	return c->site->has_metrics_key && secret != NULL &&
	    text_unhex(secret, key, sizeof(key)) &&
	    sodium_memcmp(key, c->site->metrics_key, sizeof(key)) == 0;
}

static bool
opens_metrics(const struct call *c)
{
	return has_metrics_key(c) ||
	    (text_equal(c->site->config->metrics, "loopback") &&
		is_from_here(c));
}

/* clang-format off */
static const struct access_rule rules[] = {
	[ACCESS_ANYONE] = {.token = false},
	[ACCESS_CALLER] = {.token = true},
	[ACCESS_WRITER] = {.token = true, .operation = TOKEN_ALL},
	[ACCESS_TOKEN] = {.token = true, .operation = TOKEN_ALL},
	[ACCESS_SESSION] = {.token = true, .session = true},
	[ACCESS_ADMIN] = {
		.token = true,
		.operation = TOKEN_ADMIN,
		.role = "admin",
	},
	[ACCESS_METRICS] = {
		.token = true,
		.operation = TOKEN_ADMIN,
		.role = "admin",
		.opens = opens_metrics,
	},
	[ACCESS_VOICE_READ] = {.token = true, .scope = SCOPE_PROMPT_READ},
	[ACCESS_VOICE_WRITE] = {.token = true, .scope = SCOPE_PROMPT_WRITE},
	[ACCESS_VOICE_DOWNLOAD] = {
		.token = true,
		.scope = SCOPE_PROMPT_DOWNLOAD,
	},
	[ACCESS_VOICE_DELETE] = {.token = true, .scope = SCOPE_PROMPT_DELETE},
};
/* clang-format on */

#define SCOPES_TO_LOOK (SCOPE_PROMPT_READ | SCOPE_PROMPT_DOWNLOAD)
#define SCOPES_ALL (SCOPES_TO_LOOK | SCOPE_PROMPT_WRITE | SCOPE_PROMPT_DELETE)

/* The scopes of the operators' roles; a member has none. */
static const struct {
	const char *role;
	unsigned scopes;
} role_scopes[] = {
	{ "admin", SCOPES_ALL },
	{ "editor", SCOPES_ALL },
	{ "viewer", SCOPES_TO_LOOK },
};

const struct access_rule *
auth_rule(const struct route *r)
{
	return &rules[r->access];
}

bool
auth_looks_at_token(const struct route *r)
{
	return rules[r->access].token;
}

unsigned
auth_scopes(const struct caller *who)
{
	unsigned of_role = 0, of_token = SCOPES_ALL;
	size_t i;

	for (i = 0; i < sizeof(role_scopes) / sizeof(role_scopes[0]); i++) {
		if (text_equal(role_scopes[i].role, who->role))
			of_role = role_scopes[i].scopes;
	}
	/* A list that cannot be read opens nothing. */
	if (who->scopes != NULL && !scope_parse(who->scopes, &of_token))
		return 0;
	if (who->scopes == NULL && who->operation < TOKEN_ALL)
		of_token = SCOPES_TO_LOOK;
	if ((of_token & SCOPE_PROMPT_WRITE) != 0)
		of_token |= SCOPE_PROMPT_DELETE;
	return of_role & of_token;
}

/* The token that came along.  Where suEXEC drops what .htaccess sets,
 * Authorization cannot reach a CGI program and X-Api-Key is the way in; px0's
 * contract forbids to look at it. */
static enum err
find_secret(struct call *c, const char **out)
{
	const char *secret = request_bearer(&c->request);

	if (c->request.authorization == NULL && c->family->takes_api_key)
		secret = request_param(&c->request, "HTTP_X_API_KEY");
	else if (c->request.authorization != NULL && secret == NULL)
		return call_fail(c, ERR_TOKEN_SCHEME, NULL, NULL);
	if (secret == NULL)
		return call_fail(c, ERR_TOKEN_MISSING, NULL, NULL);
	*out = secret;
	return ERR_NONE;
}

enum err
auth_prepare(struct call *c)
{
	const char *secret = NULL;

	if (c->site->jwt == NULL || find_secret(c, &secret) != ERR_NONE)
		return ERR_NONE;
	/* None of our own tokens has a dot in it. */
	if (secret == NULL || strchr(secret, '.') == NULL)
		return ERR_NONE;
	return jwt_caller_prepare(c, secret);
}

static enum err
find_caller(struct call *c, struct txn *t, const char *secret)
{
	if (c->jwt != NULL)
		return jwt_caller_find(c, t, &c->caller);
	return token_find_caller(t, secret, &c->caller);
}

enum err
auth_check(struct call *c, struct txn *t)
{
	const struct access_rule *rule = &rules[c->route->access];
	const char *secret = NULL;
	enum err err;

	if (rule->opens != NULL && rule->opens(c))
		return ERR_NONE;
	if ((err = find_secret(c, &secret)) != ERR_NONE ||
	    (err = find_caller(c, t, secret)) != ERR_NONE)
		return err;
	c->has_caller = true;
	key_uses_note(c->site->uses, &c->caller, txn_now(t));
	/* Elsewhere a key that is bound to teams would open all that its maker
	 * may see. */
	if (c->caller.is_bound && !c->family->heeds_teams)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	/* Its scopes say nothing of what other families do. */
	if (c->caller.kind == TOKEN_ACCESS && !c->family->heeds_scopes)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	if (rule->session && c->caller.kind != TOKEN_SESSION)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	if (!c->caller.is_verified)
		return call_fail(c, ERR_USER_UNVERIFIED, NULL, NULL);
	if (c->caller.operation < rule->operation ||
	    (rule->role != NULL && !text_equal(c->caller.role, rule->role)))
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	if (!scope_covers(auth_scopes(&c->caller), rule->scope))
		return call_fail(c, ERR_SCOPE_MISSING, NULL, NULL);
	return ERR_NONE;
}

/* RFC 6750, 3: which scope would do, and what is wrong with a token that
 * came along. */
static const char *
challenge_for_scope(struct call *c, unsigned scope, const char *error)
{
	return arena_printf(c->arena, "Bearer %sscope=\"%s\"", error,
	    scope_print(scope, c->arena));
}

const char *
auth_challenge(struct call *c, enum err err, int status)
{
	unsigned scope = c->route == NULL ? 0 : rules[c->route->access].scope;

	if (status == 401 && c->family->challenge != NULL)
		return c->family->challenge;
	if (status == 401 && scope == 0)
		return "Bearer";
	if (status == 401)
		return challenge_for_scope(c, scope,
		    err == ERR_TOKEN_INVALID ? "error=\"invalid_token\", "
					     : "");
	if (status == 403 && scope != 0)
		return challenge_for_scope(
		    c, scope, "error=\"insufficient_scope\", ");
	return NULL;
}
