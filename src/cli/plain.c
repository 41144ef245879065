/* SPDX-License-Identifier: MIT */
#include "cli/plain.h"

#include "base/text.h"

#include <string.h>

/* Bidirectional embeddings, overrides and isolates reach beyond the text in
 * which they stand. */
static bool
turns_round(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && !text_is_space(c) &&
	    !turns_round(c);
}

static void
add(struct buf *out, const char *text, char blank)
{
	size_t len = strlen(text), step;
	const char *end = text + len;

	for (; text < end; text += step == 0 ? 1 : step) {
		step = text_utf8_step(text, (size_t)(end - text));
		if (*text == ' ')
			buf_char(out, blank);
		else if (step != 0 && is_plain(text_utf8_decode(text, step)))
			buf_add(out, text, step);
		else
			buf_char(out, '?');
	}
}

void
plain_text(struct buf *out, const char *text)
{
	add(out, text, ' ');
}

void
plain_word(struct buf *out, const char *text)
{
	add(out, text, '?');
}
