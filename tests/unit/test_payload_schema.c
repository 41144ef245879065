/* SPDX-License-Identifier: MIT */
#include "api/json_value.h"
#include "domain/payload_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct value
read(const char *json, struct arena *a)
{
	struct scan scan;
	struct value v;

	assert_true(
	    json_value_read(body_parse(json, strlen(json), a, &scan), a, &v));
	return v;
}

static void
expect(int line, const char *found, const char *expected)
{
	if (found == NULL ? expected != NULL
			  : expected == NULL || strcmp(found, expected) != 0)
		fail_msg("line %d: %s, not %s", line,
		    found == NULL ? "nothing" : found,
		    expected == NULL ? "nothing" : expected);
}

static void
only_schemas_that_can_be_enforced_are_taken(void **state)
{
	/* clang-format off */
	static const struct {
		int line;
		const char *schema;
		const char *expected;
	} cases[] = {
		{__LINE__, "{}", NULL},
		{__LINE__, "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]}}}", NULL},
		{__LINE__, "{\"items\":{\"enum\":[0]},\"additionalProperties\":{\"minimum\":0.5}}", NULL},
		{__LINE__, "{\"pattern\":\"x\"}", "schema.pattern: is not supported"},
		{__LINE__, "{\"properties\":{\"a\":{\"const\":1}}}", "schema.properties.a.const: is not supported"},
		{__LINE__, "{\"properties\":{\"a\":1}}", "schema.properties.a: is not well-formed"},
		{__LINE__, "{\"items\":{\"$ref\":\"#\"}}", "schema.items.$ref: is not supported"},
		{__LINE__, "{\"items\":[{}]}", "schema.items: is not well-formed"},
		{__LINE__, "{\"type\":\"text\"}", "schema.type: is not well-formed"},
		{__LINE__, "{\"type\":[]}", "schema.type: is not well-formed"},
		{__LINE__, "{\"required\":[1]}", "schema.required: is not well-formed"},
		{__LINE__, "{\"required\":true}", "schema.required: is not well-formed"},
		{__LINE__, "{\"minLength\":-1}", "schema.minLength: is not well-formed"},
		{__LINE__, "{\"maxLength\":1.5}", "schema.maxLength: is not well-formed"},
		{__LINE__, "{\"maximum\":\"1\"}", "schema.maximum: is not well-formed"},
		{__LINE__, "{\"enum\":1}", "schema.enum: is not well-formed"},
		{__LINE__, "{\"enum\":[]}", "schema.enum: is not well-formed"},
		{__LINE__, "{\"additionalProperties\":1}", "schema.additionalProperties: is not well-formed"},
	};
	/* clang-format on */
	struct arena *a = arena_new();
	struct value schema;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		schema = read(cases[i].schema, a);
		expect(cases[i].line, schema_refuse(&schema, a),
		    cases[i].expected);
	}
	arena_free(a);
}

static void
the_first_fault_is_told_with_its_place(void **state)
{
	/* clang-format off */
	static const struct {
		int line;
		const char *schema;
		const char *variables;
		const char *expected;
	} cases[] = {
		{__LINE__, "{}", "{\"a\":1}", NULL},
		{__LINE__, "{\"type\":\"object\"}", "{}", NULL},
		{__LINE__, "{\"type\":\"array\"}", "{}", "variables: must be of type array"},
		{__LINE__, "{\"type\":[\"array\",\"null\"]}", "{}", "variables: must be of another type"},
		{__LINE__, "{\"required\":[\"a\",\"b\"]}", "{\"a\":null}", "variables.b: is required"},
		{__LINE__, "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":5.0}", NULL},
		{__LINE__, "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":1e300}", NULL},
		{__LINE__, "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":-0.5}", "variables.a: must be of type integer"},
		{__LINE__, "{\"properties\":{\"a\":{\"properties\":{\"b\":{\"type\":\"boolean\"}}}}}", "{\"a\":{\"b\":0}}", "variables.a.b: must be of type boolean"},
		{__LINE__, "{\"properties\":{\"a\":{\"items\":{\"maxLength\":1}}}}", "{\"a\":[\"x\",2,\"xx\"]}", "variables.a[2]: is too long"},
		{__LINE__, "{\"properties\":{\"a\":{\"enum\":[{\"x\":[1,\"y\"]},true]}}}", "{\"a\":{\"x\":[1.0,\"y\"]}}", NULL},
		{__LINE__, "{\"properties\":{\"a\":{\"enum\":[{\"x\":[1,\"y\"]},true]}}}", "{\"a\":{\"x\":[1,\"z\"]}}", "variables.a: must be one of the listed values"},
		{__LINE__, "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1,\"b\":2}", "variables.b: is not allowed"},
		{__LINE__, "{\"additionalProperties\":{\"minimum\":3}}", "{\"a\":3,\"b\":2}", "variables.b: is too small"},
		{__LINE__, "{\"additionalProperties\":true}", "{\"a\":3}", NULL},
		{__LINE__, "{\"type\":7,\"required\":\"a\"}", "{}", NULL},
	};
	/* clang-format on */
	struct arena *a = arena_new();
	struct value schema, variables;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		schema = read(cases[i].schema, a);
		variables = read(cases[i].variables, a);
		expect(cases[i].line, schema_check(&schema, &variables, a),
		    cases[i].expected);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_schemas_that_can_be_enforced_are_taken),
		cmocka_unit_test(the_first_fault_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
