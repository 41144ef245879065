/* SPDX-License-Identifier: MIT */
#include "domain/transfer.h"

#include "domain/project.h"
#include "domain/user.h"

#include <string.h>

/* The one text that a query answers; NULL when there is no row. */
static enum err
take_text(struct query *q, const char **out)
{
	const char *text = NULL;
	enum err err;

	if (query_row(q))
		text = query_take_text(q);
	if ((err = query_end(q)) != ERR_NONE)
		return err;
	*out = text;
	return ERR_NONE;
}

static enum err
find_reference(struct txn *t, const char *source, const char *entity,
    const char *foreign_id, const char **out)
{
	struct query q;

	query_start(&q, t, STATEMENT_TRANSFER_FIND_REFERENCE);
	query_text(&q, ":source", source);
	query_text(&q, ":entity", entity);
	query_text(&q, ":foreign_id", foreign_id);
	return take_text(&q, out);
}

static enum err
insert_reference(struct txn *t, const char *source, const char *foreign_id,
    const char *prompt_id, const char *user_id)
{
	struct query q;

	query_start(&q, t, STATEMENT_TRANSFER_INSERT_REFERENCE);
	query_text(&q, ":source", source);
	query_text(&q, ":entity", prompt_id != NULL ? "prompt" : "user");
	query_text(&q, ":foreign_id", foreign_id);
	query_text(&q, ":prompt_id", prompt_id);
	query_text(&q, ":user_id", user_id);
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

static enum err
find_by_name(struct txn *t, const struct prompt_patch *patch, const char **out)
{
	struct query q;

	query_start(&q, t, STATEMENT_TRANSFER_MATCH);
	query_text(&q, ":name", patch->name.text);
	query_text(&q, ":section", patch->section.text);
	return take_text(&q, out);
}

/* The prompt that the item is already, or NULL. */
static enum err
find_match(struct txn *t, const struct transfer *transfer,
    const struct transfer_item *item, const char **out)
{
	struct prompt own;
	enum err err;

	if (item->foreign_id == NULL)
		return find_by_name(t, &item->patch, out);
	err = prompt_find(t, item->foreign_id, &own);
	if (err == ERR_PROMPT_UNKNOWN)
		return find_reference(
		    t, transfer->source, "prompt", item->foreign_id, out);
	if (err == ERR_NONE)
		*out = own.id;
	return err;
}

static const char *
or_default(const struct given_text *given, const char *fallback)
{
	return given->given == GIVEN_NOT ? fallback : given->text;
}

static enum err
create(struct txn *t, const struct transfer *transfer,
    const struct transfer_item *item)
{
	const struct prompt_patch *b = &item->patch;
	struct prompt first = {
		.project_id = transfer->project_id,
		.owner_id = transfer->owner_id,
		.name = b->name.text,
		.section = b->section.text,
		.sub_section = b->sub_section.text,
		.route = b->route.text,
		.categories = b->categories.json,
		.tags = b->tags.json,
		.model = b->model.text,
		.system_prompt = b->system_prompt.text,
		.content = b->content.text,
		.tone = or_default(&b->tone, transfer->tone),
		.output_format =
		    or_default(&b->output_format, transfer->output_format),
		.few_shot = b->few_shot.json,
		.context = b->context.json,
		.is_active = b->is_active.value,
		.version = 1,
	};
	struct prompt p;
	enum err err;

	if ((err = prompt_create(t, &first, &p)) != ERR_NONE ||
	    item->foreign_id == NULL)
		return err;
	return insert_reference(
	    t, transfer->source, item->foreign_id, p.id, NULL);
}

static void
keep_text(struct given_text *given)
{
	if (given->given == GIVEN_NULL)
		given->given = GIVEN_NOT;
}

static void
keep_json(struct given_json *given)
{
	if (given->given == GIVEN_NULL)
		given->given = GIVEN_NOT;
}

/* A null clears nothing here. */
static enum err
update(struct txn *t, const struct transfer *transfer, const char *id,
    const struct transfer_item *item)
{
	struct prompt_patch patch = item->patch;
	struct prompt p;
	enum err err;

	keep_text(&patch.section);
	keep_text(&patch.sub_section);
	keep_text(&patch.route);
	keep_text(&patch.tone);
	keep_text(&patch.output_format);
	keep_json(&patch.few_shot);
	keep_json(&patch.context);
	if ((err = prompt_find(t, id, &p)) != ERR_NONE)
		return err;
	return prompt_update(t, &p, &patch, transfer->owner_id, &p);
}

enum err
transfer_take(struct txn *t, const struct transfer *transfer,
    const struct transfer_item *item, enum transfer_outcome *out)
{
	const char *match = NULL;
	enum transfer_outcome outcome = TRANSFER_SKIPPED;
	enum err err;

	if ((err = find_match(t, transfer, item, &match)) != ERR_NONE)
		return err;
	if (match == NULL) {
		outcome = TRANSFER_CREATED;
		err = create(t, transfer, item);
	} else if (transfer->mode == TRANSFER_UPSERT) {
		outcome = TRANSFER_UPDATED;
		err = update(t, transfer, match, item);
	}
	if (err == ERR_NONE)
		*out = outcome;
	return err;
}

enum err
transfer_find_user(
    struct txn *t, const char *source, const char *foreign_id, const char **out)
{
	const char *id = NULL;
	enum err err;

	err = find_reference(t, source, "user", foreign_id, &id);
	if (err != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(t, ERR_USER_UNKNOWN, NULL, NULL);
	*out = id;
	return ERR_NONE;
}

enum err
transfer_take_user(struct txn *t, const char *source, const char *foreign_id,
    const char *email, const char *name, enum transfer_outcome *out)
{
	struct user_new new = {
		.email = email, .name = name, .role = "member", .is_admin = true
	};
	enum transfer_outcome outcome = TRANSFER_SKIPPED;
	const char *known;
	struct user user;
	enum err err;

	err = transfer_find_user(t, source, foreign_id, &known);
	if (err == ERR_NONE)
		*out = TRANSFER_SKIPPED;
	if (err != ERR_USER_UNKNOWN)
		return err;
	err = user_find_by_email(t, email, &user);
	if (err == ERR_USER_UNKNOWN) {
		outcome = TRANSFER_CREATED;
		if ((err = user_create(t, &new, &user)) == ERR_NONE)
			err = project_create_home(t, user.id);
	}
	if (err != ERR_NONE ||
	    (err = insert_reference(t, source, foreign_id, NULL, user.id)) !=
		ERR_NONE)
		return err;
	*out = outcome;
	return ERR_NONE;
}

enum err
transfer_first_admin(struct txn *t, const char **out)
{
	const char *id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_TRANSFER_FIRST_ADMIN);
	if ((err = take_text(&q, &id)) != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(
		    t, ERR_USER_UNKNOWN, NULL, "there is no admin yet");
	*out = id;
	return ERR_NONE;
}

void
transfer_list(struct query *q, struct txn *t)
{
	query_start(q, t, STATEMENT_TRANSFER_LIST);
}
