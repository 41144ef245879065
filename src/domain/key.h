/* SPDX-License-Identifier: MIT */
/*
 * key: an organisation's API keys: tokens that stand for the organisation, or
 * for some of its teams, and not for a person.
 *
 * A key names the user who made it, so that the audit log can; what it opens
 * is said in reach.h.
 */
#ifndef DOMAIN_KEY_H
#define DOMAIN_KEY_H

#include "base/given.h"
#include "domain/token.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdint.h>

/* Text lives in the call's arena. */
struct key {
	const char *id;
	const char *name;
	const char *organisation_id;
	const char *team_id; /* the first it is bound to, NULL: to none */
	const char *operation;
	int64_t created_at;   /* UTC ms */
	int64_t last_used_at; /* UTC ms, 0: never */
};

/* What is not NULL is given. */
struct key_patch {
	const char *name;
	const enum token_operation *operation;
	const char *team_ids; /* JSON array of ids; [] is all teams */
};

/* Read the row that a query of the key columns, in the order of struct key,
 * stands on. */
void key_take(struct query *q, struct key *out);

/* ERR_KEY_UNKNOWN when no organisation has a key of this id. */
enum err key_find(struct txn *t, const char *id, struct key *out);

/* Do these teams (a JSON array of ids, or NULL) exist, and belong to the
 * organisation?  For the first that does not: ERR_TEAM_UNKNOWN without a
 * field, or with the field "organisation". */
enum err key_check_teams(
    struct txn *t, const char *team_ids, const char *organisation_id);

/* Create a key from what token says, bound to the teams (checked before). */
enum err key_create(struct txn *t, const struct token_new *token,
    const char *secret, const char *team_ids, struct key *out);

enum err key_update(struct txn *t, const struct key *old,
    const struct key_patch *patch, struct key *out);

/* From now on the key is known by this secret only. */
enum err key_replace_secret(
    struct txn *t, const struct key *key, const char *secret);

enum err key_delete(struct txn *t, const char *id);

#endif
