/* SPDX-License-Identifier: MIT */
#include "base/seal.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SEAL_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES &&
	SEAL_MAC_BYTES == crypto_auth_hmacsha256_BYTES &&
	SEAL_KEY_ID_BYTES <= crypto_auth_hmacsha256_BYTES,
    "the sizes of libsodium's HMAC-SHA256");

/* Different words keep the two uses of the key apart. */
static const unsigned char head_word[] = "promptledger audit head 1";
static const unsigned char id_word[] = "promptledger audit key id 1";

void
seal_make(const unsigned char key[SEAL_KEY_BYTES], const struct seal_head *head,
    unsigned char mac[SEAL_MAC_BYTES])
{
	crypto_auth_hmacsha256_state state;
	unsigned char seq[8];
	size_t i;

	for (i = 0; i < sizeof(seq); i++)
		seq[i] = (unsigned char)((uint64_t)head->seq >> (56 - 8 * i));
	crypto_auth_hmacsha256_init(&state, key, SEAL_KEY_BYTES);
	crypto_auth_hmacsha256_update(&state, head_word, sizeof(head_word));
	crypto_auth_hmacsha256_update(
	    &state, head->genesis, sizeof(head->genesis));
	crypto_auth_hmacsha256_update(&state, seq, sizeof(seq));
	crypto_auth_hmacsha256_update(&state, head->hash, sizeof(head->hash));
	crypto_auth_hmacsha256_final(&state, mac);
}

bool
seal_fits(const unsigned char key[SEAL_KEY_BYTES], const struct seal_head *head,
    const unsigned char mac[SEAL_MAC_BYTES])
{
	unsigned char expected[SEAL_MAC_BYTES];

	seal_make(key, head, expected);
	return sodium_memcmp(expected, mac, sizeof(expected)) == 0;
}

void
seal_key_id(const unsigned char key[SEAL_KEY_BYTES],
    unsigned char id[SEAL_KEY_ID_BYTES])
{
	unsigned char mac[SEAL_MAC_BYTES];

	crypto_auth_hmacsha256(mac, id_word, sizeof(id_word), key);
	memcpy(id, mac, SEAL_KEY_ID_BYTES);
}
