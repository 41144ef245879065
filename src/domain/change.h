/* SPDX-License-Identifier: MIT */
/*
 * change: what happened to a prompt, as the audit log tells it in the admin
 * family's terms; also of a prompt that is deleted.
 */
#ifndef DOMAIN_CHANGE_H
#define DOMAIN_CHANGE_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

struct change {
	const char *id;
	const char *prompt_id;
	int64_t version;     /* current once the change was made */
	const char *type;    /* CREATE, UPDATE, DELETE, … */
	const char *changes; /* JSON object */
	const char *comment; /* why: of a roll-back; NULL: not said */
	const char *author_id;
	const char *author_email; /* NULL: no user of ours */
	int64_t created_at;       /* UTC ms */
};

/* Go through the changes of a prompt, newest first:
 *
 *	change_list(&q, t, id);
 *	while (change_next(&q, &c))
 *		…
 *	err = query_end(&q);
 *
 * A prompt that never existed has none; any other has at least one. */
void change_list(struct query *q, struct txn *t, const char *prompt_id);
bool change_next(struct query *q, struct change *out);

#endif
