/* SPDX-License-Identifier: MIT */
#include "api/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
read_number(const struct scan_member *m, struct arena *a, struct value *out)
{
	out->kind = VALUE_NUMBER;
	out->number = strtod(arena_copy(a, m->value, m->value_len), NULL);
	return isfinite(out->number);
}

/* The i-th element or member of b. */
static bool
read_child(const struct body *b, size_t i, struct arena *a, struct value *out)
{
	const struct scan_member *m = &body_scan(b)->members[i];

	switch (m->kind) {
	case SCAN_OBJECT:
	case SCAN_ARRAY:
		return json_value_read(body_item(b, i, a), a, out);
	case SCAN_STRING:
		out->kind = VALUE_TEXT;
		out->text = body_text(b, i);
		out->count = strlen(out->text);
		return true;
	case SCAN_NUMBER:
		return read_number(m, a, out);
	case SCAN_TRUE:
	case SCAN_FALSE:
		out->kind = VALUE_BOOLEAN;
		out->boolean = m->kind == SCAN_TRUE;
		return true;
	default:
		out->kind = VALUE_NULL;
		return true;
	}
}

static bool
read_array(const struct body *b, struct arena *a, struct value *out)
{
	size_t i, count = body_scan(b)->member_count;
	struct value *items = arena_alloc(a, count * sizeof(*items));

	for (i = 0; i < count; i++) {
		if (!read_child(b, i, a, &items[i]))
			return false;
	}
	*out = (struct value){
		.kind = VALUE_ARRAY,
		.count = count,
		.items = items,
	};
	return true;
}

static bool
read_object(const struct body *b, struct arena *a, struct value *out)
{
	const struct scan *scan = body_scan(b);
	size_t i, count = scan->member_count;
	struct value_member *members = arena_alloc(a, count * sizeof(*members));

	for (i = 0; i < count; i++) {
		members[i].name = scan->members[i].name;
		if (!read_child(b, i, a, &members[i].value))
			return false;
	}
	value_sort(members, count);
	*out = (struct value){
		.kind = VALUE_OBJECT,
		.count = count,
		.members = members,
	};
	return true;
}

bool
json_value_read(const struct body *b, struct arena *a, struct value *out)
{
	return body_kind(b) == SCAN_ARRAY ? read_array(b, a, out)
					  : read_object(b, a, out);
}
