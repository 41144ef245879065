/* SPDX-License-Identifier: MIT */
#include "domain/payload_schema.h"

#include "base/text.h"

#include <string.h>

/* Where we are; a check gives NULL or the fault. */
struct place {
	struct arena *arena;
	const char *path;
};

typedef const char *check_fn(const struct place *at,
    const struct value *keyword, const struct value *schema,
    const struct value *v);
typedef bool form_fn(const struct value *keyword);

static const char *
fault(const struct place *at, const char *what)
{
	return arena_printf(at->arena, "%s: %s", at->path, what);
}

static struct place
member_place(const struct place *at, const char *name)
{
	return (struct place){
		.arena = at->arena,
		.path = arena_printf(at->arena, "%s.%s", at->path, name),
	};
}

static const struct value *
keyword_of(const struct value *schema, const char *name)
{
	return value_member(schema, name, strlen(name));
}

static bool
is_equal(const struct value *a, const struct value *b)
{
	size_t i;

	if (a->kind != b->kind || a->count != b->count)
		return false;
	for (i = 0; i < a->count && a->kind == VALUE_ARRAY; i++) {
		if (!is_equal(&a->items[i], &b->items[i]))
			return false;
	}
	for (i = 0; i < a->count && a->kind == VALUE_OBJECT; i++) {
		if (!text_equal(a->members[i].name, b->members[i].name) ||
		    !is_equal(&a->members[i].value, &b->members[i].value))
			return false;
	}
	if (a->kind == VALUE_TEXT)
		return a->count == 0 || memcmp(a->text, b->text, a->count) == 0;
	return a->boolean == b->boolean && a->number == b->number;
}

/*
 * type
 */

static bool
is_integer(const struct value *v)
{
	/* From 2^53 on there are no fractions. */
	return v->kind == VALUE_NUMBER &&
	    (v->number >= 0x1p53 || v->number <= -0x1p53 ||
		(double)(int64_t)v->number == v->number);
}

/* clang-format off */
static const struct {
	const char *name;
	enum value_kind kind;
} types[] = {
	{"array", VALUE_ARRAY},
	{"boolean", VALUE_BOOLEAN},
	{"integer", VALUE_INTEGER},
	{"null", VALUE_NULL},
	{"number", VALUE_NUMBER},
	{"object", VALUE_OBJECT},
	{"string", VALUE_TEXT},
};
/* clang-format on */

static bool
find_type(const struct value *name, enum value_kind *out)
{
	size_t i;

	if (name->kind != VALUE_TEXT)
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (text_equal(types[i].name, name->text)) {
			*out = types[i].kind;
			return true;
		}
	}
	return false;
}

static bool
type_form(const struct value *keyword)
{
	enum value_kind ignored;
	size_t i;

	if (keyword->kind != VALUE_ARRAY)
		return find_type(keyword, &ignored);
	for (i = 0; i < keyword->count; i++) {
		if (!find_type(&keyword->items[i], &ignored))
			return false;
	}
	return keyword->count > 0;
}

static bool
has_type(const struct value *name, const struct value *v)
{
	enum value_kind kind;

	if (!find_type(name, &kind))
		return false;
	return kind == VALUE_INTEGER ? is_integer(v) : v->kind == kind;
}

static const char *
check_type(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	size_t i;

	(void)schema;
	if (keyword->kind != VALUE_ARRAY)
		return has_type(keyword, v)
		    ? NULL
		    : fault(at,
			  arena_printf(
			      at->arena, "must be of type %s", keyword->text));
	for (i = 0; i < keyword->count; i++) {
		if (has_type(&keyword->items[i], v))
			return NULL;
	}
	return fault(at, "must be of another type");
}

/*
 * Objects and arrays.
 */

static bool
required_form(const struct value *keyword)
{
	size_t i;

	for (i = 0; keyword->kind == VALUE_ARRAY && i < keyword->count; i++) {
		if (keyword->items[i].kind != VALUE_TEXT)
			return false;
	}
	return keyword->kind == VALUE_ARRAY;
}

static const char *
check_required(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	const struct value *name;
	struct place member;
	size_t i;

	(void)schema;
	for (i = 0; v->kind == VALUE_OBJECT && i < keyword->count; i++) {
		name = &keyword->items[i];
		if (value_member(v, name->text, name->count) != NULL)
			continue;
		member = member_place(at, name->text);
		return fault(&member, "is required");
	}
	return NULL;
}

static const char *check_value(
    const struct place *at, const struct value *schema, const struct value *v);

static const char *
check_properties(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	const struct value *member;
	const char *wrong;
	struct place place;
	size_t i;

	(void)schema;
	for (i = 0; v->kind == VALUE_OBJECT && i < keyword->count; i++) {
		member = keyword_of(v, keyword->members[i].name);
		if (member == NULL)
			continue;
		place = member_place(at, keyword->members[i].name);
		wrong = check_value(&place, &keyword->members[i].value, member);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

/* Members that properties does not name: refused, or of this schema. */
static const char *
check_additional(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	const struct value *known = keyword_of(schema, "properties");
	const char *wrong = NULL;
	struct place place;
	size_t i;

	for (i = 0; v->kind == VALUE_OBJECT && i < v->count; i++) {
		if (known != NULL &&
		    keyword_of(known, v->members[i].name) != NULL)
			continue;
		place = member_place(at, v->members[i].name);
		if (keyword->kind == VALUE_OBJECT)
			wrong =
			    check_value(&place, keyword, &v->members[i].value);
		else if (!keyword->boolean)
			wrong = fault(&place, "is not allowed");
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static const char *
check_items(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	const char *wrong;
	struct place place = *at;
	size_t i;

	(void)schema;
	for (i = 0; v->kind == VALUE_ARRAY && i < v->count; i++) {
		place.path = arena_printf(at->arena, "%s[%zu]", at->path, i);
		wrong = check_value(&place, keyword, &v->items[i]);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

/*
 * Values and bounds.
 */

static const char *
check_enum(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	size_t i;

	(void)schema;
	for (i = 0; i < keyword->count; i++) {
		if (is_equal(&keyword->items[i], v))
			return NULL;
	}
	return fault(at, "must be one of the listed values");
}

static const char *
check_min_length(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	(void)schema;
	if (v->kind != VALUE_TEXT ||
	    (double)text_length(v->text) >= keyword->number)
		return NULL;
	return fault(at, "is too short");
}

static const char *
check_max_length(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	(void)schema;
	if (v->kind != VALUE_TEXT ||
	    (double)text_length(v->text) <= keyword->number)
		return NULL;
	return fault(at, "is too long");
}

static const char *
check_minimum(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	(void)schema;
	if (v->kind != VALUE_NUMBER || v->number >= keyword->number)
		return NULL;
	return fault(at, "is too small");
}

static const char *
check_maximum(const struct place *at, const struct value *keyword,
    const struct value *schema, const struct value *v)
{
	(void)schema;
	if (v->kind != VALUE_NUMBER || v->number <= keyword->number)
		return NULL;
	return fault(at, "is too large");
}

static bool
additional_form(const struct value *keyword)
{
	return keyword->kind == VALUE_BOOLEAN || keyword->kind == VALUE_OBJECT;
}

static bool
array_form(const struct value *keyword)
{
	return keyword->kind == VALUE_ARRAY && keyword->count > 0;
}

static bool
number_form(const struct value *keyword)
{
	return keyword->kind == VALUE_NUMBER;
}

static bool
length_form(const struct value *keyword)
{
	return is_integer(keyword) && keyword->number >= 0;
}

static bool
object_form(const struct value *keyword)
{
	return keyword->kind == VALUE_OBJECT;
}

/* Which schemas a keyword holds itself. */
enum inner { INNER_NONE, INNER_ONE, INNER_MEMBERS };

/* In the order in which faults are told. */
/* clang-format off */
static const struct {
	const char *name;
	form_fn *form;
	check_fn *check;
	enum inner inner;
} keywords[] = {
	{"type", type_form, check_type, INNER_NONE},
	{"enum", array_form, check_enum, INNER_NONE},
	{"minLength", length_form, check_min_length, INNER_NONE},
	{"maxLength", length_form, check_max_length, INNER_NONE},
	{"minimum", number_form, check_minimum, INNER_NONE},
	{"maximum", number_form, check_maximum, INNER_NONE},
	{"required", required_form, check_required, INNER_NONE},
	{"properties", object_form, check_properties, INNER_MEMBERS},
	{"additionalProperties", additional_form, check_additional, INNER_ONE},
	{"items", object_form, check_items, INNER_ONE},
};
/* clang-format on */

#define KEYWORD_COUNT (sizeof(keywords) / sizeof(keywords[0]))

static const char *
check_value(
    const struct place *at, const struct value *schema, const struct value *v)
{
	const struct value *keyword;
	const char *wrong;
	size_t i;

	for (i = 0; i < KEYWORD_COUNT; i++) {
		keyword = keyword_of(schema, keywords[i].name);
		/* What was stored before forms were looked at binds nobody. */
		if (keyword == NULL || !keywords[i].form(keyword))
			continue;
		wrong = keywords[i].check(at, keyword, schema, v);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

const char *
schema_check(const struct value *schema, const struct value *v, struct arena *a)
{
	const struct place at = { .arena = a, .path = "variables" };

	return check_value(&at, schema, v);
}

static const char *refuse_schema(
    const struct place *at, const struct value *schema);

static const char *
refuse_keyword(const struct place *at, const struct value_member *m)
{
	const char *wrong = NULL;
	struct place inner;
	size_t i, k;

	for (k = 0; k < KEYWORD_COUNT; k++) {
		if (text_equal(keywords[k].name, m->name))
			break;
	}
	if (k == KEYWORD_COUNT)
		return fault(at, "is not supported");
	if (!keywords[k].form(&m->value))
		return fault(at, "is not well-formed");
	if (keywords[k].inner == INNER_ONE && m->value.kind == VALUE_OBJECT)
		return refuse_schema(at, &m->value);
	for (i = 0; keywords[k].inner == INNER_MEMBERS && wrong == NULL &&
	     i < m->value.count;
	     i++) {
		inner = member_place(at, m->value.members[i].name);
		wrong = refuse_schema(&inner, &m->value.members[i].value);
	}
	return wrong;
}

static const char *
refuse_schema(const struct place *at, const struct value *schema)
{
	const char *wrong = NULL;
	struct place place;
	size_t i;

	if (schema->kind != VALUE_OBJECT)
		return fault(at, "is not well-formed");
	for (i = 0; i < schema->count && wrong == NULL; i++) {
		place = member_place(at, schema->members[i].name);
		wrong = refuse_keyword(&place, &schema->members[i]);
	}
	return wrong;
}

const char *
schema_refuse(const struct value *schema, struct arena *a)
{
	const struct place at = { .arena = a, .path = "schema" };

	return refuse_schema(&at, schema);
}
