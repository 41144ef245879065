/* SPDX-License-Identifier: MIT */
#include "domain/diff.h"

#include "base/text.h"
#include "scratch.h"

#define HEAD "--- v1\n+++ v2\n"
#define NO_END "\\ No newline at end of file\n"

static const struct {
	int line;
	const char *from, *to, *diff;
} rows[] = {
	/* Nothing changed. */
	{ __LINE__, "", "", "" },
	{ __LINE__, "a", "a", "" },
	{ __LINE__, "a\nb\n", "a\nb\n", "" },
	/* One line, with and without its end. */
	{ __LINE__, "a\n", "b\n", HEAD "@@ -1 +1 @@\n-a\n+b\n" },
	{ __LINE__, "a", "b", HEAD "@@ -1 +1 @@\n-a\n" NO_END "+b\n" NO_END },
	{ __LINE__, "a", "a\n", HEAD "@@ -1 +1 @@\n-a\n" NO_END "+a\n" },
	{ __LINE__, "", "a\n", HEAD "@@ -0,0 +1 @@\n+a\n" },
	{ __LINE__, "a\n", "", HEAD "@@ -1 +0,0 @@\n-a\n" },
	{ __LINE__, "", "\n", HEAD "@@ -0,0 +1 @@\n+\n" },
	{ __LINE__, "a\r\n", "a\n", HEAD "@@ -1 +1 @@\n-a\r\n+a\n" },
	/* At the beginning, the end and in between. */
	{ __LINE__, "b\nc\n", "a\nb\nc\n",
	    HEAD "@@ -1,2 +1,3 @@\n+a\n b\n c\n" },
	{ __LINE__, "a\nb\n", "a\nb\nc\n",
	    HEAD "@@ -1,2 +1,3 @@\n a\n b\n+c\n" },
	{ __LINE__, "a\nb\nc\n", "a\nc\n",
	    HEAD "@@ -1,3 +1,2 @@\n a\n-b\n c\n" },
	{ __LINE__, "a\nb\nc", "a\nB\nc",
	    HEAD "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" NO_END },
	{ __LINE__, "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
	    HEAD "@@ -1,7 +1,6 @@\n-a\n-b\n c\n-a\n b\n+a\n b\n a\n+c\n" },
	/* Three lines of context, cut off where there are more. */
	{ __LINE__, "1\n2\n3\n4\n5\nx\n6\n7\n8\n9\n",
	    "1\n2\n3\n4\n5\ny\n6\n7\n8\n9\n",
	    HEAD "@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-x\n+y\n 6\n 7\n 8\n" },
	/* Six lines apart is one hunk, seven are two. */
	{ __LINE__, "x\n1\n2\n3\n4\n5\n6\nx\n", "y\n1\n2\n3\n4\n5\n6\ny\n",
	    HEAD "@@ -1,8 +1,8 @@\n-x\n+y\n 1\n 2\n 3\n 4\n 5\n 6\n-x\n+y\n" },
	{ __LINE__, "x\n1\n2\n3\n4\n5\n6\n7\nx\n",
	    "y\n1\n2\n3\n4\n5\n6\n7\ny\n",
	    HEAD "@@ -1,4 +1,4 @@\n-x\n+y\n 1\n 2\n 3\n"
		 "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-x\n+y\n" },
	{ __LINE__, "1\n2\n3\n4\nx\n", "1\n2\n3\n4\n",
	    HEAD "@@ -2,4 +2,3 @@\n 2\n 3\n 4\n-x\n" },
};

/* The diff of two texts, in the arena. */
static const char *
differ(struct arena *a, const char *from, const char *to)
{
	struct diff_side left = { "v1", from }, right = { "v2", to };
	const char *text;
	struct buf out;

	buf_init(&out, 64 << 20);
	diff_unified(&left, &right, a, &out);
	assert_false(buf_failed(&out));
	text = arena_text(a, buf_string(&out));
	buf_free(&out);
	return text;
}

static void
diffs_read_as_patch_wants_them(void **state)
{
	struct arena *a = arena_new();
	const char *diff;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		diff = differ(a, rows[i].from, rows[i].to);
		if (!text_equal(diff, rows[i].diff))
			fail_msg("line %d:\n%s", rows[i].line, diff);
	}
	arena_free(a);
}

/*
 * Texts by chance: the diff, applied, makes the one of the other.
 */

static uint64_t seed = 1;

static unsigned
draw(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

/* count lines, each one of `kinds`. */
static const char *
make_text(struct arena *a, unsigned count, unsigned kinds)
{
	struct buf b;
	const char *text;

	buf_init(&b, 64 << 20);
	for (; count > 0; count--)
		buf_printf(&b, "%u%s", draw(kinds),
		    count > 1 || draw(2) == 0 ? "\n" : "");
	text = arena_text(a, buf_string(&b));
	buf_free(&b);
	return text;
}

static size_t
line_length(const char *at)
{
	const char *end = strchr(at, '\n');

	return end == NULL ? strlen(at) : (size_t)(end - at) + 1;
}

/* What is left of a diff's line once its sign, and the line end that is none,
 * are taken away. */
static size_t
signed_length(const char *at)
{
	size_t len = line_length(at);

	return at[len] == '\\' ? len - 2 : len - 1;
}

/* Skip a hunk's head, and copy what stands before it. */
static const char *
enter_hunk(const char *at, const char *from, const char **source,
    unsigned *line, struct buf *out)
{
	unsigned wanted, count = 1;

	assert_true(sscanf(at, "@@ -%u,%u", &wanted, &count) >= 1);
	wanted += count == 0;
	for (; *line < wanted; ++*line) {
		assert_true(**source != '\0' || from == *source);
		buf_add(out, *source, line_length(*source));
		*source += line_length(*source);
	}
	return at + line_length(at);
}

/* Apply diff to from; *changes counts its lines with + or -. */
static const char *
apply(struct arena *a, const char *from, const char *diff, unsigned *changes)
{
	const char *source = from, *text;
	unsigned line = 1;
	struct buf out;

	buf_init(&out, 64 << 20);
	*changes = 0;
	if (*diff != '\0')
		diff += strlen(HEAD);
	while (*diff != '\0') {
		if (*diff == '@') {
			diff = enter_hunk(diff, from, &source, &line, &out);
			continue;
		}
		if (*diff != '\\' && *diff != '+') {
			assert_memory_equal(
			    source, diff + 1, signed_length(diff));
			source += signed_length(diff);
			line++;
		}
		if (*diff == ' ' || *diff == '+')
			buf_add(&out, diff + 1, signed_length(diff));
		*changes += *diff == '+' || *diff == '-';
		diff += line_length(diff);
	}
	buf_text(&out, source);
	text = arena_text(a, buf_string(&out));
	buf_free(&out);
	return text;
}

#define LINES_MAX 40

static unsigned
split(const char *text, const char *lines[LINES_MAX + 1])
{
	unsigned count = 0;

	for (; *text != '\0'; text += line_length(text))
		lines[count++] = text;
	lines[count] = text;
	return count;
}

static bool
is_same_line(const char *const *x, const char *const *y)
{
	return x[1] - x[0] == y[1] - y[0] &&
	    memcmp(x[0], y[0], (size_t)(x[1] - x[0])) == 0;
}

/* How many lines must change at least: the textbook's table. */
static unsigned
shortest(const char *from, const char *to)
{
	const char *left[LINES_MAX + 1], *right[LINES_MAX + 1];
	unsigned count = split(from, left), other = split(to, right), i, j;
	unsigned table[LINES_MAX + 1][LINES_MAX + 1];

	for (i = 0; i <= count; i++) {
		for (j = 0; j <= other; j++) {
			if (i == 0 || j == 0)
				table[i][j] = i + j;
			else if (is_same_line(left + i - 1, right + j - 1))
				table[i][j] = table[i - 1][j - 1];
			else if (table[i - 1][j] < table[i][j - 1])
				table[i][j] = table[i - 1][j] + 1;
			else
				table[i][j] = table[i][j - 1] + 1;
		}
	}
	return table[count][other];
}

static void
an_applied_diff_makes_the_other_text_and_is_the_shortest(void **state)
{
	struct arena *a = arena_new();
	const char *from, *to, *diff;
	unsigned changes;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		unsigned kinds = 1 + draw(8);

		from = make_text(a, draw(40), kinds);
		to = make_text(a, draw(40), kinds);
		diff = differ(a, from, to);
		assert_string_equal(apply(a, from, diff, &changes), to);
		assert_int_equal(changes, shortest(from, to));
		arena_reset(a);
	}
	arena_free(a);
}

static void
texts_of_many_lines_take_bounded_time(void **state)
{
	/* The last two give up the search: 300,000 lines of the shortest kind
	 * with next to nothing in common. */
	static const struct {
		unsigned count, kinds;
	} sizes[] = {
		{ 10000, 20000 },
		{ 10000, 5000 },
		{ 10000, 100 },
		{ 10000, 2 },
		{ 300000, 2 },
		{ 150000, 100000 },
	};
	struct arena *a = arena_new();
	const char *from, *to;
	int64_t start_us;
	unsigned changes;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sizes); i++) {
		const char *diff;

		from = make_text(a, sizes[i].count, sizes[i].kinds);
		to = make_text(a, sizes[i].count, sizes[i].kinds);
		start_us = clock_steady_us();
		diff = differ(a, from, to);
		/* A tenth of it, on any machine that is not instrumented. */
		assert_true(clock_steady_us() - start_us < 20 * 1000000);
		if (getenv("DIFF_SHOW_TIME") != NULL)
			fprintf(stderr, "%u lines of %u: %lld us\n",
			    sizes[i].count, sizes[i].kinds,
			    (long long)(clock_steady_us() - start_us));
		assert_string_equal(apply(a, from, diff, &changes), to);
		arena_reset(a);
	}
	arena_free(a);
}

static void
one_line_changed_among_ten_thousand_is_one_hunk(void **state)
{
	struct arena *a = arena_new();
	struct buf from, to;
	const char *diff;
	int i;

	(void)state;
	buf_init(&from, 1 << 20);
	buf_init(&to, 1 << 20);
	for (i = 0; i < 10000; i++) {
		buf_printf(&from, "line %d\n", i);
		buf_printf(&to, i == 5000 ? "other %d\n" : "line %d\n", i);
	}
	diff = differ(a, buf_string(&from), buf_string(&to));
	assert_string_equal(diff,
	    HEAD "@@ -4998,7 +4998,7 @@\n line 4997\n line 4998\n"
		 " line 4999\n-line 5000\n+other 5000\n line 5001\n"
		 " line 5002\n line 5003\n");
	buf_free(&from);
	buf_free(&to);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diffs_read_as_patch_wants_them),
		cmocka_unit_test(
		    an_applied_diff_makes_the_other_text_and_is_the_shortest),
		cmocka_unit_test(texts_of_many_lines_take_bounded_time),
		cmocka_unit_test(
		    one_line_changed_among_ten_thousand_is_one_hunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
