/* SPDX-License-Identifier: MIT */
#include "domain/template_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct template_cache *cache;
	struct arena *arena; /* of one request */
};

static int
start(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->cache = template_cache_new();
	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	template_cache_free(f->cache);
	free(f);
	return 0;
}

static const struct template *
get(struct fixture *f, const char *id, const char *text)
{
	const struct template *t = NULL;
	struct template_error error;

	assert_true(
	    template_cache_parse(f->cache, id, text, f->arena, &t, &error));
	assert_non_null(t);
	return t;
}

static void
assert_renders(
    struct fixture *f, const char *id, const char *text, const char *expected)
{
	const struct template *t = get(f, id, text);
	struct value dot = { .kind = VALUE_OBJECT };
	struct template_error error;
	struct buf out;

	buf_init(&out, TEMPLATE_OUTPUT_MAX);
	assert_true(template_run(t, &dot, f->arena, &out, &error));
	assert_string_equal(buf_string(&out), expected);
	buf_free(&out);
}

static const char *
numbered(struct fixture *f, int i)
{
	return arena_printf(f->arena, "%d", i);
}

/* A text of len bytes. */
static char *
long_text(struct fixture *f, size_t len)
{
	char *text = arena_alloc(f->arena, len + 1);

	memset(text, 'x', len);
	return text;
}

/* Is the version's template still there?  One that was parsed again would
 * not be told from it by its address alone: that may be the same. */
static bool
is_kept(struct fixture *f, const char *id, const char *text)
{
	size_t before = template_cache_parses(f->cache);

	get(f, id, text);
	return template_cache_parses(f->cache) == before;
}

static void
test_a_hit_is_the_same_template(void **state)
{
	struct fixture *f = *state;
	char text[] = "{{\"a\"}} b";
	const struct template *t = get(f, arena_text(f->arena, "1"), text);

	/* The next request: neither arena nor text are those of the first. */
	memset(text, 'x', sizeof(text) - 1);
	arena_reset(f->arena);
	assert_ptr_equal(get(f, "1", "{{\"a\"}} b"), t);
	assert_renders(f, "1", "{{\"a\"}} b", "a b");
	assert_int_equal(template_cache_parses(f->cache), 1);
}

static void
test_an_edited_text_is_parsed_anew(void **state)
{
	struct fixture *f = *state;

	assert_renders(f, "1", "one", "one");
	assert_renders(f, "1", "two", "two");
	assert_renders(f, "1", "longer", "longer");
	assert_renders(f, "1", "long", "long");
	assert_true(is_kept(f, "1", "long"));
	assert_false(is_kept(f, "1", "one"));
	/* The same text of another version is another entry. */
	assert_false(is_kept(f, "2", "one"));
	assert_true(is_kept(f, "1", "one"));
}

static void
test_the_least_recently_used_goes_first(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < TEMPLATE_CACHE_ENTRIES_MAX; i++)
		get(f, numbered(f, i), "text");
	assert_true(is_kept(f, "0", "text"));
	get(f, "one more", "text");
	assert_true(is_kept(f, "0", "text"));
	for (i = 2; i < TEMPLATE_CACHE_ENTRIES_MAX; i++)
		assert_true(is_kept(f, numbered(f, i), "text"));
	assert_false(is_kept(f, "1", "text"));
	/* Which took the place of the one used longest ago. */
	assert_false(is_kept(f, "one more", "text"));
	assert_true(is_kept(f, "1", "text"));
}

static void
test_the_texts_have_a_bound(void **state)
{
	struct fixture *f = *state;
	const char *half = long_text(f, TEMPLATE_CACHE_TEXT_MAX / 2);

	get(f, "1", half);
	get(f, "2", half);
	assert_true(is_kept(f, "1", half));
	assert_true(is_kept(f, "2", half));
	get(f, "3", "x");
	assert_false(is_kept(f, "1", half));
	assert_true(is_kept(f, "1", half));
}

static void
test_too_large_a_text_is_not_kept(void **state)
{
	struct fixture *f = *state;
	const char *most = long_text(f, TEMPLATE_CACHE_TEXT_MAX);
	const char *more = long_text(f, TEMPLATE_CACHE_TEXT_MAX + 1);

	get(f, "small", "x");
	assert_renders(f, "1", more, more);
	assert_false(is_kept(f, "1", more));
	assert_true(is_kept(f, "small", "x"));
	get(f, "1", most);
	assert_true(is_kept(f, "1", most));
	assert_false(is_kept(f, "small", "x"));
}

/* Many nodes in little text. */
static void
test_too_large_a_template_is_not_kept(void **state)
{
	struct fixture *f = *state;
	const size_t count = 40000;
	char *text = long_text(f, count * 5);
	size_t i;

	for (i = 0; i < count; i++)
		memcpy(text + i * 5, "{{1}}", 5);
	get(f, "small", "x");
	get(f, "1", text);
	assert_false(is_kept(f, "1", text));
	assert_true(is_kept(f, "small", "x"));
}

static void
test_errors_are_told_each_time(void **state)
{
	struct fixture *f = *state;
	const struct template *t;
	struct template_error error;
	int i;

	get(f, "1", "x");
	for (i = 0; i < 3; i++) {
		error.text = NULL;
		assert_false(template_cache_parse(
		    f->cache, "1", "{{", f->arena, &t, &error));
		assert_string_equal(
		    error.text, "template: :1: unclosed action");
	}
	assert_int_equal(template_cache_parses(f->cache), 4);
	assert_renders(f, "1", "mended", "mended");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_hit_is_the_same_template, start, end),
		cmocka_unit_test_setup_teardown(
		    test_an_edited_text_is_parsed_anew, start, end),
		cmocka_unit_test_setup_teardown(
		    test_the_least_recently_used_goes_first, start, end),
		cmocka_unit_test_setup_teardown(
		    test_the_texts_have_a_bound, start, end),
		cmocka_unit_test_setup_teardown(
		    test_too_large_a_text_is_not_kept, start, end),
		cmocka_unit_test_setup_teardown(
		    test_too_large_a_template_is_not_kept, start, end),
		cmocka_unit_test_setup_teardown(
		    test_errors_are_told_each_time, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
