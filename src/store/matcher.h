/* SPDX-License-Identifier: MIT */
/*
 * matcher: the SQL functions of the search: what the index holds of a prompt,
 * and whether a prompt has what is looked for.
 *
 *	search_fold(text)       text without difference of case
 *	search_mark(owner_id)   three private characters, one trigram
 *	search_rank(terms, title, words)
 *	                        0 unless every term occurs in title or words;
 *	                        else 1 and as many as occur in the title
 *
 * terms are folded already, one a line.  Private to src/store.
 */
#ifndef STORE_MATCHER_H
#define STORE_MATCHER_H

#include <sqlite3.h>

/* Register the functions; SQLite's code. */
int matcher_add(sqlite3 *db);

#endif
