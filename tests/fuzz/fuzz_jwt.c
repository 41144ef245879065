/* SPDX-License-Identifier: MIT */
/*
 * JSON Web Tokens and keys.  The input is a token that nobody signed, which
 * must never pass; or behind a first line "claims" the claims of one that we
 * sign; or behind "keys" a file of keys.
 */
#include "fuzz.h"

#include "base/text.h"
#include "wire/jwt.h"

#define NOW_S INT64_C(1800000000)

/* A secret and an RSA key would do no more here: which key a token may be
 * signed by is chosen before any of them is used. */
static const char key_text[] =
    "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":"
    "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE\"}]}";

static const struct jwt_rules rules = {
	.issuer = "https://issuer.example",
	.audience = "promptledger",
	.audience_claim = "aud",
	.leeway_s = 60,
};

static const struct jwk_set *
our_keys(void)
{
	static struct jwk_set *keys;
	const char *wrong;

	if (keys == NULL)
		keys = jwk_set_read(key_text, sizeof(key_text) - 1, &wrong);
	MUST(keys != NULL);
	return keys;
}

static enum jwt_fault
take_apart(const char *text, size_t len, struct arena *a, struct jwt *out)
{
	enum jwt_fault fault = jwt_parse(text, len, a, out);

	MUST(jwt_fault_slug(fault) != NULL);
	if (fault != JWT_OK)
		return fault;
	MUST(len <= JWT_MAX_BYTES);
	MUST(strlen(out->subject) <= JWT_SUBJECT_MAX_BYTES);
	MUST(text_is_utf8(out->subject, strlen(out->subject)));
	MUST(out->text_len < len);
	(void)jwt_claim(out, "email");
	(void)jwt_has_claim(out, "scope");
	(void)jwt_names(out, "groups", "admins", a);
	(void)jwt_names(out, "scope", "prompts:read", a);
	(void)jwt_is_true(out, "email_verified");
	return JWT_OK;
}

static void
read_forged(const char *text, size_t len, struct arena *a)
{
	struct jwt token;

	if (take_apart(text, len, a, &token) == JWT_OK)
		MUST(jwt_check(&token, our_keys(), &rules, NOW_S, a) != JWT_OK);
}

static void
read_signed(const char *claims, struct arena *a)
{
	const struct jwk *key = jwk_choose(our_keys(), "a");
	const char *text = jwt_write(claims, key, a);
	enum jwt_fault fault;
	struct jwt token;

	MUST(text != NULL);
	if (take_apart(text, strlen(text), a, &token) != JWT_OK)
		return;
	fault = jwt_check(&token, our_keys(), &rules, NOW_S, a);
	MUST(fault != JWT_KEY && fault != JWT_SIGNATURE);
	if (fault != JWT_OK)
		return;
	MUST(token.expires_s > NOW_S - rules.leeway_s - 1);
	MUST(token.not_before_s <= NOW_S + rules.leeway_s);
	MUST(strcmp(jwt_claim(&token, "iss"), rules.issuer) == 0);
}

static void
read_keys(const char *text)
{
	const char *wrong = NULL;
	struct jwk_set *set = jwk_set_read(text, strlen(text), &wrong);
	const struct jwk *key;

	MUST(set != NULL || wrong != NULL);
	if (set == NULL)
		return;
	key = jwk_choose(set, NULL);
	if (key != NULL)
		MUST(jwk_find(set, jwk_algorithm(key), jwk_kid(key)) != NULL ||
		    jwk_kid(key) == NULL || jwk_kid(key)[0] != '\0');
	(void)jwk_set_is_secret(set);
	jwk_set_free(set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = fuzz_text(data, size);

	if (text_starts(text, "claims\n"))
		read_signed(text + strlen("claims\n"), a);
	else if (text_starts(text, "keys\n"))
		read_keys(text + strlen("keys\n"));
	else
		read_forged((const char *)data, size, a);
	free(text);
	arena_free(a);
	return 0;
}
