/* SPDX-License-Identifier: MIT */
#include "api/openapi/openapi.h"

#include "api/openapi/openapi_private.h"
#include "base/text.h"

#include <string.h>

/*
 * What all families share.
 */

/* The members of an object, one after the other. */
static void
show_members(struct openapi *o, const struct body *object)
{
	size_t i;

	for (i = 0; i < body_scan(object)->member_count; i++)
		doc_json(&o->doc, body_scan(object)->members[i].name,
		    openapi_json_at(object, i, o->arena));
}

static void
show_info(struct openapi *o)
{
	doc_object(&o->doc, "info");
	show_members(o, openapi_member(o->common, "info", o->arena));
	doc_text(&o->doc, "version", PROMPTLEDGER_VERSION);
	doc_object_end(&o->doc);
}

static void
show_common(struct openapi *o, const char *name)
{
	doc_json(&o->doc, name, openapi_json(o->common, name, o->arena));
}

static void
show_servers(struct openapi *o)
{
	struct doc *d = &o->doc;

	doc_array(d, "servers");
	doc_object(d, NULL);
	doc_text(d, "url", o->root[0] == '\0' ? "/" : o->root);
	doc_object_end(d);
	doc_array_end(d);
}

static void
show_tags(struct openapi *o)
{
	struct doc *d = &o->doc;
	size_t i;

	doc_array(d, "tags");
	for (i = 0; i < o->count; i++) {
		doc_object(d, NULL);
		doc_text(d, "name", o->families[i].family->name);
		doc_text(d, "description",
		    openapi_text(o->families[i].words, "description"));
		doc_object_end(d);
	}
	doc_array_end(d);
}

/*
 * Paths: families may share one, each with methods of its own.
 */

/* Is r the first of all routes with this path? */
static bool
is_first(const struct openapi *o, const struct route *r)
{
	size_t i, j;

	for (i = 0; i < o->count; i++) {
		const struct family *f = o->families[i].family;

		for (j = 0; j < f->route_count; j++) {
			if (&f->routes[j] == r)
				return true;
			if (text_equal(f->routes[j].path, r->path))
				return false;
		}
	}
	return true;
}

/* "/prompts/:id" is "/prompts/{id}" here. */
static const char *
show_path(struct openapi *o, const char *path)
{
	struct buf text;
	const char *shown;
	size_t len;

	buf_init(&text, 4096);
	while (*path != '\0') {
		len = strcspn(path, ":");
		buf_add(&text, path, len);
		path += len;
		if (*path == '\0')
			break;
		len = strcspn(++path, "/");
		buf_char(&text, '{');
		buf_add(&text, path, len);
		buf_char(&text, '}');
		path += len;
	}
	shown = arena_text(o->arena, buf_string(&text));
	buf_free(&text);
	return shown;
}

static void
show_path_item(struct openapi *o, const char *path)
{
	size_t i, j;

	doc_object(&o->doc, show_path(o, path));
	for (i = 0; i < o->count; i++) {
		const struct family *f = o->families[i].family;

		for (j = 0; j < f->route_count; j++) {
			if (text_equal(f->routes[j].path, path))
				openapi_show_operation(
				    o, &o->families[i], &f->routes[j]);
		}
	}
	doc_object_end(&o->doc);
}

static void
show_paths(struct openapi *o)
{
	size_t i, j;

	doc_object(&o->doc, "paths");
	for (i = 0; i < o->count; i++) {
		const struct family *f = o->families[i].family;

		for (j = 0; j < f->route_count; j++) {
			if (is_first(o, &f->routes[j]))
				show_path_item(o, f->routes[j].path);
		}
	}
	doc_object_end(&o->doc);
}

/*
 * Components.
 */

static void
show_schemas(struct openapi *o)
{
	size_t i;

	doc_object(&o->doc, "schemas");
	for (i = 0; i < o->count; i++)
		show_members(o,
		    openapi_member(o->families[i].words, "schemas", o->arena));
	doc_object_end(&o->doc);
}

static void
show_document(struct openapi *o)
{
	struct doc *d = &o->doc;

	doc_object(d, NULL);
	doc_text(d, "openapi", "3.1.0");
	show_info(o);
	show_servers(o);
	show_tags(o);
	show_paths(o);
	doc_object(d, "components");
	show_schemas(o);
	openapi_show_failures(o);
	show_common(o, "headers");
	show_common(o, "parameters");
	show_common(o, "securitySchemes");
	doc_object_end(d);
	doc_object_end(d);
}

enum err
openapi_write(struct arena *a, const char *root, struct buf *out)
{
	const struct family *const *list = family_list();
	struct openapi *o = arena_alloc(a, sizeof(*o));
	enum err err;
	size_t i;

	o->arena = a;
	o->root = root;
	if ((err = openapi_read_common(a, &o->common)) != ERR_NONE)
		return err;
	while (list[o->count] != NULL)
		o->count++;
	o->families = arena_alloc(a, o->count * sizeof(*o->families));
	for (i = 0; i < o->count; i++) {
		o->families[i].family = list[i];
		if ((err = openapi_read_words(a, &o->families[i])) != ERR_NONE)
			return err;
	}
	doc_init(&o->doc, out);
	show_document(o);
	return ERR_NONE;
}
