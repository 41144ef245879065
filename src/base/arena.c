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
	struct block *reserve; /* or NULL */
	bool is_short;
};

static _Noreturn void
end_process(void)
{
	fputs("promptledger: out of memory\n", stderr);
	abort();
}

static struct block *
new_block(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->size = size;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

static void
free_block(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	free(b);
}

/* The reserve, for a request that fails now and should say so. */
static struct block *
take_reserve(struct arena *a, size_t size)
{
	struct block *b = a->reserve;

	if (b == NULL || b->size < size)
		end_process();
	a->reserve = NULL;
	return b;
}

static void
push_block(struct arena *a, struct block *b)
{
	b->next = a->block;
	a->block = b;
}

bool
arena_reserve(struct arena *a, size_t bytes)
{
	struct block *b;

	if (a->reserve != NULL && a->reserve->size >= bytes)
		return true;
	b = new_block(bytes);
	if (b == NULL)
		return false;
	if (a->reserve != NULL)
		free_block(a->reserve);
	a->reserve = b;
	return true;
}

void
arena_fall_short(struct arena *a)
{
	a->is_short = true;
}

bool
arena_is_short(const struct arena *a)
{
	return a->is_short;
}

/* NULL without memory. */
static struct arena *
make_arena(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->block = new_block(BLOCK_BYTES);
	if (a->block == NULL) {
		free(a);
		return NULL;
	}
	a->block->next = NULL;
	return a;
}

struct arena *
arena_new(void)
{
	struct arena *a = make_arena();

	if (a == NULL)
		end_process();
	return a;
}

struct arena *
arena_try_new(void)
{
	struct arena *a = make_arena();

	if (a != NULL && !arena_reserve(a, BLOCK_BYTES)) {
		arena_free(a);
		return NULL;
	}
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
	if (a->reserve != NULL)
		free_block(a->reserve);
	free(a);
}

/* What a piece of so many bytes takes of a block. */
static size_t
room_for(size_t size)
{
	const size_t step = alignof(max_align_t);

	return (size + GAP_BYTES + step - 1) / step * step;
}

bool
arena_make_room(struct arena *a, size_t bytes)
{
	const size_t size = room_for(bytes);
	struct block *b;

	if (a->block->size - a->block->used >= size)
		return true;
	b = new_block(size < BLOCK_BYTES ? BLOCK_BYTES : size);
	if (b == NULL) {
		a->is_short = true;
		return false;
	}
	push_block(a, b);
	return true;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (!arena_make_room(a, size))
		push_block(a, take_reserve(a, room_for(size)));
	p = a->block->data + a->block->used;
	a->block->used += room_for(size);
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
	if (a->reserve != NULL && a->reserve->size > BLOCK_BYTES) {
		free_block(a->reserve);
		a->reserve = NULL;
	}
	a->is_short = false;
}
