/* SPDX-License-Identifier: MIT */
#include "domain/prompt.h"

#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <stddef.h>
#include <string.h>
#include <wctype.h>

void
prompt_take(struct query *q, struct prompt *out)
{
	out->id = query_take_text(q);
	out->kind = query_take_text(q);
	out->project_id = query_take_text(q);
	out->owner_id = query_take_text(q);
	out->slug = query_take_text(q);
	out->name = query_take_text(q);
	out->description = query_take_text(q);
	out->status = query_take_text(q);
	out->is_active = query_take_boolean(q);
	out->version = query_take_integer(q);
	out->last_version = query_take_integer(q);
	out->content = query_take_text(q);
	out->system_prompt = query_take_text(q);
	out->model = query_take_text(q);
	out->model_params = query_take_text(q);
	out->tags = query_take_text(q);
	out->section = query_take_text(q);
	out->sub_section = query_take_text(q);
	out->route = query_take_text(q);
	out->categories = query_take_text(q);
	out->tone = query_take_text(q);
	out->output_format = query_take_text(q);
	out->few_shot = query_take_text(q);
	out->context = query_take_text(q);
	out->payload_schema = query_take_text(q);
	out->asset_id = query_take_text(q);
	out->file_name = query_take_text(q);
	out->created_at = query_take_integer(q);
	out->created_by = query_take_text(q);
	out->updated_at = query_take_integer(q);
	out->updated_by = query_take_text(q);
	out->revision = query_take_integer(q);
}

enum err
prompt_find(struct txn *t, const char *id, struct prompt *out)
{
	struct prompt p = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		prompt_take(&q, &p);
	if ((err = query_end_found(&q, found, ERR_PROMPT_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = p;
	return err;
}

enum err
prompt_find_by_slug(
    struct txn *t, const char *slug, const char *token_id, struct prompt *out)
{
	const char *id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_ID_BY_SLUG);
	query_text(&q, ":token_id", token_id);
	query_text(&q, ":slug", slug);
	if (query_row(&q))
		id = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(t, ERR_PROMPT_UNKNOWN, "slug", NULL);
	return prompt_find(t, id, out);
}

static void
take_credits(struct query *q, struct prompt_credits *out)
{
	out->creator_email = query_take_text(q);
	out->updater_email = query_take_text(q);
	out->comment_count = query_take_integer(q);
}

enum err
prompt_find_credits(struct txn *t, const char *id, struct prompt_credits *out)
{
	struct prompt_credits credits = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_FIND_CREDITS);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		take_credits(&q, &credits);
	if ((err = query_end_found(&q, found, ERR_PROMPT_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = credits;
	return err;
}

enum err
prompt_find_active(struct txn *t, const char *section, struct prompt *out)
{
	const char *id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_ID_OF_ACTIVE);
	query_text(&q, ":section", section);
	if (query_row(&q))
		id = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(t, ERR_PROMPT_UNKNOWN, NULL, section);
	return prompt_find(t, id, out);
}

static bool
is_filtering(const struct prompt_filter *f)
{
	return f->section != NULL || f->route != NULL || f->tag != NULL ||
	    f->search != NULL || f->is_active.given == GIVEN_VALUE;
}

static void
bind_filter(struct query *q, const struct prompt_filter *f)
{
	query_text(q, ":section", f->section);
	query_text(q, ":route", f->route);
	query_text(q, ":tag", f->tag);
	query_text(q, ":search", f->search);
	if (f->is_active.given == GIVEN_VALUE)
		query_integer(q, ":is_active", f->is_active.value);
	else
		query_null(q, ":is_active");
}

/* Without a filter the total that triggers keep; with one every row is read. */
enum err
prompt_count(struct txn *t, const struct prompt_filter *filter, int64_t *out)
{
	int64_t count = 0;
	struct query q;
	enum err err;

	if (is_filtering(filter)) {
		query_start(&q, t, STATEMENT_PROMPT_COUNT_LISTED);
		bind_filter(&q, filter);
	} else {
		query_start(&q, t, STATEMENT_PROMPT_COUNT);
	}
	if (query_row(&q))
		count = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = count;
	return ERR_NONE;
}

void
prompt_page(struct query *q, struct txn *t, const struct prompt_filter *filter,
    int64_t limit, int64_t offset)
{
	query_start(q, t, STATEMENT_PROMPT_PAGE);
	bind_filter(q, filter);
	query_integer(q, ":limit", limit);
	query_integer(q, ":offset", offset);
}

bool
prompt_page_next(struct query *q, struct prompt *out, struct prompt_credits *by)
{
	if (!query_row(q))
		return false;
	prompt_take(q, out);
	take_credits(q, by);
	return true;
}

const char *
prompt_slug(struct arena *a, const char *name)
{
	/* Letters of every script; the environment's locale does not matter. */
	locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	size_t len = strlen(name), at, step, end = 0;
	/* Lower case may take more bytes than upper case (U+023A). */
	char *slug = arena_alloc(a, 2 * len + 4);
	bool gap = false;
	wint_t c;

	for (at = 0; at < len; at += step) {
		step = text_utf8_step(name + at, len - at);
		c = (wint_t)text_utf8_decode(name + at, step);
		if (c < 0x80
			? !isalnum((int)c)
			: locale == (locale_t)0 || !iswalnum_l(c, locale)) {
			gap = true; /* '_' too: runs of it collapse */
			continue;
		}
		if (gap && end > 0)
			slug[end++] = '_';
		gap = false;
		c = c < 0x80 ? (wint_t)tolower((int)c) : towlower_l(c, locale);
		end += text_utf8_encode((uint32_t)c, slug + end);
	}
	slug[end] = '\0';
	if (locale != (locale_t)0)
		freelocale(locale);
	return slug;
}

static enum err
slug_is_taken(
    struct txn *t, const char *project_id, const char *slug, bool *out)
{
	struct query q;
	bool taken;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_SLUG_EXISTS);
	query_text(&q, ":project_id", project_id);
	query_text(&q, ":slug", slug);
	taken = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = taken;
	return ERR_NONE;
}

enum err
prompt_check_name(struct txn *t, const char *project_id, const char *name)
{
	struct query q;
	bool taken;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_NAME_EXISTS);
	query_text(&q, ":project_id", project_id);
	query_text(&q, ":name", name);
	taken = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	return taken ? txn_fail(t, ERR_NAME_TAKEN, "name", NULL) : ERR_NONE;
}

/* Where the wanted slug is taken, the last twelve digits of the id, which are
 * random, tell the two apart. */
enum err
prompt_free_slug(
    struct txn *t, const struct prompt *p, const char *wanted, const char **out)
{
	const char *slug = wanted;
	bool taken;
	enum err err;

	if ((err = slug_is_taken(t, p->project_id, slug, &taken)) != ERR_NONE)
		return err;
	if (taken)
		slug = arena_printf(txn_arena(t), "%s_%s", slug, p->id + 24);
	*out = slug;
	return ERR_NONE;
}

/* Bind what versions hold; both writes of a prompt name them alike. */
static void
bind_content(struct query *q, const struct prompt *p)
{
	query_text(q, ":id", p->id);
	query_text(q, ":name", p->name);
	query_text(q, ":description", p->description);
	query_integer(q, ":is_active", p->is_active);
	query_integer(q, ":version", p->version);
	query_text(q, ":content", p->content);
	query_text(q, ":system_prompt", p->system_prompt);
	query_text(q, ":model", p->model);
	query_text(q, ":model_params", p->model_params);
	query_text(q, ":tags", p->tags);
	query_text(q, ":section", p->section);
	query_text(q, ":sub_section", p->sub_section);
	query_text(q, ":route", p->route);
	query_text(q, ":categories", p->categories);
	query_text(q, ":tone", p->tone);
	query_text(q, ":output_format", p->output_format);
	query_text(q, ":few_shot", p->few_shot);
	query_text(q, ":context", p->context);
	query_text(q, ":asset_id", p->asset_id);
	query_text(q, ":file_name", p->file_name);
}

/* What the prompt holds becomes the version that it names. */
static enum err
append_version(struct txn *t, const char *prompt_id)
{
	struct query q;

	query_start(&q, t, STATEMENT_VERSION_APPEND);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":id", txn_new_id(t));
	return query_run(&q);
}

/* Two active prompts must not answer for the same section, route, sub-section
 * and category.  Asked inside the write, so that nobody comes between. */
enum err
prompt_check_rival(struct txn *t, const struct prompt *p)
{
	const char *rival = NULL;
	struct query q;
	enum err err;

	if (!p->is_active || p->section == NULL)
		return ERR_NONE;
	query_start(&q, t, STATEMENT_PROMPT_FIND_RIVAL);
	query_text(&q, ":id", p->id);
	query_text(&q, ":section", p->section);
	query_text(&q, ":route", p->route);
	query_text(&q, ":sub_section", p->sub_section);
	query_text(&q, ":categories", p->categories);
	if (query_row(&q))
		rival = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (rival != NULL)
		return txn_fail(t, ERR_ACTIVE_CONFLICT, p->section, rival);
	return ERR_NONE;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && text_equal(a, b));
}

/* Does p, when it is active, answer for something that old did not? */
static bool
claims_more(const struct prompt *p, const struct prompt *old)
{
	return !old->is_active || !is_same(p->section, old->section) ||
	    !is_same(p->route, old->route) ||
	    !is_same(p->sub_section, old->sub_section) ||
	    !is_same(p->categories, old->categories);
}

static const char *
or_default(const char *text, const char *fallback)
{
	return text == NULL ? fallback : text;
}

enum err
prompt_create(struct txn *t, const struct prompt *first, struct prompt *out)
{
	struct prompt p = *first;
	struct query q;
	enum err err;

	p.id = txn_new_id(t);
	p.kind = or_default(p.kind, "text");
	p.description = or_default(p.description, "");
	p.content = or_default(p.content, "");
	p.tags = or_default(p.tags, "[]");
	p.categories = or_default(p.categories, "[]");
	p.version = first->version > 0 ? 1 : 0;
	if ((err = prompt_check_rival(t, &p)) != ERR_NONE)
		return err;
	if (p.slug == NULL &&
	    (err = prompt_free_slug(t, &p, prompt_slug(txn_arena(t), p.name),
		 &p.slug)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_PROMPT_INSERT);
	bind_content(&q, &p);
	query_text(&q, ":kind", p.kind);
	query_text(&q, ":project_id", p.project_id);
	query_text(&q, ":owner_id", p.owner_id);
	query_text(&q, ":slug", p.slug);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (p.version > 0 && (err = append_version(t, p.id)) != ERR_NONE)
		return err;
	return prompt_find(t, p.id, out);
}

static void
apply_text(const struct given_text *given, const char **member)
{
	if (given->given != GIVEN_NOT)
		*member = given->text;
}

static void
apply_json(const struct given_json *given, const char **member)
{
	if (given->given != GIVEN_NOT)
		*member = given->json;
}

static void
apply_patch(const struct prompt_patch *patch, struct prompt *p)
{
	apply_text(&patch->name, &p->name);
	apply_text(&patch->description, &p->description);
	if (patch->is_active.given == GIVEN_VALUE)
		p->is_active = patch->is_active.value;
	apply_text(&patch->content, &p->content);
	apply_text(&patch->system_prompt, &p->system_prompt);
	apply_text(&patch->model, &p->model);
	apply_json(&patch->model_params, &p->model_params);
	apply_json(&patch->tags, &p->tags);
	apply_text(&patch->section, &p->section);
	apply_text(&patch->sub_section, &p->sub_section);
	apply_text(&patch->route, &p->route);
	apply_json(&patch->categories, &p->categories);
	apply_text(&patch->tone, &p->tone);
	apply_text(&patch->output_format, &p->output_format);
	apply_json(&patch->few_shot, &p->few_shot);
	apply_json(&patch->context, &p->context);
	apply_text(&patch->asset_id, &p->asset_id);
	apply_text(&patch->file_name, &p->file_name);
}

enum err
prompt_next_version(struct txn *t, const char *prompt_id, int64_t *out)
{
	int64_t next = 1;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_VERSION_NEXT);
	query_text(&q, ":prompt_id", prompt_id);
	if (query_row(&q))
		next = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = next;
	return ERR_NONE;
}

/* Write p over old, which was found in this transaction. */
static enum err
replace_row(struct txn *t, const struct prompt *old, struct prompt *p,
    const char *author_id)
{
	struct query q;
	enum err err;

	p->updated_at = txn_time_after(t, old->updated_at);
	p->updated_by = author_id;
	p->revision = old->revision + 1;
	if (p->version > p->last_version)
		p->last_version = p->version;
	query_start(&q, t, STATEMENT_PROMPT_UPDATE);
	bind_content(&q, p);
	query_integer(&q, ":now", p->updated_at);
	query_text(&q, ":updated_by", author_id);
	query_integer(&q, ":revision", old->revision);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_STALE, NULL, NULL);
	return ERR_NONE;
}

enum err
prompt_update(struct txn *t, const struct prompt *old,
    const struct prompt_patch *patch, const char *author_id, struct prompt *out)
{
	struct prompt p = *old;
	enum err err;

	apply_patch(patch, &p);
	if (claims_more(&p, old) &&
	    (err = prompt_check_rival(t, &p)) != ERR_NONE)
		return err;
	if ((err = prompt_next_version(t, p.id, &p.version)) != ERR_NONE)
		return err;
	if ((err = replace_row(t, old, &p, author_id)) != ERR_NONE ||
	    (err = append_version(t, p.id)) != ERR_NONE)
		return err;
	*out = p;
	return ERR_NONE;
}

/* What a prompt says, as against what it is called and what it answers for. */
static const size_t words[] = {
	offsetof(struct prompt, content),
	offsetof(struct prompt, system_prompt),
	offsetof(struct prompt, model),
	offsetof(struct prompt, model_params),
	offsetof(struct prompt, tags),
	offsetof(struct prompt, tone),
	offsetof(struct prompt, output_format),
	offsetof(struct prompt, few_shot),
	offsetof(struct prompt, context),
	offsetof(struct prompt, asset_id),
	offsetof(struct prompt, file_name),
};

enum err
prompt_show_version(struct txn *t, const struct prompt *old,
    const struct prompt *as, const char *author_id, struct prompt *out)
{
	struct prompt p = *old;
	bool same = old->version == as->version;
	size_t i;
	enum err err;

	p.version = as->version;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char **ours = (void *)((char *)&p + words[i]);
		const char *const *theirs =
		    (const void *)((const char *)as + words[i]);

		same = same && is_same(*ours, *theirs);
		*ours = *theirs;
	}
	if (!same && (err = replace_row(t, old, &p, author_id)) != ERR_NONE)
		return err;
	*out = p;
	return ERR_NONE;
}

enum err
prompt_toggle(struct txn *t, const struct prompt *old, const char *author_id,
    struct prompt *out)
{
	struct prompt_patch patch = {
		.is_active = { GIVEN_VALUE, !old->is_active },
	};
	enum err err;

	txn_set_action(t, old->is_active ? "DEACTIVATE" : "ACTIVATE");
	err = prompt_update(t, old, &patch, author_id, out);
	txn_set_action(t, NULL);
	return err;
}

enum err
prompt_describe(struct txn *t, const struct prompt *old,
    const char *description, const char *author_id, struct prompt *out)
{
	struct prompt p = *old;
	struct query q;
	enum err err;

	p.description = description;
	p.updated_at = txn_time_after(t, old->updated_at);
	p.updated_by = author_id;
	p.revision++;
	query_start(&q, t, STATEMENT_PROMPT_DESCRIBE);
	query_text(&q, ":id", p.id);
	query_text(&q, ":description", p.description);
	query_integer(&q, ":updated_at", p.updated_at);
	query_text(&q, ":updated_by", p.updated_by);
	query_integer(&q, ":revision", old->revision);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_STALE, NULL, NULL);
	*out = p;
	return ERR_NONE;
}

enum err
prompt_set_status(struct txn *t, const struct prompt *old, const char *status,
    struct prompt *out)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_SET_STATUS);
	query_text(&q, ":id", old->id);
	query_text(&q, ":status", status);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return prompt_find(t, old->id, out);
}

/* Run one of the updates of a single column on the row that old was. */
static enum err
replace_column(struct txn *t, enum statement statement,
    const struct prompt *old, const char *value, const char *author_id)
{
	struct query q;
	enum err err;

	query_start(&q, t, statement);
	query_text(&q, ":id", old->id);
	query_text(&q, ":value", value);
	query_integer(&q, ":updated_at", txn_time_after(t, old->updated_at));
	query_text(&q, ":updated_by", author_id);
	query_integer(&q, ":revision", old->revision);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_STALE, NULL, NULL);
	return ERR_NONE;
}

enum err
prompt_set_schema(struct txn *t, const struct prompt *old, const char *schema,
    const char *author_id, struct prompt *out)
{
	enum err err = replace_column(
	    t, STATEMENT_PROMPT_SET_SCHEMA, old, schema, author_id);

	return err != ERR_NONE ? err : prompt_find(t, old->id, out);
}

enum err
prompt_move(struct txn *t, const struct prompt *old, const char *project_id,
    const char *author_id, struct prompt *out)
{
	enum err err = replace_column(
	    t, STATEMENT_PROMPT_MOVE, old, project_id, author_id);

	return err != ERR_NONE ? err : prompt_find(t, old->id, out);
}

enum err
prompt_delete(struct txn *t, const char *id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_DELETE);
	query_text(&q, ":id", id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_PROMPT_UNKNOWN, "id", NULL);
	return ERR_NONE;
}
