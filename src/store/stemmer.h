/* SPDX-License-Identifier: MIT */
/*
 * stemmer: the SQL functions of the search for words.  They cut texts by the
 * very tokenizers of the index, so that a prompt that is not in it yet is
 * found like any other.
 *
 *	search_tokens(text)     its words as FTS5's query language has them:
 *	                        "red" AND "foxes"; NULL: it has none
 *	search_stems(text)      their stems, each between blanks: " red fox "
 *	search_weigh(plan, name, description, slug)
 *	                        0 when plan does not fit the stems of the three;
 *	                        else the more the better
 *
 * A plan has one alternative a line; an alternative has terms, parted by tabs,
 * all of which must occur, or, behind a dash, must not; a term is a phrase of
 * stems.  Private to src/store.
 */
#ifndef STORE_STEMMER_H
#define STORE_STEMMER_H

#include <sqlite3.h>

/* Register the functions; SQLite's code. */
int stemmer_add(sqlite3 *db);

#endif
