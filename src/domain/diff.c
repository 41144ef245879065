/* SPDX-License-Identifier: MIT */
#include "domain/diff.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT 3

/* One search for a way through looks this far and no further: past it the
 * texts differ so much that nobody reads the diff for its brevity. */
#define COST_MAX 4096

/* All searches together; some tenths of a second. */
#define STEPS_MAX 40000000

struct line {
	const char *text;
	size_t len; /* with its line end, where it has one */
	int32_t id; /* the same for equal lines */
	int32_t at; /* in its text */
	bool changed;
	bool is_right;
};

struct side {
	struct line *lines;
	int32_t count;
	int32_t *ids;  /* of the lines that both texts have, in order */
	int32_t *back; /* which lines those are */
	int32_t kept;
};

/* How far the search has come from one end: at[k] is the x reached on
 * diagonal k, for every second k of low..high. */
struct front {
	int32_t *at;
	int32_t low, high;
};

struct search {
	struct side left, right;
	struct front forward, backward;
	int64_t steps;
};

/* A part of both texts; ends exclusive. */
struct box {
	int32_t left, left_end;
	int32_t right, right_end;
};

struct point {
	int32_t x, y;
};

/*
 * Lines.
 */

static struct side
split(const char *text, struct arena *a, bool is_right)
{
	struct side s = { .count = 0 };
	const char *at, *end;
	size_t count = 0;

	for (at = text; *at != '\0'; at = end, count++) {
		end = strchr(at, '\n');
		end = end == NULL ? at + strlen(at) : end + 1;
	}
	assert(count < INT32_MAX / 2);
	s.lines = arena_alloc(a, (count + 1) * sizeof(*s.lines));
	s.ids = arena_alloc(a, (count + 1) * sizeof(*s.ids));
	s.back = arena_alloc(a, (count + 1) * sizeof(*s.back));
	for (at = text; *at != '\0'; at = end) {
		end = strchr(at, '\n');
		end = end == NULL ? at + strlen(at) : end + 1;
		s.lines[s.count] = (struct line){
			.text = at,
			.len = (size_t)(end - at),
			.at = s.count,
			.is_right = is_right,
		};
		s.count++;
	}
	return s;
}

/* What is sorted. */
struct entry {
	struct line *line;
};

static int
compare_lines(const void *a, const void *b)
{
	const struct line *x = ((const struct entry *)a)->line;
	const struct line *y = ((const struct entry *)b)->line;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->text, y->text, len);

	if (order != 0)
		return order;
	return (x->len > y->len) - (x->len < y->len);
}

static void
keep(struct side *s, const struct line *line)
{
	s->back[s->kept] = line->at;
	s->ids[s->kept++] = line->id;
}

/* Lines that only one text has are changed whatever the rest; the search goes
 * without them.  id 0 marks them. */
static void
keep_common(struct side *s)
{
	int32_t i;

	for (i = 0; i < s->count; i++) {
		if (s->lines[i].id == 0)
			s->lines[i].changed = true;
		else
			keep(s, &s->lines[i]);
	}
}

/* Give equal lines equal ids.  Sorted, not hashed: no choice of lines makes
 * this slow. */
static void
number_lines(struct side *left, struct side *right, struct arena *a)
{
	size_t count = (size_t)left->count + (size_t)right->count, i, j, k;
	struct entry *sorted = arena_alloc(a, (count + 1) * sizeof(*sorted));
	int32_t id = 1;
	bool in_left, in_right;

	for (i = 0; i < (size_t)left->count; i++)
		sorted[i].line = &left->lines[i];
	for (i = 0; i < (size_t)right->count; i++)
		sorted[(size_t)left->count + i].line = &right->lines[i];
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), compare_lines);
	for (i = 0; i < count; i = j, id++) {
		in_left = in_right = false;
		for (j = i;
		     j < count && compare_lines(&sorted[i], &sorted[j]) == 0;
		     j++) {
			in_left = in_left || !sorted[j].line->is_right;
			in_right = in_right || sorted[j].line->is_right;
		}
		for (k = i; in_left && in_right && k < j; k++)
			sorted[k].line->id = id;
	}
}

/*
 * The search.  A way through a box goes right where a line of the left text
 * is deleted, down where one of the right text is inserted, and slantwise,
 * at no cost, where both are equal.  Diagonal k holds the points x - y = k.
 */

/* One more diagonal at either end, as far as the box has them; beyond it,
 * `nothing` was reached. */
static void
widen(struct front *f, const struct box *b, int32_t nothing)
{
	if (f->low > b->left - b->right_end)
		f->at[--f->low - 1] = nothing;
	else
		f->low++;
	if (f->high < b->left_end - b->right)
		f->at[++f->high + 1] = nothing;
	else
		f->high--;
}

static bool
has_reached(const struct front *f, int32_t k)
{
	return f->low <= k && k <= f->high;
}

/* Go one deletion or insertion further on every diagonal.  True when that
 * meets the other front, which must be looked at: at *out. */
static bool
advance(struct search *s, const struct box *b, bool meets, struct point *out)
{
	struct front *f = &s->forward;
	const int32_t *left = s->left.ids, *right = s->right.ids;
	int32_t k, x, from;

	widen(f, b, -1);
	for (k = f->high; k >= f->low; k -= 2) {
		x = f->at[k - 1] >= f->at[k + 1] ? f->at[k - 1] + 1
						 : f->at[k + 1];
		for (from = x; x < b->left_end && x - k < b->right_end &&
		     left[x] == right[x - k];)
			x++;
		s->steps += 1 + x - from;
		f->at[k] = x;
		if (meets && has_reached(&s->backward, k) &&
		    s->backward.at[k] <= x) {
			*out = (struct point){ x, x - k };
			return true;
		}
	}
	return false;
}

/* The mirror image. */
static bool
retreat(struct search *s, const struct box *b, bool meets, struct point *out)
{
	struct front *f = &s->backward;
	const int32_t *left = s->left.ids, *right = s->right.ids;
	int32_t k, x, from;

	widen(f, b, INT32_MAX);
	for (k = f->high; k >= f->low; k -= 2) {
		x = f->at[k - 1] < f->at[k + 1] ? f->at[k - 1]
						: f->at[k + 1] - 1;
		for (from = x; x > b->left && x - k > b->right &&
		     left[x - 1] == right[x - k - 1];)
			x--;
		s->steps += 1 + from - x;
		f->at[k] = x;
		if (meets && has_reached(&s->forward, k) &&
		    x <= s->forward.at[k]) {
			*out = (struct point){ x, x - k };
			return true;
		}
	}
	return false;
}

/* Where the search came furthest, when it is given up. */
static struct point
choose_furthest(const struct search *s, const struct box *b)
{
	const struct front *f = &s->forward;
	struct point best = { b->left, b->right }, p;
	int32_t k;

	for (k = f->high; k >= f->low; k -= 2) {
		p.x = f->at[k] < b->left_end ? f->at[k] : b->left_end;
		p.y = p.x - k;
		if (p.y > b->right_end) {
			p.y = b->right_end;
			p.x = p.y + k;
		}
		if (p.x + p.y > best.x + best.y)
			best = p;
	}
	return best;
}

/* A point on a shortest way through the box, about half way; its first lines
 * differ, and so do its last, so it is neither corner. */
static struct point
find_middle(struct search *s, const struct box *b)
{
	int32_t start = b->left - b->right, end = b->left_end - b->right_end;
	bool is_odd = ((start - end) & 1) != 0;
	struct point middle;
	int32_t cost;

	s->forward.low = s->forward.high = start;
	s->forward.at[start] = b->left;
	s->backward.low = s->backward.high = end;
	s->backward.at[end] = b->left_end;
	for (cost = 1; cost <= COST_MAX && s->steps < STEPS_MAX; cost++) {
		if (advance(s, b, is_odd, &middle) ||
		    retreat(s, b, !is_odd, &middle))
			return middle;
	}
	return choose_furthest(s, b);
}

static void
mark(struct side *s, int32_t from, int32_t end)
{
	for (; from < end; from++)
		s->lines[s->back[from]].changed = true;
}

static void
cut_equal_ends(const struct search *s, struct box *b)
{
	const int32_t *left = s->left.ids, *right = s->right.ids;

	while (b->left < b->left_end && b->right < b->right_end &&
	    left[b->left] == right[b->right]) {
		b->left++;
		b->right++;
	}
	while (b->left < b->left_end && b->right < b->right_end &&
	    left[b->left_end - 1] == right[b->right_end - 1]) {
		b->left_end--;
		b->right_end--;
	}
}

/* Calls itself for the first half only, whose cost is half of the whole or
 * COST_MAX at most: it nests as deep as COST_MAX has bits. */
static void
compare(struct search *s, struct box b)
{
	struct point middle;

	for (;;) {
		cut_equal_ends(s, &b);
		if (b.left == b.left_end || b.right == b.right_end ||
		    s->steps >= STEPS_MAX)
			break;
		middle = find_middle(s, &b);
		compare(s, (struct box){ b.left, middle.x, b.right, middle.y });
		b.left = middle.x;
		b.right = middle.y;
	}
	mark(&s->left, b.left, b.left_end);
	mark(&s->right, b.right, b.right_end);
}

static void
search(struct search *s, struct arena *a)
{
	/* Every diagonal of the whole, and one beyond at either end. */
	size_t count = (size_t)s->left.kept + (size_t)s->right.kept + 3;

	s->forward.at = (int32_t *)arena_alloc(a, count * sizeof(int32_t)) +
	    s->right.kept + 1;
	s->backward.at = (int32_t *)arena_alloc(a, count * sizeof(int32_t)) +
	    s->right.kept + 1;
	compare(s, (struct box){ 0, s->left.kept, 0, s->right.kept });
}

/*
 * Hunks.
 */

static bool
is_changed(const struct side *s, int32_t i)
{
	return i < s->count && s->lines[i].changed;
}

/* Take the next hunk from where *b ends; false when there is none. */
static bool
next_hunk(const struct search *s, struct box *b)
{
	int32_t x = b->left_end, y = b->right_end, start = x, equal = 0;

	while (x < s->left.count && !s->left.lines[x].changed &&
	    !is_changed(&s->right, y)) {
		x++;
		y++;
	}
	if (x == s->left.count && y == s->right.count)
		return false;
	start = x - start < CONTEXT ? x - start : CONTEXT;
	b->left = x - start;
	b->right = y - start;
	while (
	    equal <= 2 * CONTEXT && (x < s->left.count || y < s->right.count)) {
		if (is_changed(&s->left, x)) {
			x++;
			equal = 0;
		} else if (is_changed(&s->right, y)) {
			y++;
			equal = 0;
		} else {
			x++;
			y++;
			equal++;
		}
	}
	equal = equal > CONTEXT ? equal - CONTEXT : 0;
	b->left_end = x - equal;
	b->right_end = y - equal;
	return true;
}

/* A line's number counts from 1; that of no lines is the one before. */
static void
print_range(struct buf *out, int32_t from, int32_t end)
{
	if (end - from == 1)
		buf_printf(out, "%d", from + 1);
	else
		buf_printf(
		    out, "%d,%d", end == from ? from : from + 1, end - from);
}

static void
print_line(struct buf *out, char sign, const struct line *line)
{
	buf_char(out, sign);
	buf_add(out, line->text, line->len);
	if (line->text[line->len - 1] != '\n')
		buf_text(out, "\n\\ No newline at end of file\n");
}

static void
print_hunk(const struct search *s, const struct box *b, struct buf *out)
{
	int32_t x = b->left, y = b->right;

	buf_text(out, "@@ -");
	print_range(out, b->left, b->left_end);
	buf_text(out, " +");
	print_range(out, b->right, b->right_end);
	buf_text(out, " @@\n");
	while (x < b->left_end || y < b->right_end) {
		if (is_changed(&s->left, x)) {
			print_line(out, '-', &s->left.lines[x++]);
		} else if (is_changed(&s->right, y)) {
			print_line(out, '+', &s->right.lines[y++]);
		} else {
			print_line(out, ' ', &s->left.lines[x++]);
			y++;
		}
	}
}

void
diff_unified(const struct diff_side *from, const struct diff_side *to,
    struct arena *a, struct buf *out)
{
	struct search s = {
		.left = split(from->text, a, false),
		.right = split(to->text, a, true),
	};
	struct box hunk = { 0, 0, 0, 0 };

	number_lines(&s.left, &s.right, a);
	keep_common(&s.left);
	keep_common(&s.right);
	search(&s, a);
	if (!next_hunk(&s, &hunk))
		return;
	buf_printf(out, "--- %s\n+++ %s\n", from->name, to->name);
	do
		print_hunk(&s, &hunk, out);
	while (next_hunk(&s, &hunk));
}
