/* SPDX-License-Identifier: MIT */
/*
 * template_cache: the parsed templates of the versions that one worker
 * rendered last, so that they need not be parsed again.
 *
 * It belongs to one thread and takes no locks.  Drafts may be edited, so an
 * entry counts only while its version's text is still the same, byte for
 * byte.  What was not asked for the longest time goes first.
 */
#ifndef DOMAIN_TEMPLATE_CACHE_H
#define DOMAIN_TEMPLATE_CACHE_H

#include "base/arena.h"
#include "domain/template.h"

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_CACHE_ENTRIES_MAX 64
#define TEMPLATE_CACHE_TEXT_MAX ((size_t)1 << 20)
/* Nodes may take a hundred times the bytes of their text. */
#define TEMPLATE_CACHE_MEMORY_MAX ((size_t)8 << 20)

struct template_cache;

struct template_cache *template_cache_new(void); /* NULL: out of memory */
void template_cache_free(struct template_cache *cache); /* NULL is fine */

/* template_parse for a version's text.  The template is valid until the next
 * call, or until a is reset if that is earlier; error lives in a.  What is
 * too large is not kept, nor is what cannot be parsed. */
bool template_cache_parse(struct template_cache *cache, const char *version_id,
    const char *text, struct arena *a, const struct template **out,
    struct template_error *error);

/* How often a text had to be parsed. */
size_t template_cache_parses(const struct template_cache *cache);

#endif
