/* SPDX-License-Identifier: MIT */
#include "wire/scan.h"
#include "base/text.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A name of an object that is still open, for the search for duplicates. */
struct name {
	const char *text;
	size_t len;
	size_t offset;
};

struct reader {
	const char *start;
	const char *at;
	const char *end;
	struct arena *arena;
	struct scan *out;
	int depth;
	/* The names of all open objects, those of the innermost one last. */
	struct name *names;
	size_t name_count, name_cap;
	size_t member_cap;
};

static bool read_value(struct reader *r, enum scan_kind *kind);

static bool
fail_at(struct reader *r, enum scan_fault fault, const char *where)
{
	r->out->fault = fault;
	r->out->offset = (size_t)(where - r->start);
	return false;
}

/* The byte at r->at has no place there; say what is worst about it. */
static bool
fail_byte(struct reader *r)
{
	if (r->at == r->end)
		return fail_at(r, SCAN_SYNTAX, r->at);
	if (*r->at == '\0')
		return fail_at(r, SCAN_NUL, r->at);
	if (text_utf8_step(r->at, (size_t)(r->end - r->at)) == 0)
		return fail_at(r, SCAN_UTF8, r->at);
	return fail_at(r, SCAN_SYNTAX, r->at);
}

/* The next byte, or -1 at the end. */
static int
peek(const struct reader *r)
{
	return r->at < r->end ? (unsigned char)*r->at : -1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

/* Room for one more item in a list whose old memory stays in the arena. */
static void *
make_room(
    struct arena *a, void *list, size_t count, size_t *cap, size_t item_size)
{
	void *longer;

	if (count < *cap)
		return list;
	*cap = *cap == 0 ? 16 : *cap * 2;
	longer = arena_alloc(a, *cap * item_size);
	if (count > 0)
		memcpy(longer, list, count * item_size);
	return longer;
}

/* Read the four digits of \uXXXX; false when they are not four digits. */
static bool
read_hex4(const char *at, const char *end, uint32_t *out)
{
	char digits[5];
	unsigned char bytes[2];

	if (end - at < 4)
		return false;
	memcpy(digits, at, 4);
	digits[4] = '\0';
	if (!text_unhex(digits, bytes, 2))
		return false;
	*out = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

/* Step over \uXXXX, or over two of them when they are a surrogate pair. */
static bool
skip_unicode_escape(struct reader *r)
{
	const char *escape = r->at;
	uint32_t high, low;

	if (!read_hex4(escape + 2, r->end, &high))
		return fail_at(r, SCAN_SYNTAX, escape);
	if (high == 0)
		return fail_at(r, SCAN_NUL, escape);
	r->at += 6;
	if (high < 0xd800 || high > 0xdfff)
		return true;
	if (high > 0xdbff || r->end - r->at < 2 || r->at[0] != '\\' ||
	    r->at[1] != 'u')
		return fail_at(r, SCAN_SURROGATE, escape);
	if (!read_hex4(r->at + 2, r->end, &low))
		return fail_at(r, SCAN_SYNTAX, r->at);
	if (low < 0xdc00 || low > 0xdfff)
		return fail_at(r, SCAN_SURROGATE, escape);
	r->at += 6;
	return true;
}

static bool
skip_escape(struct reader *r)
{
	if (r->end - r->at < 2)
		return fail_at(r, SCAN_SYNTAX, r->at);
	switch (r->at[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		r->at += 2;
		return true;
	case 'u':
		return skip_unicode_escape(r);
	default:
		r->at++;
		return fail_byte(r);
	}
}

/* Step over the string at r->at, quotes included. */
static bool
read_string(struct reader *r, bool *has_escape)
{
	size_t step;

	*has_escape = false;
	for (r->at++; r->at < r->end;) {
		unsigned char c = (unsigned char)*r->at;

		if (c == '"') {
			r->at++;
			return true;
		}
		if (c < 0x20)
			return fail_byte(r);
		if (c == '\\') {
			*has_escape = true;
			if (!skip_escape(r))
				return false;
		} else if (c < 0x80) {
			r->at++;
		} else {
			step = text_utf8_step(r->at, (size_t)(r->end - r->at));
			if (step == 0)
				return fail_at(r, SCAN_UTF8, r->at);
			r->at += step;
		}
	}
	return fail_at(r, SCAN_SYNTAX, r->at);
}

/* Decode one escape that skip_escape has passed. */
static const char *
decode_escape(const char *at, const char *end, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	uint32_t c = 0, low = 0;

	if (at[1] != 'u') {
		*(*to)++ = into[strchr(from, at[1]) - from];
		return at + 2;
	}
	(void)read_hex4(at + 2, end, &c); /* read before */
	at += 6;
	if (c >= 0xd800 && c <= 0xdbff) {
		(void)read_hex4(at + 2, end, &low);
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		at += 6;
	}
	*to += text_utf8_encode(c, *to);
	return at;
}

/* The text of a string that was read, without its quotes, decoded; *len is
 * its length. */
static char *
decode(struct arena *a, const char *text, const char *end, size_t *len)
{
	char *decoded = arena_alloc(a, (size_t)(end - text) + 1);
	char *to = decoded;

	/* No escape is shorter than what it stands for. */
	while (text < end) {
		if (*text == '\\')
			text = decode_escape(text, end, &to);
		else
			*to++ = *text++;
	}
	*to = '\0';
	*len = (size_t)(to - decoded);
	return decoded;
}

/* Read a member's name and push it on r->names. */
static bool
read_name(struct reader *r, size_t first)
{
	const char *quote = r->at;
	struct name name;
	bool has_escape;

	if (peek(r) != '"')
		return fail_byte(r);
	if (!read_string(r, &has_escape))
		return false;
	if (r->name_count - first == SCAN_MEMBERS_MAX)
		return fail_at(r, SCAN_MEMBERS, quote);
	name.offset = (size_t)(quote - r->start);
	name.text = quote + 1;
	name.len = (size_t)(r->at - quote) - 2;
	if (has_escape)
		name.text = decode(r->arena, quote + 1, r->at - 1, &name.len);
	else if (r->depth == 1)
		name.text = arena_copy(r->arena, name.text, name.len);
	r->names = make_room(
	    r->arena, r->names, r->name_count, &r->name_cap, sizeof(*r->names));
	r->names[r->name_count++] = name;
	return true;
}

static int
compare_names(const void *a_, const void *b_)
{
	const struct name *a = a_, *b = b_;
	int order;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	order = memcmp(a->text, b->text, a->len);
	if (order != 0)
		return order;
	return a->offset < b->offset ? -1 : 1;
}

char *
scan_text(const char *value, size_t len, struct arena *a)
{
	size_t decoded_len;

	assert(len >= 2 && value[0] == '"');
	return decode(a, value + 1, value + len - 1, &decoded_len);
}

/* Take the names of the object that ends here off the stack.  They are
 * sorted, not hashed: no seed to guess, no bad case to send. */
static bool
close_names(struct reader *r, size_t first)
{
	struct name *names = r->names + first;
	size_t i, count = r->name_count - first;

	r->name_count = first;
	if (count < 2)
		return true;
	qsort(names, count, sizeof(*names), compare_names);
	for (i = 1; i < count; i++) {
		if (names[i].len == names[i - 1].len &&
		    memcmp(names[i].text, names[i - 1].text, names[i].len) == 0)
			return fail_at(
			    r, SCAN_DUPLICATE, r->start + names[i].offset);
	}
	return true;
}

/* Read a value inside an object or array; name is NULL inside an array. */
static bool
read_member(struct reader *r, const char *name)
{
	struct scan *out = r->out;
	struct scan_member m = { .name = name };

	skip_blanks(r);
	m.value = r->at;
	if (!read_value(r, &m.kind))
		return false;
	m.value_len = (size_t)(r->at - m.value);
	skip_blanks(r);
	if (r->depth > 1)
		return true;
	out->members = make_room(r->arena, out->members, out->member_count,
	    &r->member_cap, sizeof(*out->members));
	out->members[out->member_count++] = m;
	return true;
}

static bool
read_object(struct reader *r)
{
	size_t first = r->name_count;

	skip_blanks(r);
	if (peek(r) == '}') {
		r->at++;
		return true;
	}
	for (;;) {
		if (!read_name(r, first))
			return false;
		skip_blanks(r);
		if (peek(r) != ':')
			return fail_byte(r);
		r->at++;
		if (!read_member(r, r->names[r->name_count - 1].text))
			return false;
		if (peek(r) == '}')
			break;
		if (peek(r) != ',')
			return fail_byte(r);
		r->at++;
		skip_blanks(r);
	}
	r->at++;
	return close_names(r, first);
}

static bool
read_array(struct reader *r)
{
	skip_blanks(r);
	if (peek(r) == ']') {
		r->at++;
		return true;
	}
	for (;;) {
		if (!read_member(r, NULL))
			return false;
		if (peek(r) == ']')
			break;
		if (peek(r) != ',')
			return fail_byte(r);
		r->at++;
	}
	r->at++;
	return true;
}

/* Depth is checked before recursing, so the stack is bounded as well. */
static bool
read_nested(struct reader *r, enum scan_kind kind)
{
	bool ok;

	if (r->depth == SCAN_DEPTH_MAX)
		return fail_at(r, SCAN_DEPTH, r->at);
	r->at++;
	r->depth++;
	ok = kind == SCAN_OBJECT ? read_object(r) : read_array(r);
	r->depth--;
	return ok;
}

/* Step over one digit or more. */
static bool
read_digits(struct reader *r)
{
	if (peek(r) < '0' || peek(r) > '9')
		return fail_byte(r);
	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return true;
}

static bool
read_number(struct reader *r)
{
	if (peek(r) == '-')
		r->at++;
	if (peek(r) == '0')
		r->at++; /* and no digit after it */
	else if (!read_digits(r))
		return false;
	if (peek(r) == '.') {
		r->at++;
		if (!read_digits(r))
			return false;
	}
	if (peek(r) == 'e' || peek(r) == 'E') {
		r->at++;
		if (peek(r) == '+' || peek(r) == '-')
			r->at++;
		if (!read_digits(r))
			return false;
	}
	return true;
}

static bool
read_word(struct reader *r, const char *word)
{
	for (; *word != '\0'; word++, r->at++) {
		if (peek(r) != *word)
			return fail_byte(r);
	}
	return true;
}

static bool
read_value(struct reader *r, enum scan_kind *kind)
{
	bool has_escape;

	switch (peek(r)) {
	case '{':
		*kind = SCAN_OBJECT;
		return read_nested(r, SCAN_OBJECT);
	case '[':
		*kind = SCAN_ARRAY;
		return read_nested(r, SCAN_ARRAY);
	case '"':
		*kind = SCAN_STRING;
		return read_string(r, &has_escape);
	case 't':
		*kind = SCAN_TRUE;
		return read_word(r, "true");
	case 'f':
		*kind = SCAN_FALSE;
		return read_word(r, "false");
	case 'n':
		*kind = SCAN_NULL;
		return read_word(r, "null");
	default:
		*kind = SCAN_NUMBER;
		return read_number(r);
	}
}

static bool
read_all(struct reader *r)
{
	skip_blanks(r);
	if (r->at == r->end)
		return fail_at(r, SCAN_EMPTY, r->at);
	if (!read_value(r, &r->out->kind))
		return false;
	skip_blanks(r);
	return r->at == r->end || fail_byte(r);
}

bool
scan_json(const char *text, size_t len, struct arena *a, struct scan *out)
{
	struct reader r = { .arena = a, .out = out };

	memset(out, 0, sizeof(*out));
	out->kind = SCAN_NULL;
	r.start = r.at = len > 0 ? text : "";
	r.end = r.start + len;
	if (read_all(&r))
		return true;
	out->members = NULL; /* half a list helps nobody */
	out->member_count = 0;
	return false;
}

/* The end of the string that begins at text: behind its closing quote. */
static const char *
find_string_end(const char *text, const char *end)
{
	for (text++; text < end && *text != '"'; text++) {
		if (*text == '\\')
			text++;
	}
	return text < end ? text + 1 : end;
}

char *
scan_compact(const char *text, size_t len, struct arena *a)
{
	char *copy = arena_alloc(a, len + 1), *to = copy;
	const char *at = text, *end = text + len, *next;

	while (at < end) {
		if (is_blank(*at)) {
			at++;
			continue;
		}
		next = *at == '"' ? find_string_end(at, end) : at + 1;
		memcpy(to, at, (size_t)(next - at));
		to += next - at;
		at = next;
	}
	*to = '\0';
	return copy;
}
