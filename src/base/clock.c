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
