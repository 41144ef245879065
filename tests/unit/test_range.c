/* SPDX-License-Identifier: MIT */
#include "http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SIZE 100

/* What the headers of clients, good and bad, want of 100 bytes. */
static const struct {
	int line;
	const char *value;
	enum range_kind kind;
	int64_t at, len;
} cases[] = {
	{ __LINE__, NULL, RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=0-0", RANGE_PART, 0, 1 },
	{ __LINE__, "bytes=0-99", RANGE_PART, 0, 100 },
	{ __LINE__, "bytes=10-19", RANGE_PART, 10, 10 },
	{ __LINE__, "bytes=99-", RANGE_PART, 99, 1 },
	{ __LINE__, "bytes=0-", RANGE_PART, 0, 100 },
	{ __LINE__, "bytes=90-1000", RANGE_PART, 90, 10 },
	{ __LINE__, "bytes=-1", RANGE_PART, 99, 1 },
	{ __LINE__, "bytes=-100", RANGE_PART, 0, 100 },
	{ __LINE__, "bytes=-101", RANGE_PART, 0, 100 },
	{ __LINE__, "BYTES=5-6", RANGE_PART, 5, 2 },
	{ __LINE__, " \tbytes=5-6 \t", RANGE_PART, 5, 2 },
	{ __LINE__, "bytes=,, 5-6 ,", RANGE_PART, 5, 2 },
	{ __LINE__, "bytes=000000000000000000000000000005-6", RANGE_PART, 5,
	    2 },
	/* Numbers of any length. */
	{ __LINE__, "bytes=5-9223372036854775807", RANGE_PART, 5, 95 },
	{ __LINE__, "bytes=5-9223372036854775808", RANGE_PART, 5, 95 },
	{ __LINE__, "bytes=5-18446744073709551620", RANGE_PART, 5, 95 },
	{ __LINE__, "bytes=5-99999999999999999999999999", RANGE_PART, 5, 95 },
	{ __LINE__, "bytes=-99999999999999999999999999", RANGE_PART, 0, 100 },
	{ __LINE__, "bytes=18446744073709551616-", RANGE_BEYOND, 0, 0 },
	{ __LINE__, "bytes=18446744073709551616-18446744073709551617",
	    RANGE_BEYOND, 0, 0 },
	/* Nothing of it exists. */
	{ __LINE__, "bytes=100-", RANGE_BEYOND, 0, 0 },
	{ __LINE__, "bytes=100-100", RANGE_BEYOND, 0, 0 },
	{ __LINE__, "bytes=-0", RANGE_BEYOND, 0, 0 },
	/* Several. */
	{ __LINE__, "bytes=0-0,1-1", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=0-0, -1", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=200-,300-", RANGE_WHOLE, 0, 0 },
	/* What is none. */
	{ __LINE__, "", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=,", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=-", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=--1", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=-1-", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=-1-2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=1-2-3", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=6-5", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=a-b", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=1", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=1 -2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=1- 2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=+1-2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=0x1-0x2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes=1-2x", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "bytes =1-2", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "chars=0-0", RANGE_WHOLE, 0, 0 },
	{ __LINE__, "none", RANGE_WHOLE, 0, 0 },
};

static void
a_header_is_read_as_rfc_9110_says(void **state)
{
	const struct range none = { 0, 0 };
	struct range got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		got = none;
		if (range_read(cases[i].value, SIZE, &got) != cases[i].kind)
			fail_msg("line %d: kind", cases[i].line);
		if (got.at != cases[i].at || got.len != cases[i].len)
			fail_msg("line %d: at %d, %d bytes", cases[i].line,
			    (int)got.at, (int)got.len);
	}
}

static void
an_empty_body_has_no_parts(void **state)
{
	struct range got;

	(void)state;
	assert_int_equal(range_read("bytes=0-", 0, &got), RANGE_BEYOND);
	assert_int_equal(range_read("bytes=-1", 0, &got), RANGE_BEYOND);
	assert_int_equal(range_read(NULL, 0, &got), RANGE_WHOLE);
}

static void
the_largest_body_has_parts(void **state)
{
	struct range got;

	(void)state;
	assert_int_equal(
	    range_read("bytes=0-99999999999999999999", INT64_MAX, &got),
	    RANGE_PART);
	assert_true(got.at == 0 && got.len == INT64_MAX);
	assert_int_equal(range_read("bytes=-1", INT64_MAX, &got), RANGE_PART);
	assert_true(got.at == INT64_MAX - 1 && got.len == 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_read_as_rfc_9110_says),
		cmocka_unit_test(an_empty_body_has_no_parts),
		cmocka_unit_test(the_largest_body_has_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
