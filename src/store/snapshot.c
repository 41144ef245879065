/* SPDX-License-Identifier: MIT */
#include "store/snapshot.h"

#include "base/log.h"
#include "base/text.h"
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(SNAPSHOT_NAME) == sizeof(STORE_DATABASE_NAME),
    "a snapshot is named as the database is");

/* Steps of SQLite's virtual machine from one look at the size to the next. */
#define LOOK_STEPS 20000

/*
 * Copying out.
 */

struct copying {
	const char *path;
	int64_t total; /* the original's size; the copy may be smaller */
	snapshot_step *step;
	void *arg;
};

static int64_t
file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static int
look(void *copying)
{
	const struct copying *c = copying;

	c->step(c->arg, file_size(c->path), c->total);
	return 0;
}

static enum err
run_copy(struct connection *c, struct copying *copying, struct failure *f)
{
	sqlite3_stmt *st = connection_prepare(c, STATEMENT_STORE_SNAPSHOT, f);
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	if (copying->step != NULL)
		sqlite3_progress_handler(c->db, LOOK_STEPS, look, copying);
	if (sqlite3_bind_text(st, sqlite3_bind_parameter_index(st, ":path"),
		copying->path, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_DONE)
		err = connection_fail(c, f);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	sqlite3_progress_handler(c->db, 0, NULL, NULL);
	return err;
}

enum err
snapshot_make(struct store *s, const char *path, snapshot_step *step, void *arg,
    struct failure *f)
{
	struct copying copying = {
		.path = path,
		.total = file_size(s->path),
		.step = step,
		.arg = arg,
	};
	struct failure ignored;
	struct reader *r;
	enum err err;

	if ((err = store_borrow(s, &r, f)) != ERR_NONE)
		return err;
	/* SQLite takes the copy for a write. */
	err = connection_exec(r->connection, "PRAGMA query_only = OFF", f);
	if (err == ERR_NONE)
		err = run_copy(r->connection, &copying, f);
	if (connection_exec(r->connection, "PRAGMA query_only = ON",
		err == ERR_NONE ? f : &ignored) != ERR_NONE &&
	    err == ERR_NONE)
		err = f->code;
	store_return(s, r);
	return err;
}

/*
 * Checking.
 */

/* The statement must answer no row but, perhaps, "ok". */
static enum err
run_check(struct connection *c, enum statement name, const char *what,
    struct failure *f)
{
	sqlite3_stmt *st = connection_prepare(c, name, f);
	enum err err = ERR_NONE;
	const char *said;
	int code;

	if (st == NULL)
		return f->code;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		said = (const char *)sqlite3_column_text(st, 0);
		if (said != NULL && text_equal(said, "ok"))
			continue;
		log_line("event=check_failed check=\"%s\" detail=\"%s\"", what,
		    said == NULL ? "" : said);
		err = err_fail(f, ERR_IO, NULL, what);
		break;
	}
	if (err == ERR_NONE && code != SQLITE_DONE)
		err = connection_fail(c, f);
	sqlite3_reset(st);
	return err;
}

enum err
snapshot_check(struct store *s, struct failure *f)
{
	struct reader *r;
	enum err err;

	if ((err = store_borrow(s, &r, f)) != ERR_NONE)
		return err;
	err = run_check(r->connection, STATEMENT_STORE_CHECK_PAGES,
	    "the database is damaged", f);
	if (err == ERR_NONE)
		err = run_check(r->connection, STATEMENT_STORE_CHECK_REFERENCES,
		    "the database refers to what is not there", f);
	store_return(s, r);
	return err;
}

/*
 * Putting in place.
 */

struct snapshot_swap {
	char *dir;
	char *path;
	struct lock lock;
	bool has_turn;
	bool has_door;
	bool has_head;
	struct seal_head head;
};

/* Move what the WAL holds into the database, so that a name without its WAL
 * is the whole database. */
static enum err
empty_wal(struct connection *c, struct failure *f)
{
	sqlite3_stmt *st = connection_prepare(c, STATEMENT_STORE_EMPTY_WAL, f);
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	if (sqlite3_step(st) != SQLITE_ROW)
		err = connection_fail(c, f);
	else if (sqlite3_column_int(st, 0) != 0)
		err = err_fail(f, ERR_BUSY, NULL, "readers");
	sqlite3_reset(st);
	return err;
}

/* Bring the old database to rest.  One that is too damaged for that is put
 * aside as it is, WAL and all; one that is only busy is left alone. */
static enum err
settle_old(struct snapshot_swap *swap, const struct store_options *options,
    struct failure *f)
{
	struct connection_options how = {
		.path = swap->path,
		.mode = CONNECTION_WRITE,
		.synchronous_full = true,
		.must_exist = true,
	};
	struct connection *c;
	struct failure ignored;
	enum err err;

	if (access(swap->path, F_OK) != 0)
		return ERR_NONE;
	err = connection_open(&how, &c, f);
	if (err == ERR_NONE) {
		connection_busy(c, options->lock_ms);
		if ((err = empty_wal(c, f)) == ERR_NONE)
			swap->has_head = signer_read_head(c, &swap->head,
					     &ignored) == ERR_NONE;
		connection_close(c);
	}
	return err == ERR_BUSY || err == ERR_FULL || err == ERR_READ_ONLY
	    ? err
	    : ERR_NONE;
}

static enum err
take_locks(struct snapshot_swap *swap, const struct store_options *options,
    struct failure *f)
{
	char *path = store_join(swap->dir, STORE_LOCK_NAME);
	enum err err;

	if (path == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	err = lock_open(&swap->lock, path, f);
	free(path);
	if (err != ERR_NONE)
		return err;
	if ((err = lock_take(&swap->lock, options->lock_ms, f)) != ERR_NONE)
		return err;
	swap->has_turn = true;
	err = lock_door_take(&swap->lock, LOCK_DOOR_SHUT, options->lock_ms, f);
	swap->has_door = err == ERR_NONE;
	return err;
}

enum err
snapshot_swap_begin(const struct store_options *options,
    struct snapshot_swap **out, struct failure *f)
{
	struct snapshot_swap *swap = calloc(1, sizeof(*swap));
	enum err err;

	if (swap == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	swap->lock.fd = -1;
	swap->dir = strdup(options->dir);
	swap->path = store_join(options->dir, STORE_DATABASE_NAME);
	umask(0077);
	if (swap->dir == NULL || swap->path == NULL)
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	else if ((err = store_make_dir(swap->dir, f)) == ERR_NONE &&
	    (err = take_locks(swap, options, f)) == ERR_NONE)
		err = settle_old(swap, options, f);
	if (err == ERR_NONE)
		*out = swap;
	else
		snapshot_swap_end(swap);
	return err;
}

bool
snapshot_swap_head(const struct snapshot_swap *swap, struct seal_head *out)
{
	if (swap->has_head)
		*out = swap->head;
	return swap->has_head;
}

static enum err
fail(struct failure *f, const char *deed)
{
	log_line("event=swap_failed deed=%s errno=%d", deed, errno);
	return err_fail(f,
	    errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO, NULL,
	    "the database cannot be put in place");
}

/* Give the old database a second name; its first one stays until the new one
 * takes it.  Several within a second get a number. */
static enum err
name_aside(struct snapshot_swap *swap, int dir, int64_t at_ms,
    char aside[SNAPSHOT_ASIDE_SIZE], struct failure *f)
{
	time_t seconds = (time_t)(at_ms / 1000);
	char stamp[32];
	struct tm tm;
	int n;

	aside[0] = '\0';
	if (access(swap->path, F_OK) != 0)
		return ERR_NONE;
	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	for (n = 1; n < 1000; n++) {
		snprintf(aside, SNAPSHOT_ASIDE_SIZE,
		    n == 1 ? "%s.replaced-%s" : "%s.replaced-%s.%d",
		    STORE_DATABASE_NAME, stamp, n);
		if (linkat(dir, STORE_DATABASE_NAME, dir, aside, 0) == 0)
			return ERR_NONE;
		if (errno != EEXIST)
			break;
	}
	return fail(f, "link");
}

/* Move what SQLite keeps beside the old database to its new name; a file
 * without content goes. */
static bool
move_beside(int dir, const char *suffix, const char *aside)
{
	char from[SNAPSHOT_ASIDE_SIZE], to[SNAPSHOT_ASIDE_SIZE + 16];
	struct stat st;

	snprintf(from, sizeof(from), "%s%s", STORE_DATABASE_NAME, suffix);
	snprintf(to, sizeof(to), "%s%s", aside, suffix);
	if (fstatat(dir, from, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	if (aside[0] == '\0' || st.st_size == 0)
		return unlinkat(dir, from, 0) == 0;
	return renameat(dir, from, dir, to) == 0;
}

/*
 * The order matters.  The old WAL must be gone before the new database has
 * the name, or SQLite would read it into that one; it holds nothing any more
 * (unless the old database is damaged).  No connection is opened meanwhile,
 * and those that are open keep the files they have, by whatever name.
 */
static enum err
exchange(struct snapshot_swap *swap, int dir, const char *path, int64_t at_ms,
    char aside[SNAPSHOT_ASIDE_SIZE], struct failure *f)
{
	enum err err;

	if ((err = name_aside(swap, dir, at_ms, aside, f)) != ERR_NONE)
		return err;
	if (!move_beside(dir, "-wal", aside) ||
	    !move_beside(dir, "-journal", aside) ||
	    (unlinkat(dir, STORE_DATABASE_NAME "-shm", 0) != 0 &&
		errno != ENOENT))
		return fail(f, "move");
	if (rename(path, swap->path) != 0)
		err = fail(f, "rename");
	else if (fsync(dir) != 0)
		return fail(f, "sync");
	if (err != ERR_NONE && aside[0] != '\0')
		unlinkat(dir, aside, 0); /* the old one has its first name */
	return err;
}

enum err
snapshot_swap(struct snapshot_swap *swap, const char *path, int64_t at_ms,
    char aside[SNAPSHOT_ASIDE_SIZE], struct failure *f)
{
	int dir = open(swap->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err;

	if (dir == -1)
		return fail(f, "open");
	err = exchange(swap, dir, path, at_ms, aside, f);
	close(dir);
	return err;
}

void
snapshot_swap_end(struct snapshot_swap *swap)
{
	if (swap == NULL)
		return;
	if (swap->has_door)
		lock_door_release(&swap->lock);
	if (swap->has_turn)
		lock_release(&swap->lock);
	lock_close(&swap->lock);
	free(swap->path);
	free(swap->dir);
	free(swap);
}
