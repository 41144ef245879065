/* SPDX-License-Identifier: MIT */
/*
 * Which variables a template asks for.
 */
#include "domain/template/template_private.h"

#include <stdlib.h>
#include <string.h>

struct use {
	const char *name;
	size_t order;
};

struct uses {
	struct arena *arena;
	struct use *list;
	size_t count, cap;
};

static void
add_use(struct uses *u, const char *name)
{
	struct use *list;

	if (u->count == u->cap) {
		u->cap = u->cap == 0 ? 16 : 2 * u->cap;
		list = arena_alloc(u->arena, u->cap * sizeof(*list));
		if (u->count > 0)
			memcpy(list, u->list, u->count * sizeof(*list));
		u->list = list;
	}
	u->list[u->count] = (struct use){ .name = name, .order = u->count };
	u->count++;
}

/* A field of dot, or of $, which is what dot was at first. */
static void
collect_uses(const struct node *n, struct uses *u)
{
	const struct node *kid;

	for (; n != NULL; n = n->else_if) {
		if (n->kind == NODE_FIELD ||
		    (n->kind == NODE_VARIABLE && n->name_count > 0 &&
			strcmp(n->text, "$") == 0))
			add_use(u, n->names[0]);
		if (n->pipe != NULL)
			collect_uses(n->pipe, u);
		for (kid = n->list.first; kid != NULL; kid = kid->next)
			collect_uses(kid, u);
		for (kid = n->others.first; kid != NULL; kid = kid->next)
			collect_uses(kid, u);
	}
}

static int
compare_names(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int
compare_orders(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

size_t
template_variables(
    const struct template *t, struct arena *a, const char *const **out)
{
	struct uses u = { .arena = a };
	const struct node *n;
	const char **names;
	size_t i, count = 0;

	for (n = t->root.first; n != NULL; n = n->next)
		collect_uses(n, &u);
	if (u.count > 0)
		qsort(u.list, u.count, sizeof(*u.list), compare_names);
	for (i = 0; i < u.count; i++) {
		if (i == 0 || strcmp(u.list[i].name, u.list[i - 1].name) != 0)
			u.list[count++] = u.list[i];
	}
	if (count > 0)
		qsort(u.list, count, sizeof(*u.list), compare_orders);
	names = arena_alloc(a, (count + 1) * sizeof(*names));
	for (i = 0; i < count; i++)
		names[i] = arena_text(a, u.list[i].name);
	*out = names;
	return count;
}
