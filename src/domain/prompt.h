/* SPDX-License-Identifier: MIT */
/*
 * prompt: the row that all four families share.
 *
 * One meaning, four names: `name` is PromptCrafter's title; `content` is the
 * admin family's userPromptTemplate and px0's template.  A prompt mirrors its
 * live version; every write through a linear family appends a version and
 * moves the pointer, in the same transaction.
 */
#ifndef DOMAIN_PROMPT_H
#define DOMAIN_PROMPT_H

#include "base/given.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

/* Text lives in the call's arena.  Members that may be NULL say so. */
struct prompt {
	const char *id;
	const char *kind; /* text, asset, tts, url */
	const char *project_id;
	const char *owner_id;
	const char *slug;
	const char *name;
	const char *description;
	const char *status; /* active, archived */
	bool is_active;
	int64_t version;      /* the live one; 0: none yet */
	int64_t last_version; /* highest ever released */
	const char *content;
	const char *system_prompt;  /* NULL */
	const char *model;          /* NULL */
	const char *model_params;   /* JSON object, NULL */
	const char *tags;           /* JSON array of text */
	const char *section;        /* NULL */
	const char *sub_section;    /* NULL */
	const char *route;          /* NULL */
	const char *categories;     /* JSON array of text */
	const char *tone;           /* NULL */
	const char *output_format;  /* NULL */
	const char *few_shot;       /* JSON array, NULL */
	const char *context;        /* JSON object, NULL */
	const char *payload_schema; /* JSON object, NULL */
	const char *asset_id;       /* NULL unless kind is asset */
	const char *file_name;      /* NULL */
	int64_t created_at;         /* UTC ms */
	const char *created_by;
	int64_t updated_at; /* UTC ms */
	const char *updated_by;
	int64_t revision; /* counts every write; the ETag */
};

/* What an update gives; what is GIVEN_NOT stays.  GIVEN_NULL clears where the
 * column may be NULL; families refuse null elsewhere before it gets here. */
struct prompt_patch {
	struct given_text name;
	struct given_text description;
	struct given_boolean is_active;
	struct given_text content;
	struct given_text system_prompt;
	struct given_text model;
	struct given_json model_params;
	struct given_json tags;
	struct given_text section;
	struct given_text sub_section;
	struct given_text route;
	struct given_json categories;
	struct given_text tone;
	struct given_text output_format;
	struct given_json few_shot;
	struct given_json context;
	struct given_text asset_id;
	struct given_text file_name;
};

/* Who made and last changed a prompt, and how many comments it has. */
struct prompt_credits {
	const char *creator_email;
	const char *updater_email;
	int64_t comment_count;
};

/* ERR_PROMPT_UNKNOWN when there is none. */
enum err prompt_find(struct txn *t, const char *id, struct prompt *out);

/* The prompt of this slug in a project that the token reaches (any, when
 * there are several).  ERR_PROMPT_UNKNOWN when there is none. */
enum err prompt_find_by_slug(
    struct txn *t, const char *slug, const char *token_id, struct prompt *out);

/* Of a prompt that was found in this transaction. */
enum err prompt_find_credits(
    struct txn *t, const char *id, struct prompt_credits *out);

/* The one of a section's active prompts that was updated last.
 * ERR_PROMPT_UNKNOWN when none is active. */
enum err prompt_find_active(
    struct txn *t, const char *section, struct prompt *out);

/* Which prompts to list; what is NULL or not given, matches all. */
struct prompt_filter {
	const char *section;
	const char *route;
	const char *tag;    /* one of the tags, exactly */
	const char *search; /* is in the name, route, system prompt or
	                     * content, in whatever case */
	struct given_boolean is_active;
};

enum err prompt_count(
    struct txn *t, const struct prompt_filter *filter, int64_t *out);

/* Go through a part of the list, last updated first:
 *
 *	prompt_page(&q, t, &filter, limit, offset);
 *	while (prompt_page_next(&q, &p, &by))
 *		…
 *	err = query_end(&q);
 */
void prompt_page(struct query *q, struct txn *t,
    const struct prompt_filter *filter, int64_t limit, int64_t offset);
bool prompt_page_next(
    struct query *q, struct prompt *out, struct prompt_credits *by);

/* Read the row that a query of the prompt columns, in the order of struct
 * prompt, stands on. */
void prompt_take(struct query *q, struct prompt *out);

/* px0's slug rule: lower case; letters and digits of any script and '_' stay,
 * every other run becomes one '_'; none at the ends.  Never longer than name;
 * may be empty. */
const char *prompt_slug(struct arena *a, const char *name);

/* ERR_NAME_TAKEN when the project has a prompt of just this name; for
 * families in which names are unique there. */
enum err prompt_check_name(
    struct txn *t, const char *project_id, const char *name);

/* A slug that is free in p's project: the wanted one, or one made of it and
 * p's id. */
enum err prompt_free_slug(struct txn *t, const struct prompt *p,
    const char *wanted, const char **out);

/* ERR_ACTIVE_CONFLICT when p is active and another active prompt answers for
 * the same. */
enum err prompt_check_rival(struct txn *t, const struct prompt *p);

/* Create a prompt from what `first` holds (id, times, version, revision and
 * created_by/updated_by are set here; owner_id is the author).  slug NULL:
 * one is made from the name that is free in the project.  version > 0
 * releases it as version 1; 0 leaves it without any.  ERR_NAME_TAKEN when the
 * slug, or a voice prompt's name, is taken; ERR_ACTIVE_CONFLICT when it would
 * be active beside one that answers for the same. */
enum err prompt_create(
    struct txn *t, const struct prompt *first, struct prompt *out);

/* Apply patch to old (just found in this transaction), append the outcome as
 * the next version, released, and move the pointer to it.  An empty patch
 * appends a version too.  ERR_NAME_TAKEN and ERR_ACTIVE_CONFLICT as above;
 * ERR_STALE when the row has moved since old was read. */
enum err prompt_update(struct txn *t, const struct prompt *old,
    const struct prompt_patch *patch, const char *author_id,
    struct prompt *out);

/* Activate or deactivate old (just found in this transaction): an update of
 * nothing else, told as such in the audit log.  Fails as prompt_update. */
enum err prompt_toggle(struct txn *t, const struct prompt *old,
    const char *author_id, struct prompt *out);

/* The number that the prompt's next version gets: one more than any that
 * exists or was ever released. */
enum err prompt_next_version(
    struct txn *t, const char *prompt_id, int64_t *out);

/* Make old (just found in this transaction) say what `as` says, and let it
 * name as->version as the live one (0: none).  No version is appended.  What
 * the prompt is called, how it is described, whether it is active and what it
 * answers for stay: they are the prompt's own, and an old version must not
 * undo a renaming, or come between two rivals.  Nothing is written when
 * nothing changes.  ERR_STALE as above. */
enum err prompt_show_version(struct txn *t, const struct prompt *old,
    const struct prompt *as, const char *author_id, struct prompt *out);

/* Give old (just found in this transaction) another description and nothing
 * else: no version is appended, but updated_at moves on with every call.
 * ERR_STALE when the row has moved since old was read. */
enum err prompt_describe(struct txn *t, const struct prompt *old,
    const char *description, const char *author_id, struct prompt *out);

/* Set the status (active, archived) of old, just found in this transaction;
 * updated_at stays.  Nothing is written when it has that status already. */
enum err prompt_set_status(struct txn *t, const struct prompt *old,
    const char *status, struct prompt *out);

/* Give old another schema of its payloads: a JSON object, NULL for none.
 * ERR_STALE when the row has moved since old was read. */
enum err prompt_set_schema(struct txn *t, const struct prompt *old,
    const char *schema, const char *author_id, struct prompt *out);

/* Move old into another project.  ERR_NAME_TAKEN when that has a prompt of its
 * slug; ERR_STALE as above. */
enum err prompt_move(struct txn *t, const struct prompt *old,
    const char *project_id, const char *author_id, struct prompt *out);

/* Delete the prompt with its versions, payloads, comments and logs; the audit
 * log keeps all of them.  ERR_PROMPT_UNKNOWN when there is none. */
enum err prompt_delete(struct txn *t, const char *id);

#endif
