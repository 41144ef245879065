/* SPDX-License-Identifier: MIT */
/*
 * admin: what the files of the /api family share.
 *
 *	admin.c          bodies, failures, words, routes, the family itself
 *	admin_prompt.c   prompts: their fields, how they are shown, history
 */
#ifndef API_ADMIN_ADMIN_H
#define API_ADMIN_ADMIN_H

#include "api/family.h"
#include "domain/prompt.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How this family reads and shows things.
 */

void admin_show_time(struct doc *d, const char *name, int64_t at_ms);

void admin_show_person(
    struct doc *d, const char *name, const char *id, const char *email);

/* A whole prompt: a member of this name, or without one an item. */
void admin_show_prompt(struct doc *d, const char *name, const struct prompt *p,
    const struct prompt_credits *by);

/* Answer with a prompt that was found or written in this transaction. */
enum err admin_reply_prompt(
    struct call *c, struct txn *t, int status, const struct prompt *p);

/* ERR_ID_INVALID when the id of the path could not be decoded. */
enum err admin_check_id(struct call *c);

/*
 * Bodies and queries.
 */

struct admin_version_query {
	struct given_text version;
};

extern const struct field_table admin_create_fields; /* a prompt_patch */
extern const struct field_table admin_update_fields; /* a prompt_patch */
extern const struct field_table admin_version_fields;

/*
 * What the routes name.
 */

route_fn admin_health;
route_fn admin_prompt_post, admin_prompt_get, admin_prompt_put;
route_fn admin_prompt_delete, admin_history_get;

#endif
