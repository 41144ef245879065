/* SPDX-License-Identifier: MIT */
/*
 * connection: one SQLite connection as this program uses it: its settings,
 * its prepared statements, and the one place where SQLite's codes become
 * enum err.
 *
 * Private to src/store.  A connection is used by one thread at a time.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "base/err.h"
#include "store/recorder.h"
#include "store/statement.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum connection_mode { CONNECTION_READ, CONNECTION_WRITE };

struct connection_options {
	const char *path; /* of the database file */
	enum connection_mode mode;
	bool synchronous_full; /* else NORMAL */
	bool keep_wal;         /* CGI: leave -wal for the next process */
	bool must_exist;       /* never make the file */
};

struct connection {
	sqlite3 *db;
	enum connection_mode mode;
	struct recorder audit;
	char *wal_path;
	ino_t wal;     /* as it was opened; 0: none */
	int wal_pages; /* after the last COMMIT, where keep_wal was set */
	sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared on first use */
};

/* Open the database; ERR_IO, ERR_READ_ONLY and so on with f->detail.  The
 * file is created when mode is CONNECTION_WRITE and it is not there, unless it
 * must be.  All files of the database are open when this returns. */
enum err connection_open(const struct connection_options *options,
    struct connection **out, struct failure *f);
void connection_close(struct connection *c); /* NULL is fine */

/* Let a connection that was opened for reading write, too.  After a failure
 * it reads still, and this may be tried again. */
enum err connection_begin_writing(struct connection *c,
    const struct connection_options *options, struct failure *f);

/* The prepared statement, reset and without bindings; NULL with f filled. */
sqlite3_stmt *connection_prepare(
    struct connection *c, enum statement name, struct failure *f);

/* Run a statement that takes nothing and answers nothing. */
enum err connection_step(
    struct connection *c, enum statement name, struct failure *f);

/* Run SQL text of the program itself (schema, pragmas). */
enum err connection_exec(
    struct connection *c, const char *sql, struct failure *f);

/* Translate the connection's last error into f. */
enum err connection_fail(struct connection *c, struct failure *f);

/* Is another file, or none, where the connection's database, or its WAL,
 * was? */
bool connection_has_moved(struct connection *c);
bool connection_has_lost_wal(struct connection *c);

/* Wait at most this long for SQLite's own locks. */
void connection_busy(struct connection *c, int64_t wait_ms);

#endif
