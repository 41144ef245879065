/* SPDX-License-Identifier: MIT */
/*
 * pattern: matches request paths against route paths such as
 * "/v1/prompts/:id/payloads/:payloadID".
 */
#ifndef HTTP_PATTERN_H
#define HTTP_PATTERN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_PARAMS_MAX 4

/* The segments that stood for the pattern's :names, in order. */
struct pattern_params {
	const char *value[PATTERN_PARAMS_MAX];
	size_t count;
};

enum {
	PATTERN_ANY_CASE = 1 << 0,       /* literals match in either case */
	PATTERN_TRAILING_SLASH = 1 << 1, /* one '/' at the end is ignored */
};

/* Does path match the whole of pattern?  A parameter takes one segment that
 * is not empty.  out is filled on success only. */
bool pattern_match(const char *pattern, const char *path, unsigned flags,
    struct arena *a, struct pattern_params *out);

#endif
