/* SPDX-License-Identifier: MIT */
/*
 * subject: who is meant by the subject of a foreign issuer's tokens (JSON Web
 * Tokens).
 *
 * A subject is linked once, to the user whose e-mail address its token
 * carries, and stays that user's from then on, whatever later tokens carry.
 */
#ifndef DOMAIN_SUBJECT_H
#define DOMAIN_SUBJECT_H

#include "domain/token.h"

/* The user whom the subject is linked to, as a caller who may do all that his
 * role may.  ERR_TOKEN_INVALID when there is none. */
enum err subject_find_caller(
    struct txn *t, const char *issuer, const char *subject, struct caller *out);

/* Link the subject, unless it is linked already. */
enum err subject_link(struct txn *t, const char *issuer, const char *subject,
    const char *user_id);

#endif
