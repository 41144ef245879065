/* SPDX-License-Identifier: MIT */
#include "domain/version.h"

#include "store/query.h"

#include <inttypes.h>

static void
take_snapshot(struct query *q, struct snapshot *out)
{
	out->id = query_take_text(q);
	out->as.id = query_take_text(q);
	out->as.version = query_take_integer(q);
	out->author_id = query_take_text(q);
	out->author_email = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->as.name = query_take_text(q);
	out->as.is_active = query_take_boolean(q);
	out->as.content = query_take_text(q);
	out->as.system_prompt = query_take_text(q);
	out->as.tags = query_take_text(q);
	out->as.section = query_take_text(q);
	out->as.sub_section = query_take_text(q);
	out->as.route = query_take_text(q);
	out->as.categories = query_take_text(q);
	out->as.tone = query_take_text(q);
	out->as.output_format = query_take_text(q);
	out->as.few_shot = query_take_text(q);
	out->as.context = query_take_text(q);
}

enum err
version_find_snapshot(
    struct txn *t, const char *prompt_id, int64_t version, struct snapshot *out)
{
	struct snapshot found = { 0 };
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_VERSION_FIND_SNAPSHOT);
	query_text(&q, ":prompt_id", prompt_id);
	query_integer(&q, ":version", version);
	if (query_row(&q))
		take_snapshot(&q, &found);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (found.id == NULL)
		return txn_fail(t, ERR_VERSION_UNKNOWN, "version",
		    arena_printf(txn_arena(t), "%" PRId64, version));
	*out = found;
	return ERR_NONE;
}

enum err
version_delete_snapshot(struct txn *t, const struct snapshot *s)
{
	struct query q;

	query_start(&q, t, STATEMENT_VERSION_DELETE);
	query_text(&q, ":prompt_id", s->as.id);
	query_integer(&q, ":version", s->as.version);
	return query_run(&q);
}
