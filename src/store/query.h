/* SPDX-License-Identifier: MIT */
/*
 * query: runs one statement of sql/queries inside a transaction.
 *
 *	query_start(&q, t, STATEMENT_PAYLOAD_FIND);
 *	query_text(&q, ":id", id);
 *	if (query_row(&q))
 *		name = query_take_text(&q);
 *	err = query_end(&q);
 *
 * Failures are kept: after the first one every call does nothing and
 * query_end returns it.  query_end must always be called; it resets the
 * statement, because one that is left open would hold the WAL back.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/statement.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3_stmt;

struct query {
	struct txn *txn;
	struct sqlite3_stmt *statement;
	enum err err;
	int column; /* the next one to take */
	bool done;
};

/* A write statement needs a TXN_WRITE transaction. */
void query_start(struct query *q, struct txn *t, enum statement name);

/* Bind a parameter by its name with the colon.  The bytes must stay as they
 * are until query_end.  NULL text, json or bytes bind SQL NULL. */
void query_text(struct query *q, const char *name, const char *text);
void query_blob(
    struct query *q, const char *name, const void *bytes, size_t len);
void query_integer(struct query *q, const char *name, int64_t value);
void query_null(struct query *q, const char *name);

/* Step to the next row; false at the end and on failure. */
bool query_row(struct query *q);

/* Take the row's columns from left to right.  Text is copied into the call's
 * arena; SQL NULL is NULL, 0 or false. */
const char *query_take_text(struct query *q);
const unsigned char *query_take_blob(struct query *q, size_t *len);
int64_t query_take_integer(struct query *q);
bool query_take_boolean(struct query *q);

/* Run to the end (for statements that answer no rows) and reset. */
enum err query_run(struct query *q);

/* Rows that the last write of this transaction changed. */
int64_t query_changes(struct txn *t);

enum err query_end(struct query *q);

/* query_end of a query that had to find a row: when all went well but found
 * is false, code about field (which may be NULL). */
enum err query_end_found(
    struct query *q, bool found, enum err code, const char *field);

#endif
