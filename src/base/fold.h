/* SPDX-License-Identifier: MIT */
/*
 * fold: makes texts that differ in case only equal, in every script.
 *
 * Full case folding as Unicode defines it ("Straße" and "STRASSE" become the
 * same), from tables of our own: what is folded lies in the search index, and
 * must not change with the C library or the locale.  Canonically equivalent
 * texts (a letter with an accent, or followed by one) stay different.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include <stddef.h>

/* A folded text is at most so many times as long, in bytes. */
#define FOLD_GROWTH 3

/* Fold len bytes of UTF-8 to out, which has room for len * FOLD_GROWTH;
 * returns the bytes written (no NUL).  Bytes that are not well-formed stay
 * as they are. */
size_t fold_text(const char *text, size_t len, char *out);

#endif
