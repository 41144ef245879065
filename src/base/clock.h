/* SPDX-License-Identifier: MIT */
/*
 * clock: the time of day, how long something took, and times as text.
 *
 * Times are UTC milliseconds since 1970 everywhere inside the program; they
 * become text only in answers and logs.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_TEXT_SIZE 40

/* Wall-clock time in UTC milliseconds, and in microseconds. */
int64_t clock_now_ms(void);
int64_t clock_now_us(void);

/* Microseconds of a clock that never jumps, for durations only. */
int64_t clock_steady_us(void);

/* Microseconds, not negative, as the system's calls want them. */
struct timespec clock_timespec(int64_t us);

/* ISO 8601 with milliseconds always: 2026-11-20T22:10:49.554Z. */
void clock_iso_ms(int64_t at_ms, char out[CLOCK_TEXT_SIZE]);

/* RFC 3339 with the fraction's trailing zeros dropped, as Go prints it:
 * 2026-11-20T22:10:49.55Z, 2026-11-20T22:10:49Z. */
void clock_rfc3339(int64_t at_ms, char out[CLOCK_TEXT_SIZE]);

/* RFC 3339 in whole seconds: 2026-11-20T22:10:49Z. */
void clock_iso_seconds(int64_t at_ms, char out[CLOCK_TEXT_SIZE]);

/* Read an RFC 3339 date and time (2026-11-20T22:10:49.5+01:00, any length of
 * fraction, cut to milliseconds), or a date alone, its midnight in UTC.
 * False, and *out untouched, when it is neither; a leap second is neither. */
bool clock_from_rfc3339(const char *text, int64_t *out);

#endif
