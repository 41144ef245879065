/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t
clock_now_ms(void)
{
	return clock_now_us() / 1000;
}

int64_t
clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_steady_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Read exactly count digits at *text and go past them. */
static bool
read_digits(const char **text, int count, int *out)
{
	int value = 0;

	for (; count > 0; count--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	return true;
}

static bool
skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* The fraction after a full stop, cut to milliseconds. */
static bool
read_fraction(const char **text, int *ms)
{
	int weight = 100, digit;
	const char *start;

	*ms = 0;
	if (!skip(text, '.'))
		return true;
	for (start = *text; read_digits(text, 1, &digit); weight /= 10)
		*ms += digit * weight;
	return *text > start;
}

/* "Z" or "+01:00", in minutes. */
static bool
read_offset(const char **text, int *minutes)
{
	int hours, rest, sign;

	*minutes = 0;
	if (skip(text, 'Z') || skip(text, 'z'))
		return true;
	sign = **text == '-' ? -1 : 1;
	if ((!skip(text, '+') && !skip(text, '-')) ||
	    !read_digits(text, 2, &hours) || !skip(text, ':') ||
	    !read_digits(text, 2, &rest) || hours > 23 || rest > 59)
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

bool
clock_from_rfc3339(const char *text, int64_t *out)
{
	struct tm tm = { 0 }, same;
	int year, month, ms = 0, offset = 0;
	time_t seconds;

	if (!read_digits(&text, 4, &year) || !skip(&text, '-') ||
	    !read_digits(&text, 2, &month) || !skip(&text, '-') ||
	    !read_digits(&text, 2, &tm.tm_mday))
		return false;
	if (*text != '\0' &&
	    ((!skip(&text, 'T') && !skip(&text, 't')) ||
		!read_digits(&text, 2, &tm.tm_hour) || !skip(&text, ':') ||
		!read_digits(&text, 2, &tm.tm_min) || !skip(&text, ':') ||
		!read_digits(&text, 2, &tm.tm_sec) ||
		!read_fraction(&text, &ms) || !read_offset(&text, &offset) ||
		*text != '\0'))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	same = tm;
	seconds = timegm(&same);
	/* timegm() takes the 31st of June for the 1st of July. */
	if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday ||
	    same.tm_hour != tm.tm_hour || same.tm_min != tm.tm_min ||
	    same.tm_sec != tm.tm_sec)
		return false;
	*out = ((int64_t)seconds - offset * 60) * 1000 + ms;
	return true;
}

/* The milliseconds past the second, before 1970 as well. */
static int
ms_of_second(int64_t at_ms)
{
	return (int)((at_ms % 1000 + 1000) % 1000);
}

/* Write the date and time up to the seconds; return where the text ends. */
static size_t
write_seconds(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(at_ms / 1000 - (at_ms % 1000 < 0));
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
}

void
clock_iso_ms(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	size_t len = write_seconds(at_ms, out);

	snprintf(
	    out + len, CLOCK_TEXT_SIZE - len, ".%03dZ", ms_of_second(at_ms));
}

void
clock_rfc3339(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	size_t len;

	if (at_ms % 1000 == 0) {
		clock_iso_seconds(at_ms, out);
		return;
	}
	clock_iso_ms(at_ms, out);
	len = strlen(out) - 1; /* the Z */
	while (out[len - 1] == '0')
		len--;
	memcpy(out + len, "Z", 2);
}

void
clock_iso_seconds(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	size_t len = write_seconds(at_ms, out);

	memcpy(out + len, "Z", 2);
}
