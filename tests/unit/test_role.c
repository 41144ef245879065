/* SPDX-License-Identifier: MIT */
#include "domain/role.h"

#include "domain/project.h"
#include "scratch.h"

struct change {
	const char *email;
	const char *role;
	struct user user;
};

static enum err
settle(struct txn *t, void *change)
{
	struct change *c = change;
	struct user_new user = {
		.email = c->email,
		.name = c->email,
		.role = c->role,
	};
	enum err err = user_create(t, &user, &c->user);

	return err == ERR_NONE ? role_settle(t, &c->user) : err;
}

static enum err
change_role(struct txn *t, void *change)
{
	struct change *c = change;
	struct user user;
	enum err err = user_find_by_email(t, c->email, &user);

	return err == ERR_NONE ? role_change(t, &user, c->role, &c->user) : err;
}

static enum err
make(struct scratch *s, const char *email, const char *role)
{
	struct change c = { .email = email, .role = role };

	return scratch_run(s, TXN_WRITE, settle, &c);
}

static enum err
give(struct scratch *s, const char *email, const char *role)
{
	struct change c = { .email = email, .role = role };
	enum err err = scratch_run(s, TXN_WRITE, change_role, &c);

	if (err == ERR_NONE)
		assert_string_equal(c.user.role, role);
	return err;
}

static void
only_four_roles_are_known(void **state)
{
	(void)state;
	assert_true(role_is_known("admin"));
	assert_true(role_is_known("editor"));
	assert_true(role_is_known("viewer"));
	assert_true(role_is_known("member"));
	assert_false(role_is_known(""));
	assert_false(role_is_known("none"));
	assert_false(role_is_known("Admin"));
}

static const char place[] = "SELECT m.role FROM membership AS m"
			    " JOIN user AS u ON u.id = m.user_id"
			    " JOIN installation AS i ON i.team_id = m.team_id"
			    " WHERE u.email = 'ada@example.org'";
static const char homes[] = "SELECT count(*) FROM membership AS m"
			    " JOIN user AS u ON u.id = m.user_id"
			    " JOIN installation AS i ON i.team_id <> m.team_id"
			    " WHERE u.email = 'ada@example.org'"
			    " AND m.role = 'admin'";
static const char is_admin[] = "SELECT is_admin FROM user"
			       " WHERE email = 'ada@example.org'";

static void
the_place_follows_the_role(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(make(s, "bob@example.org", "admin"), ERR_NONE);
	assert_int_equal(make(s, "ada@example.org", "viewer"), ERR_NONE);
	scratch_assert_text(s, place, "viewer");
	assert_int_equal(scratch_number(s, homes), 0);
	assert_int_equal(give(s, "ada@example.org", "admin"), ERR_NONE);
	scratch_assert_text(s, place, "admin");
	assert_int_equal(scratch_number(s, is_admin), 1);
	assert_int_equal(give(s, "ada@example.org", "editor"), ERR_NONE);
	scratch_assert_text(s, place, "editor");
	assert_int_equal(scratch_number(s, is_admin), 0);
	assert_int_equal(give(s, "ada@example.org", "member"), ERR_NONE);
	scratch_assert_text(s, place, "");
	assert_int_equal(scratch_number(s, homes), 1);
	assert_int_equal(scratch_number(s, is_admin), 1);
	assert_int_equal(give(s, "ada@example.org", "viewer"), ERR_NONE);
	scratch_assert_text(s, place, "viewer");
	assert_int_equal(give(s, "ada@example.org", "member"), ERR_NONE);
	assert_int_equal(scratch_number(s, homes), 1);
}

static void
the_same_role_puts_an_operator_back_to_his_place(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(make(s, "ada@example.org", "admin"), ERR_NONE);
	scratch_write(s, "DELETE FROM membership");
	assert_int_equal(give(s, "ada@example.org", "admin"), ERR_NONE);
	scratch_assert_text(s, place, "admin");
}

static void
a_member_whom_the_installations_team_took_in_stays_in_it(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(make(s, "bob@example.org", "admin"), ERR_NONE);
	assert_int_equal(make(s, "ada@example.org", "member"), ERR_NONE);
	scratch_write(s,
	    "INSERT INTO membership (team_id, user_id, role, created_at)"
	    " SELECT i.team_id, u.id, 'editor', 0 FROM installation AS i, user"
	    " AS u WHERE u.email = 'ada@example.org'");
	assert_int_equal(give(s, "ada@example.org", "member"), ERR_NONE);
	scratch_assert_text(s, place, "editor");
}

static void
the_last_admin_stays_one(void **state)
{
	struct scratch *s = *state;
	int64_t rows;

	assert_int_equal(make(s, "ada@example.org", "admin"), ERR_NONE);
	assert_int_equal(make(s, "bob@example.org", "editor"), ERR_NONE);
	rows = scratch_number(s, "SELECT count(*) FROM audit_log");
	assert_int_equal(give(s, "ada@example.org", "member"), ERR_LAST_ADMIN);
	assert_int_equal(s->failure.code, ERR_LAST_ADMIN);
	scratch_assert_text(s, place, "admin");
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM audit_log"), rows);
	assert_int_equal(give(s, "bob@example.org", "admin"), ERR_NONE);
	assert_int_equal(give(s, "ada@example.org", "member"), ERR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_four_roles_are_known),
		scratch_test(the_place_follows_the_role),
		scratch_test(the_same_role_puts_an_operator_back_to_his_place),
		scratch_test(
		    a_member_whom_the_installations_team_took_in_stays_in_it),
		scratch_test(the_last_admin_stays_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
