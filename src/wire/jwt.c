/* SPDX-License-Identifier: MIT */
#include "wire/jwt.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/doc.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KID_MAX_BYTES 255
/* Further than any date that is meant, near enough for whole numbers. */
#define DATE_MAX_S 1e12

static const char *const slugs[] = {
	[JWT_OK] = "none",
	[JWT_FORM] = "form",
	[JWT_HEADER] = "header",
	[JWT_CLAIMS] = "claims",
	[JWT_KEY] = "key",
	[JWT_SIGNATURE] = "signature",
	[JWT_EXPIRED] = "expired",
	[JWT_EARLY] = "early",
	[JWT_ISSUER] = "issuer",
	[JWT_AUDIENCE] = "audience",
};

const char *
jwt_fault_slug(enum jwt_fault fault)
{
	return slugs[fault];
}

/*
 * Members of header and claims.
 */

/* NULL when there is none of this name. */
static const struct scan_member *
find_member(const struct body *b, const char *name, size_t *at)
{
	const struct scan *scan = body_scan(b);
	size_t i;

	for (i = 0; i < scan->member_count; i++) {
		if (text_equal(scan->members[i].name, name)) {
			*at = i;
			return &scan->members[i];
		}
	}
	return NULL;
}

/* An optional string: false when it is something else. */
static bool
read_text(const struct body *b, const char *name, const char **out)
{
	size_t at;

	*out = NULL;
	if (find_member(b, name, &at) == NULL)
		return true;
	*out = body_text(b, at);
	return *out != NULL;
}

/* An optional NumericDate, which may have a fraction (RFC 7519, 2). */
static bool
read_date(const struct body *b, const char *name, struct arena *a, int64_t *out)
{
	const struct scan_member *m;
	const char *text;
	double value;
	char *end;
	size_t at;

	*out = 0;
	if ((m = find_member(b, name, &at)) == NULL)
		return true;
	if (m->kind != SCAN_NUMBER)
		return false;
	text = arena_copy(a, m->value, m->value_len);
	value = strtod(text, &end);
	if (*end != '\0' || !(value >= 1 && value <= DATE_MAX_S))
		return false;
	*out = (int64_t)value;
	return true;
}

/*
 * Taking apart.
 */

/* Without padding, and without bits that say nothing (RFC 7515, 2). */
static unsigned char *
decode(const char *part, size_t len, struct arena *a, size_t *out_len)
{
	unsigned char *bytes = arena_alloc(a, len + 1);
	const char *end;

	if (len == 0 ||
	    sodium_base642bin(bytes, len, part, len, NULL, out_len, &end,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    end != part + len)
		return NULL;
	return bytes;
}

/* A part that must be a JSON object. */
static const struct body *
decode_object(const char *part, size_t len, struct arena *a)
{
	size_t json_len;
	char *json = (char *)decode(part, len, a, &json_len);
	const struct body *b;
	struct scan scan;

	if (json == NULL)
		return NULL;
	b = body_parse(json, json_len, a, &scan);
	return b == NULL || body_kind(b) != SCAN_OBJECT ? NULL : b;
}

/* RFC 7519, 5.1, and RFC 9068, 2.1. */
static bool
is_known_type(const char *type)
{
	if (strncasecmp(type, "application/", 12) == 0)
		type += 12;
	return text_equal_nocase(type, "JWT") ||
	    text_equal_nocase(type, "at+jwt");
}

/* Where keys might be found (jku, x5u, jwk) is not looked at: whoever made
 * the token said so. */
static bool
read_header(const struct body *header, struct jwt *out)
{
	const char *type;
	size_t at;

	if (!read_text(header, "alg", &out->algorithm) ||
	    out->algorithm == NULL || !read_text(header, "kid", &out->kid) ||
	    !read_text(header, "typ", &type))
		return false;
	if (type != NULL && !is_known_type(type))
		return false;
	if (out->kid != NULL &&
	    (out->kid[0] == '\0' || strlen(out->kid) > KID_MAX_BYTES))
		return false;
	return find_member(header, "crit", &at) == NULL;
}

static bool
read_claims(const struct body *claims, struct arena *a, struct jwt *out)
{
	int64_t issued_s;

	if (!read_text(claims, "sub", &out->subject) || out->subject == NULL ||
	    out->subject[0] == '\0' ||
	    strlen(out->subject) > JWT_SUBJECT_MAX_BYTES ||
	    !read_date(claims, "exp", a, &out->expires_s) ||
	    out->expires_s == 0 ||
	    !read_date(claims, "nbf", a, &out->not_before_s) ||
	    !read_date(claims, "iat", a, &issued_s))
		return false;
	if (issued_s > out->not_before_s)
		out->not_before_s = issued_s;
	out->claims = claims;
	return true;
}

enum jwt_fault
jwt_parse(const char *text, size_t len, struct arena *a, struct jwt *out)
{
	const struct body *header, *claims;
	const char *first, *second, *end = text + len;
	struct jwt token = { .text = text };

	if (len > JWT_MAX_BYTES)
		return JWT_FORM;
	first = memchr(text, '.', len);
	if (first == NULL)
		return JWT_FORM;
	second = memchr(first + 1, '.', (size_t)(end - first - 1));
	if (second == NULL)
		return JWT_FORM;
	token.text_len = (size_t)(second - text);
	/* A third dot is no base64url. */
	token.signature = decode(
	    second + 1, (size_t)(end - second - 1), a, &token.signature_len);
	header = decode_object(text, (size_t)(first - text), a);
	claims = decode_object(first + 1, (size_t)(second - first - 1), a);
	if (token.signature == NULL || header == NULL || claims == NULL)
		return JWT_FORM;
	if (!read_header(header, &token))
		return JWT_HEADER;
	if (!read_claims(claims, a, &token))
		return JWT_CLAIMS;
	*out = token;
	return JWT_OK;
}

/*
 * Claims.
 */

const char *
jwt_claim(const struct jwt *token, const char *name)
{
	const char *text;

	return read_text(token->claims, name, &text) ? text : NULL;
}

bool
jwt_has_claim(const struct jwt *token, const char *name)
{
	size_t at;

	return find_member(token->claims, name, &at) != NULL;
}

bool
jwt_is_true(const struct jwt *token, const char *name)
{
	size_t at;
	const struct scan_member *m = find_member(token->claims, name, &at);

	return m != NULL && m->kind == SCAN_TRUE;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word), step;

	for (; *words != '\0'; words += step) {
		step = strcspn(words, " ");
		if (step == len && memcmp(words, word, len) == 0)
			return true;
		step += strspn(words + step, " ");
	}
	return false;
}

static bool
has_item(const struct body *list, const char *word)
{
	const char *text;
	size_t i;

	for (i = 0; i < body_count(list); i++) {
		text = body_text(list, i);
		if (text != NULL && text_equal(text, word))
			return true;
	}
	return false;
}

bool
jwt_names(const struct jwt *token, const char *name, const char *word,
    struct arena *a)
{
	const struct scan_member *m;
	size_t at;

	m = find_member(token->claims, name, &at);
	if (m != NULL && m->kind == SCAN_STRING)
		return has_word(body_text(token->claims, at), word);
	if (m != NULL && m->kind == SCAN_ARRAY)
		return has_item(body_item(token->claims, at, a), word);
	return false;
}

/*
 * Checking.
 */

/* Unlike the words of a scope, an audience may hold blanks. */
static bool
is_audience(
    const struct jwt *token, const struct jwt_rules *rules, struct arena *a)
{
	const char *only = jwt_claim(token, rules->audience_claim);

	if (only != NULL)
		return text_equal(only, rules->audience);
	return jwt_names(token, rules->audience_claim, rules->audience, a);
}

enum jwt_fault
jwt_check(const struct jwt *token, const struct jwk_set *keys,
    const struct jwt_rules *rules, int64_t now_s, struct arena *a)
{
	const struct jwk *key = jwk_find(keys, token->algorithm, token->kid);
	const char *issuer;

	if (key == NULL)
		return JWT_KEY;
	if (!jwk_verify(key, token->text, token->text_len, token->signature,
		token->signature_len))
		return JWT_SIGNATURE;
	if (now_s >= token->expires_s + rules->leeway_s)
		return JWT_EXPIRED;
	if (now_s < token->not_before_s - rules->leeway_s)
		return JWT_EARLY;
	issuer = jwt_claim(token, "iss");
	if (issuer == NULL || !text_equal(issuer, rules->issuer))
		return JWT_ISSUER;
	return is_audience(token, rules, a) ? JWT_OK : JWT_AUDIENCE;
}

/*
 * Writing.
 */

static const char *
encode(const void *bytes, size_t len, struct arena *a)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	size_t size = sodium_base64_encoded_len(len, variant);
	char *text = arena_alloc(a, size);

	return sodium_bin2base64(text, size, bytes, len, variant);
}

static const char *
write_header(const struct jwk *key, struct arena *a)
{
	struct buf json;
	struct doc d;
	const char *header;

	buf_init(&json, 4096);
	doc_init(&d, &json);
	doc_object(&d, NULL);
	doc_text(&d, "alg", jwk_algorithm(key));
	if (jwk_kid(key) != NULL)
		doc_text(&d, "kid", jwk_kid(key));
	doc_text(&d, "typ", "JWT");
	doc_object_end(&d);
	header = buf_failed(&json) ? NULL : encode(json.ptr, json.len, a);
	buf_free(&json);
	return header;
}

const char *
jwt_write(const char *claims, const struct jwk *key, struct arena *a)
{
	unsigned char signature[JWK_SIGNATURE_MAX];
	const char *header = write_header(key, a), *text;
	size_t len;

	if (header == NULL)
		return NULL;
	text =
	    arena_printf(a, "%s.%s", header, encode(claims, strlen(claims), a));
	len = jwk_sign(key, text, strlen(text), signature);
	if (len == 0)
		return NULL;
	return arena_printf(a, "%s.%s", text, encode(signature, len, a));
}
