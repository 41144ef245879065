/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* count digits of a base at *at, which moves behind them. */
static bool
read_digits(
    const char **at, const char *end, int base, int count, uint32_t *out)
{
	uint32_t value = 0;
	int digit;

	for (; count > 0; count--) {
		if (*at == end || (digit = digit_value(**at)) >= base)
			return false;
		value = value * (uint32_t)base + (uint32_t)digit;
		(*at)++;
	}
	*out = value;
	return true;
}

/* clang-format off */
static const struct {
	char letter;
	int base;
	int digits;
	bool is_byte; /* of the text, rather than a character */
} numeric_escapes[] = {
	{'x', 16, 2, true},
	{'u', 16, 4, false},
	{'U', 16, 8, false},
};
/* clang-format on */

static bool
read_numeric_escape(
    const char **at, const char *end, uint32_t *out, bool *is_byte)
{
	size_t i;

	*is_byte = true;
	if (**at >= '0' && **at <= '7')
		return read_digits(at, end, 8, 3, out) && *out <= 255;
	for (i = 0; i < 3; i++) {
		if (**at != numeric_escapes[i].letter)
			continue;
		(*at)++;
		*is_byte = numeric_escapes[i].is_byte;
		return read_digits(at, end, numeric_escapes[i].base,
			   numeric_escapes[i].digits, out) &&
		    (*is_byte ||
			(*out <= 0x10ffff &&
			    !(*out >= 0xd800 && *out <= 0xdfff)));
	}
	return false;
}

/* One character of a literal, with Go's escapes; *at moves behind it. */
static bool
read_character(
    const char **at, const char *end, char quote, uint32_t *out, bool *is_byte)
{
	static const char letters[] = "abfnrtv\\",
			  meanings[] = "\a\b\f\n\r\t\v\\";
	const char *letter;
	size_t step;

	*is_byte = false;
	if (*at == end || **at == quote)
		return false;
	if (**at != '\\') {
		step = text_utf8_step(*at, (size_t)(end - *at));
		*out = step == 0 ? 0xfffd : text_utf8_decode(*at, step);
		*at += step == 0 ? 1 : step;
		return true;
	}
	if (++*at == end)
		return false;
	letter = **at == '\0' ? NULL : strchr(letters, **at);
	if (letter != NULL || **at == quote) {
		*out = (unsigned char)(letter == NULL
			? quote
			: meanings[letter - letters]);
		(*at)++;
		return true;
	}
	return read_numeric_escape(at, end, out, is_byte);
}

static const char *
read_text(const struct token *token, struct arena *a, struct value *out)
{
	const char *at = token->text + 1, *end = token->text + token->len - 1;
	/* A byte that is no UTF-8 becomes the three of U+FFFD. */
	char *text = arena_alloc(a, 3 * token->len);
	bool is_byte;
	uint32_t c;
	size_t len = 0;

	while (at < end) {
		if (token->kind == TOKEN_RAW_STRING) {
			/* As in Go, carriage returns do not count. */
			if (*at != '\r')
				text[len++] = *at;
			at++;
			continue;
		}
		if (!read_character(&at, end, '"', &c, &is_byte))
			return "invalid syntax";
		if (is_byte)
			text[len++] = (char)c;
		else
			len += text_utf8_encode(c, text + len);
	}
	*out = (struct value){
		.kind = VALUE_TEXT,
		.text = text,
		.count = len,
	};
	return NULL;
}

static const char *
read_character_constant(
    const struct token *token, struct arena *a, struct value *out)
{
	const char *at = token->text + 1, *end = token->text + token->len;
	bool is_byte;
	uint32_t c;

	if (!read_character(&at, end, '\'', &c, &is_byte))
		return "invalid syntax";
	if (at != end - 1)
		return arena_printf(a, "malformed character constant: %.*s",
		    (int)token->len, token->text);
	*out = (struct value){ .kind = VALUE_INTEGER, .integer = c };
	return NULL;
}

/* Underscores must stand between digits; a prefix counts as one. */
static bool
drop_underscores(const char *text, char *out)
{
	char before = '\0';

	if (*text == '+' || *text == '-')
		*out++ = *text++;
	if (text[0] == '0' && text[1] != '\0' &&
	    strchr("xXoObB", text[1]) != NULL) {
		*out++ = *text++;
		*out++ = *text++;
		before = '0';
	}
	for (; *text != '\0'; before = *text++) {
		if (*text != '_')
			*out++ = *text;
		else if (digit_value(before) > 15 || digit_value(text[1]) > 15)
			return false;
	}
	*out = '\0';
	return true;
}

/* In Go's notation: 12, 0x1F, 0b101, 0o17, 017. */
static bool
read_integer(const char *text, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t value = 0, most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	int base = 10, digit;

	if (*text == '+' || *text == '-')
		text++;
	if (text[0] == '0' && text[1] != '\0') {
		base = strchr("xX", text[1]) != NULL ? 16
		    : strchr("bB", text[1]) != NULL  ? 2
						     : 8;
		text += strchr("xXbBoO", text[1]) != NULL ? 2 : 1;
	}
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		digit = digit_value(*text);
		if (digit >= base ||
		    value > (most - (uint64_t)digit) / (uint64_t)base)
			return false;
		value = value * (uint64_t)base + (uint64_t)digit;
	}
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

static bool
read_double(const char *text, double *out)
{
	bool is_hex = strpbrk(text, "xX") != NULL;
	char *end;

	if (strpbrk(text, "oObB") != NULL && !is_hex)
		return false;
	if (is_hex && strpbrk(text, "pP") == NULL)
		return false;
	errno = 0;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out);
}

static const char *
read_number(const struct token *token, struct arena *a, struct value *out)
{
	const char *written = arena_copy(a, token->text, token->len);
	char *text = arena_alloc(a, token->len + 1);

	if (drop_underscores(written, text)) {
		out->kind = VALUE_INTEGER;
		if (read_integer(text, &out->integer))
			return NULL;
		out->kind = VALUE_NUMBER;
		if (read_double(text, &out->number))
			return strpbrk(text, ".eEpP") != NULL
			    ? NULL
			    : arena_printf(
				  a, "integer overflow: \"%s\"", written);
		if (strpbrk(text, ".eEpP") == NULL && strlen(text) > 18)
			return arena_printf(
			    a, "integer overflow: \"%s\"", written);
	}
	return arena_printf(a, "illegal number syntax: \"%s\"", written);
}

const char *
constant_read(const struct token *token, struct arena *a, struct value *out)
{
	switch (token->kind) {
	case TOKEN_BOOLEAN:
		out->kind = VALUE_BOOLEAN;
		out->boolean = *token->text == 't';
		return NULL;
	case TOKEN_CHAR_CONSTANT:
		return read_character_constant(token, a, out);
	case TOKEN_NUMBER:
		return read_number(token, a, out);
	default:
		return read_text(token, a, out);
	}
}
