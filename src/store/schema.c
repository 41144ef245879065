/* SPDX-License-Identifier: MIT */
#include "store/schema.h"

#include "base/buf.h"
#include "base/log.h"

#include <sodium.h>
#include <stdio.h>

/* One line of a file; the lines of all files in the order of their
 * application. */
struct migration_line {
	int version;
	const char *file;
	int line;
	const char *text;
};

static const struct migration_line lines[] = {
#include "migration_table.h"
};

/* What the lines of sql/triggers have for a version. */
enum { TRIGGERS = 0 };

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

static enum err
read_version(struct connection *c, int *out, struct failure *f)
{
	sqlite3_stmt *st = NULL;
	enum err err = ERR_NONE;

	if (sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &st, NULL) !=
	    SQLITE_OK)
		return connection_fail(c, f);
	if (sqlite3_step(st) == SQLITE_ROW)
		*out = sqlite3_column_int(st, 0);
	else
		err = connection_fail(c, f);
	sqlite3_finalize(st);
	return err;
}

/* The chain starts from a random value, so that two installations never
 * share one. */
static enum err
write_genesis(struct connection *c, struct failure *f)
{
	unsigned char genesis[32];
	sqlite3_stmt *st =
	    connection_prepare(c, STATEMENT_SCHEMA_WRITE_GENESIS, f);
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	randombytes_buf(genesis, sizeof(genesis));
	if (sqlite3_bind_blob(st, 1, genesis, sizeof(genesis),
		SQLITE_TRANSIENT) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_DONE)
		err = connection_fail(c, f);
	sqlite3_reset(st);
	return err;
}

/* Run the files of one version. */
static enum err
run_files(struct connection *c, int version, struct failure *f)
{
	struct buf sql;
	enum err err;
	size_t i;

	buf_init(&sql, 16 << 20);
	for (i = 0; i < LINE_COUNT; i++) {
		if (lines[i].version == version)
			buf_text(&sql, lines[i].text);
	}
	if (version != TRIGGERS)
		buf_printf(&sql, "PRAGMA user_version = %d;\n", version);
	if (buf_failed(&sql))
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	else
		err = connection_exec(c, buf_string(&sql), f);
	buf_free(&sql);
	if (err == ERR_NONE && version == 1)
		err = write_genesis(c, f);
	return err;
}

static enum err
drop_triggers(struct connection *c, struct failure *f)
{
	sqlite3_stmt *st =
	    connection_prepare(c, STATEMENT_SCHEMA_DROP_TRIGGERS, f);
	struct buf sql;
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	buf_init(&sql, 1 << 20);
	if (sqlite3_step(st) != SQLITE_ROW)
		err = connection_fail(c, f);
	else if (sqlite3_column_type(st, 0) != SQLITE_NULL)
		buf_text(&sql, (const char *)sqlite3_column_text(st, 0));
	sqlite3_reset(st);
	if (err == ERR_NONE && buf_failed(&sql))
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	if (err == ERR_NONE)
		err = connection_exec(c, buf_string(&sql), f);
	buf_free(&sql);
	return err;
}

/* The first version after this one; 0: there is none. */
static int
next_version(int have)
{
	int next = 0;
	size_t i;

	for (i = 0; i < LINE_COUNT; i++) {
		if (lines[i].version > have &&
		    (next == 0 || lines[i].version < next))
			next = lines[i].version;
	}
	return next;
}

static enum err
run_upgrade(struct connection *c, int have, struct failure *f)
{
	enum err err = drop_triggers(c, f);
	int next = have;

	while (err == ERR_NONE && (next = next_version(next)) != 0)
		err = run_files(c, next, f);
	return err == ERR_NONE ? run_files(c, TRIGGERS, f) : err;
}

static int
find_newest(void)
{
	int newest = 0;
	size_t i;

	for (i = 0; i < LINE_COUNT; i++) {
		if (lines[i].version > newest)
			newest = lines[i].version;
	}
	return newest;
}

/* The database's version, which is none that we do not know. */
static enum err
read_known_version(struct connection *c, int *out, struct failure *f)
{
	const int newest = find_newest();
	int have = 0;
	enum err err;

	if ((err = read_version(c, &have, f)) != ERR_NONE)
		return err;
	if (have > newest) {
		log_line(
		    "event=database_too_new has=%d knows=%d", have, newest);
		return err_fail(f, ERR_IO, NULL,
		    "the database was written by a newer promptledger");
	}
	*out = have;
	return ERR_NONE;
}

enum err
schema_is_current(struct connection *c, bool *out, struct failure *f)
{
	int have = 0;
	enum err err = read_known_version(c, &have, f);

	if (err == ERR_NONE)
		*out = have == find_newest();
	return err;
}

enum err
schema_upgrade(struct connection *c, struct failure *f)
{
	int have = 0;
	enum err err = read_known_version(c, &have, f);

	if (err != ERR_NONE || have == find_newest())
		return err;
	err = connection_step(c, STATEMENT_TXN_BEGIN_WRITE, f);
	if (err != ERR_NONE)
		return err;
	err = run_upgrade(c, have, f);
	if (err == ERR_NONE)
		err = connection_step(c, STATEMENT_TXN_COMMIT, f);
	if (err != ERR_NONE && !sqlite3_get_autocommit(c->db))
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
