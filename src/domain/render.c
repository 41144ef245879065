/* SPDX-License-Identifier: MIT */
#include "domain/render.h"

#include "domain/version.h"
#include "store/query.h"

static enum err
find_prompt(struct txn *t, const char *project_id, const char *slug,
    struct render_source *out)
{
	struct query q;
	enum err err;

	out->prompt_id = NULL;
	query_start(&q, t, STATEMENT_RENDER_FIND_PROMPT);
	query_text(&q, ":project_id", project_id);
	query_text(&q, ":slug", slug);
	if (query_row(&q)) {
		out->prompt_id = query_take_text(&q);
		out->version = query_take_integer(&q);
		out->payload_schema = query_take_text(&q);
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (out->prompt_id == NULL)
		return txn_fail(t, ERR_PROMPT_UNKNOWN, "slug", NULL);
	return ERR_NONE;
}

static enum err
find_version(struct txn *t, const char *name, struct render_source *out)
{
	struct query q;
	enum err err;

	out->content = NULL;
	query_start(&q, t, STATEMENT_RENDER_FIND_VERSION);
	query_text(&q, ":prompt_id", out->prompt_id);
	query_integer(&q, ":version", out->version);
	if (query_row(&q)) {
		out->version_id = query_take_text(&q);
		out->content = query_take_text(&q);
		out->model = query_take_text(&q);
		out->model_params = query_take_text(&q);
		out->labels = query_take_text(&q);
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (out->content == NULL)
		return txn_fail(t, ERR_VERSION_UNKNOWN,
		    name == NULL ? "live" : "version", NULL);
	return ERR_NONE;
}

enum err
render_find(struct txn *t, const char *project_id, const char *slug,
    const char *name, struct render_source *out)
{
	struct render_source found = { 0 };
	enum err err;

	if ((err = find_prompt(t, project_id, slug, &found)) != ERR_NONE)
		return err;
	if (name != NULL &&
	    (err = version_number(t, found.prompt_id, name, &found.version)) !=
		ERR_NONE)
		return err;
	if ((err = find_version(t, name, &found)) != ERR_NONE)
		return err;
	*out = found;
	return ERR_NONE;
}
