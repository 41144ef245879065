/* SPDX-License-Identifier: MIT */
/*
 * diff: what changed between two texts, line by line, as patch(1) reads it.
 *
 * The algorithm is Myers' in linear space ("An O(ND) Difference Algorithm and
 * Its Variations", 1986), so the diff is the shortest there is; on texts that
 * have next to nothing in common it stops looking after a bounded number of
 * steps, and the diff is longer than it need be, but still correct.
 */
#ifndef DOMAIN_DIFF_H
#define DOMAIN_DIFF_H

#include "base/arena.h"
#include "base/buf.h"

struct diff_side {
	const char *name;
	const char *text;
};

/* Append the unified diff, with three lines of context, to out; nothing for
 * equal texts.  A last line without a line end is marked as such.  The arena
 * holds what is needed meanwhile. */
void diff_unified(const struct diff_side *from, const struct diff_side *to,
    struct arena *a, struct buf *out);

#endif
