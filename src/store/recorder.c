/* SPDX-License-Identifier: MIT */
#include "store/recorder.h"

#include "base/text.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* SQLite refuses functions that are not innocuous inside triggers when
 * trusted_schema is off, its own for JSON (3.40) among them. */
#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_INNOCUOUS)

static void
result_text(sqlite3_context *ctx, const char *value)
{
	if (value == NULL)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_text(ctx, value, -1, SQLITE_TRANSIENT);
}

static void
sql_audit_actor(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct recorder *r = sqlite3_user_data(ctx);
	const char *what = (const char *)sqlite3_value_text(argv[0]);
	const char *value = NULL;

	(void)argc;
	if (what != NULL && text_equal(what, "id"))
		value = r->actor_id;
	else if (what != NULL && text_equal(what, "kind"))
		value = r->actor_kind;
	else if (what != NULL && text_equal(what, "token"))
		value = r->token_id;
	result_text(ctx, value);
}

static void
sql_audit_request(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct recorder *r = sqlite3_user_data(ctx);
	const char *what = (const char *)sqlite3_value_text(argv[0]);
	const char *value = NULL;

	(void)argc;
	if (what != NULL && text_equal(what, "at")) {
		sqlite3_result_int64(ctx, r->at_ms);
		return;
	}
	if (what != NULL && text_equal(what, "id"))
		value = r->request_id;
	else if (what != NULL && text_equal(what, "family"))
		value = r->family;
	else if (what != NULL && text_equal(what, "action"))
		value = r->action;
	result_text(ctx, value);
}

/* The bytes of a value.  sqlite3_value_text() would copy a column's text for
 * the sake of a final NUL. */
struct bytes {
	const char *at;
	size_t len;
};

static struct bytes
value_bytes(sqlite3_value *value)
{
	const char *at = sqlite3_value_blob(value);

	return (struct bytes){
		.at = at == NULL ? "" : at,
		.len = (size_t)sqlite3_value_bytes(value),
	};
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
		sqlite3_str_appendf(out, "\\u%04x", c);
	}
}

static void
add_json_string(sqlite3_str *out, struct bytes text)
{
	size_t i, run = 0;
	unsigned char c;

	sqlite3_str_appendchar(out, 1, '"');
	for (i = 0; i < text.len; i++) {
		c = (unsigned char)text.at[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		sqlite3_str_append(out, text.at + run, (int)(i - run));
		add_json_character(out, c);
		run = i + 1;
	}
	sqlite3_str_append(out, text.at + run, (int)(text.len - run));
	sqlite3_str_appendchar(out, 1, '"');
}

/* A column's name, and how its value is told. */
struct column {
	struct bytes name;
	enum { AS_TEXT, AS_JSON, AS_SECRET } telling;
};

static struct column
read_column(sqlite3_value *words)
{
	struct column column = { .name = value_bytes(words) };
	const char *blank = memchr(column.name.at, ' ', column.name.len);

	if (blank != NULL) {
		column.telling = blank[1] == 'j' ? AS_JSON : AS_SECRET;
		column.name.len = (size_t)(blank - column.name.at);
	}
	return column;
}

static void
add_value(sqlite3_str *out, const struct column *column, sqlite3_value *value)
{
	int type = sqlite3_value_type(value);
	struct bytes bytes;

	if (type == SQLITE_NULL) {
		sqlite3_str_append(out, "null", 4);
	} else if (column->telling == AS_SECRET) {
		sqlite3_str_append(out, "\"changed\"", 9);
	} else if (type == SQLITE_INTEGER) {
		sqlite3_str_appendf(out, "%lld", sqlite3_value_int64(value));
	} else if (column->telling == AS_JSON) {
		bytes = value_bytes(value);
		sqlite3_str_append(out, bytes.at, (int)bytes.len);
	} else {
		add_json_string(out, value_bytes(value));
	}
}

/* A comma before all members but the first, and the member's name. */
static void
add_name(sqlite3_str *out, const struct column *column)
{
	if (sqlite3_str_length(out) > 1)
		sqlite3_str_appendchar(out, 1, ',');
	sqlite3_str_appendchar(out, 1, '"');
	sqlite3_str_append(out, column->name.at, (int)column->name.len);
	sqlite3_str_append(out, "\":", 2);
}

static void
result_object(sqlite3_context *ctx, sqlite3_str *out)
{
	int code, len;

	sqlite3_str_appendchar(out, 1, '}');
	code = sqlite3_str_errcode(out);
	len = sqlite3_str_length(out);
	if (code == SQLITE_OK) {
		sqlite3_result_text(
		    ctx, sqlite3_str_finish(out), len, sqlite3_free);
	} else {
		sqlite3_free(sqlite3_str_finish(out));
		sqlite3_result_error_code(ctx, code);
	}
}

static void
sql_audit_row(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(ctx));
	struct column column;
	int i;

	sqlite3_str_appendchar(out, 1, '{');
	for (i = 0; i + 1 < argc; i += 2) {
		column = read_column(argv[i]);
		add_name(out, &column);
		add_value(out, &column, argv[i + 1]);
	}
	result_object(ctx, out);
}

/* SQL's IS, for two values of one column. */
static bool
is_same(sqlite3_value *a, sqlite3_value *b)
{
	int type = sqlite3_value_type(a);
	struct bytes x, y;

	if (type != sqlite3_value_type(b))
		return false;
	if (type == SQLITE_NULL)
		return true;
	if (type == SQLITE_INTEGER)
		return sqlite3_value_int64(a) == sqlite3_value_int64(b);
	x = value_bytes(a);
	y = value_bytes(b);
	return x.len == y.len && memcmp(x.at, y.at, x.len) == 0;
}

static void
sql_audit_diff(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(ctx));
	struct column column;
	int i;

	sqlite3_str_appendchar(out, 1, '{');
	for (i = 0; i + 2 < argc; i += 3) {
		if (is_same(argv[i + 1], argv[i + 2]))
			continue;
		column = read_column(argv[i]);
		add_name(out, &column);
		sqlite3_str_appendall(out, "{\"old\":");
		add_value(out, &column, argv[i + 1]);
		sqlite3_str_appendall(out, ",\"new\":");
		add_value(out, &column, argv[i + 2]);
		sqlite3_str_appendchar(out, 1, '}');
	}
	result_object(ctx, out);
}

/* One length-prefixed field: a letter for the type, eight bytes of length,
 * the bytes.  Integers are hashed as decimal text. */
static void
hash_value(crypto_hash_sha256_state *state, sqlite3_value *value)
{
	int type = sqlite3_value_type(value);
	struct bytes bytes = { "", 0 };
	unsigned char head[9];
	char decimal[24];
	size_t i;

	if (type == SQLITE_INTEGER) {
		bytes.at = decimal;
		bytes.len = (size_t)snprintf(decimal, sizeof(decimal), "%lld",
		    sqlite3_value_int64(value));
	} else if (type != SQLITE_NULL) {
		bytes = value_bytes(value);
	}
	head[0] = type == SQLITE_NULL ? 'n' : type == SQLITE_BLOB ? 'b' : 't';
	for (i = 0; i < 8; i++)
		head[1 + i] =
		    (unsigned char)((uint64_t)bytes.len >> (56 - 8 * i));
	crypto_hash_sha256_update(state, head, sizeof(head));
	crypto_hash_sha256_update(
	    state, (const unsigned char *)bytes.at, bytes.len);
}

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

int
recorder_add(sqlite3 *db, struct recorder *recorder)
{
	static const struct {
		const char *name;
		int argc;
		int flags;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "audit_actor", 1, 0, sql_audit_actor },
		{ "audit_request", 1, 0, sql_audit_request },
		{ "audit_row", -1, SQLITE_DETERMINISTIC, sql_audit_row },
		{ "audit_diff", -1, SQLITE_DETERMINISTIC, sql_audit_diff },
		{ "sha256", -1, SQLITE_DETERMINISTIC, sql_sha256 },
	};
	size_t i;
	int code = SQLITE_OK;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (code == SQLITE_OK)
			code = sqlite3_create_function_v2(db, functions[i].name,
			    functions[i].argc,
			    FUNCTION_FLAGS | functions[i].flags, recorder,
			    functions[i].run, NULL, NULL, NULL);
	}
	return code;
}
