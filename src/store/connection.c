/* SPDX-License-Identifier: MIT */
#include "store/connection.h"

#include "base/log.h"
#include "base/text.h"
#include "store/matcher.h"
#include "store/stemmer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* WAL where the file system can do it; elsewhere a rollback journal, and a
 * word in the log, because readers then wait for writers.  Only SQLite's
 * answer decides: a fault (busy, no database) must not change the journal. */
static enum err
choose_journal(struct connection *c, const char *path, struct failure *f)
{
	sqlite3_stmt *st = NULL;
	enum err err = ERR_NONE;
	bool wal = false;

	if (sqlite3_prepare_v2(
		c->db, "PRAGMA journal_mode = WAL", -1, &st, NULL) != SQLITE_OK)
		return connection_fail(c, f);
	if (sqlite3_step(st) == SQLITE_ROW)
		wal = text_equal_nocase(
		    (const char *)sqlite3_column_text(st, 0), "wal");
	else
		err = connection_fail(c, f);
	sqlite3_finalize(st);
	if (err != ERR_NONE || wal)
		return err;
	log_line("event=wal_unavailable database=%s journal=delete", path);
	return connection_exec(c, "PRAGMA journal_mode = DELETE", f);
}

/*
 * KiB of pages that a connection keeps.  There is one writer and usually six
 * readers, each of which forgets all at every commit.  After loads of all
 * operations at 64 connections a process with eight readers held 27 to 31 MiB
 * with 2000 for all, 27 with 1200 for readers, 21 with 800, 19 with 600; six
 * of 1000 held 17 to 19 after GETs, PATCHes and both.  With 600 a GET of one out of 10,000 prompts
 * makes 1.5 pread() instead of 0.8 and takes a tenth more of processor time
 * than with 1200.
 *
 * The file is not mapped into memory instead: what is now an I/O error, an
 * answer with status 503, would be a SIGBUS for all requests of the process.
 */
#define WRITER_CACHE "PRAGMA cache_size = -2000"
#define READER_CACHE "PRAGMA cache_size = -1000"

/*
 * Pages in the WAL from which on a COMMIT moves them into the database, which
 * takes three fsyncs more.  On a disk whose fsync takes 5 ms, 64 connections
 * made 2,700 PATCHes a second with SQLite's 1000, 3,200 with 4000 (a file of
 * 16 MiB) and 3,340 with 16000.  Where fsync is quick it makes no difference.
 */
#define AUTOCHECKPOINT_PAGES 4000

enum err
connection_begin_writing(
    struct connection *c, const struct connection_options *o, struct failure *f)
{
	enum err err = connection_exec(c, "PRAGMA query_only = OFF", f);

	if (err != ERR_NONE ||
	    (err = choose_journal(c, o->path, f)) != ERR_NONE)
		return err;
	err = connection_exec(c,
	    o->synchronous_full ? WRITER_CACHE "; PRAGMA synchronous = FULL"
				: WRITER_CACHE "; PRAGMA synchronous = NORMAL",
	    f);
	/* Where the WAL is kept, keep_wal() sees to it. */
	if (!o->keep_wal)
		sqlite3_wal_autocheckpoint(c->db, AUTOCHECKPOINT_PAGES);
	if (err == ERR_NONE)
		c->mode = CONNECTION_WRITE;
	return err;
}

/*
 * A process that is one of many short ones leaves the WAL to the next: the last
 * close would checkpoint and delete it, 0.92 ms against 0.18 ms for a CGI
 * process that writes one row.
 *
 * But whoever opens the database while nobody else has it open reads the WAL
 * from its beginning (at 435 pages that was 1.1 ms of the 5.3 ms CPU of a GET)
 * and no longer knows how much of it is in the database already, so that
 * SQLite's own checkpoints, when nobody else is there, never let it begin
 * anew: it grows for ever.  So it is emptied when it has this many pages.
 */
#define KEPT_WAL_PAGES 100

static int
note_pages(void *connection, sqlite3 *db, const char *name, int pages)
{
	struct connection *c = connection;

	(void)db;
	(void)name;
	c->wal_pages = pages;
	return SQLITE_OK;
}

static void
keep_wal(struct connection *c)
{
	int one = 1;

	sqlite3_file_control(c->db, "main", SQLITE_FCNTL_PERSIST_WAL, &one);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* In the place of SQLite's own, which checkpoints at 1000 pages. */
	sqlite3_wal_hook(c->db, note_pages, c);
}

/* Nobody is waited for: where others read or write, what they leave is
 * emptied by the next. */
static void
empty_kept_wal(struct connection *c)
{
	if (c->wal_pages < KEPT_WAL_PAGES)
		return;
	connection_busy(c, 0);
	(void)sqlite3_wal_checkpoint_v2(
	    c->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static enum err
set_up(
    struct connection *c, const struct connection_options *o, struct failure *f)
{
	enum err err;

	sqlite3_extended_result_codes(c->db, 1);
	connection_busy(c, 5000);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	err = connection_exec(c,
	    "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
	    "PRAGMA temp_store = MEMORY",
	    f);
	if (err != ERR_NONE)
		return err;
	if (o->keep_wal)
		keep_wal(c);
	if (o->mode == CONNECTION_WRITE)
		return connection_begin_writing(c, o, f);
	/* The question opens the WAL. */
	return connection_exec(c,
	    READER_CACHE "; PRAGMA query_only = ON; PRAGMA schema_version", f);
}

static ino_t
find_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_ino : 0;
}

enum err
connection_open(const struct connection_options *o, struct connection **out,
    struct failure *f)
{
	/* NOMUTEX: the owner already sees to one thread at a time. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	struct connection *c = calloc(1, sizeof(*c));
	enum err err;

	if (c == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	c->wal_path = malloc(strlen(o->path) + sizeof("-wal"));
	if (c->wal_path == NULL) {
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
		goto done;
	}
	memcpy(c->wal_path, o->path, strlen(o->path));
	memcpy(c->wal_path + strlen(o->path), "-wal", sizeof("-wal"));
	if (o->mode == CONNECTION_WRITE && !o->must_exist)
		flags |= SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(o->path, &c->db, flags, NULL) != SQLITE_OK) {
		err = connection_fail(c, f);
		goto done;
	}
	if (recorder_add(c->db, &c->audit) != SQLITE_OK ||
	    matcher_add(c->db) != SQLITE_OK ||
	    stemmer_add(c->db) != SQLITE_OK) {
		err = connection_fail(c, f);
		goto done;
	}
	if ((err = set_up(c, o, f)) == ERR_NONE)
		c->wal = find_inode(c->wal_path);
done:
	if (err != ERR_NONE)
		connection_close(c);
	else
		*out = c;
	return err;
}

void
connection_close(struct connection *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(c->statements[i]);
	empty_kept_wal(c);
	if (sqlite3_close(c->db) != SQLITE_OK)
		log_line(
		    "event=close_failed detail=\"%s\"", sqlite3_errmsg(c->db));
	free(c->wal_path);
	free(c);
}

sqlite3_stmt *
connection_prepare(struct connection *c, enum statement name, struct failure *f)
{
	const struct statement_info *info = statement_info(name);
	sqlite3_stmt *st = c->statements[name];

	if (st == NULL) {
		if (sqlite3_prepare_v3(c->db, info->sql, -1,
			SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK) {
			log_line("event=prepare_failed statement=%s "
				 "detail=\"%s\"",
			    info->name, sqlite3_errmsg(c->db));
			connection_fail(c, f);
			return NULL;
		}
		c->statements[name] = st;
	}
	assert(!sqlite3_stmt_busy(st));
	return st;
}

enum err
connection_step(struct connection *c, enum statement name, struct failure *f)
{
	sqlite3_stmt *st = connection_prepare(c, name, f);
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	if (sqlite3_step(st) != SQLITE_DONE)
		err = connection_fail(c, f);
	/* Reset repeats the step's code, which is already told. */
	sqlite3_reset(st);
	return err;
}

enum err
connection_exec(struct connection *c, const char *sql, struct failure *f)
{
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return connection_fail(c, f);
	return ERR_NONE;
}

/* Which rule a constraint's message speaks of. */
static const struct {
	const char *message; /* a part of it */
	enum err err;
} constraints[] = {
	{ "user.email_key", ERR_EMAIL_TAKEN },
	{ "prompt.project_id, prompt.slug", ERR_NAME_TAKEN },
	{ "prompt.name", ERR_NAME_TAKEN },
	{ "prompt_voice_name", ERR_NAME_TAKEN },
	{ "project.team_id, project.slug", ERR_NAME_TAKEN },
	{ "project.team_id, project.name", ERR_NAME_TAKEN },
};

static enum err
constraint_err(const char *message)
{
	size_t i;

	for (i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
		if (strstr(message, constraints[i].message) != NULL)
			return constraints[i].err;
	}
	return ERR_INTERNAL;
}

/* Did the last write to the database or its WAL fail for want of room?
 * SQLite itself says SQLITE_FULL for ENOSPC only, not for the quotas and file
 * size limits of hosting accounts; and sqlite3_system_errno() knows nothing
 * of a failing COMMIT. */
static bool
is_out_of_room(sqlite3 *db)
{
	static const int files[] = { SQLITE_FCNTL_FILE_POINTER,
		SQLITE_FCNTL_JOURNAL_POINTER };
	sqlite3_file *file;
	size_t i;
	int no;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		file = NULL;
		no = 0;
		sqlite3_file_control(db, "main", files[i], &file);
		if (file == NULL || file->pMethods == NULL)
			continue;
		file->pMethods->xFileControl(
		    file, SQLITE_FCNTL_LAST_ERRNO, &no);
		if (no == EDQUOT || no == EFBIG || no == ENOSPC)
			return true;
	}
	return false;
}

enum err
connection_fail(struct connection *c, struct failure *f)
{
	int code = sqlite3_extended_errcode(c->db);
	const char *message = sqlite3_errmsg(c->db);
	enum err err = ERR_INTERNAL;

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		err = constraint_err(message);
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err = ERR_BUSY;
		break;
	case SQLITE_FULL:
		err = ERR_FULL;
		break;
	case SQLITE_READONLY:
		err = ERR_READ_ONLY;
		break;
	case SQLITE_IOERR:
		err = is_out_of_room(c->db) ? ERR_FULL : ERR_IO;
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		err = ERR_IO;
		break;
	}
	/* A taken name is a client's affair; the rest the operator must see,
	 * and the client must not (it names tables and files). */
	if (err != ERR_NAME_TAKEN && err != ERR_EMAIL_TAKEN)
		log_line("event=store_error err=%s sqlite=%d detail=\"%s\"",
		    err_info(err)->slug, code, message);
	return err_fail(f, err, NULL, NULL);
}

void
connection_busy(struct connection *c, int64_t wait_ms)
{
	sqlite3_busy_timeout(c->db, (int)wait_ms);
}

bool
connection_has_moved(struct connection *c)
{
	int moved = 0;

	sqlite3_file_control(c->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

bool
connection_has_lost_wal(struct connection *c)
{
	/* An empty database has none before its first write. */
	if (c->wal == 0)
		c->wal = find_inode(c->wal_path);
	return find_inode(c->wal_path) != c->wal;
}
