/* SPDX-License-Identifier: MIT */
#include "domain/version.h"

#include "base/text.h"

#include <inttypes.h>

static enum err
fail_unknown(struct txn *t, int64_t version)
{
	return txn_fail(t, ERR_VERSION_UNKNOWN, "version",
	    arena_printf(txn_arena(t), "%" PRId64, version));
}

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
		return fail_unknown(t, version);
	*out = found;
	return ERR_NONE;
}

/* The statements that are told a version and nothing more. */
static void
start(struct query *q, struct txn *t, enum statement name,
    const struct prompt *as)
{
	query_start(q, t, name);
	query_text(q, ":prompt_id", as->id);
	query_integer(q, ":version", as->version);
}

static void
take_version(struct query *q, struct version *out)
{
	*out = (struct version){ .as.id = query_take_text(q) };
	out->as.version = query_take_integer(q);
	out->id = query_take_text(q);
	out->status = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->published_at = query_take_integer(q);
	out->labels = query_take_text(q);
	out->as.content = query_take_text(q);
	out->as.system_prompt = query_take_text(q);
	out->as.model = query_take_text(q);
	out->as.model_params = query_take_text(q);
	out->as.tags = query_take_text(q);
	out->as.tone = query_take_text(q);
	out->as.output_format = query_take_text(q);
	out->as.few_shot = query_take_text(q);
	out->as.context = query_take_text(q);
	out->as.asset_id = query_take_text(q);
	out->as.file_name = query_take_text(q);
}

enum err
version_find(
    struct txn *t, const char *prompt_id, int64_t version, struct version *out)
{
	struct prompt wanted = { .id = prompt_id, .version = version };
	struct version v;
	struct query q;
	bool found;
	enum err err;

	start(&q, t, STATEMENT_VERSION_FIND, &wanted);
	if ((found = query_row(&q)))
		take_version(&q, &v);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (!found)
		return fail_unknown(t, version);
	*out = v;
	return ERR_NONE;
}

/* The number of the version with a tag; 0: none has it. */
static enum err
find_tag(struct txn *t, const char *prompt_id, const char *tag, int64_t *out)
{
	int64_t version = 0;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_VERSION_TAG_FIND);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":tag", tag);
	if (query_row(&q))
		version = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = version;
	return ERR_NONE;
}

enum err
version_number(
    struct txn *t, const char *prompt_id, const char *name, int64_t *out)
{
	if (text_to_int64(name, out))
		return ERR_NONE;
	return find_tag(t, prompt_id, name, out);
}

enum err
version_find_named(
    struct txn *t, const char *prompt_id, const char *name, struct version *out)
{
	int64_t version;
	enum err err;

	if ((err = version_number(t, prompt_id, name, &version)) != ERR_NONE)
		return err;
	return version_find(t, prompt_id, version, out);
}

void
version_list(struct query *q, struct txn *t, const char *prompt_id,
    const struct version_filter *filter)
{
	query_start(q, t, STATEMENT_VERSION_LIST);
	query_text(q, ":prompt_id", prompt_id);
	query_text(q, ":status", filter->status);
	query_text(q, ":tags", filter->tags);
}

bool
version_next(struct query *q, struct version *out)
{
	if (!query_row(q))
		return false;
	take_version(q, out);
	return true;
}

/*
 * What the prompt shows.
 */

/* Let p, found in this transaction, name no live version and show what is
 * shown then.  When no version is left, what drafts brought goes with them;
 * the rest they had from the prompt itself. */
static enum err
show_newest(struct txn *t, const struct prompt *p, const char *author_id)
{
	struct version v = { .as = *p };
	int64_t newest = 0;
	struct prompt ignored;
	struct query q;
	enum err err;

	v.as.content = "";
	v.as.model = v.as.model_params = NULL;
	query_start(&q, t, STATEMENT_VERSION_NEWEST);
	query_text(&q, ":prompt_id", p->id);
	if (query_row(&q))
		newest = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE ||
	    (newest > 0 &&
		(err = version_find(t, p->id, newest, &v)) != ERR_NONE))
		return err;
	v.as.version = 0;
	return prompt_show_version(t, p, &v.as, author_id, &ignored);
}

/* A version has changed that is not live: it shows only while none is. */
static enum err
settle(struct txn *t, const char *prompt_id, const char *author_id)
{
	struct prompt p;
	enum err err = prompt_find(t, prompt_id, &p);

	if (err != ERR_NONE || p.version != 0)
		return err;
	return show_newest(t, &p, author_id);
}

static enum err
go_live(struct txn *t, const struct version *v, const char *author_id)
{
	struct prompt p;
	enum err err = prompt_find(t, v->as.id, &p);

	if (err != ERR_NONE)
		return err;
	return prompt_show_version(t, &p, &v->as, author_id, &p);
}

static enum err
step_down(struct txn *t, const struct version *v, const char *author_id)
{
	struct prompt p;
	enum err err = prompt_find(t, v->as.id, &p);

	return err != ERR_NONE ? err : show_newest(t, &p, author_id);
}

enum err
version_delete_snapshot(struct txn *t, const struct snapshot *s)
{
	struct query q;
	enum err err;

	start(&q, t, STATEMENT_VERSION_NOTE_RELEASED, &s->as);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	start(&q, t, STATEMENT_VERSION_DELETE, &s->as);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return settle(t, s->as.id, txn_actor(t)->id);
}

/*
 * Drafts.
 */

static void
bind_draft(struct query *q, const struct prompt *as)
{
	query_text(q, ":content", as->content);
	query_text(q, ":model", as->model);
	query_text(q, ":model_params", as->model_params);
}

static void
apply_draft(const struct version_draft *patch, struct prompt *as)
{
	if (patch->content.given == GIVEN_VALUE)
		as->content = patch->content.text;
	if (patch->model.given != GIVEN_NOT)
		as->model = patch->model.text;
	if (patch->model_params.given != GIVEN_NOT)
		as->model_params = patch->model_params.json;
}

/* Run an insertion of a draft that needs no more than this. */
static enum err
insert(struct query *q, struct txn *t, const struct prompt *as,
    const char *author_id, struct version *out)
{
	enum err err;

	query_text(q, ":id", txn_new_id(t));
	query_text(q, ":author_id", author_id);
	query_integer(q, ":now", txn_now(t));
	if ((err = query_run(q)) != ERR_NONE ||
	    (err = settle(t, as->id, author_id)) != ERR_NONE)
		return err;
	return version_find(t, as->id, as->version, out);
}

enum err
version_create(struct txn *t, const char *prompt_id,
    const struct version_draft *first, const char *author_id,
    struct version *out)
{
	struct prompt as = { .id = prompt_id };
	struct query q;
	enum err err = prompt_next_version(t, prompt_id, &as.version);

	if (err != ERR_NONE)
		return err;
	apply_draft(first, &as);
	start(&q, t, STATEMENT_VERSION_DRAFT, &as);
	bind_draft(&q, &as);
	return insert(&q, t, &as, author_id, out);
}

enum err
version_duplicate(struct txn *t, const struct version *v, const char *author_id,
    struct version *out)
{
	struct prompt as = { .id = v->as.id };
	struct query q;
	enum err err = prompt_next_version(t, as.id, &as.version);

	if (err != ERR_NONE)
		return err;
	start(&q, t, STATEMENT_VERSION_DUPLICATE, &as);
	query_integer(&q, ":original", v->as.version);
	return insert(&q, t, &as, author_id, out);
}

/*
 * From one state to the next.
 */

static bool
is(const struct version *v, const char *status)
{
	return text_equal(v->status, status);
}

static enum err
refuse(struct txn *t, const struct version *v)
{
	return txn_fail(t, ERR_VERSION_STATE, v->status, NULL);
}

static enum err
find_again(struct txn *t, const struct version *v, struct version *out)
{
	return version_find(t, v->as.id, v->as.version, out);
}

enum err
version_check_draft(struct txn *t, const struct version *v)
{
	return is(v, "draft") ? ERR_NONE : refuse(t, v);
}

enum err
version_update(struct txn *t, const struct version *v,
    const struct version_draft *patch, const char *author_id,
    struct version *out)
{
	struct prompt as = v->as;
	struct query q;
	enum err err = version_check_draft(t, v);

	if (err != ERR_NONE)
		return err;
	apply_draft(patch, &as);
	start(&q, t, STATEMENT_VERSION_UPDATE, &as);
	bind_draft(&q, &as);
	if ((err = query_run(&q)) != ERR_NONE ||
	    (err = settle(t, as.id, author_id)) != ERR_NONE)
		return err;
	return find_again(t, v, out);
}

static enum err
release(struct txn *t, const struct version *v, const char *comment)
{
	struct query q;

	start(&q, t, STATEMENT_VERSION_RELEASE, &v->as);
	query_integer(&q, ":now", txn_now(t));
	query_text(&q, ":comment", comment);
	return query_run(&q);
}

enum err
version_promote(struct txn *t, const struct version *v, const char *author_id,
    struct version *out)
{
	bool is_draft = is(v, "draft");
	enum err err;

	if (!is_draft && !is(v, "stable"))
		return refuse(t, v);
	if ((err = release(t, v, NULL)) != ERR_NONE)
		return err;
	err = is_draft ? settle(t, v->as.id, author_id)
		       : go_live(t, v, author_id);
	return err != ERR_NONE ? err : find_again(t, v, out);
}

enum err
version_roll_back(struct txn *t, const struct version *v, const char *reason,
    const char *author_id, struct version *out)
{
	enum err err;

	if (!is(v, "stable"))
		return refuse(t, v);
	/* In this order: the history looks for the reason right before the
	 * record of the prompt's own change. */
	if ((err = release(t, v, reason)) != ERR_NONE ||
	    (err = go_live(t, v, author_id)) != ERR_NONE)
		return err;
	return find_again(t, v, out);
}

enum err
version_demote(struct txn *t, const struct version *v, const char *author_id,
    struct version *out)
{
	enum err err;

	if (!is(v, "live"))
		return refuse(t, v);
	if ((err = step_down(t, v, author_id)) != ERR_NONE)
		return err;
	return find_again(t, v, out);
}

enum err
version_archive(struct txn *t, const struct version *v, const char *author_id,
    struct version *out)
{
	struct query q;
	enum err err;

	if (is(v, "archived"))
		return refuse(t, v);
	start(&q, t, STATEMENT_VERSION_ARCHIVE, &v->as);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	err = is(v, "live") ? step_down(t, v, author_id)
			    : settle(t, v->as.id, author_id);
	return err != ERR_NONE ? err : find_again(t, v, out);
}

enum err
version_delete(struct txn *t, const struct version *v, const char *author_id)
{
	struct version ignored;
	struct query q;
	enum err err;

	if (is(v, "archived"))
		return ERR_NONE;
	if (!is(v, "draft"))
		return version_archive(t, v, author_id, &ignored);
	start(&q, t, STATEMENT_VERSION_DELETE, &v->as);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return settle(t, v->as.id, author_id);
}

/*
 * Tags.
 */

enum err
version_set_tag(struct txn *t, const struct version *v, const char *tag,
    struct version *out)
{
	int64_t sits_on;
	struct query q;
	enum err err = find_tag(t, v->as.id, tag, &sits_on);

	if (err != ERR_NONE)
		return err;
	if (sits_on != v->as.version) {
		start(&q, t,
		    sits_on == 0 ? STATEMENT_VERSION_TAG_INSERT
				 : STATEMENT_VERSION_TAG_MOVE,
		    &v->as);
		query_text(&q, ":tag", tag);
		if (sits_on == 0)
			query_integer(&q, ":now", txn_now(t));
		if ((err = query_run(&q)) != ERR_NONE)
			return err;
	}
	return find_again(t, v, out);
}

void
version_list_tags(struct query *q, struct txn *t, const char *prompt_id)
{
	query_start(q, t, STATEMENT_VERSION_TAG_LIST);
	query_text(q, ":prompt_id", prompt_id);
}

bool
version_next_tag(struct query *q, struct version_tag *out)
{
	if (!query_row(q))
		return false;
	out->tag = query_take_text(q);
	out->version = query_take_integer(q);
	return true;
}

enum err
version_delete_tag(struct txn *t, const char *prompt_id, const char *tag)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_VERSION_TAG_DELETE);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":tag", tag);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_TAG_UNKNOWN, "tag", NULL);
	return ERR_NONE;
}
