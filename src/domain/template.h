/* SPDX-License-Identifier: MIT */
/*
 * template: the templates of prompts, a subset of Go's text/template, with
 * Go's outputs and Go's words for what goes wrong.
 *
 * Left out are define, template and block, the function call, complex
 * numbers and ranging over integers.  Nothing nests deeper than
 * TEMPLATE_DEPTH_MAX, and a run ends after TEMPLATE_STEPS_MAX steps.
 */
#ifndef DOMAIN_TEMPLATE_H
#define DOMAIN_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEMPLATE_DEPTH_MAX 32
#define TEMPLATE_STEPS_MAX 1000000
#define TEMPLATE_NODES_MAX 200000
#define TEMPLATE_OUTPUT_MAX ((size_t)4 << 20) /* for the caller's buf */

enum value_kind {
	VALUE_NULL = 0,
	VALUE_BOOLEAN,
	VALUE_NUMBER, /* any number of JSON; Go's float64 */
	VALUE_TEXT,
	VALUE_ARRAY,
	VALUE_OBJECT,
	VALUE_INTEGER, /* only made by templates: literals, len */
};

/* One JSON value.  Plain data; what it points to is its maker's. */
struct value {
	enum value_kind kind;
	bool boolean;
	double number;
	int64_t integer;
	const char *text; /* UTF-8, need not end in a NUL */
	size_t count;     /* bytes of text, items, members */
	const struct value *items;
	const struct value_member *members; /* in value_sort's order */
};

struct value_member {
	const char *name;
	struct value value;
};

/* Order an object's members by the bytes of their names, as struct value
 * wants them. */
void value_sort(struct value_member *members, size_t count);

/* The object's member of this name, or NULL. */
const struct value *value_member(
    const struct value *object, const char *name, size_t len);

struct template;

struct template_error {
	const char *text; /* in the arena; begins with "template: " */
};

/* Read a template.  False when it is none, and then error says why:
 * "template: :1: unclosed action".  The template lives as long as the arena
 * and needs text no longer. */
bool template_parse(const char *text, struct arena *a,
    const struct template **out, struct template_error *error);

/* The variables that a template asks for: the first names of the fields in
 * it, each once, in order of first use. */
size_t template_variables(
    const struct template *t, struct arena *a, const char *const **out);

/* Append to out what t makes of the object dot.  False when it cannot, or
 * when out is full: error then is of the form `template: prompt:1:9:
 * executing "prompt" at <.name>: map has no entry for key "name"`, and out
 * holds what was written until then.  What is written is UTF-8 without NUL;
 * bytes that would not be become U+FFFD.  A template may be run by several
 * threads at a time; a is needed for the run and for error only. */
bool template_run(const struct template *t, const struct value *dot,
    struct arena *a, struct buf *out, struct template_error *error);

#endif
