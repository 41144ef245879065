/* SPDX-License-Identifier: MIT */
/*
 * page: a list in pieces: ?page_size=&page_token=, and a Link header that
 * leads to the next piece.
 *
 * The token names the last row shown, by time (a version: by number) and id,
 * so a page begins where the one before it ended whatever was written
 * meanwhile.  Without either parameter the list is complete.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/call.h"
#include "store/query.h"

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_MAX 200

/* What a query struct holds for it, and the rows of its table. */
struct page_query {
	struct given_integer size;
	struct given_text token;
};

/* clang-format off */
#define PAGE_ROWS(start) \
	{.name = "page_size", .type = FIELD_INTEGER, .min = 1, .max = PAGE_SIZE_MAX, .offset = (start) + offsetof(struct page_query, size)}, \
	{.name = "page_token", .type = FIELD_TEXT, .check = page_is_token, .offset = (start) + offsetof(struct page_query, token)}
/* clang-format on */
#define PAGE_FIELDS(query, member) PAGE_ROWS(offsetof(query, member))

/* For lists that take nothing else. */
extern const struct field_table page_fields;

struct page {
	int64_t size;      /* rows at most */
	int64_t count;     /* rows so far */
	int64_t at;        /* created_at (a version: the number) of the row
	                    * before the next one, */
	const char *id;    /* and its id */
	bool has_more;     /* a row was refused */
	bool is_continued; /* not the first page */
};

/* Is text a token of ours? */
bool page_is_token(const char *text);

void page_begin(struct page *p, const struct page_query *query);

/* Bind :before_at, :before_id and :limit of a statement that lists the newest
 * rows first. */
void page_bind(const struct page *p, struct query *q);

/* Take one more row; false when the page is full and the row belongs to the
 * next one. */
bool page_add(struct page *p, int64_t at, const char *id);

/* Link to the next page, if there is one, on the reply.  Whatever other text
 * the route's query took goes on in it. */
void page_link(const struct page *p, struct call *c, const char *path);

#endif
