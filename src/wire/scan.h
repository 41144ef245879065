/* SPDX-License-Identifier: MIT */
/*
 * scan: a strict one-pass reading of JSON text (RFC 8259).
 *
 * Single quotes, raw control characters, NaN, "1.", overlong UTF-8 and
 * duplicate names, which many parsers let through, are refused: whatever
 * passes is JSON that every parser reads alike.
 */
#ifndef WIRE_SCAN_H
#define WIRE_SCAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum scan_kind {
	SCAN_OBJECT,
	SCAN_ARRAY,
	SCAN_STRING,
	SCAN_NUMBER,
	SCAN_TRUE,
	SCAN_FALSE,
	SCAN_NULL,
};

enum scan_fault {
	SCAN_OK = 0,
	SCAN_EMPTY,     /* nothing, or only white space */
	SCAN_SYNTAX,    /* not RFC 8259; a byte order mark too */
	SCAN_UTF8,      /* ill-formed UTF-8 */
	SCAN_SURROGATE, /* a lone \uD800..\uDFFF */
	SCAN_NUL,       /* U+0000, raw or escaped */
	SCAN_DEPTH,     /* nested deeper than SCAN_DEPTH_MAX */
	SCAN_DUPLICATE, /* a name twice in one object, after decoding */
	SCAN_MEMBERS,   /* more names in one object than SCAN_MEMBERS_MAX */
};

#define SCAN_DEPTH_MAX 16 /* an object in the top-level object is depth 2 */
#define SCAN_MEMBERS_MAX 2000

/* One member of the top-level object, or one element of the top-level array.
 * name is decoded, NUL-terminated and in the arena (NULL in an array); value
 * is the raw text of the value inside the input. */
struct scan_member {
	const char *name;
	enum scan_kind kind;
	const char *value;
	size_t value_len;
};

struct scan {
	enum scan_fault fault;
	size_t offset;               /* where the fault was seen, in bytes */
	enum scan_kind kind;         /* of the top-level value */
	struct scan_member *members; /* of a top-level object or array, in
	                              * order; none after a fault */
	size_t member_count;
};

/* Read the whole of text, which need not end in a NUL.  True when it is one
 * strict JSON value with nothing but white space around it; out is filled
 * either way.  The first fault in reading order is reported; a duplicate name
 * counts as seen where its object ends, and offset then is the later one's. */
bool scan_json(const char *text, size_t len, struct arena *a, struct scan *out);

/* What a (scanned) string, quotes included, stands for: in the arena, and
 * ended by a NUL. */
char *scan_text(const char *value, size_t len, struct arena *a);

/* A copy in the arena of the (already scanned) JSON text without white space
 * between tokens; strings and numbers keep their exact text. */
char *scan_compact(const char *text, size_t len, struct arena *a);

#endif
