/* SPDX-License-Identifier: MIT */
#include "store/connection.h"

#include "base/log.h"
#include "base/text.h"
#include "store/matcher.h"
#include "store/stemmer.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * What the triggers call.  All are innocuous (SQLite refuses others inside
 * triggers when trusted_schema is off).
 */
#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_INNOCUOUS)

/* audit_actor('id' | 'kind' | 'token') */
static void
sql_audit_actor(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct connection *c = sqlite3_user_data(ctx);
	const char *what = (const char *)sqlite3_value_text(argv[0]);
	const char *value = NULL;

	(void)argc;
	if (what != NULL && text_equal(what, "id"))
		value = c->audit.actor_id;
	else if (what != NULL && text_equal(what, "kind"))
		value = c->audit.actor_kind;
	else if (what != NULL && text_equal(what, "token"))
		value = c->audit.token_id;
	if (value == NULL)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_text(ctx, value, -1, SQLITE_TRANSIENT);
}

/* audit_request('id' | 'family' | 'action' | 'at') */
static void
sql_audit_request(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct connection *c = sqlite3_user_data(ctx);
	const char *what = (const char *)sqlite3_value_text(argv[0]);
	const char *value = NULL;

	(void)argc;
	if (what != NULL && text_equal(what, "at")) {
		sqlite3_result_int64(ctx, c->audit.at_ms);
		return;
	}
	if (what != NULL && text_equal(what, "id"))
		value = c->audit.request_id;
	else if (what != NULL && text_equal(what, "family"))
		value = c->audit.family;
	else if (what != NULL && text_equal(what, "action"))
		value = c->audit.action;
	if (value == NULL)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_text(ctx, value, -1, SQLITE_TRANSIENT);
}

/* One character of a JSON string (RFC 8259, 7). */
static void
add_json_character(sqlite3_str *out, unsigned char c)
{
	switch (c) {
	case '"':
		sqlite3_str_appendall(out, "\\\"");
		break;
	case '\\':
		sqlite3_str_appendall(out, "\\\\");
		break;
	default:
		if (c < 0x20)
			sqlite3_str_appendf(out, "\\u%04x", c);
		else
			sqlite3_str_appendchar(out, 1, (char)c);
	}
}

static void
add_json_string(sqlite3_str *out, const char *text)
{
	const char *run = text;

	sqlite3_str_appendchar(out, 1, '"');
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x20 && *text != '"' &&
		    *text != '\\')
			continue;
		sqlite3_str_append(out, run, (int)(text - run));
		add_json_character(out, (unsigned char)*text);
		run = text + 1;
	}
	sqlite3_str_append(out, run, (int)(text - run));
	sqlite3_str_appendchar(out, 1, '"');
}

/* audit_json(value): NULL, integers and text as JSON.  SQLite's own
 * json_quote() is not innocuous in 3.40, so triggers may not call it. */
static void
sql_audit_json(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *text;
	sqlite3_str *out;
	int len;

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
		sqlite3_result_text(ctx, "null", -1, SQLITE_STATIC);
		return;
	}
	if (sqlite3_value_type(argv[0]) == SQLITE_INTEGER) {
		sqlite3_result_value(ctx, argv[0]);
		return;
	}
	text = (const char *)sqlite3_value_text(argv[0]);
	if (text == NULL) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	out = sqlite3_str_new(sqlite3_context_db_handle(ctx));
	add_json_string(out, text);
	len = sqlite3_str_length(out);
	if (sqlite3_str_errcode(out) != SQLITE_OK)
		sqlite3_result_error_code(ctx, sqlite3_str_errcode(out));
	else
		sqlite3_result_text(
		    ctx, sqlite3_str_value(out), len, SQLITE_TRANSIENT);
	sqlite3_free(sqlite3_str_finish(out));
}

/* One length-prefixed field: a letter for the type, eight bytes of length,
 * the bytes.  Integers are hashed as decimal text. */
static void
hash_value(crypto_hash_sha256_state *state, sqlite3_value *value)
{
	int type = sqlite3_value_type(value);
	const void *bytes = type == SQLITE_BLOB
	    ? sqlite3_value_blob(value)
	    : (const void *)sqlite3_value_text(value);
	uint64_t len =
	    type == SQLITE_NULL ? 0 : (uint64_t)sqlite3_value_bytes(value);
	unsigned char head[9];
	size_t i;

	head[0] = type == SQLITE_NULL ? 'n' : type == SQLITE_BLOB ? 'b' : 't';
	for (i = 0; i < 8; i++)
		head[1 + i] = (unsigned char)(len >> (56 - 8 * i));
	crypto_hash_sha256_update(state, head, sizeof(head));
	if (len > 0)
		crypto_hash_sha256_update(state, bytes, len);
}

/* sha256(value, ...): a blob of 32 bytes over the length-prefixed values */
static void
sql_sha256(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	crypto_hash_sha256_state state;
	unsigned char digest[crypto_hash_sha256_BYTES];
	int i;

	crypto_hash_sha256_init(&state);
	for (i = 0; i < argc; i++)
		hash_value(&state, argv[i]);
	crypto_hash_sha256_final(&state, digest);
	sqlite3_result_blob(ctx, digest, sizeof(digest), SQLITE_TRANSIENT);
}

static enum err
add_functions(struct connection *c, struct failure *f)
{
	static const struct {
		const char *name;
		int argc;
		int flags;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "audit_actor", 1, 0, sql_audit_actor },
		{ "audit_request", 1, 0, sql_audit_request },
		{ "audit_json", 1, SQLITE_DETERMINISTIC, sql_audit_json },
		{ "sha256", -1, SQLITE_DETERMINISTIC, sql_sha256 },
	};
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (sqlite3_create_function_v2(c->db, functions[i].name,
			functions[i].argc, FUNCTION_FLAGS | functions[i].flags,
			c, functions[i].run, NULL, NULL, NULL) != SQLITE_OK)
			return connection_fail(c, f);
	}
	if (matcher_add(c->db) != SQLITE_OK || stemmer_add(c->db) != SQLITE_OK)
		return connection_fail(c, f);
	return ERR_NONE;
}

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

static enum err
set_up(
    struct connection *c, const struct connection_options *o, struct failure *f)
{
	int one = 1;
	enum err err;

	sqlite3_extended_result_codes(c->db, 1);
	connection_busy(c, 5000);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	err = connection_exec(c,
	    "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
	    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000",
	    f);
	if (err != ERR_NONE)
		return err;
	/* The question opens the WAL. */
	if (o->mode == CONNECTION_READ)
		return connection_exec(
		    c, "PRAGMA query_only = ON; PRAGMA schema_version", f);
	if ((err = choose_journal(c, o->path, f)) != ERR_NONE)
		return err;
	if (o->keep_wal) {
		/* The last close would checkpoint and delete the WAL: 0.92 ms
		 * against 0.18 ms for a CGI process that writes one row. */
		sqlite3_file_control(
		    c->db, "main", SQLITE_FCNTL_PERSIST_WAL, &one);
		sqlite3_db_config(
		    c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	return connection_exec(c,
	    o->synchronous_full ? "PRAGMA synchronous = FULL"
				: "PRAGMA synchronous = NORMAL",
	    f);
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
	if ((err = add_functions(c, f)) != ERR_NONE)
		goto done;
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
