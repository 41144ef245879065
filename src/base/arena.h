/* SPDX-License-Identifier: MIT */
/*
 * arena: memory that lives as long as one request.
 *
 * Everything that a request needs is taken from its worker's arena and given
 * back at once by arena_reset, which also runs the disposers of objects that
 * foreign libraries own (h2o's pool does the same).  An arena belongs to one
 * thread at a time and keeps its first block between requests, so the usual
 * request calls malloc not at all.
 *
 * arena_alloc never returns NULL: a web worker that cannot get a few
 * kilobytes has nothing useful left to do and ends itself with a log line.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */

/* Zeroed memory, aligned for any object, valid until arena_reset. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of len bytes and a NUL. */
char *arena_copy(struct arena *a, const char *bytes, size_t len);
char *arena_text(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give back what was taken since a mark, as arena_reset does with all of it:
 * for loops whose rows are not needed together.
 *
 *	mark = arena_mark(a);
 *	while (…) {
 *		…
 *		arena_rewind(a, mark);
 *	}
 *
 * Marks nest: a rewind ends those set after its own. */
struct arena_mark {
	void *block;
	size_t used;
	void *disposers;
};

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

/* Bytes that the arena holds, used or not. */
size_t arena_size(const struct arena *a);

/* Run dispose(object) at the next reset, last added first. */
void arena_on_reset(struct arena *a, void (*dispose)(void *), void *object);

/* Forget everything; the memory is kept for the next request, up to 64 KiB. */
void arena_reset(struct arena *a);

#endif
