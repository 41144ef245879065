/* SPDX-License-Identifier: MIT */
/*
 * buf: a growing byte buffer with a limit that remembers its first failure.
 *
 * Invariants: ptr[len] is NUL whenever ptr is not NULL; len <= max.  After a
 * failure (limit or memory) every further append does nothing, so a caller
 * appends freely and asks buf_failed once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory, forgets the failure */

/* Have the memory for bytes more; false, and the buf has failed, when it
 * cannot be had. */
bool buf_reserve(struct buf *b, size_t bytes);

void buf_add(struct buf *b, const char *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool buf_failed(const struct buf *b);

/* The content as text; "" when nothing was added. */
const char *buf_string(const struct buf *b);

#endif
