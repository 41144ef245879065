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
 * arena_alloc never returns NULL.  When malloc does, it takes what arena_reserve
 * has set aside, and the arena falls short: the request goes on to its next
 * sensible end, and whoever is about to commit or to answer asks
 * arena_is_short and reports the failure.  Without a reserve that is large
 * enough the process ends itself with a log line; nothing that was answered
 * is lost, and the web server starts another.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);

/* One with a reserve, or NULL: for work that may wait until there is memory
 * again. */
struct arena *arena_try_new(void);

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

/* Set bytes aside, until the next reset, for when malloc fails.  False when
 * that is now. */
bool arena_reserve(struct arena *a, size_t bytes);

/* Make room for the next bytes to be taken.  False without memory; then the
 * arena falls short, and its reserve is still there. */
bool arena_make_room(struct arena *a, size_t bytes);

/* Something that the request needed could not be had: malloc failed here, or
 * (arena_fall_short) elsewhere.  Until the next reset. */
void arena_fall_short(struct arena *a);
bool arena_is_short(const struct arena *a);

/* Bytes that the arena holds, used or not. */
size_t arena_size(const struct arena *a);

/* Run dispose(object) at the next reset, last added first. */
void arena_on_reset(struct arena *a, void (*dispose)(void *), void *object);

/* Forget everything; the memory is kept for the next request, up to 64 KiB. */
void arena_reset(struct arena *a);

#endif
