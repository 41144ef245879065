/* SPDX-License-Identifier: MIT */
/*
 * version: the history of a prompt, one row for each state that it was in.
 */
#ifndef DOMAIN_VERSION_H
#define DOMAIN_VERSION_H

#include "domain/prompt.h"
#include "store/txn.h"

#include <stdint.h>

/* A state that a prompt was in: released, and not live any more. */
struct snapshot {
	const char *id; /* its own */
	const char *author_id;
	const char *author_email;
	int64_t created_at; /* UTC ms */
	struct prompt as;   /* id, version, and what versions keep */
};

/* ERR_VERSION_UNKNOWN, with the number as its detail, when there is no such
 * prompt or version, and for the live one and those never released. */
enum err version_find_snapshot(struct txn *t, const char *prompt_id,
    int64_t version, struct snapshot *out);

/* Delete a snapshot just found in this transaction, with its tags. */
enum err version_delete_snapshot(struct txn *t, const struct snapshot *s);

#endif
