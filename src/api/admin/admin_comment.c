/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#include "base/text.h"
#include "domain/comment.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct field comment_fields[] = {
	{.name = "content", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 1000, .offset = offsetof(struct admin_comment_body, content)},
	{.name = "parentId", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .min = 1, .offset = offsetof(struct admin_comment_body, parent_id)},
};
/* clang-format on */
const struct field_table admin_comment_fields = {
	FIELD_TABLE(comment_fields),
	.refuse_unknown = true,
};

/* The members of a comment; the caller opens and closes the object. */
static void
show_comment(struct doc *d, const struct comment *m)
{
	doc_text(d, "id", m->id);
	doc_text(d, "promptId", m->prompt_id);
	doc_text(d, "parentId", m->parent_id);
	doc_text(d, "content", m->content);
	doc_text(d, "authorId", m->author_id);
	admin_show_time(d, "createdAt", m->created_at);
	admin_show_time(d, "updatedAt", m->updated_at);
	admin_show_person(d, "author", m->author_id, m->author_email);
}

enum err
admin_comment_post(struct call *c, struct txn *t)
{
	const struct admin_comment_body *b = c->body;
	struct comment m = {
		.prompt_id = call_param(c, 0),
		.parent_id = b->parent_id.text,
		.content = b->content.text,
		.author_id = c->caller.user_id,
	};
	struct prompt p;
	struct doc *d;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = prompt_find(t, m.prompt_id, &p)) != ERR_NONE ||
	    (err = comment_create(t, &m, &m)) != ERR_NONE)
		return err;
	d = call_reply(c, 201);
	doc_object(d, NULL);
	doc_object(d, "data");
	show_comment(d, &m);
	doc_object_end(d);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

/*
 * Threads.  They may be as deep as there are comments, so nothing here calls
 * itself: children are linked, and the walk climbs by parents.
 */

struct node {
	struct comment comment;
	struct node *parent; /* NULL for those that begin a thread */
	struct node *first, *last, *next;
};

/* All comments of a prompt, oldest first, and the same sorted by id. */
struct forest {
	struct node *nodes;
	struct node **by_id;
	size_t count;
	struct node root; /* above the threads */
};

static int
compare_nodes(const void *a, const void *b)
{
	const struct node *const *left = a, *const *right = b;

	return strcmp((*left)->comment.id, (*right)->comment.id);
}

static int
compare_id(const void *id, const void *element)
{
	const struct node *const *node = element;

	return strcmp(id, (*node)->comment.id);
}

static enum err
read_comments(
    struct txn *t, const char *prompt_id, size_t count, struct forest *f)
{
	struct comment m;
	struct query q;

	f->nodes = arena_alloc(txn_arena(t), (count + 1) * sizeof(*f->nodes));
	comment_list(&q, t, prompt_id);
	while (f->count < count && comment_next(&q, &m))
		f->nodes[f->count++].comment = m;
	return query_end(&q);
}

static struct node *
find_parent(struct forest *f, const char *id)
{
	struct node **found = id == NULL
	    ? NULL
	    : bsearch(
		  id, f->by_id, f->count, sizeof(struct node *), compare_id);

	return found == NULL ? &f->root : *found;
}

/* Hang every comment under its parent, after the older ones there. */
static void
link_comments(struct forest *f, struct arena *a)
{
	struct node *node, *parent;
	size_t i;

	f->by_id = arena_alloc(a, (f->count + 1) * sizeof(struct node *));
	for (i = 0; i < f->count; i++)
		f->by_id[i] = &f->nodes[i];
	qsort(f->by_id, f->count, sizeof(struct node *), compare_nodes);
	for (i = 0; i < f->count; i++) {
		node = &f->nodes[i];
		parent = find_parent(f, node->comment.parent_id);
		node->parent = parent;
		if (parent->last == NULL)
			parent->first = node;
		else
			parent->last->next = node;
		parent->last = node;
	}
}

static void
show_forest(struct doc *d, const struct forest *f)
{
	const struct node *at = f->root.first;

	while (at != NULL) {
		doc_object(d, NULL);
		show_comment(d, &at->comment);
		doc_array(d, "replies");
		if (at->first != NULL) {
			at = at->first;
			continue;
		}
		/* Close this one, and every parent that it ends. */
		for (;; at = at->parent) {
			doc_array_end(d);
			doc_object_end(d);
			if (at->next != NULL || at->parent == &f->root)
				break;
		}
		at = at->next;
	}
}

enum err
admin_comment_list(struct call *c, struct txn *t)
{
	struct forest f = { 0 };
	struct prompt_credits by;
	struct doc *d;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = prompt_find_credits(t, call_param(c, 0), &by)) != ERR_NONE ||
	    (err = read_comments(t, call_param(c, 0), (size_t)by.comment_count,
		 &f)) != ERR_NONE)
		return err;
	link_comments(&f, c->arena);
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_array(d, "data");
	show_forest(d, &f);
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}
