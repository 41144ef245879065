/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
an_empty_buffer_is_empty_text(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_string(&b), "");
	assert_false(buf_failed(&b));
	buf_add(&b, NULL, 0);
	buf_text(&b, "");
	assert_string_equal(buf_string(&b), "");
	buf_free(&b);
}

static void
appends_are_joined_and_end_in_nul(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_text(&b, "ab");
	buf_char(&b, 'c');
	buf_add(&b, "defg", 2);
	buf_printf(&b, "-%d-%s", 42, "x");
	assert_string_equal(buf_string(&b), "abcde-42-x");
	assert_int_equal(b.len, strlen("abcde-42-x"));
	buf_char(&b, '\0');
	buf_char(&b, 'y');
	assert_int_equal(b.len, strlen("abcde-42-x") + 2);
	assert_memory_equal(b.ptr, "abcde-42-x\0y", b.len + 1);
	buf_free(&b);
}

static void
the_limit_is_reached_but_not_passed(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_text(&b, "abcd");
	assert_false(buf_failed(&b));
	buf_char(&b, 'e');
	assert_true(buf_failed(&b));
	assert_string_equal(buf_string(&b), "abcd");
	buf_free(&b);
}

static void
after_a_failure_nothing_is_added(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_text(&b, "ab");
	buf_text(&b, "12345");
	buf_char(&b, 'c');
	buf_printf(&b, "%d", 1);
	assert_true(buf_failed(&b));
	assert_string_equal(buf_string(&b), "ab");
	buf_clear(&b);
	assert_false(buf_failed(&b));
	assert_string_equal(buf_string(&b), "");
	buf_text(&b, "wxyz");
	assert_false(buf_failed(&b));
	assert_string_equal(buf_string(&b), "wxyz");
	buf_free(&b);
}

static void
a_buffer_of_no_bytes_takes_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_text(&b, "");
	assert_false(buf_failed(&b));
	buf_char(&b, 'a');
	assert_true(buf_failed(&b));
	buf_free(&b);
}

static void
printf_that_does_not_fit_fails_whole(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_printf(&b, "%s", "12345");
	assert_false(buf_failed(&b));
	buf_clear(&b);
	buf_printf(&b, "%s", "123456");
	assert_true(buf_failed(&b));
	assert_string_equal(buf_string(&b), "");
	buf_free(&b);
}

static void
a_buffer_grows_over_its_first_blocks(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, SIZE_MAX);
	for (i = 0; i < 100000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_false(buf_failed(&b));
	assert_int_equal(b.len, 100000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	assert_int_equal(b.ptr[b.len], '\0');
	buf_free(&b);
}

static void
a_freed_buffer_can_be_used_again(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 3);
	buf_text(&b, "long");
	buf_free(&b);
	assert_false(buf_failed(&b));
	buf_text(&b, "abc");
	assert_string_equal(buf_string(&b), "abc");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_empty_text),
		cmocka_unit_test(appends_are_joined_and_end_in_nul),
		cmocka_unit_test(the_limit_is_reached_but_not_passed),
		cmocka_unit_test(after_a_failure_nothing_is_added),
		cmocka_unit_test(a_buffer_of_no_bytes_takes_nothing),
		cmocka_unit_test(printf_that_does_not_fit_fails_whole),
		cmocka_unit_test(a_buffer_grows_over_its_first_blocks),
		cmocka_unit_test(a_freed_buffer_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
