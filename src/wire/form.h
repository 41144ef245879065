/* SPDX-License-Identifier: MIT */
/*
 * form: application/x-www-form-urlencoded text, which is what query strings
 * and the bodies of plain HTML forms are: taken apart, and its values written.
 */
#ifndef WIRE_FORM_H
#define WIRE_FORM_H

#include "base/arena.h"

#include <stddef.h>

/* One pair, percent-decoded once; '+' is a blank. */
struct form_param {
	const char *name; /* as sent, with '?' for odd bytes, when ill-formed */
	const char *value; /* NULL when ill-formed: escapes, UTF-8, NUL */
};

/* All pairs in the order sent; returns their number. */
size_t form_split(const char *text, struct arena *a, struct form_param **out);

/* Decode one name or value; NULL when it is ill-formed. */
const char *form_decode(const char *at, size_t len, struct arena *a);

/* A value as it stands in such text, in characters that any URI may hold. */
const char *form_encode(const char *value, struct arena *a);

#endif
