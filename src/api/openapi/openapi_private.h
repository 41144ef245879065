/* SPDX-License-Identifier: MIT */
/*
 * What the files of openapi share.
 */
#ifndef API_OPENAPI_PRIVATE_H
#define API_OPENAPI_PRIVATE_H

#include "api/family.h"
#include "base/arena.h"
#include "wire/body.h"
#include "wire/doc.h"
#include "wire/field.h"

#include <stdbool.h>

/* Statuses of answers, each by its number. */
#define OPENAPI_STATUSES 600

/* One family, and what its file says. */
struct openapi_family {
	const struct family *family;
	const struct body *words;
	const struct body *operations; /* of the words */
	bool fails[OPENAPI_STATUSES];  /* some operation of it does so */
};

struct openapi {
	struct arena *arena;
	const char *root;
	struct doc doc;
	const struct body *common;
	struct openapi_family *families; /* in the order of family_list */
	size_t count;
};

/*
 * openapi_words: what the files say.
 */

/* What common.json says.  ERR_INTERNAL with a log line when it is not JSON. */
enum err openapi_read_common(struct arena *a, const struct body **out);

/* Read the file of out->family, and check it.  ERR_INTERNAL with a log line
 * when there is none, or it is not JSON. */
enum err openapi_read_words(struct arena *a, struct openapi_family *out);

/* Does an object have a member of this name?  NULL has none. */
bool openapi_has(const struct body *object, const char *name);
/* The member of an object, NULL when it has none of this name. */
const struct body *openapi_member(
    const struct body *object, const char *name, struct arena *a);
/* The same, when it is a string; else NULL. */
const char *openapi_text(const struct body *object, const char *name);
/* The same as JSON text; else NULL. */
const char *openapi_json(
    const struct body *object, const char *name, struct arena *a);
/* The i-th member as JSON text. */
const char *openapi_json_at(
    const struct body *object, size_t i, struct arena *a);
/* Does an array hold this text? */
bool openapi_lists(const struct body *array, const char *text);

/*
 * openapi_check: the files against the tables.
 */

/* Find out->words' operations and check them.  ERR_INTERNAL with a log line
 * when they leave a route out, or speak of routes, fields or schemas that are
 * not there, or are not of the form that openapi.h tells. */
enum err openapi_check_words(struct arena *a, struct openapi_family *out);

/* Log what is wrong in a file, and return ERR_INTERNAL. */
enum err openapi_complain(
    const char *file, const char *operation, const char *what);

/*
 * openapi_schema: field tables as JSON Schema.
 */

/* The schema of an object that a table reads. */
void openapi_show_table(struct openapi *o, const char *name,
    const struct field_table *t, const struct body *operation);

/* The parameters that a table reads from a query. */
void openapi_show_query(struct openapi *o, const struct field_table *t,
    const struct body *operation);

/*
 * openapi_answer: what a route answers.
 */

/* Is Idempotency-Key heeded? */
bool openapi_takes_key(const struct route *r);

/* Set those of OPENAPI_STATUSES that a route may answer: by the tables, and by
 * what is said of it. */
void openapi_find_statuses(struct openapi *o, const struct openapi_family *f,
    const struct route *r, const struct body *said, bool *statuses);

/* The answers with these statuses.  Failures are noted in f. */
void openapi_show_answers(struct openapi *o, struct openapi_family *f,
    const struct route *r, const struct body *said, const bool *statuses);

/* The components for the failures that were noted. */
void openapi_show_failures(struct openapi *o);

/* {"$ref": "#/components/<kind>/<target>"} */
void openapi_show_reference(
    struct openapi *o, const char *name, const char *kind, const char *target);

/*
 * openapi_operation: one route.
 */

/* Write it as a member named by its method. */
void openapi_show_operation(
    struct openapi *o, struct openapi_family *f, const struct route *r);

#endif
