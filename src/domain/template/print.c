/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#define WIDTH_MAX 100000

/*
 * Numbers.
 */

/* The fewest digits that read back as the same number: [-]d.ddde[+-]xx. */
static void
find_shortest(double number, char *text, size_t size)
{
	/* Every number of 15 digits survives a double, save the smallest. */
	int digits = fabs(number) < 1e-300 ? 0 : 14;

	for (; digits < 17; digits++) {
		snprintf(text, size, "%.*e", digits, number);
		if (strtod(text, NULL) == number)
			return;
	}
}

/* As strconv's format 'g' with precision -1. */
static void
print_shortest(struct buf *out, double number, char e)
{
	char text[40], digits[20] = "0";
	const char *at = text;
	int count = 0, exponent, i;

	find_shortest(number, text, sizeof(text));
	if (*at == '-')
		buf_char(out, *at++);
	for (; *at != 'e'; at++) {
		if (*at != '.')
			digits[count++] = *at;
	}
	exponent = (int)strtol(at + 1, NULL, 10);
	while (count > 1 && digits[count - 1] == '0')
		count--;
	if (exponent < -4 || exponent >= 6) {
		buf_char(out, digits[0]);
		if (count > 1)
			buf_char(out, '.');
		buf_add(out, digits + 1, (size_t)count - 1);
		buf_printf(out, "%c%c%02d", e, exponent < 0 ? '-' : '+',
		    abs(exponent));
		return;
	}
	if (exponent < 0)
		buf_text(out, "0.");
	for (i = exponent + 1; i < 0; i++)
		buf_char(out, '0');
	for (i = 0; i < count || i <= exponent; i++) {
		if (i > 0 && i == exponent + 1)
			buf_char(out, '.');
		buf_char(out, i < count ? digits[i] : '0');
	}
}

/* A precision below 0 asks for the shortest form. */
static void
print_float(struct buf *out, double number, char verb, int precision)
{
	if (isnan(number))
		buf_text(out, "NaN");
	else if (isinf(number))
		buf_text(out, number < 0 ? "-Inf" : "+Inf");
	else if (precision < 0)
		print_shortest(out, number, verb == 'G' ? 'E' : 'e');
	else if (verb == 'e')
		buf_printf(out, "%.*e", precision, number);
	else if (verb == 'E')
		buf_printf(out, "%.*E", precision, number);
	else if (verb == 'f')
		buf_printf(out, "%.*f", precision, number);
	else if (verb == 'G')
		buf_printf(out, "%.*G", precision == 0 ? 1 : precision, number);
	else
		buf_printf(out, "%.*g", precision == 0 ? 1 : precision, number);
}

/*
 * Quoting.
 */

/* What glibc takes for visible and Go does not: other blanks, and characters
 * that only format. */
static bool
is_invisible(uint32_t c)
{
	return c == 0xa0 || c == 0xad || c == 0x2007 || c == 0x202f ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe0000;
}

bool
print_is_graphic(const struct run *r, uint32_t c)
{
	if (c < 0x80)
		return c >= 0x20 && c < 0x7f;
	if (r == NULL || r->locale == (locale_t)0)
		return true;
	return !is_invisible(c) && !iswspace_l((wint_t)c, r->locale) &&
	    iswprint_l((wint_t)c, r->locale);
}

static void
print_quoted_character(
    const struct run *r, struct buf *out, uint32_t c, char quote)
{
	char text[4];

	if (c == (unsigned char)quote || c == '\\')
		buf_printf(out, "\\%c", (char)c);
	else if (print_is_graphic(r, c))
		buf_add(out, text, text_utf8_encode(c, text));
	else if (c >= 7 && c <= 13)
		/* BEL to CR are \a \b \t \n \v \f \r. */
		buf_printf(out, "\\%c", "abtnvfr"[c - 7]);
	else if (c < 0x80)
		buf_printf(out, "\\x%02x", (unsigned)c);
	else if (c < 0x10000)
		buf_printf(out, "\\u%04x", (unsigned)c);
	else
		buf_printf(out, "\\U%08x", (unsigned)c);
}

void
print_quoted(const struct run *r, struct buf *out, const char *text, size_t len)
{
	size_t at, step;

	buf_char(out, '"');
	for (at = 0; at < len; at += step == 0 ? 1 : step) {
		step = text_utf8_step(text + at, len - at);
		if (step == 0)
			buf_printf(out, "\\x%02x", (unsigned char)text[at]);
		else
			print_quoted_character(
			    r, out, text_utf8_decode(text + at, step), '"');
	}
	buf_char(out, '"');
}

/*
 * One verb.
 */

struct spec {
	bool plus, minus, sharp, space, zero;
	int width;     /* 0: none */
	int precision; /* -1: none */
	char verb;     /* one that is no ASCII is '?' */
};

static const struct spec plain = { .precision = -1, .verb = 'v' };

static size_t
count_characters(const char *text, size_t len)
{
	size_t at, step, count = 0;

	for (at = 0; at < len; at += step == 0 ? 1 : step, count++)
		step = text_utf8_step(text + at, len - at);
	return count;
}

static void
add_times(struct buf *out, char c, int times)
{
	for (; times > 0; times--)
		buf_char(out, c);
}

static void
pad(struct buf *out, const struct spec *s, const char *text, size_t len)
{
	int missing = 0;

	if (s->width > 0)
		missing = s->width - (int)count_characters(text, len);
	if (!s->minus)
		add_times(out, s->zero ? '0' : ' ', missing);
	buf_add(out, text, len);
	if (s->minus)
		add_times(out, ' ', missing);
}

/* "%!d(string=x)": what Go writes when verb and value do not go together. */
static bool
print_bad_verb(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	buf_printf(out, "%%!%c(", s->verb);
	if (v->kind == VALUE_NULL) {
		buf_text(out, "<nil>)");
		return true;
	}
	buf_printf(out, "%s=", value_type(v));
	print_value(r, out, v);
	buf_char(out, ')');
	return true;
}

static void
print_sign(struct buf *out, const struct spec *s, bool negative)
{
	if (negative || s->plus)
		buf_char(out, negative ? '-' : '+');
	else if (s->space)
		buf_char(out, ' ');
}

static const char *
base_prefix(const struct spec *s)
{
	switch (s->verb) {
	case 'b':
		return s->sharp ? "0b" : "";
	case 'o':
		return s->sharp ? "0" : "";
	case 'O':
		return "0o";
	case 'x':
		return s->sharp ? "0x" : "";
	case 'X':
		return s->sharp ? "0X" : "";
	default:
		return "";
	}
}

static unsigned
integer_base(char verb)
{
	switch (verb) {
	case 'b':
		return 2;
	case 'o':
	case 'O':
		return 8;
	case 'x':
	case 'X':
		return 16;
	default:
		return 10;
	}
}

static void
print_integer(struct buf *out, const struct spec *s, int64_t integer)
{
	const char *numerals =
	    s->verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
	unsigned base = integer_base(s->verb);
	struct spec padding = *s;
	char digits[64];
	int count = 0, least = s->precision;
	struct buf text;

	while (rest > 0) {
		digits[count++] = numerals[rest % base];
		rest /= base;
	}
	/* Zeros that fill the width stand behind the sign. */
	if (least < 0 && s->zero && s->width > 0)
		least = s->width - (integer < 0 || s->plus || s->space);
	if (least < 0)
		least = 1;
	padding.zero = false;
	buf_init(&text, WIDTH_MAX + 100);
	if (count > 0 || s->precision != 0) {
		print_sign(&text, s, integer < 0);
		buf_text(&text, base_prefix(s));
		add_times(&text, '0', least - count);
	}
	while (count > 0)
		buf_char(&text, digits[--count]);
	pad(out, &padding, buf_string(&text), text.len);
	buf_free(&text);
}

static bool
print_character(
    struct run *r, struct buf *out, const struct spec *s, int64_t integer)
{
	uint32_t c = integer < 0 || integer > 0x10ffff ||
		(integer >= 0xd800 && integer <= 0xdfff)
	    ? 0xfffd
	    : (uint32_t)integer;
	struct buf text;
	char bytes[4];

	buf_init(&text, 64);
	if (s->verb == 'c') {
		buf_add(&text, bytes, text_utf8_encode(c, bytes));
	} else if (s->verb == 'U') {
		buf_printf(&text, "U+%04" PRIX64, (uint64_t)integer);
	} else {
		buf_char(&text, '\'');
		print_quoted_character(r, &text, c, '\'');
		buf_char(&text, '\'');
	}
	pad(out, s, buf_string(&text), text.len);
	buf_free(&text);
	return true;
}

static bool
print_int(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	switch (s->verb) {
	case 'v':
	case 'd':
	case 'b':
	case 'o':
	case 'O':
	case 'x':
	case 'X':
		print_integer(out, s, v->integer);
		return true;
	case 'c':
	case 'q':
	case 'U':
		return print_character(r, out, s, v->integer);
	default:
		return print_bad_verb(r, out, s, v);
	}
}

static bool
print_double(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	struct spec padding = *s;
	struct buf text;
	bool negative;
	const char *at;

	if (strchr("bxX", s->verb) != NULL)
		return run_fail(
		    r, "%%%c of a number is not supported", s->verb);
	if (strchr("vgGeEfF", s->verb) == NULL)
		return print_bad_verb(r, out, s, v);
	/* A precision of 100000 digits and 309 before the point. */
	buf_init(&text, WIDTH_MAX + 400);
	if (strchr("eEfF", s->verb) != NULL)
		print_float(&text, v->number, s->verb == 'F' ? 'f' : s->verb,
		    s->precision < 0 ? 6 : s->precision);
	else
		print_float(&text, v->number, s->verb, s->precision);
	at = buf_string(&text);
	negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (!isfinite(v->number))
		padding.zero = false;
	if (padding.zero && (negative || s->plus || s->space)) {
		print_sign(out, s, negative);
		padding.width--;
		pad(out, &padding, at, strlen(at));
	} else {
		at = arena_printf(r->arena, "%s%s",
		    negative               ? "-"
			: s->plus          ? "+"
			: s->space         ? " "
			: isinf(v->number) ? "+"
					   : "",
		    at);
		pad(out, &padding, at, strlen(at));
	}
	buf_free(&text);
	return true;
}

static void
print_hex(struct buf *out, const struct spec *s, const char *text, size_t len)
{
	struct buf hex;
	size_t i;

	buf_init(&hex, out->max);
	if (s->sharp && len > 0)
		buf_text(&hex, s->verb == 'x' ? "0x" : "0X");
	for (i = 0; i < len; i++)
		buf_printf(&hex, s->verb == 'x' ? "%02x" : "%02X",
		    (unsigned char)text[i]);
	pad(out, s, buf_string(&hex), hex.len);
	buf_free(&hex);
}

static void
print_quoted_padded(const struct run *r, struct buf *out, const struct spec *s,
    const char *text, size_t len)
{
	struct buf quoted;

	buf_init(&quoted, out->max);
	print_quoted(r, &quoted, text, len);
	pad(out, s, buf_string(&quoted), quoted.len);
	buf_free(&quoted);
}

static bool
print_string(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	size_t len = v->count, at = 0, step;
	int left;

	if (strchr("vsqxX", s->verb) == NULL)
		return print_bad_verb(r, out, s, v);
	/* A precision cuts after so many characters; of hexadecimal, bytes. */
	if (s->precision >= 0 && (s->verb == 'x' || s->verb == 'X')) {
		if ((size_t)s->precision < len)
			len = (size_t)s->precision;
	} else if (s->precision >= 0) {
		for (left = s->precision; left > 0 && at < len; left--) {
			step = text_utf8_step(v->text + at, len - at);
			at += step == 0 ? 1 : step;
		}
		len = at;
	}
	if (s->verb == 'x' || s->verb == 'X')
		print_hex(out, s, v->text, len);
	else if (s->verb == 'q' || (s->verb == 'v' && s->sharp))
		print_quoted_padded(r, out, s, v->text, len);
	else
		pad(out, s, v->text, len);
	return true;
}

static bool print_by(struct run *r, struct buf *out, const struct spec *s,
    const struct value *v);

static bool
print_element(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	if (v->kind != VALUE_NULL)
		return print_by(r, out, s, v);
	buf_text(
	    out, s->verb == 'v' && s->sharp ? "interface {}(nil)" : "<nil>");
	return true;
}

/* [1 a <nil>]; with "%#v", []interface {}{1, "a", interface {}(nil)}. */
static bool
print_array(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	bool as_go = s->verb == 'v' && s->sharp;
	size_t i;

	buf_text(out, as_go ? "[]interface {}{" : "[");
	for (i = 0; i < v->count; i++) {
		if (i > 0)
			buf_text(out, as_go ? ", " : " ");
		if (!print_element(r, out, s, &v->items[i]))
			return false;
	}
	buf_char(out, as_go ? '}' : ']');
	return true;
}

static bool
print_object(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	bool as_go = s->verb == 'v' && s->sharp;
	struct value name = { .kind = VALUE_TEXT };
	size_t i;

	buf_text(out, as_go ? "map[string]interface {}{" : "map[");
	for (i = 0; i < v->count; i++) {
		if (i > 0)
			buf_text(out, as_go ? ", " : " ");
		name.text = v->members[i].name;
		name.count = strlen(name.text);
		print_string(r, out, s, &name);
		buf_char(out, ':');
		if (!print_element(r, out, s, &v->members[i].value))
			return false;
	}
	buf_char(out, as_go ? '}' : ']');
	return true;
}

static bool
print_nested(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	bool ok;

	if (r->depth == TEMPLATE_DEPTH_MAX)
		return run_fail(r, "value is nested too deeply");
	r->depth++;
	ok = v->kind == VALUE_ARRAY ? print_array(r, out, s, v)
				    : print_object(r, out, s, v);
	r->depth--;
	return ok;
}

static bool
print_by(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	const char *text;

	/* What does not fit any more need not be printed. */
	if (buf_failed(out) || !run_spend(r, 1 + v->count / 256))
		return false;
	switch (v->kind) {
	case VALUE_BOOLEAN:
		if (s->verb != 't' && s->verb != 'v')
			return print_bad_verb(r, out, s, v);
		text = v->boolean ? "true" : "false";
		pad(out, s, text, strlen(text));
		return true;
	case VALUE_NUMBER:
		return print_double(r, out, s, v);
	case VALUE_INTEGER:
		return print_int(r, out, s, v);
	case VALUE_TEXT:
		return print_string(r, out, s, v);
	default:
		return print_nested(r, out, s, v);
	}
}

static bool
print_operand(
    struct run *r, struct buf *out, const struct spec *s, const struct value *v)
{
	const char *text = "<nil>";

	if (s->verb == 'T' && v->kind != VALUE_NULL)
		text = value_type(v);
	else if (v->kind != VALUE_NULL)
		return print_by(r, out, s, v);
	else if (s->verb != 'T' && s->verb != 'v')
		return print_bad_verb(r, out, s, v);
	pad(out, s, text, strlen(text));
	return true;
}

bool
print_value(struct run *r, struct buf *out, const struct value *v)
{
	return print_operand(r, out, &plain, v);
}

bool
print_operands(
    struct run *r, struct buf *out, const struct cell *args, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0 && args[i].v.kind != VALUE_TEXT &&
		    args[i - 1].v.kind != VALUE_TEXT)
			buf_char(out, ' ');
		if (!print_value(r, out, &args[i].v))
			return false;
	}
	return true;
}

/*
 * printf.
 */

struct format {
	const char *at;
	const char *end;
	const struct cell *args; /* those not used yet */
	size_t count;
};

static void
read_flags(struct format *f, struct spec *s)
{
	for (; f->at < f->end; f->at++) {
		switch (*f->at) {
		case '+':
			s->plus = true;
			break;
		case '-':
			s->minus = true;
			break;
		case '#':
			s->sharp = true;
			break;
		case ' ':
			s->space = true;
			break;
		case '0':
			s->zero = true;
			break;
		default:
			return;
		}
	}
}

/* A number, or '*' for the next operand; bad says what Go writes when that is
 * none. */
static bool
read_number(struct run *r, struct buf *out, struct format *f, const char *bad,
    int64_t *number)
{
	if (f->at < f->end && *f->at == '*') {
		f->at++;
		if (f->count == 0 || f->args->v.kind != VALUE_INTEGER) {
			buf_text(out, bad);
		} else {
			*number = f->args->v.integer;
		}
		if (f->count > 0) {
			f->args++;
			f->count--;
		}
	} else {
		for (; f->at < f->end && *f->at >= '0' && *f->at <= '9';
		     f->at++) {
			if (*number < 0)
				*number = 0;
			if (*number <= WIDTH_MAX)
				*number = *number * 10 + (*f->at - '0');
		}
	}
	if (*number > WIDTH_MAX || *number < -WIDTH_MAX)
		return run_fail(r, "width or precision is too large");
	return true;
}

static bool
read_spec(struct run *r, struct buf *out, struct format *f, struct spec *s)
{
	int64_t width = 0, precision = -1;

	read_flags(f, s);
	if (!read_number(r, out, f, "%!(BADWIDTH)", &width))
		return false;
	if (width < 0) {
		s->minus = true;
		width = -width;
	}
	s->width = (int)width;
	if (f->at < f->end && *f->at == '.') {
		f->at++;
		precision = 0;
		if (!read_number(r, out, f, "%!(BADPREC)", &precision))
			return false;
	}
	s->precision = precision < 0 ? -1 : (int)precision;
	if (s->minus)
		s->zero = false;
	if (f->at < f->end && *f->at == '[')
		return run_fail(r, "argument indexes are not supported");
	return true;
}

static bool
print_verb(struct run *r, struct buf *out, struct format *f)
{
	struct spec s = plain;
	size_t step;

	if (!read_spec(r, out, f, &s))
		return false;
	if (f->at == f->end) {
		buf_text(out, "%!(NOVERB)");
		return true;
	}
	step = text_utf8_step(f->at, (size_t)(f->end - f->at));
	s.verb = step == 1 ? *f->at : '?';
	f->at += step == 0 ? 1 : step;
	if (s.verb == '%') {
		buf_char(out, '%');
		return true;
	}
	if (f->count == 0) {
		buf_printf(out, "%%!%c(MISSING)", s.verb);
		return true;
	}
	f->count--;
	/* "%+v" asks for names of fields, which nothing here has. */
	if (s.verb == 'v')
		s.plus = false;
	return print_operand(r, out, &s, &(f->args++)->v);
}

static bool
print_extra(struct run *r, struct buf *out, const struct format *f)
{
	const struct value *v;
	size_t i;

	if (f->count == 0)
		return true;
	buf_text(out, "%!(EXTRA ");
	for (i = 0; i < f->count; i++) {
		v = &f->args[i].v;
		if (i > 0)
			buf_text(out, ", ");
		if (v->kind != VALUE_NULL)
			buf_printf(out, "%s=", value_type(v));
		if (!print_value(r, out, v))
			return false;
	}
	buf_char(out, ')');
	return true;
}

bool
print_format(
    struct run *r, struct buf *out, const struct cell *args, size_t count)
{
	struct format f = {
		.at = args->v.text,
		.end = args->v.text + args->v.count,
		.args = args + 1,
		.count = count - 1,
	};
	const char *percent;

	while (f.at < f.end) {
		if (!run_spend(r, 1))
			return false;
		percent = memchr(f.at, '%', (size_t)(f.end - f.at));
		if (percent == NULL)
			percent = f.end;
		buf_add(out, f.at, (size_t)(percent - f.at));
		f.at = percent == f.end ? f.end : percent + 1;
		if (percent != f.end && !print_verb(r, out, &f))
			return false;
	}
	return print_extra(r, out, &f);
}
