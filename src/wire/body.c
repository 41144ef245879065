/* SPDX-License-Identifier: MIT */
#include "wire/body.h"

#include "base/buf.h"
#include "wire/doc.h"
#include "wire/form.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <json-c/json.h>

struct body {
	struct scan scan;
	struct json_object *json; /* NULL for null and for body_empty */
};

static void
put_json(void *json)
{
	json_object_put(json);
}

/* Let json-c read what the scan has passed. */
static bool
parse_json(const char *text, size_t len, struct json_object **out)
{
	/* json-c counts a scalar at the bottom as a level too. */
	struct json_tokener *tok = json_tokener_new_ex(SCAN_DEPTH_MAX + 2);
	enum json_tokener_error error;

	if (tok == NULL)
		return false;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	*out = json_tokener_parse_ex(tok, text, (int)len);
	error = json_tokener_get_error(tok);
	/* A number at the top ends only where the text is seen to end. */
	if (error == json_tokener_continue) {
		*out = json_tokener_parse_ex(tok, "", 1);
		error = json_tokener_get_error(tok);
	}
	json_tokener_free(tok);
	return error == json_tokener_success;
}

const struct body *
body_parse(const char *text, size_t len, struct arena *a, struct scan *scan)
{
	struct body *b;
	struct json_object *json = NULL;

	if (!scan_json(text, len, a, scan))
		return NULL;
	/* json-c takes an int; what it refuses on top of the scan (it has no
	 * memory, or is stricter than we know) must not pass as read. */
	if (len > INT_MAX || !parse_json(text, len, &json)) {
		scan->fault = SCAN_SYNTAX;
		return NULL;
	}
	b = arena_alloc(a, sizeof(*b));
	b->scan = *scan;
	b->json = json;
	if (json != NULL)
		arena_on_reset(a, put_json, json);
	return b;
}

/* The pairs as a JSON object; false when one of them is ill-formed. */
static bool
write_form(const struct form_param *params, size_t count, struct buf *out)
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
	if (write_form(params, count, &json))
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

/* The i-th member or element as json-c has it; NULL for null. */
static struct json_object *
find_child(const struct body *b, size_t i)
{
	assert(i < b->scan.member_count);
	if (b->scan.kind == SCAN_ARRAY)
		return json_object_array_get_idx(b->json, i);
	return json_object_object_get(b->json, b->scan.members[i].name);
}

const struct body *
body_item(const struct body *b, size_t i, struct arena *a)
{
	struct body *item = arena_alloc(a, sizeof(*item));
	const struct scan_member *m = &b->scan.members[i];
	bool passed;

	item->json = find_child(b, i);
	passed = scan_json(m->value, m->value_len, a, &item->scan);
	assert(passed); /* as a part of b it has */
	(void)passed;
	return item;
}

const char *
body_text(const struct body *b, size_t i)
{
	if (b->scan.members[i].kind != SCAN_STRING)
		return NULL;
	return json_object_get_string(find_child(b, i));
}
