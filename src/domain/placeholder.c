/* SPDX-License-Identifier: MIT */
#include "domain/placeholder.h"

#include "base/text.h"

#include <string.h>

#define ONE "{{category_"
#define ALL "{{categories}}"

/* The number behind {{category_, which ends in }}; *end is what follows it.
 * 0 for what is none, and for numbers that no list is long enough for. */
static size_t
read_number(const char *at, const char **end)
{
	size_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (value < SIZE_MAX / 20)
			value = value * 10 + (size_t)(*at - '0');
	}
	*end = at + 2;
	return text_starts(at, "}}") ? value : 0;
}

static void
fill_ones(
    const char *text, const char *const *names, size_t count, struct buf *out)
{
	const char *hole, *end;
	size_t number;

	while ((hole = strstr(text, ONE)) != NULL) {
		number = read_number(hole + strlen(ONE), &end);
		if (number > 0 && number <= count) {
			buf_add(out, text, (size_t)(hole - text));
			buf_text(out, names[number - 1]);
			text = end;
		} else {
			/* The next one may begin inside of this. */
			hole += strlen(ONE);
			buf_add(out, text, (size_t)(hole - text));
			text = hole;
		}
	}
	buf_text(out, text);
}

static void
fill_all(
    const char *text, const char *const *names, size_t count, struct buf *out)
{
	const char *hole;
	size_t i;

	/* Once out is full, nothing that follows can be seen. */
	while (!buf_failed(out) && (hole = strstr(text, ALL)) != NULL) {
		buf_add(out, text, (size_t)(hole - text));
		for (i = 0; i < count; i++) {
			buf_text(out, i == 0 ? "" : ", ");
			buf_text(out, names[i]);
		}
		text = hole + strlen(ALL);
	}
	buf_text(out, text);
}

void
placeholder_fill_categories(
    const char *text, const char *const *names, size_t count, struct buf *out)
{
	struct buf ones;

	buf_init(&ones, out->max);
	fill_ones(text, names, count, &ones);
	if (buf_failed(&ones))
		out->failed = true;
	else
		fill_all(buf_string(&ones), names, count, out);
	buf_free(&ones);
}
