/* SPDX-License-Identifier: MIT */
/*
 * jwt: JSON Web Tokens (RFC 7519) in their signed, compact form: taken apart
 * strictly, checked, and written.
 *
 * Taking apart asks no key and believes nothing; only what jwt_check has
 * passed may be acted on.
 */
#ifndef WIRE_JWT_H
#define WIRE_JWT_H

#include "base/arena.h"
#include "wire/body.h"
#include "wire/jwk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JWT_MAX_BYTES 8192
#define JWT_SUBJECT_MAX_BYTES 255

enum jwt_fault {
	JWT_OK = 0,
	JWT_FORM,      /* length, parts, base64url, JSON */
	JWT_HEADER,    /* alg, typ, kid of another type; crit */
	JWT_CLAIMS,    /* exp, sub missing; a claim of another type */
	JWT_KEY,       /* no key of that kid and algorithm */
	JWT_SIGNATURE, /* not by that key */
	JWT_EXPIRED,
	JWT_EARLY, /* nbf or iat in the future */
	JWT_ISSUER,
	JWT_AUDIENCE,
};

/* The slug of a fault, for logs. */
const char *jwt_fault_slug(enum jwt_fault fault);

/* Everything lives in the arena. */
struct jwt {
	const char *algorithm;
	const char *kid; /* NULL: not told */
	const char *text;
	size_t text_len; /* what is signed: header and claims with their dot */
	const unsigned char *signature;
	size_t signature_len;
	const char *subject;
	int64_t expires_s;    /* UTC seconds, fractions dropped */
	int64_t not_before_s; /* of nbf and iat the later; 0: neither */
	const struct body *claims;
};

/* Take a token apart.  out is untouched unless JWT_OK. */
enum jwt_fault jwt_parse(
    const char *text, size_t len, struct arena *a, struct jwt *out);

struct jwt_rules {
	const char *issuer;         /* iss must be just this */
	const char *audience;       /* aud must be or hold this */
	const char *audience_claim; /* "aud", or what stands in for it */
	int64_t leeway_s;           /* by which clocks may differ */
};

/* Is it signed by one of the keys, and for us, now? */
enum jwt_fault jwt_check(const struct jwt *token, const struct jwk_set *keys,
    const struct jwt_rules *rules, int64_t now_s, struct arena *a);

/* A claim that is a string; NULL when there is none. */
const char *jwt_claim(const struct jwt *token, const char *name);

/* Is there such a claim, whatever it holds? */
bool jwt_has_claim(const struct jwt *token, const char *name);

/* Does a claim name word: as one of an array's strings, or of the words of a
 * string (scope)? */
bool jwt_names(const struct jwt *token, const char *name, const char *word,
    struct arena *a);

/* Is the claim the value true? */
bool jwt_is_true(const struct jwt *token, const char *name);

/* A token with these claims (JSON), signed by the key; NULL when the key
 * cannot sign. */
const char *jwt_write(
    const char *claims, const struct jwk *key, struct arena *a);

#endif
