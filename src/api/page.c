/* SPDX-License-Identifier: MIT */
#include "api/page.h"

#include "api/route.h"
#include "base/text.h"
#include "wire/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SIZE_WITHOUT_ANY 50

/* clang-format off */
static const struct field rows[] = { PAGE_ROWS(0) };
/* clang-format on */
const struct field_table page_fields = { FIELD_TABLE(rows) };

/* A token is the row's time in hexadecimal, and its id. */
#define TIME_DIGITS 16

/* Where the id begins; NULL when text is no token. */
static const char *
read_token(const char *text, int64_t *at)
{
	char digits[TIME_DIGITS + 1];
	unsigned char time[TIME_DIGITS / 2];
	size_t i;

	snprintf(digits, sizeof(digits), "%s", text);
	/* The first bit would make the time negative. */
	if (!text_unhex(digits, time, sizeof(time)) || time[0] >= 0x80 ||
	    !text_is_uuid(text + TIME_DIGITS))
		return NULL;
	for (*at = 0, i = 0; i < sizeof(time); i++)
		*at = *at * 256 + time[i];
	return text + TIME_DIGITS;
}

bool
page_is_token(const char *text)
{
	int64_t at;

	return read_token(text, &at) != NULL;
}

void
page_begin(struct page *p, const struct page_query *query)
{
	*p = (struct page){ .size = INT64_MAX - 1, .at = INT64_MAX, .id = "" };
	if (query->size.given == GIVEN_VALUE)
		p->size = query->size.value;
	else if (query->token.given == GIVEN_VALUE)
		p->size = SIZE_WITHOUT_ANY;
	if (query->token.given != GIVEN_VALUE)
		return;
	p->id = read_token(query->token.text, &p->at);
	p->is_continued = true;
}

void
page_bind(const struct page *p, struct query *q)
{
	query_integer(q, ":before_at", p->at);
	query_text(q, ":before_id", p->id);
	/* One more, to see whether there is a next page. */
	query_integer(q, ":limit", p->size + 1);
}

bool
page_add(struct page *p, int64_t at, const char *id)
{
	if (p->count == p->size) {
		p->has_more = true;
		return false;
	}
	p->count++;
	p->at = at;
	p->id = id;
	return true;
}

/* The query's other parameters, all of them text: "name=value&…", or "". */
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
		if (row->type != FIELD_TEXT || row->check == page_is_token)
			continue;
		value = (const void *)((const char *)c->query + row->offset);
		if (value->given == GIVEN_VALUE)
			shown = arena_printf(c->arena, "%s%s=%s&", shown,
			    row->name, form_encode(value->text, c->arena));
	}
	return shown;
}

void
page_link(const struct page *p, struct call *c, const char *path)
{
	const char *target;

	if (!p->has_more)
		return;
	target = arena_printf(c->arena,
	    "%s?%spage_size=%" PRId64 "&page_token=%0*" PRIx64 "%s", path,
	    show_filters(c), p->size, TIME_DIGITS, (uint64_t)p->at, p->id);
	response_header(c->reply, "Link",
	    arena_printf(c->arena, "<%s>; rel=\"next\"", call_link(c, target)));
}
