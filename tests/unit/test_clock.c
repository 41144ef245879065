/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

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

/* Of twelve centuries. */
static void
every_day_is_the_one_of_the_c_library(void **state)
{
	const int64_t day_ms = 86400000;
	char out[CLOCK_TEXT_SIZE], expected[CLOCK_TEXT_SIZE];
	int64_t day, at_ms;
	struct tm tm;
	time_t seconds;

	(void)state;
	for (day = -200000; day < 240000; day++) {
		at_ms = day * day_ms + day % 3 * 1000;
		seconds = (time_t)(at_ms / 1000);
		gmtime_r(&seconds, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		clock_iso_seconds(at_ms, out);
		assert_string_equal(out, expected);
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

static const struct {
	int line;
	const char *text;
	int64_t at_ms;
} readable[] = {
	{ __LINE__, "1970-01-01T00:00:00Z", 0 },
	{ __LINE__, "1970-01-01", 0 },
	{ __LINE__, "1969-12-31T23:59:59.999Z", -1 },
	{ __LINE__, "2026-11-20T22:10:49.554Z", 1795212649554 },
	{ __LINE__, "2026-11-20t22:10:49.5z", 1795212649500 },
	{ __LINE__, "2026-11-20T22:10:49.5549999Z", 1795212649554 },
	{ __LINE__, "2026-11-20T23:40:49+01:30", 1795212649000 },
	{ __LINE__, "2026-11-20T12:10:49-10:00", 1795212649000 },
	{ __LINE__, "2000-02-29", 951782400000 },
};

static void
times_are_read_as_rfc_3339_writes_them(void **state)
{
	int64_t at_ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
		at_ms = 4711;
		if (!clock_from_rfc3339(readable[i].text, &at_ms) ||
		    at_ms != readable[i].at_ms)
			fail_msg("line %d: %lld", readable[i].line,
			    (long long)at_ms);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = { "", "2026", "2026-11", "2026-11-2",
		"2026-11-20T", "2026-11-20 22:10:49Z", "2026-11-20T22:10:49",
		"2026-11-20T22:10:49.Z", "2026-11-20T22:10Z",
		"2026-11-20T22:10:49Zx", "2026-11-20T22:10:49+0130",
		"2026-11-20T22:10:49+24:00", "2026-11-20T22:10:60Z",
		"2026-11-20T24:00:00Z", "2026-13-01", "2026-00-01",
		"2026-11-31", "2025-02-29", "2026-11-00", " 2026-11-20",
		"+026-11-20" };
	int64_t at_ms = 4711;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (clock_from_rfc3339(texts[i], &at_ms) || at_ms != 4711)
			fail_msg("\"%s\": %lld", texts[i], (long long)at_ms);
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
		cmocka_unit_test(every_day_is_the_one_of_the_c_library),
		cmocka_unit_test(times_beyond_the_calendar_end_in_text_too),
		cmocka_unit_test(the_steady_clock_never_steps_back),
		cmocka_unit_test(times_are_read_as_rfc_3339_writes_them),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(the_wall_clock_is_past_2020),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
