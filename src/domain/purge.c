/* SPDX-License-Identifier: MIT */
#include "domain/purge.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/asset.h"
#include "domain/upload.h"
#include "domain/upload_part.h"
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A write is short: others wait for it. */
#define BATCH 32

/* No upload pauses for longer than this and goes on. */
#define ABANDONED_MS (INT64_C(60) * 60 * 1000)

struct expired {
	const char *id;
	const char *asset_id; /* NULL: none, or it was published */
};

struct leftover {
	int64_t id;
	unsigned char sha256[ASSET_DIGEST_BYTES];
};

/*
 * Rows.
 */

static bool
is_batch_full(struct purge *p, size_t count)
{
	if (count == BATCH)
		p->is_partial = true;
	return count == BATCH;
}

static enum err
run_with_id(
    struct txn *t, enum statement statement, const char *name, const char *id)
{
	struct query q;

	query_start(&q, t, statement);
	query_text(&q, name, id);
	return query_run(&q);
}

/* Delete a recording's row unless something refers to it (again). */
static enum err
purge_asset(struct txn *t, struct purge *p, const char *asset_id)
{
	struct query q;
	bool used;
	enum err err;

	query_start(&q, t, STATEMENT_PURGE_IS_USED);
	query_text(&q, ":asset_id", asset_id);
	used = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE || used)
		return err;
	if ((err = asset_delete(t, asset_id)) == ERR_NONE)
		p->assets += query_changes(t);
	return err;
}

/* What was uploaded for a request that nobody used was never published, and
 * goes with it. */
static enum err
purge_requests(struct txn *t, struct purge *p)
{
	struct expired list[BATCH];
	size_t count = 0, i;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PURGE_EXPIRED_UPLOADS);
	query_integer(&q, ":now", txn_now(t));
	query_integer(&q, ":max", BATCH);
	while (!is_batch_full(p, count) && query_row(&q)) {
		list[count].id = query_take_text(&q);
		list[count].asset_id = query_take_text(&q);
		if (!query_take_boolean(&q))
			list[count].asset_id = NULL;
		count++;
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	for (i = 0; i < count && err == ERR_NONE; i++) {
		err = run_with_id(t, STATEMENT_PURGE_UPLOAD, ":id", list[i].id);
		if (err == ERR_NONE && list[i].asset_id != NULL)
			err = purge_asset(t, p, list[i].asset_id);
	}
	p->requests += (int64_t)i;
	return err;
}

static enum err
purge_archive(struct txn *t, struct purge *p)
{
	const char *list[BATCH];
	size_t count = 0, i;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PURGE_ARCHIVED);
	query_integer(&q, ":until", txn_now(t) - p->keep_ms);
	query_integer(&q, ":max", BATCH);
	while (!is_batch_full(p, count) && query_row(&q))
		list[count++] = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	for (i = 0; i < count && err == ERR_NONE; i++) {
		if ((err = purge_asset(t, p, list[i])) == ERR_NONE)
			err = run_with_id(t, STATEMENT_PURGE_FORGET_ARCHIVED,
			    ":asset_id", list[i]);
	}
	return err;
}

/* The counts start anew, because a write may run again. */
static enum err
purge_rows(struct txn *t, void *arg)
{
	struct purge *p = arg;
	enum err err;

	p->requests = p->assets = 0;
	if ((err = purge_requests(t, p)) == ERR_NONE)
		err = purge_archive(t, p);
	return err;
}

/*
 * Files of rows that are gone.
 */

static enum err
list_leftovers(struct txn *t, struct leftover *out, size_t *count)
{
	const unsigned char *digest;
	struct query q;
	size_t len;

	query_start(&q, t, STATEMENT_PURGE_LEFTOVERS);
	query_integer(&q, ":max", BATCH);
	for (*count = 0; *count < BATCH && query_row(&q); ++*count) {
		out[*count].id = query_take_integer(&q);
		digest = query_take_blob(&q, &len);
		if (len == ASSET_DIGEST_BYTES)
			memcpy(out[*count].sha256, digest, len);
	}
	return query_end(&q);
}

static enum err
purge_leftover(
    struct txn *t, struct purge *p, int root, const struct leftover *one)
{
	enum asset_fate fate;
	struct query q;
	enum err err;

	err = asset_remove_file(t, root, one->sha256, &fate);
	if (err != ERR_NONE || fate == ASSET_IS_YOUNG)
		return err;
	if (fate == ASSET_REMOVED)
		p->files++;
	query_start(&q, t, STATEMENT_PURGE_FORGET_LEFTOVER);
	query_integer(&q, ":id", one->id);
	return query_run(&q);
}

/* Whether the files are gone when this is rolled back does not matter: no
 * committed row names them. */
static enum err
purge_files(struct txn *t, void *arg)
{
	struct purge *p = arg;
	struct leftover list[BATCH];
	struct failure f;
	size_t count, i;
	enum err err;
	int root;

	p->files = 0;
	if ((err = list_leftovers(t, list, &count)) != ERR_NONE || count == 0)
		return err;
	if ((root = asset_dir_root(p->data_dir)) < 0)
		return txn_fail(t, asset_dir_fail(&f, "open"), NULL, NULL);
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = purge_leftover(t, p, root, &list[i]);
	close(root);
	/* Those that are too young are met again. */
	if (count == BATCH && p->files > 0)
		p->is_partial = true;
	return err;
}

/*
 * What interrupted uploads left in tmp.
 */

struct tmp_walk {
	struct store *store;
	struct txn_call *call;
	struct purge *purge; /* NULL: only count */
	int64_t found;
};

struct open_question {
	const char *upload_id;
	bool is_open;
};

static enum err
ask_open(struct txn *t, void *arg)
{
	struct open_question *q = arg;

	return upload_is_open(t, q->upload_id, &q->is_open);
}

/* Parts wait for as long as their request does; in doubt they stay. */
static bool
are_parts_abandoned(struct tmp_walk *w, const char *name)
{
	struct open_question question = { .upload_id = name };

	return txn_run(w->store, TXN_READ, ask_open, &question, w->call) ==
	    ERR_NONE &&
	    !question.is_open;
}

static bool
look_at_received(void *arg, int dir, const char *name)
{
	struct tmp_walk *w = arg;
	struct stat st;
	bool is_dir;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true; /* just renamed */
	is_dir = S_ISDIR(st.st_mode);
	if (is_dir
		? !are_parts_abandoned(w, name)
		: (int64_t)st.st_mtime * 1000 > w->call->now_ms - ABANDONED_MS)
		return true;
	w->found++;
	if (w->purge == NULL)
		return true;
	if (is_dir)
		upload_part_remove(dir, name);
	else if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		log_line("event=upload_left name=%s errno=%d", name, errno);
	return true;
}

static enum err
walk_received(struct tmp_walk *w, const char *data_dir)
{
	int root = asset_dir_root(data_dir), tmp = -1, result = -1;

	if (root >= 0 && (tmp = asset_dir_open(root, "tmp")) >= 0)
		result = asset_dir_walk(tmp, look_at_received, w);
	/* Nothing was ever uploaded. */
	if (result != 0 && tmp < 0 && errno == ENOENT)
		result = 0;
	if (tmp >= 0)
		close(tmp);
	if (root >= 0)
		close(root);
	return result == 0 ? ERR_NONE
			   : asset_dir_fail(w->call->failure, "list");
}

/*
 * All of it.
 */

struct look {
	int64_t keep_ms;
	bool has_work;
};

static enum err
look_for_work(struct txn *t, void *arg)
{
	struct look *l = arg;
	struct query q;

	query_start(&q, t, STATEMENT_PURGE_LOOK);
	query_integer(&q, ":now", txn_now(t));
	query_integer(&q, ":until", txn_now(t) - l->keep_ms);
	l->has_work = query_row(&q);
	return query_end(&q);
}

static enum err
run_write(struct store *s, struct purge *p, txn_fn *fn, struct txn_call *call)
{
	return p->manners == PURGE_WAITS ? txn_run(s, TXN_WRITE, fn, p, call)
					 : txn_run_upkeep(s, fn, p, call);
}

static enum err
purge_all(struct store *s, struct purge *p, struct txn_call *call)
{
	struct tmp_walk walk = { .store = s, .call = call, .purge = p };
	struct look look = { .keep_ms = p->keep_ms };
	enum err err;

	if ((err = walk_received(&walk, p->data_dir)) != ERR_NONE)
		return err;
	p->received = walk.found;
	err = txn_run(s, TXN_READ, look_for_work, &look, call);
	if (err != ERR_NONE || !look.has_work)
		return err;
	if ((err = run_write(s, p, purge_rows, call)) != ERR_NONE)
		return err;
	return run_write(s, p, purge_files, call);
}

enum err
purge_some(struct store *s, struct purge *p)
{
	struct arena *a = arena_try_new();
	struct failure f = { 0 };
	struct txn_call call;
	enum err err;

	if (a == NULL)
		return ERR_INTERNAL;
	p->requests = p->assets = p->files = p->received = 0;
	p->is_partial = false;
	txn_call_init(&call, a, &f);
	call.actor = p->actor;
	err = purge_all(s, p, &call);
	arena_free(a);
	return err;
}

struct count {
	int64_t keep_ms;
	struct purge_backlog *out;
};

static enum err
count_rows(struct txn *t, void *arg)
{
	struct count *c = arg;
	struct query q;

	query_start(&q, t, STATEMENT_PURGE_COUNT);
	query_integer(&q, ":now", txn_now(t));
	query_integer(&q, ":until", txn_now(t) - c->keep_ms);
	if (query_row(&q)) {
		c->out->requests = query_take_integer(&q);
		c->out->assets = query_take_integer(&q);
		c->out->files = query_take_integer(&q);
	}
	return query_end(&q);
}

enum err
purge_count(struct store *s, const char *data_dir, int64_t keep_ms,
    struct purge_backlog *out)
{
	struct purge_backlog backlog = { 0 };
	struct count count = { .keep_ms = keep_ms, .out = &backlog };
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;
	struct tmp_walk walk = { .store = s, .call = &call };
	enum err err;

	txn_call_init(&call, a, &f);
	err = txn_run(s, TXN_READ, count_rows, &count, &call);
	if (err == ERR_NONE)
		err = walk_received(&walk, data_dir);
	if (err == ERR_NONE) {
		backlog.received = walk.found;
		*out = backlog;
	}
	arena_free(a);
	return err;
}
