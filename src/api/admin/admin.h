/* SPDX-License-Identifier: MIT */
/*
 * admin: what the files of the /api family share.
 *
 *	admin.c          bodies, failures, words, routes, the family itself
 *	admin_prompt.c   prompts: their fields, how they are shown, history
 *	admin_list.c     the list of prompts
 *	admin_comment.c  comments and their threads
 *	admin_runtime.c  the active prompt of a section, for the public
 *	admin_restore.c  bringing a deleted prompt back
 *	admin_transfer.c export and import
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

/* Answer with a prompt and its entity tag. */
void admin_show_reply(struct call *c, int status, const struct prompt *p,
    const struct prompt_credits *by);

/* The same for a prompt that was found or written in this transaction. */
enum err admin_reply_prompt(
    struct call *c, struct txn *t, int status, const struct prompt *p);

/* The sections, as bodies and queries name them; ended by NULL. */
extern const char *const admin_sections[];

/*
 * The entity tag of a prompt as this family shows it: a new comment changes
 * what is shown, and not the revision, so its count is a part of the tag.
 * If-Match may name any such tag, or the prompt's own: call_precondition
 * looks at the revision alone.
 */
bool admin_not_modified(
    struct call *c, const struct prompt *p, const struct prompt_credits *by);
void admin_etag(
    struct call *c, const struct prompt *p, const struct prompt_credits *by);

/* ERR_ID_INVALID when the id of the path could not be decoded. */
enum err admin_check_id(struct call *c);

/*
 * Bodies and queries.
 */

struct admin_version_query {
	struct given_text version;
};

struct admin_list_query {
	struct given_text section;
	struct given_text route;
	struct given_text tag;
	struct given_text search;
	struct given_boolean is_active;
	struct given_integer page;
	struct given_integer limit;
};

struct admin_export_query {
	struct given_text format;
};

struct admin_import_body {
	struct given_items prompts; /* of struct prompt_patch */
	struct given_text mode;
};

struct admin_comment_body {
	struct given_text content;
	struct given_text parent_id;
};

extern const struct field_table admin_list_fields;
extern const struct field_table admin_comment_fields;
extern const struct field_table admin_create_fields; /* a prompt_patch */
extern const struct field_table admin_update_fields; /* a prompt_patch */
extern const struct field_table admin_version_fields;
extern const struct field_table admin_item_fields; /* a prompt_patch */
extern const struct field_table admin_export_fields;
extern const struct field_table admin_import_fields;

/* What a new prompt has where nothing is said. */
#define ADMIN_DEFAULT_TONE "Professional and informative"
#define ADMIN_DEFAULT_OUTPUT_FORMAT "Clear and structured response"

/* What the server sets, and an import does not look at; ended by NULL. */
extern const char *const admin_server_set[];

/*
 * What the routes name.
 */

route_fn admin_health;
route_fn admin_prompt_post, admin_prompt_get, admin_prompt_put;
route_fn admin_prompt_delete, admin_prompt_toggle, admin_history_get;
route_fn admin_prompt_list;
route_fn admin_comment_post, admin_comment_list;
route_fn admin_section_get;
route_fn admin_prompt_restore;
route_fn admin_export_get, admin_import_post;

#endif
