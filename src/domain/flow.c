/* SPDX-License-Identifier: MIT */
#include "domain/flow.h"

#include "base/text.h"

static void
take_flow(struct query *q, struct flow *out)
{
	out->prompt_id = query_take_text(q);
	out->flow_id = query_take_text(q);
	out->published = query_take_text(q);
	out->draft = query_take_text(q);
	out->created_at = query_take_integer(q);
}

enum err
flow_find(
    struct txn *t, const char *prompt_id, const char *flow_id, struct flow *out)
{
	struct flow f = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_FLOW_FIND);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":flow_id", flow_id);
	if ((found = query_row(&q)))
		take_flow(&q, &f);
	if ((err = query_end_found(&q, found, ERR_FLOW_UNKNOWN, "flow_id")) ==
	    ERR_NONE)
		*out = f;
	return err;
}

enum err
flow_count(struct txn *t, const char *prompt_id, int64_t *out)
{
	int64_t count = 0;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_FLOW_COUNT);
	query_text(&q, ":prompt_id", prompt_id);
	if (query_row(&q))
		count = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = count;
	return ERR_NONE;
}

void
flow_list(struct query *q, struct txn *t, const char *prompt_id, int64_t limit,
    int64_t offset)
{
	query_start(q, t, STATEMENT_FLOW_LIST);
	query_text(q, ":prompt_id", prompt_id);
	query_integer(q, ":limit", limit);
	query_integer(q, ":offset", offset);
}

bool
flow_next(struct query *q, struct flow *out)
{
	if (!query_row(q))
		return false;
	take_flow(q, out);
	return true;
}

/* Bind what both writes of a flow name alike. */
static void
bind_flow(struct query *q, const struct flow *f)
{
	query_text(q, ":prompt_id", f->prompt_id);
	query_text(q, ":flow_id", f->flow_id);
	query_text(q, ":published_version", f->published);
	query_text(q, ":draft_version", f->draft);
}

enum err
flow_create(struct txn *t, const struct flow *f, struct flow *out)
{
	struct flow made = *f;
	struct query q;
	enum err err;

	made.created_at = txn_now(t);
	query_start(&q, t, STATEMENT_FLOW_INSERT);
	bind_flow(&q, &made);
	query_integer(&q, ":now", made.created_at);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	*out = made;
	return ERR_NONE;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && text_equal(a, b));
}

enum err
flow_update(struct txn *t, const struct flow *old, const struct flow *f,
    struct flow *out)
{
	struct flow changed = *old;
	struct query q;
	enum err err;

	changed.published = f->published;
	changed.draft = f->draft;
	if (!is_same(old->published, f->published) ||
	    !is_same(old->draft, f->draft)) {
		query_start(&q, t, STATEMENT_FLOW_UPDATE);
		bind_flow(&q, &changed);
		if ((err = query_run(&q)) != ERR_NONE)
			return err;
	}
	*out = changed;
	return ERR_NONE;
}

enum err
flow_delete(struct txn *t, const char *prompt_id, const char *flow_id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_FLOW_DELETE);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":flow_id", flow_id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_FLOW_UNKNOWN, "flow_id", NULL);
	return ERR_NONE;
}

void
flow_list_usage(struct query *q, struct txn *t, const char *ids)
{
	query_start(q, t, STATEMENT_FLOW_USAGE);
	query_text(q, ":ids", ids);
}

bool
flow_next_usage(struct query *q, struct flow_usage *out)
{
	if (!query_row(q))
		return false;
	out->prompt_id = query_take_text(q);
	out->count = query_take_integer(q);
	return true;
}
