/* SPDX-License-Identifier: MIT */
#include "domain/flow.h"
#include "domain/recording.h"

#include "base/text.h"
#include "scratch.h"

#define DIGEST                             \
	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"

/* Recordings of the same moment, one later, one without sound, and a text. */
static int
setup(void **state)
{
	if (scratch_setup(state) != 0)
		return -1;
	scratch_write(*state,
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'editor', 0),"
	    "('bob', 'b', 'b', 'Bob', 'editor', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('p', 't', 'p', 'p', 0);"
	    "INSERT INTO asset (id, sha256, media_type, size_bytes,"
	    " duration_ms, sample_rate, channels, codec, created_at)"
	    "VALUES ('s', x'" DIGEST
	    "', 'audio/wav', 44, 9, 8000, 2, 'alaw', 0);"
	    "INSERT INTO prompt (id, kind, project_id, owner_id, slug, name,"
	    " description, asset_id, created_at, created_by, updated_at,"
	    " updated_by)"
	    "VALUES"
	    "('1', 'asset', 'p', 'ada', '1', 'b', '10% off', 's', 5, 'ada',"
	    " 9, 'bob'),"
	    "('2', 'asset', 'p', 'ada', '2', 'a', 'ÄRGER', 's', 5, 'ada',"
	    " 8, 'ada'),"
	    "('3', 'tts', 'p', 'ada', '3', 'B', 'spoken', NULL, 6, 'ada',"
	    " 8, 'ada'),"
	    "('4', 'text', 'p', 'ada', '4', 'b', 'text', NULL, 7, 'ada',"
	    " 7, 'ada')");
	return 0;
}

struct step {
	const char *id;
	struct recording out;
	struct recording_filter filter;
	struct recording_page page;
	int64_t total;
	const char *listed; /* the ids, one after the other */
};

static enum err
find(struct txn *t, void *arg)
{
	struct step *o = arg;

	return recording_find(t, o->id, &o->out);
}

static enum err
list(struct txn *t, void *arg)
{
	struct step *o = arg;
	const char **ids;
	size_t i, count;
	enum err err;

	o->listed = "";
	if ((err = recording_count(t, &o->filter, &o->total)) != ERR_NONE ||
	    (err = recording_list(t, &o->filter, &o->page, &ids, &count)) !=
		ERR_NONE)
		return err;
	for (i = 0; i < count; i++)
		o->listed =
		    arena_printf(txn_arena(t), "%s%s", o->listed, ids[i]);
	return ERR_NONE;
}

static void
a_recording_is_found_with_its_people_and_its_sound(void **state)
{
	struct scratch *s = *state;
	struct step o = { .id = "1" };

	assert_int_equal(scratch_run(s, TXN_READ, find, &o), ERR_NONE);
	assert_string_equal(o.out.prompt.name, "b");
	assert_string_equal(o.out.creator_name, "Ada");
	assert_string_equal(o.out.updater_name, "Bob");
	assert_string_equal(o.out.asset.id, "s");
	assert_int_equal(o.out.asset.sha256[31], 0x1f);
	assert_int_equal(o.out.asset.audio.type, AUDIO_WAV);
	assert_int_equal(o.out.asset.audio.channels, 2);
	assert_string_equal(o.out.asset.audio.codec, "alaw");
}

static void
a_recording_without_sound_has_no_asset(void **state)
{
	struct scratch *s = *state;
	struct step o = { .id = "3" };

	assert_int_equal(scratch_run(s, TXN_READ, find, &o), ERR_NONE);
	assert_null(o.out.asset.id);
	assert_string_equal(o.out.updater_name, "Ada");
}

static void
texts_and_strangers_are_no_recordings(void **state)
{
	static const char *const ids[] = { "4", "5", "", "1'" };
	struct scratch *s = *state;
	struct step o = { 0 };
	size_t i;

	for (i = 0; i < COUNT(ids); i++) {
		o.id = ids[i];
		assert_int_equal(
		    scratch_run(s, TXN_READ, find, &o), ERR_PROMPT_UNKNOWN);
	}
}

static void
every_order_is_total(void **state)
{
	static const char *const expected[RECORDING_ORDER_COUNT] = {
		[RECORDING_BY_NAME] = "321",
		[RECORDING_BY_NAME_DESCENDING] = "123",
		[RECORDING_BY_CREATED_AT] = "123",
		[RECORDING_BY_CREATED_AT_DESCENDING] = "321",
		[RECORDING_BY_UPDATED_AT] = "231",
		[RECORDING_BY_UPDATED_AT_DESCENDING] = "132",
	};
	struct scratch *s = *state;
	struct step o = { .page = { .limit = 9 } };
	size_t i;

	for (i = 0; i < RECORDING_ORDER_COUNT; i++) {
		o.page.order = (enum recording_order)i;
		assert_int_equal(scratch_run(s, TXN_READ, list, &o), ERR_NONE);
		assert_string_equal(o.listed, expected[i]);
		assert_int_equal(o.total, 3);
	}
}

static void
filters_and_pages_cut_the_list(void **state)
{
	static const struct {
		int line;
		struct recording_filter filter;
		int64_t limit, offset, total;
		const char *listed;
	} cases[] = {
		{ __LINE__, { 0 }, 2, 0, 3, "12" },
		{ __LINE__, { 0 }, 2, 2, 3, "3" },
		{ __LINE__, { 0 }, 2, 4, 3, "" },
		{ __LINE__, { .search = "ärg" }, 9, 0, 1, "2" },
		{ __LINE__, { .search = "B" }, 9, 0, 2, "13" },
		{ __LINE__, { .search = "" }, 9, 0, 3, "123" },
		{ __LINE__, { .search = "%" }, 9, 0, 1, "1" },
		{ __LINE__, { .search = "_" }, 9, 0, 0, "" },
		{ __LINE__, { .kind = "tts" }, 9, 0, 1, "3" },
		{ __LINE__, { .kind = "text" }, 9, 0, 0, "" },
		{ __LINE__, { .name = "b" }, 9, 0, 1, "1" },
		{ __LINE__, { .name = "b" }, 1, 1, 1, "" },
		{ __LINE__, { .name = "b", .search = "spoken" }, 9, 0, 0, "" },
		{ __LINE__, { .name = "B", .kind = "asset" }, 9, 0, 0, "" },
		{ __LINE__, { .search = "b", .kind = "tts" }, 9, 0, 1, "3" },
	};
	struct scratch *s = *state;
	struct step o;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		o = (struct step){
			.filter = cases[i].filter,
			.page = { RECORDING_BY_CREATED_AT, cases[i].limit,
			    cases[i].offset },
		};
		assert_int_equal(scratch_run(s, TXN_READ, list, &o), ERR_NONE);
		if (!text_equal(o.listed, cases[i].listed) ||
		    o.total != cases[i].total)
			fail_msg("line %d: %s of %d", cases[i].line, o.listed,
			    (int)o.total);
	}
}

static enum err
explain(struct txn *t, void *arg)
{
	const enum statement *name = arg;
	const char *sql = statement_info(*name)->sql, *plan = "";
	sqlite3_stmt *st = NULL;

	sql = arena_printf(txn_arena(t), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(
	    sqlite3_prepare_v2(t->connection->db, sql, -1, &st, NULL),
	    SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		plan = arena_printf(txn_arena(t), "%s%s\n", plan,
		    (const char *)sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
	if (strstr(plan, " INDEX prompt_voice_") == NULL ||
	    strstr(plan, "TEMP B-TREE") != NULL ||
	    strchr(plan, '\n') != strrchr(plan, '\n'))
		fail_msg("%s: %s", sql, plan);
	return ERR_NONE;
}

/* So that a page costs what it shows, however many texts there are. */
static void
lists_go_along_an_index(void **state)
{
	static const enum statement names[] = {
		STATEMENT_RECORDING_IDS_OF_NAME,
		STATEMENT_RECORDING_IDS_BY_NAME,
		STATEMENT_RECORDING_IDS_BY_NAME_DESCENDING,
		STATEMENT_RECORDING_IDS_BY_CREATED_AT,
		STATEMENT_RECORDING_IDS_BY_CREATED_AT_DESCENDING,
		STATEMENT_RECORDING_IDS_BY_UPDATED_AT,
		STATEMENT_RECORDING_IDS_BY_UPDATED_AT_DESCENDING,
	};
	struct scratch *s = *state;
	enum statement name;
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		name = names[i];
		assert_int_equal(
		    scratch_run(s, TXN_READ, explain, &name), ERR_NONE);
	}
}

/*
 * Flows.
 */

struct told {
	struct flow flow, out;
	const char *ids;
	const char *shown;
};

static enum err
tell(struct txn *t, void *arg)
{
	struct told *o = arg;
	struct flow old;
	enum err err = flow_find(t, o->flow.prompt_id, o->flow.flow_id, &old);

	if (err == ERR_FLOW_UNKNOWN)
		return flow_create(t, &o->flow, &o->out);
	return err != ERR_NONE ? err : flow_update(t, &old, &o->flow, &o->out);
}

static enum err
forget(struct txn *t, void *arg)
{
	struct told *o = arg;

	return flow_delete(t, o->flow.prompt_id, o->flow.flow_id);
}

static enum err
use(struct txn *t, void *arg)
{
	struct told *o = arg;
	struct flow_usage usage;
	struct query q;

	o->shown = "";
	flow_list_usage(&q, t, o->ids);
	while (flow_next_usage(&q, &usage))
		o->shown = arena_printf(txn_arena(t), "%s%s=%d ", o->shown,
		    usage.prompt_id, (int)usage.count);
	return query_end(&q);
}

static void
a_flow_that_says_the_same_is_not_written_again(void **state)
{
	static const char count[] = "SELECT count(*) FROM audit_log";
	struct scratch *s = *state;
	struct told o = { .flow = { "1", "f", "{\"a\":1}", NULL, 0 } };
	int64_t before = scratch_number(s, count);

	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	assert_int_equal(scratch_number(s, count), before + 1);
	o.flow.draft = "{}";
	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	assert_string_equal(o.out.draft, "{}");
	assert_int_equal(scratch_number(s, count), before + 2);
	o.flow.draft = NULL;
	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	scratch_assert_text(s,
	    "SELECT changes FROM audit_log ORDER BY seq DESC LIMIT 1",
	    "{\"draft_version\":{\"old\":{},\"new\":null}}");
	assert_int_equal(scratch_run(s, TXN_WRITE, forget, &o), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, forget, &o), ERR_FLOW_UNKNOWN);
	assert_int_equal(scratch_number(s, count), before + 4);
}

static void
usage_counts_the_flows_of_voice_prompts_once_each(void **state)
{
	struct scratch *s = *state;
	struct told o = { .flow = { "3", "f", "{}", NULL, 0 } };

	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	o.flow.flow_id = "g";
	assert_int_equal(scratch_run(s, TXN_WRITE, tell, &o), ERR_NONE);
	o.ids = "[\"3\",\"4\",\"x\",\"1\",\"3\"]";
	assert_int_equal(scratch_run(s, TXN_READ, use, &o), ERR_NONE);
	assert_string_equal(o.shown, "3=2 1=0 ");
	o.ids = "[]";
	assert_int_equal(scratch_run(s, TXN_READ, use, &o), ERR_NONE);
	assert_string_equal(o.shown, "");
}

#define recording_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		recording_test(
		    a_recording_is_found_with_its_people_and_its_sound),
		recording_test(a_recording_without_sound_has_no_asset),
		recording_test(texts_and_strangers_are_no_recordings),
		recording_test(every_order_is_total),
		recording_test(filters_and_pages_cut_the_list),
		recording_test(lists_go_along_an_index),
		recording_test(a_flow_that_says_the_same_is_not_written_again),
		recording_test(
		    usage_counts_the_flows_of_voice_prompts_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
