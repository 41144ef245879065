/* SPDX-License-Identifier: MIT */
#include "wire/jwk.h"

#include "base/text.h"
#include "wire/body.h"

#include <assert.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#define KEYS_MAX 64
#define KID_SIZE 256
#define SECRET_MIN_BYTES 32 /* RFC 7518, 3.2 */
#define SECRET_MAX_BYTES 1024
#define RSA_MIN_BITS 2048 /* RFC 7518, 3.3 */
#define RSA_MAX_BITS 8192 /* more would be slow, and fit no signature */
#define MEMBER_MAX_BYTES 1100
#define P256_BYTES 32

enum algorithm { HS256, RS256, ES256 };

static const char *const algorithm_names[] = {
	[HS256] = "HS256",
	[RS256] = "RS256",
	[ES256] = "ES256",
};

struct jwk {
	enum algorithm algorithm;
	char kid[KID_SIZE]; /* "": none */
	EVP_PKEY *pkey;     /* NULL for HS256 */
	unsigned char secret[SECRET_MAX_BYTES];
	size_t secret_len;
	bool is_private; /* of RSA and EC */
};

struct jwk_set {
	struct jwk *keys;
	size_t count;
};

/*
 * OpenSSL's keys.
 */

/* Take over the key when it is one that we use. */
static bool
take_pkey(struct jwk *out, EVP_PKEY *pkey)
{
	char group[32] = "";
	bool usable = false;

	if (pkey == NULL)
		return false;
	if (EVP_PKEY_is_a(pkey, "RSA") == 1) {
		out->algorithm = RS256;
		usable = EVP_PKEY_get_bits(pkey) >= RSA_MIN_BITS &&
		    EVP_PKEY_get_bits(pkey) <= RSA_MAX_BITS;
	} else if (EVP_PKEY_is_a(pkey, "EC") == 1) {
		out->algorithm = ES256;
		usable = EVP_PKEY_get_group_name(
			     pkey, group, sizeof(group), NULL) == 1 &&
		    text_equal(group, "prime256v1");
	}
	if (usable)
		out->pkey = pkey;
	else
		EVP_PKEY_free(pkey);
	return usable;
}

static EVP_PKEY *
make_pkey(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *pkey = NULL;

	if (context != NULL && params != NULL &&
	    EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *
make_rsa(
    const unsigned char *n, size_t n_len, const unsigned char *e, size_t e_len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn(n, (int)n_len, NULL);
	BIGNUM *exponent = BN_bin2bn(e, (int)e_len, NULL);
	EVP_PKEY *pkey = NULL;

	if (build != NULL && modulus != NULL && exponent != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) ==
		1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		pkey = make_pkey("RSA", build);
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

/* OpenSSL refuses a point that is not on the curve. */
static EVP_PKEY *
make_ec(const unsigned char x[P256_BYTES], const unsigned char y[P256_BYTES])
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	unsigned char point[1 + 2 * P256_BYTES] = { 4 };
	EVP_PKEY *pkey = NULL;

	memcpy(point + 1, x, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y, P256_BYTES);
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1)
		pkey = make_pkey("EC", build);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

/*
 * JWK sets.
 */

static const char *
find_text(const struct body *key, const char *name)
{
	const struct scan *scan = body_scan(key);
	size_t i;

	for (i = 0; i < scan->member_count; i++) {
		if (text_equal(scan->members[i].name, name))
			return body_text(key, i);
	}
	return NULL;
}

/* A member that holds bytes in base64url; 0 when it does not. */
static size_t
read_bytes(
    const struct body *key, const char *name, unsigned char *out, size_t size)
{
	const char *text = find_text(key, name), *end;
	size_t len;

	if (text == NULL ||
	    sodium_base642bin(out, size, text, strlen(text), NULL, &len, &end,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    *end != '\0')
		return 0;
	return len;
}

static bool
read_secret(const struct body *key, struct jwk *out)
{
	out->algorithm = HS256;
	out->secret_len =
	    read_bytes(key, "k", out->secret, sizeof(out->secret));
	return out->secret_len >= SECRET_MIN_BYTES;
}

static bool
read_rsa(const struct body *key, struct jwk *out)
{
	unsigned char n[MEMBER_MAX_BYTES], e[MEMBER_MAX_BYTES];
	size_t n_len = read_bytes(key, "n", n, sizeof(n));
	size_t e_len = read_bytes(key, "e", e, sizeof(e));

	if (n_len == 0 || e_len == 0)
		return false;
	return take_pkey(out, make_rsa(n, n_len, e, e_len));
}

static bool
read_ec(const struct body *key, struct jwk *out)
{
	unsigned char x[P256_BYTES], y[P256_BYTES];
	const char *curve = find_text(key, "crv");

	if (curve == NULL || !text_equal(curve, "P-256") ||
	    read_bytes(key, "x", x, sizeof(x)) != sizeof(x) ||
	    read_bytes(key, "y", y, sizeof(y)) != sizeof(y))
		return false;
	return take_pkey(out, make_ec(x, y));
}

static bool
read_kind(const struct body *key, struct jwk *out)
{
	const char *kind = find_text(key, "kty");

	if (kind == NULL)
		return false;
	if (text_equal(kind, "oct"))
		return read_secret(key, out);
	if (text_equal(kind, "RSA"))
		return read_rsa(key, out);
	return text_equal(kind, "EC") && read_ec(key, out);
}

static void
free_key(struct jwk *key)
{
	EVP_PKEY_free(key->pkey);
	OPENSSL_cleanse(key, sizeof(*key));
}

/* False for what is to be passed over. */
static bool
read_key(const struct body *key, struct jwk *out)
{
	const char *use, *algorithm, *kid;

	if (body_kind(key) != SCAN_OBJECT)
		return false;
	use = find_text(key, "use");
	algorithm = find_text(key, "alg");
	kid = find_text(key, "kid");
	if ((use != NULL && !text_equal(use, "sig")) ||
	    (kid != NULL && strlen(kid) >= sizeof(out->kid)) ||
	    !read_kind(key, out))
		return false;
	if (algorithm != NULL &&
	    !text_equal(algorithm, algorithm_names[out->algorithm])) {
		free_key(out);
		return false;
	}
	if (kid != NULL)
		memcpy(out->kid, kid, strlen(kid) + 1);
	return true;
}

/* The array "keys"; NULL when there is none. */
static const struct body *
find_keys(const struct body *document, struct arena *a)
{
	const struct scan *scan = body_scan(document);
	size_t i;

	if (scan->kind != SCAN_OBJECT)
		return NULL;
	for (i = 0; i < scan->member_count; i++) {
		if (text_equal(scan->members[i].name, "keys") &&
		    scan->members[i].kind == SCAN_ARRAY)
			return body_item(document, i, a);
	}
	return NULL;
}

static const char *
read_set(struct jwk_set *set, const char *text, size_t len, struct arena *a)
{
	struct scan scan;
	const struct body *document = body_parse(text, len, a, &scan), *keys;
	size_t i;

	if (document == NULL)
		return "it is neither PEM nor well-formed JSON";
	if ((keys = find_keys(document, a)) == NULL)
		return "it has no array \"keys\"";
	for (i = 0; i < body_count(keys) && set->count < KEYS_MAX; i++) {
		struct jwk *key = &set->keys[set->count];

		if (read_key(body_item(keys, i, a), key))
			set->count++;
		else
			OPENSSL_cleanse(key, sizeof(*key));
	}
	return set->count == 0 ? "it holds no key that can be used" : NULL;
}

/*
 * PEM.
 */

/* Never ask a terminal for a passphrase. */
static int
refuse_passphrase(char *buffer, int size, int writing, void *arg)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *
read_certificate(BIO *bio)
{
	X509 *certificate =
	    PEM_read_bio_X509(bio, NULL, refuse_passphrase, NULL);
	EVP_PKEY *pkey =
	    certificate == NULL ? NULL : X509_get_pubkey(certificate);

	X509_free(certificate);
	return pkey;
}

static const char *
read_pem(struct jwk_set *set, const char *text, size_t len)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	struct jwk *key = &set->keys[0];
	EVP_PKEY *pkey = NULL;

	if (bio == NULL)
		return "out of memory";
	if (strstr(text, "PRIVATE KEY-----") != NULL) {
		key->is_private = true;
		pkey =
		    PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, NULL);
	} else if (strstr(text, "-----BEGIN CERTIFICATE") != NULL)
		pkey = read_certificate(bio);
	else
		pkey = PEM_read_bio_PUBKEY(bio, NULL, refuse_passphrase, NULL);
	BIO_free(bio);
	if (!take_pkey(key, pkey))
		return "it holds no RSA key of 2048 bits or more and none on "
		       "the curve P-256";
	set->count = 1;
	return NULL;
}

/*
 * Sets.
 */

struct jwk_set *
jwk_set_read(const char *text, size_t len, const char **wrong)
{
	struct jwk_set *set = calloc(1, sizeof(*set));
	struct arena *a;

	*wrong = "out of memory";
	if (set == NULL)
		return NULL;
	set->keys = calloc(KEYS_MAX, sizeof(*set->keys));
	if (set->keys != NULL) {
		a = arena_new();
		*wrong =
		    strlen(text) == len && strstr(text, "-----BEGIN ") != NULL
		    ? read_pem(set, text, len)
		    : read_set(set, text, len, a);
		arena_free(a);
		/* What was passed over left its reasons here. */
		ERR_clear_error();
	}
	if (*wrong == NULL)
		return set;
	jwk_set_free(set);
	return NULL;
}

void
jwk_set_free(struct jwk_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->count; i++)
		free_key(&set->keys[i]);
	free(set->keys);
	free(set);
}

bool
jwk_set_is_secret(const struct jwk_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->keys[i].algorithm == HS256 || set->keys[i].is_private)
			return true;
	}
	return false;
}

static bool
has_kid(const struct jwk *key, const char *kid)
{
	return key->kid[0] == '\0' || text_equal(key->kid, kid);
}

const struct jwk *
jwk_find(const struct jwk_set *set, const char *algorithm, const char *kid)
{
	const struct jwk *key, *found = NULL;
	size_t i;

	if (kid == NULL && set->count > 1)
		return NULL;
	for (i = 0; i < set->count; i++) {
		key = &set->keys[i];
		if (!text_equal(algorithm_names[key->algorithm], algorithm) ||
		    (kid != NULL && !has_kid(key, kid)))
			continue;
		if (found != NULL)
			return NULL;
		found = key;
	}
	return found;
}

const struct jwk *
jwk_choose(const struct jwk_set *set, const char *kid)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (kid == NULL || text_equal(set->keys[i].kid, kid))
			return &set->keys[i];
	}
	return NULL;
}

const char *
jwk_algorithm(const struct jwk *key)
{
	return algorithm_names[key->algorithm];
}

const char *
jwk_kid(const struct jwk *key)
{
	return key->kid[0] == '\0' ? NULL : key->kid;
}

/*
 * Signatures.
 */

static bool
make_mac(const struct jwk *key, const char *text, size_t len,
    unsigned char out[SECRET_MIN_BYTES])
{
	size_t written = 0;

	return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key->secret,
		   key->secret_len, (const unsigned char *)text, len, out,
		   SECRET_MIN_BYTES, &written) != NULL &&
	    written == SECRET_MIN_BYTES;
}

static bool
verify_mac(const struct jwk *key, const char *text, size_t len,
    const unsigned char *signature, size_t signature_len)
{
	unsigned char mac[SECRET_MIN_BYTES];

	return signature_len == sizeof(mac) && make_mac(key, text, len, mac) &&
	    CRYPTO_memcmp(mac, signature, sizeof(mac)) == 0;
}

static bool
verify_by_pkey(EVP_PKEY *pkey, const char *text, size_t len,
    const unsigned char *signature, size_t signature_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool fits = context != NULL &&
	    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) ==
		1 &&
	    EVP_DigestVerify(context, signature, signature_len,
		(const unsigned char *)text, len) == 1;

	EVP_MD_CTX_free(context);
	return fits;
}

/* RFC 7518, 3.4, has r and s side by side, OpenSSL takes them in DER. */
static bool
verify_ecdsa(EVP_PKEY *pkey, const char *text, size_t len,
    const unsigned char *signature, size_t signature_len)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	bool fits = false;
	int der_len;

	if (pair == NULL || signature_len != 2 * (size_t)P256_BYTES)
		goto done;
	r = BN_bin2bn(signature, P256_BYTES, NULL);
	s = BN_bin2bn(signature + P256_BYTES, P256_BYTES, NULL);
	if (ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		goto done;
	}
	if ((der_len = i2d_ECDSA_SIG(pair, &der)) > 0)
		fits = verify_by_pkey(pkey, text, len, der, (size_t)der_len);
done:
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return fits;
}

bool
jwk_verify(const struct jwk *key, const char *text, size_t len,
    const unsigned char *signature, size_t signature_len)
{
	bool fits = false;

	switch (key->algorithm) {
	case HS256:
		fits = verify_mac(key, text, len, signature, signature_len);
		break;
	case RS256:
		fits = signature_len == (size_t)EVP_PKEY_get_size(key->pkey) &&
		    verify_by_pkey(
			key->pkey, text, len, signature, signature_len);
		break;
	case ES256:
		fits = verify_ecdsa(
		    key->pkey, text, len, signature, signature_len);
		break;
	}
	ERR_clear_error();
	return fits;
}

static size_t
sign_by_pkey(EVP_PKEY *pkey, const char *text, size_t len, unsigned char *out,
    size_t size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_signed = context != NULL &&
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	    EVP_DigestSign(
		context, out, &size, (const unsigned char *)text, len) == 1;

	EVP_MD_CTX_free(context);
	return is_signed ? size : 0;
}

static size_t
sign_ecdsa(EVP_PKEY *pkey, const char *text, size_t len, unsigned char *out)
{
	unsigned char der[JWK_SIGNATURE_MAX];
	const unsigned char *at = der;
	size_t der_len = sign_by_pkey(pkey, text, len, der, sizeof(der));
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
	bool is_written = pair != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, P256_BYTES) ==
		P256_BYTES &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + P256_BYTES,
		P256_BYTES) == P256_BYTES;

	ECDSA_SIG_free(pair);
	return is_written ? 2 * (size_t)P256_BYTES : 0;
}

size_t
jwk_sign(const struct jwk *key, const char *text, size_t len,
    unsigned char out[JWK_SIGNATURE_MAX])
{
	size_t size = 0;

	if (key->algorithm == HS256)
		size = make_mac(key, text, len, out) ? SECRET_MIN_BYTES : 0;
	else if (key->is_private && key->algorithm == RS256)
		size =
		    sign_by_pkey(key->pkey, text, len, out, JWK_SIGNATURE_MAX);
	else if (key->is_private)
		size = sign_ecdsa(key->pkey, text, len, out);
	ERR_clear_error();
	return size;
}
