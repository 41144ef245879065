/* SPDX-License-Identifier: MIT */
/*
 * Files of comma-separated rows, read in pieces; and what was read, written
 * and read again.  The first byte is the length of the pieces.
 */
#include "fuzz.h"

#include "base/text.h"
#include "wire/csv.h"

#define ROW_MAX_BYTES 1000

struct memory {
	const uint8_t *bytes;
	size_t left;
	size_t piece_max;
};

static ssize_t
read_memory(void *source, char *bytes, size_t len)
{
	struct memory *m = source;

	if (len > m->piece_max)
		len = m->piece_max;
	if (len > m->left)
		len = m->left;
	if (len == 0)
		return 0;
	memcpy(bytes, m->bytes, len);
	m->bytes += len;
	m->left -= len;
	return (ssize_t)len;
}

/* A row that was written means what it did; but for what a spreadsheet would
 * compute, which gets an apostrophe. */
static void
check_written(const struct csv_row *row)
{
	static struct csv_row again;
	struct memory m = { .piece_max = SIZE_MAX };
	struct csv_reader *r;
	const char *cell;
	struct buf out;
	size_t i;

	buf_init(&out, 1 << 20);
	for (i = 0; i < row->count; i++) {
		if (i > 0)
			buf_char(&out, ',');
		csv_cell_quoted(&out, row->cells[i]);
	}
	buf_text(&out, "\r\n");
	m.bytes = (const uint8_t *)buf_string(&out);
	m.left = out.len;
	r = csv_open(read_memory, &m, 1 << 20);
	MUST(r != NULL && csv_next(r, &again));
	MUST(again.fault == CSV_OK && again.count == row->count);
	for (i = 0; i < row->count; i++) {
		cell = again.cells[i];
		MUST(strcmp(cell, row->cells[i]) == 0 ||
		    (cell[0] == '\'' && strcmp(cell + 1, row->cells[i]) == 0));
	}
	MUST(!csv_next(r, &again));
	csv_close(r);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct csv_row row;
	struct memory m = { .piece_max = 1 };
	struct csv_reader *r;
	int64_t number = 0;
	size_t i;

	if (size > 0) {
		m = (struct memory){ data + 1, size - 1, (size_t)data[0] + 1 };
	}
	r = csv_open(read_memory, &m, ROW_MAX_BYTES);
	MUST(r != NULL);
	while (csv_next(r, &row)) {
		MUST(row.number == ++number);
		MUST(row.line >= row.number);
		MUST(row.fault != CSV_NOT_READ);
		MUST(csv_fault_text(row.fault) != NULL);
		if (row.fault != CSV_OK) {
			MUST(row.count == 0);
			continue;
		}
		MUST(row.count > 0 && row.count <= CSV_CELLS_MAX);
		for (i = 0; i < row.count; i++)
			MUST(text_is_utf8(row.cells[i], strlen(row.cells[i])));
		check_written(&row);
	}
	MUST(m.left == 0);
	csv_close(r);
	return 0;
}
