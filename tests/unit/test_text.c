/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
only_well_formed_utf8_has_a_step(void **state)
{
	static const struct {
		int line;
		const char *text;
		size_t len, step;
	} cases[] = {
		{ __LINE__, "", 0, 0 },
		{ __LINE__, "a", 1, 1 },
		{ __LINE__, "\0", 1, 1 },
		{ __LINE__, "\x7f", 1, 1 },
		{ __LINE__, "\x80", 1, 0 },
		{ __LINE__, "\xbf", 1, 0 },
		{ __LINE__, "\xc0\xaf", 2, 0 },
		{ __LINE__, "\xc1\xbf", 2, 0 },
		{ __LINE__, "\xc2\x80", 2, 2 },
		{ __LINE__, "\xdf\xbf", 2, 2 },
		{ __LINE__, "\xc2\x80", 1, 0 },
		{ __LINE__, "\xc2\x7f", 2, 0 },
		{ __LINE__, "\xc2\xc0", 2, 0 },
		{ __LINE__, "\xe0\x9f\xbf", 3, 0 },
		{ __LINE__, "\xe0\xa0\x80", 3, 3 },
		{ __LINE__, "\xe2\x82\xac", 2, 0 },
		{ __LINE__, "\xe2\x82\x2c", 3, 0 },
		{ __LINE__, "\xed\x9f\xbf", 3, 3 },
		{ __LINE__, "\xed\xa0\x80", 3, 0 },
		{ __LINE__, "\xed\xbf\xbf", 3, 0 },
		{ __LINE__, "\xee\x80\x80", 3, 3 },
		{ __LINE__, "\xef\xbf\xbf", 3, 3 },
		{ __LINE__, "\xf0\x8f\xbf\xbf", 4, 0 },
		{ __LINE__, "\xf0\x90\x80\x80", 4, 4 },
		{ __LINE__, "\xf0\x90\x80\x80", 3, 0 },
		{ __LINE__, "\xf0\x90\x80\xc0", 4, 0 },
		{ __LINE__, "\xf4\x8f\xbf\xbf", 4, 4 },
		{ __LINE__, "\xf4\x90\x80\x80", 4, 0 },
		{ __LINE__, "\xf5\x80\x80\x80", 4, 0 },
		{ __LINE__, "\xff", 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (text_utf8_step(cases[i].text, cases[i].len) !=
		    cases[i].step)
			fail_msg("line %d", cases[i].line);
	}
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("a\xc3\xa9\0b", 5));
	assert_false(text_is_utf8("a\xc3\xa9\xc3", 4));
}

static void
every_scalar_value_is_encoded_and_decoded(void **state)
{
	uint32_t c;
	char out[4];
	size_t len;

	(void)state;
	for (c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		len = text_utf8_encode(c, out);
		if (text_utf8_step(out, len) != len ||
		    text_utf8_decode(out, len) != c)
			fail_msg("U+%04X", (unsigned)c);
	}
}

static void
length_counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(text_length(""), 0);
	assert_int_equal(text_length("abc"), 3);
	assert_int_equal(
	    text_length("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 3);
	assert_int_equal(text_length("e\xcc\x81"), 2);
}

static void
control_characters_are_found(void **state)
{
	(void)state;
	assert_false(text_has_control(""));
	assert_false(text_has_control("a b~"));
	assert_false(text_has_control("\xc3\xa9\xc2\x85"));
	assert_true(text_has_control("a\tb"));
	assert_true(text_has_control("a\x1f"));
	assert_true(text_has_control("\x7f"));
}

static void
texts_are_compared(void **state)
{
	(void)state;
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "A"));
	assert_true(text_equal_nocase("Bearer", "bEARER"));
	assert_false(text_equal_nocase("a", "ab"));
	assert_true(text_starts("/v1/x", "/v1"));
	assert_true(text_starts("x", ""));
	assert_false(text_starts("/v", "/v1"));
}

static void
hexadecimal_is_written_and_read(void **state)
{
	unsigned char bytes[3] = { 0x00, 0xab, 0xff }, back[3];
	char hex[7];

	(void)state;
	text_hex(bytes, 3, hex);
	assert_string_equal(hex, "00abff");
	assert_true(text_unhex("00aBFf", back, 3));
	assert_memory_equal(back, bytes, 3);
	assert_false(text_unhex("00abf", back, 3));
	assert_false(text_unhex("00abff0", back, 3));
	assert_false(text_unhex("00abfg", back, 3));
	assert_false(text_unhex(" 0abff", back, 3));
	assert_true(text_unhex("", back, 0));
}

static void
numbers_are_read_whole_or_not_at_all(void **state)
{
	static const struct {
		int line;
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ __LINE__, "0", true, 0 },
		{ __LINE__, "-0", true, 0 },
		{ __LINE__, "+7", true, 7 },
		{ __LINE__, "007", true, 7 },
		{ __LINE__, "-12", true, -12 },
		{ __LINE__, "9223372036854775807", true, INT64_MAX },
		{ __LINE__, "-9223372036854775808", true, INT64_MIN },
		{ __LINE__, "9223372036854775808", false, 0 },
		{ __LINE__, "-9223372036854775809", false, 0 },
		{ __LINE__, "", false, 0 },
		{ __LINE__, "-", false, 0 },
		{ __LINE__, "+", false, 0 },
		{ __LINE__, "+-1", false, 0 },
		{ __LINE__, "- 1", false, 0 },
		{ __LINE__, " 1", false, 0 },
		{ __LINE__, "\n1", false, 0 },
		{ __LINE__, "1 ", false, 0 },
		{ __LINE__, "1.0", false, 0 },
		{ __LINE__, "1e3", false, 0 },
		{ __LINE__, "0x10", false, 0 },
		{ __LINE__, "x", false, 0 },
	};
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		value = 0;
		if (text_to_int64(cases[i].text, &value) != cases[i].ok ||
		    value != cases[i].value)
			fail_msg("line %d", cases[i].line);
	}
}

static void
uuids_are_canonical_or_lenient(void **state)
{
	static const struct {
		int line;
		const char *text;
		bool canonical, lenient;
	} cases[] = {
		{ __LINE__, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", true,
		    true },
		{ __LINE__, "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", false,
		    true },
		{ __LINE__, "6ba7b8109dad11d180b400c04fd430c8", false, true },
		{ __LINE__, "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", false,
		    true },
		{ __LINE__, "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		    false, true },
		{ __LINE__, "URN:UUID:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		    false, true },
		{ __LINE__, "", false, false },
		{ __LINE__, "6ba7b810-9dad-11d1-80b4-00c04fd430c", false,
		    false },
		{ __LINE__, "6ba7b810-9dad-11d1-80b4-00c04fd430c88", false,
		    false },
		{ __LINE__, "6ba7b810-9dad-11d1-80b4-00c04fd430cg", false,
		    false },
		{ __LINE__, "6ba7b8109-dad-11d1-80b4-00c04fd430c8", false,
		    false },
		{ __LINE__, "6ba7b810_9dad_11d1_80b4_00c04fd430c8", false,
		    false },
		{ __LINE__, "6ba7b8109dad11d180b400c04fd430c-", false, false },
		{ __LINE__, "{6ba7b8109dad11d180b400c04fd430c8}", false,
		    false },
		{ __LINE__, "{6ba7b810-9dad-11d1-80b4-00c04fd430c8", false,
		    false },
		{ __LINE__, "urn:uuid:6ba7b8109dad11d180b400c04fd430c8", false,
		    false },
		{ __LINE__, "------------------------------------", false,
		    false },
	};
	char out[TEXT_UUID_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memcpy(out, "untouched", sizeof("untouched"));
		if (text_is_uuid(cases[i].text) != cases[i].canonical ||
		    text_uuid_lenient(cases[i].text, out) != cases[i].lenient)
			fail_msg("line %d", cases[i].line);
		assert_string_equal(out,
		    cases[i].lenient ? "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
				     : "untouched");
	}
}

static void
version_7_uuids_hold_the_time_and_their_marks(void **state)
{
	/* The example of RFC 9562, appendix A.6; the bits that the marks
	 * replace are set otherwise here. */
	static const unsigned char random[10] = { 0xfc, 0xc3, 0xd8, 0xc4, 0xdc,
		0x0c, 0x0c, 0x07, 0x39, 0x8f };
	char out[TEXT_UUID_SIZE], later[TEXT_UUID_SIZE];

	(void)state;
	text_uuid7(0x017f22e279b0, random, out);
	assert_string_equal(out, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	assert_true(text_is_uuid(out));
	text_uuid7(0x017f22e279b1, random, later);
	assert_true(strcmp(out, later) < 0);
}

static void
email_addresses_are_recognised(void **state)
{
	static const struct {
		int line;
		const char *text;
		bool ok;
	} cases[] = {
		{ __LINE__, "a@b.cd", true },
		{ __LINE__, "A.b_c%d+e-f9@x-1.y.example", true },
		{ __LINE__, "a@b..cd", true },
		{ __LINE__, "", false },
		{ __LINE__, "@b.cd", false },
		{ __LINE__, "a@", false },
		{ __LINE__, "a@b", false },
		{ __LINE__, "a@.cd", false },
		{ __LINE__, "a@b.c", false },
		{ __LINE__, "a@b.c1", false },
		{ __LINE__, "a@b.cd.", false },
		{ __LINE__, "a@b@c.de", false },
		{ __LINE__, "a b@c.de", false },
		{ __LINE__, "a@b c.de", false },
		{ __LINE__, "a@b_c.de", false },
		{ __LINE__, "a@b.cd\n", false },
		{ __LINE__, "\xc3\xa9@b.cd", false },
		{ __LINE__, "a@b.c\xc3\xa9", false },
	};
	char long_text[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (text_is_email(cases[i].text) != cases[i].ok)
			fail_msg("line %d", cases[i].line);
	}
	memset(long_text, 'a', sizeof(long_text));
	memcpy(long_text + 249, "@b.cd", 6);
	assert_int_equal(strlen(long_text), 254);
	assert_true(text_is_email(long_text));
	memset(long_text, 'a', sizeof(long_text));
	memcpy(long_text + 250, "@b.cd", 6);
	assert_false(text_is_email(long_text));
}

static void
white_space_is_cut_at_both_ends(void **state)
{
	static const struct {
		int line;
		const char *text, *left;
	} cases[] = {
		{ __LINE__, "", "" },
		{ __LINE__, " \t\n", "" },
		{ __LINE__, "a", "a" },
		{ __LINE__, " a b ", "a b" },
		{ __LINE__, "\xc2\xa0\xe2\x80\x83é\xe3\x80\x80", "é" },
		{ __LINE__, "\xe2\x80\x8b", "\xe2\x80\x8b" },
	};
	const char *left;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		len = strlen(cases[i].text);
		left = text_trim(cases[i].text, &len);
		if (len != strlen(cases[i].left) ||
		    memcmp(left, cases[i].left, len) != 0)
			fail_msg("line %d", cases[i].line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_utf8_has_a_step),
		cmocka_unit_test(every_scalar_value_is_encoded_and_decoded),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(control_characters_are_found),
		cmocka_unit_test(white_space_is_cut_at_both_ends),
		cmocka_unit_test(texts_are_compared),
		cmocka_unit_test(hexadecimal_is_written_and_read),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(uuids_are_canonical_or_lenient),
		cmocka_unit_test(version_7_uuids_hold_the_time_and_their_marks),
		cmocka_unit_test(email_addresses_are_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
