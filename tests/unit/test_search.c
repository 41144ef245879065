/* SPDX-License-Identifier: MIT */
/*
 * The search: how what is looked for is taken apart, what is found with the
 * index behind, up to date and gone, and when upkeep gives way.
 */
#include "domain/search.h"

#include "base/buf.h"
#include "base/text.h"
#include "domain/prompt.h"
#include "scratch.h"
#include "store/lock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

/*
 * Taking apart.
 */

static const struct {
	int line;
	const char *text, *folded, *trigrams;
} parses[] = {
	{ __LINE__, "Cat", "cat", "\"cat\"" },
	{ __LINE__, "  cat \t DOG\n", "cat\ndog", "\"cat\" \"dog\"" },
	{ __LINE__, "cats", "cats", "\"cat\" \"ats\"" },
	{ __LINE__, "a bc", "a\nbc", "" },
	{ __LINE__, "a bcd", "a\nbcd", "\"bcd\"" },
	{ __LINE__, "ß", "ss", "" },
	{ __LINE__, "ßt", "sst", "\"sst\"" },
	{ __LINE__, "日本語", "日本語", "\"日本語\"" },
	{ __LINE__,
	    "a\x01"
	    "b\x7f"
	    "c",
	    "a\nb\nc", "" },
	{ __LINE__, "one\xe3\x80\x80two", "one\ntwo", "\"one\" \"two\"" },
	{ __LINE__,
	    "one\xc2\x85"
	    "two",
	    "one\ntwo", "\"one\" \"two\"" },
	/* The query language is text like any other. */
	{ __LINE__, "\"", "\"", "" },
	{ __LINE__, "a\"b", "a\"b", "\"a\"\"b\"" },
	{ __LINE__, "\"\"\"", "\"\"\"", "\"\"\"\"\"\"\"\"" },
	{ __LINE__, "OR", "or", "" },
	{ __LINE__, "NEAR(", "near(", "\"nea\" \"ear\" \"ar(\"" },
	{ __LINE__, "-x* ^y:", "-x*\n^y:", "\"-x*\" \"^y:\"" },
	/* None at all. */
	{ __LINE__, "", NULL, NULL },
	{ __LINE__, " \t\x01 ", NULL, NULL },
};

static const char *
join(const struct search_terms *terms, char *out, size_t size)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < terms->trigram_count; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s",
		    i == 0 ? "" : " ", terms->trigrams[i]);
	return out;
}

static void
texts_are_taken_apart(void **state)
{
	struct arena *a = arena_new();
	struct search_terms terms;
	char trigrams[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(parses); i++) {
		if (!search_parse(a, parses[i].text, &terms)) {
			if (parses[i].folded != NULL)
				fail_msg("line %d", parses[i].line);
		} else if (parses[i].folded == NULL ||
		    !text_equal(terms.folded, parses[i].folded) ||
		    !text_equal(join(&terms, trigrams, sizeof(trigrams)),
			parses[i].trigrams)) {
			fail_msg("line %d: %s |%s", parses[i].line,
			    terms.folded, trigrams);
		}
	}
	arena_free(a);
}

static void
too_long_a_text_and_too_many_terms_are_refused(void **state)
{
	struct arena *a = arena_new();
	char text[4 * SEARCH_LENGTH_MAX + 8] = "";
	struct search_terms terms;
	size_t i;

	(void)state;
	for (i = 0; i < SEARCH_LENGTH_MAX; i++)
		strcat(text, "ΐ");
	assert_true(search_parse(a, text, &terms));
	strcat(text, "x");
	assert_false(search_parse(a, text, &terms));
	text[0] = '\0';
	for (i = 0; i < SEARCH_TERMS_MAX; i++)
		strcat(text, "x ");
	assert_true(search_parse(a, text, &terms));
	strcat(text, "x");
	assert_false(search_parse(a, text, &terms));
	arena_free(a);
}

/*
 * Searching.
 */

static int
setup(void **state)
{
	if (scratch_setup(state) != 0)
		return -1;
	scratch_write(*state,
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'member', 0),"
	    "('bob', 'b', 'b', 'Bob', 'member', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('p', 't', 'p', 'p', 0)");
	return 0;
}

/* A prompt whose id is its name, written as any family would leave it. */
static void
put(struct scratch *s, const char *id, const char *owner, const char *title,
    const char *content, const char *tags)
{
	char *sql = sqlite3_mprintf(
	    "INSERT INTO prompt (id, project_id, owner_id, slug, name,"
	    " content, tags, created_at, created_by, updated_at, updated_by)"
	    "VALUES (%Q, 'p', %Q, %Q, %Q, %Q, %Q,"
	    " (SELECT count(*) FROM prompt), 'ada', 0, 'ada')",
	    id, owner, id, title, content, tags);

	scratch_write(s, sql);
	sqlite3_free(sql);
}

struct question {
	const char *owner_id;
	const char *text;
	char found[1024]; /* ids, a blank before each */
};

static enum err
ask(struct txn *t, void *question)
{
	struct question *q = question;
	struct search_terms terms;
	struct search_hits hits;
	enum err err;
	size_t i;

	if (!search_parse(txn_arena(t), q->text, &terms))
		return txn_fail(t, ERR_QUERY_INVALID, "q", NULL);
	err = search_prompts(t, q->owner_id, &terms, &hits);
	for (i = 0; err == ERR_NONE && i < hits.count; i++)
		snprintf(q->found + strlen(q->found),
		    sizeof(q->found) - strlen(q->found), " %s", hits.ids[i]);
	return err;
}

static void
assert_finds(struct scratch *s, int line, const char *owner, const char *text,
    const char *expected)
{
	struct question q = { .owner_id = owner, .text = text };

	assert_int_equal(scratch_run(s, TXN_READ, ask, &q), ERR_NONE);
	if (!text_equal(q.found, expected))
		fail_msg("line %d: %s finds%s", line, text, q.found);
}

#define FINDS(s, text, expected) \
	assert_finds(s, __LINE__, "ada", text, expected)

static void
catch_up(struct scratch *s)
{
	int64_t pause_ms = 0;

	while (pause_ms == 0)
		assert_int_equal(
		    search_catch_up(s->store, &pause_ms), ERR_NONE);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM search_pending"), 0);
	scratch_write(s,
	    "INSERT INTO search_index (search_index)"
	    " VALUES ('integrity-check')");
}

static const struct {
	int line;
	const char *text, *found;
} searches[] = {
	{ __LINE__, "photo", " a" },
	{ __LINE__, "EMAIL", " b c a" },
	{ __LINE__, "email", " b c a" },
	{ __LINE__, "marketing email", " a c" },
	{ __LINE__, "äpfel", " a" },
	{ __LINE__, "STRASSE", " a" },
	{ __LINE__, "straße", " a" },
	{ __LINE__, "日本", " c" },
	{ __LINE__, "日本語", " c" },
	{ __LINE__, "日", " c" },
	{ __LINE__, "e", " c b a" },
	{ __LINE__, "em", " b c a" },
	{ __LINE__, "em photo", " a" },
	{ __LINE__, "zz", "" },
	{ __LINE__, "nothing photo", "" },
	/* A tag's text, not its JSON; no term reaches over an edge. */
	{ __LINE__, "a,\"b", " a" },
	{ __LINE__, "\",\"", "" },
	{ __LINE__, "[\"", "" },
	{ __LINE__, "tab", "" },
	{ __LINE__, "planphoto", "" },
	{ __LINE__, "straßeemail", "" },
	/* Not the query language of the index. */
	{ __LINE__, "photo OR nothing", "" },
	{ __LINE__, "photo NOT nothing", "" },
	{ __LINE__, "NEAR(photo synthesis)", "" },
	{ __LINE__, "words:photo", "" },
	{ __LINE__, "\"photo", "" },
	{ __LINE__, "photo*", "" },
	{ __LINE__, "^photo", "" },
	{ __LINE__, "{words}", "" },
	{ __LINE__, "%", "" },
	{ __LINE__, "___", "" },
};

static void
put_three(struct scratch *s)
{
	put(s, "a", "ada", "Marketing plan", "Photosynthesis ÄPFEL Straße",
	    "[\"email\",\"a,\\\"b\"]");
	put(s, "b", "ada", "Email in the title", "Nothing", "[]");
	put(s, "c", "ada", "Unrelated", "about emailing 日本語",
	    "[\"MARKETING\"]");
	put(s, "d", "bob", "Email photo", "äpfel 日本語 zz", "[\"em\"]");
}

static void
assert_all_found(struct scratch *s)
{
	size_t i;

	for (i = 0; i < COUNT(searches); i++)
		assert_finds(s, searches[i].line, "ada", searches[i].text,
		    searches[i].found);
	assert_finds(s, __LINE__, "bob", "email", " d");
	assert_finds(s, __LINE__, "nobody", "email", "");
}

static void
the_same_is_found_before_and_after_catching_up(void **state)
{
	struct scratch *s = *state;

	put_three(s);
	assert_all_found(s);
	catch_up(s);
	assert_all_found(s);
}

static void
a_change_is_found_at_once_and_what_was_there_is_not(void **state)
{
	struct scratch *s = *state;
	bool is_caught_up = false;

	put_three(s);
	catch_up(s);
	scratch_write(
	    s, "UPDATE prompt SET content = 'Respiration' WHERE id = 'a'");
	scratch_write(s, "DELETE FROM prompt WHERE id = 'c'");
	do {
		FINDS(s, "photo", "");
		FINDS(s, "respiration", " a");
		FINDS(s, "emailing", "");
		FINDS(s, "marketing", " a");
		if (is_caught_up)
			break;
		catch_up(s);
		is_caught_up = true;
	} while (true);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM search_document"), 3);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM search_index"), 3);
}

static void
catching_up_twice_leaves_one_document_a_prompt(void **state)
{
	struct scratch *s = *state;

	put_three(s);
	catch_up(s);
	scratch_write(s,
	    "INSERT INTO search_pending (prompt_id) SELECT id FROM prompt;"
	    "INSERT INTO search_pending (prompt_id) VALUES ('never was')");
	catch_up(s);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM search_document"), 4);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM search_index"), 4);
	assert_all_found(s);
}

static void
catching_up_is_not_in_the_audit_log(void **state)
{
	struct scratch *s = *state;
	int64_t before;

	put_three(s);
	before = scratch_number(s, "SELECT count(*) FROM audit_log");
	catch_up(s);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM audit_log"), before);
}

static void
a_long_term_s_end_counts_too(void **state)
{
	struct scratch *s = *state;
	char text[201];

	memset(text, 'x', sizeof(text) - 1);
	text[200] = '\0';
	text[0] = 'a';
	put(s, "a", "ada", "long", text, "[]");
	catch_up(s);
	FINDS(s, text, " a");
	text[199] = 'y';
	FINDS(s, text, "");
}

static void
more_terms_in_the_title_come_first_then_the_newest(void **state)
{
	struct scratch *s = *state;

	put(s, "both", "ada", "red green", "-", "[]");
	put(s, "one", "ada", "red", "green", "[]");
	put(s, "none", "ada", "-", "red green", "[]");
	put(s, "newer", "ada", "green", "red", "[]");
	FINDS(s, "red green", " both newer one none");
	catch_up(s);
	FINDS(s, "red green", " both newer one none");
}

static void
put_many(struct scratch *s, size_t count)
{
	char sql[1024];

	snprintf(sql, sizeof(sql),
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
	    " SELECT i + 1 FROM n WHERE i < %zu)"
	    "INSERT INTO prompt (id, project_id, owner_id, slug, name,"
	    " content, created_at, created_by, updated_at, updated_by)"
	    "SELECT 'n' || i, 'p', 'ada', 'n' || i, 'Number', 'no' || i || '.',"
	    " i, 'ada', 0, 'ada' FROM n",
	    count);
	scratch_write(s, sql);
}

static void
a_search_that_meets_many_pending_prompts_asks_for_upkeep(void **state)
{
	struct scratch *s = *state;

	put_many(s, SEARCH_PENDING_MAX);
	FINDS(s, "no17.", " n17");
	assert_false(store_take_upkeep(s->store));
	put(s, "a", "ada", "one more", "no17.", "[]");
	FINDS(s, "no17.", " a n17");
	assert_true(store_take_upkeep(s->store));
	assert_false(store_take_upkeep(s->store));
	catch_up(s);
	FINDS(s, "no17.", " a n17");
	assert_false(store_take_upkeep(s->store));
}

/* With more prompts than are few, grams are weighed. */
static void
common_and_rare_terms_are_found_among_many(void **state)
{
	struct scratch *s = *state;

	put_many(s, 900);
	put(s, "a", "ada", "Number", "no17. and no18.", "[]");
	put(s, "b", "bob", "Number", "no17. and no18.", "[]");
	catch_up(s);
	FINDS(s, "no17. no18.", " a");
	FINDS(s, "no17.", " a n17");
	FINDS(s, "number no17. number no18. number", " a");
	FINDS(s, "number no891. ", " n891");
	FINDS(s, "umb no89",
	    " n899 n898 n897 n896 n895 n894 n893 n892 n891"
	    " n890 n89");
	FINDS(s, "numbers", "");
	assert_finds(s, __LINE__, "bob", "number", " b");
	assert_finds(s, __LINE__, "nobody", "number", "");
}

static void
upkeep_gives_way_to_another_process_unless_it_was_asked_for(void **state)
{
	struct scratch *s = *state;
	char path[PATH_MAX + 64];
	int64_t pause_ms = 0;
	struct lock other;

	put_three(s);
	snprintf(path, sizeof(path), "%s/promptledger.lock", s->dir);
	assert_int_equal(lock_open(&other, path, &s->failure), ERR_NONE);
	assert_int_equal(lock_take(&other, 0, &s->failure), ERR_NONE);
	assert_int_equal(search_catch_up(s->store, &pause_ms), ERR_BUSY);
	assert_true(pause_ms > 0);
	lock_release(&other);
	lock_close(&other);
	catch_up(s);
}

/* The files of which the schema is made. */
static const struct {
	int version;
	const char *file;
	int line;
	const char *text;
} lines[] = {
#include "migration_table.h"
};

/* The data directory as version 1 would have left it, with one prompt. */
static void
make_version_1(struct scratch *s)
{
	struct connection_options options = { .mode = CONNECTION_WRITE };
	struct connection *c;
	char path[PATH_MAX + 64];
	size_t i;
	struct buf sql;

	assert_int_equal(mkdir(s->dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/promptledger.db", s->dir);
	options.path = path;
	assert_int_equal(connection_open(&options, &c, &s->failure), ERR_NONE);
	buf_init(&sql, 1 << 20);
	for (i = 0; i < COUNT(lines); i++) {
		if (lines[i].version == 1)
			buf_text(&sql, lines[i].text);
	}
	buf_text(&sql,
	    "INSERT INTO installation (id, genesis) VALUES (1, x'00');"
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'member', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('p', 't', 'p', 'p', 0);"
	    "INSERT INTO prompt (id, project_id, owner_id, slug, name,"
	    " created_at, created_by, updated_at, updated_by)"
	    "VALUES ('a', 'p', 'ada', 'a', 'Größe', 0, 'ada', 0, 'ada');"
	    "PRAGMA user_version = 1");
	c->audit = (struct recorder){ .actor_id = "ada",
		.actor_kind = "user",
		.request_id = "r",
		.family = "test" };
	assert_int_equal(
	    connection_exec(c, buf_string(&sql), &s->failure), ERR_NONE);
	buf_free(&sql);
	connection_close(c);
}

static void
a_database_of_version_1_is_brought_up_to_date(void **state)
{
	struct scratch *s = *state;

	make_version_1(s);
	scratch_open(s);
	assert_true(scratch_number(s, "PRAGMA user_version") >= 2);
	FINDS(s, "GRÖSSE", " a");
	catch_up(s);
	FINDS(s, "GRÖSSE", " a");
	put(s, "b", "ada", "größer", "", "[]");
	catch_up(s);
	FINDS(s, "GRÖSSE", " b a");
	scratch_assert_text(s, "PRAGMA integrity_check", "ok");
}

/*
 * Many at once.
 */

#define WRITERS 4
#define ROUNDS 25

struct writer {
	struct scratch *scratch;
	pthread_t thread;
	int number;
	_Atomic bool failed;
};

static enum err
run(struct writer *w, enum txn_mode mode, txn_fn *fn, void *arg)
{
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;
	enum err err;

	txn_call_init(&call, a, &f);
	call.actor = scratch_actor("writer");
	err = txn_run(w->scratch->store, mode, fn, arg, &call);
	arena_free(a);
	return err;
}

/* Write, and look for what was written, again and again. */
static void *
write_and_look(void *writer)
{
	struct writer *w = writer;
	struct question q = { .owner_id = "ada" };
	char sql[160], word[32], id[32];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		snprintf(word, sizeof(word), "w%dround%d.", w->number, i);
		snprintf(sql, sizeof(sql),
		    "UPDATE prompt SET content = '%s' WHERE id = 'n%d'", word,
		    w->number);
		snprintf(id, sizeof(id), " n%d", w->number);
		q.text = word;
		q.found[0] = '\0';
		if (run(w, TXN_WRITE, scratch_run_sql, sql) != ERR_NONE ||
		    run(w, TXN_READ, ask, &q) != ERR_NONE ||
		    !text_equal(q.found, id))
			atomic_store(&w->failed, true);
	}
	return NULL;
}

static void
a_search_sees_each_write_while_the_index_catches_up(void **state)
{
	struct scratch *s = *state;
	struct writer w[WRITERS];
	int64_t pause_ms;
	int i;

	put_many(s, 50);
	for (i = 0; i < WRITERS; i++) {
		w[i] = (struct writer){ .scratch = s, .number = i + 1 };
		pthread_create(&w[i].thread, NULL, write_and_look, &w[i]);
	}
	for (i = 0; i < 50; i++)
		(void)search_catch_up(s->store, &pause_ms);
	for (i = 0; i < WRITERS; i++) {
		pthread_join(w[i].thread, NULL);
		assert_false(atomic_load(&w[i].failed));
	}
	catch_up(s);
	FINDS(s, "w1round24.", " n1");
	FINDS(s, "w1round23.", "");
}

#define search_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_taken_apart),
		cmocka_unit_test(
		    too_long_a_text_and_too_many_terms_are_refused),
		search_test(the_same_is_found_before_and_after_catching_up),
		search_test(
		    a_change_is_found_at_once_and_what_was_there_is_not),
		search_test(catching_up_twice_leaves_one_document_a_prompt),
		search_test(catching_up_is_not_in_the_audit_log),
		search_test(a_long_term_s_end_counts_too),
		search_test(more_terms_in_the_title_come_first_then_the_newest),
		search_test(
		    a_search_that_meets_many_pending_prompts_asks_for_upkeep),
		search_test(common_and_rare_terms_are_found_among_many),
		search_test(
		    upkeep_gives_way_to_another_process_unless_it_was_asked_for),
		scratch_dir_test(a_database_of_version_1_is_brought_up_to_date),
		search_test(
		    a_search_sees_each_write_while_the_index_catches_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
