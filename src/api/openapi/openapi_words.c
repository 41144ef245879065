/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

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

static bool
has_member(const struct body *object, const char *name)
{
	return object != NULL &&
	    find_member(object, name) < body_scan(object)->member_count;
}

const struct body *
openapi_member(const struct body *object, const char *name, struct arena *a)
{
	return has_member(object, name)
	    ? body_item(object, find_member(object, name), a)
	    : NULL;
}

const char *
openapi_text(const struct body *object, const char *name)
{
	return has_member(object, name)
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
	return has_member(object, name)
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

/*
 * The tables and the words, each held against the other.
 */

static enum err
complain(const char *file, const char *operation, const char *what)
{
	log_line("event=bad_openapi file=%s operation=\"%s\" detail=\"%s\"",
	    file, operation, what);
	return ERR_INTERNAL;
}

static bool
has_route(const struct family *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->route_count; i++) {
		if (text_equal(f->routes[i].name, name))
			return true;
	}
	return false;
}

static bool
has_field(const struct field_table *t, const char *name)
{
	size_t i;

	for (i = 0; t != NULL && i < t->count; i++) {
		if (text_equal(t->rows[i].name, name))
			return true;
	}
	return false;
}

static bool
reads_field(const struct route *r, const char *name)
{
	return has_field(r->query, name) || has_field(r->body, name);
}

static enum err
check_operation(const struct family *f, const struct route *r,
    const struct body *said, struct arena *a)
{
	const struct body *fields = openapi_member(said, "fields", a);
	const struct body *required = openapi_member(said, "required", a);
	size_t i;

	if (said == NULL || !has_member(said, "answers"))
		return complain(
		    f->name, r->name, "its answers are not described");
	if (((r->flags & ROUTE_RAW_BODY) != 0 ||
		(r->body != NULL && r->body->count == 0)) &&
	    !has_member(said, "body"))
		return complain(f->name, r->name, "its body is not described");
	for (i = 0; fields != NULL && i < body_scan(fields)->member_count;
	     i++) {
		if (!reads_field(r, body_scan(fields)->members[i].name))
			return complain(f->name, r->name, "no such field");
	}
	for (i = 0; required != NULL && i < body_count(required); i++) {
		if (!reads_field(r, body_text(required, i)))
			return complain(
			    f->name, r->name, "no such required field");
	}
	return ERR_NONE;
}

static enum err
check_words(const struct openapi_family *of, struct arena *a)
{
	const struct family *f = of->family;
	const struct scan *said = body_scan(of->operations);
	enum err err;
	size_t i;

	for (i = 0; i < f->route_count; i++) {
		err = check_operation(f, &f->routes[i],
		    openapi_member(of->operations, f->routes[i].name, a), a);
		if (err != ERR_NONE)
			return err;
	}
	for (i = 0; i < said->member_count; i++) {
		if (!has_route(f, said->members[i].name))
			return complain(f->name, said->members[i].name,
			    "no route has this name");
	}
	return ERR_NONE;
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
	    ? complain(file, "-", "it is not a JSON object")
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
	out->operations = openapi_member(out->words, "operations", a);
	if (out->operations == NULL ||
	    openapi_member(out->words, "schemas", a) == NULL)
		return complain(out->family->name, "-",
		    "it has no operations, or no schemas");
	return check_words(out, a);
}
