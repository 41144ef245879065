/* SPDX-License-Identifier: MIT */
/*
 * search: finds a person's prompts by what they say.
 *
 * A text is looked for without difference of case (base/fold.h).  The index
 * (SQLite's FTS5, trigrams) is not kept by writes: they only note the prompt
 * in search_pending, and search_catch_up brings the index up to date when
 * nobody writes.  A search looks at the pending prompts too, so it always
 * sees everything committed.
 */
#ifndef DOMAIN_SEARCH_H
#define DOMAIN_SEARCH_H

#include "base/arena.h"
#include "store/query.h"
#include "store/store.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_LENGTH_MAX 1000 /* characters of what is looked for */
#define SEARCH_TERMS_MAX 50

/* With more pending prompts than this a search does not look at each, but at
 * the owner's own, and asks for upkeep. */
#define SEARCH_PENDING_MAX 1000

/* What is looked for, taken apart. */
struct search_terms {
	const char *folded;    /* the terms, one a line */
	const char **trigrams; /* some of theirs, as phrases for FTS5 */
	size_t trigram_count;  /* 0 when every term is shorter */
};

struct search_hits {
	const char **ids; /* in the order of the answer */
	size_t count;
};

/* Take text apart: white space and control characters part the terms.  False
 * when it holds no term, or more than the bounds above allow. */
bool search_parse(struct arena *a, const char *text, struct search_terms *out);

/* The owner's prompts in which every term occurs, as a part of the title, of
 * the content or of a tag: those with more terms in the title first, then
 * the newest. */
enum err search_prompts(struct txn *t, const char *owner_id,
    const struct search_terms *terms, struct search_hits *out);

/* Do more prompts wait than a search may look at one by one?  If so, upkeep is
 * asked for. */
enum err search_is_behind(struct txn *t, bool *out);

/* How many prompts wait for the index; what is above max is not counted. */
enum err search_count_pending(struct txn *t, int64_t max, int64_t *out);

/* Take the ids that a query answers, to its end. */
enum err search_take_hits(struct query *q, struct search_hits *out);

/* Bring a batch of pending prompts into the index.  Gives way to writes
 * (ERR_BUSY) unless a search of this process has asked for it; then it takes
 * its turn like them, for a part of the time.  *pause_ms is after how long to
 * come again. */
enum err search_catch_up(struct store *s, int64_t *pause_ms);

#endif
