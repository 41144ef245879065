/* SPDX-License-Identifier: MIT */
#include "http/pattern.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* A part of a path between two slashes. */
struct segment {
	const char *at;
	size_t len;
};

/* Take the slash at *at and the segment behind it; false at the end. */
static bool
next_segment(const char **at, const char *end, struct segment *out)
{
	const char *slash;

	if (*at == end || **at != '/')
		return false;
	out->at = *at + 1;
	slash = memchr(out->at, '/', (size_t)(end - out->at));
	*at = slash == NULL ? end : slash;
	out->len = (size_t)(*at - out->at);
	return true;
}

static bool
is_same_literal(
    const struct segment *want, const struct segment *got, unsigned flags)
{
	if (want->len != got->len)
		return false;
	if ((flags & PATTERN_ANY_CASE) != 0)
		return strncasecmp(want->at, got->at, want->len) == 0;
	return memcmp(want->at, got->at, want->len) == 0;
}

/* Match the len bytes of path; the parameters' places go to values. */
static bool
match_segments(const char *pattern, const char *path, size_t len,
    unsigned flags, struct segment values[PATTERN_PARAMS_MAX])
{
	const char *pattern_end = pattern + strlen(pattern);
	const char *path_end = path + len;
	struct segment want, got;
	size_t count = 0;

	while (next_segment(&pattern, pattern_end, &want)) {
		if (!next_segment(&path, path_end, &got))
			return false;
		if (want.len > 1 && want.at[0] == ':') {
			assert(count < PATTERN_PARAMS_MAX);
			if (got.len == 0)
				return false;
			values[count++] = got;
		} else if (!is_same_literal(&want, &got, flags)) {
			return false;
		}
	}
	return path == path_end;
}

static size_t
count_params(const char *pattern)
{
	const char *end = pattern + strlen(pattern);
	struct segment part;
	size_t count = 0;

	while (next_segment(&pattern, end, &part)) {
		if (part.len > 1 && part.at[0] == ':')
			count++;
	}
	return count;
}

bool
pattern_match(const char *pattern, const char *path, unsigned flags,
    struct arena *a, struct pattern_params *out)
{
	struct segment values[PATTERN_PARAMS_MAX];
	const size_t len = strlen(path);
	size_t i;
	bool matched;

	assert(pattern[0] == '/');
	matched = match_segments(pattern, path, len, flags, values);
	/* The pattern may itself end in a slash, so the whole path is tried
	 * first. */
	if (!matched && (flags & PATTERN_TRAILING_SLASH) != 0 && len > 1 &&
	    path[len - 1] == '/')
		matched = match_segments(pattern, path, len - 1, flags, values);
	if (!matched)
		return false;
	memset(out, 0, sizeof(*out));
	out->count = count_params(pattern);
	for (i = 0; i < out->count; i++)
		out->value[i] = arena_copy(a, values[i].at, values[i].len);
	return true;
}
