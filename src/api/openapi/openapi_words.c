/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "base/text.h"

#define WORDS_MAX_BYTES ((size_t)1 << 20)

static const struct {
	const char *file;
	const char *text;
} lines[] = {
#include "openapi_table.h"
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

/* The place of a member; body_scan's count when there is none. */
static size_t
find_member(const struct body *object, const char *name)
{
	const struct scan *scan = body_scan(object);
	size_t i;

	for (i = 0; i < scan->member_count; i++) {
		if (scan->members[i].name != NULL &&
		    text_equal(scan->members[i].name, name))
			break;
	}
	return i;
}

bool
openapi_has(const struct body *object, const char *name)
{
	return object != NULL &&
	    find_member(object, name) < body_scan(object)->member_count;
}

const struct body *
openapi_member(const struct body *object, const char *name, struct arena *a)
{
	return openapi_has(object, name)
	    ? body_item(object, find_member(object, name), a)
	    : NULL;
}

const char *
openapi_text(const struct body *object, const char *name)
{
	return openapi_has(object, name)
	    ? body_text(object, find_member(object, name))
	    : NULL;
}

const char *
openapi_json_at(const struct body *object, size_t i, struct arena *a)
{
	const struct scan_member *m = &body_scan(object)->members[i];

	return scan_compact(m->value, m->value_len, a);
}

const char *
openapi_json(const struct body *object, const char *name, struct arena *a)
{
	return openapi_has(object, name)
	    ? openapi_json_at(object, find_member(object, name), a)
	    : NULL;
}

bool
openapi_lists(const struct body *array, const char *text)
{
	size_t i;

	for (i = 0; array != NULL && i < body_count(array); i++) {
		if (text_equal(body_text(array, i), text))
			return true;
	}
	return false;
}

/* Put the lines of a file together again, and read them. */
static enum err
read_file(struct arena *a, const char *file, const struct body **out)
{
	struct scan scan;
	struct buf text;
	size_t i;

	buf_init(&text, WORDS_MAX_BYTES);
	for (i = 0; i < LINE_COUNT; i++) {
		if (text_equal(lines[i].file, file))
			buf_text(&text, lines[i].text);
	}
	*out = body_parse(
	    arena_copy(a, buf_string(&text), text.len), text.len, a, &scan);
	buf_free(&text);
	return *out == NULL || scan.kind != SCAN_OBJECT
	    ? openapi_complain(file, "-", "it is not a JSON object")
	    : ERR_NONE;
}

enum err
openapi_read_common(struct arena *a, const struct body **out)
{
	return read_file(a, "common", out);
}

enum err
openapi_read_words(struct arena *a, struct openapi_family *out)
{
	enum err err;

	if ((err = read_file(a, out->family->name, &out->words)) != ERR_NONE)
		return err;
	return openapi_check_words(a, out);
}
