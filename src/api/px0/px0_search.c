/* SPDX-License-Identifier: MIT */
/*
 * The search: GET /v1/search?q=&type=.  Of px0's three kinds of things there
 * are prompts here; the others are names that find nothing.
 */
#include "api/px0/px0.h"

#include "base/text.h"
#include "domain/word_search.h"

#include <string.h>

/* clang-format off */
static const struct field rows[] = {
	{.name = "q", .type = FIELD_TEXT, .flags = FIELD_TRIM, .offset = offsetof(struct px0_search_query, q)},
	{.name = "type", .type = FIELD_TEXT, .flags = FIELD_TRIM, .offset = offsetof(struct px0_search_query, type)},
};
/* clang-format on */
const struct field_table px0_search_fields = { FIELD_TABLE(rows) };

enum type { TYPE_ANY, TYPE_PROMPT, TYPE_OTHER, TYPE_UNKNOWN };

static enum type
read_type(const char *name)
{
	if (text_equal_nocase(name, "prompt"))
		return TYPE_PROMPT;
	if (text_equal_nocase(name, "skill") || text_equal_nocase(name, "tool"))
		return TYPE_OTHER;
	return TYPE_UNKNOWN;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '_' || (c & 0x80) != 0;
}

/* The first `type:word` in text, on a word's boundary: where it begins, and
 * *end behind it; NULL when there is none. */
static char *
find_filter(char *text, char **word, char **end)
{
	char *at = text;

	while ((at = strcasestr(at, "type:")) != NULL) {
		*word = at + strlen("type:");
		while (is_blank(**word))
			(*word)++;
		for (*end = *word; is_word(**end); (*end)++)
			;
		if (*end > *word && (at == text || !is_word(at[-1])))
			return at;
		at++;
	}
	return NULL;
}

/* Cut all filters out of q; the first one says which type is meant. */
static enum type
cut_filters(struct arena *a, char *q, enum type type)
{
	char *at, *word, *end;
	bool is_first = true;
	enum type named;

	while ((at = find_filter(q, &word, &end)) != NULL) {
		named = read_type(arena_copy(a, word, (size_t)(end - word)));
		if (is_first || named == TYPE_UNKNOWN)
			type = named;
		if (named == TYPE_UNKNOWN)
			return named;
		is_first = false;
		*at = ' ';
		memmove(at + 1, end, strlen(end) + 1);
	}
	return type;
}

static enum err
show_hits(struct call *c, struct txn *t, const struct search_hits *hits)
{
	struct doc *d = call_reply(c, 200);
	struct prompt p;
	enum err err;
	size_t i;

	doc_object(d, NULL);
	doc_array(d, "results");
	for (i = 0; i < hits->count; i++) {
		if ((err = prompt_find(t, hits->ids[i], &p)) != ERR_NONE)
			return err;
		doc_object(d, NULL);
		doc_text(d, "type", "prompt");
		doc_text(d, "id", p.id);
		doc_text(d, "project_id", p.project_id);
		doc_text(d, "slug", p.slug);
		doc_text(d, "name", p.name);
		doc_text(d, "description", p.description);
		px0_show_time(d, "created_at", p.created_at);
		px0_show_time(d, "updated_at", p.updated_at);
		doc_object_end(d);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

enum err
px0_search(struct call *c, struct txn *t)
{
	const struct px0_search_query *query = c->query;
	struct search_hits hits = { 0 };
	enum type type = TYPE_ANY;
	enum err err;
	char *q;

	if (!px0_is_given(&query->q))
		return call_fail(c, ERR_QUERY_INVALID, "q", NULL);
	if (px0_is_given(&query->type))
		type = read_type(query->type.text);
	if (type == TYPE_UNKNOWN)
		return call_fail(c, ERR_QUERY_INVALID, "type", NULL);
	q = arena_text(c->arena, query->q.text);
	if ((type = cut_filters(c->arena, q, type)) == TYPE_UNKNOWN)
		return call_fail(c, ERR_QUERY_INVALID, "type", NULL);
	if (type != TYPE_OTHER &&
	    (err = word_search(t, c->caller.token_id, q, &hits)) != ERR_NONE)
		return err;
	return show_hits(c, t, &hits);
}
