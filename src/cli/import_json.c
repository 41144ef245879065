/* SPDX-License-Identifier: MIT */
#include "cli/import_json.h"

#include "api/admin/admin.h"
#include "api/admin/admin_transfer.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ID_MAX_CHARS 200

static const struct importer_source admin_source = {
	.name = "admin",
	.tone = ADMIN_DEFAULT_TONE,
	.output_format = ADMIN_DEFAULT_OUTPUT_FORMAT,
};
static const struct importer_source promptcrafter_source = {
	.name = "promptcrafter",
};

/* What the members of an item say about whose it is; the rest is a patch. */
struct origin {
	struct given_text id;
	struct given_text owner;
	struct given_text email;
	struct given_text name;
	struct prompt_patch patch; /* PromptCrafter's */
};

/* clang-format off */
static const struct field id_fields[] = {
	{.name = "id", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .min = 1, .max = ID_MAX_CHARS, .offset = offsetof(struct origin, id)},
};
static const struct field user_fields[] = {
	{.name = "_id", .alias = "id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX_CHARS, .offset = offsetof(struct origin, id)},
	{.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 254, .check = text_is_email, .offset = offsetof(struct origin, email)},
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = 200, .offset = offsetof(struct origin, name)},
};
static const struct field prompt_fields[] = {
	{.name = "_id", .alias = "id", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .min = 1, .max = ID_MAX_CHARS, .offset = offsetof(struct origin, id)},
	{.name = "ownerId", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .min = 1, .max = ID_MAX_CHARS, .offset = offsetof(struct origin, owner)},
	{.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .offset = offsetof(struct origin, patch.name)},
	{.name = "content", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .offset = offsetof(struct origin, patch.content)},
	{.name = "model", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .max = 200, .offset = offsetof(struct origin, patch.model)},
	{.name = "tags", .type = FIELD_TEXTS, .flags = FIELD_NULL_IS_ABSENT, .max = 50, .item_max = 64, .offset = offsetof(struct origin, patch.tags)},
};
/* clang-format on */
static const struct field_table id_table = { FIELD_TABLE(id_fields) };
static const struct field_table user_table = { FIELD_TABLE(user_fields) };
static const struct field_table prompt_table = { FIELD_TABLE(prompt_fields) };

/* The arrays that a file may hold, in the order in which they are read. */
static const struct {
	const char *name;
	bool holds_users;
} arrays[] = {
	{ "users", true },
	{ "data", false },
	{ "prompts", false },
};

static const struct scan_member *
find_member(const struct scan *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->member_count; i++) {
		if (text_equal(s->members[i].name, name))
			return &s->members[i];
	}
	return NULL;
}

static bool
read_user(const struct body *item, struct importer_row *row, struct arena *a,
    struct faults *faults)
{
	struct origin from = { 0 };

	row->source = &promptcrafter_source;
	if (!field_read_body(&user_table, item, &from, a, faults))
		return false;
	row->item.foreign_id = from.id.text;
	row->email = from.email.text;
	row->name = from.name.text == NULL ? from.email.text : from.name.text;
	return true;
}

static bool
read_prompt(const struct body *item, struct importer_row *row, struct arena *a,
    struct faults *faults)
{
	struct origin from = { 0 };

	if (find_member(body_scan(item), "title") == NULL) {
		row->source = &admin_source;
		if (!field_read_body(&id_table, item, &from, a, faults))
			return false;
		row->item.foreign_id = from.id.text;
		return field_read_body(
		    admin_choose_item(item), item, &row->item.patch, a, faults);
	}
	row->source = &promptcrafter_source;
	if (!field_read_body(&prompt_table, item, &from, a, faults))
		return false;
	row->item.patch = from.patch;
	row->owner = from.owner.text;
	row->item.foreign_id = from.id.text;
	return true;
}

/* Read one item; false after a failure that ends the import. */
static bool
add_item(
    struct importer *im, const struct scan_member *m, struct importer_row *row)
{
	struct arena *a = importer_arena(im);
	struct faults faults;
	const struct body *item;
	struct scan scan;

	item = m->kind == SCAN_OBJECT
	    ? body_parse(m->value, m->value_len, a, &scan)
	    : NULL;
	if (item == NULL) {
		importer_reject(im, row, "it is no object");
		return true;
	}
	if (row->is_user ? !read_user(item, row, a, &faults)
			 : !read_prompt(item, row, a, &faults)) {
		importer_reject_faults(im, row, &faults);
		return true;
	}
	if (row->source == &promptcrafter_source &&
	    row->item.foreign_id == NULL)
		row->item.foreign_id = importer_digest(im,
		    row->item.patch.name.text, row->item.patch.content.text);
	/* What is held of an item is a few times its text. */
	return importer_add(im, row, m->value_len);
}

static bool
add_array(struct importer *im, const struct scan *array, bool holds_users)
{
	struct progress *progress = importer_progress(im);
	bool goes_on = true;
	size_t i;

	progress_begin(progress, holds_users ? "users" : "imported",
	    (int64_t)array->member_count);
	for (i = 0; goes_on && i < array->member_count; i++) {
		struct importer_row row = {
			.number = (int64_t)i + 1,
			.is_user = holds_users,
		};

		goes_on = add_item(im, &array->members[i], &row);
		progress_show(progress, (int64_t)i + 1);
	}
	goes_on = goes_on && importer_flush(im);
	progress_end(progress);
	return goes_on;
}

static bool
refuse_file(const char *why)
{
	fprintf(stderr, "promptledger import: %s\n", why);
	return false;
}

static bool
scan_array(const char *text, size_t len, struct arena *a, struct scan *out)
{
	return scan_json(text, len, a, out) && out->kind == SCAN_ARRAY;
}

static bool
add_arrays(struct importer *im, const struct scan *file, struct arena *kept)
{
	const struct scan_member *m;
	struct scan array;
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		if ((m = find_member(file, arrays[i].name)) == NULL)
			continue;
		if (!scan_array(m->value, m->value_len, kept, &array))
			return refuse_file("users, data and prompts must be "
					   "arrays");
		if (!add_array(im, &array, arrays[i].holds_users))
			return false;
		found = true;
	}
	return found || refuse_file("the file holds neither data nor prompts");
}

bool
import_json(struct importer *im, const char *text, size_t len)
{
	/* Apart from the batches', which is rewound. */
	struct arena *kept = arena_new();
	struct scan file;
	bool done;

	if (!scan_json(text, len, kept, &file))
		done = refuse_file(arena_printf(
		    kept, "the file is not JSON, at byte %zu", file.offset));
	else if (file.kind == SCAN_ARRAY)
		done = add_array(im, &file, false);
	else if (file.kind == SCAN_OBJECT)
		done = add_arrays(im, &file, kept);
	else
		done = refuse_file("the file holds neither data nor prompts");
	arena_free(kept);
	return done;
}
