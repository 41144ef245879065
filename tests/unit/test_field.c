/* SPDX-License-Identifier: MIT */
#include "wire/field.h"
#include "wire/body.h"
#include "base/arena.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct thing {
	struct given_text title;
	struct given_text kind;
	struct given_text id;
	struct given_integer size;
	struct given_boolean active;
	struct given_json tags;
	struct given_json list;
	struct given_json params;
};

static const char *const kinds[] = { "text", "audio", NULL };

static bool
has_no_slash(const char *text)
{
	return strchr(text, '/') == NULL;
}

static const struct field thing_rows[] = {
	{ .name = "title",
	    .alias = "name",
	    .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED | FIELD_TRIM | FIELD_NO_CONTROL,
	    .min = 1,
	    .max = 5,
	    .check = has_no_slash,
	    .offset = offsetof(struct thing, title) },
	{ .name = "kind",
	    .type = FIELD_CHOICE,
	    .flags = FIELD_NULLABLE,
	    .choices = kinds,
	    .offset = offsetof(struct thing, kind) },
	{ .name = "id",
	    .type = FIELD_UUID,
	    .flags = FIELD_NULL_IS_ABSENT,
	    .offset = offsetof(struct thing, id) },
	{ .name = "size",
	    .type = FIELD_INTEGER,
	    .min = -5,
	    .max = INT64_MAX,
	    .offset = offsetof(struct thing, size) },
	{ .name = "active",
	    .type = FIELD_BOOLEAN,
	    .offset = offsetof(struct thing, active) },
	{ .name = "tags",
	    .type = FIELD_TEXTS,
	    .flags = FIELD_TRIM | FIELD_NO_CONTROL,
	    .min = 1,
	    .max = 3,
	    .item_min = 1,
	    .item_max = 4,
	    .offset = offsetof(struct thing, tags) },
	{ .name = "list",
	    .type = FIELD_ARRAY,
	    .offset = offsetof(struct thing, list) },
	{ .name = "params",
	    .type = FIELD_OBJECT,
	    .flags = FIELD_NULLABLE,
	    .offset = offsetof(struct thing, params) },
};

static const struct field_table thing_table = { FIELD_TABLE(thing_rows),
	.refuse_unknown = true };

/* The rows that a query string can hold. */
static const struct field_table query_table = {
	.rows = thing_rows, .count = 5, .refuse_unknown = true
};

static struct arena *arena;
static struct thing thing;
static struct faults faults;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static bool
read_table(const struct field_table *t, const char *json)
{
	struct scan scan;
	const struct body *b = body_parse(json, strlen(json), arena, &scan);

	if (b == NULL)
		fail_msg("the test's own JSON is bad: %s", json);
	memset(&thing, 0, sizeof(thing));
	return field_read_body(t, b, &thing, arena, &faults);
}

static bool
read_thing(const char *json)
{
	return read_table(&thing_table, json);
}

static bool
read_query(const char *query)
{
	memset(&thing, 0, sizeof(thing));
	return field_read_query(&query_table, query, &thing, arena, &faults);
}

static const char *
slug(enum fault_kind kind)
{
	static const char *const slugs[] = {
		[FAULT_UNKNOWN] = "unknown",
		[FAULT_REPEATED] = "repeated",
		[FAULT_MISSING] = "missing",
		[FAULT_NULL] = "null",
		[FAULT_TYPE] = "type",
		[FAULT_FRACTION] = "fraction",
		[FAULT_SHORT] = "short",
		[FAULT_LONG] = "long",
		[FAULT_SMALL] = "small",
		[FAULT_LARGE] = "large",
		[FAULT_CHOICE] = "choice",
		[FAULT_FEW] = "few",
		[FAULT_MANY] = "many",
		[FAULT_ITEM_TYPE] = "item_type",
		[FAULT_ITEM_SHORT] = "item_short",
		[FAULT_ITEM_LONG] = "item_long",
		[FAULT_CHECK] = "check",
		[FAULT_CONTROL] = "control",
	};

	return slugs[kind];
}

/* All faults as "name:kind name:kind", "" when there are none. */
static const char *
show_faults(void)
{
	const char *shown = "";
	size_t i;

	for (i = 0; i < faults.count; i++) {
		const struct fault *f = &faults.list[i];

		assert_int_equal(f->field == NULL, f->kind == FAULT_UNKNOWN);
		shown = arena_printf(arena, "%s%s%s:%s", shown,
		    i > 0 ? " " : "", f->name, slug(f->kind));
	}
	return shown;
}

struct fault_case {
	int line;
	const char *text;
	const char *faults;
};

static void
check_faults(
    bool (*read)(const char *), const struct fault_case *cases, size_t count)
{
	size_t i;
	bool ok;

	for (i = 0; i < count; i++) {
		ok = read(cases[i].text);
		if (!text_equal(show_faults(), cases[i].faults))
			fail_msg("line %d: faults are \"%s\"", cases[i].line,
			    show_faults());
		assert_int_equal(ok, cases[i].faults[0] == '\0');
	}
	arena_reset(arena);
}

static void
a_full_body_fills_every_member(void **state)
{
	(void)state;
	assert_true(
	    read_thing("{\"title\":\"T\\u00e9\",\"kind\":\"audio\","
		       "\"id\":\"{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}\","
		       "\"size\":-5,\"active\":false,\"tags\":[\"a\",\"b\"],"
		       "\"list\":[ 1.50, {\"x\": 1e400} ],"
		       "\"params\":{ \"n\" : 12345678901234567890 }}"));
	assert_int_equal(thing.title.given, GIVEN_VALUE);
	assert_string_equal(thing.title.text, "T\xc3\xa9");
	assert_string_equal(thing.kind.text, "audio");
	assert_string_equal(
	    thing.id.text, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
	assert_int_equal(thing.size.given, GIVEN_VALUE);
	assert_int_equal(thing.size.value, -5);
	assert_int_equal(thing.active.given, GIVEN_VALUE);
	assert_false(thing.active.value);
	assert_string_equal(thing.tags.json, "[\"a\",\"b\"]");
	assert_string_equal(thing.list.json, "[1.50,{\"x\":1e400}]");
	assert_string_equal(thing.params.json, "{\"n\":12345678901234567890}");
	arena_reset(arena);
}

static void
absent_members_are_not_given(void **state)
{
	(void)state;
	assert_true(read_thing("{\"title\":\"x\"}"));
	assert_int_equal(thing.kind.given, GIVEN_NOT);
	assert_null(thing.kind.text);
	assert_int_equal(thing.size.given, GIVEN_NOT);
	assert_int_equal(thing.tags.given, GIVEN_NOT);
	arena_reset(arena);
}

static void
faults_come_unknown_first_then_in_table_order(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{}", "title:missing" },
		{ __LINE__, "{\"z\":1,\"size\":\"x\",\"y\":2,\"kind\":5}",
		    "z:unknown y:unknown title:missing kind:type size:type" },
		{ __LINE__, "{\"params\":1,\"title\":\"\",\"Title\":\"x\"}",
		    "Title:unknown title:short params:type" },
		{ __LINE__, "{\"title\":\"x\",\"\":1}", ":unknown" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
}

static void
unknown_names_pass_where_the_table_allows_them(void **state)
{
	static const struct field_table lax = { FIELD_TABLE(thing_rows) };

	(void)state;
	assert_true(read_table(&lax, "{\"title\":\"x\",\"zzz\":1}"));
	arena_reset(arena);
}

static void
rows_without_fault_are_filled_beside_faulty_ones(void **state)
{
	(void)state;
	assert_false(read_thing(
	    "{\"title\":5,\"kind\":\"text\",\"size\":\"x\",\"active\":true}"));
	assert_int_equal(thing.title.given, GIVEN_NOT);
	assert_string_equal(thing.kind.text, "text");
	assert_int_equal(thing.size.given, GIVEN_NOT);
	assert_true(thing.active.value);
	arena_reset(arena);
}

static void
null_follows_the_flags_of_its_row(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{\"title\":null}", "title:null" },
		{ __LINE__, "{\"name\":null}", "name:null" },
		{ __LINE__, "{\"title\":\"x\",\"kind\":null}", "" },
		{ __LINE__, "{\"title\":\"x\",\"id\":null}", "" },
		{ __LINE__, "{\"title\":\"x\",\"size\":null}", "size:null" },
		{ __LINE__, "{\"title\":\"x\",\"tags\":null}", "tags:null" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
	assert_true(read_thing("{\"title\":\"x\",\"kind\":null,\"id\":null,"
			       "\"params\":null}"));
	assert_int_equal(thing.kind.given, GIVEN_NULL);
	assert_null(thing.kind.text);
	assert_int_equal(thing.id.given, GIVEN_NOT);
	assert_int_equal(thing.params.given, GIVEN_NULL);
	assert_null(thing.params.json);
	arena_reset(arena);
}

static void
a_required_null_that_counts_as_absent_is_missing(void **state)
{
	static const struct field rows[] = {
		{ .name = "title",
		    .alias = "name",
		    .type = FIELD_TEXT,
		    .flags = FIELD_REQUIRED | FIELD_NULL_IS_ABSENT,
		    .offset = offsetof(struct thing, title) },
	};
	static const struct field_table t = { FIELD_TABLE(rows) };

	(void)state;
	assert_false(read_table(&t, "{\"title\":null}"));
	assert_string_equal(show_faults(), "title:missing");
	assert_true(read_table(&t, "{\"title\":null,\"name\":\"x\"}"));
	assert_string_equal(thing.title.text, "x");
	arena_reset(arena);
}

static void
the_first_of_two_names_wins(void **state)
{
	(void)state;
	assert_true(read_thing("{\"name\":\"b\"}"));
	assert_string_equal(thing.title.text, "b");
	assert_true(read_thing("{\"name\":5,\"title\":\"a\"}"));
	assert_string_equal(thing.title.text, "a");
	assert_false(read_thing("{\"name\":5}"));
	assert_string_equal(show_faults(), "name:type");
	arena_reset(arena);
}

static void
text_is_bounded_in_code_points(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{\"title\":\"12345\"}", "" },
		{ __LINE__, "{\"title\":\"123456\"}", "title:long" },
		{ __LINE__,
		    "{\"title\":\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\"}", "" },
		{ __LINE__, "{\"title\":\"\\ud83d\\ude00\\ud83d\\ude00abc\"}",
		    "" },
		{ __LINE__, "{\"title\":\"\\ud83d\\ude00\\ud83d\\ude00abcd\"}",
		    "title:long" },
		{ __LINE__, "{\"title\":\"\"}", "title:short" },
		{ __LINE__, "{\"title\":\"   \"}", "title:short" },
		{ __LINE__, "{\"title\":\"  12345  \"}", "" },
		{ __LINE__, "{\"title\":\"a\\nb\"}", "title:control" },
		{ __LINE__, "{\"title\":\"a\\u007f\"}", "title:control" },
		{ __LINE__, "{\"title\":\"ab\\n\"}", "" },
		{ __LINE__, "{\"title\":\"a/b\"}", "title:check" },
		{ __LINE__, "{\"title\":[\"a\"]}", "title:type" },
		{ __LINE__, "{\"title\":true}", "title:type" },
		{ __LINE__, "{\"title\":1}", "title:type" },
		{ __LINE__, "{\"title\":{}}", "title:type" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
}

static void
trimming_cuts_unicode_white_space_at_both_ends(void **state)
{
	static const struct {
		int line;
		const char *json, *title;
	} cases[] = {
		{ __LINE__, "{\"title\":\" \\t\\r\\n\\u000b\\fx\\u0085\"}",
		    "x" },
		{ __LINE__, "{\"title\":\"\\u00a0\\u1680x\\u2000\\u200a\"}",
		    "x" },
		{ __LINE__,
		    "{\"title\":\"\\u2028\\u2029x\\u202f\\u205f\\u3000\"}",
		    "x" },
		{ __LINE__, "{\"title\":\" a b \"}", "a b" },
		{ __LINE__, "{\"title\":\"\\u200bx\"}", "\xe2\x80\x8bx" },
		{ __LINE__, "{\"title\":\"\\ufeffx\"}", "\xef\xbb\xbfx" },
		{ __LINE__, "{\"title\":\"\\u00e9 \"}", "\xc3\xa9" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (!read_thing(cases[i].json))
			fail_msg("line %d", cases[i].line);
		assert_string_equal(thing.title.text, cases[i].title);
	}
	arena_reset(arena);
}

static void
choices_and_ids_are_checked(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{\"name\":\"x\",\"kind\":\"text\"}", "" },
		{ __LINE__, "{\"name\":\"x\",\"kind\":\"Text\"}",
		    "kind:choice" },
		{ __LINE__, "{\"name\":\"x\",\"kind\":\"\"}", "kind:choice" },
		{ __LINE__, "{\"name\":\"x\",\"kind\":1}", "kind:type" },
		{ __LINE__, "{\"name\":\"x\",\"id\":\"1\"}", "id:check" },
		{ __LINE__, "{\"name\":\"x\",\"id\":1}", "id:type" },
		{ __LINE__,
		    "{\"name\":\"x\",\"id\":"
		    "\"6ba7b8109dad11d180b400c04fd430c8\"}",
		    "" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
}

static void
integers_are_read_by_their_digits(void **state)
{
	static const struct {
		int line;
		const char *number;
		int64_t value;
	} cases[] = {
		{ __LINE__, "0", 0 },
		{ __LINE__, "-0", 0 },
		{ __LINE__, "-0.0", 0 },
		{ __LINE__, "0e999999999999999999999", 0 },
		{ __LINE__, "0.000e-5", 0 },
		{ __LINE__, "5", 5 },
		{ __LINE__, "5.0", 5 },
		{ __LINE__, "5e0", 5 },
		{ __LINE__, "5E+0", 5 },
		{ __LINE__, "50e-1", 5 },
		{ __LINE__, "0.05e2", 5 },
		{ __LINE__, "1.5e1", 15 },
		{ __LINE__, "105", 105 },
		{ __LINE__, "100200.00", 100200 },
		{ __LINE__, "1000000e-6", 1 },
		{ __LINE__, "-5", -5 },
		{ __LINE__, "9007199254740992", INT64_C(1) << 53 },
		{ __LINE__, "9007199254740992.000", INT64_C(1) << 53 },
		{ __LINE__, "9.007199254740992e15", INT64_C(1) << 53 },
		{ __LINE__, "1e15", INT64_C(1000000000000000) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (!read_thing(arena_printf(arena,
			"{\"title\":\"x\",\"size\":%s}", cases[i].number)) ||
		    thing.size.value != cases[i].value)
			fail_msg("line %d: %s", cases[i].line, show_faults());
	}
	arena_reset(arena);
}

static void
other_numbers_are_no_integers(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{\"name\":\"x\",\"size\":1.5}", "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":5e-1}", "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":1.00000000000000000001}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":1e-999999999999999999}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":9007199254740993}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":-9007199254740993}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":9223372036854775808}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":1e16}", "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":1e400}", "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":1e99999999999999999999}",
		    "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"size\":-6}", "size:small" },
		{ __LINE__, "{\"name\":\"x\",\"size\":\"5\"}", "size:type" },
		{ __LINE__, "{\"name\":\"x\",\"active\":1}", "active:type" },
		{ __LINE__, "{\"name\":\"x\",\"active\":\"true\"}",
		    "active:type" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
}

static void
an_integer_without_upper_bound_has_max_0(void **state)
{
	static const struct field rows[] = {
		{ .name = "free",
		    .type = FIELD_INTEGER,
		    .offset = offsetof(struct thing, size) },
		{ .name = "page",
		    .type = FIELD_INTEGER,
		    .min = 1,
		    .max = 100,
		    .offset = offsetof(struct thing, size) },
	};
	static const struct field_table t = { FIELD_TABLE(rows) };

	(void)state;
	assert_true(read_table(&t, "{\"free\":9000000000}"));
	assert_false(read_table(&t, "{\"free\":-1,\"page\":101}"));
	assert_string_equal(show_faults(), "free:small page:large");
	assert_false(read_table(&t, "{\"page\":0}"));
	assert_string_equal(show_faults(), "page:small");
	arena_reset(arena);
}

static void
texts_are_checked_item_by_item(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"a\",\"1234\"]}", "" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[]}", "tags:few" },
		{ __LINE__,
		    "{\"name\":\"x\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}",
		    "tags:many" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"a\",5]}",
		    "tags:item_type" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[null]}",
		    "tags:item_type" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[[\"a\"]]}",
		    "tags:item_type" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"\"]}",
		    "tags:item_short" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"  \"]}",
		    "tags:item_short" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"12345\"]}",
		    "tags:item_long" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":[\"a\\u0001\"]}",
		    "tags:control" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":\"a\"}", "tags:type" },
		{ __LINE__, "{\"name\":\"x\",\"tags\":{}}", "tags:type" },
		{ __LINE__, "{\"name\":\"x\",\"list\":{}}", "list:type" },
		{ __LINE__, "{\"name\":\"x\",\"params\":[]}", "params:type" },
	};

	(void)state;
	check_faults(read_thing, cases, COUNT(cases));
}

static void
texts_are_stored_in_one_spelling(void **state)
{
	static const struct field rows[] = {
		{ .name = "tags",
		    .type = FIELD_TEXTS,
		    .offset = offsetof(struct thing, tags) },
	};
	static const struct field_table t = { FIELD_TABLE(rows) };

	(void)state;
	assert_true(read_thing("{\"name\":\"x\",\"tags\":[ \" \\u0061\" "
			       ",\"\\/\", \"\\\"\\\\\"]}"));
	assert_string_equal(thing.tags.json, "[\"a\",\"/\",\"\\\"\\\\\"]");
	assert_true(read_table(&t, "{\"tags\":[ ]}"));
	assert_string_equal(thing.tags.json, "[]");
	assert_true(read_table(
	    &t, "{\"tags\":[\"\\n\\u0001\",\"\",\"\\u2028\\ud83d\\ude00\"]}"));
	assert_string_equal(thing.tags.json,
	    "[\"\\n\\u0001\",\"\",\"\xe2\x80\xa8\xf0\x9f\x98\x80\"]");
	arena_reset(arena);
}

static void
items_of_an_array_are_read_with_a_table(void **state)
{
	static const char json[] = "[{\"title\":\"a\"},{\"title\":\"b\"}]";
	struct scan scan;
	const struct body *b = body_parse(json, strlen(json), arena, &scan);

	(void)state;
	assert_non_null(b);
	memset(&thing, 0, sizeof(thing));
	assert_true(field_read_body(
	    &thing_table, body_item(b, 1, arena), &thing, arena, &faults));
	assert_string_equal(thing.title.text, "b");
	arena_reset(arena);
}

struct part {
	struct given_text name;
	struct given_integer size;
};

struct whole {
	struct given_items parts;
	struct given_text mode;
};

static const char *const part_ignored[] = { "id", NULL };

static const struct field part_rows[] = {
	{ .name = "name",
	    .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED,
	    .min = 1,
	    .offset = offsetof(struct part, name) },
	{ .name = "size",
	    .type = FIELD_INTEGER,
	    .offset = offsetof(struct part, size) },
};

static const struct field_table part_table = {
	FIELD_TABLE(part_rows),
	.refuse_unknown = true,
	.ignored = part_ignored,
};

static const struct field_table *
choose_part(const struct body *item)
{
	assert_int_equal(body_kind(item), SCAN_OBJECT);
	return &part_table;
}

static const struct field whole_rows[] = {
	{ .name = "parts",
	    .type = FIELD_ITEMS,
	    .flags = FIELD_REQUIRED,
	    .max = 3000,
	    .choose_items = choose_part,
	    .item_size = sizeof(struct part),
	    .offset = offsetof(struct whole, parts) },
	{ .name = "mode",
	    .type = FIELD_TEXT,
	    .flags = FIELD_REQUIRED,
	    .offset = offsetof(struct whole, mode) },
};

static const struct field_table whole_table = { FIELD_TABLE(whole_rows) };

static bool
read_whole(const char *text, struct whole *out)
{
	struct scan scan;
	const struct body *b = body_parse(text, strlen(text), arena, &scan);

	assert_non_null(b);
	memset(out, 0, sizeof(*out));
	return field_read_body(&whole_table, b, out, arena, &faults);
}

/* Faults as "within+name kind" by number, separated by blanks. */
static const char *
tell_faults(void)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < faults.count; i++)
		text = arena_printf(arena, "%s%s%s!%d ", text,
		    faults.list[i].within, faults.list[i].name,
		    (int)faults.list[i].kind);
	return text;
}

static void
objects_in_an_array_are_read_into_structs(void **state)
{
	struct whole whole;
	const struct part *parts;

	(void)state;
	assert_true(read_whole("{\"parts\":[{\"name\":\"a\",\"id\":[1]},"
			       "{\"size\":7,\"name\":\"b\"}],\"mode\":\"\"}",
	    &whole));
	assert_int_equal(whole.parts.count, 2);
	parts = whole.parts.list;
	assert_string_equal(parts[0].name.text, "a");
	assert_int_equal(parts[0].size.given, GIVEN_NOT);
	assert_string_equal(parts[1].name.text, "b");
	assert_int_equal(parts[1].size.value, 7);
	assert_true(read_whole("{\"parts\":[],\"mode\":\"x\"}", &whole));
	assert_int_equal(whole.parts.given, GIVEN_VALUE);
	assert_int_equal(whole.parts.count, 0);
	arena_reset(arena);
}

static void
faults_of_items_stand_in_their_rows_place(void **state)
{
	struct whole whole;
	const char *expected;

	(void)state;
	assert_false(read_whole("{\"parts\":[{\"name\":\"\",\"x\":1,\"y\":2},"
				"{\"name\":\"a\"},null,[],{}]}",
	    &whole));
	expected = arena_printf(arena,
	    "parts.0.x!%d parts.0.y!%d parts.0.name!%d parts.parts!%d "
	    "parts.parts!%d parts.4.name!%d mode!%d ",
	    FAULT_UNKNOWN, FAULT_UNKNOWN, FAULT_SHORT, FAULT_ITEM_TYPE,
	    FAULT_ITEM_ARRAY, FAULT_MISSING, FAULT_MISSING);
	assert_string_equal(tell_faults(), expected);
	assert_int_equal(whole.parts.given, GIVEN_NOT);
	assert_false(read_whole("{\"parts\":{},\"mode\":\"\"}", &whole));
	assert_string_equal(
	    tell_faults(), arena_printf(arena, "parts!%d ", FAULT_TYPE));
	arena_reset(arena);
}

static void
faults_of_items_have_a_bound_and_so_have_items(void **state)
{
	char text[8 * 3001 + 64] = "{\"parts\":[";
	struct whole whole;
	size_t i, len = strlen(text);

	(void)state;
	for (i = 0; i < 3000; i++, len += 3)
		memcpy(text + len, "{},", 4);
	strcpy(text + len - 1, "],\"mode\":\"\"}");
	assert_false(read_whole(text, &whole));
	assert_int_equal(faults.count, FAULTS_MAX);
	strcpy(text + len - 1, ",{}],\"mode\":\"\"}");
	assert_false(read_whole(text, &whole));
	assert_string_equal(
	    tell_faults(), arena_printf(arena, "parts!%d ", FAULT_MANY));
	arena_reset(arena);
}

static void
the_empty_body_misses_what_is_required(void **state)
{
	(void)state;
	memset(&thing, 0, sizeof(thing));
	assert_false(field_read_body(
	    &thing_table, body_empty(arena), &thing, arena, &faults));
	assert_string_equal(show_faults(), "title:missing");
	arena_reset(arena);
}

static void
a_query_fills_every_member(void **state)
{
	(void)state;
	assert_true(read_query("title=a+b%20c&kind=text&size=-3&active=true&"
			       "id=6BA7B8109DAD11D180B400C04FD430C8"));
	assert_string_equal(thing.title.text, "a b c");
	assert_string_equal(thing.kind.text, "text");
	assert_int_equal(thing.size.value, -3);
	assert_true(thing.active.value);
	assert_string_equal(
	    thing.id.text, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
	arena_reset(arena);
}

static void
query_parts_are_decoded_once(void **state)
{
	static const struct {
		int line;
		const char *query, *title;
	} cases[] = {
		{ __LINE__, "title=%2525", "%25" },
		{ __LINE__, "title=%2B+%2b", "+ +" },
		{ __LINE__, "%74itle=x", "x" },
		{ __LINE__, "title=%C3%a9", "\xc3\xa9" },
		{ __LINE__, "title=\xc3\xa9", "\xc3\xa9" },
		{ __LINE__, "title=a=b", "a=b" },
		{ __LINE__, "title=%26%3d", "&=" },
		{ __LINE__, "&&title=x&", "x" },
		{ __LINE__, "name=y&title=x", "x" },
		{ __LINE__, "name=y&name=z&title=x", "x" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (!read_query(cases[i].query))
			fail_msg("line %d: %s", cases[i].line, show_faults());
		assert_string_equal(thing.title.text, cases[i].title);
	}
	arena_reset(arena);
}

static void
faults_of_a_query_are_gathered(void **state)
{
	static const struct fault_case cases[] = {
		{ __LINE__, "", "title:missing" },
		{ __LINE__, "title", "title:short" },
		{ __LINE__, "title=", "title:short" },
		{ __LINE__, "z=1&title=x&y", "z:unknown y:unknown" },
		{ __LINE__, "title=x&=1", ":unknown" },
		{ __LINE__, "title=x&title=x", "title:repeated" },
		{ __LINE__, "title=x&%74itle=y", "title:repeated" },
		{ __LINE__, "name=x&name=y", "name:repeated" },
		{ __LINE__, "z&z&title=x", "z:unknown z:unknown" },
		{ __LINE__, "title=%", "title:type" },
		{ __LINE__, "title=%4", "title:type" },
		{ __LINE__, "title=%4&kind=text", "title:type" },
		{ __LINE__, "title=%zz", "title:type" },
		{ __LINE__, "title=%+1", "title:type" },
		{ __LINE__, "title=%00", "title:type" },
		{ __LINE__, "title=%c0%af", "title:type" },
		{ __LINE__, "title=%ed%a0%80", "title:type" },
		{ __LINE__, "title=\xff", "title:type" },
		{ __LINE__, "title=x&%zz=1", "%zz:unknown" },
		{ __LINE__, "title=x&a%00=1", "a%00:unknown" },
		{ __LINE__, "title=x&b\xff\xc3\xa9=1", "b???:unknown" },
		{ __LINE__, "title=%0a", "title:short" },
		{ __LINE__, "title=a%0ab", "title:control" },
		{ __LINE__, "title=x&size=", "size:type" },
		{ __LINE__, "title=x&size=1.0", "size:fraction" },
		{ __LINE__, "title=x&size=-1.5", "size:fraction" },
		{ __LINE__, "title=x&size=1.x", "size:type" },
		{ __LINE__, "title=x&size=.5", "size:type" },
		{ __LINE__, "title=x&size=%2b1", "size:type" },
		{ __LINE__, "title=x&size=+1", "size:type" },
		{ __LINE__, "title=x&size=1e3", "size:type" },
		{ __LINE__, "title=x&size=99999999999999999999",
		    "size:fraction" },
		{ __LINE__, "title=x&size=9007199254740993", "size:type" },
		{ __LINE__, "title=x&size=-6", "size:small" },
		{ __LINE__, "title=x&active=1", "active:type" },
		{ __LINE__, "title=x&active=TRUE", "active:type" },
		{ __LINE__, "title=x&active=", "active:type" },
		{ __LINE__, "title=x&kind=null", "kind:choice" },
	};

	(void)state;
	check_faults(read_query, cases, COUNT(cases));
}

static void
a_query_may_hold_unknown_names_where_the_table_allows_them(void **state)
{
	static const struct field_table lax = { .rows = thing_rows,
		.count = 5 };

	(void)state;
	memset(&thing, 0, sizeof(thing));
	assert_true(field_read_query(
	    &lax, "z&title=x&%zz=%&z", &thing, arena, &faults));
	assert_string_equal(thing.title.text, "x");
	arena_reset(arena);
}

static void
a_repeatable_parameter_joins_its_values(void **state)
{
	static const struct field rows[] = {
		{ .name = "id",
		    .type = FIELD_TEXT,
		    .flags = FIELD_REQUIRED | FIELD_REPEATABLE,
		    .max = 5,
		    .offset = offsetof(struct thing, title) },
	};
	static const struct field_table table = { FIELD_TABLE(rows) };
	static const struct {
		int line;
		const char *query, *text;
	} cases[] = {
		{ __LINE__, "id=a", "a" },
		{ __LINE__, "id=a&id=b", "a,b" },
		{ __LINE__, "id=a,b&x=1&%69d=c", "a,b,c" },
		{ __LINE__, "id=&id=&id", ",," },
		{ __LINE__, "id=a%2Cb&id=%c3%a9", "a,b,\xc3\xa9" },
	};
	static const char *const bad[] = { "", "x=1", "id=%&id=a", "id=a&id=%",
		"id=ab&id=c&id=d" };
	static const enum fault_kind expected[] = { FAULT_MISSING,
		FAULT_MISSING, FAULT_TYPE, FAULT_TYPE, FAULT_LONG };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&thing, 0, sizeof(thing));
		if (!field_read_query(
			&table, cases[i].query, &thing, arena, &faults))
			fail_msg("line %d: %s", cases[i].line, show_faults());
		assert_string_equal(thing.title.text, cases[i].text);
	}
	for (i = 0; i < COUNT(bad); i++) {
		assert_false(
		    field_read_query(&table, bad[i], &thing, arena, &faults));
		assert_int_equal(faults.count, 1);
		assert_int_equal(faults.list[0].kind, expected[i]);
	}
	arena_reset(arena);
}

static void
any_value_is_kept_as_it_was_sent(void **state)
{
	static const struct field any_rows[] = {
		{ .name = "any",
		    .type = FIELD_ANY,
		    .flags = FIELD_NULLABLE,
		    .offset = 0 },
	};
	static const struct field_table any_table = { FIELD_TABLE(any_rows) };
	static const struct {
		int line;
		const char *sent, *kept;
	} values[] = {
		{ __LINE__, "{\"any\": { \"a\" : 1.50 } }", "{\"a\":1.50}" },
		{ __LINE__, "{\"any\":[ 1,2 ]}", "[1,2]" },
		{ __LINE__, "{\"any\":\"x\"}", "\"x\"" },
		{ __LINE__, "{\"any\":1E2}", "1E2" },
		{ __LINE__, "{\"any\":false}", "false" },
		{ __LINE__, "{\"any\":null}", NULL },
	};
	struct given_json any;
	struct scan scan;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++) {
		const struct body *b = body_parse(
		    values[i].sent, strlen(values[i].sent), arena, &scan);

		any = (struct given_json){ GIVEN_NOT, NULL };
		assert_true(
		    field_read_body(&any_table, b, &any, arena, &faults));
		if (values[i].kept == NULL)
			assert_int_equal(any.given, GIVEN_NULL);
		else
			assert_string_equal(any.json, values[i].kept);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_body_fills_every_member),
		cmocka_unit_test(absent_members_are_not_given),
		cmocka_unit_test(faults_come_unknown_first_then_in_table_order),
		cmocka_unit_test(
		    unknown_names_pass_where_the_table_allows_them),
		cmocka_unit_test(
		    rows_without_fault_are_filled_beside_faulty_ones),
		cmocka_unit_test(null_follows_the_flags_of_its_row),
		cmocka_unit_test(
		    a_required_null_that_counts_as_absent_is_missing),
		cmocka_unit_test(the_first_of_two_names_wins),
		cmocka_unit_test(text_is_bounded_in_code_points),
		cmocka_unit_test(
		    trimming_cuts_unicode_white_space_at_both_ends),
		cmocka_unit_test(choices_and_ids_are_checked),
		cmocka_unit_test(integers_are_read_by_their_digits),
		cmocka_unit_test(other_numbers_are_no_integers),
		cmocka_unit_test(an_integer_without_upper_bound_has_max_0),
		cmocka_unit_test(texts_are_checked_item_by_item),
		cmocka_unit_test(texts_are_stored_in_one_spelling),
		cmocka_unit_test(items_of_an_array_are_read_with_a_table),
		cmocka_unit_test(objects_in_an_array_are_read_into_structs),
		cmocka_unit_test(faults_of_items_stand_in_their_rows_place),
		cmocka_unit_test(
		    faults_of_items_have_a_bound_and_so_have_items),
		cmocka_unit_test(the_empty_body_misses_what_is_required),
		cmocka_unit_test(a_query_fills_every_member),
		cmocka_unit_test(query_parts_are_decoded_once),
		cmocka_unit_test(faults_of_a_query_are_gathered),
		cmocka_unit_test(a_repeatable_parameter_joins_its_values),
		cmocka_unit_test(
		    a_query_may_hold_unknown_names_where_the_table_allows_them),
		cmocka_unit_test(any_value_is_kept_as_it_was_sent),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
