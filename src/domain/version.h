/* SPDX-License-Identifier: MIT */
/*
 * version: the history of a prompt, one row for each state that it was in.
 *
 * A version is a draft, released or archived.  Which of the released ones is
 * live is told by the prompt alone, so there is never more than one.  A
 * prompt without a live version shows the newest one that was released (or
 * else the newest draft, or else the newest one archived).
 */
#ifndef DOMAIN_VERSION_H
#define DOMAIN_VERSION_H

#include "domain/prompt.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
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

/* Delete a snapshot just found in this transaction, with its tags.  Its
 * number is not given out again. */
enum err version_delete_snapshot(struct txn *t, const struct snapshot *s);

/* A version as px0 sees it. */
struct version {
	const char *id;       /* its own */
	const char *status;   /* draft, stable, live, archived */
	const char *labels;   /* JSON array of text: px0's tags, sorted */
	int64_t created_at;   /* UTC ms */
	int64_t published_at; /* UTC ms; 0: never */
	struct prompt as;     /* id, version, and what it says */
};

/* What a draft is made of or changed to; what is GIVEN_NOT stays, or is none.
 * The content cannot be cleared. */
struct version_draft {
	struct given_text content;
	struct given_text model;
	struct given_json model_params;
};

/* ERR_VERSION_UNKNOWN, with the number as its detail, when there is none. */
enum err version_find(
    struct txn *t, const char *prompt_id, int64_t version, struct version *out);

/* The number that a version is named by: name itself where it reads as an
 * integer, otherwise that of the version with this tag; 0, which no version
 * has, when none has it. */
enum err version_number(
    struct txn *t, const char *prompt_id, const char *name, int64_t *out);

/* The version named so (version_number).  ERR_VERSION_UNKNOWN when there is
 * none. */
enum err version_find_named(struct txn *t, const char *prompt_id,
    const char *name, struct version *out);

/* Which versions to list; NULL: all. */
struct version_filter {
	const char *status;
	const char *tags; /* JSON array of text: those with any of them */
};

/* Go through a prompt's versions, highest number first, from :before_at and
 * :before_id on and :limit at most, which the caller binds:
 *
 *	version_list(&q, t, prompt_id, &filter);
 *	page_bind(&page, &q);
 *	while (version_next(&q, &v))
 *		…
 *	err = query_end(&q);
 */
void version_list(struct query *q, struct txn *t, const char *prompt_id,
    const struct version_filter *filter);
bool version_next(struct query *q, struct version *out);

/* The prompt must exist.  first->content must be given. */
enum err version_create(struct txn *t, const char *prompt_id,
    const struct version_draft *first, const char *author_id,
    struct version *out);

/*
 * All that follow take a version just found in this transaction, and answer
 * what became of it.  ERR_VERSION_STATE, with its status as the field, when
 * that does not allow the step.
 */

/* ERR_NONE for drafts, which alone can be changed. */
enum err version_check_draft(struct txn *t, const struct version *v);

enum err version_update(struct txn *t, const struct version *v,
    const struct version_draft *patch, const char *author_id,
    struct version *out);

/* A draft becomes stable, a stable version live. */
enum err version_promote(struct txn *t, const struct version *v,
    const char *author_id, struct version *out);

/* A stable version becomes live again; the reason is kept as its comment. */
enum err version_roll_back(struct txn *t, const struct version *v,
    const char *reason, const char *author_id, struct version *out);

/* The live version becomes stable. */
enum err version_demote(struct txn *t, const struct version *v,
    const char *author_id, struct version *out);

/* Whatever is not archived yet. */
enum err version_archive(struct txn *t, const struct version *v,
    const char *author_id, struct version *out);

/* A new draft that says the same. */
enum err version_duplicate(struct txn *t, const struct version *v,
    const char *author_id, struct version *out);

/* A draft goes, with its tags; any other is archived, if it is not yet. */
enum err version_delete(
    struct txn *t, const struct version *v, const char *author_id);

/* A tag sits on one version of its prompt: elsewhere it moves. */
enum err version_set_tag(struct txn *t, const struct version *v,
    const char *tag, struct version *out);

struct version_tag {
	const char *tag;
	int64_t version;
};

/* Go through a prompt's tags in their order; as version_list. */
void version_list_tags(struct query *q, struct txn *t, const char *prompt_id);
bool version_next_tag(struct query *q, struct version_tag *out);

/* ERR_TAG_UNKNOWN when there is none. */
enum err version_delete_tag(
    struct txn *t, const char *prompt_id, const char *tag);

#endif
