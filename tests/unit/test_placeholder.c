/* SPDX-License-Identifier: MIT */
#include "domain/placeholder.h"

#include "base/text.h"
#include "scratch.h"

static const char *const names[] = { "water", "$& {{x}}", "{{categories}}" };

/* count is that of the names, taken from the first on. */
static const struct {
	int line;
	size_t count;
	const char *text, *filled;
} cases[] = {
	{ __LINE__, 2, "", "" },
	{ __LINE__, 2, "plain {{other}}", "plain {{other}}" },
	{ __LINE__, 2, "{{category_1}}", "water" },
	{ __LINE__, 2, "<{{category_2}}{{category_1}}>", "<$& {{x}}water>" },
	{ __LINE__, 2, "{{category_001}}", "water" },
	{ __LINE__, 2, "{{category_0}}", "{{category_0}}" },
	{ __LINE__, 2, "{{category_3}}", "{{category_3}}" },
	{ __LINE__, 2, "{{category_18446744073709551617}}",
	    "{{category_18446744073709551617}}" },
	{ __LINE__, 2, "{{category_}}", "{{category_}}" },
	{ __LINE__, 2, "{{category_1}", "{{category_1}" },
	{ __LINE__, 2, "{{category_1", "{{category_1" },
	{ __LINE__, 2, "{{category_-1}}", "{{category_-1}}" },
	{ __LINE__, 2, "{{category_ 1}}", "{{category_ 1}}" },
	{ __LINE__, 2, "{{Category_1}}", "{{Category_1}}" },
	{ __LINE__, 2, "{{category_{{category_1}}", "{{category_water" },
	{ __LINE__, 2, "{{{category_1}}}", "{water}" },
	{ __LINE__, 1, "{{categories}}", "water" },
	{ __LINE__, 2, "a {{categories}}b{{categories}}",
	    "a water, $& {{x}}bwater, $& {{x}}" },
	{ __LINE__, 0, "[{{categories}}] {{category_1}}", "[] {{category_1}}" },
	{ __LINE__, 2, "{{ categories }}", "{{ categories }}" },
	/* Two passes: what the first one puts in, the second one sees. */
	{ __LINE__, 3, "{{category_3}}", "water, $& {{x}}, {{categories}}" },
};

static void
categories_are_put_in_by_number_and_all_together(void **state)
{
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&out, 1000);
		placeholder_fill_categories(
		    cases[i].text, names, cases[i].count, &out);
		if (buf_failed(&out) ||
		    !text_equal(buf_string(&out), cases[i].filled))
			fail_msg(
			    "line %d: %s", cases[i].line, buf_string(&out));
		buf_free(&out);
	}
}

static void
a_text_that_grows_too_long_is_a_failure(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 8);
	placeholder_fill_categories(
	    "{{category_1}} {{category_1}}", names, 1, &out);
	assert_true(buf_failed(&out));
	buf_free(&out);
	buf_init(&out, 20);
	placeholder_fill_categories(
	    "{{categories}}{{categories}}", names, 3, &out);
	assert_true(buf_failed(&out));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    categories_are_put_in_by_number_and_all_together),
		cmocka_unit_test(a_text_that_grows_too_long_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
