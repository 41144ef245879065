/* SPDX-License-Identifier: MIT */
#include "wire/body.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct body *
parse(const char *text)
{
	struct scan scan;
	const struct body *b = body_parse(text, strlen(text), arena, &scan);

	assert_int_equal(b != NULL, scan.fault == SCAN_OK);
	return b;
}

static void
whatever_the_scan_passes_is_parsed(void **state)
{
	static const struct {
		int line;
		const char *text;
		enum scan_kind kind;
	} cases[] = {
		{ __LINE__, "{}", SCAN_OBJECT },
		{ __LINE__, " {\"a\": 1} \n", SCAN_OBJECT },
		{ __LINE__, "[]", SCAN_ARRAY },
		{ __LINE__, "null", SCAN_NULL },
		{ __LINE__, " null ", SCAN_NULL },
		{ __LINE__, "true", SCAN_TRUE },
		{ __LINE__, "false ", SCAN_FALSE },
		{ __LINE__, "0", SCAN_NUMBER },
		{ __LINE__, "12", SCAN_NUMBER },
		{ __LINE__, "-0", SCAN_NUMBER },
		{ __LINE__, "-0.0", SCAN_NUMBER },
		{ __LINE__, "1e400", SCAN_NUMBER },
		{ __LINE__, "-1E-400", SCAN_NUMBER },
		{ __LINE__, "[1e400,1E+5,0e0,0.10]", SCAN_ARRAY },
		{ __LINE__, "123456789012345678901234567890", SCAN_NUMBER },
		{ __LINE__, "-123456789012345678901234567890 ", SCAN_NUMBER },
		{ __LINE__, "\"\"", SCAN_STRING },
		{ __LINE__, "\"\\ud83d\\ude00\" ", SCAN_STRING },
		{ __LINE__, "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", SCAN_ARRAY },
		{ __LINE__, "[[[[[[[[[[[[[[[{\"a\":null}]]]]]]]]]]]]]]]",
		    SCAN_ARRAY },
	};
	const struct body *b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b = parse(cases[i].text);
		if (b == NULL || body_kind(b) != cases[i].kind)
			fail_msg("line %d", cases[i].line);
	}
	arena_reset(arena);
}

static void
what_lenient_parsers_take_is_refused(void **state)
{
	static const struct {
		int line;
		const char *text;
		enum scan_fault fault;
	} cases[] = {
		{ __LINE__, "", SCAN_EMPTY },
		{ __LINE__, "{'a':1}", SCAN_SYNTAX },
		{ __LINE__, "[NaN]", SCAN_SYNTAX },
		{ __LINE__, "[1.]", SCAN_SYNTAX },
		{ __LINE__, "[\"a\nb\"]", SCAN_SYNTAX },
		{ __LINE__, "{\"a\":1,\"a\":2}", SCAN_DUPLICATE },
		{ __LINE__, "\"\xc0\xaf\"", SCAN_UTF8 },
		{ __LINE__, "\"\\ud800\"", SCAN_SURROGATE },
		{ __LINE__, "\"\\u0000\"", SCAN_NUL },
	};
	struct scan scan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_null(body_parse(
		    cases[i].text, strlen(cases[i].text), arena, &scan));
		if (scan.fault != cases[i].fault)
			fail_msg("line %d", cases[i].line);
	}
}

static void
text_without_a_nul_behind_it_is_parsed(void **state)
{
	struct scan scan;
	char *exact = malloc(3);

	(void)state;
	assert_non_null(exact);
	memcpy(exact, "123", 3);
	assert_non_null(body_parse(exact, 3, arena, &scan));
	memcpy(exact, "{} ", 3);
	assert_non_null(body_parse(exact, 3, arena, &scan));
	arena_reset(arena);
	free(exact);
}

static void
strings_are_decoded(void **state)
{
	const struct body *b = parse("{\"a\":\"x\\n\\u00e9\\ud83d\\ude00\\/\","
				     "\"\\u0062\":\"y\",\"c\":\"\","
				     "\"d\":5,\"e\":null}");

	(void)state;
	assert_non_null(b);
	assert_int_equal(body_scan(b)->member_count, 5);
	assert_string_equal(body_text(b, 0), "x\n\xc3\xa9\xf0\x9f\x98\x80/");
	assert_string_equal(body_text(b, 1), "y");
	assert_string_equal(body_text(b, 2), "");
	assert_null(body_text(b, 3));
	assert_null(body_text(b, 4));
	arena_reset(arena);
}

static void
items_are_bodies_of_their_own(void **state)
{
	const struct body *b = parse("[{\"a\":\"x\"},null,\"z\",[1,\"y\"]]");
	const struct body *item;

	(void)state;
	assert_int_equal(body_count(b), 4);
	assert_string_equal(body_text(b, 2), "z");
	item = body_item(b, 0, arena);
	assert_int_equal(body_kind(item), SCAN_OBJECT);
	assert_string_equal(body_scan(item)->members[0].name, "a");
	assert_string_equal(body_text(item, 0), "x");
	assert_int_equal(body_kind(body_item(b, 1, arena)), SCAN_NULL);
	item = body_item(b, 3, arena);
	assert_int_equal(body_count(item), 2);
	assert_null(body_text(item, 0));
	assert_string_equal(body_text(item, 1), "y");
	arena_reset(arena);
}

static void
members_of_an_object_are_items_too(void **state)
{
	const struct body *b = parse("{\"a\":{\"b\":[\"c\"]}}"), *item;

	(void)state;
	assert_int_equal(body_count(b), 0);
	item = body_item(body_item(b, 0, arena), 0, arena);
	assert_int_equal(body_count(item), 1);
	assert_string_equal(body_text(item, 0), "c");
	arena_reset(arena);
}

static void
numbers_keep_their_text(void **state)
{
	static const char text[] = "{\"a\":1.50,\"b\":1e400,\"c\":-0}";
	const struct body *b = parse(text);
	const struct scan_member *m = body_scan(b)->members;

	(void)state;
	assert_memory_equal(m[0].value, "1.50", m[0].value_len);
	assert_memory_equal(m[1].value, "1e400", m[1].value_len);
	assert_memory_equal(m[2].value, "-0", m[2].value_len);
	arena_reset(arena);
}

static void
the_empty_body_is_an_object_without_members(void **state)
{
	const struct body *b = body_empty(arena);

	(void)state;
	assert_int_equal(body_kind(b), SCAN_OBJECT);
	assert_int_equal(body_count(b), 0);
	assert_int_equal(body_scan(b)->member_count, 0);
}

static void
a_form_is_an_object_of_strings(void **state)
{
	static const struct {
		int line;
		const char *text;
		size_t count;
		const char *name, *value; /* of the last member */
	} cases[] = {
		{ __LINE__, "", 0, NULL, NULL },
		{ __LINE__, "&&", 0, NULL, NULL },
		{ __LINE__, "a=1", 1, "a", "1" },
		{ __LINE__, "a", 1, "a", "" },
		{ __LINE__, "a=1&b=x%20y+z", 2, "b", "x y z" },
		{ __LINE__, "a=b=c", 1, "a", "b=c" },
		{ __LINE__, "%61%22=%22%5C%0a", 1, "a\"", "\"\\\n" },
		{ __LINE__, "a=\x01\x02\x03&b=%C3%A9", 2, "b", "\xc3\xa9" },
	};
	const struct body *b;
	const struct scan_member *last;
	struct scan scan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b = body_parse_form(
		    cases[i].text, strlen(cases[i].text), arena, &scan);
		if (b == NULL || body_scan(b)->member_count != cases[i].count)
			fail_msg("line %d", cases[i].line);
		if (cases[i].count == 0)
			continue;
		last = &body_scan(b)->members[cases[i].count - 1];
		if (strcmp(last->name, cases[i].name) != 0 ||
		    strcmp(body_text(b, cases[i].count - 1), cases[i].value) !=
			0)
			fail_msg("line %d: %s", cases[i].line, last->name);
	}
}

static void
an_ill_formed_form_is_refused(void **state)
{
	static const char *const texts[] = {
		"a=%",
		"a=%4",
		"a=%zz",
		"a=%00",
		"a=%ff",
		"a=\xff",
		"a=1&a=2",
		"a=1&%61=2",
		"a=%ed%a0%80",
	};
	struct scan scan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (body_parse_form(texts[i], strlen(texts[i]), arena, &scan) !=
		    NULL)
			fail_msg("%s", texts[i]);
		assert_int_not_equal(scan.fault, SCAN_OK);
	}
	assert_null(body_parse_form("a=\0b", 4, arena, &scan));
}

static void
a_form_needs_no_nul_behind_it(void **state)
{
	struct scan scan;
	char *text = malloc(3);

	(void)state;
	memcpy(text, "a=b", 3);
	assert_non_null(body_parse_form(text, 3, arena, &scan));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_scan_passes_is_parsed),
		cmocka_unit_test(what_lenient_parsers_take_is_refused),
		cmocka_unit_test(text_without_a_nul_behind_it_is_parsed),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(items_are_bodies_of_their_own),
		cmocka_unit_test(members_of_an_object_are_items_too),
		cmocka_unit_test(numbers_keep_their_text),
		cmocka_unit_test(the_empty_body_is_an_object_without_members),
		cmocka_unit_test(a_form_is_an_object_of_strings),
		cmocka_unit_test(an_ill_formed_form_is_refused),
		cmocka_unit_test(a_form_needs_no_nul_behind_it),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
