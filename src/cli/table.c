/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/plain.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CELLS_MAX_BYTES ((size_t)256 << 20)
#define GAP 2
#define DAY_CHARS 10 /* 2026-11-21 */

void
table_init(struct table *t, const char *const *headings, size_t columns)
{
	size_t i;

	assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
	memset(t, 0, sizeof(*t));
	buf_init(&t->cells, CELLS_MAX_BYTES);
	t->columns = columns;
	for (i = 0; i < columns; i++)
		table_cell(t, headings[i]);
}

void
table_free(struct table *t)
{
	buf_free(&t->cells);
}

void
table_cell(struct table *t, const char *text)
{
	size_t *width = &t->widths[t->count % t->columns];
	size_t start = t->cells.len, len;

	plain_text(&t->cells, text == NULL || *text == '\0' ? "-" : text);
	if (buf_failed(&t->cells))
		return;
	len = text_length(t->cells.ptr + start);
	if (len > *width)
		*width = len;
	buf_char(&t->cells, '\0');
	t->count++;
}

void
table_cell_day(struct table *t, int64_t at_ms)
{
	char at[CLOCK_TEXT_SIZE];

	clock_iso_seconds(at_ms, at);
	at[DAY_CHARS] = '\0';
	table_cell(t, at_ms == 0 ? NULL : at);
}

bool
table_print(const struct table *t)
{
	const char *cell = t->cells.ptr;
	size_t i, pad;

	if (buf_failed(&t->cells))
		return false;
	for (i = 0; i < t->count; i++) {
		fputs(cell, stdout);
		pad = t->widths[i % t->columns] + GAP - text_length(cell);
		if ((i + 1) % t->columns == 0)
			putchar('\n');
		else
			printf("%*s", (int)pad, "");
		cell += strlen(cell) + 1;
	}
	return fflush(stdout) == 0 && !ferror(stdout);
}
