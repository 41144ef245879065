/* SPDX-License-Identifier: MIT */
#include "wire/doc.h"

#include <string.h>

void
doc_init(struct doc *d, struct buf *out)
{
	d->out = out;
	d->comma = false;
}

static bool
needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

#define EACH_BYTE(c) (0x0101010101010101u * (uint64_t)(c))

/* Does one of the eight bytes at text need an escape?  Most text has none
 * for hundreds of bytes, so eight are looked at in one go: subtracting from
 * each byte sets its top bit when it was too small and below 0x80.  A borrow
 * can raise false alarms, never hide a byte. */
static bool
word_needs_escape(const char *text)
{
	uint64_t word, quote, slash;

	memcpy(&word, text, sizeof(word));
	quote = word ^ EACH_BYTE('"');
	slash = word ^ EACH_BYTE('\\');
	return (((word - EACH_BYTE(0x20)) & ~word) |
		   ((quote - EACH_BYTE(1)) & ~quote) |
		   ((slash - EACH_BYTE(1)) & ~slash)) &
	    EACH_BYTE(0x80);
}

/* The first byte from text on that needs an escape, or end. */
static const char *
find_escape(const char *text, const char *end)
{
	while (end - text >= 8 && !word_needs_escape(text))
		text += 8;
	while (text < end && !needs_escape((unsigned char)*text))
		text++;
	return text;
}

static void
add_escape(struct buf *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[0x20] = {
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
	};
	char escape[] = "\\u00xx";

	if (c >= 0x20 || shorts[c] != 0) {
		escape[1] = c >= 0x20 ? (char)c : shorts[c];
		buf_add(out, escape, 2);
		return;
	}
	escape[4] = digits[c >> 4];
	escape[5] = digits[c & 15];
	buf_add(out, escape, 6);
}

static void
add_quoted(struct buf *out, const char *text)
{
	const char *end = text + strlen(text), *stop;

	buf_char(out, '"');
	while (text < end) {
		stop = find_escape(text, end);
		buf_add(out, text, (size_t)(stop - text));
		if (stop < end)
			add_escape(out, (unsigned char)*stop++);
		text = stop;
	}
	buf_char(out, '"');
}

/* Write what stands before a value: the comma and the name. */
static void
begin_value(struct doc *d, const char *name)
{
	if (d->comma)
		buf_char(d->out, ',');
	d->comma = true;
	if (name != NULL) {
		add_quoted(d->out, name);
		buf_char(d->out, ':');
	}
}

void
doc_object(struct doc *d, const char *name)
{
	begin_value(d, name);
	buf_char(d->out, '{');
	d->comma = false;
}

void
doc_object_end(struct doc *d)
{
	buf_char(d->out, '}');
	d->comma = true;
}

void
doc_array(struct doc *d, const char *name)
{
	begin_value(d, name);
	buf_char(d->out, '[');
	d->comma = false;
}

void
doc_array_end(struct doc *d)
{
	buf_char(d->out, ']');
	d->comma = true;
}

void
doc_text(struct doc *d, const char *name, const char *text)
{
	if (text == NULL) {
		doc_null(d, name);
		return;
	}
	begin_value(d, name);
	add_quoted(d->out, text);
}

void
doc_integer(struct doc *d, const char *name, int64_t value)
{
	char digits[20]; /* a sign and 19 digits */
	char *end = digits + sizeof(digits), *at = end;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (value < 0)
		*--at = '-';
	begin_value(d, name);
	buf_add(d->out, at, (size_t)(end - at));
}

void
doc_boolean(struct doc *d, const char *name, bool value)
{
	begin_value(d, name);
	if (value)
		buf_add(d->out, "true", 4);
	else
		buf_add(d->out, "false", 5);
}

void
doc_null(struct doc *d, const char *name)
{
	begin_value(d, name);
	buf_add(d->out, "null", 4);
}

void
doc_json(struct doc *d, const char *name, const char *json)
{
	if (json == NULL) {
		doc_null(d, name);
		return;
	}
	begin_value(d, name);
	buf_text(d->out, json);
}
