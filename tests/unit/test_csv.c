/* SPDX-License-Identifier: MIT */
#include "wire/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROW_MAX_BYTES 64

/* Gives its text in pieces of `step` bytes, then an end or a failure. */
struct source {
	const char *text;
	size_t len, at, step;
	bool fails;
};

static ssize_t
read_source(void *from, char *bytes, size_t len)
{
	struct source *s = from;
	size_t part = s->len - s->at;

	if (part == 0)
		return s->fails ? -1 : 0;
	if (part > s->step)
		part = s->step;
	if (part > len)
		part = len;
	memcpy(bytes, s->text + s->at, part);
	s->at += part;
	return (ssize_t)part;
}

/* All rows as text: cells in brackets, faults by number, rows by '|'. */
static void
tell(struct source *s, char *out, size_t size)
{
	struct csv_reader *r = csv_open(read_source, s, ROW_MAX_BYTES);
	struct csv_row row;
	struct buf told;
	size_t i;

	assert_non_null(r);
	buf_init(&told, 1 << 20);
	while (csv_next(r, &row)) {
		if (row.fault != CSV_OK)
			buf_printf(&told, "!%d", (int)row.fault);
		for (i = 0; i < row.count; i++)
			buf_printf(&told, "[%s]", row.cells[i]);
		buf_printf(&told, "@%d|", (int)row.line);
	}
	snprintf(out, size, "%s", buf_string(&told));
	buf_free(&told);
	csv_close(r);
}

#define TEXT(text) (text), sizeof(text) - 1
#define TEN "0123456789"

/* clang-format off */
static const struct {
	int line;
	const char *text;
	size_t len;
	const char *expected;
} cases[] = {
	{ __LINE__, TEXT(""), "" },
	{ __LINE__, TEXT("\n\r\n\r"), "" },
	{ __LINE__, TEXT("a"), "[a]@1|" },
	{ __LINE__, TEXT("a,b\n"), "[a][b]@1|" },
	{ __LINE__, TEXT("a,b\r\nc,d\r\n"), "[a][b]@1|[c][d]@2|" },
	{ __LINE__, TEXT("a\rb\rc"), "[a]@1|[b]@2|[c]@3|" },
	{ __LINE__, TEXT("a\n\n\r\n\rb"), "[a]@1|[b]@5|" },
	{ __LINE__, TEXT(",\n"), "[][]@1|" },
	{ __LINE__, TEXT(",,\n,"), "[][][]@1|[][]@2|" },
	{ __LINE__, TEXT("\"\"\n"), "[]@1|" },
	{ __LINE__, TEXT("\"a,b\",c"), "[a,b][c]@1|" },
	{ __LINE__, TEXT("\"a\"\"b\"\"\""), "[a\"b\"]@1|" },
	{ __LINE__, TEXT("\"a\nb\r\nc\rd\"\ne"), "[a\nb\r\nc\rd]@1|[e]@5|" },
	{ __LINE__, TEXT(" a , b "), "[ a ][ b ]@1|" },
	{ __LINE__, TEXT("a\"b,c\"\n"), "[a\"b][c\"]@1|" },
	{ __LINE__, TEXT("\xef\xbb\xbf" "a,b"), "[a][b]@1|" },
	{ __LINE__, TEXT("\xef\xbb\xbf\"a\""), "[a]@1|" },
	{ __LINE__, TEXT("a\n\xef\xbb\xbf" "b"), "[a]@1|[\xef\xbb\xbf" "b]@2|" },
	{ __LINE__, TEXT("\xef\xbb"), "!5@1|" },
	{ __LINE__, TEXT("\xc3\xa9,\xf0\x9f\x98\x80"), "[\xc3\xa9][\xf0\x9f\x98\x80]@1|" },
	/* What is wrong costs one row. */
	{ __LINE__, TEXT("\"a\"b,c\nd"), "!1@1|[d]@2|" },
	{ __LINE__, TEXT("\"a\" ,c\nd"), "!1@1|[d]@2|" },
	{ __LINE__, TEXT("a,\"b\nc"), "!2@1|" },
	{ __LINE__, TEXT("\""), "!2@1|" },
	{ __LINE__, TEXT("\"a\"\""), "!2@1|" },
	{ __LINE__, TEXT("a\0b,c\nd"), "!5@1|[d]@2|" },
	{ __LINE__, TEXT("\xff\nd"), "!5@1|[d]@2|" },
	{ __LINE__, TEXT("\xc3,\xa9\nd"), "!5@1|[d]@2|" },
	{ __LINE__, TEXT(TEN TEN TEN TEN TEN TEN "012\nd"), "[" TEN TEN TEN TEN TEN TEN "012]@1|[d]@2|" },
	{ __LINE__, TEXT(TEN TEN TEN TEN TEN TEN "0123\nd"), "!3@1|[d]@2|" },
	{ __LINE__, TEXT("\"" TEN TEN TEN TEN TEN TEN TEN TEN "\n\n\"\nd"), "!3@1|[d]@4|" },
};
/* clang-format on */

static void
rows_are_read_as_rfc_4180_says_in_pieces_of_any_size(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1000 };
	char got[1024];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			struct source s = { .text = cases[i].text,
				.len = cases[i].len,
				.step = steps[j] };

			tell(&s, got, sizeof(got));
			if (strcmp(got, cases[i].expected) != 0)
				fail_msg("line %d, %zu bytes at a time: %s",
				    cases[i].line, steps[j], got);
		}
	}
}

static void
a_row_has_so_many_cells_and_no_more(void **state)
{
	char text[CSV_CELLS_MAX + 8];
	struct source s = { .text = text, .step = 1000 };
	struct csv_reader *r;
	struct csv_row row;

	(void)state;
	memset(text, ',', sizeof(text));
	s.len = CSV_CELLS_MAX - 1;
	r = csv_open(read_source, &s, 1 << 20);
	assert_true(csv_next(r, &row));
	assert_int_equal(row.fault, CSV_OK);
	assert_int_equal(row.count, CSV_CELLS_MAX);
	csv_close(r);
	text[CSV_CELLS_MAX] = '\n';
	text[CSV_CELLS_MAX + 1] = 'x';
	s.len = CSV_CELLS_MAX + 2;
	s.at = 0;
	r = csv_open(read_source, &s, 1 << 20);
	assert_true(csv_next(r, &row));
	assert_int_equal(row.fault, CSV_TOO_WIDE);
	assert_int_equal(row.count, 0);
	assert_true(csv_next(r, &row));
	assert_string_equal(row.cells[0], "x");
	assert_false(csv_next(r, &row));
	csv_close(r);
}

static void
an_input_that_fails_is_not_taken_for_its_end(void **state)
{
	struct source s = {
		.text = "a\nb", .len = 3, .step = 1, .fails = true
	};
	char got[64];

	(void)state;
	tell(&s, got, sizeof(got));
	assert_string_equal(got, "[a]@1|!6@2|");
	s.len = s.at = 0;
	tell(&s, got, sizeof(got));
	assert_string_equal(got, "!6@1|");
}

/* clang-format off */
static const struct {
	int line;
	const char *text, *plain, *quoted;
} written[] = {
	{ __LINE__, NULL, "", "\"\"" },
	{ __LINE__, "", "", "\"\"" },
	{ __LINE__, "a b", "a b", "\"a b\"" },
	{ __LINE__, "a,b", "\"a,b\"", "\"a,b\"" },
	{ __LINE__, "\"a\"", "\"\"\"a\"\"\"", "\"\"\"a\"\"\"" },
	{ __LINE__, "a\nb", "\"a\nb\"", "\"a\nb\"" },
	{ __LINE__, "a\rb", "\"a\rb\"", "\"a\rb\"" },
	{ __LINE__, "=1+1", "'=1+1", "\"'=1+1\"" },
	{ __LINE__, "+1", "'+1", "\"'+1\"" },
	{ __LINE__, "-1", "'-1", "\"'-1\"" },
	{ __LINE__, "@a", "'@a", "\"'@a\"" },
	{ __LINE__, "=a,\"b\"", "\"'=a,\"\"b\"\"\"", "\"'=a,\"\"b\"\"\"" },
	{ __LINE__, "a=1", "a=1", "\"a=1\"" },
	{ __LINE__, "'a", "'a", "\"'a\"" },
};
/* clang-format on */

static void
cells_are_quoted_where_they_must_be_and_never_formulas(void **state)
{
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 1024);
	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		buf_clear(&out);
		csv_cell(&out, written[i].text);
		if (strcmp(buf_string(&out), written[i].plain) != 0)
			fail_msg("line %d: %s", written[i].line, out.ptr);
		buf_clear(&out);
		csv_cell_quoted(&out, written[i].text);
		if (strcmp(buf_string(&out), written[i].quoted) != 0)
			fail_msg("line %d: %s", written[i].line, out.ptr);
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    rows_are_read_as_rfc_4180_says_in_pieces_of_any_size),
		cmocka_unit_test(a_row_has_so_many_cells_and_no_more),
		cmocka_unit_test(an_input_that_fails_is_not_taken_for_its_end),
		cmocka_unit_test(
		    cells_are_quoted_where_they_must_be_and_never_formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
