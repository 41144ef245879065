/* SPDX-License-Identifier: MIT */
/*
 * access_token: what OAuth's client credentials grant (RFC 6749, 4.4) gives
 * an API key: a secret (at_…) that stands for the key for an hour, within
 * the scopes that were asked for.
 *
 * It ends with its key: when that is deleted or expires, gets another secret,
 * or may do other things than before.  token_find_caller knows it.
 */
#ifndef DOMAIN_ACCESS_TOKEN_H
#define DOMAIN_ACCESS_TOKEN_H

#include "domain/token.h"

#define ACCESS_TOKEN_S 3600

/* Who is this client?  Its id is an API key's id, its secret the key.
 * ERR_TOKEN_INVALID for a secret that is no living key's, ERR_CREDENTIALS for
 * another key's. */
enum err access_token_find_client(struct txn *t, const char *client_id,
    const char *client_secret, struct caller *out);

/* Store an access token of the key with this id, and clear away some that
 * have expired. */
enum err access_token_create(
    struct txn *t, const char *key_id, const char *scopes, const char *secret);

#endif
