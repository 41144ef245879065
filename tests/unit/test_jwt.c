/* SPDX-License-Identifier: MIT */
/*
 * Tokens are made and signed here, by OpenSSL itself, so that what the
 * program signs is not the measure of what it verifies.
 */
#include "wire/jwt.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW_S INT64_C(1800000000)
#define SECRET "a secret of just 32 bytes or so!"

#define CLAIMS                                                             \
	"{\"iss\":\"https://issuer/\",\"aud\":\"ledger\",\"sub\":\"ada\"," \
	"\"exp\":1800000100}"
#define HEADER(alg, kid) \
	"{\"alg\":\"" alg "\",\"kid\":\"" kid "\",\"typ\":\"JWT\"}"

static const struct jwt_rules rules = {
	.issuer = "https://issuer/",
	.audience = "ledger",
	.audience_claim = "aud",
	.leeway_s = 60,
};

static struct arena *arena;
static EVP_PKEY *rsa, *other_rsa, *ec, *p384;
static struct jwk_set *set; /* hs, rs and es */

/*
 * Making tokens.
 */

static const char *
base64(const void *bytes, size_t len)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	size_t size = sodium_base64_encoded_len(len, variant);

	return sodium_bin2base64(
	    arena_alloc(arena, size), size, bytes, len, variant);
}

static const char *
base64_text(const char *text)
{
	return base64(text, strlen(text));
}

static const char *
join(const char *header, const char *claims)
{
	return arena_printf(
	    arena, "%s.%s", base64_text(header), base64_text(claims));
}

static const char *
hs256_by(const char *text, const void *secret, size_t len)
{
	unsigned char mac[32];
	unsigned int size;

	assert_non_null(HMAC(EVP_sha256(), secret, (int)len,
	    (const unsigned char *)text, strlen(text), mac, &size));
	return arena_printf(arena, "%s.%s", text, base64(mac, size));
}

static const char *
hs256(const char *header, const char *claims)
{
	return hs256_by(join(header, claims), SECRET, strlen(SECRET));
}

static size_t
sign(EVP_PKEY *key, const char *text, unsigned char out[1024])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = 1024;

	assert_int_equal(
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, out, &size,
			     (const unsigned char *)text, strlen(text)),
	    1);
	EVP_MD_CTX_free(context);
	return size;
}

static const char *
rs256(EVP_PKEY *key, const char *header, const char *claims)
{
	const char *text = join(header, claims);
	unsigned char out[1024];
	size_t size = sign(key, text, out);

	return arena_printf(arena, "%s.%s", text, base64(out, size));
}

/* r and s, each of width bytes. */
static const char *
es256(EVP_PKEY *key, int width, const char *header, const char *claims)
{
	const char *text = join(header, claims);
	unsigned char der[1024], raw[256];
	const unsigned char *at = der;
	size_t size = sign(key, text, der);
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);

	assert_int_equal(
	    BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, width), width);
	assert_int_equal(
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + width, width), width);
	ECDSA_SIG_free(pair);
	return arena_printf(
	    arena, "%s.%s", text, base64(raw, 2 * (size_t)width));
}

/* The signature in DER, as some wrongly send it. */
static const char *
es256_der(const char *header, const char *claims)
{
	const char *text = join(header, claims);
	unsigned char der[1024];
	size_t size = sign(ec, text, der);

	return arena_printf(arena, "%s.%s", text, base64(der, size));
}

/*
 * Making keys.
 */

static const char *
number(EVP_PKEY *key, const char *name, int width)
{
	unsigned char bytes[1024];
	BIGNUM *n = NULL;
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	len = width != 0 ? width : BN_num_bytes(n);
	assert_int_equal(BN_bn2binpad(n, bytes, len), len);
	BN_free(n);
	return base64(bytes, (size_t)len);
}

static const char *
rsa_jwk(EVP_PKEY *key, const char *more)
{
	return arena_printf(arena,
	    "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}",
	    number(key, OSSL_PKEY_PARAM_RSA_N, 0),
	    number(key, OSSL_PKEY_PARAM_RSA_E, 0), more);
}

static const char *
ec_jwk(EVP_PKEY *key, const char *curve, const char *more)
{
	int width = EVP_PKEY_get_bits(key) == 256 ? 32 : 48;

	return arena_printf(arena,
	    "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}",
	    curve, number(key, OSSL_PKEY_PARAM_EC_PUB_X, width),
	    number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width), more);
}

static const char *
oct_jwk(const char *secret, const char *more)
{
	return arena_printf(arena, "{\"kty\":\"oct\",\"k\":\"%s\"%s}",
	    base64_text(secret), more);
}

static struct jwk_set *
read_keys(const char *text)
{
	const char *wrong;

	return jwk_set_read(text, strlen(text), &wrong);
}

static const char *
pem_of(EVP_PKEY *key, bool is_private)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text;
	char *bytes;
	long len;

	if (is_private)
		PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	else
		PEM_write_bio_PUBKEY(bio, key);
	len = BIO_get_mem_data(bio, &bytes);
	text = arena_copy(arena, bytes, (size_t)len);
	BIO_free(bio);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return -1;
	arena = arena_new();
	rsa = EVP_RSA_gen(2048);
	other_rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("prime256v1");
	p384 = EVP_EC_gen("secp384r1");
	set = read_keys(arena_printf(arena, "{\"keys\":[%s,%s,%s]}",
	    oct_jwk(SECRET, ",\"kid\":\"hs\""), rsa_jwk(rsa, ",\"kid\":\"rs\""),
	    ec_jwk(ec, "P-256", ",\"kid\":\"es\"")));
	return set == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	jwk_set_free(set);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(p384);
	arena_free(arena);
	return 0;
}

/*
 * What is taken, and what is not.
 */

static enum jwt_fault
check_by(const struct jwk_set *keys, const char *text, int64_t now_s)
{
	struct jwt token;
	enum jwt_fault fault = jwt_parse(text, strlen(text), arena, &token);

	if (fault != JWT_OK)
		return fault;
	return jwt_check(&token, keys, &rules, now_s, arena);
}

static enum jwt_fault
check(const char *text)
{
	return check_by(set, text, NOW_S);
}

#define assert_fault(text, fault) \
	assert_string_equal(jwt_fault_slug(check(text)), jwt_fault_slug(fault))

static void
each_algorithm_is_taken_from_its_own_key(void **state)
{
	(void)state;
	assert_fault(hs256(HEADER("HS256", "hs"), CLAIMS), JWT_OK);
	assert_fault(rs256(rsa, HEADER("RS256", "rs"), CLAIMS), JWT_OK);
	assert_fault(es256(ec, 32, HEADER("ES256", "es"), CLAIMS), JWT_OK);
}

static const char *
none(const char *alg, const char *kid)
{
	return arena_printf(arena, "%s.",
	    join(arena_printf(
		     arena, "{\"alg\":\"%s\",\"kid\":\"%s\"}", alg, kid),
		CLAIMS));
}

static void
tokens_without_a_signature_are_refused(void **state)
{
	static const char *const algorithms[] = { "none", "None", "NONE",
		"nOnE", "", "HS256", "RS256" };
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(algorithms); i++) {
		assert_fault(none(algorithms[i], "hs"), JWT_FORM);
		text = arena_printf(arena, "%sAA", none(algorithms[i], "hs"));
		assert_int_not_equal(check(text), JWT_OK);
	}
}

/* The public key as the secret of HS256: in each form in which a careless
 * verifier would have it. */
static void
a_public_key_is_never_taken_for_a_secret(void **state)
{
	const char *pem = pem_of(rsa, false);
	const char *jwk = rsa_jwk(rsa, "");
	const char *header = HEADER("HS256", "rs");
	struct jwk_set *one = read_keys(pem);
	const char *forged;

	(void)state;
	assert_non_null(one);
	forged = hs256_by(join(header, CLAIMS), pem, strlen(pem));
	assert_fault(forged, JWT_KEY);
	assert_int_equal(check_by(one, forged, NOW_S), JWT_KEY);
	assert_fault(hs256_by(join(header, CLAIMS), jwk, strlen(jwk)), JWT_KEY);
	assert_fault(
	    hs256_by(join(HEADER("HS256", "es"), CLAIMS), "", 0), JWT_KEY);
	jwk_set_free(one);
}

static void
algorithms_are_pinned_to_keys(void **state)
{
	static const char *const algorithms[] = { "RS256", "ES256", "HS384",
		"RS512", "PS256", "ES384", "EdDSA", "hs256", "HS256 " };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(algorithms); i++)
		assert_fault(
		    hs256(arena_printf(arena, "{\"alg\":\"%s\",\"kid\":\"hs\"}",
			      algorithms[i]),
			CLAIMS),
		    JWT_KEY);
	assert_fault(rs256(rsa, HEADER("RS256", "es"), CLAIMS), JWT_KEY);
	assert_fault(rs256(rsa, HEADER("RS256", "hs"), CLAIMS), JWT_KEY);
	assert_fault(es256(ec, 32, HEADER("ES256", "rs"), CLAIMS), JWT_KEY);
}

static void
the_kid_chooses_the_key(void **state)
{
	struct jwk_set *one;
	const char *token;

	(void)state;
	assert_fault(hs256(HEADER("HS256", "other"), CLAIMS), JWT_KEY);
	assert_fault(hs256(HEADER("HS256", "../hs"), CLAIMS), JWT_KEY);
	/* Among several keys it must be told. */
	assert_fault(hs256("{\"alg\":\"HS256\"}", CLAIMS), JWT_KEY);
	one = read_keys(arena_printf(
	    arena, "{\"keys\":[%s]}", oct_jwk(SECRET, ",\"kid\":\"hs\"")));
	token = hs256("{\"alg\":\"HS256\"}", CLAIMS);
	assert_int_equal(check_by(one, token, NOW_S), JWT_OK);
	token = hs256(HEADER("HS256", "other"), CLAIMS);
	assert_int_equal(check_by(one, token, NOW_S), JWT_KEY);
	jwk_set_free(one);
	/* Two of one kid and kind are none. */
	one = read_keys(arena_printf(arena, "{\"keys\":[%s,%s]}",
	    oct_jwk(SECRET, ",\"kid\":\"hs\""),
	    oct_jwk(SECRET SECRET, ",\"kid\":\"hs\"")));
	token = hs256(HEADER("HS256", "hs"), CLAIMS);
	assert_int_equal(check_by(one, token, NOW_S), JWT_KEY);
	jwk_set_free(one);
}

static void
signatures_by_other_keys_are_refused(void **state)
{
	EVP_PKEY *other = EVP_EC_gen("prime256v1");
	const char *good = hs256(HEADER("HS256", "hs"), CLAIMS);
	const char *end = strrchr(good, '.');

	(void)state;
	assert_fault(hs256_by(join(HEADER("HS256", "hs"), CLAIMS), SECRET "x",
			 strlen(SECRET) + 1),
	    JWT_SIGNATURE);
	assert_fault(
	    rs256(other_rsa, HEADER("RS256", "rs"), CLAIMS), JWT_SIGNATURE);
	assert_fault(
	    es256(other, 32, HEADER("ES256", "es"), CLAIMS), JWT_SIGNATURE);
	assert_fault(
	    es256(p384, 48, HEADER("ES256", "es"), CLAIMS), JWT_SIGNATURE);
	assert_fault(es256_der(HEADER("ES256", "es"), CLAIMS), JWT_SIGNATURE);
	/* Another token's, a longer, a shorter one. */
	assert_fault(arena_printf(arena, "%s%s",
			 join(HEADER("HS256", "hs"),
			     "{\"iss\":\"https://issuer/\",\"aud\":\"ledger\","
			     "\"sub\":\"eve\",\"exp\":1800000100}"),
			 end),
	    JWT_SIGNATURE);
	assert_fault(arena_printf(arena, "%sAAAA", good), JWT_SIGNATURE);
	assert_fault(arena_copy(arena, good, strlen(good) - 3), JWT_SIGNATURE);
	EVP_PKEY_free(other);
}

/* CVE-2022-21449: r = s = 0. */
static void
a_signature_of_zeros_is_refused(void **state)
{
	static const unsigned char zeros[64], ones[64] = { [31] = 1, [63] = 1 };

	(void)state;
	assert_fault(
	    arena_printf(arena, "%s.%s", join(HEADER("ES256", "es"), CLAIMS),
		base64(zeros, 64)),
	    JWT_SIGNATURE);
	assert_fault(arena_printf(arena, "%s.%s",
			 join(HEADER("ES256", "es"), CLAIMS), base64(ones, 64)),
	    JWT_SIGNATURE);
	assert_fault(
	    arena_printf(arena, "%s.%s", join(HEADER("HS256", "hs"), CLAIMS),
		base64(zeros, 32)),
	    JWT_SIGNATURE);
}

#define IN_CLAIMS "\"iss\":\"https://issuer/\",\"aud\":\"ledger\","
#define TIMELESS "{" IN_CLAIMS "\"sub\":\"ada\""

static const struct {
	int line;
	const char *claims;
	enum jwt_fault fault;
} claims[] = {
	{ __LINE__, CLAIMS, JWT_OK },
	{ __LINE__, "{}", JWT_CLAIMS },
	{ __LINE__, "[]", JWT_FORM },
	{ __LINE__, "\"\"", JWT_FORM },
	{ __LINE__, "null", JWT_FORM },
	{ __LINE__, " ", JWT_FORM },
	{ __LINE__, "{\"exp\":1}x", JWT_FORM },
	/* Times: the leeway is a minute. */
	{ __LINE__, TIMELESS "}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":null}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":\"1800000100\"}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":0}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":-1800000100}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":1e300}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":1e999}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":[1800000100]}", JWT_CLAIMS },
	{ __LINE__, TIMELESS ",\"exp\":1799999940}", JWT_EXPIRED },
	{ __LINE__, TIMELESS ",\"exp\":1799999940.9}", JWT_EXPIRED },
	{ __LINE__, TIMELESS ",\"exp\":1799999941}", JWT_OK },
	{ __LINE__, TIMELESS ",\"exp\":1.8000001e9}", JWT_OK },
	{ __LINE__, TIMELESS ",\"exp\":1800000100.5}", JWT_OK },
	{ __LINE__, TIMELESS ",\"exp\":1800000100,\"exp\":1800000200}",
	    JWT_FORM },
	{ __LINE__, TIMELESS ",\"exp\":1800000100,\"e\\u0078p\":1800000200}",
	    JWT_FORM },
	{ __LINE__, TIMELESS ",\"exp\":1800009999,\"nbf\":1800000060}",
	    JWT_OK },
	{ __LINE__, TIMELESS ",\"exp\":1800009999,\"nbf\":1800000061}",
	    JWT_EARLY },
	{ __LINE__, TIMELESS ",\"exp\":1800009999,\"iat\":1800000061}",
	    JWT_EARLY },
	{ __LINE__,
	    TIMELESS ",\"exp\":1800009999,\"nbf\":1,\"iat\":1799999999}",
	    JWT_OK },
	{ __LINE__, TIMELESS ",\"exp\":1800009999,\"nbf\":\"1\"}", JWT_CLAIMS },
	/* Issuer and audience. */
	{ __LINE__, "{\"aud\":\"ledger\",\"sub\":\"a\",\"exp\":1800000100}",
	    JWT_ISSUER },
	{ __LINE__,
	    "{\"iss\":\"https://issuer\",\"aud\":\"ledger\",\"sub\":\"a\","
	    "\"exp\":1800000100}",
	    JWT_ISSUER },
	{ __LINE__,
	    "{\"iss\":[\"https://issuer/\"],\"aud\":\"ledger\",\"sub\":\"a\","
	    "\"exp\":1800000100}",
	    JWT_ISSUER },
	{ __LINE__,
	    "{\"iss\":\"https://issuer/\",\"sub\":\"a\",\"exp\":1800000100}",
	    JWT_AUDIENCE },
	{ __LINE__,
	    "{\"iss\":\"https://issuer/\",\"aud\":\"other\",\"sub\":\"a\","
	    "\"exp\":1800000100}",
	    JWT_AUDIENCE },
	{ __LINE__,
	    "{\"iss\":\"https://issuer/\",\"aud\":\"other ledger\","
	    "\"sub\":\"a\",\"exp\":1800000100}",
	    JWT_AUDIENCE },
	{ __LINE__,
	    "{\"iss\":\"https://issuer/\",\"aud\":[\"other\",\"ledger\"],"
	    "\"sub\":\"a\",\"exp\":1800000100}",
	    JWT_OK },
	{ __LINE__,
	    "{\"iss\":\"https://issuer/\",\"aud\":[[\"ledger\"],1],"
	    "\"sub\":\"a\",\"exp\":1800000100}",
	    JWT_AUDIENCE },
	/* Subject. */
	{ __LINE__, "{" IN_CLAIMS "\"exp\":1800000100}", JWT_CLAIMS },
	{ __LINE__, "{" IN_CLAIMS "\"sub\":\"\",\"exp\":1800000100}",
	    JWT_CLAIMS },
	{ __LINE__, "{" IN_CLAIMS "\"sub\":7,\"exp\":1800000100}", JWT_CLAIMS },
	{ __LINE__, "{" IN_CLAIMS "\"sub\":\"a\\u0000b\",\"exp\":1800000100}",
	    JWT_FORM },
	{ __LINE__, "{" IN_CLAIMS "\"sub\":\"\xff\",\"exp\":1800000100}",
	    JWT_FORM },
};

static void
claims_are_checked(void **state)
{
	enum jwt_fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(claims); i++) {
		fault = check(hs256(HEADER("HS256", "hs"), claims[i].claims));
		if (fault != claims[i].fault)
			fail_msg("line %d: %s", claims[i].line,
			    jwt_fault_slug(fault));
	}
}

static const struct {
	int line;
	const char *header;
	enum jwt_fault fault;
} headers[] = {
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\"}", JWT_OK },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"typ\":\"at+JWT\"}",
	    JWT_OK },
	{ __LINE__,
	    "{\"alg\":\"HS256\",\"kid\":\"hs\",\"typ\":\"application/jwt\"}",
	    JWT_OK },
	/* Where a forger says that his key is to be found. */
	{ __LINE__,
	    "{\"alg\":\"HS256\",\"kid\":\"hs\",\"jku\":\"https://evil/\","
	    "\"jwk\":{\"kty\":\"oct\"},\"x5u\":\"https://evil/\"}",
	    JWT_OK },
	{ __LINE__, "{\"kid\":\"hs\"}", JWT_HEADER },
	{ __LINE__, "{\"alg\":null,\"kid\":\"hs\"}", JWT_HEADER },
	{ __LINE__, "{\"alg\":[\"HS256\"],\"kid\":\"hs\"}", JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":7}", JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"\"}", JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":null}", JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"typ\":\"JWE\"}",
	    JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"typ\":\"\"}",
	    JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"crit\":[\"exp\"]}",
	    JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"crit\":[]}",
	    JWT_HEADER },
	{ __LINE__, "{\"alg\":\"HS256\",\"kid\":\"hs\",\"crit\":null}",
	    JWT_HEADER },
	{ __LINE__,
	    "{\"alg\":\"HS256\",\"kid\":\"hs\",\"b64\":false,"
	    "\"crit\":[\"b64\"]}",
	    JWT_HEADER },
	{ __LINE__, "{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"hs\"}",
	    JWT_FORM },
	{ __LINE__, "{\"alg\":\"HS256\",\"al\\u0067\":\"none\"}", JWT_FORM },
	{ __LINE__, "{'alg':'HS256'}", JWT_FORM },
	{ __LINE__, "[]", JWT_FORM },
	{ __LINE__, "\"HS256\"", JWT_FORM },
	{ __LINE__, "\xef\xbb\xbf{\"alg\":\"HS256\"}", JWT_FORM },
};

static void
headers_are_checked(void **state)
{
	enum jwt_fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(headers); i++) {
		fault = check(hs256(headers[i].header, CLAIMS));
		if (fault != headers[i].fault)
			fail_msg("line %d: %s", headers[i].line,
			    jwt_fault_slug(fault));
	}
}

static const struct {
	int line;
	const char *text;
} ill_formed[] = {
	{ __LINE__, "" },
	{ __LINE__, "." },
	{ __LINE__, ".." },
	{ __LINE__, "..." },
	{ __LINE__, "e30.e30" },
	{ __LINE__, "e30.e30." },
	{ __LINE__, "e30..AAAA" },
	{ __LINE__, ".e30.AAAA" },
	{ __LINE__, "e30.e30.AAAA.AAAA" },
	{ __LINE__, "e30.e30.AAAA.AAAA.AAAA" },
	{ __LINE__, "e30=.e30.AAAA" },
	{ __LINE__, "e30.e30.AAAA=" },
	{ __LINE__, "e30.e30.AAA=" },
	{ __LINE__, "e30.e30.AA==" },
	{ __LINE__, "e30.e30.AAA+" },
	{ __LINE__, "e30.e30.AAA/" },
	{ __LINE__, "e30.e30.AAA\xc3\xa4" },
	{ __LINE__, "e30.e30.A" },
	{ __LINE__, "e30.e30.AAAAA" },
	{ __LINE__, "e30.e30.AA AA" },
	{ __LINE__, "e30.e30.AAAA " },
	{ __LINE__, "e30.e30.AAAA\n" },
	{ __LINE__, " e30.e30.AAAA" },
	{ __LINE__, "e31.e30.AAAA" }, /* the last bits of {} are not zero */
	{ __LINE__, "e30.e3$.AAAA" },
	{ __LINE__, "e30.e30.AB" }, /* of the signature, too */
	{ __LINE__, "e30.e30.AAB" },
};

static void
what_is_no_compact_token_is_refused(void **state)
{
	struct jwt token;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ill_formed); i++) {
		if (jwt_parse(ill_formed[i].text, strlen(ill_formed[i].text),
			arena, &token) != JWT_FORM)
			fail_msg("line %d", ill_formed[i].line);
	}
}

/* The same bytes in another spelling would be another token to whoever keeps
 * lists of tokens. */
static void
a_signature_has_one_spelling(void **state)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *token = arena_text(arena, hs256(HEADER("HS256", "hs"), CLAIMS));
	char *last = token + strlen(token) - 1, good = *last;
	size_t i, taken = 0;

	(void)state;
	for (i = 0; i < 64; i++) {
		*last = alphabet[i];
		taken += check(token) == JWT_OK;
	}
	*last = good;
	assert_int_equal(taken, 1);
}

static void
long_tokens_are_refused_unread(void **state)
{
	const char *token;
	size_t len;

	(void)state;
	for (len = 5900; len <= 7000; len += 1) {
		token = hs256(HEADER("HS256", "hs"),
		    arena_printf(arena,
			TIMELESS ",\"exp\":1800000100,\"x\":\"%0*d\"}",
			(int)len, 0));
		if (check(token) !=
		    (strlen(token) <= JWT_MAX_BYTES ? JWT_OK : JWT_FORM))
			fail_msg("%zu bytes", strlen(token));
		if (strlen(token) > 9 * 1024)
			break;
	}
	assert_fault(
	    hs256(HEADER("HS256", "hs"),
		arena_printf(arena,
		    TIMELESS ",\"exp\":1800000100,\"x\":\"%0*d\"}", 9000, 0)),
	    JWT_FORM);
}

/* No byte of a good token may be another. */
static void
every_changed_byte_is_noticed(void **state)
{
	char *token =
	    arena_text(arena, es256(ec, 32, HEADER("ES256", "es"), CLAIMS));
	size_t i, len = strlen(token);
	char good;

	(void)state;
	for (i = 0; i < len; i++) {
		good = token[i];
		token[i] = good == 'A' ? 'B' : 'A';
		if (check(token) == JWT_OK)
			fail_msg("byte %zu", i);
		token[i] = good;
	}
	assert_fault(token, JWT_OK);
}

/*
 * Keys.
 */

static void
pem_files_hold_one_key_for_any_kid(void **state)
{
	EVP_PKEY *keys[] = { rsa, ec };
	const char *token;
	struct jwk_set *one;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(keys); i++) {
		for (j = 0; j < 2; j++) {
			one = read_keys(pem_of(keys[i], j == 1));
			assert_non_null(one);
			assert_int_equal(jwk_set_is_secret(one), j == 1);
			token = i == 0
			    ? rs256(rsa, HEADER("RS256", "x"), CLAIMS)
			    : es256(ec, 32, "{\"alg\":\"ES256\"}", CLAIMS);
			assert_int_equal(check_by(one, token, NOW_S), JWT_OK);
			jwk_set_free(one);
		}
	}
}

static void
keys_that_cannot_be_used_are_passed_over(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024);
	const char *const useless[] = {
		oct_jwk("31 bytes are too short for it!!", ""),
		oct_jwk(SECRET, ",\"alg\":\"HS512\""),
		oct_jwk(SECRET, ",\"use\":\"enc\""),
		rsa_jwk(rsa, ",\"alg\":\"HS256\""),
		rsa_jwk(rsa, ",\"alg\":\"RS512\""),
		rsa_jwk(small, ""),
		ec_jwk(p384, "P-384", ""),
		ec_jwk(p384, "P-256", ""),
		ec_jwk(ec, "secp256k1", ""),
		"{\"kty\":\"EC\",\"crv\":\"P-256\","
		"\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
		"\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		"{\"kty\":\"RSA\",\"n\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":1,\"e\":2}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
		"{}",
		"null",
		"[]",
		"\"kty\"",
	};
	struct jwk_set *one;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(useless); i++) {
		one = read_keys(
		    arena_printf(arena, "{\"keys\":[%s]}", useless[i]));
		if (one != NULL)
			fail_msg("key %zu", i);
		one = read_keys(arena_printf(arena, "{\"keys\":[%s,%s]}",
		    useless[i], oct_jwk(SECRET, "")));
		assert_non_null(one);
		assert_int_equal(
		    check_by(one, hs256(HEADER("HS256", "x"), CLAIMS), NOW_S),
		    JWT_OK);
		jwk_set_free(one);
	}
	EVP_PKEY_free(small);
}

static void
what_is_no_file_of_keys_is_refused(void **state)
{
	const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"keys\":[]}",
		"{\"keys\":{}}",
		"{\"keys\":[],\"keys\":[]}",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n",
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
		"-----END ENCRYPTED PRIVATE KEY-----\n",
		"-----BEGIN ",
		pem_of(p384, false),
	};
	const char *wrong;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		wrong = NULL;
		if (jwk_set_read(texts[i], strlen(texts[i]), &wrong) != NULL ||
		    wrong == NULL)
			fail_msg("text %zu", i);
	}
}

/*
 * Reading claims, and writing tokens.
 */

static void
claims_name_words_in_lists_and_in_strings(void **state)
{
	const char *text = hs256(HEADER("HS256", "hs"),
	    TIMELESS ",\"exp\":1800000100,\"scope\":\"openid prompts:read\","
		     "\"cognito:groups\":[\"staff\",\"two words\",7],"
		     "\"email_verified\":true,\"off\":\"true\"}");
	struct jwt token;

	(void)state;
	assert_int_equal(jwt_parse(text, strlen(text), arena, &token), JWT_OK);
	assert_true(jwt_names(&token, "scope", "prompts:read", arena));
	assert_false(jwt_names(&token, "scope", "prompts", arena));
	assert_false(jwt_names(&token, "scope", "", arena));
	assert_true(jwt_names(&token, "cognito:groups", "staff", arena));
	assert_true(jwt_names(&token, "cognito:groups", "two words", arena));
	assert_false(jwt_names(&token, "cognito:groups", "two", arena));
	assert_false(jwt_names(&token, "cognito:groups", "7", arena));
	assert_false(jwt_names(&token, "missing", "staff", arena));
	assert_false(jwt_names(&token, "exp", "1800000100", arena));
	assert_true(jwt_is_true(&token, "email_verified"));
	assert_false(jwt_is_true(&token, "off"));
	assert_string_equal(jwt_claim(&token, "sub"), "ada");
	assert_null(jwt_claim(&token, "exp"));
	assert_true(jwt_has_claim(&token, "exp"));
	assert_false(jwt_has_claim(&token, "Exp"));
}

static void
what_is_written_is_taken_by_the_same_keys(void **state)
{
	const char *const files[] = {
		arena_printf(arena, "{\"keys\":[%s]}", oct_jwk(SECRET, "")),
		pem_of(rsa, true),
		pem_of(ec, true),
	};
	struct jwk_set *one;
	const char *token;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		one = read_keys(files[i]);
		token = jwt_write(CLAIMS, jwk_choose(one, NULL), arena);
		assert_non_null(token);
		assert_int_equal(check_by(one, token, NOW_S), JWT_OK);
		jwk_set_free(one);
	}
	one = read_keys(pem_of(rsa, false));
	assert_null(jwt_write(CLAIMS, jwk_choose(one, NULL), arena));
	assert_null(jwk_choose(one, "other"));
	jwk_set_free(one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_algorithm_is_taken_from_its_own_key),
		cmocka_unit_test(tokens_without_a_signature_are_refused),
		cmocka_unit_test(a_public_key_is_never_taken_for_a_secret),
		cmocka_unit_test(algorithms_are_pinned_to_keys),
		cmocka_unit_test(the_kid_chooses_the_key),
		cmocka_unit_test(signatures_by_other_keys_are_refused),
		cmocka_unit_test(a_signature_of_zeros_is_refused),
		cmocka_unit_test(claims_are_checked),
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(what_is_no_compact_token_is_refused),
		cmocka_unit_test(a_signature_has_one_spelling),
		cmocka_unit_test(long_tokens_are_refused_unread),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(pem_files_hold_one_key_for_any_kid),
		cmocka_unit_test(keys_that_cannot_be_used_are_passed_over),
		cmocka_unit_test(what_is_no_file_of_keys_is_refused),
		cmocka_unit_test(claims_name_words_in_lists_and_in_strings),
		cmocka_unit_test(what_is_written_is_taken_by_the_same_keys),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
