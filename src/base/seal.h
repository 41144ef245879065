/* SPDX-License-Identifier: MIT */
/*
 * seal: what the holder of the audit key says of an audit log: "it has so
 * many rows, and the last one is this".  docs/AUDIT.md says what that proves.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#define SEAL_KEY_BYTES 32
#define SEAL_KEY_ID_BYTES 8
#define SEAL_HASH_BYTES 32
#define SEAL_MAC_BYTES 32

/* The state of a log.  Rows are numbered from 1 without gaps, so seq is also
 * their number; of an empty log hash is the genesis and seq 0. */
struct seal_head {
	unsigned char genesis[SEAL_HASH_BYTES]; /* which log */
	int64_t seq;                            /* of the last row */
	unsigned char hash[SEAL_HASH_BYTES];    /* of the last row */
};

/* HMAC-SHA256 over a fixed word, the genesis, seq (8 bytes, the highest
 * first) and the hash. */
void seal_make(const unsigned char key[SEAL_KEY_BYTES],
    const struct seal_head *head, unsigned char mac[SEAL_MAC_BYTES]);

/* Is mac the key's for this head?  Takes as long for a wrong one. */
bool seal_fits(const unsigned char key[SEAL_KEY_BYTES],
    const struct seal_head *head, const unsigned char mac[SEAL_MAC_BYTES]);

/* What tells a key from others without telling the key. */
void seal_key_id(const unsigned char key[SEAL_KEY_BYTES],
    unsigned char id[SEAL_KEY_ID_BYTES]);

#endif
