/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max_bytes)
{
	memset(b, 0, sizeof(*b));
	b->max = max_bytes;
}

void
buf_free(struct buf *b)
{
	free(b->ptr);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->ptr != NULL)
		b->ptr[0] = '\0';
}

/* And for the NUL. */
bool
buf_reserve(struct buf *b, size_t bytes)
{
	size_t cap;
	char *ptr;

	if (b->failed || bytes > b->max - b->len) {
		b->failed = true;
		return false;
	}
	if (b->len + bytes < b->cap)
		return true;
	cap = b->cap == 0 ? 1024 : b->cap;
	while (cap <= b->len + bytes)
		cap *= 2;
	ptr = realloc(b->ptr, cap);
	if (ptr == NULL) {
		b->failed = true;
		return false;
	}
	b->ptr = ptr;
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const char *bytes, size_t len)
{
	if (!buf_reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->ptr + b->len, bytes, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (len < 0 || !buf_reserve(b, (size_t)len)) {
		b->failed = true;
		return;
	}
	va_start(ap, format);
	vsnprintf(b->ptr + b->len, (size_t)len + 1, format, ap);
	va_end(ap);
	b->len += (size_t)len;
}

bool
buf_failed(const struct buf *b)
{
	return b->failed;
}

const char *
buf_string(const struct buf *b)
{
	return b->ptr == NULL ? "" : b->ptr;
}
