/* SPDX-License-Identifier: MIT */
#include "wire/body.h"

#include "base/buf.h"
#include "wire/doc.h"
#include "wire/form.h"

#include <assert.h>
#include <string.h>

struct body {
	struct scan scan;
	struct arena *arena;
};

const struct body *
body_parse(const char *text, size_t len, struct arena *a, struct scan *scan)
{
	struct body *b;

	if (!scan_json(text, len, a, scan))
		return NULL;
	b = arena_alloc(a, sizeof(*b));
	b->scan = *scan;
	b->arena = a;
	return b;
}

/* The pairs as a JSON object; false when one of them is ill-formed. */
static bool
write_form(const struct form_param *params, size_t count, struct arena *a,
    struct buf *out)
{
	struct doc d;
	size_t i;

	doc_init(&d, out);
	doc_object(&d, NULL);
	for (i = 0; i < count; i++) {
		if (params[i].value == NULL)
			return false;
		doc_text(&d, params[i].name, params[i].value);
	}
	doc_object_end(&d);
	if (buf_failed(out))
		arena_fall_short(a); /* there is room for the longest */
	return !buf_failed(out);
}

const struct body *
body_parse_form(
    const char *text, size_t len, struct arena *a, struct scan *scan)
{
	struct form_param *params;
	const struct body *b = NULL;
	struct buf json;
	size_t count;

	memset(scan, 0, sizeof(*scan));
	scan->fault = SCAN_SYNTAX;
	if (memchr(text, '\0', len) != NULL)
		return NULL;
	count = form_split(arena_copy(a, text, len), a, &params);
	/* A control character becomes six bytes, "a&" becomes "a":"",. */
	buf_init(&json, 6 * len + 8);
	if (write_form(params, count, a, &json))
		b = body_parse(
		    arena_copy(a, json.ptr, json.len), json.len, a, scan);
	buf_free(&json);
	return b;
}

const struct body *
body_empty(struct arena *a)
{
	struct body *b = arena_alloc(a, sizeof(*b));

	b->scan.kind = SCAN_OBJECT;
	b->arena = a;
	return b;
}

enum scan_kind
body_kind(const struct body *b)
{
	return b->scan.kind;
}

const struct scan *
body_scan(const struct body *b)
{
	return &b->scan;
}

size_t
body_count(const struct body *b)
{
	return b->scan.kind == SCAN_ARRAY ? b->scan.member_count : 0;
}

const struct body *
body_item(const struct body *b, size_t i, struct arena *a)
{
	struct body *item = arena_alloc(a, sizeof(*item));
	const struct scan_member *m = &b->scan.members[i];
	bool passed;

	assert(i < b->scan.member_count);
	passed = scan_json(m->value, m->value_len, a, &item->scan);
	assert(passed); /* as a part of b it has */
	(void)passed;
	item->arena = a;
	return item;
}

const char *
body_text(const struct body *b, size_t i)
{
	const struct scan_member *m = &b->scan.members[i];

	assert(i < b->scan.member_count);
	if (m->kind != SCAN_STRING)
		return NULL;
	return scan_text(m->value, m->value_len, b->arena);
}
