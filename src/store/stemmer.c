/* SPDX-License-Identifier: MIT */
#include "store/stemmer.h"

#include "store/statement.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)

/* What a term is worth where it occurs, and being found at all. */
#define WEIGHT_NAME 100
#define WEIGHT_DESCRIPTION 40
#define WEIGHT_SLUG 20
#define WEIGHT_FOUND 1

/* One of FTS5's tokenizers, made once for a connection. */
struct cutter {
	fts5_tokenizer kind;
	Fts5Tokenizer *instance;
};

struct stemmer {
	struct cutter words; /* unicode61 */
	struct cutter stems; /* porter over it, as the index has it */
};

static void
free_stemmer(void *stemmer)
{
	struct stemmer *s = stemmer;

	if (s->words.instance != NULL)
		s->words.kind.xDelete(s->words.instance);
	if (s->stems.instance != NULL)
		s->stems.kind.xDelete(s->stems.instance);
	free(s);
}

/* FTS5 hands its interface out through a pointer that a query is given. */
static int
find_fts5(sqlite3 *db, fts5_api **out)
{
	const struct statement_info *info =
	    statement_info(STATEMENT_STEMMER_FIND_FTS5);
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(db, info->sql, -1, &st, NULL);

	if (code != SQLITE_OK)
		return code;
	sqlite3_bind_pointer(st, 1, out, "fts5_api_ptr", NULL);
	sqlite3_step(st);
	return sqlite3_finalize(st);
}

/* The index's own options: see migrations/0006-px0-search.sql. */
static int
make_cutter(fts5_api *api, const char *name, struct cutter *out)
{
	const char *options[] = { "unicode61", "remove_diacritics", "2" };
	int skipped = strcmp(name, "unicode61") == 0;
	void *user = NULL;
	int code = api->xFindTokenizer(api, name, &user, &out->kind);

	if (code != SQLITE_OK)
		return code;
	return out->kind.xCreate(
	    user, options + skipped, 3 - skipped, &out->instance);
}

/*
 * Cutting.
 */

static int
add_word(void *out, int flags, const char *token, int len, int start, int end)
{
	(void)flags;
	(void)start;
	(void)end;
	if (sqlite3_str_length(out) > 0)
		sqlite3_str_appendall(out, " AND ");
	sqlite3_str_appendchar(out, 1, '"');
	sqlite3_str_append(out, token, len);
	sqlite3_str_appendchar(out, 1, '"');
	return SQLITE_OK;
}

static int
add_stem(void *out, int flags, const char *token, int len, int start, int end)
{
	(void)flags;
	(void)start;
	(void)end;
	if (sqlite3_str_length(out) == 0)
		sqlite3_str_appendchar(out, 1, ' ');
	sqlite3_str_append(out, token, len);
	sqlite3_str_appendchar(out, 1, ' ');
	return SQLITE_OK;
}

typedef int token_fn(
    void *out, int flags, const char *token, int len, int start, int end);

static void
cut(sqlite3_context *ctx, const struct cutter *c, sqlite3_value *value,
    token_fn *add)
{
	const char *text = (const char *)sqlite3_value_text(value);
	sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(ctx));
	int code = text == NULL
	    ? SQLITE_OK
	    : c->kind.xTokenize(c->instance, out, FTS5_TOKENIZE_DOCUMENT, text,
		  sqlite3_value_bytes(value), add);

	if (code == SQLITE_OK)
		code = sqlite3_str_errcode(out);
	if (code != SQLITE_OK)
		sqlite3_result_error_code(ctx, code);
	else if (sqlite3_str_length(out) > 0)
		sqlite3_result_text(ctx, sqlite3_str_value(out),
		    sqlite3_str_length(out), SQLITE_TRANSIENT);
	sqlite3_free(sqlite3_str_finish(out));
}

static void
sql_tokens(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct stemmer *s = sqlite3_user_data(ctx);

	(void)argc;
	cut(ctx, &s->words, argv[0], add_word);
}

static void
sql_stems(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct stemmer *s = sqlite3_user_data(ctx);

	(void)argc;
	cut(ctx, &s->stems, argv[0], add_stem);
}

/*
 * Weighing.
 */

/* The stems of one of a prompt's texts, and what finding there is worth. */
struct place {
	const char *stems;
	size_t len;
	int weight;
};

#define PLACES 3

static int
weigh_term(const struct place *places, const char *term, size_t len)
{
	int weight = 0;
	size_t i;

	for (i = 0; i < PLACES; i++) {
		if (memmem(places[i].stems, places[i].len, term, len) != NULL)
			weight += places[i].weight;
	}
	return weight;
}

/* One alternative, from line to end; 0 when it does not fit. */
static int
weigh_line(const struct place *places, const char *line, const char *end)
{
	int weight = WEIGHT_FOUND, found;
	const char *stop;
	bool is_unwanted;

	for (; line < end; line = stop == end ? end : stop + 1) {
		stop = memchr(line, '\t', (size_t)(end - line));
		if (stop == NULL)
			stop = end;
		is_unwanted = *line == '-';
		line += is_unwanted;
		found = weigh_term(places, line, (size_t)(stop - line));
		if (is_unwanted == (found > 0))
			return 0;
		weight += found;
	}
	return weight;
}

static void
sql_weigh(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	static const int weights[PLACES] = { WEIGHT_NAME, WEIGHT_DESCRIPTION,
		WEIGHT_SLUG };
	const char *plan = (const char *)sqlite3_value_text(argv[0]), *end;
	struct place places[PLACES];
	int weight = 0;
	size_t i;

	(void)argc;
	for (i = 0; i < PLACES; i++) {
		places[i].stems = (const char *)sqlite3_value_text(argv[1 + i]);
		places[i].len = (size_t)sqlite3_value_bytes(argv[1 + i]);
		places[i].weight = weights[i];
		if (places[i].stems == NULL)
			places[i].stems = "";
	}
	for (; plan != NULL && *plan != '\0';
	     plan = *end == '\0' ? end : end + 1) {
		end = strchrnul(plan, '\n');
		weight += weigh_line(places, plan, end);
	}
	sqlite3_result_int(ctx, weight);
}

static int
add_functions(sqlite3 *db, struct stemmer *s)
{
	int code = sqlite3_create_function_v2(db, "search_tokens", 1,
	    FUNCTION_FLAGS, s, sql_tokens, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(db, "search_weigh", 4,
		    FUNCTION_FLAGS, NULL, sql_weigh, NULL, NULL, NULL);
	/* The last one to be made frees the stemmer, with the connection or,
	 * should it fail, at once. */
	if (code != SQLITE_OK)
		free_stemmer(s);
	else
		code = sqlite3_create_function_v2(db, "search_stems", 1,
		    FUNCTION_FLAGS, s, sql_stems, NULL, NULL, free_stemmer);
	return code;
}

int
stemmer_add(sqlite3 *db)
{
	struct stemmer *s = calloc(1, sizeof(*s));
	fts5_api *api = NULL;
	int code;

	if (s == NULL)
		return SQLITE_NOMEM;
	code = find_fts5(db, &api);
	if (code == SQLITE_OK && api == NULL)
		code = SQLITE_ERROR;
	if (code == SQLITE_OK)
		code = make_cutter(api, "unicode61", &s->words);
	if (code == SQLITE_OK)
		code = make_cutter(api, "porter", &s->stems);
	if (code == SQLITE_OK)
		return add_functions(db, s);
	free_stemmer(s);
	return code;
}
