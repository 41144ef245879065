/* SPDX-License-Identifier: MIT */
#include "domain/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define READ SCOPE_PROMPT_READ
#define WRITE SCOPE_PROMPT_WRITE
#define DOWNLOAD SCOPE_PROMPT_DOWNLOAD
#define DELETE SCOPE_PROMPT_DELETE

static const struct {
	int line;
	const char *list;
	unsigned scopes; /* 0: refused */
} lists[] = {
	{ __LINE__, "prompts:read", READ },
	{ __LINE__, "prompts:write", WRITE },
	{ __LINE__, "prompts:download", DOWNLOAD },
	{ __LINE__, "prompts:delete", DELETE },
	{ __LINE__, "admin", SCOPE_ADMIN },
	{ __LINE__, "prompts:download prompts:read", READ | DOWNLOAD },
	{ __LINE__, "prompts:read prompts:read", READ },
	{ __LINE__, "", 0 },
	{ __LINE__, " ", 0 },
	{ __LINE__, " prompts:read", 0 },
	{ __LINE__, "prompts:read ", 0 },
	{ __LINE__, "prompts:read  admin", 0 },
	{ __LINE__, "prompts:read\tadmin", 0 },
	{ __LINE__, "prompts:read,admin", 0 },
	{ __LINE__, "prompts:rea", 0 },
	{ __LINE__, "prompts:reads", 0 },
	{ __LINE__, "Prompts:read", 0 },
	{ __LINE__, "prompts:read prompts:all", 0 },
};

static void
only_lists_of_known_names_are_read(void **state)
{
	unsigned scopes;
	bool read;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lists); i++) {
		scopes = 0;
		read = scope_parse(lists[i].list, &scopes);
		if (read != (lists[i].scopes != 0) || scopes != lists[i].scopes)
			fail_msg("line %d", lists[i].line);
	}
}

static void
what_is_printed_is_read_back(void **state)
{
	struct arena *a = arena_new();
	unsigned scopes, again;

	(void)state;
	for (scopes = 1; scopes <= (READ | WRITE | DOWNLOAD | DELETE);
	     scopes++) {
		assert_true(scope_parse(scope_print(scopes, a), &again));
		assert_int_equal(again, scopes);
	}
	assert_string_equal(scope_print(0, a), "");
	assert_string_equal(scope_print(DELETE | READ | SCOPE_ADMIN, a),
	    "prompts:read prompts:delete admin");
	arena_free(a);
}

static void
who_may_write_may_delete_and_not_the_other_way_round(void **state)
{
	(void)state;
	assert_true(scope_covers(WRITE, DELETE));
	assert_true(scope_covers(WRITE | READ, READ | DELETE));
	assert_false(scope_covers(DELETE, WRITE));
	assert_false(scope_covers(WRITE, READ));
	assert_false(scope_covers(SCOPE_ADMIN, READ));
	assert_true(scope_covers(0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_lists_of_known_names_are_read),
		cmocka_unit_test(what_is_printed_is_read_back),
		cmocka_unit_test(
		    who_may_write_may_delete_and_not_the_other_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
