/* SPDX-License-Identifier: MIT */
#include "wire/csv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES ((size_t)64 << 10)
#define END_OF_INPUT (-1)

struct csv_reader {
	csv_read_fn *read;
	void *source;
	char *input;
	size_t input_at, input_len;
	bool has_ended, has_failed;
	int64_t row, line;

	/* The row being read: its cells, each ended by NUL, one after the
	 * other, and where each begins. */
	struct buf bytes;
	size_t starts[CSV_CELLS_MAX];
	size_t count;
	enum csv_fault fault;
};

struct csv_reader *
csv_open(csv_read_fn *read, void *source, size_t row_max_bytes)
{
	struct csv_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->input = malloc(INPUT_BYTES);
	if (r->input == NULL) {
		free(r);
		return NULL;
	}
	r->read = read;
	r->source = source;
	r->line = 1;
	buf_init(&r->bytes, row_max_bytes);
	return r;
}

void
csv_close(struct csv_reader *r)
{
	if (r == NULL)
		return;
	buf_free(&r->bytes);
	free(r->input);
	free(r);
}

static bool
fill(struct csv_reader *r)
{
	ssize_t got;

	if (r->has_ended)
		return false;
	got = r->read(r->source, r->input, INPUT_BYTES);
	r->has_failed = got < 0;
	r->has_ended = got <= 0;
	r->input_at = 0;
	r->input_len = got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* The next byte without taking it, or END_OF_INPUT. */
static int
peek(struct csv_reader *r)
{
	if (r->input_at == r->input_len && !fill(r))
		return END_OF_INPUT;
	return (unsigned char)r->input[r->input_at];
}

static int
take(struct csv_reader *r)
{
	int c = peek(r);

	if (c != END_OF_INPUT)
		r->input_at++;
	return c;
}

/* Keep the first fault of the row. */
static void
refuse(struct csv_reader *r, enum csv_fault fault)
{
	if (r->fault == CSV_OK)
		r->fault = fault;
}

static void
add_byte(struct csv_reader *r, int c)
{
	buf_char(&r->bytes, (char)c);
	if (buf_failed(&r->bytes))
		refuse(r, CSV_TOO_LONG);
}

static void
begin_cell(struct csv_reader *r)
{
	if (r->count == CSV_CELLS_MAX)
		refuse(r, CSV_TOO_WIDE);
	else
		r->starts[r->count++] = r->bytes.len;
}

static void
end_cell(struct csv_reader *r)
{
	size_t start = r->count == 0 ? 0 : r->starts[r->count - 1];
	const char *text = buf_string(&r->bytes) + start;
	size_t len = r->bytes.len - start;

	if (r->fault == CSV_OK &&
	    (memchr(text, '\0', len) != NULL || !text_is_utf8(text, len)))
		refuse(r, CSV_NOT_UTF8);
	add_byte(r, '\0');
}

/* Does c end a row?  The LF of a CRLF is taken along. */
static bool
ends_row(struct csv_reader *r, int c)
{
	if (c == '\r' && peek(r) == '\n')
		take(r);
	if (c == '\r' || c == '\n')
		r->line++;
	return c == '\r' || c == '\n' || c == END_OF_INPUT;
}

/* The text between quotes, of which the first is taken; CR and LF belong to
 * it.  Ends behind the closing quote. */
static void
read_quoted(struct csv_reader *r)
{
	int c;

	for (;;) {
		c = take(r);
		if (c == END_OF_INPUT) {
			refuse(r, CSV_UNTERMINATED);
			return;
		}
		if (c == '"' && peek(r) != '"')
			return;
		if (c == '"')
			take(r);
		if (c == '\n' || (c == '\r' && peek(r) != '\n'))
			r->line++;
		add_byte(r, c);
	}
}

/* One cell and the byte behind it; true when that byte ends the row. */
static bool
read_cell(struct csv_reader *r)
{
	bool was_quoted = peek(r) == '"';
	int c;

	begin_cell(r);
	if (was_quoted) {
		take(r);
		read_quoted(r);
	}
	for (;;) {
		c = take(r);
		if (c == ',' || ends_row(r, c))
			break;
		/* A quote inside a cell that did not begin with one is text,
		 * as most programs have it. */
		if (was_quoted)
			refuse(r, CSV_QUOTE);
		add_byte(r, c);
	}
	end_cell(r);
	return c != ',';
}

/* The input's first three bytes may come in several pieces. */
static void
skip_mark(struct csv_reader *r)
{
	ssize_t got;

	if (peek(r) != 0xef)
		return;
	while (r->input_len < 3 && !r->has_ended) {
		got = r->read(r->source, r->input + r->input_len,
		    INPUT_BYTES - r->input_len);
		r->has_failed = got < 0;
		r->has_ended = got <= 0;
		r->input_len += got > 0 ? (size_t)got : 0;
	}
	if (r->input_len >= 3 && memcmp(r->input, "\xef\xbb\xbf", 3) == 0)
		r->input_at = 3;
}

static void
skip_empty(struct csv_reader *r)
{
	while (peek(r) == '\r' || peek(r) == '\n')
		(void)ends_row(r, take(r));
}

bool
csv_next(struct csv_reader *r, struct csv_row *out)
{
	size_t i;

	if (r->row == 0)
		skip_mark(r);
	skip_empty(r);
	if (peek(r) == END_OF_INPUT && !r->has_failed)
		return false;
	buf_clear(&r->bytes);
	r->count = 0;
	r->fault = CSV_OK;
	out->number = ++r->row;
	out->line = r->line;
	while (!r->has_failed && !read_cell(r))
		continue;
	if (r->has_failed)
		r->fault = CSV_NOT_READ;
	r->has_failed = false;
	out->fault = r->fault;
	out->count = r->fault == CSV_OK ? r->count : 0;
	for (i = 0; i < out->count; i++)
		out->cells[i] = r->bytes.ptr + r->starts[i];
	return true;
}

const char *
csv_fault_text(enum csv_fault fault)
{
	static const char *const texts[] = {
		[CSV_OK] = "fine",
		[CSV_QUOTE] = "text follows a closing quote",
		[CSV_UNTERMINATED] = "the file ends inside quotes",
		[CSV_TOO_LONG] = "the row is too long",
		[CSV_TOO_WIDE] = "the row has too many cells",
		[CSV_NOT_UTF8] = "the row is not UTF-8 text",
		[CSV_NOT_READ] = "the file cannot be read",
	};

	return texts[fault];
}

static bool
looks_like_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@", text[0]) != NULL;
}

void
csv_cell(struct buf *out, const char *text)
{
	if (text == NULL)
		return;
	if (strpbrk(text, ",\"\r\n") != NULL) {
		csv_cell_quoted(out, text);
		return;
	}
	if (looks_like_formula(text))
		buf_char(out, '\'');
	buf_text(out, text);
}

void
csv_cell_quoted(struct buf *out, const char *text)
{
	size_t len;

	if (text == NULL)
		text = "";
	buf_char(out, '"');
	if (looks_like_formula(text))
		buf_char(out, '\'');
	while (*text != '\0') {
		len = strcspn(text, "\"");
		buf_add(out, text, len);
		text += len;
		if (*text == '"') {
			buf_text(out, "\"\"");
			text++;
		}
	}
	buf_char(out, '"');
}
