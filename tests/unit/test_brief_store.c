/* SPDX-License-Identifier: MIT */
/*
 * A store for one request: one connection, which reads before it writes.
 */
#include "scratch.h"

#include "store/query.h"

#include <sys/stat.h>

#define ORGANISATIONS "SELECT count(*) FROM organisation"

static enum err
try_open(struct scratch *s, bool *fresh)
{
	struct store_options options = {
		.dir = s->dir,
		.synchronous_full = true,
		.is_brief = true,
	};

	return store_open(&options, &s->store, fresh, &s->failure);
}

static void
open_brief(struct scratch *s)
{
	bool fresh;

	assert_int_equal(try_open(s, &fresh), ERR_NONE);
	assert_false(fresh);
}

static int
setup_brief(void **state)
{
	if (scratch_setup(state) != 0)
		return -1;
	scratch_close(*state);
	open_brief(*state);
	return 0;
}

static enum err
insert_row(struct txn *t, void *id)
{
	struct query q;

	query_start(&q, t, STATEMENT_ORGANISATION_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":name", "somewhere");
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

static enum err
write_row(struct scratch *s, const char *id)
{
	return scratch_run(s, TXN_WRITE, insert_row, arena_text(s->arena, id));
}

static enum err
insert_raw(struct txn *t, void *arg)
{
	(void)arg;
	return scratch_exec(t,
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('raw', 'raw', 0)");
}

/* As another process would, for the lock is on another open file. */
static void
hold_turn(struct scratch *s, struct lock *out)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/" STORE_LOCK_NAME, s->dir);
	assert_int_equal(lock_open(out, path, &s->failure), ERR_NONE);
	assert_int_equal(lock_take(out, 30000, &s->failure), ERR_NONE);
}

static void
an_empty_directory_becomes_a_database(void **state)
{
	struct scratch *s = *state;
	bool fresh = false;

	assert_int_equal(try_open(s, &fresh), ERR_NONE);
	assert_true(fresh);
	assert_int_equal(write_row(s, "one"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
}

static void
one_connection_reads_then_writes_then_reads_what_it_wrote(void **state)
{
	struct scratch *s = *state;
	const struct connection *opened;

	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	opened = s->store->writer;
	assert_non_null(opened);
	assert_int_equal(write_row(s, "one"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	assert_ptr_equal(s->store->writer, opened);
	assert_null(s->store->idle_readers);
	scratch_close(s);
	open_brief(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
}

static void
what_it_writes_is_as_durable_as_asked_for(void **state)
{
	struct scratch *s = *state;
	struct scratch_question q = { .sql = "PRAGMA synchronous" };

	assert_int_equal(scratch_run(s, TXN_WRITE, scratch_ask, &q), ERR_NONE);
	assert_int_equal(q.number, 2); /* FULL */
	assert_int_equal(scratch_number(s, "PRAGMA foreign_keys"), 1);
}

static void
a_read_before_the_first_write_cannot_write(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(
	    scratch_run(s, TXN_READ, insert_raw, NULL), ERR_READ_ONLY);
	assert_int_equal(write_row(s, "one"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
}

static void
opening_and_reading_wait_for_no_writer(void **state)
{
	struct scratch *s = *state;
	struct lock other;

	scratch_close(s);
	hold_turn(s, &other);
	open_brief(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	assert_int_equal(write_row(s, "one"), ERR_BUSY);
	lock_release(&other);
	assert_int_equal(write_row(s, "two"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	lock_close(&other);
}

static int64_t
wal_size(struct scratch *s)
{
	char path[PATH_MAX + 64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/" STORE_DATABASE_NAME "-wal", s->dir);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Every writer is the only one who has the database open. */
static void
the_wal_stays_small_however_many_processes_have_written(void **state)
{
	struct scratch *s = *state;
	int64_t most = 0;
	char id[32];
	int i;

	for (i = 0; i < 80; i++) {
		snprintf(id, sizeof(id), "number %d", i);
		assert_int_equal(write_row(s, id), ERR_NONE);
		scratch_close(s);
		if (wal_size(s) > most)
			most = wal_size(s);
		open_brief(s);
	}
	assert_int_equal(scratch_number(s, ORGANISATIONS), 80);
	assert_in_range(most, 1, (int64_t)200 * 4096);
}

static void
a_wal_that_somebody_reads_is_left_to_the_next(void **state)
{
	struct scratch *s = *state;
	sqlite3_stmt *st = NULL;
	char path[PATH_MAX + 64], id[16];
	sqlite3 *other;
	int i;

	snprintf(path, sizeof(path), "%s/" STORE_DATABASE_NAME, s->dir);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(other,
			     "SELECT name FROM sqlite_schema", -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	for (i = 0; i < 80; i++) {
		snprintf(id, sizeof(id), "number %d", i);
		assert_int_equal(write_row(s, id), ERR_NONE);
	}
	scratch_close(s);
	assert_true(wal_size(s) > 0);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	open_brief(s);
	assert_int_equal(write_row(s, "one more"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 81);
}

static void
a_database_of_a_newer_version_is_refused(void **state)
{
	struct scratch *s = *state;
	bool fresh;

	scratch_write(s, "PRAGMA user_version = 9999");
	scratch_close(s);
	assert_int_equal(try_open(s, &fresh), ERR_IO);
	assert_non_null(strstr(s->failure.detail, "newer"));
	assert_null(s->store);
}

#define brief_test(f) \
	cmocka_unit_test_setup_teardown(f, setup_brief, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_dir_test(an_empty_directory_becomes_a_database),
		brief_test(
		    one_connection_reads_then_writes_then_reads_what_it_wrote),
		brief_test(what_it_writes_is_as_durable_as_asked_for),
		brief_test(a_read_before_the_first_write_cannot_write),
		brief_test(opening_and_reading_wait_for_no_writer),
		brief_test(
		    the_wal_stays_small_however_many_processes_have_written),
		brief_test(a_wal_that_somebody_reads_is_left_to_the_next),
		brief_test(a_database_of_a_newer_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
