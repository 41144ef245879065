/* SPDX-License-Identifier: MIT */
#include "wire/form.h"

#include "base/text.h"

#include <string.h>

const char *
form_decode(const char *at, size_t len, struct arena *a)
{
	char *decoded = arena_alloc(a, len + 1), *to = decoded;
	const char *end = at + len;
	char digits[3] = "";
	unsigned char byte;

	while (at < end) {
		if (*at != '%') {
			*to++ = *at == '+' ? ' ' : *at;
			at++;
			continue;
		}
		if (end - at < 3)
			return NULL;
		memcpy(digits, at + 1, 2);
		if (!text_unhex(digits, &byte, 1) || byte == '\0')
			return NULL;
		*to++ = (char)byte;
		at += 3;
	}
	*to = '\0';
	return text_is_utf8(decoded, (size_t)(to - decoded)) ? decoded : NULL;
}

/* An ill-formed name as sent, fit to be shown; it can match no row, because
 * it holds a '%' or a byte that becomes '?'. */
static const char *
show_ill_formed(const char *name, size_t len, struct arena *a)
{
	char *shown = arena_copy(a, name, len), *c;

	for (c = shown; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = '?';
	}
	return shown;
}

/* Cut "name=value" at its first '=' and decode both. */
static void
read_pair(const char *pair, size_t len, struct arena *a, struct form_param *out)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - pair);

	out->name = form_decode(pair, name_len, a);
	if (out->name == NULL)
		out->name = show_ill_formed(pair, name_len, a);
	if (equals == NULL)
		out->value = "";
	else
		out->value = form_decode(equals + 1, len - name_len - 1, a);
}

size_t
form_split(const char *text, struct arena *a, struct form_param **out)
{
	size_t count = 0, len, room = 1;
	const char *at;

	for (at = text; *at != '\0'; at++)
		room += *at == '&';
	*out = arena_alloc(a, room * sizeof(**out));
	for (at = text; *at != '\0'; at += len + (at[len] == '&')) {
		len = strcspn(at, "&");
		if (len > 0)
			read_pair(at, len, a, &(*out)[count++]);
	}
	return count;
}

const char *
form_encode(const char *value, struct arena *a)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	char *encoded = arena_alloc(a, 3 * strlen(value) + 1), *to = encoded;
	const char *at;

	for (at = value; *at != '\0'; at++) {
		if (strchr(plain, *at) != NULL) {
			*to++ = *at;
			continue;
		}
		*to++ = '%';
		text_hex((const unsigned char *)at, 1, to);
		to += 2;
	}
	return encoded;
}
