/* SPDX-License-Identifier: MIT */
#include "wire/schema.h"

#include "base/text.h"
#include "wire/scan.h"

#include <string.h>

/* What is being read, and what was wrong with it. */
struct check {
	struct arena *arena;
	const char *why;
};

typedef bool value_fn(struct check *c, const struct scan_member *m);

static bool check_schema(struct check *c, const struct scan_member *m);

static bool
is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (text_equal(text, *list))
			return true;
	}
	return false;
}

/* The members or elements of m's value. */
static struct scan
open_value(struct check *c, const struct scan_member *m)
{
	struct scan s;

	(void)scan_json(m->value, m->value_len, c->arena, &s);
	return s;
}

/* A string's raw text between its quotes; names of types hold no escapes. */
static const char *
raw_string(struct check *c, const struct scan_member *m)
{
	return arena_copy(c->arena, m->value + 1, m->value_len - 2);
}

static bool
is_type_name(struct check *c, const struct scan_member *m)
{
	static const char *const names[] = { "object", "array", "string",
		"number", "integer", "boolean", "null", NULL };

	return m->kind == SCAN_STRING && is_one_of(raw_string(c, m), names);
}

static bool
check_type(struct check *c, const struct scan_member *m)
{
	struct scan s;
	size_t i;

	if (m->kind != SCAN_ARRAY)
		return is_type_name(c, m);
	s = open_value(c, m);
	for (i = 0; i < s.member_count; i++) {
		if (!is_type_name(c, &s.members[i]))
			return false;
	}
	return s.member_count > 0;
}

static bool
check_names(struct check *c, const struct scan_member *m)
{
	struct scan s;
	size_t i;

	if (m->kind != SCAN_ARRAY)
		return false;
	s = open_value(c, m);
	for (i = 0; i < s.member_count; i++) {
		if (s.members[i].kind != SCAN_STRING)
			return false;
	}
	return true;
}

static bool
check_enum(struct check *c, const struct scan_member *m)
{
	return m->kind == SCAN_ARRAY && open_value(c, m).member_count > 0;
}

static bool
check_length(struct check *c, const struct scan_member *m)
{
	(void)c;
	return m->kind == SCAN_NUMBER &&
	    strspn(m->value, "0123456789") >= m->value_len;
}

static bool
check_number(struct check *c, const struct scan_member *m)
{
	(void)c;
	return m->kind == SCAN_NUMBER;
}

static bool
check_properties(struct check *c, const struct scan_member *m)
{
	struct scan s;
	size_t i;

	if (m->kind != SCAN_OBJECT)
		return false;
	s = open_value(c, m);
	for (i = 0; i < s.member_count; i++) {
		if (!check_schema(c, &s.members[i]))
			return false;
	}
	return true;
}

static bool
check_additional(struct check *c, const struct scan_member *m)
{
	return m->kind == SCAN_TRUE || m->kind == SCAN_FALSE ||
	    check_schema(c, m);
}

static const struct {
	const char *name;
	value_fn *check;
} keywords[] = {
	{ "type", check_type },
	{ "required", check_names },
	{ "properties", check_properties },
	{ "items", check_schema },
	{ "enum", check_enum },
	{ "minLength", check_length },
	{ "maxLength", check_length },
	{ "minimum", check_number },
	{ "maximum", check_number },
	{ "additionalProperties", check_additional },
};

static bool
check_keyword(struct check *c, const struct scan_member *m)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!text_equal(keywords[i].name, m->name))
			continue;
		if (keywords[i].check(c, m))
			return true;
		/* What is inside has told more. */
		if (c->why == NULL)
			c->why = arena_printf(
			    c->arena, "invalid value of %s", m->name);
		return false;
	}
	c->why = arena_printf(c->arena, "unsupported keyword %s", m->name);
	return false;
}

/* The scan bounds how deep this goes. */
static bool
check_schema(struct check *c, const struct scan_member *m)
{
	struct scan s;
	size_t i;

	if (m->kind != SCAN_OBJECT)
		return false;
	s = open_value(c, m);
	for (i = 0; i < s.member_count; i++) {
		if (!check_keyword(c, &s.members[i]))
			return false;
	}
	return true;
}

bool
schema_is_known(const char *json, size_t len, struct arena *a, const char **why)
{
	struct scan_member whole = {
		.kind = SCAN_OBJECT, .value = json, .value_len = len
	};
	struct check c = { .arena = a };

	if (check_schema(&c, &whole))
		return true;
	*why = c.why;
	return false;
}
