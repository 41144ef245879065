/* SPDX-License-Identifier: MIT */
/*
 * payload: a stored set of variables for a prompt.
 *
 * The variables are a JSON object, kept as it was sent but for the white
 * space between its tokens.
 */
#ifndef DOMAIN_PAYLOAD_H
#define DOMAIN_PAYLOAD_H

#include "base/given.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdint.h>

/* Text lives in the call's arena. */
struct payload {
	const char *id;
	const char *prompt_id;
	const char *name;      /* NULL: never named */
	const char *variables; /* JSON object */
	int64_t created_at;    /* UTC ms */
	int64_t updated_at;    /* UTC ms */
	int64_t revision;      /* counts every write; the ETag */
};

/* What an update gives; what is GIVEN_NOT stays.  Neither can be cleared. */
struct payload_patch {
	struct given_text name;
	struct given_json variables;
};

/* ERR_PAYLOAD_UNKNOWN when the prompt has no payload of this id. */
enum err payload_find(
    struct txn *t, const char *prompt_id, const char *id, struct payload *out);

/* Read the row that a query of the payload columns, in the order of struct
 * payload, stands on. */
void payload_take(struct query *q, struct payload *out);

/* A new payload has no name. */
enum err payload_create(struct txn *t, const char *prompt_id,
    const char *variables, struct payload *out);

/* Apply patch to old (just found in this transaction).  updated_at moves on
 * with every write, even one that changes no value or comes in the same
 * millisecond; an empty patch writes nothing.  ERR_STALE when the row has
 * moved since old was read. */
enum err payload_update(struct txn *t, const struct payload *old,
    const struct payload_patch *patch, struct payload *out);

/* ERR_PAYLOAD_UNKNOWN when there is none. */
enum err payload_delete(struct txn *t, const char *id);

#endif
