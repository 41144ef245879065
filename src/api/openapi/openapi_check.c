/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi_private.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* What may be said of an operation. */
static const char *const names[] = {
	"description",
	"parameters",
	"fields",
	"required",
	"body",
	"answers",
	"headers",
	"failures",
	"security",
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* One operation, and all that it is held against. */
struct check {
	struct arena *arena;
	const struct family *family;
	const struct route *route;
	const struct body *said;
	const struct body *schemas;
};

enum err
openapi_complain(const char *file, const char *operation, const char *what)
{
	log_line("event=bad_openapi file=%s operation=\"%s\" detail=\"%s\"",
	    file, operation, what);
	return ERR_INTERNAL;
}

static enum err
complain(const struct check *c, const char *what)
{
	return openapi_complain(c->family->name, c->route->name, what);
}

static const struct body *
find(const struct check *c, const char *name)
{
	return openapi_member(c->said, name, c->arena);
}

static size_t
count_members(const struct body *b)
{
	return b == NULL ? 0 : body_scan(b)->member_count;
}

static enum err
check_names(const struct check *c)
{
	const char *name;
	size_t i, j;

	for (i = 0; i < count_members(c->said); i++) {
		name = body_scan(c->said)->members[i].name;
		for (j = 0; j < NAME_COUNT; j++) {
			if (text_equal(names[j], name))
				break;
		}
		if (j == NAME_COUNT)
			return complain(c, "it says what nobody asks for");
	}
	return ERR_NONE;
}

/*
 * What is sent.
 */

static bool
has_field(const struct field_table *t, const char *name)
{
	size_t i;

	for (i = 0; t != NULL && i < t->count; i++) {
		if (text_equal(t->rows[i].name, name))
			return true;
	}
	return false;
}

static bool
reads_field(const struct check *c, const char *name)
{
	return name != NULL &&
	    (has_field(c->route->query, name) ||
		has_field(c->route->body, name));
}

static enum err
check_fields(const struct check *c)
{
	const struct body *fields = find(c, "fields");
	const struct body *required = find(c, "required");
	const struct route *r = c->route;
	size_t i;

	for (i = 0; i < count_members(fields); i++) {
		if (!reads_field(c, body_scan(fields)->members[i].name))
			return complain(c, "no such field");
	}
	for (i = 0; i < count_members(required); i++) {
		if (!reads_field(c, body_text(required, i)))
			return complain(c, "no such required field");
	}
	if (((r->flags & ROUTE_RAW_BODY) != 0 ||
		(r->body != NULL && r->body->count == 0)) &&
	    !openapi_has(c->said, "body"))
		return complain(c, "nobody says what its body is");
	return ERR_NONE;
}

/*
 * What is answered.
 */

/* A status of its three digits, and nothing else; or 0. */
static long
read_status(const char *text, size_t len)
{
	return len == 3 && strspn(text, "0123456789") >= 3
	    ? strtol(text, NULL, 10)
	    : 0;
}

static enum err
check_answers(const struct check *c)
{
	const struct body *answers = find(c, "answers");
	const struct scan_member *m;
	long status;
	size_t i;

	if (count_members(answers) == 0)
		return complain(c, "its answers are not described");
	for (i = 0; i < count_members(answers); i++) {
		m = &body_scan(answers)->members[i];
		status = read_status(m->name, strlen(m->name));
		if (status < 200 || status > 299)
			return complain(c, "its answers are no good ones");
		if (m->kind == SCAN_STRING &&
		    !openapi_has(c->schemas, body_text(answers, i)))
			return complain(c, "its answers have no such schema");
	}
	return ERR_NONE;
}

static enum err
check_failures(const struct check *c)
{
	const struct body *failures = find(c, "failures");
	const struct scan_member *m;
	long status;
	size_t i;

	for (i = 0; i < count_members(failures); i++) {
		m = &body_scan(failures)->members[i];
		status = read_status(m->value, m->value_len);
		if (status < 400 || status >= OPENAPI_STATUSES)
			return complain(c, "its failures are none");
	}
	return ERR_NONE;
}

/*
 * All of it.
 */

static enum err
check_operation(const struct check *c)
{
	enum err err;

	if (c->said == NULL)
		return complain(c, "the route is not described");
	if ((err = check_names(c)) != ERR_NONE ||
	    (err = check_fields(c)) != ERR_NONE ||
	    (err = check_answers(c)) != ERR_NONE)
		return err;
	return check_failures(c);
}

static bool
has_route(const struct family *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->route_count; i++) {
		if (text_equal(f->routes[i].name, name))
			return true;
	}
	return false;
}

enum err
openapi_check_words(struct arena *a, struct openapi_family *out)
{
	const struct family *f = out->family;
	struct check c = { .arena = a, .family = f };
	enum err err;
	size_t i;

	out->operations = openapi_member(out->words, "operations", a);
	c.schemas = openapi_member(out->words, "schemas", a);
	if (out->operations == NULL || c.schemas == NULL)
		return openapi_complain(
		    f->name, "-", "it has no operations, or no schemas");
	for (i = 0; i < f->route_count; i++) {
		c.route = &f->routes[i];
		c.said = openapi_member(out->operations, c.route->name, a);
		if ((err = check_operation(&c)) != ERR_NONE)
			return err;
	}
	for (i = 0; i < count_members(out->operations); i++) {
		const char *name = body_scan(out->operations)->members[i].name;

		if (!has_route(f, name))
			return openapi_complain(
			    f->name, name, "no route has this name");
	}
	return ERR_NONE;
}
