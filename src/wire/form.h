/* SPDX-License-Identifier: MIT */
/*
 * form: takes application/x-www-form-urlencoded text apart, which is what
 * query strings and the bodies of plain HTML forms are.
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

#endif
