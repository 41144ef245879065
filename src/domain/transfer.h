/* SPDX-License-Identifier: MIT */
/*
 * transfer: prompts on their way in and out: the admin family's import and
 * export, and the command line's.
 *
 * An import is safe to repeat.  What came from elsewhere under an id of its
 * own is remembered in external_reference and found again by it; anything
 * else is found by name and section.
 */
#ifndef DOMAIN_TRANSFER_H
#define DOMAIN_TRANSFER_H

#include "domain/prompt.h"

enum transfer_mode {
	TRANSFER_CREATE, /* skip what is there */
	TRANSFER_UPSERT, /* append a version to what is there */
};

enum transfer_outcome {
	TRANSFER_CREATED,
	TRANSFER_UPDATED,
	TRANSFER_SKIPPED,
};

/* What the items of one import have in common. */
struct transfer {
	enum transfer_mode mode;
	const char *source;        /* whose the foreign ids are; NULL: there
	                            * are none */
	const char *owner_id;      /* of what is created */
	const char *project_id;    /* into which it goes */
	const char *tone;          /* where an item gives none, or NULL */
	const char *output_format; /* likewise */
};

struct transfer_item {
	const char *foreign_id; /* NULL: it has none */
	struct prompt_patch patch;
};

/* Take one item.  A given foreign id decides alone: an item whose id is a
 * prompt of ours, or was imported from this source before, is there.  An
 * upsert replaces content and system prompt, and the rest where it is given
 * and not null.  A new prompt is inactive unless the item says otherwise.
 * ERR_ACTIVE_CONFLICT and ERR_NAME_TAKEN leave nothing behind of the item;
 * after any other failure the transaction must fail. */
enum err transfer_take(struct txn *t, const struct transfer *transfer,
    const struct transfer_item *item, enum transfer_outcome *out);

/* Find who a user of the source is here; when nobody, make a member who has
 * no password, or take the user of this address. */
enum err transfer_take_user(struct txn *t, const char *source,
    const char *foreign_id, const char *email, const char *name,
    enum transfer_outcome *out);

/* The user that transfer_take_user made or found; ERR_USER_UNKNOWN. */
enum err transfer_find_user(struct txn *t, const char *source,
    const char *foreign_id, const char **out);

/* The operators' first admin, whose an import is that names nobody;
 * ERR_USER_UNKNOWN when there is none. */
enum err transfer_first_admin(struct txn *t, const char **out);

/* Go through all prompts, the last changed first:
 *
 *	transfer_list(&q, t);
 *	while (prompt_page_next(&q, &p, &by))
 *		…
 *	err = query_end(&q);
 *
 * The snapshot that this reads keeps checkpoints from resetting the WAL,
 * which grows as long as others write: do not tarry. */
void transfer_list(struct query *q, struct txn *t);

#endif
