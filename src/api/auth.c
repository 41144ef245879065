/* SPDX-License-Identifier: MIT */
#include "api/auth.h"

#include "api/family.h"
#include "base/text.h"
#include "domain/key_use.h"

/* What each kind of access asks for. */
struct access_rule {
	bool token;                     /* a token must be there */
	bool session;                   /* and be a session */
	enum token_operation operation; /* and allow at least this */
	const char *role;               /* and its user have this role */
	const char *scope;              /* and have this scope */
};

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
	[ACCESS_VOICE_READ] = {.token = true, .scope = "prompts:read"},
	[ACCESS_VOICE_WRITE] = {
		.token = true,
		.operation = TOKEN_ALL,
		.scope = "prompts:write",
	},
	[ACCESS_VOICE_DOWNLOAD] = {.token = true, .scope = "prompts:download"},
};
/* clang-format on */

/* The scopes of the operators' roles; a member has none. */
static const struct {
	const char *role;
	const char *scopes;
} role_scopes[] = {
	{ "admin", "prompts:read prompts:write prompts:download" },
	{ "editor", "prompts:read prompts:write prompts:download" },
	{ "viewer", "prompts:read prompts:download" },
};

bool
auth_looks_at_token(const struct route *r)
{
	return rules[r->access].token;
}

bool
auth_has_scope(const struct caller *who, const char *scope)
{
	size_t i;

	if (who->scopes != NULL && !token_scopes_have(who->scopes, scope))
		return false;
	for (i = 0; i < sizeof(role_scopes) / sizeof(role_scopes[0]); i++) {
		if (text_equal(role_scopes[i].role, who->role))
			return token_scopes_have(role_scopes[i].scopes, scope);
	}
	return false;
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
auth_check(struct call *c, struct txn *t)
{
	const struct access_rule *rule = &rules[c->route->access];
	const char *secret = NULL;
	enum err err;

	if ((err = find_secret(c, &secret)) != ERR_NONE ||
	    (err = token_find_caller(t, secret, &c->caller)) != ERR_NONE)
		return err;
	c->has_caller = true;
	key_uses_note(c->site->uses, &c->caller, txn_now(t));
	/* Elsewhere a key that is bound to teams would open all that its maker
	 * may see. */
	if (c->caller.is_bound && !c->family->heeds_teams)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	if (rule->session && !c->caller.is_session)
		return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
	if (!c->caller.is_verified)
		return call_fail(c, ERR_USER_UNVERIFIED, NULL, NULL);
	if (c->caller.operation < rule->operation ||
	    (rule->role != NULL && !text_equal(c->caller.role, rule->role)))
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	if (rule->scope != NULL && !auth_has_scope(&c->caller, rule->scope))
		return call_fail(c, ERR_SCOPE_MISSING, rule->scope, NULL);
	return ERR_NONE;
}
