/* SPDX-License-Identifier: MIT */
#include "domain/signed_link.h"

#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(SIGNED_LINK_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES &&
	SIGNED_LINK_SIZE == 2 * crypto_auth_hmacsha256_BYTES + 1,
    "the sizes of libsodium's HMAC-SHA256");

static void
add_text(crypto_auth_hmacsha256_state *state, const char *text)
{
	crypto_auth_hmacsha256_update(
	    state, (const unsigned char *)text, strlen(text));
}

static void
make_mac(const unsigned char key[SIGNED_LINK_KEY_BYTES],
    const struct signed_link *link,
    unsigned char out[crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state state;
	char expires[24];

	assert(strchr(link->purpose, '\n') == NULL);
	snprintf(expires, sizeof(expires), "%" PRId64, link->expires_s);
	crypto_auth_hmacsha256_init(&state, key, SIGNED_LINK_KEY_BYTES);
	add_text(&state, link->purpose);
	add_text(&state, "\n");
	add_text(&state, link->id);
	add_text(&state, "\n");
	add_text(&state, expires);
	crypto_auth_hmacsha256_final(&state, out);
}

void
signed_link_make(const unsigned char key[SIGNED_LINK_KEY_BYTES],
    const struct signed_link *link, char out[SIGNED_LINK_SIZE])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];

	make_mac(key, link, mac);
	text_hex(mac, sizeof(mac), out);
}

bool
signed_link_fits(const unsigned char key[SIGNED_LINK_KEY_BYTES],
    const struct signed_link *link, const char *signature)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES], sent[sizeof(mac)];

	make_mac(key, link, mac);
	return text_unhex(signature, sent, sizeof(sent)) &&
	    sodium_memcmp(mac, sent, sizeof(mac)) == 0;
}
