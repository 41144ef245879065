/* SPDX-License-Identifier: MIT */
/*
 * table: rows for a person to read, under headings, each column as wide as
 * what stands in it.
 *
 *	table_init(&t, headings, 2);
 *	table_cell(&t, user->email);
 *	table_cell(&t, user->name);
 *	written = table_print(&t);
 *	table_free(&t);
 *
 * What clients chose goes into the last column, where it cannot look like
 * another one.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_COLUMNS_MAX 8

struct table {
	struct buf cells; /* each ended by NUL, row by row */
	size_t columns;
	size_t count;                     /* of cells */
	size_t widths[TABLE_COLUMNS_MAX]; /* in code points */
};

/* Begin a table of at most TABLE_COLUMNS_MAX columns. */
void table_init(struct table *t, const char *const *headings, size_t columns);
void table_free(struct table *t);

/* Add a cell, from left to right and from above, as plain_text shows it.
 * Text that is NULL or empty becomes "-". */
void table_cell(struct table *t, const char *text);

/* The same for a day (UTC ms, 0: none). */
void table_cell_day(struct table *t, int64_t at_ms);

/* Print headings and rows to standard output.  False when memory or whoever
 * reads it gave up. */
bool table_print(const struct table *t);

#endif
