/* SPDX-License-Identifier: MIT */
/*
 * csv: reads and writes comma-separated rows (RFC 4180).
 *
 * The reader takes its input in pieces, so that a file of any size costs the
 * memory of its longest row.  It was written by strangers: a row that cannot
 * be read says why and is passed over, and the next one is read as usual.
 * Rows end with LF, CRLF or CR alone; inside quotes all three are text.  A
 * byte order mark and rows without a single byte are skipped.
 */
#ifndef WIRE_CSV_H
#define WIRE_CSV_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CSV_CELLS_MAX 256

/* Reads the next bytes: 0 at the end, -1 on failure. */
typedef ssize_t csv_read_fn(void *source, char *bytes, size_t len);

enum csv_fault {
	CSV_OK = 0,
	CSV_QUOTE,        /* text behind a closing quote */
	CSV_UNTERMINATED, /* the input ends inside quotes */
	CSV_TOO_LONG,     /* more bytes in a row than the reader takes */
	CSV_TOO_WIDE,     /* more cells than CSV_CELLS_MAX */
	CSV_NOT_UTF8,     /* or a NUL byte */
	CSV_NOT_READ,     /* the input failed; no row follows */
};

/* Cells are text, valid until the next row is read; none with a fault. */
struct csv_row {
	int64_t number; /* from 1 */
	int64_t line;   /* on which it begins, from 1 */
	enum csv_fault fault;
	size_t count;
	const char *cells[CSV_CELLS_MAX];
};

struct csv_reader;

/* The reader never holds more than row_max_bytes of a row.  NULL when there
 * is no memory. */
struct csv_reader *csv_open(
    csv_read_fn *read, void *source, size_t row_max_bytes);
void csv_close(struct csv_reader *r); /* NULL is fine */

/* Read the next row; false at the end. */
bool csv_next(struct csv_reader *r, struct csv_row *out);

/* A sentence for people, without a full stop. */
const char *csv_fault_text(enum csv_fault fault);

/* Write one cell: quoted where it must be, or always.  What a spreadsheet
 * would take for a formula (a cell that begins with =, +, - or @) gets an
 * apostrophe before it.  NULL is an empty cell. */
void csv_cell(struct buf *out, const char *text);
void csv_cell_quoted(struct buf *out, const char *text);

#endif
