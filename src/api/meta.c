/* SPDX-License-Identifier: MIT */
/*
 * The meta family: what the program says about itself, beside the four APIs.
 * Every failure is {"error":"<text>"}.
 */
#include "api/family.h"
#include "api/openapi/openapi.h"
#include "base/text.h"

#include <sodium.h>

/* The document changes with the program and the settings only, which its
 * digest tells. */
static const char *
make_etag(struct call *c, const struct buf *document)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * 16 + 1];

	crypto_hash_sha256(
	    digest, (const unsigned char *)buf_string(document), document->len);
	text_hex(digest, 16, hex);
	return arena_printf(c->arena, "\"%s\"", hex);
}

static enum err
get_openapi(struct call *c, struct txn *t)
{
	const char *asked = request_param(&c->request, "HTTP_IF_NONE_MATCH");
	struct doc *d = call_reply(c, 200);
	const char *etag;
	enum err err;

	(void)t;
	err = openapi_write(c->arena, call_link(c, ""), d->out);
	if (err != ERR_NONE)
		return call_fail(c, err, NULL, "no OpenAPI document");
	etag = make_etag(c, d->out);
	if (asked != NULL && request_etag_matches(asked, etag, true))
		call_reply_empty(c, 304);
	response_header(c->reply, "ETag", etag);
	response_header(c->reply, "Cache-Control", "public, no-cache");
	return ERR_NONE;
}

static enum err
read_body(struct call *c, const char *text, size_t len, const struct body **out)
{
	struct scan scan;

	*out = body_parse(text, len, c->arena, &scan);
	return *out == NULL ? call_fail(c, ERR_BODY_MALFORMED, NULL, NULL)
			    : ERR_NONE;
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	struct doc *d = &c->doc;

	doc_object(d, NULL);
	doc_text(d, "error",
	    row == NULL ? "An unexpected error occurred." : row->text);
	doc_object_end(d);
}

/* clang-format off */
static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed."},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long."},
	{ERR_METHOD_UNKNOWN, NULL, 0, "The method is not implemented."},
	{ERR_METHOD_REFUSED, NULL, 0, "The method is not allowed here."},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "There is nothing at this address."},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present."},
	{ERR_INTERNAL, NULL, 0, "An unexpected error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct route routes[] = {
	{
		.method = METHOD_GET, .path = "/openapi.json",
		.name = "describe all operations",
		.access = ACCESS_ANYONE, .mode = TXN_READ,
		.handler = get_openapi,
	},
};
/* clang-format on */

static const char *const mounts[] = { "/openapi.json", NULL };

const struct family meta_family = {
	.name = "meta",
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.content_type = "application/json",
	.texts = texts,
	.read_body = read_body,
	.show_error = show_error,
};
