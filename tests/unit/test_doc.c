/* SPDX-License-Identifier: MIT */
#include "wire/doc.h"
#include "wire/body.h"
#include "base/arena.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct buf buf;
static struct doc doc;

static int
begin(void **state)
{
	(void)state;
	buf_init(&buf, 1024 * 1024);
	doc_init(&doc, &buf);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	buf_free(&buf);
	return 0;
}

static void
members_and_elements_are_separated_by_commas(void **state)
{
	(void)state;
	doc_object(&doc, NULL);
	doc_text(&doc, "a", "x");
	doc_array(&doc, "b");
	doc_integer(&doc, NULL, 1);
	doc_object(&doc, NULL);
	doc_object_end(&doc);
	doc_array(&doc, NULL);
	doc_array_end(&doc);
	doc_boolean(&doc, NULL, true);
	doc_array_end(&doc);
	doc_object(&doc, "c");
	doc_boolean(&doc, "d", false);
	doc_null(&doc, "e");
	doc_object_end(&doc);
	doc_json(&doc, "f", "[1.50]");
	doc_object_end(&doc);
	assert_string_equal(buf_string(&buf),
	    "{\"a\":\"x\",\"b\":[1,{},[],true],"
	    "\"c\":{\"d\":false,\"e\":null},\"f\":[1.50]}");
}

static void
absent_text_and_json_are_null(void **state)
{
	(void)state;
	doc_array(&doc, NULL);
	doc_text(&doc, NULL, NULL);
	doc_json(&doc, NULL, NULL);
	doc_array_end(&doc);
	assert_string_equal(buf_string(&buf), "[null,null]");
}

static void
text_is_escaped_as_rfc_8259_asks_and_no_further(void **state)
{
	static const struct {
		int line;
		const char *text, *json;
	} cases[] = {
		{ __LINE__, "", "\"\"" },
		{ __LINE__, "plain", "\"plain\"" },
		{ __LINE__, "\"", "\"\\\"\"" },
		{ __LINE__, "\\", "\"\\\\\"" },
		{ __LINE__, "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
		{ __LINE__, "\x01\x0b\x1f", "\"\\u0001\\u000b\\u001f\"" },
		{ __LINE__, "/<>&'\x7f", "\"/<>&'\x7f\"" },
		{ __LINE__, "\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80",
		    "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"" },
		{ __LINE__, "1234567\"", "\"1234567\\\"\"" },
		{ __LINE__, "12345678\"", "\"12345678\\\"\"" },
		{ __LINE__, "\"2345678\n0123456789\\",
		    "\"\\\"2345678\\n0123456789\\\\\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&buf);
		doc_init(&doc, &buf);
		doc_text(&doc, NULL, cases[i].text);
		if (strcmp(buf_string(&buf), cases[i].json) != 0)
			fail_msg(
			    "line %d: %s", cases[i].line, buf_string(&buf));
	}
}

/* Eight bytes are looked at together, so every byte is tried at every place
 * between every pair of neighbours that could hide it. */
static void
every_byte_at_every_place_comes_back_from_a_parser(void **state)
{
	static const char fills[] = { 'a', ' ', '!', '"', '#', '[', '\\', 0x01,
		0x1f, 0x7f };
	struct arena *arena = arena_new();
	char text[18];
	struct scan scan;
	const struct body *b;
	size_t fill, place;
	int byte;

	(void)state;
	for (fill = 0; fill < sizeof(fills); fill++) {
		for (byte = 1; byte < 0x80; byte++) {
			for (place = 0; place < 17; place++) {
				memset(text, fills[fill], 17);
				text[17] = '\0';
				text[place] = (char)byte;
				buf_clear(&buf);
				doc_init(&doc, &buf);
				doc_array(&doc, NULL);
				doc_text(&doc, NULL, text);
				doc_array_end(&doc);
				b = body_parse(buf.ptr, buf.len, arena, &scan);
				assert_non_null(b);
				assert_string_equal(body_text(b, 0), text);
				arena_reset(arena);
			}
		}
	}
	arena_free(arena);
}

static void
names_are_escaped_too(void **state)
{
	(void)state;
	doc_object(&doc, NULL);
	doc_integer(&doc, "a\"b", 1);
	doc_object_end(&doc);
	assert_string_equal(buf_string(&buf), "{\"a\\\"b\":1}");
}

static void
integers_of_every_size_are_written(void **state)
{
	(void)state;
	doc_array(&doc, NULL);
	doc_integer(&doc, NULL, 0);
	doc_integer(&doc, NULL, -1);
	doc_integer(&doc, NULL, 10);
	doc_integer(&doc, NULL, INT64_MAX);
	doc_integer(&doc, NULL, INT64_MIN);
	doc_array_end(&doc);
	assert_string_equal(buf_string(&buf),
	    "[0,-1,10,9223372036854775807,-9223372036854775808]");
}

static void
a_full_buffer_is_a_failure_kept_for_the_end(void **state)
{
	struct buf small;

	(void)state;
	buf_init(&small, 8);
	doc_init(&doc, &small);
	doc_text(&doc, NULL, "0123456789");
	doc_integer(&doc, NULL, 1);
	assert_true(buf_failed(&small));
	assert_true(small.len <= 8);
	buf_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    members_and_elements_are_separated_by_commas, begin, end),
		cmocka_unit_test_setup_teardown(
		    absent_text_and_json_are_null, begin, end),
		cmocka_unit_test_setup_teardown(
		    text_is_escaped_as_rfc_8259_asks_and_no_further, begin,
		    end),
		cmocka_unit_test_setup_teardown(
		    every_byte_at_every_place_comes_back_from_a_parser, begin,
		    end),
		cmocka_unit_test_setup_teardown(
		    names_are_escaped_too, begin, end),
		cmocka_unit_test_setup_teardown(
		    integers_of_every_size_are_written, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_full_buffer_is_a_failure_kept_for_the_end, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
