/* SPDX-License-Identifier: MIT */
#include "domain/run_log.h"

#include "scratch.h"

static int
setup(void **state)
{
	struct scratch *s;

	if (scratch_setup(state) != 0)
		return -1;
	s = *state;
	s->call.now_ms = 1000;
	scratch_write(s,
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
	    "VALUES ('one', 'p', 'ada', 'one', 'One', 0, 'ada', 0, 'ada')");
	return 0;
}

struct step {
	struct run_log first;
	const char *id;
	struct run_log out;
};

static enum err
create(struct txn *t, void *step)
{
	struct step *o = step;

	return run_log_create(t, &o->first, &o->out);
}

static enum err
find(struct txn *t, void *step)
{
	struct step *o = step;

	return run_log_find(t, o->id, &o->out);
}

static enum err
remove_one(struct txn *t, void *step)
{
	struct step *o = step;

	return run_log_delete(t, o->id);
}

static struct run_log
make(struct scratch *s, const char *notes, struct given_integer score)
{
	struct step o = { .first = { .prompt_id = "one",
			      .output = "said",
			      .model_used = "m",
			      .notes = notes,
			      .score = score } };

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NONE);
	return o.out;
}

static void
a_log_is_found_as_it_was_made(void **state)
{
	struct scratch *s = *state;
	struct run_log made =
	    make(s, "notes", (struct given_integer){ GIVEN_VALUE, 0 });
	struct step o = { .id = made.id };

	assert_int_equal(scratch_run(s, TXN_READ, find, &o), ERR_NONE);
	assert_string_equal(o.out.id, made.id);
	assert_string_equal(o.out.prompt_id, "one");
	assert_string_equal(o.out.owner_id, "ada");
	assert_string_equal(o.out.output, "said");
	assert_string_equal(o.out.model_used, "m");
	assert_string_equal(o.out.notes, "notes");
	assert_int_equal(o.out.score.given, GIVEN_VALUE);
	assert_int_equal(o.out.score.value, 0);
	assert_int_equal(o.out.created_at, 1000);
}

static void
notes_and_score_may_be_absent(void **state)
{
	struct run_log made =
	    make(*state, NULL, (struct given_integer){ GIVEN_NOT, 0 });

	assert_null(made.notes);
	assert_int_equal(made.score.given, GIVEN_NOT);
}

static void
a_deleted_log_is_gone_and_stays_in_the_audit_log(void **state)
{
	struct scratch *s = *state;
	struct run_log made =
	    make(s, NULL, (struct given_integer){ GIVEN_VALUE, 7 });
	struct step o = { .id = made.id };

	assert_int_equal(scratch_run(s, TXN_WRITE, remove_one, &o), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, remove_one, &o), ERR_LOG_UNKNOWN);
	assert_int_equal(scratch_run(s, TXN_READ, find, &o), ERR_LOG_UNKNOWN);
	scratch_assert_text(s,
	    "SELECT action || json_extract(changes, '$.deleted.score')"
	    " FROM audit_log WHERE entity = 'run_log' ORDER BY seq DESC",
	    "DELETE7");
}

static void
logs_go_with_their_prompt(void **state)
{
	struct scratch *s = *state;

	make(s, NULL, (struct given_integer){ GIVEN_NOT, 0 });
	scratch_write(s, "DELETE FROM prompt WHERE id = 'one'");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM run_log"), 0);
}

#define run_log_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		run_log_test(a_log_is_found_as_it_was_made),
		run_log_test(notes_and_score_may_be_absent),
		run_log_test(a_deleted_log_is_gone_and_stays_in_the_audit_log),
		run_log_test(logs_go_with_their_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
