/* SPDX-License-Identifier: MIT */
/*
 * Bodies and query strings against the field tables of every route.  The first
 * line names the table ("POST /prompts body", "GET /search query"), what
 * follows is the JSON text, the form or the query; any other first line stands
 * for some table.
 */
#include "fuzz.h"

#include "api/family.h"
#include "base/text.h"
#include "wire/field.h"

enum source { FROM_JSON, FROM_FORM, FROM_QUERY };

/* One table, and from what it is read. */
struct reading {
	const struct route *route;
	const struct field_table *table;
	size_t size; /* of the struct it fills */
	enum source source;
};

static const char *const method_names[METHOD_UNKNOWN] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

static bool
takes_forms(const struct family *f)
{
	return f == &oauth_family;
}

/* All the readings that there are, in the order of the routes. */
static size_t
list_readings(struct reading *out, size_t room)
{
	const struct family *const *f;
	const struct route *r;
	size_t count = 0, i;

	for (f = family_list(); *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			r = &(*f)->routes[i];
			if (r->body != NULL && count < room)
				out[count++] =
				    (struct reading){ r, r->body, r->body_size,
					    takes_forms(*f) ? FROM_FORM
							    : FROM_JSON };
			if (r->query != NULL && count < room)
				out[count++] = (struct reading){ r, r->query,
					r->query_size, FROM_QUERY };
		}
	}
	return count;
}

static const struct reading *
choose_reading(const char *line, size_t len, struct arena *a)
{
	static struct reading readings[256];
	size_t count = list_readings(readings, 256), hash = 0, i;
	const struct reading *r;
	const char *name;

	MUST(count > 0 && count < 256);
	for (i = 0; i < count; i++) {
		r = &readings[i];
		name = arena_printf(a, "%s %s %s",
		    method_names[r->route->method], r->route->path,
		    r->source == FROM_QUERY ? "query" : "body");
		if (strlen(name) == len && memcmp(name, line, len) == 0)
			return r;
	}
	for (i = 0; i < len; i++)
		hash = hash * 31 + (unsigned char)line[i];
	return &readings[hash % count];
}

static void
check_length(const char *text, int64_t min, int64_t max)
{
	int64_t length;

	MUST(text_is_utf8(text, strlen(text)));
	length = (int64_t)text_length(text);
	MUST(length >= min);
	MUST(max == 0 || length <= max);
}

/* JSON that is stored: one value of the right kind, strictly so. */
static void
check_json(const char *json, struct arena *a, enum scan_kind kind, bool any)
{
	struct scan scan;

	MUST(scan_json(json, strlen(json), a, &scan));
	MUST(any || scan.kind == kind);
}

/* A row without fault holds what the table allows. */
static void
check_row(const struct field *row, const void *at, struct arena *a)
{
	const struct given_text *text = at;
	const struct given_integer *number = at;
	const struct given_json *json = at;
	const struct given_items *items = at;

	if (*(const enum given *)at != GIVEN_VALUE)
		return;
	switch (row->type) {
	case FIELD_TEXT:
		check_length(text->text, row->min, row->max);
		MUST((row->flags & FIELD_NO_CONTROL) == 0 ||
		    !text_has_control(text->text));
		break;
	case FIELD_CHOICE:
		check_length(text->text, 0, 0);
		break;
	case FIELD_UUID:
		MUST(text_is_uuid(text->text));
		break;
	case FIELD_INTEGER:
		MUST(number->value >= row->min);
		MUST(row->max == 0 || number->value <= row->max);
		break;
	case FIELD_TEXTS:
	case FIELD_UUIDS:
	case FIELD_ARRAY:
		check_json(json->json, a, SCAN_ARRAY, false);
		break;
	case FIELD_OBJECT:
		check_json(json->json, a, SCAN_OBJECT, false);
		break;
	case FIELD_ANY:
		check_json(json->json, a, SCAN_NULL, true);
		break;
	case FIELD_ITEMS:
		MUST(row->max == 0 || (int64_t)items->count <= row->max);
		break;
	case FIELD_BOOLEAN:
		break;
	}
}

static void
check_faults(const struct faults *faults, bool good)
{
	size_t i;

	MUST(good == (faults->count == 0));
	for (i = 0; i < faults->count; i++) {
		MUST(faults->list[i].name != NULL);
		MUST(faults->list[i].within != NULL);
		MUST(text_is_utf8(
		    faults->list[i].name, strlen(faults->list[i].name)));
	}
}

static void
read_one(
    const struct reading *r, const uint8_t *data, size_t size, struct arena *a)
{
	void *out = arena_alloc(a, r->size);
	struct faults faults = { 0 };
	char *query = fuzz_text(data, size);
	const struct body *b = NULL;
	struct scan scan;
	bool good = false;
	size_t i;

	if (r->source == FROM_JSON)
		b = body_parse((const char *)data, size, a, &scan);
	else if (r->source == FROM_FORM)
		b = body_parse_form((const char *)data, size, a, &scan);
	if (r->source == FROM_QUERY)
		good = field_read_query(r->table, query, out, a, &faults);
	else if (b != NULL && body_kind(b) == SCAN_OBJECT)
		good = field_read_body(r->table, b, out, a, &faults);
	else
		goto done;
	check_faults(&faults, good);
	for (i = 0; good && i < r->table->count; i++)
		check_row(&r->table->rows[i],
		    (const char *)out + r->table->rows[i].offset, a);
done:
	free(query);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	size_t len = end == NULL ? size : (size_t)(end - data);
	const struct reading *r = choose_reading((const char *)data, len, a);

	if (end != NULL)
		len++;
	read_one(r, data + len, size - len, a);
	arena_free(a);
	return 0;
}
