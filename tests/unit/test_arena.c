/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the disposers wrote down, in the order in which they ran. */
static char disposed[8];

static void
note_disposal(void *object)
{
	strncat(disposed, object, sizeof(disposed) - strlen(disposed) - 1);
}

static void
memory_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 65535, 65536,
		65537, 1000000, 1 };
	struct arena *a = arena_new();
	unsigned char *p[sizeof(sizes) / sizeof(sizes[0])];
	size_t i, j, round;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			p[i] = arena_alloc(a, sizes[i]);
			assert_non_null(p[i]);
			assert_int_equal(
			    (uintptr_t)p[i] % alignof(max_align_t), 0);
			for (j = 0; j < sizes[i]; j++)
				assert_int_equal(p[i][j], 0);
			memset(p[i], (int)i + 1, sizes[i]);
		}
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			for (j = 0; j < sizes[i]; j++)
				assert_int_equal(p[i][j], i + 1);
		}
		arena_reset(a);
	}
	arena_free(a);
}

static void
text_is_copied_and_printed(void **state)
{
	struct arena *a = arena_new();
	char text[] = "abc", *copy = arena_text(a, text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "abc");
	assert_string_equal(arena_copy(a, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(a, NULL, 0), "");
	assert_memory_equal(arena_copy(a, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_printf(a, "%d %s", 7, "x"), "7 x");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	assert_int_equal(strlen(arena_printf(a, "%100000d", 1)), 100000);
	assert_int_equal(strlen(arena_printf(a, "%255d", 1)), 255);
	assert_int_equal(strlen(arena_printf(a, "%256d", 1)), 256);
	assert_int_equal(arena_printf(a, "%256d", 7)[255], '7');
	arena_free(a);
}

static void
disposers_run_once_at_reset_last_added_first(void **state)
{
	struct arena *a = arena_new();
	char names[][2] = { "1", "2", "3", "4" };

	(void)state;
	disposed[0] = '\0';
	arena_on_reset(a, note_disposal, names[0]);
	arena_on_reset(a, note_disposal, names[1]);
	arena_on_reset(a, note_disposal, names[2]);
	assert_string_equal(disposed, "");
	arena_reset(a);
	assert_string_equal(disposed, "321");
	arena_reset(a);
	assert_string_equal(disposed, "321");
	arena_on_reset(a, note_disposal, names[3]);
	arena_free(a);
	assert_string_equal(disposed, "3214");
}

static void
a_disposer_may_read_what_the_arena_holds(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	disposed[0] = '\0';
	arena_on_reset(a, note_disposal, arena_text(a, "x"));
	arena_alloc(a, 200000);
	arena_on_reset(a, note_disposal, arena_text(a, "y"));
	arena_free(a);
	assert_string_equal(disposed, "yx");
}

static void
the_first_block_is_used_again(void **state)
{
	struct arena *a = arena_new();
	void *first = arena_alloc(a, 16);

	(void)state;
	arena_alloc(a, 1000000);
	arena_alloc(a, 1000000);
	arena_reset(a);
	assert_ptr_equal(arena_alloc(a, 16), first);
	arena_free(a);
}

static void
a_rewind_gives_back_what_came_after_its_mark(void **state)
{
	struct arena *a = arena_new();
	char names[][2] = { "1", "2", "3" };
	char *before = arena_text(a, "before"), *first, *again;
	struct arena_mark outer, inner;
	size_t i;

	(void)state;
	disposed[0] = '\0';
	arena_on_reset(a, note_disposal, names[0]);
	outer = arena_mark(a);
	first = arena_text(a, "row");
	for (i = 0; i < 100; i++) {
		arena_rewind(a, outer);
		again = arena_text(a, "row");
		assert_ptr_equal(again, first);
		arena_alloc(a, 200000);
	}
	arena_on_reset(a, note_disposal, names[1]);
	inner = arena_mark(a);
	arena_on_reset(a, note_disposal, names[2]);
	arena_rewind(a, inner);
	assert_string_equal(disposed, "3");
	arena_rewind(a, outer);
	assert_string_equal(disposed, "32");
	again = arena_alloc(a, 4);
	assert_ptr_equal(again, first);
	assert_memory_equal(again, "\0\0\0", 4);
	assert_string_equal(before, "before");
	arena_free(a);
	assert_string_equal(disposed, "321");
}

/* More than there is.  The sanitizers' malloc would end the test. */
#define FAR_TOO_MUCH (SIZE_MAX / 4)

static void
an_arena_that_falls_short_goes_on_until_its_reset(void **state)
{
	struct arena *a = arena_new();
	size_t held;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	arena_free(a);
	skip();
#endif
	assert_true(arena_reserve(a, 1000));
	assert_false(arena_reserve(a, FAR_TOO_MUCH));
	assert_false(arena_is_short(a));
	held = arena_size(a);
	assert_false(arena_make_room(a, FAR_TOO_MUCH));
	assert_true(arena_is_short(a));
	assert_int_equal(arena_size(a), held);
	assert_string_equal(arena_text(a, "still there"), "still there");
	arena_reset(a);
	assert_false(arena_is_short(a));
	arena_fall_short(a);
	assert_true(arena_is_short(a));
	arena_free(a);
}

static void
freeing_no_arena_is_fine(void **state)
{
	(void)state;
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(text_is_copied_and_printed),
		cmocka_unit_test(disposers_run_once_at_reset_last_added_first),
		cmocka_unit_test(a_disposer_may_read_what_the_arena_holds),
		cmocka_unit_test(the_first_block_is_used_again),
		cmocka_unit_test(a_rewind_gives_back_what_came_after_its_mark),
		cmocka_unit_test(
		    an_arena_that_falls_short_goes_on_until_its_reset),
		cmocka_unit_test(freeing_no_arena_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
