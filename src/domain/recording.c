/* SPDX-License-Identifier: MIT */
#include "domain/recording.h"

#include "store/query.h"

#include <stdbool.h>

static void
take_recording(struct query *q, struct recording *out)
{
	prompt_take(q, &out->prompt);
	out->creator_name = query_take_text(q);
	out->updater_name = query_take_text(q);
	if (out->prompt.asset_id != NULL)
		asset_take(q, &out->asset);
}

enum err
recording_find(struct txn *t, const char *id, struct recording *out)
{
	struct recording r = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_RECORDING_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		take_recording(&q, &r);
	if ((err = query_end_found(&q, found, ERR_PROMPT_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = r;
	return err;
}

static void
bind_filter(struct query *q, const struct recording_filter *f)
{
	query_text(q, ":search", f->search);
	query_text(q, ":kind", f->kind);
}

static enum err
read_count(struct query *q, int64_t *out)
{
	int64_t count = 0;
	enum err err;

	if (query_row(q))
		count = query_take_integer(q);
	if ((err = query_end(q)) != ERR_NONE)
		return err;
	*out = count;
	return ERR_NONE;
}

/* At most `room` ids. */
static enum err
read_ids(struct query *q, size_t room, const char **ids, size_t *count)
{
	size_t n = 0;
	enum err err;

	while (n < room && query_row(q))
		ids[n++] = query_take_text(q);
	if ((err = query_end(q)) != ERR_NONE)
		return err;
	*count = n;
	return ERR_NONE;
}

static enum err
find_named(struct txn *t, const struct recording_filter *f, const char **id,
    size_t *count)
{
	struct query q;

	query_start(&q, t, STATEMENT_RECORDING_IDS_OF_NAME);
	query_text(&q, ":name", f->name);
	bind_filter(&q, f);
	return read_ids(&q, 1, id, count);
}

/* Without a filter the total that triggers keep; a name is looked up; with
 * another filter every row is read. */
enum err
recording_count(
    struct txn *t, const struct recording_filter *filter, int64_t *out)
{
	const char *id;
	struct query q;
	size_t named;
	enum err err;

	if (filter->name != NULL) {
		err = find_named(t, filter, &id, &named);
		if (err == ERR_NONE)
			*out = (int64_t)named;
		return err;
	}
	if (filter->search == NULL && filter->kind == NULL) {
		query_start(&q, t, STATEMENT_RECORDING_COUNT);
	} else {
		query_start(&q, t, STATEMENT_RECORDING_COUNT_LISTED);
		bind_filter(&q, filter);
	}
	return read_count(&q, out);
}

/* clang-format off */
static const enum statement orders[RECORDING_ORDER_COUNT] = {
	[RECORDING_BY_NAME] = STATEMENT_RECORDING_IDS_BY_NAME,
	[RECORDING_BY_NAME_DESCENDING] = STATEMENT_RECORDING_IDS_BY_NAME_DESCENDING,
	[RECORDING_BY_CREATED_AT] = STATEMENT_RECORDING_IDS_BY_CREATED_AT,
	[RECORDING_BY_CREATED_AT_DESCENDING] = STATEMENT_RECORDING_IDS_BY_CREATED_AT_DESCENDING,
	[RECORDING_BY_UPDATED_AT] = STATEMENT_RECORDING_IDS_BY_UPDATED_AT,
	[RECORDING_BY_UPDATED_AT_DESCENDING] = STATEMENT_RECORDING_IDS_BY_UPDATED_AT_DESCENDING,
};
/* clang-format on */

enum err
recording_list(struct txn *t, const struct recording_filter *filter,
    const struct recording_page *page, const char ***ids, size_t *count)
{
	size_t room = (size_t)page->limit, n = 0;
	const char **list = arena_alloc(txn_arena(t), room * sizeof(*list));
	struct query q;
	enum err err = ERR_NONE;

	if (filter->name == NULL) {
		query_start(&q, t, orders[page->order]);
		bind_filter(&q, filter);
		query_integer(&q, ":limit", page->limit);
		query_integer(&q, ":offset", page->offset);
		err = read_ids(&q, room, list, &n);
	} else if (page->offset == 0) {
		err = find_named(t, filter, list, &n);
	}
	if (err != ERR_NONE)
		return err;
	*ids = list;
	*count = n;
	return ERR_NONE;
}
