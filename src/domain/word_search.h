/* SPDX-License-Identifier: MIT */
/*
 * word_search: finds the prompts that a token reaches by the words of their
 * names, descriptions and slugs, whatever their endings (English stems).
 *
 * The language is that of web searches: all words must occur; "several words"
 * occur side by side; `or` parts alternatives; -word must not occur; words
 * that say nothing (the, of, …) do not count.  What a client sends never
 * reaches FTS5 as query language: every word is cut out and quoted here.
 *
 * The index is kept like the one of search.h, and likewise only names
 * candidates: prompts that wait for it are looked at too, and what is found
 * is asked of the prompt itself.
 */
#ifndef DOMAIN_WORD_SEARCH_H
#define DOMAIN_WORD_SEARCH_H

#include "domain/search.h"
#include "store/txn.h"

#define WORD_SEARCH_HITS_MAX 20
#define WORD_SEARCH_TERMS_MAX 50

/* The best of the active prompts in which text is found, best first: name
 * counts for more than description, that for more than slug; among equals the
 * latest change first.  Terms beyond the bound are not looked for. */
enum err word_search(struct txn *t, const char *token_id, const char *text,
    struct search_hits *out);

#endif
