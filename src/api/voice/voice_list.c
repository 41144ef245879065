/* SPDX-License-Identifier: MIT */
/*
 * Lists of the voice family: how a list is cut into pages that link to one
 * another, and the list of prompts.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/recording.h"
#include "wire/form.h"

#include <inttypes.h>

#define PER_PAGE_DEFAULT 20

/*
 * Pages.
 */

static int64_t
or_default(const struct given_integer *given, int64_t fallback)
{
	return given->given == GIVEN_VALUE ? given->value : fallback;
}

void
voice_page_begin(struct voice_page *p, const struct voice_page_query *query)
{
	p->page = or_default(&query->page, 1);
	p->per_page = or_default(&query->per_page, PER_PAGE_DEFAULT);
	/* Not even VOICE_PAGE_MAX * VOICE_PER_PAGE_MAX overflows. */
	p->offset = (p->page - 1) * p->per_page;
	p->total = 0;
}

/* The query's filters, all of them text, as they go on in every link:
 * "&name=value…", or "". */
static const char *
show_filters(const struct call *c)
{
	const struct field_table *table = c->route->query;
	const struct given_text *value;
	const struct field *row;
	const char *shown = "";
	size_t i;

	for (i = 0; i < table->count; i++) {
		row = &table->rows[i];
		if (row->type != FIELD_TEXT && row->type != FIELD_CHOICE)
			continue;
		value = (const void *)((const char *)c->query + row->offset);
		if (value->given == GIVEN_VALUE)
			shown = arena_printf(c->arena, "%s&%s=%s", shown,
			    row->name, form_encode(value->text, c->arena));
	}
	return shown;
}

void
voice_show_page(struct doc *d, const struct voice_page *p)
{
	doc_integer(d, "total", p->total);
	doc_integer(d, "page", p->page);
	doc_integer(d, "per_page", p->per_page);
}

void
voice_show_page_links(
    struct call *c, const struct voice_page *p, const char *path)
{
	int64_t last = (p->total + p->per_page - 1) / p->per_page;
	const char *filters = show_filters(c);
	struct {
		const char *name;
		int64_t page;
		bool is_there;
	} links[] = {
		{ "self", p->page, true },
		{ "first", 1, true },
		/* From beyond the end one comes back to the last page. */
		{ "prev", p->page - 1, p->page > 1 },
		{ "next", p->page + 1, p->page < last },
		{ "last", last, true },
	};
	struct doc *d = &c->doc;
	size_t i;

	if (last < 1)
		links[4].page = last = 1;
	if (links[2].page > last)
		links[2].page = last;
	doc_object(d, "_links");
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].is_there)
			voice_show_link(d, links[i].name,
			    call_link(c,
				arena_printf(c->arena,
				    "%s?page=%" PRId64 "&per_page=%" PRId64
				    "%s",
				    path, links[i].page, p->per_page,
				    filters)));
	}
	doc_object_end(d);
}

/*
 * The list of prompts.
 */

static const char *const kinds[] = { "asset", "tts", "url", NULL };

/* clang-format off */
static const struct {
	const char *name;
	enum recording_order order;
} orders[] = {
	{"name", RECORDING_BY_NAME},
	{"name:asc", RECORDING_BY_NAME},
	{"name:desc", RECORDING_BY_NAME_DESCENDING},
	{"created_at", RECORDING_BY_CREATED_AT},
	{"created_at:asc", RECORDING_BY_CREATED_AT},
	{"created_at:desc", RECORDING_BY_CREATED_AT_DESCENDING},
	{"updated_at", RECORDING_BY_UPDATED_AT},
	{"updated_at:asc", RECORDING_BY_UPDATED_AT},
	{"updated_at:desc", RECORDING_BY_UPDATED_AT_DESCENDING},
};
/* clang-format on */

#define ORDER_COUNT (sizeof(orders) / sizeof(orders[0]))

static size_t
find_order(const char *name)
{
	size_t i;

	for (i = 0; i < ORDER_COUNT && !text_equal(orders[i].name, name); i++)
		;
	return i;
}

bool
voice_is_order(const char *text)
{
	return find_order(text) < ORDER_COUNT;
}

/* clang-format off */
static const struct field list_fields[] = {
	VOICE_PAGE_ROWS(offsetof(struct voice_list_query, page)),
	{.name = "q", .type = FIELD_TEXT, .offset = offsetof(struct voice_list_query, search)},
	{.name = "name", .type = FIELD_TEXT, .offset = offsetof(struct voice_list_query, name)},
	{.name = "type", .type = FIELD_CHOICE, .choices = kinds, .offset = offsetof(struct voice_list_query, kind)},
	{.name = "order_by", .type = FIELD_TEXT, .check = voice_is_order, .offset = offsetof(struct voice_list_query, order)},
};
/* clang-format on */
const struct field_table voice_list_fields = { FIELD_TABLE(list_fields) };

static enum err
show_prompts(struct call *c, struct txn *t, const char **ids, size_t count)
{
	struct doc *d = &c->doc;
	struct recording r;
	enum err err = ERR_NONE;
	size_t i;

	doc_object(d, "_embedded");
	doc_array(d, "prompts");
	for (i = 0; i < count && err == ERR_NONE; i++) {
		if ((err = recording_find(t, ids[i], &r)) == ERR_NONE)
			voice_show_prompt(c, d, &r);
	}
	doc_array_end(d);
	doc_object_end(d);
	return err;
}

enum err
voice_prompt_list(struct call *c, struct txn *t)
{
	const struct voice_list_query *query = c->query;
	struct recording_filter filter = {
		.search = query->search.text,
		.name = query->name.text,
		.kind = query->kind.text,
	};
	struct recording_page part = {
		.order = RECORDING_BY_CREATED_AT_DESCENDING,
	};
	struct voice_page page;
	const char **ids;
	size_t count;
	struct doc *d;
	enum err err;

	voice_page_begin(&page, &query->page);
	part.limit = page.per_page;
	part.offset = page.offset;
	if (query->order.given == GIVEN_VALUE)
		part.order = orders[find_order(query->order.text)].order;
	if ((err = recording_count(t, &filter, &page.total)) != ERR_NONE ||
	    (err = recording_list(t, &filter, &part, &ids, &count)) != ERR_NONE)
		return err;
	d = voice_begin_reply(c, 200);
	doc_object(d, NULL);
	voice_show_page(d, &page);
	if ((err = show_prompts(c, t, ids, count)) != ERR_NONE)
		return err;
	voice_show_page_links(c, &page, "/voice/prompts");
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}
