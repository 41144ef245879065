/* SPDX-License-Identifier: MIT */
#include "store/matcher.h"

#include "base/fold.h"
#include "base/text.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)

#define MARK_CHARACTERS 3

/* Folded text; free it with sqlite3_free. */
struct folded {
	char *bytes; /* NULL: no memory */
	size_t len;
};

static struct folded
fold_value(sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);
	size_t len = text == NULL ? 0 : (size_t)sqlite3_value_bytes(value);
	struct folded f = { .bytes = sqlite3_malloc64(len * FOLD_GROWTH + 1) };

	if (f.bytes != NULL)
		f.len = len == 0 ? 0 : fold_text(text, len, f.bytes);
	return f;
}

static void
sql_fold(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct folded f = fold_value(argv[0]);

	(void)argc;
	if (f.bytes == NULL)
		sqlite3_result_error_nomem(ctx);
	else
		sqlite3_result_text64(
		    ctx, f.bytes, f.len, sqlite3_free, SQLITE_UTF8);
}

/* Characters of the private plane 15, chosen by a digest: two owners may have
 * the same mark, which costs time and nothing else, because whose a prompt is
 * is asked of the prompt. */
static void
sql_mark(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const unsigned char *id = sqlite3_value_text(argv[0]);
	unsigned char digest[crypto_hash_sha256_BYTES];
	char mark[MARK_CHARACTERS * 4];
	size_t i, len = 0;

	(void)argc;
	if (id == NULL)
		return; /* NULL */
	crypto_hash_sha256(
	    digest, id, (unsigned long long)sqlite3_value_bytes(argv[0]));
	for (i = 0; i < MARK_CHARACTERS; i++)
		len += text_utf8_encode(0xf0000u +
			((uint32_t)digest[2 * i] << 8 | digest[2 * i + 1]),
		    mark + len);
	sqlite3_result_text(ctx, mark, (int)len, SQLITE_TRANSIENT);
}

static bool
holds(const struct folded *f, const char *term, size_t len)
{
	return memmem(f->bytes, f->len, term, len) != NULL;
}

/* Hold each line of terms against title and words. */
static int
rank(const char *terms, const struct folded *title, const struct folded *words)
{
	const char *end;
	int found = 1;
	size_t len;

	for (; *terms != '\0'; terms = *end == '\0' ? end : end + 1) {
		end = strchrnul(terms, '\n');
		len = (size_t)(end - terms);
		if (holds(title, terms, len))
			found++;
		else if (!holds(words, terms, len))
			return 0;
	}
	return found;
}

static void
sql_rank(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *terms = (const char *)sqlite3_value_text(argv[0]);
	struct folded title = fold_value(argv[1]);
	struct folded words = fold_value(argv[2]);

	(void)argc;
	if (terms == NULL || title.bytes == NULL || words.bytes == NULL)
		sqlite3_result_error_nomem(ctx);
	else
		sqlite3_result_int(ctx, rank(terms, &title, &words));
	sqlite3_free(title.bytes);
	sqlite3_free(words.bytes);
}

int
matcher_add(sqlite3 *db)
{
	static const struct {
		const char *name;
		int argc;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "search_fold", 1, sql_fold },
		{ "search_mark", 1, sql_mark },
		{ "search_rank", 3, sql_rank },
	};
	size_t i;
	int code = SQLITE_OK;

	for (i = 0;
	     i < sizeof(functions) / sizeof(functions[0]) && code == SQLITE_OK;
	     i++)
		code = sqlite3_create_function_v2(db, functions[i].name,
		    functions[i].argc, FUNCTION_FLAGS, NULL, functions[i].run,
		    NULL, NULL, NULL);
	return code;
}
