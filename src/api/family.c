/* SPDX-License-Identifier: MIT */
#include "api/family.h"

#include "base/log.h"
#include "base/text.h"

static const struct family *const families[] = {
	&promptcrafter_family,
	&px0_family,
	&voice_family,
	&oauth_family,
	&health_family,
	&admin_family,
	&meta_family,
	NULL,
};

const struct family *const *
family_list(void)
{
	return families;
}

static bool
is_route_sound(const struct route *r)
{
	if (r->path == NULL || r->path[0] != '/' || r->name == NULL ||
	    r->handler == NULL)
		return false;
	/* Tokens are in the store. */
	if (r->mode == TXN_NONE &&
	    (r->access != ACCESS_ANYONE || r->body != NULL || r->guard != NULL))
		return false;
	if ((r->body != NULL) != (r->body_size != 0) ||
	    (r->query != NULL) != (r->query_size != 0))
		return false;
	/* Without a body there is nothing to be guarded before. */
	if (r->mode == TXN_READ && r->body == NULL && r->guard != NULL)
		return false;
	/* A stream would keep its snapshot while a slow client sends the
	 * body. */
	if (r->body != NULL && (r->flags & ROUTE_STREAM) != 0)
		return false;
	/* What has left cannot be rolled back. */
	return r->mode == TXN_READ || (r->flags & ROUTE_STREAM) == 0;
}

static bool
is_repeated(const struct route *r)
{
	const struct family *const *f;
	size_t i, count = 0;

	for (f = families; *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			const struct route *other = &(*f)->routes[i];

			if (other->method == r->method &&
			    text_equal(other->path, r->path))
				count++;
		}
	}
	return count > 1;
}

enum err
family_check(void)
{
	const struct family *const *f;
	size_t i;

	for (f = families; *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			const struct route *r = &(*f)->routes[i];

			if (is_route_sound(r) && !is_repeated(r))
				continue;
			log_line("event=bad_route family=%s path=%s",
			    (*f)->name, r->path == NULL ? "?" : r->path);
			return ERR_INTERNAL;
		}
	}
	return ERR_NONE;
}

static const struct err_text *
find_text(const struct err_text *list, const struct failure *f, enum err err)
{
	if (list == NULL)
		return NULL;
	for (; list->err != ERR_NONE; list++) {
		if (list->err != err)
			continue;
		if (list->field == NULL)
			return list;
		if (f->field != NULL && text_equal(list->field, f->field))
			return list;
	}
	return NULL;
}

const struct err_text *
family_error_text(const struct call *c, enum err err)
{
	const struct err_text *found = NULL;

	if (c->route != NULL)
		found = find_text(c->route->texts, &c->failure, err);
	if (found == NULL)
		found = find_text(c->family->texts, &c->failure, err);
	return found;
}

int
family_error_status(const struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);

	return row != NULL && row->status != 0 ? row->status
					       : err_info(err)->status;
}
