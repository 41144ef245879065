/* SPDX-License-Identifier: MIT */
#include "wire/field.h"
#include "wire/form.h"
#include "wire/doc.h"
#include "base/buf.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

#define NOT_FOUND SIZE_MAX

/* Doubles, and so most JSON parsers, are exact up to here. */
#define INTEGER_MAX (INT64_C(1) << 53)

/* A null is stored without asking which given_* the row fills. */
_Static_assert(offsetof(struct given_text, given) == 0 &&
	offsetof(struct given_integer, given) == 0 &&
	offsetof(struct given_boolean, given) == 0 &&
	offsetof(struct given_json, given) == 0 &&
	offsetof(struct given_items, given) == 0,
    "given comes first");

/* One row on its way into the caller's struct. */
struct reading {
	const struct field *row;
	void *slot;
	struct arena *arena;
	enum fault_kind fault;
};

static bool
refuse(struct reading *r, enum fault_kind fault)
{
	r->fault = fault;
	return false;
}

static void
begin_faults(struct faults *faults, size_t room, struct arena *a)
{
	faults->count = 0;
	faults->room = room;
	faults->list = arena_alloc(a, room * sizeof(*faults->list));
}

/* Make room for more faults than one table can have. */
static void
reserve_faults(struct faults *faults, size_t more, struct arena *a)
{
	struct fault *old = faults->list;

	if (faults->room - faults->count >= more)
		return;
	faults->room = 2 * (faults->count + more);
	faults->list = arena_alloc(a, faults->room * sizeof(*old));
	memcpy(faults->list, old, faults->count * sizeof(*old));
}

static void
add_fault(struct faults *faults, const struct field *row, const char *name,
    enum fault_kind kind)
{
	assert(faults->count < faults->room);
	faults->list[faults->count++] = (struct fault){
		.field = row, .name = name, .kind = kind, .within = ""
	};
}

static const char *
trim(const char *text, struct arena *a)
{
	size_t len = strlen(text);

	text = text_trim(text, &len);
	return text[len] == '\0' ? text : arena_copy(a, text, len);
}

static bool
is_choice(const char *const *choices, const char *text)
{
	for (; *choices != NULL; choices++) {
		if (text_equal(*choices, text))
			return true;
	}
	return false;
}

/* Is count below min (-1), above max (1), or fine (0)? */
static int
compare_count(size_t count, int64_t min, int64_t max)
{
	if (min > 0 && count < (uint64_t)min)
		return -1;
	return max > 0 && count > (uint64_t)max ? 1 : 0;
}

static bool
check_text(struct reading *r, const char *text)
{
	const struct field *row = r->row;
	int order = compare_count(text_length(text), row->min, row->max);

	if (order != 0)
		return refuse(r, order < 0 ? FAULT_SHORT : FAULT_LONG);
	if ((row->flags & FIELD_NO_CONTROL) && text_has_control(text))
		return refuse(r, FAULT_CONTROL);
	if (row->check != NULL && !row->check(text))
		return refuse(r, FAULT_CHECK);
	return true;
}

/* Any of the three types that are strings. */
static bool
read_text(struct reading *r, const char *text)
{
	struct given_text *out = r->slot;
	char uuid[TEXT_UUID_SIZE];

	if (r->row->flags & FIELD_TRIM)
		text = trim(text, r->arena);
	switch (r->row->type) {
	case FIELD_CHOICE:
		if (!is_choice(r->row->choices, text))
			return refuse(r, FAULT_CHOICE);
		break;
	case FIELD_UUID:
		if (!text_uuid_lenient(text, uuid))
			return refuse(r, FAULT_CHECK);
		text = arena_text(r->arena, uuid);
		break;
	default:
		if (!check_text(r, text))
			return false;
	}
	out->given = GIVEN_VALUE;
	out->text = text;
	return true;
}

static bool
store_integer(struct reading *r, int64_t value)
{
	struct given_integer *out = r->slot;

	if (value < -INTEGER_MAX || value > INTEGER_MAX)
		return refuse(r, FAULT_TYPE);
	if (value < r->row->min)
		return refuse(r, FAULT_SMALL);
	if (r->row->max != 0 && value > r->row->max)
		return refuse(r, FAULT_LARGE);
	out->given = GIVEN_VALUE;
	out->value = value;
	return true;
}

static bool
store_boolean(struct reading *r, bool value)
{
	struct given_boolean *out = r->slot;

	out->given = GIVEN_VALUE;
	out->value = value;
	return true;
}

/* The exponent of a number, from its 'e' on, kept far from overflow. */
static int64_t
read_exponent(const char *at, const char *end)
{
	int64_t exponent = 0;
	bool negative = false;

	if (at == end)
		return 0;
	at++;
	if (*at == '-' || *at == '+')
		negative = *at++ == '-';
	for (; at < end; at++) {
		if (exponent < INTEGER_MAX / 10)
			exponent = exponent * 10 + (*at - '0');
	}
	return negative ? -exponent : exponent;
}

/* A JSON number as an integer, by its digits: no rounding on the way.
 * False when it has a fraction or more than 17 digits. */
static bool
number_to_integer(const char *at, const char *end, int64_t *out)
{
	const char *digits_end = at;
	bool negative = *at == '-', point = false;
	int64_t value = 0, exponent, zeros = 0;
	int count = 0; /* of digits in value */

	while (digits_end < end && *digits_end != 'e' && *digits_end != 'E')
		digits_end++;
	exponent = read_exponent(digits_end, end);
	for (at += negative; at < digits_end; at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		exponent -= point;
		/* Zeros wait until a digit shows that they matter. */
		if (*at == '0') {
			zeros += value != 0;
			continue;
		}
		for (; zeros >= 0; zeros--) {
			if (++count > 17)
				return false;
			value *= 10;
		}
		zeros = 0;
		value += *at - '0';
	}
	exponent += zeros;
	if (value != 0 && (exponent < 0 || exponent > 17 - count))
		return false;
	for (; value != 0 && exponent > 0; exponent--)
		value *= 10;
	*out = negative ? -value : value;
	return true;
}

static bool
read_number(struct reading *r, const struct scan_member *m)
{
	int64_t value;

	if (!number_to_integer(m->value, m->value + m->value_len, &value))
		return refuse(r, FAULT_TYPE);
	return store_integer(r, value);
}

/* One item of FIELD_TEXTS or FIELD_UUIDS: checked, and written to the new
 * array. */
static bool
read_text_item(struct reading *r, const char *text, struct doc *d)
{
	const struct field *row = r->row;
	char id[TEXT_UUID_SIZE];
	int order;

	if (text == NULL)
		return refuse(r, FAULT_ITEM_TYPE);
	if (row->type == FIELD_UUIDS) {
		if (!text_uuid_lenient(text, id))
			return refuse(r, FAULT_CHECK);
		doc_text(d, NULL, id);
		return true;
	}
	if (row->flags & FIELD_TRIM)
		text = trim(text, r->arena);
	order = compare_count(text_length(text), row->item_min, row->item_max);
	if (order != 0)
		return refuse(
		    r, order < 0 ? FAULT_ITEM_SHORT : FAULT_ITEM_LONG);
	if ((row->flags & FIELD_NO_CONTROL) && text_has_control(text))
		return refuse(r, FAULT_CONTROL);
	doc_text(d, NULL, text);
	return true;
}

/* The array is written anew, so that equal texts are stored as equal bytes
 * however the client escaped them. */
static bool
read_texts(struct reading *r, const struct body *array, size_t raw_len)
{
	struct given_json *out = r->slot;
	size_t i, count = body_count(array);
	int order = compare_count(count, r->row->min, r->row->max);
	struct doc d;
	struct buf b;

	if (order != 0)
		return refuse(r, order < 0 ? FAULT_FEW : FAULT_MANY);
	/* doc's text is never longer than what it stands for was as sent, but
	 * for a UUID's four dashes; so the buffer lives in the arena and never
	 * grows. */
	buf_init(&b, raw_len + 4 * count);
	b.cap = raw_len + 4 * count + 1;
	b.ptr = arena_alloc(r->arena, b.cap);
	doc_init(&d, &b);
	doc_array(&d, NULL);
	for (i = 0; i < count; i++) {
		if (!read_text_item(r, body_text(array, i), &d))
			return false;
	}
	doc_array_end(&d);
	assert(!buf_failed(&b));
	out->given = GIVEN_VALUE;
	out->json = b.ptr;
	return true;
}

static bool
store_raw(struct reading *r, const struct scan_member *m)
{
	struct given_json *out = r->slot;

	out->given = GIVEN_VALUE;
	out->json = scan_compact(m->value, m->value_len, r->arena);
	return true;
}

/* Is a value of this kind (booleans being SCAN_TRUE) what the type wants? */
static bool
kind_fits(enum field_type type, enum scan_kind kind)
{
	static const enum scan_kind kinds[] = {
		[FIELD_TEXT] = SCAN_STRING,
		[FIELD_CHOICE] = SCAN_STRING,
		[FIELD_UUID] = SCAN_STRING,
		[FIELD_INTEGER] = SCAN_NUMBER,
		[FIELD_BOOLEAN] = SCAN_TRUE,
		[FIELD_TEXTS] = SCAN_ARRAY,
		[FIELD_UUIDS] = SCAN_ARRAY,
		[FIELD_ARRAY] = SCAN_ARRAY,
		[FIELD_OBJECT] = SCAN_OBJECT,
		[FIELD_ITEMS] = SCAN_ARRAY,
	};

	return type == FIELD_ANY || kinds[type] == kind;
}

/* Read member i of b into its row's slot. */
static bool
read_member(struct reading *r, const struct body *b, size_t i)
{
	const struct scan_member *m = &body_scan(b)->members[i];
	enum scan_kind kind = m->kind == SCAN_FALSE ? SCAN_TRUE : m->kind;

	if (kind == SCAN_NULL) {
		if (!(r->row->flags & FIELD_NULLABLE))
			return refuse(r, FAULT_NULL);
		*(enum given *)r->slot = GIVEN_NULL;
		return true;
	}
	if (!kind_fits(r->row->type, kind))
		return refuse(r, FAULT_TYPE);
	switch (r->row->type) {
	case FIELD_INTEGER:
		return read_number(r, m);
	case FIELD_BOOLEAN:
		return store_boolean(r, m->kind == SCAN_TRUE);
	case FIELD_TEXTS:
	case FIELD_UUIDS:
		return read_texts(r, body_item(b, i, r->arena), m->value_len);
	case FIELD_ARRAY:
	case FIELD_OBJECT:
	case FIELD_ANY:
		return store_raw(r, m);
	default:
		return read_text(r, body_text(b, i));
	}
}

/* Is it a number after all, if only with a point or too many digits? */
static bool
looks_like_number(const char *text)
{
	const char *digits = text + (text[0] == '-');
	size_t len = strspn(digits, "0123456789");

	text = digits + len;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return len > 0 && *text == '\0';
}

/* A plain decimal number: digits, a minus before them at most. */
static bool
read_decimal(struct reading *r, const char *text)
{
	int64_t value;

	if (text[0] == '+' || !text_to_int64(text, &value))
		return refuse(
		    r, looks_like_number(text) ? FAULT_FRACTION : FAULT_TYPE);
	return store_integer(r, value);
}

/* Read a parameter's value into its row's slot. */
static bool
read_param(struct reading *r, const char *value)
{
	if (value == NULL)
		return refuse(r, FAULT_TYPE);
	switch (r->row->type) {
	case FIELD_INTEGER:
		return read_decimal(r, value);
	case FIELD_BOOLEAN:
		if (text_equal(value, "true"))
			return store_boolean(r, true);
		if (text_equal(value, "false"))
			return store_boolean(r, false);
		return refuse(r, FAULT_TYPE);
	case FIELD_TEXTS:
	case FIELD_UUIDS:
	case FIELD_ARRAY:
	case FIELD_OBJECT:
	case FIELD_ITEMS:
	case FIELD_ANY:
		assert(!"a query table has no such row");
		return refuse(r, FAULT_TYPE);
	default:
		return read_text(r, value);
	}
}

static bool
has_row(const struct field_table *t, const char *name)
{
	const char *const *ignored;
	size_t i;

	for (ignored = t->ignored; ignored != NULL && *ignored != NULL;
	     ignored++) {
		if (text_equal(*ignored, name))
			return true;
	}

	for (i = 0; i < t->count; i++) {
		if (text_equal(t->rows[i].name, name))
			return true;
		if (t->rows[i].alias != NULL &&
		    text_equal(t->rows[i].alias, name))
			return true;
	}
	return false;
}

static struct reading
begin_row(const struct field *row, void *out, struct arena *a)
{
	return (struct reading){
		.row = row, .slot = (char *)out + row->offset, .arena = a
	};
}

static size_t
find_member(const struct scan *s, const struct field *row, const char *name)
{
	size_t i;

	if (name == NULL)
		return NOT_FOUND;
	for (i = 0; i < s->member_count; i++) {
		if (!text_equal(s->members[i].name, name))
			continue;
		if (s->members[i].kind == SCAN_NULL &&
		    (row->flags & FIELD_NULL_IS_ABSENT))
			return NOT_FOUND;
		return i;
	}
	return NOT_FOUND;
}

static void read_rows(const struct field_table *t, const struct body *b,
    void *out, struct arena *a, struct faults *faults);

/* Read one item into its struct.  An array is no object, whatever JavaScript
 * says. */
static void
read_item(struct reading *r, const struct body *array, size_t i, void *out,
    struct faults *faults)
{
	const struct field *row = r->row;
	enum scan_kind kind = body_scan(array)->members[i].kind;
	size_t at = faults->count;
	const struct body *item;

	if (kind != SCAN_OBJECT) {
		reserve_faults(faults, 1, r->arena);
		add_fault(faults, row, row->name,
		    kind == SCAN_ARRAY ? FAULT_ITEM_ARRAY : FAULT_ITEM_TYPE);
		faults->list[at].within =
		    arena_printf(r->arena, "%s.", row->name);
		return;
	}
	item = body_item(array, i, r->arena);
	read_rows(row->choose_items(item), item, out, r->arena, faults);
	for (; at < faults->count; at++)
		faults->list[at].within =
		    arena_printf(r->arena, "%s.%zu.", row->name, i);
}

static void
read_items(struct reading *r, const struct body *array, struct faults *faults)
{
	const struct field *row = r->row;
	struct given_items *out = r->slot;
	size_t i, count = body_count(array), before = faults->count;
	char *list;

	if (compare_count(count, 0, row->max) > 0) {
		add_fault(faults, row, row->name, FAULT_MANY);
		return;
	}
	list = arena_alloc(r->arena, count * row->item_size);
	for (i = 0; i < count && faults->count < FAULTS_MAX; i++)
		read_item(r, array, i, list + i * row->item_size, faults);
	if (faults->count > before)
		return;
	out->given = GIVEN_VALUE;
	out->list = list;
	out->count = count;
}

static void
read_body_row(const struct field *row, const struct body *b, void *out,
    struct arena *a, struct faults *faults)
{
	const struct scan *s = body_scan(b);
	struct reading r = begin_row(row, out, a);
	size_t i = find_member(s, row, row->name);

	if (i == NOT_FOUND)
		i = find_member(s, row, row->alias);
	reserve_faults(faults, 1, a);
	if (i == NOT_FOUND) {
		if (row->flags & FIELD_REQUIRED)
			add_fault(faults, row, row->name, FAULT_MISSING);
	} else if (row->type == FIELD_ITEMS &&
	    s->members[i].kind == SCAN_ARRAY) {
		read_items(&r, body_item(b, i, a), faults);
	} else if (!read_member(&r, b, i)) {
		add_fault(faults, row, s->members[i].name, r.fault);
	}
}

static void
read_rows(const struct field_table *t, const struct body *b, void *out,
    struct arena *a, struct faults *faults)
{
	const struct scan *s = body_scan(b);
	size_t i;

	reserve_faults(faults, s->member_count + t->count, a);
	for (i = 0; t->refuse_unknown && i < s->member_count; i++) {
		if (!has_row(t, s->members[i].name))
			add_fault(
			    faults, NULL, s->members[i].name, FAULT_UNKNOWN);
	}
	for (i = 0; i < t->count; i++)
		read_body_row(&t->rows[i], b, out, a, faults);
}

bool
field_read_body(const struct field_table *t, const struct body *b, void *out,
    struct arena *a, struct faults *faults)
{
	assert(body_kind(b) == SCAN_OBJECT);
	begin_faults(faults, body_scan(b)->member_count + t->count, a);
	read_rows(t, b, out, a, faults);
	return faults->count == 0;
}

static size_t
find_param(const struct form_param *params, size_t from, size_t count,
    const char *name)
{
	size_t i;

	for (i = from; name != NULL && i < count; i++) {
		if (text_equal(params[i].name, name))
			return i;
	}
	return NOT_FOUND;
}

/* All values of the parameter that is at first, with commas between them;
 * NULL when one of them is ill-formed. */
static const char *
join_values(const struct form_param *params, size_t first, size_t count,
    struct arena *a)
{
	struct buf joined;
	const char *text = NULL;
	size_t i;

	buf_init(&joined, SIZE_MAX / 2);
	for (i = first; i != NOT_FOUND;
	     i = find_param(params, i + 1, count, params[first].name)) {
		if (params[i].value == NULL)
			break;
		if (i != first)
			buf_char(&joined, ',');
		buf_text(&joined, params[i].value);
	}
	if (i == NOT_FOUND && !buf_failed(&joined))
		text = arena_text(a, buf_string(&joined));
	buf_free(&joined);
	return text;
}

static void
read_query_row(struct reading *r, const struct form_param *params, size_t count,
    struct faults *faults)
{
	const struct field *row = r->row;
	size_t i = find_param(params, 0, count, row->name);
	const char *value;

	if (i == NOT_FOUND)
		i = find_param(params, 0, count, row->alias);
	if (i == NOT_FOUND) {
		if (row->flags & FIELD_REQUIRED)
			add_fault(faults, row, row->name, FAULT_MISSING);
		return;
	}
	value = params[i].value;
	if (row->flags & FIELD_REPEATABLE)
		value = join_values(params, i, count, r->arena);
	else if (find_param(params, i + 1, count, params[i].name) !=
	    NOT_FOUND) {
		add_fault(faults, row, params[i].name, FAULT_REPEATED);
		return;
	}
	if (!read_param(r, value))
		add_fault(faults, row, params[i].name, r->fault);
}

bool
field_read_query(const struct field_table *t, const char *query, void *out,
    struct arena *a, struct faults *faults)
{
	struct form_param *params;
	struct reading r;
	size_t i, count = form_split(query, a, &params);

	begin_faults(faults, count + t->count, a);
	for (i = 0; t->refuse_unknown && i < count; i++) {
		if (!has_row(t, params[i].name))
			add_fault(faults, NULL, params[i].name, FAULT_UNKNOWN);
	}
	for (i = 0; i < t->count; i++) {
		r = begin_row(&t->rows[i], out, a);
		read_query_row(&r, params, count, faults);
	}
	return faults->count == 0;
}
