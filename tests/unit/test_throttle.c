/* SPDX-License-Identifier: MIT */
#include "domain/throttle.h"

#include "scratch.h"

#define NOW_MS 1000000
#define TRY_MS 90000

/* Ten tries in a quarter of an hour: one every 90 seconds. */
static const struct throttle rule = { "login", 10, 900000 };

struct attempt {
	const struct throttle *rule;
	const char *subject;
};

static enum err
take(struct txn *t, void *arg)
{
	const struct attempt *a = arg;

	return throttle_take(t, a->rule, a->subject);
}

static enum err
check(struct txn *t, void *arg)
{
	const struct attempt *a = arg;

	return throttle_check(t, a->rule, a->subject);
}

static enum err
try_at(struct scratch *s, int64_t now_ms, const struct throttle *r,
    const char *subject)
{
	struct attempt a = { r, subject };
	enum err asked, taken;

	s->call.now_ms = now_ms;
	asked = scratch_run(s, TXN_READ, check, &a);
	taken = scratch_run(s, TXN_WRITE, take, &a);
	assert_int_equal(asked, taken);
	return taken;
}

static void
spend(struct scratch *s, const char *subject)
{
	int i;

	for (i = 0; i < 10; i++)
		assert_int_equal(try_at(s, NOW_MS, &rule, subject), ERR_NONE);
}

static void
a_full_stock_has_all_its_tries_at_once(void **state)
{
	struct scratch *s = *state;

	spend(s, "ann");
	assert_int_equal(try_at(s, NOW_MS, &rule, "ann"), ERR_THROTTLED);
	assert_string_equal(s->failure.detail, "90");
}

static void
a_try_comes_back_at_its_time_to_the_millisecond(void **state)
{
	struct scratch *s = *state;
	int64_t at = NOW_MS + TRY_MS;

	spend(s, "ann");
	assert_int_equal(try_at(s, at - 1, &rule, "ann"), ERR_THROTTLED);
	assert_string_equal(s->failure.detail, "1");
	assert_int_equal(try_at(s, at, &rule, "ann"), ERR_NONE);
	assert_int_equal(try_at(s, at, &rule, "ann"), ERR_THROTTLED);
}

static void
a_refused_try_costs_nothing(void **state)
{
	struct scratch *s = *state;
	int i;

	spend(s, "ann");
	for (i = 0; i < 100; i++)
		try_at(s, NOW_MS, &rule, "ann");
	assert_int_equal(try_at(s, NOW_MS + TRY_MS, &rule, "ann"), ERR_NONE);
}

static void
subjects_and_deeds_are_counted_apart(void **state)
{
	struct throttle other = { "sign up", 10, 900000 };
	struct scratch *s = *state;

	spend(s, "ann");
	assert_int_equal(try_at(s, NOW_MS, &rule, "bob"), ERR_NONE);
	assert_int_equal(try_at(s, NOW_MS, &other, "ann"), ERR_NONE);
}

static void
no_limit_and_no_subject_refuse_nobody(void **state)
{
	struct throttle unlimited = { "login", 0, 900000 };
	struct throttle once = { "login", 1, 900000 };
	struct scratch *s = *state;
	int i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    try_at(s, NOW_MS, &unlimited, "ann"), ERR_NONE);
		assert_int_equal(try_at(s, NOW_MS, &once, NULL), ERR_NONE);
		assert_int_equal(try_at(s, NOW_MS, &once, ""), ERR_NONE);
	}
}

static void
full_stocks_leave_no_row(void **state)
{
	struct scratch *s = *state;

	spend(s, "ann");
	assert_int_equal(try_at(s, NOW_MS + 900000, &rule, "bob"), ERR_NONE);
	assert_int_equal(scratch_number(s, "SELECT COUNT(*) FROM throttle"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_full_stock_has_all_its_tries_at_once),
		scratch_test(a_try_comes_back_at_its_time_to_the_millisecond),
		scratch_test(a_refused_try_costs_nothing),
		scratch_test(subjects_and_deeds_are_counted_apart),
		scratch_test(no_limit_and_no_subject_refuse_nobody),
		scratch_test(full_stocks_leave_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
