/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t
text_utf8_step(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t step, i;

	if (len == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		step = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		step = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		step = 4;
	else
		return 0;
	/* The second byte's range shuts out overlong forms, surrogates and
	 * what lies past U+10FFFF (Unicode, table 3-7). */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (len < step || s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < step; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return step;
}

bool
text_is_utf8(const char *text, size_t len)
{
	size_t at = 0, step;

	while (at < len) {
		step = text_utf8_step(text + at, len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

uint32_t
text_utf8_decode(const char *text, size_t step)
{
	const unsigned char *s = (const unsigned char *)text;

	switch (step) {
	case 1:
		return s[0];
	case 2:
		return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
	case 3:
		return (uint32_t)(s[0] & 0x0f) << 12 |
		    (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
	default:
		assert(step == 4);
		return (uint32_t)(s[0] & 0x07) << 18 |
		    (uint32_t)(s[1] & 0x3f) << 12 |
		    (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
	}
}

size_t
text_utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
text_length(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++) {
		if (((unsigned char)*text & 0xc0) != 0x80)
			count++;
	}
	return count;
}

/* White space as Unicode has it, which is what Go and Java cut as well. */
static bool
is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	    c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Where the code point that ends before end begins. */
static const char *
step_back(const char *end)
{
	do
		end--;
	while (((unsigned char)*end & 0xc0) == 0x80);
	return end;
}

const char *
text_trim(const char *text, size_t *len)
{
	const char *end = text + *len, *last;
	size_t step;

	while (text < end) {
		step = text_utf8_step(text, (size_t)(end - text));
		if (!is_space(text_utf8_decode(text, step)))
			break;
		text += step;
	}
	while (text < end) {
		last = step_back(end);
		if (!is_space(text_utf8_decode(last, (size_t)(end - last))))
			break;
		end = last;
	}
	*len = (size_t)(end - text);
	return text;
}

bool
text_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

bool
text_is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	    c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool
text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool
text_equal_nocase(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool
text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void
text_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
text_unhex(const char *text, unsigned char *bytes, size_t len)
{
	size_t i;
	int high, low;

	if (strlen(text) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		high = hex_value(text[2 * i]);
		low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
text_to_int64(const char *text, int64_t *out)
{
	intmax_t value;
	char *end;

	/* strtoimax would skip leading blanks. */
	if (text[0] != '-' && text[0] != '+' &&
	    !isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoimax(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		return false;
	*out = (int64_t)value;
	return true;
}

/* Where the four dashes of a UUID stand. */
static bool
is_dash_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool
text_is_uuid(const char *text)
{
	size_t i;

	for (i = 0; i < 36; i++) {
		if (is_dash_place(i)) {
			if (text[i] != '-')
				return false;
		} else if (hex_value(text[i]) < 0 ||
		    isupper((unsigned char)text[i])) {
			return false;
		}
	}
	return text[36] == '\0';
}

/* Copy the 32 digits at text, with dashes or without, in canonical form. */
static bool
read_uuid_digits(const char *text, size_t len, char out[TEXT_UUID_SIZE])
{
	bool dashed = len == 36;
	size_t i;

	if (len != 36 && len != 32)
		return false;
	for (i = 0; i < 36; i++) {
		if (is_dash_place(i)) {
			if (dashed && *text++ != '-')
				return false;
			out[i] = '-';
			continue;
		}
		if (hex_value(*text) < 0)
			return false;
		out[i] = (char)tolower((unsigned char)*text++);
	}
	out[36] = '\0';
	return true;
}

bool
text_uuid_lenient(const char *text, char out[TEXT_UUID_SIZE])
{
	char canonical[TEXT_UUID_SIZE];
	size_t len = strlen(text);

	if (len == 45 && strncasecmp(text, "urn:uuid:", 9) == 0) {
		text += 9;
		len -= 9;
	} else if (len == 38 && text[0] == '{' && text[37] == '}') {
		text += 1;
		len -= 2;
	}
	if (!read_uuid_digits(text, len, canonical))
		return false;
	memcpy(out, canonical, sizeof(canonical));
	return true;
}

void
text_uuid7(
    int64_t now_ms, const unsigned char random[10], char out[TEXT_UUID_SIZE])
{
	unsigned char id[16];
	char hex[33];
	size_t i;

	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)((uint64_t)now_ms >> (40 - 8 * i));
	memcpy(id + 6, random, 10);
	id[6] = (unsigned char)(0x70 | (id[6] & 0x0f));
	id[8] = (unsigned char)(0x80 | (id[8] & 0x3f));
	text_hex(id, sizeof(id), hex);
	(void)read_uuid_digits(hex, 32, out); /* 32 digits always read */
}

bool
text_is_email(const char *text)
{
	const char *at = strchr(text, '@'), *dot, *c;

	if (at == NULL || at == text || strlen(text) > 254)
		return false;
	for (c = text; c < at; c++) {
		if (!isalnum((unsigned char)*c) && strchr("._%+-", *c) == NULL)
			return false;
	}
	dot = strrchr(at, '.');
	if (dot == NULL || dot == at + 1 || strlen(dot + 1) < 2)
		return false;
	for (c = at + 1; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
			return false;
	}
	for (c = dot + 1; *c != '\0'; c++) {
		if (!isalpha((unsigned char)*c))
			return false;
	}
	return true;
}
