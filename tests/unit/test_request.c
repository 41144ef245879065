/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define ENV_MAX 8

/* A fresh arena and request for every row. */
struct fixture {
	struct arena *arena;
	struct request r;
	struct failure f;
};

static enum err
take(struct fixture *x, const char *const *env)
{
	arena_reset(x->arena);
	memset(&x->f, 0, sizeof(x->f));
	return request_init(&x->r, env, x->arena, &x->f);
}

static int
set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return -1;
	x->arena = arena_new();
	*state = x;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *x = *state;

	arena_free(x->arena);
	free(x);
	return 0;
}

static const struct {
	int line;
	const char *env[ENV_MAX];
	enum err err;
	const char *path;
	size_t script_len;
} paths[] = {
	{ __LINE__, { "SCRIPT_NAME=/cgi/api", "PATH_INFO=/v1/x" }, ERR_NONE,
	    "/cgi/api/v1/x", 8 },
	{ __LINE__, { "PATH_INFO=/v1/x", "SCRIPT_NAME=" }, ERR_NONE, "/v1/x",
	    0 },
	{ __LINE__, { "SCRIPT_NAME=/px/v1/x" }, ERR_NONE, "/px/v1/x", 8 },
	{ __LINE__, { "PATH_INFO=/v1" }, ERR_NONE, "/v1", 0 },
	{ __LINE__, { "X=1" }, ERR_NONE, "/", 0 },
	{ __LINE__, { "SCRIPT_NAME=", "PATH_INFO=" }, ERR_NONE, "/", 0 },
	/* Nothing is decoded again, and nothing is merged. */
	{ __LINE__, { "PATH_INFO=/a%2Fb" }, ERR_NONE, "/a%2Fb", 0 },
	{ __LINE__, { "PATH_INFO=//a//b/../c" }, ERR_NONE, "//a//b/../c", 0 },
	{ __LINE__, { "SCRIPT_NAME=/", "PATH_INFO=/a" }, ERR_NONE, "//a", 1 },
	{ __LINE__, { "PATH_INFO=/a?b c" }, ERR_NONE, "/a?b c", 0 },
	{ __LINE__, { "PATH_INFO=/\xc3\xa4" }, ERR_NONE, "/\xc3\xa4", 0 },
	{ __LINE__, { "PATH_INFO=/a", "PATH_INFO=/b" }, ERR_NONE, "/a", 0 },
	{ __LINE__, { "NOEQUALS", "=x", "PATH_INFO=/a" }, ERR_NONE, "/a", 0 },
	{ __LINE__, { "PATH_INFOX=/b", "XPATH_INFO=/c", "PATH_INFO=/a" },
	    ERR_NONE, "/a", 0 },
	/* The beginning stays, so that it can choose a family. */
	{ __LINE__, { "PATH_INFO=/v1/\n" }, ERR_REQUEST_MALFORMED, "/v1/", 0 },
	{ __LINE__, { "PATH_INFO=/v1/\x7f" }, ERR_REQUEST_MALFORMED, "/v1/",
	    0 },
	{ __LINE__, { "PATH_INFO=/v1/\x01z" }, ERR_REQUEST_MALFORMED, "/v1/",
	    0 },
	{ __LINE__, { "PATH_INFO=/v1/\xc0\xaf" }, ERR_REQUEST_MALFORMED, "/v1/",
	    0 },
	{ __LINE__, { "PATH_INFO=/v1/\xed\xa0\x80" }, ERR_REQUEST_MALFORMED,
	    "/v1/", 0 },
	{ __LINE__, { "PATH_INFO=/v1/\xc3" }, ERR_REQUEST_MALFORMED, "/v1/",
	    0 },
	{ __LINE__, { "SCRIPT_NAME=/s\t", "PATH_INFO=/x" },
	    ERR_REQUEST_MALFORMED, "/s", 2 },
	{ __LINE__, { "SCRIPT_NAME=/s\xc3", "PATH_INFO=\xa4" }, ERR_NONE,
	    "/s\xc3\xa4", 3 },
	{ __LINE__, { "SCRIPT_NAME=*" }, ERR_REQUEST_MALFORMED, "/", 0 },
	{ __LINE__, { "PATH_INFO=v1/x" }, ERR_REQUEST_MALFORMED, "/", 0 },
	{ __LINE__, { "PATH_INFO=\xff" }, ERR_REQUEST_MALFORMED, "/", 0 },
};

static void
paths_are_joined_and_checked(void **state)
{
	struct fixture *x = *state;
	enum err err;
	size_t i;

	for (i = 0; i < COUNT(paths); i++) {
		err = take(x, paths[i].env);
		if (err != paths[i].err || x->f.code != err ||
		    strcmp(x->r.path, paths[i].path) != 0 ||
		    x->r.script_len != paths[i].script_len)
			fail_msg("line %d: err %d, path %s, script %zu",
			    paths[i].line, (int)err, x->r.path,
			    x->r.script_len);
	}
}

/* "name=" and, up to total bytes of value, first and then 'a's. */
static char *
long_param(const char *name, const char *first, size_t total)
{
	const size_t before = strlen(name) + 1, first_len = strlen(first);
	char *text = malloc(before + total + 1);

	assert_non_null(text);
	memcpy(text, name, before - 1);
	text[before - 1] = '=';
	memcpy(text + before, first, first_len);
	memset(text + before + first_len, 'a', total - first_len);
	text[before + total] = '\0';
	return text;
}

static const struct {
	int line;
	size_t script, info, query; /* bytes; 0: absent */
	enum err err;
	size_t path; /* bytes that are left */
} lengths[] = {
	{ __LINE__, 0, 4096, 0, ERR_NONE, 4096 },
	{ __LINE__, 0, 4097, 0, ERR_PATH_TOO_LONG, 4096 },
	{ __LINE__, 2000, 2096, 0, ERR_NONE, 4096 },
	{ __LINE__, 2000, 2097, 0, ERR_PATH_TOO_LONG, 4096 },
	{ __LINE__, 100000, 100000, 0, ERR_PATH_TOO_LONG, 4096 },
	{ __LINE__, 0, 1, 8192, ERR_NONE, 1 },
	{ __LINE__, 0, 1, 8193, ERR_PATH_TOO_LONG, 1 },
	{ __LINE__, 0, 4097, 8193, ERR_PATH_TOO_LONG, 4096 },
};

static void
a_long_path_or_query_is_refused(void **state)
{
	struct fixture *x = *state;
	const char *env[ENV_MAX];
	char *script, *info, *query;
	size_t i;
	enum err err;

	for (i = 0; i < COUNT(lengths); i++) {
		script = long_param("SCRIPT_NAME",
		    lengths[i].script > 0 ? "/" : "", lengths[i].script);
		info = long_param("PATH_INFO", lengths[i].info > 0 ? "/" : "",
		    lengths[i].info);
		query = long_param("QUERY_STRING", "", lengths[i].query);
		env[0] = script;
		env[1] = info;
		env[2] = query;
		env[3] = NULL;
		err = take(x, env);
		if (err != lengths[i].err ||
		    strlen(x->r.path) != lengths[i].path ||
		    x->r.script_len > lengths[i].path)
			fail_msg("line %d: err %d, %zu bytes", lengths[i].line,
			    (int)err, strlen(x->r.path));
		assert_int_equal(strlen(x->r.query),
		    lengths[i].query > 8192 ? 0 : lengths[i].query);
		free(script);
		free(info);
		free(query);
	}
}

static void
a_long_path_is_never_cut_inside_a_character(void **state)
{
	struct fixture *x = *state;
	char *info = long_param("PATH_INFO", "/", 4097);
	const char *env[] = { info, NULL };

	memcpy(info + strlen("PATH_INFO=") + 4095, "\xc3\xa4", 2);
	assert_int_equal(take(x, env), ERR_PATH_TOO_LONG);
	assert_int_equal(strlen(x->r.path), 4095);
	free(info);
}

static const struct {
	int line;
	const char *env[ENV_MAX];
	enum err err;
	int64_t length;
} bodies[] = {
	{ __LINE__, { "X=1" }, ERR_NONE, 0 },
	{ __LINE__, { "CONTENT_LENGTH=" }, ERR_NONE, 0 },
	{ __LINE__, { "CONTENT_LENGTH=0" }, ERR_NONE, 0 },
	{ __LINE__, { "CONTENT_LENGTH=17" }, ERR_NONE, 17 },
	{ __LINE__, { "CONTENT_LENGTH=0017" }, ERR_NONE, 17 },
	{ __LINE__, { "CONTENT_LENGTH=9223372036854775807" }, ERR_NONE,
	    INT64_MAX },
	{ __LINE__, { "CONTENT_LENGTH=9223372036854775808" },
	    ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=99999999999999999999999" },
	    ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=-1" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=+1" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH= 1" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=1 " }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=0x10" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=1,1" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "CONTENT_LENGTH=ten" }, ERR_REQUEST_MALFORMED, 0 },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=chunked" }, ERR_NONE,
	    REQUEST_LENGTH_UNKNOWN },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=Chunked" }, ERR_NONE,
	    REQUEST_LENGTH_UNKNOWN },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=gzip, chunked" }, ERR_NONE,
	    REQUEST_LENGTH_UNKNOWN },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=identity" }, ERR_NONE, 0 },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=" }, ERR_NONE, 0 },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=chunked", "CONTENT_LENGTH=" },
	    ERR_NONE, REQUEST_LENGTH_UNKNOWN },
	{ __LINE__, { "HTTP_TRANSFER_ENCODING=chunked", "CONTENT_LENGTH=5" },
	    ERR_NONE, 5 },
	{ __LINE__, { "HTTP_CONTENT_LENGTH=5" }, ERR_NONE, 0 },
};

static void
the_length_of_the_body_is_read_strictly(void **state)
{
	struct fixture *x = *state;
	enum err err;
	size_t i;

	for (i = 0; i < COUNT(bodies); i++) {
		err = take(x, bodies[i].env);
		if (err != bodies[i].err ||
		    x->r.content_length != bodies[i].length)
			fail_msg("line %d: err %d, length %lld", bodies[i].line,
			    (int)err, (long long)x->r.content_length);
	}
}

static const struct {
	int line;
	const char *env[ENV_MAX];
	enum method method;
	const char *name;
} methods[] = {
	{ __LINE__, { "REQUEST_METHOD=GET" }, METHOD_GET, "GET" },
	{ __LINE__, { "REQUEST_METHOD=HEAD" }, METHOD_HEAD, "HEAD" },
	{ __LINE__, { "REQUEST_METHOD=POST" }, METHOD_POST, "POST" },
	{ __LINE__, { "REQUEST_METHOD=PUT" }, METHOD_PUT, "PUT" },
	{ __LINE__, { "REQUEST_METHOD=PATCH" }, METHOD_PATCH, "PATCH" },
	{ __LINE__, { "REQUEST_METHOD=DELETE" }, METHOD_DELETE, "DELETE" },
	{ __LINE__, { "REQUEST_METHOD=OPTIONS" }, METHOD_OPTIONS, "OPTIONS" },
	{ __LINE__, { "REQUEST_METHOD=TRACE" }, METHOD_TRACE, "TRACE" },
	{ __LINE__, { "REQUEST_METHOD=CONNECT" }, METHOD_CONNECT, "CONNECT" },
	{ __LINE__, { "REQUEST_METHOD=get" }, METHOD_UNKNOWN, "get" },
	{ __LINE__, { "REQUEST_METHOD=GETT" }, METHOD_UNKNOWN, "GETT" },
	{ __LINE__, { "REQUEST_METHOD=BR\nEW\xff" }, METHOD_UNKNOWN, "BR?EW?" },
	{ __LINE__, { "REQUEST_METHOD=" }, METHOD_UNKNOWN, "" },
	{ __LINE__, { "X=1" }, METHOD_UNKNOWN, "" },
	/* Known even when the path is bad. */
	{ __LINE__, { "REQUEST_METHOD=PUT", "PATH_INFO=/\n" }, METHOD_PUT,
	    "PUT" },
};

static void
methods_are_known_by_their_exact_names(void **state)
{
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(methods); i++) {
		(void)take(x, methods[i].env); /* the path may be bad */
		if (x->r.method != methods[i].method ||
		    strcmp(x->r.method_name, methods[i].name) != 0)
			fail_msg("line %d: %d %s", methods[i].line,
			    (int)x->r.method, x->r.method_name);
	}
}

static const struct {
	int line;
	const char *env[ENV_MAX];
	const char *target;
} targets[] = {
	{ __LINE__, { "REQUEST_URI=/a%20b?c=d", "PATH_INFO=/a b" },
	    "/a%20b?c=d" },
	{ __LINE__, { "PATH_INFO=/a b", "QUERY_STRING=c=d" }, "/a b?c=d" },
	{ __LINE__, { "PATH_INFO=/a", "QUERY_STRING=" }, "/a" },
	{ __LINE__, { "PATH_INFO=/a", "REQUEST_URI=" }, "/a" },
	{ __LINE__, { "REQUEST_URI=/a\xff\n", "PATH_INFO=/a" }, "/a??" },
	{ __LINE__, { "PATH_INFO=/a\n", "QUERY_STRING=x\xc3" }, "/a?x?" },
	{ __LINE__, { "X=1" }, "/" },
};

static void
the_target_is_always_safe_to_show(void **state)
{
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(targets); i++) {
		(void)take(x, targets[i].env); /* the path may be bad */
		if (strcmp(x->r.target, targets[i].target) != 0)
			fail_msg("line %d: %s", targets[i].line, x->r.target);
	}
}

static void
a_huge_target_is_cut(void **state)
{
	struct fixture *x = *state;
	char *uri = long_param("REQUEST_URI", "/", 1 << 20);
	const char *env[] = { "PATH_INFO=/a", uri, NULL };

	assert_int_equal(take(x, env), ERR_NONE);
	assert_int_equal(strlen(x->r.target), 4096 + 8192);
	free(uri);
}

static const struct {
	int line;
	const char *env[ENV_MAX];
	const char *authorization, *bearer;
} headers[] = {
	{ __LINE__, { "X=1" }, NULL, NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer abc" }, "Bearer abc", "abc" },
	{ __LINE__, { "REDIRECT_HTTP_AUTHORIZATION=Bearer abc" }, "Bearer abc",
	    "abc" },
	{ __LINE__,
	    { "REDIRECT_HTTP_AUTHORIZATION=Bearer b",
		"HTTP_AUTHORIZATION=Bearer a" },
	    "Bearer a", "a" },
	{ __LINE__,
	    { "HTTP_AUTHORIZATION=", "REDIRECT_HTTP_AUTHORIZATION=Bearer b" },
	    "Bearer b", "b" },
	{ __LINE__, { "HTTP_AUTHORIZATION=" }, NULL, NULL },
	{ __LINE__, { "AUTHORIZATION=Bearer a" }, NULL, NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=bearer a" }, "bearer a", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer" }, "Bearer", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer " }, "Bearer ", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer  a" }, "Bearer  a", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer\ta" }, "Bearer\ta", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Basic YTpi" }, "Basic YTpi", NULL },
	{ __LINE__, { "HTTP_AUTHORIZATION=Bearer a b" }, "Bearer a b", "a b" },
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
the_token_is_found_where_web_servers_put_it(void **state)
{
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(headers); i++) {
		assert_int_equal(take(x, headers[i].env), ERR_NONE);
		if (!is_same(x->r.authorization, headers[i].authorization) ||
		    !is_same(request_bearer(&x->r), headers[i].bearer))
			fail_msg("line %d", headers[i].line);
	}
}

static const struct {
	int line;
	const char *given, *type;
	bool has;
} types[] = {
	{ __LINE__, "application/json", "application/json", true },
	{ __LINE__, "Application/JSON", "application/json", true },
	{ __LINE__, "application/json; charset=utf-8", "application/json",
	    true },
	{ __LINE__, "application/json ;x", "application/json", true },
	{ __LINE__, " application/json", "application/json", true },
	{ __LINE__, "application/jsonp", "application/json", false },
	{ __LINE__, "application/json+x", "application/json", false },
	{ __LINE__, "application/json, text/plain", "application/json", false },
	{ __LINE__, "text/plain", "application/json", false },
	{ __LINE__, "", "application/json", false },
};

static void
media_types_are_compared_without_case_and_parameters(void **state)
{
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		x->r.content_type = types[i].given;
		if (request_has_type(&x->r, types[i].type) != types[i].has)
			fail_msg("line %d", types[i].line);
	}
}

static const struct {
	int line;
	const char *value;
	bool weak, strong; /* with weak_ok, without; etag is "a-1" */
} etags[] = {
	{ __LINE__, NULL, false, false },
	{ __LINE__, "", false, false },
	{ __LINE__, "*", true, true },
	{ __LINE__, " * ", true, true },
	{ __LINE__, "**", false, false },
	{ __LINE__, "\"a-1\"", true, true },
	{ __LINE__, "W/\"a-1\"", true, false },
	{ __LINE__, "w/\"a-1\"", false, false },
	{ __LINE__, "\"a-2\"", false, false },
	{ __LINE__, "\"a-1", false, false },
	{ __LINE__, "a-1", false, false },
	{ __LINE__, "\"\"", false, false },
	{ __LINE__, "\"A-1\"", false, false },
	{ __LINE__, "\"x\", \"a-1\"", true, true },
	{ __LINE__, "\"x\",\"a-1\"", true, true },
	{ __LINE__, ", ,\"x\" ,, \"a-1\",", true, true },
	{ __LINE__, "\"x,\", W/\"a-1\"", true, false },
	{ __LINE__, "\"x\" junk \"a-1\"", false, false },
	{ __LINE__, "\"a-1-gzip\"", true, true },
	{ __LINE__, "\"a-1-br\"", true, true },
	{ __LINE__, "\"a-1-deflate\"", true, true },
	{ __LINE__, "\"a-1-zstd\"", true, true },
	{ __LINE__, "W/\"a-1-gzip\"", true, false },
	{ __LINE__, "\"a-1-gzip-br\"", false, false },
	{ __LINE__, "\"a-1-lzma\"", false, false },
	{ __LINE__, "\"a-11\"", false, false },
	/* A part behind the revision, which If-Match does not look at. */
	{ __LINE__, "\"a-1-0\"", false, true },
	{ __LINE__, "\"a-1-12\"", false, true },
	{ __LINE__, "\"a-1-12-gzip\"", false, true },
	{ __LINE__, "W/\"a-1-12\"", false, false },
	{ __LINE__, "\"a-1-\"", false, false },
	{ __LINE__, "\"a-1-12x\"", false, false },
	{ __LINE__, "\"a-1-1-2\"", false, false },
	{ __LINE__, "\"a-1.2\"", false, false },
	{ __LINE__, "\"-gzip\"", false, false },
};

static void
media_types_that_the_client_names_are_accepted(void **state)
{
	static const struct {
		int line;
		const char *accept;
		bool expected;
	} cases[] = {
		{ __LINE__, "HTTP_ACCEPT=a/b", true },
		{ __LINE__, "HTTP_ACCEPT=A/B", true },
		{ __LINE__, "HTTP_ACCEPT= a/b ", true },
		{ __LINE__, "HTTP_ACCEPT=c/d, a/b", true },
		{ __LINE__, "HTTP_ACCEPT=c/d;q=0,,a/b;x=y", true },
		{ __LINE__, "HTTP_ACCEPT=a/b;q=0.5", true },
		{ __LINE__, "HTTP_ACCEPT=a/b;q=0.001", true },
		{ __LINE__, "HTTP_ACCEPT=a/b;q=0", false },
		{ __LINE__, "HTTP_ACCEPT=a/b; Q=0.000, c/d", false },
		{ __LINE__, "HTTP_ACCEPT=a/b;x=y; q=0", false },
		{ __LINE__, "HTTP_ACCEPT=a/bc", false },
		{ __LINE__, "HTTP_ACCEPT=xa/b", false },
		{ __LINE__, "HTTP_ACCEPT=a/", false },
		{ __LINE__, "HTTP_ACCEPT=*/*", false },
		{ __LINE__, "HTTP_ACCEPT=a/*", false },
		{ __LINE__, "HTTP_ACCEPT=,", false },
		{ __LINE__, "HTTP_ACCEPT=", false },
		{ __LINE__, "OTHER=a/b", false },
	};
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const char *env[] = { cases[i].accept, NULL };

		take(x, env);
		if (request_accepts(&x->r, "a/b") != cases[i].expected)
			fail_msg("line %d", cases[i].line);
	}
}

static void
entity_tags_match_as_rfc_9110_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(etags); i++) {
		if (request_etag_matches(etags[i].value, "\"a-1\"", true) !=
			etags[i].weak ||
		    request_etag_matches(etags[i].value, "\"a-1\"", false) !=
			etags[i].strong)
			fail_msg("line %d", etags[i].line);
	}
}

static void
any_parameter_can_be_asked_for(void **state)
{
	static const char *const env[] = { "AB=1", "A=2", "C", "D=", NULL };
	struct fixture *x = *state;

	assert_int_equal(take(x, env), ERR_NONE);
	assert_string_equal(request_param(&x->r, "A"), "2");
	assert_string_equal(request_param(&x->r, "D"), "");
	assert_null(request_param(&x->r, "C"));
	assert_null(request_param(&x->r, "B"));
}

/* clang-format off */
static const struct {
	int line;
	const char *address; /* REMOTE_ADDR=... */
	const char *network; /* NULL: unknown */
} networks[] = {
	{ __LINE__, "REMOTE_ADDR=192.0.2.7", "192.0.2.7" },
	{ __LINE__, "REMOTE_ADDR=2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
	{ __LINE__, "REMOTE_ADDR=2001:db8:1:2:ffff::1", "2001:db8:1:2::/64" },
	{ __LINE__, "REMOTE_ADDR=::1", "::/64" },
	{ __LINE__, "REMOTE_ADDR=::ffff:192.0.2.7", "192.0.2.7" },
	{ __LINE__, "REMOTE_ADDR=unix:", "unix:" },
	{ __LINE__, "REMOTE_HOST=192.0.2.7", NULL },
};
/* clang-format on */

static void
an_ipv6_subscriber_is_one_network(void **state)
{
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < COUNT(networks); i++) {
		const char *const env[] = { networks[i].address, NULL };
		const char *found;

		assert_int_equal(take(x, env), ERR_NONE);
		found = request_network(&x->r, x->arena);
		if ((found == NULL) != (networks[i].network == NULL) ||
		    (found != NULL && strcmp(found, networks[i].network) != 0))
			fail_msg("line %d", networks[i].line);
	}
}

static void
an_empty_environment_is_a_request_too(void **state)
{
	static const char *const env[] = { NULL };
	struct fixture *x = *state;

	assert_int_equal(take(x, env), ERR_NONE);
	assert_string_equal(x->r.path, "/");
	assert_string_equal(x->r.query, "");
	assert_string_equal(x->r.content_type, "");
	assert_null(x->r.authorization);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_joined_and_checked),
		cmocka_unit_test(a_long_path_or_query_is_refused),
		cmocka_unit_test(a_long_path_is_never_cut_inside_a_character),
		cmocka_unit_test(the_length_of_the_body_is_read_strictly),
		cmocka_unit_test(methods_are_known_by_their_exact_names),
		cmocka_unit_test(the_target_is_always_safe_to_show),
		cmocka_unit_test(a_huge_target_is_cut),
		cmocka_unit_test(the_token_is_found_where_web_servers_put_it),
		cmocka_unit_test(
		    media_types_are_compared_without_case_and_parameters),
		cmocka_unit_test(
		    media_types_that_the_client_names_are_accepted),
		cmocka_unit_test(entity_tags_match_as_rfc_9110_says),
		cmocka_unit_test(any_parameter_can_be_asked_for),
		cmocka_unit_test(an_ipv6_subscriber_is_one_network),
		cmocka_unit_test(an_empty_environment_is_a_request_too),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
