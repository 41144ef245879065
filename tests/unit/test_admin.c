/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#include "scratch.h"

#include <pthread.h>

#define DEPTH 10000
#define STACK_BYTES ((size_t)256 << 10)

static enum err
list_comments(struct txn *t, void *arg)
{
	struct call *c = arg;

	return admin_comment_list(c, t);
}

static void *
run_list(void *arg)
{
	struct scratch *s = arg;
	struct response reply;
	struct call c = {
		.arena = s->arena,
		.params = { .count = 1, .value = { "p" } },
		.content_type = "application/json",
		.reply = &reply,
	};
	char *body = NULL;

	response_init(&reply);
	if (scratch_run(s, TXN_READ, list_comments, &c) == ERR_NONE)
		body = arena_text(s->arena, buf_string(&reply.body));
	response_free(&reply);
	return body;
}

static size_t
count(const char *text, const char *part)
{
	size_t found = 0;

	while ((text = strstr(text, part)) != NULL) {
		found++;
		text += strlen(part);
	}
	return found;
}

/* On a stack that ten thousand calls inside each other would not fit in. */
static void
a_thread_may_be_ten_thousand_replies_deep(void **state)
{
	struct scratch *s = *state;
	pthread_attr_t attributes;
	pthread_t thread;
	void *body;

	scratch_write(s,
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'admin', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('j', 't', 'p', 'p', 0);"
	    "INSERT INTO prompt (id, project_id, owner_id, slug, name,"
	    " created_at, created_by, updated_at, updated_by)"
	    "VALUES ('p', 'j', 'ada', 's', 'n', 0, 'ada', 0, 'ada');"
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
	    " SELECT i + 1 FROM n WHERE i < 10000) "
	    "INSERT INTO comment (id, prompt_id, parent_id, content,"
	    " author_id, created_at, updated_at)"
	    "SELECT 'c' || i, 'p', iif(i = 1, NULL, 'c' || (i - 1)), 'x',"
	    " 'ada', 10000 - i, 0 FROM n");
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(
	    pthread_attr_setstacksize(&attributes, STACK_BYTES), 0);
	assert_int_equal(pthread_create(&thread, &attributes, run_list, s), 0);
	assert_int_equal(pthread_join(thread, &body), 0);
	pthread_attr_destroy(&attributes);
	assert_non_null(body);
	assert_int_equal(count(body, "\"id\":\"c"), DEPTH);
	assert_int_equal(count(body, "\"replies\":[{"), DEPTH - 1);
	assert_int_equal(count(body, "\"replies\":[]"), 1);
	assert_non_null(strstr(body, "{\"data\":[{\"id\":\"c1\","));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_thread_may_be_ten_thousand_replies_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
