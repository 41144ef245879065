/* SPDX-License-Identifier: MIT */
#include "domain/restore.h"

/* The rows of one deletion in the audit log: all after `after` up to the
 * prompt's own at `seq`. */
struct deletion {
	int64_t seq;
	int64_t after;
	const char *prompt_id;
};

/* One that names things which are gone, and what is said of it. */
struct missing {
	enum statement statement;
	enum err err;
};

static enum err
find_deletion(
    struct txn *t, const char *id, struct deletion *out, struct prompt *prompt)
{
	struct deletion d = { .prompt_id = id };
	struct prompt p = { .id = id };
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_RESTORE_FIND);
	query_text(&q, ":prompt_id", id);
	if (query_row(&q)) {
		d.seq = query_take_integer(&q);
		d.after = query_take_integer(&q);
		p.project_id = query_take_text(&q);
		p.slug = query_take_text(&q);
		p.is_active = query_take_boolean(&q);
		p.section = query_take_text(&q);
		p.sub_section = query_take_text(&q);
		p.route = query_take_text(&q);
		p.categories = query_take_text(&q);
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (d.seq == 0)
		return txn_fail(t, ERR_PROMPT_UNKNOWN, "id", NULL);
	*out = d;
	*prompt = p;
	return ERR_NONE;
}

/* A prompt that is there cannot come back; one that never was, neither. */
static enum err
check_is_gone(struct txn *t, const char *id)
{
	struct query q;
	bool exists;
	enum err err;

	query_start(&q, t, STATEMENT_PROMPT_EXISTS);
	query_text(&q, ":id", id);
	exists = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	return exists ? txn_fail(t, ERR_PROMPT_EXISTS, "id", NULL) : ERR_NONE;
}

static void
bind_deletion(struct query *q, const struct deletion *d)
{
	query_text(q, ":prompt_id", d->prompt_id);
	query_integer(q, ":after", d->after);
	query_integer(q, ":seq", d->seq);
}

/* Whatever the rows refer to must still be there. */
static enum err
check_references(struct txn *t, const struct deletion *d)
{
	static const struct missing checks[] = {
		{ STATEMENT_RESTORE_FIND_MISSING_PROJECT, ERR_PROJECT_UNKNOWN },
		{ STATEMENT_RESTORE_FIND_MISSING_USER, ERR_USER_UNKNOWN },
		{ STATEMENT_RESTORE_FIND_MISSING_ASSET, ERR_ASSET_UNKNOWN },
	};
	struct query q;
	bool is_missing;
	enum err err;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		query_start(&q, t, checks[i].statement);
		bind_deletion(&q, d);
		is_missing = query_row(&q);
		if ((err = query_end(&q)) != ERR_NONE)
			return err;
		if (is_missing)
			return txn_fail(t, checks[i].err, "restore", NULL);
	}
	return ERR_NONE;
}

/* Others may have taken its place meanwhile.  For a slug another one will do;
 * a voice prompt's name is decided by its unique index. */
static enum err
check_place(struct txn *t, struct prompt *p)
{
	enum err err;

	if ((err = prompt_check_rival(t, p)) != ERR_NONE)
		return err;
	return prompt_free_slug(t, p, p->slug, &p->slug);
}

static enum err
insert_prompt(struct txn *t, const struct deletion *d, const struct prompt *p)
{
	struct query q;

	query_start(&q, t, STATEMENT_RESTORE_PROMPT);
	query_integer(&q, ":seq", d->seq);
	query_text(&q, ":slug", p->slug);
	return query_run(&q);
}

static enum err
insert_children(struct txn *t, const struct deletion *d)
{
	static const enum statement children[] = {
		STATEMENT_RESTORE_VERSIONS,
		STATEMENT_RESTORE_TAGS,
		STATEMENT_RESTORE_PAYLOADS,
		STATEMENT_RESTORE_COMMENTS,
		STATEMENT_RESTORE_RUN_LOGS,
		STATEMENT_RESTORE_FLOWS,
		STATEMENT_RESTORE_REFERENCES,
	};
	struct query q;
	enum err err;
	size_t i;

	for (i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
		query_start(&q, t, children[i]);
		bind_deletion(&q, d);
		if ((err = query_run(&q)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
restore_prompt(struct txn *t, const char *id, struct prompt *out)
{
	struct deletion d = { 0 };
	struct prompt p;
	enum err err;

	if ((err = check_is_gone(t, id)) != ERR_NONE ||
	    (err = find_deletion(t, id, &d, &p)) != ERR_NONE ||
	    (err = check_references(t, &d)) != ERR_NONE ||
	    (err = check_place(t, &p)) != ERR_NONE)
		return err;
	txn_set_action(t, "RESTORE");
	if ((err = insert_prompt(t, &d, &p)) == ERR_NONE)
		err = insert_children(t, &d);
	txn_set_action(t, NULL);
	return err != ERR_NONE ? err : prompt_find(t, id, out);
}
