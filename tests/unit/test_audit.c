/* SPDX-License-Identifier: MIT */
/*
 * The audit triggers and the chain, on a store of its own for each test.
 */
#include "domain/audit.h"
#include "domain/prompt.h"
#include "store/connection.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

struct fixture {
	char dir[64];
	char path[96];
	struct store *store;
	struct connection *connection; /* beside the store's own, as u1 */
	struct arena *arena;
	struct failure failure;
};

static const struct recorder somebody = {
	.actor_id = "u1",
	.actor_kind = "operator",
	.request_id = "r1",
	.family = "cli",
	.at_ms = 1000,
};

/* One row of every table with user data, parents first; what is given is
 * never NULL, so that each column shows in the record. */
static const struct {
	const char *table;
	const char *insert;
	const char *update; /* NULL: rows of this table never change */
	const char *delete;
} cases[] = {
	{ "organisation", "INSERT INTO organisation VALUES ('o1', 'O', 1)",
	    "UPDATE organisation SET name = 'P'",
	    "DELETE FROM organisation WHERE id = 'o1'" },
	{ "team", "INSERT INTO team VALUES ('t1', 'o1', 'T', 1)",
	    "UPDATE team SET name = 'U'", "DELETE FROM team WHERE id = 't1'" },
	{ "user",
	    "INSERT INTO user VALUES ('u1', 'A@b.cd', 'a@b.cd', 'A', 'h', "
	    "'admin', 1, 1, 1)",
	    "UPDATE user SET name = 'B'", "DELETE FROM user WHERE id = 'u1'" },
	{ "membership",
	    "INSERT INTO membership VALUES ('t1', 'u1', 'viewer', 1)",
	    "UPDATE membership SET role = 'admin'", "DELETE FROM membership" },
	{ "project", "INSERT INTO project VALUES ('j1', 't1', 'J', 'j', 1)",
	    "UPDATE project SET name = 'K'",
	    "DELETE FROM project WHERE id = 'j1'" },
	{ "token",
	    "INSERT INTO token VALUES (x'01', 'k1', 'u1', 'key', 'K', 'all', "
	    "'prompts:read', 'o1', 1, 2, 3)",
	    "UPDATE token SET name = 'L'", "DELETE FROM token" },
	{ "access_token",
	    "INSERT INTO access_token VALUES (x'01', 'a1', 'k1', "
	    "'prompts:read', 1, 2000)",
	    NULL, "DELETE FROM access_token" },
	{ "jwt_subject",
	    "INSERT INTO jwt_subject VALUES ('s1', 'https://i', 'S', 'u1', 1)",
	    NULL, "DELETE FROM jwt_subject" },
	{ "token_team", "INSERT INTO token_team VALUES ('k1', 't1')", NULL,
	    "DELETE FROM token_team" },
	{ "asset",
	    "INSERT INTO asset VALUES ('a1', x'02', 'audio/wav', 1, 2, 3, 4, "
	    "'pcm', 5, 'u1')",
	    "UPDATE asset SET codec = 'other'", "DELETE FROM asset" },
	{ "prompt",
	    "INSERT INTO prompt VALUES ('p1', 'asset', 'j1', 'u1', 's', 'N', "
	    "'D', 'active', 1, 1, 1, 'C \"quoted\"', 'S', 'M', '{}', '[]', "
	    "'parser', 'ss', '/r', '[]', 't', 'of', '[]', '{}', '{}', 'a1', "
	    "'f.wav', 1, 'u1', 2, 'u1', 1)",
	    "UPDATE prompt SET name = 'Nn'", "DELETE FROM prompt" },
	{ "prompt_version",
	    "INSERT INTO prompt_version VALUES ('p1', 2, 'v2', 'draft', 'N', "
	    "'D', 1, 'C', 'S', 'M', '{}', '[]', 'parser', 'ss', '/r', '[]', "
	    "'t', 'of', '[]', '{}', 'a1', 'f.wav', 'why', 'u1', 1, 2)",
	    "UPDATE prompt_version SET content = 'Cc'",
	    "DELETE FROM prompt_version" },
	{ "version_tag", "INSERT INTO version_tag VALUES ('p1', 'prod', 2, 1)",
	    "UPDATE version_tag SET tag = 'test'", "DELETE FROM version_tag" },
	{ "payload",
	    "INSERT INTO payload VALUES ('y1', 'p1', 'N', '{\"a\":1}', 1, 2, "
	    "3)",
	    "UPDATE payload SET variables = '{}'", "DELETE FROM payload" },
	{ "run_log",
	    "INSERT INTO run_log VALUES ('l1', 'p1', 'O', 'M', 'n', 7, 1)",
	    "UPDATE run_log SET score = 8", "DELETE FROM run_log" },
	{ "comment",
	    "INSERT INTO comment VALUES ('c1', 'p1', NULL, 'C', 'u1', 1, 2)",
	    "UPDATE comment SET content = 'Cc'", "DELETE FROM comment" },
	{ "upload_request",
	    "INSERT INTO upload_request VALUES ('w1', 'u1', '[]', 'a1', 'p1', "
	    "x'03', 1, 2, 3)",
	    "UPDATE upload_request SET expires_at = 4",
	    "DELETE FROM upload_request" },
	{ "prompt_flow",
	    "INSERT INTO prompt_flow VALUES ('p1', 'f1', '{}', '{}', 1)",
	    "UPDATE prompt_flow SET draft_version = '{\"a\":1}'",
	    "DELETE FROM prompt_flow" },
	{ "external_reference",
	    "INSERT INTO external_reference VALUES "
	    "('csv', 'prompt', 'x1', 'p1', NULL, 1)",
	    NULL, "DELETE FROM external_reference" },
};

#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_options options = { .dir = f->dir, .lock_ms = 5000 };
	struct connection_options raw = { .path = f->path,
		.mode = CONNECTION_WRITE };
	bool fresh;

	strcpy(f->dir, "/tmp/promptledger-audit-XXXXXX");
	if (mkdtemp(f->dir) == NULL ||
	    store_open(&options, &f->store, &fresh, &f->failure) != ERR_NONE)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/promptledger.db", f->dir);
	if (connection_open(&raw, &f->connection, &f->failure) != ERR_NONE)
		return -1;
	f->connection->audit = somebody;
	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[96];

	connection_close(f->connection);
	store_close(f->store);
	arena_free(f->arena);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	free(f);
	return system(command);
}

static void
run(struct fixture *f, const char *sql)
{
	char *message = NULL;

	if (sqlite3_exec(f->connection->db, sql, NULL, NULL, &message) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}

static void
assert_refused(struct fixture *f, const char *sql, const char *reason)
{
	char *message = NULL;

	if (sqlite3_exec(f->connection->db, sql, NULL, NULL, &message) ==
	    SQLITE_OK)
		fail_msg("%s: was not refused", sql);
	if (strstr(message, reason) == NULL)
		fail_msg("%s: %s", sql, message);
	sqlite3_free(message);
}

/* The first column of the first row, in the fixture's arena. */
static const char *
ask(struct fixture *f, const char *sql)
{
	sqlite3_stmt *st;
	const char *text;

	if (sqlite3_prepare_v2(f->connection->db, sql, -1, &st, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->connection->db));
	text = sqlite3_step(st) == SQLITE_ROW
	    ? (const char *)sqlite3_column_text(st, 0)
	    : NULL;
	text = arena_text(f->arena, text == NULL ? "" : text);
	sqlite3_finalize(st);
	return text;
}

#define LAST_ENTRY \
	"SELECT entity || ' ' || action FROM audit_log ORDER BY seq DESC"

/* The last record is of this table and action, and the count-th. */
static void
assert_recorded(
    struct fixture *f, int count, const char *table, const char *action)
{
	assert_string_equal(
	    ask(f, LAST_ENTRY), arena_printf(f->arena, "%s %s", table, action));
	assert_string_equal(ask(f, "SELECT count(*) FROM audit_log"),
	    arena_printf(f->arena, "%d", count));
	assert_string_equal(ask(f,
				"SELECT json_valid(changes) FROM audit_log "
				"ORDER BY seq DESC"),
	    "1");
}

static void
insert_all(struct fixture *f)
{
	size_t i;

	for (i = 0; i < CASE_COUNT; i++)
		run(f, cases[i].insert);
}

static void
every_table_records_each_row_that_comes_changes_and_goes(void **state)
{
	struct fixture *f = *state;
	int count = 0;
	size_t i;

	for (i = 0; i < CASE_COUNT; i++) {
		run(f, cases[i].insert);
		assert_recorded(f, ++count, cases[i].table, "CREATE");
		if (cases[i].update == NULL)
			continue;
		run(f, cases[i].update);
		assert_recorded(f, ++count, cases[i].table, "UPDATE");
	}
	while (i-- > 0) {
		run(f, cases[i].delete);
		assert_recorded(f, ++count, cases[i].table, "DELETE");
	}
}

static void
no_table_with_user_data_is_forgotten(void **state)
{
	struct fixture *f = *state;
	size_t i;

	run(f, "CREATE TEMP TABLE listed (name TEXT)");
	for (i = 0; i < CASE_COUNT; i++)
		run(f,
		    arena_printf(f->arena, "INSERT INTO listed VALUES ('%s')",
			cases[i].table));
	/* What search and totals keep is derived from the prompts, what is
	 * left to be removed from other rows. */
	assert_string_equal(
	    ask(f,
		"SELECT group_concat(name) FROM (SELECT name FROM "
		"sqlite_master "
		"WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
		"AND name NOT LIKE 'search_%' "
		"AND name NOT IN (SELECT name FROM listed) ORDER BY name)"),
	    "asset_archive,asset_leftover,audit_log,audit_signature,"
	    "idempotency,installation,prompt_total,throttle");
}

/* Not in a record: what the record's own columns say, what follows from
 * another column, and when a token was last used. */
#define UNRECORDED                                            \
	"c.name <> 'last_used_at' AND c.name <> 'email_key' " \
	"AND NOT (c.name = 'prompt_id' AND a.prompt_id IS NOT NULL)"

static void
every_column_is_recorded_when_a_row_comes_and_goes(void **state)
{
	static const char *const actions[][2] = {
		{ "CREATE", "$.created" },
		{ "DELETE", "$.deleted" },
	};
	struct fixture *f = *state;
	size_t i, j;

	insert_all(f);
	for (i = CASE_COUNT; i-- > 0;)
		run(f, cases[i].delete);
	for (i = 0; i < CASE_COUNT; i++) {
		for (j = 0; j < 2; j++)
			assert_string_equal(
			    ask(f,
				arena_printf(f->arena,
				    "SELECT group_concat(c.name) "
				    "FROM audit_log AS a, "
				    "pragma_table_info('%s') AS c "
				    "WHERE a.entity = '%s' AND a.action = '%s' "
				    "AND " UNRECORDED
				    " AND json_type(a.changes, "
				    "'%s.' || c.name) IS NULL",
				    cases[i].table, cases[i].table,
				    actions[j][0], actions[j][1])),
			    "");
	}
}

static void
secrets_are_never_recorded(void **state)
{
	struct fixture *f = *state;

	insert_all(f);
	run(f, "UPDATE user SET password_hash = 'another'");
	assert_string_equal(ask(f,
				"SELECT changes FROM audit_log "
				"ORDER BY seq DESC"),
	    "{\"password_hash\":{\"old\":\"changed\",\"new\":\"changed\"}}");
	assert_string_equal(
	    ask(f,
		"SELECT json_extract(changes, "
		"'$.created.digest') FROM audit_log WHERE entity = 'token'"),
	    "changed");
}

static void
an_update_records_what_changed_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	insert_all(f);
	run(f,
	    "UPDATE prompt SET content = 'a\"b' || char(10) || 'c\\d', "
	    "tags = '[\"x\"]', section = NULL, is_active = 0");
	assert_string_equal(ask(f,
				"SELECT changes FROM audit_log "
				"ORDER BY seq DESC"),
	    "{\"is_active\":{\"old\":1,\"new\":0},"
	    "\"content\":{\"old\":\"C \\\"quoted\\\"\","
	    "\"new\":\"a\\\"b\\u000ac\\\\d\"},"
	    "\"tags\":{\"old\":[],\"new\":[\"x\"]},"
	    "\"section\":{\"old\":\"parser\",\"new\":null}}");
}

static void
a_write_without_an_actor_is_refused(void **state)
{
	struct fixture *f = *state;
	size_t i;

	insert_all(f);
	memset(&f->connection->audit, 0, sizeof(f->connection->audit));
	for (i = 0; i < CASE_COUNT; i++) {
		if (cases[i].update != NULL)
			assert_refused(f, cases[i].update, "audit_actor");
		assert_refused(f, cases[i].delete, "audit_actor");
	}
	assert_refused(
	    f, "INSERT INTO organisation VALUES ('o2', 'O', 1)", "audit_actor");
	assert_string_equal(ask(f, "SELECT name FROM prompt"), "N");
}

static void
a_shell_without_our_functions_can_change_nothing(void **state)
{
	struct fixture *f = *state;
	sqlite3 *shell;

	insert_all(f);
	assert_int_equal(sqlite3_open(f->path, &shell), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(shell, "UPDATE prompt SET name = 'X'",
				 NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(
	    sqlite3_exec(shell, "DELETE FROM payload", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(shell);
}

static void
the_audit_log_is_never_changed(void **state)
{
	struct fixture *f = *state;

	insert_all(f);
	assert_refused(f, "UPDATE audit_log SET actor_id = 'u2'",
	    "rows are never changed");
	assert_refused(f, "DELETE FROM audit_log", "rows are never deleted");
	assert_refused(f, "UPDATE installation SET genesis = x'00'",
	    "the genesis is never changed");
	assert_refused(
	    f, "DELETE FROM installation", "the row is never deleted");
}

static void
what_was_released_is_never_rewritten(void **state)
{
	struct fixture *f = *state;

	insert_all(f);
	run(f, "UPDATE prompt_version SET state = 'released'");
	assert_refused(f, "UPDATE prompt_version SET content = 'other'",
	    "never rewritten");
	assert_refused(
	    f, "UPDATE prompt_version SET state = 'draft'", "never rewritten");
	run(f, "UPDATE prompt_version SET state = 'archived'");
}

/*
 * The chain.
 */

static enum err
verify(struct txn *t, void *report)
{
	return audit_verify(t, NULL, report);
}

static struct audit_report
walk(struct fixture *f)
{
	struct audit_report report;
	struct txn_call call;

	txn_call_init(&call, f->arena, &f->failure);
	assert_int_equal(
	    txn_run(f->store, TXN_READ, verify, &report, &call), ERR_NONE);
	return report;
}

static void
the_chain_holds(void **state)
{
	struct fixture *f = *state;
	struct audit_report report;

	insert_all(f);
	report = walk(f);
	assert_null(report.reason);
	assert_int_equal(report.rows, CASE_COUNT);
	assert_string_equal(report.head,
	    ask(f,
		"SELECT lower(hex(hash)) "
		"FROM audit_log ORDER BY seq DESC"));
}

static void
a_tampered_row_breaks_the_chain(void **state)
{
	static const char *const tampers[] = {
		"UPDATE audit_log SET changes = '{}' WHERE seq = 5",
		"UPDATE audit_log SET actor_id = 'u2' WHERE seq = 5",
		"UPDATE audit_log SET at = at + 1 WHERE seq = 5",
		"UPDATE audit_log SET token_id = '' WHERE seq = 5",
		"UPDATE audit_log SET prompt_id = 'p1' WHERE seq = 5",
		"UPDATE audit_log SET prev_hash = zeroblob(32) WHERE seq = 5",
		"UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 5",
		/* The bytes of two neighbours, parted elsewhere. */
		"UPDATE audit_log SET request_id = 'r', family = '1cli' "
		"WHERE seq = 5",
		"DELETE FROM audit_log WHERE seq = 5",
	};
	struct fixture *f = *state;
	struct audit_report report;
	size_t i;

	insert_all(f);
	run(f,
	    "DROP TRIGGER audit_log_before_update_refuse; "
	    "DROP TRIGGER audit_log_before_delete_refuse; "
	    "CREATE TEMP TABLE kept AS SELECT * FROM audit_log WHERE seq = 5");
	for (i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
		run(f, tampers[i]);
		report = walk(f);
		if (report.reason == NULL)
			fail_msg("unseen: %s", tampers[i]);
		assert_int_equal(report.rows, 4);
		run(f,
		    "DELETE FROM audit_log WHERE seq = 5; "
		    "INSERT INTO audit_log SELECT * FROM kept");
		assert_null(walk(f).reason);
	}
}

/*
 * Deeds and their records, through the domain.
 */

struct deed {
	const char *prompt_id;
	struct prompt_patch patch;
};

static enum err
make_prompt(struct txn *t, void *arg)
{
	struct prompt first = {
		.project_id = "j1",
		.owner_id = "u1",
		.name = "Made",
		.content = "C",
		.version = 1,
	};
	struct deed *deed = arg;
	struct prompt p;
	enum err err = prompt_create(t, &first, &p);

	if (err == ERR_NONE)
		deed->prompt_id = p.id;
	return err;
}

static enum err
change_prompt(struct txn *t, void *arg)
{
	const struct deed *deed = arg;
	struct prompt p;
	enum err err = prompt_find(t, deed->prompt_id, &p);

	return err != ERR_NONE ? err
			       : prompt_update(t, &p, &deed->patch, "u1", &p);
}

static enum err
delete_prompt(struct txn *t, void *arg)
{
	const struct deed *deed = arg;

	return prompt_delete(t, deed->prompt_id);
}

static void
act(struct fixture *f, txn_fn *fn, struct deed *deed)
{
	struct txn_call call;

	txn_call_init(&call, f->arena, &f->failure);
	call.actor = (struct txn_actor){
		.id = "u1",
		.kind = "user",
		.token_id = "k1",
		.request_id = "r2",
		.family = "promptcrafter",
	};
	assert_int_equal(
	    txn_run(f->store, TXN_WRITE, fn, deed, &call), ERR_NONE);
}

static void
one_update_of_a_prompt_writes_one_record(void **state)
{
	struct fixture *f = *state;
	struct deed deed = {
		.patch = { .name = { GIVEN_VALUE, "Changed" } },
	};

	insert_all(f);
	act(f, make_prompt, &deed);
	assert_recorded(f, CASE_COUNT + 1, "prompt", "CREATE");
	act(f, change_prompt, &deed);
	assert_recorded(f, CASE_COUNT + 2, "prompt", "UPDATE");
	assert_string_equal(ask(f,
				"SELECT changes FROM audit_log "
				"ORDER BY seq DESC"),
	    "{\"name\":{\"old\":\"Made\",\"new\":\"Changed\"},"
	    "\"version\":{\"old\":1,\"new\":2}}");
	assert_string_equal(
	    ask(f,
		"SELECT actor_id || actor_kind || token_id "
		"|| request_id || family FROM audit_log ORDER BY seq DESC"),
	    "u1userk1r2promptcrafter");
	assert_string_equal(
	    ask(f,
		"SELECT group_concat(version) FROM "
		"prompt_version WHERE name IN ('Made', 'Changed')"),
	    "1,2");
}

static void
deleting_a_prompt_records_each_child_and_the_prompt_last(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .prompt_id = "p1" };

	insert_all(f);
	run(f,
	    "INSERT INTO comment VALUES ('c2', 'p1', 'c1', 'R', 'u1', 1, 2); "
	    "INSERT INTO payload VALUES ('y2', 'p1', NULL, '{}', 1, 2, 1)");
	act(f, delete_prompt, &deed);
	assert_string_equal(
	    ask(f,
		"SELECT group_concat(entity || entity_id) "
		"FROM (SELECT entity, entity_id FROM audit_log "
		"WHERE action = 'DELETE' ORDER BY entity = 'prompt', entity, "
		"entity_id)"),
	    "commentc1,commentc2,external_referencecsv/prompt/"
	    "x1,payloady1,payloady2,prompt_flowp1/f1,"
	    "prompt_versionv2,run_logl1,version_tagp1/prod,promptp1");
	assert_recorded(f, CASE_COUNT + 12, "prompt", "DELETE");
	assert_string_equal(ask(f,
				"SELECT group_concat(change_type) "
				"FROM prompt_changes WHERE prompt_id = 'p1'"),
	    "DELETE");
	assert_string_equal(ask(f,
				"SELECT count(*) FROM audit_log "
				"WHERE prompt_id = 'p1' AND action = 'CREATE'"),
	    "10");
	assert_null(walk(f).reason);
}

static void
a_failed_deed_leaves_no_record(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .prompt_id = "no such prompt" };
	struct txn_call call;

	insert_all(f);
	txn_call_init(&call, f->arena, &f->failure);
	call.actor = (struct txn_actor){ .id = "u1",
		.kind = "user",
		.request_id = "r3",
		.family = "admin" };
	assert_int_equal(
	    txn_run(f->store, TXN_WRITE, delete_prompt, &deed, &call),
	    ERR_PROMPT_UNKNOWN);
	assert_string_equal(ask(f, "SELECT count(*) FROM audit_log"),
	    arena_printf(f->arena, "%zu", CASE_COUNT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_table_records_each_row_that_comes_changes_and_goes),
		TEST(no_table_with_user_data_is_forgotten),
		TEST(every_column_is_recorded_when_a_row_comes_and_goes),
		TEST(secrets_are_never_recorded),
		TEST(an_update_records_what_changed_and_nothing_else),
		TEST(a_write_without_an_actor_is_refused),
		TEST(a_shell_without_our_functions_can_change_nothing),
		TEST(the_audit_log_is_never_changed),
		TEST(what_was_released_is_never_rewritten),
		TEST(the_chain_holds),
		TEST(a_tampered_row_breaks_the_chain),
		TEST(one_update_of_a_prompt_writes_one_record),
		TEST(deleting_a_prompt_records_each_child_and_the_prompt_last),
		TEST(a_failed_deed_leaves_no_record),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
