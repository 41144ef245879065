/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (64 * 1024)

/* Under AddressSanitizer each piece is out of bounds for its neighbours, as
 * if malloc had given it. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define GAP_BYTES 16
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define GAP_BYTES 0
#endif

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct disposer {
	struct disposer *next;
	void (*dispose)(void *);
	void *object;
};

struct arena {
	struct block *block; /* the newest; the first one is kept */
	struct disposer *disposers;
};

static struct block *
add_block(struct arena *a, size_t size)
{
	struct block *b;

	if (size < BLOCK_BYTES)
		size = BLOCK_BYTES;
	b = malloc(sizeof(*b) + size);
	if (b == NULL) {
		fputs("promptledger: out of memory\n", stderr);
		abort();
	}
	b->next = a->block;
	b->size = size;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	a->block = b;
	return b;
}

static void
free_block(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	free(b);
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		fputs("promptledger: out of memory\n", stderr);
		abort();
	}
	add_block(a, BLOCK_BYTES);
	return a;
}

void
arena_free(struct arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	arena_reset(a);
	for (b = a->block; b != NULL; b = next) {
		next = b->next;
		free_block(b);
	}
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	const size_t room = (size + GAP_BYTES + align - 1) / align * align;
	struct block *b = a->block;
	void *p;

	if (b->size - b->used < room)
		b = add_block(a, room);
	p = b->data + b->used;
	b->used += room;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return memset(p, 0, size);
}

char *
arena_copy(struct arena *a, const char *bytes, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *
arena_text(struct arena *a, const char *text)
{
	return arena_copy(a, text, strlen(text));
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	char small[256], *text; /* most is, and is written once then */
	va_list ap, again;
	int len;

	assert(format != NULL); /* gcc's sanitizers lose the attribute */
	va_start(ap, format);
	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), format, ap);
	va_end(ap);
	if (len < 0)
		len = 0;
	if ((size_t)len < sizeof(small)) {
		text = arena_copy(a, small, (size_t)len);
	} else {
		text = arena_alloc(a, (size_t)len + 1);
		vsnprintf(text, (size_t)len + 1, format, again);
	}
	va_end(again);
	return text;
}

size_t
arena_size(const struct arena *a)
{
	const struct block *b;
	size_t size = 0;

	for (b = a->block; b != NULL; b = b->next)
		size += b->size;
	return size;
}

void
arena_on_reset(struct arena *a, void (*dispose)(void *), void *object)
{
	struct disposer *d = arena_alloc(a, sizeof(*d));

	d->next = a->disposers;
	d->dispose = dispose;
	d->object = object;
	a->disposers = d;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.block = a->block,
		.used = a->block->used,
		.disposers = a->disposers,
	};
}

void
arena_rewind(struct arena *a, struct arena_mark mark)
{
	struct disposer *d;
	struct block *b, *next;

	for (d = a->disposers; d != mark.disposers; d = d->next)
		d->dispose(d->object);
	a->disposers = mark.disposers;
	for (b = a->block; b != mark.block; b = next) {
		next = b->next;
		free_block(b);
	}
	b->used = mark.used;
	ASAN_POISON_MEMORY_REGION(b->data + b->used, b->size - b->used);
	a->block = b;
}

void
arena_reset(struct arena *a)
{
	struct block *first = a->block;

	while (first->next != NULL)
		first = first->next;
	arena_rewind(a, (struct arena_mark){ .block = first });
}
