/* SPDX-License-Identifier: MIT */
/*
 * openapi: whatever the tables and the files beside them disagree about is an
 * error, so that neither drifts away unseen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/openapi/openapi.h"
#include "api/openapi/openapi_private.h"

#include <string.h>

#define NAME "describe all operations"

static enum err
answer(struct call *c, struct txn *t)
{
	(void)c;
	(void)t;
	return ERR_NONE;
}

static const struct field fields[] = { { .name = "title" } };
static const struct field_table table = { FIELD_TABLE(fields) };
static const struct field_table empty_table = { .rows = NULL, .count = 0 };

/* A family that would be described by meta.json. */
static enum err
read_words(const struct route *routes, size_t count)
{
	struct family f = {
		.name = "meta",
		.routes = routes,
		.route_count = count,
	};
	struct openapi_family of = { .family = &f };
	struct arena *a = arena_new();
	enum err err = openapi_read_words(a, &of);

	arena_free(a);
	return err;
}

static struct route
make_route(const char *name)
{
	return (struct route){
		.method = METHOD_GET,
		.path = "/x",
		.name = name,
		.handler = answer,
	};
}

static void
a_described_route_is_fine(void **state)
{
	struct route r = make_route(NAME);

	(void)state;
	assert_int_equal(read_words(&r, 1), ERR_NONE);
}

static void
a_route_that_is_not_described_is_an_error(void **state)
{
	struct route r[] = { make_route(NAME), make_route("do more") };

	(void)state;
	assert_int_equal(read_words(r, 2), ERR_INTERNAL);
}

static void
a_description_without_a_route_is_an_error(void **state)
{
	struct route r = make_route(NAME);

	(void)state;
	assert_int_equal(read_words(&r, 0), ERR_INTERNAL);
}

static void
a_body_that_nothing_describes_is_an_error(void **state)
{
	struct route raw = make_route(NAME), bare = make_route(NAME);
	struct route told = make_route(NAME);

	(void)state;
	raw.flags = ROUTE_RAW_BODY;
	bare.body = &empty_table;
	told.body = &table;
	assert_int_equal(read_words(&raw, 1), ERR_INTERNAL);
	assert_int_equal(read_words(&bare, 1), ERR_INTERNAL);
	assert_int_equal(read_words(&told, 1), ERR_NONE);
}

static void
a_family_without_a_file_is_an_error(void **state)
{
	struct family f = { .name = "nobody" };
	struct openapi_family of = { .family = &f };
	struct arena *a = arena_new();

	(void)state;
	assert_int_equal(openapi_read_words(a, &of), ERR_INTERNAL);
	arena_free(a);
}

/* The same words with another route. */
static enum err
check(const char *words, const struct route *r)
{
	struct family f = { .name = "test", .routes = r, .route_count = 1 };
	struct openapi_family of = { .family = &f };
	struct arena *a = arena_new();
	struct scan scan;
	enum err err;

	of.words = body_parse(words, strlen(words), a, &scan);
	assert_non_null(of.words);
	err = openapi_check_words(a, &of);
	arena_free(a);
	return err;
}

#define WORDS(more) \
	"{\"operations\":{\"" NAME "\":{" more "}},\"schemas\":{\"A\":{}}}"

static void
words_are_held_against_the_tables(void **state)
{
	static const struct {
		const char *words;
		enum err err;
	} cases[] = {
		{ WORDS("\"answers\":{\"200\":\"A\"}"), ERR_NONE },
		{ WORDS("\"answers\":{\"204\":null}"), ERR_NONE },
		{ WORDS(""), ERR_INTERNAL },
		{ WORDS("\"answers\":{}"), ERR_INTERNAL },
		{ WORDS("\"answers\":{\"404\":\"A\"}"), ERR_INTERNAL },
		{ WORDS("\"answers\":{\"2000\":\"A\"}"), ERR_INTERNAL },
		{ WORDS("\"answers\":{\"200\":\"B\"}"), ERR_INTERNAL },
		{ WORDS("\"answers\":{\"204\":null},\"anwsers\":{}"),
		    ERR_INTERNAL },
		{ WORDS("\"answers\":{\"204\":null},\"failures\":[404]"),
		    ERR_NONE },
		{ WORDS("\"answers\":{\"204\":null},\"failures\":[204]"),
		    ERR_INTERNAL },
		{ WORDS("\"answers\":{\"204\":null},\"failures\":[99999]"),
		    ERR_INTERNAL },
		{ WORDS("\"answers\":{\"204\":null},"
			"\"required\":[\"title\"]"),
		    ERR_NONE },
		{ WORDS("\"answers\":{\"204\":null},"
			"\"required\":[\"name\"]"),
		    ERR_INTERNAL },
		{ WORDS("\"answers\":{\"204\":null},"
			"\"fields\":{\"title\":{}}"),
		    ERR_NONE },
		{ WORDS("\"answers\":{\"204\":null},"
			"\"fields\":{\"name\":{}}"),
		    ERR_INTERNAL },
		{ "{\"operations\":{}}", ERR_INTERNAL },
		{ "{\"schemas\":{}}", ERR_INTERNAL },
	};
	struct route r = make_route(NAME);
	size_t i;

	(void)state;
	r.body = &table;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (check(cases[i].words, &r) != cases[i].err)
			fail_msg("%s", cases[i].words);
	}
}

static void
the_document_is_json(void **state)
{
	struct arena *a = arena_new();
	struct buf out;
	struct scan scan;

	(void)state;
	buf_init(&out, 16 << 20);
	assert_int_equal(
	    openapi_write(a, "https://example.org", &out), ERR_NONE);
	assert_false(buf_failed(&out));
	assert_true(scan_json(buf_string(&out), out.len, a, &scan));
	assert_non_null(
	    strstr(buf_string(&out), "\"url\":\"https://example.org\""));
	buf_free(&out);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_described_route_is_fine),
		cmocka_unit_test(a_route_that_is_not_described_is_an_error),
		cmocka_unit_test(a_description_without_a_route_is_an_error),
		cmocka_unit_test(a_body_that_nothing_describes_is_an_error),
		cmocka_unit_test(a_family_without_a_file_is_an_error),
		cmocka_unit_test(words_are_held_against_the_tables),
		cmocka_unit_test(the_document_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
