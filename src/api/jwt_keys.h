/* SPDX-License-Identifier: MIT */
/*
 * jwt_keys: the file of keys by which JSON Web Tokens are verified, read
 * again whenever it changes.
 *
 * Any thread may ask.  A set that was handed out stays whole until it is
 * given back, however often the file changes meanwhile; a file that cannot be
 * used leaves the keys as they were and is logged once.
 */
#ifndef API_JWT_KEYS_H
#define API_JWT_KEYS_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "wire/jwk.h"

struct jwt_keys;

/* Read the keys that the settings name, and check the settings that belong
 * to them.  *out is NULL when no keys are configured.  On failure f->detail
 * says what is wrong. */
enum err jwt_keys_open(const struct config *config, struct arena *a,
    struct jwt_keys **out, struct failure *f);

/* Read a file of keys once.  NULL, and *wrong says why. */
struct jwk_set *jwt_keys_read(
    const char *path, struct arena *a, const char **wrong);

void jwt_keys_close(struct jwt_keys *k); /* NULL is fine */

/* The keys as the file has them now; jwt_keys_return when done. */
struct jwt_key_loan;
struct jwt_key_loan *jwt_keys_borrow(struct jwt_keys *k);
const struct jwk_set *jwt_keys_of(const struct jwt_key_loan *loan);
void jwt_keys_return(struct jwt_keys *k, struct jwt_key_loan *loan);

#endif
