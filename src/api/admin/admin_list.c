/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MAX 100

/* clang-format off */
static const struct field list_fields[] = {
	{.name = "section", .type = FIELD_CHOICE, .choices = admin_sections, .offset = offsetof(struct admin_list_query, section)},
	{.name = "route", .type = FIELD_TEXT, .offset = offsetof(struct admin_list_query, route)},
	{.name = "tag", .type = FIELD_TEXT, .offset = offsetof(struct admin_list_query, tag)},
	{.name = "search", .type = FIELD_TEXT, .offset = offsetof(struct admin_list_query, search)},
	{.name = "isActive", .type = FIELD_BOOLEAN, .offset = offsetof(struct admin_list_query, is_active)},
	{.name = "page", .type = FIELD_INTEGER, .min = 1, .offset = offsetof(struct admin_list_query, page)},
	{.name = "limit", .type = FIELD_INTEGER, .min = 1, .max = LIMIT_MAX, .offset = offsetof(struct admin_list_query, limit)},
};
/* clang-format on */
const struct field_table admin_list_fields = {
	FIELD_TABLE(list_fields),
	.refuse_unknown = true,
};

/* An empty text is no filter. */
static const char *
or_any(const struct given_text *given)
{
	return given->given != GIVEN_VALUE || given->text[0] == '\0'
	    ? NULL
	    : given->text;
}

static int64_t
or_default(const struct given_integer *given, int64_t fallback)
{
	return given->given == GIVEN_VALUE ? given->value : fallback;
}

static enum err
show_page(struct doc *d, struct txn *t, const struct prompt_filter *filter,
    int64_t limit, int64_t offset)
{
	struct prompt_credits by;
	struct prompt p;
	struct query q;

	doc_array(d, "prompts");
	prompt_page(&q, t, filter, limit, offset);
	while (prompt_page_next(&q, &p, &by))
		admin_show_prompt(d, NULL, &p, &by);
	doc_array_end(d);
	return query_end(&q);
}

enum err
admin_prompt_list(struct call *c, struct txn *t)
{
	const struct admin_list_query *query = c->query;
	const struct prompt_filter filter = {
		.section = or_any(&query->section),
		.route = or_any(&query->route),
		.tag = or_any(&query->tag),
		.search = or_any(&query->search),
		.is_active = query->is_active,
	};
	/* A page is at most 2^53, so no product overflows. */
	int64_t page = or_default(&query->page, 1), total;
	int64_t limit = or_default(&query->limit, LIMIT_DEFAULT);
	struct doc *d;
	enum err err;

	if ((err = prompt_count(t, &filter, &total)) != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_object(d, "data");
	err = show_page(d, t, &filter, limit, (page - 1) * limit);
	doc_integer(d, "total", total);
	doc_integer(d, "page", page);
	doc_integer(d, "limit", limit);
	doc_boolean(d, "hasMore", page * limit < total);
	doc_integer(d, "totalPages", (total + limit - 1) / limit);
	doc_object_end(d);
	doc_object_end(d);
	call_private(c);
	return err;
}
