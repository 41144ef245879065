/* SPDX-License-Identifier: MIT */
#include "domain/template_cache.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct arena *arena; /* holds all that the entry points to */
	const char *version_id;
	const char *text;
	size_t len;
	size_t memory;
	const struct template *parsed;
};

struct template_cache {
	struct entry entries[TEMPLATE_CACHE_ENTRIES_MAX]; /* last used first */
	size_t count;
	size_t text; /* sums of the entries' */
	size_t memory;
	size_t parses;
};

struct template_cache *
template_cache_new(void)
{
	return calloc(1, sizeof(struct template_cache));
}

static void
drop(struct template_cache *cache, size_t i)
{
	struct entry *e = &cache->entries[i];

	cache->text -= e->len;
	cache->memory -= e->memory;
	arena_free(e->arena);
	cache->count--;
	memmove(e, e + 1, (cache->count - i) * sizeof(*e));
}

void
template_cache_free(struct template_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->count > 0)
		drop(cache, cache->count - 1);
	free(cache);
}

/* Make e the first; the first `before` entries move up by one. */
static void
put_first(struct template_cache *cache, struct entry e, size_t before)
{
	memmove(&cache->entries[1], &cache->entries[0], before * sizeof(e));
	cache->entries[0] = e;
}

/* The version's template while its text is this one.  Of another text, it
 * goes. */
static bool
find(struct template_cache *cache, const char *version_id, const char *text,
    size_t len, const struct template **out)
{
	struct entry e;
	size_t i;

	for (i = 0; i < cache->count; i++) {
		e = cache->entries[i];
		if (!text_equal(e.version_id, version_id))
			continue;
		if (e.len != len || memcmp(e.text, text, len) != 0) {
			drop(cache, i);
			return false;
		}
		put_first(cache, e, i);
		*out = e.parsed;
		return true;
	}
	return false;
}

static bool
may_be_kept(const struct entry *e)
{
	return e->len <= TEMPLATE_CACHE_TEXT_MAX &&
	    e->memory <= TEMPLATE_CACHE_MEMORY_MAX;
}

static void
keep(struct template_cache *cache, struct entry e)
{
	while (cache->count == TEMPLATE_CACHE_ENTRIES_MAX ||
	    cache->text + e.len > TEMPLATE_CACHE_TEXT_MAX ||
	    cache->memory + e.memory > TEMPLATE_CACHE_MEMORY_MAX)
		drop(cache, cache->count - 1);
	put_first(cache, e, cache->count);
	cache->count++;
	cache->text += e.len;
	cache->memory += e.memory;
}

static void
free_arena(void *arena)
{
	arena_free(arena);
}

bool
template_cache_parse(struct template_cache *cache, const char *version_id,
    const char *text, struct arena *a, const struct template **out,
    struct template_error *error)
{
	struct entry e = { .len = strlen(text) };

	if (find(cache, version_id, text, e.len, out))
		return true;
	cache->parses++;
	e.arena = arena_new();
	if (!template_parse(text, e.arena, &e.parsed, error)) {
		error->text = arena_text(a, error->text);
		arena_free(e.arena);
		return false;
	}
	e.version_id = arena_text(e.arena, version_id);
	e.text = arena_copy(e.arena, text, e.len);
	e.memory = arena_size(e.arena);
	if (may_be_kept(&e))
		keep(cache, e);
	else
		arena_on_reset(a, free_arena, e.arena);
	*out = e.parsed;
	return true;
}

size_t
template_cache_parses(const struct template_cache *cache)
{
	return cache->parses;
}
