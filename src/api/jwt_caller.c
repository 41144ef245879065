/* SPDX-License-Identifier: MIT */
#include "api/jwt_caller.h"

#include "api/jwt_keys.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/scope.h"
#include "domain/subject.h"
#include "domain/user.h"
#include "wire/jwt.h"

#include <string.h>

/*
 * Roles: the setting "group=role, group=role".
 */

/* Roles that groups can have, the highest first. */
static const char *const roles[] = { "admin", "editor", "viewer" };

struct mapping {
	const char *group;
	const char *role;
};

/* Take the next pair; false at the end, and where there is none. */
static bool
next_mapping(const char **at, struct arena *a, struct mapping *out)
{
	size_t len = strcspn(*at, ",");
	const char *pair = arena_copy(a, *at, len), *equals;
	size_t group_len, role_len;

	equals = strrchr(pair, '=');
	if (equals == NULL)
		return false;
	group_len = (size_t)(equals - pair);
	role_len = strlen(equals + 1);
	pair = text_trim(pair, &group_len);
	equals = text_trim(equals + 1, &role_len);
	out->group = arena_copy(a, pair, group_len);
	out->role = arena_copy(a, equals, role_len);
	*at += len + ((*at)[len] == ',');
	return out->group[0] != '\0';
}

static bool
is_role(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (text_equal(roles[i], name))
			return true;
	}
	return false;
}

const char *
jwt_caller_check_settings(const struct config *config)
{
	const char *at = config->jwt_roles;
	struct arena *a = arena_new();
	const char *wrong = NULL;
	struct mapping m;

	while (wrong == NULL && *at != '\0') {
		if (!next_mapping(&at, a, &m) || !is_role(m.role))
			wrong = "jwt_roles: a list such as staff=editor, "
				"bosses=admin is wanted";
	}
	arena_free(a);
	return wrong;
}

/* Is one of the token's groups given this role? */
static bool
is_given_role(struct call *c, const char *role)
{
	const struct config *config = c->site->config;
	const char *at = config->jwt_roles;
	struct mapping m;

	while (*at != '\0' && next_mapping(&at, c->arena, &m)) {
		if (text_equal(m.role, role) &&
		    jwt_names(
			c->jwt, config->jwt_groups_claim, m.group, c->arena))
			return true;
	}
	return false;
}

/* Without a mapping the user's own; a token of none of the groups is a
 * member's. */
static void
choose_role(struct call *c, struct caller *who)
{
	size_t i;

	if (c->site->config->jwt_roles[0] == '\0')
		return;
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (is_given_role(c, roles[i])) {
			who->role = roles[i];
			return;
		}
	}
	who->role = "member";
}

/*
 * Scopes.
 */

static const char *
find_scope_claim(const struct jwt *token)
{
	if (jwt_has_claim(token, "scope"))
		return "scope";
	return jwt_has_claim(token, "scp") ? "scp" : NULL;
}

static void
choose_scopes(struct call *c, struct caller *who)
{
	const char *claim = find_scope_claim(c->jwt);
	unsigned scopes = 0, scope;

	if (claim == NULL)
		return;
	for (scope = 1; scope < SCOPE_ADMIN; scope <<= 1) {
		if (jwt_names(
			c->jwt, claim, scope_print(scope, c->arena), c->arena))
			scopes |= scope;
	}
	who->scopes = scope_print(scopes, c->arena);
	if (scopes != 0)
		who->operation = (scopes & SCOPE_PROMPT_WRITE) != 0
		    ? TOKEN_ALL
		    : TOKEN_READ_RENDER;
}

/*
 * The caller.
 */

static enum err
refuse(struct call *c, enum jwt_fault fault)
{
	/* The caller is told no more than of any other token. */
	if (text_equal(c->site->config->log, "all"))
		log_line("event=jwt_refused request=%s fault=%s", c->request_id,
		    jwt_fault_slug(fault));
	return call_fail(c, ERR_TOKEN_INVALID, NULL, NULL);
}

static enum err
verify(struct call *c, const char *secret)
{
	const struct config *config = c->site->config;
	const struct jwt_rules rules = {
		.issuer = config->jwt_issuer,
		.audience = config->jwt_audience,
		.audience_claim = config->jwt_audience_claim,
		.leeway_s = config->jwt_leeway_s,
	};
	struct jwt *token = arena_alloc(c->arena, sizeof(*token));
	struct jwt_key_loan *loan;
	enum jwt_fault fault;

	fault = jwt_parse(secret, strlen(secret), c->arena, token);
	if (fault == JWT_OK) {
		loan = jwt_keys_borrow(c->site->jwt);
		fault = jwt_check(token, jwt_keys_of(loan), &rules,
		    c->txn.now_ms / 1000, c->arena);
		jwt_keys_return(c->site->jwt, loan);
	}
	if (fault != JWT_OK)
		return refuse(c, fault);
	c->jwt = token;
	return ERR_NONE;
}

struct linking {
	struct call *call;
	struct user user;
	bool is_new;
};

/* An address that the issuer itself says is not confirmed is nobody's. */
static const char *
find_email(const struct call *c)
{
	const char *claim = c->site->config->jwt_user_claim;
	const char *email = jwt_claim(c->jwt, claim);

	if (email == NULL || !text_is_email(email))
		return NULL;
	if (jwt_has_claim(c->jwt, "email_verified") &&
	    !jwt_is_true(c->jwt, "email_verified"))
		return NULL;
	return email;
}

static enum err
find_user(struct txn *t, void *arg)
{
	struct linking *linking = arg;
	struct call *c = linking->call;
	const char *email = find_email(c);
	struct caller known;
	enum err err;

	err = subject_find_caller(
	    t, c->site->config->jwt_issuer, c->jwt->subject, &known);
	if (err != ERR_TOKEN_INVALID)
		return err;
	if (email == NULL)
		return err;
	err = user_find_by_email(t, email, &linking->user);
	/* Whoever registered openly may have given somebody else's address. */
	linking->is_new =
	    err == ERR_NONE && !text_equal(linking->user.role, "member");
	/* Nobody to link: the lookup that follows refuses the token. */
	return err == ERR_USER_UNKNOWN ? ERR_NONE : err;
}

static enum err
link_subject(struct txn *t, void *arg)
{
	const struct linking *linking = arg;
	const struct call *c = linking->call;

	return subject_link(
	    t, c->site->config->jwt_issuer, c->jwt->subject, linking->user.id);
}

enum err
jwt_caller_prepare(struct call *c, const char *secret)
{
	struct linking linking = { .call = c };
	struct store *store = c->site->store;
	enum err err;

	if ((err = verify(c, secret)) != ERR_NONE ||
	    (err = txn_run(store, TXN_READ, find_user, &linking, &c->txn)) !=
		ERR_NONE ||
	    !linking.is_new)
		return err;
	c->txn.actor = (struct txn_actor){
		.id = linking.user.id,
		.kind = "user",
		.request_id = c->request_id,
		.family = "jwt",
	};
	return txn_run(store, TXN_WRITE, link_subject, &linking, &c->txn);
}

enum err
jwt_caller_find(struct call *c, struct txn *t, struct caller *out)
{
	struct caller who;
	enum err err;

	err = subject_find_caller(
	    t, c->site->config->jwt_issuer, c->jwt->subject, &who);
	if (err != ERR_NONE)
		return err;
	choose_role(c, &who);
	choose_scopes(c, &who);
	*out = who;
	return ERR_NONE;
}
