/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	int line;
	int64_t at_ms;
	const char *ms, *rfc3339, *seconds;
} cases[] = {
	{ __LINE__, 0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z",
	    "1970-01-01T00:00:00Z" },
	{ __LINE__, 1, "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.001Z",
	    "1970-01-01T00:00:00Z" },
	{ __LINE__, 1795212649554, "2026-11-20T22:10:49.554Z",
	    "2026-11-20T22:10:49.554Z", "2026-11-20T22:10:49Z" },
	{ __LINE__, 1795212649550, "2026-11-20T22:10:49.550Z",
	    "2026-11-20T22:10:49.55Z", "2026-11-20T22:10:49Z" },
	{ __LINE__, 1795212649500, "2026-11-20T22:10:49.500Z",
	    "2026-11-20T22:10:49.5Z", "2026-11-20T22:10:49Z" },
	{ __LINE__, 1795212649000, "2026-11-20T22:10:49.000Z",
	    "2026-11-20T22:10:49Z", "2026-11-20T22:10:49Z" },
	{ __LINE__, 951782400000, "2000-02-29T00:00:00.000Z",
	    "2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z" },
	{ __LINE__, 253402300799999, "9999-12-31T23:59:59.999Z",
	    "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z" },
	{ __LINE__, -1, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z",
	    "1969-12-31T23:59:59Z" },
	{ __LINE__, -1000, "1969-12-31T23:59:59.000Z", "1969-12-31T23:59:59Z",
	    "1969-12-31T23:59:59Z" },
	{ __LINE__, -1500, "1969-12-31T23:59:58.500Z", "1969-12-31T23:59:58.5Z",
	    "1969-12-31T23:59:58Z" },
};

static void
times_are_written_in_three_ways(void **state)
{
	char out[CLOCK_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_iso_ms(cases[i].at_ms, out);
		if (strcmp(out, cases[i].ms) != 0)
			fail_msg("line %d: %s", cases[i].line, out);
		clock_rfc3339(cases[i].at_ms, out);
		if (strcmp(out, cases[i].rfc3339) != 0)
			fail_msg("line %d: %s", cases[i].line, out);
		clock_iso_seconds(cases[i].at_ms, out);
		if (strcmp(out, cases[i].seconds) != 0)
			fail_msg("line %d: %s", cases[i].line, out);
	}
}

static void
times_beyond_the_calendar_end_in_text_too(void **state)
{
	static const int64_t far[] = { INT64_MIN, INT64_MAX,
		INT64_C(67768036191676799) * 100 };
	char out[CLOCK_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		clock_iso_ms(far[i], out);
		assert_int_equal(out[strlen(out) - 1], 'Z');
		clock_rfc3339(far[i], out);
		assert_int_equal(out[strlen(out) - 1], 'Z');
		clock_iso_seconds(far[i], out);
		assert_int_equal(out[strlen(out) - 1], 'Z');
	}
}

static void
the_steady_clock_never_steps_back(void **state)
{
	int64_t before = clock_steady_us(), after, i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		after = clock_steady_us();
		assert_true(after >= before);
		before = after;
	}
}

static void
the_wall_clock_is_past_2020(void **state)
{
	(void)state;
	assert_true(clock_now_ms() > 1577836800000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_in_three_ways),
		cmocka_unit_test(times_beyond_the_calendar_end_in_text_too),
		cmocka_unit_test(the_steady_clock_never_steps_back),
		cmocka_unit_test(the_wall_clock_is_past_2020),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
