/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

static bool
give_boolean(struct cell *result, bool value)
{
	*result = (struct cell){
		.v = { .kind = VALUE_BOOLEAN, .boolean = value },
	};
	return true;
}

static bool
call_not(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	(void)r;
	(void)count;
	return give_boolean(result, !cell_is_true(args));
}

/*
 * Comparison.  Go compares values of one basic type only; 5 is an int in a
 * template and a float64 in JSON.
 */

static bool
is_basic(const struct value *v)
{
	return v->kind == VALUE_BOOLEAN || v->kind == VALUE_NUMBER ||
	    v->kind == VALUE_INTEGER || v->kind == VALUE_TEXT;
}

static int
compare_text(const struct value *a, const struct value *b)
{
	size_t len = a->count < b->count ? a->count : b->count;
	int order = len == 0 ? 0 : memcmp(a->text, b->text, len);

	if (order != 0)
		return order;
	return a->count < b->count ? -1 : a->count > b->count;
}

/* Of two basic values of the same kind. */
static bool
is_equal(const struct value *a, const struct value *b)
{
	switch (a->kind) {
	case VALUE_BOOLEAN:
		return a->boolean == b->boolean;
	case VALUE_NUMBER:
		return a->number == b->number;
	case VALUE_INTEGER:
		return a->integer == b->integer;
	default:
		return compare_text(a, b) == 0;
	}
}

static bool
is_less(const struct value *a, const struct value *b)
{
	switch (a->kind) {
	case VALUE_NUMBER:
		return a->number < b->number;
	case VALUE_INTEGER:
		return a->integer < b->integer;
	default:
		return compare_text(a, b) < 0;
	}
}

static bool
fail_comparison(struct run *r, const struct value *a, const struct value *b)
{
	if (a->kind == b->kind)
		return run_fail(r, "non-comparable type %s", value_type(b));
	return run_fail(
	    r, "non-comparable types %s, %s", value_type(a), value_type(b));
}

/* Equal?  False with a failure kept when they cannot be compared. */
static bool
compare_pair(struct run *r, const struct value *a, const struct value *b)
{
	bool a_nil = a->kind == VALUE_NULL, b_nil = b->kind == VALUE_NULL;

	run_spend(r, 1 + a->count / 256);
	if (a_nil || b_nil)
		return a_nil && b_nil;
	if (!is_basic(a) && !is_basic(b))
		return fail_comparison(r, a, b);
	if (a->kind != b->kind)
		return run_fail(r, "incompatible types for comparison");
	return is_equal(a, b);
}

static bool
call_eq(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	bool is_found = false;
	size_t i;

	if (count < 2)
		return run_fail(r, "missing argument for comparison");
	for (i = 1; i < count && !is_found && !r->failed; i++)
		is_found = compare_pair(r, &args[0].v, &args[i].v);
	give_boolean(result, is_found);
	return !r->failed;
}

static bool
call_ne(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	if (!call_eq(r, args, count, result))
		return false;
	return give_boolean(result, !result->v.boolean);
}

static bool
call_lt(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	const struct value *a = &args[0].v, *b = &args[1].v;

	(void)count;
	if (!is_basic(a) || !is_basic(b))
		return run_fail(r, "invalid type for comparison");
	if (a->kind != b->kind)
		return run_fail(r, "incompatible types for comparison");
	if (a->kind == VALUE_BOOLEAN)
		return run_fail(r, "invalid type for comparison");
	return run_spend(r, 1 + a->count / 256) &&
	    give_boolean(result, is_less(a, b));
}

static bool
call_le(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	if (!call_lt(r, args, count, result))
		return false;
	return result->v.boolean || call_eq(r, args, count, result);
}

static bool
call_gt(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	if (!call_le(r, args, count, result))
		return false;
	return give_boolean(result, !result->v.boolean);
}

static bool
call_ge(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	if (!call_lt(r, args, count, result))
		return false;
	return give_boolean(result, !result->v.boolean);
}

/*
 * Parts.
 */

static bool
call_len(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	const struct value *v = &args[0].v;

	(void)count;
	if (v->kind == VALUE_NULL)
		return run_fail(r, "len of nil pointer");
	if (v->kind != VALUE_TEXT && v->kind != VALUE_ARRAY &&
	    v->kind != VALUE_OBJECT)
		return run_fail(r, "len of type %s", value_type(v));
	*result = (struct cell){
		.v = { .kind = VALUE_INTEGER, .integer = (int64_t)v->count },
	};
	return true;
}

static bool
read_index(struct run *r, const struct value *index, size_t most, size_t *out)
{
	if (index->kind == VALUE_NULL)
		return run_fail(r, "cannot index slice/array with nil");
	if (index->kind != VALUE_INTEGER)
		return run_fail(r, "cannot index slice/array with type %s",
		    value_type(index));
	if (index->integer < 0 || (uint64_t)index->integer > most)
		return run_fail(
		    r, "index out of range: %" PRId64, index->integer);
	*out = (size_t)index->integer;
	return true;
}

static bool
index_sequence(struct run *r, struct value *v, const struct value *index)
{
	bool is_text = v->kind == VALUE_TEXT;
	size_t i = 0;

	if (!read_index(r, index, v->count, &i))
		return false;
	if (i == v->count)
		return run_fail(r, "reflect: %s index out of range",
		    is_text ? "string" : "slice");
	if (is_text)
		*v = (struct value){
			.kind = VALUE_INTEGER,
			.integer = (unsigned char)v->text[i],
		};
	else
		*v = v->items[i];
	return true;
}

/* An absent member is null here, unlike a field. */
static bool
index_object(struct run *r, struct value *v, const struct value *index)
{
	static const struct value null = { .kind = VALUE_NULL };
	const struct value *found;

	if (index->kind == VALUE_NULL)
		return run_fail(r, "value is nil; should be of type string");
	if (index->kind != VALUE_TEXT)
		return run_fail(r, "value has type %s; should be string",
		    value_type(index));
	found = value_member(v, index->text, index->count);
	*v = found == NULL ? null : *found;
	return true;
}

static bool
call_index(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct value v = args[0].v;
	bool ok = true;
	size_t i;

	if (v.kind == VALUE_NULL)
		return run_fail(r, "index of untyped nil");
	for (i = 1; i < count && ok; i++) {
		if (v.kind == VALUE_NULL)
			ok = run_fail(r, "index of nil pointer");
		else if (v.kind == VALUE_OBJECT)
			ok = index_object(r, &v, &args[i].v);
		else if (v.kind == VALUE_ARRAY || v.kind == VALUE_TEXT)
			ok = index_sequence(r, &v, &args[i].v);
		else
			ok = run_fail(
			    r, "can't index item of type %s", value_type(&v));
	}
	*result = (struct cell){ .v = v };
	return ok;
}

static bool
call_slice(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct value v = args[0].v;
	size_t bounds[] = { 0, v.count, v.count }, i;

	if (v.kind == VALUE_NULL)
		return run_fail(r, "slice of untyped nil");
	if (count > 4)
		return run_fail(r, "too many slice indexes: %zu", count - 1);
	if (v.kind != VALUE_TEXT && v.kind != VALUE_ARRAY)
		return run_fail(
		    r, "can't slice item of type %s", value_type(&v));
	if (v.kind == VALUE_TEXT && count == 4)
		return run_fail(r, "cannot 3-index slice a string");
	for (i = 1; i < count; i++) {
		if (!read_index(r, &args[i].v, v.count, &bounds[i - 1]))
			return false;
	}
	for (i = 0; i < 2; i++) {
		if (bounds[i] > bounds[i + 1])
			return run_fail(r, "invalid slice index: %zu > %zu",
			    bounds[i], bounds[i + 1]);
	}
	if (v.kind == VALUE_TEXT)
		v.text += bounds[0];
	else
		v.items += bounds[0];
	v.count = bounds[1] - bounds[0];
	*result = (struct cell){ .v = v };
	return true;
}

/*
 * Text.
 */

static bool
call_print(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct buf out;

	run_text_start(r, &out);
	print_operands(r, &out, args, count);
	return run_text_end(r, &out, result);
}

static bool
call_println(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct buf out;
	size_t i;

	run_text_start(r, &out);
	for (i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&out, ' ');
		print_value(r, &out, &args[i].v);
	}
	buf_char(&out, '\n');
	return run_text_end(r, &out, result);
}

static bool
call_printf(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct buf out;

	run_text_start(r, &out);
	print_format(r, &out, args, count);
	return run_text_end(r, &out, result);
}

/* The text that an escaping function works on; null is "<no value>" in it. */
static bool
join_operands(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	static const char text[] = "<no value>";
	struct cell *cells =
	    arena_alloc(r->arena, (count + 1) * sizeof(*cells));
	size_t i;

	for (i = 0; i < count; i++) {
		cells[i] = args[i];
		if (cells[i].v.kind == VALUE_NULL)
			cells[i].v = (struct value){
				.kind = VALUE_TEXT,
				.text = text,
				.count = sizeof(text) - 1,
			};
	}
	return call_print(r, cells, count, result);
}

static bool
call_html(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	static const char *const escapes[256] = {
		[0] = "\xef\xbf\xbd",
		['"'] = "&#34;",
		['\''] = "&#39;",
		['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
	};
	struct buf out;
	size_t i;
	char c;

	if (!join_operands(r, args, count, result))
		return false;
	run_text_start(r, &out);
	for (i = 0; i < result->v.count; i++) {
		c = result->v.text[i];
		if (escapes[(unsigned char)c] != NULL)
			buf_text(&out, escapes[(unsigned char)c]);
		else
			buf_char(&out, c);
	}
	return run_text_end(r, &out, result);
}

/* One character of a JavaScript string; returns its bytes. */
static size_t
escape_js(struct run *r, struct buf *out, const char *text, size_t len)
{
	size_t step = text_utf8_step(text, len);
	uint32_t c = step == 0 ? 0xfffd : text_utf8_decode(text, step);

	if (c == '\\' || c == '\'' || c == '"')
		buf_printf(out, "\\%c", (char)c);
	else if (print_is_graphic(r, c) &&
	    (c >= 0x80 || strchr("<>&=", (int)c) == NULL))
		buf_add(out, text, step == 0 ? 1 : step);
	else if (c == 0x7f)
		buf_char(out, (char)c);
	else
		buf_printf(out, "\\u%04X", (unsigned)c);
	return step == 0 ? 1 : step;
}

static bool
call_js(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	struct buf out;
	size_t i;

	if (!join_operands(r, args, count, result))
		return false;
	run_text_start(r, &out);
	for (i = 0; i < result->v.count;)
		i +=
		    escape_js(r, &out, result->v.text + i, result->v.count - i);
	return run_text_end(r, &out, result);
}

static bool
call_urlquery(
    struct run *r, const struct cell *args, size_t count, struct cell *result)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.~";
	struct buf out;
	size_t i;
	char c;

	if (!join_operands(r, args, count, result))
		return false;
	run_text_start(r, &out);
	for (i = 0; i < result->v.count; i++) {
		c = result->v.text[i];
		if (c == ' ')
			buf_char(&out, '+');
		else if (c != '\0' && strchr(plain, c) != NULL)
			buf_char(&out, c);
		else
			buf_printf(&out, "%%%02X", (unsigned char)c);
	}
	return run_text_end(r, &out, result);
}

/* clang-format off */
static const struct function functions[] = {
	{.name = "and", .min = 1, .ends_at = false},
	{.name = "eq", .min = 1, .call = call_eq},
	{.name = "ge", .min = 2, .max = 2, .call = call_ge},
	{.name = "gt", .min = 2, .max = 2, .call = call_gt},
	{.name = "html", .call = call_html},
	{.name = "index", .min = 1, .call = call_index},
	{.name = "js", .call = call_js},
	{.name = "le", .min = 2, .max = 2, .call = call_le},
	{.name = "len", .min = 1, .max = 1, .call = call_len},
	{.name = "lt", .min = 2, .max = 2, .call = call_lt},
	{.name = "ne", .min = 2, .max = 2, .call = call_ne},
	{.name = "not", .min = 1, .max = 1, .call = call_not},
	{.name = "or", .min = 1, .ends_at = true},
	{.name = "print", .call = call_print},
	{.name = "printf", .min = 1, .wants_text = true, .call = call_printf},
	{.name = "println", .call = call_println},
	{.name = "slice", .min = 1, .call = call_slice},
	{.name = "urlquery", .call = call_urlquery},
};
/* clang-format on */

const struct function *
function_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	}
	return NULL;
}
