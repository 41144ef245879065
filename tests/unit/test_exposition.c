/* SPDX-License-Identifier: MIT */
#include "wire/exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct buf out;

static int
begin(void **state)
{
	(void)state;
	buf_init(&out, 1 << 16);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void
a_metric_begins_with_what_it_is(void **state)
{
	(void)state;
	exposition_metric(&out, "a_total", EXPOSITION_COUNTER, "So many.");
	exposition_sample(&out, "a_total", NULL, UINT64_MAX);
	assert_string_equal(buf_string(&out),
	    "# HELP a_total So many.\n"
	    "# TYPE a_total counter\n"
	    "a_total 18446744073709551615\n");
}

static void
label_values_may_hold_anything(void **state)
{
	const struct exposition_label labels[] = {
		{ "path", "a\"b\\c\nd}" },
		{ "word", "größe" },
		{ "empty", "" },
		{ NULL, NULL },
	};

	(void)state;
	exposition_sample(&out, "a", labels, 0);
	assert_string_equal(buf_string(&out),
	    "a{path=\"a\\\"b\\\\c\\nd}\",word=\"größe\",empty=\"\"} 0\n");
}

static void
a_bound_belongs_to_its_bucket(void **state)
{
	static const uint64_t bounds[] = { 10, 20 };
	static const struct {
		int line;
		uint64_t value;
		size_t bucket;
	} cases[] = {
		{ __LINE__, 0, 0 },
		{ __LINE__, 10, 0 },
		{ __LINE__, 11, 1 },
		{ __LINE__, 20, 1 },
		{ __LINE__, 21, 2 },
		{ __LINE__, UINT64_MAX, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (exposition_bucket(bounds, 2, cases[i].value) !=
		    cases[i].bucket)
			fail_msg("line %d", cases[i].line);
	}
}

static void
buckets_of_a_histogram_add_up(void **state)
{
	static const uint64_t bounds[] = { 1, 16 }, counts[] = { 2, 0, 3 };
	const struct exposition_label labels[] = {
		{ "route", "/a" },
		{ NULL, NULL },
	};
	const struct exposition_histogram h = {
		.bounds = bounds,
		.bound_count = 2,
		.counts = counts,
		.sum = 60,
	};

	(void)state;
	exposition_histogram(&out, "a", labels, &h);
	assert_string_equal(buf_string(&out),
	    "a_bucket{route=\"/a\",le=\"1\"} 2\n"
	    "a_bucket{route=\"/a\",le=\"16\"} 2\n"
	    "a_bucket{route=\"/a\",le=\"+Inf\"} 5\n"
	    "a_count{route=\"/a\"} 5\n"
	    "a_sum{route=\"/a\"} 60\n");
}

static void
times_are_shown_in_seconds(void **state)
{
	static const uint64_t bounds[] = { 1, 2500, 1000000, 2500000 };
	static const uint64_t counts[] = { 0, 1, 1, 1, 1 };
	const struct exposition_histogram h = {
		.bounds = bounds,
		.bound_count = 4,
		.counts = counts,
		.sum = 12000030,
		.unit = EXPOSITION_SECONDS,
	};

	(void)state;
	exposition_histogram(&out, "t", NULL, &h);
	assert_string_equal(buf_string(&out),
	    "t_bucket{le=\"0.000001\"} 0\n"
	    "t_bucket{le=\"0.0025\"} 1\n"
	    "t_bucket{le=\"1\"} 2\n"
	    "t_bucket{le=\"2.5\"} 3\n"
	    "t_bucket{le=\"+Inf\"} 4\n"
	    "t_count 4\n"
	    "t_sum 12.00003\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_metric_begins_with_what_it_is),
		TEST(label_values_may_hold_anything),
		TEST(a_bound_belongs_to_its_bucket),
		TEST(buckets_of_a_histogram_add_up),
		TEST(times_are_shown_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
