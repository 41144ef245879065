/* SPDX-License-Identifier: MIT */
#include "store/query.h"

#include "store/txn_private.h"

#include <assert.h>
#include <string.h>

void
query_start(struct query *q, struct txn *t, enum statement name)
{
	assert(statement_info(name)->mode == STATEMENT_READ ||
	    t->mode == TXN_WRITE);
	memset(q, 0, sizeof(*q));
	q->txn = t;
	q->statement =
	    connection_prepare(t->connection, name, t->call->failure);
	if (q->statement == NULL)
		q->err = t->call->failure->code;
}

/* Keep the first failure. */
static void
note(struct query *q, int code)
{
	if (code != SQLITE_OK && q->err == ERR_NONE)
		q->err =
		    connection_fail(q->txn->connection, q->txn->call->failure);
}

static int
find_parameter(struct query *q, const char *name)
{
	int i = sqlite3_bind_parameter_index(q->statement, name);

	assert(i > 0); /* our own names, both sides */
	return i;
}

void
query_text(struct query *q, const char *name, const char *text)
{
	if (q->err == ERR_NONE)
		note(q,
		    sqlite3_bind_text(q->statement, find_parameter(q, name),
			text, -1, SQLITE_STATIC));
}

void
query_blob(struct query *q, const char *name, const void *bytes, size_t len)
{
	if (q->err == ERR_NONE)
		note(q,
		    sqlite3_bind_blob64(q->statement, find_parameter(q, name),
			bytes, len, SQLITE_STATIC));
}

void
query_integer(struct query *q, const char *name, int64_t value)
{
	if (q->err == ERR_NONE)
		note(q,
		    sqlite3_bind_int64(
			q->statement, find_parameter(q, name), value));
}

void
query_null(struct query *q, const char *name)
{
	if (q->err == ERR_NONE)
		note(q,
		    sqlite3_bind_null(q->statement, find_parameter(q, name)));
}

bool
query_row(struct query *q)
{
	int code;

	if (q->err != ERR_NONE || q->done)
		return false;
	q->column = 0;
	code = sqlite3_step(q->statement);
	if (code == SQLITE_ROW)
		return true;
	q->done = true;
	if (code != SQLITE_DONE)
		note(q, code);
	return false;
}

/* A column's bytes in the arena.  NULL for NULL, which without memory SQLite
 * says too; then, and when the arena has none, the query fails and what comes
 * back is empty. */
static const char *
copy_column(struct query *q, const void *bytes, size_t *len)
{
	sqlite3 *db = q->txn->connection->db;
	struct arena *a = q->txn->call->arena;

	if (bytes == NULL && sqlite3_errcode(db) != SQLITE_NOMEM)
		return NULL;
	if (bytes != NULL && arena_make_room(a, *len + 1))
		return arena_copy(a, bytes, *len);
	if (q->err == ERR_NONE)
		q->err = txn_fail(q->txn, ERR_INTERNAL, NULL, "out of memory");
	*len = 0;
	return "";
}

const char *
query_take_text(struct query *q)
{
	int i = q->column++;
	const char *text;
	size_t len;

	assert(i < sqlite3_column_count(q->statement));
	text = (const char *)sqlite3_column_text(q->statement, i);
	len = text == NULL ? 0 : (size_t)sqlite3_column_bytes(q->statement, i);
	return copy_column(q, text, &len);
}

const unsigned char *
query_take_blob(struct query *q, size_t *len)
{
	int i = q->column++;
	const void *bytes;

	assert(i < sqlite3_column_count(q->statement));
	bytes = sqlite3_column_blob(q->statement, i);
	*len =
	    bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(q->statement, i);
	return (const unsigned char *)copy_column(q, bytes, len);
}

int64_t
query_take_integer(struct query *q)
{
	assert(q->column < sqlite3_column_count(q->statement));
	return sqlite3_column_int64(q->statement, q->column++);
}

bool
query_take_boolean(struct query *q)
{
	return query_take_integer(q) != 0;
}

enum err
query_run(struct query *q)
{
	while (query_row(q))
		continue;
	return query_end(q);
}

int64_t
query_changes(struct txn *t)
{
	return sqlite3_changes64(t->connection->db);
}

enum err
query_end(struct query *q)
{
	if (q->statement != NULL) {
		/* Reset repeats the last step's code, which is kept. */
		sqlite3_reset(q->statement);
		sqlite3_clear_bindings(q->statement);
	}
	return q->err;
}

enum err
query_end_found(struct query *q, bool found, enum err code, const char *field)
{
	enum err err = query_end(q);

	if (err == ERR_NONE && !found)
		return txn_fail(q->txn, code, field, NULL);
	return err;
}
