/* SPDX-License-Identifier: MIT */
/*
 * body: a JSON body that passed the strict scan, ready to be read by field
 * tables.
 */
#ifndef WIRE_BODY_H
#define WIRE_BODY_H

#include "base/arena.h"
#include "wire/scan.h"

#include <stddef.h>

struct body;

/* Scan and parse text.  On success returns the body, which lives until the
 * arena is reset (as must text); on failure returns NULL with scan->fault
 * set.  A top-level value of any kind parses; scan->kind says which. */
const struct body *body_parse(
    const char *text, size_t len, struct arena *a, struct scan *scan);

/* Read application/x-www-form-urlencoded text as an object of strings.  What
 * the scan refuses in JSON is refused here too: NULL with scan->fault set. */
const struct body *body_parse_form(
    const char *text, size_t len, struct arena *a, struct scan *scan);

/* An empty object, for families in which an absent body means {}. */
const struct body *body_empty(struct arena *a);

enum scan_kind body_kind(const struct body *b);

/* What the scan saw: the members of an object or the elements of an array,
 * with their raw text, which points into the text that was parsed. */
const struct scan *body_scan(const struct body *b);

/* Elements of a top-level array (0 for any other kind). */
size_t body_count(const struct body *b);

/* The i-th element of an array, or member of an object, as a body of its
 * own, which lives as long as b. */
const struct body *body_item(const struct body *b, size_t i, struct arena *a);

/* The i-th element or member, decoded, when it is a string; else NULL. */
const char *body_text(const struct body *b, size_t i);

#endif
