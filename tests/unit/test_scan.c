/* SPDX-License-Identifier: MIT */
#include "wire/scan.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Text with its length, so that NUL bytes can stand in it. */
#define TEXT(literal) (literal), sizeof(literal) - 1

struct fault_case {
	int line;
	const char *text;
	size_t len;
	enum scan_fault fault;
};

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

/* The text is scanned from memory of exactly its size, so that a sanitizer
 * sees any reading past the end. */
static enum scan_fault
scan_exact(const char *text, size_t len, struct scan *out)
{
	char *exact = malloc(len > 0 ? len : 1);
	bool ok;

	assert_non_null(exact);
	memcpy(exact, text, len);
	ok = scan_json(exact, len, arena, out);
	free(exact);
	assert_int_equal(ok, out->fault == SCAN_OK);
	assert_true(out->offset <= len);
	if (!ok)
		assert_int_equal(out->member_count, 0);
	return out->fault;
}

static void
check_faults(const struct fault_case *cases, size_t count)
{
	struct scan scan;
	enum scan_fault fault;
	size_t i;

	for (i = 0; i < count; i++) {
		fault = scan_exact(cases[i].text, cases[i].len, &scan);
		if (fault != cases[i].fault)
			fail_msg("line %d: fault %d, expected %d",
			    cases[i].line, (int)fault, (int)cases[i].fault);
		arena_reset(arena);
	}
}

#define CHECK_FAULTS(cases) \
	check_faults((cases), sizeof(cases) / sizeof((cases)[0]))

static void
json_of_every_kind_passes(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("{}"), SCAN_OK },
		{ __LINE__, TEXT("[]"), SCAN_OK },
		{ __LINE__, TEXT("\"\""), SCAN_OK },
		{ __LINE__, TEXT("true"), SCAN_OK },
		{ __LINE__, TEXT("false"), SCAN_OK },
		{ __LINE__, TEXT("null"), SCAN_OK },
		{ __LINE__, TEXT(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n"), SCAN_OK },
		{ __LINE__, TEXT("[{},[],\"\",0,true,false,null]"), SCAN_OK },
		{ __LINE__, TEXT("{\"\":{\"\":{}}}"), SCAN_OK },
		{ __LINE__, TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\""),
		    SCAN_OK },
		{ __LINE__, TEXT("\"\x7f\""), SCAN_OK },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
nothing_at_all_is_empty(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT(""), SCAN_EMPTY },
		{ __LINE__, TEXT(" \t\r\n"), SCAN_EMPTY },
	};
	struct scan scan;

	(void)state;
	CHECK_FAULTS(cases);
	assert_false(scan_json(NULL, 0, arena, &scan));
	assert_int_equal(scan.fault, SCAN_EMPTY);
}

static void
broken_structure_is_refused(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("{"), SCAN_SYNTAX },
		{ __LINE__, TEXT("["), SCAN_SYNTAX },
		{ __LINE__, TEXT("}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1,]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[,1]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1 2]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1,"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\":"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\":1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\":1,"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\":1,}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\" 1}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\"}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{\"a\":}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{a:1}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{1:1}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{null:1}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{'a':1}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("['a']"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{,}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1] x"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{} {}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{}]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1 2"), SCAN_SYNTAX },
		{ __LINE__, TEXT("// c\n1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("/* c */1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\v1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\f1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\xc2\xa0{}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\xef\xbb\xbf{}"), SCAN_SYNTAX },
		{ __LINE__, TEXT("{}\xef\xbb\xbf"), SCAN_SYNTAX },
		{ __LINE__, TEXT("tru"), SCAN_SYNTAX },
		{ __LINE__, TEXT("truE"), SCAN_SYNTAX },
		{ __LINE__, TEXT("True"), SCAN_SYNTAX },
		{ __LINE__, TEXT("truee"), SCAN_SYNTAX },
		{ __LINE__, TEXT("nul"), SCAN_SYNTAX },
		{ __LINE__, TEXT("NULL"), SCAN_SYNTAX },
		{ __LINE__, TEXT("undefined"), SCAN_SYNTAX },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
numbers_follow_the_grammar(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("0"), SCAN_OK },
		{ __LINE__, TEXT("-0"), SCAN_OK },
		{ __LINE__, TEXT("-0.0"), SCAN_OK },
		{ __LINE__, TEXT("10"), SCAN_OK },
		{ __LINE__, TEXT("1.5"), SCAN_OK },
		{ __LINE__, TEXT("1e5"), SCAN_OK },
		{ __LINE__, TEXT("1E+5"), SCAN_OK },
		{ __LINE__, TEXT("1.0e-05"), SCAN_OK },
		{ __LINE__, TEXT("0e0"), SCAN_OK },
		{ __LINE__, TEXT("1e400"), SCAN_OK },
		{ __LINE__, TEXT("123456789012345678901234567890"), SCAN_OK },
		{ __LINE__, TEXT("-"), SCAN_SYNTAX },
		{ __LINE__, TEXT("-a"), SCAN_SYNTAX },
		{ __LINE__, TEXT("--1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("+1"), SCAN_SYNTAX },
		{ __LINE__, TEXT("01"), SCAN_SYNTAX },
		{ __LINE__, TEXT("-01"), SCAN_SYNTAX },
		{ __LINE__, TEXT("00"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1."), SCAN_SYNTAX },
		{ __LINE__, TEXT("[1.]"), SCAN_SYNTAX },
		{ __LINE__, TEXT(".5"), SCAN_SYNTAX },
		{ __LINE__, TEXT("-.5"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1.e5"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1e"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1e+"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1e5.5"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1.2.3"), SCAN_SYNTAX },
		{ __LINE__, TEXT("0x10"), SCAN_SYNTAX },
		{ __LINE__, TEXT("1_000"), SCAN_SYNTAX },
		{ __LINE__, TEXT("NaN"), SCAN_SYNTAX },
		{ __LINE__, TEXT("[NaN]"), SCAN_SYNTAX },
		{ __LINE__, TEXT("Infinity"), SCAN_SYNTAX },
		{ __LINE__, TEXT("-Infinity"), SCAN_SYNTAX },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
strings_follow_the_grammar(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"abc"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"abc\\"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"abc\\\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\x41\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\'\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\U0041\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\u\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\u004"), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\u004\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\u004g\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\u+041\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"a\nb\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"a\tb\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\x01\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\x1f\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\\n\""), SCAN_SYNTAX },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
ill_formed_utf8_is_refused(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("\"\xc3\xa9\""), SCAN_OK },
		{ __LINE__, TEXT("\"\xe2\x82\xac\""), SCAN_OK },
		{ __LINE__, TEXT("\"\xf0\x9f\x98\x80\""), SCAN_OK },
		{ __LINE__, TEXT("\"\xf4\x8f\xbf\xbf\""), SCAN_OK },
		{ __LINE__, TEXT("\"\xed\x9f\xbf\xee\x80\x80\""), SCAN_OK },
		{ __LINE__, TEXT("\"\xc0\xaf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xc1\xbf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xc0\x80\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xe0\x80\xaf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xf0\x80\x80\xaf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xed\xa0\x80\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xed\xbf\xbf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xf4\x90\x80\x80\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xf5\x80\x80\x80\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xff\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\x80\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xc3\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xe2\x82\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xe2\x82"), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\xf0"), SCAN_UTF8 },
		{ __LINE__, TEXT("{\"\xc0\xaf\":1}"), SCAN_UTF8 },
		{ __LINE__, TEXT("\"\\\xc0\xaf\""), SCAN_UTF8 },
		{ __LINE__, TEXT("\xff\xfe{}"), SCAN_UTF8 },
		{ __LINE__, TEXT("{} \x80"), SCAN_UTF8 },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
lone_surrogates_are_refused(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("\"\\ud83d\\ude00\""), SCAN_OK },
		{ __LINE__, TEXT("\"\\uD83D\\uDE00\""), SCAN_OK },
		{ __LINE__, TEXT("\"\\ud7ff\\ue000\""), SCAN_OK },
		{ __LINE__, TEXT("\"\\udbff\\udfff\""), SCAN_OK },
		{ __LINE__, TEXT("\"\\ud800\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\udfff\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ude00\\ud83d\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83d\\ud83d\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83dx\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83d\\n\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83d\\u0041\""), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83d\\u\""), SCAN_SYNTAX },
		{ __LINE__, TEXT("\"\\ud83d"), SCAN_SURROGATE },
		{ __LINE__, TEXT("\"\\ud83d\\"), SCAN_SURROGATE },
		{ __LINE__, TEXT("{\"\\ud800\":1}"), SCAN_SURROGATE },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
nul_is_refused_raw_and_escaped(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("\"\\u0000\""), SCAN_NUL },
		{ __LINE__, TEXT("\"a\0b\""), SCAN_NUL },
		{ __LINE__, TEXT("{\"\\u0000\":1}"), SCAN_NUL },
		{ __LINE__, TEXT("{\"a\0\":1}"), SCAN_NUL },
		{ __LINE__, TEXT("\0"), SCAN_NUL },
		{ __LINE__, TEXT("{}\0"), SCAN_NUL },
		{ __LINE__, TEXT("[1\0]"), SCAN_NUL },
		{ __LINE__, TEXT("\"\\\0\""), SCAN_NUL },
		{ __LINE__, TEXT("\"\\\\u0000\""), SCAN_OK },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

static void
duplicate_names_are_refused_at_every_depth(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, TEXT("{\"a\":1,\"a\":1}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"a\":1,\"\\u0061\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"\\u0061\":1,\"a\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"\":1,\"\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"/\":1,\"\\/\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"\\n\":1,\"\\u000A\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"\xc3\xa9\":1,\"\\u00e9\":2}"),
		    SCAN_DUPLICATE },
		{ __LINE__,
		    TEXT("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}"),
		    SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"a\":1,\"b\":2,\"c\":3,\"a\":4}"),
		    SCAN_DUPLICATE },
		{ __LINE__, TEXT("[{\"a\":1,\"a\":1}]"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"x\":{\"a\":1,\"a\":1}}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"a\":{\"b\":[{\"c\":1,\"\\u0063\":2}]}}"),
		    SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"a\":{\"b\":1},\"a\":2}"), SCAN_DUPLICATE },
		{ __LINE__, TEXT("{\"a\":{\"a\":{\"a\":1}}}"), SCAN_OK },
		{ __LINE__, TEXT("[{\"a\":1},{\"a\":1}]"), SCAN_OK },
		{ __LINE__, TEXT("{\"x\":{\"a\":1},\"y\":{\"a\":1},\"a\":1}"),
		    SCAN_OK },
		{ __LINE__, TEXT("{\"a\":1,\"A\":2}"), SCAN_OK },
		{ __LINE__, TEXT("{\"a\":1,\"\\\\u0061\":2}"), SCAN_OK },
		{ __LINE__, TEXT("{\"a\":\"a\",\"b\":\"a\"}"), SCAN_OK },
	};

	(void)state;
	CHECK_FAULTS(cases);
}

/* count times left, then middle, then count times right. */
static char *
nest(size_t count, const char *left, const char *middle, const char *right)
{
	size_t room = count * (strlen(left) + strlen(right)) + strlen(middle);
	char *text = arena_alloc(arena, room + 1), *to = text;
	size_t i;

	for (i = 0; i < count; i++)
		to = stpcpy(to, left);
	to = stpcpy(to, middle);
	for (i = 0; i < count; i++)
		to = stpcpy(to, right);
	return text;
}

static void
depth_16_passes_and_depth_17_does_not(void **state)
{
	struct {
		int line;
		const char *left, *middle, *right;
	} shapes[] = {
		{ __LINE__, "[", "", "]" },
		{ __LINE__, "[", "1", "]" },
		{ __LINE__, "{\"a\":", "1", "}" },
		{ __LINE__, "{\"a\":", "null", "}" },
		{ __LINE__, "[ ", "\"x\"", " ]" },
	};
	struct scan scan;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		text =
		    nest(16, shapes[i].left, shapes[i].middle, shapes[i].right);
		if (scan_exact(text, strlen(text), &scan) != SCAN_OK)
			fail_msg("line %d: 16 refused", shapes[i].line);
		text =
		    nest(17, shapes[i].left, shapes[i].middle, shapes[i].right);
		if (scan_exact(text, strlen(text), &scan) != SCAN_DEPTH)
			fail_msg("line %d: 17 passed", shapes[i].line);
	}
}

static void
a_million_brackets_are_refused_at_the_17th(void **state)
{
	struct scan scan;
	char *text = nest(1000000, "[", "", "");

	(void)state;
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_DEPTH);
	assert_int_equal(scan.offset, 16);
}

/* An object of count different names, each of which ends in a digit run. */
static char *
make_wide_object(size_t count, const char *last)
{
	char *text = arena_alloc(arena, count * 24 + 64), *to = text;
	size_t i;

	*to++ = '{';
	for (i = 0; i < count; i++)
		to += snprintf(to, 24, "\"name%zu\":0,", i);
	to += snprintf(to, 32, "\"%s\":0}", last);
	return text;
}

static void
objects_of_2000_names_pass_and_larger_ones_do_not(void **state)
{
	struct scan scan;
	char *text;

	(void)state;
	text = make_wide_object(1999, "last");
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_OK);
	assert_int_equal(scan.member_count, 2000);
	assert_string_equal(scan.members[1998].name, "name1998");
	assert_string_equal(scan.members[1999].name, "last");
	text = make_wide_object(1999, "name0");
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_DUPLICATE);
	text = make_wide_object(2000, "last");
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_MEMBERS);
	text = make_wide_object(3000, "last");
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_MEMBERS);
	text =
	    arena_printf(arena, "[{\"a\":%s}]", make_wide_object(2000, "last"));
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_MEMBERS);
}

static void
the_limit_of_names_counts_each_object_alone(void **state)
{
	const char *wide = make_wide_object(1500, "last");
	struct scan scan;
	char *text =
	    arena_printf(arena, "[%s,{\"a\":%s},%s]", wide, wide, wide);

	(void)state;
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_OK);
}

static void
members_keep_their_order_and_raw_text(void **state)
{
	static const char text[] =
	    " { \"b\" : 1.50 , \"a\\u0031\":{\"x\": [1]},\"\":\"q\\\"\","
	    "\"n\": null,\"t\":true,\"f\":false, \"l\":[ ]} ";
	static const struct {
		const char *name;
		enum scan_kind kind;
		const char *value;
	} expected[] = {
		{ "b", SCAN_NUMBER, "1.50" },
		{ "a1", SCAN_OBJECT, "{\"x\": [1]}" },
		{ "", SCAN_STRING, "\"q\\\"\"" },
		{ "n", SCAN_NULL, "null" },
		{ "t", SCAN_TRUE, "true" },
		{ "f", SCAN_FALSE, "false" },
		{ "l", SCAN_ARRAY, "[ ]" },
	};
	struct scan scan;
	size_t i;

	(void)state;
	assert_true(scan_json(text, strlen(text), arena, &scan));
	assert_int_equal(scan.kind, SCAN_OBJECT);
	assert_int_equal(scan.member_count, 7);
	for (i = 0; i < 7; i++) {
		assert_string_equal(scan.members[i].name, expected[i].name);
		assert_int_equal(scan.members[i].kind, expected[i].kind);
		assert_int_equal(
		    scan.members[i].value_len, strlen(expected[i].value));
		assert_memory_equal(scan.members[i].value, expected[i].value,
		    strlen(expected[i].value));
	}
}

static void
elements_of_a_top_level_array_are_members_without_name(void **state)
{
	static const char text[] = "[1, [2,3] ,{\"a\":4}]";
	struct scan scan;

	(void)state;
	assert_true(scan_json(text, strlen(text), arena, &scan));
	assert_int_equal(scan.kind, SCAN_ARRAY);
	assert_int_equal(scan.member_count, 3);
	assert_null(scan.members[1].name);
	assert_int_equal(scan.members[1].kind, SCAN_ARRAY);
	assert_int_equal(scan.members[1].value_len, 5);
	assert_memory_equal(scan.members[2].value, "{\"a\":4}", 7);
}

static void
the_kind_of_a_top_level_scalar_is_told(void **state)
{
	struct scan scan;

	(void)state;
	assert_true(scan_json(" null", 5, arena, &scan));
	assert_int_equal(scan.kind, SCAN_NULL);
	assert_true(scan_json("-1", 2, arena, &scan));
	assert_int_equal(scan.kind, SCAN_NUMBER);
	assert_true(scan_json("\"x\"", 3, arena, &scan));
	assert_int_equal(scan.kind, SCAN_STRING);
	assert_int_equal(scan.member_count, 0);
}

static void
the_offset_tells_where_the_fault_is(void **state)
{
	static const struct {
		int line;
		const char *text;
		size_t offset;
	} cases[] = {
		{ __LINE__, "{\"a\":x}", 5 },
		{ __LINE__, "[1,2", 4 },
		{ __LINE__, "[\"ab\\ud800\"]", 4 },
		{ __LINE__, "[\"ab\\u0000\"]", 4 },
		{ __LINE__, "[\"ab\xff\"]", 4 },
		{ __LINE__, "{\"a\":1,\"b\":2,\"a\":3}", 13 },
		{ __LINE__, "{\"a\":1,\"a\":2,\"a\":3}", 7 },
		{ __LINE__, "{} x", 3 },
	};
	struct scan scan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scan_exact(cases[i].text, strlen(cases[i].text), &scan);
		if (scan.offset != cases[i].offset)
			fail_msg(
			    "line %d: offset %zu", cases[i].line, scan.offset);
	}
}

static void
every_truncation_of_good_text_is_refused(void **state)
{
	static const char text[] =
	    "{\"a\":[1.5e+3,\"\\ud83d\\ude00\xf0\x9f\x98\x80\",true,null],"
	    "\"b\":{\"\\u0061\":-0}}";
	struct scan scan;
	size_t len;

	(void)state;
	assert_int_equal(scan_exact(text, strlen(text), &scan), SCAN_OK);
	for (len = 0; len < strlen(text); len++)
		assert_int_not_equal(scan_exact(text, len, &scan), SCAN_OK);
}

static void
compact_drops_white_space_between_tokens_only(void **state)
{
	static const struct {
		int line;
		const char *text, *compact;
	} cases[] = {
		{ __LINE__, " { \"a b\" : [ 1 ,\t2.50 ]\r\n} ",
		    "{\"a b\":[1,2.50]}" },
		{ __LINE__, "\" x \"", "\" x \"" },
		{ __LINE__, "[\"a\\\" b\", \"\\\\\" ]",
		    "[\"a\\\" b\",\"\\\\\"]" },
		{ __LINE__, "[1e400,-0, 123456789012345678901]",
		    "[1e400,-0,123456789012345678901]" },
		{ __LINE__, "{}", "{}" },
		{ __LINE__, "\"\\u00e9 \xc3\xa9\"", "\"\\u00e9 \xc3\xa9\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    scan_compact(cases[i].text, strlen(cases[i].text), arena),
		    cases[i].compact);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_of_every_kind_passes),
		cmocka_unit_test(nothing_at_all_is_empty),
		cmocka_unit_test(broken_structure_is_refused),
		cmocka_unit_test(numbers_follow_the_grammar),
		cmocka_unit_test(strings_follow_the_grammar),
		cmocka_unit_test(ill_formed_utf8_is_refused),
		cmocka_unit_test(lone_surrogates_are_refused),
		cmocka_unit_test(nul_is_refused_raw_and_escaped),
		cmocka_unit_test(duplicate_names_are_refused_at_every_depth),
		cmocka_unit_test(depth_16_passes_and_depth_17_does_not),
		cmocka_unit_test(a_million_brackets_are_refused_at_the_17th),
		cmocka_unit_test(
		    objects_of_2000_names_pass_and_larger_ones_do_not),
		cmocka_unit_test(the_limit_of_names_counts_each_object_alone),
		cmocka_unit_test(members_keep_their_order_and_raw_text),
		cmocka_unit_test(
		    elements_of_a_top_level_array_are_members_without_name),
		cmocka_unit_test(the_kind_of_a_top_level_scalar_is_told),
		cmocka_unit_test(the_offset_tells_where_the_fault_is),
		cmocka_unit_test(every_truncation_of_good_text_is_refused),
		cmocka_unit_test(compact_drops_white_space_between_tokens_only),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
