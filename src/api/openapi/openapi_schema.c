/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "base/text.h"

/* Bounds of lengths and counts: 0 at the top is none. */
static void
show_bounds(struct doc *d, const char *least, int64_t min, const char *most,
    int64_t max)
{
	if (min > 0)
		doc_integer(d, least, min);
	if (max > 0)
		doc_integer(d, most, max);
}

static void
show_type(struct doc *d, const struct field *row, const char *type)
{
	if ((row->flags & (FIELD_NULLABLE | FIELD_NULL_IS_ABSENT)) == 0) {
		doc_text(d, "type", type);
		return;
	}
	doc_array(d, "type");
	doc_text(d, NULL, type);
	doc_text(d, NULL, "null");
	doc_array_end(d);
}

static void
show_choices(struct doc *d, const struct field *row)
{
	size_t i;

	doc_array(d, "enum");
	for (i = 0; row->choices[i] != NULL; i++)
		doc_text(d, NULL, row->choices[i]);
	if ((row->flags & (FIELD_NULLABLE | FIELD_NULL_IS_ABSENT)) != 0)
		doc_null(d, NULL);
	doc_array_end(d);
}

static void
show_any(struct doc *d, const struct field *row)
{
	if ((row->flags & (FIELD_NULLABLE | FIELD_NULL_IS_ABSENT)) != 0)
		return;
	doc_object(d, "not");
	doc_text(d, "type", "null");
	doc_object_end(d);
}

static void
show_integer(struct doc *d, const struct field *row)
{
	show_type(d, row, "integer");
	if (row->min > INT64_MIN)
		doc_integer(d, "minimum", row->min);
	if (row->max > 0)
		doc_integer(d, "maximum", row->max);
}

static void
show_texts(struct doc *d, const struct field *row)
{
	show_type(d, row, "array");
	show_bounds(d, "minItems", row->min, "maxItems", row->max);
	doc_object(d, "items");
	doc_text(d, "type", "string");
	if (row->type == FIELD_UUIDS)
		doc_text(d, "format", "uuid");
	show_bounds(d, "minLength", row->item_min, "maxLength", row->item_max);
	doc_object_end(d);
}

static const struct body *
find_words(struct openapi *o, const struct field *row, const struct body *said)
{
	return openapi_member(
	    openapi_member(said, "fields", o->arena), row->name, o->arena);
}

/* An item that says nothing of itself is read by the plainest table; the words
 * tell of another. */
static void
show_items(struct openapi *o, const struct field *row, const struct body *said)
{
	const char *other =
	    openapi_json(find_words(o, row, said), "items", o->arena);
	struct doc *d = &o->doc;

	show_type(d, row, "array");
	show_bounds(d, "minItems", row->min, "maxItems", row->max);
	doc_object(d, "items");
	doc_array(d, "anyOf");
	openapi_show_table(
	    o, NULL, row->choose_items(body_empty(o->arena)), NULL);
	if (other != NULL)
		doc_json(d, NULL, other);
	doc_array_end(d);
	doc_object_end(d);
}

static void
show_rules(struct openapi *o, const struct field *row, const struct body *said)
{
	struct doc *d = &o->doc;

	switch (row->type) {
	case FIELD_TEXT:
		show_type(d, row, "string");
		show_bounds(d, "minLength", row->min, "maxLength", row->max);
		break;
	case FIELD_CHOICE:
		show_type(d, row, "string");
		show_choices(d, row);
		break;
	case FIELD_UUID:
		show_type(d, row, "string");
		doc_text(d, "format", "uuid");
		break;
	case FIELD_INTEGER:
		show_integer(d, row);
		break;
	case FIELD_BOOLEAN:
		show_type(d, row, "boolean");
		break;
	case FIELD_TEXTS:
	case FIELD_UUIDS:
		show_texts(d, row);
		break;
	case FIELD_ARRAY:
		show_type(d, row, "array");
		break;
	case FIELD_OBJECT:
		show_type(d, row, "object");
		break;
	case FIELD_ITEMS:
		show_items(o, row, said);
		break;
	case FIELD_ANY:
		show_any(d, row);
		break;
	}
}

/* What the operation's words say of a field, beyond its row. */
static void
show_words(struct openapi *o, const struct field *row, const struct body *said)
{
	const struct body *more = find_words(o, row, said);
	size_t i;

	if (more == NULL || row->type == FIELD_ITEMS)
		return;
	for (i = 0; i < body_scan(more)->member_count; i++)
		doc_json(&o->doc, body_scan(more)->members[i].name,
		    openapi_json_at(more, i, o->arena));
}

static void
show_field(struct openapi *o, const char *name, const struct field *row,
    const struct body *said)
{
	doc_object(&o->doc, name);
	show_rules(o, row, said);
	show_words(o, row, said);
	doc_object_end(&o->doc);
}

static bool
is_required(struct openapi *o, const struct field *row, const struct body *said)
{
	return (row->flags & FIELD_REQUIRED) != 0 ||
	    openapi_lists(
		openapi_member(said, "required", o->arena), row->name);
}

static void
show_required(
    struct openapi *o, const struct field_table *t, const struct body *said)
{
	struct doc *d = &o->doc;
	bool some = false;
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (t->rows[i].alias != NULL ||
		    !is_required(o, &t->rows[i], said))
			continue;
		if (!some)
			doc_array(d, "required");
		some = true;
		doc_text(d, NULL, t->rows[i].name);
	}
	if (some)
		doc_array_end(d);
}

/* Begin an object that has this member. */
static void
begin_alternative(struct doc *d, const char *name)
{
	doc_object(d, NULL);
	doc_array(d, "required");
	doc_text(d, NULL, name);
	doc_array_end(d);
}

static void
show_names(struct openapi *o, const struct field *row, const struct body *said)
{
	struct doc *d = &o->doc;

	doc_object(d, NULL);
	doc_array(d, "anyOf");
	begin_alternative(d, row->name);
	doc_object_end(d);
	begin_alternative(d, row->alias);
	doc_object(d, "properties");
	show_field(o, row->alias, row, said);
	doc_object_end(d);
	doc_object_end(d);
	doc_array_end(d);
	doc_object_end(d);
}

/* A required member with two names is there by either of them; the second is
 * looked at only without the first. */
static void
show_aliases(
    struct openapi *o, const struct field_table *t, const struct body *said)
{
	bool some = false;
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (t->rows[i].alias == NULL ||
		    !is_required(o, &t->rows[i], said))
			continue;
		if (!some)
			doc_array(&o->doc, "allOf");
		some = true;
		show_names(o, &t->rows[i], said);
	}
	if (some)
		doc_array_end(&o->doc);
}

static void
show_alias(struct openapi *o, const struct field *row)
{
	doc_object(&o->doc, row->alias);
	doc_text(&o->doc, "description",
	    arena_printf(o->arena, "Another name of %s.", row->name));
	doc_object_end(&o->doc);
}

void
openapi_show_table(struct openapi *o, const char *name,
    const struct field_table *t, const struct body *said)
{
	struct doc *d = &o->doc;
	size_t i;

	doc_object(d, name);
	doc_text(d, "type", "object");
	doc_object(d, "properties");
	for (i = 0; i < t->count; i++) {
		show_field(o, t->rows[i].name, &t->rows[i], said);
		if (t->rows[i].alias != NULL)
			show_alias(o, &t->rows[i]);
	}
	for (i = 0; t->ignored != NULL && t->ignored[i] != NULL; i++)
		doc_boolean(d, t->ignored[i], true);
	doc_object_end(d);
	show_required(o, t, said);
	show_aliases(o, t, said);
	if (t->refuse_unknown)
		doc_boolean(d, "additionalProperties", false);
	doc_object_end(d);
}

static void
show_repeatable(
    struct openapi *o, const struct field *row, const struct body *said)
{
	struct doc *d = &o->doc;

	doc_object(d, "schema");
	doc_text(d, "type", "array");
	show_field(o, "items", row, said);
	doc_object_end(d);
}

void
openapi_show_query(
    struct openapi *o, const struct field_table *t, const struct body *said)
{
	struct doc *d = &o->doc;
	size_t i;

	for (i = 0; i < t->count; i++) {
		doc_object(d, NULL);
		doc_text(d, "name", t->rows[i].name);
		doc_text(d, "in", "query");
		doc_boolean(d, "required", is_required(o, &t->rows[i], said));
		if ((t->rows[i].flags & FIELD_REPEATABLE) != 0)
			show_repeatable(o, &t->rows[i], said);
		else
			show_field(o, "schema", &t->rows[i], said);
		doc_object_end(d);
	}
}
