/* SPDX-License-Identifier: MIT */
/*
 * comment: what admins say about a prompt, and to each other.
 */
#ifndef DOMAIN_COMMENT_H
#define DOMAIN_COMMENT_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

struct comment {
	const char *id;
	const char *prompt_id;
	const char *parent_id; /* NULL: begins a thread */
	const char *content;
	const char *author_id;
	const char *author_email;
	int64_t created_at; /* UTC ms */
	int64_t updated_at; /* UTC ms */
};

/* Store what first says of prompt, parent, content and author.  The prompt
 * itself is not touched.  ERR_COMMENT_UNKNOWN and ERR_COMMENT_ELSEWHERE tell
 * of the parent: there is none, or it belongs to another prompt. */
enum err comment_create(
    struct txn *t, const struct comment *first, struct comment *out);

/* Go through all comments of a prompt, oldest first, whatever their depth:
 * comment_list, comment_next while it is true, query_end. */
void comment_list(struct query *q, struct txn *t, const char *prompt_id);
bool comment_next(struct query *q, struct comment *out);

#endif
