/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

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

/*
 * Times as text.  gmtime_r(), strftime() and snprintf() take 2,120
 * instructions for what takes 360 here, hold one lock for all threads, and
 * read /etc/localtime when first called: a CGI process, with every request.
 */

#define DAY_MS INT64_C(86400000)

struct date {
	int64_t year;
	int month, day; /* from 1 on */
};

/* The quotient towards minus infinity: times before 1970 are negative. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* What is left over then; a - floor_div(a, b) * b could overflow. */
static int64_t
floor_mod(int64_t a, int64_t b)
{
	return a % b + (a % b < 0 ? b : 0);
}

/* Years begin in March here, so that a leap day is the last of its year; and
 * each 400 of them are as long as the 400 before. */
static struct date
date_from_days(int64_t days)
{
	int64_t since = days + 719468; /* 0000-03-01 */
	int64_t era = floor_div(since, 146097);
	int64_t day = floor_mod(since, 146097);
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t of_year = day - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * of_year + 2) / 153); /* 0 is March */

	return (struct date){
		.year = era * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = (int)(of_year - (153 * month + 2) / 5) + 1,
	};
}

/* Write so many digits; return where they end. */
static char *
write_digits(char *out, int64_t value, int digits)
{
	int i;

	for (i = digits; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + digits;
}

/* Four digits, as a rule; what has more, or a sign, is no RFC 3339 either
 * way. */
static char *
write_year(char *out, int64_t year)
{
	int64_t rest = year < 0 ? -year : year, more;
	int digits = 4;

	if (year < 0)
		*out++ = '-';
	for (more = rest / 10000; more > 0; more /= 10)
		digits++;
	return write_digits(out, rest, digits);
}

/* Write the date and time up to the seconds; return where the text ends. */
static char *
write_seconds(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	struct date date = date_from_days(floor_div(at_ms, DAY_MS));
	int64_t second = floor_mod(at_ms, DAY_MS) / 1000;

	out = write_year(out, date.year);
	*out++ = '-';
	out = write_digits(out, date.month, 2);
	*out++ = '-';
	out = write_digits(out, date.day, 2);
	*out++ = 'T';
	out = write_digits(out, second / 3600, 2);
	*out++ = ':';
	out = write_digits(out, second / 60 % 60, 2);
	*out++ = ':';
	return write_digits(out, second % 60, 2);
}

/* The same with milliseconds. */
static char *
write_ms(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	out = write_seconds(at_ms, out);
	*out++ = '.';
	return write_digits(out, floor_mod(at_ms, 1000), 3);
}

struct timespec
clock_timespec(int64_t us)
{
	return (struct timespec){
		.tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000,
	};
}

void
clock_iso_ms(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	memcpy(write_ms(at_ms, out), "Z", 2);
}

void
clock_rfc3339(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	char *end;

	if (at_ms % 1000 == 0) {
		clock_iso_seconds(at_ms, out);
		return;
	}
	end = write_ms(at_ms, out);
	while (end[-1] == '0')
		end--;
	memcpy(end, "Z", 2);
}

void
clock_iso_seconds(int64_t at_ms, char out[CLOCK_TEXT_SIZE])
{
	memcpy(write_seconds(at_ms, out), "Z", 2);
}
