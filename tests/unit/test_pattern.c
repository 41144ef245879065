/* SPDX-License-Identifier: MIT */
#include "http/pattern.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BOTH = PATTERN_ANY_CASE | PATTERN_TRAILING_SLASH };

static const struct {
	int line;
	const char *pattern, *path;
	unsigned flags;
	const char *values; /* joined with '|'; NULL: no match */
} cases[] = {
	{ __LINE__, "/", "/", 0, "" },
	{ __LINE__, "/", "/", PATTERN_TRAILING_SLASH, "" },
	{ __LINE__, "/", "//", 0, NULL },
	{ __LINE__, "/", "", 0, NULL },
	{ __LINE__, "/", "/a", 0, NULL },
	{ __LINE__, "/prompts", "/prompts", 0, "" },
	{ __LINE__, "/prompts", "/prompt", 0, NULL },
	{ __LINE__, "/prompts", "/promptss", 0, NULL },
	{ __LINE__, "/prompts", "prompts", 0, NULL },
	{ __LINE__, "/prompts", "/prompts/", 0, NULL },
	{ __LINE__, "/prompts", "/prompts/", PATTERN_TRAILING_SLASH, "" },
	{ __LINE__, "/prompts", "/prompts//", PATTERN_TRAILING_SLASH, NULL },
	{ __LINE__, "/prompts", "//prompts", 0, NULL },
	{ __LINE__, "/prompts", "/PROMPTS", 0, NULL },
	{ __LINE__, "/prompts", "/PrOmPtS", PATTERN_ANY_CASE, "" },
	{ __LINE__, "/prompts/", "/prompts/", 0, "" },
	{ __LINE__, "/prompts/", "/prompts/", PATTERN_TRAILING_SLASH, "" },
	{ __LINE__, "/prompts/", "/prompts", 0, NULL },
	{ __LINE__, "/prompts/:id", "/prompts/7", 0, "7" },
	{ __LINE__, "/prompts/:id", "/prompts/", 0, NULL },
	{ __LINE__, "/prompts/:id", "/prompts/", PATTERN_TRAILING_SLASH, NULL },
	{ __LINE__, "/prompts/:id", "/prompts", 0, NULL },
	{ __LINE__, "/prompts/:id", "/prompts/7/", 0, NULL },
	{ __LINE__, "/prompts/:id", "/prompts/7/", PATTERN_TRAILING_SLASH,
	    "7" },
	{ __LINE__, "/prompts/:id", "/prompts/7/8", 0, NULL },
	{ __LINE__, "/prompts/:id", "/PROMPTS/aB", BOTH, "aB" },
	{ __LINE__, "/prompts/:id", "/prompts/%2F", 0, "%2F" },
	{ __LINE__, "/prompts/:id", "/prompts/:id", 0, ":id" },
	{ __LINE__, "/prompts/:id", "/prompts/..", 0, ".." },
	{ __LINE__, "/p/:id/x/:other", "/p/1/x/2", 0, "1|2" },
	{ __LINE__, "/p/:id/x/:other", "/p//x/2", 0, NULL },
	{ __LINE__, "/p/:id/x/:other", "/p/1/y/2", 0, NULL },
	{ __LINE__, "/:a/:b/:c/:d", "/1/2/3/4", 0, "1|2|3|4" },
	{ __LINE__, "/:a/:b/:c/:d", "/1/2/3/4/5", 0, NULL },
	{ __LINE__, "/v1/x:run", "/v1/x:run", 0, "" },
	{ __LINE__, "/v1/x:run", "/v1/x:walk", 0, NULL },
	{ __LINE__, "/v1/:", "/v1/:", 0, "" },
	{ __LINE__, "/:id", "/\xc3\xa4", 0, "\xc3\xa4" },
};

static void
paths_match_their_patterns(void **state)
{
	struct arena *a = arena_new();
	struct pattern_params got;
	struct buf joined;
	size_t i, k;
	bool matched;

	(void)state;
	buf_init(&joined, 256);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		matched = pattern_match(
		    cases[i].pattern, cases[i].path, cases[i].flags, a, &got);
		if (matched != (cases[i].values != NULL))
			fail_msg(
			    "line %d: matched is %d", cases[i].line, matched);
		if (!matched)
			continue;
		buf_clear(&joined);
		for (k = 0; k < got.count; k++) {
			if (k > 0)
				buf_char(&joined, '|');
			buf_text(&joined, got.value[k]);
		}
		if (strcmp(buf_string(&joined), cases[i].values) != 0)
			fail_msg(
			    "line %d: %s", cases[i].line, buf_string(&joined));
	}
	buf_free(&joined);
	arena_free(a);
}

static void
parameters_are_untouched_when_nothing_matches(void **state)
{
	struct arena *a = arena_new();
	struct pattern_params got = { .value = { "old" }, .count = 3 };

	(void)state;
	assert_false(pattern_match("/a/:b/c", "/a/x/d", 0, a, &got));
	assert_int_equal(got.count, 3);
	assert_string_equal(got.value[0], "old");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_match_their_patterns),
		cmocka_unit_test(parameters_are_untouched_when_nothing_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
