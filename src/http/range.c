/* SPDX-License-Identifier: MIT */
#include "http/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define UNIT "bytes="
#define BLANKS " \t"
#define DIGITS "0123456789"

/* Take the digits at *at; what is too big for a file is INT64_MAX. */
static int64_t
take_number(const char **at)
{
	size_t len = strspn(*at, DIGITS), i;
	int64_t number = 0;

	for (i = 0; i < len; i++) {
		if (number > (INT64_MAX - 9) / 10)
			number = INT64_MAX;
		else
			number = number * 10 + ((*at)[i] - '0');
	}
	*at += len;
	return number;
}

/* The one element of a list that may have empty ones beside it; NULL when
 * there is none, or another. */
static const char *
find_only_element(const char *list)
{
	const char *only = list + strspn(list, BLANKS ",");
	const char *rest = only + strcspn(only, ",");

	rest += strspn(rest, BLANKS ",");
	return *only != '\0' && *rest == '\0' ? only : NULL;
}

static bool
is_end_of_element(const char *at)
{
	at += strspn(at, BLANKS);
	return *at == '\0' || *at == ',';
}

static enum range_kind
cut(int64_t first, int64_t last, int64_t size, struct range *out)
{
	if (first >= size)
		return RANGE_BEYOND;
	if (last >= size)
		last = size - 1;
	*out = (struct range){ .at = first, .len = last - first + 1 };
	return RANGE_PART;
}

/* "-5": the last five bytes, or all when there are not so many. */
static enum range_kind
read_suffix(const char *at, int64_t size, struct range *out)
{
	int64_t count;

	if (strspn(at, DIGITS) == 0)
		return RANGE_WHOLE;
	count = take_number(&at);
	if (!is_end_of_element(at))
		return RANGE_WHOLE;
	if (count == 0)
		return RANGE_BEYOND;
	return cut(count < size ? size - count : 0, size - 1, size, out);
}

enum range_kind
range_read(const char *value, int64_t size, struct range *out)
{
	const char *at = value;
	int64_t first, last = INT64_MAX;

	if (value == NULL)
		return RANGE_WHOLE;
	at += strspn(at, BLANKS);
	if (strncasecmp(at, UNIT, strlen(UNIT)) != 0)
		return RANGE_WHOLE;
	at = find_only_element(at + strlen(UNIT));
	if (at == NULL)
		return RANGE_WHOLE;
	if (*at == '-')
		return read_suffix(at + 1, size, out);
	if (strspn(at, DIGITS) == 0)
		return RANGE_WHOLE;
	first = take_number(&at);
	if (*at++ != '-')
		return RANGE_WHOLE;
	if (strspn(at, DIGITS) > 0)
		last = take_number(&at);
	if (!is_end_of_element(at) || last < first)
		return RANGE_WHOLE;
	return cut(first, last, size, out);
}
