/* SPDX-License-Identifier: MIT */
/*
 * The audit chain against somebody who has the file: every change to a row in
 * its middle is found.  The tampering is done on a closed database by plain
 * SQLite, after dropping the triggers, as such a person would do it.
 */
#include "domain/audit.h"

#include "scratch.h"

#define ROWS 7
#define MIDDLE "4"

static const char unlock[] =
    "DROP TRIGGER audit_log_before_update_refuse;"
    "DROP TRIGGER audit_log_before_delete_refuse;"
    "DROP TRIGGER installation_before_update_refuse_genesis;";

/* Rows with and without a token, of users that stand for themselves. */
static int
setup(void **state)
{
	struct scratch *s;
	int i;

	if (scratch_setup(state) != 0)
		return -1;
	s = *state;
	s->call.actor.token_id = "token";
	for (i = 0; i < ROWS; i++)
		scratch_write(s,
		    "INSERT INTO organisation (id, name, created_at)"
		    "SELECT 'org-' || count(*), 'name', 0 FROM organisation");
	return 0;
}

static enum err
verify(struct txn *t, void *report)
{
	return audit_verify(t, NULL, report);
}

static struct audit_report
report_on(struct scratch *s)
{
	struct audit_report report;

	assert_int_equal(scratch_run(s, TXN_READ, verify, &report), ERR_NONE);
	return report;
}

/* Change the file behind the program's back. */
static void
tamper(struct scratch *s, const char *sql)
{
	char path[PATH_MAX + 64];
	char *wrong = NULL;
	sqlite3 *db;

	scratch_close(s);
	snprintf(path, sizeof(path), "%s/promptledger.db", s->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, unlock, NULL, NULL, NULL), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
		fail_msg("%s: %s", sql, wrong);
	/* A case that changes nothing would prove nothing. */
	assert_true(sqlite3_total_changes(db) > 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	scratch_open(s);
}

static void
a_whole_chain_holds_and_tells_its_head(void **state)
{
	struct scratch *s = *state;
	struct audit_report report = report_on(s);

	assert_int_equal(report.rows, ROWS);
	assert_int_equal(report.broken_seq, 0);
	assert_null(report.reason);
	scratch_assert_text(s,
	    "SELECT lower(hex(hash)) FROM audit_log ORDER BY seq DESC LIMIT 1",
	    report.head);
}

static void
the_head_of_an_empty_log_is_the_genesis(void **state)
{
	struct scratch *s = *state;
	struct audit_report report = report_on(s);

	assert_int_equal(report.rows, 0);
	assert_null(report.reason);
	scratch_assert_text(
	    s, "SELECT lower(hex(genesis)) FROM installation", report.head);
}

static const struct {
	int line;
	const char *sql;
	int64_t broken_seq;
} cases[] = {
	/* Every column of a row in the middle. */
	{ __LINE__, "UPDATE audit_log SET at = at + 1 WHERE seq = " MIDDLE, 4 },
	{ __LINE__, "UPDATE audit_log SET actor_id = '' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__,
	    "UPDATE audit_log SET actor_kind = 'key' WHERE seq = " MIDDLE, 4 },
	{ __LINE__, "UPDATE audit_log SET token_id = NULL WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET token_id = '' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET request_id = 'x' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET family = 'px0' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET entity = 'team' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET entity_id = 'x' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__, "UPDATE audit_log SET prompt_id = '' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__,
	    "UPDATE audit_log SET action = 'UPDATE' WHERE seq = " MIDDLE, 4 },
	{ __LINE__, "UPDATE audit_log SET changes = '{}' WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__,
	    "UPDATE audit_log SET prev_hash = zeroblob(32) WHERE seq = " MIDDLE,
	    4 },
	{ __LINE__,
	    "UPDATE audit_log SET hash = zeroblob(32) WHERE seq = " MIDDLE, 4 },
	{ __LINE__, "UPDATE audit_log SET hash = x'' WHERE seq = " MIDDLE, 4 },
	/* Bytes moved from one column into its neighbour. */
	{ __LINE__,
	    "UPDATE audit_log SET entity = 'organisationorg-3', entity_id = ''"
	    "WHERE seq = " MIDDLE,
	    4 },
	/* The ends. */
	{ __LINE__, "UPDATE audit_log SET actor_id = 'x' WHERE seq = 1", 1 },
	{ __LINE__, "UPDATE audit_log SET actor_id = 'x' WHERE seq = 7", 7 },
	{ __LINE__, "UPDATE installation SET genesis = zeroblob(32)", 1 },
	/* Rows removed: one, several, the first. */
	{ __LINE__, "DELETE FROM audit_log WHERE seq = " MIDDLE, 5 },
	{ __LINE__, "DELETE FROM audit_log WHERE seq BETWEEN 2 AND 5", 6 },
	{ __LINE__, "DELETE FROM audit_log WHERE seq = 1", 2 },
	/* One removed and the gap closed. */
	{ __LINE__,
	    "DELETE FROM audit_log WHERE seq = 4;"
	    "UPDATE audit_log SET seq = seq - 1 WHERE seq > 4",
	    4 },
	/* A row put in: before the first, and in the middle, with room made. */
	{ __LINE__,
	    "INSERT INTO audit_log SELECT 0, at, actor_id, actor_kind, "
	    "token_id,"
	    "request_id, family, entity, entity_id, prompt_id, action, changes,"
	    "prev_hash, hash FROM audit_log WHERE seq = 1",
	    0 },
	{ __LINE__,
	    "UPDATE audit_log SET seq = -seq WHERE seq > 4;"
	    "UPDATE audit_log SET seq = 1 - seq WHERE seq < 0;"
	    "INSERT INTO audit_log SELECT 5, at, actor_id, actor_kind, "
	    "token_id,"
	    "request_id, family, entity, entity_id, prompt_id, action, changes,"
	    "prev_hash, hash FROM audit_log WHERE seq = 4",
	    5 },
	/* Two rows change places. */
	{ __LINE__,
	    "UPDATE audit_log SET seq = -1 WHERE seq = 3;"
	    "UPDATE audit_log SET seq = 3 WHERE seq = 4;"
	    "UPDATE audit_log SET seq = 4 WHERE seq = -1",
	    3 },
};

static int64_t
first_broken(const char *sql)
{
	struct audit_report report;
	struct scratch *s;
	int64_t seq;
	void *state;

	assert_int_equal(setup(&state), 0);
	s = state;
	tamper(s, sql);
	report = report_on(s);
	seq = report.reason == NULL ? -1 : report.broken_seq;
	scratch_teardown(&state);
	return seq;
}

static void
every_change_is_found_at_the_first_row_it_touches(void **state)
{
	int64_t seq;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		seq = first_broken(cases[i].sql);
		if (seq != cases[i].broken_seq)
			fail_msg(
			    "line %d: row %lld", cases[i].line, (long long)seq);
	}
}

static void
a_truncated_end_shows_only_against_a_head_kept_elsewhere(void **state)
{
	struct scratch *s = *state;
	struct audit_report before = report_on(s), after;

	tamper(s, "DELETE FROM audit_log WHERE seq > 5");
	after = report_on(s);
	assert_null(after.reason);
	assert_int_equal(after.rows, 5);
	assert_string_not_equal(after.head, before.head);
}

static void
the_chain_goes_on_after_a_break_without_healing_it(void **state)
{
	struct scratch *s = *state;
	struct audit_report report;

	tamper(s, "UPDATE audit_log SET actor_id = 'x' WHERE seq = " MIDDLE);
	scratch_write(s,
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('later', 'name', 0)");
	report = report_on(s);
	assert_int_equal(report.broken_seq, 4);
	assert_int_equal(report.rows, 3);
}

static enum err
drop_genesis(struct txn *t, void *report)
{
	enum err err = scratch_exec(t,
	    "DROP TRIGGER installation_before_delete_refuse;"
	    "DELETE FROM installation");

	return err == ERR_NONE ? audit_verify(t, NULL, report) : err;
}

static void
a_missing_genesis_is_a_failure_of_its_own(void **state)
{
	struct scratch *s = *state;
	struct audit_report report;

	assert_int_equal(
	    scratch_run(s, TXN_WRITE, drop_genesis, &report), ERR_INTERNAL);
	assert_string_equal(s->failure.detail, "the genesis is missing");
}

static void
the_log_refuses_changes_even_to_its_own_program(void **state)
{
	static const char *const refused[] = {
		"UPDATE audit_log SET actor_id = 'x'",
		"DELETE FROM audit_log",
		"DELETE FROM audit_log WHERE seq = 7",
		"UPDATE installation SET genesis = zeroblob(32)",
		"DELETE FROM installation",
	};
	struct scratch *s = *state;
	size_t i;

	for (i = 0; i < COUNT(refused); i++)
		assert_int_equal(scratch_run(s, TXN_WRITE, scratch_run_sql,
				     arena_text(s->arena, refused[i])),
		    ERR_INTERNAL);
	assert_int_equal(report_on(s).rows, ROWS);
	assert_null(report_on(s).reason);
}

#define chain_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		chain_test(a_whole_chain_holds_and_tells_its_head),
		scratch_test(the_head_of_an_empty_log_is_the_genesis),
		cmocka_unit_test(
		    every_change_is_found_at_the_first_row_it_touches),
		chain_test(
		    a_truncated_end_shows_only_against_a_head_kept_elsewhere),
		chain_test(the_chain_goes_on_after_a_break_without_healing_it),
		chain_test(a_missing_genesis_is_a_failure_of_its_own),
		chain_test(the_log_refuses_changes_even_to_its_own_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
