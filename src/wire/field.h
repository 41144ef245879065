/* SPDX-License-Identifier: MIT */
/*
 * field: what a body or a query string may hold, declared as a table, and
 * read into a C struct in one call that gathers every fault.
 *
 * A table's row names a member, its type and bounds, and the offset of a
 * struct given_text, given_integer, given_boolean or given_json in the struct
 * that receives it.  Rows know nothing of columns; families know nothing of
 * JSON.
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "base/arena.h"
#include "base/given.h"
#include "wire/body.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_TEXT,    /* string -> given_text; min..max code points */
	FIELD_CHOICE,  /* string, one of choices -> given_text */
	FIELD_UUID,    /* string, lenient UUID -> given_text, canonical; any
	                * other string is FAULT_CHECK */
	FIELD_INTEGER, /* number without fraction -> given_integer, min..max;
	                * 5.0 and 5e0 are integers too (JSON has one number
	                * type), anything past 2^53 is FAULT_TYPE */
	FIELD_BOOLEAN, /* -> given_boolean */
	FIELD_TEXTS,   /* array of strings -> given_json, written anew; min..max
	                * items of item_min..item_max code points each; trim
	                * and control flags are about the items */
	FIELD_UUIDS,   /* array of lenient UUIDs -> given_json, canonical; any
	                * other string is FAULT_CHECK */
	FIELD_ARRAY,   /* any array -> given_json, compact, numbers as sent */
	FIELD_OBJECT,  /* any object -> given_json, likewise */
	FIELD_ITEMS,   /* array of objects, each read by a table of its own ->
	                * given_items; at most max items */
	FIELD_ANY,     /* any value but null -> given_json, likewise */
};

enum {
	FIELD_REQUIRED = 1 << 0,
	FIELD_NULLABLE = 1 << 1,       /* null is a value: GIVEN_NULL */
	FIELD_NULL_IS_ABSENT = 1 << 2, /* null counts as not given, and
	                                * an alias beside it is looked at */
	FIELD_TRIM = 1 << 3,           /* cut Unicode white space at both ends
	                                * first; bounds count what is left */
	FIELD_NO_CONTROL = 1 << 4,     /* refuse control characters */
	FIELD_REPEATABLE = 1 << 5,     /* a query may give it again: "a=1&a=2"
	                                * reads as "a=1,2" does */
};

/* Text is checked in this order: trim, min and max, control, check. */
struct field_table;

struct field {
	const char *name;
	const char *alias; /* a second accepted name, or NULL; given together
	                    * name wins and alias is not even checked */
	enum field_type type;
	unsigned flags;
	int64_t min, max; /* max 0 = no upper bound; an integer below min is
	                   * refused, so 0 shuts out negative numbers */
	int64_t item_min, item_max;
	const char *const *choices;      /* ended by NULL */
	bool (*check)(const char *text); /* FIELD_TEXT: a further rule */
	/* FIELD_ITEMS: the table for one item, and the struct it fills. */
	const struct field_table *(*choose_items)(const struct body *item);
	size_t item_size;
	size_t offset;
};

struct field_table {
	const struct field *rows;
	size_t count;
	bool refuse_unknown;        /* a name that no row has is a fault … */
	const char *const *ignored; /* … but for these; ended by NULL */
};

#define FIELD_TABLE(rows_) \
	.rows = (rows_), .count = sizeof(rows_) / sizeof((rows_)[0])

enum fault_kind {
	FAULT_UNKNOWN,  /* no row has this name; field is NULL */
	FAULT_REPEATED, /* a query parameter given twice */
	FAULT_MISSING,  /* required and absent (or null counted as absent) */
	FAULT_NULL,     /* null where the row allows none */
	FAULT_TYPE,
	FAULT_FRACTION, /* of a query: a number, but not such an integer */
	FAULT_SHORT,
	FAULT_LONG,
	FAULT_SMALL,
	FAULT_LARGE,
	FAULT_CHOICE,
	FAULT_FEW, /* items */
	FAULT_MANY,
	FAULT_ITEM_TYPE,
	FAULT_ITEM_ARRAY, /* an array where FIELD_ITEMS wants an object */
	FAULT_ITEM_SHORT,
	FAULT_ITEM_LONG,
	FAULT_CHECK, /* the row's own rule */
	FAULT_CONTROL,
};

struct fault {
	const struct field *field; /* NULL for FAULT_UNKNOWN */
	const char *name;          /* the name as the client sent it, or the
	                            * row's name when it was absent */
	enum fault_kind kind;
	const char *within; /* "prompts.0." in an item, "prompts." when it is
	                     * the item itself (FAULT_ITEM_TYPE); else "" */
};

/* All that was wrong: unknown names first, in the order sent, then the rows
 * in table order, at most one fault a row; the faults of items, each in this
 * order too, stand in the place of their row's.  After FAULTS_MAX faults the
 * items that follow are not looked at. */
#define FAULTS_MAX 1000

struct faults {
	struct fault *list;
	size_t count, room;
};

/* Read b, which must be an object, into out (zeroed by the caller).  True
 * when there was no fault.  Rows without fault are filled either way. */
bool field_read_body(const struct field_table *t, const struct body *b,
    void *out, struct arena *a, struct faults *faults);

/* Read a query string: percent-decoded once, '+' is a blank, ill-formed
 * escapes, UTF-8 or NUL are FAULT_TYPE of their parameter.  A parameter
 * given twice is FAULT_REPEATED (but for FIELD_REPEATABLE), one without a row FAULT_UNKNOWN when
 * refuse_unknown is set.  FIELD_TEXT, FIELD_CHOICE, FIELD_UUID,
 * FIELD_INTEGER (a plain decimal number) and FIELD_BOOLEAN (true, false)
 * can be read from a query. */
bool field_read_query(const struct field_table *t, const char *query, void *out,
    struct arena *a, struct faults *faults);

#endif
