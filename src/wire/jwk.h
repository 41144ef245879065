/* SPDX-License-Identifier: MIT */
/*
 * jwk: the keys that sign JSON Web Tokens, read from a JWK set (RFC 7517) or
 * a PEM file.  The only place with OpenSSL.
 *
 * Each key has one algorithm, by its kind: a secret signs with HS256, an RSA
 * key with RS256, a key on P-256 with ES256.  What a token says of its
 * algorithm can only fit or not, so no public key is ever taken for a secret.
 */
#ifndef WIRE_JWK_H
#define WIRE_JWK_H

#include <stdbool.h>
#include <stddef.h>

#define JWK_FILE_MAX_BYTES ((size_t)256 << 10)
#define JWK_SIGNATURE_MAX 1024 /* RSA of 8192 bits */

struct jwk;
struct jwk_set; /* read-only once made, so threads may share it */

/* Read text, which ends in a NUL: a JWK set, or the one key of a PEM file (public key, certificate or
 * private key).  As RFC 7517, 5, wants, keys of a set that we cannot use
 * (another kind, curve, "alg" or "use", under 2048 bits, a secret under 32
 * bytes) are passed over.  NULL when none is left, and *wrong says why.  Free
 * it with jwk_set_free.  len is JWK_FILE_MAX_BYTES at most. */
struct jwk_set *jwk_set_read(const char *text, size_t len, const char **wrong);

void jwk_set_free(struct jwk_set *set); /* NULL is fine */

/* Does it hold a secret or a private key? */
bool jwk_set_is_secret(const struct jwk_set *set);

/* The only key that a token with this header may be signed by: of this
 * algorithm and kid.  Without a kid in the token it must be the only key of
 * the set; a key that has no kid (PEM) takes any.  NULL: there is none. */
const struct jwk *jwk_find(
    const struct jwk_set *set, const char *algorithm, const char *kid);

/* Any key of the set, for signing: the one with this kid, or with kid NULL
 * the first.  NULL: there is none. */
const struct jwk *jwk_choose(const struct jwk_set *set, const char *kid);

const char *jwk_algorithm(const struct jwk *key);
const char *jwk_kid(const struct jwk *key); /* NULL: it has none */

/* Does the signature (RFC 7515: for ES256 the 64 bytes of r and s) fit? */
bool jwk_verify(const struct jwk *key, const char *text, size_t len,
    const unsigned char *signature, size_t signature_len);

/* Sign; the number of bytes written, 0 when the key is no private one. */
size_t jwk_sign(const struct jwk *key, const char *text, size_t len,
    unsigned char out[JWK_SIGNATURE_MAX]);

#endif
