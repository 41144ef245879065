/* SPDX-License-Identifier: MIT */
/*
 * placeholder: fills the placeholders of a prompt's text.
 */
#ifndef DOMAIN_PLACEHOLDER_H
#define DOMAIN_PLACEHOLDER_H

#include "base/buf.h"

#include <stddef.h>

/*
 * Write text to out with categories in it: {{category_N}} becomes the N-th
 * name, counted from 1, and stays as it is where there is none; then
 * {{categories}} becomes all names, joined by ", ".  Names are put in as they
 * are, so one that is called {{categories}} is filled in turn.  Failures stay
 * in out.
 */
void placeholder_fill_categories(
    const char *text, const char *const *names, size_t count, struct buf *out);

#endif
