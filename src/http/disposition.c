/* SPDX-License-Identifier: MIT */
#include "http/disposition.h"

#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Quotes and backslashes would have to be escaped, which clients undo in
 * different ways or not at all, and some decode %41 (RFC 6266, appendix D). */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && strchr("\"\\%", c) == NULL;
}

/* RFC 8187's attr-char. */
static bool
is_attribute(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || strchr("!#$&+-.^_`|~", c) != NULL);
}

/* The length of the character at name; *good tells whether it is one. */
static size_t
step(const char *name, bool *good)
{
	size_t len = text_utf8_step(name, strlen(name));

	*good = len > 0;
	return *good ? len : 1;
}

static void
make_plain(char *out, const char *name)
{
	bool good;

	for (; *name != '\0'; name += step(name, &good))
		*out++ = is_plain((unsigned char)*name) ? *name : '_';
	*out = '\0';
}

static void
make_encoded(char *out, const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len, i;
	bool good;

	for (; *name != '\0'; name += len) {
		len = step(name, &good);
		if (!good || is_attribute((unsigned char)*name)) {
			*out++ = good ? *name : '_';
			continue;
		}
		for (i = 0; i < len; i++) {
			unsigned char c = (unsigned char)name[i];

			*out++ = '%';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		}
	}
	*out = '\0';
}

const char *
disposition_attachment(const char *file_name, struct arena *a)
{
	size_t len = strlen(file_name);
	char *plain = arena_alloc(a, len + 1);
	char *encoded = arena_alloc(a, 3 * len + 1);

	make_plain(plain, file_name);
	make_encoded(encoded, file_name);
	return arena_printf(a,
	    "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, encoded);
}
