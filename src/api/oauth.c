/* SPDX-License-Identifier: MIT */
/*
 * OAuth 2.0's token endpoint: POST /oauth/token, and below /voice for clients
 * whose base URL that is.  Exchanges an API key for an access token that opens
 * the voice family for an hour (RFC 6749, 4.4; the key's id is the client's
 * id, the key is its secret).  Every failure is {"error",
 * "error_description"} (RFC 6749, 5.2).
 */
#include "api/auth.h"
#include "api/family.h"
#include "base/text.h"
#include "domain/access_token.h"
#include "domain/key_use.h"
#include "domain/scope.h"
#include "wire/form.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define BODY_MAX_BYTES (8 * 1024)
#define FORM_TYPE "application/x-www-form-urlencoded"

/*
 * What the body holds.
 */

struct oauth_body {
	struct given_text grant_type;
	struct given_text scope;
	struct given_text client_id;
	struct given_text client_secret;
};

/* None is required here: each absence has an error code of its own. */
/* clang-format off */
static const struct field rows[] = {
	{.name = "grant_type", .type = FIELD_TEXT, .max = 255, .offset = offsetof(struct oauth_body, grant_type)},
	{.name = "scope", .type = FIELD_TEXT, .max = 1024, .offset = offsetof(struct oauth_body, scope)},
	{.name = "client_id", .type = FIELD_TEXT, .max = 255, .offset = offsetof(struct oauth_body, client_id)},
	{.name = "client_secret", .type = FIELD_TEXT, .max = 255, .offset = offsetof(struct oauth_body, client_secret)},
};
/* clang-format on */
static const struct field_table body_table = { FIELD_TABLE(rows) };

/* RFC 6749, 3.2: what has no value counts as absent. */
static bool
is_given(const struct given_text *text)
{
	return text->given == GIVEN_VALUE && text->text[0] != '\0';
}

static enum err
check_media(struct call *c)
{
	if (!request_has_type(&c->request, FORM_TYPE))
		return call_fail(c, ERR_MEDIA_TYPE, NULL, NULL);
	return ERR_NONE;
}

static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	struct scan scan;
	const struct body *body = body_parse_form(text, len, c->arena, &scan);

	if (body == NULL)
		return call_fail(c, ERR_BODY_MALFORMED, NULL, NULL);
	*out = body;
	return ERR_NONE;
}

/*
 * Who the client is.
 */

struct client {
	const char *id;
	const char *secret;
};

/* Decode "Basic " and Base64 of id:secret, both of which are in the form's
 * own encoding (RFC 6749, 2.3.1).  Strict in each. */
static enum err
read_basic(struct call *c, const char *header, struct client *out)
{
	const char *base64 = header + strlen("Basic "), *end, *colon;
	size_t room = strlen(header), len;
	char *text = arena_alloc(c->arena, room + 1);

	if (strncasecmp(header, "Basic ", strlen("Basic ")) != 0)
		return call_fail(c, ERR_TOKEN_SCHEME, NULL, NULL);
	if (sodium_base642bin((unsigned char *)text, room, base64,
		strlen(base64), NULL, &len, &end,
		sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *end != '\0' || strlen(text) != len ||
	    (colon = strchr(text, ':')) == NULL)
		return call_fail(c, ERR_CREDENTIALS, NULL, NULL);
	out->id = form_decode(text, (size_t)(colon - text), c->arena);
	out->secret = form_decode(colon + 1, strlen(colon + 1), c->arena);
	if (out->id == NULL || out->secret == NULL)
		return call_fail(c, ERR_CREDENTIALS, NULL, NULL);
	return ERR_NONE;
}

/* By header or by body: RFC 6749, 2.3, forbids both at once.  The id alone is
 * no credential and may be said twice. */
static enum err
read_client(struct call *c, struct client *out)
{
	const struct oauth_body *b = c->body;
	const char *header = c->request.authorization;
	enum err err;

	if (header == NULL) {
		if (!is_given(&b->client_id) || !is_given(&b->client_secret))
			return call_fail(c, ERR_TOKEN_MISSING, NULL, NULL);
		*out = (struct client){
			.id = b->client_id.text,
			.secret = b->client_secret.text,
		};
		return ERR_NONE;
	}
	if ((err = read_basic(c, header, out)) != ERR_NONE)
		return err;
	if (is_given(&b->client_secret) ||
	    (is_given(&b->client_id) &&
		!text_equal(b->client_id.text, out->id)))
		return call_fail(c, ERR_BODY_INVALID, "Authorization", NULL);
	return ERR_NONE;
}

/*
 * What it is given.
 */

struct grant {
	struct client client;
	char secret[TOKEN_SECRET_SIZE];
	const char *scopes;
};

/* What was asked for must be among what the key has; without a wish it is all
 * of that. */
static enum err
choose_scopes(struct call *c, const struct caller *who, const char **out)
{
	const struct oauth_body *b = c->body;
	unsigned scopes = auth_scopes(who), wanted;

	if (scopes == 0 || who->is_bound || !who->is_verified)
		return call_fail(c, ERR_CLIENT_REFUSED, NULL, NULL);
	wanted = scopes;
	if (is_given(&b->scope) &&
	    (!scope_parse(b->scope.text, &wanted) ||
		!scope_covers(scopes, wanted)))
		return call_fail(c, ERR_SCOPE_INVALID, "scope", NULL);
	*out = scope_print(wanted, c->arena);
	return ERR_NONE;
}

static enum err
admit_client(struct txn *t, void *arg)
{
	struct call *c = arg;
	struct grant *grant = c->prepared;
	enum err err;

	err = access_token_find_client(
	    t, grant->client.id, grant->client.secret, &c->caller);
	if (err != ERR_NONE)
		return err;
	return choose_scopes(c, &c->caller, &grant->scopes);
}

/* Strangers are turned away here, where they hold nobody up; who gets past is
 * the actor that the audit log will name. */
static enum err
prepare(struct call *c)
{
	const struct oauth_body *b = c->body;
	struct grant *grant = arena_alloc(c->arena, sizeof(*grant));
	enum err err;

	c->prepared = grant;
	if (!is_given(&b->grant_type))
		return call_fail(c, ERR_BODY_INVALID, "grant_type", NULL);
	if ((err = read_client(c, &grant->client)) != ERR_NONE)
		return err;
	if (!text_equal(b->grant_type.text, "client_credentials"))
		return call_fail(c, ERR_GRANT_TYPE, NULL, NULL);
	token_draw(TOKEN_ACCESS, grant->secret);
	err = txn_run(c->site->store, TXN_READ, admit_client, c, &c->txn);
	if (err != ERR_NONE)
		return err;
	c->has_caller = true;
	key_uses_note(c->site->uses, &c->caller, c->txn.now_ms);
	return ERR_NONE;
}

static void
forbid_caches(struct response *reply)
{
	response_header(reply, "Pragma", "no-cache");
}

/* The key may have ended meanwhile, so it is looked up again. */
static enum err
post_token(struct call *c, struct txn *t)
{
	const struct grant *grant = c->prepared;
	struct doc *d;
	enum err err;

	if ((err = admit_client(t, c)) != ERR_NONE ||
	    (err = access_token_create(t, c->caller.token_id, grant->scopes,
		 grant->secret)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	response_header(c->reply, "Cache-Control", "no-store");
	forbid_caches(c->reply);
	doc_object(d, NULL);
	doc_text(d, "access_token", grant->secret);
	doc_text(d, "token_type", "Bearer");
	doc_integer(d, "expires_in", ACCESS_TOKEN_S);
	doc_text(d, "scope", grant->scopes);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * How it shows failures.
 */

/* What is not here follows from the status. */
static const char *const codes[ERR_COUNT] = {
	[ERR_TOKEN_MISSING] = "invalid_client",
	[ERR_TOKEN_SCHEME] = "invalid_client",
	[ERR_TOKEN_INVALID] = "invalid_client",
	[ERR_CREDENTIALS] = "invalid_client",
	[ERR_CLIENT_REFUSED] = "unauthorized_client",
	[ERR_GRANT_TYPE] = "unsupported_grant_type",
	[ERR_SCOPE_INVALID] = "invalid_scope",
};

static const char *
find_code(enum err err, int status)
{
	if (codes[err] != NULL)
		return codes[err];
	if (status < 500)
		return "invalid_request";
	return status == 503 ? "temporarily_unavailable" : "server_error";
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	struct doc *d = &c->doc;

	forbid_caches(c->reply);
	doc_object(d, NULL);
	doc_text(d, "error", find_code(err, c->reply->status));
	doc_text(d, "error_description",
	    row == NULL ? "An unexpected error occurred." : row->text);
	doc_object_end(d);
}

/* RFC 6749, 5.2: neither quotes nor backslashes. */
#define WRONG_CLIENT "The client is unknown, or its secret is wrong."

/* clang-format off */
static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed."},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long."},
	{ERR_METHOD_UNKNOWN, NULL, 0, "The method is not implemented."},
	{ERR_METHOD_REFUSED, NULL, 0, "The method is not allowed here."},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "There is nothing at this address."},
	{ERR_MEDIA_TYPE, NULL, 400, "The Content-Type must be " FORM_TYPE "."},
	{ERR_BODY_TOO_LARGE, NULL, 0, "The request body is larger than the limit."},
	{ERR_BODY_LENGTH, NULL, 0, "The request body is not as long as announced."},
	{ERR_BODY_MALFORMED, NULL, 0, "The request body is ill-formed, or names a parameter twice."},
	{ERR_BODY_INVALID, "grant_type", 0, "The parameter grant_type is missing or too long."},
	{ERR_BODY_INVALID, "Authorization", 0, "The client must name itself in one way only."},
	{ERR_BODY_INVALID, NULL, 0, "A parameter is too long."},
	{ERR_TOKEN_MISSING, NULL, 0, "The client must name its id and its secret."},
	{ERR_TOKEN_SCHEME, NULL, 0, "The Authorization header must be Basic."},
	{ERR_TOKEN_INVALID, NULL, 0, WRONG_CLIENT},
	{ERR_CREDENTIALS, NULL, 0, WRONG_CLIENT},
	{ERR_CLIENT_REFUSED, NULL, 0, "This key opens nothing for which there are access tokens."},
	{ERR_GRANT_TYPE, NULL, 0, "The only grant type is client_credentials."},
	{ERR_SCOPE_INVALID, NULL, 0, "The scope is unknown, ill-formed, or more than the key has."},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_FULL, NULL, 0, "The server has no space left."},
	{ERR_READ_ONLY, NULL, 0, "The server cannot store changes at present."},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present."},
	{ERR_INTERNAL, NULL, 0, "An unexpected error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};
/* clang-format on */

/*
 * Routes.
 */

#define TOKEN_ROUTE(path_)                                                  \
	{                                                                   \
		.method = METHOD_POST, .path = (path_),                     \
		.name = "exchange an API key for an access token",          \
		.access = ACCESS_ANYONE, .mode = TXN_WRITE,                 \
		.flags = ROUTE_SECRET, .body = &body_table,                 \
		.body_size = sizeof(struct oauth_body), .prepare = prepare, \
		.handler = post_token,                                      \
	}

static const struct route routes[] = {
	TOKEN_ROUTE("/oauth/token"),
	TOKEN_ROUTE("/voice/oauth/token"),
};

static const char *const mounts[] = { "/oauth", NULL };

const struct family oauth_family = {
	.name = "oauth",
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_TRAILING_SLASH,
	.challenge = "Basic realm=\"promptledger\", charset=\"UTF-8\"",
	.content_type = "application/json",
	.body_max_bytes = BODY_MAX_BYTES,
	.texts = texts,
	.check_media = check_media,
	.read_body = read_body,
	.show_error = show_error,
};
