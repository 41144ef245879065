/* SPDX-License-Identifier: MIT */
#include "api/admin/admin_transfer.h"

#include "api/admin/admin.h"
#include "base/clock.h"
#include "base/text.h"
#include "domain/project.h"
#include "domain/transfer.h"
#include "wire/csv.h"

#include <inttypes.h>
#include <string.h>

/* More than the default limit of bodies has room for. */
#define ITEMS_MAX 20000

/*
 * Export.
 */

/* clang-format off */
static const struct field export_fields[] = {
	{.name = "format", .type = FIELD_TEXT, .offset = offsetof(struct admin_export_query, format)},
};
/* clang-format on */
const struct field_table admin_export_fields = { FIELD_TABLE(export_fields) };

static const char csv_header[] =
    "id,name,section,subSection,route,categories,tags,version,isActive,"
    "systemPrompt,userPromptTemplate,tone,outputFormat,createdAt,updatedAt";

/* One prompt on its way out. */
struct export
{
	struct txn *txn;
	struct buf *out;
	struct doc doc;
	enum admin_format format;
};

static void
add_cell(struct buf *out, const char *text)
{
	buf_char(out, ',');
	csv_cell(out, text);
}

/* The texts of a stored JSON array, joined by ';'. */
static void
add_list_cell(struct export *e, const char *json)
{
	struct arena *a = txn_arena(e->txn);
	struct scan scan;
	const struct body *list = body_parse(json, strlen(json), a, &scan);
	struct buf joined;
	size_t i;

	buf_init(&joined, strlen(json));
	for (i = 0; list != NULL && i < body_count(list); i++) {
		if (i > 0)
			buf_char(&joined, ';');
		buf_text(&joined, body_text(list, i));
	}
	buf_char(e->out, ',');
	csv_cell_quoted(e->out, buf_string(&joined));
	buf_free(&joined);
}

static void
add_time_cell(struct buf *out, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_ms(at_ms, text);
	add_cell(out, text);
}

static void
write_csv_row(struct export *e, const struct prompt *p)
{
	struct buf *out = e->out;

	buf_char(out, '\n');
	csv_cell(out, p->id);
	add_cell(out, p->name);
	add_cell(out, p->section);
	add_cell(out, p->sub_section);
	add_cell(out, p->route);
	add_list_cell(e, p->categories);
	add_list_cell(e, p->tags);
	buf_printf(out, ",%" PRId64, p->version);
	add_cell(out, p->is_active ? "true" : "false");
	add_cell(out, p->system_prompt);
	add_cell(out, p->content);
	add_cell(out, p->tone);
	add_cell(out, p->output_format);
	add_time_cell(out, p->created_at);
	add_time_cell(out, p->updated_at);
}

static void
begin_export(struct export *e)
{
	if (e->format == ADMIN_CSV) {
		buf_text(e->out, csv_header);
		return;
	}
	doc_init(&e->doc, e->out);
	doc_object(&e->doc, NULL);
	doc_array(&e->doc, "data");
}

enum err
admin_export(struct txn *t, enum admin_format format, struct buf *out,
    admin_export_step *step, void *arg)
{
	struct export e = { .txn = t, .out = out, .format = format };
	struct arena_mark row = arena_mark(txn_arena(t));
	struct prompt_credits by;
	struct prompt p;
	struct query q;
	bool goes_on = true;

	begin_export(&e);
	transfer_list(&q, t);
	while (goes_on && prompt_page_next(&q, &p, &by)) {
		if (format == ADMIN_CSV)
			write_csv_row(&e, &p);
		else
			admin_show_prompt(&e.doc, NULL, &p, &by);
		arena_rewind(txn_arena(t), row);
		goes_on = step(arg);
	}
	if (format == ADMIN_JSON) {
		doc_array_end(&e.doc);
		doc_object_end(&e.doc);
	}
	return query_end(&q);
}

static bool
send_piece(void *call)
{
	return call_flush(call);
}

enum err
admin_export_get(struct call *c, struct txn *t)
{
	const struct admin_export_query *query = c->query;
	bool as_csv = query->format.given == GIVEN_VALUE &&
	    text_equal(query->format.text, "csv");
	char date[CLOCK_TEXT_SIZE];

	clock_iso_ms(txn_now(t), date);
	if (as_csv)
		c->content_type = "text/csv; charset=utf-8";
	call_reply(c, 200);
	response_header(c->reply, "Content-Disposition",
	    arena_printf(c->arena, "attachment; filename=\"prompts-%.10s.%s\"",
		date, as_csv ? "csv" : "json"));
	call_private(c);
	return admin_export(
	    t, as_csv ? ADMIN_CSV : ADMIN_JSON, &c->reply->body, send_piece, c);
}

/*
 * Import.
 */

const char *const admin_server_set[] = {
	"id",
	"version",
	"commentsCount",
	"createdById",
	"updatedById",
	"createdAt",
	"updatedAt",
	"createdBy",
	"updatedBy",
	NULL,
};

/* clang-format off */
static const struct field exported_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .offset = offsetof(struct prompt_patch, name)},
	{.name = "section", .type = FIELD_CHOICE, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .choices = admin_sections, .offset = offsetof(struct prompt_patch, section)},
	{.name = "subSection", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, sub_section)},
	{.name = "route", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, route)},
	{.name = "categories", .type = FIELD_TEXTS, .offset = offsetof(struct prompt_patch, categories)},
	{.name = "tags", .type = FIELD_TEXTS, .offset = offsetof(struct prompt_patch, tags)},
	{.name = "systemPrompt", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct prompt_patch, system_prompt)},
	{.name = "userPromptTemplate", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct prompt_patch, content)},
	{.name = "tone", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, tone)},
	{.name = "outputFormat", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, output_format)},
	{.name = "fewShot", .type = FIELD_ARRAY, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, few_shot)},
	{.name = "context", .type = FIELD_OBJECT, .flags = FIELD_NULLABLE, .offset = offsetof(struct prompt_patch, context)},
	{.name = "isActive", .type = FIELD_BOOLEAN, .offset = offsetof(struct prompt_patch, is_active)},
};
/* clang-format on */

static const struct field_table exported_table = {
	FIELD_TABLE(exported_fields),
	.refuse_unknown = true,
	.ignored = admin_server_set,
};

static bool
has_member(const struct body *item, const char *name)
{
	const struct scan *s = body_scan(item);
	size_t i;

	for (i = 0; i < s->member_count; i++) {
		if (text_equal(s->members[i].name, name))
			return true;
	}
	return false;
}

const struct field_table *
admin_choose_item(const struct body *item)
{
	return has_member(item, "id") && has_member(item, "createdAt")
	    ? &exported_table
	    : &admin_item_fields;
}

static const char *const modes[] = {
	[TRANSFER_CREATE] = "create_new",
	[TRANSFER_UPSERT] = "upsert",
	NULL,
};

/* clang-format off */
static const struct field import_fields[] = {
	{.name = "prompts", .type = FIELD_ITEMS, .flags = FIELD_REQUIRED, .max = ITEMS_MAX, .choose_items = admin_choose_item, .item_size = sizeof(struct prompt_patch), .offset = offsetof(struct admin_import_body, prompts)},
	{.name = "mode", .type = FIELD_CHOICE, .flags = FIELD_REQUIRED, .choices = modes, .offset = offsetof(struct admin_import_body, mode)},
};
/* clang-format on */
const struct field_table admin_import_fields = {
	FIELD_TABLE(import_fields),
	.refuse_unknown = true,
};

/* Only a skipped item is told of: whatever else fails, fails the import. */
static void
show_skipped(struct call *c, size_t i, const struct prompt_patch *item)
{
	struct doc *d = &c->doc;

	doc_object(d, NULL);
	doc_integer(d, "index", (int64_t)i);
	doc_text(d, "name", item->name.text);
	doc_text(d, "error",
	    item->section.text == NULL
		? "A prompt with this name already exists"
		: arena_printf(c->arena,
		      "A prompt with this name already exists in section "
		      "\"%s\"",
		      item->section.text));
	doc_object_end(d);
}

static void
show_outcomes(struct call *c, const enum transfer_outcome *outcomes)
{
	const struct admin_import_body *b = c->body;
	const struct prompt_patch *items = b->prompts.list;
	int64_t counts[] = { 0, 0, 0 };
	struct doc *d = call_reply(c, 200);
	size_t i;

	for (i = 0; i < b->prompts.count; i++)
		counts[outcomes[i]]++;
	doc_object(d, NULL);
	doc_object(d, "data");
	doc_integer(d, "created", counts[TRANSFER_CREATED]);
	doc_integer(d, "updated", counts[TRANSFER_UPDATED]);
	doc_array(d, "errors");
	for (i = 0; i < b->prompts.count; i++) {
		if (outcomes[i] == TRANSFER_SKIPPED)
			show_skipped(c, i, &items[i]);
	}
	doc_array_end(d);
	doc_object_end(d);
	doc_object_end(d);
}

/*
 * Every item counts or none does: an item that cannot stand beside what is
 * active (409) fails the import as an ill-formed one (400) does.  Only one
 * that is there already is passed over, because that is what create_new asks
 * for.
 */
enum err
admin_import_post(struct call *c, struct txn *t)
{
	const struct admin_import_body *b = c->body;
	const struct prompt_patch *items = b->prompts.list;
	struct transfer transfer = {
		.mode = text_equal(b->mode.text, modes[TRANSFER_UPSERT])
		    ? TRANSFER_UPSERT
		    : TRANSFER_CREATE,
		.owner_id = c->caller.user_id,
		.tone = ADMIN_DEFAULT_TONE,
		.output_format = ADMIN_DEFAULT_OUTPUT_FORMAT,
	};
	enum transfer_outcome *outcomes;
	struct transfer_item item = { 0 };
	struct arena_mark row;
	struct tenancy home;
	size_t i;
	enum err err;

	if ((err = project_find_installation(t, &home)) != ERR_NONE)
		return err;
	transfer.project_id = home.project_id;
	outcomes = arena_alloc(c->arena, b->prompts.count * sizeof(*outcomes));
	row = arena_mark(c->arena);
	for (i = 0; i < b->prompts.count; i++) {
		item.patch = items[i];
		err = transfer_take(t, &transfer, &item, &outcomes[i]);
		if (err != ERR_NONE)
			return err;
		arena_rewind(c->arena, row);
	}
	show_outcomes(c, outcomes);
	return ERR_NONE;
}
